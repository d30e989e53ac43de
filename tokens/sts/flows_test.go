package sts_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestAMemberSignsIn(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	b := s.browser()
	w, to := b.visit(s.authorizeURL("contoso.com", "client_info", "1"), s.as(s.megan))
	if to == nil || to.Host != "localhost:5001" || to.Query().Get("state") != "s/1" || to.Query().Get("session_state") == "" {
		t.Fatalf("%d %v", w.Code, to)
	}
	if !slices.Equal(b.seen, []string{"sign-in", "sign-in"}) {
		t.Errorf("pages %v", b.seen)
	}
	m := body(t, s.redeem("contoso.com", to.Query().Get("code")))
	id, access := claims(t, m["id_token"]), claims(t, m["access_token"])
	if id["aud"] != appPublic || id["oid"] != s.megan.ID || id["iss"] != login+"/"+s.contoso.ID+"/v2.0" {
		t.Errorf("id token %v", id)
	}
	if access["iss"] != "https://sts.windows.net/"+s.contoso.ID+"/" || access["upn"] != "megan@contoso.com" || access["appid"] != appPublic {
		t.Errorf("access token %v", access)
	}
	if access["sub"] == id["sub"] {
		t.Error("the same sub for the application and for Graph")
	}
}

func TestTheSessionAnswersTheNextAuthorizeAtAnotherTenant(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	b := s.browser()
	b.visit(s.authorizeURL("fabrikam.com"), s.as(s.carol))
	b.seen = nil
	_, to := b.visit(s.authorizeURL("contoso.com"), person{})
	if to == nil || len(b.seen) != 0 {
		t.Fatalf("asked again: %v", b.seen)
	}
	m := body(t, s.redeem("contoso.com", to.Query().Get("code")))
	c := claims(t, m["access_token"])
	if c["oid"] != s.carolGuest.ID || c["idp"] != "https://sts.windows.net/"+s.fabrikam.ID+"/" || c["upn"] != nil || c["altsecid"] != "5::"+s.carol.PUID {
		t.Errorf("guest token %v", c)
	}
}

func TestPrompts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		pairs []string
		pages []string
	}{
		{"nothing asked for", nil, nil},
		{"login", []string{"prompt", "login"}, []string{"sign-in", "sign-in"}},
		{"login with a hint", []string{"prompt", "login", "login_hint", "megan@contoso.com"}, []string{"sign-in"}},
		{"select_account", []string{"prompt", "select_account"}, []string{"pick-account"}},
		{"consent", []string{"prompt", "consent"}, []string{"consent"}},
		{"hint of the session", []string{"login_hint", "megan@contoso.com"}, nil},
		{"hint of somebody else", []string{"login_hint", "admin@contoso.com"}, []string{"sign-in"}},
		{"session too old", []string{"max_age", "60"}, []string{"sign-in", "sign-in"}},
		{"session young enough", []string{"max_age", "600"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			b := s.browser()
			b.visit(s.authorizeURL("contoso.com"), s.as(s.megan))
			s.advance(2 * time.Minute)
			b.seen = nil
			if _, to := b.visit(s.authorizeURL("contoso.com", tt.pairs...), s.as(s.megan)); to == nil || to.Query().Get("code") == "" {
				t.Fatalf("no code: %v", to)
			}
			if !slices.Equal(b.seen, tt.pages) {
				t.Errorf("pages %v, want %v", b.seen, tt.pages)
			}
		})
	}
}

func TestCommonMeansTheHomeTenant(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	m := s.tokensOf(s.as(s.carol), "organizations")
	if c := claims(t, m["access_token"]); c["tid"] != s.fabrikam.ID || c["oid"] != s.carol.ID {
		t.Errorf("at organizations %v", c)
	}
	m = body(t, s.exchange("contoso.com", refreshForm(m["refresh_token"])...))
	if c := claims(t, m["access_token"]); c["tid"] != s.contoso.ID || c["oid"] != s.carolGuest.ID {
		t.Errorf("the same at contoso %v", c)
	}
}

func TestAnInvitedGuestRedeems(t *testing.T) {
	t.Parallel()
	accepted := func(s *stand) (yes bool) {
		s.must(s.store.View(func(tx *state.Tx) error {
			u, _ := tx.User(s.contoso.ID, s.pending.ID)
			yes = u.ExternalState == state.Accepted
			return nil
		}))
		return yes
	}
	t.Run("by the link in the mail", func(t *testing.T) {
		t.Parallel()
		s := newStand(t)
		b := s.browser()
		_, to := b.visit(s.redeemURL, s.as(s.dave))
		if to == nil || to.String() != "https://contoso.example/welcome" || !accepted(s) {
			t.Errorf("to %v after %v, accepted %v", to, b.seen, accepted(s))
		}
		if !slices.Equal(b.seen, []string{"sign-in", "sign-in", "review"}) {
			t.Errorf("pages %v", b.seen)
		}
		b.seen = nil
		if _, to := b.visit(s.redeemURL, person{}); to == nil || len(b.seen) != 0 {
			t.Errorf("a second visit asked %v", b.seen)
		}
	})
	t.Run("by the invitations host", func(t *testing.T) {
		t.Parallel()
		s := newStand(t)
		u, _ := url.Parse(s.redeemURL)
		if _, to := s.browser().visit(u.Query().Get("rd"), s.as(s.dave)); to == nil || !accepted(s) {
			t.Errorf("to %v", to)
		}
	})
	t.Run("declines", func(t *testing.T) {
		t.Parallel()
		s := newStand(t)
		p := s.as(s.dave)
		p.answers = map[string]string{"review": "cancel"}
		if _, to := s.browser().visit(s.redeemURL, p); to != nil || accepted(s) {
			t.Errorf("to %v, accepted %v", to, accepted(s))
		}
	})
	t.Run("in time, by an application", func(t *testing.T) {
		t.Parallel()
		s := newStand(t)
		b := s.browser()
		_, to := b.visit(s.authorizeURL("contoso.com"), s.as(s.dave))
		if to == nil || to.Query().Get("code") == "" || !accepted(s) || !slices.Contains(b.seen, "review") {
			t.Errorf("to %v after %v", to, b.seen)
		}
	})
}

func TestSingleUseCodesHaveOneWinner(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	device := body(t, s.post(login+"/contoso.com/oauth2/v2.0/devicecode", url.Values{"client_id": {appPublic}, "scope": {"User.Read"}}))
	p := s.as(s.megan)
	p.userCode = device["user_code"].(string)
	s.browser().visit("https://microsoft.com/devicelogin", p)
	code := s.code(s.as(s.megan), "contoso.com")
	for name, once := range map[string]func() *httptest.ResponseRecorder{
		"authorization code": func() *httptest.ResponseRecorder { return s.redeem("contoso.com", code) },
		"device code": func() *httptest.ResponseRecorder {
			return s.exchange("contoso.com", "grant_type", "device_code", "client_id", appPublic, "device_code", device["device_code"].(string))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var won atomic.Int32
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					if once().Code == http.StatusOK {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Errorf("%d of eight won", won.Load())
			}
		})
	}
}

func TestARefreshTokenMayBeUsedAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	m := s.tokensOf(s.as(s.megan), "contoso.com")
	first := body(t, s.exchange("contoso.com", refreshForm(m["refresh_token"])...))
	if again := body(t, s.exchange("contoso.com", refreshForm(m["refresh_token"])...)); again["access_token"] == nil || again["refresh_token"] == first["refresh_token"] {
		t.Errorf("a second use: %v", again["error_description"])
	}
}

func TestASinglePageApplicationHasOneDay(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	const origin = "https://spa.contoso.com"
	first := s.redeem("contoso.com", s.codeOfSPA(), "client_id", appSPA, "redirect_uri", origin+"/", "code_verifier", "challenge", "header:Origin", origin)
	if got := body(t, first)["refresh_token_expires_in"]; got != 86400.0 {
		t.Errorf("the first refresh token lives %v seconds, want 86400", got)
	}
	if got := first.Header().Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin is %q, want *", got)
	}
	s.advance(time.Hour)
	second := body(t, s.exchange("contoso.com", refreshForm(body(t, first)["refresh_token"], "client_id", appSPA, "header:Origin", origin)...))
	if got := second["refresh_token_expires_in"]; got != 82800.0 {
		t.Errorf("an hour later the next one lives %v seconds, want what is left of the day: 82800", got)
	}
	if got, there := s.tokensOf(s.as(s.megan), "contoso.com")["refresh_token_expires_in"]; there {
		t.Errorf("another application's refresh token has an end that is told: %v", got)
	}
}

func TestOnBehalfOf(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for _, u := range []state.User{s.megan, s.carol} {
		m := s.tokensOf(s.as(u), "contoso.com", "scope", "api://"+appAPI+"/access_as_user")
		api := claims(t, m["access_token"])
		if api["ver"] != "2.0" || api["aud"] != appAPI || api["scp"] != "access_as_user" {
			t.Errorf("token for the API %v", api)
		}
		m = body(t, s.exchange("contoso.com", onBehalfForm(m["access_token"])...))
		if c := claims(t, m["access_token"]); c["appid"] != appAPI || c["oid"] != api["oid"] || c["appidacr"] != "1" {
			t.Errorf("token for Graph %v", c)
		}
	}
}

func TestClientAssertions(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	m := body(t, s.exchange("contoso.com", s.assertionForm(appSecret, time.Minute)...))
	if c := claims(t, m["access_token"]); c["appidacr"] != "2" {
		t.Errorf("by certificate %v", c)
	}
	federated := jwtOf(t, `{"alg":"RS256"}`, `{"iss":"https://ci.example","sub":"repo:main","aud":"api://AzureADTokenExchange","exp":"1772446000.5"}`)
	m = body(t, s.exchange("contoso.com", clientForm("client_secret", "", "client_assertion_type", assertionType, "client_assertion", federated)...))
	if m["access_token"] == nil {
		t.Errorf("federated: %v", m["error_description"])
	}
}

// A secret of a service principal is good where that stands, and nowhere else.
func TestSecretsOfServicePrincipals(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	var text string
	s.update(func(tx *state.Tx) error {
		p, err := directory.Install(tx, directory.SystemPrincipal(s.contoso.ID), s.contoso.ID, appAPI)
		if err != nil {
			return err
		}
		secret, err := directory.AddServicePrincipalSecret(tx, directory.SystemPrincipal(s.contoso.ID), p, "here", time.Time{}, time.Time{})
		text = secret.Text
		return err
	})
	if m := body(t, s.exchange("contoso.com", clientForm("client_id", appAPI, "client_secret", text)...)); m["access_token"] == nil {
		t.Errorf("at home: %v", m["error_description"])
	}
	if m := body(t, s.exchange("fabrikam.com", clientForm("client_id", appAPI, "client_secret", text)...)); m["error"] != "invalid_client" {
		t.Errorf("elsewhere: %v", m)
	}
}

func TestHybridFlow(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	w, _ := s.browser().visit(s.authorizeURL("contoso.com", "client_id", appSecret, "redirect_uri", "https://app.contoso.com/signin",
		"response_type", "code id_token", "nonce", "n-1", "response_mode", "form_post"), s.as(s.megan))
	form := url.Values{}
	for _, m := range hiddenPattern.FindAllStringSubmatch(w.Body.String(), -1) {
		form.Set(m[1], m[2])
	}
	if first(kindPattern, w.Body.String()) != "form-post" || first(actionPattern, w.Body.String()) != "https://app.contoso.com/signin" {
		t.Fatalf("%d %.500s", w.Code, w.Body)
	}
	c := claims(t, form.Get("id_token"))
	if c["nonce"] != "n-1" || c["c_hash"] == nil || form.Get("code") == "" {
		t.Errorf("%v %v", form, c)
	}
}

func TestIncrementalConsent(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	b := s.browser()
	_, to := b.visit(s.authorizeURL("contoso.com", "client_id", appUnknown), s.as(s.megan))
	if to == nil || to.Query().Get("code") == "" || !slices.Contains(b.seen, "consent") {
		t.Fatalf("%v after %v", to, b.seen)
	}
	b.seen = nil
	if _, to = b.visit(s.authorizeURL("contoso.com", "client_id", appUnknown), s.as(s.megan)); to == nil || len(b.seen) != 0 {
		t.Errorf("asked again: %v", b.seen)
	}
	if _, to = b.visit(s.authorizeURL("contoso.com", "client_id", appUnknown, "scope", "Files.Read"), s.as(s.megan)); to == nil || !slices.Equal(b.seen, []string{"consent"}) {
		t.Errorf("more was not asked for: %v", b.seen)
	}
	if w := s.exchange("contoso.com", passwordForm("admin@contoso.com", "client_id", appUnknown)...); w.Code != http.StatusBadRequest {
		t.Error("one person's consent counts for another")
	}
}

func TestAdministratorsConsent(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	q := url.Values{"client_id": {appUnknown}, "redirect_uri": {"http://localhost:5001/done"}, "state": {"a"}}
	p := s.as(s.admin)
	p.answers = map[string]string{"consent": "cancel"}
	_, to := s.browser().visit(login+"/contoso.com/adminconsent?"+q.Encode(), p)
	if to == nil || to.Query().Get("error") != "permission_denied" {
		t.Errorf("declined: %v", to)
	}
	_, to = s.browser().visit(login+"/contoso.com/adminconsent?"+q.Encode(), s.as(s.admin))
	if to == nil || to.Query().Get("admin_consent") != "True" || to.Query().Get("tenant") != s.contoso.ID || to.Query().Get("state") != "a" {
		t.Fatalf("accepted: %v", to)
	}
	if w := s.exchange("contoso.com", passwordForm("megan@contoso.com", "client_id", appUnknown)...); w.Code != http.StatusOK {
		t.Errorf("afterwards %s", w.Body)
	}
	w, to := s.browser().visit(login+"/contoso.com/adminconsent?"+q.Encode(), s.as(s.megan))
	if to != nil || !strings.Contains(w.Body.String(), "AADSTS90094") {
		t.Errorf("somebody else: %v", to)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	b := s.browser()
	b.visit(s.authorizeURL("contoso.com", "client_id", appSecret, "redirect_uri", "https://app.contoso.com/signin"), s.as(s.megan))
	out := login + "/common/oauth2/v2.0/logout?post_logout_redirect_uri=" + url.QueryEscape("https://app.contoso.com/signin")
	w, _ := b.visit(out, person{})
	text := w.Body.String()
	if !strings.Contains(text, `<iframe src="https://app.contoso.com/bye?iss=`) || !strings.Contains(text, `url=https://app.contoso.com/signin`) {
		t.Errorf("page %s", text)
	}
	b.seen = nil
	if _, to := b.visit(s.authorizeURL("contoso.com"), person{}); to != nil || !slices.Equal(b.seen, []string{"sign-in"}) {
		t.Errorf("still signed in: %v", to)
	}
	w, to := s.browser().visit(login+"/common/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F", person{})
	if to != nil || strings.Contains(w.Body.String(), "evil.example") {
		t.Errorf("an open redirect to %v", to)
	}
}

func TestUserInfo(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	m := s.tokensOf(s.as(s.megan), "contoso.com", "scope", "openid profile email User.Read")
	w := s.get("https://graph.microsoft.com/oidc/userinfo", "Authorization", "Bearer "+m["access_token"].(string))
	if u := body(t, w); u["sub"] != claims(t, m["id_token"])["sub"] || u["name"] != "Megan" || u["email"] != "megan@contoso.com" {
		t.Errorf("%d %v", w.Code, u)
	}
	if w := s.get("https://graph.microsoft.com/oidc/userinfo"); w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("without a token %d", w.Code)
	}
}

func TestSharePointsPagesSignPeopleIn(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ask := func(segment, back string, u state.User) (*httptest.ResponseRecorder, url.Values) {
		q := url.Values{
			"client_id": {directory.SharePointAppID}, "response_type": {"id_token"}, "response_mode": {"form_post"}, "scope": {"openid"},
			"nonce": {"n-1"}, "state": {"x"}, "redirect_uri": {back},
		}
		w, _ := s.browser().visit(login+"/"+segment+"/oauth2/authorize?"+q.Encode(), s.as(u))
		form := url.Values{}
		for _, m := range hiddenPattern.FindAllStringSubmatch(w.Body.String(), -1) {
			form.Set(m[1], m[2])
		}
		return w, form
	}
	for _, tt := range []struct {
		segment string
		user    state.User
		tenant  string
	}{
		{s.contoso.ID, s.megan, s.contoso.ID},
		{s.contoso.ID, s.carol, s.fabrikam.ID},
		{"organizations", s.carol, s.fabrikam.ID},
		{"consumers", s.erin, state.ConsumersTenantID},
	} {
		w, form := ask(tt.segment, "https://contoso.sharepoint.com/_forms/default.aspx", tt.user)
		var a state.Account
		err := s.store.View(func(tx *state.Tx) (err error) {
			a, err = s.svc.VerifyID(tx, form.Get("id_token"), directory.SharePointAppID, "n-1")
			return err
		})
		if err != nil || a.TenantID != tt.tenant || a.ObjectID != tt.user.ID {
			t.Errorf("%s at %s: %v %v %d", tt.user.UserPrincipalName, tt.segment, a, err, w.Code)
		}
	}
	if w, _ := ask("common", "https://evil.example/_forms/default.aspx", s.megan); !strings.Contains(w.Body.String(), "AADSTS50011") {
		t.Errorf("an address that is no SharePoint's: %.300s", w.Body)
	}
}

// A page bears the name and the colour of the organisation that asks: at the password one's own, at the review the inviting one.
func TestPagesBearTheirOrganisation(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	p := s.as(s.dave)
	p.password, p.answers = "", map[string]string{"review": "stop"}
	brand := regexp.MustCompile(`(?s)<body data-page="([^"]*)" class="(org-[0-7])">\s*<header class="mark">LOCAL EMULATOR</header>.*?<p class="org"><b aria-hidden="true">.</b>([^<]*)</p>`)
	look := func() (page, colour string) {
		w, _ := s.browser().visit(s.redeemURL, p)
		m := brand.FindStringSubmatch(w.Body.String())
		if m == nil {
			t.Fatalf("no brand: %.900s", w.Body)
		}
		return m[1] + " " + m[3], m[2]
	}
	password, home := look()
	p.password = s.as(s.dave).password
	review, inviting := look()
	if password != "sign-in Fabrikam" || review != "review Contoso" || home == inviting { // identifiers are drawn: which is which is open
		t.Errorf("%q in %s, %q in %s", password, home, review, inviting)
	}
}

func TestAFormWithoutItsBrowserDoesNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	b := s.browser()
	p := s.as(s.dave)
	p.answers = map[string]string{"review": "stop"}
	w, _ := b.visit(s.redeemURL, p)
	form := url.Values{"action": {"accept"}}
	for _, m := range hiddenPattern.FindAllStringSubmatch(w.Body.String(), -1) {
		form.Set(m[1], m[2])
	}
	w = s.post(s.redeemURL, form) // as another site would send it: without cookies
	if w.Header().Get("Location") != "" || first(kindPattern, w.Body.String()) != "sign-in" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestAPersonWithoutAnAccountProvesHisAddress(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	var invite string
	s.update(func(tx *state.Tx) error {
		r, err := invitee(tx, s, "frank@nodomain.example")
		invite = r
		return err
	})
	b := s.browser()
	wrong := person{login: "frank@nodomain.example", code: "00000000"}
	if w, to := b.visit(invite, wrong); to != nil || first(kindPattern, w.Body.String()) != "one-time-code" {
		t.Fatalf("a wrong code led to %v", to)
	}
	b.seen = nil
	if _, to := b.visit(invite, person{login: "frank@nodomain.example", code: fromMail}); to == nil {
		t.Fatalf("pages %v", b.seen)
	}
	m := s.tokensOf(person{login: "frank@nodomain.example", code: fromMail}, "contoso.com")
	c := claims(t, m["access_token"])
	if c["idp"] != "mail" || c["unique_name"] != "frank@nodomain.example" || c["amr"].([]any)[0] != "otp" {
		t.Errorf("token %v", c)
	}
}
