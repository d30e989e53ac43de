package collaboration_test

import (
	"slices"
	"testing"

	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// world is contoso with its administrator and a pending guest.
func world(t *testing.T) (s *state.Store, by directory.Principal, guest state.User) {
	t.Helper()
	s = state.New(state.Options{Seed: 1})
	if err := s.Update(func(tx *state.Tx) error {
		c, err := directory.AddTenant(tx, state.Tenant{DisplayName: "Contoso", InitialDomain: "contoso.onmicrosoft.com"})
		if err != nil {
			return err
		}
		admin, err := directory.AddUser(tx, directory.SystemPrincipal(c.ID), state.User{
			TenantID: c.ID, DisplayName: "Admin", UserPrincipalName: "admin@contoso.onmicrosoft.com", AccountEnabled: true,
		})
		if err != nil {
			return err
		}
		by = directory.Principal{Tenant: c.ID, User: admin}
		guest, err = directory.AddGuest(tx, by, directory.GuestSpec{TenantID: c.ID, Email: "kim@fabrikam.com"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return s, by, guest
}

func update(t *testing.T, s *state.Store, f func(tx *state.Tx) error) {
	t.Helper()
	if err := s.Update(f); err != nil {
		t.Fatal(err)
	}
}

func TestAMicrosoft365GroupComesWithItsSite(t *testing.T) {
	t.Parallel()
	s, by, _ := world(t)
	var m collaboration.Manager
	group := func(name string, unified bool) state.Group {
		return state.Group{TenantID: by.Tenant, DisplayName: "Project " + name, MailNickname: name, Unified: unified, MailEnabled: unified, SecurityEnabled: !unified}
	}
	update(t, s, func(tx *state.Tx) error {
		if _, err := drive.AddSite(tx, drive.SiteSpec{TenantID: by.Tenant, Path: "/sites/taken", Title: "There already", By: by.Actor()}); err != nil {
			return err
		}
		for name, want := range map[string]string{"alpha": "/sites/alpha", "taken": "/sites/taken1"} {
			g, err := m.AddGroup(tx, by, group(name, true))
			if err != nil {
				return err
			}
			site, ok := tx.SiteByGroup(by.Tenant, g.ID)
			if !ok || site.Path != want || site.Template != drive.TemplateGroup || site.Title != g.DisplayName {
				t.Errorf("%s: site %+v, want it at %s", name, site, want)
			}
			if err := m.DeleteGroup(tx, by, g); err != nil {
				return err
			}
			if _, there := tx.SiteByGroup(by.Tenant, g.ID); there {
				t.Errorf("%s: the site outlives its group", name)
			}
			deleted, ok := tx.DeletedGroup(by.Tenant, g.ID)
			if !ok {
				t.Fatalf("%s is not in the recycle bin", name)
			}
			if _, err := m.RestoreGroup(tx, by, deleted); err != nil {
				return err
			}
			if again, there := tx.SiteByGroup(by.Tenant, g.ID); !there || again.ID != site.ID {
				t.Errorf("%s: restored without its site", name)
			}
		}
		g, err := m.AddGroup(tx, by, group("security", false))
		if err != nil {
			return err
		}
		if _, there := tx.SiteByGroup(by.Tenant, g.ID); there {
			t.Error("a security group has a site")
		}
		return m.DeleteGroup(tx, by, g)
	})
}

func TestRemoveExternal(t *testing.T) {
	t.Parallel()
	s, by, guest := world(t)
	var m collaboration.Manager
	update(t, s, func(tx *state.Tx) error {
		err := m.RemoveExternal(tx, by, by.User)
		if problem.ReasonOf(err) != problem.UserNotFound {
			t.Errorf("a member: %v", err)
		}
		site, err := drive.AddSite(tx, drive.SiteSpec{TenantID: by.Tenant, Path: "/sites/x", Title: "X", By: by.Actor()})
		if err != nil {
			return err
		}
		if err := drive.AddToSite(tx, site, drive.SiteVisitors, guest); err != nil {
			return err
		}
		on := state.Securable{SiteID: site.ID}
		tx.PutPermission(state.Permission{TenantID: by.Tenant, ID: "p", On: on, To: state.ToUser, ObjectID: guest.ID, Role: state.RoleRead})
		tx.PutLink(state.Link{
			TenantID: by.Tenant, ID: "l", On: on, Scope: state.LinkUsers, Token: "token", Redeemed: []string{guest.ID},
			Recipients: []state.LinkRecipient{{Email: "kim@fabrikam.com", ObjectID: guest.ID}, {Email: "sam@fabrikam.com"}},
		})
		if err := m.RemoveExternal(tx, by, guest); err != nil {
			return err
		}
		if _, living := tx.User(by.Tenant, guest.ID); living {
			t.Error("the guest lives")
		}
		if _, deleted := tx.DeletedUser(by.Tenant, guest.ID); deleted {
			t.Error("the guest is in the recycle bin: he was to go for ever")
		}
		if n := len(slices.Collect(tx.PermissionsTo(by.Tenant, guest.ID))); n != 0 {
			t.Errorf("%d grants are left", n)
		}
		l, _ := tx.Link(by.Tenant, "l")
		if len(l.Redeemed) != 0 || len(l.Recipients) != 1 || l.Recipients[0].Email != "sam@fabrikam.com" {
			t.Errorf("link %+v", l)
		}
		entry, listed := tx.SiteUserByObject(by.Tenant, site.ID, guest.ID)
		if !listed {
			t.Error("the site's user list has forgotten him: the real one has not")
		}
		for g := range tx.SiteGroups(by.Tenant, site.ID) {
			if slices.Contains(g.MemberIDs, entry.ID) {
				t.Errorf("he is still in %s", g.Title)
			}
		}
		return nil
	})
}
