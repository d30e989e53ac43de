package directory

import (
	"crypto/sha256"
	"net/url"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Client ids of the emulated APIs.
const (
	GraphAppID      = "00000003-0000-0000-c000-000000000000"
	SharePointAppID = "00000003-0000-0ff1-ce00-000000000000"
)

// Resource is an API that tokens are for.
type Resource struct {
	AppID string
	Name  string // display name
	// Names are the addresses that it goes by, the first one its own.
	Names []string
	// Version of its access tokens: 1 or 2.
	Version int
	// Scopes and AppRoles are the permissions that it offers.
	Scopes   []state.PermissionScope
	AppRoles []state.AppRole
	App      state.Application // zero for Graph and SharePoint
}

// apis are the service's own APIs. The last two are not emulated; tokens for them are what az login begins with.
//
//nolint:gochecknoglobals // a constant table, built once
var apis = sync.OnceValue(func() []Resource {
	impersonation := []permission{{"user_impersonation", "", false}}
	return []Resource{
		{
			AppID: GraphAppID, Name: "Microsoft Graph", Version: 1, Names: []string{"https://graph.microsoft.com"},
			Scopes: scopesOf(graphDelegated), AppRoles: rolesOf(graphApplication),
		},
		{
			AppID: SharePointAppID, Name: "Office 365 SharePoint Online", Version: 1, Names: []string{"https://microsoft.sharepoint-df.com"},
			Scopes: scopesOf(sharePointDelegated), AppRoles: rolesOf(sharePointApplication),
		},
		{
			AppID: "00000002-0000-0000-c000-000000000000", Name: "Windows Azure Active Directory", Version: 1,
			Names:  []string{"https://graph.windows.net"},
			Scopes: scopesOf([]permission{{"User.Read", "311a71cc-e848-46a1-bdf8-97ff7156d8e6", false}, {"Directory.AccessAsUser.All", "a42657d6-7f20-40e3-b6f0-cee03008a62a", true}}),
		},
		{
			AppID: "797f4846-ba00-4fd7-ba43-dac1f8f63013", Name: "Windows Azure Service Management API", Version: 1,
			Names:  []string{"https://management.azure.com", "https://management.core.windows.net"},
			Scopes: scopesOf(impersonation),
		},
	}
})

func scopesOf(rows []permission) []state.PermissionScope {
	out := make([]state.PermissionScope, 0, len(rows))
	for _, p := range rows {
		name := phrase(p.value)
		allows := "Allows the app to " + lowerFirst(name)
		s := state.PermissionScope{
			ID: p.stableID("scope"), Value: p.value, Type: "User", Enabled: true,
			AdminConsentDisplayName: name, AdminConsentDescription: allows + " on behalf of the signed-in user.",
			UserConsentDisplayName: name, UserConsentDescription: allows + " on your behalf.",
		}
		if p.admin {
			s.Type = "Admin"
		}
		out = append(out, s)
	}
	return out
}

func rolesOf(rows []permission) []state.AppRole {
	out := make([]state.AppRole, 0, len(rows))
	for _, p := range rows {
		name := phrase(p.value)
		out = append(out, state.AppRole{
			ID: p.stableID("role"), Value: p.value, Enabled: true, MemberTypes: []string{"Application"},
			DisplayName: name, Description: "Allows the app to " + lowerFirst(name) + " without a signed-in user.",
		})
	}
	return out
}

func (p permission) stableID(kind string) string {
	if p.id != "" {
		return p.id
	}
	return stableID(kind, p.value)
}

// stableID is a GUID that follows from its parts, the same in every world.
func stableID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(parts, "\x00"))))
	var u uuid.UUID
	copy(u[:], sum[:])
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}

// phrase says a permission's name in words: "Files.ReadWrite.All" is "Read and write: Files (All)".
func phrase(value string) string {
	parts := strings.Split(value, ".")
	if len(parts) < 2 {
		return "Use " + value
	}
	verb := parts[1]
	switch verb {
	case "ReadWrite":
		verb = "Read and write"
	case "FullControl":
		verb = "Have full control of"
	case "ReadBasic":
		verb = "Read basic properties of"
	}
	text := verb + ": " + parts[0]
	if len(parts) > 2 {
		text += " (" + strings.Join(parts[2:], " ") + ")"
	}
	return text
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// FindResource finds the API that a resource name stands for: https://graph.microsoft.com, a SharePoint host of the
// tenant, an identifier URI or a client id, with or without trailing slash. It fails with ObjectNotFound, also where the
// API is not installed in the tenant (a lenient world does not mind).
func FindResource(tx *state.Tx, t state.Tenant, name string) (Resource, error) {
	notFound := problem.For(problem.NotFound, problem.ObjectNotFound, name,
		"The resource principal named %s was not found in the tenant named %s.", name, t.DisplayName)
	bare := strings.TrimRight(name, "/")
	if u, err := url.Parse(bare); err == nil && u.Host != "" {
		if p, ok := links.Resolve(u.Scheme, u.Host, publicHost(tx)); ok && (u.Path == "" || u.Path == "/") {
			switch {
			case p.Service == links.Graph:
				return api(GraphAppID), nil
			case p.Service == links.SharePoint && strings.EqualFold(p.Prefix, t.SharePointPrefix()):
				return api(SharePointAppID), nil
			case p.Service == links.SharePoint:
				return Resource{}, notFound
			}
		}
	}
	for _, r := range apis() {
		if strings.EqualFold(r.AppID, bare) || containsFold(r.Names, bare) {
			return r, nil
		}
	}
	a, ok := tx.ApplicationByURI(name)
	if !ok {
		a, ok = tx.ApplicationByURI(bare)
	}
	if !ok {
		a, ok = tx.ApplicationByURI(bare + "/")
	}
	if !ok {
		a, ok = tx.ApplicationByAppID(strings.TrimPrefix(bare, "api://"))
	}
	if !ok || !tx.World().Lenient && !installed(tx, t.ID, a) {
		return Resource{}, notFound
	}
	return resourceOf(a), nil
}

func publicHost(tx *state.Tx) string {
	u, err := url.Parse(tx.World().PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func installed(tx *state.Tx, tenant string, a state.Application) bool {
	_, ok := tx.ServicePrincipalByAppID(tenant, a.AppID)
	return ok || a.TenantID == tenant
}

func api(appID string) Resource {
	for _, r := range apis() {
		if strings.EqualFold(r.AppID, appID) {
			return r
		}
	}
	return Resource{}
}

func resourceOf(a state.Application) Resource {
	r := Resource{AppID: a.AppID, Name: a.DisplayName, Names: a.IdentifierURIs, Version: 1, AppRoles: a.AppRoles, App: a}
	if a.AccessTokenVersion == 2 {
		r.Version = 2
	}
	for _, s := range a.Scopes {
		if s.Enabled {
			r.Scopes = append(r.Scopes, s)
		}
	}
	return r
}

// ResourceByAppID returns an API by client id.
func ResourceByAppID(tx *state.Tx, appID string) (Resource, bool) {
	if r := api(appID); r.AppID != "" {
		return r, true
	}
	a, ok := tx.ApplicationByAppID(appID)
	if !ok {
		return Resource{}, false
	}
	return resourceOf(a), true
}

// Scope returns a delegated permission by value, in any case, or by id.
func (r Resource) Scope(value string) (state.PermissionScope, bool) {
	for _, s := range r.Scopes {
		if strings.EqualFold(s.Value, value) || strings.EqualFold(s.ID, value) {
			return s, true
		}
	}
	return state.PermissionScope{}, false
}

// Role returns an application permission by value or id.
func (r Resource) Role(value string) (state.AppRole, bool) {
	for _, a := range r.AppRoles {
		if a.Value != "" && strings.EqualFold(a.Value, value) || strings.EqualFold(a.ID, value) {
			return a, true
		}
	}
	return state.AppRole{}, false
}
