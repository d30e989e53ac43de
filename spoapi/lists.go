package spoapi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// listNodes are a web's lists and libraries (sharepoint.md 5).
func listNodes() []node {
	return []node{
		{
			Name: "lists", Key: key{Of: "list", Resolve: listByKey},
			Children: []child{
				{Name: "GetByTitle", Of: "list", Params: []string{"title"}, Resolve: listByTitle},
				{Name: "GetById", Of: "list", Params: []string{"id"}, Resolve: listByID},
			},
			Operations: slices.Concat(
				reading(operation{Name: "lists.list", Method: "GET", Source: "sharepoint.md 5", Handler: listLists}),
				managing(
					operation{Name: "lists.add", Method: "POST", Source: "sharepoint.md 5", Handler: addList},
					operation{Name: "lists.ensureSiteAssets", Method: "POST", Segment: "EnsureSiteAssetsLibrary", Source: "from memory", Handler: ensureSiteAssets},
				),
			),
		},
		{
			Name: "list", Extends: "securable", Properties: odata.PropertiesOf(wireList{}),
			Children: []child{
				{Name: "Items", Of: "items"},
				{Name: "GetItemById", Of: "item", Params: []string{"id"}, Resolve: itemByID},
				{Name: "GetItemByUniqueId", Of: "item", Params: []string{"uniqueId"}, Resolve: itemByUniqueID},
				{Name: "GetItemByStringId", Of: "item", Params: []string{"sId"}, Resolve: itemByID},
				{Name: "RootFolder", Of: "folder", Resolve: rootFolder},
				{Name: "Fields", Of: "fields"},
				{Name: "Views", Of: "views"},
				{Name: "DefaultView", Of: "view", Resolve: defaultView},
				{Name: "ContentTypes", Of: "contenttypes"},
				{Name: "ParentWeb", Of: "web", Resolve: parentWeb},
				{Name: "Subscriptions", Of: "subscriptions"},
			},
			Operations:  slices.Concat(listOperations(), streamOperations()),
			NotEmulated: []string{"EventReceivers", "Forms", "UserCustomActions", "WorkflowAssociations", "InformationRightsManagementSettings"},
		},
	}
}

func listOperations() []operation {
	return slices.Concat(
		reading(
			operation{Name: "list.get", Method: "GET", Source: "sharepoint.md 5", Handler: getList},
			operation{Name: "list.GetChanges", Method: "POST", Segment: "GetChanges", Source: "sharepoint.md 5", Handler: getChanges},
			operation{Name: "list.GetItems", Method: "POST", Segment: "GetItems", Params: []string{"query"}, Source: "sharepoint.md 5", Handler: getItems},
		),
		managing(
			operation{Name: "list.update", Method: "PATCH", Source: "sharepoint.md 5", Handler: updateList},
			operation{Name: "list.delete", Method: "DELETE", Source: "sharepoint.md 2.1", Handler: deleteList},
			operation{Name: "list.recycle", Method: "POST", Segment: "Recycle", Source: "sharepoint.md 5", Handler: recycleList},
		),
		writing(
			operation{Name: "list.AddValidateUpdateItemUsingPath", Method: "POST", Segment: "AddValidateUpdateItemUsingPath", Source: "sharepoint.md 5", Handler: addValidated},
		),
	)
}

// wireList is SP.List.
type wireList struct {
	AllowContentTypes       bool       `json:"AllowContentTypes"`
	BaseTemplate            int        `json:"BaseTemplate"`
	BaseType                int        `json:"BaseType"`
	ContentTypesEnabled     bool       `json:"ContentTypesEnabled"`
	Created                 time.Time  `json:"Created"`
	CurrentChangeToken      wireToken  `json:"CurrentChangeToken"`
	DefaultItemOpen         int        `json:"DefaultItemOpenInBrowser"`
	Description             string     `json:"Description"`
	Direction               string     `json:"Direction"`
	DraftVersionVisibility  int        `json:"DraftVersionVisibility"`
	EnableAttachments       bool       `json:"EnableAttachments"`
	EnableFolderCreation    bool       `json:"EnableFolderCreation"`
	EnableMinorVersions     bool       `json:"EnableMinorVersions"`
	EnableModeration        bool       `json:"EnableModeration"`
	EnableVersioning        bool       `json:"EnableVersioning"`
	EntityTypeName          string     `json:"EntityTypeName"`
	FileSavePostProcessing  bool       `json:"FileSavePostProcessingEnabled"`
	ForceCheckout           bool       `json:"ForceCheckout"`
	HasExternalDataSource   bool       `json:"HasExternalDataSource"`
	Hidden                  bool       `json:"Hidden"`
	ID                      string     `json:"Id"`
	ImagePath               wirePath   `json:"ImagePath"`
	ImageURL                string     `json:"ImageUrl"`
	IrmEnabled              bool       `json:"IrmEnabled"`
	IsApplicationList       bool       `json:"IsApplicationList"`
	IsCatalog               bool       `json:"IsCatalog"`
	IsPrivate               bool       `json:"IsPrivate"`
	ItemCount               int        `json:"ItemCount"`
	LastItemDeletedDate     time.Time  `json:"LastItemDeletedDate"`
	LastItemModifiedDate    time.Time  `json:"LastItemModifiedDate"`
	LastItemUserModified    time.Time  `json:"LastItemUserModifiedDate"`
	ListExperienceOptions   int        `json:"ListExperienceOptions"`
	ListItemEntityTypeName  string     `json:"ListItemEntityTypeFullName"`
	MajorVersionLimit       int        `json:"MajorVersionLimit"`
	MajorWithMinorVersions  int        `json:"MajorWithMinorVersionsLimit"`
	MultipleURILinks        bool       `json:"MultipleUriLinks"`
	NoCrawl                 bool       `json:"NoCrawl"`
	ParentWebPath           wirePath   `json:"ParentWebPath"`
	ParentWebURL            string     `json:"ParentWebUrl"`
	ParserDisabled          bool       `json:"ParserDisabled"`
	ServerTemplateCreate    bool       `json:"ServerTemplateCanCreateFolders"`
	TemplateFeatureID       string     `json:"TemplateFeatureId"`
	Title                   string     `json:"Title"`
	HasUnique               bool       `json:"HasUniqueRoleAssignments" odata:"select"`
	Rights                  wireRights `json:"EffectiveBasePermissions" odata:"select"`
	DefaultViewURL          string     `json:"DefaultViewUrl" odata:"select"`
	DefaultDisplayFormURL   string     `json:"DefaultDisplayFormUrl" odata:"select"`
	DefaultNewFormURL       string     `json:"DefaultNewFormUrl" odata:"select"`
	DefaultEditFormURL      string     `json:"DefaultEditFormUrl" odata:"select"`
	OnQuickLaunch           bool       `json:"OnQuickLaunch" odata:"select"`
	ValidationFormula       *string    `json:"ValidationFormula" odata:"select"`
	ValidationMessage       *string    `json:"ValidationMessage" odata:"select"`
	SchemaXML               string     `json:"SchemaXml" odata:"select"`
	IsSiteAssetsLibrary     bool       `json:"IsSiteAssetsLibrary" odata:"select"`
	PageRenderType          int        `json:"PageRenderType" odata:"select"`
	ReadSecurity            int        `json:"ReadSecurity" odata:"select"`
	WriteSecurity           int        `json:"WriteSecurity" odata:"select"`
	AdditionalUXProperties  *string    `json:"AdditionalUXProperties" odata:"select"`
	DefaultSensitivityLabel string     `json:"DefaultSensitivityLabelForLibrary" odata:"select"`
}

// The feature that a list's template belongs to.
const (
	libraryFeature = "00bfea71-e717-4e80-aa17-d0c71b360101"
	listFeature    = "00bfea71-de22-43b2-a848-c05709900100"
)

func listPath(l state.List) string { return "Web/Lists(guid'" + l.ID + "')" }

// entityName is a list's name as a type: "Shared Documents" → Shared_x0020_Documents, "Lists/Tasks" → TasksList.
func entityName(l state.List) string {
	path, found := strings.CutPrefix(l.Path, "Lists/")
	var b strings.Builder
	for _, r := range path {
		switch {
		case r == '_', r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "_x%04x_", r)
		}
	}
	if found {
		b.WriteString("List")
	}
	return b.String()
}

// itemKind is the type of a list's items.
func itemKind(l state.List) string {
	name := entityName(l)
	if l.Library() {
		return "SP.Data." + name + "Item"
	}
	return "SP.Data." + name + "Item"
}

func (c *request) listEntity(at drive.Place) *entity {
	s, l := at.Site, at.List
	at.Item = state.Item{}
	path := drive.ListPath(s, l)
	w := wireList{
		AllowContentTypes: true, BaseTemplate: l.Template, Created: l.CreatedAt, CurrentChangeToken: c.token(scopeList, l.ID),
		Description: l.Description, Direction: "none", EnableFolderCreation: l.Library(), EnableVersioning: true,
		EntityTypeName: entityName(l), Hidden: l.Hidden, ID: l.ID, ImageURL: "/_layouts/15/images/itgen.png?rev=47",
		ImagePath: wirePath{"/_layouts/15/images/itgen.png?rev=47"}, EnableAttachments: !l.Library(),
		ItemCount: c.countItems(l), LastItemDeletedDate: l.CreatedAt, LastItemModifiedDate: latest(l.ModifiedAt, l.CreatedAt),
		LastItemUserModified: latest(l.ModifiedAt, l.CreatedAt), ListItemEntityTypeName: itemKind(l), MajorVersionLimit: 500,
		ParentWebPath: wirePath{webPath(s)}, ParentWebURL: webPath(s), ServerTemplateCreate: true, TemplateFeatureID: listFeature,
		Title: l.Title, HasUnique: l.Broken, Rights: c.rightsAt(at), OnQuickLaunch: !l.Hidden,
		DefaultViewURL: path + "/AllItems.aspx", DefaultDisplayFormURL: path + "/DispForm.aspx",
		DefaultNewFormURL: path + "/NewForm.aspx", DefaultEditFormURL: path + "/EditForm.aspx",
		SchemaXML: fmt.Sprintf(`<List ID="{%s}" ServerTemplate="%d"/>`, strings.ToUpper(l.ID), l.Template),
	}
	if l.Library() {
		w.BaseType, w.TemplateFeatureID, w.FileSavePostProcessing = 1, libraryFeature, false
		w.ImageURL = "/_layouts/15/images/itdl.png?rev=47"
		w.ImagePath = wirePath{w.ImageURL}
		w.DefaultViewURL = path + "/Forms/AllItems.aspx"
	}
	return &entity{
		kind: "SP.List", web: c.webURL(s), path: listPath(l), id: c.webURL(s) + "/_api/" + listPath(l), etag: fmt.Sprintf(`"%d"`, l.Seq), props: w,
		links: append(c.securableLinks(at), []link{
			{"ContentTypes", func() (any, error) { return c.contentTypePage(at), nil }},
			{"Fields", func() (any, error) { return c.fieldPage(at), nil }},
			{"Items", func() (any, error) { return c.itemPage(at, nil) }},
			{"ParentWeb", func() (any, error) { return c.webEntity(s), nil }},
			{"RootFolder", func() (any, error) {
				return c.folderEntity(drive.Place{Site: s, List: l, Item: drive.Root(c.tx, l)})
			}},
			{"Views", func() (any, error) { return c.viewPage(at), nil }},
			{"DefaultView", func() (any, error) { return c.viewEntity(at), nil }},
		}...),
	}
}

// countItems is the number of a list's living items, folders included.
func (c *request) countItems(l state.List) int {
	n := 0
	for i := range c.tx.Items(l.TenantID, l.ID) {
		if i.DeletedAt.IsZero() && !i.Root() {
			n++
		}
	}
	return n
}

// listPage lists the lists that the caller may see.
func (c *request) listPage(s state.Site) (*collection, error) {
	page := &collection{kind: "SP.List", web: c.webURL(s)}
	for l := range c.tx.Lists(s.TenantID, s.ID) {
		at := drive.Place{Site: s, List: l}
		if l.DeletedAt.IsZero() && sharing.AccessTo(c.tx, c.caller, at).Role != "" {
			page.items = append(page.items, c.listEntity(at))
		}
	}
	slices.SortStableFunc(page.items, func(a, b *entity) int {
		return strings.Compare(strings.ToLower(a.props.(wireList).Title), strings.ToLower(b.props.(wireList).Title))
	})
	return page, nil
}

func listLists(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	if err := c.requireWeb(s); err != nil {
		return nil, err
	}
	return c.listPage(s)
}

func (c *request) listOf(s state.Site, id string) (any, error) {
	l, ok := c.tx.List(s.TenantID, strings.Trim(strings.ToLower(id), "{}"))
	if !ok || l.SiteID != s.ID {
		return nil, errList
	}
	return drive.Place{Site: s, List: l}, nil
}

func listByKey(c *request, v any, k odata.Predicate) (any, error) {
	return c.listOf(placeOf(v).Site, k.Text())
}

func listByID(c *request, v any, args odata.Args) (any, error) {
	return c.listOf(placeOf(v).Site, args.Text("id"))
}

func listByTitle(c *request, v any, args odata.Args) (any, error) {
	s, title := placeOf(v).Site, args.Text("title")
	l, ok := c.tx.ListByTitle(s.TenantID, s.ID, title)
	if !ok {
		return nil, errListTitle(title, c.webURL(s))
	}
	return drive.Place{Site: s, List: l}, nil
}

// listByURL finds a list by the path of its root folder, or of something within.
func listByURL(c *request, v any, args odata.Args) (any, error) {
	s := placeOf(v).Site
	path, err := pathArg(s, args)
	if err != nil {
		return nil, err
	}
	if i := strings.Index(strings.ToLower(path), "/forms/"); i >= 0 {
		path = path[:i]
	}
	at, err := c.at(s, path)
	if err != nil || at.List.ID == "" {
		return nil, errFolder
	}
	return drive.Place{Site: s, List: at.List}, nil
}

func defaultLibrary(c *request, v any, _ odata.Args) (any, error) {
	s := placeOf(v).Site
	l, ok := drive.DefaultLibrary(c.tx, s)
	if !ok {
		return nil, errList
	}
	return drive.Place{Site: s, List: l}, nil
}

// catalog is a gallery of a web; the emulator keeps none of them.
func catalog(*request, any, odata.Args) (any, error) {
	return nil, problem.For(problem.Unsupported, problem.FeatureNotEmulated, "GetCatalog", "galleries are not emulated")
}

func parentWeb(_ *request, v any, _ odata.Args) (any, error) {
	return placeOfSite(placeOf(v).Site), nil
}

func rootFolder(c *request, v any, _ odata.Args) (any, error) {
	at := placeOf(v)
	at.Item = drive.Root(c.tx, at.List)
	return at, nil
}

func getList(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	return c.listEntity(at), nil
}

// listBody is what a client may say of a list.
type listBody struct {
	Title, Description *string
	BaseTemplate       int
	Hidden             *bool
}

func addList(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	var in listBody
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.require(placeOfSite(s), state.RoleWrite); err != nil {
		return nil, err
	}
	if in.Title == nil || strings.TrimSpace(*in.Title) == "" {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "Title", "The property 'Title' is required.")
	}
	l := state.List{Title: *in.Title, Template: in.BaseTemplate}
	set(&l.Description, in.Description)
	set(&l.Hidden, in.Hidden)
	l, err := c.addList(s, l)
	if err != nil {
		return nil, err
	}
	return created{c.listEntity(drive.Place{Site: s, List: l})}, nil
}

// documentLibrary and genericList are the templates of lists.
const (
	genericList     = 100
	documentLibrary = 101
)

func (c *request) addList(s state.Site, l state.List) (state.List, error) {
	if _, taken := c.tx.ListByTitle(s.TenantID, s.ID, l.Title); taken {
		return l, errTitleTaken()
	}
	var err error
	if l.Template == documentLibrary {
		change := drive.ListChange{Description: &l.Description, Hidden: &l.Hidden}
		if l, err = drive.AddLibrary(c.tx, s, l.Title, listName(l.Title), c.actor()); err == nil {
			l, err = drive.UpdateList(c.tx, l, change)
		}
	} else {
		if l.Template == 0 {
			l.Template = genericList
		}
		l, err = drive.AddList(c.tx, s, l, c.actor())
	}
	if problem.ReasonOf(err) == problem.NameExists {
		return l, errTitleTaken()
	}
	return l, err
}

// listName is the folder of a new library: its title without what paths cannot have.
func listName(title string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"*:<>?/\|#%`, r) {
			return -1
		}
		return r
	}, title)
}

func ensureSiteAssets(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	if l, ok := c.tx.ListByPath(s.TenantID, s.ID, "SiteAssets"); ok {
		return c.listEntity(drive.Place{Site: s, List: l}), c.require(drive.Place{Site: s, List: l}, state.RoleRead)
	}
	if err := c.require(placeOfSite(s), state.RoleWrite); err != nil {
		return nil, err
	}
	l, err := drive.AddLibrary(c.tx, s, "Site Assets", "SiteAssets", c.actor())
	if err != nil {
		return nil, err
	}
	return c.listEntity(drive.Place{Site: s, List: l}), nil
}

func updateList(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in listBody
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	l := at.List
	_, err := drive.UpdateList(c.tx, l, drive.ListChange{Title: in.Title, Description: in.Description, Hidden: in.Hidden})
	if problem.ReasonOf(err) == problem.NameExists {
		return nil, errTitleTaken()
	}
	return nothing{}, err
}

func deleteList(c *request, call *odata.Call) (any, error) {
	_, err := c.recycleList(placeOf(call.Value))
	return nothing{}, err
}

func recycleList(c *request, call *odata.Call) (any, error) {
	id, err := c.recycleList(placeOf(call.Value))
	return result{name: "Recycle", kind: "Edm.Guid", value: id}, err
}

// recycleList takes a list out of the web.
func (c *request) recycleList(at drive.Place) (string, error) {
	if err := c.require(at, state.RoleWrite); err != nil {
		return "", err
	}
	if err := drive.DeleteList(c.tx, at.List); err != nil {
		return "", err
	}
	return c.tx.NewID(), nil
}

// webAddress is the address of a server-relative path with its blanks escaped.
func webAddress(c *request, s state.Site, path string) string {
	return c.origin.SharePoint(c.tenant.SharePointPrefix(), hostOf(s)) + links.EscapePath(path)
}

func hostOf(s state.Site) links.SiteHost {
	if s.Personal {
		return links.My
	}
	return links.Root
}
