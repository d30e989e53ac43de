package spoapi

import (
	"slices"
	"strings"

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
					operation{Name: "lists.ensureSiteAssets", Method: "POST", Segment: "EnsureSiteAssetsLibrary", Source: "from memory", Handler: ensureLibrary("Site Assets", "SiteAssets")},
					operation{Name: "lists.ensureSitePages", Method: "POST", Segment: "EnsureSitePagesLibrary", Source: "from memory", Handler: ensureLibrary("Site Pages", "SitePages")},
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
				{Name: "EventReceivers", Of: "receivers"},
				{Name: "UserCustomActions", Of: "actions"},
				{Name: "GetRelatedFields", Of: "relatedfields"},
			},
			Operations: slices.Concat(listOperations(), streamOperations()),
			NotEmulated: []string{
				"Forms", "WorkflowAssociations", "InformationRightsManagementSettings", "GetListItemChangesSinceToken", "RenderListFormData",
				"ReserveListItemId", "GetView", "ParseDocumentTemplate",
			},
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

// listPage lists the lists that the caller may see.
func (c *request) listPage(s state.Site) *collection {
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
	return page
}

func listLists(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	if err := c.requireWeb(s); err != nil {
		return nil, err
	}
	return c.listPage(s), nil
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
	if err := c.decodeEntity(&in, "SP.List", odata.PropertiesOf(wireList{})); err != nil {
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

// ensureLibrary answers one of the libraries that a site gets when it needs them.
func ensureLibrary(title, path string) func(*request, *odata.Call) (any, error) {
	return func(c *request, call *odata.Call) (any, error) {
		s := placeOf(call.Value).Site
		if l, ok := c.tx.ListByPath(s.TenantID, s.ID, path); ok {
			at := drive.Place{Site: s, List: l}
			return c.listEntity(at), c.require(at, state.RoleRead)
		}
		if err := c.require(placeOfSite(s), state.RoleWrite); err != nil {
			return nil, err
		}
		l, err := drive.AddLibrary(c.tx, s, title, path, c.actor())
		if err != nil {
			return nil, err
		}
		return c.listEntity(drive.Place{Site: s, List: l}), nil
	}
}

func updateList(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in listBody
	if err := c.decodeEntity(&in, "SP.List", odata.PropertiesOf(wireList{})); err != nil {
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
