package directory

import (
	"github.com/tennantite/tennantite/emulator/state"
)

// View is how much of an object somebody sees.
type View int

// The views.
const (
	Hidden  View = iota
	Limited      // names and addresses
	Full
)

// ViewOfUser says how much of a user somebody sees: members see everybody, unless authorizationPolicy takes it from them;
// guests see what guestUserRoleId gives them; everybody sees himself, and a role that reads the directory sees all.
func ViewOfUser(tx *state.Tx, p Principal, u state.User) View {
	if p.User.ID == u.ID {
		return Full
	}
	return viewOfOthers(tx, p)
}

func viewOfOthers(tx *state.Tx, p Principal) View {
	t, _ := tx.Tenant(p.Tenant)
	switch {
	case p.System || p.AppOnly():
		return Full
	case !p.Guest() && t.Authorization.AllowedToReadOtherUsers,
		p.Guest() && t.Authorization.GuestUserRoleID == GuestsAsMembers,
		len(RolesOf(tx, p.Tenant, p.User.ID)) > 0:
		return Full
	case p.Guest() && t.Authorization.GuestUserRoleID != GuestsRestricted:
		return Limited
	}
	return Hidden
}

// MayEnumerate asks for the right to list all people or groups, which a guest has only where guests are as members. It
// fails with InsufficientRights.
func MayEnumerate(tx *state.Tx, p Principal) error {
	if viewOfOthers(tx, p) == Full {
		return nil
	}
	return mayNot()
}

// MayReadSettings asks for the right to read what an organisation has set up: roles and who has them, licences, policies,
// what was deleted. A guest has no permission for them, whichever of the two limited views he has ("Default user
// permissions", learn.microsoft.com/entra/fundamentals/users-default-permissions: no permissions on roles and scopes,
// subscriptions, policies). It fails with InsufficientRights.
func MayReadSettings(tx *state.Tx, p Principal) error {
	if !p.Guest() || viewOfOthers(tx, p) == Full {
		return nil
	}
	return mayNot()
}

// ViewOfGroup says how much of a group somebody sees: a guest with limited rights sees groups that do not hide their
// members, one with restricted rights only those that he is in.
func ViewOfGroup(tx *state.Tx, p Principal, g state.Group) View {
	others := viewOfOthers(tx, p)
	if others == Full && (g.Visibility != visibilityHidden || p.System || p.AppOnly()) {
		return Full
	}
	if IsMember(tx, g.TenantID, g.ID, p.User.ID) {
		return Full
	}
	if _, owner := tx.Membership(g.TenantID, g.ID, state.Owners, p.User.ID); owner {
		return Full
	}
	if !p.Guest() || others == Full || others == Limited && g.Visibility != visibilityHidden {
		return Limited
	}
	return Hidden
}

// LimitedUser is what the limited view shows of a user.
func LimitedUser(u state.User) state.User {
	return state.User{
		TenantID: u.TenantID, ID: u.ID, Type: u.Type, DisplayName: u.DisplayName, GivenName: u.GivenName, Surname: u.Surname,
		Mail: u.Mail, UserPrincipalName: u.UserPrincipalName, AccountEnabled: u.AccountEnabled, Photo: u.Photo, ManagerID: u.ManagerID,
	}
}

// SelfService are the properties that people may change of themselves, by Graph's names.
func SelfService() []string {
	return []string{
		"aboutMe", "birthday", "businessPhones", "hireDate", "interests", "mobilePhone", "mySite", "pastProjects",
		"preferredName", "responsibilities", "schools", "skills",
	}
}
