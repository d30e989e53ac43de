package traffic_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/control/traffic"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestAFaultMeetsConnectionsAndProtocols(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		match     state.FaultMatch
		keptAlive bool
		protocol  string
		want      int
	}{
		{state.FaultMatch{KeptAlive: true}, true, "HTTP/1.1", 503},
		{state.FaultMatch{Protocol: "HTTP/2.0"}, false, "HTTP/2.0", 503},
		{state.FaultMatch{KeptAlive: true}, false, "HTTP/1.1", 200},
		{state.FaultMatch{Protocol: "HTTP/2.0"}, true, "HTTP/1.1", 200},
	} {
		s := newStand(t, ok)
		s.keptAlive = tt.keptAlive
		s.faults(state.Fault{Match: tt.match, Effect: state.FaultEffect{Status: 503}})
		r := s.request("GET", me, "")
		r.Proto = tt.protocol
		if got := s.serve(r).Code; got != tt.want {
			t.Errorf("%+v: %d, want %d", tt, got, tt.want)
		}
	}
}

func TestARetryIsSpared(t *testing.T) {
	t.Parallel()
	s := newStand(t, ok)
	second := 1
	s.faults(state.Fault{Effect: state.FaultEffect{Status: 503, RetryAfter: &second}, Limit: state.FaultLimit{SpareRetry: true}})
	if got := s.codes("GET", me, 2); got != "503 200" {
		t.Errorf("got %s", got)
	}
	if e := s.last(); !e.Retry || !e.TooEarly {
		t.Errorf("it came again at once: retry %v, too early %v", e.Retry, e.TooEarly)
	}
	s.ask("GET", me, "")
	s.now = s.now.Add(time.Second)
	s.ask("GET", me, "")
	if e := s.last(); e.Status != 200 || !e.Retry || e.TooEarly {
		t.Errorf("it came again in time: %d, retry %v, too early %v", e.Status, e.Retry, e.TooEarly)
	}
	for _, tt := range []struct {
		filter traffic.Filter
		want   int
	}{{traffic.Filter{Retry: true}, 2}, {traffic.Filter{TooEarly: true}, 1}, {traffic.Filter{Fault: "1*"}, 2}} {
		if got := len(s.journal.Find(tt.filter)); got != tt.want {
			t.Errorf("%+v: %d entries, want %d", tt.filter, got, tt.want)
		}
	}
}

// TestRealistic holds that the profile does what it says to a client that keeps its connection, and only that.
func TestRealistic(t *testing.T) {
	t.Parallel()
	s := newStand(t, ok)
	s.change(func(w *state.World) {
		w.Faults = traffic.RealisticFaults()
		for i := range w.Faults {
			w.Faults[i].Effect.Delay = 0 // nobody waits for a test
		}
	})
	ask := func(address string, keptAlive bool) bool {
		s.keptAlive = keptAlive
		answer := s.ask("GET", address, "")
		return answer == nil || answer.Code == 429 || answer.Code == 503
	}
	const login, api = "https://login.microsoftonline.com/common/oauth2/v2.0/token", "https://contoso.sharepoint.com/_api/web"
	for range 300 {
		if ask(me, false) || ask(login, true) || ask("https://contoso.sharepoint.com/sites/x", true) {
			t.Fatal("a first request, a sign-in or a page is refused")
		}
	}
	refused := 0
	for range 1000 {
		for _, address := range []string{me, api} {
			if ask(address, true) {
				refused++
				if ask(address, true) {
					t.Fatal("a retry is refused")
				}
				s.now = s.now.Add(time.Second)
			}
		}
	}
	if refused < 50 || refused > 200 {
		t.Errorf("%d of 2000 requests are refused, 5 %% are meant", refused)
	}
	hit := map[string]bool{}
	s.change(func(w *state.World) {
		for _, f := range w.Faults {
			hit[f.ID] = f.Hits > 0
		}
	})
	for id, h := range hit {
		if !h && !strings.HasSuffix(id, "-post") { // nothing was posted
			t.Errorf("%s meets nothing", id)
		}
	}
}
