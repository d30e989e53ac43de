package drive

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// PersonalPath is where a member's OneDrive stands or will stand at its first use: "/personal/megan_contoso_com".
func PersonalPath(tx *state.Tx, u state.User) string {
	if s, ok := tx.SiteByOwner(u.TenantID, u.ID); ok {
		return s.Path
	}
	return "/personal/" + personalName(u.UserPrincipalName)
}

// IsPersonalPath tells whether a server-relative path is that of the member's OneDrive, or of something in it.
func IsPersonalPath(tx *state.Tx, u state.User, path string) bool {
	own := PersonalPath(tx, u)
	path = "/" + strings.Trim(path, "/")
	return strings.EqualFold(path, own) || len(path) > len(own) && path[len(own)] == '/' && strings.EqualFold(path[:len(own)], own)
}
