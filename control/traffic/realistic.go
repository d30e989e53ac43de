package traffic

import (
	"net/http"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// Realistic is the name of the profile of faults that the real services show now and then.
const Realistic = "realistic"

// RealisticFaults are the rules of the profile: throttling and outages with Retry-After, connections that end, answers that
// take their time (graph.md 1.2 and 1.3, pitfalls.md 5). Waits are short, so that suites stay quick, and nobody is refused
// twice in a row. Sign-in is left alone, and so is the first request of a connection: a script that prepares a test opens one
// for each call and does not retry, a client that works keeps it. Connections end as kept ones do in real life, under a GET:
// clients may repeat that by themselves (RFC 9112 section 9.3.1); HTTP/2 has its own way to say so. The parts of an upload, which
// are PUT to a SharePoint host, are left alone: Microsoft's Go SDK sends an empty one when it retries.
func RealisticFaults() []state.Fault {
	second := 1
	limits := map[string]string{"RateLimit-Limit": "1200", "RateLimit-Remaining": "0", "RateLimit-Reset": "1"}
	kinds := []struct {
		name        string
		match       state.FaultMatch
		effect      state.FaultEffect
		probability float64
	}{
		{"throttled", state.FaultMatch{}, state.FaultEffect{Status: http.StatusTooManyRequests, RetryAfter: &second, Headers: limits}, 0.03},
		{"unavailable", state.FaultMatch{}, state.FaultEffect{Status: http.StatusServiceUnavailable, RetryAfter: &second}, 0.01},
		{"dropped", state.FaultMatch{Method: http.MethodGet, Protocol: "HTTP/1.1"}, state.FaultEffect{Drop: true}, 0.01},
		{"slow", state.FaultMatch{}, state.FaultEffect{Delay: 100 * time.Millisecond}, 0.05},
	}
	places := []struct{ name, host, path, method string }{
		{"graph", "graph.microsoft.com", "", ""},
		{"sharepoint", "*.sharepoint.com", "*/_api/*", http.MethodGet},
		{"sharepoint-post", "*.sharepoint.com", "*/_api/*", http.MethodPost},
	}
	var rules []state.Fault
	for _, k := range kinds {
		for _, p := range places {
			if k.match.Method != "" && p.method != "" && k.match.Method != p.method {
				continue
			}
			f := state.Fault{
				ID: Realistic + "-" + k.name + "-" + p.name, Match: k.match, Effect: k.effect,
				Limit: state.FaultLimit{Probability: k.probability, SpareRetry: true},
			}
			f.Match.Host, f.Match.Path, f.Match.KeptAlive = p.host, p.path, true
			if p.method != "" {
				f.Match.Method = p.method
			}
			rules = append(rules, f)
		}
	}
	return rules
}
