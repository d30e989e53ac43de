package traffic

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// lag is replication delay. A copy of the directory that lags behind is a world as it was: requests about something new,
// or about something deleted, are answered from the state before the change, by the service's own rules, so many times or
// so long. What they write goes nowhere, as on the real service that answers 404.
type lag state.Lag

func (l lag) immediate() bool {
	return l.Object == state.LagRule{} && l.Relation == state.LagRule{} && l.Delete == state.LagRule{}
}

// pending is a change that has not reached every copy.
type pending struct {
	before   state.Snapshot
	names    []string  // ids of what is new; any of them in a path means it
	path     string    // of what was deleted, or of the collection that a relation changed
	readOnly bool      // only reads lag behind: relations and deletions
	left     int       // how many requests still see the old state, where there is no time
	until    time.Time // by the world's clock
}

// maxPending bounds the changes that are under way.
const maxPending = 500

// lagging answers a request from the state that has arrived, and notes what it changes.
func lagging(next http.Handler, j *Journal, l lag) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		world := state.FromContext(r.Context())
		if before, ok := j.lagsBehind(world, r); ok {
			old := world.Fork(before)
			next.ServeHTTP(w, r.WithContext(state.NewContext(r.Context(), old)))
			return
		}
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		before := world.Snapshot()
		next.ServeHTTP(w, r)
		if x, ok := w.(*exchange); ok {
			j.note(world, x, r, before, l)
		}
	})
}

// lagsBehind finds the state that a request still sees, and counts it.
func (j *Journal) lagsBehind(world *state.Store, r *http.Request) (before state.Snapshot, ok bool) {
	now := clock(world)
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	path := strings.ToLower(strings.TrimSuffix(r.URL.Path, "/"))
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := j.pending[:0]
	for _, p := range j.pending {
		if p.left <= 0 && !now.Before(p.until) {
			continue
		}
		if !ok && p.concerns(path, read) {
			before, ok = p.before, true
			if p.until.IsZero() {
				p.left--
			}
		}
		kept = append(kept, p)
	}
	j.pending = kept
	return before, ok
}

func (p *pending) concerns(path string, read bool) bool {
	if p.readOnly && !read {
		return false
	}
	if p.path != "" {
		return path == p.path || strings.HasPrefix(path, p.path+"/")
	}
	for _, n := range p.names {
		if strings.Contains(path, n) {
			return true
		}
	}
	return false
}

// note remembers what a request changed.
func (j *Journal) note(world *state.Store, x *exchange, r *http.Request, before state.Snapshot, l lag) {
	if x.status < http.StatusOK || x.status >= http.StatusMultipleChoices {
		return
	}
	p := &pending{before: before}
	rule := l.Object
	path := strings.ToLower(strings.TrimSuffix(r.URL.Path, "/"))
	switch {
	case strings.HasSuffix(path, "/$ref"):
		rule, p.readOnly = l.Relation, true
		p.path = strings.TrimSuffix(path, "/$ref")
		if r.Method == http.MethodDelete { // …/members/{id}/$ref
			p.path = p.path[:max(strings.LastIndexByte(p.path, '/'), 0)]
		}
	case r.Method == http.MethodDelete:
		rule, p.readOnly, p.path = l.Delete, true, path
	case x.status == http.StatusCreated:
		p.names = created(x)
	}
	if rule == (state.LagRule{}) || p.path == "" && len(p.names) == 0 {
		return
	}
	p.left = rule.Times
	if rule.Span > 0 {
		p.left, p.until = 0, clock(world).Add(rule.Span)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.pending) >= maxPending {
		j.pending = j.pending[1:]
	}
	j.pending = append(j.pending, p)
}

// created are the ids, in lower case, of what an answer says is new: the object's own and that of an invited user.
func created(x *exchange) (names []string) {
	var body struct {
		ID      string `json:"id"`
		Invited struct {
			ID string `json:"id"`
		} `json:"invitedUser"`
	}
	_ = json.Unmarshal(x.answer.Bytes(), &body) // what is no object has no id
	for _, id := range []string{body.ID, body.Invited.ID} {
		if id = strings.ToLower(id); id != "" {
			names = append(names, id)
			if e := strings.ToLower(url.PathEscape(id)); e != id {
				names = append(names, e)
			}
		}
	}
	return names
}

func clock(world *state.Store) (now time.Time) {
	// The error is always nil: the function returns none.
	_ = world.View(func(tx *state.Tx) error {
		now = tx.Now()
		return nil
	})
	return now
}
