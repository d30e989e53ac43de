package clients_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

func TestAzidentity(t *testing.T) {
	t.Parallel()
	c := world(t)
	options := azcore.ClientOptions{Transport: c}
	graph := policy.TokenRequestOptions{Scopes: []string{graphDefault}}
	get := func(t *testing.T, cred azcore.TokenCredential, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		tok, err := cred.GetToken(t.Context(), graph)
		if err != nil {
			t.Fatal(err)
		}
		return tok.Token
	}
	t.Run("client secret", func(t *testing.T) {
		t.Parallel()
		cred, err := azidentity.NewClientSecretCredential(contoso, daemon, daemonSecret, &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
		if m := claimsOf(t, get(t, cred, err)); m["appid"] != daemon || m["idtyp"] != "app" || m["tid"] != contoso {
			t.Errorf("claims %v", m)
		}
	})
	t.Run("a wrong client secret", func(t *testing.T) {
		t.Parallel()
		cred, err := azidentity.NewClientSecretCredential(contoso, daemon, "wrong", &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
		if err != nil {
			t.Fatal(err)
		}
		_, err = cred.GetToken(t.Context(), graph)
		if failed, ok := errors.AsType[*azidentity.AuthenticationFailedError](err); !ok || failed.RawResponse.StatusCode != 401 || !strings.Contains(err.Error(), "AADSTS7000215") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("certificate", func(t *testing.T) {
		t.Parallel()
		cert, key := identity()
		cred, err := azidentity.NewClientCertificateCredential(contoso, daemon, []*x509.Certificate{cert}, crypto.PrivateKey(key), &azidentity.ClientCertificateCredentialOptions{ClientOptions: options})
		if m := claimsOf(t, get(t, cred, err)); m["appidacr"] != "2" {
			t.Errorf("claims %v", m)
		}
	})
	t.Run("device code", func(t *testing.T) {
		t.Parallel()
		cred, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
			ClientOptions: options, TenantID: contoso, ClientID: public,
			UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
				p := someone(t, c, "megan@contoso.com")
				p.code = m.UserCode
				_, _, err := p.visit(m.VerificationURL)
				return err
			},
		})
		if m := claimsOf(t, get(t, cred, err)); m["oid"] != megan {
			t.Errorf("claims %v", m)
		}
	})
	t.Run("on behalf of", func(t *testing.T) {
		t.Parallel()
		cred, err := azidentity.NewOnBehalfOfCredentialWithSecret(contoso, api, userToken(t, c), daemonSecret, &azidentity.OnBehalfOfCredentialOptions{ClientOptions: options})
		if m := claimsOf(t, get(t, cred, err)); m["appid"] != api || m["oid"] != megan {
			t.Errorf("claims %v", m)
		}
	})
}
