package pages_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// visit is somebody at the pages of the services, each of which is inspected.
type visit struct {
	*tab
	i           *inspector
	r           *reader
	login, site string // addresses
}

// comes waits for a page of a kind and inspects it; name tells it from others of its kind.
func (v *visit) comes(kind, name string) {
	v.t.Helper()
	v.kind(kind)
	v.i.look(v.tab, kind+" "+name)
}

// goes opens an address and inspects the page of that kind.
func (v *visit) goes(address, kind, name string) {
	v.t.Helper()
	v.open(address)
	v.comes(kind, name)
}

// letterTo is the link of the newest letter to an address.
func (r *reader) letterTo(address string) string {
	r.t.Helper()
	r.get(r.root + "/_tennantite/v1/mail/latest?to=" + address)
	var letter struct{ Links []struct{ URL string } }
	if err := json.Unmarshal(r.page, &letter); err != nil || len(letter.Links) == 0 {
		r.t.Fatalf("no letter to %s: %v\n%s", address, err, r.page)
	}
	return letter.Links[0].URL
}

// TestServicePages inspects sign-in, consent, redemption, device and logout pages and SharePoint's, in their states.
func TestServicePages(t *testing.T) {
	t.Parallel()
	emu := start(t)
	r := read(t, emu)
	r.fill()
	_, port, _ := strings.Cut(strings.TrimPrefix(r.root, "http://"), ":")
	v := &visit{
		tab: browse(t, look{}), i: &inspector{folder: t.TempDir()}, r: r, login: "http://login.localhost:" + port,
		site: "http://contoso.sharepoint.localhost:" + port + "/sites/project-x",
	}
	v.signedOut()
	v.signsIn()
	v.sharePoint()
	v.consents()
	v.reviews()
	v.provesByCode()
	if v.i.seen < 30 {
		t.Errorf("%d pages only", v.i.seen)
	}
	v.i.validate(t)
}

// signedOut looks at what needs nobody.
func (v *visit) signedOut() {
	v.t.Helper()
	v.goes(v.login+"/", "landing", "")
	v.goes(v.login+"/common/oauth2/v2.0/authorize?client_id=none", "error", "sign-in")
	v.goes(v.login+"/error?code=50126", "error-info", "")
	v.goes(v.login+"/common/oauth2/deviceauth", "device-code", "")
	v.fill("Code", "NOCODE")
	v.press("Next")
	v.sees("AADSTS")
	v.comes("device-code", "refused")
	v.goes(v.login+"/common/oauth2/v2.0/logout", "signed-out", "")
	v.goes(v.site+"/_layouts/15/acceptinvite.aspx?invitation=none", "error", "invitation")
	v.r.get(v.r.root + v.r.specs() + "/access")
	v.goes(v.r.linkOf("· password"), "share-password", "")
	v.fill("Password", "wrong")
	v.press("Verify")
	v.sees("not the password")
	v.comes("share-password", "wrong")
	v.goes(v.r.letterTo("erin@outlook.com"), "account-type", "")
}

// linkOf is the address to be copied of the entry of a list that says so.
func (r *reader) linkOf(says string) string {
	r.t.Helper()
	for entry := range strings.SplitSeq(string(r.page), "<li data-key=") {
		if _, after, ok := strings.Cut(entry, `data-copy="`); ok && strings.Contains(entry, says) {
			address, _, _ := strings.Cut(after, `"`)
			return strings.ReplaceAll(address, "&amp;", "&")
		}
	}
	r.t.Fatalf("no entry with a link says %q", says)
	return ""
}

// signsIn signs Adele in, after somebody that nobody knows, and after a wrong password.
func (v *visit) signsIn() {
	v.t.Helper()
	v.goes(v.site, "sign-in", "name")
	v.fill("E-mail address", "nobody@contoso.com")
	v.press("Next")
	v.sees("AADSTS")
	v.comes("sign-in", "nobody")
	v.fill("E-mail address", "adele@contoso.com")
	v.press("Next")
	v.stands("Enter password")
	v.comes("sign-in", "password")
	v.fill("Password", "wrong")
	v.press("Sign in")
	v.sees("AADSTS50126")
	v.comes("sign-in", "wrong")
	v.fill("Password", password)
	v.press("Sign in")
}

// sharePoint looks at SharePoint's own pages of a site as its owner.
func (v *visit) sharePoint() {
	v.t.Helper()
	v.comes("site", "")
	for _, p := range []struct{ address, kind string }{
		{"/Shared Documents", "library"},
		{"/Shared Documents/Specs", "library"},
		{"/_layouts/15/none.aspx", "error"},
		{"/Access Requests/pendingreq.aspx", "access-requests"},
	} {
		v.goes(v.site+(&url.URL{Path: p.address}).EscapedPath(), p.kind, p.address)
	}
	v.open(v.site + "/Shared%20Documents/Specs")
	v.kind("library")
	v.press("Share")
	v.comes("share", "")
	v.fill("Names or addresses", "nobody")
	v.press("Share", "form")
	v.until("the refusal", "document.querySelector('.alert') !== null")
	v.comes("share", "refused")
	v.open(v.site + "/Shared%20Documents/Specs")
	v.kind("library")
	v.press("Manage access")
	v.comes("manage-access", "")
}

const authorize = "/common/oauth2/v2.0/authorize?client_id=e3a4b5c6-1d2f-4a8b-b7c9-0f6e5d4c3b2a&response_type=code&redirect_uri=http%3A%2F%2Flocalhost&scope=User.Read"

func (v *visit) consents() {
	v.t.Helper()
	v.goes(v.login+authorize+"&prompt=select_account", "pick-account", "")
	v.goes(v.login+authorize+"&prompt=consent", "consent", "")
}

// reviews goes through Entra's redemption up to a no.
func (v *visit) reviews() {
	v.t.Helper()
	v.open(v.login + "/common/oauth2/v2.0/logout")
	v.kind("signed-out")
	v.r.act(contoso, adele)
	v.r.post("/o/contoso/people", "do", "invite", "email", "admin@fabrikam.onmicrosoft.com")
	v.goes(v.r.letterTo("admin@fabrikam.onmicrosoft.com"), "sign-in", "invited")
	v.press("Next")
	v.stands("Enter password")
	v.fill("Password", password)
	v.press("Sign in")
	v.comes("review", "")
	v.press("Cancel")
	v.comes("declined", "")
}

// provesByCode opens a link of the era in which an address alone was enough.
func (v *visit) provesByCode() {
	v.t.Helper()
	v.open(v.site + "/_layouts/15/SignOut.aspx")
	v.kind("signed-out")
	v.r.post("/o/contoso/sharing", "do", "profile", "profile", "otp")
	v.r.post(v.r.specs()+"/share", "do", "people", "people", "kim@partner.example", "role", "read", "mail", "yes")
	v.goes(v.r.letterTo("kim@partner.example"), "one-time-code", "send")
	v.press("Next: send the code")
	v.stands("Enter the code")
	v.comes("one-time-code", "code")
	v.fill("Code", "00000000")
	v.press("Verify")
	v.until("the refusal", "document.querySelector('.alert') !== null")
	v.comes("one-time-code", "wrong")
}
