package sharing

import (
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
)

// FuzzClaims reads claims login names as clients write them. What is understood is understood again when it is written out.
func FuzzClaims(f *testing.F) {
	for _, s := range []string{
		"i:0#.f|membership|megan@contoso.com", "i:0#.f|membership|urn%3aspo%3aguest#ines@nodomain.example", "urn:spo:guest#kim@fabrikam.com",
		"c:0t.c|tenant|012c3e1e-763a-483a-8b4f-c98720979a75", "c:0o.c|federateddirectoryclaimprovider|13474c6b-d37c-4e30-9f92-7bb6a210e07f_o",
		"c:0-.f|rolemanager|spo-grid-all-users/6d9a4450-4d3c-4a27-84d4-1a7153514625", "c:0(.s|true", "", "|", "i:0#.f|membership|", "megan",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, login string) {
		c := parseClaim(login)
		if c.id != strings.ToLower(c.id) {
			t.Errorf("%q: the id %q is not folded", login, c.id)
		}
		if c.kind == claimNone {
			return
		}
		again := map[claimKind]string{
			claimNone: "", claimUser: memberClaim + c.id, claimAddress: codeGuestPrefix + c.id, claimGroup: securityClaim + c.id, claimOwners: unifiedClaim + c.id + "_o",
			claimInsiders: organizationClaim, claimEveryone: everyoneClaim,
		}[c.kind]
		// Blanks at the edge of an id, and an address within a principal name, are read as what they are.
		if got := parseClaim(again); got.kind != c.kind && c.id == strings.TrimSpace(c.id) {
			t.Errorf("%q is %+v, written out as %q it is %+v", login, c, again, got)
		}
	})
}

// FuzzProperties sets tenant properties to any text. A value is taken whole or refused; nothing panics.
func FuzzProperties(f *testing.F) {
	for _, name := range []string{"SharingCapability", "sharingAllowedDomainList", "RequireAnonymousLinksExpireInDays", "Other", "WhoCanShareAnonymousAllowList", "HideDefaultThemes", ""} {
		for _, value := range []string{"2", "true", "ExternalUserSharingOnly", "-1", "99999999999999999999", "a b", ""} {
			f.Add(name, value)
		}
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		var s state.SharingSettings
		if err := setTenantProperty(&s, name, value); err != nil {
			return
		}
		for _, p := range TenantProperties(state.Tenant{Sharing: s}) {
			if err := setTenantProperty(&s, p.Name, p.Value); err != nil && p.Value != 0 {
				t.Errorf("%s=%q: %s reads %v, which is refused: %v", name, value, p.Name, p.Value, err)
			}
		}
	})
}
