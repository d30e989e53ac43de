package drive

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Templates of sites.
const (
	TemplateTeam          = "STS#3"
	TemplateClassic       = "STS#0"
	TemplateGroup         = "GROUP#0"
	TemplateCommunication = "SITEPAGEPUBLISHING#0"
	TemplatePersonal      = "SPSPERS#10"
)

const english = 1033

// The numbers of a site's standard groups (sharepoint.md 4.3); people are numbered from firstSiteUser on.
const (
	ownersGroup   = 3
	visitorsGroup = 4
	membersGroup  = 5
	firstSiteUser = 6
)

// systemAccount is the number of the service's own entry in every user list.
const systemAccount = 1073741823

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
func AddSite(tx *state.Tx, s SiteSpec) (state.Site, error) {
	if s.Template == "" {
		s.Template = TemplateTeam
		if s.GroupID != "" {
			s.Template = TemplateGroup
		}
	}
	site := newSite(tx, s)
	site, err := found(tx, site, "Shared Documents", s.By)
	if err != nil {
		return state.Site{}, err
	}
	if s.GroupID != "" {
		connect(tx, site)
	} else if u, ok := tx.User(s.TenantID, s.By.UserID); ok {
		if err := AddToSite(tx, site, SiteOwners, u); err != nil {
			return state.Site{}, err
		}
	}
	return FindSite(tx, site.TenantID, site.ID) // with the next number of its user list
}

func newSite(tx *state.Tx, s SiteSpec) state.Site {
	if s.ID == "" {
		s.ID = tx.NewID()
	}
	path := "/" + strings.Trim(s.Path, "/")
	if s.Title == "" {
		_, s.Title = cutLast(path)
	}
	site := state.Site{
		TenantID: s.TenantID, ID: strings.ToLower(s.ID), WebID: tx.NewID(), Path: path, Title: s.Title, Description: s.Description,
		Template: s.Template, GroupID: s.GroupID, LCID: english, NextUserID: firstSiteUser,
		OwnersGroup: ownersGroup, VisitorsGroup: visitorsGroup, MembersGroup: membersGroup, MembersCanShare: true,
		CreatedAt: tx.Now(), CreatedBy: s.By, ModifiedAt: tx.Now(),
	}
	site.Sharing.Capability = defaultCapability(s.Template, path)
	if s.Capability != nil {
		site.Sharing.Capability = *s.Capability
	}
	return site
}

// defaultCapability is how open a new site is (sharepoint.md 1.1).
func defaultCapability(template, path string) state.SharingCapability {
	switch {
	case path == "/" || template == TemplatePersonal:
		return state.ExternalUserAndGuestSharing
	case strings.HasPrefix(template, "GROUP#"):
		return state.ExternalUserSharingOnly
	}
	return state.SharingDisabled
}

// found stores a new site with its library, groups and the service's entries.
func found(tx *state.Tx, s state.Site, library string, by state.Actor) (state.Site, error) {
	if _, taken := tx.SiteByPath(s.TenantID, s.Personal, s.Path); taken {
		return state.Site{}, problem.For(problem.Conflict, problem.NameExists, s.Path, "A site already exists at url %s.", s.Path)
	}
	s = tx.PutSite(s)
	l, err := AddLibrary(tx, s, "Documents", library, by)
	if err != nil {
		return state.Site{}, err
	}
	l.Default = true
	tx.PutList(l)
	tx.PutSiteUser(state.SiteUser{
		TenantID: s.TenantID, SiteID: s.ID, ID: systemAccount, Type: state.PrincipalUser, LoginName: `SHAREPOINT\system`,
		Title: "System Account", Hidden: true, JoinedAt: tx.Now(),
	})
	addStandardGroups(tx, s, by)
	return s, nil
}

func addStandardGroups(tx *state.Tx, s state.Site, by state.Actor) {
	on := state.Securable{SiteID: s.ID}
	for _, g := range []struct {
		id, level         int
		role              state.Role
		name, description string
		membersEdit       bool
	}{
		{ownersGroup, FullControl, state.RoleOwner, "Owners", "Use this group to grant people full control permissions to the SharePoint site: ", false},
		{visitorsGroup, Read, state.RoleRead, "Visitors", "Use this group to grant people read permissions to the SharePoint site: ", false},
		{membersGroup, Edit, state.RoleWrite, "Members", "Use this group to grant people contribute permissions to the SharePoint site: ", true},
	} {
		tx.PutSiteGroup(state.SiteGroup{
			TenantID: s.TenantID, SiteID: s.ID, ID: g.id, Title: s.Title + " " + g.name, Description: g.description + s.Title,
			OwnerID: ownersGroup, AllowMembersEditMembership: g.membersEdit,
		})
		tx.PutPermission(state.Permission{
			TenantID: s.TenantID, ID: tx.NewID(), On: on, To: state.ToSiteGroup, SiteGroup: g.id, Role: g.role,
			RoleDefs: []int{g.level}, GrantedBy: by, CreatedAt: tx.Now(),
		})
	}
}

// connect puts the claims of a Microsoft 365 group's owners and members into its site's groups.
func connect(tx *state.Tx, s state.Site) {
	title := s.Title
	if g, ok := tx.Group(s.TenantID, s.GroupID); ok {
		title = g.DisplayName
	}
	owners := EnsureClaim(tx, s, GroupClaim(s.GroupID, true), title+" Owners", s.GroupID)
	owners.SiteAdmin = true
	tx.PutSiteUser(owners)
	members := EnsureClaim(tx, s, GroupClaim(s.GroupID, false), title+" Members", s.GroupID)
	addTo(tx, s, ownersGroup, owners.ID)
	addTo(tx, s, membersGroup, members.ID)
}

// EnsureRootSite returns the tenant's root site and makes it on first use; everybody in the organisation may read it. In
// a transaction that cannot write it returns the zero Site where there is none.
func EnsureRootSite(tx *state.Tx, tenant string) state.Site {
	if s, ok := tx.SiteByPath(tenant, false, "/"); ok {
		return s
	}
	if !tx.Writable() {
		return state.Site{}
	}
	s, err := AddSite(tx, SiteSpec{TenantID: tenant, Path: "/", Title: "Communication site", Template: TemplateCommunication})
	if err != nil {
		return state.Site{} // the path was free, the library's name is good
	}
	all := EnsureClaim(tx, s, EveryoneExceptExternal(tenant), "Everyone except external users", "")
	addTo(tx, s, visitorsGroup, all.ID)
	s, _ = tx.Site(s.TenantID, s.ID)
	return s
}

// EnsurePersonalSite returns a member's OneDrive site ("/personal/megan_contoso_com", library "Documents" at
// "Documents") and makes it on first use. It fails with SiteNotFound for guests, and where the transaction cannot write.
func EnsurePersonalSite(tx *state.Tx, u state.User) (state.Site, error) {
	if s, ok := tx.SiteByOwner(u.TenantID, u.ID); ok {
		return s, nil
	}
	if u.ID == "" || u.External() || u.Type == state.Guest || u.TenantID == state.ConsumersTenantID || !tx.Writable() {
		return state.Site{}, problem.For(problem.NotFound, problem.SiteNotFound, u.UserPrincipalName, "User's mysite not found.")
	}
	by := state.Actor{UserID: u.ID, Name: u.DisplayName, Email: u.Mail}
	path := "/personal/" + personalName(u.UserPrincipalName)
	for n := 1; ; n++ {
		if _, taken := tx.SiteByPath(u.TenantID, true, path); !taken {
			break
		}
		path = "/personal/" + personalName(u.UserPrincipalName) + strconv.Itoa(n)
	}
	s := newSite(tx, SiteSpec{TenantID: u.TenantID, Path: path, Title: u.DisplayName, Template: TemplatePersonal, By: by})
	s.Personal, s.OwnerID = true, u.ID
	s, err := found(tx, s, "Documents", by)
	if err != nil {
		return state.Site{}, err
	}
	owner, err := EnsureSiteUser(tx, s, u)
	if err != nil {
		return state.Site{}, err
	}
	owner.SiteAdmin = true
	tx.PutSiteUser(owner)
	addTo(tx, s, ownersGroup, owner.ID)
	s, _ = tx.Site(s.TenantID, s.ID)
	return s, nil
}

// personalName is the last part of a OneDrive's address: what is neither letter nor digit becomes an underscore.
func personalName(upn string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return '_'
	}, upn)
}

// FindSite returns a living site by site collection GUID. It fails with SiteNotFound.
func FindSite(tx *state.Tx, tenant, id string) (state.Site, error) {
	s, ok := tx.Site(tenant, id)
	if !ok {
		return state.Site{}, problem.For(problem.NotFound, problem.SiteNotFound, id, "Requested site could not be found")
	}
	return s, nil
}

// SiteOfPath returns the site whose path is the longest beginning of a server-relative path, and the rest of the path
// below it without leading slash.
func SiteOfPath(tx *state.Tx, tenant string, personal bool, path string) (s state.Site, rest string, ok bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for n := min(len(parts), 2); n >= 0; n-- {
		if s, ok = tx.SiteByPath(tenant, personal, "/"+strings.Join(parts[:n], "/")); ok {
			return s, strings.Join(parts[n:], "/"), true
		}
	}
	return state.Site{}, "", false
}

// DeleteSite moves a site to the tenant's recycle bin.
func DeleteSite(tx *state.Tx, s state.Site) error {
	if s.Path == "/" {
		return problem.For(problem.Denied, problem.RootNotChangeable, s.Path, "The root site collection cannot be deleted.")
	}
	s.DeletedAt = tx.Now()
	tx.PutSite(s)
	return nil
}

// RestoreSite takes a site out of the tenant's recycle bin. It fails with NameExists where its path is taken meanwhile.
func RestoreSite(tx *state.Tx, s state.Site) (state.Site, error) {
	if _, taken := tx.SiteByPath(s.TenantID, s.Personal, s.Path); taken {
		return state.Site{}, problem.For(problem.Conflict, problem.NameExists, s.Path, "A site already exists at url %s.", s.Path)
	}
	s.DeletedAt = state.Site{}.DeletedAt
	return tx.PutSite(s), nil
}
