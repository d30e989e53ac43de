package graphapi

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestSharePointSettingsAreSharePoints: what Graph sets is what SharePoint holds.
func TestSharePointSettingsAreSharePoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as(w.admin).call("PATCH", "/v1.0/admin/sharepoint/settings", `{"sharingCapability":"existingExternalUserSharingOnly","sharingDomainRestrictionMode":"blockList",
		"sharingBlockedDomainList":["fabrikam.com","tailspin.com"],"isResharingByExternalUsersEnabled":false,"isRequireAcceptingUserToMatchInvitedUserEnabled":true}`).want(200)
	w.update(func(tx *state.Tx) error {
		now, _ := tx.Tenant(w.contoso.ID)
		s := now.Sharing
		if s.SharingCapability != state.ExistingExternalUserSharingOnly || s.SharingDomainRestrictionMode != 2 || s.SharingBlockedDomainList != "fabrikam.com tailspin.com" ||
			!s.PreventExternalUsersFromResharing || !s.RequireAcceptingAccountMatchInvitedAccount {
			t.Errorf("SharePoint holds %+v", s)
		}
		return nil
	})
}

// TestPoliciesAskForTheRight: a token is not enough, nor is a role without the permission.
func TestPoliciesAskForTheRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const set = `{"allowInvitesFrom":"none"}`
	for name, c := range map[string]struct {
		as     *world
		path   string
		status int
		code   string
	}{
		"administrator":                 {w.as(w.admin), "/v1.0/policies/authorizationPolicy", 204, ""},
		"member":                        {w.as(w.megan), "/v1.0/policies/authorizationPolicy", 403, "Authorization_RequestDenied"},
		"administrator, no permission":  {w.as(w.admin, "Policy.Read.All"), "/v1.0/policies/authorizationPolicy", 403, "Authorization_RequestDenied"},
		"application":                   {w.app("Policy.ReadWrite.Authorization"), "/v1.0/policies/authorizationPolicy", 204, ""},
		"application, no permission":    {w.app("Policy.Read.All"), "/v1.0/policies/authorizationPolicy", 403, "Authorization_RequestDenied"},
		"an unknown property":           {w.as(w.admin), "/v1.0/policies/crossTenantAccessPolicy/default", 400, "Request_BadRequest"},
		"beta's address in v1.0":        {w.as(w.admin), "/v1.0/policies/authorizationPolicy/authorizationPolicy", 400, "BadRequest"},
		"somebody who is nobody's":      {w, "/v1.0/policies/authorizationPolicy", 401, "InvalidAuthenticationToken"},
		"a policy that is not emulated": {w.as(w.admin), "/v1.0/policies/permissionGrantPolicies", 501, "NotEmulated"},
	} {
		if a := c.as.call("PATCH", c.path, set); a.status != c.status || a.code() != c.code {
			t.Errorf("%s: %d %s, want %d %s\n%s", name, a.status, a.code(), c.status, c.code, a.body)
		}
	}
	// Nor is it told that nothing would have changed.
	w.as(w.megan).call("PATCH", "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Email", "{}").want(403)
	w.update(func(tx *state.Tx) error {
		now, _ := tx.Tenant(w.contoso.ID)
		if now.Authorization.AllowInvitesFrom != directory.InvitesFromNobody {
			t.Errorf("allowInvitesFrom %q", now.Authorization.AllowInvitesFrom)
		}
		return nil
	})
}
