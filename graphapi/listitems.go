package graphapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireListItem is an item of a list; in a library the other side of a driveItem.
type wireListItem struct {
	Tag           string           `json:"@odata.etag,omitempty"`
	Created       time.Time        `json:"createdDateTime"`
	ETag          string           `json:"eTag"`
	ID            string           `json:"id"`
	Modified      time.Time        `json:"lastModifiedDateTime"`
	WebURL        string           `json:"webUrl"`
	CreatedBy     *wireIdentitySet `json:"createdBy"`
	ModifiedBy    *wireIdentitySet `json:"lastModifiedBy"`
	Parent        *wireParent      `json:"parentReference,omitempty"`
	ContentType   *wireNamed       `json:"contentType,omitempty"`
	SharePointIDs *wireIDs         `json:"sharepointIds,omitempty" odata:"select"`
	Fields        odata.Object     `json:"fields,omitempty" odata:"expand"`
	DriveItem     *wireItem        `json:"driveItem,omitempty" odata:"expand"`
}

type wireNamed struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func listItemNodes() []node {
	return []node{
		{Name: "listItems", NotEmulated: []string{"delta"}, Key: key{Of: "listItem", Resolve: listItemByID}, Operations: []operation{
			onSite(readSites, operation{Name: "listItems.list", Method: "GET", Source: "GD:api/listitem-list", Handler: listListItems}),
			onSite(writeSites, operation{Name: "listItems.add", Method: "POST", Source: "GD:api/listitem-create", Handler: addListItem}),
		}},
		{
			Name:        "listItem",
			Properties:  odata.PropertiesOf(wireListItem{}),
			NotEmulated: []string{"activities", "analytics", "versions"},
			Children: []child{
				{Name: "driveItem", Of: "driveItem", Resolve: driveItemOfListItem},
				{Name: "fields", Of: "fields"},
			},
			Operations: []operation{
				reading(operation{Name: "listItem.get", Method: "GET", Source: "GD:api/listitem-get", Handler: getListItem}),
				onSite(writeSites, operation{Name: "listItem.update", Method: "PATCH", Source: "GDC:api/listitem-update", Handler: patchListItem}),
				onSite(writeSites, operation{Name: "listItem.delete", Method: "DELETE", Source: "GD:api/listitem-delete", Handler: deleteItem}),
			},
		},
		{Name: "fields", Operations: []operation{
			reading(operation{Name: "fields.get", Method: "GET", Source: "GD:api/listitem-get", Handler: getFields}),
			onSite(writeSites, operation{Name: "fields.update", Method: "PATCH", Source: "GDC:api/listitem-update", Handler: patchFields}),
		}},
	}
}

func listItemByID(r *request, list any, k odata.Predicate) (any, error) {
	p, _ := list.(drive.Place)
	unknown := problem.For(problem.NotFound, problem.ItemNotFound, k.Text(), "The specified item was not found")
	i, ok := r.tx.Item(p.List.TenantID, p.List.ID, k.Text())
	if n, err := strconv.Atoi(k.Text()); err == nil && n > 0 {
		i, ok = r.tx.ItemByNumber(p.List.TenantID, p.List.ID, n)
	}
	if !ok || !i.DeletedAt.IsZero() {
		return nil, unknown
	}
	p.Item = i
	return p, nil
}

func driveItemOfListItem(_ *request, item any, _ odata.Args) (any, error) {
	p, _ := item.(drive.Place)
	if !p.List.Library() {
		return nil, problem.For(problem.NotFound, problem.ItemNotFound, p.List.Title, "The list is no document library.")
	}
	return p, nil
}

// itemOptions is what is to come along with a list item.
type itemOptions struct{ fields, driveItem *odata.Query }

func listItemOptions(q *odata.Query) itemOptions {
	return itemOptions{q.Expands("fields"), q.Expands("driveItem")}
}

func (r *request) listItemWire(p drive.Place, o itemOptions) wireListItem {
	w, i := r.writer(p.Site, p.List), p.Item
	v := wireListItem{
		Created: i.FSCreatedAt, ETag: listItemTag(i), ID: decimal(i.Number), Modified: i.FSModifiedAt, WebURL: w.webURL(&i),
		CreatedBy: identitySet(i.CreatedBy), ModifiedBy: identitySet(i.ModifiedBy), Parent: &wireParent{SiteID: r.siteID(p.Site)},
		ContentType: contentTypeOf(i), SharePointIDs: w.ids(i),
	}
	v.Tag = v.ETag
	if p.List.Library() {
		v.Parent.ID = i.ParentID
	} else {
		v.WebURL = w.address + "/" + i.Name
	}
	if o.fields != nil {
		v.Fields = r.fields(p)
	}
	if o.driveItem != nil && p.List.Library() {
		item := r.itemWire(p)
		v.DriveItem = &item
	}
	return v
}

// listItemTag is an item's tag as lists write it: without braces, lower case.
func listItemTag(i state.Item) string { return `"` + i.ID + "," + decimal(i.ETag) + `"` }

func contentTypeOf(i state.Item) *wireNamed {
	switch i.Kind {
	case state.File:
		return &wireNamed{contentTypeDocument, "Document"}
	case state.Folder:
		return &wireNamed{contentTypeFolder, "Folder"}
	case state.ListItem:
	}
	return &wireNamed{contentTypeItem, "Item"}
}

// fields are an item's columns: those of the list by name, then the service's own.
func (r *request) fields(p drive.Place) odata.Object {
	i := p.Item
	o := odata.Object{{Name: "@odata.etag", Value: listItemTag(i)}}
	add := func(name string, v any) { o = append(o, odata.Member{Name: name, Value: v}) }
	if i.Title != "" {
		add("Title", i.Title)
	}
	for _, name := range slices.Sorted(maps.Keys(i.Fields)) {
		if name != "Title" {
			add(name, i.Fields[name])
		}
	}
	if i.Kind != state.ListItem {
		add("FileLeafRef", i.Name)
		if dot := strings.LastIndexByte(i.Name, '.'); dot >= 0 && i.Kind == state.File {
			add("DocIcon", strings.ToLower(i.Name[dot+1:]))
		}
		add("FileSizeDisplay", strconv.FormatInt(i.Size, 10))
		add("LinkFilename", i.Name)
		add("LinkFilenameNoMenu", i.Name)
	} else {
		add("LinkTitle", i.Title)
		add("LinkTitleNoMenu", i.Title)
	}
	add("id", decimal(i.Number))
	add("ContentType", contentTypeOf(i).Name)
	add("Modified", i.FSModifiedAt.Format(time.RFC3339))
	add("Created", i.FSCreatedAt.Format(time.RFC3339))
	add("_UIVersionString", decimal(max(i.Version, 1))+".0")
	add("Attachments", false)
	add("Edit", "")
	add("ItemChildCount", "0")
	add("FolderChildCount", decimal(i.ChildCount))
	return o
}

const (
	listItemsPage    = 200
	maxListItemsPage = 5000
)

// listItems are a list's visible items by number, filtered as the query asks; a filter sees the fields.
func (r *request) listItems(p drive.Place, q *odata.Query) []wireListItem {
	view := sharing.ViewOf(r.tx, r.caller, p.Site)
	whole := view.Access(p).Role != ""
	options := listItemOptions(q)
	rows := []wireListItem{}
	for i := range r.tx.Items(p.List.TenantID, p.List.ID) {
		at := drive.Place{Site: p.Site, List: p.List, Item: i}
		if i.Root() || !i.DeletedAt.IsZero() {
			continue
		}
		if (!whole || drive.Guarded(r.tx, i, "")) && view.Access(at).Role == "" {
			continue
		}
		if q.Filter != nil {
			full := r.listItemWire(at, itemOptions{fields: &odata.Query{}})
			if !odata.Eval(q.Filter, odata.ResourceOf(full)) {
				continue
			}
		}
		rows = append(rows, r.listItemWire(at, options))
	}
	return rows
}

func listListItems(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	rows := r.listItems(p, call.Query)
	odata.SortRows(rows, call.Query.OrderBy)
	rows, next, err := pageOf(r, call, rows, listItemsPage, maxListItemsPage, func(v wireListItem) string { return v.ID })
	if err != nil {
		return nil, err
	}
	return page(call, "sites('"+r.siteID(p.Site)+"')/lists('"+p.List.ID+"')/items", rows, nil, next), nil
}

func getListItem(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	o := listItemOptions(call.Query)
	if o.fields == nil && len(call.Query.Select) == 0 {
		o.fields = &odata.Query{} // one item comes with its fields
		call.Query.Expand = append(call.Query.Expand, odata.Expand{Path: "fields", Query: &odata.Query{Top: odata.None, Skip: odata.None}})
	}
	v := r.listItemWire(p, o)
	return entity(call, "sites('"+r.siteID(p.Site)+"')/lists('"+p.List.ID+"')/items", v).tag(v.ETag), nil
}

type listItemBody struct {
	Fields map[string]json.RawMessage `json:"fields"`
}

// columnValues are the values of columns as clients send them; annotations are left out.
func columnValues(raw map[string]json.RawMessage) (map[string]any, error) {
	values := map[string]any{}
	for name, text := range raw {
		if strings.Contains(name, "@") {
			continue
		}
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			return nil, problem.For(problem.Invalid, problem.InvalidProperty, name, "The value of '%s' is not valid.", name)
		}
		values[name] = v
	}
	return values, nil
}

func addListItem(r *request, call *odata.Call) (any, error) {
	p, err := r.writable(call)
	if err != nil {
		return nil, err
	}
	if p.List.Library() {
		return nil, problem.New(problem.Invalid, problem.InvalidProperty, "Items of a document library are made by uploading files.")
	}
	var b listItemBody
	if err := r.decodeOpen(&b); err != nil {
		return nil, err
	}
	values, err := columnValues(b.Fields)
	if err != nil {
		return nil, err
	}
	if p.Item, err = drive.AddListItem(r.tx, p.List, values, r.caller.Actor()); err != nil {
		return nil, err
	}
	call.Query.Expand = []odata.Expand{{Path: "fields", Query: &odata.Query{Top: odata.None, Skip: odata.None}}}
	v := r.listItemWire(p, listItemOptions(call.Query))
	return entity(call, "sites('"+r.siteID(p.Site)+"')/lists('"+p.List.ID+"')/items", v).as(http.StatusCreated), nil
}

// changeFields sets columns of an item.
func (r *request) changeFields(p drive.Place, raw map[string]json.RawMessage) (drive.Place, error) {
	values, err := columnValues(raw)
	if err != nil {
		return p, err
	}
	if err := r.match(listItemTag(p.Item), drive.ETag(p.Item)); err != nil {
		return p, err
	}
	change := drive.ItemChange{Fields: values, By: r.caller.Actor()}
	if name, ok := values["FileLeafRef"].(string); ok && p.List.Library() {
		delete(values, "FileLeafRef")
		change.Name = &name
	}
	p.Item, err = drive.UpdateItem(r.tx, p.List, p.Item, change)
	return p, err
}

func patchListItem(r *request, call *odata.Call) (any, error) {
	p, err := r.writable(call)
	if err != nil {
		return nil, err
	}
	var b listItemBody
	if err := r.decodeOpen(&b); err != nil {
		return nil, err
	}
	if p, err = r.changeFields(p, b.Fields); err != nil {
		return nil, err
	}
	v := r.listItemWire(p, listItemOptions(call.Query))
	return entity(call, "sites('"+r.siteID(p.Site)+"')/lists('"+p.List.ID+"')/items", v), nil
}

func getFields(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	return r.fieldsReply(call, p), nil
}

func (r *request) fieldsReply(call *odata.Call, p drive.Place) *reply {
	return entity(call, "sites('"+r.siteID(p.Site)+"')/lists('"+p.List.ID+"')/items('"+decimal(p.Item.Number)+"')/fields", r.fields(p))
}

func patchFields(r *request, call *odata.Call) (any, error) {
	p, err := r.writable(call)
	if err != nil {
		return nil, err
	}
	var raw map[string]json.RawMessage
	if err := r.unmarshal(&raw); err != nil {
		return nil, err
	}
	if p, err = r.changeFields(p, raw); err != nil {
		return nil, err
	}
	return r.fieldsReply(call, p), nil
}
