package clients_test

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
)

func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no token", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// userToken is megan's token for the API, by the interactive flow: MSAL listens on localhost, the browser posts there.
func userToken(t *testing.T, c *http.Client) string {
	t.Helper()
	app := publicApp(t, c, contoso)
	r, err := app.AcquireTokenInteractive(t.Context(), []string{"api://" + api + "/access_as_user"}, opens(t, c, "megan@contoso.com"))
	if err != nil {
		t.Fatal(err)
	}
	return r.AccessToken
}

func publicApp(t *testing.T, c *http.Client, tenant string) msal.Client {
	t.Helper()
	app, err := msal.New(public, msal.WithAuthority(login+tenant), msal.WithHTTPClient(c))
	if err != nil {
		t.Fatal(err)
	}
	return app
}

func opens(t *testing.T, c *http.Client, name string) msal.AcquireInteractiveOption {
	t.Helper()
	return msal.WithOpenURL(func(address string) error {
		go func() {
			if _, _, err := someone(t, c, name).visit(address); err != nil {
				t.Errorf("browser: %v", err)
			}
		}()
		return nil
	})
}

func TestMSALPublicClient(t *testing.T) {
	t.Parallel()
	c := world(t)
	app := publicApp(t, c, fabrikam)
	scopes := []string{"User.Read"}
	r, err := app.AcquireTokenInteractive(t.Context(), scopes, opens(t, c, "carol@fabrikam.com"))
	if err != nil {
		t.Fatal(err)
	}
	if m := claimsOf(t, r.AccessToken); m["oid"] != carol || r.Account.HomeAccountID != carol+"."+fabrikam {
		t.Errorf("account %+v claims %v", r.Account, m)
	}
	silent, err := app.AcquireTokenSilent(t.Context(), scopes, msal.WithSilentAccount(r.Account))
	if err != nil || silent.AccessToken != r.AccessToken {
		t.Errorf("from the cache: %v", err)
	}
	there, err := app.AcquireTokenSilent(t.Context(), scopes, msal.WithSilentAccount(r.Account), msal.WithTenantID(contoso))
	if err != nil {
		t.Fatalf("the home account at the other organisation: %v", err)
	}
	if m := claimsOf(t, there.AccessToken); m["oid"] != guest || m["tid"] != contoso || m["upn"] != nil {
		t.Errorf("guest claims %v", m)
	}
	if there.Account.HomeAccountID != r.Account.HomeAccountID {
		t.Errorf("two accounts: %s and %s", there.Account.HomeAccountID, r.Account.HomeAccountID)
	}
}

func TestMSALDeviceCode(t *testing.T) {
	t.Parallel()
	c := world(t)
	code, err := publicApp(t, c, "organizations").AcquireTokenByDeviceCode(t.Context(), []string{"User.Read"})
	if err != nil {
		t.Fatal(err)
	}
	p := someone(t, c, "megan@contoso.com")
	p.code = code.Result.UserCode
	if _, text, err := p.visit(code.Result.VerificationURL); err != nil || !strings.Contains(text, "You have signed in") {
		t.Fatalf("%v %.400s", err, text)
	}
	r, err := code.AuthenticationResult(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m := claimsOf(t, r.AccessToken); m["oid"] != megan {
		t.Errorf("claims %v", m)
	}
}

func TestMSALPassword(t *testing.T) {
	t.Parallel()
	c := world(t)
	app := publicApp(t, c, contoso)
	//nolint:staticcheck // deprecated, and emulated nonetheless
	r, err := app.AcquireTokenByUsernamePassword(t.Context(), []string{"User.Read"}, "megan@contoso.com", password)
	if err != nil {
		t.Fatal(err)
	}
	if m := claimsOf(t, r.AccessToken); m["oid"] != megan {
		t.Errorf("claims %v", m)
	}
	//nolint:staticcheck // deprecated, and emulated nonetheless
	if _, err = app.AcquireTokenByUsernamePassword(t.Context(), []string{"User.Read"}, "megan@contoso.com", "wrong"); err == nil || !strings.Contains(err.Error(), "AADSTS50126") {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestMSALConfidentialClient(t *testing.T) {
	t.Parallel()
	c := world(t)
	cert, key := identity()
	bySecret, err := confidential.NewCredFromSecret(daemonSecret)
	if err != nil {
		t.Fatal(err)
	}
	byCertificate, err := confidential.NewCredFromCert([]*x509.Certificate{cert}, crypto.PrivateKey(key))
	if err != nil {
		t.Fatal(err)
	}
	for name, cred := range map[string]confidential.Credential{"secret": bySecret, "certificate": byCertificate} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app, err := confidential.New(login+contoso, daemon, cred, confidential.WithHTTPClient(c))
			if err != nil {
				t.Fatal(err)
			}
			r, err := app.AcquireTokenByCredential(t.Context(), []string{graphDefault})
			if err != nil {
				t.Fatal(err)
			}
			if m := claimsOf(t, r.AccessToken); m["appid"] != daemon {
				t.Errorf("claims %v", m)
			}
		})
	}
	t.Run("authorization code", func(t *testing.T) {
		t.Parallel()
		app, err := confidential.New(login+contoso, daemon, bySecret, confidential.WithHTTPClient(c))
		if err != nil {
			t.Fatal(err)
		}
		const back = "http://localhost/web"
		address, err := app.AuthCodeURL(t.Context(), daemon, back, []string{"User.Read"})
		if err != nil {
			t.Fatal(err)
		}
		code := someone(t, c, "megan@contoso.com").codeAt(t, address)
		r, err := app.AcquireTokenByAuthCode(t.Context(), code, back, []string{"User.Read"})
		if err != nil {
			t.Fatal(err)
		}
		if m := claimsOf(t, r.AccessToken); m["oid"] != megan || m["appidacr"] != "1" {
			t.Errorf("claims %v", m)
		}
	})
	t.Run("on behalf of", func(t *testing.T) {
		t.Parallel()
		app, err := confidential.New(login+contoso, api, bySecret, confidential.WithHTTPClient(c))
		if err != nil {
			t.Fatal(err)
		}
		r, err := app.AcquireTokenOnBehalfOf(t.Context(), userToken(t, c), []string{"https://graph.microsoft.com/User.Read"})
		if err != nil {
			t.Fatal(err)
		}
		if m := claimsOf(t, r.AccessToken); m["appid"] != api || m["oid"] != megan {
			t.Errorf("claims %v", m)
		}
	})
}
