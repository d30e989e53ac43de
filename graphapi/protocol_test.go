package graphapi

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.as(w.megan).header("client-request-id", "7964ef27-13a3-6ca4-ed7b-73c271110867").get("/v1.0/me").want(200)
	for name, want := range map[string]string{
		"client-request-id": "7964ef27-13a3-6ca4-ed7b-73c271110867", "OData-Version": "4.0", "Content-Type": jsonType,
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !guid.MatchString(a.header.Get("request-id")) {
		t.Errorf("request-id %q", a.header.Get("request-id"))
	}
	a = w.get("/v1.0/me").want(401)
	if got := a.header.Get("WWW-Authenticate"); !strings.HasPrefix(got, `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"`) {
		t.Errorf("challenge %q", got)
	}
	inner := a.json["error"].(map[string]any)["innerError"].(map[string]any)
	if inner["date"] != "2026-03-02T10:00:00" || inner["request-id"] != a.header.Get("request-id") || inner["client-request-id"] != inner["request-id"] {
		t.Errorf("innerError %v", inner)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	for call, want := range map[string]string{
		"GET /v1.0/nothing":                   "400 BadRequest",
		"GET /v1.0/users/x/y":                 "400 BadRequest",
		"GET /v2.0/me":                        "400 BadRequest",
		"GET /v1.0/me/messages":               "501 NotEmulated",
		"PUT /v1.0/me":                        "405 Request_BadRequest",
		"GET /v1.0/users/nobody":              "404 Request_ResourceNotFound",
		"GET /v1.0/invitations":               "404 UnknownError",
		"GET /v1.0/invitations/x":             "404 UnknownError",
		"GET /v1.0/groups/x":                  "404 Request_ResourceNotFound",
		"GET /v1.0/directory/deletedItems":    "400 Request_UnsupportedQuery",
		"GET /v1.0/users/delta?$top=3":        "400 Request_UnsupportedQuery",
		"GET /v1.0/users/delta?$deltatoken=x": "400 Request_BadRequest",
		"GET /v1.0/subscriptions/x":           "404 Request_ResourceNotFound",
	} {
		method, path, _ := strings.Cut(call, " ")
		a := admin.call(method, path, "")
		if got := fmt.Sprintf("%d %s", a.status, a.code()); got != want {
			t.Errorf("%s: %s, want %s\n%s", call, got, want, a.body)
		}
	}
	if a := admin.get("/v1.0/me/messages"); !strings.Contains(a.body, "messages") {
		t.Errorf("the segment is not named: %s", a.body)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	if _, err := g.Write([]byte(`{"jobTitle":"Zipped"}`)); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	admin.header("Content-Encoding", "gzip").call("PATCH", "/v1.0/users/"+w.megan.ID, z.String()).want(204)
	if a := admin.get("/v1.0/users/" + w.megan.ID + "/jobTitle").want(200); a.json["value"] != "Zipped" {
		t.Errorf("jobTitle: %s", a.body)
	}
	admin.header("Content-Encoding", "gzip").call("PATCH", "/v1.0/users/"+w.megan.ID, `{"jobTitle":"x"}`).want(400)
	admin.header("Content-Encoding", "br").call("PATCH", "/v1.0/users/"+w.megan.ID, `{"jobTitle":"x"}`).want(400)
	admin.call("PATCH", "/v1.0/users/"+w.megan.ID, `{"jobTitle":"`+strings.Repeat("x", 1<<20)+`"}`).want(413)
	if a := admin.get("/v1.0/users/" + w.megan.ID + "/department"); a.status != 204 {
		t.Errorf("a property that is null: %d %s", a.status, a.body)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	a := admin.call("POST", "/v1.0/$batch", `{"requests":[
		{"id":"3","method":"GET","url":"/users/megan@contoso.com?$select=jobTitle","dependsOn":["2"]},
		{"id":"1","method":"GET","url":"me"},
		{"id":"2","method":"PATCH","url":"/users/megan@contoso.com","headers":{"Content-Type":"application/json"},"body":{"jobTitle":"Lead"}},
		{"id":"4","method":"GET","url":"/users/nobody"},
		{"id":"5","method":"GET","url":"/me","dependsOn":["4"]},
		{"id":"6","method":"GET","url":"/users/$count","headers":{"ConsistencyLevel":"eventual"}},
		{"id":"7","method":"PATCH","url":"/me","body":{"jobTitle":"x"}},
		{"id":"8","method":"POST","url":"/$batch"}
	]}`).want(200)
	status := map[string]float64{}
	bodies := map[string]any{}
	for _, v := range a.json["responses"].([]any) {
		part := v.(map[string]any)
		status[part["id"].(string)], bodies[part["id"].(string)] = part["status"].(float64), part["body"]
	}
	for id, want := range map[string]float64{"1": 200, "2": 204, "3": 200, "4": 404, "5": 424, "6": 200, "7": 400, "8": 400} {
		if status[id] != want {
			t.Errorf("part %s: %v, want %v", id, status[id], want)
		}
	}
	if got := bodies["3"].(map[string]any)["jobTitle"]; got != "Lead" {
		t.Errorf("what depends on a change sees %v", got)
	}
	if bodies["6"] != "3" || bodies["2"] != nil {
		t.Errorf("bodies %v and %v", bodies["6"], bodies["2"])
	}
	many := strings.Repeat(`{"id":"x","method":"GET","url":"/me"},`, 21)
	for _, body := range []string{
		`{}`, `{"requests":[]}`, `[]`, `{"requests":[` + strings.TrimSuffix(many, ",") + `]}`,
		`{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"1","method":"GET","url":"/me"}]}`,
		`{"requests":[{"id":"1","method":"GET","url":"/me","dependsOn":["2"]}]}`,
		`{"requests":[{"id":"1","method":"GET","url":"/me","dependsOn":["2"]},{"id":"2","method":"GET","url":"/me","dependsOn":["1"]}]}`,
	} {
		if a := admin.call("POST", "/v1.0/$batch", body).want(400); a.code() != "BadRequest" {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	w.call("POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/me"}]}`).want(401)
}

// follow reads a delta to its end and returns its rows with the next round's address.
func (w *world) follow(path string) (rows []map[string]any, next string) {
	w.tb.Helper()
	for range 20 {
		a := w.get(path).want(200)
		rows = append(rows, a.rows()...)
		if link, ok := a.json["@odata.deltaLink"].(string); ok {
			return rows, strings.TrimPrefix(link, "https://graph.microsoft.com")
		}
		link, ok := a.json["@odata.nextLink"].(string)
		if !ok {
			w.tb.Fatalf("neither nextLink nor deltaLink: %s", a.body)
		}
		path = strings.TrimPrefix(link, "https://graph.microsoft.com")
	}
	w.tb.Fatal("the delta has no end")
	return nil, ""
}

func TestUsersDelta(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	rows, next := admin.header("Prefer", "odata.maxpagesize=2").follow("/v1.0/users/delta?$select=displayName,jobTitle")
	if len(rows) != 3 {
		t.Fatalf("%d users at first: %v", len(rows), rows)
	}
	if _, there := rows[0]["jobTitle"]; there {
		t.Error("a property that was never set is there")
	}
	rows, next = admin.follow(next)
	if len(rows) != 0 {
		t.Errorf("nothing changed, but %v", rows)
	}
	_, latest := admin.follow("/v1.0/users/delta?$deltatoken=latest&$select=displayName")
	admin.call("PATCH", "/v1.0/users/"+w.megan.ID, `{"jobTitle":"Lead"}`).want(204)
	admin.call("DELETE", "/v1.0/users/"+w.lee.ID, "").want(204)
	rows, next = admin.follow(next)
	if len(rows) != 2 || rows[0]["jobTitle"] != "Lead" || fmt.Sprint(rows[1]["@removed"]) != "map[reason:changed]" {
		t.Errorf("changed and deleted: %v", rows)
	}
	if rows, _ := admin.follow(latest); len(rows) != 2 || rows[0]["jobTitle"] != nil {
		t.Errorf("since latest: %v", rows)
	}
	admin.call("PATCH", "/v1.0/users/"+w.megan.ID, `{"jobTitle":null}`).want(204)
	admin.call("POST", "/v1.0/directory/deletedItems/"+w.lee.ID+"/restore", "").want(200)
	minimal, _ := admin.header("Prefer", "return=minimal").follow(next)
	if len(minimal) != 2 || minimal[0]["displayName"] != nil {
		t.Errorf("minimal: %v", minimal)
	}
	rows, next = admin.follow(next)
	if title, there := rows[0]["jobTitle"]; len(rows) != 2 || !there || title != nil || rows[1]["@removed"] != nil {
		t.Errorf("emptied and restored: %v", rows)
	}
	admin.call("DELETE", "/v1.0/users/"+w.lee.ID, "").want(204)
	_, next = admin.follow(next)
	admin.call("DELETE", "/v1.0/directory/deletedItems/"+w.lee.ID, "").want(204)
	rows, next = admin.follow(next)
	if len(rows) != 1 || fmt.Sprint(rows[0]["@removed"]) != "map[reason:deleted]" {
		t.Errorf("purged: %v", rows)
	}
	const days = 5 * 24 * time.Hour
	for range 2 { // who comes back in time, comes back with a younger token
		w.advance(days)
		if rows, next = w.as(w.admin).follow(next); len(rows) != 0 {
			t.Errorf("nothing changed, but %v", rows)
		}
	}
	w.advance(8 * 24 * time.Hour)
	if a := w.as(w.admin).get(next).want(410); a.code() != "syncStateNotFound" {
		t.Errorf("an old token: %s", a.body)
	}
}

func TestUsersDeltaTellsThePurgeAfterThirtyDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as(w.admin).call("DELETE", "/v1.0/users/"+w.lee.ID, "").want(204)
	w.advance(29 * 24 * time.Hour)
	_, next := w.as(w.admin).follow("/v1.0/users/delta?$deltatoken=latest")
	w.advance(2 * 24 * time.Hour)
	rows, _ := w.as(w.admin).follow(next)
	if len(rows) != 1 || rows[0]["id"] != w.lee.ID || fmt.Sprint(rows[0]["@removed"]) != "map[reason:deleted]" {
		t.Errorf("got %v", rows)
	}
	if a := w.as(w.admin).get("/v1.0/directory/deletedItems/microsoft.graph.user").want(200); len(a.rows()) != 0 {
		t.Errorf("the recycle bin holds %s", a.body)
	}
}

func TestGroupsDelta(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales := w.addGroup(security("Sales"), w.megan.ID)
	admin := w.as(w.admin)
	rows, next := admin.follow("/v1.0/groups/delta?$select=displayName,members")
	want := fmt.Sprintf("[map[@odata.type:#microsoft.graph.user id:%s]]", w.megan.ID)
	if len(rows) != 1 || rows[0]["displayName"] != "Sales" || fmt.Sprint(rows[0]["members@delta"]) != want {
		t.Errorf("at first: %v", rows)
	}
	admin.call("DELETE", "/v1.0/groups/"+sales.ID+"/members/"+w.megan.ID+"/$ref", "").want(204)
	rows, next = admin.follow(next)
	want = fmt.Sprintf("[map[@odata.type:#microsoft.graph.user @removed:map[reason:deleted] id:%s]]", w.megan.ID)
	if len(rows) != 1 || fmt.Sprint(rows[0]["members@delta"]) != want {
		t.Errorf("after the removal: %v", rows)
	}
	admin.call("POST", "/v1.0/groups/"+sales.ID+"/members/$ref", ref(w.lee.ID)).want(204)
	admin.call("DELETE", "/v1.0/users/"+w.lee.ID, "").want(204)
	_, next = admin.follow(next)
	admin.call("DELETE", "/v1.0/directory/deletedItems/"+w.lee.ID, "").want(204)
	if rows, _ = admin.follow(next); len(rows) != 1 || !strings.Contains(fmt.Sprint(rows[0]["members@delta"]), "@removed") {
		t.Errorf("after a member was purged: %v", rows)
	}
}

// listeners takes handshakes, and keeps what it was asked.
type listeners struct{ asked *[]string }

func (l listeners) Validate(url, _ string) error {
	*l.asked = append(*l.asked, url)
	return nil
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var asked []string
	face, err := New(Options{Tokens: w.tokens, Webhooks: listeners{&asked}})
	if err != nil {
		t.Fatal(err)
	}
	w.face = face
	admin := w.as(w.admin)
	body := func(resource, change, expires string) string {
		return fmt.Sprintf(`{"changeType":%q,"notificationUrl":"https://localhost/hook","lifecycleNotificationUrl":"https://localhost/life",
			"resource":%q,"expirationDateTime":%q,"clientState":"s"}`, change, resource, expires)
	}
	a := admin.call("POST", "/v1.0/subscriptions", body("users", "updated,deleted", "2026-03-03T10:00:00Z")).want(201)
	if want := []string{"https://localhost/hook", "https://localhost/life"}; !slices.Equal(asked, want) {
		t.Errorf("handshakes %v, want %v", asked, want)
	}
	address := "/v1.0/subscriptions/" + a.json["id"].(string)
	admin.call("POST", "/v1.0/subscriptions", body("/groups/"+w.addGroup(security("Sales")).ID, "updated", "2026-03-03T10:00:00Z")).want(201)
	if a := admin.get("/v1.0/subscriptions").want(200); len(a.rows()) != 2 {
		t.Errorf("subscriptions: %s", a.body)
	}
	w.as(w.megan).get(address).want(404)
	if a := admin.call("PATCH", address, `{"expirationDateTime":"2026-03-04T10:00:00Z"}`).want(200); a.json["expirationDateTime"] != "2026-03-04T10:00:00Z" {
		t.Errorf("renewed: %s", a.body)
	}
	admin.call("PATCH", address, `{"expirationDateTime":"2027-03-04T10:00:00Z"}`).want(400)
	admin.call("POST", address+"/reauthorize", "").want(204)
	admin.call("DELETE", address, "").want(204)
	admin.get(address).want(404)
	for _, bad := range []string{
		`{}`, body("users", "moved", "2026-03-03T10:00:00Z"), body("users", "updated", "2026-03-01T10:00:00Z"),
		body("users", "updated", "2026-05-03T10:00:00Z"), body("nothing", "updated", "2026-03-03T10:00:00Z"),
		strings.Replace(body("users", "updated", "2026-03-03T10:00:00Z"), "{", `{"includeResourceData": true, "encryptionCertificateId": "c", `, 1),
	} {
		if a := admin.call("POST", "/v1.0/subscriptions", bad).want(400); a.code() != "InvalidRequest" {
			t.Errorf("%s\n%s", bad, a.body)
		}
	}
	w.as(w.megan, "User.Read").call("POST", "/v1.0/subscriptions", body("users", "updated", "2026-03-03T10:00:00Z")).want(403)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	const roles = "/v1.0/directoryRoles"
	guestInviter := `{"roleTemplateId":"` + directory.GuestInviter + `"}`
	w.as(w.megan).call("POST", roles, guestInviter).want(403)
	admin.call("POST", roles, guestInviter).want(201)
	admin.call("POST", roles, guestInviter).want(400)
	admin.call("POST", roles, `{"roleTemplateId":"Guest Inviter"}`).want(404)
	members := roles + "/roleTemplateId=" + directory.GuestInviter + "/members"
	admin.call("POST", members+"/$ref", ref(w.megan.ID)).want(204)
	admin.call("POST", members+"/$ref", ref(w.megan.ID)).want(400)
	if got := admin.get(members).want(200).column("displayName"); !slices.Equal(got, []string{"Megan"}) {
		t.Errorf("members %v", got)
	}
	const assignments = "/v1.0/roleManagement/directory/roleAssignments"
	a := admin.get(assignments + "?$filter=principalId%20eq%20'" + w.megan.ID + "'&$expand=principal,roleDefinition").want(200)
	if len(a.rows()) != 1 || a.rows()[0]["principal"].(map[string]any)["userType"] != "Member" {
		t.Fatalf("assignments: %s", a.body)
	}
	id := a.rows()[0]["id"].(string)
	if !strings.HasSuffix(id, "-1") {
		t.Errorf("id %q", id)
	}
	create := fmt.Sprintf(`{"roleDefinitionId":%q,"principalId":%q,"directoryScopeId":"/"}`, directory.GuestInviter, w.megan.ID)
	admin.call("POST", assignments, create).want(400)
	admin.call("DELETE", assignments+"/"+id, "").want(204)
	if a := admin.get(members).want(200); len(a.rows()) != 0 {
		t.Errorf("still a member: %s", a.body)
	}
	admin.call("POST", assignments, strings.Replace(create, `,"directoryScopeId":"/"`, "", 1)).want(400)
	admin.call("POST", assignments, create).want(201)
	admin.call("DELETE", members+"/"+w.megan.ID+"/$ref", "").want(204)
	admin.get("/v1.0/roleManagement/directory/roleDefinitions/" + directory.GuestInviter).want(200)
	if a := admin.get("/v1.0/roleManagement/directory/roleDefinitions?$filter=displayName%20eq%20'Guest%20Inviter'").want(200); len(a.rows()) != 1 {
		t.Errorf("definitions: %s", a.body)
	}
	admin.call("DELETE", roles+"/roleTemplateId="+directory.GlobalAdministrator+"/members/"+w.admin.ID+"/$ref", "").want(400)
}

func TestPhoto(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	if a := megan.get("/v1.0/me/photo").want(404); a.code() != "ImageNotFound" {
		t.Errorf("no photo: %s", a.body)
	}
	const gif = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
	megan.call("PUT", "/v1.0/me/photo/$value", "no image").want(400)
	megan.call("PUT", "/v1.0/me/photo/$value", gif).want(200)
	if a := megan.get("/v1.0/me/photo").want(200); a.json["height"] != 1.0 || a.json["@odata.mediaContentType"] != "image/gif" {
		t.Errorf("photo: %s", a.body)
	}
	a := megan.get("/v1.0/users/" + w.megan.ID + "/photo/$value").want(200)
	if a.body != gif {
		t.Errorf("content %q", a.body)
	}
	megan.header("If-None-Match", a.header.Get("ETag")).get("/v1.0/me/photo/$value").want(304)
	megan.call("PUT", "/v1.0/users/"+w.lee.ID+"/photo/$value", gif).want(403)
}

func TestLenient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	limited := w.as(w.megan, "User.Read")
	limited.get("/v1.0/users").want(403)
	w.update(func(tx *state.Tx) error {
		row := tx.World()
		row.Lenient = true
		tx.PutWorld(row)
		return nil
	})
	limited.get("/v1.0/users").want(200)
	limited.call("DELETE", "/v1.0/users/"+w.lee.ID, "").want(403)
}
