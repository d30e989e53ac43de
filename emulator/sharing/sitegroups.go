package sharing

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// WebChange is what a site's owners can change of it; nil members stay.
type WebChange struct {
	Title, Description, AccessRequestEmail *string
	MembersCanShare                        *bool
}

// UpdateWeb changes a site's web. It fails with AccessDenied.
func UpdateWeb(tx *state.Tx, by directory.Principal, s state.Site, c WebChange) error {
	if err := Require(tx, by, drive.Place{Site: s}, state.RoleOwner); err != nil {
		return err
	}
	if c.Title != nil {
		s.Title = *c.Title
	}
	if c.Description != nil {
		s.Description = *c.Description
	}
	if c.AccessRequestEmail != nil {
		s.AccessRequestEmail = *c.AccessRequestEmail
	}
	if c.MembersCanShare != nil {
		s.MembersCanShare = *c.MembersCanShare
	}
	s.ModifiedAt = tx.Now()
	tx.PutSite(s)
	return nil
}

// AddSiteGroup makes a SharePoint group of a site. It fails with AccessDenied, MissingProperty without a title, and
// ObjectConflict where the title is taken.
func AddSiteGroup(tx *state.Tx, by directory.Principal, s state.Site, g state.SiteGroup) (state.SiteGroup, error) {
	if err := Require(tx, by, drive.Place{Site: s}, state.RoleOwner); err != nil {
		return g, err
	}
	if err := checkGroup(tx, s, g); err != nil {
		return g, err
	}
	return drive.AddSiteGroup(tx, s, g)
}

// UpdateSiteGroup stores a changed group. It fails as [AddSiteGroup].
func UpdateSiteGroup(tx *state.Tx, by directory.Principal, s state.Site, g state.SiteGroup) error {
	if err := Require(tx, by, drive.Place{Site: s}, state.RoleOwner); err != nil {
		return err
	}
	if err := checkGroup(tx, s, g); err != nil {
		return err
	}
	tx.PutSiteGroup(g)
	return nil
}

func checkGroup(tx *state.Tx, s state.Site, g state.SiteGroup) error {
	if strings.TrimSpace(g.Title) == "" {
		return problem.For(problem.Invalid, problem.MissingProperty, "Title", "The group name is empty, or you are using one or more of the following invalid characters.")
	}
	for other := range tx.SiteGroups(s.TenantID, s.ID) {
		if other.ID != g.ID && strings.EqualFold(other.Title, g.Title) {
			return problem.For(problem.Conflict, problem.ObjectConflict, g.Title, "The specified name is already in use.")
		}
	}
	return nil
}

// DeleteSiteGroup removes a group with all that it was granted in the site. It fails with AccessDenied.
func DeleteSiteGroup(tx *state.Tx, by directory.Principal, s state.Site, g state.SiteGroup) error {
	if err := Require(tx, by, drive.Place{Site: s}, state.RoleOwner); err != nil {
		return err
	}
	for _, p := range slices.Collect(tx.PermissionsAt(s.TenantID, s.ID)) {
		if p.To == state.ToSiteGroup && p.SiteGroup == g.ID {
			tx.DeletePermission(p)
		}
	}
	tx.DeleteSiteGroup(g)
	return nil
}

// UpdateSiteUser makes an entry of the user list a site administrator or no more, and corrects its names. It fails with
// AccessDenied.
func UpdateSiteUser(tx *state.Tx, by directory.Principal, s state.Site, u state.SiteUser, admin *bool, title, email *string) error {
	if err := Require(tx, by, drive.Place{Site: s}, state.RoleOwner); err != nil {
		return err
	}
	if admin != nil {
		u.SiteAdmin = *admin
	}
	if title != nil {
		u.Title = *title
	}
	if email != nil {
		u.Email = *email
	}
	tx.PutSiteUser(u)
	return nil
}
