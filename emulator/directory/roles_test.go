package directory_test

import (
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestRoleAssignments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := w.group(t, state.Group{DisplayName: "P", MailNickname: "p", SecurityEnabled: true})
	assignable := w.group(t, state.Group{DisplayName: "A", MailNickname: "a", SecurityEnabled: true, Assignable: true})
	assign := func(role, principal string) (a state.RoleAssignment, err error) {
		err = w.Update(func(tx *state.Tx) (err error) {
			a, err = directory.AssignRole(tx, w.system(), w.contoso.ID, role, principal)
			return err
		})
		return a, err
	}
	a, err := assign("Guest Inviter", w.megan.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(a.ID, "-1") || a.TemplateID != directory.GuestInviter {
		t.Errorf("assignment %+v", a)
	}
	_, err = assign(directory.GuestInviter, w.megan.ID)
	expect(t, err, problem.ReferenceExists)
	_, err = assign("No Such Role", w.megan.ID)
	expect(t, err, problem.ObjectNotFound)
	_, err = assign(directory.GuestInviter, "00000000-1111-2222-3333-444444444444")
	expect(t, err, problem.ObjectNotFound)
	_, err = assign(directory.GuestInviter, plain.ID)
	expect(t, err, problem.NestingNotAllowed)
	_, err = assign(directory.UserAdministrator, assignable.ID)
	expect(t, err, problem.None)
	w.update(t, func(tx *state.Tx) error {
		return directory.AddMember(tx, w.system(), assignable, state.Members, w.megan.ID)
	})
	w.view(t, func(tx *state.Tx) {
		if !directory.HasRole(tx, w.contoso.ID, w.megan.ID, directory.GuestInviter) ||
			!directory.HasRole(tx, w.contoso.ID, w.megan.ID, directory.UserAdministrator) ||
			directory.HasRole(tx, w.contoso.ID, w.megan.ID, directory.GlobalAdministrator) {
			t.Errorf("roles %v", directory.RolesOf(tx, w.contoso.ID, w.megan.ID))
		}
	})
	w.update(t, func(tx *state.Tx) error { return directory.UnassignRole(tx, w.system(), a) })
	w.view(t, func(tx *state.Tx) {
		if directory.HasRole(tx, w.contoso.ID, w.megan.ID, directory.GuestInviter) {
			t.Error("the role stayed")
		}
	})
}

func TestBuiltInRolesAreToldApart(t *testing.T) {
	t.Parallel()
	ids, names := map[string]bool{}, map[string]bool{}
	for _, r := range directory.RoleTemplates() {
		if ids[r.ID] || names[r.DisplayName] || r.Description == "" || len(r.ID) != 36 {
			t.Errorf("role %+v", r)
		}
		ids[r.ID], names[r.DisplayName] = true, true
	}
}

// TestRights is the product of who asks and what for.
func TestRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.guest(t, "kim@fabrikam.com")
	group := w.group(t, state.Group{DisplayName: "G", MailNickname: "g", SecurityEnabled: true})
	roleGroup := w.group(t, state.Group{DisplayName: "R", MailNickname: "r", SecurityEnabled: true, Assignable: true})
	var user, groups state.User
	w.update(t, func(tx *state.Tx) error {
		user, groups = addUser(t, tx, w.contoso, "user@contoso.com"), addUser(t, tx, w.contoso, "groups@contoso.com")
		for principal, role := range map[string]string{
			w.admin.ID: directory.GlobalAdministrator, user.ID: directory.UserAdministrator, groups.ID: directory.GroupsAdministrator,
		} {
			if directory.HasRole(tx, w.contoso.ID, principal, role) {
				continue
			}
			if _, err := directory.AssignRole(tx, w.system(), w.contoso.ID, role, principal); err != nil {
				return err
			}
		}
		return directory.AddMember(tx, w.system(), group, state.Owners, w.megan.ID)
	})
	questions := map[string]func(tx *state.Tx, p directory.Principal) error{
		"change a person":       func(tx *state.Tx, p directory.Principal) error { return directory.MayManageUsers(tx, p, groups) },
		"change an admin":       func(tx *state.Tx, p directory.Principal) error { return directory.MayManageUsers(tx, p, w.admin) },
		"change a group":        func(tx *state.Tx, p directory.Principal) error { return directory.MayManageGroup(tx, p, group) },
		"change a role's group": func(tx *state.Tx, p directory.Principal) error { return directory.MayManageGroup(tx, p, roleGroup) },
		"make a group":          func(tx *state.Tx, p directory.Principal) error { return directory.MayCreateGroup(tx, p, group) },
		"make a role's group":   func(tx *state.Tx, p directory.Principal) error { return directory.MayCreateGroup(tx, p, roleGroup) },
		"list everybody":        directory.MayEnumerate,
		"hold a role to assign": func(tx *state.Tx, p directory.Principal) error {
			return directory.RequireRole(tx, p, directory.PrivilegedRoleAdministrator, directory.GlobalAdministrator)
		},
	}
	all := []string{"change a person", "change an admin", "change a group", "change a role's group", "make a group", "make a role's group", "list everybody", "hold a role to assign"}
	for name, c := range map[string]struct {
		who directory.Principal
		may []string
	}{
		"the emulator itself":    {w.system(), all},
		"an application":         {directory.Principal{Tenant: w.contoso.ID, AppID: "x"}, all},
		"a global administrator": {w.as(w.admin), all},
		"a user administrator":   {w.as(user), []string{"change a person", "change a group", "make a group", "list everybody"}},
		"a groups administrator": {w.as(groups), []string{"change a group", "make a group", "list everybody"}},
		"an owner":               {w.as(w.megan), []string{"change a group", "make a group", "list everybody"}},
		"a guest":                {w.as(guest), nil},
	} {
		w.view(t, func(tx *state.Tx) {
			for question, ask := range questions {
				want := problem.InsufficientRights
				for _, m := range c.may {
					if m == question {
						want = problem.None
					}
				}
				if got := problem.ReasonOf(ask(tx, c.who)); got != want {
					t.Errorf("%s may %s: %v, want %v", name, question, got, want)
				}
			}
		})
	}
}

// TestViews is the product of who looks, what guests may, and at what.
func TestViews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.guest(t, "kim@fabrikam.com")
	open := w.group(t, state.Group{DisplayName: "O", MailNickname: "o", Unified: true, MailEnabled: true})
	hidden := w.group(t, state.Group{DisplayName: "H", MailNickname: "h", Unified: true, MailEnabled: true, Visibility: "HiddenMembership"})
	joined := w.group(t, state.Group{DisplayName: "J", MailNickname: "j", Unified: true, MailEnabled: true})
	w.update(t, func(tx *state.Tx) error { return directory.AddMember(tx, w.system(), joined, state.Members, guest.ID) })
	for _, c := range []struct {
		setting                              string
		readOthers                           bool
		who                                  state.User
		self, other, open, hidden, ownJoined directory.View
	}{
		{directory.GuestsLimited, true, w.megan, directory.Full, directory.Full, directory.Full, directory.Limited, directory.Full},
		{directory.GuestsLimited, false, w.megan, directory.Full, directory.Hidden, directory.Limited, directory.Limited, directory.Limited},
		{directory.GuestsLimited, true, guest, directory.Full, directory.Limited, directory.Limited, directory.Hidden, directory.Full},
		{directory.GuestsRestricted, true, guest, directory.Full, directory.Hidden, directory.Hidden, directory.Hidden, directory.Full},
		{directory.GuestsAsMembers, true, guest, directory.Full, directory.Full, directory.Full, directory.Limited, directory.Full},
	} {
		w.update(t, func(tx *state.Tx) error {
			tenant, _ := tx.Tenant(w.contoso.ID)
			tenant.Authorization.GuestUserRoleID, tenant.Authorization.AllowedToReadOtherUsers = c.setting, c.readOthers
			tx.PutTenant(tenant)
			return nil
		})
		w.view(t, func(tx *state.Tx) {
			p := w.as(c.who)
			got := [5]directory.View{
				directory.ViewOfUser(tx, p, c.who), directory.ViewOfUser(tx, p, w.admin),
				directory.ViewOfGroup(tx, p, open), directory.ViewOfGroup(tx, p, hidden), directory.ViewOfGroup(tx, p, joined),
			}
			if want := [5]directory.View{c.self, c.other, c.open, c.hidden, c.ownJoined}; got != want {
				t.Errorf("%s as %s: %v, want %v", c.who.DisplayName, c.setting, got, want)
			}
		})
	}
}
