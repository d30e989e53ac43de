package spoapi

import (
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// contentChildren lead from a web to its lists, folders and files.
func contentChildren() []child {
	return []child{
		{Name: "Lists", Of: "lists"},
		{Name: "GetList", Of: "list", Params: []string{"strUrl"}, Resolve: listByURL},
		{Name: "GetListUsingPath", Of: "list", Params: []string{"decodedUrl"}, Resolve: listByURL},
		{Name: "DefaultDocumentLibrary", Of: "list", Resolve: defaultLibrary},
		{Name: "SiteUserInfoList", Of: "list", Resolve: catalog},
		{Name: "GetCatalog", Of: "list", Params: []string{"typeCatalog"}, Resolve: catalog},
		{Name: "RootFolder", Of: "folder"},
		{Name: "Folders", Of: "folders"},
		{Name: "GetFolderByServerRelativePath", Of: "folder", Params: []string{"decodedUrl"}, Resolve: folderByPath},
		{Name: "GetFolderByServerRelativeUrl", Of: "folder", Params: []string{"serverRelativeUrl"}, Resolve: folderByPath},
		{Name: "GetFolderById", Of: "folder", Params: []string{"uniqueId"}, Resolve: folderByID},
		{Name: "GetFileByServerRelativePath", Of: "file", Params: []string{"decodedUrl"}, Resolve: fileByPath},
		{Name: "GetFileByServerRelativeUrl", Of: "file", Params: []string{"serverRelativeUrl"}, Resolve: fileByPath},
		{Name: "GetFileById", Of: "file", Params: []string{"uniqueId"}, Resolve: fileByID},
		{Name: "GetFileByUrl", Of: "file", Params: []string{"fileUrl"}, Resolve: fileByURL},
		{Name: "Fields", Of: "fields", Resolve: webFields},
		{Name: "AvailableFields", Of: "fields", Resolve: webFields},
		{Name: "ContentTypes", Of: "contenttypes"},
		{Name: "AvailableContentTypes", Of: "contenttypes"},
	}
}

// pathArg is the path in a call, whatever its parameter is called. It is relative to the server, or to the web.
func pathArg(s state.Site, args odata.Args) (string, error) {
	path := ""
	for _, a := range args {
		path = a.Value.Text()
	}
	if u, err := url.Parse(path); err == nil && u.Host != "" {
		path = u.Path
	}
	if path == "" {
		return webPath(s), nil
	}
	if !strings.HasPrefix(path, "/") {
		return serverPath(s, path), nil
	}
	path = strings.TrimSuffix(path, "/")
	if path == "" {
		path = "/"
	}
	base := strings.TrimSuffix(webPath(s), "/")
	within := len(path) >= len(base) && strings.EqualFold(path[:len(base)], base) && (len(path) == len(base) || path[len(base)] == '/')
	if !within {
		return "", errOutsideWeb
	}
	return path, nil
}

// at returns what a server-relative path of a web names; the web itself has no list.
func (c *request) at(s state.Site, path string) (drive.Place, error) {
	if strings.EqualFold(strings.TrimSuffix(path, "/"), strings.TrimSuffix(webPath(s), "/")) {
		return drive.Place{Site: s}, nil
	}
	l, i, err := drive.AtServerPath(c.tx, s, path)
	return drive.Place{Site: s, List: l, Item: i}, err
}

func folderByPath(c *request, v any, args odata.Args) (any, error) {
	s := placeOf(v).Site
	path, err := pathArg(s, args)
	if err != nil {
		return nil, err
	}
	at, err := c.at(s, path)
	switch {
	case err != nil && problem.KindOf(err) == problem.NotFound, at.Item.ID != "" && at.Item.Kind != state.Folder:
		return nil, errFolder
	case err != nil:
		return nil, err
	}
	return at, nil
}

func fileByPath(c *request, v any, args odata.Args) (any, error) {
	s := placeOf(v).Site
	path, err := pathArg(s, args)
	if err != nil {
		return nil, err
	}
	at, err := c.at(s, path)
	switch {
	case err != nil && problem.KindOf(err) == problem.NotFound, err == nil && (at.Item.ID == "" || at.Item.Kind != state.File):
		return nil, errFile(path)
	case err != nil:
		return nil, err
	}
	return at, nil
}

// byUniqueID finds an item of a site by its GUID, whatever list it is in.
func (c *request) byUniqueID(s state.Site, id string) (drive.Place, bool) {
	id = strings.Trim(strings.ToLower(id), "{}")
	for l := range c.tx.Lists(s.TenantID, s.ID) {
		if !l.DeletedAt.IsZero() {
			continue
		}
		if strings.EqualFold(l.ID, id) { // what a list's root folder says of itself
			return drive.Place{Site: s, List: l, Item: drive.Root(c.tx, l)}, true
		}
		if i, ok := c.tx.Item(s.TenantID, l.ID, id); ok && i.DeletedAt.IsZero() {
			return drive.Place{Site: s, List: l, Item: i}, true
		}
	}
	return drive.Place{}, false
}

func folderByID(c *request, v any, args odata.Args) (any, error) {
	s := placeOf(v).Site
	if strings.EqualFold(strings.Trim(args.Text("uniqueId"), "{}"), s.WebID) {
		return placeOfSite(s), nil
	}
	at, ok := c.byUniqueID(s, args.Text("uniqueId"))
	if !ok || at.Item.Kind != state.Folder {
		return nil, errFolder
	}
	return at, nil
}

func fileByID(c *request, v any, args odata.Args) (any, error) {
	at, ok := c.byUniqueID(placeOf(v).Site, args.Text("uniqueId"))
	if !ok || at.Item.Kind != state.File {
		return nil, errFolder
	}
	return at, nil
}

func fileByURL(c *request, v any, args odata.Args) (any, error) {
	at, err := c.placeAt(args.Text("fileUrl"))
	if err != nil || at.Item.ID == "" || at.Item.Kind != state.File {
		return nil, errFile(args.Text("fileUrl"))
	}
	return at, nil
}
