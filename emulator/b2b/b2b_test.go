package b2b_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

var manager b2b.Manager

func TestInviteRefusesShapes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	change := func(f func(*b2b.Request)) b2b.Request { r := request("kim@fabrikam.com"); f(&r); return r }
	for name, c := range map[string]struct {
		request b2b.Request
		want    problem.Reason
		target  string
	}{
		"no address":              {change(func(r *b2b.Request) { r.Email = " " }), problem.MissingProperty, "invitedUserEmailAddress"},
		"no redirect":             {change(func(r *b2b.Request) { r.RedirectURL = "" }), problem.MissingProperty, "inviteRedirectUrl"},
		"a redirect that is none": {change(func(r *b2b.Request) { r.RedirectURL = "myapp" }), problem.InvalidProperty, "inviteRedirectUrl"},
		"no @":                    {change(func(r *b2b.Request) { r.Email = "kim" }), problem.InvalidProperty, "invitedUserEmailAddress"},
		"a forbidden character":   {change(func(r *b2b.Request) { r.Email = "kim+x@fabrikam.com" }), problem.InvalidProperty, "invitedUserEmailAddress"},
		"a hyphen at the end":     {change(func(r *b2b.Request) { r.Email = "kim-@fabrikam.com" }), problem.InvalidProperty, "invitedUserEmailAddress"},
		"a kind that is none":     {change(func(r *b2b.Request) { r.Type = "Friend" }), problem.InvalidProperty, "invitedUserType"},
		"a reset of nobody":       {change(func(r *b2b.Request) { r.Reset = true }), problem.MissingProperty, "invitedUser"},
		"a reset of a stranger":   {change(func(r *b2b.Request) { r.Reset, r.GuestID = true, "nobody" }), problem.UserNotFound, "nobody"},
		"an underscore and a dot": {change(func(r *b2b.Request) { r.Email = "_kim.a-b_@fabrikam.com" }), problem.None, ""},
		"from SharePoint, a plus": {change(func(r *b2b.Request) { r.Email, r.FromSharing = "kim+x@fabrikam.com", true }), problem.None, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := w.Fork(w.Snapshot()).Update(func(tx *state.Tx) error {
				_, err := manager.Invite(tx, w.as("admin@contoso.com"), c.request)
				return err
			})
			expect(t, err, c.want)
			if err != nil && problem.As(err).Target != c.target {
				t.Errorf("target %q, want %q", problem.As(err).Target, c.target)
			}
		})
	}
}

func TestOneGuestManyInvitations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.invite(t, "kim@fabrikam.com"), w.invite(t, "Kim@Fabrikam.com")
	if first.Guest.ID != second.Guest.ID || first.Invitation.ID == second.Invitation.ID || first.RedeemURL == second.RedeemURL {
		t.Errorf("first %+v\nsecond %+v", first, second)
	}
	var guest state.User
	w.update(t, func(tx *state.Tx) (err error) {
		guest, err = manager.Redeem(tx, first.Invitation, w.account("kim@fabrikam.com"))
		return err
	})
	third := w.invite(t, "kim@fabrikam.com")
	if third.Guest.ID != guest.ID || !third.Completed || second.Completed {
		t.Errorf("third %+v", third)
	}
	w.update(t, func(tx *state.Tx) error {
		for i := range tx.InvitationsOf(w.contoso.ID, guest.ID) {
			if i.RedeemedAt.IsZero() {
				t.Errorf("invitation %s is open", i.ID)
			}
		}
		return nil
	})
}

func TestOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.invite(t, "kim@fabrikam.com")
	f, ok := links.Follow(res.RedeemURL, "")
	if !ok || f.Kind != links.B2BRedemption {
		t.Fatalf("address %s leads to %+v", res.RedeemURL, f)
	}
	w.update(t, func(tx *state.Tx) error {
		i, err := manager.Open(tx, strings.ToUpper(f.Tenant), strings.ToUpper(f.ID), f.Ticket)
		if err != nil || i.ID != res.Invitation.ID {
			t.Errorf("opened %s, %v", i.ID, err)
		}
		for _, bad := range [][3]string{{f.Tenant, f.ID, "x"}, {f.Tenant, "x", f.Ticket}, {w.fabrikam.ID, f.ID, f.Ticket}} {
			_, err = manager.Open(tx, bad[0], bad[1], bad[2])
			expect(t, err, problem.InvitationNotFound)
		}
		if err := directory.DeleteUser(tx, w.as("admin@contoso.com"), res.Guest); err != nil {
			return err
		}
		_, err = manager.Open(tx, f.Tenant, f.ID, f.Ticket)
		expect(t, err, problem.InvitationNotFound)
		return nil
	})
	w.now = w.now.Add(20 * 365 * 24 * time.Hour)
	other := w.invite(t, "sam@fabrikam.com")
	w.now = w.now.Add(20 * 365 * 24 * time.Hour)
	w.update(t, func(tx *state.Tx) error {
		_, err := manager.Open(tx, w.contoso.ID, other.Invitation.ID, other.Invitation.Ticket)
		expect(t, err, problem.None) // an invitation never expires
		return nil
	})
}

func TestRedeem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		kim := w.people["kim@fabrikam.com"]
		kim.ProxyAddresses = append(slices.Clone(kim.ProxyAddresses), "smtp:akers@fabrikam.com")
		w.people["kim@fabrikam.com"] = tx.PutUser(kim)
		return nil
	})
	start := w.Snapshot()
	for name, c := range map[string]struct {
		invited string
		account state.Account
		policy  string
		want    problem.Reason
	}{
		"a work account":                        {"kim@fabrikam.com", w.account("kim@fabrikam.com"), "", problem.None},
		"in another spelling":                   {"KIM@fabrikam.COM", w.account("kim@fabrikam.com"), "", problem.None},
		"under an alias":                        {"akers@fabrikam.com", w.account("kim@fabrikam.com"), "", problem.None},
		"a personal account":                    {"erin@outlook.com", w.account("erin@outlook.com"), "", problem.None},
		"a one-time code":                       {frank, w.account(frank), "", problem.None},
		"a code of an unknown work address":     {"nobody@fabrikam.com", state.Account{Kind: state.HomeOTP, Address: "nobody@fabrikam.com"}, "", problem.None},
		"somebody else of the organisation":     {"kim@fabrikam.com", w.account("sam@fabrikam.com"), "", problem.WrongAccount},
		"a personal account for a work address": {"kim@fabrikam.com", w.account("erin@outlook.com"), "", problem.WrongAccount},
		"a member of the inviting organisation": {"kim@fabrikam.com", w.account("megan@contoso.com"), "", problem.WrongAccount},
		"a code for somebody with an account":   {"kim@fabrikam.com", state.Account{Kind: state.HomeOTP, Address: "kim@fabrikam.com"}, "", problem.AccountTypeNotAllowed},
		"nobody at all":                         {"kim@fabrikam.com", state.Account{}, "", problem.WrongAccount},
		"a domain blocked since":                {"kim@fabrikam.com", w.account("kim@fabrikam.com"), "fabrikam blocked", problem.InviteDomainBlocked},
		"a domain not allowed since":            {frank, w.account(frank), "fabrikam allowed", problem.InviteDomainBlocked},
		"inbound blocked since":                 {"kim@fabrikam.com", w.account("kim@fabrikam.com"), "inbound blocked", problem.CrossTenantBlocked},
		"outbound blocked since":                {"kim@fabrikam.com", w.account("kim@fabrikam.com"), "outbound blocked", problem.OutboundBlocked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redeem := func(s *state.Store, first bool) error {
				return s.Update(func(tx *state.Tx) error {
					res, err := manager.Invite(tx, w.as("admin@contoso.com"), request(c.invited))
					if err != nil {
						return err
					}
					if first { // redeemed before the setting changed: untouched by it
						if _, err = manager.Redeem(tx, res.Invitation, c.account); err != nil {
							return err
						}
					}
					for _, p := range policies {
						if p.name == c.policy {
							if err := p.set(tx, w); err != nil {
								return err
							}
						}
					}
					guest, err := manager.Redeem(tx, res.Invitation, c.account)
					if err == nil && (guest.ExternalState != state.Accepted || guest.ID != res.Guest.ID) {
						t.Errorf("guest %+v", guest)
					}
					return err
				})
			}
			expect(t, redeem(w.Fork(start), false), c.want)
			if c.policy != "" {
				expect(t, redeem(w.Fork(start), true), problem.None)
			}
		})
	}
}

func TestResetRedemption(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.invite(t, "kim@fabrikam.com")
	w.update(t, func(tx *state.Tx) error {
		g, err := manager.Redeem(tx, res.Invitation, w.account("kim@fabrikam.com"))
		if err != nil {
			return err
		}
		g.OtherMails = append(slices.Clone(g.OtherMails), "erin@outlook.com")
		_, err = directory.UpdateUser(tx, w.as("admin@contoso.com"), g)
		return err
	})
	reset := func(email string) b2b.Request {
		r := request(email)
		r.Reset, r.GuestID = true, res.Guest.ID
		return r
	}
	app := directory.Principal{Tenant: w.contoso.ID, AppID: "app", ServicePrincipalID: "sp"}
	start := w.Snapshot()
	for name, c := range map[string]struct {
		by     directory.Principal
		email  string
		role   bool
		opened string
		want   problem.Reason
	}{
		"to the same address":                       {w.as("admin@contoso.com"), "kim@fabrikam.com", false, "kim@fabrikam.com", problem.None},
		"to another of his addresses":               {w.as("admin@contoso.com"), "erin@outlook.com", false, "erin@outlook.com", problem.None},
		"to an address that he does not have":       {w.as("admin@contoso.com"), "sam@fabrikam.com", false, "", problem.RedemptionAddressUnknown},
		"by a member":                               {w.as("megan@contoso.com"), "kim@fabrikam.com", false, "", problem.InsufficientRights},
		"by a guest inviter":                        {w.as("inviter@contoso.com"), "kim@fabrikam.com", false, "", problem.InsufficientRights},
		"by an application":                         {app, "kim@fabrikam.com", false, "kim@fabrikam.com", problem.None},
		"by an application, the guest has a role":   {app, "kim@fabrikam.com", true, "", problem.InsufficientRights},
		"by an administrator, the guest has a role": {w.as("admin@contoso.com"), "kim@fabrikam.com", true, "kim@fabrikam.com", problem.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, w.Fork(start).Update(func(tx *state.Tx) error {
				if c.role {
					if _, err := directory.AssignRole(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, directory.DirectoryReaders, res.Guest.ID); err != nil {
						return err
					}
				}
				again, err := manager.Invite(tx, c.by, reset(c.email))
				if err != nil {
					return err
				}
				if again.Guest.ID != res.Guest.ID || again.Completed || again.Guest.UserPrincipalName != res.Guest.UserPrincipalName {
					t.Errorf("result %+v", again)
				}
				_, err = manager.Redeem(tx, again.Invitation, w.account(c.opened))
				return err
			}), c.want)
		})
	}
}

func TestAutomaticRedemption(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		for _, c := range []struct{ tenant, partner, side string }{
			{w.contoso.ID, w.fabrikam.ID, "inboundAllowed"}, {w.fabrikam.ID, w.contoso.ID, "outboundAllowed"},
		} {
			if err := directory.SetCrossTenantPartner(tx, directory.SystemPrincipal(c.tenant), c.tenant, c.partner,
				map[string]any{"automaticUserConsentSettings": map[string]any{c.side: true}}); err != nil {
				return err
			}
		}
		return nil
	})
	if res := w.invite(t, "kim@fabrikam.com"); !res.Completed || res.Guest.ExternalState != state.Accepted ||
		directory.Account(res.Guest) != w.account("kim@fabrikam.com") {
		t.Errorf("result %+v", res)
	}
	if res := w.invite(t, "erin@outlook.com"); res.Completed {
		t.Errorf("a personal account belongs to no organisation: %+v", res)
	}
}

func TestTheMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := directory.Principal{Tenant: w.contoso.ID, AppID: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", ServicePrincipalID: "sp"}
	for name, c := range map[string]struct {
		by      directory.Principal
		message state.InvitationMessage
		words   []string
		not     []string
	}{
		"plain":                       {w.as("admin@contoso.com"), state.InvitationMessage{}, []string{"The admin@contoso.com", "contoso"}, nil},
		"in the inviter's words":      {w.as("admin@contoso.com"), state.InvitationMessage{Body: "Welcome to the project."}, []string{"> Welcome to the project."}, nil},
		"in German":                   {w.as("admin@contoso.com"), state.InvitationMessage{Language: "de-AT"}, []string{"Einladung annehmen"}, []string{"Accept invitation"}},
		"own words end the language":  {w.as("admin@contoso.com"), state.InvitationMessage{Language: "de-DE", Body: "Hallo."}, []string{"Accept invitation", "> Hallo."}, []string{"Einladung"}},
		"a language that is not here": {w.as("admin@contoso.com"), state.InvitationMessage{Language: "xx"}, []string{"Accept invitation"}, nil},
		"an application has no words": {app, state.InvitationMessage{Body: "Welcome."}, []string{"contoso"}, []string{"Welcome."}},
		"with a copy":                 {w.as("admin@contoso.com"), state.InvitationMessage{CCName: "Megan", CCAddress: "megan@contoso.com"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := w.Fork(w.Snapshot()).Update(func(tx *state.Tx) error {
				r := request("kim@fabrikam.com")
				r.Send, r.Message = true, c.message
				res, err := manager.Invite(tx, c.by, r)
				if err != nil {
					return err
				}
				all := slices.Collect(tx.MessagesTo("kim@fabrikam.com"))
				if len(all) != 1 {
					t.Fatalf("%d messages", len(all))
				}
				m := all[0]
				if len(m.Links) != 1 || m.Links[0].URL != res.RedeemURL || m.Kind != "b2b-invitation" || m.TenantID != w.contoso.ID {
					t.Errorf("message %+v", m)
				}
				for _, s := range c.words {
					if !strings.Contains(m.Text, s) {
						t.Errorf("%q is missing in\n%s", s, m.Text)
					}
				}
				for _, s := range c.not {
					if strings.Contains(m.Text, s) {
						t.Errorf("%q is in\n%s", s, m.Text)
					}
				}
				if copies := slices.Collect(tx.MessagesTo("megan@contoso.com")); (len(copies) == 1) != (c.message.CCAddress != "") {
					t.Errorf("%d copies", len(copies))
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestMailIsSentWhenAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.invite(t, "kim@fabrikam.com")
	w.update(t, func(tx *state.Tx) error {
		guest, address, err := manager.InviteToShare(tx, w.as("admin@contoso.com"), "sam@fabrikam.com", "https://contoso.sharepoint.com/x", links.Origin{})
		if err != nil || guest.ExternalState != state.PendingAcceptance || address == "" {
			t.Errorf("guest %+v, address %q, %v", guest, address, err)
		}
		if n := len(slices.Collect(tx.Messages())); n != 0 {
			t.Errorf("%d messages that nobody asked for", n)
		}
		return nil
	})
}

func TestTheAuditTellsWhoInvitedWhom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.invite(t, "kim@fabrikam.com")
	w.update(t, func(tx *state.Tx) error {
		if _, err := manager.Redeem(tx, res.Invitation, w.account("kim@fabrikam.com")); err != nil {
			return err
		}
		found := map[string]state.Event{}
		for e := range tx.Events(w.contoso.ID) {
			found[e.Operation] = e
		}
		e := found["Invite external user"]
		if e.Service != "Invited Users" || e.Actor.UserID != w.people["admin@contoso.com"].ID || e.Targets[0].ID != res.Guest.ID {
			t.Errorf("event %+v", e)
		}
		if e = found["Redeem external user invite"]; e.Service != "Invited Users" || e.Actor.UserID != res.Guest.ID {
			t.Errorf("event %+v", e)
		}
		return nil
	})
}

func TestSponsors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		r := request("kim@fabrikam.com")
		r.Sponsors = []string{w.people["megan@contoso.com"].ID}
		res, err := manager.Invite(tx, w.as("admin@contoso.com"), r)
		if err != nil || !slices.Equal(res.Guest.SponsorIDs, r.Sponsors) {
			t.Errorf("sponsors %v, %v", res.Guest.SponsorIDs, err)
		}
		r = request("sam@fabrikam.com")
		r.Sponsors = []string{"nobody"}
		_, err = manager.Invite(tx, w.as("admin@contoso.com"), r)
		expect(t, err, problem.ObjectNotFound)
		return nil
	})
	if res := w.invite(t, "sam@fabrikam.com"); !slices.Equal(res.Guest.SponsorIDs, []string{w.people["admin@contoso.com"].ID}) {
		t.Errorf("without a word the inviter sponsors: %v", res.Guest.SponsorIDs)
	}
}
