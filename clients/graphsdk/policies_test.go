package graphsdk_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// restrictedGuest is the role of a guest who sees nobody but himself.
const restrictedGuest = "2af84b1e-32c8-42b7-82bc-daa82404023b"

func TestAuthorizationPolicy(t *testing.T) {
	t.Parallel()
	c := client(t)
	at := c.Policies().AuthorizationPolicy()
	same(t, "allowInvitesFrom", must(at.Get(t.Context(), nil))(t).GetAllowInvitesFrom(), models.EVERYONE_ALLOWINVITESFROM)
	change := models.NewAuthorizationPolicy()
	change.SetAllowInvitesFrom(new(models.ADMINSANDGUESTINVITERS_ALLOWINVITESFROM))
	change.SetGuestUserRoleId(new(uuid.MustParse(restrictedGuest)))
	must(at.Patch(t.Context(), change, nil))(t)
	now := must(at.Get(t.Context(), nil))(t)
	same(t, "allowInvitesFrom", now.GetAllowInvitesFrom(), models.ADMINSANDGUESTINVITERS_ALLOWINVITESFROM)
	same(t, "guestUserRoleId", now.GetGuestUserRoleId(), uuid.MustParse(restrictedGuest))
	if now.GetDefaultUserRolePermissions() == nil || now.GetDefaultUserRolePermissions().GetAllowedToCreateApps() == nil {
		t.Error("no defaultUserRolePermissions")
	}
}

func TestCrossTenantAccess(t *testing.T) {
	t.Parallel()
	c := client(t)
	at := c.Policies().CrossTenantAccessPolicy()
	must(at.Get(t.Context(), nil))(t)
	standard := must(at.DefaultEscaped().Get(t.Context(), nil))(t)
	same(t, "isServiceDefault", standard.GetIsServiceDefault(), true)
	targets := standard.GetB2bCollaborationInbound().GetUsersAndGroups()
	same(t, "accessType", targets.GetAccessType(), models.ALLOWED_CROSSTENANTACCESSPOLICYTARGETCONFIGURATIONACCESSTYPE)
	if len(targets.GetTargets()) != 1 || value(targets.GetTargets()[0].GetTarget()) != "AllUsers" {
		t.Errorf("targets %v", targets.GetTargets())
	}

	trust := models.NewCrossTenantAccessPolicyInboundTrust()
	trust.SetIsMfaAccepted(new(true))
	body := models.NewCrossTenantAccessPolicyConfigurationPartner()
	body.SetTenantId(new(fabrikam))
	body.SetInboundTrust(trust)
	must(at.Partners().Post(t.Context(), body, nil))(t)
	partner := at.Partners().ByCrossTenantAccessPolicyConfigurationPartnerTenantId(fabrikam)
	same(t, "isMfaAccepted", must(partner.Get(t.Context(), nil))(t).GetInboundTrust().GetIsMfaAccepted(), true)

	trust = models.NewCrossTenantAccessPolicyInboundTrust()
	trust.SetIsMfaAccepted(new(false))
	change := models.NewCrossTenantAccessPolicyConfigurationPartner()
	change.SetInboundTrust(trust)
	must(partner.Patch(t.Context(), change, nil))(t)
	all := must(at.Partners().Get(t.Context(), nil))(t).GetValue()
	if len(all) != 1 {
		t.Fatalf("%d partners, want 1", len(all))
	}
	same(t, "isMfaAccepted", all[0].GetInboundTrust().GetIsMfaAccepted(), false)
	ok(t, partner.Delete(t.Context(), nil))
	_, err := partner.Get(t.Context(), nil)
	fails(t, err, 404, "Request_ResourceNotFound")
}

// roleOf finds the template of a role by its name.
func roleOf(t *testing.T, all []models.DirectoryRoleTemplateable, name string) string {
	t.Helper()
	n := slices.IndexFunc(all, func(r models.DirectoryRoleTemplateable) bool { return value(r.GetDisplayName()) == name })
	if n < 0 {
		t.Fatalf("no template %q", name)
	}
	return value(all[n].GetId())
}

func TestRoles(t *testing.T) {
	t.Parallel()
	c := client(t)
	inviter := roleOf(t, must(c.DirectoryRoleTemplates().Get(t.Context(), nil))(t).GetValue(), "Guest Inviter")
	body := models.NewDirectoryRole()
	body.SetRoleTemplateId(&inviter)
	made := must(c.DirectoryRoles().Post(t.Context(), body, nil))(t)
	same(t, "displayName", made.GetDisplayName(), "Guest Inviter")
	found := must(c.DirectoryRolesWithRoleTemplateId(&inviter).Get(t.Context(), nil))(t)
	same(t, "directoryRoles(roleTemplateId='…')", found.GetId(), *made.GetId())

	members := c.DirectoryRoles().ByDirectoryRoleId(*made.GetId()).Members()
	ok(t, members.Ref().Post(t.Context(), reference(alex), nil))
	held := must(c.Users().ByUserId(alex).MemberOf().GraphDirectoryRole().Get(t.Context(), nil))(t).GetValue()
	if len(held) != 1 || value(held[0].GetRoleTemplateId()) != inviter {
		t.Errorf("roles: %v", held)
	}
	ok(t, members.ByDirectoryObjectId(alex).Ref().Delete(t.Context(), nil))

	assignments := c.RoleManagement().Directory().RoleAssignments()
	assign := models.NewUnifiedRoleAssignment()
	assign.SetPrincipalId(new(megan))
	assign.SetRoleDefinitionId(&inviter)
	assign.SetDirectoryScopeId(new("/"))
	assigned := must(assignments.Post(t.Context(), assign, nil))(t)
	if got := must(members.Get(t.Context(), nil))(t).GetValue(); len(got) != 1 || value(got[0].GetId()) != megan {
		t.Errorf("the assignment is no membership: %v", got)
	}
	ok(t, assignments.ByUnifiedRoleAssignmentId(*assigned.GetId()).Delete(t.Context(), nil))
	if got := must(members.Get(t.Context(), nil))(t).GetValue(); len(got) != 0 {
		t.Errorf("%d members are left", len(got))
	}
}
