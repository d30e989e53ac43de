package tokens

import (
	"net/url"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// The scopes of OpenID Connect, which belong to no resource.
const (
	openID        = "openid"
	profileScope  = "profile"
	emailScope    = "email"
	offlineAccess = "offline_access"
)

// realName turns the address of Graph or of a SharePoint host under a local name into the real one, under which resources
// are known and named in aud. Everything else stays as it is.
func realName(tx *state.Tx, resource string) string {
	u, err := url.Parse(resource)
	if err != nil || u.Host == "" {
		return resource
	}
	p, ok := links.Resolve(u.Scheme, u.Host, publicHost(tx))
	if !ok || !p.Origin.Local() {
		return resource
	}
	switch p.Service {
	case links.Graph:
		return links.Origin{}.Graph() + u.Path
	case links.SharePoint:
		return links.Origin{}.SharePoint(p.Prefix, p.Host) + u.Path
	case links.None, links.Login, links.Invitations, links.Live, links.DeviceLogin:
	}
	return resource
}

func publicHost(tx *state.Tx) string {
	u, err := url.Parse(tx.World().PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
