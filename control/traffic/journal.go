package traffic

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Journal is a bounded log of one world's requests: the newest entries, and no more than a fixed amount of what was in them.
type Journal struct {
	mu      sync.Mutex
	most    int
	entries []*Entry // oldest first
	size    int      // bytes of captured bodies
	seq     uint64
	changed chan struct{}
	retry   map[string]time.Time // who may come back to what, and when
	pending []*pending           // lag
}

// maxBytes bounds the captured bodies of a journal.
const maxBytes = 4 << 20

// Entry is one request with its answer. Tokens, passwords and secrets are masked where it is read.
type Entry struct {
	Seq       uint64        // position in the journal, from 1
	ID        string        // request id that the client saw
	At        time.Time     // by the world's clock
	Took      time.Duration // by the wall clock
	Surface   string        // login, graph or sharepoint
	Method    string
	Host      string
	Path      string // as it was escaped
	Status    int
	Sent      int64 // bytes of the answer's body
	Received  int64 // bytes of the request's body that were read
	Fault     string
	Dropped   bool     // the connection was closed on purpose
	Unmatched bool     // a real route that is not emulated
	TooEarly  bool     // the client came back before Retry-After
	Retry     bool     // a fault had refused the same request, which came again
	Forgiven  []string // failures that a lenient world let pass

	query                         string
	requestHeader, responseHeader http.Header
	requestBody, responseBody     []byte
	token, hostTenant, remote     string
}

// NewJournal returns a journal that keeps so many entries, the newest.
func NewJournal(most int) *Journal {
	return &Journal{most: most, changed: make(chan struct{}), retry: map[string]time.Time{}}
}

func (j *Journal) add(e *Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e.Seq = j.seq
	j.entries = append(j.entries, e)
	j.size += e.weight()
	drop := 0
	for drop < len(j.entries) && (len(j.entries)-drop > j.most || j.size > maxBytes) {
		j.size -= j.entries[drop].weight()
		j.entries[drop] = nil
		drop++
	}
	j.entries = j.entries[drop:]
	close(j.changed)
	j.changed = make(chan struct{})
}

func (e *Entry) weight() int { return len(e.requestBody) + len(e.responseBody) + len(e.token) }

// Changed returns a channel that is closed when the next request was answered.
func (j *Journal) Changed() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changed
}

// Clear forgets all entries.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries, j.size = nil, 0
}

// Filter says which entries are meant; empty members match all. Texts are compared without regard to case.
type Filter struct {
	Surface, Method string
	Host            string // whole, or with * for any part of it
	Path            string // decoded, whole or with * for any part of it
	Tenant          string // id
	Actor           string // object id or name
	App             string // client id
	Status          int
	Since           uint64    // after that position
	From, Until     time.Time // by the world's clock
	Unmatched       bool
	Retry, TooEarly bool
	Fault           string // with * for any part of it
	Body            string // part of the request's body
}

// Find returns the entries that match, oldest first.
func (j *Journal) Find(f Filter) []*Entry {
	j.mu.Lock()
	all := slices.Clone(j.entries)
	j.mu.Unlock()
	return slices.DeleteFunc(all, func(e *Entry) bool { return !f.matches(e) })
}

func (f Filter) matches(e *Entry) bool {
	if f.Surface != "" && !strings.EqualFold(f.Surface, e.Surface) ||
		f.Method != "" && !strings.EqualFold(f.Method, e.Method) ||
		f.Host != "" && !like(f.Host, e.Host) ||
		f.Path != "" && !like(f.Path, e.Path) && !like(f.Path, unescaped(e.Path)) ||
		f.Status != 0 && f.Status != e.Status ||
		e.Seq <= f.Since || f.Unmatched && !e.Unmatched || f.TooEarly && !e.TooEarly || f.Retry && !e.Retry ||
		f.Fault != "" && !like(f.Fault, e.Fault) ||
		!f.From.IsZero() && e.At.Before(f.From) || !f.Until.IsZero() && e.At.After(f.Until) ||
		f.Body != "" && !strings.Contains(string(e.requestBody), f.Body) {
		return false
	}
	if f.Tenant == "" && f.Actor == "" && f.App == "" {
		return true
	}
	c := callerOf(e.token)
	return (f.Tenant == "" || strings.EqualFold(f.Tenant, e.Tenant())) &&
		(f.Actor == "" || strings.EqualFold(f.Actor, c.Object) || strings.EqualFold(f.Actor, c.name())) &&
		(f.App == "" || strings.EqualFold(f.App, c.app()))
}

// Tenant is the organisation that was asked: the token's, or whose SharePoint host it is; "" where neither says it.
func (e *Entry) Tenant() string {
	if t := callerOf(e.token).Tenant; t != "" {
		return t
	}
	return e.hostTenant
}

// Caller is who the token said that he was: object id, name and client id.
func (e *Entry) Caller() (object, name, app string) {
	c := callerOf(e.token)
	return c.Object, c.name(), c.app()
}

// like compares without regard to case; each * of the pattern stands for any text.
func like(pattern, s string) bool {
	pattern, s = strings.ToLower(pattern), strings.ToLower(s)
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	first, last := parts[0], parts[len(parts)-1]
	rest, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, last)
}

// maxRetry bounds how many clients the journal waits for.
const maxRetry = 1000

// refused notes until when a client was asked to stay away from an address; where nothing was said, that it may come back
// at once.
func (j *Journal) refused(x *exchange, until time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.retry) >= maxRetry {
		clear(j.retry)
	}
	j.retry[x.retryKey()] = until
}

// cameBack tells whether a client asks again for what a fault refused, and whether that is before the time that it was told.
// Each refusal is come back to once.
func (j *Journal) cameBack(x *exchange, now time.Time) (again, tooEarly bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.retry) == 0 {
		return false, false
	}
	key := x.retryKey()
	until, again := j.retry[key]
	delete(j.retry, key)
	return again, again && now.Before(until)
}

// retryKey names a client and what it asked for.
func (x *exchange) retryKey() string {
	c := x.who()
	return strings.Join([]string{x.entry.Method, x.entry.Host, x.entry.Path, c.Object, c.app()}, "\n")
}
