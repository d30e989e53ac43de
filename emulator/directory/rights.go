package directory

import (
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// What a person may do in the directory, whatever his application's token allows. An application alone is bound by its
// token only, the emulator itself by nothing. Every function fails with InsufficientRights.

// RequireRole asks for one of the roles.
func RequireRole(tx *state.Tx, p Principal, templates ...string) error {
	if p.System || p.AppOnly() || HasRole(tx, p.Tenant, p.User.ID, templates...) {
		return nil
	}
	return mayNot()
}

// MayManageUsers asks for the right to make, change and delete people. A plain administrator of people does not touch
// those who hold a role themselves.
func MayManageUsers(tx *state.Tx, p Principal, u state.User) error {
	if err := RequireRole(tx, p, GlobalAdministrator, UserAdministrator); err != nil {
		return err
	}
	if p.System || p.AppOnly() || HasRole(tx, p.Tenant, p.User.ID, GlobalAdministrator) || p.User.ID == u.ID {
		return nil
	}
	if u.ID != "" && HasRole(tx, p.Tenant, u.ID, GlobalAdministrator) {
		return mayNot()
	}
	return nil
}

// MayChangeMail asks for the right to change what Exchange keeps of a group: a person's, never an application's alone (GD:api/group-update;
// hashicorp/terraform-provider-azuread:internal/services/groups/group_resource.go).
func MayChangeMail(p Principal) error {
	if p.AppOnly() {
		return problem.New(problem.Denied, problem.InsufficientRights, "")
	}
	return nil
}

// MayManageGroup asks for the right to change a group and its members: an owner's, or an administrator's. Groups that
// carry roles are the business of their owners and of those who assign roles.
func MayManageGroup(tx *state.Tx, p Principal, g state.Group) error {
	if p.System || p.AppOnly() {
		return nil
	}
	if _, owner := tx.Membership(g.TenantID, g.ID, state.Owners, p.User.ID); owner {
		return nil
	}
	if g.Assignable {
		return RequireRole(tx, p, GlobalAdministrator, PrivilegedRoleAdministrator)
	}
	return RequireRole(tx, p, GlobalAdministrator, GroupsAdministrator, UserAdministrator, DirectoryWriters)
}

// MayCreateGroup asks for the right to make a group: members have it unless authorizationPolicy takes it from them, and
// for Microsoft 365 groups always; guests have it not.
func MayCreateGroup(tx *state.Tx, p Principal, g state.Group) error {
	if p.System || p.AppOnly() {
		return nil
	}
	if g.Assignable {
		return RequireRole(tx, p, GlobalAdministrator, PrivilegedRoleAdministrator)
	}
	t, _ := tx.Tenant(p.Tenant)
	if !p.Guest() && (g.Unified || t.Authorization.AllowedToCreateSecurityGroups) && !g.Dynamic() {
		return nil
	}
	return RequireRole(tx, p, GlobalAdministrator, GroupsAdministrator, UserAdministrator, DirectoryWriters)
}

func mayNot() error {
	return problem.New(problem.Denied, problem.InsufficientRights, "Insufficient privileges to complete the operation.")
}
