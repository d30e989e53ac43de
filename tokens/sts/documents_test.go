package sts_test

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.contoso.ID
	tests := []struct{ segment, version, issuer, token string }{
		{id, "/v2.0", login + "/" + id + "/v2.0", login + "/" + id + "/oauth2/v2.0/token"},
		{"CONTOSO.com", "/v2.0", login + "/" + id + "/v2.0", login + "/" + id + "/oauth2/v2.0/token"},
		{"common", "/v2.0", login + "/{tenantid}/v2.0", login + "/common/oauth2/v2.0/token"},
		{"organizations", "/v2.0", login + "/{tenantid}/v2.0", login + "/organizations/oauth2/v2.0/token"},
		{"consumers", "/v2.0", login + "/" + state.ConsumersTenantID + "/v2.0", login + "/consumers/oauth2/v2.0/token"},
		{id, "", "https://sts.windows.net/" + id + "/", login + "/" + id + "/oauth2/token"},
		{"common", "", "https://sts.windows.net/{tenantid}/", login + "/common/oauth2/token"},
	}
	for _, tt := range tests {
		w := s.get(login + "/" + tt.segment + tt.version + "/.well-known/openid-configuration?")
		m := body(t, w)
		if w.Code != http.StatusOK || m["issuer"] != tt.issuer || m["token_endpoint"] != tt.token || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s%s: %d %v %v", tt.segment, tt.version, w.Code, m["issuer"], m["token_endpoint"])
		}
	}
	local := body(t, s.get("https://login.localhost:4366/"+id+"/v2.0/.well-known/openid-configuration"))
	if local["issuer"] != "https://login.localhost:4366/"+id+"/v2.0" || local["userinfo_endpoint"] != "https://graph.localhost:4366/oidc/userinfo" {
		t.Errorf("by a local name: %v %v", local["issuer"], local["userinfo_endpoint"])
	}
}

func TestKeysCarryTheirCertificate(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	var set struct {
		Keys []struct {
			KID, X5T, N, Issuer string
			X5C                 []string
		}
	}
	w := s.get(login + "/common/discovery/v2.0/keys")
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil || len(set.Keys) != 2 {
		t.Fatalf("%v: %s", err, w.Body)
	}
	for _, k := range set.Keys {
		der, err := base64.StdEncoding.DecodeString(k.X5C[0])
		if err != nil {
			t.Fatal(err)
		}
		sum := sha1.Sum(der)
		if _, err := x509.ParseCertificate(der); err != nil || k.KID != base64.RawURLEncoding.EncodeToString(sum[:]) || k.KID != k.X5T {
			t.Errorf("%v: kid %s x5t %s", err, k.KID, k.X5T)
		}
		if k.Issuer != login+"/{tenantid}/v2.0" {
			t.Errorf("issuer %s", k.Issuer)
		}
	}
}

func TestInstanceDiscoveryKnowsTheAuthorityInUse(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ask := url.QueryEscape("https://login.localhost:4366/common/oauth2/v2.0/authorize")
	m := body(t, s.get(login+"/common/discovery/instance?api-version=1.1&authorization_endpoint="+ask))
	first, _ := m["metadata"].([]any)[0].(map[string]any)
	if aliases, _ := first["aliases"].([]any); len(aliases) != 1 || aliases[0] != "login.localhost:4366" {
		t.Errorf("%v", m)
	}
}

func TestRealms(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.update(func(tx *state.Tx) error {
		return directory.SetFederation(tx, directory.SystemPrincipal(s.fabrikam.ID), s.fabrikam.ID, "fabrikam.com", "https://sts.fabrikam.example/adfs")
	})
	tests := []struct{ address, member, want string }{
		{login + "/common/UserRealm/megan%40contoso.com?api-version=1.0", "account_type", "Managed"},
		{login + "/common/userrealm/carol@fabrikam.com?api-version=1.0", "account_type", "Federated"},
		{login + "/common/userrealm/x@nodomain.example?api-version=1.0", "account_type", "Unknown"},
		{login + "/common/userrealm/carol@fabrikam.com?api-version=2.1", "NameSpaceType", "Federated"},
		{login + "/common/userrealm?user=megan@contoso.com&api-version=2.0", "NameSpaceType", "Managed"},
		{login + "/GetUserRealm.srf?login=megan@contoso.com", "NameSpaceType", "Managed"},
	}
	for _, tt := range tests {
		if m := body(t, s.get(tt.address)); m[tt.member] != tt.want {
			t.Errorf("%s: %v", tt.address, m)
		}
	}
	_, to := s.browser().visit(s.authorizeURL("common"), s.as(s.carol))
	if to == nil || to.Host != "sts.fabrikam.example" || to.Query().Get("username") != "carol@fabrikam.com" {
		t.Errorf("a federated person was sent to %v", to)
	}
}

func TestCredentialType(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for name, want := range map[string]float64{"megan@contoso.com": 0, "nobody@contoso.com": 1, "erin@outlook.com": 5} {
		r := httptest.NewRequest(http.MethodPost, login+"/common/GetCredentialType", strings.NewReader(`{"username":"`+name+`"}`))
		r.Header.Set("Content-Type", "application/json")
		if m := body(t, s.send(r)); m["IfExistsResult"] != want {
			t.Errorf("%s: %v", name, m)
		}
	}
}
