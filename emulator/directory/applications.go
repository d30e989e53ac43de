package directory

import "github.com/tennantite/tennantite/emulator/state"

// Client ids of the emulated APIs.
const (
	GraphAppID      = "00000003-0000-0000-c000-000000000000"
	SharePointAppID = "00000003-0000-0ff1-ce00-000000000000"
)

// Resource is an API that tokens are for.
type Resource struct {
	AppID string
	Name  string // display name
	// Version of its access tokens: 1 or 2.
	Version int
	// Scopes and AppRoles are the permissions that it offers.
	Scopes   []state.PermissionScope
	AppRoles []state.AppRole
	App      state.Application // zero for Graph and SharePoint
}

// FindResource finds the API that a resource name stands for: https://graph.microsoft.com, a SharePoint host of the
// tenant, an identifier URI or a client id, with or without trailing slash. It fails with ObjectNotFound.
func FindResource(tx *state.Tx, t state.Tenant, name string) (Resource, error) { panic("skeleton") }

// ResourceByAppID returns an API by client id.
func ResourceByAppID(tx *state.Tx, appID string) (Resource, bool) { panic("skeleton") }

// Scope returns a delegated permission by value, in any case, or by id.
func (r Resource) Scope(value string) (state.PermissionScope, bool) { panic("skeleton") }

// Role returns an application permission by value or id.
func (r Resource) Role(value string) (state.AppRole, bool) { panic("skeleton") }

// AddApplication stores a registration and installs it in its own tenant. ID, AppID and CreatedAt have defaults. It fails
// with MissingProperty or ObjectConflict.
func AddApplication(tx *state.Tx, by Principal, a state.Application) (state.Application, error) {
	panic("skeleton")
}

// Install makes the application's service principal in a tenant, if there is none yet. Graph, SharePoint and well-known
// clients can be installed too. It fails with ObjectNotFound for an unknown client id.
func Install(tx *state.Tx, by Principal, tenant, appID string) (state.ServicePrincipal, error) {
	panic("skeleton")
}

// ConsentAll gives an installed application, for everybody in the tenant, all that its registration asks for: delegated
// permissions and app roles.
func ConsentAll(tx *state.Tx, by Principal, tenant, appID string) error { panic("skeleton") }

// GrantScopes adds delegated permissions of a client at a resource, for everybody (user "") or one person.
func GrantScopes(tx *state.Tx, by Principal, tenant, clientSP, resourceSP, user string, scopes []string) (state.PermissionGrant, error) {
	panic("skeleton")
}

// GrantRole gives an application permission to a principal. It fails with ReferenceExists.
func GrantRole(tx *state.Tx, by Principal, tenant, principal, principalType, resourceSP, roleID string) (state.AppRoleAssignment, error) {
	panic("skeleton")
}

// GrantedScopes returns the delegated permissions that a client has at a resource for a person, canonical spelling.
// Well-known clients have all that the resource offers.
func GrantedScopes(tx *state.Tx, tenant, clientAppID string, r Resource, user string) []string {
	panic("skeleton")
}

// GrantedRoles returns the application permissions that a client has at a resource.
func GrantedRoles(tx *state.Tx, tenant, clientAppID string, r Resource) []string { panic("skeleton") }

// WellKnown returns a public client that well-known tools ship with, by client id (DESIGN section 8, identity.md 2.5).
func WellKnown(appID string) (state.Application, bool) { panic("skeleton") }

// FindClient returns the application that signs in: registered in any tenant, or well-known. It fails with ObjectNotFound.
func FindClient(tx *state.Tx, appID string) (state.Application, error) { panic("skeleton") }
