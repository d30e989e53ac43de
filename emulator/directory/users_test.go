package directory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestAddUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := state.User{TenantID: w.contoso.ID, DisplayName: "Lee Gu", UserPrincipalName: "lee@contoso.com", AccountEnabled: true}
	change := func(f func(*state.User)) state.User { u := base; f(&u); return u }
	for name, c := range map[string]struct {
		user   state.User
		want   problem.Reason
		target string
	}{
		"plain":                          {user: base},
		"in the initial domain":          {user: change(func(u *state.User) { u.UserPrincipalName = "lee@contoso.onmicrosoft.com" })},
		"a guest who was not invited":    {user: change(func(u *state.User) { u.Type = state.Guest })},
		"no name":                        {change(func(u *state.User) { u.DisplayName = " " }), problem.MissingProperty, "displayName"},
		"too long a name":                {change(func(u *state.User) { u.DisplayName = strings.Repeat("ž", 257) }), problem.InvalidProperty, "displayName"},
		"no principal name":              {change(func(u *state.User) { u.UserPrincipalName = "" }), problem.MissingProperty, "userPrincipalName"},
		"a principal name without @":     {change(func(u *state.User) { u.UserPrincipalName = "lee" }), problem.InvalidProperty, "userPrincipalName"},
		"a principal name with a blank":  {change(func(u *state.User) { u.UserPrincipalName = "lee gu@contoso.com" }), problem.InvalidProperty, "userPrincipalName"},
		"a principal name in umlauts":    {change(func(u *state.User) { u.UserPrincipalName = "zoë@contoso.com" }), problem.InvalidProperty, "userPrincipalName"},
		"somebody else's domain":         {change(func(u *state.User) { u.UserPrincipalName = "lee@fabrikam.com" }), problem.DomainNotVerified, "userPrincipalName"},
		"somebody else's principal name": {change(func(u *state.User) { u.UserPrincipalName = "MEGAN@contoso.com" }), problem.ObjectConflict, "userPrincipalName"},
		"somebody else's mail":           {change(func(u *state.User) { u.Mail = "megan@contoso.com" }), problem.ObjectConflict, "proxyAddresses"},
		"somebody else's id":             {change(func(u *state.User) { u.ID = w.megan.ID }), problem.ObjectConflict, "id"},
		"a nickname with a blank":        {change(func(u *state.User) { u.MailNickname = "lee gu" }), problem.InvalidProperty, "mailNickname"},
		"a mail that is none":            {change(func(u *state.User) { u.Mail = "lee" }), problem.InvalidProperty, "mail"},
		"no such tenant":                 {change(func(u *state.User) { u.TenantID = "x" }), problem.TenantNotFound, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := w.Fork(w.Snapshot()).Update(func(tx *state.Tx) error {
				u, err := directory.AddUser(tx, w.as(w.admin), c.user)
				if err != nil {
					return err
				}
				if u.CreationType != "" || u.ExternalState != "" || u.MailNickname != "lee" || len(u.PUID) != 16 {
					t.Errorf("user %+v", u)
				}
				return nil
			})
			expect(t, err, c.want)
			if p := problem.As(err); err != nil && p.Target != c.target {
				t.Errorf("target %q, want %q", p.Target, c.target)
			}
		})
	}
}

func TestPersonalAccountsAreNamedByTheirDigits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		u, err := directory.AddUser(tx, directory.SystemPrincipal(state.ConsumersTenantID), state.User{
			TenantID: state.ConsumersTenantID, DisplayName: "Olga", UserPrincipalName: "olga+x@example.org", PUID: "0003BFFD0A5C7E21",
		})
		if want := "00000000-0000-0000-0003-bffd0a5c7e21"; err == nil && u.ID != want {
			t.Errorf("id %s, want %s", u.ID, want)
		}
		return err
	})
}

func TestAChangedMailMovesTheProxyAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		u := w.megan
		u.Mail, u.JobTitle = "megan.bowen@contoso.com", "Engineer"
		u, err := directory.UpdateUser(tx, w.as(w.admin), u)
		if err != nil {
			return err
		}
		if want := []string{"SMTP:megan.bowen@contoso.com", "smtp:megan@contoso.com"}; !slices.Equal(u.ProxyAddresses, want) {
			t.Errorf("proxy addresses %v, want %v", u.ProxyAddresses, want)
		}
		events := slices.Collect(tx.Events(w.contoso.ID))
		last := events[len(events)-1]
		if last.Operation != "Update user" || last.Actor.UserID != w.admin.ID || len(last.Targets) != 1 {
			t.Fatalf("event %+v", last)
		}
		names := map[string]string{}
		for _, m := range last.Targets[0].Modified {
			names[m.Name] = m.New
		}
		if names["JobTitle"] != `["Engineer"]` || names["Mail"] != `["megan.bowen@contoso.com"]` || names["City"] != "" {
			t.Errorf("modified %v", names)
		}
		taken := w.admin
		taken.Mail = "MEGAN.BOWEN@contoso.com"
		_, err = directory.UpdateUser(tx, w.as(w.admin), taken)
		expect(t, err, problem.ObjectConflict)
		return nil
	})
}

func TestANewPasswordEndsSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = w.now.Add(time.Hour)
	w.update(t, func(tx *state.Tx) error {
		u := w.megan
		u.Password = "another"
		u, err := directory.UpdateUser(tx, w.as(w.admin), u)
		if !u.SessionsValidFrom.Equal(w.now) || !u.LastPasswordChange.Equal(w.now) {
			t.Errorf("sessions count from %v", u.SessionsValidFrom)
		}
		if ops := operations(tx, w.contoso.ID); !slices.Contains(ops, "Reset user password") {
			t.Errorf("events %v", ops)
		}
		return err
	})
}

func TestDeletedUsersCanBeRestoredForThirtyDays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after time.Duration
		want  problem.Reason
	}{
		"at once":                {0, problem.None},
		"on the last day":        {30*24*time.Hour - time.Second, problem.None},
		"after thirty days":      {30 * 24 * time.Hour, problem.UserNotFound},
		"long after thirty days": {300 * 24 * time.Hour, problem.UserNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.update(t, func(tx *state.Tx) error {
				if err := directory.DeleteUser(tx, w.as(w.admin), w.megan); err != nil {
					return err
				}
				_, err := directory.FindUser(tx, w.contoso.ID, "megan@contoso.com")
				expect(t, err, problem.UserNotFound)
				return nil
			})
			w.now = w.now.Add(c.after)
			w.update(t, func(tx *state.Tx) error {
				u, err := directory.RestoreUser(tx, w.as(w.admin), w.megan)
				expect(t, err, c.want)
				if err == nil && (u.ID != w.megan.ID || !u.DeletedAt.IsZero()) {
					t.Errorf("restored %+v", u)
				}
				directory.PurgeExpired(tx, w.contoso.ID)
				if _, left := tx.DeletedUser(w.contoso.ID, w.megan.ID); left {
					t.Error("the recycle bin still holds the user")
				}
				return nil
			})
		})
	}
}

func TestRestoreMeetsTheNewOwnerOfTheName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		if err := directory.DeleteUser(tx, w.as(w.admin), w.megan); err != nil {
			return err
		}
		addUser(t, tx, w.contoso, "megan@contoso.com")
		_, err := directory.RestoreUser(tx, w.as(w.admin), w.megan)
		expect(t, err, problem.ObjectConflict)
		return nil
	})
}

func TestPurgeDropsReferences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		tx.PutMembership(state.Membership{TenantID: w.contoso.ID, GroupID: "g", Relation: state.Members, MemberID: w.admin.ID, Type: "user"})
		expect(t, directory.PurgeUser(tx, w.as(w.admin), w.admin), problem.UserNotFound)
		if err := directory.DeleteUser(tx, w.as(w.admin), w.admin); err != nil {
			return err
		}
		if n := len(slices.Collect(tx.MembershipsOf(w.contoso.ID, w.admin.ID, state.Members))); n != 1 {
			t.Errorf("%d memberships in the recycle bin, want 1: they stay for a restore", n)
		}
		if err := directory.PurgeUser(tx, w.as(w.admin), w.admin); err != nil {
			return err
		}
		if n := len(slices.Collect(tx.MembershipsOf(w.contoso.ID, w.admin.ID, state.Members))); n != 0 {
			t.Errorf("%d memberships left", n)
		}
		if n := len(slices.Collect(tx.RoleAssignmentsOf(w.contoso.ID, w.admin.ID))); n != 0 {
			t.Errorf("%d roles left", n)
		}
		return nil
	})
}

func TestUserByAddressPrefersWhoOwnsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		megan := w.megan
		megan.OtherMails = []string{"kim@fabrikam.com"}
		if _, err := directory.UpdateUser(tx, w.as(w.admin), megan); err != nil {
			return err
		}
		u, _ := directory.UserByAddress(tx, w.contoso.ID, "kim@fabrikam.com")
		if u.ID != w.megan.ID {
			t.Errorf("alone, the other mail finds %q", u.DisplayName)
		}
		return nil
	})
	guest := w.guest(t, "kim@fabrikam.com")
	w.view(t, func(tx *state.Tx) {
		if u, _ := directory.UserByAddress(tx, w.contoso.ID, "KIM@fabrikam.com"); u.ID != guest.ID {
			t.Errorf("found %q", u.UserPrincipalName)
		}
	})
}
