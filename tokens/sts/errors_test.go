package sts_test

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens/sts"
)

// refusalRow provokes one refusal over the wire. kind says where it shows: "" in the JSON envelope, page in a page of kind
// error, redirect at the application's address.
type refusalRow struct {
	name, kind  string
	code        int
	error       string
	suberror    string
	status      int // 0 is 400
	provoke     func(s *stand) *httptest.ResponseRecorder
	description string // text that must appear
}

func clientForm(pairs ...string) []string {
	return append([]string{"grant_type", "client_credentials", "client_id", appSecret, "client_secret", secret, "scope", "https://graph.microsoft.com/.default"}, pairs...)
}

func passwordForm(user string, pairs ...string) []string {
	return append([]string{"grant_type", "password", "client_id", appPublic, "username", user, "password", password, "scope", "openid User.Read"}, pairs...)
}

func refreshForm(token any, pairs ...string) []string {
	text, _ := token.(string)
	return append([]string{"grant_type", "refresh_token", "client_id", appPublic, "refresh_token", text, "scope", "openid offline_access User.Read"}, pairs...)
}

func onBehalfForm(assertion any, pairs ...string) []string {
	text, _ := assertion.(string)
	return append([]string{
		"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "client_id", appAPI, "client_secret", secret, "assertion", text,
		"requested_token_use", "on_behalf_of", "scope", "https://graph.microsoft.com/User.Read",
	}, pairs...)
}

// change updates a user by the directory's rule.
func (s *stand) change(u state.User, f func(*state.User)) {
	s.tb.Helper()
	s.update(func(tx *state.Tx) error {
		now, _ := tx.User(u.TenantID, u.ID)
		f(&now)
		_, err := directory.UpdateUser(tx, directory.SystemPrincipal(u.TenantID), now)
		return err
	})
}

func (s *stand) setTenant(t state.Tenant, f func(*state.Tenant)) {
	s.update(func(tx *state.Tx) error {
		now, _ := tx.Tenant(t.ID)
		f(&now)
		tx.PutTenant(now)
		return nil
	})
}

func (s *stand) block(tenant, partner state.Tenant, side string) {
	rule := map[string]any{
		"usersAndGroups": map[string]any{"accessType": "blocked", "targets": []any{map[string]any{"target": "AllUsers", "targetType": "user"}}},
		"applications":   map[string]any{"accessType": "blocked", "targets": []any{map[string]any{"target": "AllApplications", "targetType": "application"}}},
	}
	s.update(func(tx *state.Tx) error {
		return directory.SetCrossTenantPartner(tx, directory.SystemPrincipal(tenant.ID), tenant.ID, partner.ID, map[string]any{side: rule})
	})
}

func (s *stand) page(address string, p person) *httptest.ResponseRecorder {
	w, _ := s.browser().visit(address, p)
	return w
}

func requestRows() []refusalRow {
	token := func(pairs ...string) func(*stand) *httptest.ResponseRecorder {
		return func(s *stand) *httptest.ResponseRecorder { return s.exchange("contoso.com", pairs...) }
	}
	return []refusalRow{
		{name: "unknown tenant at discovery", code: 90002, error: "invalid_tenant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.get(login + "/nosuch.example/v2.0/.well-known/openid-configuration")
		}},
		{name: "unknown tenant at the token endpoint", code: 90002, error: "invalid_request", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("nosuch.example", clientForm()...)
		}},
		{name: "unknown cloud", code: 50049, error: "invalid_instance", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.get(login + "/common/discovery/instance?authorization_endpoint=https%3A%2F%2Fevil.example%2Fcommon%2Foauth2%2Fauthorize")
		}},
		{name: "no grant type", code: 900144, error: "invalid_request", description: "grant_type", provoke: token("client_id", appPublic)},
		{name: "no client id", code: 900144, error: "invalid_request", description: "client_id", provoke: token("grant_type", "password")},
		{name: "no code", code: 900144, error: "invalid_request", description: "'code'", provoke: token("grant_type", "authorization_code", "client_id", appPublic)},
		{name: "unknown grant type", code: 70003, error: "unsupported_grant_type", description: "magic", provoke: token("grant_type", "magic", "client_id", appPublic)},
		{name: "GET at the token endpoint", code: 900561, error: "invalid_request", description: "GET", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.get(s.tokenURL("contoso.com"))
		}},
		{name: "resource at version 2", code: 901002, error: "invalid_request", provoke: token(clientForm("resource", "https://graph.microsoft.com")...)},
		{name: "a body that is no form", code: 9002313, error: "invalid_request", provoke: func(s *stand) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, s.tokenURL("contoso.com"), strings.NewReader("grant_type=%zz"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return s.send(r)
		}},
		{name: "a body over the limit", code: 9002313, error: "invalid_request", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.post(s.tokenURL("contoso.com"), url.Values{"grant_type": {strings.Repeat("x", 2<<20)}})
		}},
		{name: "unknown client", code: 700016, error: "unauthorized_client", description: "Contoso", provoke: token(clientForm("client_id", "12345678-1234-4234-8234-123456789012")...)},
		{name: "a client of another tenant alone", code: 700016, error: "unauthorized_client", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("fabrikam.com", clientForm()...)
		}},
		{name: "zero client id", code: 700038, error: "unauthorized_client", provoke: token(clientForm("client_id", "00000000-0000-0000-0000-000000000000")...)},
		{name: "wrong secret", code: 7000215, error: "invalid_client", status: 401, provoke: token(clientForm("client_secret", "wrong")...)},
		{name: "expired secret", code: 7000222, error: "invalid_client", status: 401, provoke: token(clientForm("client_secret", oldSecret)...)},
		{name: "no secret", code: 7000218, error: "invalid_client", status: 401, provoke: token(clientForm("client_secret", "")...)},
		{name: "a device flow of a confidential client", code: 7000218, error: "invalid_client", status: 401, provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.post(login+"/contoso.com/oauth2/v2.0/devicecode", url.Values{"client_id": {appSecret}, "scope": {"User.Read"}})
		}},
		{name: "a device flow without scope", code: 900144, error: "invalid_request", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.post(login+"/contoso.com/oauth2/v2.0/devicecode", url.Values{"client_id": {appPublic}})
		}},
		{name: "a device flow of personal accounts", code: 90133, error: "invalid_request", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.post(login+"/consumers/oauth2/v2.0/devicecode", url.Values{"client_id": {appPublic}, "scope": {"User.Read"}})
		}},
		{name: "a secret of a public client", code: 700025, error: "invalid_client", status: 401, provoke: token(passwordForm("megan@contoso.com", "client_secret", "x")...)},
		{name: "a disabled application alone", code: 7000112, error: "unauthorized_client", provoke: token(clientForm("client_id", appDisabled)...)},
		{name: "unknown resource", code: 500011, error: "invalid_resource", provoke: token(clientForm("scope", "https://nosuch.example/.default")...)},
		{name: "a scope that is not .default", code: 1002012, error: "invalid_scope", provoke: token(clientForm("scope", "https://graph.microsoft.com/User.Read.All")...)},
		{name: "an application alone at common", code: 50059, error: "invalid_request", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("common", clientForm()...)
		}},
		{name: "an assertion that is none", code: 700027, error: "invalid_client", status: 401, provoke: token(clientForm("client_secret", "", "client_assertion", "x.y.z", "client_assertion_type", assertionType)...)},
		{name: "an assertion of an unknown issuer", code: 700021, error: "invalid_client", status: 401, provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("contoso.com", s.assertionForm("https://stranger.example", time.Minute)...)
		}},
		{name: "an assertion past its end", code: 700024, error: "invalid_client", status: 401, provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("contoso.com", s.assertionForm(appSecret, -time.Hour)...)
		}},
	}
}

func peopleRows() []refusalRow {
	ask := func(tenant string, form ...string) func(*stand) *httptest.ResponseRecorder {
		return func(s *stand) *httptest.ResponseRecorder { return s.exchange(tenant, form...) }
	}
	return []refusalRow{
		{name: "password at common", code: 9001023, error: "invalid_request", provoke: ask("common", passwordForm("megan@contoso.com")...)},
		{name: "password at consumers", code: 9001023, error: "invalid_request", provoke: ask("consumers", passwordForm("erin@outlook.com")...)},
		{name: "a name without a domain", code: 50128, error: "invalid_request", provoke: ask("organizations", passwordForm("megan")...)},
		{name: "unknown user", code: 50034, error: "invalid_grant", suberror: "bad_token", provoke: ask("contoso.com", passwordForm("nobody@contoso.com")...)},
		{name: "a personal account", code: 50034, error: "invalid_grant", suberror: "bad_token", provoke: ask("organizations", passwordForm("erin@outlook.com")...)},
		{name: "a guest's password", code: 50020, error: "invalid_grant", provoke: ask("contoso.com", passwordForm("carol@fabrikam.com")...)},
		{name: "wrong password", code: 50126, error: "invalid_grant", provoke: ask("contoso.com", passwordForm("megan@contoso.com", "password", "wrong")...)},
		{name: "no password stored", code: 50056, error: "invalid_grant", provoke: ask("contoso.com", passwordForm("nora@contoso.com")...)},
		{name: "expired password", code: 50055, error: "invalid_grant", suberror: "user_password_expired", provoke: ask("contoso.com", passwordForm("olaf@contoso.com")...)},
		{name: "disabled", code: 50057, error: "invalid_grant", provoke: ask("contoso.com", passwordForm("heidi@contoso.com")...)},
		{name: "second factor", code: 50076, error: "invalid_grant", suberror: "basic_action", provoke: ask("contoso.com", passwordForm("dora@contoso.com")...)},
		{name: "locked after ten wrong passwords", code: 50053, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			for range 10 {
				s.exchange("contoso.com", passwordForm("megan@contoso.com", "password", "wrong")...)
			}
			return s.exchange("contoso.com", passwordForm("megan@contoso.com")...)
		}},
		{name: "no consent", code: 65001, error: "invalid_grant", suberror: "consent_required", provoke: ask("contoso.com", passwordForm("megan@contoso.com", "client_id", appUnknown)...)},
		{name: "a resource that the application does not ask for", code: 650057, error: "invalid_resource", provoke: ask("contoso.com", passwordForm("megan@contoso.com", "scope", "https://contoso.sharepoint.com/.default")...)},
		{name: "unknown scope", code: 70011, error: "invalid_scope", provoke: ask("contoso.com", passwordForm("megan@contoso.com", "scope", "No.Such.Scope")...)},
		{name: "two resources", code: 28000, error: "invalid_request", provoke: ask("contoso.com", passwordForm("megan@contoso.com", "scope", "User.Read api://"+appAPI+"/access_as_user")...)},
		{name: "not assigned", code: 50105, error: "access_denied", provoke: ask("contoso.com", passwordForm("megan@contoso.com", "client_id", appAssigned)...)},
		{name: "home tenant blocks", code: 500212, error: "access_denied", provoke: func(s *stand) *httptest.ResponseRecorder {
			t := s.tokensOf(s.as(s.carol), "fabrikam.com")
			s.block(s.fabrikam, s.contoso, "b2bCollaborationOutbound")
			return s.exchange("contoso.com", refreshForm(t["refresh_token"])...)
		}},
		{name: "resource tenant blocks", code: 500213, error: "access_denied", provoke: func(s *stand) *httptest.ResponseRecorder {
			t := s.tokensOf(s.as(s.carol), "fabrikam.com")
			s.block(s.contoso, s.fabrikam, "b2bCollaborationInbound")
			return s.exchange("contoso.com", refreshForm(t["refresh_token"])...)
		}},
		{name: "not invited", code: 50020, error: "invalid_grant", description: "megan@contoso.com", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("fabrikam.com", refreshForm(s.tokensOf(s.as(s.megan), "contoso.com")["refresh_token"])...)
		}},
		{name: "not redeemed", code: 50014, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("contoso.com", refreshForm(s.tokensOf(s.as(s.dave), "fabrikam.com")["refresh_token"])...)
		}},
		{name: "gone at home", code: 51004, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			t := s.tokensOf(s.as(s.carol), "fabrikam.com")
			s.update(func(tx *state.Tx) error {
				return directory.DeleteUser(tx, directory.SystemPrincipal(s.fabrikam.ID), s.carol)
			})
			return s.exchange("contoso.com", refreshForm(t["refresh_token"])...)
		}},
	}
}

func grantRows() []refusalRow {
	return []refusalRow{
		{name: "a code that is none", code: 9002313, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder { return s.redeem("contoso.com", "garbage") }},
		{name: "a refresh token that is none", code: 9002313, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("contoso.com", refreshForm("garbage")...)
		}},
		{name: "a code of another client", code: 70000, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.redeem("contoso.com", s.code(s.as(s.megan), "contoso.com"), "client_id", appBare)
		}},
		{name: "a refresh token of another client", code: 70000, error: "invalid_grant", suberror: "client_mismatch", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("contoso.com", refreshForm(s.tokensOf(s.as(s.megan), "contoso.com")["refresh_token"], "client_id", appBare)...)
		}},
		{name: "an expired code", code: 70008, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			c := s.code(s.as(s.megan), "contoso.com")
			s.advance(11 * time.Minute)
			return s.redeem("contoso.com", c)
		}},
		{name: "a code a second time", code: 54005, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			c := s.code(s.as(s.megan), "contoso.com")
			s.redeem("contoso.com", c)
			return s.redeem("contoso.com", c)
		}},
		{name: "a code at another tenant", code: 700005, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.redeem("fabrikam.com", s.code(s.as(s.megan), "contoso.com"))
		}},
		{name: "another redirect address", code: 500112, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.redeem("contoso.com", s.code(s.as(s.megan), "contoso.com"), "redirect_uri", "http://localhost:5002/")
		}},
		{name: "a wrong verifier", code: 501481, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			c := s.code(s.as(s.megan), "contoso.com", "code_challenge", "challenge", "code_challenge_method", "plain")
			return s.redeem("contoso.com", c, "code_verifier", "other")
		}},
		{name: "no verifier", code: 50148, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.redeem("contoso.com", s.code(s.as(s.megan), "contoso.com", "code_challenge", "challenge"))
		}},
		{name: "a single-page application's code without its origin", code: 9002327, error: "invalid_request", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.redeem("contoso.com", s.codeOfSPA(), "client_id", appSPA, "redirect_uri", "https://spa.contoso.com/", "code_verifier", "challenge")
		}},
		{name: "another application's code with an origin", code: 9002326, error: "invalid_request", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.redeem("contoso.com", s.code(s.as(s.megan), "contoso.com"), "header:Origin", "https://evil.example")
		}},
		{name: "sessions revoked", code: 50173, error: "invalid_grant", suberror: "bad_token", provoke: func(s *stand) *httptest.ResponseRecorder {
			t := s.tokensOf(s.as(s.megan), "contoso.com")
			s.advance(time.Second)
			s.update(func(tx *state.Tx) error {
				_, err := directory.RevokeSessions(tx, directory.SystemPrincipal(s.contoso.ID), s.megan)
				return err
			})
			return s.exchange("contoso.com", refreshForm(t["refresh_token"])...)
		}},
		{name: "password changed", code: 50173, error: "invalid_grant", suberror: "bad_token", provoke: func(s *stand) *httptest.ResponseRecorder {
			t := s.tokensOf(s.as(s.megan), "contoso.com")
			s.advance(time.Second)
			s.change(s.megan, func(u *state.User) { u.Password = "Another-1234" })
			return s.exchange("contoso.com", refreshForm(t["refresh_token"])...)
		}},
		{name: "a refresh token left for 90 days", code: 700082, error: "invalid_grant", suberror: "bad_token", provoke: func(s *stand) *httptest.ResponseRecorder {
			t := s.tokensOf(s.as(s.megan), "contoso.com")
			s.advance(91 * 24 * time.Hour)
			return s.exchange("contoso.com", refreshForm(t["refresh_token"])...)
		}},
		{name: "a single-page application's refresh token after a day", code: 700084, error: "invalid_grant", suberror: "bad_token", provoke: func(s *stand) *httptest.ResponseRecorder {
			w := s.redeem("contoso.com", s.codeOfSPA(), "client_id", appSPA, "redirect_uri", "https://spa.contoso.com/", "code_verifier", "challenge", "header:Origin", "https://spa.contoso.com")
			s.advance(25 * time.Hour)
			return s.exchange("contoso.com", refreshForm(body(s.tb, w)["refresh_token"], "client_id", appSPA, "header:Origin", "https://spa.contoso.com")...)
		}},
		{name: "on behalf with garbage", code: 50013, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("contoso.com", onBehalfForm("garbage")...)
		}},
		{name: "on behalf with a token for another API", code: 500131, error: "invalid_grant", provoke: func(s *stand) *httptest.ResponseRecorder {
			return s.exchange("contoso.com", onBehalfForm(s.tokensOf(s.as(s.megan), "contoso.com")["access_token"])...)
		}},
		{name: "on behalf of somebody who owes a second factor", code: 50079, error: "interaction_required", suberror: "basic_action", provoke: func(s *stand) *httptest.ResponseRecorder {
			t := s.tokensOf(s.as(s.megan), "contoso.com", "scope", "api://"+appAPI+"/access_as_user")
			s.change(s.megan, func(u *state.User) { u.MFARequired = true })
			return s.exchange("contoso.com", onBehalfForm(t["access_token"])...)
		}},
		{name: "the sync client's version 1 sign-in elsewhere, where that is a known issue", code: 53003, error: "access_denied", provoke: func(s *stand) *httptest.ResponseRecorder {
			s.setTenant(s.contoso, func(t *state.Tenant) { t.KnownIssues.ADALB2BSync = true })
			t := s.tokensOfLegacy(s.as(s.carol), "fabrikam.com")
			return s.post(login+"/contoso.com/oauth2/token", url.Values{
				"grant_type": {"refresh_token"}, "client_id": {appLegacy}, "refresh_token": {t["refresh_token"].(string)}, "resource": {"https://contoso.sharepoint.com"},
			})
		}},
	}
}

func TestEveryRefusalOverTheWire(t *testing.T) {
	t.Parallel()
	for area, rows := range map[string][]refusalRow{
		"requests": requestRows(), "people": peopleRows(), "grants": grantRows(), "device": deviceRows(), "pages": pageRows(),
	} {
		for _, tt := range rows {
			t.Run(area+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				w := tt.provoke(newStand(t))
				if tt.kind == "page" {
					checkErrorPage(t, w, tt)
				} else {
					checkEnvelope(t, w, tt)
				}
			})
		}
	}
	for _, tt := range redirectRows() {
		t.Run("redirects/"+tt.name, func(t *testing.T) {
			t.Parallel()
			checkErrorRedirect(t, tt.provoke(newStand(t)), tt)
		})
	}
}

func checkEnvelope(t *testing.T, w *httptest.ResponseRecorder, tt refusalRow) {
	t.Helper()
	status := tt.status
	if status == 0 {
		status = http.StatusBadRequest
	}
	m := body(t, w)
	codes, _ := m["error_codes"].([]any)
	if w.Code != status || m["error"] != tt.error || len(codes) == 0 || codes[0] != float64(tt.code) {
		t.Fatalf("got %d %v %v: %v", w.Code, m["error"], codes, m["error_description"])
	}
	if got, _ := m["suberror"].(string); got != tt.suberror {
		t.Errorf("suberror %q, want %q", got, tt.suberror)
	}
	text, _ := m["error_description"].(string)
	if !strings.HasPrefix(text, "AADSTS"+strconv.Itoa(tt.code)+": ") || !strings.Contains(text, tt.description) {
		t.Errorf("description %q lacks %q", text, tt.description)
	}
	if _, err := time.Parse("2006-01-02 15:04:05Z", m["timestamp"].(string)); err != nil {
		t.Error(err)
	}
	uri, _ := m["error_uri"].(string)
	bare := tt.code == 700038 || tt.code == 70003
	if bare != (uri == "") || !bare && uri != login+"/error?code="+strconv.Itoa(tt.code) {
		t.Errorf("error_uri %q", uri)
	}
	if tt.code == 50079 && m["claims"] == nil {
		t.Error("the claims that the client should ask for are missing")
	}
	if m["access_token"] != nil || w.Header().Get("Cache-Control") != "no-store, no-cache" {
		t.Errorf("headers %v", w.Header())
	}
}

func checkErrorPage(t *testing.T, w *httptest.ResponseRecorder, tt refusalRow) {
	t.Helper()
	text := w.Body.String()
	if first(kindPattern, text) != "error" || !strings.Contains(text, "AADSTS"+strconv.Itoa(tt.code)+": ") || !strings.Contains(text, tt.description) {
		t.Errorf("got %d %.1500s", w.Code, text)
	}
	if w.Header().Get("Location") != "" {
		t.Errorf("a redirect to %s", w.Header().Get("Location"))
	}
}

func checkErrorRedirect(t *testing.T, w *httptest.ResponseRecorder, tt refusalRow) {
	t.Helper()
	u, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusFound {
		t.Fatalf("%d %v %.800s", w.Code, err, w.Body)
	}
	q := u.Query()
	if u.Fragment != "" {
		if q, err = url.ParseQuery(u.Fragment); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.HasPrefix(u.String(), "http://localhost:5001/") || q.Get("error") != tt.error || q.Get("state") != "s/1" ||
		!strings.HasPrefix(q.Get("error_description"), "AADSTS"+strconv.Itoa(tt.code)+":") {
		t.Errorf("got %s", u)
	}
}

// TestEveryReasonHasARow holds the tables above to the list of refusals.
func TestEveryReasonHasARow(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for _, rows := range [][]refusalRow{requestRows(), peopleRows(), grantRows(), deviceRows(), pageRows(), redirectRows()} {
		for _, r := range rows {
			seen[r.code] = true
		}
	}
	// What only a fault rule provokes: nothing in the directory leads there.
	seen[50196] = true
	missing := slices.DeleteFunc(slices.Sorted(maps.Keys(sts.Codes())), func(code int) bool { return seen[code] })
	if len(missing) > 0 {
		t.Errorf("no row provokes %v", missing)
	}
}

func (s *stand) codeOfSPA() string {
	return s.code(s.as(s.megan), "contoso.com", "client_id", appSPA, "redirect_uri", "https://spa.contoso.com/", "code_challenge", "challenge")
}

// tokensOfLegacy signs in at version 1 as the sync client.
func (s *stand) tokensOfLegacy(p person, tenant string) map[string]any {
	s.tb.Helper()
	q := url.Values{"client_id": {appLegacy}, "response_type": {"code"}, "redirect_uri": {"http://localhost"}, "resource": {"https://graph.microsoft.com"}}
	_, to := s.browser().visit(login+"/"+tenant+"/oauth2/authorize?"+q.Encode(), p)
	if to == nil {
		s.tb.Fatal("no code")
	}
	return body(s.tb, s.post(login+"/"+tenant+"/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {appLegacy}, "code": {to.Query().Get("code")}, "redirect_uri": {"http://localhost"},
		"resource": {"https://graph.microsoft.com"},
	}))
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionForm is a client credentials request with an assertion of the stand's certificate.
func (s *stand) assertionForm(issuer string, life time.Duration) []string {
	return clientForm("client_secret", "", "client_assertion_type", assertionType, "client_assertion", s.assertion(issuer, life))
}

// assertion signs as a client does; the subject is the issuer but for a stranger, who speaks for somebody else.
func (s *stand) assertion(issuer string, life time.Duration) string {
	s.tb.Helper()
	subject := issuer
	if issuer != appSecret {
		subject = "repo:main"
	}
	t := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"iss": issuer, "sub": subject, "aud": s.tokenURL("contoso.com"), "jti": "1", "nbf": s.clock.Add(-time.Minute).Unix(), "exp": s.clock.Add(life).Unix(),
	})
	sum := sha256.Sum256(s.secretApp.Certificates[0].DER)
	t.Header["x5t#S256"] = base64.StdEncoding.EncodeToString(sum[:])
	raw, err := t.SignedString(s.certificateKey)
	s.must(err)
	return raw
}
