package spoapi

import (
	"fmt"
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

// versionStep is what a major version adds to UIVersion.
const versionStep = 512

// fileNodes are files and their versions (sharepoint.md 5).
func fileNodes() []node {
	return []node{
		{
			Name: "files", Key: key{Of: "file", Name: "url", Resolve: fileByKey},
			Children: []child{
				{Name: "GetByUrl", Of: "file", Params: []string{"url"}, Resolve: fileByName},
				{Name: "GetByPath", Of: "file", Params: []string{"decodedUrl"}, Resolve: fileByName},
			},
			Operations: slices.Concat(
				reading(operation{Name: "files.list", Method: "GET", Source: "sharepoint.md 5", Handler: listFiles}),
				writing(
					operation{Name: "files.add", Method: "POST", Segment: "Add", Params: []string{"url", "overwrite", "autoCheckout"}, Source: "sharepoint.md 5", Handler: addFile},
					operation{Name: "files.addUsingPath", Method: "POST", Segment: "AddUsingPath", Params: []string{
						"decodedUrl", "overwrite", "autoCheckoutOnInvalidData", "ensureUniqueFileName", "xorHash",
					}, Source: "sharepoint.md 5", Handler: addFile},
				),
				stubOperations(),
			),
		},
		{
			Name: "file", Properties: odata.PropertiesOf(wireFile{}),
			Children: []child{
				{Name: "ListItemAllFields", Of: "item"},
				{Name: "Versions", Of: "versions"},
				{Name: "Author", Of: "user", Resolve: authorOfFile},
				{Name: "ModifiedBy", Of: "user", Resolve: editorOfFile},
				{Name: "Properties", Of: "folderproperties"},
				{Name: "LockedByUser", Of: "nobody"},
				{Name: "CheckedOutByUser", Of: "nobody"},
			},
			Operations: slices.Concat(
				reading(
					operation{Name: "file.get", Method: "GET", Source: "sharepoint.md 5", Handler: getFile},
					operation{Name: "file.content", Method: "GET", Segment: "$value", Aliases: []string{"OpenBinaryStream"}, Source: "sharepoint.md 5", Handler: readFile},
				),
				writing(fileWrites()...), uploadOperations(),
			),
			NotEmulated: []string{"EffectiveInformationRightsManagementSettings", "InformationRightsManagementSettings", "GetLimitedWebPartManager"},
		},
		{
			Name: "versions", Key: key{Of: "version", Resolve: versionByKey},
			Children: []child{{Name: "GetById", Of: "version", Params: []string{"versionId"}, Resolve: versionByID}},
			Operations: slices.Concat(
				reading(operation{Name: "versions.list", Method: "GET", Source: "from memory", Handler: listVersions}),
				writing(
					operation{Name: "versions.restore", Method: "POST", Segment: "RestoreByLabel", Params: []string{"versionLabel"}, Source: "from memory", Handler: restoreVersion},
					operation{Name: "versions.deleteAll", Method: "POST", Segment: "DeleteAll", Source: "from memory", Handler: deleteVersions},
				),
			),
		},
		{
			Name: "version", Properties: odata.PropertiesOf(wireVersion{}),
			Operations: slices.Concat(
				reading(
					operation{Name: "version.get", Method: "GET", Source: "from memory", Handler: getVersion},
					operation{Name: "version.content", Method: "GET", Segment: "$value", Source: "from memory", Handler: readVersion},
				),
				writing(operation{Name: "version.delete", Method: "DELETE", Source: "from memory", Handler: deleteVersion}),
			),
		},
	}
}

func fileWrites() []operation {
	return []operation{
		{Name: "file.put", Method: "PUT", Segment: "$value", Source: "sharepoint.md 5", Handler: writeFile},
		{Name: "file.post", Method: "POST", Segment: "$value", Source: "sharepoint.md 5", Handler: writeFile},
		{Name: "file.saveBinaryStream", Method: "POST", Segment: "SaveBinaryStream", Source: "from memory", Handler: writeFile},
		{Name: "file.delete", Method: "DELETE", Source: "sharepoint.md 2.1", Handler: deleteFile},
		{Name: "file.deleteWithParameters", Method: "POST", Segment: "DeleteWithParameters", Source: "from memory", Handler: deleteFile},
		{Name: "file.deleteObject", Method: "POST", Segment: "DeleteObject", Source: "from memory", Handler: deleteFile},
		{Name: "file.recycle", Method: "POST", Segment: "Recycle", Source: "sharepoint.md 5", Handler: recycleFile},
		{Name: "file.recycleWithParameters", Method: "POST", Segment: "RecycleWithParameters", Source: "from memory", Handler: recycleFile},
		{Name: "file.moveTo", Method: "POST", Segment: "MoveTo", Params: []string{"newUrl", "flags"}, Source: "sharepoint.md 5", Handler: moveTo},
		{Name: "file.moveToUsingPath", Method: "POST", Segment: "MoveToUsingPath", Params: []string{"decodedUrl", "moveOperations"}, Source: "sharepoint.md 5", Handler: moveTo},
		{Name: "file.copyTo", Method: "POST", Segment: "CopyTo", Params: []string{"strNewUrl", "bOverWrite"}, Source: "sharepoint.md 5", Handler: copyTo},
		{Name: "file.copyToUsingPath", Method: "POST", Segment: "CopyToUsingPath", Params: []string{"decodedUrl", "bOverWrite"}, Source: "sharepoint.md 5", Handler: copyTo},
		{Name: "file.checkOut", Method: "POST", Segment: "CheckOut", Source: "from memory", Handler: checkOut},
		{Name: "file.checkIn", Method: "POST", Segment: "CheckIn", Params: []string{"comment", "checkInType"}, Source: "from memory", Handler: checkOut},
		{Name: "file.undoCheckOut", Method: "POST", Segment: "UndoCheckOut", Source: "from memory", Handler: checkOut},
		{Name: "file.publish", Method: "POST", Segment: "Publish", Params: []string{"comment"}, Source: "from memory", Handler: checkOut},
	}
}

// wireFile is SP.File, in the order of recorded answers.
type wireFile struct {
	CheckInComment       string    `json:"CheckInComment"`
	CheckOutType         int       `json:"CheckOutType"`
	ContentTag           string    `json:"ContentTag"`
	CustomizedPageStatus int       `json:"CustomizedPageStatus"`
	ETag                 string    `json:"ETag"`
	Exists               bool      `json:"Exists"`
	ExistsAllowThrow     bool      `json:"ExistsAllowThrowForPolicyFailures"`
	ExistsWithException  bool      `json:"ExistsWithException"`
	IrmEnabled           bool      `json:"IrmEnabled"`
	Length               string    `json:"Length"`
	Level                int       `json:"Level"`
	LinkingURI           *string   `json:"LinkingUri"`
	LinkingURL           string    `json:"LinkingUrl"`
	MajorVersion         int       `json:"MajorVersion"`
	MinorVersion         int       `json:"MinorVersion"`
	Name                 string    `json:"Name"`
	ServerRelativeURL    string    `json:"ServerRelativeUrl"`
	TimeCreated          time.Time `json:"TimeCreated"`
	TimeLastModified     time.Time `json:"TimeLastModified"`
	Title                string    `json:"Title"`
	UIVersion            int       `json:"UIVersion"`
	UIVersionLabel       string    `json:"UIVersionLabel"`
	UniqueID             string    `json:"UniqueId"`
	ListID               string    `json:"ListId" odata:"select"`
	SiteID               string    `json:"SiteId" odata:"select"`
	WebID                string    `json:"WebId" odata:"select"`
	VroomItemID          string    `json:"VroomItemID" odata:"select"`
	VroomDriveID         string    `json:"VroomDriveID" odata:"select"`
	ServerRelativePath   wirePath  `json:"ServerRelativePath" odata:"select"`
	PageRenderType       int       `json:"PageRenderType" odata:"select"`
	HasAlternateContent  bool      `json:"HasAlternateContentStreams" odata:"select"`
}

// fileETag is the tag of a file: "{GUID},2", with its quotes.
func fileETag(i state.Item) string {
	return fmt.Sprintf(`"{%s},%d"`, strings.ToUpper(i.ID), max(i.ETag, 1))
}

func (c *request) fileEntity(at drive.Place) *entity {
	s, l, i := at.Site, at.List, at.Item
	path := drive.ServerPath(c.tx, s, l, i)
	major := max(i.Version, 1)
	w := wireFile{
		CheckOutType: 2, ContentTag: fmt.Sprintf("{%s},%d,%d", strings.ToUpper(i.ID), max(i.ETag, 1), max(i.CTag, 1)),
		ETag: fileETag(i), Exists: true, ExistsAllowThrow: true, ExistsWithException: true, Length: strconv.FormatInt(i.Size, 10),
		Level: 1, MajorVersion: major, Name: i.Name, ServerRelativeURL: path, TimeCreated: i.FSCreatedAt, TimeLastModified: i.FSModifiedAt,
		Title: i.Title, UIVersion: major * versionStep, UIVersionLabel: versionLabel(i), UniqueID: i.ID,
		ListID: l.ID, SiteID: s.ID, WebID: s.WebID, VroomItemID: drive.ItemID(l, i), VroomDriveID: drive.DriveID(s, l),
		ServerRelativePath: wirePath{path},
	}
	if office(i.Name) {
		uri := webAddress(c, s, path) + "?d=w" + strings.ReplaceAll(i.ID, "-", "")
		w.LinkingURI, w.LinkingURL = &uri, uri
	}
	return &entity{
		kind: "SP.File", web: c.webURL(s), path: "Web/GetFileByServerRelativePath(decodedurl='" + quoted(path) + "')", props: w,
		links: []link{
			{"Author", func() (any, error) { return c.actorEntity(s, i.CreatedBy), nil }},
			{"CheckedOutByUser", func() (any, error) { return nil, nil }},
			{"ListItemAllFields", func() (any, error) { return c.itemEntity(at), nil }},
			{"LockedByUser", func() (any, error) { return nil, nil }},
			{"ModifiedBy", func() (any, error) { return c.actorEntity(s, i.ModifiedBy), nil }},
			{"Properties", func() (any, error) { return c.folderProperties(at), nil }},
			{"Versions", func() (any, error) { return c.versionPage(at), nil }},
		},
	}
}

// office tells whether a file opens in one of the Office applications.
func office(name string) bool {
	return slices.Contains([]string{"docx", "doc", "xlsx", "xls", "pptx", "ppt", "one"}, extension(name))
}

func (c *request) filePage(at drive.Place) (*collection, error) {
	places, err := c.children(at, state.File)
	if err != nil {
		return nil, err
	}
	page := &collection{kind: "SP.File", web: c.webURL(at.Site)}
	for _, p := range places {
		page.items = append(page.items, c.fileEntity(p))
	}
	return page, nil
}

func listFiles(c *request, call *odata.Call) (any, error) { return c.filePage(placeOf(call.Value)) }

func fileByKey(c *request, v any, k odata.Predicate) (any, error) {
	return c.childFile(placeOf(v), k.Text())
}

func fileByName(c *request, v any, args odata.Args) (any, error) {
	for _, a := range args {
		return c.childFile(placeOf(v), a.Value.Text())
	}
	return nil, errFolder
}

func (c *request) childFile(at drive.Place, name string) (any, error) {
	path := name
	if !strings.HasPrefix(name, "/") {
		path = strings.TrimSuffix(c.folderPath(at), "/") + "/" + name
	}
	found, err := c.at(at.Site, path)
	if err != nil || found.Item.ID == "" || found.Item.Kind != state.File {
		return nil, errFile(path)
	}
	return found, nil
}

func (c *request) userOf(s state.Site, a state.Actor) (any, error) {
	if u, ok := c.tx.SiteUserByObject(s.TenantID, s.ID, a.UserID); ok && a.UserID != "" {
		return u, nil
	}
	if a.AppID != "" && a.UserID == "" {
		return appUser(s), nil
	}
	return state.SiteUser{ID: systemUser, Type: state.PrincipalUser, LoginName: `SHAREPOINT\system`, Title: "System Account"}, nil
}

func authorOfFile(c *request, v any, _ odata.Args) (any, error) {
	at := placeOf(v)
	return c.userOf(at.Site, at.Item.CreatedBy)
}

func editorOfFile(c *request, v any, _ odata.Args) (any, error) {
	at := placeOf(v)
	return c.userOf(at.Site, at.Item.ModifiedBy)
}

func getFile(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	return c.fileEntity(at), nil
}

func readFile(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := sharing.RequireContent(c.tx, c.caller, at); err != nil {
		return nil, err
	}
	i := at.Item
	return content{
		kind: "application/octet-stream", name: i.Name, etag: fileETag(i), at: i.FSModifiedAt, reader: drive.ContentReader(i.Content, 0),
	}, nil
}

// addFile stores the body as a file of the folder. The name may be a path.
func addFile(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	name := call.Args.Text("url")
	if name == "" {
		name = call.Args.Text("decodedUrl")
	}
	up, leaf, err := c.splitTarget(at, name)
	if err != nil {
		return nil, err
	}
	conflict := drive.Fail
	switch {
	case call.Args.Bool("overwrite"):
		conflict = drive.Replace
	case call.Args.Bool("ensureUniqueFileName"):
		conflict = drive.Rename
	}
	if up, err = c.putFile(up, leaf, conflict); err != nil {
		return nil, err
	}
	return c.fileEntity(up), nil
}

// putFile stores the request's body under a name in a folder.
func (c *request) putFile(up drive.Place, name string, conflict drive.Conflict) (drive.Place, error) {
	if up.List.ID == "" {
		return up, problem.New(problem.Invalid, problem.InvalidProperty, "Files outside of libraries are not emulated.")
	}
	if err := c.require(up, state.RoleWrite); err != nil {
		return up, err
	}
	i, _, err := drive.PutFile(c.tx, up.List, up.Item, drive.FileSpec{
		Name: name, Content: drive.ContentOf(c.body), Conflict: conflict, By: c.actor(),
	})
	if problem.ReasonOf(err) == problem.NameExists {
		return up, errFileTaken(c.folderPath(up) + "/" + name)
	}
	up.Item = i
	return up, err
}

// writeFile replaces the content of a file.
func writeFile(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	if err := c.checkTag(at.Item); err != nil {
		return nil, err
	}
	_, err := drive.ReplaceContent(c.tx, at.Item, drive.FileSpec{Name: at.Item.Name, Content: drive.ContentOf(c.body), Conflict: drive.Replace, By: c.actor()})
	return nothing{}, err
}

func deleteFile(c *request, call *odata.Call) (any, error) {
	return nothing{}, c.deleteForGood(placeOf(call.Value))
}

func recycleFile(c *request, call *odata.Call) (any, error) { return c.recycle(placeOf(call.Value)) }

// checkOut answers what libraries without check-out answer: nothing happens. It asks for the right to write all the same.
func checkOut(c *request, call *odata.Call) (any, error) {
	return void{call.Template[strings.LastIndexByte(call.Template, '/')+1:]}, c.require(placeOf(call.Value), state.RoleWrite)
}
