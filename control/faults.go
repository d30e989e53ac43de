package control

import (
	"net/http"
	"strconv"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// faultRule is a failure injected on purpose: which requests it meets, what happens to them, how often.
type faultRule struct {
	ID     string      `json:"id,omitempty" doc:"given by the emulator"`
	Match  faultMatch  `json:"match" doc:"what is empty matches everything"`
	Effect faultEffect `json:"effect"`
	Limit  faultLimit  `json:"limit"`
	Hits   int         `json:"hits,omitempty" doc:"how often it has met a request"`
}

type faultMatch struct {
	Host   string `json:"host,omitempty" doc:"real host name, or one with * for any part of it"`
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty" doc:"exact and without query, or with a * at its end"`
	Tenant string `json:"tenant,omitempty" doc:"id"`
	Actor  string `json:"actor,omitempty" doc:"object id or principal name"`
	Client string `json:"client,omitempty" doc:"client id, or part of the User-Agent"`
}

type faultEffect struct {
	Status     int               `json:"status,omitempty"`
	Code       string            `json:"code,omitempty" doc:"the service's own, in its own error body"`
	Message    string            `json:"message,omitempty"`
	RetryAfter *int              `json:"retryAfter,omitempty" doc:"seconds"`
	Delay      string            `json:"delay,omitempty" doc:"duration before the answer, PT0.5S"`
	Drop       bool              `json:"drop,omitempty" doc:"close the connection without an answer"`
	Truncate   bool              `json:"truncate,omitempty" doc:"end the body half way"`
	LostWrite  bool              `json:"lostWrite,omitempty" doc:"answer as done, change nothing"`
	Resync     string            `json:"resync,omitempty" doc:"code of the 410 that a delta request gets"`
	Headers    map[string]string `json:"headers,omitempty"`
}

type faultLimit struct {
	Times       int     `json:"times,omitempty" doc:"0 is without end"`
	Probability float64 `json:"probability,omitempty" doc:"0 is always; drawn from the world's source"`
}

type faultRules struct {
	Rules []faultRule `json:"rules" doc:"in order: the first that matches has its effect"`
}

// lag is replication delay.
type lag struct {
	Object   lagRule `json:"object" doc:"something new stays unseen"`
	Relation lagRule `json:"relation" doc:"a membership or reference stays unseen"`
	Delete   lagRule `json:"delete" doc:"something deleted stays seen"`
}

// lagRule is immediate (both zero), manual n times, or a time.
type lagRule struct {
	Times int    `json:"times,omitempty" doc:"how many reads still see the old state"`
	Time  string `json:"time,omitempty" doc:"duration on the world's clock"`
}

func faultEndpoints() []endpoint {
	return []endpoint{
		{Method: http.MethodGet, Path: "/faults", Summary: "the rules, with their hits", Reply: faultRules{}, handle: getFaults},
		{Method: http.MethodPut, Path: "/faults", Summary: "all rules at once", Body: faultRules{}, Reply: faultRules{}, handle: taking(putFaults)},
		{Method: http.MethodDelete, Path: "/faults", Summary: "no faults", handle: func(c *call) (any, error) {
			_, err := putFaults(c, faultRules{})
			return nil, err
		}},
		{Method: http.MethodGet, Path: "/lag", Summary: "replication delay", Reply: lag{}, handle: getLag},
		{Method: http.MethodPut, Path: "/lag", Summary: "set replication delay", Body: lag{}, Reply: lag{}, handle: taking(putLag)},
	}
}

func getFaults(c *call) (any, error) {
	out := faultRules{Rules: []faultRule{}}
	err := c.view(func(tx *state.Tx) error {
		for _, f := range tx.World().Faults {
			out.Rules = append(out.Rules, describeFault(f))
		}
		return nil
	})
	return out, err
}

func putFaults(c *call, b faultRules) (any, error) {
	err := c.update(func(tx *state.Tx) error {
		w := tx.World()
		w.Faults = make([]state.Fault, 0, len(b.Rules))
		for i, r := range b.Rules {
			f, err := readFault(r)
			if err != nil {
				return err
			}
			if f.ID == "" {
				f.ID = strconv.Itoa(i + 1)
			}
			w.Faults = append(w.Faults, f)
		}
		tx.PutWorld(w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return getFaults(c)
}

func readFault(r faultRule) (state.Fault, error) {
	e := r.Effect
	f := state.Fault{
		ID: r.ID, Match: state.FaultMatch(r.Match), Limit: state.FaultLimit(r.Limit),
		Effect: state.FaultEffect{
			Status: e.Status, Code: e.Code, Message: e.Message, RetryAfter: e.RetryAfter, Drop: e.Drop, Truncate: e.Truncate,
			LostWrite: e.LostWrite, Resync: e.Resync, Headers: e.Headers,
		},
	}
	if e.Status != 0 && (e.Status < 100 || e.Status > 599) {
		return f, problem.For(problem.Invalid, problem.InvalidProperty, "effect.status", "found %d, an HTTP status is wanted", e.Status)
	}
	if r.Limit.Probability < 0 || r.Limit.Probability > 1 {
		return f, problem.For(problem.Invalid, problem.InvalidProperty, "limit.probability", "found %g, a number from 0 to 1 is wanted", r.Limit.Probability)
	}
	if e.Delay != "" {
		d, err := parseDuration(e.Delay)
		if err != nil {
			return f, err
		}
		f.Effect.Delay = d
	}
	return f, nil
}

func describeFault(f state.Fault) faultRule {
	e := f.Effect
	r := faultRule{
		ID: f.ID, Match: faultMatch(f.Match), Limit: faultLimit(f.Limit), Hits: f.Hits,
		Effect: faultEffect{
			Status: e.Status, Code: e.Code, Message: e.Message, RetryAfter: e.RetryAfter, Drop: e.Drop, Truncate: e.Truncate,
			LostWrite: e.LostWrite, Resync: e.Resync, Headers: e.Headers,
		},
	}
	if e.Delay != 0 {
		r.Effect.Delay = e.Delay.String()
	}
	return r
}

func getLag(c *call) (any, error) {
	var out lag
	err := c.view(func(tx *state.Tx) error {
		l := tx.World().Lag
		out = lag{describeLag(l.Object), describeLag(l.Relation), describeLag(l.Delete)}
		return nil
	})
	return out, err
}

func describeLag(r state.LagRule) lagRule {
	out := lagRule{Times: r.Times}
	if r.Span != 0 {
		out.Time = r.Span.String()
	}
	return out
}

func putLag(c *call, b lag) (any, error) {
	err := c.update(func(tx *state.Tx) error {
		w := tx.World()
		for _, part := range []struct {
			to   *state.LagRule
			from lagRule
		}{{&w.Lag.Object, b.Object}, {&w.Lag.Relation, b.Relation}, {&w.Lag.Delete, b.Delete}} {
			span := time.Duration(0)
			if part.from.Time != "" {
				d, err := parseDuration(part.from.Time)
				if err != nil {
					return err
				}
				span = d
			}
			*part.to = state.LagRule{Times: part.from.Times, Span: span}
		}
		tx.PutWorld(w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return getLag(c)
}
