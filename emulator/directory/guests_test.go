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

func TestGuestUPN(t *testing.T) {
	t.Parallel()
	contoso := state.Tenant{InitialDomain: "contoso.onmicrosoft.com"}
	long := strings.Repeat("a", 60)
	for address, want := range map[string]string{
		"kim@fabrikam.com":         "kim_fabrikam.com#EXT#@contoso.onmicrosoft.com",
		"Kim.Akers@Fabrikam.com":   "Kim.Akers_Fabrikam.com#EXT#@contoso.onmicrosoft.com",
		"kim+news@fabrikam.com":    "kim_news_fabrikam.com#EXT#@contoso.onmicrosoft.com",
		"kim#1@fabrikam.com":       "kim_1_fabrikam.com#EXT#@contoso.onmicrosoft.com",
		"zoë@fabrikam.com":         "zo__fabrikam.com#EXT#@contoso.onmicrosoft.com",
		"o'brien@fabrikam.com":     "o'brien_fabrikam.com#EXT#@contoso.onmicrosoft.com",
		"kim@müller.example":       "kim_m_ller.example#EXT#@contoso.onmicrosoft.com",
		long + "@fabrikam.com":     (long + "_fabrikam.com")[:59] + "#EXT#@contoso.onmicrosoft.com",
		"a_b@fabrikam.example":     "a_b_fabrikam.example#EXT#@contoso.onmicrosoft.com",
		"kim@sub.fabrikam.example": "kim_sub.fabrikam.example#EXT#@contoso.onmicrosoft.com",
	} {
		if got := directory.GuestUPN(contoso, address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func FuzzGuestUPN(f *testing.F) {
	for _, s := range []string{"kim@fabrikam.com", "zoë+x@müller.example", "@", "", "\xff@x.y", strings.Repeat("@", 300)} {
		f.Add(s)
	}
	contoso := state.Tenant{InitialDomain: "contoso.onmicrosoft.com"}
	f.Fuzz(func(t *testing.T, address string) {
		upn := directory.GuestUPN(contoso, address)
		local, domain, found := strings.Cut(upn, "@")
		if !found || domain != contoso.InitialDomain || len(local) > 64 || !strings.HasSuffix(local, "#EXT#") {
			t.Errorf("%q became %q", address, upn)
		}
		name := strings.TrimSuffix(local, "#EXT#")
		if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("#+@/%?", r) }) {
			t.Errorf("%q became %q, which needs escapes beyond its mark", address, upn)
		}
	})
}

func TestAGuestIsPendingAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.guest(t, "Kim@fabrikam.com")
	want := state.User{
		TenantID: w.contoso.ID, ID: g.ID, Type: state.Guest, Home: state.Home{Kind: state.HomeUnknown},
		UserPrincipalName: "Kim_fabrikam.com#EXT#@contoso.onmicrosoft.com", DisplayName: "Kim", Mail: "Kim@fabrikam.com",
		MailNickname: "Kim_fabrikam.com#EXT#", CreationType: "Invitation", ExternalState: state.PendingAcceptance, InvitedAs: "Kim@fabrikam.com",
		InvitedBy: w.admin.ID,
	}
	if g.Type != want.Type || g.Home != want.Home || g.UserPrincipalName != want.UserPrincipalName || g.DisplayName != want.DisplayName ||
		g.Mail != want.Mail || g.MailNickname != want.MailNickname || g.CreationType != want.CreationType ||
		g.ExternalState != want.ExternalState || g.InvitedAs != want.InvitedAs || g.InvitedBy != want.InvitedBy {
		t.Errorf("guest %+v\nwant %+v", g, want)
	}
	if !slices.Equal(g.OtherMails, []string{"Kim@fabrikam.com"}) || !slices.Equal(g.ProxyAddresses, []string{"SMTP:Kim@fabrikam.com"}) ||
		!slices.Equal(g.SponsorIDs, []string{w.admin.ID}) || !g.AccountEnabled || g.ShowInAddressList == nil || *g.ShowInAddressList {
		t.Errorf("guest %+v", g)
	}
	if want := []state.Identity{{SignInType: "userPrincipalName", Issuer: "contoso.onmicrosoft.com", IssuerAssignedID: g.UserPrincipalName}}; !slices.Equal(g.Identities, want) {
		t.Errorf("identities %v, want %v", g.Identities, want)
	}
	if !g.ExternalStateChangedAt.Equal(w.now) || !g.CreatedAt.Equal(w.now) {
		t.Errorf("created %v, state changed %v", g.CreatedAt, g.ExternalStateChangedAt)
	}
}

func TestAddGuestRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.guest(t, "kim@fabrikam.com")
	w.update(t, func(tx *state.Tx) error {
		u := w.megan
		u.OtherMails = []string{"private@example.org"}
		u.ProxyAddresses = append(u.ProxyAddresses, "smtp:alias@example.org")
		tx.PutUser(u)
		return nil
	})
	for email, want := range map[string]problem.Reason{
		"sam@fabrikam.com":            problem.None,
		"private@example.org":         problem.None, // only mentioned by somebody else
		"alias@example.org":           problem.ObjectConflict,
		"KIM@FABRIKAM.COM":            problem.ObjectConflict,
		"new@contoso.com":             problem.InviteeInTenant,
		"new@contoso.onmicrosoft.com": problem.InviteeInTenant,
		"new@sub.contoso.com":         problem.None,
		"":                            problem.InvalidProperty,
		"kim":                         problem.InvalidProperty,
		"kim@fabrikam":                problem.InvalidProperty,
		"kim@@fabrikam.com":           problem.InvalidProperty,
		".kim@fabrikam.com":           problem.InvalidProperty,
		"kim gu@fabrikam.com":         problem.InvalidProperty,
	} {
		t.Run(email, func(t *testing.T) {
			t.Parallel()
			expect(t, w.Fork(w.Snapshot()).Update(func(tx *state.Tx) error {
				_, err := directory.AddGuest(tx, w.as(w.admin), directory.GuestSpec{TenantID: w.contoso.ID, Email: email})
				return err
			}), want)
		})
	}
}

func TestGuestsOfOneNameAreNumbered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var names []string
	for _, email := range []string{"a_b@c.example", "a@b_c.example", "a+b@c.example"} {
		names = append(names, w.guest(t, email).UserPrincipalName)
	}
	want := []string{
		"a_b_c.example#EXT#@contoso.onmicrosoft.com", "a_b_c.example1#EXT#@contoso.onmicrosoft.com", "a_b_c.example2#EXT#@contoso.onmicrosoft.com",
	}
	if !slices.Equal(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
}

func TestAnAddressThatAGroupHoldsIsNoProxyAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		tx.PutGroup(state.Group{TenantID: w.contoso.ID, ID: "g", MailNickname: "kim", Mail: "kim@fabrikam.com", Unified: true})
		return nil
	})
	g := w.guest(t, "kim@fabrikam.com")
	if len(g.ProxyAddresses) != 0 {
		t.Errorf("proxy addresses %v", g.ProxyAddresses)
	}
	w.view(t, func(tx *state.Tx) {
		if _, ok := directory.PendingOf(tx, w.contoso.ID, directory.Account(w.kim)); ok {
			t.Error("a direct link finds a guest without proxy address")
		}
	})
}

func TestCompleteRedemption(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		email    string
		account  func(*world) state.Account
		identity state.Identity
	}{
		"a work account": {
			"kim@fabrikam.com", func(w *world) state.Account { return directory.Account(w.kim) },
			state.Identity{SignInType: "federated", Issuer: "ExternalAzureAD"},
		},
		"a personal account": {
			"erin@outlook.com", func(w *world) state.Account { return directory.Account(w.erin) },
			state.Identity{SignInType: "federated", Issuer: "MicrosoftAccount"},
		},
		"a one-time code": {
			"Frank@nodomain.example", func(*world) state.Account {
				return state.Account{Kind: state.HomeOTP, Address: "Frank@nodomain.example"}
			},
			state.Identity{SignInType: "federated", Issuer: "mail", IssuerAssignedID: "frank@nodomain.example"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			before := w.guest(t, c.email)
			w.now = w.now.Add(time.Hour)
			var after state.User
			redeem := func() {
				t.Helper()
				w.update(t, func(tx *state.Tx) (err error) {
					after, err = directory.CompleteRedemption(tx, before, c.account(w))
					return err
				})
			}
			redeem()
			if after.ExternalState != state.Accepted || !after.ExternalStateChangedAt.Equal(w.now) || after.ID != before.ID ||
				after.UserPrincipalName != before.UserPrincipalName || after.Mail != before.Mail || after.Type != state.Guest {
				t.Errorf("guest %+v", after)
			}
			if len(after.Identities) != 2 || after.Identities[0] != c.identity || after.Identities[1].Issuer != "contoso.onmicrosoft.com" {
				t.Errorf("identities %v", after.Identities)
			}
			w.view(t, func(tx *state.Tx) {
				if u, ok := directory.ObjectOf(tx, w.contoso.ID, c.account(w)); !ok || u.ID != before.ID {
					t.Errorf("the account's object is %q", u.ID)
				}
				if ops := operations(tx, w.contoso.ID); !slices.Contains(ops, "Redeem external user invite") {
					t.Errorf("events %v", ops)
				}
			})
			seq := after.Seq
			redeem()
			if after.Seq != seq {
				t.Error("redeeming again changed the guest")
			}
		})
	}
}

func TestCompleteRedemptionRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kim := directory.Account(w.kim)
	first := w.guest(t, "kim@fabrikam.com")
	second := w.guest(t, "kim@other.example")
	w.update(t, func(tx *state.Tx) (err error) { first, err = directory.CompleteRedemption(tx, first, kim); return err })
	for name, c := range map[string]struct {
		guest   state.User
		account state.Account
		want    problem.Reason
	}{
		"another guest is that account":     {second, kim, problem.WrongAccount},
		"the guest is another account":      {first, directory.Account(w.erin), problem.WrongAccount},
		"a member of the organisation":      {second, directory.Account(w.megan), problem.WrongAccount},
		"a pending guest is no account":     {second, directory.Account(second), problem.AccountTypeNotAllowed},
		"a member has no invitation":        {w.megan, kim, problem.AccountTypeNotAllowed},
		"the guest does not exist any more": {state.User{TenantID: w.contoso.ID, ID: "gone"}, kim, problem.UserNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, w.Fork(w.Snapshot()).Update(func(tx *state.Tx) error {
				_, err := directory.CompleteRedemption(tx, c.guest, c.account)
				return err
			}), c.want)
		})
	}
}

func TestResetRedemption(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.guest(t, "kim@fabrikam.com")
	w.update(t, func(tx *state.Tx) (err error) {
		if g, err = directory.CompleteRedemption(tx, g, directory.Account(w.kim)); err != nil {
			return err
		}
		g.OtherMails = append(slices.Clone(g.OtherMails), "erin@outlook.com")
		g, err = directory.UpdateUser(tx, w.as(w.admin), g)
		return err
	})
	w.update(t, func(tx *state.Tx) error {
		_, err := directory.ResetRedemption(tx, w.as(w.admin), g, "stranger@example.org")
		expect(t, err, problem.RedemptionAddressUnknown)
		_, err = directory.ResetRedemption(tx, w.as(w.admin), w.megan, "megan@contoso.com")
		expect(t, err, problem.RedemptionAddressUnknown)
		after, err := directory.ResetRedemption(tx, w.as(w.admin), g, "Erin@outlook.com")
		if err != nil {
			return err
		}
		if after.ID != g.ID || after.UserPrincipalName != g.UserPrincipalName || after.ExternalState != state.PendingAcceptance ||
			after.Home.Kind != state.HomeUnknown || len(after.Identities) != 1 {
			t.Errorf("guest %+v", after)
		}
		if _, ok := directory.ObjectOf(tx, w.contoso.ID, directory.Account(w.kim)); ok {
			t.Error("the old account still has the object")
		}
		if _, ok := directory.PendingOf(tx, w.contoso.ID, directory.Account(w.kim)); ok {
			t.Error("the old account may redeem again")
		}
		if p, ok := directory.PendingOf(tx, w.contoso.ID, directory.Account(w.erin)); !ok || p.ID != g.ID {
			t.Error("the new account may not redeem")
		}
		return nil
	})
}
