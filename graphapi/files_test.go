package graphapi

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// visit sends a request to any emulated host; body is sent as it is.
func (w *world) visit(method, address, body string) answer {
	w.tb.Helper()
	req := httptest.NewRequest(method, address, strings.NewReader(body))
	if w.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+w.bearer)
	}
	for n, v := range w.headers {
		req.Header.Set(n, v)
	}
	place, ok := links.Resolve("https", req.Host, "")
	if !ok {
		w.tb.Fatalf("%s is not emulated", req.Host)
	}
	ctx := links.NewContext(state.NewContext(req.Context(), w.Store), place)
	rec := httptest.NewRecorder()
	w.face.ServeHTTP(rec, req.WithContext(ctx))
	a := answer{tb: w.tb, status: rec.Code, header: rec.Header(), body: rec.Body.String()}
	if a.body != "" && strings.HasPrefix(rec.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(rec.Body.Bytes(), &a.json); err != nil {
			w.tb.Errorf("%s %s: the body is no JSON: %v", method, address, err)
		}
	}
	return a
}

// anonymous is the world without a token.
func (w *world) anonymous() *world {
	other := *w
	other.bearer = ""
	return &other
}

// text is a property of the answer as text.
func (a answer) text(path string) string {
	var v any = a.json
	if whole, ok := a.json[path]; ok { // a name with a dot
		path, v = "value", map[string]any{"value": whole}
	}
	for name := range strings.SplitSeq(path, ".") {
		o, _ := v.(map[string]any)
		v = o[name]
	}
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// upload puts a text at a path of somebody's OneDrive.
func (w *world) upload(path, text string) answer {
	w.tb.Helper()
	a := w.call("PUT", "/v1.0/me/drive/root:/"+strings.ReplaceAll(path, " ", "%20")+":/content", text)
	if a.status != http.StatusCreated && a.status != http.StatusOK {
		a.want(http.StatusCreated)
	}
	return a
}

func TestContentComesBackByASecretAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	made := megan.upload("a/b/hello.txt", "hello tenant")
	made.want(http.StatusCreated)
	if got := made.text("file.hashes.quickXorHash"); got != "aCgDG9jwBhDQoQxuBIMb6AAAAAA=" {
		t.Errorf("hash %s", got)
	}
	address := megan.get("/v1.0/me/drive/items/" + made.text("id") + "/content").want(http.StatusFound).header.Get("Location")
	nobody := w.anonymous()
	if a := nobody.visit("GET", address, "").want(http.StatusOK); a.body != "hello tenant" {
		t.Errorf("content %q", a.body)
	}
	part := nobody.header("Range", "bytes=6-").visit("GET", address, "").want(http.StatusPartialContent)
	if part.body != "tenant" || part.header.Get("Content-Range") != "bytes 6-11/12" {
		t.Errorf("range %q, %s", part.body, part.header.Get("Content-Range"))
	}
	if a := nobody.visit("HEAD", address, "").want(http.StatusOK); a.body != "" || a.header.Get("Content-Length") != "12" {
		t.Errorf("HEAD %q, %s", a.body, a.header.Get("Content-Length"))
	}
	nobody.header("Range", "bytes=50-").visit("GET", address, "").want(http.StatusRequestedRangeNotSatisfiable)
	nobody.visit("GET", strings.Replace(address, "tempauth=", "tempauth=A", 1), "").want(http.StatusUnauthorized)
	w.advance(2 * time.Hour)
	nobody.visit("GET", address, "").want(http.StatusUnauthorized)
}

func TestUploadSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	open := megan.call("POST", "/v1.0/me/drive/root:/big.bin:/createUploadSession", `{"item":{"@microsoft.graph.conflictBehavior":"fail"}}`).want(http.StatusOK)
	address := open.text("uploadUrl")
	put := func(content, span string) answer {
		return w.anonymous().header("Content-Range", "bytes "+span).visit("PUT", address, content)
	}
	if a := put("01234", "0-4/12").want(http.StatusAccepted); a.text("nextExpectedRanges") != "[5-11]" {
		t.Errorf("next %s", a.body)
	}
	for span, row := range map[string]struct {
		content string
		status  int
	}{
		"0-4/12":   {"01234", http.StatusRequestedRangeNotSatisfiable},
		"7-11/12":  {"78901", http.StatusRequestedRangeNotSatisfiable},
		"5-11/13":  {"5678901", http.StatusRequestedRangeNotSatisfiable},
		"5-11/12":  {"too short", http.StatusBadRequest},
		"nonsense": {"x", http.StatusBadRequest},
	} {
		put(row.content, span).want(row.status)
	}
	if a := w.anonymous().visit("GET", address, "").want(http.StatusOK); a.text("nextExpectedRanges") != "[5-11]" {
		t.Errorf("status %s", a.body)
	}
	done := put("5678901", "5-11/12").want(http.StatusCreated)
	if done.text("name") != "big.bin" || done.text("size") != "12" {
		t.Errorf("item %s", done.body)
	}
	w.anonymous().visit("GET", address, "").want(http.StatusNotFound)
	megan.call("POST", "/v1.0/me/drive/root:/big.bin:/createUploadSession", `{"item":{"@microsoft.graph.conflictBehavior":"fail"}}`).want(http.StatusConflict)

	address = megan.call("POST", "/v1.0/me/drive/root:/later.bin:/createUploadSession", `{"deferCommit":true}`).want(http.StatusOK).text("uploadUrl")
	put("abc", "0-2/3").want(http.StatusAccepted)
	megan.get("/v1.0/me/drive/root:/later.bin").want(http.StatusNotFound)
	w.anonymous().visit("POST", address, "").want(http.StatusCreated)
	megan.get("/v1.0/me/drive/root:/later.bin").want(http.StatusOK)

	address = megan.call("POST", "/v1.0/me/drive/root:/never.bin:/createUploadSession", "").want(http.StatusOK).text("uploadUrl")
	w.anonymous().visit("DELETE", address, "").want(http.StatusNoContent)
	put("abc", "0-2/3").want(http.StatusNotFound)
}

func TestChildrenComeInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	for _, name := range []string{"delta", "alpha", "charlie", "bravo", "echo"} {
		megan.upload(name+".txt", name)
	}
	var names []string
	for next := "https://graph.microsoft.com/v1.0/me/drive/root/children?$top=2&$select=name"; next != ""; {
		a := megan.visit("GET", next, "").want(http.StatusOK)
		names = append(names, a.column("name")...)
		next = a.text("@odata.nextLink")
		if len(names) == 2 { // the next page's first entry goes, one is added before it
			megan.call("DELETE", "/v1.0/me/drive/root:/charlie.txt", "").want(http.StatusNoContent)
			megan.upload("aaa.txt", "")
		}
	}
	if want := []string{"alpha.txt", "bravo.txt", "delta.txt", "echo.txt"}; !slices.Equal(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
	if got := megan.get("/v1.0/me/drive/root/children?$orderby=name%20desc&$top=2").want(http.StatusOK).column("name"); !slices.Equal(got, []string{"echo.txt", "delta.txt"}) {
		t.Errorf("ordered %v", got)
	}
	if got := megan.get("/v1.0/me/drive/root/children?$filter=name%20eq%20'bravo.txt'").want(http.StatusOK).column("name"); !slices.Equal(got, []string{"bravo.txt"}) {
		t.Errorf("filtered %v", got)
	}
	megan.get("/v1.0/me/drive/root/children?$orderby=webUrl").want(http.StatusBadRequest)
	megan.get("/v1.0/me/drive/root/children?$skip=1").want(http.StatusBadRequest)
	if a := megan.get("/v1.0/me/drive/root?$expand=children($select=name)").want(http.StatusOK); !strings.Contains(a.body, `"children":[{"name":"aaa.txt"}`) {
		t.Errorf("expanded %s", a.body)
	}
	megan.get("/v1.0/me/drive/root?$expand=permissions").want(http.StatusBadRequest)
}

func TestWhatTheFilesWorkloadRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	file := megan.upload("a.txt", "x").text("id")
	folder := megan.call("POST", "/v1.0/me/drive/root/children", `{"name":"d","folder":{}}`).want(http.StatusCreated).text("id")
	for name, row := range map[string]struct {
		method, path, body, code string
		status                   int
	}{
		"a forbidden name":           {"POST", "root/children", `{"name":"a:b","folder":{}}`, "invalidRequest", 400},
		"no name":                    {"POST", "root/children", `{"folder":{}}`, "invalidRequest", 400},
		"no facet":                   {"POST", "root/children", `{"name":"x"}`, "invalidRequest", 400},
		"a name that is taken":       {"POST", "root/children", `{"name":"D","folder":{}}`, "nameAlreadyExists", 409},
		"a folder in a file":         {"POST", "items/" + file + "/children", `{"name":"x","folder":{}}`, "invalidRequest", 400},
		"an unknown conflict":        {"POST", "root/children", `{"name":"x","folder":{},"@microsoft.graph.conflictBehavior":"merge"}`, "invalidRequest", 400},
		"no JSON":                    {"POST", "root/children", `{"name"`, "invalidRequest", 400},
		"a wrong type":               {"PATCH", "items/" + file, `{"name":7}`, "invalidRequest", 400},
		"the root renamed":           {"PATCH", "root", `{"name":"x"}`, "accessDenied", 403},
		"the root deleted":           {"DELETE", "root", "", "accessDenied", 403},
		"into the word root":         {"PATCH", "items/" + file, `{"parentReference":{"id":"root"}}`, "invalidRequest", 400},
		"a folder into itself":       {"PATCH", "items/" + folder, `{"parentReference":{"id":"` + folder + `"}}`, "invalidRequest", 400},
		"an unknown item":            {"GET", "items/01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", "itemNotFound", 404},
		"an unknown path":            {"GET", "root:/no/such", "", "itemNotFound", 404},
		"content for an unknown id":  {"PUT", "items/01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/content", "x", "itemNotFound", 404},
		"content of a folder":        {"GET", "items/" + folder + "/content", "", "invalidRequest", 400},
		"children of a file":         {"GET", "items/" + file + "/children", "", "invalidRequest", 400},
		"an unknown special folder":  {"GET", "special/trash", "", "itemNotFound", 404},
		"an unknown version":         {"GET", "items/" + file + "/versions/9.0", "", "itemNotFound", 404},
		"rubbish for a delta token":  {"GET", "root/delta?token=rubbish", "", "invalidRequest", 400},
		"rubbish for a skip token":   {"GET", "root/children?$skiptoken=rubbish", "", "invalidRequest", 400},
		"a method that is not there": {"PUT", "items/" + file, "{}", "invalidRequest", 405},
		"what is not emulated":       {"POST", "items/" + file + "/preview", "{}", "NotEmulated", 501},
	} {
		if a := megan.call(row.method, "/v1.0/me/drive/"+row.path, row.body); a.status != row.status || a.code() != row.code {
			t.Errorf("%s: %d %s, want %d %s", name, a.status, a.code(), row.status, row.code)
		}
	}
}

func TestRenamesMovesAndTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	file := megan.upload("a.txt", "one")
	target := megan.call("POST", "/v1.0/me/drive/root/children", `{"name":"target","folder":{}}`).text("id")
	item := "/v1.0/me/drive/items/" + file.text("id")
	// What rclone sends: a parent with empty strings.
	moved := megan.call("PATCH", item, `{"name":"b.txt","parentReference":{"id":"`+target+`","path":"","driveType":""},"fileSystemInfo":{"lastModifiedDateTime":"2020-01-02T03:04:05Z"}}`).want(http.StatusOK)
	if moved.text("name") != "b.txt" || moved.text("parentReference.id") != target || moved.text("fileSystemInfo.lastModifiedDateTime") != "2020-01-02T03:04:05Z" {
		t.Errorf("moved %s", moved.body)
	}
	if moved.text("eTag") == file.text("eTag") || moved.text("cTag") != file.text("cTag") {
		t.Errorf("tags %s %s", moved.text("eTag"), moved.text("cTag"))
	}
	if a := megan.header("If-Match", file.text("eTag")).call("PATCH", item, `{"name":"c.txt"}`).want(http.StatusPreconditionFailed); a.code() != "resourceModified" {
		t.Errorf("code %s", a.code())
	}
	megan.header("If-Match", file.text("eTag")).call("DELETE", item, "").want(http.StatusPreconditionFailed)
	megan.header("If-None-Match", moved.text("eTag")).visit("GET", "https://graph.microsoft.com"+item, "").want(http.StatusNotModified)
	back := megan.call("PATCH", "/v1.0/me/drive/root:/TARGET/B.TXT:", `{"parentReference":{"path":"/drive/root:"}}`).want(http.StatusOK)
	if back.text("parentReference.id") == target {
		t.Errorf("not moved by path: %s", back.body)
	}
}

func TestACopyIsWatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	file := "/v1.0/me/drive/items/" + megan.upload("a.txt", "one").text("id")
	monitor := megan.call("POST", file+"/copy", `{"name":"b.txt"}`).want(http.StatusAccepted).header.Get("Location")
	done := w.anonymous().visit("GET", monitor, "").want(http.StatusOK)
	if done.text("status") != "completed" || done.text("percentageComplete") != "100" {
		t.Errorf("done %s", done.body)
	}
	if a := megan.get("/v1.0/me/drive/items/" + done.text("resourceId")).want(http.StatusOK); a.text("name") != "b.txt" {
		t.Errorf("copy %s", a.body)
	}
	monitor = megan.call("POST", file+"/copy", `{"name":"b.txt"}`).want(http.StatusAccepted).header.Get("Location")
	if a := w.anonymous().visit("GET", monitor, "").want(http.StatusOK); a.text("status") != "failed" || a.text("error.code") != "nameAlreadyExists" {
		t.Errorf("failed %s", a.body)
	}
	monitor = megan.call("POST", file+"/copy?@microsoft.graph.conflictBehavior=rename", `{"name":"b.txt"}`).want(http.StatusAccepted).header.Get("Location")
	if a := megan.get("/v1.0/me/drive/items/" + w.anonymous().visit("GET", monitor, "").text("resourceId")); a.text("name") != "b 1.txt" {
		t.Errorf("renamed %s", a.body)
	}
	w.advance(8 * 24 * time.Hour)
	w.anonymous().visit("GET", monitor, "").want(http.StatusNotFound)
}

func TestVersionsOfAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	file := "/v1.0/me/drive/items/" + megan.upload("a.txt", "one").text("id")
	megan.upload("a.txt", "two, longer").want(http.StatusOK)
	if got := megan.get(file + "/versions").want(http.StatusOK).column("id"); !slices.Equal(got, []string{"2.0", "1.0"}) {
		t.Errorf("versions %v", got)
	}
	old := megan.get(file + "/versions/1.0/content").want(http.StatusFound).header.Get("Location")
	if a := w.anonymous().visit("GET", old, "").want(http.StatusOK); a.body != "one" {
		t.Errorf("old content %q", a.body)
	}
	megan.call("POST", file+"/versions/1.0/restoreVersion", "").want(http.StatusNoContent)
	if got := megan.get(file + "/versions").column("id"); !slices.Equal(got, []string{"3.0", "2.0", "1.0"}) {
		t.Errorf("versions %v", got)
	}
}

// TestDeltaTellsPathsWhereTheTenantDoes holds a delta to the documents, and to what the service does where a tenant is like it.
func TestDeltaTellsPathsWhereTheTenantDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	megan.upload("./d/./f.txt", "x")
	for _, tells := range []bool{false, true} {
		w.update(func(tx *state.Tx) error {
			tenant, _ := tx.Tenant(w.megan.TenantID)
			tenant.KnownIssues.DeltaPaths = tells
			tx.PutTenant(tenant)
			return nil
		})
		for _, row := range megan.get("/v1.0/me/drive/root/delta").want(http.StatusOK).rows() {
			parent, _ := row["parentReference"].(map[string]any)
			path, told := parent["path"].(string)
			if told != (tells && row["root"] == nil) || told && !strings.Contains(path, "/root:") {
				t.Errorf("switched %v: %v has %v", tells, row["name"], parent)
			}
		}
	}
}

func TestDeltaOverTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	for n := range 5 {
		megan.upload(fmt.Sprintf("d/f%d.txt", n), "x")
	}
	var seen []string
	link := "https://graph.microsoft.com/v1.0/me/drive/root/delta?$top=3"
	for pages := 0; !strings.Contains(link, "done"); pages++ {
		a := megan.visit("GET", link, "").want(http.StatusOK)
		seen = append(seen, a.column("name")...)
		if next := a.text("@odata.nextLink"); next != "" {
			link = next
			continue
		}
		link = a.text("@odata.deltaLink") + "&done"
		if pages == 0 {
			t.Error("$top is ignored")
		}
	}
	for _, want := range []string{"root", "d", "f0.txt", "f4.txt"} {
		if !slices.Contains(seen, want) {
			t.Errorf("%s is missing in %v", want, seen)
		}
	}
	link = strings.TrimSuffix(link, "&done")
	token := link[strings.Index(link, "token=")+len("token="):]
	megan.call("DELETE", "/v1.0/me/drive/root:/d/f2.txt", "").want(http.StatusNoContent)
	for _, form := range []string{"delta?token=" + token, "delta(token='" + token + "')", "microsoft.graph.delta(token='" + token + "')"} {
		a := megan.get("/v1.0/me/drive/root/" + form).want(http.StatusOK)
		last := a.rows()[len(a.rows())-1]
		if last["deleted"] == nil || last["name"] != nil {
			t.Errorf("%s: %v", form, last)
		}
		if !strings.Contains(a.text("@odata.deltaLink"), "delta?token=") {
			t.Errorf("%s: link %s", form, a.text("@odata.deltaLink"))
		}
	}
	w.advance(100 * 24 * time.Hour)
	gone := w.as(w.megan).visit("GET", link, "").want(http.StatusGone)
	if gone.code() != "resyncChangesApplyDifferences" || gone.header.Get("Location") != "https://graph.microsoft.com/v1.0/me/drive/root/delta?$top=3" {
		t.Errorf("%s, location %s", gone.body, gone.header.Get("Location"))
	}
}

func TestATokenOfAStateThatIsGoneAsksForAnUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	megan.upload("a.txt", "x")
	before := w.Snapshot()
	megan.upload("b.txt", "x")
	link := megan.get("/v1.0/me/drive/root/delta?token=latest").want(http.StatusOK).text("@odata.deltaLink")
	w.Restore(before)
	if a := megan.visit("GET", link, "").want(http.StatusGone); a.code() != "resyncChangesUploadDifferences" || a.header.Get("Location") == "" {
		t.Errorf("%s", a.body)
	}
}

// grant gives somebody a role on an item of megan's drive.
func (w *world) grant(u state.User, path string, role state.Role) {
	w.tb.Helper()
	w.update(func(tx *state.Tx) error {
		s, _ := tx.SiteByOwner(w.contoso.ID, w.megan.ID)
		l, _ := drive.DefaultLibrary(tx, s)
		i, err := drive.ByPath(tx, l, drive.Root(tx, l), path)
		if err != nil {
			return err
		}
		_, err = sharing.Manager{}.Share(tx, directory.Principal{Tenant: w.contoso.ID, User: w.megan}, sharing.ShareRequest{
			At: drive.Place{Site: s, List: l, Item: i}, Recipients: []sharing.Recipient{{ObjectID: u.ID}}, Role: role, RequireSignIn: true,
		})
		return err
	})
}

func TestAGuestOfAFolderSeesThatFolderAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	megan.upload("open/in.txt", "x")
	hidden := megan.upload("closed/out.txt", "x").text("id")
	folder := megan.get("/v1.0/me/drive/root:/open").text("id")
	driveID := megan.get("/v1.0/me/drive").text("id")
	drives := "/v1.0/drives/" + driveID
	guest := w.addGuest(w.kim)
	kim := w.as(guest)
	kim.get(drives + "/root").want(http.StatusForbidden)
	kim.get(drives + "/items/" + folder).want(http.StatusForbidden)

	w.grant(guest, "open", state.RoleRead)
	kim.get(drives).want(http.StatusOK)
	kim.get(drives + "/items/" + folder + "/children").want(http.StatusOK)
	if got := kim.get(drives + "/items/" + folder + "/delta").want(http.StatusOK).column("name"); !slices.Equal(got, []string{"open", "in.txt"}) {
		t.Errorf("delta of the folder: %v", got)
	}
	for _, path := range []string{"/root", "/root/children", "/root/delta", "/items/" + hidden, "/items/" + hidden + "/content"} {
		if a := kim.get(drives + path).want(http.StatusForbidden); a.code() != "accessDenied" {
			t.Errorf("%s: %s", path, a.code())
		}
	}
	if got := kim.get(drives + "/root/search(q='txt')").want(http.StatusOK).column("name"); !slices.Equal(got, []string{"in.txt"}) {
		t.Errorf("search: %v", got)
	}
	kim.call("PUT", drives+"/items/"+folder+":/new.txt:/content", "x").want(http.StatusForbidden)
	kim.call("POST", drives+"/items/"+folder+":/new.txt:/createUploadSession", "").want(http.StatusForbidden)
	w.as(w.lee).get(drives + "/root").want(http.StatusForbidden)
}

func TestListsAndTheirItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	lists := "/v1.0/sites/root/lists"
	made := admin.call("POST", lists, `{"displayName":"Palette","columns":[{"name":"Color","text":{}},{"name":"Shades","number":{}}],"list":{"template":"genericList"}}`).want(http.StatusCreated)
	list := lists + "/" + made.text("id")
	for n, color := range []string{"Red", "Green", "Blue"} {
		admin.call("POST", list+"/items", fmt.Sprintf(`{"fields":{"Title":"Paint","Color":%q,"Shades":%d}}`, color, n)).want(http.StatusCreated)
	}
	a := admin.get(lists + "/Palette/items?expand=fields(select=Color)&$filter=fields/Shades%20gt%200").want(http.StatusOK)
	if rows := a.rows(); len(rows) != 2 || fmt.Sprint(rows[0]["fields"].(map[string]any)["Color"]) != "Green" {
		t.Errorf("filtered %s", a.body)
	}
	if a := admin.call("PATCH", list+"/items/1/fields", `{"Color":"Rouge"}`).want(http.StatusOK); a.text("Color") != "Rouge" {
		t.Errorf("patched %s", a.body)
	}
	admin.header("If-Match", `"wrong,1"`).call("PATCH", list+"/items/1/fields", `{"Color":"Noir"}`).want(http.StatusPreconditionFailed)
	admin.call("PATCH", list+"/items/1/fields", `{"Taste":"Sweet"}`).want(http.StatusBadRequest)
	admin.call("DELETE", list+"/items/2", "").want(http.StatusNoContent)
	admin.get(list + "/items/2").want(http.StatusNotFound)
	admin.get(list + "/items/1/driveItem").want(http.StatusNotFound)
	if a := admin.get(list + "?expand=columns,items(expand=fields)").want(http.StatusOK); !strings.Contains(a.body, `"name":"Shades"`) || !strings.Contains(a.body, `"Color":"Blue"`) {
		t.Errorf("expanded %s", a.body)
	}
	w.as(w.lee).call("POST", list+"/items", `{"fields":{"Title":"x"}}`).want(http.StatusForbidden)
}

func TestAListItemIsADriveItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	file := admin.call("PUT", "/v1.0/sites/root/drive/root:/Plan.txt:/content", "x").want(http.StatusCreated)
	one := admin.get("/v1.0/sites/root/lists/Documents/items/1?expand=fields,driveItem").want(http.StatusOK)
	if one.text("driveItem.id") != file.text("id") || one.text("fields.FileLeafRef") != "Plan.txt" {
		t.Errorf("list item %s", one.body)
	}
	if a := admin.get("/v1.0/sites/root/drive/items/" + file.text("id") + "/listItem").want(http.StatusOK); a.text("id") != "1" {
		t.Errorf("back %s", a.body)
	}
}

func TestThumbnailsArePictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	dot, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		t.Fatal(err)
	}
	picture := "/v1.0/me/drive/items/" + megan.upload("dot.png", string(dot)).text("id")
	set := megan.get(picture + "/thumbnails?$select=small,c40x30_crop").want(http.StatusOK).rows()
	if len(set) != 1 || set[0]["small"] == nil || set[0]["c40x30_crop"] == nil || set[0]["large"] != nil {
		t.Fatalf("sets %v", set)
	}
	address, _ := set[0]["small"].(map[string]any)["url"].(string)
	if a := w.anonymous().visit("GET", address, "").want(http.StatusOK); a.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(a.body, "\xff\xd8") {
		t.Errorf("%s %q", a.header.Get("Content-Type"), a.body[:2])
	}
	megan.get(picture + "/thumbnails/0/medium/content").want(http.StatusFound)
	text := "/v1.0/me/drive/items/" + megan.upload("a.txt", "x").text("id")
	if rows := megan.get(text + "/thumbnails").want(http.StatusOK).rows(); len(rows) != 0 {
		t.Errorf("a text has %v", rows)
	}
	megan.get(text + "/thumbnails/0/small").want(http.StatusNotFound)
}

func TestSearchOverEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	megan.upload("Budget 2018.xlsx", "x")
	megan.upload("notes/Budget notes.txt", "x")
	megan.upload("other.txt", "the budget stands in the text")
	for query, want := range map[string]int{
		"budget": 3, "budget NOT notes": 2, "filename:budget": 2, "filetype:xlsx budget": 1, `"budget notes"`: 1, "nothing": 0,
		"path:https://contoso-my.sharepoint.com/personal/megan_contoso_com/Documents/notes isDocument:true": 1,
	} {
		body, err := json.Marshal(map[string]any{"requests": []any{map[string]any{
			"entityTypes": []string{"driveItem"}, "query": map[string]any{"queryString": query}, "size": 2,
		}}})
		if err != nil {
			t.Fatal(err)
		}
		a := megan.call("POST", "/v1.0/search/query", string(body)).want(http.StatusOK)
		container := a.rows()[0]["hitsContainers"].([]any)[0].(map[string]any)
		if container["total"] != float64(want) || container["moreResultsAvailable"] != (want > 2) || len(container["hits"].([]any)) != min(want, 2) {
			t.Errorf("%s: %s", query, a.body)
		}
	}
	if a := w.as(w.lee).call("POST", "/v1.0/search/query", `{"requests":[{"entityTypes":["driveItem"],"query":{"queryString":"budget"}}]}`); a.rows()[0]["hitsContainers"].([]any)[0].(map[string]any)["total"] != 0.0 {
		t.Errorf("a stranger finds %s", a.body)
	}
	megan.call("POST", "/v1.0/search/query", `{"requests":[{"entityTypes":["planet"],"query":{"queryString":"x"}}]}`).want(http.StatusBadRequest)
}

func TestFilesOnASharePointHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	id := megan.upload("a.txt", "x").text("id")
	driveID := megan.get("/v1.0/me/drive").text("id")
	direct := w.with(tokens.MintRequest{TenantID: w.contoso.ID, As: w.megan.ID, Resource: "https://contoso-my.sharepoint.com", Scopes: []string{"MyFiles.Write", "AllSites.Write"}})
	for _, version := range []string{"v2.0", "v2.1"} {
		base := "https://contoso-my.sharepoint.com/_api/" + version
		if a := direct.visit("GET", base+"/drive", "").want(http.StatusOK); a.text("id") != driveID {
			t.Errorf("%s: %s", version, a.body)
		}
		a := direct.visit("GET", base+"/drives/"+driveID+"/items/"+id, "").want(http.StatusOK)
		if a.text("@content.downloadUrl") == "" || a.text("name") != "a.txt" {
			t.Errorf("%s: %s", version, a.body)
		}
		direct.visit("GET", "https://contoso-my.sharepoint.com/personal/megan_contoso_com/_api/"+version+"/drive/root/children", "").want(http.StatusOK)
	}
	if a := megan.visit("GET", "https://contoso-my.sharepoint.com/_api/v2.0/drive", "").want(http.StatusUnauthorized); a.code() != "unauthenticated" {
		t.Errorf("a token for Graph: %s", a.body)
	}
	megan.get("/v1.0/downloads/x").want(http.StatusBadRequest)
}
