package sharing

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// BreakInheritance gives a place permissions of its own; keep takes those from above along, links too. Without, whoever
// does it keeps full control. At a place that has its own, shared ones included, it changes nothing
// (pnp/PnP-Provisioning-Schema#289). It fails with AccessDenied, or InvalidProperty for a site.
func BreakInheritance(tx *state.Tx, by directory.Principal, at drive.Place, keep bool) error {
	if err := Require(tx, by, at, state.RoleOwner); err != nil {
		return err
	}
	if Unique(at) {
		return nil
	}
	return cut(tx, by, at, keep)
}

// cut ends what reaches a place from above, which has permissions of its own from now on.
func cut(tx *state.Tx, by directory.Principal, at drive.Place, keep bool) error {
	own := at.Securable()
	var from []state.Permission
	for on := range levelsOf(tx, at) {
		if on == own {
			continue
		}
		from = slices.AppendSeq(from, tx.PermissionsOn(at.Site.TenantID, on))
		for l := range tx.LinksOn(at.Site.TenantID, on) {
			if l.GroupID != 0 {
				from = append(from, state.Permission{To: state.ToSiteGroup, SiteGroup: l.GroupID, Role: l.Role()})
			}
		}
	}
	if err := setBroken(tx, at, true); err != nil {
		return err
	}
	if !keep {
		from = nil
		if by.User.ID != "" {
			from = []state.Permission{{To: state.ToUser, ObjectID: by.User.ID, Email: by.User.Mail, Role: state.RoleOwner, RoleDefs: []int{fullControlLevel}}}
		}
	}
	for _, p := range from {
		if p.To != state.ToInvitee {
			copyTo(tx, by, own, p)
		}
	}
	record(tx, by, at, act{operation: SharingInheritanceBroken})
	return nil
}

// apart gives a place permissions of its own, as the first share of it does (GD:api/driveitem-invite:
// retainInheritedPermissions). They begin with those from above. As the service pushes what is given and taken above down to
// such places (OfficeDocs-SharePoint#2189), no copy is made: those from above go on reaching it until somebody changes them
// here.
func apart(tx *state.Tx, at drive.Place) {
	if at.List.ID == "" {
		return
	}
	if i, ok := tx.Item(at.List.TenantID, at.List.ID, at.Item.ID); ok && !i.Root() {
		if !i.Unique {
			i.Unique = true
			tx.KeepItem(i)
		}
		return
	}
	if l, ok := tx.List(at.List.TenantID, at.List.ID); ok && !l.Unique {
		l.Unique = true
		tx.PutList(l)
	}
}

// copyTo stores a copy of a permission on another securable; one for the same party that is there already only grows.
func copyTo(tx *state.Tx, by directory.Principal, on state.Securable, p state.Permission) {
	tenant := by.Tenant
	p.TenantID, p.ID, p.On, p.CreatedAt, p.GrantedBy = tenant, "", on, tx.Now(), by.Actor()
	for old := range tx.PermissionsOn(tenant, on) {
		if !sameParty(old, p) {
			continue
		}
		if old.Role.Rank() >= p.Role.Rank() {
			return
		}
		p.ID, p.CreatedAt = old.ID, old.CreatedAt
	}
	putNew(tx, p)
}

// push copies a grant once to every place below that has permissions of its own; later changes above do not follow.
func (d *deal) push(p state.Permission) {
	for l := range d.tx.Lists(d.tenant.ID, d.at.Site.ID) {
		if !l.DeletedAt.IsZero() || d.at.List.ID != "" && l.ID != d.at.List.ID {
			continue
		}
		if d.at.List.ID == "" && l.Broken {
			copyTo(d.tx, d.by, state.Securable{SiteID: l.SiteID, ListID: l.ID}, p)
		}
		for i := range d.tx.Items(l.TenantID, l.ID) {
			if i.Broken && i.DeletedAt.IsZero() && d.below(i) {
				copyTo(d.tx, d.by, state.Securable{SiteID: l.SiteID, ListID: l.ID, ItemID: i.ID}, p)
			}
		}
	}
}

// below tells whether an item stands below the place that is shared.
func (d *deal) below(i state.Item) bool {
	if !d.item() {
		return true
	}
	for !i.Root() {
		if i.ParentID == d.at.Item.ID {
			return true
		}
		up, ok := d.tx.Item(i.TenantID, i.ListID, i.ParentID)
		if !ok {
			return false
		}
		i = up
	}
	return false
}

// RestoreInheritance removes a place's own permissions and links; what stands above reaches it again.
func RestoreInheritance(tx *state.Tx, by directory.Principal, at drive.Place) error {
	if err := Require(tx, by, at, state.RoleOwner); err != nil {
		return err
	}
	if err := setBroken(tx, at, false); err != nil {
		return err
	}
	removeOwn(tx, by, at)
	record(tx, by, at, act{operation: SharingInheritanceReset})
	return nil
}

// removeOwn deletes the permissions, invitations and links that stand on exactly this place.
func removeOwn(tx *state.Tx, by directory.Principal, at drive.Place) {
	m := Manager{}
	for p := range tx.PermissionsOn(at.Site.TenantID, at.Securable()) {
		if p.To == state.ToInvitee {
			// Nothing but a place that is gone keeps an invitation, and this one is not.
			_ = m.Withdraw(tx, directory.SystemPrincipal(at.Site.TenantID), p.InvitationID)
			continue
		}
		tx.DeletePermission(p)
	}
	for l := range tx.LinksOn(at.Site.TenantID, at.Securable()) {
		_ = m.DeleteLink(tx, actingAs(by), l) // the system may delete every link
	}
}

// actingAs is the emulator acting in somebody's name: the right was checked before.
func actingAs(by directory.Principal) directory.Principal {
	by.System = true
	return by
}

// Unshare takes away all that was shared on a place itself: permissions, invitations and links. Of a site only what people
// and groups of the directory were given directly goes; its own groups stay.
func (m Manager) Unshare(tx *state.Tx, by directory.Principal, at drive.Place) error {
	if err := Require(tx, by, at, state.RoleWrite); err != nil {
		return err
	}
	if at.List.ID != "" {
		removeOwn(tx, by, at)
		record(tx, by, at, act{operation: SharingRevoked})
		return setBroken(tx, at, false)
	}
	for p := range tx.PermissionsOn(at.Site.TenantID, at.Securable()) {
		switch p.To {
		case state.ToInvitee:
			if err := m.Withdraw(tx, by, p.InvitationID); err != nil {
				return err
			}
		case state.ToUser, state.ToGroup, state.ToEveryone, state.ToAddress:
			tx.DeletePermission(p)
		case state.ToSiteGroup, state.ToApp:
		}
	}
	record(tx, by, at, act{operation: SharingRevoked})
	return nil
}

// setBroken cuts a place off from what stands above, or joins it to that again.
func setBroken(tx *state.Tx, at drive.Place, broken bool) error {
	switch {
	case at.Item.ID != "" && !at.Item.Root():
		if i, ok := tx.Item(at.Item.TenantID, at.Item.ListID, at.Item.ID); ok && (i.Broken != broken || i.Unique) {
			i.Broken, i.Unique = broken, false
			tx.PutItem(i)
		}
	case at.List.ID != "":
		if l, ok := tx.List(at.List.TenantID, at.List.ID); ok && (l.Broken != broken || l.Unique) {
			l.Broken, l.Unique = broken, false
			tx.PutList(l)
		}
	case broken:
	default:
		return problem.New(problem.Invalid, problem.InvalidProperty, "A site has nothing to inherit permissions from.")
	}
	return nil
}
