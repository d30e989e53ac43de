package clients_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	zitadel "github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
)

// lastAddress makes a browser stop at the application's address, where nothing listens.
func (p *person) lastAddress() *url.URL {
	var at url.URL
	p.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Hostname() == "localhost" {
			at = *r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &at
}

// codeAt signs in and returns the code that the application gets.
func (p *person) codeAt(t *testing.T, address string) string {
	t.Helper()
	at := p.lastAddress()
	if _, text, err := p.visit(address); err != nil || at.Query().Get("code") == "" {
		t.Fatalf("%v %s %.600s", err, at, text)
	}
	return at.Query().Get("code")
}

func TestGoOIDC(t *testing.T) {
	t.Parallel()
	c := world(t)
	ctx := oidc.ClientContext(t.Context(), c)
	for _, tt := range []struct{ name, tenant, user, oid string }{
		{"member", contoso, "megan@contoso.com", megan}, {"guest", contoso, "carol@fabrikam.com", guest}, {"by domain", fabrikam, "carol@fabrikam.com", carol},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			provider, err := oidc.NewProvider(ctx, login+tt.tenant+"/v2.0")
			if err != nil {
				t.Fatal(err)
			}
			config := oauth2.Config{
				ClientID: public, Endpoint: provider.Endpoint(), RedirectURL: "http://localhost:9999/", Scopes: []string{"openid", "profile", "email", "User.Read"},
			}
			verifier := oauth2.GenerateVerifier()
			code := someone(t, c, tt.user).codeAt(t, config.AuthCodeURL("s", oidc.Nonce("n-1"), oauth2.S256ChallengeOption(verifier)))
			tok, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
			if err != nil {
				t.Fatal(err)
			}
			raw, _ := tok.Extra("id_token").(string)
			id, err := provider.Verifier(&oidc.Config{ClientID: public}).Verify(ctx, raw)
			if err != nil {
				t.Fatal(err)
			}
			var claims struct {
				ObjectID string `json:"oid"`
			}
			if err := id.Claims(&claims); err != nil || claims.ObjectID != tt.oid || id.Nonce != "n-1" {
				t.Errorf("%v %+v nonce %q", err, claims, id.Nonce)
			}
			info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(tok))
			if err != nil || info.Subject != id.Subject {
				t.Errorf("userinfo %+v: %v", info, err)
			}
			if _, err := provider.Verifier(&oidc.Config{ClientID: daemon}).Verify(ctx, raw); err == nil {
				t.Error("verified for another client")
			}
		})
	}
}

func TestZitadelOIDC(t *testing.T) {
	t.Parallel()
	c := world(t)
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, c)
	party, err := rp.NewRelyingPartyOIDC(ctx, login+contoso+"/v2.0", daemon, daemonSecret, "http://localhost/web",
		[]string{"openid", "profile", "offline_access", "User.Read"}, rp.WithHTTPClient(c))
	if err != nil {
		t.Fatal(err)
	}
	code := someone(t, c, "megan@contoso.com").codeAt(t, rp.AuthURL("s", party))
	tok, err := rp.CodeExchange[*zitadel.IDTokenClaims](ctx, code, party)
	if err != nil {
		t.Fatal(err)
	}
	if tok.IDTokenClaims.Issuer != login+contoso+"/v2.0" || tok.IDTokenClaims.Claims["oid"] != megan {
		t.Errorf("claims %+v", tok.IDTokenClaims)
	}
	again, err := rp.RefreshTokens[*zitadel.IDTokenClaims](ctx, party, tok.RefreshToken, "", "")
	if err != nil || again.AccessToken == "" {
		t.Errorf("refresh: %v", err)
	}
}
