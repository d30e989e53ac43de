package state

import (
	"iter"
	"time"
)

// Site is a site collection with its root web.
type Site struct {
	TenantID    string
	ID          string // site collection GUID
	WebID       string
	Path        string // server-relative: "/", "/sites/x" or "/personal/x_y_z"
	Title       string
	Description string
	Template    string // STS#3, GROUP#0, SITEPAGEPUBLISHING#0, SPSPERS#10 ...
	GroupID     string // Microsoft 365 group, "" for none
	OwnerID     string // OneDrive: whose it is
	Personal    bool   // a OneDrive, on {prefix}-my
	LCID        int

	Sharing SiteSharing

	NextUserID                               int // next id of the user information list and of site groups
	OwnersGroup, VisitorsGroup, MembersGroup int
	MembersCanShare                          bool
	AccessRequestEmail                       string
	AccessRequestDescription                 string

	CreatedAt  time.Time
	CreatedBy  Actor
	ModifiedAt time.Time
	DeletedAt  time.Time
	Seq        uint64
}

// SiteSharing are a site's own sharing properties (sharepoint.md 1.3).
type SiteSharing struct {
	Capability                                SharingCapability // own value; the effective one is bounded by the tenant
	DomainRestrictionMode                     int
	AllowedDomainList, BlockedDomainList      string
	DefaultSharingLinkType                    int
	DefaultLinkPermission                     int
	DefaultLinkToExistingAccess               bool
	OverrideAnonymousLinkExpiration           bool
	AnonymousLinkExpirationInDays             int
	OverrideExternalUserExpiration            bool
	ExternalUserExpirationInDays              int
	DisableCompanyWideSharingLinks            int
	DisableSharingForNonOwners                bool
	ShowPeoplePickerSuggestionsForGuestUsers  bool
	ShareByEmailDisabled, ShareByLinkDisabled bool
	Other                                     map[string]any // kept and given back, without effect
}

// Actor is who did something: a person, an application, or the service itself.
type Actor struct {
	UserID, AppID string
	Name, Email   string
}

// Site returns a living site by its GUID.
func (tx *Tx) Site(tenant, id string) (Site, bool) {
	s, ok := first[Site](tx, tableSites, indexID, tenant, fold(id))
	if !ok || !s.DeletedAt.IsZero() {
		return Site{}, false
	}
	return s, true
}

// SiteByPath returns a living site by server-relative path; personal says on which host.
func (tx *Tx) SiteByPath(tenant string, personal bool, path string) (Site, bool) {
	return first[Site](tx, tableSites, indexPath, tenant, host(personal), fold(path))
}

// SiteByGroup returns the site of a Microsoft 365 group.
func (tx *Tx) SiteByGroup(tenant, group string) (Site, bool) {
	return first[Site](tx, tableSites, indexGroup, tenant, fold(group))
}

// SiteByOwner returns a person's OneDrive site.
func (tx *Tx) SiteByOwner(tenant, user string) (Site, bool) {
	return first[Site](tx, tableSites, indexOwner, tenant, fold(user))
}

// Sites yields a tenant's sites, deleted ones included, by id.
func (tx *Tx) Sites(tenant string) iter.Seq[Site] { return each[Site](tx, tableSites, indexID, tenant) }

// PutSite stores a site.
func (tx *Tx) PutSite(s Site) Site {
	s.Seq = tx.NextSequence()
	put(tx, tableSites, s)
	return s
}

func host(personal bool) string {
	if personal {
		return "my"
	}
	return "root"
}

// PrincipalType is SharePoint's number for what a principal is.
type PrincipalType int

// The principals of a site.
const (
	PrincipalUser          PrincipalType = 1
	PrincipalSecurityGroup PrincipalType = 4
	PrincipalSiteGroup     PrincipalType = 8
)

// SiteUser is an entry of a site's user information list.
type SiteUser struct {
	TenantID     string
	SiteID       string
	ID           int
	Type         PrincipalType // 1 user, 4 directory group or claim
	ObjectID     string        // directory object; "" for claims and code-only recipients
	LoginName    string        // i:0#.f|membership|...
	Title        string
	Email        string
	UPN          string
	PUID         string
	SiteAdmin    bool
	Hidden       bool
	EmailAuth    bool // one-time-code recipient
	ShareByEmail bool // came as an external
	JoinedAt     time.Time
	ExpiresAt    time.Time // guest expiry, zero: none
	Removed      bool      // deleted from the site
}

// SiteUser returns an entry by its number.
func (tx *Tx) SiteUser(tenant, site string, id int) (SiteUser, bool) {
	return first[SiteUser](tx, tableSiteUsers, indexID, tenant, fold(site), id)
}

// SiteUserByLogin returns an entry by its claims login name.
func (tx *Tx) SiteUserByLogin(tenant, site, login string) (SiteUser, bool) {
	return first[SiteUser](tx, tableSiteUsers, indexLogin, tenant, fold(site), fold(login))
}

// SiteUserByObject returns the entry of a directory object.
func (tx *Tx) SiteUserByObject(tenant, site, object string) (SiteUser, bool) {
	return first[SiteUser](tx, tableSiteUsers, indexMember, tenant, fold(site), fold(object))
}

// SiteUsers yields a site's entries by number.
func (tx *Tx) SiteUsers(tenant, site string) iter.Seq[SiteUser] {
	return each[SiteUser](tx, tableSiteUsers, indexID, tenant, fold(site))
}

// PutSiteUser stores an entry.
func (tx *Tx) PutSiteUser(u SiteUser) { put(tx, tableSiteUsers, u) }

// DeleteSiteUser removes an entry.
func (tx *Tx) DeleteSiteUser(u SiteUser) { remove(tx, tableSiteUsers, u) }

// SiteGroup is a SharePoint group of a site.
type SiteGroup struct {
	TenantID, SiteID                                                                  string
	ID                                                                                int
	Title                                                                             string
	Description                                                                       string
	OwnerID                                                                           int    // principal that owns it
	LinkID                                                                            string // hidden group of a sharing link
	Hidden                                                                            bool
	AllowMembersEditMembership, AllowRequestToJoinLeave, AutoAcceptRequestToJoinLeave bool
	OnlyAllowMembersViewMembership                                                    bool
	RequestToJoinLeaveEmail                                                           string
	MemberIDs                                                                         []int // site users
}

// SiteGroup returns a group by its number.
func (tx *Tx) SiteGroup(tenant, site string, id int) (SiteGroup, bool) {
	return first[SiteGroup](tx, tableSiteGroups, indexID, tenant, fold(site), id)
}

// SiteGroups yields a site's groups by number.
func (tx *Tx) SiteGroups(tenant, site string) iter.Seq[SiteGroup] {
	return each[SiteGroup](tx, tableSiteGroups, indexID, tenant, fold(site))
}

// PutSiteGroup stores a group.
func (tx *Tx) PutSiteGroup(g SiteGroup) { put(tx, tableSiteGroups, g) }

// DeleteSiteGroup removes a group.
func (tx *Tx) DeleteSiteGroup(g SiteGroup) { remove(tx, tableSiteGroups, g) }
