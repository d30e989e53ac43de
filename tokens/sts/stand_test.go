package sts_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
	"github.com/tennantite/tennantite/tokens/sts"
)

var testKeys = sync.OnceValue(func() []byte {
	var text []byte
	for range 3 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k)})...)
	}
	return text
})

// Client ids of the stand's applications.
const (
	appPublic   = "aaaaaaaa-0000-4000-8000-000000000001" // public, multi-tenant, consented
	appSecret   = "aaaaaaaa-0000-4000-8000-000000000002" // confidential, of contoso alone, implicit id tokens
	appAPI      = "aaaaaaaa-0000-4000-8000-000000000003" // an API with a scope, version 2 tokens
	appUnknown  = "aaaaaaaa-0000-4000-8000-000000000004" // installed and not consented
	appSPA      = "aaaaaaaa-0000-4000-8000-000000000005" // single-page
	appBare     = "aaaaaaaa-0000-4000-8000-000000000006" // no redirect address
	appDisabled = "aaaaaaaa-0000-4000-8000-000000000007" // disabled in contoso
	appAssigned = "aaaaaaaa-0000-4000-8000-000000000008" // assignment required
	appLegacy   = "ab9b8c07-8f02-4f72-87fa-80105867a763" // the OneDrive sync engine, well-known
	secret      = "stand-secret"
	oldSecret   = "stand-secret-of-last-year"
)

// stand is the face on a world of two organisations.
type stand struct {
	tb    testing.TB
	store *state.Store
	svc   *tokens.Service
	face  http.Handler
	clock time.Time

	contoso, fabrikam                state.Tenant
	admin, megan, carol, dora, heidi state.User // dora owes a second factor, heidi is disabled
	carolGuest                       state.User // accepted guest of contoso
	pending                          state.User // invited dave of fabrikam
	dave, erin                       state.User
	invitation                       state.Invitation
	redeemURL                        string
	apiApp, secretApp, disabledApp   state.Application
	certificateKey                   *rsa.PrivateKey
}

const password = "Secret-1234"

func newStand(tb testing.TB) *stand {
	tb.Helper()
	pool, err := tokens.NewPool(tokens.PoolOptions{PEM: testKeys()})
	if err != nil {
		tb.Fatal(err)
	}
	s := &stand{tb: tb, clock: time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)}
	s.store = state.New(state.Options{Now: func() time.Time { return s.clock }})
	s.svc = &tokens.Service{Keys: pool}
	s.face = sts.New(sts.Options{Tokens: s.svc, B2B: b2b.Manager{}})
	s.update(func(tx *state.Tx) error {
		tokens.Bind(tx, "main")
		directory.AddConsumers(tx)
		s.contoso, s.fabrikam = s.tenant(tx, "Contoso", "contoso"), s.tenant(tx, "Fabrikam", "fabrikam")
		s.people(tx)
		s.applications(tx)
		return nil
	})
	s.guests()
	return s
}

// of is the stand for another test, which failures belong to.
func (s *stand) of(tb testing.TB) *stand {
	tb.Helper()
	other := *s
	other.tb = tb
	return &other
}

func (s *stand) tenant(tx *state.Tx, name, label string) state.Tenant {
	t, err := directory.AddTenant(tx, state.Tenant{
		DisplayName: name, InitialDomain: label + ".onmicrosoft.com", Domains: []state.Domain{{Name: label + ".com", Default: true}}, Region: "EU",
	})
	s.must(err)
	return t
}

func (s *stand) must(err error) {
	s.tb.Helper()
	if err != nil {
		s.tb.Fatal(err)
	}
}

func (s *stand) people(tx *state.Tx) {
	add := func(t state.Tenant, name string, change func(*state.User)) state.User {
		u := state.User{
			TenantID: t.ID, DisplayName: strings.ToUpper(name[:1]) + name[1:], UserPrincipalName: name + "@" + t.DefaultDomain(),
			Mail: name + "@" + t.DefaultDomain(), Password: password, AccountEnabled: true,
		}
		if change != nil {
			change(&u)
		}
		u, err := directory.AddUser(tx, directory.SystemPrincipal(t.ID), u)
		s.must(err)
		return u
	}
	s.admin = add(s.contoso, "admin", nil)
	_, err := directory.AssignRole(tx, directory.SystemPrincipal(s.contoso.ID), s.contoso.ID, directory.GlobalAdministrator, s.admin.ID)
	s.must(err)
	s.megan = add(s.contoso, "megan", nil)
	s.dora = add(s.contoso, "dora", func(u *state.User) { u.MFARequired = true })
	s.heidi = add(s.contoso, "heidi", func(u *state.User) { u.AccountEnabled = false })
	add(s.contoso, "nora", func(u *state.User) { u.Password = "" })
	add(s.contoso, "olaf", func(u *state.User) { u.ForceChangePassword = true })
	s.carol = add(s.fabrikam, "carol", nil)
	s.dave = add(s.fabrikam, "dave", nil)
	consumers, _ := tx.Tenant(state.ConsumersTenantID)
	s.erin = add(consumers, "erin", func(u *state.User) { u.UserPrincipalName, u.Mail = "erin@outlook.com", "erin@outlook.com" })
}

func (s *stand) applications(tx *state.Tx) {
	by := directory.SystemPrincipal(s.contoso.ID)
	graph, _ := directory.ResourceByAppID(tx, directory.GraphAppID)
	asks := func(names ...string) []state.RequiredResource {
		r := state.RequiredResource{ResourceAppID: directory.GraphAppID}
		for _, n := range names {
			if sc, ok := graph.Scope(n); ok {
				r.Access = append(r.Access, state.Scopes(sc.ID)...)
			} else if role, ok := graph.Role(n); ok {
				r.Access = append(r.Access, state.Roles(role.ID)...)
			} else {
				s.tb.Fatal("no permission", n)
			}
		}
		return []state.RequiredResource{r}
	}
	add := func(id, name string, a state.Application, consent ...state.Tenant) state.Application {
		a.TenantID, a.AppID, a.DisplayName = s.contoso.ID, id, name
		a, err := directory.AddApplication(tx, by, a)
		s.must(err)
		for _, t := range consent {
			_, err := directory.Install(tx, directory.SystemPrincipal(t.ID), t.ID, id)
			s.must(err)
			s.must(directory.ConsentAll(tx, directory.SystemPrincipal(t.ID), t.ID, id))
		}
		return a
	}
	basic := asks("openid", "profile", "email", "offline_access", "User.Read")
	both := []state.Tenant{s.contoso, s.fabrikam}
	key, der := certificate(s.tb, s.clock)
	s.certificateKey = key
	s.apiApp = add(appAPI, "API", state.Application{
		IdentifierURIs: []string{"api://" + appAPI}, AccessTokenVersion: 2, Secrets: []state.Secret{{Text: secret}}, Required: basic,
		SignInAudience: "AzureADMultipleOrgs",
		Scopes:         []state.PermissionScope{{ID: "bbbbbbbb-0000-4000-8000-000000000001", Value: "access_as_user", Type: "User", Enabled: true}},
	}, both...)
	add(appPublic, "Public", state.Application{
		PublicClient: true, SignInAudience: "AzureADMultipleOrgs", PublicRedirects: []string{"http://localhost"},
		Required: append(basic, state.RequiredResource{ResourceAppID: appAPI, Access: state.Scopes("bbbbbbbb-0000-4000-8000-000000000001")}),
	}, both...)
	s.secretApp = add(appSecret, "Confidential", state.Application{
		RedirectURIs: []string{"https://app.contoso.com/signin"}, LogoutURL: "https://app.contoso.com/bye", ImplicitIDToken: true,
		Secrets:      []state.Secret{{Text: secret}, {Text: oldSecret, End: s.clock.Add(-time.Hour)}},
		Certificates: []state.Certificate{{DER: der}}, Required: asks("openid", "profile", "email", "offline_access", "User.Read", "User.Read.All"),
		Federated: []state.FederatedCredential{{Name: "ci", Issuer: "https://ci.example", Subject: "repo:main"}},
	}, s.contoso)
	add(appUnknown, "Unconsented", state.Application{
		PublicClient: true, SignInAudience: "AzureADMultipleOrgs", PublicRedirects: []string{"http://localhost"}, Required: basic,
	})
	add(appSPA, "Single page", state.Application{SPARedirects: []string{"https://spa.contoso.com/"}, Required: basic}, s.contoso)
	add(appBare, "Bare", state.Application{PublicClient: true, Required: basic}, s.contoso)
	s.disabledApp = add(appDisabled, "Disabled", state.Application{PublicClient: true, Secrets: []state.Secret{{Text: secret}}, PublicRedirects: []string{"http://localhost"}, Required: basic}, s.contoso)
	add(appAssigned, "Assigned", state.Application{PublicClient: true, PublicRedirects: []string{"http://localhost"}, Required: basic}, s.contoso)
	sp, _ := tx.ServicePrincipalByAppID(s.contoso.ID, appDisabled)
	sp.AccountEnabled = false
	tx.PutServicePrincipal(sp)
	sp, _ = tx.ServicePrincipalByAppID(s.contoso.ID, appAssigned)
	sp.AssignmentRequired = true
	tx.PutServicePrincipal(sp)
}

func certificate(tb testing.TB, now time.Time) (*rsa.PrivateKey, []byte) {
	tb.Helper()
	block, _ := pem.Decode(testKeys())
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: now, NotAfter: now.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		tb.Fatal(err)
	}
	return key, der
}

// guests invites carol, who redeems, and dave, who does not.
func (s *stand) guests() {
	m := b2b.Manager{}
	s.update(func(tx *state.Tx) error {
		by := directory.Principal{Tenant: s.contoso.ID, User: s.admin}
		r, err := m.Invite(tx, by, b2b.Request{Email: "carol@fabrikam.com", RedirectURL: "https://contoso.example/"})
		s.must(err)
		s.carolGuest, err = m.Redeem(tx, r.Invitation, directory.Account(s.carol))
		s.must(err)
		r, err = m.Invite(tx, by, b2b.Request{Email: "dave@fabrikam.com", RedirectURL: "https://contoso.example/welcome"})
		s.must(err)
		s.pending, s.invitation, s.redeemURL = r.Guest, r.Invitation, r.RedeemURL
		return nil
	})
}

func (s *stand) update(f func(tx *state.Tx) error) {
	s.tb.Helper()
	s.must(s.store.Update(f))
}

// send asks the face; address is a real one.
func (s *stand) send(r *http.Request) *httptest.ResponseRecorder {
	s.tb.Helper()
	place, ok := links.Resolve(r.URL.Scheme, r.URL.Host, "")
	if !ok {
		s.tb.Fatalf("%s is no emulated host", r.URL)
	}
	w := httptest.NewRecorder()
	r.Host, r.RemoteAddr = r.URL.Host, "192.0.2.7:1234"
	s.face.ServeHTTP(w, r.WithContext(links.NewContext(state.NewContext(r.Context(), s.store), place)))
	return w
}

const login = "https://login.microsoftonline.com"

func (s *stand) get(address string, header ...string) *httptest.ResponseRecorder {
	s.tb.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.send(r)
}

func (s *stand) post(address string, form url.Values, header ...string) *httptest.ResponseRecorder {
	s.tb.Helper()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.send(r)
}

// body decodes a JSON answer.
func body(tb testing.TB, w *httptest.ResponseRecorder) map[string]any {
	tb.Helper()
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		tb.Fatalf("status %d: %v: %.300s", w.Code, err, w.Body)
	}
	return m
}

// claims decodes a token's payload.
func claims(tb testing.TB, token any) map[string]any {
	tb.Helper()
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		tb.Fatalf("%v is no token", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		tb.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		tb.Fatal(err)
	}
	return m
}

// authorizeURL is an authorize request of the public client; pairs are put over it, "" takes out.
func (s *stand) authorizeURL(tenant string, pairs ...string) string {
	q := url.Values{
		"client_id": {appPublic}, "response_type": {"code"}, "redirect_uri": {"http://localhost:5001/"}, "state": {"s/1"},
		"scope": {"openid profile offline_access User.Read"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	return login + "/" + tenant + "/oauth2/v2.0/authorize?" + q.Encode()
}

func (s *stand) tokenURL(tenant string) string { return login + "/" + tenant + "/oauth2/v2.0/token" }

// code signs somebody in and returns the code.
func (s *stand) code(p person, tenant string, pairs ...string) string {
	s.tb.Helper()
	w, to := s.browser().visit(s.authorizeURL(tenant, pairs...), p)
	if to == nil || to.Query().Get("code") == "" {
		s.tb.Fatalf("no code: %d %v %.500s", w.Code, to, w.Body)
	}
	return to.Query().Get("code")
}

// redeem exchanges a code; pairs are put over the form.
func (s *stand) redeem(tenant, code string, pairs ...string) *httptest.ResponseRecorder {
	s.tb.Helper()
	return s.exchange(tenant, append([]string{
		"grant_type", "authorization_code", "client_id", appPublic, "code", code, "redirect_uri", "http://localhost:5001/", "client_info", "1",
	}, pairs...)...)
}

// exchange posts to the token endpoint; the pair header: is a header.
func (s *stand) exchange(tenant string, pairs ...string) *httptest.ResponseRecorder {
	s.tb.Helper()
	form := url.Values{}
	var header []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := strings.CutPrefix(pairs[i], "header:"); ok {
			header = append(header, name, pairs[i+1])
			continue
		}
		form.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			form.Del(pairs[i])
		}
	}
	return s.post(s.tokenURL(tenant), form, header...)
}

// tokensOf signs somebody in all the way.
func (s *stand) tokensOf(p person, tenant string, pairs ...string) map[string]any {
	s.tb.Helper()
	w := s.redeem(tenant, s.code(p, tenant, pairs...))
	if w.Code != http.StatusOK {
		s.tb.Fatalf("tokens: %d %s", w.Code, w.Body)
	}
	return body(s.tb, w)
}

func (s *stand) as(u state.User) person {
	return person{login: u.UserPrincipalName, password: password}
}

// advance moves the clock; nothing runs beside it.
func (s *stand) advance(by time.Duration) { s.clock = s.clock.Add(by) }

// jwtOf is a token with any header and payload and no signature to speak of.
func jwtOf(tb testing.TB, header, payload string) string {
	tb.Helper()
	e := base64.RawURLEncoding.EncodeToString
	return e([]byte(header)) + "." + e([]byte(payload)) + "." + e([]byte("signature"))
}

// invitee invites an address and returns the redemption address.
func invitee(tx *state.Tx, s *stand, email string) (string, error) {
	r, err := b2b.Manager{}.Invite(tx, directory.Principal{Tenant: s.contoso.ID, User: s.admin}, b2b.Request{Email: email, RedirectURL: "https://contoso.example/"})
	return r.RedeemURL, err
}

// fromMail is the code of the newest mail.
const fromMail = "from mail"

func (s *stand) mailed(address string) (code string) {
	s.must(s.store.View(func(tx *state.Tx) error {
		for m := range tx.MessagesTo(address) {
			if m.Code != "" {
				code = m.Code
			}
		}
		return nil
	}))
	return code
}
