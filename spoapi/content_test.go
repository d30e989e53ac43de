package spoapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func folderPath(path string) string {
	return "web/getFolderByServerRelativePath(decodedUrl='" + library + path + "')"
}

func filePath(path string) string {
	return "web/getFileByServerRelativePath(decodedUrl='" + library + path + "')"
}

// put stores files in the library.
func (h *host) put(names ...string) {
	h.tb.Helper()
	for _, n := range names {
		h.must("POST", folderPath("")+"/Files/Add(url='"+n+"',overwrite=true)", ask{body: "content of " + n}, nil)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.run([]step{
		{"made by path", "POST", "web/folders/addUsingPath(DecodedUrl='%2Fsites%2Fmarketing%2FShared%20Documents%2FPlans',overwrite=false)", "", "", "", 200, `"Name":"Plans","ProgID":null,"ServerRelativeUrl":"/sites/marketing/Shared Documents/Plans"`},
		{"taken", "POST", folderPath("") + "/folders/addUsingPath(DecodedUrl='plans',overwrite=false)", "", "", "", 400, "already exists"},
		{"made by name, there already", "POST", folderPath("") + "/folders/add('Plans')", "", "", "", 200, `"Name":"Plans"`},
		{"made below", "POST", folderPath("/Plans") + "/AddSubFolderUsingPath(DecodedUrl=@a2)?@a2='It''s 100%25'", "", "", "", 200, "odata.null"},
		{"made by body", "POST", folderPath("/Plans") + "/AddSubFolderUsingPath", "", `{"leafPath":{"DecodedUrl":"Body"}}`, "", 200, "odata.null"},
		{"made as an entity", "POST", "web/folders", "", `{"ServerRelativeUrl":"/sites/marketing/Shared Documents/Entity"}`, "", 201, `"Name":"Entity"`},
		{"without its parent", "POST", folderPath("") + "/folders/add('none/deep')", "", "", "", 404, "File Not Found."},
		{"a bad name", "POST", folderPath("") + "/folders/add('a*b')", "", "", "", 400, "SPException"},
		{"by a visitor", "POST", folderPath("") + "/folders/add('Mine')", "vera@contoso.com", "", "", 403, notAllowed},
		{"outside of lists", "POST", "web/folders/add('Loose')", "", "", "", 400, "not emulated"},
		{"listed", "GET", folderPath("/Plans") + "/folders?$select=Name", "", "", "", 200, `={"value":[{"Name":"Body"},{"Name":"It's 100%"}]}`},
		{"a doubled quote", "GET", folderPath("/Plans/It''s 100%25") + "?$select=Name", "", "", "", 200, `={"Name":"It's 100%"}`},
		{"by key", "GET", folderPath("") + "/folders('Plans')?$select=ItemCount", "", "", "", 200, `={"ItemCount":2}`},
		{"its parent", "GET", folderPath("/Plans/Body") + "/ParentFolder?$select=Name", "", "", "", 200, `={"Name":"Plans"}`},
		{"the library's folder", "GET", "web/lists/getbytitle('Documents')/rootFolder?$select=ServerRelativeUrl", "", "", "", 200, `={"ServerRelativeUrl":"/sites/marketing/Shared Documents"}`},
		{"which is no item", "GET", folderPath("") + "/listItemAllFields", "", "", "", 200, `={"odata.null":true}`},
		{"a folder's item", "GET", folderPath("/Plans") + "/listItemAllFields?$select=odata.id", "", "", "json", 200, `"odata.editLink":"Web/Lists(guid'`},
		{"renamed", "PATCH", folderPath("/Plans/Body"), "", `{"Name":"Soul"}`, "", 200, "="},
		{"moved", "POST", folderPath("/Plans/Soul") + "/moveto('/sites/marketing/Shared Documents/Soul')", "", "", "", 200, "odata.null"},
		{"deleted", "DELETE", folderPath("/Plans"), "", "", "", 200, "="},
		{"with all in it", "GET", folderPath("/Plans/It''s 100%25"), "", "", "", 404, `"code":"-2147024894, System.IO.FileNotFoundException"`},
		{"outside of the web", "GET", "web/getFolderByServerRelativeUrl('/sites/other/x')", "", "", "", 400, "Server relative urls must start with"},
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.run([]step{
		{"stored", "POST", folderPath("") + "/Files/Add(overwrite=true,url='a.txt')", "", "one", "", 200, `"Length":"3","Level":1`},
		{"taken", "POST", folderPath("") + "/Files/Add(url='a.txt',overwrite=false)", "", "two", "", 400, `"code":"-2130575257, Microsoft.SharePoint.SPException","message":{"lang":"en-US","value":"A file with the name /sites/marketing/Shared Documents/a.txt already exists.`},
		{"a name of its own", "POST", folderPath("") + "/Files/AddUsingPath(decodedurl='a.txt',EnsureUniqueFileName=true)", "", "two", "", 200, `"Name":"a`},
		{"replaced", "POST", folderPath("") + "/Files/AddUsingPath(decodedurl='a.txt',Overwrite=true)", "", "three", "", 200, `"MajorVersion":2,"MinorVersion":0,"Name":"a.txt"`},
		{"by a visitor", "POST", folderPath("") + "/Files/Add(url='v.txt',overwrite=true)", "vera@contoso.com", "x", "", 403, notAllowed},
		{"read by a visitor", "GET", filePath("/a.txt") + "/$value", "vera@contoso.com", "", "", 200, "=three"},
		{"the old version", "GET", filePath("/a.txt") + "/versions?$select=VersionLabel,Size", "", "", "", 200, `={"value":[{"Size":3,"VersionLabel":"1.0"}]}`},
		{"its content", "GET", filePath("/a.txt") + "/versions(512)/$value", "", "", "", 200, "=one"},
		{"written by PUT", "PUT", filePath("/a.txt") + "/$value", "", "four", "", 200, "="},
		{"written by POST", "POST", filePath("/a.txt") + "/$value", "", "fifth", "", 200, "="},
		{"described", "GET", filePath("/a.txt") + "?$select=Length,UIVersion,UIVersionLabel,Title", "", "", "", 200, `={"Length":"5","Title":"","UIVersion":2048,"UIVersionLabel":"4.0"}`},
		{"a slash in the argument", "GET", "web/GetFileByServerRelativeUrl('" + library + "/a.txt')?$select=Name", "", "", "", 200, `={"Name":"a.txt"}`},
		{"encoded as a whole", "GET", "Web/GetFileByServerRelativeUrl%28%27%2Fsites%2Fmarketing%2FShared%20Documents%2Fa.txt%27%29?$select=Name", "", "", "", 200, `={"Name":"a.txt"}`},
		{"missing", "GET", filePath("/none.txt"), "", "", "", 404, `={"odata.error":{"code":"-2130575338, Microsoft.SharePoint.SPException","message":{"lang":"en-US","value":"The file /sites/marketing/Shared Documents/none.txt does not exist."}}}`},
		{"a folder is no file", "GET", "web/GetFileByServerRelativePath(decodedUrl='" + library + "')", "", "", "", 404, "does not exist."},
		{"its author", "GET", filePath("/a.txt") + "/Author?$select=Email", "", "", "", 200, `={"Email":"megan@contoso.com"}`},
		{"expanded two deep", "GET", filePath("/a.txt") + "?$select=ListItemAllFields/Id,ListItemAllFields/ParentList/Title&$expand=ListItemAllFields/ParentList", "", "", "", 200, `"Id":1,"ID":1,"ParentList":{"Title":"Documents"}`},
		{"copied", "POST", filePath("/a.txt") + "/copyTo(strnewurl='" + library + "/b.txt',boverwrite=true)", "", "", "", 200, "odata.null"},
		{"moved onto it", "POST", filePath("/a.txt") + "/moveTo(newurl='" + library + "/b.txt',flags=0)", "", "", "", 400, "already exists"},
		{"moved over it", "POST", filePath("/a.txt") + "/moveTo(newurl='" + library + "/b.txt',flags=1)", "", "", "", 200, "odata.null"},
		{"gone", "GET", filePath("/a.txt"), "", "", "", 404, "does not exist."},
		{"recycled", "POST", filePath("/b.txt") + "/recycle()", "", "", "verbose", 200, `{"d":{"Recycle":"`},
	})
}

// The ids for Graph come in their own spelling, whatever the request's.
func TestFileIDs(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.put("a.txt")
	var got map[string]string
	h.must("GET", filePath("/a.txt")+"?$select=SiteId,VroomItemId,VroomDriveId,UniqueId", ask{}, &got)
	if len(got["VroomItemID"]) != 34 || !strings.HasPrefix(got["VroomDriveID"], "b!") || got["SiteId"] != h.site.ID {
		t.Errorf("ids %v", got)
	}
	h.run([]step{
		{"by id", "GET", "web/GetFileById(@a1)?@a1=guid'" + got["UniqueId"] + "'&$select=Name", "", "", "", 200, `={"Name":"a.txt"}`},
		{"its item by id", "GET", "web/lists/getbytitle('Documents')/GetItemByUniqueId('" + got["UniqueId"] + "')?$select=FileLeafRef", "", "", "version4", 200, `"FileLeafRef":"a.txt"`},
		{"no such id", "GET", "web/GetFileById('" + zeroGUID + "')", "", "", "", 404, "File Not Found."},
	})
}

func TestRanges(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.put("a.txt")
	if status, body := h.text("GET", filePath("/a.txt")+"/$value", ask{header: map[string]string{"Range": "bytes=0-6"}}); status != 206 || body != "content" {
		t.Errorf("a range: %d %s", status, body)
	}
	if status, body := h.text("POST", filePath("/a.txt")+"/$value", ask{body: "x", header: map[string]string{"X-HTTP-Method": "PUT", "If-Match": `"{0},9"`}}); status != 412 {
		t.Errorf("another version: %d %s", status, body)
	}
}

func TestChunkedUpload(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	id := "guid'0a1b2c3d-0000-1111-2222-333344445555'"
	h.run([]step{
		{"an empty file", "POST", folderPath("") + "/files/AddStubUsingPath(DecodedUrl='big.bin')", "", "", "", 200, `"Length":"0"`},
		{"it is there", "POST", folderPath("") + "/files/GetByPathOrAddStub(DecodedUrl='big.bin')", "", "", "", 200, `"Name":"big.bin"`},
		{"begun", "POST", filePath("/big.bin") + "/StartUpload(uploadId=" + id + ")", "", "hello ", "verbose", 200, `={"d":{"StartUpload":"6"}}`},
		{"not in order", "POST", filePath("/big.bin") + "/ContinueUpload(uploadId=" + id + ",fileOffset=9)", "", "x", "", 400, "order"},
		{"the same again", "POST", filePath("/big.bin") + "/ContinueUpload(uploadId=" + id + ",fileOffset=0)", "", "hello ", "", 400, "received already"},
		{"continued", "POST", filePath("/big.bin") + "/ContinueUpload(uploadId=" + id + ",fileOffset=6)", "", "big ", "", 200, `={"value":"10"}`},
		{"by a visitor", "POST", filePath("/big.bin") + "/FinishUpload(uploadId=" + id + ",fileOffset=10)", "vera@contoso.com", "world", "", 403, notAllowed},
		{"nothing changed yet", "GET", filePath("/big.bin") + "/$value", "", "", "", 200, "="},
		{"finished", "POST", filePath("/big.bin") + "/FinishUpload(uploadId=" + id + ",fileOffset=10)", "", "world", "", 200, `"Length":"15"`},
		{"all there", "GET", filePath("/big.bin") + "/$value", "", "", "", 200, "=hello big world"},
		{"an upload that is over", "POST", filePath("/big.bin") + "/ContinueUpload(uploadId=" + id + ",fileOffset=15)", "", "x", "", 404, "odata.error"},
		{"another one", "POST", filePath("/big.bin") + "/StartUpload(uploadId=" + id + ")", "", "x", "", 200, `={"value":"1"}`},
		{"given up", "POST", filePath("/big.bin") + "/CancelUpload(uploadId=" + id + ")", "", "", "", 200, "odata.null"},
		{"without an id", "POST", filePath("/big.bin") + "/StartUpload", "", "x", "", 400, "uploadId"},
	})
}

func TestMoveCopyUtil(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.put("a.txt")
	h.must("POST", "web/lists", ask{body: `{"Title":"Archive","BaseTemplate":101}`}, nil)
	call := func(from, to, options string) string {
		return fmt.Sprintf(`{"srcPath":{"DecodedUrl":"%s/%s"},"destPath":{"DecodedUrl":"%s/%s"},"options":{%s}}`, siteURL, from, siteURL, to, options)
	}
	h.run([]step{
		{"copied into another library", "POST", "SP.MoveCopyUtil.CopyFileByPath(overwrite=@a1)?@a1=false", "", call("Shared Documents/a.txt", "Archive/a.txt", ""), "", 200, "odata.null"},
		{"there", "GET", "web/GetFileByServerRelativePath(decodedUrl='/sites/marketing/Archive/a.txt')/$value", "", "", "", 200, "=content of a.txt"},
		{"taken", "POST", "SP.MoveCopyUtil.CopyFileByPath(overwrite=@a1)?@a1=false", "", call("Shared Documents/a.txt", "Archive/a.txt", ""), "", 400, "already exists"},
		{"both kept", "POST", "SP.MoveCopyUtil.CopyFileByPath()", "", call("Shared Documents/a.txt", "Archive/a.txt", `"KeepBoth":true`), "", 200, "odata.null"},
		{"moved", "POST", "SP.MoveCopyUtil.MoveFileByPath(overwrite=@a1)?@a1=true", "", call("Shared Documents/a.txt", "Archive/a.txt", ""), "", 200, "odata.null"},
		{"gone", "GET", filePath("/a.txt"), "", "", "", 404, "does not exist"},
		{"nothing to move", "POST", "SP.MoveCopyUtil.MoveFileByPath()", "", call("Shared Documents/a.txt", "Archive/b.txt", ""), "", 404, "does not exist"},
		{"by a visitor", "POST", "SP.MoveCopyUtil.MoveFileByPath()", "vera@contoso.com", call("Archive/a.txt", "Archive/b.txt", ""), "", 403, notAllowed},
	})
}

func TestRecycleBin(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.put("a.txt", "b.txt")
	var mine, other struct{ Value string }
	h.must("POST", filePath("/a.txt")+"/recycle()", ask{as: "lee@contoso.com"}, &mine)
	h.must("POST", filePath("/b.txt")+"/recycle()", ask{}, &other)
	h.run([]step{
		{"a member sees his own", "GET", "web/RecycleBin?$select=LeafName", "lee@contoso.com", "", "", 200, `={"value":[{"LeafName":"a.txt"}]}`},
		{"a visitor sees nothing", "GET", "web/RecycleBin", "vera@contoso.com", "", "", 403, notAllowed},
		{"an owner sees all", "GET", "site/RecycleBin?$filter=(ItemState eq 1) and (ItemType eq 1)&$select=LeafName,DirName,Size&$orderby=LeafName", "", "", "", 200, `={"value":[{"DirName":"sites/marketing/Shared Documents","LeafName":"a.txt","Size":"16"},{"DirName":"sites/marketing/Shared Documents","LeafName":"b.txt","Size":"16"}]}`},
		{"another's is hidden", "POST", "web/RecycleBin('" + other.Value + "')/Restore()", "lee@contoso.com", "", "", 404, "ArgumentException"},
		{"restored", "POST", "web/RecycleBin('" + mine.Value + "')/Restore()", "lee@contoso.com", "", "", 200, `={"odata.null":true}`},
		{"back", "GET", filePath("/a.txt") + "/$value", "", "", "", 200, "=content of a.txt"},
		{"restored by ids", "POST", "site/RecycleBin/RestoreByIds", "", `{"ids":["` + other.Value + `"]}`, "", 200, "odata.null"},
		{"empty", "GET", "site/RecycleBin", "", "", "", 200, `={"value":[]}`},
		{"deleted for good", "DELETE", filePath("/a.txt"), "", "", "", 200, "="},
		{"leaves nothing", "GET", "site/RecycleBin", "", "", "", 200, `={"value":[]}`},
	})
}

func TestChanges(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.put("old.txt")
	const list = "web/lists/getbytitle('Documents')"
	var now struct{ CurrentChangeToken wireToken }
	h.must("GET", list+"?$select=CurrentChangeToken", ask{}, &now)
	since := func(more string) string {
		return `{"query":{` + more + `"ChangeTokenStart":{"StringValue":"` + now.CurrentChangeToken.Value + `"}}}`
	}
	h.put("new.txt", "old.txt", "gone.txt")
	h.must("POST", filePath("/gone.txt")+"/recycle()", ask{}, nil)
	changes := func(body string) (all []string) {
		var got struct{ Value []wireChange }
		h.must("POST", list+"/GetChanges", ask{body: body}, &got)
		for _, c := range got.Value {
			all = append(all, fmt.Sprintf("%d:%d", c.Type, c.ItemID))
		}
		return all
	}
	for body, want := range map[string]string{
		since(`"Item":true,`):                     "[1:2 2:1 3:3]",
		since(`"Item":true,"Add":true,`):          "[1:2]",
		since(`"Item":true,"DeleteObject":true,`): "[3:3]",
		since(`"Folder":true,`):                   "[]",
		since(`"Item":true,"FetchLimit":1,`):      "[1:2]",
	} {
		if got := fmt.Sprint(changes(body)); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	h.run([]step{
		{"from the beginning", "POST", list + "/GetChanges", "", `{"query":{"Item":true,"Add":true}}`, "verbose", 200, `"type":"SP.ChangeItem"`},
		{"of the web", "POST", "web/GetChanges", "", `{"query":{"File":true,"Add":true}}`, "", 200, `"UniqueId":"`},
		{"a token of another list", "POST", list + "/GetChanges", "", `{"query":{"ChangeTokenStart":{"StringValue":"1;3;` + zeroGUID + `;639000000000000000;1"}}}`, "", 400, "changeToken"},
		{"no token", "POST", list + "/GetChanges", "", `{"query":{"ChangeTokenStart":{"StringValue":"x"}}}`, "", 400, "changeToken"},
		{"a stranger", "POST", list + "/GetChanges", "pradeep@contoso.com", `{"query":{}}`, "", 403, notAllowed},
	})
}

func TestStream(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.put("a.txt", "b.txt", "c.txt")
	var got struct {
		Row                         []map[string]any
		FirstRow, LastRow, RowLimit int
		NextHref                    string
	}
	const call = "web/lists/getbytitle('Documents')/RenderListDataAsStream"
	h.must("POST", call, ask{body: `{"parameters":{"RenderOptions":2,"ViewXml":"<View><Query><OrderBy><FieldRef Name='FileLeafRef' Ascending='FALSE'/></OrderBy></Query><ViewFields><FieldRef Name='FileLeafRef'/></ViewFields><RowLimit Paged='TRUE'>2</RowLimit></View>"}}`}, &got)
	if len(got.Row) != 2 || got.Row[0]["FileLeafRef"] != "c.txt" || got.RowLimit != 2 || got.FirstRow != 1 || got.LastRow != 2 || got.Row[0]["Modified"] != nil {
		t.Errorf("the first page: %+v", got)
	}
	paging, err := json.Marshal(got.NextHref)
	if err != nil {
		t.Fatal(err)
	}
	got.Row = nil
	h.must("POST", call, ask{body: `{"parameters":{"Paging":` + string(paging) + `,"ViewXml":"<View><Query><OrderBy><FieldRef Name='FileLeafRef' Ascending='FALSE'/></OrderBy></Query><RowLimit Paged='TRUE'>2</RowLimit></View>"}}`}, &got)
	if len(got.Row) != 1 || got.Row[0]["FileLeafRef"] != "a.txt" || got.FirstRow != 3 {
		t.Errorf("the second page: %+v", got)
	}
	h.run([]step{
		{"with its schema", "POST", call, "", `{"parameters":{"RenderOptions":6}}`, "", 200, `"ListSchema":{"Field":[`},
		{"a view that is none", "POST", call, "", `{"parameters":{"ViewXml":"<View"}}`, "", 400, "odata.error"},
		{"as text", "POST", "web/lists/getbytitle('Documents')/RenderListData(@viewXml)?@viewXml='<View></View>'", "", "", "", 200, `{"value":"{\"Row\":[`},
	})
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	const subs = "web/lists/getbytitle('Documents')/subscriptions"
	var made wireSubscription
	h.must("POST", subs, ask{body: `{"notificationUrl":"http://127.0.0.1:1/hook","expirationDateTime":"2027-01-01T00:00:00Z","clientState":"s"}`}, &made)
	h.run([]step{
		{"listed", "GET", subs + "?$select=clientState", "", "", "", 200, `={"value":[{"clientState":"s"}]}`},
		{"too long", "PATCH", subs + "('" + made.ID + "')", "", `{"expirationDateTime":"2029-01-01T00:00:00Z"}`, "", 400, "six months"},
		{"longer", "PATCH", subs + "('" + made.ID + "')", "", `{"expirationDateTime":"2027-02-01T00:00:00Z"}`, "", 200, "="},
		{"read", "GET", subs + "('" + made.ID + "')?$select=expirationDateTime", "", "", "", 200, `={"expirationDateTime":"2027-02-01T00:00:00Z"}`},
		{"no address", "POST", subs, "", `{"notificationUrl":"x"}`, "", 400, "notification"},
		{"by a visitor", "POST", subs, "vera@contoso.com", `{"notificationUrl":"http://127.0.0.1:1/hook"}`, "", 403, notAllowed},
		{"deleted", "DELETE", subs + "('" + made.ID + "')", "", "", "", 200, "="},
		{"gone", "GET", subs + "('" + made.ID + "')", "", "", "", 404, "odata.error"},
	})
}
