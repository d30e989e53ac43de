package directory

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Consent is for everybody in the tenant, or for one person.
const (
	ForEverybody = "AllPrincipals"
	ForOne       = "Principal"
)

// ConsentAll gives an installed application, for everybody in the tenant, all that its registration asks for: delegated
// permissions and app roles. What it has already stays, and an API that is another organisation's alone is passed over. It
// fails with ObjectNotFound where the application is not installed.
func ConsentAll(tx *state.Tx, by Principal, tenant, appID string) error {
	a, err := FindClient(tx, appID)
	if err != nil {
		return err
	}
	client, ok := ServicePrincipalByAppID(tx, tenant, appID)
	if !ok {
		return notFound(appID)
	}
	if a.WellKnown {
		return nil
	}
	for _, asks := range a.Required {
		resource, err := Install(tx, by, tenant, asks.ResourceAppID)
		if problem.KindOf(err) == problem.NotFound {
			continue // an API that is another organisation's alone is not to be had here; the rest is
		}
		if err != nil {
			return err
		}
		r, _ := ResourceByAppID(tx, asks.ResourceAppID)
		var scopes []string
		for _, id := range asks.ScopeIDs() {
			if s, ok := r.Scope(id); ok {
				scopes = append(scopes, s.Value)
			}
		}
		if len(scopes) > 0 {
			putGrant(tx, tenant, client.ID, resource.ID, "", scopes)
		}
		assignRoles(tx, client, resource, asks.RoleIDs())
	}
	recordServicePrincipal(tx, by, "Consent to application", opAssign, client,
		state.ModifiedProperty{Name: "ConsentContext.IsAdminConsent", New: `"True"`})
	return nil
}

// assignRoles gives an application those app roles of a resource that it lacks.
func assignRoles(tx *state.Tx, client, resource state.ServicePrincipal, roles []string) {
	has := map[string]bool{}
	for x := range tx.AppRoleAssignmentsOf(client.TenantID, client.ID) {
		if strings.EqualFold(x.ResourceID, resource.ID) {
			has[x.AppRoleID] = true
		}
	}
	for _, id := range roles {
		if !has[id] {
			has[id] = true
			putAssignment(tx, client.TenantID, client.ID, "ServicePrincipal", resource.ID, id)
		}
	}
}

// GrantScopes adds delegated permissions of a client at a resource, for everybody (user "") or one person. Names are
// stored as the resource spells them. It fails with ObjectNotFound where client, resource or person are not there.
func GrantScopes(tx *state.Tx, by Principal, tenant, clientSP, resourceSP, user string, scopes []string) (state.PermissionGrant, error) {
	client, ok := ServicePrincipal(tx, tenant, clientSP)
	if !ok {
		return state.PermissionGrant{}, notFound(clientSP)
	}
	resource, ok := ServicePrincipal(tx, tenant, resourceSP)
	if !ok {
		return state.PermissionGrant{}, notFound(resourceSP)
	}
	if user != "" {
		if _, err := FindUser(tx, tenant, user); err != nil {
			return state.PermissionGrant{}, err
		}
	}
	r, _ := ResourceByAppID(tx, resource.AppID)
	g := putGrant(tx, tenant, client.ID, resource.ID, user, canonical(r, scopes))
	recordGrant(tx, by, "Add delegated permission grant", opAssign, g)
	return g, nil
}

// canonical are scopes as their resource spells them; one that it does not know stays as it is, for the service keeps it.
func canonical(r Resource, scopes []string) []string {
	var out []string
	for _, value := range scopes {
		if s, ok := r.Scope(value); ok {
			value = s.Value
		}
		if !slices.Contains(out, value) {
			out = append(out, value)
		}
	}
	return out
}

func putGrant(tx *state.Tx, tenant, client, resource, user string, scopes []string) state.PermissionGrant {
	for g := range tx.PermissionGrantsOf(tenant, client) {
		if strings.EqualFold(g.ResourceID, resource) && strings.EqualFold(g.PrincipalID, user) {
			g.Scopes = append(slices.Clone(g.Scopes), missingFrom(g.Scopes, scopes)...)
			tx.PutPermissionGrant(g)
			return g
		}
	}
	g := state.PermissionGrant{
		TenantID: tenant, ID: tx.NewSecret(32), ClientID: client, ConsentType: ForEverybody, PrincipalID: user,
		ResourceID: resource, Scopes: scopes, CreatedAt: tx.Now(),
	}
	if user != "" {
		g.ConsentType = ForOne
	}
	tx.PutPermissionGrant(g)
	return g
}

func missingFrom(have, want []string) []string {
	var out []string
	for _, w := range want {
		if !containsFold(have, w) {
			out = append(out, w)
		}
	}
	return out
}

// SetGrant replaces the scopes of a grant.
func SetGrant(tx *state.Tx, by Principal, g state.PermissionGrant, scopes []string) state.PermissionGrant {
	if resource, ok := ServicePrincipal(tx, g.TenantID, g.ResourceID); ok {
		r, _ := ResourceByAppID(tx, resource.AppID)
		scopes = canonical(r, scopes)
	}
	g.Scopes = scopes
	tx.PutPermissionGrant(g)
	recordGrant(tx, by, "Update delegated permission grant", opUpdate, g)
	return g
}

// RemoveGrant takes delegated permissions away.
func RemoveGrant(tx *state.Tx, by Principal, g state.PermissionGrant) {
	tx.DeletePermissionGrant(g)
	recordGrant(tx, by, "Remove delegated permission grant", opDelete, g)
}

func recordGrant(tx *state.Tx, by Principal, activity, kind string, g state.PermissionGrant) {
	resource, _ := ServicePrincipal(tx, g.TenantID, g.ResourceID)
	recordServicePrincipal(tx, by, activity, kind, resource,
		state.ModifiedProperty{Name: "DelegatedPermissionGrant.Scope", New: asJSON(strings.Join(g.Scopes, " "))},
		state.ModifiedProperty{Name: "DelegatedPermissionGrant.ConsentType", New: asJSON(g.ConsentType)},
		state.ModifiedProperty{Name: "ServicePrincipal.ObjectID", New: asJSON(g.ClientID)})
}

// noRole is the app role id of an assignment to an application as a whole, without a role.
const noRole = "00000000-0000-0000-0000-000000000000"

// GrantRole gives an application permission, or a role of an application, to a principal (User, Group or
// ServicePrincipal). It fails with ReferenceExists, ObjectNotFound where principal or resource are not there, and
// InvalidProperty for a role that the resource does not offer.
func GrantRole(tx *state.Tx, by Principal, tenant, principal, principalType, resourceSP, roleID string) (state.AppRoleAssignment, error) {
	resource, ok := ServicePrincipal(tx, tenant, resourceSP)
	if !ok {
		return state.AppRoleAssignment{}, notFound(resourceSP)
	}
	if !exists(tx, tenant, principal, principalType) {
		return state.AppRoleAssignment{}, notFound(principal)
	}
	r, _ := ResourceByAppID(tx, resource.AppID)
	role, ok := r.Role(roleID)
	if !ok && roleID != noRole {
		return state.AppRoleAssignment{}, problem.For(problem.Invalid, problem.InvalidProperty, "appRoleId",
			"Permission being assigned was not found on application '%s'.", r.Name)
	}
	for a := range tx.AppRoleAssignmentsOf(tenant, principal) {
		if strings.EqualFold(a.ResourceID, resource.ID) && strings.EqualFold(a.AppRoleID, roleID) {
			return state.AppRoleAssignment{}, problem.For(problem.Conflict, problem.ReferenceExists, "appRoleId",
				"Permission being assigned already exists on the object")
		}
	}
	a := putAssignment(tx, tenant, principal, principalType, resource.ID, strings.ToLower(roleID))
	activity := map[string]string{
		"ServicePrincipal": "Add app role assignment to service principal", "Group": "Add app role assignment to group",
		"User": "Add app role assignment grant to user",
	}[principalType]
	recordServicePrincipal(tx, by, activity, opAssign, resource,
		state.ModifiedProperty{Name: "AppRole.Value", New: asJSON(role.Value)},
		state.ModifiedProperty{Name: principalType + ".ObjectID", New: asJSON(principal)})
	return a, nil
}

func exists(tx *state.Tx, tenant, id, kind string) bool {
	var ok bool
	switch kind {
	case "User":
		_, ok = tx.User(tenant, id)
	case "Group":
		_, ok = tx.Group(tenant, id)
	case "ServicePrincipal":
		_, ok = ServicePrincipal(tx, tenant, id)
	}
	return ok
}

func putAssignment(tx *state.Tx, tenant, principal, principalType, resource, role string) state.AppRoleAssignment {
	a := state.AppRoleAssignment{
		TenantID: tenant, ID: tx.NewSecret(32), PrincipalID: strings.ToLower(principal), PrincipalType: principalType,
		ResourceID: resource, AppRoleID: role, CreatedAt: tx.Now(),
	}
	tx.PutAppRoleAssignment(a)
	return a
}

// RevokeRole takes an application permission or role away.
func RevokeRole(tx *state.Tx, by Principal, a state.AppRoleAssignment) {
	tx.DeleteAppRoleAssignment(a)
	resource, _ := ServicePrincipal(tx, a.TenantID, a.ResourceID)
	activity := map[string]string{
		"ServicePrincipal": "Remove app role assignment from service principal", "Group": "Remove app role assignment from group",
		"User": "Remove app role assignment from user",
	}[a.PrincipalType]
	recordServicePrincipal(tx, by, activity, opDelete, resource,
		state.ModifiedProperty{Name: a.PrincipalType + ".ObjectID", Old: asJSON(a.PrincipalID)})
}

// GrantedScopes returns the delegated permissions that a client has at a resource for a person, canonical spelling, sorted.
// Well-known clients have all that the resource offers, an application at its own API too.
func GrantedScopes(tx *state.Tx, tenant, clientAppID string, r Resource, user string) []string {
	if _, known := WellKnown(clientAppID); known || strings.EqualFold(clientAppID, r.AppID) {
		out := make([]string, 0, len(r.Scopes))
		for _, s := range r.Scopes {
			out = append(out, s.Value)
		}
		return out
	}
	out := preAuthorized(r, clientAppID)
	client, ok := ServicePrincipalByAppID(tx, tenant, clientAppID)
	if !ok {
		return out
	}
	resource, ok := ServicePrincipalByAppID(tx, tenant, r.AppID)
	if !ok {
		return out
	}
	for g := range tx.PermissionGrantsOf(tenant, client.ID) {
		if strings.EqualFold(g.ResourceID, resource.ID) && (g.ConsentType == ForEverybody || user != "" && strings.EqualFold(g.PrincipalID, user)) {
			out = append(out, missingFrom(out, g.Scopes)...)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return out
}

func preAuthorized(r Resource, clientAppID string) []string {
	var out []string
	for _, p := range r.App.PreAuthorized {
		if !strings.EqualFold(p.AppID, clientAppID) {
			continue
		}
		for _, id := range p.ScopeIDs {
			if s, ok := r.Scope(id); ok {
				out = append(out, s.Value)
			}
		}
	}
	return out
}

// GrantedRoles returns the application permissions that a client has at a resource.
func GrantedRoles(tx *state.Tx, tenant, clientAppID string, r Resource) []string {
	client, ok := ServicePrincipalByAppID(tx, tenant, clientAppID)
	if !ok {
		return nil
	}
	return RolesAt(tx, tenant, client.ID, r)
}

// RolesAt returns the values of the app roles of a resource that a principal is assigned directly.
func RolesAt(tx *state.Tx, tenant, principal string, r Resource) []string {
	resource, ok := ServicePrincipalByAppID(tx, tenant, r.AppID)
	if !ok {
		return nil
	}
	given := make(map[string]bool, len(r.AppRoles))
	for a := range tx.AppRoleAssignmentsOf(tenant, principal) {
		if strings.EqualFold(a.ResourceID, resource.ID) {
			given[strings.ToLower(a.AppRoleID)] = true
		}
	}
	var out []string
	for _, role := range r.AppRoles {
		if role.Enabled && role.Value != "" && given[strings.ToLower(role.ID)] {
			out = append(out, role.Value)
		}
	}
	return out
}
