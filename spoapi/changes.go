package spoapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// scope is what a change token is about (sharepoint.md 5).
type scope int

// The scopes.
const (
	scopeSite scope = 1
	scopeWeb  scope = 2
	scopeList scope = 3
)

// The kinds of change that the emulator tells apart.
const (
	changeAdd           = 1
	changeUpdate        = 2
	changeDelete        = 3
	changeAssignmentAdd = 11
)

// ticksAtEpoch are the 100 ns since year 1 at 1970, as .NET counts.
const ticksAtEpoch = 621355968000000000

func ticks(t time.Time) int64 { return ticksAtEpoch + t.UnixNano()/100 }

func timeOfTicks(n int64) time.Time { return time.Unix(0, (n-ticksAtEpoch)*100).UTC() }

// token is the change token of this moment: 1;{scope};{guid};{ticks};{sequence}.
func (c *request) token(s scope, id string) wireToken {
	return wireToken{tokenText(s, id, c.tx.Now(), c.tx.Sequence())}
}

func tokenText(s scope, id string, at time.Time, seq uint64) string {
	return fmt.Sprintf("1;%d;%s;%d;%d", s, id, ticks(at), seq)
}

// parseToken reads a change token of that object.
func parseToken(text string, s scope, id string) (at time.Time, seq uint64, err error) {
	parts := strings.Split(text, ";")
	if len(parts) != 5 || parts[0] != "1" || parts[1] != strconv.Itoa(int(s)) || !strings.EqualFold(parts[2], id) {
		return at, 0, errChangeToken
	}
	n, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil || n < ticksAtEpoch {
		return at, 0, errChangeToken
	}
	if seq, err = strconv.ParseUint(parts[4], 10, 64); err != nil {
		return at, 0, errChangeToken
	}
	return timeOfTicks(n), seq, nil
}

// changeQuery is SP.ChangeQuery: what has changed, and how. Where no kind of object or of change is named, all are meant.
type changeQuery struct {
	Item, File, Folder, List, Web, Site                   bool
	Add, Update, DeleteObject, Rename, Move, Restore      bool
	SystemUpdate, RoleAssignmentAdd, RoleAssignmentDelete bool
	ChangeTokenStart, ChangeTokenEnd                      *struct{ StringValue string }
	FetchLimit                                            int
}

func (q changeQuery) objects() bool { return q.Item || q.File || q.Folder || q.List || q.Web || q.Site }

func (q changeQuery) wants(change int) bool {
	named := q.Add || q.Update || q.DeleteObject || q.Rename || q.Move || q.Restore || q.SystemUpdate || q.RoleAssignmentAdd || q.RoleAssignmentDelete
	all := !named
	switch change {
	case changeAdd:
		return all || q.Add
	case changeUpdate:
		return all || q.Update || q.Rename || q.Move || q.SystemUpdate || q.Restore
	case changeDelete:
		return all || q.DeleteObject
	case changeAssignmentAdd:
		return all || q.RoleAssignmentAdd
	}
	return false
}

// wireChange is SP.ChangeItem, SP.ChangeFile, SP.ChangeList and the like.
type wireChange struct {
	Token    wireToken `json:"ChangeToken"`
	Type     int       `json:"ChangeType"`
	SiteID   string    `json:"SiteId"`
	Time     time.Time `json:"Time"`
	Editor   *string   `json:"Editor,omitzero"`
	Hint     *string   `json:"EditorEmailHint,omitzero"`
	ItemID   int       `json:"ItemId,omitzero"`
	ListID   string    `json:"ListId,omitzero"`
	Path     *wirePath `json:"ServerRelativeUrl,omitzero"`
	UniqueID string    `json:"UniqueId,omitzero"`
	WebID    string    `json:"WebId,omitzero"`
}

// change is an entry of the log with its number, which orders it.
type change struct {
	kind string
	seq  uint64
	wireChange
}

// changeLog gathers what happened in a scope since a token.
type changeLog struct {
	c     *request
	site  state.Site
	scope scope
	id    string
	query changeQuery
	since time.Time
	from  uint64
	to    uint64
	all   []change
}

// getChanges is GetChanges of site, web and list.
func getChanges(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in struct{ Query changeQuery }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	log := changeLog{c: c, site: at.Site, scope: scopeWeb, id: at.Site.WebID, query: in.Query}
	switch last := call.Steps[len(call.Steps)-1]; {
	case at.List.ID != "":
		log.scope, log.id = scopeList, at.List.ID
	case last.Node == "site":
		log.scope, log.id = scopeSite, at.Site.ID
	}
	if err := c.require(drive.Place{Site: at.Site, List: at.List}, state.RoleRead); err != nil {
		return nil, err
	}
	return log.answer(at)
}

const maxChanges = 1000

func (log *changeLog) answer(at drive.Place) (any, error) {
	if err := log.bounds(); err != nil {
		return nil, err
	}
	lists := []state.List{at.List}
	if at.List.ID == "" {
		lists = drive.Lists(log.c.tx, at.Site)
	}
	for _, l := range lists {
		if at.List.ID == "" {
			log.list(l)
		}
		log.items(l)
	}
	log.grants(at)
	slices.SortStableFunc(log.all, func(a, b change) int { return int(int64(a.seq) - int64(b.seq)) }) //nolint:gosec // both are small
	limit := maxChanges
	if log.query.FetchLimit > 0 {
		limit = min(limit, log.query.FetchLimit)
	}
	page := &collection{kind: "SP.Change", web: log.c.webURL(at.Site)}
	for _, x := range log.all[:min(limit, len(log.all))] {
		page.items = append(page.items, &entity{
			kind: x.kind, web: page.web, path: fmt.Sprintf("%s%d-%d", x.kind, x.seq, x.Type), props: x.wireChange,
		})
	}
	return page, nil
}

// bounds reads the tokens. Without one the log begins at its beginning.
func (log *changeLog) bounds() error {
	log.to = log.c.tx.Sequence()
	if t := log.query.ChangeTokenStart; t != nil && t.StringValue != "" {
		var err error
		if log.since, log.from, err = parseToken(t.StringValue, log.scope, log.id); err != nil {
			return err
		}
	}
	if t := log.query.ChangeTokenEnd; t != nil && t.StringValue != "" {
		var err error
		if _, log.to, err = parseToken(t.StringValue, log.scope, log.id); err != nil {
			return err
		}
	}
	return nil
}

func (log *changeLog) add(kind string, seq uint64, w wireChange) {
	if seq <= log.from || seq > log.to || !log.query.wants(w.Type) {
		return
	}
	w.SiteID = log.site.ID
	w.Token = wireToken{tokenText(log.scope, log.id, w.Time, seq)}
	log.all = append(log.all, change{kind, seq, w})
}

// items adds the changes of a list's items.
func (log *changeLog) items(l state.List) {
	for i := range log.c.tx.ItemsSince(l.TenantID, l.ID, log.from) {
		if i.Root() {
			continue
		}
		at := drive.Place{Site: log.site, List: l, Item: i}
		if i.DeletedAt.IsZero() && i.Broken && sharing.AccessTo(log.c.tx, log.c.caller, at).Role == "" {
			continue
		}
		w := wireChange{Type: log.typeOf(i), Time: i.ModifiedAt, ItemID: i.Number, ListID: l.ID, UniqueID: i.ID, WebID: log.site.WebID}
		editor, hint := i.ModifiedBy.Name, i.ModifiedBy.Email
		if !i.DeletedAt.IsZero() {
			w.Time, editor, hint = i.DeletedAt, i.DeletedBy.Name, i.DeletedBy.Email
		}
		w.Editor, w.Hint = &editor, &hint
		if path := drive.ServerPath(log.c.tx, log.site, l, i); path != "" {
			w.Path = &wirePath{path}
		}
		log.addItem(i, w)
	}
	for t := range log.c.tx.TombstonesSince(l.TenantID, l.ID, log.from) {
		if log.query.Item || !log.query.objects() {
			log.add("SP.ChangeItem", t.Seq, wireChange{Type: changeDelete, Time: t.At, ListID: l.ID, UniqueID: t.ID, WebID: log.site.WebID})
		}
	}
}

// addItem adds an item's change under each of the kinds that were asked for.
func (log *changeLog) addItem(i state.Item, w wireChange) {
	q := log.query
	if q.Item || !q.objects() {
		log.add("SP.ChangeItem", i.Seq, w)
	}
	w.ItemID, w.ListID = 0, ""
	switch {
	case q.File && i.Kind == state.File:
		log.add("SP.ChangeFile", i.Seq, w)
	case q.Folder && i.Kind == state.Folder:
		log.add("SP.ChangeFolder", i.Seq, w)
	}
}

// typeOf says how an item changed since the token: an item that came into being after it was added, whatever happened then.
func (log *changeLog) typeOf(i state.Item) int {
	switch {
	case !i.DeletedAt.IsZero():
		return changeDelete
	case log.from == 0, i.CreatedAt.After(log.since), i.CreatedAt.Equal(log.since) && i.ETag <= 1:
		return changeAdd
	}
	return changeUpdate
}

// list adds the coming into being of a list.
func (log *changeLog) list(l state.List) {
	if (log.query.List || !log.query.objects()) && !l.CreatedAt.Before(log.since) {
		log.add("SP.ChangeList", l.Seq, wireChange{Type: changeAdd, Time: l.CreatedAt, ListID: l.ID, WebID: log.site.WebID})
	}
}

// grants adds what was granted.
func (log *changeLog) grants(at drive.Place) {
	if !log.query.RoleAssignmentAdd {
		return
	}
	for p := range log.c.tx.PermissionsAt(at.Site.TenantID, at.Site.ID) {
		w := wireChange{Type: changeAssignmentAdd, Time: p.CreatedAt, ListID: p.On.ListID, WebID: log.site.WebID}
		kind := "SP.ChangeWeb"
		switch {
		case at.List.ID != "" && p.On.ListID != at.List.ID:
			continue
		case p.On.ItemID != "":
			kind, w.UniqueID = "SP.ChangeItem", p.On.ItemID
			if i, ok := log.c.tx.Item(p.TenantID, p.On.ListID, p.On.ItemID); ok {
				w.ItemID = i.Number
			}
		case p.On.ListID != "":
			kind = "SP.ChangeList"
		}
		log.add(kind, p.Seq, w)
	}
}
