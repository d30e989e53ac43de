package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// everyWay tells a story in both directions, in light and in dark, and once without scripts.
func everyWay(t *testing.T, story func(*walk)) {
	t.Helper()
	for name, d := range directions {
		for _, l := range []look{{}, {dark: true}, {scriptless: true}} {
			if l.scriptless && d.tenant != contoso {
				continue
			}
			t.Run(name+" "+l.String(), func(t *testing.T) {
				t.Parallel()
				story(begin(t, d, l))
			})
		}
	}
}

// walk is the story of one sharing: a presenter with the console in a tab, and what he opens from it.
type walk struct {
	*tab
	direction
	emu  *emulator.Emulator
	root string
}

func begin(t *testing.T, d direction, l look, change ...func(*emulator.Options)) *walk {
	t.Helper()
	emu := start(t, change...)
	return &walk{tab: browse(t, l), direction: d, emu: emu, root: root(t, emu)}
}

// knows checks how the directory of the resource tenant knows the recipient, whatever pages say.
func (w *walk) knows(want string) {
	w.t.Helper()
	if got := entry(w.t, w.emu, w.tenant, w.direction.address); got != want {
		w.t.Fatalf("in the directory the recipient is %s, want %s", got, want)
	}
}

// later lets so much of the world's time pass.
func (w *walk) later(duration string) {
	w.t.Helper()
	r, err := http.Post(w.emu.Addresses().HTTP+"/_tennantite/v1/clock/advance", "application/json", strings.NewReader(`{"by":"`+duration+`"}`))
	if err != nil {
		w.t.Fatal(err)
	}
	if r.Body.Close(); r.StatusCode != http.StatusOK {
		w.t.Fatalf("the clock: %s", r.Status)
	}
}

// pane is the part of the first page that is about the resource tenant.
func (w *walk) pane() string { return ".pane:has(h2 a[href='/o/" + w.prefix + "/people'])" }

// The classic story: share through the dialog, letter, redemption pages of SharePoint's own manager; the guest is in the
// directory only then.
func TestSharePointsGuestComesLate(t *testing.T) {
	t.Parallel()
	everyWay(t, (*walk).tellSharePoints)
}

func (w *walk) tellSharePoints() {
	w.t.Helper()
	w.actAsOwner()
	w.share()
	w.waitsOutside()
	w.redeemAtSharePoint(w.letter("Redeem the invitation"))
	w.isGuest("SharePoint")
	w.hasAccess()
	w.syncs()
}

// The other manager's story: the guest is in the directory before anybody redeems.
func TestEntrasGuestComesAtOnce(t *testing.T) {
	t.Parallel()
	everyWay(t, (*walk).tellEntras)
}

func (w *walk) tellEntras() {
	w.t.Helper()
	w.actAsOwner()
	w.invite()
	w.redeemAtEntra(w.letter("Accept the invitation"))
	w.isGuest("Entra B2B")
}

func (w *walk) actAsOwner() {
	w.t.Helper()
	w.open(w.root + "/")
	w.stands("Organisations side by side")
	w.seesIn(w.pane(), w.organisation, "Guests 0", "Nobody from outside is in this directory.")
	w.picture("home", 700)
	w.press("Acting as "+administrators[w.organisation], w.pane())
	w.press(w.owner+" "+w.ownerAddress+" member", w.pane())
	w.seesIn("#said", "In "+w.organisation+" you now act as "+w.owner+".")
	w.seesIn(w.pane(), "Acting as "+w.owner)
	w.press(w.organisation, w.pane()+" h2")
	w.stands("People of " + w.organisation)
	w.seesIn("#guests", "Nobody from outside.")
	w.seesIn("#members", w.owner)
}

// share goes from the organisation to a folder of its site, and through the Share dialog.
func (w *walk) share() {
	w.t.Helper()
	w.press("Sites", ".band")
	w.stands("Sites and libraries")
	w.press(w.site, "#sites")
	w.stands(w.site)
	w.press("Documents", "#libraries")
	w.stands("Documents")
	w.press(w.folder, "#rows")
	w.stands(w.folder)
	w.press("Share", ".head")
	w.stands("Share “" + w.folder + "”")
	w.fill("People", w.direction.address)
	w.pick("They may", "edit", "form.fields")
	w.fill("Message", "Please look at our specs. Schöne Grüße!")
	w.picture("share-dialog", 900)
	w.press("Share", ".card.accent")
	w.seesIn("#said", "Shared "+w.folder+". "+w.direction.address+" was invited by SharePoint; the directory shows nobody until the invitation is redeemed.")
	w.press("Manage access", ".head")
	w.stands("Who can open “" + w.folder + "”")
	w.seesIn("#grants", "Pending invitations 1", w.direction.address, "pending")
}

// waitsOutside sees that the invitation made nobody a guest.
func (w *walk) waitsOutside() {
	w.t.Helper()
	w.knows("absent")
	w.press(w.organisation, ".top")
	w.stands("People of " + w.organisation)
	w.seesIn("#guests", w.direction.address, "not in the directory", "SharePoint")
	w.picture("directory-before", 640)
	w.press("Organisations", ".top")
	w.stands("Organisations side by side")
	w.seesIn(w.pane(), "Guests 0", w.direction.address, "not in the directory")
}

// letter opens the recipient's mailbox and the letter in it, and follows its button into a tab of its own.
func (w *walk) letter(button string) *tab {
	w.t.Helper()
	w.later("PT4M")
	w.press("Mailboxes", ".top")
	w.stands("Mailboxes")
	w.press(w.recipient+" "+w.direction.address+" 1 unread", "#boxes")
	w.until("one letter", "among('li', '#letters').length === 1")
	w.click("press the letter", "among('a', '#letters')[0]")
	w.seesIn(".letter", w.direction.address, button)
	w.until("all of it", "document.readyState === 'complete'")
	w.lacks("#letters", "Unread:")
	w.picture("mailbox", 800)
	return w.follow(button, ".letter")
}

// signIn types the home account's password, on the page that already knows the address.
func (w *walk) signIn(b *tab) {
	w.t.Helper()
	b.stands("Enter password")
	b.kind("sign-in")
	b.sees(w.direction.address)
	w.later("PT1M")
	b.fill("Password", password)
	b.press("Sign in")
}

func (w *walk) redeemAtSharePoint(b *tab) {
	w.t.Helper()
	b.kind("account-type")
	b.stands("You are invited")
	b.matches(`^http://` + w.prefix + `\.sharepoint\.localhost:\d+/`)
	b.sees(w.owner+" of "+w.organisation, w.folder, "Schöne Grüße!", "Organizational account", "Microsoft account")
	b.picture("redemption-sharepoint", 640)
	w.knows("absent")
	w.later("PT1M")
	b.press("Organizational account from your work or school")
	b.kind("sign-in")
	b.stands("Sign in")
	b.matches(`^http://login\.localhost:\d+/organizations/`)
	w.knows("absent")
	b.fill("E-mail address", w.direction.address)
	b.press("Next")
	w.signIn(b)
	if w.look.scriptless { // a script sends the form else
		b.kind("form-post")
		b.press("Continue")
	}
	b.kind("library")
	b.stands(w.folder)
	b.sees(w.organisation+" · SharePoint", w.direction.address, "You have: ")
	b.until("a Sync button", "control('Sync')?.href.startsWith('odopen:')")
	b.lacks("", "No Sync button")
	b.picture("shared-folder", 500)
	w.knows("Accepted")
}

// redeemAtEntra accepts what the organisation asks for, on Entra's page.
func (w *walk) redeemAtEntra(b *tab) {
	w.t.Helper()
	b.kind("sign-in")
	b.stands("Sign in")
	b.matches(`^http://login\.localhost:\d+/redeem\?`)
	b.sees("to continue to " + w.organisation)
	b.until("the address stands there already", "labelled('E-mail address').value === "+js(w.direction.address))
	b.press("Next")
	w.signIn(b)
	b.kind("review")
	b.stands("Review permissions")
	b.sees("Permission requested by: "+w.organisation, "You were invited by "+w.owner, "Receive your profile data")
	b.picture("redemption-entra", 720)
	w.knows("PendingAcceptance")
	b.press("Accept")
	b.stands("People of " + w.organisation)
	b.seesIn("#guests", w.recipient, "Accepted", "External Entra ID", w.home)
	w.knows("Accepted")
}

// isGuest sees the guest in the resource tenant's directory, in the console's tab, by itself where scripts may run.
func (w *walk) isGuest(manager string) {
	w.t.Helper()
	w.press("Organisations", ".top")
	w.stands("Organisations side by side")
	w.seesIn(w.pane(), "Guests 1", w.recipient, "Accepted", "External Entra ID")
	w.lacks(w.pane(), "not in the directory")
	w.picture("guest-appears", 800)
	w.press(w.organisation, w.pane()+" h2")
	w.stands("People of " + w.organisation)
	w.press(w.recipient, "#guests")
	w.stands(w.recipient)
	w.seesIn("#person", "guest", "Accepted", "External Entra ID", w.home)
	w.seesIn("#person .card.accent", manager, "redeemed")
}

// invite invites by the directory's page: the guest is there at once, pending.
func (w *walk) invite() {
	w.t.Helper()
	w.knows("absent")
	w.fill("Address", w.direction.address)
	w.fill("Display name", w.recipient)
	w.fill("Message", "Welcome to the project.")
	w.press("Invite")
	w.seesIn("#said", w.recipient+" is in the directory at once: PendingAcceptance.")
	w.knows("PendingAcceptance")
	w.seesIn("#guests", w.recipient, "PendingAcceptance")
	w.press("Organisations", ".top")
	w.stands("Organisations side by side")
	w.seesIn(w.pane(), "Guests 1", w.recipient, "PendingAcceptance")
	w.picture("guest-pending", 800)
}

// hasAccess sees the recipient's permission, which is no longer an invitation.
func (w *walk) hasAccess() {
	w.t.Helper()
	w.press("Sites", ".band")
	w.stands("Sites and libraries")
	w.press(w.site, "#sites")
	w.stands(w.site)
	w.press("Documents", "#libraries")
	w.stands("Documents")
	w.seesIn("#rows", w.folder+" people outside")
	w.press(w.folder, "#rows")
	w.stands(w.folder)
	w.press("Manage access", ".head")
	w.stands("Who can open “" + w.folder + "”")
	w.seesIn("#grants", "Direct access", w.recipient+" "+w.direction.address+" guest write · by "+w.owner)
	w.lacks("#grants", "Pending invitations")
	w.picture("manage-access", 800)
}

// syncs sees at the recipient's side what was shared, with its Sync button.
func (w *walk) syncs() {
	w.t.Helper()
	w.press("Organisations", ".top")
	w.stands("Organisations side by side")
	w.press("Shared with me", ".pane:has(h2 a[href='/o/"+w.homePrefix+"/people'])")
	w.stands("Shared with " + administrators[w.home])
	w.press("Acting as "+administrators[w.home], ".band")
	w.press(w.recipient+" "+w.direction.address+" member", ".band")
	w.stands("Shared with " + w.recipient)
	w.seesIn("#received", w.organisation, "guest there", "Accepted", w.folder)
	w.until("a Sync button", "control('Sync', '#received')?.href.startsWith('odopen:')")
	w.picture("sync", 640)
}
