package sharing

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// What can give access, as [Access.Via] names it.
const (
	ViaPermission    = "permission"
	ViaLink          = "link"
	ViaSiteGroup     = "siteGroup"
	ViaGroup         = "group"
	ViaOwner         = "owner"
	ViaAdministrator = "administrator"
	ViaApplication   = "application"
	ViaSystem        = "system"
)

// AccessTo decides effective access. Grants on the place and on everything above it count, unless inheritance is broken;
// a tenant or site level, a domain list and guest expiry take external access away again. An application alone acts by
// its roles (Sites.*, Files.*), a person also needs the delegated scope, which the faces check.
func AccessTo(tx *state.Tx, who directory.Principal, at drive.Place) Access {
	return ViewOf(tx, who, at.Site).Access(at)
}

// Require fails unless who has at least that role at the place: with AccessDenied, the deciding rule as its cause.
func Require(tx *state.Tx, who directory.Principal, at drive.Place, role state.Role) error {
	return AccessTo(tx, who, at).Require(role)
}

// Require fails unless the access is at least that role.
func (a Access) Require(role state.Role) error {
	if a.Role.Rank() >= role.Rank() {
		return nil
	}
	e := &problem.Error{Kind: problem.Denied, Reason: problem.AccessDenied, Detail: "Access denied", Err: a.Denied}
	if a.Denied != nil {
		e.Target = problem.As(a.Denied).Target
	}
	return e
}

// RequireContent is Require for reading a file's bytes: a link that blocks downloads is not enough.
func RequireContent(tx *state.Tx, who directory.Principal, at drive.Place) error {
	a := AccessTo(tx, who, at)
	if err := a.Require(state.RoleRead); err != nil || !a.ViewOnly {
		return err
	}
	return problem.For(problem.Denied, problem.AccessDenied, LinkBlocksDownload, "Access denied")
}

// View is a principal's view of one site: who he is there is worked out once, then asked for many places.
type View struct {
	tx     *state.Tx
	who    directory.Principal
	tenant state.Tenant
	site   state.Site

	known     bool // a living person of the tenant, or somebody proven by a code
	whole     Access
	numbers   map[int]bool // his entries in the site's user list: his own, his groups', claims
	groups    map[string]bool
	addresses []string
	entry     state.SiteUser

	judged  bool
	verdict error // what takes his access away, as far as it does not come from a link for anyone
}

// ViewOf prepares a principal's view of a site.
func ViewOf(tx *state.Tx, who directory.Principal, s state.Site) *View {
	v := &View{tx: tx, who: who, site: s}
	if who.System {
		v.whole = Access{Role: state.RoleOwner, Via: ViaSystem}
		return v
	}
	if who.Tenant != s.TenantID {
		return v
	}
	v.tenant, _ = tx.Tenant(s.TenantID)
	if who.AppOnly() {
		v.whole = applicationRole(who)
		return v
	}
	if who.User.ID != "" {
		if u, ok := tx.User(s.TenantID, who.User.ID); ok {
			v.who.User, v.known = u, true
			v.identify()
		}
	} else if who.Email != "" {
		v.known, v.addresses = true, []string{strings.ToLower(who.Email)}
	}
	return v
}

// applicationRole is what an application's permissions give it in every site.
func applicationRole(who directory.Principal) Access {
	a := Access{Via: ViaApplication}
	switch {
	case who.HasRole("Sites.FullControl.All"):
		a.Role = state.RoleOwner
	case who.HasRole("Sites.Manage.All", "Sites.ReadWrite.All", "Files.ReadWrite.All"):
		a.Role = state.RoleWrite
	case who.HasRole("Sites.Read.All", "Files.Read.All"):
		a.Role = state.RoleRead
	default:
		return Access{}
	}
	return a
}

// identify finds a person's groups, his entries in the user list, and whether the site is his.
func (v *View) identify() {
	u := v.who.User
	v.addresses = addressesOf(u)
	v.groups = map[string]bool{}
	for _, g := range directory.GroupsOf(v.tx, v.site.TenantID, u.ID) {
		v.groups[strings.ToLower(g)] = true
	}
	owned := map[string]bool{}
	for m := range v.tx.MembershipsOf(v.site.TenantID, u.ID, state.Owners) {
		owned[strings.ToLower(m.GroupID)] = true
	}
	v.numbers = map[int]bool{}
	administrator := false
	for _, login := range v.logins(owned) {
		if e, ok := v.tx.SiteUserByLogin(v.site.TenantID, v.site.ID, login); ok && !e.Removed {
			v.numbers[e.ID] = true
			administrator = administrator || e.SiteAdmin
		}
	}
	if e, ok := v.tx.SiteUserByObject(v.site.TenantID, v.site.ID, u.ID); ok && !e.Removed {
		v.entry, v.numbers[e.ID] = e, true
		administrator = administrator || e.SiteAdmin
	}
	switch {
	case v.site.Personal && strings.EqualFold(v.site.OwnerID, u.ID):
		v.whole = Access{Role: state.RoleOwner, Via: ViaOwner}
	case administrator, !v.site.Personal && IsAdministrator(v.tx, v.who):
		v.whole = Access{Role: state.RoleOwner, Via: ViaAdministrator}
	}
}

// IsAdministrator tells whether a person administers SharePoint: by the roles Global or SharePoint Administrator. The
// emulator itself does.
func IsAdministrator(tx *state.Tx, who directory.Principal) bool {
	return who.System || who.User.ID != "" &&
		directory.HasRole(tx, who.Tenant, who.User.ID, directory.GlobalAdministrator, directory.SharePointAdministrator)
}

// logins are the names under which a site's user list can mean the person beside his own: those of his groups and claims.
func (v *View) logins(owned map[string]bool) []string {
	list := []string{everyoneClaim}
	if !outsider(v.who.User) {
		list = append(list, organizationClaim+v.site.TenantID)
	}
	for g := range v.groups {
		list = append(list, securityClaim+g, unifiedClaim+g)
	}
	for g := range owned {
		list = append(list, unifiedClaim+g+"_o")
	}
	return list
}

// addressesOf are the addresses by which a link or an invitation can mean a directory object, lower case.
func addressesOf(u state.User) []string {
	list := []string{u.Mail, u.UserPrincipalName, u.InvitedAs}
	list = append(list, u.OtherMails...)
	for _, p := range u.ProxyAddresses {
		if kind, address, ok := strings.Cut(p, ":"); ok && strings.EqualFold(kind, "smtp") {
			list = append(list, address)
		}
	}
	out := make([]string, 0, len(list))
	for _, a := range list {
		if a = strings.ToLower(a); a != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// Access is what the principal may do at a place of the site.
func (v *View) Access(at drive.Place) Access {
	if v.whole.Role == state.RoleOwner || v.whole.Role != "" && v.who.AppOnly() {
		return v.whole
	}
	best := Access{}
	for level := range v.levels(at) {
		for a := range v.candidates(level) {
			best = v.better(best, a)
		}
	}
	return best
}

// Enters tells whether the principal has some right somewhere in the site: SharePoint gives him limited access to what
// stands above it.
func (v *View) Enters() bool {
	if v.Access(drive.Place{Site: v.site}).Role != "" {
		return true
	}
	seen := map[state.Securable]bool{}
	for p := range v.tx.PermissionsAt(v.site.TenantID, v.site.ID) {
		seen[p.On] = true
	}
	for l := range v.tx.LinksAt(v.site.TenantID, v.site.ID) {
		seen[l.On] = true
	}
	for on := range seen {
		for a := range v.candidates(on) {
			if v.better(Access{}, a).Role != "" {
				return true
			}
		}
	}
	return false
}

// Enters is [View.Enters] for one question.
func Enters(tx *state.Tx, who directory.Principal, s state.Site) bool {
	return ViewOf(tx, who, s).Enters()
}

// better keeps the higher of two; one that a rule takes away only leaves its reason.
func (v *View) better(best, a Access) Access {
	if a.Role.Rank() < best.Role.Rank() || a.Role.Rank() == best.Role.Rank() && (!best.ViewOnly || a.ViewOnly) {
		return best
	}
	if denied := v.takesAway(a); denied != nil {
		if best.Role == "" && best.Denied == nil {
			best.Denied = denied
		}
		return best
	}
	return a
}
