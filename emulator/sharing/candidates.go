package sharing

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// levels yields the securables whose grants reach a place, the nearest first, up to the first with permissions of its own.
func (v *View) levels(at drive.Place) iter.Seq[state.Securable] { return levelsOf(v.tx, at) }

func levelsOf(tx *state.Tx, at drive.Place) iter.Seq[state.Securable] {
	return func(yield func(state.Securable) bool) {
		list := at.List
		for i := at.Item; i.ID != "" && !i.Root(); {
			if !yield(state.Securable{SiteID: at.Site.ID, ListID: i.ListID, ItemID: i.ID}) || i.Broken {
				return
			}
			up, ok := tx.Item(i.TenantID, i.ListID, i.ParentID)
			if !ok {
				return
			}
			i = up
		}
		if list.ID != "" && (!yield(state.Securable{SiteID: at.Site.ID, ListID: list.ID}) || list.Broken) {
			return
		}
		yield(state.Securable{SiteID: at.Site.ID})
	}
}

// candidates yields what the grants and links on exactly one securable give the principal, before any rule takes it away.
func (v *View) candidates(on state.Securable) iter.Seq[Access] {
	return func(yield func(Access) bool) {
		for p := range v.tx.PermissionsOn(v.site.TenantID, on) {
			if expired(v.tx, p.ExpiresAt) {
				continue
			}
			if via := v.meant(p); via != "" && !yield(Access{Role: p.Role, Via: via, PermissionID: p.ID}) {
				return
			}
		}
		for l := range v.tx.LinksOn(v.site.TenantID, on) {
			if v.admits(l) && !yield(Access{Role: l.Role(), Via: ViaLink, LinkID: l.ID, ViewOnly: l.Type == LinkBlocksDownload}) {
				return
			}
		}
	}
}

func expired(tx *state.Tx, at time.Time) bool { return !at.IsZero() && !at.After(tx.Now()) }

// meant tells through what a permission means the principal, "" if it does not.
func (v *View) meant(p state.Permission) string {
	if p.To == state.ToApp {
		if v.who.AppOnly() && strings.EqualFold(p.ObjectID, v.who.AppID) && v.who.HasRole("Sites.Selected") {
			return ViaApplication
		}
		return ""
	}
	if !v.known {
		return ""
	}
	person := v.who.User.ID != ""
	switch p.To {
	case state.ToUser:
		if person && strings.EqualFold(p.ObjectID, v.who.User.ID) && !v.removed() {
			return ViaPermission
		}
	case state.ToGroup:
		if person && v.groups[strings.ToLower(p.ObjectID)] {
			return ViaGroup
		}
	case state.ToSiteGroup:
		return v.inSiteGroup(p.SiteGroup)
	case state.ToAddress:
		if !person && slices.Contains(v.addresses, strings.ToLower(p.Email)) {
			return ViaPermission
		}
	case state.ToEveryone:
		if person && (!outsider(v.who.User) || p.Email == "all") {
			return ViaGroup
		}
	case state.ToApp, state.ToInvitee:
	}
	return ""
}

// removed tells whether the person's entry was deleted from the site's user list: his own grants went with it.
func (v *View) removed() bool {
	e, ok := v.tx.SiteUserByObject(v.site.TenantID, v.site.ID, v.who.User.ID)
	return ok && e.Removed
}

// inSiteGroup tells whether a group of the site holds the principal. The hidden group of a link holds whom the link admits.
func (v *View) inSiteGroup(number int) string {
	g, ok := v.tx.SiteGroup(v.site.TenantID, v.site.ID, number)
	if !ok {
		return ""
	}
	if g.LinkID != "" {
		if l, ok := v.tx.Link(v.site.TenantID, g.LinkID); ok && v.admits(l) {
			return ViaLink
		}
	}
	if slices.ContainsFunc(g.MemberIDs, func(n int) bool { return v.numbers[n] }) {
		return ViaSiteGroup
	}
	return ""
}

// admits tells whether a link counts for the principal: he has it in hand, opened it before, or it is for him.
func (v *View) admits(l state.Link) bool {
	if expired(v.tx, l.ExpiresAt) {
		return false
	}
	person := v.known && v.who.User.ID != ""
	opened := slices.Contains(v.who.LinkIDs, l.ID)
	switch l.Scope {
	case state.LinkAnonymous:
		return opened
	case state.LinkOrganization:
		return person && !outsider(v.who.User) && (opened || slices.Contains(l.Redeemed, v.who.User.ID))
	case state.LinkUsers:
		return v.known && slices.ContainsFunc(l.Recipients, v.isRecipient)
	}
	return false
}

// isRecipient tells whether a recipient of a specific-people link is the principal. Without a directory object the address
// decides; one whose invitation is pending is nobody yet.
func (v *View) isRecipient(r state.LinkRecipient) bool {
	switch {
	case r.ObjectID != "":
		return strings.EqualFold(r.ObjectID, v.who.User.ID)
	case r.InvitationID != "":
		return false
	}
	return slices.Contains(v.addresses, strings.ToLower(r.Email))
}

// takesAway returns the rule that takes away what a candidate would give, nil if none does.
func (v *View) takesAway(a Access) error {
	if a.LinkID != "" {
		if l, ok := v.tx.Link(v.site.TenantID, a.LinkID); ok && l.Scope == state.LinkAnonymous {
			level, setting := TenantLevel(v.linkTenant(), v.site)
			return checkLevel(level, setting, v.site.Sharing.Capability, needAnyone)
		}
	}
	if v.who.AppOnly() {
		return nil
	}
	if !v.judged {
		v.judged, v.verdict = true, v.judge()
	}
	return v.verdict
}

func (v *View) linkTenant() state.Tenant {
	if v.tenant.ID == "" {
		v.tenant, _ = v.tx.Tenant(v.site.TenantID)
	}
	return v.tenant
}

// judge looks for what keeps the principal out of the whole site.
func (v *View) judge() error {
	u := v.who.User
	if u.ID != "" {
		if err := mismatched(v.tx, v.site, u); err != nil {
			return err
		}
		if !outsider(u) {
			return nil
		}
	}
	need := needExisting
	if u.ID == "" {
		need = needNew // whom only a code proves is in no directory
	}
	level, setting := TenantLevel(v.tenant, v.site)
	if err := checkLevel(level, setting, v.site.Sharing.Capability, need); err != nil {
		return err
	}
	if u.ID == "" && integrated(Era(v.tenant)) {
		return problem.For(problem.Denied, problem.GuestRequired, settingIntegration, "codes by mail are no longer accepted; a guest account is needed")
	}
	if err := checkDomains(tenantDomains(v.tenant), siteDomains(v.site), v.externalAddress()); err != nil {
		return err
	}
	if expired(v.tx, v.entry.ExpiresAt) {
		return problem.For(problem.Denied, problem.GuestAccessExpired, settingExpiry, "the guest's access to this site ended on %s", v.entry.ExpiresAt.Format(time.DateOnly))
	}
	return nil
}

// mismatched is the trap of a recreated account: the site's user list still knows the login name under the old object.
func mismatched(tx *state.Tx, s state.Site, u state.User) error {
	e, ok := tx.SiteUserByLogin(s.TenantID, s.ID, drive.LoginName(u))
	if !ok || e.Removed || e.ObjectID == "" || strings.EqualFold(e.ObjectID, u.ID) {
		return nil
	}
	return problem.For(problem.Denied, problem.GuestIDMismatch, e.LoginName, "the site's user list knows this login name under another id")
}

// externalAddress is the address that domain lists look at.
func (v *View) externalAddress() string {
	u := v.who.User
	switch {
	case u.ID == "":
		return v.who.Email
	case u.Mail != "":
		return u.Mail
	}
	return u.InvitedAs
}
