package spoapi

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// streamOperations give a list's rows as pages of SharePoint want them (sharepoint.md 5).
func streamOperations() []operation {
	return reading(
		operation{Name: "list.RenderListDataAsStream", Method: "POST", Segment: "RenderListDataAsStream", Source: "sharepoint.md 5", Handler: renderStream},
		operation{Name: "list.RenderListData", Method: "POST", Segment: "RenderListData", Params: []string{"viewXml"}, Source: "sharepoint.md 5", Handler: renderList},
	)
}

// The parts that a stream can have.
const (
	renderContext = 1
	renderData    = 2
	renderSchema  = 4
)

const defaultRows = 30

// streamQuery is what a client asks of RenderListDataAsStream.
type streamQuery struct {
	ViewXML                 string
	RenderOptions           int
	Paging                  string
	FolderServerRelativeURL string
	DatesInUTC              bool
}

// wireStream is ListData: rows, and where the page stands.
type wireStream struct {
	Row               []odata.Object `json:"Row"`
	FirstRow          int            `json:"FirstRow"`
	FolderPermissions string         `json:"FolderPermissions"`
	LastRow           int            `json:"LastRow"`
	RowLimit          int            `json:"RowLimit"`
	FilterLink        string         `json:"FilterLink"`
	ForceNoHierarchy  string         `json:"ForceNoHierarchy"`
	HierarchyHasInd   string         `json:"HierarchyHasIndention"`
	CurrentFolder     string         `json:"CurrentFolderSpItemUrl"`
	NextHref          string         `json:"NextHref,omitzero"`
	PrevHref          string         `json:"PrevHref,omitzero"`
}

func renderStream(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in struct{ Parameters streamQuery }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	stream, err := c.stream(at, in.Parameters)
	if err != nil {
		return nil, err
	}
	var answer any = stream
	if options := in.Parameters.RenderOptions; options&^renderData != 0 {
		parts := odata.Object{{Name: "wpq", Value: ""}, {Name: "Templates", Value: odata.Object{}}, {Name: "ListData", Value: stream}}
		if options&renderSchema != 0 {
			parts = append(parts, odata.Member{Name: "ListSchema", Value: c.listSchema(at)})
		}
		if options&renderContext != 0 {
			parts = append(parts, odata.Member{Name: "listName", Value: "{" + strings.ToUpper(at.List.ID) + "}"}, odata.Member{Name: "listUrlDir", Value: drive.ListPath(at.Site, at.List)}, odata.Member{Name: "listTemplate", Value: strconv.Itoa(at.List.Template)})
		}
		answer = parts
	}
	body, err := odata.Project(answer, odata.Shape{})
	return text("application/json; charset=utf-8", string(body)), err
}

func renderList(c *request, call *odata.Call) (any, error) {
	in := struct{ ViewXML string }{call.Args.Text("viewXml")}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	stream, err := c.stream(placeOf(call.Value), streamQuery{ViewXML: in.ViewXML})
	if err != nil {
		return nil, err
	}
	body, err := odata.Project(stream, odata.Shape{})
	return result{name: "RenderListData", kind: "Edm.String", value: string(body)}, err
}

func (c *request) listSchema(at drive.Place) odata.Object {
	var fields []odata.Object
	for _, f := range columnsOf(at.List) {
		name, _ := fieldType(f.Type)
		fields = append(fields, odata.Object{{Name: "Name", Value: f.Name}, {Name: "DisplayName", Value: f.DisplayName}, {Name: "Type", Value: name}, {Name: "ID", Value: f.ID}})
	}
	return odata.Object{{Name: "Field", Value: fields}, {Name: "LCID", Value: "1033"}, {Name: "ListRight_AddListItems", Value: nil}}
}

// camlRows are the rows of a view: those of the folder, or with a recursive scope of everything below.
func (c *request) camlRows(at drive.Place, v camlView, folder string) ([]*entity, error) {
	visible, err := c.visibleItems(at)
	if err != nil {
		return nil, err
	}
	parent := drive.Root(c.tx, at.List)
	if folder != "" {
		found, err := c.childFolder(placeOfSite(at.Site), folder)
		if err != nil || placeOf(found).List.ID != at.List.ID {
			return nil, errFolder
		}
		parent = placeOf(found).Item
	}
	var rows []*entity
	for _, p := range visible {
		switch i := p.Item; {
		case v.FilesOnly && i.Kind == state.Folder:
			continue
		case !v.Recursive && i.ParentID != parent.ID, v.Recursive && folder != "" && !drive.Within(c.tx, i, parent.ID):
			continue
		}
		x := c.itemEntity(p)
		if v.Where == nil || odata.Eval(v.Where, x) {
			x.place = p
			rows = append(rows, x)
		}
	}
	odata.Sort(rows, v.OrderBy)
	return rows, nil
}

func (c *request) stream(at drive.Place, q streamQuery) (wireStream, error) {
	v, err := parseCAML(q.ViewXML)
	if err != nil {
		return wireStream{}, err
	}
	limit := v.Limit
	if limit == 0 {
		limit = defaultRows
	}
	rows, err := c.camlRows(at, v, q.FolderServerRelativeURL)
	if err != nil {
		return wireStream{}, err
	}
	paging := strings.TrimPrefix(q.Paging, "?")
	start, err := pageStart(rows, paging)
	if err != nil {
		return wireStream{}, err
	}
	end := min(start+min(limit, maxPage), len(rows))
	out := wireStream{
		Row: []odata.Object{}, FirstRow: start + 1, LastRow: end, RowLimit: limit, FilterLink: "?", ForceNoHierarchy: "1",
		FolderPermissions: mask(c.rightsAt(at)),
	}
	if len(rows) == 0 {
		out.FirstRow = 0
	}
	for _, x := range rows[start:end] {
		out.Row = append(out.Row, c.streamRow(x, v.Fields))
	}
	if end < len(rows) && end > start {
		out.NextHref = fmt.Sprintf("?Paged=TRUE&p_ID=%d&PageFirstRow=%d&View=%s", numberOf(rows[end-1]), end+1, url.QueryEscape(at.List.WebID))
	}
	return out, nil
}

// mask is a set of rights as the stream writes it.
func mask(r wireRights) string {
	high, err := strconv.ParseUint(r.High, 10, 64)
	low, err2 := strconv.ParseUint(r.Low, 10, 64)
	if err != nil || err2 != nil {
		return "0x0"
	}
	return fmt.Sprintf("0x%x", high<<32|low)
}

// streamRow is a row with the fields of its list as text.
func (c *request) streamRow(x *entity, only []string) odata.Object {
	at := x.place
	i := at.Item
	title, _ := itemTitle(i).(string)
	path := drive.ServerPath(c.tx, at.Site, at.List, i)
	row := odata.Object{
		{Name: "ID", Value: strconv.Itoa(i.Number)},
		{Name: "PermMask", Value: mask(c.rightsAt(at))},
		{Name: "FSObjType", Value: strconv.Itoa(fileType(i))},
		{Name: "UniqueId", Value: "{" + strings.ToUpper(i.ID) + "}"},
		{Name: "ContentTypeId", Value: contentTypeID(at.List, i)},
		{Name: "FileRef", Value: path},
		{Name: "FileLeafRef", Value: path[strings.LastIndexByte(path, '/')+1:]},
		{Name: "File_x0020_Type", Value: extension(i.Name)},
		{Name: "Title", Value: title},
		{Name: "Created", Value: i.FSCreatedAt.Format("1/2/2006 3:04 PM")},
		{Name: "Created.", Value: wireTime(i.FSCreatedAt)},
		{Name: "Modified", Value: i.FSModifiedAt.Format("1/2/2006 3:04 PM")},
		{Name: "Modified.", Value: wireTime(i.FSModifiedAt)},
		{Name: "Author", Value: c.streamPerson(at.Site, i.CreatedBy)},
		{Name: "Editor", Value: c.streamPerson(at.Site, i.ModifiedBy)},
		{Name: "_UIVersionString", Value: versionLabel(i)},
		{Name: "SMTotalSize", Value: strconv.FormatInt(i.Size, 10)},
		{Name: "ItemChildCount", Value: strconv.Itoa(i.ChildCount)},
		{Name: "ServerRedirectedEmbedUrl", Value: ""},
	}
	for _, f := range at.List.Columns {
		if v, ok := i.Fields[f.Name]; ok {
			s, err := rawText(encoder{mode: nometadata}.value(fieldValue(v), ""))
			if err == nil {
				row = append(row, odata.Member{Name: f.Name, Value: s})
			}
		}
	}
	if len(only) == 0 {
		return row
	}
	always := []string{"ID", "PermMask", "FSObjType", "UniqueId", "ContentTypeId", "FileRef", "FileLeafRef"}
	return slices.DeleteFunc(row, func(m odata.Member) bool {
		name := strings.TrimSuffix(m.Name, ".")
		return !slices.Contains(always, name) && !slices.ContainsFunc(only, func(f string) bool { return strings.EqualFold(f, name) || strings.EqualFold(f, name+"Id") })
	})
}

func (c *request) streamPerson(s state.Site, a state.Actor) []odata.Object {
	return []odata.Object{{
		{Name: "id", Value: strconv.Itoa(c.userNumber(s, a))}, {Name: "title", Value: a.Name}, {Name: "email", Value: a.Email}, {Name: "sip", Value: a.Email},
	}}
}

// getItems is GetItems: the items of a list by a view in CAML.
func getItems(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	type camlQuery struct {
		ViewXML                    string
		FolderServerRelativeURL    string
		ListItemCollectionPosition struct{ PagingInfo string }
	}
	var in struct{ Query camlQuery }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if raw := call.Args.Text("query"); raw != "" && in.Query.ViewXML == "" {
		in.Query.ViewXML = viewInJSON(raw)
	}
	v, err := parseCAML(in.Query.ViewXML)
	if err != nil {
		return nil, err
	}
	v.Recursive = v.Recursive || !at.List.Library()
	rows, err := c.camlRows(at, v, in.Query.FolderServerRelativeURL)
	if err != nil {
		return nil, err
	}
	start, err := pageStart(rows, in.Query.ListItemCollectionPosition.PagingInfo)
	if err != nil {
		return nil, err
	}
	rows = rows[start:]
	if v.Limit > 0 && v.Limit < len(rows) {
		rows = rows[:v.Limit]
	}
	return &collection{kind: itemKind(at.List), web: c.webURL(at.Site), items: rows, paged: true}, nil
}

// viewInJSON takes the view out of {"ViewXml":"…"}, as it stands in an address.
func viewInJSON(s string) string {
	var in struct{ ViewXML string }
	r := request{body: []byte(s)}
	if r.decode(&in) != nil {
		return ""
	}
	return in.ViewXML
}

// addValidated adds an item, or a folder of a library, with the fields of a form.
func addValidated(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in struct {
		ListItemCreateInfo struct {
			FolderPath           struct{ DecodedURL string }
			UnderlyingObjectType int
		}
		FormValues []formValue
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	const folderType = 1
	if in.ListItemCreateInfo.UnderlyingObjectType == folderType {
		return c.addFormFolder(at, in.ListItemCreateInfo.FolderPath.DecodedURL, in.FormValues)
	}
	at, err := c.addListItem(at, map[string]any{})
	if err != nil {
		return nil, err
	}
	return c.storeForm(at, append(in.FormValues, formValue{FieldName: "Id"}), "AddValidateUpdateItemUsingPath")
}

func (c *request) addFormFolder(at drive.Place, folder string, values []formValue) (any, error) {
	name := ""
	for _, v := range values {
		if strings.EqualFold(v.FieldName, "FileLeafRef") && v.FieldValue != nil {
			name = *v.FieldValue
		}
	}
	if name == "" {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "FileLeafRef", "The name of the folder is missing.")
	}
	up := drive.Place{Site: at.Site, List: at.List, Item: drive.Root(c.tx, at.List)}
	if folder != "" {
		found, err := c.childFolder(placeOfSite(at.Site), strings.TrimPrefix(folder, c.origin.SharePoint(c.tenant.SharePointPrefix(), c.host)))
		if err != nil {
			return nil, err
		}
		up = placeOf(found)
	}
	made, err := c.makeFolder(up, name, false)
	if err != nil {
		return nil, err
	}
	for n := range values {
		values[n].ItemID = made.Item.Number
	}
	id := strconv.Itoa(made.Item.Number)
	values = append(values, formValue{FieldName: "Id", FieldValue: &id, ItemID: made.Item.Number})
	return result{name: "AddValidateUpdateItemUsingPath", kind: "Collection(SP.ListItemFormUpdateValue)", value: values}, nil
}
