// Package collaboration holds the rules that span people and drives: a Microsoft 365 group with its site, guests who are
// added to one, a person removed from both. Whoever needs only people finds the rule in directory, whoever needs only
// files in drive.
//
//	AddGroup ──► group + site ──► DeleteGroup (recycle bins) ──► RestoreGroup
//
// Sources: graph.md section 4, sharepoint.md sections 4 and 8 of the reference.
package collaboration

import (
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Manager is the room's rules.
type Manager struct{}

// AddGroup makes a group and, where it is a Microsoft 365 group, its site ("/sites/{mailNickname}", with a number where
// another site has that path), connected by claims: the group's owners and members are those of the site. Failures are
// those of directory.AddGroup.
func (Manager) AddGroup(tx *state.Tx, by directory.Principal, g state.Group) (state.Group, error) {
	g, err := directory.AddGroup(tx, by, g)
	if err != nil || !g.Unified {
		return g, err
	}
	_, err = drive.AddSite(tx, drive.SiteSpec{
		TenantID: g.TenantID, Path: freePath(tx, g), Title: g.DisplayName, Description: g.Description,
		Template: drive.TemplateGroup, GroupID: g.ID, By: by.Actor(),
	})
	return g, err
}

// freePath is where a new group's site goes. What a group's nickname may have and an address not is left out.
func freePath(tx *state.Tx, g state.Group) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"#%*:<>?/\|~&{}'`, r) {
			return -1
		}
		return r
	}, g.MailNickname)
	if name == "" {
		name = g.ID
	}
	path := "/sites/" + name
	for n := 1; ; n++ {
		if _, taken := tx.SiteByPath(g.TenantID, false, path); !taken {
			return path
		}
		path = "/sites/" + name + strconv.Itoa(n)
	}
}

// DeleteGroup removes a group and with a Microsoft 365 group its site; RestoreGroup brings both back. It fails with
// ObjectNotFound.
func (Manager) DeleteGroup(tx *state.Tx, by directory.Principal, g state.Group) error {
	if err := directory.DeleteGroup(tx, by, g); err != nil {
		return err
	}
	if s, ok := tx.SiteByGroup(g.TenantID, g.ID); ok && g.Unified {
		return drive.DeleteSite(tx, s)
	}
	return nil
}

// RestoreGroup is the way back. It fails with ObjectConflict where the group's name, with NameExists where the site's path
// is taken meanwhile.
func (Manager) RestoreGroup(tx *state.Tx, by directory.Principal, g state.Group) (state.Group, error) {
	g, err := directory.RestoreGroup(tx, by, g)
	if err != nil {
		return state.Group{}, err
	}
	for s := range tx.Sites(g.TenantID) {
		if strings.EqualFold(s.GroupID, g.ID) && !s.DeletedAt.IsZero() {
			if _, err := drive.RestoreSite(tx, s); err != nil {
				return state.Group{}, err
			}
			break
		}
	}
	return g, nil
}

// RemoveExternal removes a guest for ever from directory and sites, as SharePoint's administration does: the object is
// gone at once, with its grants and its places in sharing links. The entry in a site's user list stays, as it does in the
// real service: a guest who is invited again is another object and meets it. It fails with UserNotFound for somebody who
// is no guest.
func (Manager) RemoveExternal(tx *state.Tx, by directory.Principal, u state.User) error {
	if !u.External() && u.Type != state.Guest {
		return problem.For(problem.NotFound, problem.UserNotFound, u.ID, "The user is no external user.")
	}
	if err := directory.DeleteUser(tx, by, u); err != nil {
		return err
	}
	if err := directory.PurgeUser(tx, by, u); err != nil {
		return err
	}
	for p := range tx.PermissionsTo(u.TenantID, u.ID) {
		tx.DeletePermission(p)
	}
	for s := range tx.Sites(u.TenantID) {
		forget(tx, s, u)
	}
	return nil
}

// forget takes somebody out of a site's groups and links.
func forget(tx *state.Tx, s state.Site, u state.User) {
	entry, ok := tx.SiteUserByObject(s.TenantID, s.ID, u.ID)
	if !ok {
		return
	}
	for g := range tx.SiteGroups(s.TenantID, s.ID) {
		drive.RemoveFromGroup(tx, g, entry.ID)
	}
	for l := range tx.LinksAt(s.TenantID, s.ID) {
		kept := l
		kept.Recipients, kept.Redeemed = nil, nil
		for _, r := range l.Recipients {
			if !strings.EqualFold(r.ObjectID, u.ID) {
				kept.Recipients = append(kept.Recipients, r)
			}
		}
		for _, id := range l.Redeemed {
			if !strings.EqualFold(id, u.ID) {
				kept.Redeemed = append(kept.Redeemed, id)
			}
		}
		if len(kept.Recipients)+len(kept.Redeemed) < len(l.Recipients)+len(l.Redeemed) {
			tx.PutLink(kept)
		}
	}
}
