package sharing_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// Permission levels by their numbers (sharepoint.md 4.3).
const (
	read       = 1073741826
	contribute = 1073741827
	full       = 1073741829
)

// assigned is what stands at a place for one principal.
func assigned(tx *state.Tx, at drive.Place, principal int) []int {
	for _, a := range sharing.Assignments(tx, at) {
		if a.Principal == principal {
			return a.Definitions
		}
	}
	return nil
}

func TestAssignments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var lee state.SiteUser
	w.do(func(tx *state.Tx) {
		var err error
		lee, err = sharing.EnsureLogin(tx, w.marketing, "lee@contoso.com")
		w.check(err)
		if got := sharing.Assigned(tx, w.file).Securable(); got != (state.Securable{SiteID: w.marketing.ID}) || sharing.Unique(w.file) {
			t.Errorf("a file that inherits has the rights of %+v", got)
		}
	})
	w.fails(problem.InvalidProperty, func(tx *state.Tx) error { return sharing.Assign(tx, as(w.megan), w.file, lee.ID, read) })
	w.do(func(tx *state.Tx) {
		w.check(sharing.BreakInheritance(tx, as(w.megan), w.file, true))
		w.file.Item, _ = tx.Item(w.contoso.ID, w.library.ID, w.file.Item.ID)
	})
	w.fails(problem.AccessDenied, func(tx *state.Tx) error { return sharing.Assign(tx, as(w.lee), w.file, lee.ID, read) })
	w.fails(problem.RoleInvalid, func(tx *state.Tx) error { return sharing.Assign(tx, as(w.megan), w.file, lee.ID, 1) })
	w.fails(problem.ObjectNotFound, func(tx *state.Tx) error { return sharing.Assign(tx, as(w.megan), w.file, 4711, read) })
	for _, step := range []struct {
		take  bool
		level int
		want  []int
		role  state.Role
	}{
		{false, read, []int{read}, state.RoleRead},
		{false, read, []int{read}, state.RoleRead},
		{false, contribute, []int{read, contribute}, state.RoleWrite},
		{false, full, []int{read, contribute, full}, state.RoleOwner},
		{true, full, []int{read, contribute}, state.RoleWrite},
		{true, contribute, []int{read}, state.RoleRead},
		{true, 0, nil, ""},
	} {
		w.do(func(tx *state.Tx) {
			if step.take {
				w.check(sharing.Unassign(tx, as(w.megan), w.file, lee.ID, step.level))
			} else {
				w.check(sharing.Assign(tx, as(w.megan), w.file, lee.ID, step.level))
			}
			if got := assigned(tx, w.file, lee.ID); !slices.Equal(got, step.want) {
				t.Errorf("%+v leaves %v", step, got)
			}
			if got := w.role(tx, as(w.lee), w.file); got != step.role {
				t.Errorf("%+v lets him %q", step, got)
			}
		})
	}
	w.fails(problem.ObjectNotFound, func(tx *state.Tx) error { return sharing.Unassign(tx, as(w.megan), w.file, lee.ID, 0) })
}

func TestEnsureLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var group state.Group
	w.do(func(tx *state.Tx) {
		var err error
		group, err = directory.AddGroup(tx, directory.SystemPrincipal(w.contoso.ID), state.Group{TenantID: w.contoso.ID, DisplayName: "Sales", MailNickname: "sales", SecurityEnabled: true})
		w.check(err)
		_, err = directory.AddGuest(tx, directory.SystemPrincipal(w.contoso.ID), directory.GuestSpec{TenantID: w.contoso.ID, Email: "kim@fabrikam.com"})
		w.check(err)
	})
	for name, want := range map[string]string{
		"lee@contoso.com":                   "i:0#.f|membership|lee@contoso.com",
		" LEE@contoso.com ":                 "i:0#.f|membership|lee@contoso.com",
		"i:0#.f|membership|lee@contoso.com": "i:0#.f|membership|lee@contoso.com",
		"kim@fabrikam.com":                  "i:0#.f|membership|kim_fabrikam.com#ext#@contoso.onmicrosoft.com",
		"c:0(.s|true":                       "c:0(.s|true",
		"Everyone except external users":    "c:0-.f|rolemanager|spo-grid-all-users/" + w.contoso.ID,
		"c:0t.c|tenant|" + group.ID:         "c:0t.c|tenant|" + group.ID,
		"c:0o.c|federateddirectoryclaimprovider|" + group.ID + "_o": "c:0o.c|federateddirectoryclaimprovider|" + group.ID + "_o",
	} {
		w.do(func(tx *state.Tx) {
			u, err := sharing.EnsureLogin(tx, w.marketing, name)
			if err != nil || u.LoginName != want {
				t.Errorf("%q is %q (%v), want %q", name, u.LoginName, err, want)
			}
			again, err := sharing.EnsureLogin(tx, w.marketing, u.LoginName)
			if err != nil || again.ID != u.ID {
				t.Errorf("%q is %d and then %d (%v)", name, u.ID, again.ID, err)
			}
		})
	}
	for _, name := range []string{"", "ghost@contoso.com", "sam@fabrikam.com", "x|y|lee@contoso.com", "c:0t.c|tenant|" + w.contoso.ID, "c:0t.c|tenant|" + group.ID + "_o", "c:0-.f|rolemanager|spo-grid-all-users/" + w.fabrikam.ID} {
		w.fails(problem.UserNotFound, func(tx *state.Tx) error {
			_, err := sharing.EnsureLogin(tx, w.marketing, name)
			return err
		})
	}
}

// Who leaves a site's user list takes his groups and his rights along; the directory keeps him.
func TestRemoveSiteUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var lee state.SiteUser
	w.do(func(tx *state.Tx) {
		w.check(drive.AddToSite(tx, w.marketing, drive.SiteMembers, w.lee))
		var err error
		lee, err = sharing.EnsureLogin(tx, w.marketing, "lee@contoso.com")
		w.check(err)
		w.check(sharing.Assign(tx, as(w.megan), drive.Place{Site: w.marketing}, lee.ID, full))
	})
	w.fails(problem.AccessDenied, func(tx *state.Tx) error { return sharing.RemoveSiteUser(tx, as(w.sam), w.marketing, lee) })
	w.do(func(tx *state.Tx) {
		w.check(sharing.RemoveSiteUser(tx, as(w.megan), w.marketing, lee))
		if role := w.role(tx, as(w.lee), w.file); role != "" {
			t.Errorf("he still may %s", role)
		}
		g, _ := tx.SiteGroup(w.contoso.ID, w.marketing.ID, w.marketing.MembersGroup)
		if slices.Contains(g.MemberIDs, lee.ID) {
			t.Error("he is still in a group")
		}
		if _, ok := tx.User(w.contoso.ID, w.lee.ID); !ok {
			t.Error("the directory has lost him")
		}
	})
}

func TestSiteGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var g state.SiteGroup
	var lee, kim state.SiteUser
	w.do(func(tx *state.Tx) {
		var err error
		g, err = sharing.AddSiteGroup(tx, as(w.megan), w.marketing, state.SiteGroup{TenantID: w.contoso.ID, SiteID: w.marketing.ID, Title: "Partners"})
		w.check(err)
		lee, err = sharing.EnsureLogin(tx, w.marketing, "lee@contoso.com")
		w.check(err)
		kim, err = sharing.EnsureLogin(tx, w.marketing, "admin@contoso.com")
		w.check(err)
		w.check(sharing.AddToSiteGroup(tx, as(w.megan), w.marketing, g, lee))
		g, _ = tx.SiteGroup(w.contoso.ID, w.marketing.ID, g.ID)
	})
	other := state.SiteGroup{TenantID: w.contoso.ID, SiteID: w.marketing.ID, Title: "partners"}
	w.fails(problem.ObjectConflict, func(tx *state.Tx) error {
		_, err := sharing.AddSiteGroup(tx, as(w.megan), w.marketing, other)
		return err
	})
	other.Title = " "
	w.fails(problem.MissingProperty, func(tx *state.Tx) error {
		_, err := sharing.AddSiteGroup(tx, as(w.megan), w.marketing, other)
		return err
	})
	w.fails(problem.AccessDenied, func(tx *state.Tx) error { return sharing.AddToSiteGroup(tx, as(w.lee), w.marketing, g, kim) })
	w.do(func(tx *state.Tx) {
		g.AllowMembersEditMembership = true
		w.check(sharing.UpdateSiteGroup(tx, as(w.megan), w.marketing, g))
		w.check(sharing.AddToSiteGroup(tx, as(w.lee), w.marketing, g, kim))
		g, _ = tx.SiteGroup(w.contoso.ID, w.marketing.ID, g.ID)
		w.check(sharing.Assign(tx, as(w.megan), drive.Place{Site: w.marketing}, g.ID, contribute))
		if role := w.role(tx, as(w.lee), w.file); role != state.RoleWrite {
			t.Errorf("through his group he may %q", role)
		}
		w.check(sharing.RemoveFromSiteGroup(tx, as(w.lee), w.marketing, g, lee))
		if role := w.role(tx, as(w.lee), w.file); role != "" {
			t.Errorf("having left he may %q", role)
		}
		w.check(sharing.DeleteSiteGroup(tx, as(w.megan), w.marketing, g))
		if got := assigned(tx, drive.Place{Site: w.marketing}, g.ID); got != nil {
			t.Errorf("a group that is gone has %v", got)
		}
	})
}

func TestExposure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site, folder, library := drive.Place{Site: w.marketing}, w.folder, drive.Place{Site: w.marketing, List: w.library}
	seen := func() string {
		var s string
		w.do(func(tx *state.Tx) {
			for _, at := range []drive.Place{site, library, folder, w.file} {
				x := sharing.ExposureOf(tx, at)
				s += fmt.Sprintf("%v/%v ", x.External, x.Anonymous)
			}
		})
		return s
	}
	const nobody = "false/false false/false false/false false/false "
	if got := seen(); got != nobody {
		t.Fatalf("at the start %s", got)
	}
	w.do(func(tx *state.Tx) { w.share(tx, folder, "kim@fabrikam.com") })
	if got := seen(); got != nobody {
		t.Errorf("a pending invitation opens nothing: %s", got)
	}
	w.do(func(tx *state.Tx) { w.redeem(tx, "kim@fabrikam.com", w.kim) })
	if got, want := seen(), "false/false false/false true/false false/false "; got != want {
		t.Errorf("after redemption %s, want %s", got, want)
	}
	w.do(func(tx *state.Tx) {
		w.link(tx, sharing.LinkRequest{At: w.file, Scope: state.LinkAnonymous, Type: "view"})
	})
	if got, want := seen(), "false/false false/false true/false true/true "; got != want {
		t.Errorf("with a link for anyone %s, want %s", got, want)
	}
	w.set(map[string]any{"SharingCapability": "Disabled"})
	if got := seen(); got != nobody {
		t.Errorf("with sharing turned off %s", got)
	}
}

func TestCreateSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		s, err := sharing.CreateSite(tx, as(w.lee), sharing.NewSite{Path: "/sites/news", Title: "News"})
		w.check(err)
		if role := w.role(tx, as(w.lee), drive.Place{Site: s}); role != state.RoleOwner {
			t.Errorf("who makes a site may %q", role)
		}
		s, err = sharing.CreateSite(tx, as(w.admin), sharing.NewSite{Path: "teams/crew/", Title: "Crew", Owner: "i:0#.f|membership|megan@contoso.com"})
		w.check(err)
		if role := w.role(tx, as(w.megan), drive.Place{Site: s}); s.Path != "/teams/crew" || role != state.RoleOwner {
			t.Errorf("the owner of %s may %q", s.Path, role)
		}
	})
	app := directory.Principal{Tenant: w.contoso.ID, AppID: "app", Roles: []string{"Sites.Read.All"}}
	guest := as(w.kim)
	guest.User.Type = state.Guest
	for name, tt := range map[string]struct {
		by   directory.Principal
		site sharing.NewSite
		want problem.Reason
	}{
		"a guest":               {guest, sharing.NewSite{Path: "/sites/x", Title: "x"}, problem.AccessDenied},
		"a reading application": {app, sharing.NewSite{Path: "/sites/x", Title: "x"}, problem.AccessDenied},
		"another path":          {as(w.lee), sharing.NewSite{Path: "/x", Title: "x"}, problem.InvalidProperty},
		"a path too deep":       {as(w.lee), sharing.NewSite{Path: "/sites/x/y", Title: "x"}, problem.InvalidProperty},
		"no title":              {as(w.lee), sharing.NewSite{Path: "/sites/x", Title: " "}, problem.MissingProperty},
		"an owner that is none": {as(w.lee), sharing.NewSite{Path: "/sites/x", Title: "x", Owner: "ghost"}, problem.UserNotFound},
		"a taken path":          {as(w.lee), sharing.NewSite{Path: "/sites/Marketing", Title: "x"}, problem.NameExists},
	} {
		t.Run(name, func(t *testing.T) {
			err := w.st.Update(func(tx *state.Tx) error {
				_, err := sharing.CreateSite(tx, tt.by, tt.site)
				return err
			})
			if problem.ReasonOf(err) != tt.want || err == nil {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}
