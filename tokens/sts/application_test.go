package sts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

func TestGroupsInTokens(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for _, n := range []int{3, 201} {
		s.update(func(tx *state.Tx) error {
			a := s.apiApp
			a.GroupMembershipClaims = "SecurityGroup"
			tx.PutApplication(a)
			have := len(directory.GroupsOf(tx, s.contoso.ID, s.megan.ID))
			for range n - have {
				g := tx.PutGroup(state.Group{TenantID: s.contoso.ID, ID: tx.NewID(), DisplayName: "G", SecurityEnabled: true})
				if err := directory.AddMember(tx, directory.SystemPrincipal(s.contoso.ID), g, state.Members, s.megan.ID); err != nil {
					return err
				}
			}
			return nil
		})
		c := claims(t, s.tokensOf(s.as(s.megan), "contoso.com", "scope", "api://"+appAPI+"/access_as_user")["access_token"])
		groups, _ := c["groups"].([]any)
		if n <= 200 && len(groups) != n {
			t.Errorf("%d groups, want %d", len(groups), n)
		}
		sources, _ := c["_claim_sources"].(map[string]any)
		if n > 200 && (groups != nil || sources["src1"].(map[string]any)["endpoint"] != "https://graph.microsoft.com/v1.0/users/"+s.megan.ID+"/getMemberObjects") {
			t.Errorf("overage: %v", c)
		}
	}
}

func TestOptionalClaimsAndLifetimes(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.update(func(tx *state.Tx) error {
		a := s.apiApp
		for _, n := range []string{"acct", "idtyp", "auth_time", "ipaddr", "sid", "email"} {
			a.OptionalClaims.AccessToken = append(a.OptionalClaims.AccessToken, state.OptionalClaim{Name: n})
		}
		a.OptionalClaims.AccessToken = append(a.OptionalClaims.AccessToken, state.OptionalClaim{Name: "upn", Additional: []string{"include_externally_authenticated_upn"}})
		tx.PutApplication(a)
		tx.PutPolicy(state.Policy{
			TenantID: s.contoso.ID, ID: tx.NewID(), Kind: "tokenLifetimePolicies", AppliesTo: []string{a.ID},
			Definition: []string{`{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"02:00:00"}}`},
		})
		return nil
	})
	m := s.tokensOf(s.as(s.carol), "contoso.com", "scope", "api://"+appAPI+"/access_as_user")
	c := claims(t, m["access_token"])
	if c["acct"] != float64(1) || c["idtyp"] != "user" || c["ipaddr"] != "192.0.2.7" || c["sid"] == nil || c["auth_time"] == nil || c["upn"] != s.carolGuest.UserPrincipalName {
		t.Errorf("claims %v", c)
	}
	if m["expires_in"] != float64(7199) {
		t.Errorf("expires_in %v", m["expires_in"])
	}
}

func TestACapableClientIsChallengedAfterARevocation(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	m := body(t, s.redeem("contoso.com", s.code(s.as(s.megan), "contoso.com"), "claims", `{"access_token":{"xms_cc":{"values":["cp1"]}}}`))
	if m["expires_in"] != float64(86399) || claims(t, m["access_token"])["xms_cc"] == nil {
		t.Errorf("expires_in %v", m["expires_in"])
	}
	s.advance(time.Second)
	s.update(func(tx *state.Tx) error {
		_, err := directory.RevokeSessions(tx, directory.SystemPrincipal(s.contoso.ID), s.megan)
		return err
	})
	err := s.store.View(func(tx *state.Tx) error {
		_, err := s.svc.Verify(tx, m["access_token"].(string), tokens.GraphAudience())
		return err
	})
	if err == nil {
		t.Error("the token is still good")
	}
}

func TestALenientWorldLetsStrangersPass(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.update(func(tx *state.Tx) error {
		w := tx.World()
		w.Lenient = true
		tx.PutWorld(w)
		return nil
	})
	_, to := s.browser().visit(s.authorizeURL("contoso.com", "client_id", "12345678-1234-4234-8234-123456789012", "redirect_uri", "https://new.example/cb"), s.as(s.megan))
	if to == nil || to.Host != "new.example" || to.Query().Get("code") == "" {
		t.Fatalf("to %v", to)
	}
	w := s.redeem("contoso.com", to.Query().Get("code"), "client_id", "12345678-1234-4234-8234-123456789012", "redirect_uri", "https://new.example/cb")
	if c := claims(t, body(t, w)["access_token"]); !strings.Contains(c["scp"].(string), "User.Read") {
		t.Errorf("%v", c)
	}
}
