package sharing

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Grants lists what reaches a place, the nearest first. Who may not edit the place sees only what concerns himself. What
// came from above counts as the place's own once that has permissions of its own, but for links
// (alcionai/corso:src/internal/m365/collection/drive/permission.go).
func Grants(tx *state.Tx, who directory.Principal, at drive.Place) []Grant {
	v := ViewOf(tx, who, at.Site)
	all := v.Access(at).Role.Rank() >= state.RoleWrite.Rank()
	const usual = 8
	out := make([]Grant, 0, usual) // a line is some KiB: growing costs more than all the rest
	own, apart := at.Securable(), Unique(at)
	for on := range levelsOf(tx, at) {
		from, err := drive.PlaceOf(tx, at.Site.TenantID, on)
		if err != nil {
			continue
		}
		inherited := on != own
		for l := range tx.LinksOn(at.Site.TenantID, on) {
			if (all || v.admits(l)) && !expired(tx, l.ExpiresAt) {
				out = append(out, Grant{ID: l.ID, Link: l, From: from, Inherited: inherited})
			}
		}
		for p := range tx.PermissionsOn(at.Site.TenantID, on) {
			if !all && v.meant(p) == "" || expired(tx, p.ExpiresAt) || v.hidden(p) {
				continue
			}
			g := Grant{ID: GrantID(tx, at.Site, p), Permission: p, From: from, Inherited: inherited && !apart}
			if !inherited || g.Inherited || !slices.ContainsFunc(out, g.covered) {
				out = append(out, g)
			}
		}
	}
	if owner, ok := ownerGrant(tx, at); ok && (all || who.User.ID == at.Site.OwnerID) {
		out = append(out, owner)
	}
	return out
}

// covered tells whether another line gives the same party as much.
func (g Grant) covered(by Grant) bool {
	return by.ID == g.ID && by.Permission.Role.Rank() >= g.Permission.Role.Rank()
}

// hidden tells whether a permission is only the shadow of a link, that of its hidden group, or the one of a OneDrive's own
// groups, which hold nobody but its owner.
func (v *View) hidden(p state.Permission) bool {
	if p.To != state.ToSiteGroup {
		return false
	}
	g, ok := v.tx.SiteGroup(v.site.TenantID, v.site.ID, p.SiteGroup)
	return !ok || g.LinkID != "" || v.site.Personal && !slices.ContainsFunc(g.MemberIDs, v.another)
}

// another tells whether an entry of a OneDrive's user list is somebody else than the owner.
func (v *View) another(entry int) bool {
	e, ok := v.tx.SiteUser(v.site.TenantID, v.site.ID, entry)
	return ok && !e.Removed && !strings.EqualFold(e.ObjectID, v.site.OwnerID)
}

// ownerGrant is the owner's own line of a OneDrive.
func ownerGrant(tx *state.Tx, at drive.Place) (Grant, bool) {
	u, ok := tx.User(at.Site.TenantID, at.Site.OwnerID)
	if !at.Site.Personal || !ok {
		return Grant{}, false
	}
	p := state.Permission{
		TenantID: u.TenantID, On: state.Securable{SiteID: at.Site.ID}, To: state.ToUser, ObjectID: u.ID, Email: u.Mail, Role: state.RoleOwner,
		CreatedAt: at.Site.CreatedAt,
	}
	return Grant{ID: GrantID(tx, at.Site, p), Permission: p, From: drive.Place{Site: at.Site}, Inherited: !Unique(at)}, true
}

// GrantID is the id that clients know a permission by: base64url of the login name of whom it names, so the same person has
// the same id at every place, and another one when his login name changes (pitfalls.md 3.B). A pending invitation has its
// own id.
func GrantID(tx *state.Tx, s state.Site, p state.Permission) string {
	name := ""
	switch p.To {
	case state.ToUser:
		if u, ok := tx.User(p.TenantID, p.ObjectID); ok {
			name = drive.LoginName(u)
		} else if e, ok := tx.SiteUserByObject(p.TenantID, s.ID, p.ObjectID); ok {
			name = e.LoginName
		}
	case state.ToGroup:
		if g, ok := tx.Group(p.TenantID, p.ObjectID); ok {
			name = groupLogin(g)
		}
	case state.ToSiteGroup:
		if g, ok := tx.SiteGroup(p.TenantID, s.ID, p.SiteGroup); ok {
			name = g.Title
		}
	case state.ToApp:
		name = "i:0i.t|ms.sp.ext|" + p.ObjectID + "@" + p.TenantID
	case state.ToAddress:
		name = memberClaim + codeGuestEscaped + p.Email
	case state.ToEveryone:
		name = everyoneLogin(p.TenantID, p.Email == "all")
	case state.ToInvitee:
	}
	if name == "" {
		return p.ID
	}
	return base64.RawURLEncoding.EncodeToString([]byte(name))
}

// FindGrant returns a line of "manage access" by the id that clients know it by, or by the record's own. It fails with
// ItemNotFound.
func FindGrant(tx *state.Tx, who directory.Principal, at drive.Place, id string) (Grant, error) {
	for _, g := range Grants(tx, who, at) {
		if g.ID == id || strings.EqualFold(g.Permission.ID, id) && id != "" || strings.EqualFold(g.Link.ID, id) || strings.EqualFold(g.Permission.InvitationID, id) && id != "" {
			return g, nil
		}
	}
	return Grant{}, problem.For(problem.NotFound, problem.ItemNotFound, id, "The permission could not be found.")
}

// RemovePermission takes a grant away. One that stands on the site, which is no item and which therefore no inheritedFrom can
// name, goes from this place only, which has permissions of its own from then on; that of the owners stays, and the service
// says nothing of it (microsoft-graph-docs#9600). It fails with AccessDenied, with ItemNotFound, or with InsufficientRights
// for a link or for what a folder above passes on (GD:api/permission-delete).
func (m Manager) RemovePermission(tx *state.Tx, by directory.Principal, at drive.Place, permission string) error {
	g, err := FindGrant(tx, by, at, permission)
	if err != nil {
		return err
	}
	if err := manages(tx, by, at, g); err != nil {
		return err
	}
	switch {
	case g.Link.ID != "":
		return m.DeleteLink(tx, by, g.Link)
	case g.Permission.To == state.ToInvitee && !g.passedOn(at):
		return m.Withdraw(tx, by, g.Permission.InvitationID)
	case ownersOwn(at, g):
		return nil
	}
	if g, err = settle(tx, by, at, g); err != nil {
		return err
	}
	tx.DeletePermission(g.Permission)
	record(tx, by, at, act{operation: SharingRevoked, to: partyOf(tx, at.Site, g.Permission)})
	return nil
}

// passedOn tells whether a grant stands above the place.
func (g Grant) passedOn(at drive.Place) bool { return g.From.Securable() != at.Securable() }

// ownersOwn tells whether a grant is what the site's owners have at an item.
func ownersOwn(at drive.Place, g Grant) bool {
	p := g.Permission
	return at.List.ID != "" && p.Role == state.RoleOwner &&
		(p.To == state.ToSiteGroup && p.SiteGroup == at.Site.OwnersGroup || p.To == state.ToUser && at.Site.Personal && strings.EqualFold(p.ObjectID, at.Site.OwnerID))
}

// settle makes a grant that came from above the place's own, so that it can be changed there. Whoever does it must own the
// place: all that came from above becomes its own with it.
func settle(tx *state.Tx, by directory.Principal, at drive.Place, g Grant) (Grant, error) {
	if !g.passedOn(at) {
		return g, nil
	}
	if err := Require(tx, by, at, state.RoleOwner); err != nil {
		return g, err
	}
	if err := cut(tx, by, at, true); err != nil {
		return g, err
	}
	for p := range tx.PermissionsOn(at.Site.TenantID, at.Securable()) {
		if sameParty(p, g.Permission) {
			g.Permission, g.From, g.Inherited = p, at, false
			return g, nil
		}
	}
	return g, problem.For(problem.NotFound, problem.ItemNotFound, g.ID, "The permission could not be found.")
}

// manages fails unless somebody may change a grant from this place: by the right to share there, or because the grant is
// his own to give up.
func manages(tx *state.Tx, by directory.Principal, at drive.Place, g Grant) error {
	if g.Inherited && (g.Link.ID != "" || g.From.List.ID != "") {
		return problem.For(problem.Denied, problem.InsufficientRights, g.ID, "An inherited permission is changed where it was given.")
	}
	if !g.passedOn(at) && g.Permission.To == state.ToUser && by.User.ID != "" && strings.EqualFold(g.Permission.ObjectID, by.User.ID) {
		return nil
	}
	return Require(tx, by, at, state.RoleWrite)
}

// partyOf is whom a permission names, as far as he still exists.
func partyOf(tx *state.Tx, s state.Site, p state.Permission) Party {
	switch p.To {
	case state.ToUser, state.ToGroup:
		if party, ok := byObject(tx, p.TenantID, p.ObjectID); ok {
			return party
		}
	case state.ToSiteGroup:
		g, _ := tx.SiteGroup(p.TenantID, s.ID, p.SiteGroup)
		return Party{Kind: KindGroup, Site: g, Title: g.Title}
	case state.ToApp, state.ToAddress, state.ToEveryone, state.ToInvitee:
	}
	return Party{Kind: KindNewAddress, Address: p.Email, Title: p.Email}
}

// SetRole changes what a permission of a person, a group or an application allows. It fails as RemovePermission does, with
// RoleInvalid, and with AccessDenied for more than the changer has.
func (m Manager) SetRole(tx *state.Tx, by directory.Principal, at drive.Place, permission string, role state.Role) (Grant, error) {
	g, err := FindGrant(tx, by, at, permission)
	if err != nil {
		return g, err
	}
	if err := manages(tx, by, at, g); err != nil {
		return g, err
	}
	if err := Require(tx, by, at, role); role.Rank() > 0 && err != nil {
		return g, err
	}
	if role.Rank() == 0 || g.Link.ID != "" {
		return g, problem.For(problem.Invalid, problem.RoleInvalid, "roles", "The role is not valid for this permission.")
	}
	if g, err = settle(tx, by, at, g); err != nil {
		return g, err
	}
	g.Permission.Role, g.Permission.RoleDefs = role, []int{definitionOf(role)}
	if i, ok := tx.SharingInvitation(at.Site.TenantID, g.Permission.InvitationID); ok && i.State == state.SharingPending {
		i.Role, i.RoleDefID = role, definitionOf(role)
		tx.PutSharingInvitation(i)
		record(tx, by, at, act{operation: SharingInvitationUpdated, to: Party{Address: i.Email, Title: i.Email}, sharingID: i.ID})
	} else {
		record(tx, by, at, act{operation: SharingSet, to: partyOf(tx, at.Site, g.Permission)})
	}
	g.Permission = tx.PutPermission(g.Permission)
	return g, nil
}

// Withdraw ends a pending invitation. It fails with InvitationNotFound, with InvitationRedeemed for one that was used, or
// with AccessDenied.
func (m Manager) Withdraw(tx *state.Tx, by directory.Principal, invitation string) error {
	i, at, err := OpenInvitation(tx, by.Tenant, invitation)
	if err != nil {
		return err
	}
	if i.State == state.SharingRedeemed {
		return problem.New(problem.Conflict, problem.InvitationRedeemed, "The invitation has been used already.")
	}
	if !IsAdministrator(tx, by) {
		if err := Require(tx, by, at, state.RoleWrite); err != nil {
			return err
		}
	}
	i.State = state.SharingWithdrawn
	tx.PutSharingInvitation(i)
	if p, ok := tx.Permission(i.TenantID, i.PermissionID); ok && p.To == state.ToInvitee {
		tx.DeletePermission(p)
	}
	if l, ok := tx.Link(i.TenantID, i.LinkID); ok {
		l.Recipients = slices.DeleteFunc(slices.Clone(l.Recipients), func(r state.LinkRecipient) bool { return r.InvitationID == i.ID })
		tx.PutLink(l)
	}
	record(tx, by, at, act{operation: SharingInvitationRevoked, to: Party{Address: i.Email, Title: i.Email}, sharingID: i.ID})
	return nil
}

// Resend writes a pending invitation's mail once more; one that had expired begins anew. Failures are those of Withdraw.
func (m Manager) Resend(tx *state.Tx, by directory.Principal, invitation string, o links.Origin) (state.SharingInvitation, error) {
	i, at, err := OpenInvitation(tx, by.Tenant, invitation)
	if err != nil {
		return i, err
	}
	if i.State == state.SharingRedeemed {
		return i, problem.New(problem.Conflict, problem.InvitationRedeemed, "The invitation has been used already.")
	}
	d := m.deal(tx, by, at, o)
	if err := d.allowed(); err != nil {
		return i, err
	}
	if expired(tx, i.ExpiresAt) {
		i.ExpiresAt = invitationEnds(d.tenant, tx.Now())
		tx.PutSharingInvitation(i)
	}
	d.sendInvitation(i, ShareRequest{Message: i.Message})
	record(tx, by, at, act{operation: SharingInvitationUpdated, to: Party{Address: i.Email, Title: i.Email}, sharingID: i.ID})
	return i, nil
}
