package sharing_test

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// again is a place as it is now.
func (w *world) again(tx *state.Tx, at drive.Place) drive.Place {
	w.tb.Helper()
	p, err := drive.PlaceOf(tx, w.contoso.ID, at.Securable())
	w.check(err)
	return p
}

// grantOf is the line of "manage access" of a site's group.
func (w *world) grantOf(tx *state.Tx, at drive.Place, group int) sharing.Grant {
	w.tb.Helper()
	for _, g := range sharing.Grants(tx, as(w.megan), at) {
		if g.Permission.To == state.ToSiteGroup && g.Permission.SiteGroup == group {
			return g
		}
	}
	return sharing.Grant{}
}

func TestFirstShareGivesOwnPermissions(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(*world, *state.Tx, drive.Place){
		"a permission": func(w *world, tx *state.Tx, at drive.Place) { w.share(tx, at, "lee@contoso.com") },
		"a link": func(w *world, tx *state.Tx, at drive.Place) {
			_, _, err := w.m.CreateLink(tx, as(w.megan), sharing.LinkRequest{At: at, Scope: state.LinkOrganization, Type: sharing.LinkView})
			w.check(err)
		},
		"an invitation": func(w *world, tx *state.Tx, at drive.Place) { w.share(tx, at, "kim@fabrikam.com") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.do(func(tx *state.Tx) {
				library := drive.Place{Site: w.marketing, List: w.library, Item: drive.Root(tx, w.library)}
				for _, at := range []drive.Place{w.file, w.folder, library} {
					if sharing.Unique(w.again(tx, at)) {
						t.Fatalf("%q has permissions of its own from the beginning", at.Item.Name)
					}
					act(w, tx, at)
					at = w.again(tx, at)
					if got := sharing.Assigned(tx, at).Securable(); !sharing.Unique(at) || got != at.Securable() {
						t.Errorf("%q has the permissions of %+v", at.Item.Name, got)
					}
					if assigned(tx, at, w.marketing.MembersGroup) == nil {
						t.Errorf("%q lost the site's members", at.Item.Name)
					}
					w.check(sharing.RestoreInheritance(tx, as(w.megan), at))
					if sharing.Unique(w.again(tx, at)) {
						t.Errorf("%q does not inherit again", at.Item.Name)
					}
				}
			})
		})
	}
}

// What the site grants can be taken from one item of it: by the owners of the item, and not from the owners themselves.
func TestRemovingWhatTheSiteGrants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	members := ""
	w.do(func(tx *state.Tx) {
		w.check(drive.AddToSite(tx, w.marketing, drive.SiteMembers, w.lee))
		members = w.grantOf(tx, w.file, w.marketing.MembersGroup).ID
	})
	w.fails(problem.AccessDenied, func(tx *state.Tx) error { return w.m.RemovePermission(tx, as(w.lee), w.file, members) })
	w.do(func(tx *state.Tx) {
		w.check(w.m.RemovePermission(tx, as(w.megan), w.file, w.grantOf(tx, w.file, w.marketing.OwnersGroup).ID))
		if at := w.again(tx, w.file); sharing.Unique(at) || w.role(tx, as(w.megan), at) != state.RoleOwner {
			t.Error("the owners lost what is theirs")
		}
		w.check(w.m.RemovePermission(tx, as(w.megan), w.file, members))
		at := w.again(tx, w.file)
		if got := w.role(tx, as(w.lee), at); got != "" || w.grantOf(tx, at, w.marketing.MembersGroup).ID != "" {
			t.Errorf("a member still has %q", got)
		}
		if w.role(tx, as(w.lee), w.folder) != state.RoleWrite || w.role(tx, as(w.megan), at) != state.RoleOwner {
			t.Error("more was taken away than was asked")
		}
		w.check(w.m.RemovePermission(tx, as(w.megan), at, w.grantOf(tx, at, w.marketing.OwnersGroup).ID))
		if got := w.role(tx, as(w.megan), at); got != state.RoleOwner {
			t.Errorf("an owner has %q", got)
		}
	})
}

func TestUnassigningAtASharedItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		w.check(drive.AddToSite(tx, w.marketing, drive.SiteMembers, w.lee))
		w.share(tx, w.file, "admin@contoso.com")
		at := w.again(tx, w.file)
		w.check(sharing.Unassign(tx, as(w.megan), at, w.marketing.MembersGroup, 0))
		if at = w.again(tx, at); w.role(tx, as(w.lee), at) != "" || w.role(tx, as(w.admin), at) == "" {
			t.Error("taking the members away took the wrong people away")
		}
		if _, err := w.m.SetRole(tx, as(w.megan), w.folder, w.grantOf(tx, w.folder, w.marketing.MembersGroup).ID, state.RoleRead); err != nil {
			t.Fatal(err)
		}
		if at := w.again(tx, w.folder); w.role(tx, as(w.lee), at) != state.RoleRead || !sharing.Unique(at) {
			t.Error("the members' right was not lowered for the folder")
		}
	})
}
