package sharing

import (
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/state"
)

// Exposure is who from outside can see a place, and whom it was shared with by name.
type Exposure struct {
	External   bool // some external person can open it
	Anonymous  bool // everybody who has a link can
	SharedWith []string
}

// ExposureOf tells how a place is seen from outside, as SharePoint's search does (ViewableByExternalUsers): by what was
// granted on the place itself, on its library or on its site. What a folder is shared for does not count for the files in
// it (sharepoint.md 7.4). A grant counts only as far as the settings of tenant and site let it.
func ExposureOf(tx *state.Tx, at drive.Place) Exposure {
	var x Exposure
	own := at.Securable()
	on := []state.Securable{own}
	if above := Assigned(tx, at).Securable(); above.ItemID == "" {
		for _, s := range []state.Securable{{SiteID: own.SiteID, ListID: own.ListID}, {SiteID: own.SiteID}} {
			if s != own && (above.ListID == "" || s.ListID != "") {
				on = append(on, s)
			}
		}
	}
	for _, s := range on {
		for p := range tx.PermissionsOn(at.Site.TenantID, s) {
			x.permission(tx, at, p, s == own)
		}
		for l := range tx.LinksOn(at.Site.TenantID, s) {
			x.link(tx, at, l, s == own)
		}
	}
	return x
}

// opens tells whether somebody can open the place at all.
func opens(tx *state.Tx, at drive.Place, who directory.Principal) bool {
	who.Tenant = at.Site.TenantID
	return AccessTo(tx, who, at).Role != ""
}

// person notes a directory user whom something was granted to.
func (x *Exposure) person(tx *state.Tx, at drive.Place, id string, named bool) {
	u, ok := tx.User(at.Site.TenantID, id)
	if !ok {
		return
	}
	if named {
		x.SharedWith = append(x.SharedWith, u.DisplayName, u.Mail)
	}
	if p := (directory.Principal{User: u}); p.Guest() && !x.External {
		x.External = opens(tx, at, p)
	}
}

// address notes somebody who proves his address with a code.
func (x *Exposure) address(tx *state.Tx, at drive.Place, email string, named bool) {
	if named {
		x.SharedWith = append(x.SharedWith, email)
	}
	x.External = x.External || opens(tx, at, directory.Principal{Email: email})
}

func (x *Exposure) permission(tx *state.Tx, at drive.Place, p state.Permission, named bool) {
	switch p.To {
	case state.ToUser:
		x.person(tx, at, p.ObjectID, named)
	case state.ToAddress:
		x.address(tx, at, p.Email, named)
	case state.ToGroup:
		for m := range tx.Memberships(p.TenantID, p.ObjectID, state.Members) {
			x.person(tx, at, m.MemberID, false)
		}
	case state.ToSiteGroup:
		g, _ := tx.SiteGroup(p.TenantID, at.Site.ID, p.SiteGroup)
		for _, id := range g.MemberIDs {
			if u, ok := tx.SiteUser(p.TenantID, at.Site.ID, id); ok && u.Type == state.PrincipalUser {
				x.person(tx, at, u.ObjectID, false)
			}
		}
	case state.ToEveryone, state.ToApp, state.ToInvitee:
	}
}

func (x *Exposure) link(tx *state.Tx, at drive.Place, l state.Link, named bool) {
	if l.Scope == state.LinkAnonymous && opens(tx, at, directory.Principal{LinkIDs: []string{l.ID}}) {
		x.Anonymous, x.External = true, true
	}
	for _, r := range l.Recipients {
		if r.ObjectID != "" {
			x.person(tx, at, r.ObjectID, named)
		} else if r.InvitationID == "" {
			x.address(tx, at, r.Email, named)
		}
	}
}
