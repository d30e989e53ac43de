package spoapi

import (
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

// folderNodes are folders: the web's own root, the root of each list, and those below (sharepoint.md 5). A folder of the
// web itself has no list.
func folderNodes() []node {
	return []node{
		{
			Name: "folders", Key: key{Of: "folder", Name: "url", Resolve: folderByKey},
			Children: []child{
				{Name: "GetByUrl", Of: "folder", Params: []string{"url"}, Resolve: folderByName},
				{Name: "GetByPath", Of: "folder", Params: []string{"decodedUrl"}, Resolve: folderByName},
			},
			Operations: slices.Concat(
				reading(operation{Name: "folders.list", Method: "GET", Source: "sharepoint.md 5", Handler: listFolders}),
				writing(
					operation{Name: "folders.create", Method: "POST", Source: "from memory", Handler: addFolder},
					operation{Name: "folders.add", Method: "POST", Segment: "Add", Params: []string{"url", "overwrite"}, Source: "sharepoint.md 5", Handler: addFolder},
					operation{Name: "folders.addUsingPath", Method: "POST", Segment: "AddUsingPath", Params: []string{"decodedUrl", "overwrite", "ensureUniqueFileName"}, Source: "sharepoint.md 5", Handler: addFolderUsingPath},
				),
			),
		},
		{
			Name: "folder", Properties: odata.PropertiesOf(wireFolder{}),
			Children: []child{
				{Name: "Folders", Of: "folders"},
				{Name: "Files", Of: "files"},
				{Name: "ListItemAllFields", Of: "item"},
				{Name: "ParentFolder", Of: "folder", Resolve: parentFolder},
				{Name: "Properties", Of: "folderproperties"},
				{Name: "StorageMetrics", Of: "metrics"},
			},
			Operations: slices.Concat(
				reading(
					operation{Name: "folder.get", Method: "GET", Source: "sharepoint.md 5", Handler: getFolder},
					operation{Name: "folder.GetChanges", Method: "POST", Segment: "GetListItemChanges", Source: "sharepoint.md 5", Handler: getChanges},
				),
				writing(
					operation{Name: "folder.delete", Method: "DELETE", Source: "sharepoint.md 2.1", Handler: deleteFolder},
					operation{Name: "folder.update", Method: "PATCH", Source: "sharepoint.md 5", Handler: updateFolder},
					operation{Name: "folder.deleteWithParameters", Method: "POST", Segment: "DeleteWithParameters", Source: "pnp/pnpjs:packages/sp/folders/types.ts", Handler: deleteFolder},
					operation{Name: "folder.recycle", Method: "POST", Segment: "Recycle", Source: "sharepoint.md 5", Handler: recycleFolder},
					operation{Name: "folder.addSubFolder", Method: "POST", Segment: "AddSubFolder", Params: []string{"leafName"}, Source: "sharepoint.md 5", Handler: addSubFolder},
					operation{Name: "folder.addSubFolderUsingPath", Method: "POST", Segment: "AddSubFolderUsingPath", Params: []string{"decodedUrl"}, Source: "sharepoint.md 5", Handler: addSubFolder},
					operation{Name: "folder.moveTo", Method: "POST", Segment: "MoveTo", Params: []string{"newUrl"}, Source: "sharepoint.md 5", Handler: moveTo},
					operation{Name: "folder.moveToUsingPath", Method: "POST", Segment: "MoveToUsingPath", Params: []string{"decodedUrl"}, Source: "sharepoint.md 5", Handler: moveTo},
				),
			),
		},
		{
			Name: "metrics", Properties: odata.PropertiesOf(wireMetrics{}),
			Operations: reading(operation{Name: "metrics.get", Method: "GET", Source: "from memory", Handler: getMetrics}),
		},
		{Name: "folderproperties", Operations: reading(operation{Name: "folderproperties.get", Method: "GET", Source: "sharepoint.md 5", Handler: getFolderProperties})},
	}
}

// wireFolder is SP.Folder, in the order of recorded answers.
type wireFolder struct {
	Exists              bool      `json:"Exists"`
	ExistsAllowThrow    bool      `json:"ExistsAllowThrowForPolicyFailures"`
	ExistsWithException bool      `json:"ExistsWithException"`
	IsWOPIEnabled       bool      `json:"IsWOPIEnabled"`
	ItemCount           int       `json:"ItemCount"`
	Name                string    `json:"Name"`
	ProgID              *string   `json:"ProgID"`
	ServerRelativeURL   string    `json:"ServerRelativeUrl"`
	TimeCreated         time.Time `json:"TimeCreated"`
	TimeLastModified    time.Time `json:"TimeLastModified"`
	UniqueID            string    `json:"UniqueId"`
	WelcomePage         string    `json:"WelcomePage"`
	ServerRelativePath  wirePath  `json:"ServerRelativePath" odata:"select"`
}

// folderEntity describes a folder. The web's root counts as empty: its content is the lists'.
func (c *request) folderEntity(at drive.Place) *entity {
	s := at.Site
	w := wireFolder{Exists: true, ExistsAllowThrow: true, ExistsWithException: true}
	switch {
	case at.List.ID == "":
		w.ServerRelativeURL, w.UniqueID, w.TimeCreated = webPath(s), s.WebID, s.CreatedAt
		w.TimeLastModified, w.WelcomePage = latest(s.ModifiedAt, s.CreatedAt), "SitePages/Home.aspx"
	case at.Item.Root():
		w.ServerRelativeURL, w.UniqueID = drive.ListPath(s, at.List), at.List.ID
		w.ItemCount, w.TimeCreated, w.TimeLastModified = at.Item.ChildCount, at.List.CreatedAt, latest(at.List.ModifiedAt, at.List.CreatedAt)
	default:
		w.ServerRelativeURL, w.UniqueID = drive.ServerPath(c.tx, s, at.List, at.Item), at.Item.ID
		w.ItemCount, w.TimeCreated, w.TimeLastModified = at.Item.ChildCount, at.Item.FSCreatedAt, at.Item.FSModifiedAt
	}
	w.Name = w.ServerRelativeURL[strings.LastIndexByte(w.ServerRelativeURL, '/')+1:]
	if at.List.ID == "" {
		w.Name = ""
	}
	w.ServerRelativePath = wirePath{w.ServerRelativeURL}
	return &entity{
		kind: "SP.Folder", web: c.webURL(s),
		path:  "Web/GetFolderByServerRelativePath(decodedurl='" + quoted(w.ServerRelativeURL) + "')",
		props: w,
		links: []link{
			{"Files", func() (any, error) { return c.filePage(at) }},
			{"Folders", func() (any, error) { return c.folderPage(at) }},
			{"ListItemAllFields", func() (any, error) { return c.itemEntity(at), nil }},
			{"ParentFolder", func() (any, error) {
				up, err := parentFolder(c, at, nil)
				if err != nil {
					return nil, nil //nolint:nilerr // the web's root has no parent
				}
				return c.folderEntity(placeOf(up)), nil
			}},
			{"Properties", func() (any, error) { return c.folderProperties(at), nil }},
		},
	}
}

// quoted is a path as it stands within the quotes of an address.
func quoted(path string) string {
	return strings.NewReplacer("'", "''", "%", "%25", "#", "%23", " ", "%20", "?", "%3F").Replace(path)
}

// children yields the living children of a folder that the caller may see; those of the web's root are the lists' roots.
func (c *request) children(at drive.Place, kind state.ItemKind) ([]drive.Place, error) {
	var all []drive.Place
	if at.List.ID == "" {
		if err := c.requireWeb(at.Site); err != nil || kind != state.Folder {
			return nil, err
		}
		for _, l := range drive.Lists(c.tx, at.Site) {
			p := drive.Place{Site: at.Site, List: l, Item: drive.Root(c.tx, l)}
			if sharing.AccessTo(c.tx, c.caller, p).Role != "" {
				all = append(all, p)
			}
		}
		return all, nil
	}
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	for i := range c.tx.Children(at.List.TenantID, at.List.ID, at.Item.ID) {
		p := drive.Place{Site: at.Site, List: at.List, Item: i}
		if i.Kind == kind && (!i.Broken || sharing.AccessTo(c.tx, c.caller, p).Role != "") {
			all = append(all, p)
		}
	}
	return all, nil
}

func (c *request) folderPage(at drive.Place) (*collection, error) {
	places, err := c.children(at, state.Folder)
	if err != nil {
		return nil, err
	}
	page := &collection{kind: "SP.Folder", web: c.webURL(at.Site)}
	for _, p := range places {
		page.items = append(page.items, c.folderEntity(p))
	}
	return page, nil
}

func listFolders(c *request, call *odata.Call) (any, error) { return c.folderPage(placeOf(call.Value)) }

func folderByKey(c *request, v any, k odata.Predicate) (any, error) {
	return c.childFolder(placeOf(v), k.Text())
}

func folderByName(c *request, v any, args odata.Args) (any, error) {
	for _, a := range args {
		return c.childFolder(placeOf(v), a.Value.Text())
	}
	return nil, errFolder
}

// childFolder is a folder by its name within another one, or by its server-relative path.
func (c *request) childFolder(at drive.Place, name string) (any, error) {
	path := name
	if !strings.HasPrefix(name, "/") {
		path = strings.TrimSuffix(c.folderPath(at), "/") + "/" + strings.Trim(name, "/")
	}
	found, err := c.at(at.Site, path)
	if err != nil || found.Item.Kind != state.Folder {
		return nil, errFolder
	}
	return found, nil
}

// folderPath is a folder's server-relative path.
func (c *request) folderPath(at drive.Place) string {
	switch {
	case at.List.ID == "":
		return webPath(at.Site)
	case at.Item.ID == "" || at.Item.Root():
		return drive.ListPath(at.Site, at.List)
	}
	return drive.ServerPath(c.tx, at.Site, at.List, at.Item)
}

func parentFolder(c *request, v any, _ odata.Args) (any, error) {
	at := placeOf(v)
	switch {
	case at.List.ID == "":
		return nil, errFolder
	case at.Item.Root():
		return drive.Place{Site: at.Site}, nil
	}
	up, ok := drive.Parent(c.tx, at.Item)
	if !ok {
		return nil, errFolder
	}
	at.Item = up
	return at, nil
}

func getFolder(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if at.List.ID == "" {
		if err := c.requireWeb(at.Site); err != nil {
			return nil, err
		}
	} else if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	return c.folderEntity(at), nil
}

func (c *request) folderProperties(at drive.Place) *entity {
	path := c.folderPath(at)
	return &entity{
		kind: "SP.PropertyValues", web: c.webURL(at.Site),
		path: "Web/GetFolderByServerRelativePath(decodedurl='" + quoted(path) + "')/Properties",
		props: odata.Object{
			{Name: "vti_x005f_isbrowsable", Value: "true"},
			{Name: "vti_x005f_folderitemcount", Value: at.Item.ChildCount},
			{Name: "vti_x005f_etag", Value: fileETag(at.Item)},
		},
	}
}

func getFolderProperties(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	return c.folderProperties(at), c.require(at, state.RoleRead)
}

// wireMetrics is SP.StorageMetrics; sizes are 64-bit numbers and so text.
type wireMetrics struct {
	LastModified time.Time `json:"LastModified"`
	AdditionalID string    `json:"AdditionalFileStreamSize"`
	FileCount    string    `json:"TotalFileCount"`
	StreamSize   string    `json:"TotalFileStreamSize"`
	TotalSize    string    `json:"TotalSize"`
}

func getMetrics(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	size := strconv.FormatInt(at.Item.Size, 10)
	return &entity{
		kind: "SP.StorageMetrics", web: c.webURL(at.Site),
		path:  "Web/GetFolderByServerRelativePath(decodedurl='" + quoted(c.folderPath(at)) + "')/StorageMetrics",
		props: wireMetrics{LastModified: at.Item.FSModifiedAt, AdditionalID: "0", FileCount: strconv.Itoa(at.Item.ChildCount), StreamSize: size, TotalSize: size},
	}, nil
}

// addFolder adds a folder, or answers the one that is there.
func addFolder(c *request, call *odata.Call) (any, error) {
	in := struct{ ServerRelativeURL string }{call.Args.Text("url")}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	at, err := c.makeFolder(placeOf(call.Value), in.ServerRelativeURL, true)
	if err != nil {
		return nil, err
	}
	if call.Args == nil {
		return created{c.folderEntity(at)}, nil
	}
	return c.folderEntity(at), nil
}

func addFolderUsingPath(c *request, call *odata.Call) (any, error) {
	at, err := c.makeFolder(placeOf(call.Value), call.Args.Text("decodedUrl"), call.Args.Bool("overwrite"))
	if err != nil {
		return nil, err
	}
	return c.folderEntity(at), nil
}

func addSubFolder(c *request, call *odata.Call) (any, error) {
	in := struct{ LeafPath struct{ DecodedURL string } }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	name := in.LeafPath.DecodedURL
	for _, a := range call.Args {
		name = a.Value.Text()
	}
	_, err := c.makeFolder(placeOf(call.Value), name, true)
	return void{"AddSubFolderUsingPath"}, err
}

// makeFolder makes the folder of a name below at, or of a server-relative path. existing says whether one that is there
// is as good.
func (c *request) makeFolder(at drive.Place, name string, existing bool) (drive.Place, error) {
	up, leaf, err := c.splitTarget(at, name)
	if err != nil {
		return at, err
	}
	if up.List.ID == "" {
		if l, ok := c.tx.ListByPath(at.Site.TenantID, at.Site.ID, leaf); ok && existing {
			return drive.Place{Site: at.Site, List: l, Item: drive.Root(c.tx, l)}, c.require(drive.Place{Site: at.Site, List: l}, state.RoleRead)
		}
		return at, problem.New(problem.Invalid, problem.InvalidProperty, "Folders outside of lists are not emulated.")
	}
	if err := c.require(up, state.RoleWrite); err != nil {
		return at, err
	}
	if i, ok := c.tx.ItemByName(up.List.TenantID, up.List.ID, up.Item.ID, leaf); ok {
		if !existing || i.Kind != state.Folder {
			return at, errFileTaken(c.folderPath(up) + "/" + leaf)
		}
		up.Item = i
		return up, nil
	}
	up.Item, err = drive.AddFolder(c.tx, up.List, up.Item, leaf, drive.Fail, c.actor())
	return up, err
}

// splitTarget returns the folder and the last name of a path: server-relative, or relative to at.
func (c *request) splitTarget(at drive.Place, name string) (drive.Place, string, error) {
	name = strings.TrimSuffix(name, "/")
	path := name
	if !strings.HasPrefix(name, "/") {
		path = strings.TrimSuffix(c.folderPath(at), "/") + "/" + name
	}
	path, err := pathArg(at.Site, odata.Args{{Value: odata.StringLiteral(path)}})
	if err != nil {
		return at, "", err
	}
	cut := strings.LastIndexByte(path, '/')
	leaf := path[cut+1:]
	if leaf == "" || name == "" {
		return at, "", problem.For(problem.Invalid, problem.MissingProperty, "url", "The name of the folder or file is missing.")
	}
	up, err := c.at(at.Site, max(path[:cut], "/"))
	if err != nil || up.List.ID != "" && up.Item.Kind != state.Folder {
		return at, "", errFolder
	}
	return up, leaf, nil
}

func deleteFolder(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if at.List.ID != "" && at.Item.Root() {
		_, err := c.recycleList(drive.Place{Site: at.Site, List: at.List})
		return nothing{}, err
	}
	return nothing{}, c.deleteForGood(at)
}

func recycleFolder(c *request, call *odata.Call) (any, error) { return c.recycle(placeOf(call.Value)) }

// updateFolder renames a folder.
func updateFolder(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in struct{ Name *string }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	if in.Name == nil || at.Item.ID == "" {
		return nothing{}, nil
	}
	_, err := drive.UpdateItem(c.tx, at.List, at.Item, drive.ItemChange{Name: in.Name, By: c.actor()})
	return nothing{}, err
}
