package emulator_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
)

var soakFor = flag.Duration("soak.duration", 2*time.Second, "how long TestSoak keeps the emulator busy")

// TestSoak keeps an emulator busy over real connections, through the proxy and directly: worlds come and go, with their own
// listeners and without, some of them full of faults; in each people are invited, redeem, share, upload, follow deltas,
// subscribe, go back to a snapshot. Afterwards no memory and no goroutine is kept that was not kept before, and nobody was
// answered a 5xx that no fault asked for. `make soak DURATION=1h` does it at length.
func TestSoak(t *testing.T) {
	s := startSoak(t) // not parallel to others: it measures memory
	s.run(max(*soakFor/20, 500*time.Millisecond))
	heapBefore, runningBefore := s.rest(0)
	s.run(*soakFor)
	heapAfter, runningAfter := s.rest(runningBefore)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, status := range slices.Sorted(maps.Keys(s.answers)) {
		t.Logf("answers %d: %d", status, s.answers[status])
	}
	t.Logf("%d worlds, %d notifications; heap from %d to %d KiB, goroutines from %d to %d",
		s.turns.Load(), s.notified.Load(), heapBefore>>10, heapAfter>>10, runningBefore, runningAfter)
	if limit := heapBefore + heapBefore/10 + 2<<20; heapAfter > limit {
		t.Errorf("the heap grew from %d to %d KiB", heapBefore>>10, heapAfter>>10)
	}
	const few = 10 // of the runtime's own
	if runningAfter > runningBefore+few {
		t.Errorf("%d goroutines run, %d did before", runningAfter, runningBefore)
	}
	if s.notified.Load() == 0 || s.answers[http.StatusServiceUnavailable] == 0 {
		t.Error("no notification came, or no fault was met")
	}
}

// soak is the emulator, who listens to it, and what was counted.
type soak struct {
	t        *testing.T
	emu      *emulator.Emulator
	hook     *httptest.Server
	turns    atomic.Int64
	notified atomic.Int64

	mu      sync.Mutex
	answers map[int]int // by status; 0 for a connection that a fault ended
}

func startSoak(t *testing.T) *soak {
	t.Helper()
	s := &soak{t: t, answers: map[int]int{}}
	s.hook = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		if token := r.URL.Query().Get("validationToken"); token != "" {
			_, _ = io.WriteString(w, token) // a sender that went away is nobody's error
			return
		}
		s.notified.Add(1)
	}))
	t.Cleanup(s.hook.Close)
	const kept = 50 // so that full journals are no growth
	s.emu = emulator.Start(t, func(o *emulator.Options) { o.JournalSize = kept })
	return s
}

// run lets several clients do one turn after the other.
func (s *soak) run(long time.Duration) {
	ctx, cancel := context.WithTimeout(s.t.Context(), long)
	defer cancel()
	const clients = 6
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			for turn := 0; ctx.Err() == nil && !s.t.Failed(); turn++ {
				// A turn that has begun ends in its own time.
				if err := s.turn(s.t.Context(), turn*clients+n); err != nil {
					s.t.Errorf("turn %d of client %d: %v", turn, n, err)
				}
			}
		})
	}
	wg.Go(func() { s.progress(ctx) })
	wg.Wait()
}

// progress tells of a long run how it goes.
func (s *soak) progress(ctx context.Context) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			s.t.Logf("%d worlds so far, heap %d KiB, from the system %d KiB, %d goroutines", s.turns.Load(), m.HeapAlloc>>10, m.Sys>>10, runtime.NumGoroutine())
		}
	}
}

// rest brings everything to where it began, and measures. The last connections get a moment to close.
func (s *soak) rest(goroutines int) (memory uint64, running int) {
	must(s.t, s.emu.Reset(emulator.MainWorld))
	if n := len(s.emu.Worlds()); n != 1 {
		s.t.Errorf("%d worlds are left", n)
	}
	moment := 500 * time.Millisecond
	if goroutines > 0 {
		moment = 10 * time.Second // as long as there are more than that
	}
	settled, done := context.WithTimeout(s.t.Context(), moment)
	defer done()
	for running = runtime.NumGoroutine(); settled.Err() == nil && (goroutines == 0 || running > goroutines); running = runtime.NumGoroutine() {
		select {
		case <-settled.Done():
		case <-time.After(time.Millisecond):
		}
	}
	return heap(), running
}

// turn is the life of one world.
func (s *soak) turn(ctx context.Context, n int) error {
	w, err := s.emu.Fork("", emulator.MainWorld, n%10 == 0)
	if err != nil {
		return err
	}
	v := &visitor{soak: s, world: w.Name, client: s.emu.WorldClient(w.Name), tokens: map[string]string{}, faulty: n%3 == 1, direct: n%2 == 0}
	defer v.client.CloseIdleConnections()
	err = v.visit(ctx)
	s.turns.Add(1)
	if err != nil {
		return fmt.Errorf("world %s, faults %t: %w", w.Name, v.faulty, err)
	}
	return s.emu.DeleteWorld(w.Name)
}

// visitor is a client of one world.
type visitor struct {
	*soak

	world  string
	client *http.Client
	tokens map[string]string
	faulty bool // faults are on: any call may fail as they say
	direct bool // not through the proxy
	drive  string
}

func (v *visitor) visit(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		v.begin, v.invite, v.share, v.snapshot, v.upload, v.uploadInPieces, v.delta, v.batch, v.subscribe, v.read, v.back,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// note counts an answer, and says what nobody asked for.
func (v *visitor) note(status int, about string, body []byte) error {
	v.mu.Lock()
	v.answers[status]++
	v.mu.Unlock()
	switch {
	case status > 0 && status < http.StatusBadRequest:
		return nil
	case v.faulty && (status < http.StatusInternalServerError || status == http.StatusServiceUnavailable):
		return nil // a fault, or what follows from one
	}
	return fmt.Errorf("%s: %d %.300s", about, status, body)
}

// ask sends a request as somebody.
func (v *visitor) ask(ctx context.Context, who, method, address, body string, header ...string) (answered, error) {
	host := ""
	to := address
	if rest, ok := strings.CutPrefix(address, "https://"); ok && v.direct {
		host, _, _ = strings.Cut(rest, "/")
		to = v.emu.Addresses().HTTP + strings.TrimPrefix(rest, host)
	}
	r, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(body))
	if err != nil {
		return answered{}, err
	}
	if host != "" {
		r.Host = host
	}
	r.Header.Set(emulator.WorldHeader, v.world)
	r.Header.Set("Content-Type", "application/json")
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+v.tokens[who])
	}
	for n := 0; n+1 < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	a := answered{asked: method + " " + address}
	answer, err := v.client.Do(r)
	if err == nil {
		a.status, a.header = answer.StatusCode, answer.Header
		a.body, err = io.ReadAll(answer.Body)
		answer.Body.Close()
	}
	if err != nil {
		a.status, a.body = 0, []byte(err.Error())
	}
	return a, v.note(a.status, a.asked, a.body)
}

func (v *visitor) control(ctx context.Context, method, path, body string) (answered, error) {
	return v.ask(ctx, "", method, v.emu.Addresses().HTTP+"/_tennantite/v1/"+path, body)
}
