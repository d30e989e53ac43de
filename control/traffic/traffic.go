// Package traffic stands around the faces: it keeps the journal of what clients asked and were answered, and puts faults
// and lag in. Which faults and which lag is state of the world; the journal is not, it is bounded and lies beside it.
//
//	request ─► fault? ─┬─ answer, drop ─────────────────────────────────┐
//	                   └─ delay, lost write, truncate ─► lag? ─► face ──┴─► journal
//
// It knows the services' error bodies, and of their meaning only what a proxy could see: hosts, paths, status, tokens' claims.
package traffic

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Options are what stands around the faces.
type Options struct {
	// Journal is the journal of a request's world.
	Journal func(*http.Request) *Journal
	// KeptAlive tells whether a request is not the first of its connection; nil for always the first.
	KeptAlive func(*http.Request) bool
	// World is the name of a request's world, for the log; nil for none.
	World func(*http.Request) string
	// Done is called after each request, for metrics and spans; nil for nothing.
	Done func(*http.Request, *Entry)
	Log  *slog.Logger
	Now  func() time.Time // the wall clock, by which delays and Retry-After are
}

// Around returns next with journal, faults and lag put around it. The request's context has its world and place.
func Around(next http.Handler, o Options) http.Handler { return &traffic{o, next} }

type traffic struct {
	Options

	next http.Handler
}

func (t *traffic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := t.Now()
	j := t.Journal(r)
	x := newExchange(w, r)
	world := state.FromContext(r.Context())
	var conditions conditions
	// The error is always nil: the function returns none.
	_ = world.View(func(tx *state.Tx) error {
		conditions.read(tx, x)
		return nil
	})
	x.entry.Retry, x.entry.TooEarly = j.cameBack(x, began)
	x.keptAlive = t.KeptAlive != nil && t.KeptAlive(r)
	defer func() {
		p := recover()
		if p != nil && !aborted(p) {
			t.Log.Error("a face panicked", "method", r.Method, "host", r.Host, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			if x.status == 0 {
				answer(x, r, effect{status: http.StatusInternalServerError})
				p = nil
			} else {
				p = http.ErrAbortHandler // half an answer must not look whole
			}
		}
		x.entry.Took = t.Now().Sub(began)
		e := x.finish(p != nil)
		j.add(e)
		t.log(r, e)
		if t.Done != nil {
			t.Done(r, e)
		}
		if p != nil {
			panic(p)
		}
	}()
	t.serve(x, r.WithContext(problem.NewContext(r.Context(), x.note)), world, conditions)
}

func (t *traffic) serve(x *exchange, r *http.Request, world *state.Store, c conditions) {
	next := t.next
	if !c.lag.immediate() {
		next = lagging(next, t.Journal(r), c.lag)
	}
	if f, ok := pick(world, c.faults, x); ok {
		x.entry.Fault = f.ID
		t.inject(x, r, f.Effect, next)
		return
	}
	next.ServeHTTP(x, r)
}

// conditions are what the world says about a request before a face sees it.
type conditions struct {
	faults []state.Fault
	lag    lag
}

func (c *conditions) read(tx *state.Tx, x *exchange) {
	w := tx.World()
	c.faults, c.lag = w.Faults, lag(w.Lag)
	x.entry.At = tx.Now()
	if date, ok := tx.Date(); ok {
		x.Header().Set("Date", date)
	}
	if x.place.Service == links.SharePoint {
		if t, ok := tx.TenantByPrefix(x.place.Prefix); ok {
			x.hostTenant = t.ID
		}
	}
}

func aborted(p any) bool {
	err, ok := p.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// log writes a line for each request, of those that failed without being told to a louder one.
func (t *traffic) log(r *http.Request, e *Entry) {
	level := slog.LevelInfo
	if e.Status >= http.StatusInternalServerError && e.Fault == "" && !e.Unmatched {
		level = slog.LevelWarn
	}
	if !t.Log.Enabled(r.Context(), level) {
		return
	}
	object, name, app := e.Caller()
	all := []slog.Attr{slog.String("requestId", e.ID)}
	add := func(name, value string) {
		if value != "" {
			all = append(all, slog.String(name, value))
		}
	}
	add("clientRequestId", r.Header.Get("client-request-id"))
	if t.World != nil {
		add("world", t.World(r))
	}
	add("tenant", e.Tenant())
	add("actor", cmp.Or(name, object))
	add("app", app)
	all = append(all, slog.String("method", e.Method), slog.String("host", e.Host), slog.String("path", e.Path),
		slog.Int("status", e.Status), slog.Duration("took", e.Took))
	add("fault", e.Fault)
	t.Log.LogAttrs(r.Context(), level, "request", all...)
}
