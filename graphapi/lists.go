package graphapi

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireList is a list or a library.
type wireList struct {
	ETag          string            `json:"@odata.etag,omitempty"`
	Created       time.Time         `json:"createdDateTime"`
	Description   string            `json:"description"`
	Tag           string            `json:"eTag"`
	ID            string            `json:"id"`
	Modified      time.Time         `json:"lastModifiedDateTime"`
	Name          string            `json:"name"`
	WebURL        string            `json:"webUrl"`
	DisplayName   string            `json:"displayName"`
	CreatedBy     *wireIdentitySet  `json:"createdBy,omitempty"`
	Parent        *wireParent       `json:"parentReference,omitempty"`
	List          wireListInfo      `json:"list"`
	System        *empty            `json:"system,omitempty" odata:"select"`
	SharePointIDs *wireIDs          `json:"sharepointIds,omitempty" odata:"select"`
	Columns       []wireColumn      `json:"columns,omitempty" odata:"expand"`
	ContentTypes  []wireContentType `json:"contentTypes,omitempty" odata:"expand"`
	Drive         *wireDrive        `json:"drive,omitempty" odata:"expand"`
	Items         []wireListItem    `json:"items,omitempty" odata:"expand"`
}

type wireListInfo struct {
	ContentTypesEnabled bool   `json:"contentTypesEnabled"`
	Hidden              bool   `json:"hidden"`
	Template            string `json:"template"`
}

type wireColumn struct {
	Description string      `json:"description"`
	DisplayName string      `json:"displayName"`
	Hidden      bool        `json:"hidden"`
	ID          string      `json:"id"`
	Indexed     bool        `json:"indexed"`
	Name        string      `json:"name"`
	ReadOnly    bool        `json:"readOnly"`
	Required    bool        `json:"required"`
	Boolean     *empty      `json:"boolean,omitempty"`
	Choice      *wireChoice `json:"choice,omitempty"`
	Currency    *empty      `json:"currency,omitempty"`
	DateTime    *empty      `json:"dateTime,omitempty"`
	Lookup      *empty      `json:"lookup,omitempty"`
	Number      *empty      `json:"number,omitempty"`
	Person      *empty      `json:"personOrGroup,omitempty"`
	Text        *empty      `json:"text,omitempty"`
	Hyperlink   *empty      `json:"hyperlinkOrPicture,omitempty"`
}

type wireChoice struct {
	Choices []string `json:"choices"`
}

type wireContentType struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Hidden      bool   `json:"hidden"`
	Order       *empty `json:"order,omitempty"`
}

// The content types of lists; those of a list of one's own would begin with them.
const (
	contentTypeItem     = "0x01"
	contentTypeDocument = "0x0101"
	contentTypeFolder   = "0x0120"
)

func listNodes() []node {
	return []node{
		{Name: "lists", Key: key{Of: "list", Resolve: listByID}, Operations: []operation{
			onSite(readSites, operation{Name: "lists.list", Method: "GET", Source: "GD:api/list-list", Handler: listLists}),
			onSite(manageSites, operation{Name: "lists.add", Method: "POST", Source: "GD:api/list-create", Handler: addListResource}),
		}},
		{
			Name:        "list",
			Properties:  odata.PropertiesOf(wireList{}),
			NotEmulated: []string{"activities", "operations", "subscriptions"},
			Children: []child{
				{Name: "items", Of: "listItems"},
				{Name: "drive", Of: "drive", Resolve: driveOfList},
				{Name: "columns", Of: "columns"},
				{Name: "contentTypes", Of: "contentTypes"},
			},
			Operations: []operation{
				onSite(readSites, operation{Name: "list.get", Method: "GET", Source: "GD:api/list-get", Handler: getList}),
				onSite(manageSites, operation{Name: "list.delete", Method: "DELETE", Source: "GD:api/list-delete", Handler: deleteList}),
			},
		},
		{Name: "columns", Operations: []operation{
			onSite(readSites, operation{Name: "columns.list", Method: "GET", Source: "GD:api/list-list-columns", Handler: listColumns}),
		}},
		{Name: "contentTypes", Operations: []operation{
			onSite(readSites, operation{Name: "contentTypes.list", Method: "GET", Source: "GD:api/list-list-contenttypes", Handler: listContentTypes}),
		}},
	}
}

func listByID(r *request, site any, k odata.Predicate) (any, error) {
	p, _ := site.(drive.Place)
	if err := r.enter(p.Site); err != nil {
		return nil, err
	}
	l, err := drive.FindList(r.tx, p.Site, k.Text())
	if err != nil {
		return nil, err
	}
	return drive.Place{Site: p.Site, List: l, Item: drive.Root(r.tx, l)}, nil
}

func driveOfList(_ *request, list any, _ odata.Args) (any, error) {
	p, _ := list.(drive.Place)
	if !p.List.Library() {
		return nil, problem.For(problem.NotFound, problem.ItemNotFound, p.List.Title, "The list is no document library.")
	}
	return p, nil
}

// templateName is the name of a list's template.
func templateName(template int) string {
	switch template {
	case drive.TemplateLibrary:
		return "documentLibrary"
	case 106:
		return "events"
	case 107, 171:
		return "tasks"
	case 119:
		return "webPageLibrary"
	case 700:
		return "mySiteDocumentLibrary"
	}
	return "genericList"
}

func (r *request) listWire(s state.Site, l state.List) wireList {
	w := r.writer(s, l)
	v := wireList{
		Created: l.CreatedAt, Description: l.Description, Tag: `"` + l.ID + `,1"`, ID: l.ID, Modified: l.ModifiedAt,
		Name: l.Path[strings.LastIndexByte(l.Path, '/')+1:], WebURL: w.address, DisplayName: l.Title, CreatedBy: identitySet(l.CreatedBy),
		Parent: &wireParent{SiteID: r.siteID(s)}, List: wireListInfo{Hidden: l.Hidden, Template: templateName(l.Template)},
		SharePointIDs: w.ids(state.Item{}),
	}
	v.ETag = v.Tag
	if s.Personal && l.Default {
		v.List.Template = templateName(700)
	}
	return v
}

// lists are a site's lists; hidden ones only where the client selects system.
func (r *request) lists(s state.Site, q *odata.Query) []wireList {
	rows := []wireList{}
	for _, l := range drive.Lists(r.tx, s) {
		if l.Hidden && !q.Select.Has("system") {
			continue
		}
		v := r.listWire(s, l)
		r.expandSiteList(q, drive.Place{Site: s, List: l, Item: drive.Root(r.tx, l)}, &v)
		rows = append(rows, v)
	}
	return rows
}

func (r *request) expandSiteList(q *odata.Query, p drive.Place, v *wireList) {
	if q.Expands("columns") != nil {
		v.Columns = columnsOf(p.List)
	}
	if q.Expands("contentTypes") != nil {
		v.ContentTypes = contentTypesOf(p.List)
	}
	if q.Expands("drive") != nil && p.List.Library() {
		d := r.driveWire(p)
		v.Drive = &d
	}
	if e := q.Expands("items"); e != nil {
		v.Items = r.listItems(p, e)
	}
}

func listLists(r *request, call *odata.Call) (any, error) {
	s := placeOf(call).Site
	if err := r.enter(s); err != nil {
		return nil, err
	}
	rows := r.lists(s, call.Query)
	if call.Query.Filter != nil {
		rows = slices.DeleteFunc(rows, func(v wireList) bool { return !odata.Eval(call.Query.Filter, odata.ResourceOf(v)) })
	}
	rows, next, err := pageOf(r, call, rows, sitesPage, maxSitesPage, func(v wireList) string { return v.ID })
	if err != nil {
		return nil, err
	}
	return page(call, "sites('"+r.siteID(s)+"')/lists", rows, nil, next), nil
}

func getList(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	v := r.listWire(p.Site, p.List)
	r.expandSiteList(call.Query, p, &v)
	return entity(call, "sites('"+r.siteID(p.Site)+"')/lists", v), nil
}

type listBody struct {
	DisplayName string       `json:"displayName"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Columns     []columnBody `json:"columns"`
	List        *struct {
		Template string `json:"template"`
		Hidden   bool   `json:"hidden"`
	} `json:"list"`
}

type columnBody struct {
	Name        string      `json:"name"`
	DisplayName string      `json:"displayName"`
	Description string      `json:"description"`
	Required    bool        `json:"required"`
	Indexed     bool        `json:"indexed"`
	Hidden      bool        `json:"hidden"`
	Boolean     *empty      `json:"boolean"`
	Choice      *wireChoice `json:"choice"`
	Currency    *empty      `json:"currency"`
	DateTime    *empty      `json:"dateTime"`
	Lookup      *empty      `json:"lookup"`
	Number      *empty      `json:"number"`
	Person      *empty      `json:"personOrGroup"`
	Hyperlink   *empty      `json:"hyperlinkOrPicture"`
}

func addListResource(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	if err := sharing.Require(r.tx, r.caller, drive.Place{Site: p.Site}, state.RoleWrite); err != nil {
		return nil, err
	}
	var b listBody
	if err := r.decodeOpen(&b); err != nil {
		return nil, err
	}
	l := state.List{Title: cmp.Or(b.DisplayName, b.Name), Description: b.Description, Template: drive.TemplateList}
	if l.Title == "" {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "displayName", "The list needs a displayName.")
	}
	if b.List != nil {
		l.Hidden = b.List.Hidden
		switch strings.ToLower(b.List.Template) {
		case "", "genericlist":
		case "documentlibrary":
			l.Template = drive.TemplateLibrary
		default:
			return nil, problem.For(problem.Invalid, problem.InvalidProperty, "template", "The list template '%s' is not supported.", b.List.Template)
		}
	}
	for _, c := range b.Columns {
		l.Columns = append(l.Columns, state.Column{
			ID: r.tx.NewID(), Name: c.Name, DisplayName: cmp.Or(c.DisplayName, c.Name), Description: c.Description, Type: c.kind(),
			Required: c.Required, Indexed: c.Indexed, Hidden: c.Hidden, Choices: c.choices(),
		})
	}
	l, err := drive.AddList(r.tx, p.Site, l, r.caller.Actor())
	if err != nil {
		return nil, err
	}
	v := r.listWire(p.Site, l)
	return entity(call, "sites('"+r.siteID(p.Site)+"')/lists", v).as(http.StatusCreated), nil
}

// kind is the type of a column, by the facet that stands in it.
func (c columnBody) kind() string {
	switch {
	case c.Boolean != nil:
		return "boolean"
	case c.Choice != nil:
		return "choice"
	case c.Currency != nil:
		return "currency"
	case c.DateTime != nil:
		return "dateTime"
	case c.Lookup != nil:
		return "lookup"
	case c.Number != nil:
		return "number"
	case c.Person != nil:
		return "personOrGroup"
	case c.Hyperlink != nil:
		return "hyperlinkOrPicture"
	}
	return "text"
}

func (c columnBody) choices() []string {
	if c.Choice == nil {
		return nil
	}
	return c.Choice.Choices
}

func deleteList(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	if err := sharing.Require(r.tx, r.caller, drive.Place{Site: p.Site}, state.RoleWrite); err != nil {
		return nil, err
	}
	if err := drive.DeleteList(r.tx, p.List); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// columnsOf are a list's own columns behind those that every list has.
func columnsOf(l state.List) []wireColumn {
	all := []wireColumn{
		{DisplayName: "Title", ID: "fa564e0f-0c70-4ab9-b863-0177e6ddd247", Name: "Title", Required: !l.Library(), Text: &empty{}},
		{DisplayName: "Modified", ID: "28cf69c5-fa48-462a-b5cd-27b6f9d2bd5f", Name: "Modified", ReadOnly: true, DateTime: &empty{}},
		{DisplayName: "Created", ID: "8c06beca-0777-48f7-91c7-6da68bc07b69", Name: "Created", ReadOnly: true, DateTime: &empty{}},
		{DisplayName: "Created By", ID: "1df5e554-ec7e-46a6-901d-d85a3881cb18", Name: "Author", ReadOnly: true, Person: &empty{}},
		{DisplayName: "Modified By", ID: "d31655d1-1d5b-4511-95a1-7a09e9b75bf2", Name: "Editor", ReadOnly: true, Person: &empty{}},
	}
	if l.Library() {
		all = append(all, wireColumn{DisplayName: "Name", ID: "8553196d-ec8d-4564-9861-3dbe931050c8", Name: "FileLeafRef", Required: true, Text: &empty{}})
	}
	for _, c := range l.Columns {
		all = append(all, columnWire(c))
	}
	return all
}

func columnWire(c state.Column) wireColumn {
	v := wireColumn{
		Description: c.Description, DisplayName: c.DisplayName, Hidden: c.Hidden, ID: c.ID, Indexed: c.Indexed, Name: c.Name,
		ReadOnly: c.ReadOnly, Required: c.Required,
	}
	facets := map[string]**empty{
		"boolean": &v.Boolean, "currency": &v.Currency, "dateTime": &v.DateTime, "lookup": &v.Lookup, "number": &v.Number,
		"personOrGroup": &v.Person, "hyperlinkOrPicture": &v.Hyperlink,
	}
	switch facet := facets[c.Type]; {
	case c.Type == "choice":
		v.Choice = &wireChoice{c.Choices}
	case facet != nil:
		*facet = &empty{}
	default:
		v.Text = &empty{}
	}
	return v
}

func listColumns(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	return collection(call, "sites('"+r.siteID(p.Site)+"')/lists('"+p.List.ID+"')/columns", columnsOf(p.List)), nil
}

func contentTypesOf(l state.List) []wireContentType {
	folder := wireContentType{ID: contentTypeFolder, Name: "Folder", Description: "Create a new folder.", Order: &empty{}}
	if l.Library() {
		return []wireContentType{{ID: contentTypeDocument, Name: "Document", Description: "Create a new document.", Order: &empty{}}, folder}
	}
	return []wireContentType{{ID: contentTypeItem, Name: "Item", Description: "Create a new list item.", Order: &empty{}}, folder}
}

func listContentTypes(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	return collection(call, "sites('"+r.siteID(p.Site)+"')/lists('"+p.List.ID+"')/contentTypes", contentTypesOf(p.List)), nil
}
