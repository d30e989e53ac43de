package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// TestRealisticFaults holds that --faults realistic meets a client that keeps its connection, through the proxy and in
// forks, spares one that opens a new one for each request, and outlives a reset; and that the control plane knows the profile.
func TestRealisticFaults(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t, func(o *emulator.Options) { o.Seed, o.Faults = 1, "realistic" })
	if _, err := emu.Fork("fork", "", false); err != nil {
		t.Fatal(err)
	}
	refused := func(client *http.Client, times int) (n int) {
		t.Helper()
		for range times {
			answer, err := client.Get("https://graph.microsoft.com/v1.0/me")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusServiceUnavailable {
				if answer.Header.Get("Retry-After") != "1" {
					t.Errorf("%d without Retry-After", answer.StatusCode)
				}
				n++
			}
		}
		return n
	}
	anew := emu.HTTPClient()
	anew.Transport.(*http.Transport).DisableKeepAlives = true
	if n := refused(anew, 100); n != 0 {
		t.Errorf("%d of 100 first requests are refused", n)
	}
	for _, world := range []string{"main", "fork"} {
		if err := emu.Reset(world); err != nil {
			t.Fatal(err)
		}
		if n := refused(emu.WorldClient(world), 150); n == 0 {
			t.Errorf("none of 150 requests of one connection is refused in %s", world)
		}
	}

	faults := emu.Addresses().HTTP + "/_tennantite/v1/faults"
	for _, tt := range []struct {
		body   string
		status int
		rules  string // ids of the first and the last rule
	}{
		{`{"rules": [{"match": {"path": "/v1.0/me"}, "effect": {"status": 500}, "limit": {}}], "profile": "realistic"}`, 200, "1 realistic-slow-sharepoint-post"},
		{`{"rules": [], "profile": "cruel"}`, 400, ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, faults, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Rules   []struct{ ID string }
			Profile string
		}
		err = json.NewDecoder(answer.Body).Decode(&got)
		answer.Body.Close()
		if err != nil || answer.StatusCode != tt.status {
			t.Fatalf("%s: %d %v", tt.body, answer.StatusCode, err)
		}
		if tt.rules != "" && (got.Profile != "" || got.Rules[0].ID+" "+got.Rules[len(got.Rules)-1].ID != tt.rules) {
			t.Errorf("%s: %+v", tt.body, got)
		}
	}
}
