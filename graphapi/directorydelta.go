package graphapi

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// objectDeltaPage is how many objects a page of a delta has, unless the client prefers odata.maxpagesize.
const objectDeltaPage = 200

// directoryDeltaNodes are the changes of users and of groups (graph.md 9.1).
func directoryDeltaNodes() []node {
	return []node{
		{Name: "users", Operations: []operation{{
			Name: "users.delta", Method: "GET", Segment: "delta", Params: []string{"token"}, Handler: deltaUsers, Source: "GD:api/user-delta",
			Delegated: readSelf(), Application: readUsers()[1:],
		}}},
		{Name: "groups", Operations: []operation{{
			Name: "groups.delta", Method: "GET", Segment: "delta", Params: []string{"token"}, Handler: deltaGroups, Source: "GD:api/group-delta",
			Delegated: readGroups(), Application: readGroups(),
		}}},
	}
}

// changed is one object that changed, or that is gone for good.
type changed[T any] struct {
	seq  uint64
	id   string
	gone bool
	v    T
}

// merged joins the changes of living and deleted objects with those that are gone, in the order of their numbers.
func merged[T any](objects iter.Seq[T], of func(T) changed[T], gone iter.Seq[state.Tombstone]) iter.Seq[changed[T]] {
	return func(yield func(changed[T]) bool) {
		next, stop := iter.Pull(gone)
		defer stop()
		stone, more := next()
		for o := range objects {
			c := of(o)
			for ; more && stone.Seq < c.seq; stone, more = next() {
				if !yield(changed[T]{seq: stone.Seq, id: stone.ID, gone: true}) {
					return
				}
			}
			if !yield(c) {
				return
			}
		}
		for ; more; stone, more = next() {
			if !yield(changed[T]{seq: stone.Seq, id: stone.ID, gone: true}) {
				return
			}
		}
	}
}

// delta answers one page of changes. row makes an object's entry; deleted tells whether it is in the recycle bin.
func delta[T any](r *request, call *odata.Call, of, container string, changes func(since uint64) iter.Seq[changed[T]],
	deleted func(T) bool, row func(deltaState, T) (any, error),
) (any, error) {
	if err := directory.MayEnumerate(r.tx, r.caller); err != nil {
		return nil, err
	}
	d, latest, err := r.deltaState(call, of)
	if err != nil {
		return nil, err
	}
	rows := []any{}
	if latest {
		d.Since = r.tx.Sequence()
		_, link := r.deltaLinks(of, d, false)
		return answerChanges(of, d, rows, "", link).with("Preference-Applied", r.applied()), nil
	}
	if !r.tx.Writable() && r.expired(container) {
		return nil, errNeedsWrite
	}
	directory.PurgeExpired(r.tx, r.tenant.ID)
	size := r.deltaSize()
	for c := range changes(d.Since) {
		if len(rows) == size {
			next, _ := r.deltaLinks(of, d, true)
			return answerChanges(of, d, rows, next, "").with("Preference-Applied", r.applied()), nil
		}
		d.Since = c.seq
		if len(d.IDs) > 0 && !slices.ContainsFunc(d.IDs, func(id string) bool { return strings.EqualFold(id, c.id) }) {
			continue
		}
		first := d.From == 0 && c.seq <= d.Begun
		switch {
		case c.gone || deleted(c.v):
			if !first {
				rows = append(rows, removed(c.id, c.gone))
			}
			continue
		}
		v, err := row(d, c.v)
		if err != nil {
			return nil, err
		}
		rows = append(rows, v)
	}
	d.Since = r.tx.Sequence()
	_, link := r.deltaLinks(of, d, false)
	return answerChanges(of, d, rows, "", link).with("Preference-Applied", r.applied()), nil
}

func answerChanges(of string, d deltaState, rows []any, next, link string) *reply {
	context := of
	if len(d.Select) > 0 {
		context += "(" + strings.Join(d.Select, ",") + ")"
	}
	return changes(nil, context, rows, next, link)
}

// applied tells the client which of its preferences were followed.
func (r *request) applied() string {
	if r.prefers("return=minimal") {
		return "return=minimal"
	}
	if size := r.deltaSize(); size != objectDeltaPage {
		return "odata.maxpagesize=" + strconv.Itoa(size)
	}
	return ""
}

// expired tells whether something in the recycle bin has to be purged before changes are told.
func (r *request) expired(container string) bool {
	if container == state.ContainerUsers {
		for u := range r.tx.DeletedUsers(r.tenant.ID) {
			if directory.Purged(r.tx, u.DeletedAt) {
				return true
			}
		}
		return false
	}
	for g := range r.tx.DeletedGroups(r.tenant.ID) {
		if directory.Purged(r.tx, g.DeletedAt) {
			return true
		}
	}
	return false
}

func (r *request) deltaSize() int {
	for _, line := range r.http.Header.Values("Prefer") {
		for part := range strings.SplitSeq(line, ",") {
			if n, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(part)), "odata.maxpagesize="); ok {
				if size, err := strconv.Atoi(n); err == nil && size > 0 {
					return min(size, directoryMost)
				}
			}
		}
	}
	return objectDeltaPage
}

// wireRemoved is what remains of an object: "changed" is in the recycle bin, "deleted" is gone for good.
type wireRemoved struct {
	ID      string     `json:"id"`
	Removed wireReason `json:"@removed"`
}

type wireReason struct {
	Reason string `json:"reason"`
}

func removed(id string, gone bool) wireRemoved {
	reason := "changed"
	if gone {
		reason = "deleted"
	}
	return wireRemoved{id, wireReason{reason}}
}

func deltaUsers(r *request, call *odata.Call) (any, error) {
	if err := userSet().checkShape(r, call.Query, false); err != nil {
		return nil, err
	}
	since := func(seq uint64) iter.Seq[changed[state.User]] {
		of := func(u state.User) changed[state.User] { return changed[state.User]{seq: u.Seq, id: u.ID, v: u} }
		return merged(r.tx.UsersSince(r.tenant.ID, seq), of, r.tx.TombstonesSince(r.tenant.ID, state.ContainerUsers, seq))
	}
	deleted := func(u state.User) bool { return !u.DeletedAt.IsZero() }
	var touched map[string]map[string]bool
	return delta(r, call, "users", state.ContainerUsers, since, deleted, func(d deltaState, u state.User) (any, error) {
		if touched == nil {
			touched = r.changedProperties(d)
		}
		if u.Seq <= d.Begun && d.From == 0 {
			return r.entry(d, userOf(&u), nil, true)
		}
		return r.entry(d, userOf(&u), touched[u.ID], false)
	})
}

// entry is an object of a delta: its id, and of the selected or default properties those that were ever set; a property
// that was emptied since is null. Who prefers return=minimal gets only what changed.
func (r *request) entry(d deltaState, w any, touched map[string]bool, first bool, more ...odata.Member) (odata.Object, error) {
	b, err := odata.Project(w, odata.Shape{Select: d.Select})
	if err != nil {
		return nil, err
	}
	members, err := inOrder(b)
	if err != nil {
		return nil, err
	}
	minimal := !first && r.prefers("return=minimal") && len(touched) > 0
	object := odata.Object{}
	hasID := false
	for _, m := range members {
		raw, _ := m.Value.(json.RawMessage)
		null := string(raw) == "null"
		switch {
		case m.Name == "id":
			hasID = true
		case minimal && !touched[m.Name], null && !touched[m.Name]:
			continue
		}
		object = append(object, m)
	}
	if !hasID {
		id, _ := odata.ResourceOf(w).Property("id")
		object = append(odata.Object{{Name: "id", Value: id}}, object...)
	}
	return append(object, more...), nil
}

// inOrder are the members of a JSON object, in its order.
func inOrder(object []byte) (odata.Object, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var members odata.Object
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		s, _ := name.(string)
		members = append(members, odata.Member{Name: s, Value: value})
	}
	return members, nil
}

// changedProperties are, by object, the properties that changed since the round began, as the audit timeline has them.
func (r *request) changedProperties(d deltaState) map[string]map[string]bool {
	touched := map[string]map[string]bool{}
	if d.From == 0 {
		return touched
	}
	for e := range r.tx.EventsSince(d.From) {
		if e.TenantID != r.tenant.ID {
			continue
		}
		for _, t := range e.Targets {
			for _, m := range t.Modified {
				if touched[t.ID] == nil {
					touched[t.ID] = map[string]bool{}
				}
				touched[t.ID][graphName(m.Name)] = true
			}
		}
	}
	return touched
}

// graphName is Graph's name of a property that the audit log has under the directory's own.
func graphName(name string) string {
	switch name {
	case "Mobile":
		return "mobilePhone"
	case "OtherMail":
		return "otherMails"
	case "PhysicalDeliveryOfficeName":
		return "officeLocation"
	case "TelephoneNumber":
		return "businessPhones"
	case "UserState":
		return "externalUserState"
	}
	return strings.ToLower(name[:1]) + name[1:]
}
