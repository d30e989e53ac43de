package spoapi

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// The world of the tests: Contoso with a site, Fabrikam beside it.
const (
	contosoID  = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"
	fabrikamID = "d7c9e0a2-58f4-4b1b-8a36-91c5f0b7e3d2"
	siteURL    = "https://contoso.sharepoint.com/sites/marketing"
	library    = "/sites/marketing/Shared Documents"
)

// pool makes the signing key once; it costs more than all tests together.
var pool = sync.OnceValues(func() (*tokens.Pool, error) { return tokens.NewPool(tokens.PoolOptions{}) })

// host is a face with a world of its own.
type host struct {
	tb      testing.TB
	face    http.Handler
	world   *state.Store
	service *tokens.Service
	site    state.Site
	tokens  map[string]string
}

func newHost(tb testing.TB) *host {
	tb.Helper()
	keys, err := pool()
	if err != nil {
		tb.Fatal(err)
	}
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	h := &host{
		tb: tb, service: &tokens.Service{Keys: keys}, tokens: map[string]string{},
		world: state.New(state.Options{Seed: 7, Now: func() time.Time { return at }}),
	}
	if h.face, err = New(Options{Tokens: h.service, Sharing: sharing.Manager{}}); err != nil {
		tb.Fatal(err)
	}
	h.update(h.fill)
	return h
}

func (h *host) update(f func(*state.Tx) error) {
	h.tb.Helper()
	if err := h.world.Update(f); err != nil {
		h.tb.Fatal(err)
	}
}

// fill makes the tenants: megan owns the site, lee is a member, vera a visitor, pradeep a stranger to it.
func (h *host) fill(tx *state.Tx) error {
	for _, t := range [][2]string{{contosoID, "contoso"}, {fabrikamID, "fabrikam"}} {
		if _, err := directory.AddTenant(tx, state.Tenant{ID: t[0], DisplayName: t[1], InitialDomain: t[1] + ".onmicrosoft.com", Domains: []state.Domain{{Name: t[1] + ".com"}}}); err != nil {
			return err
		}
	}
	people := map[string]state.User{}
	for _, upn := range []string{"admin@contoso.com", "megan@contoso.com", "lee@contoso.com", "vera@contoso.com", "pradeep@contoso.com"} {
		u, err := directory.AddUser(tx, directory.SystemPrincipal(contosoID), state.User{TenantID: contosoID, DisplayName: upn, UserPrincipalName: upn, Mail: upn, AccountEnabled: true})
		if err != nil {
			return err
		}
		people[upn] = u
	}
	if _, err := directory.AssignRole(tx, directory.SystemPrincipal(contosoID), contosoID, directory.GlobalAdministrator, people["admin@contoso.com"].ID); err != nil {
		return err
	}
	drive.EnsureRootSite(tx, contosoID)
	s, err := drive.AddSite(tx, drive.SiteSpec{TenantID: contosoID, Path: "/sites/marketing", Title: "Marketing"})
	if err != nil {
		return err
	}
	for _, m := range []struct {
		upn string
		as  drive.SiteMember
	}{{"megan@contoso.com", drive.SiteOwners}, {"lee@contoso.com", drive.SiteMembers}, {"vera@contoso.com", drive.SiteVisitors}} {
		if err := drive.AddToSite(tx, s, m.as, people[m.upn]); err != nil {
			return err
		}
	}
	h.site, err = drive.FindSite(tx, contosoID, s.ID)
	return err
}

// token mints an access token of somebody, "" is an application alone; more asks for other claims.
func (h *host) token(who string, more ...string) string {
	key := strings.Join(append([]string{who}, more...), " ")
	if t := h.tokens[key]; t != "" {
		return t
	}
	r := tokens.MintRequest{TenantID: contosoID, As: who, Resource: "https://contoso.sharepoint.com", Scopes: more}
	if who == "" {
		r.Scopes, r.Roles = nil, more
	} else if len(more) == 0 {
		r.Scopes = []string{allSitesFull}
	}
	h.update(func(tx *state.Tx) error {
		m, err := h.service.Mint(tx, r)
		h.tokens[key] = m.Token
		return err
	})
	return h.tokens[key]
}

// ask is a request on its way.
type ask struct {
	as     string // principal name; "-" is nobody
	accept string
	body   string
	header map[string]string
}

// do sends a request, relative to the site unless it is absolute.
func (h *host) do(method, path string, a ask) *http.Response {
	h.tb.Helper()
	url := path
	if !strings.HasPrefix(path, "https://") {
		url = siteURL + "/_api/" + path
	}
	r := httptest.NewRequest(method, strings.ReplaceAll(url, " ", "%20"), strings.NewReader(a.body))
	place, ok := links.Resolve("https", r.Host, "")
	if !ok {
		h.tb.Fatalf("%s is no host of ours", r.Host)
	}
	r = r.WithContext(links.NewContext(state.NewContext(r.Context(), h.world), place))
	if a.as == "" {
		a.as = "megan@contoso.com"
	}
	if a.as != "-" {
		r.Header.Set("Authorization", "Bearer "+h.token(a.as))
	}
	if a.accept == "" {
		a.accept = "nometadata"
	}
	r.Header.Set("Accept", "application/json;odata="+a.accept)
	if a.accept == "json" {
		r.Header.Set("Accept", "application/json")
	}
	for k, v := range a.header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.face.ServeHTTP(w, r)
	return w.Result()
}

// text sends a request and returns status and body.
func (h *host) text(method, path string, a ask) (int, string) {
	h.tb.Helper()
	resp := h.do(method, path, a)
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.tb.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// get sends a request that must be answered with a status of success, and reads the answer into v.
func (h *host) must(method, path string, a ask, v any) {
	h.tb.Helper()
	status, body := h.text(method, path, a)
	if status/100 != 2 {
		h.tb.Fatalf("%s %s: %d %s", method, path, status, body)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal([]byte(body), v); err != nil {
		h.tb.Fatalf("%s %s: %v in %s", method, path, err, body)
	}
}

func TestDeclarations(t *testing.T) {
	t.Parallel()
	tree, err := newTree()
	if err != nil {
		t.Fatal(err)
	}
	if lost := tree.Unreachable(); len(lost) > 0 {
		t.Errorf("no path leads to %v", lost)
	}
	for _, v := range tree.Operations() {
		if v.Operation.Source == "" {
			t.Errorf("%s names no source", v.Operation.Name)
		}
		if len(v.Operation.Delegated) == 0 && v.Operation.Name != "contextinfo" {
			t.Errorf("%s asks for no permission", v.Operation.Name)
		}
	}
}
