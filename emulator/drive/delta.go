package drive

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// tokenLife is how long a delta can be taken up again.
const tokenLife = 90 * 24 * time.Hour

// DeltaToken says how far a client has followed a folder's changes. Changes are told in the order of their numbers, so a
// page that was sent is never invalidated: what changes meanwhile gets a higher number and comes later.
type DeltaToken struct {
	Seq uint64 // the last change number that was told
	// Start is the change number up to which the client knew everything when it began to read pages; of a first
	// enumeration the world's last: what was gone by then is not mentioned.
	Start uint64
	At    time.Time
}

// Encode returns the token for a URL, bound to the folder and sealed.
func (t DeltaToken) Encode(tx *state.Tx, scope state.Item) string {
	return tx.Seal(deltaOf(scope), []byte(strings.Join([]string{
		strconv.FormatUint(t.Seq, 10), strconv.FormatUint(t.Start, 10), strconv.FormatInt(t.At.Unix(), 10),
	}, ";")))
}

func deltaOf(scope state.Item) string {
	return strings.Join([]string{"delta", scope.TenantID, scope.ListID, scope.ID}, ";")
}

// ParseDelta reads a token. A time in RFC 3339 stands for what changed since; "latest" for now. It fails with
// ResyncRequired for a token that is too old, ResyncUpload for one from a state that the world has left (the client may
// know more than the service), and Malformed for what is none.
func ParseDelta(tx *state.Tx, scope state.Item, token string) (DeltaToken, error) {
	now := DeltaToken{Seq: tx.Sequence(), Start: tx.Sequence(), At: tx.Now()}
	switch token {
	case "":
		return DeltaToken{Start: tx.Sequence(), At: tx.Now()}, nil
	case "latest":
		return now, nil
	}
	if at, err := time.Parse(time.RFC3339, token); err == nil {
		now.Seq = sequenceAt(tx, scope, at)
		now.Start = now.Seq
		return now, nil
	}
	body, passed, ok := tx.Unseal(deltaOf(scope), token)
	if !ok {
		return DeltaToken{}, problem.For(problem.Invalid, problem.Malformed, "token", "The provided delta token is not valid.")
	}
	part := strings.Split(string(body), ";") // what we sealed parses
	seq, _ := strconv.ParseUint(part[0], 10, 64)
	start, _ := strconv.ParseUint(part[1], 10, 64)
	unix, _ := strconv.ParseInt(part[2], 10, 64)
	t := DeltaToken{seq, start, time.Unix(unix, 0).UTC()}
	const again = "The delta token is no longer valid, and the client must start again from the beginning."
	switch {
	case !passed:
		return DeltaToken{}, problem.New(problem.Expired, problem.ResyncUpload, again)
	case tx.Now().Sub(t.At) > tokenLife:
		return DeltaToken{}, problem.New(problem.Expired, problem.ResyncRequired, again)
	}
	return t, nil
}

// sequenceAt is the number of the last change of a drive up to a moment.
func sequenceAt(tx *state.Tx, scope state.Item, at time.Time) uint64 {
	var last uint64
	for i := range tx.ItemsSince(scope.TenantID, scope.ListID, 0) {
		changed := i.ModifiedAt
		if i.DeletedAt.After(changed) {
			changed = i.DeletedAt
		}
		if changed.After(at) {
			return last
		}
		last = i.Seq
	}
	return last
}

// Change is one entry of a delta: the item as it is, or that it is gone.
type Change struct {
	Item    state.Item
	Deleted bool
	Shared  bool // its permissions or links have changed
}

// Delta tells up to limit changes of a folder and all below it since a token, and returns the token to go on from; more
// tells whether there is more to be told now. Each change comes after the folders that it stands in, so that an entry is told
// once or more often and a client never meets a child before its folder. A change is tell's until tell returns, and a failure
// of tell ends all. The cost is that of the changes.
func Delta(tx *state.Tx, l state.List, scope state.Item, t DeltaToken, limit int, tell func(*Change) error) (next DeltaToken, more bool, err error) {
	most := int(min(tx.Sequence()-t.Seq, uint64(max(limit, 0)))) //nolint:gosec // no more than limit
	w := walk{
		tx: tx, list: l, scope: scope, token: t, inside: map[string]bool{}, told: make(map[string]bool, most), tell: tell,
	}
	next = DeltaToken{Seq: tx.Sequence(), Start: t.Start, At: tx.Now()}
	for e := range w.entries() {
		if len(w.told) >= limit {
			next.Seq, more = e.seq-1, true
			break
		}
		if w.take(e); w.err != nil {
			return DeltaToken{}, false, w.err
		}
	}
	if !more {
		next.Start = next.Seq
	}
	return next, more, nil
}

type walk struct {
	tx     *state.Tx
	list   state.List
	scope  state.Item
	token  DeltaToken
	inside map[string]bool // folders that stand in the scope, or do not
	told   map[string]bool
	tell   func(*Change) error
	change Change // one after the other
	err    error  // the first of tell
}

// entry is a change of the list: an item, or the tombstone of one.
type entry struct {
	seq  uint64
	item *state.Item // until the next one
	gone *state.Tombstone
}

// entries merges the list's changed items and tombstones by change number.
func (w *walk) entries() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		next, stop := iter.Pull(w.tx.TombstonesSince(w.list.TenantID, w.list.ID, w.token.Seq))
		defer stop()
		gone, some := next()
		var i state.Item // one for all
		for i = range w.tx.ItemsSince(w.list.TenantID, w.list.ID, w.token.Seq) {
			for ; some && gone.Seq < i.Seq; gone, some = next() {
				if !yield(entry{seq: gone.Seq, gone: &gone}) {
					return
				}
			}
			if !yield(entry{seq: i.Seq, item: &i}) {
				return
			}
		}
		for ; some; gone, some = next() {
			if !yield(entry{seq: gone.Seq, gone: &gone}) {
				return
			}
		}
	}
}

// take turns an entry into changes. A client may know more than its token says, because each page shows things as they
// are, not as they were at the token: so whatever stood in the scope at any time since is told to be gone, and a folder
// that moved since is told with all that it holds.
func (w *walk) take(e entry) {
	known := e.seq > w.token.Start // what was gone when a first enumeration began is not mentioned
	switch {
	case e.gone != nil:
		if known && slices.Contains(e.gone.Above, w.scope.ID) {
			i := buried(w.list, *e.gone)
			w.add(&i, Change{Deleted: true})
		}
	case !e.item.DeletedAt.IsZero():
		if known && w.touched(*e.item, map[string]bool{}) {
			w.add(e.item, Change{Deleted: true})
		}
	case w.within(e.item):
		w.present(e.item)
		if e.item.Kind == state.Folder && e.item.ID != w.scope.ID && !w.scope.Root() && w.moved(*e.item) {
			w.arrived(*e.item)
		}
	case w.touched(*e.item, map[string]bool{}):
		w.add(e.item, Change{Deleted: true})
	}
}

// within is [Within] the scope, remembered by folder.
func (w *walk) within(i *state.Item) bool {
	if i.ID == w.scope.ID {
		return true
	}
	in, known := w.inside[i.ParentID]
	if !known {
		p, ok := Parent(w.tx, *i)
		in = ok && Within(w.tx, p, w.scope.ID)
		w.inside[i.ParentID] = in
	}
	return in
}

// buried is what a tombstone still says of an item.
func buried(l state.List, t state.Tombstone) state.Item {
	i := state.Item{TenantID: t.TenantID, SiteID: l.SiteID, ListID: l.ID, ID: t.ID, Kind: state.Folder, ParentID: t.Above[0]}
	if t.Type != "folder" {
		i.Kind = state.File
	}
	return i
}

// add tells a change of an item, unless the item was told already.
func (w *walk) add(i *state.Item, c Change) {
	if w.told[i.ID] || w.err != nil {
		return
	}
	w.told[i.ID] = true
	w.change = c
	w.change.Item = *i
	w.err = w.tell(&w.change)
}

// present tells an item after the folders above it, up to the scope.
func (w *walk) present(i *state.Item) {
	if w.told[i.ID] {
		return
	}
	if i.ID != w.scope.ID && !w.told[i.ParentID] {
		if p, ok := Parent(w.tx, *i); ok {
			w.present(&p)
		}
	}
	w.add(i, Change{Shared: i.SharedSeq > w.token.Seq})
}

// arrived tells everything in a folder that was moved into the scope: none of it has changed itself.
func (w *walk) arrived(folder state.Item) {
	for child := range w.tx.Children(folder.TenantID, folder.ListID, folder.ID) {
		w.present(&child)
		if child.Kind == state.Folder {
			w.arrived(child)
		}
	}
}

// moved tells whether an item has changed its folder since.
func (w *walk) moved(i state.Item) bool {
	return len(i.Left) > 0 && i.Left[len(i.Left)-1].Seq > w.token.Start
}

// touched tells whether an item stands below the scope or has done so at any time since.
func (w *walk) touched(i state.Item, seen map[string]bool) bool {
	if w.scope.Root() {
		return true
	}
	if i.Root() || seen[i.ID] {
		return false
	}
	seen[i.ID] = true
	parents := []string{i.ParentID}
	for _, left := range i.Left {
		if left.Seq > w.token.Start {
			parents = append(parents, left.ParentID)
		}
	}
	for _, id := range parents {
		if id == w.scope.ID {
			return true
		}
		if p, ok := w.tx.Item(i.TenantID, i.ListID, id); ok && w.touched(p, seen) {
			return true
		}
	}
	return false
}
