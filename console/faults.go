package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// faultKind is a failure that the form offers.
type faultKind struct {
	Name, Label string
	effect      faultEffect
}

// faultEffect, faultMatch and faultsBody are what the control plane takes.
type faultEffect struct {
	Status     int    `json:"status,omitempty"`
	RetryAfter *int   `json:"retryAfter,omitempty"`
	Delay      string `json:"delay,omitempty"`
	Drop       bool   `json:"drop,omitempty"`
	Truncate   bool   `json:"truncate,omitempty"`
	LostWrite  bool   `json:"lostWrite,omitempty"`
	Resync     string `json:"resync,omitempty"`
}

type faultMatch struct {
	Host string `json:"host,omitempty"`
	Path string `json:"path,omitempty"`
}

type faultsBody struct {
	Match   faultMatch    `json:"match"`
	Effects []faultEffect `json:"effects"`
}

// slow is how long a slow answer takes.
const slow = 2 * time.Second

func faultKinds() []faultKind {
	ten := 10
	return []faultKind{
		{"429", "429 Too Many Requests, Retry-After 10 s", faultEffect{Status: http.StatusTooManyRequests, RetryAfter: &ten}},
		{"503", "503 Service Unavailable, Retry-After 10 s", faultEffect{Status: http.StatusServiceUnavailable, RetryAfter: &ten}},
		{"504", "504 Gateway Timeout", faultEffect{Status: http.StatusGatewayTimeout}},
		{"401", "401 Unauthorized", faultEffect{Status: http.StatusUnauthorized}},
		{"drop", "the connection is closed without an answer", faultEffect{Drop: true}},
		{"truncate", "the answer ends half way", faultEffect{Truncate: true}},
		{"lost", "a write is answered as done and lost", faultEffect{LostWrite: true}},
		{"resync", "delta asks for a resync (410)", faultEffect{Resync: "resyncChangesApplyDifferences"}},
		{"slow", "the answer takes two seconds", faultEffect{Delay: "PT2S"}},
	}
}

const mostQueued = 50

// addFault queues a failure for the next requests, as the control plane's queue does.
func addFault(c *call) (done, error) {
	kinds := faultKinds()
	i := slices.IndexFunc(kinds, func(k faultKind) bool { return k.Name == c.field("kind") })
	if i < 0 {
		return done{}, problem.For(problem.Invalid, problem.InvalidProperty, "kind", "There is no such failure.")
	}
	times, err := strconv.Atoi(c.field("times"))
	if err != nil || times < 1 || times > mostQueued {
		return done{}, problem.For(problem.Invalid, problem.InvalidProperty, "times", "Say how many requests it meets, from 1 to %d.", mostQueued)
	}
	e, w := kinds[i].effect, c.tx.World()
	body := faultsBody{Match: faultMatch{Host: c.field("host"), Path: c.field("path")}, Effects: slices.Repeat([]faultEffect{e}, times)}
	f := state.Fault{
		Match:  state.FaultMatch{Host: body.Match.Host, Path: body.Match.Path},
		Effect: state.FaultEffect{Status: e.Status, RetryAfter: e.RetryAfter, Drop: e.Drop, Truncate: e.Truncate, LostWrite: e.LostWrite, Resync: e.Resync},
	}
	if e.Delay != "" {
		f.Effect.Delay = slow
	}
	if err := w.Queue(slices.Repeat([]state.Fault{f}, times)...); err != nil {
		return done{}, err
	}
	c.tx.PutWorld(w)
	return done{
		Say:  "Waiting for " + count(times, "request", "requests") + ": " + kinds[i].Label + ".",
		Curl: c.plane(http.MethodPost, "/faults/queue", body),
	}, nil
}

func clearFaults(c *call) (done, error) {
	w := c.tx.World()
	w.Faults = nil
	c.tx.PutWorld(w)
	return done{Say: "There are no faults any more.", Curl: c.plane(http.MethodDelete, "/faults", nil)}, nil
}

// removeFault takes one rule away.
func removeFault(c *call) (done, error) {
	id, w := c.field("rule"), c.tx.World()
	if err := w.Unqueue(id); err != nil {
		return done{}, err
	}
	c.tx.PutWorld(w)
	return done{Say: "The rule " + id + " is gone.", Curl: c.plane(http.MethodDelete, "/faults/"+url.PathEscape(id), nil)}, nil
}
