package spoapi

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func itemPath(at drive.Place) string {
	return fmt.Sprintf("%s/Items(%d)", listPath(at.List), at.Item.Number)
}

// systemUser is the entry that stands for the service itself.
const systemUser = 1073741823

// userNumber is the number of a record's author in the site.
func (c *request) userNumber(s state.Site, a state.Actor) int {
	if a.UserID != "" {
		if u, ok := c.tx.SiteUserByObject(s.TenantID, s.ID, a.UserID); ok {
			return u.ID
		}
	}
	if a.AppID != "" {
		return appUser(s).ID
	}
	return systemUser
}

// actorEntity is the user behind a record.
func (c *request) actorEntity(s state.Site, a state.Actor) *entity {
	if u, ok := c.tx.SiteUserByObject(s.TenantID, s.ID, a.UserID); ok && a.UserID != "" {
		return c.userEntity(s, u)
	}
	if a.AppID != "" && a.UserID == "" {
		return c.userEntity(s, appUser(s))
	}
	u := state.SiteUser{ID: systemUser, Type: state.PrincipalUser, LoginName: `SHAREPOINT\system`, Title: "System Account"}
	if a.Name != "" {
		u.Title, u.Email = a.Name, a.Email
	}
	return c.userEntity(s, u)
}

// fileType is the FileSystemObjectType: 0 file or list item, 1 folder.
func fileType(i state.Item) int {
	if i.Kind == state.Folder {
		return 1
	}
	return 0
}

// The content types of items.
const (
	contentTypeItem     = "0x0100"
	contentTypeDocument = "0x010100"
	contentTypeFolder   = "0x012000"
)

// contentTypeID is an item's content type: the site's, followed by its copy in the list.
func contentTypeID(l state.List, i state.Item) string {
	base := contentTypeItem
	switch i.Kind {
	case state.Folder:
		base = contentTypeFolder
	case state.File:
		base = contentTypeDocument
	case state.ListItem:
	}
	return base + strings.ToUpper(strings.ReplaceAll(l.ID, "-", ""))
}

func versionLabel(i state.Item) string { return strconv.Itoa(max(i.Version, 1)) + ".0" }

// itemETag is the tag of an item: its version in quotes.
func itemETag(i state.Item) string { return `"` + strconv.Itoa(max(i.ETag, 1)) + `"` }

// itemTitle is an item's Title, null where nobody gave one.
func itemTitle(i state.Item) any {
	if i.Title != "" {
		return i.Title
	}
	if t, ok := i.Fields["Title"]; ok {
		return t
	}
	return nil
}

// itemEntity is a list item; of a root folder there is none.
func (c *request) itemEntity(at drive.Place) *entity {
	s, l, i := at.Site, at.List, at.Item
	if i.ID == "" || i.Root() {
		return nil
	}
	fields := odata.Object{
		{Name: "FileSystemObjectType", Value: fileType(i)},
		{Name: "Id", Value: i.Number},
		{Name: "ServerRedirectedEmbedUri", Value: nil},
		{Name: "ServerRedirectedEmbedUrl", Value: ""},
		{Name: "ContentTypeId", Value: contentTypeID(l, i)},
		{Name: "Title", Value: itemTitle(i)},
	}
	for _, name := range slices.Sorted(maps.Keys(i.Fields)) {
		if name != "Title" {
			fields = append(fields, odata.Member{Name: name, Value: fieldValue(i.Fields[name])})
		}
	}
	for _, column := range l.Columns {
		if _, there := i.Fields[column.Name]; !there && !column.Hidden {
			fields = append(fields, odata.Member{Name: column.Name, Value: nil})
		}
	}
	fields = append(fields, odata.Object{
		{Name: "ComplianceAssetId", Value: nil},
		{Name: "ID", Value: i.Number},
		{Name: "Created", Value: i.FSCreatedAt},
		{Name: "AuthorId", Value: c.userNumber(s, i.CreatedBy)},
		{Name: "Modified", Value: i.FSModifiedAt},
		{Name: "EditorId", Value: c.userNumber(s, i.ModifiedBy)},
		{Name: "OData__CopySource", Value: nil},
		{Name: "CheckoutUserId", Value: nil},
		{Name: "OData__UIVersionString", Value: versionLabel(i)},
		{Name: "GUID", Value: i.ID},
	}...)
	if !l.Library() {
		fields = append(fields, odata.Member{Name: "Attachments", Value: false})
	}
	return &entity{
		kind: itemKind(l), web: c.webURL(s), path: itemPath(at), id: itemPath(at), etag: itemETag(i),
		props: fields, extra: c.itemExtra(at), links: c.itemLinks(at),
	}
}

// itemExtra is what comes only when it is selected.
func (c *request) itemExtra(at drive.Place) odata.Object {
	i := at.Item
	path := drive.ServerPath(c.tx, at.Site, at.List, i)
	dir := path[:max(strings.LastIndexByte(path, '/'), 0)]
	name := path[len(dir):]
	return odata.Object{
		{Name: "FileRef", Value: path},
		{Name: "FileDirRef", Value: dir},
		{Name: "FileLeafRef", Value: strings.TrimPrefix(name, "/")},
		{Name: "FSObjType", Value: fileType(i)},
		{Name: "UniqueId", Value: i.ID},
		{Name: "EncodedAbsUrl", Value: webAddress(c, at.Site, path)},
		{Name: "File_x0020_Type", Value: extension(i.Name)},
		{Name: "HasUniqueRoleAssignments", Value: sharing.Unique(at)},
		{Name: "EffectiveBasePermissions", Value: c.rightsAt(at)},
		{Name: "EffectiveBasePermissionsForUI", Value: c.rightsAt(at)},
		{Name: "OData__UIVersion", Value: max(i.Version, 1) * versionStep},
		{Name: "ServerUrl", Value: path},
		{Name: "EncodedAbsThumbnailUrl", Value: nil},
	}
}

func extension(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return strings.ToLower(name[dot+1:])
	}
	return ""
}

func fieldValue(v any) any {
	switch v := v.(type) {
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	case map[string]any:
		o := odata.Object{}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			o = append(o, odata.Member{Name: k, Value: fieldValue(v[k])})
		}
		return o
	}
	return v
}

func (c *request) itemLinks(at drive.Place) []link {
	s, i := at.Site, at.Item
	return append(c.securableLinks(at), []link{
		{"Author", func() (any, error) { return c.actorEntity(s, i.CreatedBy), nil }},
		{"Editor", func() (any, error) { return c.actorEntity(s, i.ModifiedBy), nil }},
		{"ContentType", func() (any, error) { return c.contentTypeEntity(at, contentTypeID(at.List, i)), nil }},
		{"FieldValuesAsText", func() (any, error) { return c.valuesEntity(at, "FieldValuesAsText") }},
		{"FieldValuesAsHtml", func() (any, error) { return c.valuesEntity(at, "FieldValuesAsHtml") }},
		{"FieldValuesForEdit", func() (any, error) { return c.valuesEntity(at, "FieldValuesForEdit") }},
		{"File", func() (any, error) {
			if i.Kind != state.File {
				return nil, nil
			}
			return c.fileEntity(at), nil
		}},
		{"Folder", func() (any, error) {
			if i.Kind != state.Folder {
				return nil, nil
			}
			return c.folderEntity(at), nil
		}},
		{"ParentList", func() (any, error) { return c.listEntity(drive.Place{Site: s, List: at.List}), nil }},
		{"Versions", func() (any, error) { return c.versionPage(at), nil }},
	}...)
}

// valuesEntity is an item's fields as text.
func (c *request) valuesEntity(at drive.Place, name string) (*entity, error) {
	x := c.itemEntity(at)
	if x == nil {
		return nil, nil //nolint:nilnil // a root folder is no item
	}
	fields := odata.Object{}
	for _, m := range slices.Concat(x.props.(odata.Object), x.extra) {
		text, err := rawText(encoder{mode: nometadata}.value(m.Value, ""))
		if err != nil {
			return nil, err
		}
		if m.Value == nil {
			text = ""
		}
		fields = append(fields, odata.Member{Name: strings.ReplaceAll(m.Name, "OData__", "OData__x005f_"), Value: text})
	}
	return &entity{kind: "SP.FieldStringValues", web: x.web, path: x.path + "/" + name, props: fields}, nil
}

func getValues(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	return c.valuesEntity(at, "FieldValuesAsText")
}
