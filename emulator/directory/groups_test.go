package directory_test

import (
	"slices"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func (w *world) system() directory.Principal { return directory.SystemPrincipal(w.contoso.ID) }

// group makes a group of contoso's.
func (w *world) group(tb testing.TB, g state.Group) state.Group {
	tb.Helper()
	g.TenantID = w.contoso.ID
	w.update(tb, func(tx *state.Tx) (err error) {
		g, err = directory.AddGroup(tx, w.system(), g)
		return err
	})
	return g
}

func TestGroupsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unified := state.Group{DisplayName: "X", MailNickname: "project-x", Unified: true, MailEnabled: true}
	w.group(t, unified)
	for name, c := range map[string]struct {
		group state.Group
		want  problem.Reason
	}{
		"security":                      {state.Group{DisplayName: "S", MailNickname: "s", SecurityEnabled: true}, problem.None},
		"no name":                       {state.Group{MailNickname: "s", SecurityEnabled: true}, problem.MissingProperty},
		"no nickname":                   {state.Group{DisplayName: "S", SecurityEnabled: true}, problem.MissingProperty},
		"a nickname with an at":         {state.Group{DisplayName: "S", MailNickname: "s@x", SecurityEnabled: true}, problem.InvalidProperty},
		"neither secure nor by mail":    {state.Group{DisplayName: "S", MailNickname: "s"}, problem.InvalidProperty},
		"a distribution list":           {state.Group{DisplayName: "S", MailNickname: "s", MailEnabled: true}, problem.InvalidProperty},
		"unified without mail":          {state.Group{DisplayName: "S", MailNickname: "s", Unified: true}, problem.InvalidProperty},
		"a unified nickname twice":      {unified, problem.ObjectConflict},
		"a person's address":            {state.Group{DisplayName: "S", MailNickname: "megan", Unified: true, MailEnabled: true}, problem.ObjectConflict},
		"hidden members of a security":  {state.Group{DisplayName: "S", MailNickname: "s", SecurityEnabled: true, Visibility: "HiddenMembership"}, problem.InvalidProperty},
		"a rule that is none":           {state.Group{DisplayName: "S", MailNickname: "s", SecurityEnabled: true, MembershipRule: "user"}, problem.InvalidRule},
		"roles for a dynamic group":     {state.Group{DisplayName: "S", MailNickname: "s", SecurityEnabled: true, MembershipRule: `user.city -eq "x"`, Assignable: true}, problem.InvalidProperty},
		"a state of processing unknown": {state.Group{DisplayName: "S", MailNickname: "s", SecurityEnabled: true, MembershipRule: `user.city -eq "x"`, ProcessingState: "Off"}, problem.InvalidProperty},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.group.TenantID = w.contoso.ID
			err := w.Update(func(tx *state.Tx) error {
				_, err := directory.AddGroup(tx, w.system(), c.group)
				return err
			})
			expect(t, err, c.want)
		})
	}
}

func TestNesting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	no := false
	security := w.group(t, state.Group{DisplayName: "S", MailNickname: "s", SecurityEnabled: true})
	other := w.group(t, state.Group{DisplayName: "T", MailNickname: "t", SecurityEnabled: true})
	unified := w.group(t, state.Group{DisplayName: "U", MailNickname: "u", Unified: true, MailEnabled: true})
	closed := w.group(t, state.Group{DisplayName: "C", MailNickname: "c", Unified: true, MailEnabled: true, AllowToAddGuests: &no})
	assignable := w.group(t, state.Group{DisplayName: "A", MailNickname: "a", SecurityEnabled: true, Assignable: true})
	dynamic := w.group(t, state.Group{DisplayName: "D", MailNickname: "d", SecurityEnabled: true, MembershipRule: `user.city -eq "x"`})
	guest := w.guest(t, "kim@fabrikam.com")
	for name, c := range map[string]struct {
		group  state.Group
		rel    state.Relation
		member string
		want   problem.Reason
	}{
		"a person":                            {security, state.Members, w.megan.ID, problem.None},
		"a group in a security group":         {security, state.Members, other.ID, problem.None},
		"itself":                              {security, state.Members, security.ID, problem.NestingNotAllowed},
		"a Microsoft 365 group in a security": {security, state.Members, unified.ID, problem.NestingNotAllowed},
		"a security group in a Microsoft 365": {unified, state.Members, security.ID, problem.NestingNotAllowed},
		"a guest in a Microsoft 365 group":    {unified, state.Members, guest.ID, problem.None},
		"a guest where guests are shut out":   {closed, state.Members, guest.ID, problem.NestingNotAllowed},
		"a member where guests are shut out":  {closed, state.Members, w.megan.ID, problem.None},
		"a group that owns":                   {security, state.Owners, other.ID, problem.NestingNotAllowed},
		"a group in a role's group":           {assignable, state.Members, security.ID, problem.NestingNotAllowed},
		"somebody into a dynamic group":       {dynamic, state.Members, w.megan.ID, problem.DynamicMembership},
		"an owner of a dynamic group":         {dynamic, state.Owners, w.megan.ID, problem.None},
		"nobody":                              {security, state.Members, "00000000-1111-2222-3333-444444444444", problem.ObjectNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := w.Update(func(tx *state.Tx) error {
				return directory.AddMember(tx, w.system(), c.group, c.rel, c.member)
			})
			expect(t, err, c.want)
		})
	}
}

func TestMembershipThroughGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inner := w.group(t, state.Group{DisplayName: "Inner", MailNickname: "inner", SecurityEnabled: true})
	outer := w.group(t, state.Group{DisplayName: "Outer", MailNickname: "outer", SecurityEnabled: true})
	add := func(g state.Group, id string) {
		w.update(t, func(tx *state.Tx) error { return directory.AddMember(tx, w.system(), g, state.Members, id) })
	}
	add(inner, w.megan.ID)
	add(outer, inner.ID)
	add(inner, outer.ID) // a circle is allowed
	w.view(t, func(tx *state.Tx) {
		got := directory.GroupsOf(tx, w.contoso.ID, w.megan.ID)
		slices.Sort(got)
		want := []string{inner.ID, outer.ID}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("groups %v, want %v", got, want)
		}
		if !directory.IsMember(tx, w.contoso.ID, outer.ID, w.megan.ID) || directory.IsMember(tx, w.contoso.ID, outer.ID, w.admin.ID) {
			t.Error("membership does not reach through groups, or too far")
		}
	})
	w.update(t, func(tx *state.Tx) error {
		g, err := directory.FindGroup(tx, w.contoso.ID, inner.ID)
		if err != nil {
			return err
		}
		return directory.DeleteGroup(tx, w.system(), g)
	})
	w.view(t, func(tx *state.Tx) {
		if got := directory.GroupsOf(tx, w.contoso.ID, w.megan.ID); len(got) != 0 {
			t.Errorf("after the group went: %v", got)
		}
	})
}

func TestLastOwnerStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group(t, state.Group{DisplayName: "S", MailNickname: "s", SecurityEnabled: true})
	w.update(t, func(tx *state.Tx) error {
		return directory.Populate(tx, w.as(w.megan), g, nil, nil)
	})
	err := w.Update(func(tx *state.Tx) error { return directory.RemoveMember(tx, w.system(), g, state.Owners, w.megan.ID) })
	expect(t, err, problem.LastOwner)
	w.update(t, func(tx *state.Tx) error { return directory.AddMember(tx, w.system(), g, state.Owners, w.admin.ID) })
	w.update(t, func(tx *state.Tx) error { return directory.RemoveMember(tx, w.system(), g, state.Owners, w.megan.ID) })
}

func TestDynamicMembersFollowThePeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guests := w.group(t, state.Group{DisplayName: "Guests", MailNickname: "guests", SecurityEnabled: true, MembershipRule: `user.userType -eq "Guest"`})
	sales := w.group(t, state.Group{DisplayName: "Sales", MailNickname: "sales", SecurityEnabled: true})
	through := w.group(t, state.Group{
		DisplayName: "Through", MailNickname: "through", SecurityEnabled: true, MembershipRule: `user.memberOf -any (group.objectId -in ["` + sales.ID + `"])`,
	})
	guest := w.guest(t, "kim@fabrikam.com")
	in := func(g state.Group, id string) (there bool) {
		w.view(t, func(tx *state.Tx) { _, there = tx.Membership(w.contoso.ID, g.ID, state.Members, id) })
		return there
	}
	if !in(guests, guest.ID) || in(guests, w.megan.ID) {
		t.Error("who was invited is not in, or somebody else is")
	}
	w.update(t, func(tx *state.Tx) error { return directory.AddMember(tx, w.system(), sales, state.Members, w.megan.ID) })
	if !in(through, w.megan.ID) {
		t.Error("who is in the group that the rule names is not in")
	}
	w.update(t, func(tx *state.Tx) error {
		return directory.RemoveMember(tx, w.system(), sales, state.Members, w.megan.ID)
	})
	if in(through, w.megan.ID) {
		t.Error("who left the group that the rule names is still in")
	}
	w.update(t, func(tx *state.Tx) error {
		u, err := directory.FindUser(tx, w.contoso.ID, guest.ID)
		if err != nil {
			return err
		}
		return directory.DeleteUser(tx, w.system(), u)
	})
	if !in(guests, guest.ID) {
		t.Error("somebody in the recycle bin lost his membership")
	}
}

func TestDeletedGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unified := w.group(t, state.Group{DisplayName: "U", MailNickname: "u", Unified: true, MailEnabled: true})
	security := w.group(t, state.Group{DisplayName: "S", MailNickname: "s", SecurityEnabled: true})
	w.update(t, func(tx *state.Tx) error {
		if err := directory.DeleteGroup(tx, w.system(), unified); err != nil {
			return err
		}
		return directory.DeleteGroup(tx, w.system(), security)
	})
	w.view(t, func(tx *state.Tx) {
		if _, ok := tx.DeletedGroup(w.contoso.ID, unified.ID); !ok {
			t.Error("a Microsoft 365 group is not in the recycle bin")
		}
		if _, ok := tx.DeletedGroup(w.contoso.ID, security.ID); ok {
			t.Error("a security group is in the recycle bin")
		}
	})
	w.update(t, func(tx *state.Tx) error {
		g, _ := tx.DeletedGroup(w.contoso.ID, unified.ID)
		_, err := directory.RestoreGroup(tx, w.system(), g)
		return err
	})
	w.view(t, func(tx *state.Tx) {
		if _, err := directory.FindGroup(tx, w.contoso.ID, unified.ID); err != nil {
			t.Error(err)
		}
	})
}
