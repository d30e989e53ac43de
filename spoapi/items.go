package spoapi

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
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
				"EffectiveBasePermissionsForUI", "AuthorId", "EditorId", "Created", "Modified", "OData__UIVersionString", "FSObjType",
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
			NotEmulated: []string{"AttachmentFiles", "GetWOPIFrameUrl", "Comments", "LikedByInformation", "Like", "Unlike"},
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
	return c.itemEntity(at), nil
}
