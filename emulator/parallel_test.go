package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
)

// scenario is what a test does in a world of its own: it invites somebody through the proxy and finds him, and nobody
// whom another scenario invited.
func scenario(ctx context.Context, emu *emulator.Emulator, n int) error {
	w, err := emu.Fork("", emulator.MainWorld, false)
	if err != nil {
		return err
	}
	client := emu.WorldClient(w.Name)
	defer client.CloseIdleConnections()
	call := func(method, address, token string, in, out any) error {
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(emulator.WorldHeader, w.Name)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		if answer.StatusCode >= http.StatusBadRequest {
			return fmt.Errorf("%s %s: %s %s", method, address, answer.Status, text)
		}
		return json.Unmarshal(text, out)
	}
	var token struct {
		Value string `json:"access_token"`
	}
	err = call(http.MethodPost, emu.Addresses().HTTP+"/_tennantite/v1/tokens", "", map[string]string{
		"tenant": "contoso.onmicrosoft.com", "app": "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10", "resource": "https://graph.microsoft.com",
	}, &token)
	if err != nil {
		return err
	}
	const graph = "https://graph.microsoft.com/v1.0"
	address := fmt.Sprintf("guest%d@example.com", n)
	err = call(http.MethodPost, graph+"/invitations", token.Value, map[string]string{
		"invitedUserEmailAddress": address, "inviteRedirectUrl": "https://contoso.com",
	}, &struct{}{})
	if err != nil {
		return err
	}
	var guests struct{ Value []struct{ Mail string } }
	if err := call(http.MethodGet, graph+"/users?$filter=userType%20eq%20'Guest'&$select=mail", token.Value, nil, &guests); err != nil {
		return err
	}
	if len(guests.Value) != 1 || guests.Value[0].Mail != address {
		return fmt.Errorf("the world of %s has the guests %v", address, guests.Value)
	}
	return emu.DeleteWorld(w.Name)
}

// Two hundred scenarios run at once, each in a world of its own: none sees another, and nothing is left of them.
func TestScenariosInParallel(t *testing.T) {
	emu := emulator.Start(t) // not parallel to others: it measures memory
	if err := scenario(t.Context(), emu, 0); err != nil {
		t.Fatal(err)
	}
	before, running := heap(), runtime.NumGoroutine()
	const all, atOnce = 200, 32
	turns := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for n := range all {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			if err := scenario(t.Context(), emu, n); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(emu.Worlds()); n != 1 {
		t.Errorf("%d worlds are left", n)
	}
	const slack = 1 << 20 // what idle connections and caches of the runtime may keep: 5 KiB a world
	after := heap()
	t.Logf("heap from %d to %d KiB, goroutines from %d to %d", before>>10, after>>10, running, runtime.NumGoroutine())
	if after > before+slack {
		t.Errorf("the heap grew from %d to %d KiB", before>>10, after>>10)
	}
	// The last connections are being closed: they get a moment.
	deadline, done := context.WithTimeout(t.Context(), 10*time.Second)
	defer done()
	const slackGoroutines = 10
	for runtime.NumGoroutine() > running+slackGoroutines {
		select {
		case <-deadline.Done():
			t.Fatalf("%d goroutines run, %d did before", runtime.NumGoroutine(), running)
		default:
			runtime.Gosched()
		}
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one finalized
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
