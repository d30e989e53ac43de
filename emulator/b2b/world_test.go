package b2b_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// world is contoso, which invites, fabrikam, where most guests come from, and people without an organisation.
type world struct {
	*state.Store
	now               time.Time
	contoso, fabrikam state.Tenant
	people            map[string]state.User
}

const frank = "frank@nodomain.example" // nobody's account

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), people: map[string]state.User{}}
	w.Store = state.New(state.Options{Now: func() time.Time { return w.now }, Seed: 1})
	w.update(tb, func(tx *state.Tx) error {
		consumers := directory.AddConsumers(tx)
		var err error
		for _, t := range []struct {
			name string
			at   *state.Tenant
		}{{"contoso", &w.contoso}, {"fabrikam", &w.fabrikam}} {
			if *t.at, err = directory.AddTenant(tx, state.Tenant{
				DisplayName: t.name, InitialDomain: t.name + ".onmicrosoft.com", Domains: []state.Domain{{Name: t.name + ".com", Default: true}},
			}); err != nil {
				return err
			}
		}
		for name, t := range map[string]state.Tenant{
			"admin@contoso.com": w.contoso, "inviter@contoso.com": w.contoso, "megan@contoso.com": w.contoso,
			"kim@fabrikam.com": w.fabrikam, "sam@fabrikam.com": w.fabrikam, "erin@outlook.com": consumers,
		} {
			u, err := directory.AddUser(tx, directory.SystemPrincipal(t.ID), state.User{
				TenantID: t.ID, UserPrincipalName: name, Mail: name, DisplayName: "The " + name, AccountEnabled: true,
			})
			if err != nil {
				return err
			}
			w.people[name] = u
		}
		by := directory.SystemPrincipal(w.contoso.ID)
		if _, err = directory.AssignRole(tx, by, w.contoso.ID, directory.GlobalAdministrator, w.people["admin@contoso.com"].ID); err != nil {
			return err
		}
		_, err = directory.AssignRole(tx, by, w.contoso.ID, directory.GuestInviter, w.people["inviter@contoso.com"].ID)
		return err
	})
	return w
}

func (w *world) update(tb testing.TB, f func(tx *state.Tx) error) {
	tb.Helper()
	if err := w.Update(f); err != nil {
		tb.Fatal(err)
	}
}

// as is a member of contoso asking.
func (w *world) as(name string) directory.Principal {
	return directory.Principal{Tenant: w.contoso.ID, User: w.people[name]}
}

func request(email string) b2b.Request {
	return b2b.Request{Email: email, RedirectURL: "https://myapp.contoso.com"}
}

// invite is a plain invitation by contoso's administrator.
func (w *world) invite(tb testing.TB, email string) b2b.Result {
	tb.Helper()
	var res b2b.Result
	w.update(tb, func(tx *state.Tx) (err error) {
		res, err = b2b.Manager{}.Invite(tx, w.as("admin@contoso.com"), request(email))
		return err
	})
	return res
}

// account is where an address signs in.
func (w *world) account(address string) state.Account {
	if u, ok := w.people[address]; ok {
		return directory.Account(u)
	}
	return state.Account{Kind: state.HomeOTP, Address: address}
}

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
