package sharing_test

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestAccessOfMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := drive.Place{Site: w.marketing}
	w.do(func(tx *state.Tx) {
		for _, row := range []struct {
			name string
			who  directory.Principal
			at   drive.Place
			role state.Role
			via  string
		}{
			{"the emulator", directory.SystemPrincipal(w.contoso.ID), w.file, state.RoleOwner, sharing.ViaSystem},
			{"an owner", as(w.megan), w.file, state.RoleOwner, sharing.ViaSiteGroup},
			{"an administrator", as(w.admin), w.file, state.RoleOwner, sharing.ViaAdministrator},
			{"a colleague", as(w.lee), w.file, "", ""},
			{"somebody of another organisation", as(w.kim), w.file, "", ""},
			{"nobody", directory.Principal{Tenant: w.contoso.ID}, w.file, "", ""},
		} {
			if a := sharing.AccessTo(tx, row.who, row.at); a.Role != row.role || a.Via != row.via {
				t.Errorf("%s: got %q via %q, want %q via %q", row.name, a.Role, a.Via, row.role, row.via)
			}
		}
		w.check(drive.AddToSite(tx, w.marketing, drive.SiteVisitors, w.lee))
		if got := w.role(tx, as(w.lee), w.file); got != state.RoleRead {
			t.Errorf("a visitor has %q", got)
		}
		w.share(tx, w.folder, "lee@contoso.com")
		w.check(sharing.BreakInheritance(tx, as(w.megan), w.folder, false))
		if got := w.role(tx, as(w.lee), w.file); got != state.RoleRead {
			t.Errorf("own permission below a broken inheritance: %q", got)
		}
		if got := w.role(tx, as(w.megan), w.file); got != state.RoleOwner {
			t.Errorf("who broke the inheritance has %q", got)
		}
		if err := sharing.Require(tx, as(w.lee), site, state.RoleWrite); problem.ReasonOf(err) != problem.AccessDenied {
			t.Errorf("a visitor may write: %v", err)
		}
	})
}

func TestInheritance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		w.check(drive.AddToSite(tx, w.marketing, drive.SiteMembers, w.lee))
		file := func() drive.Place {
			p := w.file
			p.Item, _ = tx.Item(w.contoso.ID, w.library.ID, w.file.Item.ID)
			return p
		}
		w.check(sharing.BreakInheritance(tx, as(w.megan), w.file, false))
		if got := w.role(tx, as(w.lee), file()); got != "" {
			t.Errorf("a member at a place with its own permissions: %q", got)
		}
		w.check(sharing.RestoreInheritance(tx, as(w.megan), file()))
		if got := w.role(tx, as(w.lee), file()); got != state.RoleWrite {
			t.Errorf("after inheriting again %q", got)
		}
		w.check(sharing.BreakInheritance(tx, as(w.megan), file(), true))
		if got := w.role(tx, as(w.lee), file()); got != state.RoleWrite {
			t.Errorf("with copied permissions %q", got)
		}
	})
	w.fails(problem.AccessDenied, func(tx *state.Tx) error {
		return sharing.BreakInheritance(tx, as(w.lee), w.folder, false)
	})
}

func TestPropagation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		w.check(sharing.BreakInheritance(tx, as(w.megan), w.file, false))
		file := w.file
		file.Item, _ = tx.Item(w.contoso.ID, w.library.ID, w.file.Item.ID)
		for _, push := range []bool{false, true} {
			_, err := w.m.Share(tx, as(w.megan), sharing.ShareRequest{At: w.folder, Recipients: []sharing.Recipient{{Email: "lee@contoso.com"}}, Role: state.RoleRead, Propagate: push})
			w.check(err)
			if got := w.role(tx, as(w.lee), file); (got == state.RoleRead) != push {
				t.Errorf("pushed down %v: role %q", push, got)
			}
		}
	})
}

// guestOf makes a redeemed guest of Contoso who may read the folder.
func (w *world) guestOf() state.User {
	w.tb.Helper()
	var g state.User
	w.do(func(tx *state.Tx) {
		w.share(tx, w.folder, "kim@fabrikam.com")
		g = w.redeem(tx, "kim@fabrikam.com", w.kim).Guest
	})
	return g
}

func TestSettingsTakeExternalAccessAway(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		tenant, site map[string]any
		reason       problem.Reason
	}{
		"tenant closed":             {map[string]any{"SharingCapability": "Disabled"}, nil, problem.SharingDisabled},
		"site closed":               {nil, map[string]any{"sharingCapability": "Disabled"}, problem.SiteSharingDisabled},
		"existing guests only":      {map[string]any{"SharingCapability": 3}, nil, problem.None},
		"domain not allowed":        {map[string]any{"SharingDomainRestrictionMode": "AllowList", "SharingAllowedDomainList": "adatum.com"}, nil, problem.SharingDomainBlocked},
		"domain blocked":            {map[string]any{"SharingDomainRestrictionMode": 2, "SharingBlockedDomainList": []any{"fabrikam.com"}}, nil, problem.SharingDomainBlocked},
		"domain blocked by site":    {nil, map[string]any{"SharingDomainRestrictionMode": "BlockList", "SharingBlockedDomainList": "fabrikam.com"}, problem.SiteDomainBlocked},
		"another domain is blocked": {map[string]any{"SharingDomainRestrictionMode": "2", "SharingBlockedDomainList": "adatum.com"}, nil, problem.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			g := w.guestOf()
			if row.tenant != nil {
				w.set(row.tenant)
			}
			w.do(func(tx *state.Tx) {
				if row.site != nil {
					w.check(sharing.SetSite(tx, as(w.admin), w.marketing, row.site))
				}
				at := w.folder
				at.Site, _ = tx.Site(w.contoso.ID, w.marketing.ID)
				a := sharing.AccessTo(tx, as(g), at)
				if (a.Role == "") != (row.reason != problem.None) || a.Denied != nil && problem.ReasonOf(a.Denied) != row.reason {
					t.Errorf("got %+v, want %v", a, row.reason)
				}
				if got := w.role(tx, as(w.megan), at); got != state.RoleOwner {
					t.Errorf("a member lost access: %q", got)
				}
				if row.reason != problem.None {
					err := sharing.Require(tx, as(g), at, state.RoleRead)
					if e := problem.As(err); e.Reason != problem.AccessDenied || problem.ReasonOf(e.Err) != row.reason {
						t.Errorf("require: %v", err)
					}
				}
			})
		})
	}
}

func TestBlockedGuestIsSharedWithAndKeptOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.guestOf()
	w.set(map[string]any{"SharingDomainRestrictionMode": "BlockList", "SharingBlockedDomainList": "fabrikam.com"})
	w.do(func(tx *state.Tx) {
		w.share(tx, w.file, "kim@fabrikam.com") // no error
		if got := w.role(tx, as(g), w.file); got != "" {
			t.Errorf("role %q", got)
		}
	})
}

func TestGuestExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(map[string]any{"ExternalUserExpirationRequired": true, "ExternalUserExpireInDays": 30})
	g := w.guestOf()
	w.now = w.now.AddDate(0, 0, 29)
	w.do(func(tx *state.Tx) {
		if got := w.role(tx, as(g), w.folder); got != state.RoleRead {
			t.Errorf("on day 29 %q", got)
		}
	})
	w.set(map[string]any{"ExternalUserExpirationRequired": false}) // does not clear dates already given
	w.now = w.now.AddDate(0, 0, 1)
	w.do(func(tx *state.Tx) {
		a := sharing.AccessTo(tx, as(g), w.folder)
		if a.Role != "" || problem.ReasonOf(a.Denied) != problem.GuestAccessExpired {
			t.Errorf("on day 30 %+v", a)
		}
		w.share(tx, w.folder, "kim@fabrikam.com")
		if got := w.role(tx, as(g), w.folder); got != state.RoleRead {
			t.Errorf("shared again %q", got)
		}
	})
}

func TestGuestOfAGroupReachesItsSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		g, err := directory.AddGroup(tx, as(w.admin), state.Group{TenantID: w.contoso.ID, DisplayName: "Sales", MailNickname: "sales", SecurityEnabled: true})
		w.check(err)
		list, err := w.m.Share(tx, as(w.megan), sharing.ShareRequest{At: w.folder, Recipients: []sharing.Recipient{{ObjectID: g.ID}}, Role: state.RoleWrite})
		w.check(err)
		w.check(list[0].Err)
		made, err := b2b.Manager{}.Invite(tx, as(w.admin), b2b.Request{Email: "kim@fabrikam.com", RedirectURL: "https://example.com/"})
		w.check(err)
		if got := w.role(tx, as(made.Guest), w.folder); got != "" {
			t.Errorf("before he is in the group %q", got)
		}
		w.check(directory.AddMember(tx, as(w.admin), g, state.Members, made.Guest.ID))
		if a := sharing.AccessTo(tx, as(made.Guest), w.folder); a.Role != state.RoleWrite || a.Via != sharing.ViaGroup {
			t.Errorf("in the group %+v", a)
		}
	})
}

func TestApplications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := func(roles ...string) directory.Principal {
		return directory.Principal{Tenant: w.contoso.ID, AppID: "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10", Roles: roles}
	}
	w.do(func(tx *state.Tx) {
		for role, want := range map[string]state.Role{
			"Sites.FullControl.All": state.RoleOwner, "Sites.Manage.All": state.RoleWrite, "Files.ReadWrite.All": state.RoleWrite,
			"Sites.Read.All": state.RoleRead, "Files.Read.All": state.RoleRead, "User.Read.All": "", "Sites.Selected": "",
		} {
			if got := w.role(tx, app(role), w.file); got != want {
				t.Errorf("%s gives %q, want %q", role, got, want)
			}
		}
		made, err := directory.AddApplication(tx, as(w.admin), state.Application{TenantID: w.contoso.ID, AppID: app().AppID, DisplayName: "Daemon"})
		w.check(err)
		_, err = sharing.GrantApplication(tx, as(w.megan), drive.Place{Site: w.marketing}, made.AppID, "Daemon", state.RoleWrite)
		w.check(err)
		if got := w.role(tx, app("Sites.Selected"), w.file); got != state.RoleWrite {
			t.Errorf("selected for the site %q", got)
		}
		if got := w.role(tx, app("Sites.Selected"), drive.Place{Site: w.intranet}); got != "" {
			t.Errorf("at another site %q", got)
		}
		if got := w.role(tx, app("User.Read.All"), w.file); got != "" {
			t.Errorf("without Sites.Selected %q", got)
		}
	})
}

func TestEnters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.guestOf()
	w.do(func(tx *state.Tx) {
		if !sharing.Enters(tx, as(g), w.marketing) {
			t.Error("who has a folder does not get into its site")
		}
		if sharing.Enters(tx, as(g), w.intranet) || sharing.Enters(tx, as(w.lee), w.marketing) {
			t.Error("who has nothing in a site gets in")
		}
	})
}

func TestResharing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.guestOf()
	share := func(tx *state.Tx, to string) error {
		list, err := w.m.Share(tx, as(g), sharing.ShareRequest{At: w.folder, Recipients: []sharing.Recipient{{Email: to}}, Role: state.RoleRead})
		if err != nil {
			return err
		}
		return list[0].Err
	}
	w.fails(problem.AccessDenied, func(tx *state.Tx) error { return share(tx, "lee@contoso.com") }) // he may only read
	w.do(func(tx *state.Tx) {
		_, err := w.m.SetRole(tx, as(w.megan), w.folder, grantOf(tx, w, g), state.RoleWrite)
		w.check(err)
	})
	w.fails(problem.ResharingNotAllowed, func(tx *state.Tx) error { return share(tx, "lee@contoso.com") }) // Lee is not in the site
	w.do(func(tx *state.Tx) {
		w.check(drive.AddToSite(tx, w.marketing, drive.SiteVisitors, w.lee))
		w.check(share(tx, "lee@contoso.com"))
	})
	w.set(map[string]any{"AllowGuestUserShareToUsersNotInSiteCollection": true})
	w.do(func(tx *state.Tx) { w.check(share(tx, "sam@fabrikam.com")) })
	w.set(map[string]any{"PreventExternalUsersFromResharing": true})
	w.fails(problem.ResharingNotAllowed, func(tx *state.Tx) error { return share(tx, "lee@contoso.com") })
}

func grantOf(tx *state.Tx, w *world, u state.User) string {
	for _, g := range sharing.Grants(tx, as(w.megan), w.folder) {
		if g.Permission.ObjectID == u.ID {
			return g.ID
		}
	}
	return ""
}

func TestWhoMayShareOutside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		g, err := directory.AddGroup(tx, as(w.admin), state.Group{TenantID: w.contoso.ID, DisplayName: "Sharers", MailNickname: "sharers", SecurityEnabled: true})
		w.check(err)
		w.check(sharing.SetTenant(tx, as(w.admin), w.contoso.ID, map[string]any{"WhoCanShareAuthenticatedGuestAllowList": []string{g.ID}}))
		list, err := w.m.Share(tx, as(w.megan), sharing.ShareRequest{At: w.folder, Recipients: []sharing.Recipient{{Email: "kim@fabrikam.com"}, {Email: "lee@contoso.com"}}, Role: state.RoleRead})
		w.check(err)
		if problem.ReasonOf(list[0].Err) != problem.SharerNotAllowed || list[1].Err != nil {
			t.Errorf("outside %v, inside %v", list[0].Err, list[1].Err)
		}
		w.check(directory.AddMember(tx, as(w.admin), g, state.Members, w.megan.ID))
		w.share(tx, w.folder, "kim@fabrikam.com")
		_, _, err = w.m.CreateLink(tx, as(w.megan), sharing.LinkRequest{At: w.folder, Scope: state.LinkAnonymous, Type: "view"})
		if problem.ReasonOf(err) != problem.SharerNotAllowed {
			t.Errorf("a link for anyone: %v", err)
		}
	})
}
