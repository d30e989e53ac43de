package directory_test

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestDiscover(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		kim := w.kim
		kim.ProxyAddresses = append(kim.ProxyAddresses, "smtp:akers@fabrikam.com")
		kim.OtherMails = []string{"kim@private.example"}
		w.kim = tx.PutUser(kim)
		addUser(t, tx, state.Tenant{ID: state.ConsumersTenantID}, "megan@contoso.com")
		return nil
	})
	for address, want := range map[string]struct {
		kind     state.HomeKind
		object   string
		unknown  bool
		personal bool
	}{
		"kim@fabrikam.com":    {kind: state.HomeEntra, object: w.kim.ID},
		"KIM@Fabrikam.COM":    {kind: state.HomeEntra, object: w.kim.ID},
		"akers@fabrikam.com":  {kind: state.HomeEntra, object: w.kim.ID},
		"kim@private.example": {kind: state.HomeOTP}, // another mail is no name to sign in with
		"erin@outlook.com":    {kind: state.HomeMicrosoft, object: w.erin.ID},
		"megan@contoso.com":   {kind: state.HomeEntra, object: w.megan.ID, personal: true},
		"nobody@fabrikam.com": {kind: state.HomeOTP, unknown: true},
		"nobody@example.org":  {kind: state.HomeOTP},
		"no address":          {kind: state.HomeOTP},
	} {
		w.view(t, func(tx *state.Tx) {
			f := directory.Discover(tx, address)
			if f.Kind != want.kind || f.Account.ObjectID != want.object || f.Unknown != want.unknown || (f.AlsoPersonal != nil) != want.personal {
				t.Errorf("%s: %+v, want %+v", address, f, want)
			}
			if want.kind != state.HomeOTP && (f.Tenant.ID != f.Account.TenantID || f.User.ID != want.object) {
				t.Errorf("%s: tenant %s, user %s do not belong to the account %+v", address, f.Tenant.ID, f.User.ID, f.Account)
			}
		})
	}
}

func TestObjectsOfAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.guest(t, "Kim@fabrikam.com")
	kim := directory.Account(w.kim)
	w.view(t, func(tx *state.Tx) {
		if _, ok := directory.ObjectOf(tx, w.contoso.ID, kim); ok {
			t.Error("a pending guest is nobody's object yet")
		}
		if p, ok := directory.PendingOf(tx, w.contoso.ID, kim); !ok || p.ID != guest.ID {
			t.Errorf("pending %s, %v", p.ID, ok)
		}
		if u, ok := directory.ObjectOf(tx, w.fabrikam.ID, kim); !ok || u.ID != w.kim.ID {
			t.Errorf("at home %s, %v", u.ID, ok)
		}
		if got := directory.Account(guest); got != (state.Account{Kind: state.HomeUnknown, Address: "kim@fabrikam.com"}) {
			t.Errorf("a pending guest's account %+v", got)
		}
	})
	w.update(t, func(tx *state.Tx) (err error) { guest, err = directory.CompleteRedemption(tx, guest, kim); return err })
	w.view(t, func(tx *state.Tx) {
		if u, ok := directory.ObjectOf(tx, w.contoso.ID, kim); !ok || u.ID != guest.ID {
			t.Errorf("after redemption %s, %v", u.ID, ok)
		}
		if _, ok := directory.PendingOf(tx, w.contoso.ID, kim); ok {
			t.Error("nobody is pending any more")
		}
		if directory.Account(guest) != kim {
			t.Errorf("the guest's account %+v is not his account at home", directory.Account(guest))
		}
	})
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.guest(t, "kim@fabrikam.com")
	disabled := w.megan
	disabled.AccountEnabled = false
	for name, c := range map[string]struct {
		user     state.User
		password string
		want     problem.Reason
	}{
		"right":                       {w.megan, "secret", problem.None},
		"wrong":                       {w.megan, "Secret", problem.BadToken},
		"empty":                       {state.User{ID: "x"}, "", problem.BadToken},
		"nobody":                      {state.User{}, "secret", problem.UserNotFound},
		"a guest signs in elsewhere":  {guest, "", problem.UserNotFound},
		"disabled, right":             {disabled, "secret", problem.UserDisabled},
		"disabled, wrong: not a word": {disabled, "x", problem.BadToken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, directory.CheckPassword(c.user, c.password), c.want)
		})
	}
}
