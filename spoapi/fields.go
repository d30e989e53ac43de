package spoapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// fieldNodes are the columns, content types and views of a list, as far as ordinary clients read them; columns can be
// added, views and content types are the service's own.
func fieldNodes() []node {
	return []node{
		{
			Name: "fields", Key: key{Of: "field", Resolve: fieldByKey},
			Children: []child{
				{Name: "GetById", Of: "field", Params: []string{"id"}, Resolve: fieldByArg},
				{Name: "GetByTitle", Of: "field", Params: []string{"title"}, Resolve: fieldByArg},
				{Name: "GetByInternalNameOrTitle", Of: "field", Params: []string{"strName"}, Resolve: fieldByArg},
			},
			Operations: append(
				reading(operation{Name: "fields.list", Method: "GET", Source: "sharepoint.md 5", Handler: listFields}),
				managing(
					operation{Name: "fields.add", Method: "POST", Source: "from memory", Handler: addField},
					operation{Name: "fields.createFieldAsXml", Method: "POST", Segment: "CreateFieldAsXml", Source: "from memory", Handler: addFieldXML},
				)...,
			),
		},
		{Name: "field", Properties: odata.PropertiesOf(wireField{}), Operations: append(
			reading(operation{Name: "field.get", Method: "GET", Source: "sharepoint.md 5", Handler: getField}),
			managing(operation{Name: "field.delete", Method: "DELETE", Source: "from memory", Handler: deleteField})...,
		)},
		{Name: "contenttypes", Operations: reading(operation{Name: "contenttypes.list", Method: "GET", Source: "from memory", Handler: listContentTypes})},
		{Name: "contenttype", Properties: odata.PropertiesOf(wireContentType{}), Operations: reading(
			operation{Name: "contenttype.get", Method: "GET", Source: "from memory", Handler: getContentType},
		)},
		{
			Name: "views", Children: []child{{Name: "GetByTitle", Of: "view", Params: []string{"strTitle"}, Resolve: viewByTitle}},
			Operations: reading(operation{Name: "views.list", Method: "GET", Source: "from memory", Handler: listViews}),
		},
		{Name: "view", Properties: odata.PropertiesOf(wireView{}), Operations: reading(
			operation{Name: "view.get", Method: "GET", Source: "from memory", Handler: getView},
		)},
	}
}

// column is a field together with the list that it belongs to.
type column struct {
	at drive.Place
	state.Column
}

// wireField is SP.Field.
type wireField struct {
	CanBeDeleted       bool     `json:"CanBeDeleted"`
	DefaultValue       *string  `json:"DefaultValue"`
	Description        string   `json:"Description"`
	EnforceUnique      bool     `json:"EnforceUniqueValues"`
	EntityPropertyName string   `json:"EntityPropertyName"`
	FieldTypeKind      int      `json:"FieldTypeKind"`
	Filterable         bool     `json:"Filterable"`
	FromBaseType       bool     `json:"FromBaseType"`
	Group              string   `json:"Group"`
	Hidden             bool     `json:"Hidden"`
	ID                 string   `json:"Id"`
	Indexed            bool     `json:"Indexed"`
	InternalName       string   `json:"InternalName"`
	ReadOnlyField      bool     `json:"ReadOnlyField"`
	Required           bool     `json:"Required"`
	SchemaXML          string   `json:"SchemaXml"`
	Scope              string   `json:"Scope"`
	Sealed             bool     `json:"Sealed"`
	Sortable           bool     `json:"Sortable"`
	StaticName         string   `json:"StaticName"`
	Title              string   `json:"Title"`
	TypeAsString       string   `json:"TypeAsString"`
	Choices            []string `json:"Choices,omitzero"`
}

// fieldType is a column's type in SharePoint's names and numbers.
func fieldType(typ string) (name string, kind int) {
	switch typ {
	case "number":
		return "Number", 9
	case "boolean":
		return "Boolean", 8
	case "dateTime":
		return "DateTime", 4
	case "choice":
		return "Choice", 6
	case "personOrGroup":
		return "User", 20
	case "note":
		return "Note", 3
	case "counter":
		return "Counter", 5
	case "hyperlinkOrPicture":
		return "URL", 11
	case "lookup":
		return "Lookup", 7
	}
	return "Text", 2
}

// columnType is the way back.
func columnType(name string, kind int) string {
	for _, typ := range []string{"number", "boolean", "dateTime", "choice", "personOrGroup", "note", "counter", "hyperlinkOrPicture", "lookup"} {
		n, k := fieldType(typ)
		if strings.EqualFold(n, name) || name == "" && k == kind {
			return typ
		}
	}
	return "text"
}

// builtIn are the columns that every list has.
func builtIn(l state.List) []state.Column {
	all := []state.Column{
		{ID: "1d22ea11-1e32-424e-89ab-9fedbadb6ce1", Name: "ID", DisplayName: "ID", Type: "counter", ReadOnly: true},
		{ID: "fa564e0f-0c70-4ab9-b863-0177e6ddd247", Name: "Title", DisplayName: "Title", Type: "text", Required: !l.Library()},
		{ID: "8c06beca-0777-48f7-91c7-6da68bc07b69", Name: "Created", DisplayName: "Created", Type: "dateTime", ReadOnly: true},
		{ID: "28cf69c5-fa48-462a-b5cd-27b6f9d2bd5f", Name: "Modified", DisplayName: "Modified", Type: "dateTime", ReadOnly: true},
		{ID: "1df5e554-ec7e-46a6-901d-d85a3881cb18", Name: "Author", DisplayName: "Created By", Type: "personOrGroup", ReadOnly: true},
		{ID: "d31655d1-1d5b-4511-95a1-7a09e9b75bf2", Name: "Editor", DisplayName: "Modified By", Type: "personOrGroup", ReadOnly: true},
	}
	if l.Library() {
		all = append(all, state.Column{ID: "8553196d-ec8d-4564-9861-3dbe931050c8", Name: "FileLeafRef", DisplayName: "Name", Type: "text", Required: true})
	}
	return all
}

func columnsOf(l state.List) []state.Column { return append(builtIn(l), l.Columns...) }

func (c *request) fieldEntity(f column) *entity {
	name, kind := fieldType(f.Type)
	scope := webPath(f.at.Site)
	base := "Web/Fields"
	if f.at.List.ID != "" {
		scope, base = drive.ListPath(f.at.Site, f.at.List), listPath(f.at.List)+"/Fields"
	}
	title := f.DisplayName
	if title == "" {
		title = f.Name
	}
	return &entity{
		kind: "SP.Field", web: c.webURL(f.at.Site), path: base + "(guid'" + f.ID + "')",
		props: wireField{
			CanBeDeleted: !f.ReadOnly, Description: f.Description, EntityPropertyName: f.Name, FieldTypeKind: kind, Filterable: true,
			Group: "Custom Columns", Hidden: f.Hidden, ID: f.ID, Indexed: f.Indexed, InternalName: f.Name, ReadOnlyField: f.ReadOnly,
			Required: f.Required, SchemaXML: `<Field ID="{` + f.ID + `}" Type="` + name + `" Name="` + f.Name + `" />`, Scope: scope,
			Sortable: true, StaticName: f.Name, Title: title, TypeAsString: name, Choices: f.Choices,
		},
	}
}

func (c *request) fieldPage(at drive.Place) *collection {
	page := &collection{kind: "SP.Field", web: c.webURL(at.Site)}
	for _, f := range columnsOf(at.List) {
		page.items = append(page.items, c.fieldEntity(column{at, f}))
	}
	return page
}

// webFields are the columns of the web itself: those that every list has.
func webFields(_ *request, v any, _ odata.Args) (any, error) {
	return placeOfSite(placeOf(v).Site), nil
}

// requirePlace fails unless the caller may read the list, or open the web where there is no list.
func (c *request) requirePlace(at drive.Place) error {
	if at.List.ID == "" {
		return c.requireWeb(at.Site)
	}
	return c.require(at, state.RoleRead)
}

func listFields(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	return c.fieldPage(at), c.requirePlace(at)
}

func fieldNamed(v any, name string) (any, error) {
	at := placeOf(v)
	name = strings.Trim(name, "{}")
	for _, f := range columnsOf(at.List) {
		if strings.EqualFold(f.ID, name) || strings.EqualFold(f.Name, name) || strings.EqualFold(f.DisplayName, name) {
			return column{at, f}, nil
		}
	}
	return nil, fieldMissing(name)
}

func fieldMissing(name string) error {
	return fail(wire{400, codeArgument, argument, "Column '" + name + "' does not exist. It may have been deleted by another user."}, problem.NotFound, problem.ObjectNotFound)
}

func fieldByKey(_ *request, v any, k odata.Predicate) (any, error) { return fieldNamed(v, k.Text()) }

func fieldByArg(_ *request, v any, args odata.Args) (any, error) {
	for _, a := range args {
		return fieldNamed(v, a.Value.Text())
	}
	return nil, fieldMissing("")
}

func getField(c *request, call *odata.Call) (any, error) {
	f := call.Value.(column)
	return c.fieldEntity(f), c.requirePlace(f.at)
}

func addField(c *request, call *odata.Call) (any, error) {
	var in struct {
		Title, InternalName, Description, TypeAsString string
		FieldTypeKind                                  int
		Required                                       bool
		Choices                                        []string
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	name := in.InternalName
	if name == "" {
		name = strings.ReplaceAll(in.Title, " ", "_x0020_")
	}
	return c.addColumn(placeOf(call.Value), state.Column{
		Name: name, DisplayName: in.Title, Description: in.Description, Type: columnType(in.TypeAsString, in.FieldTypeKind),
		Required: in.Required, Choices: in.Choices,
	})
}

func (c *request) addColumn(at drive.Place, f state.Column) (any, error) {
	if at.List.ID == "" {
		return nil, problem.For(problem.Unsupported, problem.FeatureNotEmulated, "Fields", "columns of a web are not emulated")
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	l, f, err := drive.AddColumn(c.tx, at.List, f)
	if err != nil {
		return nil, err
	}
	at.List = l
	return created{c.fieldEntity(column{at, f})}, nil
}

func deleteField(c *request, call *odata.Call) (any, error) {
	f := call.Value.(column)
	if err := c.require(f.at, state.RoleWrite); err != nil {
		return nil, err
	}
	return nothing{}, drive.RemoveColumn(c.tx, f.at.List, f.Name)
}

// wireContentType is SP.ContentType.
type wireContentType struct {
	Description string   `json:"Description"`
	Group       string   `json:"Group"`
	Hidden      bool     `json:"Hidden"`
	ID          wireText `json:"Id"`
	Name        string   `json:"Name"`
	ReadOnly    bool     `json:"ReadOnly"`
	Sealed      bool     `json:"Sealed"`
	StringID    string   `json:"StringId"`
}

// wireText is SP.ContentTypeId.
type wireText struct {
	Value string `json:"StringValue"`
}

func (wireText) edmKind() string { return "SP.ContentTypeId" }

func (c *request) contentTypeEntity(at drive.Place, id string) *entity {
	name := "Item"
	switch {
	case strings.HasPrefix(id, contentTypeDocument):
		name = "Document"
	case strings.HasPrefix(id, contentTypeFolder):
		name = "Folder"
	}
	base := "Web"
	if at.List.ID != "" {
		base = listPath(at.List)
	}
	return &entity{
		kind: "SP.ContentType", web: c.webURL(at.Site), path: base + "/ContentTypes('" + id + "')",
		props: wireContentType{Group: name + " Content Types", ID: wireText{id}, Name: name, StringID: id},
	}
}

func (c *request) contentTypePage(at drive.Place) *collection {
	page := &collection{kind: "SP.ContentType", web: c.webURL(at.Site)}
	kinds := []state.ItemKind{state.ListItem, state.Folder}
	if at.List.ID == "" || at.List.Library() {
		kinds = []state.ItemKind{state.File, state.Folder}
	}
	for _, k := range kinds {
		page.items = append(page.items, c.contentTypeEntity(at, contentTypeID(at.List, state.Item{Kind: k})))
	}
	return page
}

func listContentTypes(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	return c.contentTypePage(at), c.requirePlace(at)
}

func contentTypeOfItem(_ *request, v any, _ odata.Args) (any, error) { return placeOf(v), nil }

func getContentType(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	return c.contentTypeEntity(at, contentTypeID(at.List, at.Item)), c.requirePlace(at)
}

// wireView is SP.View: the one that every list has.
type wireView struct {
	DefaultView       bool   `json:"DefaultView"`
	Hidden            bool   `json:"Hidden"`
	ID                string `json:"Id"`
	ListViewXML       string `json:"ListViewXml"`
	PersonalView      bool   `json:"PersonalView"`
	RowLimit          int    `json:"RowLimit"`
	ServerRelativeURL string `json:"ServerRelativeUrl"`
	Title             string `json:"Title"`
	ViewQuery         string `json:"ViewQuery"`
	ViewType          string `json:"ViewType"`
}

func (c *request) viewEntity(at drive.Place) *entity {
	title, page := "All Items", "/AllItems.aspx"
	if at.List.Library() {
		title, page = "All Documents", "/Forms/AllItems.aspx"
	}
	return &entity{
		kind: "SP.View", web: c.webURL(at.Site), path: listPath(at.List) + "/Views(guid'" + at.List.WebID + "')",
		props: wireView{
			DefaultView: true, ID: at.List.WebID, ListViewXML: "<View><RowLimit Paged=\"TRUE\">30</RowLimit></View>", RowLimit: 30,
			ServerRelativeURL: drive.ListPath(at.Site, at.List) + page, Title: title, ViewType: "HTML",
			ViewQuery: `<OrderBy><FieldRef Name="FileLeafRef" /></OrderBy>`,
		},
	}
}

func (c *request) viewPage(at drive.Place) *collection {
	return &collection{kind: "SP.View", web: c.webURL(at.Site), items: []*entity{c.viewEntity(at)}}
}

func defaultView(_ *request, v any, _ odata.Args) (any, error) { return placeOf(v), nil }

func viewByTitle(_ *request, v any, _ odata.Args) (any, error) { return placeOf(v), nil }

func listViews(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	return c.viewPage(at), c.requirePlace(at)
}

func getView(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	return c.viewEntity(at), c.requirePlace(at)
}
