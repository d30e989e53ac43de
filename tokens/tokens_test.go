package tokens_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// testKeys are three keys, made once: making one takes a quarter of a second.
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

// world is a store with two organisations, a person in each, and a service that mints.
type world struct {
	*state.Store
	*tokens.Service
	contoso, fabrikam state.Tenant
	megan, bob        state.User
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	pool, err := tokens.NewPool(tokens.PoolOptions{PEM: testKeys()})
	if err != nil {
		tb.Fatal(err)
	}
	start := time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	w := &world{Store: state.New(state.Options{Now: func() time.Time { return start }}), Service: &tokens.Service{Keys: pool}}
	w.update(tb, func(tx *state.Tx) error {
		tokens.Bind(tx, "main")
		directory.AddConsumers(tx)
		w.contoso = w.addTenant(tb, tx, "Contoso", "contoso")
		w.fabrikam = w.addTenant(tb, tx, "Fabrikam", "fabrikam")
		w.megan = w.addUser(tb, tx, w.contoso, "megan")
		w.bob = w.addUser(tb, tx, w.fabrikam, "bob")
		return nil
	})
	return w
}

func (w *world) addTenant(tb testing.TB, tx *state.Tx, name, label string) state.Tenant {
	tb.Helper()
	t, err := directory.AddTenant(tx, state.Tenant{
		DisplayName: name, InitialDomain: label + ".onmicrosoft.com", Domains: []state.Domain{{Name: label + ".com", Default: true}}, Region: "EU",
	})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func (w *world) addUser(tb testing.TB, tx *state.Tx, t state.Tenant, name string) state.User {
	tb.Helper()
	u, err := directory.AddUser(tx, directory.SystemPrincipal(t.ID), state.User{
		TenantID: t.ID, DisplayName: name, UserPrincipalName: name + "@" + t.DefaultDomain(), Mail: name + "@" + t.DefaultDomain(),
		Password: "secret-" + name, AccountEnabled: true,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

func (w *world) update(tb testing.TB, f func(tx *state.Tx) error) {
	tb.Helper()
	if err := w.Update(f); err != nil {
		tb.Fatal(err)
	}
}

func (w *world) mint(tb testing.TB, r tokens.MintRequest) string {
	tb.Helper()
	var m tokens.Minted
	w.update(tb, func(tx *state.Tx) (err error) {
		m, err = w.Mint(tx, r)
		return err
	})
	return m.Token
}

func (w *world) verify(raw string, aud tokens.Audience) (p directory.Principal, err error) {
	err = w.View(func(tx *state.Tx) (err error) {
		p, err = w.Verify(tx, raw, aud)
		return err
	})
	return p, err
}

func (w *world) advance(tb testing.TB, by time.Duration) {
	tb.Helper()
	w.update(tb, func(tx *state.Tx) error {
		row := tx.World()
		row.Offset += by
		tx.PutWorld(row)
		return nil
	})
}

func (w *world) forMegan() tokens.MintRequest {
	return tokens.MintRequest{TenantID: w.contoso.ID, As: "megan@contoso.com", Resource: "https://graph.microsoft.com", Scopes: []string{"User.Read"}}
}

func TestAMintedTokenIsBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := w.mint(t, w.forMegan())
	for range 2 { // the second time from what the service remembers
		p, err := w.verify(raw, tokens.GraphAudience())
		if err != nil {
			t.Fatal(err)
		}
		if p.User.ID != w.megan.ID || p.Tenant != w.contoso.ID || !p.HasScope("User.Read") || p.AppOnly() {
			t.Errorf("got %+v", p)
		}
	}
}

func TestABadTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct {
		name   string
		change func(*tokens.MintRequest)
		want   problem.Reason
	}{
		{"signature damaged", func(r *tokens.MintRequest) { r.Signature = tokens.SignatureInvalid }, problem.BadToken},
		{"signed by a stranger's key", func(r *tokens.MintRequest) { r.Signature = tokens.SignatureForeign }, problem.BadToken},
		{"alg none", func(r *tokens.MintRequest) { r.Signature = tokens.SignatureNone }, problem.BadToken},
		{"payload altered", func(r *tokens.MintRequest) { r.Signature = tokens.SignatureAltered }, problem.BadToken},
		{"expired", func(r *tokens.MintRequest) { r.ExpiresIn = -time.Second }, problem.TokenExpired},
		{"not yet valid", func(r *tokens.MintRequest) {
			r.Claims = map[string]any{"nbf": time.Date(2026, time.March, 2, 10, 1, 0, 0, time.UTC).Unix()}
		}, problem.BadToken},
		{"for SharePoint", func(r *tokens.MintRequest) { r.Resource = "https://contoso.sharepoint.com" }, problem.WrongAudience},
		{"issuer of another tenant", func(r *tokens.MintRequest) {
			r.Claims = map[string]any{"iss": tokens.IssuerV1(w.fabrikam.ID)}
		}, problem.BadToken},
		{"tenant of another organisation", func(r *tokens.MintRequest) { r.Claims = map[string]any{"tid": w.fabrikam.ID} }, problem.BadToken},
		{"no uti", func(r *tokens.MintRequest) { r.Claims = map[string]any{"uti": nil} }, problem.BadToken},
		{"aud a list", func(r *tokens.MintRequest) { r.Claims = map[string]any{"aud": []string{"https://graph.microsoft.com"}} }, problem.BadToken},
		{"exp a text", func(r *tokens.MintRequest) { r.Claims = map[string]any{"exp": "soon"} }, problem.BadToken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := w.forMegan()
			tt.change(&r)
			_, err := w.verify(w.mint(t, r), tokens.GraphAudience())
			if !errors.Is(err, problem.New(problem.Unauthenticated, tt.want, "")) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestATokenEndsWithItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := w.mint(t, w.forMegan())
	w.advance(t, 59*time.Minute)
	if _, err := w.verify(raw, tokens.GraphAudience()); err != nil {
		t.Fatal(err)
	}
	w.advance(t, time.Minute)
	if _, err := w.verify(raw, tokens.GraphAudience()); problem.ReasonOf(err) != problem.TokenExpired {
		t.Errorf("after an hour: %v", err)
	}
}

func TestAWorldAcceptsWhatItsAncestorsIssuedBeforeTheFork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.mint(t, w.forMegan())
	fork := func(name string) *world {
		f := *w
		f.Store = w.Fork(w.Snapshot())
		f.update(t, func(tx *state.Tx) error { tokens.Bind(tx, name); return nil })
		return &f
	}
	one, two := fork("one"), fork("two")
	after, own := w.mint(t, w.forMegan()), one.mint(t, one.forMegan())
	tests := []struct {
		name  string
		in    *world
		token string
		good  bool
	}{
		{"the ancestor's, from before, in a fork", one, before, true},
		{"the fork's own", one, own, true},
		{"the world's own, from after the fork", w, after, true},
		{"the ancestor's, from after the fork", one, after, false},
		{"the fork's, in its ancestor", w, own, false},
		{"the fork's, in its sibling", two, own, false},
	}
	for _, tt := range tests {
		if _, err := tt.in.verify(tt.token, tokens.GraphAudience()); (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestARetiredKeyIsServedUntilItsTokensEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := w.mint(t, w.forMegan())
	published := func() (ids []string) {
		// The error is that of Published.
		err := w.View(func(tx *state.Tx) error {
			keys, err := w.Published(tx)
			for _, k := range keys {
				ids = append(ids, k.ID)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	first := published()
	var rotated tokens.Rotated
	w.update(t, func(tx *state.Tx) (err error) { rotated, err = w.Rotate(tx); return err })
	if rotated.Retired != first[0] || rotated.Active != first[1] {
		t.Errorf("rotated %+v, published before %v", rotated, first)
	}
	if _, err := w.verify(raw, tokens.GraphAudience()); err != nil {
		t.Errorf("a token of the retired key: %v", err)
	}
	if _, err := w.verify(w.mint(t, w.forMegan()), tokens.GraphAudience()); err != nil {
		t.Errorf("a token of the new key: %v", err)
	}
	if n := len(published()); n != 3 {
		t.Errorf("%d keys are published after a rotation", n)
	}
	w.advance(t, 30*time.Hour)
	if got := published(); len(got) != 2 || got[0] != rotated.Active {
		t.Errorf("published long after: %v", got)
	}
}

func TestRevokedSessionsChallengeACapableClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := w.mint(t, w.forMegan())
	r := w.forMegan()
	r.Claims = map[string]any{"xms_cc": []string{"cp1"}}
	capable := w.mint(t, r)
	w.advance(t, time.Second)
	w.update(t, func(tx *state.Tx) error {
		_, err := directory.RevokeSessions(tx, directory.SystemPrincipal(w.contoso.ID), w.megan)
		return err
	})
	w.advance(t, time.Second)
	if _, err := w.verify(plain, tokens.GraphAudience()); err != nil {
		t.Errorf("a token whose client did not declare CP1: %v", err)
	}
	_, err := w.verify(capable, tokens.GraphAudience())
	if e := problem.As(err); e.Reason != problem.ClaimsChallenge || e.Target == "" {
		t.Errorf("a token whose client declared CP1: %v", err)
	}
	if _, err := w.verify(w.mint(t, r), tokens.GraphAudience()); err != nil {
		t.Errorf("a new token: %v", err)
	}
}

func TestWhoseAccountIsGoneIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := w.mint(t, w.forMegan())
	w.update(t, func(tx *state.Tx) error {
		u := w.megan
		u.AccountEnabled = false
		tx.PutUser(u)
		return nil
	})
	if _, err := w.verify(raw, tokens.GraphAudience()); problem.ReasonOf(err) != problem.UserDisabled {
		t.Errorf("disabled: %v", err)
	}
}
