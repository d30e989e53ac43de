package sharing

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The claims that SharePoint knows principals by (sharepoint.md 4.2).
const (
	memberClaim       = "i:0#.f|membership|"
	everyoneClaim     = "c:0(.s|true"
	organizationClaim = "c:0-.f|rolemanager|spo-grid-all-users/"
	securityClaim     = "c:0t.c|tenant|"
	unifiedClaim      = "c:0o.c|federateddirectoryclaimprovider|"
)

// everyoneLogin is the claim of everyone, or of everyone except external users.
func everyoneLogin(tenant string, external bool) string {
	if external {
		return everyoneClaim
	}
	return organizationClaim + tenant
}

func sameAddress(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// EnsureLogin returns the entry of a principal in a site's user list and makes it where there is none yet. The name is a
// claims login name, a principal name, an address or the id of a directory group's claim. It fails with UserNotFound where
// the directory knows nobody of that name.
func EnsureLogin(tx *state.Tx, s state.Site, name string) (state.SiteUser, error) {
	name = strings.TrimSpace(name)
	if u, ok := tx.SiteUserByLogin(s.TenantID, s.ID, name); ok && !u.Removed && (u.ObjectID == "" || alive(tx, u)) {
		return u, nil
	}
	lower := strings.ToLower(name)
	switch {
	case lower == everyoneClaim || lower == "everyone":
		return drive.EnsureClaim(tx, s, everyoneClaim, "Everyone", ""), nil
	case strings.HasPrefix(lower, organizationClaim), lower == "everyone except external users":
		if id := strings.TrimPrefix(lower, organizationClaim); id != lower && id != s.TenantID {
			return state.SiteUser{}, unknownLogin(name)
		}
		return drive.EnsureClaim(tx, s, organizationClaim+s.TenantID, "Everyone except external users", ""), nil
	case strings.HasPrefix(lower, securityClaim), strings.HasPrefix(lower, unifiedClaim):
		return ensureGroupClaim(tx, s, lower, name)
	}
	address := name
	if i := strings.LastIndexByte(name, '|'); i >= 0 {
		if !strings.HasPrefix(lower, memberClaim) {
			return state.SiteUser{}, unknownLogin(name)
		}
		address = name[i+1:]
	}
	u, err := directory.FindUser(tx, s.TenantID, address)
	if err != nil {
		found, ok := directory.UserByAddress(tx, s.TenantID, address)
		if !ok {
			return state.SiteUser{}, unknownLogin(name)
		}
		u = found
	}
	return drive.EnsureSiteUser(tx, s, u)
}

// alive tells whether the directory still has what an entry of the user list stands for.
func alive(tx *state.Tx, u state.SiteUser) bool {
	if _, ok := tx.User(u.TenantID, u.ObjectID); ok {
		return true
	}
	_, ok := tx.Group(u.TenantID, u.ObjectID)
	return ok
}

func ensureGroupClaim(tx *state.Tx, s state.Site, lower, name string) (state.SiteUser, error) {
	id := lower[strings.LastIndexByte(lower, '|')+1:]
	id, owners := strings.CutSuffix(id, "_o")
	g, ok := tx.Group(s.TenantID, id)
	if !ok || owners && !strings.HasPrefix(lower, unifiedClaim) {
		return state.SiteUser{}, unknownLogin(name)
	}
	title, login := g.DisplayName, securityClaim+g.ID
	if strings.HasPrefix(lower, unifiedClaim) {
		title, login = g.DisplayName+" Members", unifiedClaim+g.ID
		if owners {
			title, login = g.DisplayName+" Owners", login+"_o"
		}
	}
	return drive.EnsureClaim(tx, s, login, title, g.ID), nil
}

func unknownLogin(name string) error {
	return problem.For(problem.NotFound, problem.UserNotFound, name, "the specified user %s could not be found", name)
}

// RemoveSiteUser takes an entry out of a site's user list, with its memberships in the site's groups and all that it was
// granted in the site. A guest's object in the directory stays. It fails with AccessDenied.
func RemoveSiteUser(tx *state.Tx, by directory.Principal, s state.Site, u state.SiteUser) error {
	if err := Require(tx, by, drive.Place{Site: s}, state.RoleOwner); err != nil {
		return err
	}
	for g := range tx.SiteGroups(s.TenantID, s.ID) {
		drive.RemoveFromGroup(tx, g, u.ID)
	}
	for p := range tx.PermissionsAt(s.TenantID, s.ID) {
		if n, ok := principalOf(tx, s, p); ok && n == u.ID && p.To != state.ToSiteGroup {
			tx.DeletePermission(p)
		}
	}
	leaveLinks(tx, by, s, u)
	tx.DeleteSiteUser(u)
	return nil
}

// AddToSiteGroup puts an entry of the user list into a site group. Owners of the site may, members of a group that lets
// its members decide may. It fails with AccessDenied.
func AddToSiteGroup(tx *state.Tx, by directory.Principal, s state.Site, g state.SiteGroup, u state.SiteUser) error {
	if err := mayEditGroup(tx, by, s, g); err != nil {
		return err
	}
	drive.AddToGroup(tx, g, u.ID)
	return nil
}

// RemoveFromSiteGroup takes an entry out of a site group, by the same right; everybody may leave.
func RemoveFromSiteGroup(tx *state.Tx, by directory.Principal, s state.Site, g state.SiteGroup, u state.SiteUser) error {
	if err := mayEditGroup(tx, by, s, g); err != nil && (by.User.ID == "" || by.User.ID != u.ObjectID) {
		return err
	}
	drive.RemoveFromGroup(tx, g, u.ID)
	return nil
}

func mayEditGroup(tx *state.Tx, by directory.Principal, s state.Site, g state.SiteGroup) error {
	if g.AllowMembersEditMembership && by.User.ID != "" {
		if me, ok := tx.SiteUserByObject(s.TenantID, s.ID, by.User.ID); ok {
			if slices.Contains(g.MemberIDs, me.ID) {
				return nil
			}
		}
	}
	return Require(tx, by, drive.Place{Site: s}, state.RoleOwner)
}
