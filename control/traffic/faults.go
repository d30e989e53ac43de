package traffic

import (
	"bytes"
	"encoding/binary"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// pick finds the fault that meets a request, and counts it. Rules are asked in their order; one whose times are over or
// whose dice say no lets the next one have its turn. The dice are the world's, so a seed repeats them.
func pick(world *state.Store, rules []state.Fault, x *exchange) (hit state.Fault, ok bool) {
	if !slices.ContainsFunc(rules, func(f state.Fault) bool { return meets(f, x) }) {
		return state.Fault{}, false
	}
	// The error is always nil: the function returns none.
	_ = world.Update(func(tx *state.Tx) error {
		w := tx.World()
		w.Faults = slices.Clone(w.Faults)
		for i := range w.Faults {
			f := &w.Faults[i]
			if !meets(*f, x) || f.Limit.Probability > 0 && !drawn(tx, f.Limit.Probability) {
				continue
			}
			f.Hits++
			hit, ok = *f, true
			break
		}
		tx.PutWorld(w)
		return nil
	})
	return hit, ok
}

func drawn(tx *state.Tx, probability float64) bool {
	const digits = 53 // what a float64 holds
	n := binary.BigEndian.Uint64(tx.Bytes(8)) >> (64 - digits)
	return float64(n)/(1<<digits) < probability
}

// meets tells whether a rule is for a request and has times left.
func meets(f state.Fault, x *exchange) bool {
	m := f.Match
	if f.Limit.Times > 0 && f.Hits >= f.Limit.Times ||
		m.Method != "" && !strings.EqualFold(m.Method, x.entry.Method) ||
		m.Host != "" && !like(m.Host, x.entry.Host) && !like(m.Host, x.place.RealName()) ||
		m.Path != "" && !like(m.Path, x.entry.Path) && !like(m.Path, unescaped(x.entry.Path)) ||
		m.Protocol != "" && !strings.EqualFold(m.Protocol, x.protocol) || m.KeptAlive && !x.keptAlive ||
		f.Limit.SpareRetry && x.entry.Retry ||
		f.Effect.Resync != "" && !tokenDelta(x.entry) {
		return false
	}
	if m.Client != "" && !strings.EqualFold(m.Client, x.who().app()) &&
		!strings.Contains(strings.ToLower(x.entry.requestHeader.Get("User-Agent")), strings.ToLower(m.Client)) {
		return false
	}
	if m.Actor != "" && !strings.EqualFold(m.Actor, x.who().Object) && !strings.EqualFold(m.Actor, x.who().name()) {
		return false
	}
	tenant := x.who().Tenant
	if tenant == "" {
		tenant = x.hostTenant
	}
	return m.Tenant == "" || strings.EqualFold(m.Tenant, tenant)
}

// tokenDelta tells whether a request goes on with a delta: only a token can be too old.
func tokenDelta(e *Entry) bool {
	path := strings.ToLower(strings.TrimSuffix(e.Path, "()"))
	if !strings.HasSuffix(path, "/delta") && !strings.Contains(path, "/delta(token=") && !strings.HasSuffix(path, "/getlistitemchangessincetoken") {
		return false
	}
	q, err := url.ParseQuery(e.query)
	if err != nil {
		return false
	}
	for name := range q {
		if deltaToken(name) {
			return true
		}
	}
	return strings.Contains(path, "(token=")
}

func deltaToken(name string) bool {
	switch strings.ToLower(name) {
	case "token", "$deltatoken", "$skiptoken":
		return true
	}
	return false
}

// effect is what a fault does in place of an answer.
type effect struct {
	status         int
	code, message  string
	location       string
	retryAfter     *int
	furtherHeaders map[string]string
	body           string // in place of the service's own
}

// inject does to a request what a fault says.
func (t *traffic) inject(x *exchange, r *http.Request, f state.FaultEffect, next http.Handler) {
	if f.Delay > 0 {
		wait := time.NewTimer(f.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	f.Headers = headersOf(f)
	if f.Drop || f.Truncate || f.Status != 0 {
		wait := 0
		if f.RetryAfter != nil {
			wait = *f.RetryAfter
		}
		t.Journal(r).refused(x, t.Now().Add(time.Duration(wait)*time.Second))
	}
	switch {
	case f.Drop:
		panic(http.ErrAbortHandler)
	case f.Resync != "":
		answer(x, r, effect{
			status: http.StatusGone, code: f.Resync, message: f.Message, location: afresh(x.place, r), furtherHeaders: f.Headers,
		})
	case f.Status != 0 || f.Body != "":
		if f.Status == 0 {
			f.Status = http.StatusOK
		}
		answer(x, r, effect{f.Status, f.Code, f.Message, "", f.RetryAfter, f.Headers, f.Body})
	case f.Truncate:
		truncate(x, r, next)
	case f.LostWrite:
		world := state.FromContext(r.Context())
		lost := world.Fork(world.Snapshot())
		next.ServeHTTP(x, r.WithContext(state.NewContext(r.Context(), lost)))
	default:
		for name, value := range f.Headers {
			x.Header().Set(name, value)
		}
		next.ServeHTTP(x, r)
	}
}

// headersOf are the headers that a fault puts in: its own, and those by which a service tells how much is left
// (sp-dev-docs, how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online).
func headersOf(f state.FaultEffect) map[string]string {
	if f.RateLimit == nil {
		return f.Headers
	}
	h := map[string]string{
		"RateLimit-Limit": strconv.Itoa(f.RateLimit.Limit), "RateLimit-Remaining": strconv.Itoa(f.RateLimit.Remaining),
		"RateLimit-Reset": strconv.Itoa(f.RateLimit.Reset),
	}
	maps.Copy(h, f.Headers)
	return h
}

// afresh is the address at which a client begins its delta anew: the same without a token.
func afresh(p links.Place, r *http.Request) string {
	q := r.URL.Query()
	for name := range q {
		if deltaToken(name) {
			q.Del(name)
		}
	}
	path := r.URL.EscapedPath()
	if i := strings.Index(strings.ToLower(path), "/delta(token="); i >= 0 {
		path = path[:i] + "/delta"
	}
	base := p.Origin.Graph()
	if p.Service == links.SharePoint {
		base = p.Origin.SharePoint(p.Prefix, p.Host)
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return base + path
}

// truncate sends the head of the true answer and half of its body, then cuts the connection.
func truncate(x *exchange, r *http.Request, next http.Handler) {
	h := &held{header: x.Header(), status: http.StatusOK}
	next.ServeHTTP(h, r)
	x.Header().Set("Content-Length", strconv.Itoa(h.body.Len()))
	x.WriteHeader(h.status)
	_, _ = x.Write(h.body.Bytes()[:h.body.Len()/2]) // the client may be gone already
	x.Flush()
	panic(http.ErrAbortHandler)
}

// held is an answer that is kept back.
type held struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (h *held) Header() http.Header { return h.header }

func (h *held) WriteHeader(status int) {
	if !h.wrote && status >= http.StatusOK {
		h.status, h.wrote = status, true
	}
}

func (h *held) Write(b []byte) (int, error) {
	h.wrote = true
	return h.body.Write(b)
}
