package drive

import "github.com/tennantite/tennantite/emulator/state"

// SiteSpec describes a site to be made.
type SiteSpec struct {
	TenantID, ID, Path, Title, Description, Template string
	GroupID                                          string
	Capability                                       *state.SharingCapability // nil: the template's default (sharepoint.md 1.1)
	By                                               state.Actor
}

// AddSite makes a site with its default library ("Documents" at "Shared Documents"), its three groups (Owners 3,
// Visitors 4, Members 5) with their permissions on the site, and the service's entries in its user list. It fails with
// NameExists where the path is taken.
func AddSite(tx *state.Tx, s SiteSpec) (state.Site, error) { panic("skeleton") }

// EnsureRootSite returns the tenant's root site and makes it on first use.
func EnsureRootSite(tx *state.Tx, tenant string) state.Site { panic("skeleton") }

// EnsurePersonalSite returns a member's OneDrive site ("/personal/megan_contoso_com", library "Documents" at
// "Documents") and makes it on first use. It fails with SiteNotFound for guests.
func EnsurePersonalSite(tx *state.Tx, u state.User) (state.Site, error) { panic("skeleton") }

// FindSite returns a living site by site collection GUID. It fails with SiteNotFound.
func FindSite(tx *state.Tx, tenant, id string) (state.Site, error) { panic("skeleton") }

// SiteOfPath returns the site whose path is the longest beginning of a server-relative path, and the rest of the path
// below it without leading slash.
func SiteOfPath(tx *state.Tx, tenant string, personal bool, path string) (s state.Site, rest string, ok bool) {
	panic("skeleton")
}

// DeleteSite moves a site to the tenant's recycle bin.
func DeleteSite(tx *state.Tx, s state.Site) error { panic("skeleton") }

// SiteMember relates people to the three standard groups.
type SiteMember string

// The standard groups of a site.
const (
	SiteOwners   SiteMember = "owners"
	SiteMembers  SiteMember = "members"
	SiteVisitors SiteMember = "visitors"
)

// AddToSite puts a directory user into a standard group of a site (and so into its user list).
func AddToSite(tx *state.Tx, s state.Site, as SiteMember, u state.User) error { panic("skeleton") }

// EnsureSiteUser returns the entry of a directory user in a site's user list and makes it on first use. Login names are
// those of sharepoint.md 4.2. It fails with GuestIDMismatch where the login name belongs to an older object.
func EnsureSiteUser(tx *state.Tx, s state.Site, u state.User) (state.SiteUser, error) {
	panic("skeleton")
}

// EnsureCodeUser is EnsureSiteUser for somebody who is known to the site by address alone (urn:spo:guest#mail).
func EnsureCodeUser(tx *state.Tx, s state.Site, email string) state.SiteUser { panic("skeleton") }

// EnsureClaim is EnsureSiteUser for directory groups and claims such as everyone except external users.
func EnsureClaim(tx *state.Tx, s state.Site, login, title, objectID string) state.SiteUser {
	panic("skeleton")
}

// LoginName is the claims login name of a directory user.
func LoginName(u state.User) string { panic("skeleton") }

// AddSiteGroup makes a SharePoint group.
func AddSiteGroup(tx *state.Tx, s state.Site, g state.SiteGroup) (state.SiteGroup, error) {
	panic("skeleton")
}

// AddToGroup puts an entry of the user list into a group; removing is RemoveFromGroup.
func AddToGroup(tx *state.Tx, g state.SiteGroup, siteUser int) state.SiteGroup { panic("skeleton") }

// RemoveFromGroup takes it out.
func RemoveFromGroup(tx *state.Tx, g state.SiteGroup, siteUser int) state.SiteGroup {
	panic("skeleton")
}

// RoleDefinition is a permission level of every site (sharepoint.md 4.3).
type RoleDefinition struct {
	ID, Kind, Order   int
	Name, Description string
	Hidden            bool
	High, Low         string
	Role              state.Role // "" for Limited Access
}

// RoleDefinitions are the permission levels, in the order of the service.
func RoleDefinitions() []RoleDefinition { panic("skeleton") }
