package spoapi

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// itemNodes are list items; a file or folder is one by its listItemAllFields (sharepoint.md 5).
func itemNodes() []node {
	return []node{
		{
			Name: "items", Key: key{Of: "item", Resolve: itemByKey},
			Children: []child{{Name: "GetById", Of: "item", Params: []string{"id"}, Resolve: itemByID}},
			Operations: slices.Concat(
				reading(operation{Name: "items.list", Method: "GET", Source: "sharepoint.md 5", Handler: listItems}),
				writing(operation{Name: "items.add", Method: "POST", Source: "sharepoint.md 5", Handler: addItem}),
			),
		},
		{
			Name: "item", Extends: "securable",
			Properties: []string{
				"Id", "ID", "Title", "GUID", "UniqueId", "FileRef", "FileLeafRef", "FileDirRef", "FileSystemObjectType", "ContentTypeId",
				"AuthorId", "EditorId", "Created", "Modified", "OData__UIVersionString", "FSObjType",
			},
			Children: []child{
				{Name: "File", Of: "file", Resolve: fileOfItem},
				{Name: "Folder", Of: "folder", Resolve: folderOfItem},
				{Name: "ParentList", Of: "list"},
				{Name: "FieldValuesAsText", Of: "values"},
				{Name: "FieldValuesForEdit", Of: "values"},
				{Name: "FieldValuesAsHtml", Of: "values"},
				{Name: "ContentType", Of: "contenttype", Resolve: contentTypeOfItem},
				{Name: "Versions", Of: "versions"},
			},
			Operations:  slices.Concat(itemOperations(), sharingItemOperations()),
			NotEmulated: []string{"AttachmentFiles", "Comments", "LikedByInformation", "Like", "Unlike"},
		},
		{Name: "values", Operations: reading(operation{Name: "values.get", Method: "GET", Source: "from memory", Handler: getValues})},
	}
}

func itemOperations() []operation {
	return slices.Concat(
		reading(operation{Name: "item.get", Method: "GET", Source: "sharepoint.md 5", Handler: getItem}),
		writing(
			operation{Name: "item.update", Method: "PATCH", Source: "sharepoint.md 5", Handler: updateItem},
			operation{Name: "item.delete", Method: "DELETE", Source: "sharepoint.md 2.1", Handler: deleteItem},
			operation{Name: "item.recycle", Method: "POST", Segment: "Recycle", Source: "sharepoint.md 5", Handler: recycleItem},
			operation{Name: "item.ValidateUpdateListItem", Method: "POST", Segment: "ValidateUpdateListItem", Source: "sharepoint.md 5", Handler: validateItem},
			operation{Name: "item.SystemUpdate", Method: "POST", Segment: "SystemUpdate", Source: "from memory", Handler: updateItem},
		),
	)
}

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
func (c *request) itemEntity(at drive.Place) (*entity, error) {
	s, l, i := at.Site, at.List, at.Item
	if i.ID == "" || i.Root() {
		return nil, nil
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
		{Name: "Created", Value: i.CreatedAt},
		{Name: "AuthorId", Value: c.userNumber(s, i.CreatedBy)},
		{Name: "Modified", Value: i.ModifiedAt},
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
	}, nil
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
		{Name: "HasUniqueRoleAssignments", Value: i.Broken},
		{Name: "EffectiveBasePermissions", Value: c.rightsAt(at)},
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
			return c.folderEntity(at)
		}},
		{"ParentList", func() (any, error) { return c.listEntity(drive.Place{Site: s, List: at.List}), nil }},
		{"Versions", func() (any, error) { return c.versionPage(at), nil }},
	}...)
}

// valuesEntity is an item's fields as text.
func (c *request) valuesEntity(at drive.Place, name string) (*entity, error) {
	x, err := c.itemEntity(at)
	if err != nil || x == nil {
		return nil, err
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

// visibleItems are the living items of a list that the caller may see, by number. Whoever has no right on the list sees
// what he has a right on.
func (c *request) visibleItems(at drive.Place) ([]drive.Place, error) {
	list := drive.Place{Site: at.Site, List: at.List}
	whole := sharing.AccessTo(c.tx, c.caller, list).Role != ""
	var all []drive.Place
	for i := range c.tx.Items(at.List.TenantID, at.List.ID) {
		if !i.DeletedAt.IsZero() || i.Root() {
			continue
		}
		item := drive.Place{Site: at.Site, List: at.List, Item: i}
		if sharing.AccessTo(c.tx, c.caller, item).Role != "" {
			all = append(all, item)
		}
	}
	if !whole && len(all) == 0 {
		return nil, c.require(list, state.RoleRead)
	}
	return all, nil
}

// itemPage lists the items of a list as the query asks. It pages by the number of the last item that was sent.
func (c *request) itemPage(at drive.Place, q *odata.Query) (*collection, error) {
	visible, err := c.visibleItems(at)
	if err != nil {
		return nil, err
	}
	all := make([]*entity, 0, len(visible))
	for _, v := range visible {
		x, err := c.itemEntity(v)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	if q == nil {
		return &collection{kind: itemKind(at.List), web: c.webURL(at.Site), items: all, paged: true}, nil
	}
	whole := *q
	whole.Top, whole.Skip = odata.None, odata.None
	all = narrow(all, &whole)
	start, err := pageStart(all, q.SkipToken)
	if err != nil {
		return nil, err
	}
	return c.cutPage(at, q, all[start:]), nil
}

// Sizes of a page of items.
const (
	defaultPage = 100
	maxPage     = 5000
)

func (c *request) cutPage(at drive.Place, q *odata.Query, rest []*entity) *collection {
	size := defaultPage
	if q.Top != odata.None {
		size = min(q.Top, maxPage)
	}
	page := &collection{kind: itemKind(at.List), web: c.webURL(at.Site), items: rest, paged: true}
	if len(rest) > size {
		page.items = rest[:size]
		if size > 0 {
			page.next = c.nextPage(at, numberOf(page.items[size-1]))
		}
	}
	return page
}

func numberOf(x *entity) int {
	v, _ := x.Property("Id")
	n, _ := v.(int)
	return n
}

// pageStart is where the page of a skip token begins: Paged=TRUE&p_ID=4 goes on behind item 4.
func pageStart(all []*entity, token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	values, err := url.ParseQuery(token)
	if err != nil || !values.Has("p_ID") {
		return 0, problem.For(problem.Invalid, problem.Malformed, "$skiptoken", "The query string \"$skiptoken\" is invalid.")
	}
	last, err := strconv.Atoi(values.Get("p_ID"))
	if err != nil {
		return 0, problem.For(problem.Invalid, problem.Malformed, "$skiptoken", "The query string \"$skiptoken\" is invalid.")
	}
	if i := slices.IndexFunc(all, func(x *entity) bool { return numberOf(x) == last }); i >= 0 {
		return i + 1, nil
	}
	// The item has gone meanwhile: the first one behind it.
	if i := slices.IndexFunc(all, func(x *entity) bool { return numberOf(x) > last }); i >= 0 {
		return i, nil
	}
	return len(all), nil
}

// nextPage is the address of the page behind an item, written as the service does: the token first, escapes in lower case.
func (c *request) nextPage(at drive.Place, last int) string {
	parts := []string{"%24skiptoken=Paged%3dTRUE%26p_ID%3d" + strconv.Itoa(last)}
	for part := range strings.SplitSeq(c.http.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil || plain == "" {
			continue
		}
		switch strings.ToLower(plain) {
		case "$skiptoken", "$skip":
			continue
		}
		parts = append(parts, strings.ReplaceAll(name, "$", "%24")+"="+value)
	}
	return c.webURL(at.Site) + "/_api/" + listPath(at.List) + "/items?" + strings.Join(parts, "&")
}

func listItems(c *request, call *odata.Call) (any, error) {
	return c.itemPage(placeOf(call.Value), call.Query)
}

func (c *request) itemOf(v any, number int64, ok bool) (any, error) {
	at := placeOf(v)
	if !ok || number < 1 || number > 1<<31-1 {
		return nil, errItem
	}
	i, found := c.tx.ItemByNumber(at.List.TenantID, at.List.ID, int(number))
	if !found || !i.DeletedAt.IsZero() || i.Root() {
		return nil, errItem
	}
	at.Item = i
	return at, nil
}

func itemByKey(c *request, v any, k odata.Predicate) (any, error) {
	n, ok := k.Value.Int()
	return c.itemOf(v, n, ok)
}

func itemByID(c *request, v any, args odata.Args) (any, error) {
	for _, a := range args {
		n, ok := a.Value.Int()
		return c.itemOf(v, n, ok)
	}
	return nil, errItem
}

func itemByUniqueID(c *request, v any, args odata.Args) (any, error) {
	at := placeOf(v)
	i, ok := c.tx.Item(at.List.TenantID, at.List.ID, strings.Trim(args.Text("uniqueId"), "{}"))
	if !ok || !i.DeletedAt.IsZero() || i.Root() {
		return nil, errItem
	}
	at.Item = i
	return at, nil
}

func fileOfItem(_ *request, v any, _ odata.Args) (any, error) {
	at := placeOf(v)
	if at.Item.Kind != state.File {
		return nil, errFolder
	}
	return at, nil
}

func folderOfItem(_ *request, v any, _ odata.Args) (any, error) {
	at := placeOf(v)
	if at.Item.Kind != state.Folder {
		return nil, errFolder
	}
	return at, nil
}

func getItem(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	return c.itemEntity(at)
}

// itemFields reads the fields of a body; annotations and what the service keeps itself are passed over.
func (c *request) itemFields() (map[string]any, error) {
	var in map[string]any
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	for name := range in {
		if strings.HasPrefix(name, "__") || strings.HasPrefix(name, "odata.") || strings.HasPrefix(name, "@odata.") {
			delete(in, name)
		}
	}
	return in, nil
}

func addItem(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	fields, err := c.itemFields()
	if err != nil {
		return nil, err
	}
	if at, err = c.addListItem(at, fields); err != nil {
		return nil, err
	}
	x, err := c.itemEntity(at)
	return created{x}, err
}

func (c *request) addListItem(at drive.Place, fields map[string]any) (drive.Place, error) {
	if err := c.require(drive.Place{Site: at.Site, List: at.List}, state.RoleWrite); err != nil {
		return at, err
	}
	if at.List.Library() {
		return at, problem.New(problem.Invalid, problem.InvalidProperty, "To add an item to a document library, use SPFileCollection.Add()")
	}
	i, err := drive.AddListItem(c.tx, at.List, fields, c.actor())
	at.Item = i
	return at, c.unknownField(at.List, err)
}

// unknownField says in SharePoint's words that a list lacks a column.
func (c *request) unknownField(l state.List, err error) error {
	if p := problem.As(err); err != nil && p.Reason == problem.UnknownProperty {
		return problem.For(p.Kind, p.Reason, p.Target, "The property '%s' does not exist on type '%s'. Make sure to only use property names that are defined by the type.", p.Target, itemKind(l))
	}
	return err
}

// ifMatch is the tag that the client insists on; * is any.
func (c *request) ifMatch() string {
	tag := strings.TrimSpace(c.http.Header.Get("If-Match"))
	if tag == "*" {
		return ""
	}
	return tag
}

// checkTag fails where If-Match names another version of an item than the present one, in either form of its tag.
func (c *request) checkTag(i state.Item) error {
	tag := c.ifMatch()
	if tag == "" || tag == itemETag(i) || strings.Trim(tag, `"`) == strings.Trim(fileETag(i), `"`) || tag == drive.ETag(i) {
		return nil
	}
	return problem.New(problem.Conflict, problem.PreconditionFailed, "The request ETag value '%s' does not match the object's ETag value '%s'.", tag, itemETag(i))
}

func updateItem(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	fields, err := c.itemFields()
	if err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	if err := c.checkTag(at.Item); err != nil {
		return nil, err
	}
	_, err = c.changeItem(at, fields)
	return nothing{}, err
}

// changeItem stores fields of an item; its name is one of them.
func (c *request) changeItem(at drive.Place, fields map[string]any) (state.Item, error) {
	change := drive.ItemChange{Fields: fields, By: c.actor()}
	if name, ok := fields["FileLeafRef"].(string); ok {
		if at.Item.Kind == state.File && extension(name) == "" && extension(at.Item.Name) != "" {
			name += "." + extension(at.Item.Name)
		}
		change.Name = &name
		delete(fields, "FileLeafRef")
	}
	i, err := drive.UpdateItem(c.tx, at.List, at.Item, change)
	return i, c.unknownField(at.List, err)
}

func deleteItem(c *request, call *odata.Call) (any, error) {
	return nothing{}, c.deleteForGood(placeOf(call.Value))
}

func (c *request) deleteForGood(at drive.Place) error {
	if err := c.require(at, state.RoleWrite); err != nil {
		return err
	}
	if err := c.checkTag(at.Item); err != nil {
		return err
	}
	return drive.DeleteForGood(c.tx, at.List, at.Item, "", c.actor())
}

func recycleItem(c *request, call *odata.Call) (any, error) {
	return c.recycle(placeOf(call.Value))
}

// recycle moves an item to the recycle bin and answers the id of its entry there.
func (c *request) recycle(at drive.Place) (any, error) {
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	if err := c.checkTag(at.Item); err != nil {
		return nil, err
	}
	if err := drive.DeleteItem(c.tx, at.List, at.Item, "", c.actor()); err != nil {
		return nil, err
	}
	i, _ := c.tx.Item(at.Item.TenantID, at.Item.ListID, at.Item.ID)
	return result{name: "Recycle", kind: "Edm.Guid", value: i.RecycleID}, nil
}

// formValue is a field as forms send it, and what came of it.
type formValue struct {
	ErrorCode    int     `json:"ErrorCode"`
	ErrorMessage *string `json:"ErrorMessage"`
	FieldName    string  `json:"FieldName"`
	FieldValue   *string `json:"FieldValue"`
	HasException bool    `json:"HasException"`
	ItemID       int     `json:"ItemId"`
}

func (formValue) edmKind() string { return "SP.ListItemFormUpdateValue" }

// validateItem stores fields and says of each whether it could be.
func validateItem(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in struct{ FormValues []formValue }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	return c.storeForm(at, in.FormValues, "ValidateUpdateListItem")
}

func (c *request) storeForm(at drive.Place, values []formValue, function string) (any, error) {
	for n := range values {
		v := &values[n]
		v.ItemID = at.Item.Number
		if v.FieldName == "Id" {
			id := strconv.Itoa(at.Item.Number)
			v.FieldValue = &id
			continue
		}
		field := map[string]any{v.FieldName: nil}
		if v.FieldValue != nil {
			field[v.FieldName] = *v.FieldValue
		}
		i, err := c.changeItem(at, field)
		if err != nil {
			text := problem.As(err).Detail
			v.HasException, v.ErrorCode, v.ErrorMessage = true, codeArgument, &text
			continue
		}
		at.Item = i
	}
	return result{name: function, kind: "Collection(SP.ListItemFormUpdateValue)", web: c.webURL(at.Site), value: values}, nil
}
