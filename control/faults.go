package control

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/tennantite/tennantite/control/traffic"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// faultRule is a failure injected on purpose: which requests it meets, what happens to them, how often.
type faultRule struct {
	ID     string      `json:"id,omitempty" doc:"given by the emulator"`
	Match  faultMatch  `json:"match" doc:"what is empty matches everything" optional:"true"`
	Effect faultEffect `json:"effect" optional:"true"`
	Limit  faultLimit  `json:"limit" optional:"true"`
	Hits   int         `json:"hits,omitempty" doc:"how often it has met a request"`
}

type faultMatch struct {
	Host   string `json:"host,omitempty" doc:"real host name, or one with * for any part of it"`
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty" doc:"exact and without query, or with a * at its end"`
	Tenant string `json:"tenant,omitempty" doc:"id"`
	Actor  string `json:"actor,omitempty" doc:"object id or principal name"`
	Client string `json:"client,omitempty" doc:"client id, or part of the User-Agent"`

	Protocol  string `json:"protocol,omitempty" doc:"HTTP/1.1 or HTTP/2.0"`
	KeptAlive bool   `json:"keptAlive,omitempty" doc:"only what is not the first request of its connection"`
}

type faultEffect struct {
	Status     int               `json:"status,omitempty" doc:"of the answer, from 200" min:"0" max:"599"`
	Code       string            `json:"code,omitempty" doc:"the service's own, in its own error body"`
	Message    string            `json:"message,omitempty"`
	RetryAfter *int              `json:"retryAfter,omitempty" doc:"seconds" min:"0"`
	RateLimit  *rateLimit        `json:"rateLimit,omitempty" doc:"the RateLimit headers, of a refusal or beside a true answer"`
	Delay      string            `json:"delay,omitempty" doc:"duration before the answer, PT0.5S"`
	Drop       bool              `json:"drop,omitempty" doc:"close the connection without an answer"`
	Truncate   bool              `json:"truncate,omitempty" doc:"end the body half way"`
	LostWrite  bool              `json:"lostWrite,omitempty" doc:"answer as done, change nothing"`
	Resync     string            `json:"resync,omitempty" doc:"code of the 410 that a delta request gets"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       json.RawMessage   `json:"body,omitempty" doc:"answered in place of the service's own; a text is answered as it is, anything else as JSON; the status is 200 unless given"`
}

type rateLimit struct {
	Limit     int `json:"limit" doc:"calls" min:"0"`
	Remaining int `json:"remaining" doc:"calls" min:"0"`
	Reset     int `json:"reset" doc:"seconds" min:"0"`
}

type faultLimit struct {
	Times       int     `json:"times,omitempty" doc:"0 is without end" min:"0"`
	Probability float64 `json:"probability,omitempty" doc:"0 is always; drawn from the world's source" min:"0" max:"1"`
	SpareRetry  bool    `json:"spareRetry,omitempty" doc:"a request that a fault refused is let through when it comes again"`
}

type faultRules struct {
	Rules []faultRule `json:"rules" doc:"in order: the first that matches has its effect"`
	// Profile is named where rules are put, and gone where they are read: its rules are rules like others.
	Profile string `json:"profile,omitempty" enum:"realistic" doc:"its rules come behind those given"`
}

// faultQueue is what the next requests get, one each, in that order.
type faultQueue struct {
	Match   faultMatch    `json:"match" doc:"which requests; all where it is left out" optional:"true"`
	Effects []faultEffect `json:"effects"`
}

// lag is replication delay.
type lag struct {
	Object   lagRule `json:"object" doc:"something new stays unseen" optional:"true"`
	Relation lagRule `json:"relation" doc:"a membership or reference stays unseen" optional:"true"`
	Delete   lagRule `json:"delete" doc:"something deleted stays seen" optional:"true"`
}

// lagRule is immediate (both zero), manual n times, or a time.
type lagRule struct {
	Times int    `json:"times,omitempty" doc:"how many reads still see the old state" min:"0"`
	Time  string `json:"time,omitempty" doc:"duration on the world's clock"`
}

func faultEndpoints() []endpoint {
	return []endpoint{
		{Method: http.MethodGet, Path: "/faults", Summary: "the rules, with their hits", Reply: faultRules{}, handle: getFaults},
		{Method: http.MethodPut, Path: "/faults", Summary: "all rules at once", Body: faultRules{}, Reply: faultRules{}, handle: taking(putFaults)},
		{
			Method: http.MethodPost, Path: "/faults/queue", Summary: "what the next requests get, one each, after what is queued already",
			Body: faultQueue{}, Reply: faultRules{}, handle: taking(postQueue),
		},
		{Method: http.MethodDelete, Path: "/faults", Summary: "no faults", handle: func(c *call) (any, error) {
			_, err := putFaults(c, faultRules{})
			return nil, err
		}},
		{Method: http.MethodDelete, Path: "/faults/{id}", Summary: "without one rule", handle: deleteFault},
		{Method: http.MethodGet, Path: "/lag", Summary: "replication delay", Reply: lag{}, handle: getLag},
		{Method: http.MethodPut, Path: "/lag", Summary: "set replication delay", Body: lag{}, Reply: lag{}, handle: taking(putLag)},
	}
}

// FaultProfile returns the rules of a profile: none of "", else those of "realistic".
func FaultProfile(name string) ([]state.Fault, error) {
	switch name {
	case "":
		return nil, nil
	case traffic.Realistic:
		return traffic.RealisticFaults(), nil
	}
	return nil, problem.For(problem.Invalid, problem.InvalidProperty, "profile", "found %q, the profile is %q", name, traffic.Realistic)
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

func deleteFault(c *call) (any, error) {
	return nil, c.update(func(tx *state.Tx) error {
		w := tx.World()
		if err := w.Unqueue(c.param("id")); err != nil {
			return err
		}
		tx.PutWorld(w)
		return nil
	})
}

func putFaults(c *call, b faultRules) (any, error) {
	profile, err := FaultProfile(b.Profile)
	if err != nil {
		return nil, err
	}
	err = c.update(func(tx *state.Tx) error {
		w := tx.World()
		if len(b.Rules) > state.MaxFaults {
			return state.TooManyFaults()
		}
		w.Faults = make([]state.Fault, 0, len(b.Rules)+len(profile))
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
		w.Faults = append(w.Faults, profile...)
		tx.PutWorld(w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return getFaults(c)
}

// postQueue puts rules that meet one request each behind those that are there.
func postQueue(c *call, b faultQueue) (any, error) {
	err := c.update(func(tx *state.Tx) error {
		w := tx.World()
		next := make([]state.Fault, 0, len(b.Effects))
		for _, e := range b.Effects {
			f, err := readFault(faultRule{Match: b.Match, Effect: e})
			if err != nil {
				return err
			}
			next = append(next, f)
		}
		if err := w.Queue(next...); err != nil {
			return err
		}
		tx.PutWorld(w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return getFaults(c)
}

// maxDelay bounds how long a fault keeps a connection open.
const maxDelay = 10 * time.Minute

func readFault(r faultRule) (state.Fault, error) {
	f := state.Fault{ID: r.ID, Match: state.FaultMatch(r.Match), Limit: state.FaultLimit(r.Limit)}
	e := r.Effect
	bad := func(target, format string, args ...any) (state.Fault, error) {
		return f, problem.For(problem.Invalid, problem.InvalidProperty, target, format, args...)
	}
	f.Effect = state.FaultEffect{
		Status: e.Status, Code: e.Code, Message: e.Message, RetryAfter: e.RetryAfter, Drop: e.Drop, Truncate: e.Truncate,
		LostWrite: e.LostWrite, Resync: e.Resync, Headers: e.Headers, RateLimit: (*state.RateLimit)(e.RateLimit), Body: string(e.Body),
	}
	switch {
	case e.Status != 0 && (e.Status < http.StatusOK || e.Status > 599):
		return bad("effect.status", "found %d, an HTTP status from 200 to 599 is wanted", e.Status)
	case e.RetryAfter != nil && *e.RetryAfter < 0:
		return bad("effect.retryAfter", "found %d, seconds are wanted", *e.RetryAfter)
	case e.RateLimit != nil && min(e.RateLimit.Limit, e.RateLimit.Remaining, e.RateLimit.Reset) < 0:
		return bad("effect.rateLimit", "numbers from 0 are wanted")
	case r.Limit.Times < 0:
		return bad("limit.times", "found %d, a number from 0 is wanted", r.Limit.Times)
	case r.Limit.Probability < 0 || r.Limit.Probability > 1:
		return bad("limit.probability", "found %g, a number from 0 to 1 is wanted", r.Limit.Probability)
	}
	for name, value := range e.Headers {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return bad("effect.headers", "%q: %q is no header", name, value)
		}
	}
	var text string
	if json.Unmarshal(e.Body, &text) == nil {
		f.Effect.Body = text
	}
	if e.Delay != "" {
		d, err := parseDuration(e.Delay)
		if err != nil {
			return f, err
		}
		if d < 0 || d > maxDelay {
			return bad("effect.delay", "found %s, a duration up to %s is wanted", d, maxDelay)
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
			LostWrite: e.LostWrite, Resync: e.Resync, Headers: e.Headers, RateLimit: (*rateLimit)(e.RateLimit),
		},
	}
	if e.Delay != 0 {
		r.Effect.Delay = e.Delay.String()
	}
	switch {
	case e.Body == "":
	case json.Valid([]byte(e.Body)):
		r.Effect.Body = json.RawMessage(e.Body)
	default:
		r.Effect.Body, _ = json.Marshal(e.Body) // a text always encodes
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
			if part.from.Times < 0 {
				return problem.For(problem.Invalid, problem.InvalidProperty, "times", "found %d, a number from 0 is wanted", part.from.Times)
			}
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
