package spoapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

func (h *host) mint(r tokens.MintRequest) string {
	h.tb.Helper()
	var raw string
	h.update(func(tx *state.Tx) error {
		m, err := h.service.Mint(tx, r)
		raw = m.Token
		return err
	})
	return raw
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	graph := h.mint(tokens.MintRequest{TenantID: contosoID, As: "megan@contoso.com", Resource: "https://graph.microsoft.com", Scopes: []string{"User.Read"}})
	secret := h.mint(tokens.MintRequest{TenantID: contosoID, Resource: "https://contoso.sharepoint.com", Roles: []string{sitesFull}, Claims: map[string]any{"appidacr": "1"}})
	for name, tt := range map[string]struct {
		method, url, authorization string
		body                       string // of the answer, a part
	}{
		"nobody":                  {"GET", siteURL + "/_api/web", "", ""},
		"an empty token":          {"GET", siteURL + "/_api/web", "Bearer ", ""},
		"realm discovery":         {"POST", siteURL + "/_vti_bin/client.svc", "Bearer ", ""},
		"realm discovery by GET":  {"GET", "https://contoso.sharepoint.com/_vti_bin/client.svc/", "Bearer", ""},
		"rubbish":                 {"GET", siteURL + "/_api/web", "Bearer rubbish", "error_description"},
		"another audience":        {"GET", siteURL + "/_api/web", "Bearer " + graph, "Invalid audience Uri."},
		"an application's secret": {"GET", siteURL + "/_api/web", "Bearer " + secret, "Unsupported app only token."},
		"another host's token":    {"GET", "https://contoso-admin.sharepoint.com/_api/web", "Bearer " + h.token("megan@contoso.com"), "Invalid audience Uri."},
		"another tenant's host":   {"GET", "https://fabrikam.sharepoint.com/_api/web", "Bearer " + h.token("megan@contoso.com"), "error_description"},
		"an unknown segment":      {"GET", siteURL + "/_api/nonsense", "", ""},
		"a site that is none":     {"GET", "https://contoso.sharepoint.com/sites/none/_api/web", "", ""},
		"a batch":                 {"POST", siteURL + "/_api/$batch", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := ask{as: "-", header: map[string]string{}}
			if tt.authorization != "" {
				a.header["Authorization"] = tt.authorization
			}
			resp := h.do(tt.method, tt.url, a)
			defer resp.Body.Close()
			challenge := resp.Header.Get("WWW-Authenticate")
			realm := contosoID
			if strings.Contains(tt.url, "fabrikam") {
				realm = fabrikamID
			}
			if want := `Bearer realm="` + realm + `",client_id="00000003-0000-0ff1-ce00-000000000000",trusted_issuers="`; resp.StatusCode != 401 || !strings.HasPrefix(challenge, want) {
				t.Errorf("%d %s", resp.StatusCode, challenge)
			}
			if _, body := h.text(tt.method, tt.url, a); !strings.Contains(body, tt.body) {
				t.Errorf("body %s, want %s in it", body, tt.body)
			}
		})
	}
}

func TestPermissionsOfTokens(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	ensure := `{"logonName":"pradeep@contoso.com"}`
	for name, tt := range map[string]struct {
		scopes       []string
		method, path string
		status       int
	}{
		"read with AllSites.Read":        {[]string{allSitesRead}, "GET", "web", 200},
		"write with AllSites.Read":       {[]string{allSitesRead}, "POST", "web/ensureuser", 403},
		"write with AllSites.Write":      {[]string{allSitesWrite}, "POST", "web/ensureuser", 200},
		"manage with AllSites.Write":     {[]string{allSitesWrite}, "POST", "web/lists", 403},
		"control with AllSites.Manage":   {[]string{allSitesManage}, "POST", "web/breakroleinheritance(true)", 403},
		"control with FullControl":       {[]string{allSitesFull}, "POST", "web/breakroleinheritance(true)", 200},
		"everything with something else": {[]string{"User.Read.All"}, "GET", "web", 403},
		"who one is, with anything":      {[]string{"User.Read.All"}, "POST", "contextinfo", 200},
	} {
		t.Run(name, func(t *testing.T) {
			a := ask{as: "-", body: ensure, header: map[string]string{"Authorization": "Bearer " + h.token("megan@contoso.com", tt.scopes...)}}
			if status, body := h.text(tt.method, tt.path, a); status != tt.status {
				t.Errorf("%d %s, want %d", status, body, tt.status)
			}
		})
	}
	app := func(role string) ask {
		return ask{as: "-", header: map[string]string{"Authorization": "Bearer " + h.mint(tokens.MintRequest{
			TenantID: contosoID, Resource: "https://contoso.sharepoint.com", Roles: []string{role}, Claims: map[string]any{"appidacr": "2"},
		})}}
	}
	var me struct {
		ID        int `json:"Id"`
		LoginName string
	}
	h.must("GET", "web/currentuser", app(sitesRead), &me)
	if me.ID != 1073741822 || me.LoginName != "i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint" {
		t.Errorf("an application is %+v", me)
	}
	if status, _ := h.text("POST", "web/lists", app(sitesRead)); status != 403 {
		t.Errorf("a reading application makes a list: %d", status)
	}
}

func TestSites(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for url, want := range map[string]string{
		"https://contoso.sharepoint.com/_api/web?$select=ServerRelativeUrl":                                `{"ServerRelativeUrl":"/"}`,
		siteURL + "/_api/web?$select=ServerRelativeUrl":                                                    `{"ServerRelativeUrl":"/sites/marketing"}`,
		"https://contoso.sharepoint.com/SITES/Marketing/_API/Web?$SELECT=ServerRelativeUrl":                `{"ServerRelativeUrl":"/sites/marketing"}`,
		siteURL + "/Shared%20Documents/_api/web?$select=ServerRelativeUrl":                                 `{"ServerRelativeUrl":"/sites/marketing"}`,
		"https://contoso.sharepoint.com/_api/SP.AppContextSite(@t)/web?@t='" + siteURL + "'&$select=Title": `{"Title":"Marketing"}`,
	} {
		if status, got := h.text("GET", url, ask{}); status != 200 || got != want {
			t.Errorf("%s: %d %s, want %s", url, status, got, want)
		}
	}
	status, got := h.text("GET", "https://contoso.sharepoint.com/sites/none/_api/web", ask{})
	if status != 404 || strings.TrimSpace(got) != "404 FILE NOT FOUND" {
		t.Errorf("a missing site: %d %s", status, got)
	}
	if status, got := h.text("GET", "web", ask{as: "pradeep@contoso.com"}); status != 403 || !strings.Contains(got, "-2147024891, System.UnauthorizedAccessException") {
		t.Errorf("a stranger: %d %s", status, got)
	}
}

// The user list gets somebody at his first visit, and a OneDrive comes into being at its owner's.
func TestFirstVisit(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.must("POST", "web/sitegroups/getbyname('Marketing Visitors')/users", ask{body: `{"LoginName":"c:0-.f|rolemanager|spo-grid-all-users/` + contosoID + `"}`}, nil)
	known := func() (found bool) {
		h.update(func(tx *state.Tx) error {
			_, found = tx.SiteUserByLogin(contosoID, h.site.ID, "i:0#.f|membership|pradeep@contoso.com")
			return nil
		})
		return found
	}
	if known() {
		t.Fatal("pradeep is known before he came")
	}
	h.must("GET", "web?$select=Title", ask{as: "pradeep@contoso.com"}, nil)
	if !known() {
		t.Error("pradeep came and is unknown")
	}
	const mine = "https://contoso-my.sharepoint.com/personal/megan_contoso_com/_api/web?$select=ServerRelativeUrl"
	raw := func(upn string) ask {
		return ask{as: "-", header: map[string]string{"Authorization": "Bearer " + h.mint(tokens.MintRequest{TenantID: contosoID, As: upn, Resource: "https://contoso-my.sharepoint.com", Scopes: []string{allSitesFull}})}}
	}
	if status, _ := h.text("GET", mine, raw("lee@contoso.com")); status != 404 {
		t.Errorf("somebody else's OneDrive before its first use: %d", status)
	}
	if status, got := h.text("GET", mine, raw("megan@contoso.com")); status != 200 || got != `{"ServerRelativeUrl":"/personal/megan_contoso_com"}` {
		t.Errorf("the own OneDrive: %d %s", status, got)
	}
}

// A session by cookie needs a form digest for what it changes, a token does not.
func TestDigest(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	h.update(func(tx *state.Tx) error {
		u, err := directory.FindUser(tx, contosoID, "megan@contoso.com")
		tx.PutSession(state.Session{
			ID: "cookie", Host: "contoso.sharepoint.com", ExpiresAt: now.Add(time.Hour),
			Accounts: []state.SessionAccount{{TenantID: contosoID, UserID: u.ID, AuthTime: now}},
		})
		return err
	})
	cookie := func(digest string) ask {
		a := ask{as: "-", body: `{"logonName":"lee@contoso.com"}`, header: map[string]string{"Cookie": sessionCookie + "=cookie"}}
		if digest != "" {
			a.header["X-RequestDigest"] = digest
		}
		return a
	}
	var context struct{ FormDigestValue string }
	h.must("POST", "contextinfo", cookie(""), &context)
	h.must("GET", "web", cookie(""), nil)
	for name, tt := range map[string]struct {
		digest string
		status int
	}{
		"none":      {"", 403},
		"invented":  {"0x00,25 Nov 2026 09:00:00 -0000", 403},
		"malformed": {"x", 403},
		"given out": {context.FormDigestValue, 200},
	} {
		status, body := h.text("POST", "web/ensureuser", cookie(tt.digest))
		if status != tt.status || status == 403 && !strings.Contains(body, "-2130575251, Microsoft.SharePoint.SPException") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, _ := h.text("GET", "https://contoso-my.sharepoint.com/_api/web", cookie("")); status != 401 {
		t.Errorf("the session of another host: %d", status)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]string{"MERGE": "PATCH", "PATCH": "PATCH", "put": "PUT", "DELETE": "DELETE", "": "POST"} {
		r := &http.Request{Method: "POST", Header: http.Header{"X-Http-Method": {method}}}
		if got := tunnelled(r); got != want {
			t.Errorf("%s is %s, want %s", method, got, want)
		}
	}
	if got := tunnelled(&http.Request{Method: "GET", Header: http.Header{"X-Http-Method": {"DELETE"}}}); got != "GET" {
		t.Errorf("only a POST stands for something else, not %s", got)
	}
	h := newHost(t)
	if status, body := h.text("GET", "contextinfo", ask{}); status != 405 || !strings.Contains(body, "odata.error") {
		t.Errorf("GET contextinfo: %d %s", status, body)
	}
	if status, body := h.text("GET", "web/features", ask{}); status != 501 || !strings.Contains(body, "not emulated") {
		t.Errorf("what is not emulated: %d %s", status, body)
	}
	if status, body := h.text("GET", "web/nonsense", ask{accept: "verbose"}); status != 404 || body != `{"error":{"code":"-1, Microsoft.SharePoint.Client.ResourceNotFoundException","message":{"lang":"en-US","value":"Cannot find resource for the request nonsense."}}}` {
		t.Errorf("an unknown segment: %d %s", status, body)
	}
	if status, _ := h.text("POST", "web/ensureuser", ask{body: strings.Repeat("x", maxBody+1)}); status != 400 {
		t.Errorf("an oversized body: %d", status)
	}
}

// Every reason has its words; the map of errors.go is what the linter checks, this is what it means.
func TestSaid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err    error
		status int
		code   int
		text   string
	}{
		{problem.New(problem.Denied, problem.AccessDenied, "x"), 403, codeDenied, deniedText},
		{problem.New(problem.NotFound, problem.ItemNotFound, "x"), 404, codeNoFile, "File Not Found."},
		{errListTitle("T", "U"), 404, codeGeneral, "List 'T' does not exist at site with URL 'U'."},
		{errUnresolved("x"), 400, codeSP, "The specified user x could not be found."},
		{problem.New(problem.Throttled, problem.None, "later"), 429, codeGeneral, "later"},
		{problem.New(problem.Internal, problem.NameExists, "a secret"), 500, codeGeneral, "An unexpected error has occurred."},
		{http.ErrBodyNotAllowed, 500, codeGeneral, "An unexpected error has occurred."},
	} {
		w, _ := said(tt.err)
		if w.status != tt.status || w.code != tt.code || w.text != tt.text {
			t.Errorf("%v: %d %d %q", tt.err, w.status, w.code, w.text)
		}
	}
	if got := brief(strings.Repeat("é", 1000)); len(got) > 600 {
		t.Errorf("a text of %d bytes comes back", len(got))
	}
}
