package graphapi

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

const (
	childrenPage    = 200
	maxChildrenPage = 5000
)

func decimal(n int) string { return strconv.Itoa(n) }

// readable is the item that a call works on, if the caller may read it.
func (r *request) readable(call *odata.Call) (drive.Place, error) {
	return r.allowed(call, state.RoleRead)
}

func (r *request) writable(call *odata.Call) (drive.Place, error) {
	return r.allowed(call, state.RoleWrite)
}

func (r *request) allowed(call *odata.Call, role state.Role) (drive.Place, error) {
	p := placeOf(call)
	return p, sharing.Require(r.tx, r.caller, p, role)
}

// visible leaves out what has permissions of its own that do not let the caller in. What has none is as visible as the
// folder that it is in.
func (r *request) visible(p drive.Place) func(state.Item) bool {
	view := sharing.ViewOf(r.tx, r.caller, p.Site)
	return func(i state.Item) bool {
		return !i.Broken || view.Access(drive.Place{Site: p.Site, List: p.List, Item: i}).Role != ""
	}
}

func getItem(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	v := r.itemWire(p)
	if v.DownloadURL != "" && sharing.RequireContent(r.tx, r.caller, p) != nil {
		v.DownloadURL, v.ContentURL = "", ""
	}
	if err := r.expandItem(call.Query, p, &v); err != nil {
		return nil, err
	}
	return entity(call, "drives('"+drive.DriveID(p.Site, p.List)+"')/items", v).tag(v.ETag), nil
}

// expandItem adds what $expand names. Permissions cannot be expanded (graph.md 7.3).
func (r *request) expandItem(q *odata.Query, p drive.Place, v *wireItem) error {
	for _, e := range q.Expand {
		name, _, _ := strings.Cut(strings.ToLower(e.Path), "/")
		switch name {
		case "children":
			rows, err := r.children(p, e.Query)
			if err != nil {
				return err
			}
			v.Children = rows[:min(len(rows), childrenPage)]
		case "thumbnails":
			v.Thumbnails = r.thumbnails(p)
		case "versions":
			v.Versions = r.versions(p)
		case "listitem":
			item := r.listItemWire(p, listItemOptions(e.Query))
			v.ListItem = &item
		default:
			return problem.For(problem.Invalid, problem.UnsupportedQuery, "$expand", "The property '%s' cannot be expanded.", e.Path)
		}
	}
	return nil
}

// children are a folder's visible children, filtered and sorted as the query asks.
func (r *request) children(p drive.Place, q *odata.Query) ([]wireItem, error) {
	if err := childrenQuery(q); err != nil {
		return nil, err
	}
	w, seen := r.writer(p.Site, p.List), r.visible(p)
	rows := []wireItem{}
	for i := range r.tx.Children(p.List.TenantID, p.List.ID, p.Item.ID) {
		if seen(i) {
			rows = append(rows, w.item(i))
		}
	}
	if q.Filter != nil {
		rows = slices.DeleteFunc(rows, func(v wireItem) bool { return !odata.Eval(q.Filter, odata.ResourceOf(v)) })
	}
	odata.SortRows(rows, q.OrderBy)
	return rows, nil
}

// childrenQuery refuses what the service does: sorting is by name, size and time alone.
func childrenQuery(q *odata.Query) error {
	for _, o := range q.OrderBy {
		switch strings.ToLower(o.Path) {
		case "name", "size", "lastmodifieddatetime":
		default:
			return problem.For(problem.Invalid, problem.UnsupportedQuery, "$orderby", "Sorting by '%s' is not supported.", o.Path)
		}
	}
	if q.Skip != odata.None {
		return problem.For(problem.Invalid, problem.UnsupportedQuery, "$skip", "$skip is not supported on this API. Only URLs returned by the API can be used to page.")
	}
	return nil
}

func listChildren(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	if p.Item.Kind != state.Folder {
		return nil, problem.For(problem.Invalid, problem.NotAFolder, p.Item.Name, "The item is not a folder.")
	}
	q := call.Query
	set := "drives('" + drive.DriveID(p.Site, p.List) + "')/items('" + drive.ItemID(p.List, p.Item) + "')/children"
	if q.Filter == nil && len(q.OrderBy) == 0 && !call.Count {
		rows, next, err := r.childrenFrom(p, q)
		if err != nil {
			return nil, err
		}
		return page(call, set, rows, nil, next), nil
	}
	rows, err := r.children(p, q)
	if err != nil {
		return nil, err
	}
	if call.Count {
		return counted(len(rows)), nil
	}
	rows, next, err := pageOf(r, call, rows, childrenPage, maxChildrenPage, func(v wireItem) string { return v.ID })
	if err != nil {
		return nil, err
	}
	return page(call, set, rows, nil, next), nil
}

// childrenFrom cuts a page out of the folder in name order, at the cost of the page alone. Where the name that the page
// begins with has gone meanwhile, the next one follows.
func (r *request) childrenFrom(p drive.Place, q *odata.Query) (rows []wireItem, next string, err error) {
	if err := childrenQuery(q); err != nil {
		return nil, "", err
	}
	size, err := pageSize(q, childrenPage, maxChildrenPage)
	if err != nil {
		return nil, "", err
	}
	first := ""
	if q.SkipToken != "" {
		token, err := q.DecodeSkipToken()
		if err != nil {
			return nil, "", err
		}
		if len(token.After) > 0 {
			first = token.After[0]
		}
	}
	w, seen := r.writer(p.Site, p.List), r.visible(p)
	rows = []wireItem{}
	for i := range r.tx.ChildrenFrom(p.List.TenantID, p.List.ID, p.Item.ID, first) {
		if !seen(i) {
			continue
		}
		if len(rows) == size {
			return rows, r.nextLink(odata.SkipToken{After: []string{i.Name}, Options: q.Hash()}.Encode()), nil
		}
		v := w.item(i)
		if q.Expands("thumbnails") != nil {
			v.Thumbnails = r.thumbnails(drive.Place{Site: p.Site, List: p.List, Item: i})
		}
		if e := q.Expands("listItem"); e != nil {
			item := r.listItemWire(drive.Place{Site: p.Site, List: p.List, Item: i}, listItemOptions(e))
			v.ListItem = &item
		}
		rows = append(rows, v)
	}
	return rows, "", nil
}

const searchPage = 200

func searchItems(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	if p.Item.ID == "" {
		p.Item = drive.Root(r.tx, p.List)
	}
	view, w := sharing.ViewOf(r.tx, r.caller, p.Site), r.writer(p.Site, p.List)
	rows := []wireItem{}
	for _, i := range drive.Search(r.tx, p.List, p.Item, call.Args.Text("q"), 0) {
		if view.Access(drive.Place{Site: p.Site, List: p.List, Item: i}).Role == "" {
			continue
		}
		v := w.item(i)
		v.SearchResult = &empty{}
		rows = append(rows, v)
	}
	odata.SortRows(rows, call.Query.OrderBy)
	rows, next, err := pageOf(r, call, rows, searchPage, maxChildrenPage, func(v wireItem) string { return v.ID })
	if err != nil {
		return nil, err
	}
	return page(call, "Collection(driveItem)", rows, nil, next), nil
}
