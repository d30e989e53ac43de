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
	told, next, more := drive.Delta(r.tx, p.List, p.Item, token, size)
	rows := r.deltaRows(p, told)
	link := r.deltaLink(next.Encode(r.tx, p.Item))
	if more {
		return changes(call, "Collection(driveItem)", rows, link, ""), nil
	}
	return changes(call, "Collection(driveItem)", rows, "", link), nil
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

// deltaRows writes changes. What the caller may not see is left out, or told as deleted where he asks for that.
func (r *request) deltaRows(p drive.Place, all []drive.Change) []wireItem {
	w, view := r.writer(p.Site, p.List), sharing.ViewOf(r.tx, r.caller, p.Site)
	removed, shared := r.prefers("deltashowremovedasdeleted"), r.prefers("deltashowsharingchanges")
	rows := make([]wireItem, 0, len(all))
	for _, c := range all {
		if !c.Deleted && drive.Guarded(r.tx, c.Item, p.Item.ID) && view.Access(drive.Place{Site: p.Site, List: p.List, Item: c.Item}).Role == "" {
			if !removed {
				continue
			}
			c.Deleted = true
		}
		if c.Deleted {
			rows = append(rows, w.deleted(c))
			continue
		}
		v := w.item(c.Item)
		// Neither path nor, on business, cTag and lastModifiedBy (GD:api/driveitem-delta, remarks).
		v.Parent.Path, v.CTag, v.ModifiedBy = "", "", nil
		if shared && c.Shared {
			v.SharedChanged = "True"
		}
		rows = append(rows, v)
	}
	return rows
}

func (w *itemWriter) deleted(c drive.Change) wireItem {
	v := wireItem{ID: drive.ItemID(w.list, c.Item), Deleted: &wireDeleted{"deleted"}, Parent: w.parent(c.Item)}
	v.Parent.Path, v.Parent.Name = "", ""
	if c.Item.Kind == state.Folder {
		v.Folder = &wireFolder{}
	} else {
		v.File = &wireFile{MimeType: c.Item.MimeType}
	}
	return v
}
