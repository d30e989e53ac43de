package sharing

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// Code-only recipients are known by address, percent-encoded or not (sharepoint.md 4.2).
const (
	codeGuestPrefix  = "urn:spo:guest#"
	codeGuestEscaped = "urn%3aspo%3aguest#"
)

type claimKind int

const (
	claimNone     claimKind = iota
	claimUser               // id is a principal name
	claimAddress            // id is the address of a code-only recipient
	claimGroup              // id is a directory group, its members
	claimOwners             // its owners
	claimInsiders           // everyone except external users
	claimEveryone
)

type claim struct {
	kind claimKind
	id   string // lower case
}

// parseClaim reads a claims login name; other text is claimNone.
func parseClaim(login string) claim {
	l := strings.ToLower(strings.TrimSpace(login))
	if rest, ok := strings.CutPrefix(l, memberClaim); ok {
		for _, p := range []string{codeGuestPrefix, codeGuestEscaped} {
			if mail, ok := strings.CutPrefix(rest, p); ok {
				return claim{claimAddress, mail}
			}
		}
		return claim{claimUser, rest}
	}
	if mail, ok := strings.CutPrefix(l, codeGuestPrefix); ok {
		return claim{claimAddress, mail}
	}
	if id, ok := strings.CutPrefix(l, securityClaim); ok {
		return claim{claimGroup, id}
	}
	if id, ok := strings.CutPrefix(l, unifiedClaim); ok {
		if id, ok := strings.CutSuffix(id, "_o"); ok {
			return claim{claimOwners, id}
		}
		return claim{claimGroup, id}
	}
	switch {
	case strings.HasPrefix(l, organizationClaim):
		return claim{kind: claimInsiders}
	case l == everyoneClaim:
		return claim{kind: claimEveryone}
	}
	return claim{}
}

// groupLogin is the login name under which a site knows a directory group.
func groupLogin(g state.Group) string {
	if g.Unified {
		return unifiedClaim + g.ID
	}
	return securityClaim + g.ID
}
