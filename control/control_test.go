package control_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
)

// driver is a test that drives an emulator through the control plane.
type driver struct {
	t     *testing.T
	base  string
	world string
}

func start(t *testing.T) driver {
	t.Helper()
	return driver{t, emulator.Start(t).Addresses().HTTP + "/_tennantite/v1", ""}
}

// fork is the same emulator in a world of its own.
func (d driver) fork(t *testing.T) driver {
	t.Helper()
	d.t = t
	var w struct{ Name string }
	d.json(http.MethodPost, "/worlds", `{}`, http.StatusCreated, &w)
	d.world = w.Name
	return d
}

func (d driver) call(method, path, body string) (status int, answer []byte, header http.Header) {
	d.t.Helper()
	req, err := http.NewRequest(method, d.base+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if d.world != "" {
		req.Header.Set("X-Tennantite-World", d.world)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Body.Close()
	answer, err = io.ReadAll(r.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return r.StatusCode, answer, r.Header
}

func (d driver) json(method, path, body string, want int, into any) {
	d.t.Helper()
	status, answer, _ := d.call(method, path, body)
	if status != want {
		d.t.Fatalf("%s %s: %d, want %d: %s", method, path, status, want, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			d.t.Fatalf("%s %s: %v: %s", method, path, err, answer)
		}
	}
}

const contoso = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"

func TestClock(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	var c struct {
		Mode string
		Now  time.Time
	}
	d.json(http.MethodPut, "/clock", `{"mode": "frozen", "now": "2030-01-02T03:04:05Z"}`, 200, &c)
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	if c.Mode != "frozen" || !c.Now.Equal(at) {
		t.Errorf("frozen: %+v", c)
	}
	d.json(http.MethodPost, "/clock/advance", `{"by": "P1DT1H"}`, 200, &c)
	if !c.Now.Equal(at.Add(25 * time.Hour)) {
		t.Errorf("advanced: %+v", c)
	}
	d.json(http.MethodPut, "/clock", `{"mode": "real", "now": "2031-01-01T00:00:00Z"}`, 200, &c)
	if c.Mode != "real" || c.Now.Year() != 2031 {
		t.Errorf("released at a time: %+v", c)
	}
	d.json(http.MethodPut, "/clock", `{"mode": "real"}`, 200, &c)
	if diff := time.Since(c.Now); diff > time.Minute || diff < -time.Minute {
		t.Errorf("released: %+v", c)
	}
}

func TestWorlds(t *testing.T) {
	t.Parallel()
	d := start(t)
	a, b := d.fork(t), d.fork(t)
	a.json(http.MethodPatch, "/tenants/contoso.com", `{"profile": "b2b"}`, 200, nil)
	profile := func(d driver) string {
		var x struct{ Profile string }
		d.json(http.MethodGet, "/tenants/"+contoso, "", 200, &x)
		return x.Profile
	}
	if profile(a) != "b2b" || profile(b) != "classic" || profile(d) != "classic" {
		t.Errorf("profiles: %s, %s, %s", profile(a), profile(b), profile(d))
	}
	a.json(http.MethodPost, "/snapshots", `{"name": "before"}`, 201, nil)
	a.json(http.MethodPatch, "/tenants/contoso.com", `{"profile": "otp"}`, 200, nil)
	a.json(http.MethodPost, "/snapshots/before/restore", "", 204, nil)
	if got := profile(a); got != "b2b" {
		t.Errorf("restored: %s", got)
	}
	a.json(http.MethodPost, "/reset", "", 204, nil)
	if got := profile(a); got != "classic" {
		t.Errorf("reset: %s", got)
	}
	a.json(http.MethodDelete, "/snapshots/before", "", 204, nil)
	d.json(http.MethodDelete, "/worlds/"+a.world, "", 204, nil)
	if status, _, _ := a.call(http.MethodGet, "/tenants", ""); status/100 != 4 {
		t.Errorf("a world that ended answers %d", status)
	}
	if status, _, _ := d.call(http.MethodDelete, "/worlds/main", ""); status/100 != 4 {
		t.Errorf("main was ended: %d", status)
	}
}

// TestRefusals holds the problem documents: status, reason, and that nothing was done.
func TestRefusals(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		reason                   string
	}{
		{"no JSON", "PUT", "/clock", `{`, 400, "Malformed"},
		{"two values", "PUT", "/clock", `{"mode": "real"} {}`, 400, "Malformed"},
		{"misspelt member", "PUT", "/clock", `{"mood": "real"}`, 400, "Malformed"},
		{"wrong type", "POST", "/clock/advance", `{"by": 5}`, 400, "Malformed"},
		{"no duration", "POST", "/clock/advance", `{"by": "soon"}`, 400, "InvalidProperty"},
		{"no mode", "PUT", "/clock", `{"mode": "stopped"}`, 400, "InvalidProperty"},
		{"no such call", "GET", "/nothing", ``, 404, "UnknownSegment"},
		{"no such method", "PATCH", "/clock", ``, 405, "MethodNotAllowed"},
		{"no such tenant", "GET", "/tenants/nowhere.test", ``, 404, "TenantNotFound"},
		{"no such message", "GET", "/mail/nothing", ``, 404, "ObjectNotFound"},
		{"no such snapshot", "POST", "/snapshots/none/restore", ``, 404, ""},
		{"no such world", "DELETE", "/worlds/none", ``, 404, ""},
		{"unknown sharing property", "PATCH", "/tenants/" + contoso, `{"sharing": {"Sharing": 1}}`, 400, "UnknownProperty"},
		{"impossible level", "PATCH", "/tenants/" + contoso, `{"sharing": {"SharingCapability": "Open"}}`, 400, "InvalidProperty"},
		{"unknown profile", "PATCH", "/tenants/" + contoso, `{"profile": "new"}`, 400, "InvalidProperty"},
		{"unknown site", "PATCH", "/tenants/" + contoso, `{"sites": {"/sites/none": {"sharingCapability": "Disabled"}}}`, 404, "SiteNotFound"},
		{"foreign address", "POST", "/redemptions", `{"url": "https://example.com/x", "as": "dave@fabrikam.com"}`, 400, "InvalidProperty"},
		{"no such person", "POST", "/redemptions", `{"url": "https://contoso.sharepoint.com/sites/project-x", "as": "nobody@fabrikam.com"}`, 404, "UserNotFound"},
		{"stranger", "POST", "/redemptions", `{"url": "https://contoso.sharepoint.com/sites/project-x", "as": "dave@fabrikam.com"}`, 403, "AccessDenied"},
		{"kind of account", "POST", "/redemptions", `{"url": "https://contoso.sharepoint.com/sites/project-x", "as": "dave@fabrikam.com", "account": "microsoft"}`, 400, "AccountTypeNotAllowed"},
		{"status of a fault", "PUT", "/faults", `{"rules": [{"effect": {"status": 42}}]}`, 400, "InvalidProperty"},
		{"probability", "PUT", "/faults", `{"rules": [{"limit": {"probability": 2}}]}`, 400, "InvalidProperty"},
		{"wait", "GET", "/mail?wait=soon", ``, 400, "InvalidProperty"},
		{"tenant of a token", "POST", "/tokens", `{"tenant": "nowhere.test", "resource": "https://graph.microsoft.com"}`, 404, "TenantNotFound"},
		{"taken prefix", "POST", "/tenants", `{"prefix": "contoso"}`, 409, "ObjectConflict"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, answer, header := d.call(tt.method, tt.path, tt.body)
			var p struct {
				Status int
				Reason string
				Title  string
			}
			if err := json.Unmarshal(answer, &p); err != nil {
				t.Fatalf("%d %s", status, answer)
			}
			if status != tt.status || p.Status != status || p.Title == "" || tt.reason != "" && p.Reason != tt.reason {
				t.Errorf("%d %s, want %d %s", status, answer, tt.status, tt.reason)
			}
			if got := header.Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("content type %s", got)
			}
		})
	}
	var x struct{ Profile string }
	d.json(http.MethodGet, "/tenants/"+contoso, "", 200, &x)
	if x.Profile != "classic" {
		t.Errorf("a refused change changed the profile to %s", x.Profile)
	}
}

// TestMailWait holds that a test can wait for a message and is woken by it.
func TestMailWait(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	arrived := make(chan []byte, 1)
	go func() {
		_, answer, _ := d.call(http.MethodGet, "/mail/latest?to=CAROL@fabrikam.com&wait=20s", "")
		arrived <- answer
	}()
	var app struct {
		AccessToken string `json:"access_token"`
	}
	d.json(http.MethodPost, "/tokens", `{"tenant": "contoso.com", "app": "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10", "resource": "https://graph.microsoft.com"}`, 200, &app)
	req, err := http.NewRequest(http.MethodPost, strings.TrimSuffix(d.base, "/_tennantite/v1")+"/v1.0/invitations", strings.NewReader(
		`{"invitedUserEmailAddress": "carol@fabrikam.com", "inviteRedirectUrl": "https://app.contoso.com/", "sendInvitationMessage": true}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "graph.microsoft.com"
	req.Header.Set("X-Tennantite-World", d.world)
	req.Header.Set("Authorization", "Bearer "+app.AccessToken)
	req.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(req)
	if err != nil || r.StatusCode != http.StatusCreated {
		t.Fatal(r, err)
	}
	r.Body.Close()
	var m struct {
		To, Kind string
		Links    []struct{ Kind, URL string }
	}
	if err := json.Unmarshal(<-arrived, &m); err != nil || m.To != "carol@fabrikam.com" || m.Kind != "b2b-invitation" || len(m.Links) == 0 {
		t.Errorf("%+v, %v", m, err)
	}
	var all struct{ Value []any }
	d.json(http.MethodGet, "/mail?to=nobody@x.test&wait=0.05s", "", 200, &all)
	if len(all.Value) != 0 {
		t.Errorf("somebody else's mail: %v", all)
	}
	d.json(http.MethodDelete, "/mail", "", 204, nil)
	d.json(http.MethodGet, "/mail", "", 200, &all)
	if len(all.Value) != 0 {
		t.Errorf("emptied mailboxes hold %v", all)
	}
}

func TestTenants(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	var made struct {
		ID, InitialDomain, SharePointURL string
		People                           []struct{ UserPrincipalName, Password string }
		Applications                     []struct {
			AppID   string
			Secrets []string
		}
	}
	d.json(http.MethodPost, "/tenants", `{"displayName": "Wingtip", "prefix": "wingtip", "domains": ["wingtip.com"], "people": ["ann"]}`, 201, &made)
	if made.SharePointURL != "https://wingtip.sharepoint.com" || len(made.People) != 2 || len(made.Applications) != 1 || len(made.Applications[0].Secrets) != 1 {
		t.Errorf("made %+v", made)
	}
	var tok struct {
		AccessToken string `json:"access_token"`
		Scopes      []string
	}
	d.json(http.MethodPost, "/tokens", `{"tenant": "wingtip.com", "as": "ann@wingtip.com", "app": "`+made.Applications[0].AppID+`", "resource": "https://graph.microsoft.com"}`, 200, &tok)
	if tok.AccessToken == "" || len(tok.Scopes) == 0 {
		t.Errorf("token %+v", tok)
	}
}

// TestOpenAPI holds that the document lists what is answered, and no more.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Responses   map[string]any
		}
		Components struct{ Schemas map[string]any }
	}
	_, answer, _ := d.call(http.MethodGet, "/openapi.json", "")
	if err := json.Unmarshal(answer, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || len(doc.Paths) < 25 {
		t.Errorf("openapi %s, %d paths", doc.OpenAPI, len(doc.Paths))
	}
	seen := map[string]bool{}
	for path, operations := range doc.Paths {
		for method, o := range operations {
			if seen[o.OperationID] || o.OperationID == "" {
				t.Errorf("%s %s: operationId %q", method, path, o.OperationID)
			}
			seen[o.OperationID] = true
			if len(o.Responses) < 3 && strings.HasPrefix(path, "/_tennantite/") {
				t.Errorf("%s %s: says %v about its answers", method, path, o.Responses)
			}
		}
	}
	for _, part := range bytes.Split(answer, []byte(`"$ref":"#/components/schemas/`))[1:] {
		name, _, _ := bytes.Cut(part, []byte(`"`))
		if doc.Components.Schemas[string(name)] == nil {
			t.Errorf("schema %s is missing", name)
		}
	}
}
