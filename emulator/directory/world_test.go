package directory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// world is two organisations, personal accounts and a clock that the test moves.
type world struct {
	*state.Store
	now time.Time

	contoso, fabrikam state.Tenant
	admin, megan      state.User // of contoso
	kim               state.User // of fabrikam, a guest nowhere
	erin              state.User // a personal account
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	w.Store = state.New(state.Options{Now: func() time.Time { return w.now }, Seed: 1})
	w.update(tb, func(tx *state.Tx) error {
		directory.AddConsumers(tx)
		w.contoso = addTenant(tb, tx, "contoso")
		w.fabrikam = addTenant(tb, tx, "fabrikam")
		w.admin = addUser(tb, tx, w.contoso, "admin@contoso.com")
		w.megan = addUser(tb, tx, w.contoso, "megan@contoso.com")
		w.kim = addUser(tb, tx, w.fabrikam, "kim@fabrikam.com")
		w.erin = addUser(tb, tx, state.Tenant{ID: state.ConsumersTenantID}, "erin@outlook.com")
		_, err := directory.AssignRole(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, directory.GlobalAdministrator, w.admin.ID)
		return err
	})
	return w
}

func addTenant(tb testing.TB, tx *state.Tx, name string) state.Tenant {
	tb.Helper()
	t, err := directory.AddTenant(tx, state.Tenant{
		DisplayName: name, InitialDomain: name + ".onmicrosoft.com", Domains: []state.Domain{{Name: name + ".com", Default: true}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func addUser(tb testing.TB, tx *state.Tx, t state.Tenant, upn string) state.User {
	tb.Helper()
	u, err := directory.AddUser(tx, directory.SystemPrincipal(t.ID), state.User{
		TenantID: t.ID, UserPrincipalName: upn, Mail: upn, DisplayName: upn, AccountEnabled: true, Password: "secret",
	})
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

func (w *world) update(tb testing.TB, f func(tx *state.Tx) error) {
	tb.Helper()
	if err := w.Update(f); err != nil {
		tb.Fatal(err)
	}
}

func (w *world) view(tb testing.TB, f func(tx *state.Tx)) {
	tb.Helper()
	if err := w.View(func(tx *state.Tx) error { f(tx); return nil }); err != nil {
		tb.Fatal(err)
	}
}

// as is somebody of contoso asking.
func (w *world) as(u state.User) directory.Principal {
	return directory.Principal{Tenant: u.TenantID, User: u}
}

// guest makes a pending guest of contoso.
func (w *world) guest(tb testing.TB, email string) state.User {
	tb.Helper()
	var u state.User
	w.update(tb, func(tx *state.Tx) (err error) {
		u, err = directory.AddGuest(tx, w.as(w.admin), directory.GuestSpec{TenantID: w.contoso.ID, Email: email, InvitedBy: w.as(w.admin).Actor()})
		return err
	})
	return u
}

// expect checks the reason of a failure; None is success.
func expect(tb testing.TB, err error, want problem.Reason) {
	tb.Helper()
	if want == problem.None {
		if err != nil {
			tb.Errorf("failed: %v", err)
		}
		return
	}
	if p, ok := errors.AsType[*problem.Error](err); !ok || p.Reason != want {
		tb.Errorf("error %v, want %v", err, want)
	}
}

// operations are the names of a tenant's audit events, oldest first.
func operations(tx *state.Tx, tenant string) []string {
	var out []string
	for e := range tx.Events(tenant) {
		out = append(out, e.Operation)
	}
	return out
}
