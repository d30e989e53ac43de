package sharing_test

import (
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// mails are the kinds and subjects of what was sent to an address.
func (w *world) mails(tx *state.Tx, to string) string {
	var list []string
	for m := range tx.MessagesTo(to) {
		list = append(list, m.Kind+": "+m.Subject)
	}
	return strings.Join(list, "\n")
}

// oneDrive is a folder of Megan's OneDrive that Lee may edit.
func (w *world) oneDrive(tx *state.Tx) drive.Place {
	w.tb.Helper()
	s, err := drive.EnsurePersonalSite(tx, w.megan)
	w.check(err)
	l, _ := drive.DefaultLibrary(tx, s)
	f, err := drive.EnsureFolder(tx, l, "Trip", state.Actor{UserID: w.megan.ID})
	w.check(err)
	at := drive.Place{Site: s, List: l, Item: f}
	_, err = w.m.Share(tx, as(w.megan), sharing.ShareRequest{At: at, Recipients: []sharing.Recipient{{Email: "lee@contoso.com"}}, Role: state.RoleWrite})
	w.check(err)
	return at
}

func TestLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	local := links.Origin{Scheme: "http", Suffix: "localhost", Port: "4365"}
	w.do(func(tx *state.Tx) {
		_, err := w.m.Share(tx, as(w.megan), sharing.ShareRequest{
			At: w.folder, Recipients: []sharing.Recipient{{Email: "kim@fabrikam.com"}, {Email: "lee@contoso.com"}}, Role: state.RoleRead, SendMail: true,
			Message: "Look at this.", Origin: local,
		})
		w.check(err)
		invited, told := w.newest(tx, "kim@fabrikam.com"), w.newest(tx, "lee@contoso.com")
		if invited.Kind != mail.SharingInvitation || !strings.Contains(invited.Text, "> Look at this.") || !strings.Contains(invited.Subject, "Megan shared \"Campaigns\"") {
			t.Errorf("invitation %+v", invited)
		}
		if want := "http://contoso.sharepoint.localhost:4365/sites/marketing/_layouts/15/acceptinvite.aspx?invitation=%7B"; !strings.HasPrefix(invited.Links[0].URL, want) {
			t.Errorf("the invitation leads to %s", invited.Links[0].URL)
		}
		if told.Kind != mail.SharingLink || told.Links[0].URL != "http://contoso.sharepoint.localhost:4365/sites/marketing/Shared%20Documents/Campaigns" {
			t.Errorf("letter %+v", told)
		}
	})
}

func TestBlindCopies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(map[string]any{"BccExternalSharingInvitations": true, "BccExternalSharingInvitationsList": "audit@contoso.com, desk@contoso.com"})
	w.do(func(tx *state.Tx) {
		w.share(tx, w.folder, "kim@fabrikam.com")
		w.share(tx, w.folder, "lee@contoso.com")
		for _, to := range []string{"audit@contoso.com", "desk@contoso.com"} {
			if got := w.mails(tx, to); strings.Count(got, "\n") != 0 || got == "" {
				t.Errorf("%s got %q", to, got)
			}
		}
	})
}

func TestOwnersAreTold(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{true, false} {
		w := newWorld(t)
		w.set(map[string]any{"NotifyOwnersWhenInvitationsAccepted": on, "NotifyOwnersWhenItemsReshared": on, "OwnerAnonymousNotification": on})
		w.do(func(tx *state.Tx) {
			trip := w.oneDrive(tx)
			w.share(tx, trip, "kim@fabrikam.com")
			w.redeem(tx, "kim@fabrikam.com", w.kim)
			_, err := w.m.Share(tx, as(w.lee), sharing.ShareRequest{At: trip, Recipients: []sharing.Recipient{{Email: "kim@fabrikam.com"}}, Role: state.RoleRead})
			w.check(err)
			_, _, err = w.m.CreateLink(tx, as(w.lee), sharing.LinkRequest{At: trip, Scope: state.LinkAnonymous, Type: "view"})
			w.check(err)
			got := w.mails(tx, "megan@contoso.com")
			for _, part := range []string{"kim@fabrikam.com accepted", "Trip was shared again", "A link for anyone"} {
				if strings.Contains(got, part) != on {
					t.Errorf("notifications %v: %q is among %q: %v", on, part, got, !on)
				}
			}
		})
	}
}

func TestAccessRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		r, err := sharing.RequestAccess(tx, as(w.lee), "", w.file, "Please", links.Origin{})
		w.check(err)
		again, err := sharing.RequestAccess(tx, as(w.lee), "", w.file, "Please!", links.Origin{})
		w.check(err)
		if again.ID != r.ID {
			t.Error("asking again is another wish")
		}
		if got := w.mails(tx, "megan@contoso.com"); !strings.Contains(got, "Lee wants to access Launch.txt") {
			t.Errorf("the owner got %q", got)
		}
		if err := w.m.DecideRequest(tx, as(w.lee), r, true, state.RoleRead, "", links.Origin{}); problem.ReasonOf(err) != problem.AccessDenied {
			t.Errorf("he lets himself in: %v", err)
		}
		w.check(w.m.DecideRequest(tx, as(w.megan), r, true, state.RoleRead, "", links.Origin{}))
		if got := w.role(tx, as(w.lee), w.file); got != state.RoleRead {
			t.Errorf("role %q", got)
		}
		for answered := range tx.AccessRequests(w.contoso.ID, w.marketing.ID) {
			if err := w.m.DecideRequest(tx, as(w.megan), answered, false, "", "", links.Origin{}); problem.ReasonOf(err) != problem.ObjectConflict {
				t.Errorf("answered twice: %v", err)
			}
		}
		outside, err := sharing.RequestAccess(tx, w.nobody(), "kim@fabrikam.com", w.file, "", links.Origin{})
		w.check(err)
		w.check(w.m.DecideRequest(tx, as(w.megan), outside, true, state.RoleRead, "", links.Origin{}))
		if got := w.mails(tx, "kim@fabrikam.com"); !strings.HasPrefix(got, mail.SharingInvitation) {
			t.Errorf("somebody from outside got %q", got)
		}
	})
	w.set(map[string]any{"ODBAccessRequests": "Off"})
	w.fails(problem.AccessDenied, func(tx *state.Tx) error {
		_, err := sharing.RequestAccess(tx, as(w.lee), "", w.oneDrive(tx), "", links.Origin{})
		return err
	})
}

func TestForward(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		list, err := w.m.Forward(tx, as(w.megan), w.file, []sharing.Recipient{{Email: "lee@contoso.com"}, {Alias: "nobody-here"}}, "Look", "Here", links.Origin{})
		w.check(err)
		if list[0].Err != nil || problem.ReasonOf(list[1].Err) != problem.RecipientUnresolved {
			t.Errorf("forwarded %+v", list)
		}
		if got := w.role(tx, as(w.lee), w.file); got != "" {
			t.Errorf("a forwarded address gives %q", got)
		}
		if got := w.mails(tx, "lee@contoso.com"); got != mail.SharingLink+": Look" {
			t.Errorf("he got %q", got)
		}
	})
	w.fails(problem.AccessDenied, func(tx *state.Tx) error {
		_, err := w.m.Forward(tx, as(w.lee), w.file, []sharing.Recipient{{Email: "megan@contoso.com"}}, "", "", links.Origin{})
		return err
	})
}

func TestUnshare(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		w.share(tx, w.folder, "lee@contoso.com")
		id := w.share(tx, w.folder, "kim@fabrikam.com").Invitation.ID
		w.link(tx, sharing.LinkRequest{At: w.folder, Scope: state.LinkAnonymous, Type: "view"})
		w.check(w.m.Unshare(tx, as(w.megan), w.folder))
		if got := w.role(tx, as(w.lee), w.folder); got != "" {
			t.Errorf("role %q", got)
		}
		for range tx.LinksOn(w.contoso.ID, w.folder.Securable()) {
			t.Error("a link is left")
		}
		if _, err := w.m.Redeem(tx, id, w.visit(w.kim)); problem.ReasonOf(err) != problem.InvitationNotFound {
			t.Errorf("the invitation: %v", err)
		}
		if got := w.role(tx, as(w.megan), w.folder); got != state.RoleOwner {
			t.Errorf("the owner has %q", got)
		}
	})
}

func TestRemovedSiteUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.guestOf()
	w.do(func(tx *state.Tx) {
		w.link(tx, sharing.LinkRequest{At: w.file, Scope: state.LinkUsers, Type: "view", Recipients: []sharing.Recipient{{ObjectID: g.ID}}})
		e, _ := tx.SiteUserByObject(w.contoso.ID, w.marketing.ID, g.ID)
		w.check(sharing.RemoveSiteUser(tx, as(w.megan), w.marketing, e))
		for _, at := range []drive.Place{w.folder, w.file} {
			if got := w.role(tx, as(g), at); got != "" {
				t.Errorf("removed from the site he has %q", got)
			}
		}
		if _, ok := tx.User(w.contoso.ID, g.ID); !ok {
			t.Error("the guest is gone from the directory")
		}
		w.share(tx, w.file, "kim@fabrikam.com")
		if got := w.role(tx, as(g), w.file); got != state.RoleRead {
			t.Errorf("shared with again he has %q", got)
		}
	})
}
