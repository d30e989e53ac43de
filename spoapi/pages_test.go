package spoapi

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// browser is one without scripts.
type browser struct {
	*host
	cookies map[string]*http.Cookie
	status  int
	header  http.Header
	page    string // data-page of the last answer
	body    string
	at      string // address of the last answer
}

func (h *host) browser() *browser { return &browser{host: h, cookies: map[string]*http.Cookie{}} }

func (v *browser) ask(method, address string, form url.Values) {
	v.tb.Helper()
	r := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	place, _ := links.Resolve("https", r.Host, "")
	r = r.WithContext(links.NewContext(state.NewContext(r.Context(), v.world), place))
	w := httptest.NewRecorder()
	v.face.ServeHTTP(w, r)
	resp := w.Result()
	for _, c := range resp.Cookies() {
		if v.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.tb.Fatal(err)
	}
	v.status, v.header, v.body, v.at, v.page = resp.StatusCode, resp.Header, string(body), address, ""
	if m := regexp.MustCompile(`data-page="([^"]*)"`).FindStringSubmatch(v.body); m != nil {
		v.page = m[1]
	}
}

// open follows an address to a page, or to another host.
func (v *browser) open(address string) {
	v.tb.Helper()
	v.ask("GET", address, nil)
	for range 5 {
		to := v.header.Get("Location")
		if to == "" || !strings.Contains(to, ".sharepoint.com/") || !strings.HasPrefix(to, "https://contoso") {
			return
		}
		v.ask("GET", to, nil)
	}
	v.tb.Fatal("a circle of redirects")
}

// submit posts the form of the page that is open.
func (v *browser) submit(fields ...string) {
	v.tb.Helper()
	form := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(v.body, -1) {
		form.Set(m[1], m[2])
	}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	address := v.at
	if m := regexp.MustCompile(`action="(/[^"]*)"`).FindStringSubmatch(v.body); m != nil {
		address = "https://contoso.sharepoint.com" + m[1]
	}
	v.ask("POST", address, form)
	if to := v.header.Get("Location"); strings.HasPrefix(to, "https://contoso.sharepoint.com/") {
		v.open(to)
	}
}

func (v *browser) want(what, page string, status int) {
	v.tb.Helper()
	if v.page != page || v.status != status {
		v.tb.Fatalf("%s: page %q with %d at %s, want %q with %d\n%s", what, v.page, v.status, v.at, page, status, v.body)
	}
}

// later moves the world's clock.
func (h *host) later(by time.Duration) {
	h.tb.Helper()
	h.update(func(tx *state.Tx) error {
		w := tx.World()
		w.Offset += by
		tx.PutWorld(w)
		return nil
	})
}

// makeLink makes a link as megan.
func (h *host) makeLink(r sharing.LinkRequest) string {
	h.tb.Helper()
	var address string
	h.update(func(tx *state.Tx) error {
		by := systemOf(contosoID)
		by.User, _ = tx.UserByUPN(contosoID, "megan@contoso.com")
		l, _, err := sharing.Manager{}.CreateLink(tx, by, r)
		address = sharing.LinkURL(tx, links.Origin{}, l)
		return err
	})
	return address
}

func (h *host) code(address string) (code string) {
	h.tb.Helper()
	h.update(func(tx *state.Tx) error {
		for m := range tx.MessagesTo(address) {
			if m.Kind == mail.OneTimeCode {
				code = m.Code
			}
		}
		return nil
	})
	return code
}

func TestAnonymousLinkPage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	folder := h.place("Plans")
	h.place("a.txt")
	v := h.browser()
	v.open(h.makeLink(sharing.LinkRequest{At: folder, Scope: state.LinkAnonymous, Type: "view"}))
	v.want("an anonymous link", "library", 200)
	if strings.Contains(v.body, "odopen:") || !strings.Contains(v.body, "No Sync button") {
		t.Error("who came by a link for anyone is offered to sync")
	}
	v.open(siteURL + "/Shared%20Documents/a.txt")
	if v.status != http.StatusSeeOther || !strings.HasPrefix(v.header.Get("Location"), "https://login.microsoftonline.com/") {
		t.Errorf("the file beside the folder: %d %s", v.status, v.header.Get("Location"))
	}
	if _, err := url.Parse(v.header.Get("Location")); err != nil {
		t.Error(err)
	}
	v.open("https://contoso.sharepoint.com/:f:/s/marketing/nothing")
	v.want("a link that never was", "error", 404)
}

func TestPasswordPage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	at := h.place("a.txt")
	link := h.makeLink(sharing.LinkRequest{At: at, Scope: state.LinkAnonymous, Type: "view", Password: "open <sesame>"})
	v := h.browser()
	v.open(link)
	v.want("a protected link", "share-password", 200)
	v.submit("password", "wrong", "action", "accept")
	v.want("a wrong password", "share-password", 200)
	v.submit("password", "open <sesame>", "action", "accept")
	v.want("the password", "item", 200)
	v.open(link)
	v.want("the same session again", "item", 200)
	other := h.browser()
	other.open(link)
	other.want("another session", "share-password", 200)
	other.submit("password", "open <sesame>", "csrf", "forged")
	other.want("a form that another site sent", "error", 403)
}

func TestOneTimeCodePage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	h.update(func(tx *state.Tx) error { return sharing.SetProfile(tx, contosoID, state.ProfileOTP) })
	at := h.place("a.txt")
	h.place("other.txt")
	const ines = "ines@nodomain.example"
	link := h.makeLink(sharing.LinkRequest{At: at, Scope: state.LinkUsers, Type: "view", Recipients: []sharing.Recipient{{Email: ines}}})
	v := h.browser()
	v.open(link)
	v.want("a link for certain people", "one-time-code", 200)
	v.submit("loginfmt", "stranger@nodomain.example", "action", "accept")
	v.want("somebody whom it is not for", "error", 403)
	if h.code("stranger@nodomain.example") != "" {
		t.Error("a code went to somebody whom the link is not for")
	}
	v.open(link)
	v.submit("loginfmt", ines, "action", "accept")
	v.want("the address", "one-time-code", 200)
	v.submit("otc", "nonsense", "action", "accept")
	v.want("a wrong code", "one-time-code", 200)
	v.submit("otc", h.code(ines), "action", "accept")
	v.want("the code", "item", 200)
	v.open(link)
	v.want("the same session again", "item", 200)
	if v.open(siteURL + "/Shared%20Documents/a.txt"); v.status != 200 || v.body != "hello" || !strings.HasPrefix(v.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the content: %d %q", v.status, v.body)
	}
	v.open(siteURL + "/Shared%20Documents/other.txt")
	v.want("another file", "error", 403)
	h.update(func(tx *state.Tx) error {
		for range tx.UsersOfType(contosoID, state.Guest) {
			t.Error("a code made a guest")
		}
		return nil
	})
	h.update(func(tx *state.Tx) error {
		return sharing.SetTenant(tx, systemOf(contosoID), contosoID, map[string]any{"EmailAttestationRequired": true, "EmailAttestationReAuthDays": 2})
	})
	h.later(3 * 24 * time.Hour)
	v.open(link)
	v.want("the same session when the proof is too old", "one-time-code", 200)
	again := h.browser()
	again.open(link + "?email=" + url.QueryEscape(ines))
	again.want("a new session, from the mail", "one-time-code", 200)
	again.submit("action", "accept")
	again.submit("otc", h.code(ines))
	again.want("a new code", "item", 200)
}

// signedIn is the browser of somebody of the organisation, signed in on the host.
func (h *host) signedIn(upn string) *browser {
	h.tb.Helper()
	v := h.browser()
	h.update(func(tx *state.Tx) error {
		u, _ := tx.UserByUPN(contosoID, upn)
		tx.PutSession(state.Session{
			ID: "session-of-" + upn, Host: "contoso.sharepoint.com", CSRF: "token-of-" + upn, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(sessionLife),
			Accounts: []state.SessionAccount{{
				Account: state.Account{Kind: state.HomeEntra, TenantID: contosoID, ObjectID: u.ID}, TenantID: contosoID, UserID: u.ID, AuthTime: tx.Now(),
			}},
		})
		return nil
	})
	v.cookies[sessionCookie] = &http.Cookie{Name: sessionCookie, Value: "session-of-" + upn}
	return v
}

func TestLibraryPage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.place("Q&A 'draft'.txt")
	h.place("Plans")
	v := h.signedIn("lee@contoso.com")
	v.open(siteURL)
	v.want("the site", "site", 200)
	v.open(siteURL + "/Shared%20Documents/Forms/AllItems.aspx")
	v.want("the library", "library", 200)
	if !strings.Contains(v.body, "Q&amp;A &#39;draft&#39;.txt") {
		t.Error("names are not escaped")
	}
	if !strings.Contains(v.body, `href="odopen://sync/?`) || !strings.Contains(v.body, ">Manage access<") || !strings.Contains(v.body, "LOCAL EMULATOR") {
		t.Errorf("a member's library lacks a button: %s", v.body)
	}
	if strings.Contains(v.body, "<form") || strings.Contains(v.body, "<script") {
		t.Error("the page has a form or a script")
	}
	if csp := v.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("policy %q", csp)
	}
	v.open(siteURL + "/Shared%20Documents/Forms/AllItems.aspx?id=" + url.QueryEscape(library+"/Plans"))
	v.want("a folder", "library", 200)
	v.open(siteURL + "/Shared%20Documents/Nowhere")
	v.want("nothing", "error", 404)
	v.ask("PUT", siteURL, nil)
	if v.status != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", v.status)
	}
	nobody := h.browser()
	nobody.open(siteURL + "/Shared%20Documents/Nowhere")
	if nobody.status != http.StatusSeeOther {
		t.Errorf("somebody who is not signed in learns what is there: %d", nobody.status)
	}
}

func TestAccessDeniedPage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	v := h.signedIn("pradeep@contoso.com")
	v.open(siteURL)
	v.want("somebody without access", "error", 403)
	v.submit("message", "please", "action", "accept")
	v.want("asking for access", "done", 200)
	var asked []state.AccessRequest
	h.update(func(tx *state.Tx) error {
		asked = slices.Collect(tx.AccessRequests(contosoID, h.site.ID))
		return nil
	})
	if len(asked) != 1 || asked[0].Message != "please" {
		t.Fatalf("the requests: %+v", asked)
	}
	owner := h.signedIn("megan@contoso.com")
	owner.open(siteURL + "/Access%20Requests/pendingreq.aspx")
	owner.want("the requests", "access-requests", 200)
	if !strings.Contains(owner.body, "pradeep@contoso.com") || !strings.Contains(owner.body, "please") {
		t.Errorf("the owner does not see who asks: %s", owner.body)
	}
	v.open(siteURL + "/Access%20Requests/pendingreq.aspx")
	v.want("the requests, to him who asks", "error", 403)
	h.must("POST", "SP.AccessRequests.ChangeRequestStatus", ask{body: `{"itemId":1,"newStatus":1,"convStr":"welcome","permType":"SharePoint group","permissionLevel":1073741826}`}, nil)
	v.open(siteURL)
	v.want("after approval", "site", 200)
}

func TestSharePage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	at := h.place("a.txt")
	v := h.signedIn("megan@contoso.com")
	source := "?source=" + url.QueryEscape(library+"/a.txt")
	v.open(siteURL + "/_layouts/15/share.aspx" + source)
	v.want("the Share page", "share", 200)
	v.submit("people", "pradeep@contoso.com; carol@fabrikam.com", "role", "edit", "action", "accept")
	v.want("shared", "share", 200)
	if !strings.Contains(v.body, "pradeep@contoso.com has access") || !strings.Contains(v.body, "OSE204") {
		t.Errorf("one was shared with, one refused by the site's level: %s", v.body)
	}
	v.open(siteURL + "/_layouts/15/user.aspx" + source)
	v.want("who has access", "manage-access", 200)
	id := regexp.MustCompile(`name="remove" value="([^"]*)"`).FindStringSubmatch(v.body)
	if id == nil {
		t.Fatalf("nothing can be removed: %s", v.body)
	}
	v.submit("remove", id[1], "action", "accept")
	v.want("removed", "manage-access", 200)
	h.update(func(tx *state.Tx) error {
		for range tx.PermissionsOn(contosoID, at.Securable()) {
			t.Error("the permission is there still")
		}
		return nil
	})
}

func TestSignInReturn(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	v := h.browser()
	v.open(siteURL)
	to, err := url.Parse(v.header.Get("Location"))
	if err != nil || to.Path != "/"+contosoID+"/oauth2/authorize" {
		t.Fatalf("the way to sign in: %q", v.header.Get("Location"))
	}
	q := to.Query()
	if q.Get("response_mode") != "form_post" || q.Get("redirect_uri") != "https://contoso.sharepoint.com/_forms/default.aspx" || q.Get("nonce") == "" {
		t.Errorf("the request: %v", q)
	}
	const back = "https://contoso.sharepoint.com/_forms/default.aspx"
	v.ask("POST", back, url.Values{"state": {q.Get("state")}, "id_token": {"not.a.token"}})
	v.want("a token that is none", "error", 403)
	stranger := h.browser()
	stranger.ask("POST", back, url.Values{"state": {q.Get("state")}, "id_token": {"not.a.token"}})
	stranger.want("another browser", "form-post", 200)
	stranger.submit()
	stranger.want("another browser again", "error", 403)
	v.ask("POST", back, url.Values{"state": {q.Get("state")}, "error": {"access_denied"}})
	v.want("the sign-in service said no", "error", 403)
	if !strings.Contains(v.body, "access_denied") {
		t.Error("the page does not say what the sign-in service said")
	}
}

func TestInvitationPage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	var got wireSharingResult
	h.must("POST", "SP.Web.ShareObject", share(siteURL, "carol@fabrikam.com", "role:1073741826"), &got)
	invitation := (*got.InvitedUsers)[0].InvitationLink
	v := h.browser()
	v.open(invitation)
	v.want("an invitation", "account-type", 200)
	for _, part := range []string{`name="account" value="organizational"`, `name="account" value="microsoft"`, "Marketing", "look", `class="org-`, " · SharePoint</p>", "LOCAL EMULATOR"} {
		if !strings.Contains(v.body, part) {
			t.Errorf("no %s in %s", part, v.body)
		}
	}
	for account, segment := range map[string]string{"organizational": "organizations", "microsoft": "consumers"} {
		v.open(invitation)
		v.submit("account", account)
		if to := v.header.Get("Location"); !strings.HasPrefix(to, "https://login.microsoftonline.com/"+segment+"/oauth2/authorize?") {
			t.Errorf("%s leads to %q", account, to)
		}
	}
	v.open(invitation)
	v.submit("account", "another")
	v.want("another kind of account", "error", 400)
	v.open(strings.Replace(invitation, "%7B", "%7B0", 1))
	v.want("an invitation that never was", "error", 404)
	h.update(func(tx *state.Tx) error {
		for i := range tx.SharingInvitations(contosoID) {
			if err := (sharing.Manager{}).Withdraw(tx, systemOf(contosoID), i.ID); err != nil {
				return err
			}
		}
		return nil
	})
	v.open(invitation)
	v.want("a withdrawn one", "error", 404)
}
