package syncclient_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/syncclient"
)

const library = "odopen://sync/?"

// try opens the mirror of a target as somebody and returns why that is refused.
func (p *partner) try(address, user string) syncclient.Reason {
	p.t.Helper()
	target, err := syncclient.ParseTarget(address)
	if err != nil {
		p.t.Fatal(err)
	}
	_, err = syncclient.Open(p.t.Context(), target, syncclient.Options{Dir: p.t.TempDir(), Client: p.client, User: user, Password: password})
	var refused *syncclient.Refusal
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &refused) || !errors.Is(err, syncclient.ErrNoAccess):
		p.t.Fatalf("%s: %v", address, err)
	case !strings.Contains(err.Error(), string(refused.Reason)):
		p.t.Errorf("%q does not name %s", err, refused.Reason)
	}
	return refused.Reason
}

// link makes a sharing link to a path of the library.
func (p *partner) link(path string, body map[string]any) string {
	p.t.Helper()
	return p.graph("POST", "/drives/"+p.drive+"/root:/"+path+":/createLink", body)["link"].(map[string]any)["webUrl"].(string)
}

// libraryAddress is the odopen: address of the whole library, as its owner has it.
func (p *partner) libraryAddress() string {
	p.t.Helper()
	address, _ := p.control("GET", "sync/eligibility?user=adele@contoso.com&url="+site+"/Shared%2520Documents", nil)["odopen"].(string)
	if !strings.HasPrefix(address, library) {
		p.t.Fatalf("no address: %q", address)
	}
	return address
}

// invited is an invitation of the Entra manager that nobody has redeemed.
func (p *partner) invited(address string) string {
	p.t.Helper()
	return p.graph("POST", "/invitations", map[string]any{"invitedUserEmailAddress": address, "inviteRedirectUrl": "https://app.contoso.com/"})["inviteRedeemUrl"].(string)
}

func TestEachRefusalHasItsOwnReason(t *testing.T) {
	t.Parallel()
	p := newPartner(t)
	anyone := p.link("Specs", map[string]any{"type": "view", "scope": "anonymous"})
	whole := p.libraryAddress()
	const carol = "carol@fabrikam.com"

	if got := p.try(whole, carol); got != syncclient.NoGuestAccount {
		t.Errorf("nobody invited her: %q", got)
	}
	if got := p.try(anyone, carol); got != syncclient.AnonymousLink {
		t.Errorf("a link for anyone, to a stranger: %q", got)
	}
	if got := p.try(whole, "erin@outlook.com"); got != syncclient.PersonalAccount {
		t.Errorf("a Microsoft account: %q", got)
	}
	redeem := p.invited(carol)
	if got := p.try(whole, carol); got != syncclient.NotRedeemed {
		t.Errorf("an invitation that waits: %q", got)
	}
	p.control("POST", "redemptions", map[string]any{"url": redeem, "as": carol, "password": password})
	if got := p.try(whole, carol); got != syncclient.NoPermission {
		t.Errorf("a guest without permission: %q", got)
	}
	if got := p.try(anyone, carol); got != syncclient.AnonymousLink {
		t.Errorf("a link for anyone, to a guest: %q", got)
	}
	people := map[string]any{"type": "edit", "scope": "users", "recipients": []any{map[string]any{"email": carol}}}
	file := p.link("Specs/Design.md", people)
	if got := p.try(file, carol); got != syncclient.SingleFile {
		t.Errorf("a link to a file: %q", got)
	}
	if got := p.try(whole, carol); got != syncclient.SingleFile {
		t.Errorf("the library, of which she has one file: %q", got)
	}
}

func TestALinkForThePersonIsFollowed(t *testing.T) {
	t.Parallel()
	p := newPartner(t)
	const carol = "carol@fabrikam.com"
	p.control("POST", "redemptions", map[string]any{"url": p.invited(carol), "as": carol, "password": password})
	link := p.link("Specs", map[string]any{"type": "view", "scope": "users", "recipients": []any{map[string]any{"email": carol}}})
	target, err := syncclient.ParseTarget(link)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f, err := syncclient.Open(t.Context(), target, syncclient.Options{Dir: dir, Client: p.client, User: carol, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	round(t, f)
	if got, _ := filepath.Rel(dir, f.Dir()); got != filepath.Join("contoso", "Project X - Specs") {
		t.Errorf("the mirror stands in %s", got)
	}
	want(t, filepath.Join(f.Dir(), "Design.md"), "# Design\n\nOne binary, two organisations.\n")
	if _, err := syncclient.ParseTarget("https://contoso.sharepoint.com/sites/project-x"); !errors.Is(err, syncclient.ErrTarget) {
		t.Errorf("an address that is no link: %v", err)
	}
}
