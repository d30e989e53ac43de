package sharing_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestInvariants does anything in any order and looks whether what must always hold still does: nobody is in the directory
// through SharePoint's own manager before he redeemed, at most one guest per address, every permission means somebody, and
// redeeming twice changes nothing.
func TestInvariants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := w.st.Snapshot()
	rapid.Check(t, func(r *rapid.T) {
		w.st.Restore(base)
		h := &history{world: w, r: r, redeemed: map[string]bool{}, asked: map[string]bool{}}
		r.Repeat(map[string]func(*rapid.T){
			"":         func(*rapid.T) { h.hold() },
			"share":    h.share,
			"redeem":   h.redeem,
			"withdraw": h.withdraw,
			"remove":   h.remove,
			"delete":   h.deleteGuest,
			"level":    h.level,
			"era":      h.era,
		})
	})
}

// history is what was done so far.
type history struct {
	*world
	r        *rapid.T
	redeemed map[string]bool // addresses that redeemed once
	asked    map[string]bool // addresses that the B2B manager was asked for
}

func (h *history) places() []drive.Place {
	return []drive.Place{{Site: h.marketing}, {Site: h.marketing, List: h.library}, h.folder, h.file}
}

func (h *history) share(r *rapid.T) {
	at := rapid.SampledFrom(h.places()).Draw(r, "place")
	to := rapid.SampledFrom([]string{"kim@fabrikam.com", "sam@fabrikam.com", "erin@outlook.com", "lee@contoso.com", "ines@nodomain.example"}).Draw(r, "to")
	role := rapid.SampledFrom([]state.Role{state.RoleRead, state.RoleWrite}).Draw(r, "role")
	h.do(func(tx *state.Tx) {
		at.Site, _ = tx.Site(at.Site.TenantID, at.Site.ID)
		list, err := h.m.Share(tx, as(h.megan), sharing.ShareRequest{At: at, Recipients: []sharing.Recipient{{Email: to}}, Role: role, SendMail: true})
		if err == nil && list[0].Err == nil && list[0].User.ID != "" && !list[0].Known {
			h.asked[to] = true
		}
	})
}

func (h *history) invitations() (list []state.SharingInvitation) {
	h.do(func(tx *state.Tx) { list = slices.Collect(tx.SharingInvitations(h.contoso.ID)) })
	return list
}

func (h *history) redeem(r *rapid.T) {
	list := h.invitations()
	if len(list) == 0 {
		r.Skip("no invitation")
	}
	i := rapid.SampledFrom(list).Draw(r, "invitation")
	who := rapid.SampledFrom([]state.User{h.kim, h.sam, h.erin}).Draw(r, "account")
	var landed sharing.Landing
	err := h.st.Update(func(tx *state.Tx) (err error) {
		landed, err = h.m.Redeem(tx, i.ID, h.visit(who))
		return err
	})
	if err != nil {
		return
	}
	h.redeemed[who.Mail] = true
	h.do(func(tx *state.Tx) {
		again, err := h.m.Redeem(tx, i.ID, h.visit(who))
		if err != nil || again.Guest.ID != landed.Guest.ID || again.Role != landed.Role {
			r.Fatalf("redeemed twice: %v, %+v and %+v", err, landed, again)
		}
	})
}

func (h *history) withdraw(r *rapid.T) {
	for _, i := range h.invitations() {
		if i.State == state.SharingPending {
			h.do(func(tx *state.Tx) { h.check(h.m.Withdraw(tx, as(h.admin), i.ID)) })
			return
		}
	}
	r.Skip("nothing to withdraw")
}

func (h *history) remove(r *rapid.T) {
	at := rapid.SampledFrom(h.places()).Draw(r, "place")
	h.do(func(tx *state.Tx) {
		for _, g := range sharing.Grants(tx, as(h.admin), at) {
			if !g.Inherited && (g.Permission.To == state.ToUser || g.Link.ID != "") {
				h.check(h.m.RemovePermission(tx, as(h.admin), at, g.ID))
				return
			}
		}
	})
}

func (h *history) deleteGuest(r *rapid.T) {
	h.do(func(tx *state.Tx) {
		for u := range tx.UsersOfType(h.contoso.ID, state.Guest) {
			h.check(directory.DeleteUser(tx, as(h.admin), u))
			h.check(directory.PurgeUser(tx, as(h.admin), u))
			for _, a := range []string{u.Mail, u.InvitedAs} {
				delete(h.redeemed, a)
				delete(h.asked, a)
			}
			return
		}
		r.Skip("no guest")
	})
}

func (h *history) level(r *rapid.T) {
	h.set(map[string]any{"SharingCapability": rapid.IntRange(0, 3).Draw(r, "level")})
}

func (h *history) era(r *rapid.T) {
	h.profile(rapid.SampledFrom([]state.Profile{state.ProfileClassic, state.ProfileOTP, state.ProfileB2B, state.ProfileB2BOnly}).Draw(r, "era"))
}

func (h *history) hold() {
	h.do(func(tx *state.Tx) {
		seen := map[string]bool{}
		for u := range tx.UsersOfType(h.contoso.ID, state.Guest) {
			address := strings.ToLower(u.Mail)
			if seen[address] {
				h.r.Fatalf("two guests are %s", address)
			}
			seen[address] = true
			if !h.redeemed[address] && !h.asked[address] {
				h.r.Fatalf("%s is a guest, and neither redeemed nor was the B2B manager asked", address)
			}
		}
		for p := range tx.PermissionsAt(h.contoso.ID, h.marketing.ID) {
			if !h.meansSomebody(tx, p) {
				h.r.Fatalf("a permission means nobody: %+v", p)
			}
		}
	})
}

func (h *history) meansSomebody(tx *state.Tx, p state.Permission) bool {
	switch p.To {
	case state.ToUser:
		// Of somebody who was deleted the site's user list keeps the entry, as the service does.
		_, left := tx.SiteUserByObject(p.TenantID, p.On.SiteID, p.ObjectID)
		_, ok := tx.User(p.TenantID, p.ObjectID)
		return ok || left
	case state.ToInvitee:
		i, ok := tx.SharingInvitation(p.TenantID, p.InvitationID)
		return ok && i.State == state.SharingPending && i.PermissionID == p.ID
	case state.ToSiteGroup:
		_, ok := tx.SiteGroup(p.TenantID, p.On.SiteID, p.SiteGroup)
		return ok
	case state.ToGroup, state.ToApp, state.ToAddress, state.ToEveryone:
	}
	return true
}
