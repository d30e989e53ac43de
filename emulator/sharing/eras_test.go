package sharing_test

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

const ines = "ines@nodomain.example"

// codes is a world in era otp in which the folder and the file are shared with one address each by a link for it.
func codes(t *testing.T, address string) (w *world, folder, file state.Link) {
	t.Helper()
	w = newWorld(t)
	w.profile(state.ProfileOTP)
	w.do(func(tx *state.Tx) {
		folder, file = w.share(tx, w.folder, address).Link, w.share(tx, w.file, address).Link
		if folder.Scope != state.LinkUsers || folder.ID == file.ID || len(folder.Recipients) != 1 {
			t.Fatalf("links %+v, %+v", folder, file)
		}
		w.noGuest(tx, address)
	})
	return w, folder, file
}

func TestCodesMakeNoGuest(t *testing.T) {
	t.Parallel()
	w, folder, _ := codes(t, ines)
	open := func(v sharing.Visit) (sharing.Landing, error) {
		var l sharing.Landing
		v.Tenant = w.contoso.ID
		return l, w.st.Update(func(tx *state.Tx) (err error) {
			l, err = w.m.OpenLink(tx, folder.Token, v)
			return err
		})
	}
	if _, err := open(sharing.Visit{}); problem.ReasonOf(err) != problem.CodeRequired {
		t.Errorf("nobody: %v", err)
	}
	if _, err := open(sharing.Visit{Email: "somebody@else.example"}); problem.ReasonOf(err) != problem.AccessDenied {
		t.Errorf("another address: %v", err)
	}
	if _, err := open(sharing.Visit{Email: "Ines@Nodomain.example"}); err != nil {
		t.Errorf("the recipient: %v", err)
	}
	w.do(func(tx *state.Tx) {
		w.noGuest(tx, ines)
		who := directory.Principal{Tenant: w.contoso.ID, Email: ines}
		if got := w.role(tx, who, w.folder); got != state.RoleRead {
			t.Errorf("role by code %q", got)
		}
		if got := w.role(tx, who, drive.Place{Site: w.marketing, List: w.library}); got != "" {
			t.Errorf("role at the library %q", got)
		}
		for e := range tx.SiteUsers(w.contoso.ID, w.marketing.ID) {
			if e.Email == ines && (!e.EmailAuth || e.ObjectID != "") {
				t.Errorf("site user %+v", e)
			}
		}
	})
	w.set(map[string]any{"SharingCapability": "ExistingExternalUserSharingOnly"})
	w.do(func(tx *state.Tx) {
		if got := w.role(tx, directory.Principal{Tenant: w.contoso.ID, Email: ines}, w.folder); got != "" {
			t.Errorf("existing guests only, and a code gives %q", got)
		}
	})
}

func TestSitesAreSharedByInvitationInEraOTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile(state.ProfileOTP)
	w.do(func(tx *state.Tx) {
		if s := w.share(tx, drive.Place{Site: w.marketing}, "kim@fabrikam.com"); s.Invitation.ID == "" || s.Link.ID != "" {
			t.Errorf("shared %+v", s)
		}
	})
}

// TestCutOver is the way of 2026: a tenant with live links goes over, the old recipient is turned away until one item is
// shared again, then every earlier link works, with one guest.
func TestCutOver(t *testing.T) {
	t.Parallel()
	w, folder, file := codes(t, "kim@fabrikam.com")
	w.do(func(tx *state.Tx) {
		_, err := w.m.OpenLink(tx, folder.Token, sharing.Visit{Tenant: w.contoso.ID, Email: "kim@fabrikam.com"})
		w.check(err)
	})
	w.profile(state.ProfileB2BOnly)
	for _, v := range []sharing.Visit{{Tenant: w.contoso.ID, Email: "kim@fabrikam.com"}, w.visit(w.kim)} {
		w.fails(problem.GuestRequired, func(tx *state.Tx) error {
			_, err := w.m.OpenLink(tx, folder.Token, v)
			return err
		})
	}
	w.do(func(tx *state.Tx) {
		w.noGuest(tx, "kim@fabrikam.com")
		w.share(tx, drive.Place{Site: w.marketing, List: w.library}, "kim@fabrikam.com") // re-shared
		g, _ := w.guest(tx, "kim@fabrikam.com")
		_, err := directory.CompleteRedemption(tx, g, directory.Account(w.kim))
		w.check(err)
	})
	w.do(func(tx *state.Tx) {
		for _, l := range []state.Link{folder, file} {
			got, err := w.m.OpenLink(tx, l.Token, w.visit(w.kim))
			w.check(err)
			if got.Role != state.RoleRead {
				t.Errorf("role by the old link %q", got.Role)
			}
		}
		n := 0
		for range tx.UsersOfType(w.contoso.ID, state.Guest) {
			n++
		}
		if n != 1 {
			t.Errorf("%d guests", n)
		}
	})
}

func TestOldLinkMakesTheGuestUnderIntegration(t *testing.T) {
	t.Parallel()
	w, folder, file := codes(t, "kim@fabrikam.com")
	w.profile(state.ProfileB2B)
	w.do(func(tx *state.Tx) {
		l, err := w.m.OpenLink(tx, folder.Token, w.visit(w.kim))
		w.check(err)
		g, ok := w.guest(tx, "kim@fabrikam.com")
		if !ok || g.ExternalState != state.Accepted || l.Guest.ID != g.ID || l.Role != state.RoleRead {
			t.Errorf("guest %+v, landing %+v", g, l)
		}
		if g.InvitedBy != w.megan.ID {
			t.Errorf("made on behalf of %s", g.InvitedBy)
		}
	})
	w.do(func(tx *state.Tx) {
		_, err := w.m.OpenLink(tx, file.Token, w.visit(w.kim))
		w.check(err)
	})
}

func TestOldLinkNeedsItsMaker(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(w *world, tx *state.Tx) error{
		"gone": func(w *world, tx *state.Tx) error { return directory.DeleteUser(tx, as(w.admin), w.megan) },
		"may not invite": func(w *world, tx *state.Tx) error {
			return directory.SetAuthorization(tx, as(w.admin), w.contoso.ID, map[string]any{"allowInvitesFrom": "adminsAndGuestInviters"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, folder, _ := codes(t, "kim@fabrikam.com")
			w.profile(state.ProfileB2B)
			w.do(func(tx *state.Tx) { w.check(change(w, tx)) })
			w.fails(problem.GuestRequired, func(tx *state.Tx) error {
				_, err := w.m.OpenLink(tx, folder.Token, w.visit(w.kim))
				return err
			})
			w.do(func(tx *state.Tx) { w.noGuest(tx, "kim@fabrikam.com") })
		})
	}
}

func TestOldInvitationAfterTheCutOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var id string
	w.do(func(tx *state.Tx) { id = w.share(tx, w.folder, "kim@fabrikam.com").Invitation.ID })
	w.profile(state.ProfileB2BOnly)
	w.fails(problem.GuestRequired, func(tx *state.Tx) error {
		_, err := w.m.Redeem(tx, id, w.visit(w.kim))
		return err
	})
	w.profile(state.ProfileB2B)
	w.do(func(tx *state.Tx) {
		_, err := w.m.Redeem(tx, id, w.visit(w.kim))
		w.check(err)
	})
}

func TestTurningIntegrationOffKeepsGuests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(map[string]any{"EnableAzureADB2BIntegration": "true"})
	w.do(func(tx *state.Tx) {
		w.share(tx, w.folder, "kim@fabrikam.com")
		c, _ := tx.Tenant(w.contoso.ID)
		if !c.CutOver.Equal(w.now) {
			t.Errorf("cut over at %v", c.CutOver)
		}
	})
	w.set(map[string]any{"EnableAzureADB2BIntegration": "false"})
	w.do(func(tx *state.Tx) {
		if s := w.share(tx, w.file, "kim@fabrikam.com"); !s.Known {
			t.Errorf("the guest made meanwhile is not found: %+v", s)
		}
		w.noGuest(tx, "sam@fabrikam.com")
		w.share(tx, w.folder, "sam@fabrikam.com")
		w.noGuest(tx, "sam@fabrikam.com")
	})
}

func TestClassicLinkForPeopleInvites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var l state.Link
	w.do(func(tx *state.Tx) {
		var err error
		l, _, err = w.m.CreateLink(tx, as(w.megan), sharing.LinkRequest{
			At: w.folder, Scope: state.LinkUsers, Type: "edit", Recipients: []sharing.Recipient{{Email: "kim@fabrikam.com"}, {Email: "lee@contoso.com"}}, SendMail: true,
		})
		w.check(err)
		w.noGuest(tx, "kim@fabrikam.com")
		if got := w.role(tx, as(w.lee), w.folder); got != state.RoleWrite {
			t.Errorf("a member whom the link is for has %q", got)
		}
		if k := w.newest(tx, "kim@fabrikam.com").Kind; k != mail.SharingInvitation {
			t.Errorf("mail of kind %s", k)
		}
	})
	w.fails(problem.AccessDenied, func(tx *state.Tx) error {
		_, err := w.m.OpenLink(tx, l.Token, w.visit(w.sam))
		return err
	})
	w.do(func(tx *state.Tx) {
		landed, err := w.m.OpenLink(tx, l.Token, w.visit(w.kim)) // as good as the address in the mail
		w.check(err)
		g, ok := w.guest(tx, "kim@fabrikam.com")
		if !ok || landed.Role != state.RoleWrite || landed.Guest.ID != g.ID {
			t.Errorf("landing %+v", landed)
		}
	})
}
