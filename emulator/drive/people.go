package drive

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// membership is how the login names of people begin.
const membership = "i:0#.f|membership|"

// SiteMember relates people to the three standard groups.
type SiteMember string

// The standard groups of a site.
const (
	SiteOwners   SiteMember = "owners"
	SiteMembers  SiteMember = "members"
	SiteVisitors SiteMember = "visitors"
)

// AddToSite puts a directory user into a standard group of a site (and so into its user list).
func AddToSite(tx *state.Tx, s state.Site, as SiteMember, u state.User) error {
	entry, err := EnsureSiteUser(tx, s, u)
	if err != nil {
		return err
	}
	group := s.VisitorsGroup
	switch as {
	case SiteOwners:
		group = s.OwnersGroup
	case SiteMembers:
		group = s.MembersGroup
	case SiteVisitors:
	}
	addTo(tx, s, group, entry.ID)
	return nil
}

// LoginName is the claims login name of a directory user.
func LoginName(u state.User) string { return membership + strings.ToLower(u.UserPrincipalName) }

// CodeLoginName is the login name of somebody who is known by address alone.
func CodeLoginName(email string) string {
	return membership + "urn%3aspo%3aguest#" + strings.ToLower(email)
}

// EveryoneExceptExternal is the login name of the claim that all members of an organisation have.
func EveryoneExceptExternal(tenant string) string {
	return "c:0-.f|rolemanager|spo-grid-all-users/" + tenant
}

// Everyone is the login name of the claim that everybody who signs in has, guests too.
const Everyone = "c:0(.s|true"

// GroupClaim is the login name of a Microsoft 365 group's members or owners.
func GroupClaim(group string, owners bool) string {
	login := "c:0o.c|federateddirectoryclaimprovider|" + group
	if owners {
		login += "_o"
	}
	return login
}

// SecurityGroupClaim is the login name of a security group.
func SecurityGroupClaim(group string) string { return "c:0t.c|tenant|" + group }

// EnsureSiteUser returns the entry of a directory user in a site's user list and makes it on first use. Login names are
// those of sharepoint.md 4.2. It fails with GuestIDMismatch where the login name belongs to an older object.
func EnsureSiteUser(tx *state.Tx, s state.Site, u state.User) (state.SiteUser, error) {
	login := LoginName(u)
	for _, e := range []func() (state.SiteUser, bool){
		func() (state.SiteUser, bool) { return tx.SiteUserByObject(s.TenantID, s.ID, u.ID) },
		func() (state.SiteUser, bool) { return tx.SiteUserByLogin(s.TenantID, s.ID, login) },
	} {
		entry, ok := e()
		switch {
		case !ok || entry.Type != state.PrincipalUser:
		case entry.Removed:
			tx.DeleteSiteUser(entry)
		case !strings.EqualFold(entry.ObjectID, u.ID):
			return state.SiteUser{}, problem.For(problem.Denied, problem.GuestIDMismatch, login,
				"The account has the login name of an older account, which the site still knows.")
		default:
			return entry, nil
		}
	}
	entry := state.SiteUser{
		Type: state.PrincipalUser, ObjectID: u.ID, LoginName: login, Title: u.DisplayName, Email: address(u),
		UPN: u.UserPrincipalName, PUID: u.PUID,
	}
	if u.External() {
		entry.ShareByEmail, entry.PUID = true, ""
		entry.Title = entry.Email
		entry.UPN = strings.TrimPrefix(login, membership)
	}
	return join(tx, s, entry), nil
}

func address(u state.User) string {
	switch {
	case u.Mail != "":
		return u.Mail
	case u.InvitedAs != "":
		return u.InvitedAs
	}
	return u.UserPrincipalName
}

// EnsureCodeUser is EnsureSiteUser for somebody who is known to the site by address alone (urn:spo:guest#mail).
func EnsureCodeUser(tx *state.Tx, s state.Site, email string) state.SiteUser {
	return ensure(tx, s, state.SiteUser{
		Type: state.PrincipalUser, LoginName: CodeLoginName(email), Title: email, Email: email, EmailAuth: true, ShareByEmail: true,
	})
}

// EnsureClaim is EnsureSiteUser for directory groups and claims such as everyone except external users.
func EnsureClaim(tx *state.Tx, s state.Site, login, title, objectID string) state.SiteUser {
	return ensure(tx, s, state.SiteUser{Type: state.PrincipalSecurityGroup, LoginName: login, Title: title, ObjectID: objectID})
}

func ensure(tx *state.Tx, s state.Site, entry state.SiteUser) state.SiteUser {
	there, ok := tx.SiteUserByLogin(s.TenantID, s.ID, entry.LoginName)
	switch {
	case ok && !there.Removed:
		return there
	case ok:
		tx.DeleteSiteUser(there)
	}
	return join(tx, s, entry)
}

// join gives an entry the site's next number.
func join(tx *state.Tx, s state.Site, entry state.SiteUser) state.SiteUser {
	if now, ok := tx.Site(s.TenantID, s.ID); ok {
		s = now
	}
	entry.TenantID, entry.SiteID, entry.ID, entry.JoinedAt = s.TenantID, s.ID, s.NextUserID, tx.Now()
	s.NextUserID++
	tx.PutSite(s)
	tx.PutSiteUser(entry)
	return entry
}

// AddSiteGroup makes a SharePoint group. It fails with NameExists.
func AddSiteGroup(tx *state.Tx, s state.Site, g state.SiteGroup) (state.SiteGroup, error) {
	for other := range tx.SiteGroups(s.TenantID, s.ID) {
		if strings.EqualFold(other.Title, g.Title) {
			return state.SiteGroup{}, problem.For(problem.Conflict, problem.NameExists, g.Title, "The specified name is already in use.")
		}
	}
	if now, ok := tx.Site(s.TenantID, s.ID); ok {
		s = now
	}
	g.TenantID, g.SiteID, g.ID = s.TenantID, s.ID, s.NextUserID
	if g.OwnerID == 0 {
		g.OwnerID = s.OwnersGroup
	}
	s.NextUserID++
	tx.PutSite(s)
	tx.PutSiteGroup(g)
	return g, nil
}

func addTo(tx *state.Tx, s state.Site, group, siteUser int) {
	if g, ok := tx.SiteGroup(s.TenantID, s.ID, group); ok {
		AddToGroup(tx, g, siteUser)
	}
}

// AddToGroup puts an entry of the user list into a group; removing is RemoveFromGroup.
func AddToGroup(tx *state.Tx, g state.SiteGroup, siteUser int) state.SiteGroup {
	if now, ok := tx.SiteGroup(g.TenantID, g.SiteID, g.ID); ok {
		g = now
	}
	if slices.Contains(g.MemberIDs, siteUser) {
		return g
	}
	g.MemberIDs = append(slices.Clip(g.MemberIDs), siteUser)
	tx.PutSiteGroup(g)
	return g
}

// RemoveFromGroup takes it out.
func RemoveFromGroup(tx *state.Tx, g state.SiteGroup, siteUser int) state.SiteGroup {
	if now, ok := tx.SiteGroup(g.TenantID, g.SiteID, g.ID); ok {
		g = now
	}
	g.MemberIDs = slices.DeleteFunc(slices.Clone(g.MemberIDs), func(id int) bool { return id == siteUser })
	tx.PutSiteGroup(g)
	return g
}
