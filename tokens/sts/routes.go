package sts

import (
	"net/http"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
)

// route finds the endpoint of a request and takes its path apart. Static segments match in any case: one of the libraries
// spells UserRealm (identity.md 1.1).
func (c *call) route() (route, bool) {
	path := strings.Trim(c.http.URL.Path, "/")
	switch c.place.Service {
	case links.Graph:
		return endpoint(graphRoutes(), strings.ToLower(path))
	case links.DeviceLogin:
		return endpoint(deviceLoginRoutes(), strings.ToLower(path))
	case links.Invitations:
		return endpoint(invitationRoutes(), strings.ToLower(path))
	case links.Live:
		if r, ok := endpoint(liveRoutes(), strings.ToLower(path)); ok {
			c.segment = segConsumers
			return r, true
		}
	case links.Login, links.None, links.SharePoint:
	}
	if r, ok := endpoint(rootRoutes(), strings.ToLower(path)); ok {
		return r, true
	}
	segment, rest, _ := strings.Cut(path, "/")
	c.segment, c.rest = strings.ToLower(segment), rest
	low := strings.ToLower(rest)
	if strings.HasPrefix(low, "userrealm/") {
		return route{methods: "GET", cors: true, handle: (*call).userRealm}, true
	}
	return endpoint(tenantRoutes(), low)
}

func endpoint(table map[string]route, path string) (route, bool) {
	r, ok := table[path]
	return r, ok
}

// rootRoutes are the paths of the sign-in host that begin with no tenant.
func rootRoutes() map[string]route {
	return map[string]route{
		"":                      {methods: "GET", pages: true, handle: (*call).root},
		"getuserrealm.srf":      {methods: "GET POST", pages: true, handle: (*call).legacyRealm},
		"common/userrealm":      {methods: "GET", pages: true, handle: (*call).realmByQuery},
		"error":                 {methods: "GET", pages: true, handle: (*call).errorPage},
		"redeem":                {methods: "GET POST", write: true, pages: true, handle: (*call).redeem},
		"invitations/redeem":    {methods: "GET POST", write: true, pages: true, handle: (*call).redeem},
		"extsts.srf":            {methods: "POST", handle: (*call).notEmulated},
		"favicon.ico":           {methods: "GET", pages: true, handle: (*call).nothing},
		"getcredentialtype.srf": {methods: "POST", cors: true, handle: (*call).credentialType},
	}
}

// tenantRoutes are the paths behind a tenant segment.
func tenantRoutes() map[string]route {
	page := func(h func(*call) (reply, error)) route {
		return route{methods: "GET POST", write: true, pages: true, handle: h}
	}
	document := func(h func(*call) (reply, error)) route { return route{methods: "GET", cors: true, handle: h} }
	form := func(h func(*call) (reply, error)) route {
		return route{methods: "POST", write: true, cors: true, handle: h}
	}
	return map[string]route{
		"v2.0/.well-known/openid-configuration": document((*call).discoveryV2),
		".well-known/openid-configuration":      document((*call).discoveryV1),
		"discovery/v2.0/keys":                   document((*call).keys),
		"discovery/keys":                        document((*call).keys),
		"discovery/instance":                    document((*call).instance),
		"getcredentialtype":                     {methods: "POST", cors: true, handle: (*call).credentialType},
		"oauth2/v2.0/authorize":                 page((*call).authorizeV2),
		"oauth2/authorize":                      page((*call).authorizeV1),
		"oauth2/v2.0/token":                     form((*call).tokenV2),
		"oauth2/token":                          form((*call).tokenV1),
		"oauth2/v2.0/devicecode":                form((*call).deviceCodeV2),
		"oauth2/devicecode":                     form((*call).deviceCodeV1),
		"oauth2/deviceauth":                     page((*call).deviceAuth),
		"oauth2/v2.0/deviceauth":                page((*call).deviceAuth),
		"oauth2/v2.0/logout":                    page((*call).logout),
		"oauth2/logout":                         page((*call).logout),
		"adminconsent":                          page((*call).adminConsentV1),
		"v2.0/adminconsent":                     page((*call).adminConsentV2),
		"oauth2/nativeclient":                   {methods: "GET POST", pages: true, handle: (*call).landing},
		"oauth2/v2.0/nativeclient":              {methods: "GET POST", pages: true, handle: (*call).landing},
		"kerberos":                              {methods: "GET POST", handle: (*call).notEmulated},
		"oauth2/checksession":                   {methods: "GET", handle: (*call).notEmulated},
		"saml2":                                 {methods: "GET POST", handle: (*call).notEmulated},
		"wsfed":                                 {methods: "GET POST", handle: (*call).notEmulated},
		"federationmetadata/2007-06/federationmetadata.xml": {methods: "GET", handle: (*call).notEmulated},
		"openid/userinfo": {methods: "GET POST", cors: true, handle: (*call).userInfo},
	}
}

// graphRoutes are the paths that this face answers on Graph's host.
func graphRoutes() map[string]route {
	return map[string]route{"oidc/userinfo": {methods: "GET POST", cors: true, handle: (*call).userInfo}}
}

// deviceLoginRoutes are those of microsoft.com.
func deviceLoginRoutes() map[string]route {
	return map[string]route{"devicelogin": {methods: "GET", pages: true, handle: (*call).deviceLogin}}
}

// invitationRoutes are those of invitations.microsoft.com.
func invitationRoutes() map[string]route {
	return map[string]route{"redeem": {methods: "GET", pages: true, handle: (*call).redeemElsewhere}}
}

// liveRoutes are those of login.live.com that have names of their own; it also takes the paths of the sign-in host.
func liveRoutes() map[string]route {
	return map[string]route{
		"oauth20_authorize.srf": {methods: "GET POST", write: true, pages: true, handle: (*call).authorizeV2},
		"oauth20_token.srf":     {methods: "POST", write: true, cors: true, handle: (*call).tokenV2},
		"oauth20_logout.srf":    {methods: "GET POST", write: true, pages: true, handle: (*call).logout},
		"oauth20_desktop.srf":   {methods: "GET", pages: true, handle: (*call).landing},
	}
}

// root answers reachability probes.
func (c *call) root() (reply, error) {
	return reply{page: &page{Kind: "landing", Title: "Sign-in service", Lead: []string{
		"This is the sign-in service of a local emulator. Applications send people here; there is nothing to do without one.",
	}}}, nil
}

// landing is the blank page of native clients, who read the address.
func (c *call) landing() (reply, error) {
	return reply{page: &page{Kind: "landing", Title: "Signed in", Lead: []string{"You can close this window."}}}, nil
}

// notEmulatedBody names a real route that the emulator lacks.
type notEmulatedBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (c *call) notEmulated() (reply, error) {
	return reply{status: http.StatusNotImplemented, body: notEmulatedBody{"not_emulated", "Not emulated: " + c.http.URL.Path}}, nil
}

func (c *call) nothing() (reply, error) { return reply{status: http.StatusNoContent}, nil }
