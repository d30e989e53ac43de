package sharing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// world is Contoso, which shares, Fabrikam, and people with accounts of their own. The clock is the test's.
type world struct {
	tb  testing.TB
	st  *state.Store
	now time.Time
	m   sharing.Manager

	contoso, fabrikam state.Tenant
	admin, megan, lee state.User // of Contoso
	kim, sam          state.User // of Fabrikam, guests nowhere
	erin              state.User // a personal account

	marketing, intranet state.Site
	library             state.List // of marketing
	folder, file        drive.Place
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{tb: tb, now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), m: sharing.Manager{B2B: b2b.Manager{}}}
	w.st = state.New(state.Options{Now: func() time.Time { return w.now }, Seed: 7})
	w.do(func(tx *state.Tx) {
		directory.AddConsumers(tx)
		w.contoso, w.fabrikam = w.tenant(tx, "contoso"), w.tenant(tx, "fabrikam")
		w.admin, w.megan, w.lee = w.user(tx, w.contoso.ID, "admin@contoso.com"), w.user(tx, w.contoso.ID, "megan@contoso.com"), w.user(tx, w.contoso.ID, "lee@contoso.com")
		w.kim, w.sam = w.user(tx, w.fabrikam.ID, "kim@fabrikam.com"), w.user(tx, w.fabrikam.ID, "sam@fabrikam.com")
		w.erin = w.user(tx, state.ConsumersTenantID, "erin@outlook.com")
		_, err := directory.AssignRole(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, directory.GlobalAdministrator, w.admin.ID)
		w.check(err)
		w.marketing, w.intranet = w.site(tx, "marketing", state.ExternalUserAndGuestSharing), w.site(tx, "intranet", state.SharingDisabled)
		w.library, _ = drive.DefaultLibrary(tx, w.marketing)
		by := state.Actor{UserID: w.megan.ID, Name: w.megan.DisplayName, Email: w.megan.Mail}
		f, err := drive.EnsureFolder(tx, w.library, "Campaigns", by)
		w.check(err)
		content, err := drive.NewContent(strings.NewReader("The launch is in spring.\n"), 0)
		w.check(err)
		launch, _, err := drive.PutFile(tx, w.library, f, drive.FileSpec{Name: "Launch.txt", Content: content, By: by})
		w.check(err)
		w.folder = drive.Place{Site: w.marketing, List: w.library, Item: f}
		w.file = drive.Place{Site: w.marketing, List: w.library, Item: launch}
	})
	return w
}

func (w *world) check(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// do runs f in a transaction that stays.
func (w *world) do(f func(tx *state.Tx)) {
	w.tb.Helper()
	w.check(w.st.Update(func(tx *state.Tx) error { f(tx); return nil }))
}

// fails expects a problem of that reason; nothing of f stays.
func (w *world) fails(want problem.Reason, f func(tx *state.Tx) error) {
	w.tb.Helper()
	_ = w.target(want, f)
}

// target is fails, and returns what the problem names.
func (w *world) target(want problem.Reason, f func(tx *state.Tx) error) string {
	w.tb.Helper()
	err := w.st.Update(f)
	if err == nil || problem.ReasonOf(err) != want {
		w.tb.Fatalf("got %v, want %v", err, want)
	}
	return problem.As(err).Target
}

func (w *world) tenant(tx *state.Tx, name string) state.Tenant {
	w.tb.Helper()
	t, err := directory.AddTenant(tx, state.Tenant{
		DisplayName: name, InitialDomain: name + ".onmicrosoft.com", Domains: []state.Domain{{Name: name + ".com", Default: true}},
	})
	w.check(err)
	return t
}

func (w *world) user(tx *state.Tx, tenant, upn string) state.User {
	w.tb.Helper()
	name, _, _ := strings.Cut(upn, "@")
	u, err := directory.AddUser(tx, directory.SystemPrincipal(tenant), state.User{
		TenantID: tenant, UserPrincipalName: upn, Mail: upn, DisplayName: strings.ToUpper(name[:1]) + name[1:], AccountEnabled: true, Password: "secret",
	})
	w.check(err)
	return u
}

// site is a team site that Megan owns.
func (w *world) site(tx *state.Tx, name string, level state.SharingCapability) state.Site {
	w.tb.Helper()
	s, err := drive.AddSite(tx, drive.SiteSpec{TenantID: w.contoso.ID, Path: "/sites/" + name, Title: name, Capability: &level, By: state.Actor{UserID: w.megan.ID}})
	w.check(err)
	if _, ok := tx.SiteUserByObject(s.TenantID, s.ID, w.megan.ID); !ok {
		w.check(drive.AddToSite(tx, s, drive.SiteOwners, w.megan))
	}
	s, _ = tx.Site(s.TenantID, s.ID)
	return s
}

func as(u state.User) directory.Principal { return directory.Principal{Tenant: u.TenantID, User: u} }

// set changes tenant properties.
func (w *world) set(properties map[string]any) {
	w.tb.Helper()
	w.do(func(tx *state.Tx) {
		w.check(sharing.SetTenant(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, properties))
	})
}

func (w *world) profile(p state.Profile) {
	w.tb.Helper()
	w.do(func(tx *state.Tx) { w.check(sharing.SetProfile(tx, w.contoso.ID, p)) })
}

// share has Megan share a place with one address, in view.
func (w *world) share(tx *state.Tx, at drive.Place, to string) sharing.Shared {
	w.tb.Helper()
	list, err := w.m.Share(tx, as(w.megan), sharing.ShareRequest{
		At: at, Recipients: []sharing.Recipient{{Email: to}}, Role: state.RoleRead, RequireSignIn: true, SendMail: true,
	})
	w.check(err)
	w.check(list[0].Err)
	return list[0]
}

// guest returns the guest of an address in Contoso.
func (w *world) guest(tx *state.Tx, address string) (state.User, bool) {
	return directory.GuestOf(tx, w.contoso.ID, address)
}

func (w *world) noGuest(tx *state.Tx, address string) {
	w.tb.Helper()
	if u, ok := w.guest(tx, address); ok {
		w.tb.Fatalf("the directory has a guest %s (%s)", address, u.ExternalState)
	}
}

func (w *world) visit(u state.User) sharing.Visit {
	return sharing.Visit{Tenant: w.contoso.ID, Account: directory.Account(u)}
}

// newest is the newest mail to an address.
func (w *world) newest(tx *state.Tx, to string) state.Message {
	w.tb.Helper()
	var m state.Message
	for found := range tx.MessagesTo(to) {
		m = found
	}
	if m.ID == "" {
		w.tb.Fatalf("there is no mail to %s", to)
	}
	return m
}

// followed is the link of a kind in the newest mail to an address, taken apart.
func (w *world) followed(tx *state.Tx, to, kind string) links.Followed {
	w.tb.Helper()
	m := w.newest(tx, to)
	for _, l := range m.Links {
		if l.Kind == kind {
			f, ok := links.Follow(l.URL, "")
			if !ok {
				w.tb.Fatalf("%s leads nowhere", l.URL)
			}
			return f
		}
	}
	w.tb.Fatalf("the mail %q has no link of kind %s", m.Subject, kind)
	return links.Followed{}
}

// redeem follows SharePoint's own invitation in the newest mail.
func (w *world) redeem(tx *state.Tx, to string, u state.User) sharing.Landing {
	w.tb.Helper()
	l, err := w.m.Redeem(tx, w.followed(tx, to, mail.SharingInvitation).ID, w.visit(u))
	w.check(err)
	return l
}

func (w *world) role(tx *state.Tx, who directory.Principal, at drive.Place) state.Role {
	return sharing.AccessTo(tx, who, at).Role
}

// operations are the tenant's audited operations so far.
func (w *world) operations(tx *state.Tx) string {
	var list []string
	for e := range tx.Events(w.contoso.ID) {
		list = append(list, e.Operation)
	}
	return strings.Join(list, " ")
}

// first is the first link of a kind in any mail to an address, taken apart.
func (w *world) first(tx *state.Tx, to, kind string) links.Followed {
	w.tb.Helper()
	for m := range tx.MessagesTo(to) {
		for _, l := range m.Links {
			if f, ok := links.Follow(l.URL, ""); ok && l.Kind == kind {
				return f
			}
		}
	}
	w.tb.Fatalf("no mail to %s has a link of kind %s", to, kind)
	return links.Followed{}
}

// nobody is a visitor whom the tenant does not know.
func (w *world) nobody() directory.Principal { return directory.Principal{Tenant: w.contoso.ID} }
