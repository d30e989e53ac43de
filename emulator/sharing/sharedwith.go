package sharing

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/state"
)

// What "shared with me" answers: the service degraded it before it went out of use (pitfalls.md 3.D).
const (
	SharedWithMeFull     = "full"
	SharedWithMeDegraded = "degraded" // one item, no further page
	SharedWithMeOff      = "off"      // nothing
)

// sharedWithMeProperty is the tenant property of ours that the mode stands in.
const sharedWithMeProperty = "SharedWithMe"

// SharedWithMeMode is the tenant's mode.
func SharedWithMeMode(t state.Tenant) string {
	if s, ok := t.Sharing.Other[sharedWithMeProperty].(string); ok {
		return strings.ToLower(s)
	}
	return SharedWithMeFull
}

// SharedWith lists the files and folders that somebody was given directly, or by a link that is for him or that he opened,
// as far as he may still open them. What is his own, and what he reaches by a group or as somebody of the site, is not
// among them.
func SharedWith(tx *state.Tx, who directory.Principal) []drive.Place {
	seen := map[state.Securable]bool{}
	var out []drive.Place
	add := func(tenant string, on state.Securable) {
		if on.ListID == "" || seen[on] {
			return
		}
		seen[on] = true
		at, err := drive.PlaceOf(tx, tenant, on)
		if err != nil || !at.List.Library() || at.Site.Personal && strings.EqualFold(at.Site.OwnerID, who.User.ID) {
			return
		}
		if at.Item.ID == "" {
			at.Item = drive.Root(tx, at.List)
		}
		if AccessTo(tx, who, at).Role != "" {
			out = append(out, at)
		}
	}
	for p := range tx.PermissionsTo(who.Tenant, who.User.ID) {
		if p.To == state.ToUser {
			add(who.Tenant, p.On)
		}
	}
	for s := range tx.Sites(who.Tenant) {
		for l := range tx.LinksAt(who.Tenant, s.ID) {
			mine := slices.ContainsFunc(l.Recipients, func(r state.LinkRecipient) bool { return strings.EqualFold(r.ObjectID, who.User.ID) })
			if mine || slices.Contains(l.Redeemed, who.User.ID) {
				add(who.Tenant, l.On)
			}
		}
	}
	return out
}
