package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// mark writes something into a world, marks reads what is there; a mail stands for all that a world holds.
func mark(tb testing.TB, emu *emulator.Emulator, world, text string) {
	tb.Helper()
	err := emu.Update(world, func(tx *state.Tx) error {
		tx.PutMessage(state.Message{ID: tx.NewID(), To: "test@example.com", Subject: text})
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func marks(tb testing.TB, emu *emulator.Emulator, world string) string {
	tb.Helper()
	var all []string
	err := emu.View(world, func(tx *state.Tx) error {
		for m := range tx.MessagesTo("test@example.com") {
			all = append(all, m.Subject)
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Join(all, " ")
}

func TestForkGoesItsOwnWay(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	mark(t, emu, "main", "before")
	w, err := emu.Fork("", "main", false)
	if err != nil {
		t.Fatal(err)
	}
	mark(t, emu, "main", "parent")
	mark(t, emu, w.Name, "child")
	if got := marks(t, emu, w.Name); got != "before child" {
		t.Errorf("the fork has %q", got)
	}
	if got := marks(t, emu, "main"); got != "before parent" {
		t.Errorf("its parent has %q", got)
	}
	if w.Parent != "main" || !strings.Contains(w.Proxy, w.Name+"@") {
		t.Errorf("it is described as %+v", w)
	}
}

func TestResetAndSnapshots(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	mark(t, emu, "main", "old")
	w, err := emu.Fork("w", "main", false)
	if err != nil {
		t.Fatal(err)
	}
	mark(t, emu, w.Name, "one")
	must(t, emu.Snapshot(w.Name, "s"))
	mark(t, emu, w.Name, "two")
	must(t, emu.Restore(w.Name, "s"))
	if got := marks(t, emu, w.Name); got != "old one" {
		t.Errorf("restored to %q", got)
	}
	must(t, emu.Reset(w.Name))
	if got := marks(t, emu, w.Name); got != "old" {
		t.Errorf("a fork is reset to %q", got)
	}
	must(t, emu.Restore(w.Name, "s")) // a snapshot outlives a reset
	must(t, emu.Reset("main"))
	if got := marks(t, emu, "main"); got != "" {
		t.Errorf("main is reset to %q", got)
	}
	list, err := emu.Snapshots(w.Name)
	if err != nil || len(list) != 1 || list[0].Name != "s" {
		t.Errorf("snapshots: %v, %v", list, err)
	}
	must(t, emu.DeleteSnapshot(w.Name, "s"))
	if err := emu.Restore(w.Name, "s"); problem.KindOf(err) != problem.NotFound {
		t.Errorf("a deleted snapshot: %v", err)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func TestWorldNames(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	for _, tt := range []struct {
		name, from string
		want       problem.Kind
	}{
		{"good-name.1", "main", problem.Internal},
		{"good-name.1", "main", problem.Conflict},
		{"main", "main", problem.Conflict},
		{"a b", "main", problem.Invalid},
		{"../x", "main", problem.Invalid},
		{"x:y@z", "main", problem.Invalid},
		{strings.Repeat("x", 64), "main", problem.Invalid},
		{"other", "nowhere", problem.NotFound},
	} {
		_, err := emu.Fork(tt.name, tt.from, false)
		if tt.want == problem.Internal {
			must(t, err)
		} else if problem.KindOf(err) != tt.want {
			t.Errorf("%q from %q: got %v, want %v", tt.name, tt.from, err, tt.want)
		}
	}
	if err := emu.DeleteWorld("main"); problem.KindOf(err) != problem.Conflict {
		t.Errorf("main can be deleted: %v", err)
	}
	must(t, emu.DeleteWorld("good-name.1"))
	if err := emu.DeleteWorld("good-name.1"); problem.KindOf(err) != problem.NotFound {
		t.Errorf("deleted twice: %v", err)
	}
	if names := emu.Info().Worlds; !slices.Equal(names, []string{"main"}) {
		t.Errorf("left: %v", names)
	}
}

func TestWorldWithListenersOfItsOwn(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	w, err := emu.Fork("own", "main", true)
	if err != nil {
		t.Fatal(err)
	}
	own := w.Addresses["http"]
	if own == "" || own == emu.Addresses().HTTP {
		t.Fatalf("its addresses are %v", w.Addresses)
	}
	status, _, body := ask(t, http.MethodGet, own+"/v1.0/me", "graph.microsoft.com", nil)
	if status != http.StatusUnauthorized {
		t.Errorf("got %d %s", status, body)
	}
	j, _ := emu.Journal("own")
	if n := len(j.Find(control.Filter{})); n != 1 {
		t.Errorf("%d requests came to the world", n)
	}
	must(t, emu.DeleteWorld("own"))
}

// TestIdleWorldsEnd lets time go by on the process's clock: worlds end when nobody asked for them as long as was said, for
// each or for all; main, one that is to stay and one with a request under way do not.
func TestIdleWorldsEnd(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano())
	emu, err := emulator.New(emulator.Options{WorldIdle: time.Hour, Now: func() time.Time { return time.Unix(0, now.Load()) }})
	must(t, err)
	for name, life := range map[string]time.Duration{"as-all": 0, "longer": 3 * time.Hour, "stays": -1, "asked": 0} {
		_, err := emu.Fork(name, "main", false)
		must(t, err)
		_, err = emu.SetIdle(name, life)
		must(t, err)
	}
	ask := func(world string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/_tennantite/v1/worlds", nil)
		r.Header.Set(emulator.WorldHeader, world)
		emu.ServeHTTP(httptest.NewRecorder(), r)
	}
	left := func(after time.Duration, want ...string) {
		t.Helper()
		now.Add(int64(after))
		emu.EndIdle()
		got := emu.Info().Worlds
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("left are %v, want %v", got, want)
		}
	}
	left(59*time.Minute, "as-all", "asked", "longer", "main", "stays")
	ask("asked")
	left(2*time.Minute, "asked", "longer", "main", "stays")
	left(time.Hour, "longer", "main", "stays")

	reading, write := io.Pipe()
	answered := make(chan struct{})
	go func() { // the request is under way as long as its body is
		defer close(answered)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/_tennantite/v1/snapshots", reading)
		r.Header.Set(emulator.WorldHeader, "longer")
		emu.ServeHTTP(httptest.NewRecorder(), r)
	}()
	_, err = write.Write([]byte(`{"name":`)) // somebody reads
	must(t, err)
	left(5*time.Hour, "longer", "main", "stays")
	must(t, write.Close())
	<-answered
	left(time.Minute, "longer", "main", "stays")
	left(3*time.Hour, "main", "stays")
	if _, err := emu.SetIdle("main", time.Hour); problem.KindOf(err) != problem.Conflict {
		t.Errorf("main can be told to end: %v", err)
	}
}

// TestIdleWorldsAreWatched has nobody say that the time is over.
func TestIdleWorldsAreWatched(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	_, err := emu.Fork("idle", "main", false)
	must(t, err)
	w, err := emu.SetIdle("idle", time.Millisecond)
	must(t, err)
	if w.Idle != "1ms" {
		t.Errorf("it says %q", w.Idle)
	}
	const patience = 10 * time.Second
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for slices.Contains(emu.Info().Worlds, "idle") {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("the idle world is still there")
		}
	}
}

func TestWorldsInParallel(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	const many = 50
	var wg sync.WaitGroup
	for range many {
		wg.Go(func() {
			w, err := emu.Fork("", "main", false)
			if err != nil {
				t.Error(err)
				return
			}
			for _, text := range []string{"a", "b"} {
				if err := emu.Update(w.Name, func(tx *state.Tx) error {
					tx.PutMessage(state.Message{ID: tx.NewID(), To: "test@example.com", Subject: w.Name + text})
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
			if got, want := marks(t, emu, w.Name), w.Name+"a "+w.Name+"b"; got != want {
				t.Errorf("%s has %q", w.Name, got)
			}
			if err := emu.DeleteWorld(w.Name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(emu.Worlds()); n != 1 {
		t.Errorf("%d worlds are left", n)
	}
}

func BenchmarkFork(b *testing.B) {
	emu := emulator.Start(b)
	for b.Loop() {
		w, err := emu.Fork("", "main", false)
		if err != nil {
			b.Fatal(err)
		}
		if err := emu.DeleteWorld(w.Name); err != nil {
			b.Fatal(err)
		}
	}
}

// A client that goes on from before is not told half of what it missed: a token from a state that the world was taken
// back from is refused, however many changes there have been since; one from before the snapshot still holds.
func TestRestoreAbandonsDeltaTokens(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	token := c.mint(t, graphHost, nil)
	control := c.emu.Addresses().HTTP + "/_tennantite/v1"
	do := func(method, address, body string) (int, []byte) {
		t.Helper()
		status, _, answer := c.send(t, method, address, token, "application/json", body)
		return status, answer
	}
	link := func(address string) string {
		t.Helper()
		_, answer := do(http.MethodGet, address, "")
		var page struct {
			Delta string `json:"@odata.deltaLink"`
		}
		if err := json.Unmarshal(answer, &page); err != nil || page.Delta == "" {
			t.Fatalf("%s: %s", address, answer)
		}
		return page.Delta
	}
	const library = graphHost + "/v1.0/sites/contoso.sharepoint.com:/sites/project-x:/drive/root"
	change := func(n int) {
		t.Helper()
		for i := range n {
			if status, answer := do(http.MethodPut, fmt.Sprintf("%s:/n%d.txt:/content", library, i), "x"); status >= http.StatusBadRequest {
				t.Fatalf("%d %s", status, answer)
			}
		}
	}
	items, users := library+"/delta", graphHost+"/v1.0/users/delta"
	oldItems, oldUsers := link(items), link(users)
	do(http.MethodPost, control+"/snapshots", `{"name":"then"}`)
	change(2)
	newItems, newUsers := link(items), link(users)
	for _, back := range []string{"/snapshots/then/restore", "/snapshots/then/restore", "/reset"} {
		do(http.MethodPost, control+back, "")
		change(5)
		for address, want := range map[string]int{oldItems: http.StatusOK, oldUsers: http.StatusOK, newItems: http.StatusGone, newUsers: http.StatusGone} {
			if back == "/reset" {
				want = http.StatusGone // which goes back to before all of them
			}
			if status, answer := do(http.MethodGet, address, ""); status != want {
				t.Errorf("after %s, %s: %d, want %d: %s", back, address, status, want, answer)
			}
		}
	}
}

// A fork goes on from the past that it shares with its parent, and not from what the parent did afterwards.
func TestForkKnowsNoLaterDeltaTokens(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	moment := func(world string) (m state.Moment) {
		t.Helper()
		if err := emu.View(world, func(tx *state.Tx) error { m = tx.Moment(); return nil }); err != nil {
			t.Fatal(err)
		}
		return m
	}
	before := moment(emulator.MainWorld)
	if _, err := emu.Fork("fork", emulator.MainWorld, false); err != nil {
		t.Fatal(err)
	}
	mark(t, emu, emulator.MainWorld, "later")
	count := func(tx *state.Tx) error { tx.NextSequence(); return nil }
	for _, world := range []string{emulator.MainWorld, "fork", "fork"} {
		if err := emu.Update(world, count); err != nil {
			t.Fatal(err)
		}
	}
	later := moment(emulator.MainWorld)
	if err := emu.View("fork", func(tx *state.Tx) error {
		if !tx.Passed(before) || tx.Passed(later) {
			t.Errorf("of the past %v, of the parent's future %v", tx.Passed(before), tx.Passed(later))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
