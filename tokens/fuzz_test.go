package tokens

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
)

func FuzzParseScopes(f *testing.F) {
	for _, s := range []string{
		"", "User.Read", "openid profile offline_access User.Read", "https://graph.microsoft.com/.default", "https://host//.default",
		"api://x/access_as_user email", ".default openid", "a/b c/d", "https://graph.microsoft.com/User.Read Files.Read", "/", "x/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseScopes(text)
		if err != nil {
			return
		}
		again, err := ParseScopes(s.String())
		if err != nil {
			t.Fatalf("%q is printed as %q, which is refused: %v", text, s.String(), err)
		}
		if again.String() != s.String() {
			t.Errorf("%q: %q is not stable: %q", text, s.String(), again.String())
		}
	})
}

func FuzzRedirectFits(f *testing.F) {
	for _, registered := range []string{"http://localhost", "http://localhost/cb", "https://app.contoso.com/signin", "https://login.microsoftonline.com/common/oauth2/nativeclient"} {
		for _, asked := range []string{registered, "http://localhost:5001/", "https://app.contoso.com@evil.example/signin", "https://login.microsoftonline.com/x/oauth2/nativeclient", "http://localhost.evil.example/"} {
			f.Add(registered, asked)
		}
	}
	f.Fuzz(func(t *testing.T, registered, asked string) {
		if registered == asked || !redirectFits(registered, asked) {
			return
		}
		r, err := url.Parse(registered)
		if err != nil {
			t.Fatalf("%q fits %q, which is no address", asked, registered)
		}
		a, err := url.Parse(asked)
		if err != nil {
			t.Fatalf("%q is no address and fits", asked)
		}
		same := strings.EqualFold(r.Hostname(), a.Hostname()) || landing(r) && landing(a)
		if !same {
			t.Errorf("%q fits %q", asked, registered)
		}
	})
}

func FuzzReadAssertion(f *testing.F) {
	for _, s := range []string{"", "a.b.c", "e30.e30.", "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOiIxLjUiLCJhdWQiOlsiYSJdfQ.x", strings.Repeat(".", 10)} {
		f.Add(s)
	}
	s := &Service{}
	store := state.New(state.Options{})
	app := state.Application{AppID: "aaaaaaaa-0000-4000-8000-000000000001", Federated: []state.FederatedCredential{{Issuer: "i", Subject: "s"}}}
	f.Fuzz(func(t *testing.T, raw string) {
		err := store.View(func(tx *state.Tx) error {
			_, err := s.checkAssertion(tx, app, Credential{Assertion: raw, AssertionType: assertionType})
			return err
		})
		// Without a certificate only the federated credential can let something in, and that names issuer and subject.
		if _, claims, readable := readAssertion(raw); err == nil && (readable != nil || claims.Issuer != "i" || claims.Subject != "s") {
			t.Errorf("%q was believed", raw)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL2dyYXBoLm1pY3Jvc29mdC5jb20ifQ.")
	f.Add("not-a-token")
	f.Add("a.b.c")
	pool, err := NewPool(PoolOptions{})
	if err != nil {
		f.Fatal(err)
	}
	s := &Service{Keys: pool}
	store := state.New(state.Options{})
	f.Fuzz(func(t *testing.T, raw string) {
		err := store.View(func(tx *state.Tx) error {
			_, err := s.Verify(tx, raw, GraphAudience())
			return err
		})
		if err == nil {
			t.Errorf("%q was believed", raw)
		}
	})
}
