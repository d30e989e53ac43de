package graphapi

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// testKey is made once: making one takes a quarter of a second.
var testKey = sync.OnceValue(func() []byte {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k)})
})

// allScopes are all permissions that some operation of the face takes.
var allScopes = sync.OnceValue(func() []string {
	tree, err := newTree()
	if err != nil {
		panic(err)
	}
	var all []string
	tree.Walk(func(v odata.Visit[*request]) bool {
		for _, p := range append(v.Operation.Delegated, v.Operation.Application...) {
			if p != anyToken && p != secretAddress {
				all = append(all, p)
			}
		}
		return true
	})
	return all
})

// world is an organisation with an administrator and two members, one partner, a face in front of them, all at one moment
// that does not pass.
type world struct {
	tb testing.TB
	*state.Store
	face              http.Handler
	tokens            *tokens.Service
	contoso, fabrikam state.Tenant
	admin, megan, lee state.User
	kim               state.User // of fabrikam
	bearer            string
	headers           map[string]string
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	pool, err := tokens.NewPool(tokens.PoolOptions{PEM: testKey()})
	if err != nil {
		tb.Fatal(err)
	}
	start := time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	w := &world{
		tb: tb, tokens: &tokens.Service{Keys: pool},
		Store: state.New(state.Options{Now: func() time.Time { return start }, Seed: 7}),
	}
	if w.face, err = New(Options{Tokens: w.tokens}); err != nil {
		tb.Fatal(err)
	}
	w.update(func(tx *state.Tx) error {
		tokens.Bind(tx, "main")
		directory.AddConsumers(tx)
		w.contoso, w.fabrikam = addTenant(tb, tx, "contoso"), addTenant(tb, tx, "fabrikam")
		w.admin, w.megan, w.lee = w.addUser(tx, w.contoso, "admin"), w.addUser(tx, w.contoso, "megan"), w.addUser(tx, w.contoso, "lee")
		w.kim = w.addUser(tx, w.fabrikam, "kim")
		_, err := directory.AssignRole(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, directory.GlobalAdministrator, w.admin.ID)
		return err
	})
	return w
}

func addTenant(tb testing.TB, tx *state.Tx, label string) state.Tenant {
	tb.Helper()
	t, err := directory.AddTenant(tx, state.Tenant{
		DisplayName: strings.ToUpper(label[:1]) + label[1:], InitialDomain: label + ".onmicrosoft.com",
		Domains: []state.Domain{{Name: label + ".com", Default: true}}, Region: "EU",
	})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func (w *world) addUser(tx *state.Tx, t state.Tenant, name string) state.User {
	w.tb.Helper()
	u, err := directory.AddUser(tx, directory.SystemPrincipal(t.ID), state.User{
		TenantID: t.ID, DisplayName: strings.ToUpper(name[:1]) + name[1:], UserPrincipalName: name + "@" + t.DefaultDomain(),
		Mail: name + "@" + t.DefaultDomain(), Password: "secret-" + name, AccountEnabled: true,
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	return u
}

func (w *world) addGuest(u state.User) state.User {
	w.tb.Helper()
	var g state.User
	w.update(func(tx *state.Tx) (err error) {
		g, err = directory.AddGuest(tx, directory.SystemPrincipal(w.contoso.ID), directory.GuestSpec{TenantID: w.contoso.ID, Email: u.Mail})
		if err == nil {
			g, err = directory.CompleteRedemption(tx, g, directory.Account(u))
		}
		return err
	})
	return g
}

func (w *world) addGroup(g state.Group, members ...string) state.Group {
	w.tb.Helper()
	g.TenantID = w.contoso.ID
	if g.MailNickname == "" {
		g.MailNickname = strings.ToLower(strings.ReplaceAll(g.DisplayName, " ", ""))
	}
	w.update(func(tx *state.Tx) (err error) {
		by := directory.SystemPrincipal(w.contoso.ID)
		if g, err = directory.AddGroup(tx, by, g); err != nil {
			return err
		}
		return directory.Populate(tx, by, g, []string{w.admin.ID}, members)
	})
	return g
}

func security(name string) state.Group {
	return state.Group{DisplayName: name, SecurityEnabled: true}
}

func (w *world) update(f func(tx *state.Tx) error) {
	w.tb.Helper()
	if err := w.Update(f); err != nil {
		w.tb.Fatal(err)
	}
}

func (w *world) advance(by time.Duration) {
	w.tb.Helper()
	w.update(func(tx *state.Tx) error {
		row := tx.World()
		row.Offset += by
		tx.PutWorld(row)
		return nil
	})
}

// as returns the world with somebody's token: all permissions that there are, or those named.
func (w *world) as(u state.User, scopes ...string) *world {
	if scopes == nil {
		scopes = allScopes()
	}
	return w.with(tokens.MintRequest{TenantID: w.contoso.ID, As: u.ID, Resource: "https://graph.microsoft.com", Scopes: scopes})
}

// app returns the world with an application's token.
func (w *world) app(roles ...string) *world {
	if roles == nil {
		roles = allScopes()
	}
	return w.with(tokens.MintRequest{TenantID: w.contoso.ID, Resource: "https://graph.microsoft.com", AppID: "14d82eec-204b-4c2f-b7e8-296a70dab67e", Roles: roles})
}

func (w *world) with(m tokens.MintRequest) *world {
	w.tb.Helper()
	other := *w
	w.update(func(tx *state.Tx) error {
		minted, err := w.tokens.Mint(tx, m)
		other.bearer = minted.Token
		return err
	})
	return &other
}

// advanced returns the world with the header of advanced queries.
func (w *world) advanced() *world { return w.header("ConsistencyLevel", "eventual") }

func (w *world) header(name, value string) *world {
	other := *w
	other.headers = map[string]string{name: value}
	maps.Copy(other.headers, w.headers)
	return &other
}

// answer is what came back, its body read as JSON where it is.
type answer struct {
	tb     testing.TB
	status int
	header http.Header
	body   string
	json   map[string]any
}

// call sends one request; body is JSON text or empty.
func (w *world) call(method, path, body string) answer {
	w.tb.Helper()
	req := httptest.NewRequest(method, "https://graph.microsoft.com"+path, strings.NewReader(body))
	if body == "" {
		req.Body = http.NoBody
	}
	req.Header.Set("Content-Type", "application/json")
	if w.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+w.bearer)
	}
	for n, v := range w.headers {
		req.Header.Set(n, v)
	}
	ctx := state.NewContext(req.Context(), w.Store)
	ctx = links.NewContext(ctx, links.Place{Service: links.Graph, Name: "graph.microsoft.com"})
	rec := httptest.NewRecorder()
	w.face.ServeHTTP(rec, req.WithContext(ctx))
	a := answer{tb: w.tb, status: rec.Code, header: rec.Header(), body: rec.Body.String()}
	if strings.HasPrefix(rec.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(rec.Body.Bytes(), &a.json); err != nil {
			w.tb.Errorf("%s %s: the body is no JSON: %v\n%s", method, path, err, a.body)
		}
	}
	return a
}

func (w *world) get(path string) answer { w.tb.Helper(); return w.call("GET", path, "") }

// want fails unless the status is that one.
func (a answer) want(status int) answer {
	a.tb.Helper()
	if a.status != status {
		a.tb.Fatalf("status %d, want %d\n%s", a.status, status, a.body)
	}
	return a
}

// code is that of an error.
func (a answer) code() string {
	e, _ := a.json["error"].(map[string]any)
	s, _ := e["code"].(string)
	return s
}

// rows are the entries of a collection.
func (a answer) rows() []map[string]any {
	list, _ := a.json["value"].([]any)
	rows := make([]map[string]any, len(list))
	for i, v := range list {
		rows[i], _ = v.(map[string]any)
	}
	return rows
}

// column are one property's values in the entries of a collection.
func (a answer) column(name string) []string {
	values := []string{}
	for _, r := range a.rows() {
		s, _ := r[name].(string)
		values = append(values, s)
	}
	return values
}
