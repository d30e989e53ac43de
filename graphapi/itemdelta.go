package graphapi

import (
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

const driveDeltaPage = 200

// deltaItems tells what changed below a folder (graph.md 9.2).
func deltaItems(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	if p.Item.ID == "" {
		p.Item = drive.Root(r.tx, p.List)
	}
	call.Value = p
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	size, err := pageSize(call.Query, driveDeltaPage, maxChildrenPage)
	if err != nil {
		return nil, err
	}
	token, err := drive.ParseDelta(r.tx, p.Item, deltaToken(call))
	if err != nil {
		if e := problem.As(err); e.Kind == problem.Expired {
			e.Target = r.deltaLink("")
		}
		return nil, err
	}
	buffer := takeBuffer()
	rows := odata.NewRows(*buffer, call.Query.Shape())
	next, more, err := drive.Delta(r.tx, p.List, p.Item, token, size, r.deltaRow(rows, p))
	if err != nil {
		return nil, err
	}
	s := set{delta: r.deltaLink(next.Encode(r.tx, p.Item))}
	if more {
		s.next, s.delta = s.delta, ""
	}
	return encodedPage(call, "Collection(driveItem)", buffer, rows, s), nil
}

// deltaToken is the token in any of the forms: delta(token='x'), ?token=x, ?$deltatoken=x, ?$skiptoken=x.
func deltaToken(call *odata.Call) string {
	for _, t := range []string{call.Args.Text("token"), call.Query.Custom.Get("token"), call.Query.DeltaToken, call.Query.SkipToken} {
		if t != "" {
			return t
		}
	}
	return ""
}

// deltaLink is the address of this delta with another token, "" to start afresh. Clients take the token out of it by its
// name, so it stands in the query, whatever form the request had.
func (r *request) deltaLink(token string) string {
	address := r.self()
	if open := strings.LastIndexByte(address, '('); open > strings.LastIndexByte(address, '/') {
		address = address[:open]
	}
	if open := strings.LastIndex(address, "%28"); open > strings.LastIndexByte(address, '/') {
		address = address[:open]
	}
	var parts []string
	for part := range strings.SplitSeq(r.http.URL.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		name, _ = url.QueryUnescape(name)
		switch strings.TrimPrefix(strings.ToLower(name), "$") {
		case "", "token", "deltatoken", "skiptoken":
		default:
			parts = append(parts, part)
		}
	}
	if token != "" {
		parts = append(parts, "token="+token)
	}
	if len(parts) == 0 {
		return address
	}
	return address + "?" + strings.Join(parts, "&")
}

// deltaRow writes changes, one after the other in one place. What the caller may not see is left out, or told as deleted
// where he asks for that.
func (r *request) deltaRow(rows *odata.Rows, p drive.Place) func(*drive.Change) error {
	w, view := r.writer(p.Site, p.List), sharing.ViewOf(r.tx, r.caller, p.Site)
	w.told = true // (GD:api/driveitem-delta, remarks)
	w.sharedAhead()
	removed, shared := r.prefers("deltashowremovedasdeleted"), r.prefers("deltashowsharingchanges")
	guards := drive.GuardsBelow(r.tx, p.Item.ID)
	var v wireItem
	var parts itemParts
	return func(c *drive.Change) error {
		if !c.Deleted && guards.Guard(&c.Item) && view.Access(drive.Place{Site: p.Site, List: p.List, Item: c.Item}).Role == "" {
			if !removed {
				return nil
			}
			c.Deleted = true
		}
		if c.Deleted {
			w.deleted(&v, &parts, &c.Item)
		} else {
			w.write(&v, &parts, &c.Item)
			if shared && c.Shared {
				v.SharedChanged = "True"
			}
		}
		return rows.Append(&v)
	}
}

func (w *itemWriter) deleted(v *wireItem, p *itemParts, i *state.Item) {
	w.parent(&p.parent, i)
	p.parent.Name = ""
	*v = wireItem{ID: drive.ItemID(w.list, *i), Deleted: &wireDeleted{"deleted"}, Parent: &p.parent}
	if i.Kind == state.Folder {
		p.folder = wireFolder{}
		v.Folder = &p.folder
	} else {
		p.file = wireFile{MimeType: i.MimeType}
		v.File = &p.file
	}
}
