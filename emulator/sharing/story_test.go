package sharing_test

import (
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestClassicGuestAppearsAtRedemption(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		s := w.share(tx, w.folder, "kim@fabrikam.com")
		if s.Known || s.Permission.To != state.ToInvitee || s.InvitationURL == "" {
			t.Errorf("shared: %+v", s)
		}
	})
	w.do(func(tx *state.Tx) {
		w.noGuest(tx, "kim@fabrikam.com")
		for e := range tx.SiteUsers(w.contoso.ID, w.marketing.ID) {
			if strings.Contains(e.LoginName, "kim") {
				t.Errorf("the site knows %s before redemption", e.LoginName)
			}
		}
		l := w.redeem(tx, "kim@fabrikam.com", w.kim)
		g, ok := w.guest(tx, "kim@fabrikam.com")
		if !ok || g.ExternalState != state.Accepted || g.Type != state.Guest || l.Guest.ID != g.ID {
			t.Fatalf("guest %+v, landing %+v", g, l)
		}
		if got := w.role(tx, as(g), w.folder); got != state.RoleRead {
			t.Errorf("role at the folder %q", got)
		}
		if got := w.role(tx, as(g), drive.Place{Site: w.marketing, List: w.library}); got != "" {
			t.Errorf("role at the library %q", got)
		}
		if got := w.role(tx, as(g), w.file); got != state.RoleRead {
			t.Errorf("role below the folder %q", got)
		}
	})
	w.do(func(tx *state.Tx) {
		l := w.redeem(tx, "kim@fabrikam.com", w.kim) // again
		if l.Guest.UserPrincipalName != "kim_fabrikam.com#EXT#@contoso.onmicrosoft.com" {
			t.Errorf("landed as %s", l.Guest.UserPrincipalName)
		}
		ops := w.operations(tx)
		for _, want := range []string{"SharingInvitationCreated", "SharingInvitationAccepted SharingSet"} {
			if !strings.Contains(ops, want) {
				t.Errorf("%q is not among %s", want, ops)
			}
		}
	})
}

func TestSecondSiteInvitesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var other state.Site
	w.do(func(tx *state.Tx) {
		other = w.site(tx, "launch", state.ExternalUserAndGuestSharing)
		a, b := w.share(tx, w.folder, "kim@fabrikam.com"), w.share(tx, drive.Place{Site: other}, "kim@fabrikam.com")
		if a.Invitation.ID == b.Invitation.ID || a.InvitationURL == b.InvitationURL {
			t.Errorf("one invitation for two sites: %s", a.InvitationURL)
		}
		l, err := w.m.Redeem(tx, a.Invitation.ID, w.visit(w.kim))
		w.check(err)
		if got := w.role(tx, as(l.Guest), drive.Place{Site: other}); got != "" {
			t.Errorf("the first redemption gives %q at the second site", got)
		}
		again, err := w.m.Redeem(tx, b.Invitation.ID, w.visit(w.kim))
		w.check(err)
		if again.Guest.ID != l.Guest.ID {
			t.Errorf("two guests: %s and %s", l.Guest.ID, again.Guest.ID)
		}
		if got := w.role(tx, as(l.Guest), drive.Place{Site: other}); got != state.RoleRead {
			t.Errorf("role at the second site %q", got)
		}
		third := w.share(tx, w.file, "kim@fabrikam.com")
		if !third.Known || third.Permission.To != state.ToUser {
			t.Errorf("a redeemed guest is not found: %+v", third)
		}
	})
}

func TestRedemptionByAnotherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		w.share(tx, w.folder, "kim@fabrikam.com")
		l := w.redeem(tx, "kim@fabrikam.com", w.sam)
		if l.Guest.Mail != "sam@fabrikam.com" {
			t.Errorf("the guest is %s", l.Guest.Mail)
		}
		w.noGuest(tx, "kim@fabrikam.com")
		for i := range tx.SharingInvitations(w.contoso.ID) {
			if i.Email != "kim@fabrikam.com" || i.AcceptedAs != "sam@fabrikam.com" {
				t.Errorf("invited as %s, accepted as %s", i.Email, i.AcceptedAs)
			}
		}
	})
	w.fails(problem.InvitationRedeemed, func(tx *state.Tx) error {
		_, err := w.m.Redeem(tx, w.followed(tx, "kim@fabrikam.com", mail.SharingInvitation).ID, w.visit(w.kim))
		return err
	})
}

func TestAccountMustMatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(map[string]any{"RequireAcceptingAccountMatchInvitedAccount": "true"})
	var id string
	w.do(func(tx *state.Tx) { id = w.share(tx, w.folder, "kim@fabrikam.com").Invitation.ID })
	setting := w.target(problem.WrongAccount, func(tx *state.Tx) error {
		_, err := w.m.Redeem(tx, id, w.visit(w.sam))
		return err
	})
	if setting != "RequireAcceptingAccountMatchInvitedAccount" {
		t.Errorf("target %s", setting)
	}
	w.do(func(tx *state.Tx) { w.redeem(tx, "kim@fabrikam.com", w.kim) }) // the attempt has not used it up
}

func TestInvitationsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var id string
	w.do(func(tx *state.Tx) { id = w.share(tx, w.folder, "kim@fabrikam.com").Invitation.ID })
	w.now = w.now.AddDate(0, 0, 91)
	w.fails(problem.InvitationExpired, func(tx *state.Tx) error {
		_, err := w.m.Redeem(tx, id, w.visit(w.kim))
		return err
	})
	w.do(func(tx *state.Tx) {
		_, err := w.m.Resend(tx, as(w.megan), id, links.Origin{})
		w.check(err)
	})
	w.do(func(tx *state.Tx) { w.redeem(tx, "kim@fabrikam.com", w.kim) })
	w.do(func(tx *state.Tx) { id = w.share(tx, w.folder, "sam@fabrikam.com").Invitation.ID })
	w.do(func(tx *state.Tx) { w.check(w.m.Withdraw(tx, as(w.megan), id)) })
	w.fails(problem.InvitationNotFound, func(tx *state.Tx) error {
		_, err := w.m.Redeem(tx, id, w.visit(w.sam))
		return err
	})
}

func TestIntegrationAsksTheOtherManager(t *testing.T) {
	t.Parallel()
	for _, p := range []state.Profile{state.ProfileB2B, state.ProfileB2BOnly} {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile(p)
			if p == state.ProfileB2BOnly {
				w.set(map[string]any{"EnableAzureADB2BIntegration": false}) // has no effect
			}
			w.do(func(tx *state.Tx) {
				s := w.share(tx, w.folder, "kim@fabrikam.com")
				g, ok := w.guest(tx, "kim@fabrikam.com")
				if !ok || g.ExternalState != state.PendingAcceptance || s.User.ID != g.ID {
					t.Fatalf("guest %+v", g)
				}
				again := w.share(tx, w.file, "kim@fabrikam.com")
				if again.User.ID != g.ID {
					t.Errorf("a second guest: %s", again.User.ID)
				}
			})
			w.do(func(tx *state.Tx) {
				f := w.first(tx, "kim@fabrikam.com", mail.B2BInvitation)
				i, err := b2b.Manager{}.Open(tx, f.Tenant, f.ID, f.Ticket)
				w.check(err)
				g, err := b2b.Manager{}.Redeem(tx, i, directory.Account(w.kim))
				w.check(err)
				if got := w.role(tx, as(g), w.folder); got != state.RoleRead {
					t.Errorf("role %q", got)
				}
			})
		})
	}
}

func TestNobodyMayInvite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		w.check(directory.SetAuthorization(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, map[string]any{"allowInvitesFrom": "none"}))
		w.share(tx, w.folder, "kim@fabrikam.com") // the setting does not stop SharePoint's own manager
	})
	w.profile(state.ProfileB2B)
	w.do(func(tx *state.Tx) {
		list, err := w.m.Share(tx, as(w.megan), sharing.ShareRequest{At: w.folder, Recipients: []sharing.Recipient{{Email: "sam@fabrikam.com"}}, Role: state.RoleRead})
		w.check(err)
		if problem.ReasonOf(list[0].Err) != problem.InvitesNotAllowed {
			t.Errorf("got %v", list[0].Err)
		}
		w.noGuest(tx, "sam@fabrikam.com")
	})
}

func TestDeletingTheGuestEndsAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var g state.User
	w.do(func(tx *state.Tx) {
		w.share(tx, w.folder, "kim@fabrikam.com")
		g = w.redeem(tx, "kim@fabrikam.com", w.kim).Guest
		w.share(tx, drive.Place{Site: w.marketing}, "kim@fabrikam.com")
	})
	w.do(func(tx *state.Tx) { w.check(directory.DeleteUser(tx, as(w.admin), g)) })
	w.do(func(tx *state.Tx) {
		if got := w.role(tx, as(g), w.folder); got != "" {
			t.Errorf("a deleted guest has %q", got)
		}
		if e, ok := tx.SiteUserByObject(w.contoso.ID, w.marketing.ID, g.ID); !ok || e.Removed {
			t.Error("the site's user list forgot the deleted guest")
		}
		w.check(directory.PurgeUser(tx, as(w.admin), g))
		made, err := b2b.Manager{}.Invite(tx, as(w.admin), b2b.Request{Email: "kim@fabrikam.com", RedirectURL: "https://example.com/"})
		w.check(err)
		a := sharing.AccessTo(tx, as(made.Guest), w.folder)
		if a.Role != "" {
			t.Errorf("a recreated guest has %q", a.Role)
		}
		list, err := w.m.Share(tx, as(w.megan), sharing.ShareRequest{At: w.folder, Recipients: []sharing.Recipient{{Email: "kim@fabrikam.com"}}, Role: state.RoleRead})
		w.check(err)
		if problem.ReasonOf(list[0].Err) != problem.GuestIDMismatch {
			t.Errorf("the recreated guest met %v", list[0].Err)
		}
	})
}

func TestRemovingOnePermissionEndsOnlyThat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		other := drive.Place{Site: w.site(tx, "launch", state.ExternalUserAndGuestSharing)}
		w.share(tx, w.folder, "kim@fabrikam.com")
		g := w.redeem(tx, "kim@fabrikam.com", w.kim).Guest
		w.share(tx, other, "kim@fabrikam.com")
		grants := sharing.Grants(tx, as(w.megan), w.folder)
		for _, one := range grants {
			if one.Permission.ObjectID == g.ID {
				w.check(w.m.RemovePermission(tx, as(w.megan), w.folder, one.ID))
			}
		}
		if here, there := w.role(tx, as(g), w.folder), w.role(tx, as(g), other); here != "" || there != state.RoleRead {
			t.Errorf("roles %q and %q", here, there)
		}
	})
}
