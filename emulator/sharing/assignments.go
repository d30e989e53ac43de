package sharing

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Assignment is what a principal of a site, an entry of its user list or one of its groups, may do at a place: SharePoint's
// view of the permissions that stand there.
type Assignment struct {
	Principal   int
	Definitions []int // role definitions
}

// Assigned returns the place whose permissions hold at a place: itself where it has its own, else the nearest above that
// has. Sites always have.
func Assigned(tx *state.Tx, at drive.Place) drive.Place {
	for i := at.Item; i.ID != "" && !i.Root(); {
		if i.Broken || i.Unique {
			return drive.Place{Site: at.Site, List: at.List, Item: i}
		}
		parent, ok := tx.Item(i.TenantID, i.ListID, i.ParentID)
		if !ok {
			break
		}
		i = parent
	}
	if at.List.ID != "" && (at.List.Broken || at.List.Unique) {
		return drive.Place{Site: at.Site, List: at.List}
	}
	return drive.Place{Site: at.Site}
}

// Unique tells whether a place has permissions of its own: since it was shared, or because inheritance was broken.
func Unique(at drive.Place) bool {
	switch {
	case at.Item.ID != "" && !at.Item.Root():
		return at.Item.Broken || at.Item.Unique
	case at.List.ID != "":
		return at.List.Broken || at.List.Unique
	}
	return true
}

// Assignments lists who may do what at a place, by principal. Pending invitations give nothing and are left out, as are
// grants to somebody who is not in the site's user list yet. A link stands as its hidden group (sharepoint.md 3.4).
func Assignments(tx *state.Tx, at drive.Place) []Assignment {
	var all []Assignment
	add := func(principal int, defs []int) {
		i := slices.IndexFunc(all, func(a Assignment) bool { return a.Principal == principal })
		if i < 0 {
			i, all = len(all), append(all, Assignment{Principal: principal})
		}
		for _, d := range defs {
			if !slices.Contains(all[i].Definitions, d) {
				all[i].Definitions = append(all[i].Definitions, d)
			}
		}
	}
	for on := range levelsOf(tx, Assigned(tx, at)) {
		for p := range tx.PermissionsOn(at.Site.TenantID, on) {
			if principal, ok := principalOf(tx, at.Site, p); ok {
				add(principal, definitionsOf(at.Site, p))
			}
		}
		for l := range tx.LinksOn(at.Site.TenantID, on) {
			if l.GroupID != 0 {
				add(l.GroupID, []int{definitionOf(l.Role())})
			}
		}
	}
	slices.SortFunc(all, func(a, b Assignment) int { return a.Principal - b.Principal })
	return all
}

// principalOf is the number in the site of whom a permission names.
func principalOf(tx *state.Tx, s state.Site, p state.Permission) (int, bool) {
	switch p.To {
	case state.ToSiteGroup:
		return p.SiteGroup, true
	case state.ToUser, state.ToGroup:
		u, ok := tx.SiteUserByObject(s.TenantID, s.ID, p.ObjectID)
		return u.ID, ok && !u.Removed
	case state.ToEveryone:
		u, ok := tx.SiteUserByLogin(s.TenantID, s.ID, everyoneLogin(s.TenantID, p.Email == "all"))
		return u.ID, ok
	case state.ToAddress:
		for u := range tx.SiteUsers(s.TenantID, s.ID) {
			if u.EmailAuth && sameAddress(u.Email, p.Email) {
				return u.ID, true
			}
		}
	case state.ToApp, state.ToInvitee:
	}
	return 0, false
}

// Ids of the permission levels that roles stand for (sharepoint.md 4.3).
const (
	fullControlLevel = 1073741829
	editLevel        = 1073741830
	contributeLevel  = 1073741827
	readLevel        = 1073741826
)

// definitionsOf are the role definitions of a permission: those that it was given by, or what its role stands for. The
// members' group has Edit, everybody else who may write Contribute.
func definitionsOf(s state.Site, p state.Permission) []int {
	switch {
	case len(p.RoleDefs) > 0:
		return p.RoleDefs
	case p.Role == state.RoleOwner:
		return []int{fullControlLevel}
	case p.Role == state.RoleWrite && p.To == state.ToSiteGroup && p.SiteGroup == s.MembersGroup:
		return []int{editLevel}
	case p.Role == state.RoleWrite:
		return []int{contributeLevel}
	}
	return []int{readLevel}
}

// levelOf returns a role definition by its id.
func levelOf(id int) (drive.RoleDefinition, bool) {
	for _, d := range drive.RoleDefinitions() {
		if d.ID == id {
			return d, true
		}
	}
	return drive.RoleDefinition{}, false
}

// Assign gives a principal of the site a permission level at a place that has permissions of its own. It fails with
// AccessDenied, RoleInvalid, ObjectNotFound where the site has no such principal, or InvalidProperty where the place
// inherits.
func Assign(tx *state.Tx, by directory.Principal, at drive.Place, principal, level int) error {
	if err := Require(tx, by, at, state.RoleOwner); err != nil {
		return err
	}
	if !Unique(at) {
		return problem.New(problem.Invalid, problem.InvalidProperty, "This operation is not allowed on an object that inherits permissions.")
	}
	definition, ok := levelOf(level)
	if !ok {
		return problem.New(problem.NotFound, problem.RoleInvalid, "there is no role definition %d", level)
	}
	p, err := grantTo(tx, at.Site, principal)
	if err != nil {
		return err
	}
	for old := range tx.PermissionsOn(at.Site.TenantID, at.Securable()) {
		if n, ok := principalOf(tx, at.Site, old); ok && n == principal {
			p = old
			break
		}
	}
	if p.ID == "" {
		p.ID, p.On, p.GrantedBy, p.CreatedAt = tx.NewID(), at.Securable(), by.Actor(), tx.Now()
	} else {
		p.RoleDefs = slices.Clone(definitionsOf(at.Site, p))
	}
	if !slices.Contains(p.RoleDefs, level) {
		p.RoleDefs = append(p.RoleDefs, level)
	}
	if definition.Role.Rank() > p.Role.Rank() {
		p.Role = definition.Role
	}
	tx.PutPermission(p)
	return nil
}

// grantTo is an empty permission that names a principal of the site.
func grantTo(tx *state.Tx, s state.Site, principal int) (state.Permission, error) {
	p := state.Permission{TenantID: s.TenantID}
	if g, ok := tx.SiteGroup(s.TenantID, s.ID, principal); ok {
		p.To, p.SiteGroup = state.ToSiteGroup, g.ID
		return p, nil
	}
	u, ok := tx.SiteUser(s.TenantID, s.ID, principal)
	switch {
	case !ok || u.Removed:
		return p, problem.New(problem.NotFound, problem.ObjectNotFound, "the site has no principal %d", principal)
	case u.LoginName == everyoneLogin(s.TenantID, false):
		p.To = state.ToEveryone
	case u.LoginName == everyoneLogin(s.TenantID, true):
		p.To, p.Email = state.ToEveryone, "all"
	case u.Type == state.PrincipalSecurityGroup:
		p.To, p.ObjectID = state.ToGroup, u.ObjectID
	case u.ObjectID != "":
		p.To, p.ObjectID, p.Email = state.ToUser, u.ObjectID, u.Email
	default:
		p.To, p.Email = state.ToAddress, u.Email
	}
	return p, nil
}

// Unassign takes a permission level from a principal, or with level 0 all that he has at the place. It fails with
// AccessDenied, InvalidProperty where the place inherits, or ObjectNotFound where he has nothing there.
func Unassign(tx *state.Tx, by directory.Principal, at drive.Place, principal, level int) error {
	if err := Require(tx, by, at, state.RoleOwner); err != nil {
		return err
	}
	if !Unique(at) {
		return problem.New(problem.Invalid, problem.InvalidProperty, "This operation is not allowed on an object that inherits permissions.")
	}
	if !standsOn(tx, at, principal) && assignedAt(tx, at, principal) {
		if err := cut(tx, by, at, true); err != nil {
			return err
		}
	}
	found := false
	for p := range tx.PermissionsOn(at.Site.TenantID, at.Securable()) {
		if n, ok := principalOf(tx, at.Site, p); !ok || n != principal {
			continue
		}
		found = true
		rest := slices.DeleteFunc(slices.Clone(definitionsOf(at.Site, p)), func(d int) bool { return d == level })
		if level == 0 || len(rest) == 0 {
			tx.DeletePermission(p)
			continue
		}
		p.RoleDefs, p.Role = rest, ""
		for _, id := range rest {
			if d, ok := levelOf(id); ok && d.Role.Rank() > p.Role.Rank() {
				p.Role = d.Role
			}
		}
		tx.PutPermission(p)
	}
	if !found {
		return problem.New(problem.NotFound, problem.ObjectNotFound, "principal %d has no assignment here", principal)
	}
	return nil
}

// standsOn tells whether a principal's permission is stored on exactly this place.
func standsOn(tx *state.Tx, at drive.Place, principal int) bool {
	for p := range tx.PermissionsOn(at.Site.TenantID, at.Securable()) {
		if n, ok := principalOf(tx, at.Site, p); ok && n == principal {
			return true
		}
	}
	return false
}

// assignedAt tells whether a principal has some right at the place, be it one that came from above.
func assignedAt(tx *state.Tx, at drive.Place, principal int) bool {
	return slices.ContainsFunc(Assignments(tx, at), func(a Assignment) bool { return a.Principal == principal })
}
