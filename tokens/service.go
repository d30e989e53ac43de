package tokens

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
)

// Service mints and verifies with the keys of a pool. It is safe for concurrent use; what it remembers are signatures that
// were checked, never who may do what.
type Service struct {
	Keys *Pool

	verified signatures
}

// Audience is what a resource server accepts.
type Audience struct {
	// AppID and Names: the client id of the resource, and the addresses under which it may be named in aud.
	AppID string
	Names []string
}

// GraphAudience is Microsoft Graph's.
func GraphAudience() Audience {
	return Audience{AppID: directory.GraphAppID, Names: []string{graphAddress}}
}

// SharePointAudience is a SharePoint host's, "contoso.sharepoint.com".
func SharePointAudience(host string) Audience {
	return Audience{AppID: directory.SharePointAppID, Names: []string{"https://" + host}}
}

const graphAddress = "https://graph.microsoft.com"

// accepts tells whether a token's aud means this resource; a trailing slash and the case of letters make no difference.
func (a Audience) accepts(aud string) bool {
	aud = strings.TrimRight(aud, "/")
	if strings.EqualFold(aud, a.AppID) {
		return true
	}
	for _, n := range a.Names {
		if strings.EqualFold(aud, strings.TrimRight(n, "/")) {
			return true
		}
	}
	return false
}
