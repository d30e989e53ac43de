package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

type props = map[string]any

func TestSetAuthorization(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := w.Snapshot()
	for name, c := range map[string]struct {
		by         state.User
		properties props
		want       problem.Reason
		target     string
	}{
		"nothing":                     {w.admin, nil, problem.None, ""},
		"who may invite":              {w.admin, props{"allowInvitesFrom": "ADMINSANDGUESTINVITERS"}, problem.None, ""},
		"what guests see":             {w.admin, props{"guestUserRoleId": directory.GuestsRestricted}, problem.None, ""},
		"what members may":            {w.admin, props{"defaultUserRolePermissions": props{"allowedToCreateApps": false, "allowedToCreateTenants": nil}}, problem.None, ""},
		"an annotation":               {w.admin, props{"@odata.type": "#microsoft.graph.authorizationPolicy"}, problem.None, ""},
		"by a member":                 {w.megan, props{"allowInvitesFrom": "none"}, problem.InsufficientRights, ""},
		"an unknown property":         {w.admin, props{"allowInvites": true}, problem.UnknownProperty, "allowInvites"},
		"an unknown value":            {w.admin, props{"allowInvitesFrom": "friends"}, problem.InvalidProperty, "allowInvitesFrom"},
		"text for a truth value":      {w.admin, props{"allowedToUseSSPR": "true"}, problem.InvalidProperty, "allowedToUseSSPR"},
		"a role that is none":         {w.admin, props{"guestUserRoleId": w.megan.ID}, problem.InvalidProperty, "guestUserRoleId"},
		"an unknown nested property":  {w.admin, props{"defaultUserRolePermissions": props{"allowed": true}}, problem.InvalidProperty, "defaultUserRolePermissions"},
		"a list of numbers":           {w.admin, props{"permissionGrantPolicyIdsAssignedToDefaultUserRole": []any{1.0}}, problem.InvalidProperty, "permissionGrantPolicyIdsAssignedToDefaultUserRole"},
		"one right and one wrong one": {w.admin, props{"allowInvitesFrom": "none", "blockMsolPowerShell": 7.0}, problem.InvalidProperty, "blockMsolPowerShell"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := w.Fork(start).Update(func(tx *state.Tx) error {
				err := directory.SetAuthorization(tx, w.as(c.by), w.contoso.ID, c.properties)
				if now, _ := tx.Tenant(w.contoso.ID); err != nil && now.Authorization.AllowInvitesFrom != "everyone" {
					t.Error("a refused change has changed something")
				}
				return err
			})
			expect(t, err, c.want)
			if err != nil && problem.As(err).Target != c.target {
				t.Errorf("target %q, want %q", problem.As(err).Target, c.target)
			}
		})
	}
	w.update(t, func(tx *state.Tx) error {
		if err := directory.SetAuthorization(tx, w.as(w.admin), w.contoso.ID, props{"allowInvitesFrom": "NONE", "displayName": "Ours"}); err != nil {
			return err
		}
		now, _ := tx.Tenant(w.contoso.ID)
		if now.Authorization.AllowInvitesFrom != "none" || now.Authorization.DisplayName != "Ours" || !now.Authorization.AllowedToUseSSPR {
			t.Errorf("policy %+v", now.Authorization)
		}
		return nil
	})
}

func TestSetCrossTenantPartner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		partner    string
		properties props
		want       problem.Reason
	}{
		"nothing but the partner":         {w.fabrikam.ID, nil, problem.None},
		"a tenant of another world":       {"99999999-0000-4000-8000-000000000000", nil, problem.None},
		"one direction":                   {w.fabrikam.ID, props{"b2bCollaborationInbound": section("blocked", "AllUsers", "AllApplications")}, problem.None},
		"trust":                           {w.fabrikam.ID, props{"inboundTrust": props{"isMfaAccepted": true}}, problem.None},
		"a newer section":                 {w.fabrikam.ID, props{"tenantRestrictions": props{"devices": nil}}, problem.None},
		"no GUID":                         {"fabrikam.com", nil, problem.InvalidProperty},
		"itself":                          {w.contoso.ID, nil, problem.InvalidProperty},
		"another tenant in the body":      {w.fabrikam.ID, props{"tenantId": w.contoso.ID}, problem.InvalidProperty},
		"an unknown section":              {w.fabrikam.ID, props{"b2b": nil}, problem.UnknownProperty},
		"the default's own section":       {w.fabrikam.ID, props{"invitationRedemptionIdentityProviderConfiguration": nil}, problem.UnknownProperty},
		"neither allowed nor blocked":     {w.fabrikam.ID, props{"b2bCollaborationInbound": section("maybe", "AllUsers", "AllApplications")}, problem.InvalidProperty},
		"a user that is no id":            {w.fabrikam.ID, props{"b2bCollaborationInbound": section("allowed", "kim@fabrikam.com", "AllApplications")}, problem.InvalidProperty},
		"nobody on the list":              {w.fabrikam.ID, props{"b2bCollaborationInbound": props{"usersAndGroups": props{"accessType": "allowed", "targets": []any{}}}}, problem.InvalidProperty},
		"an application among the people": {w.fabrikam.ID, props{"b2bCollaborationInbound": props{"usersAndGroups": props{"accessType": "allowed", "targets": []any{props{"target": w.kim.ID, "targetType": "application"}}}}}, problem.InvalidProperty},
		"a truth value for a section":     {w.fabrikam.ID, props{"b2bCollaborationInbound": true}, problem.InvalidProperty},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fork := w.Fork(w.Snapshot())
			expect(t, fork.Update(func(tx *state.Tx) error {
				return directory.SetCrossTenantPartner(tx, w.as(w.admin), w.contoso.ID, c.partner, c.properties)
			}), c.want)
		})
	}
	expect(t, w.Update(func(tx *state.Tx) error {
		return directory.SetCrossTenantPartner(tx, w.as(w.megan), w.contoso.ID, w.fabrikam.ID, nil)
	}), problem.InsufficientRights)
}

func TestThePolicyHoldsTwentyFiveKilobytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.Update(func(tx *state.Tx) error {
		for n := range 1000 {
			partner := fmt.Sprintf("%08d-0000-4000-8000-000000000000", n)
			if err := directory.SetCrossTenantPartner(tx, w.as(w.admin), w.contoso.ID, partner,
				props{"b2bCollaborationInbound": section("blocked", "AllUsers", "AllApplications")}); err != nil {
				return err
			}
		}
		return nil
	})
	expect(t, err, problem.LimitExceeded)
}

func TestHalvesOfADirectionAreSetApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	half := func(name string) props { return props{name: section("blocked", "AllUsers", "AllApplications")[name]} }
	w.update(t, func(tx *state.Tx) error {
		for _, name := range []string{"usersAndGroups", "applications"} {
			if err := directory.SetCrossTenantDefault(tx, w.as(w.admin), w.contoso.ID, props{"b2bCollaborationInbound": half(name)}); err != nil {
				return err
			}
		}
		now, _ := tx.Tenant(w.contoso.ID)
		r := now.CrossTenant.Settings.B2BCollaborationInbound
		if r == nil || r.UsersAndGroups == nil || r.Applications == nil || !now.CrossTenant.Customized {
			t.Errorf("default %+v", now.CrossTenant)
		}
		if err := directory.SetCrossTenantDefault(tx, w.as(w.admin), w.contoso.ID, props{"b2bCollaborationInbound": nil}); err != nil {
			return err
		}
		if now, _ = tx.Tenant(w.contoso.ID); now.CrossTenant.Settings.B2BCollaborationInbound != nil {
			t.Error("null leaves the section")
		}
		if err := directory.ResetCrossTenantDefault(tx, w.as(w.admin), w.contoso.ID); err != nil {
			return err
		}
		if now, _ = tx.Tenant(w.contoso.ID); now.CrossTenant.Customized {
			t.Error("a reset default is the service's")
		}
		return nil
	})
}

func TestRedemptionProviders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		set := func(order []any, fallback any) error {
			return directory.SetCrossTenantDefault(tx, w.as(w.admin), w.contoso.ID, props{"invitationRedemptionIdentityProviderConfiguration": props{
				"primaryIdentityProviderPrecedenceOrder": order, "fallbackIdentityProvider": fallback,
			}})
		}
		expect(t, directory.RedemptionAllowed(tx, w.contoso.ID, state.HomeOTP), problem.None)
		expect(t, set([]any{"azureActiveDirectory", "passport"}, "microsoftAccount"), problem.InvalidProperty)
		expect(t, set([]any{"externalFederation"}, "microsoftAccount"), problem.None)
		expect(t, directory.RedemptionAllowed(tx, w.contoso.ID, state.HomeOTP), problem.AccountTypeNotAllowed)
		expect(t, directory.RedemptionAllowed(tx, w.contoso.ID, state.HomeEntra), problem.AccountTypeNotAllowed)
		expect(t, directory.RedemptionAllowed(tx, w.contoso.ID, state.HomeMicrosoft), problem.None)
		expect(t, set(nil, "defaultConfiguredIdp"), problem.None)
		tx.PutPolicy(state.Policy{
			TenantID: w.contoso.ID, Kind: directory.AuthenticationMethods, ID: directory.EmailMethod, State: directory.StateDisabled,
		})
		expect(t, directory.RedemptionAllowed(tx, w.contoso.ID, state.HomeOTP), problem.AccountTypeNotAllowed)
		return nil
	})
}

func TestSetB2BDomains(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		by := w.as(w.admin)
		expect(t, directory.SetB2BDomains(tx, by, w.contoso.ID, []string{"a.example"}, []string{"b.example"}), problem.InvalidProperty)
		expect(t, directory.SetB2BDomains(tx, by, w.contoso.ID, []string{"no domain"}, nil), problem.InvalidProperty)
		expect(t, directory.SetB2BDomains(tx, w.as(w.megan), w.contoso.ID, nil, nil), problem.InsufficientRights)
		expect(t, directory.SetB2BDomains(tx, by, w.contoso.ID, nil, []string{"Live.com"}), problem.None)
		now, _ := tx.Tenant(w.contoso.ID)
		p, ok := directory.B2BPolicy(tx, w.contoso.ID)
		const want = `{"B2BManagementPolicy":{"InvitationsAllowedAndBlockedDomainsPolicy":{"AllowedDomains":[],"BlockedDomains":["Live.com"]}}}`
		if !ok || p.ID != now.B2BDomains.PolicyID || !slices.Equal(p.Definition, []string{want}) || !slices.Equal(now.B2BDomains.Block, []string{"live.com"}) {
			t.Errorf("policy %+v, list %+v", p, now.B2BDomains)
		}
		_, err := directory.SetB2BPolicy(tx, by, state.Policy{TenantID: w.contoso.ID, Definition: p.Definition})
		expect(t, err, problem.ObjectConflict)
		for _, definition := range []string{"", "{", `{"B2BManagementPolicy":1}`, strings.Repeat(" ", 26<<10) + want} {
			broken := p
			broken.Definition = []string{definition}
			_, err := directory.SetB2BPolicy(tx, by, broken)
			expect(t, err, problem.InvalidProperty)
		}
		expect(t, directory.RemoveB2BPolicy(tx, by, p), problem.None)
		if now, _ = tx.Tenant(w.contoso.ID); len(now.B2BDomains.Block) != 0 || now.B2BDomains.PolicyID != "" {
			t.Errorf("list %+v is left", now.B2BDomains)
		}
		return nil
	})
}

func TestSetFederation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		by := w.as(w.admin)
		expect(t, directory.SetFederation(tx, by, w.contoso.ID, "Contoso.com", "https://sts.contoso.com"), problem.None)
		now, _ := tx.Tenant(w.contoso.ID)
		if now.Domains[0].STS != "https://sts.contoso.com" {
			t.Errorf("domains %+v", now.Domains)
		}
		expect(t, directory.SetFederation(tx, by, w.contoso.ID, "contoso.onmicrosoft.com", "https://sts.contoso.com"), problem.InvalidProperty)
		expect(t, directory.SetFederation(tx, by, w.contoso.ID, "fabrikam.com", "https://sts.contoso.com"), problem.DomainNotVerified)
		expect(t, directory.SetFederation(tx, by, w.contoso.ID, "contoso.com", ""), problem.None)
		return nil
	})
}
