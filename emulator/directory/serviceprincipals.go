package directory

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The service principals of the service's own APIs and of the well-known clients are the same in every tenant but for
// their object ids. They are no rows: a thousand tenants would hold tens of thousands of them. Whoever changes one makes a
// row of it, which then counts.

// ServicePrincipal returns an application installed in a tenant by object id.
func ServicePrincipal(tx *state.Tx, tenant, id string) (state.ServicePrincipal, bool) {
	if p, ok := tx.ServicePrincipal(tenant, id); ok {
		return p, true
	}
	for _, p := range builtIn(tx, tenant) {
		if strings.EqualFold(p.ID, id) {
			return p, true
		}
	}
	return state.ServicePrincipal{}, false
}

// ServicePrincipalByAppID returns an application installed in a tenant by client id.
func ServicePrincipalByAppID(tx *state.Tx, tenant, appID string) (state.ServicePrincipal, bool) {
	if p, ok := tx.ServicePrincipalByAppID(tenant, appID); ok {
		return p, true
	}
	if r := api(appID); r.AppID != "" {
		return builtInOf(tx, tenant, r.AppID, r.Name), true
	}
	if a, ok := WellKnown(appID); ok {
		return builtInOf(tx, tenant, a.AppID, a.DisplayName), true
	}
	return state.ServicePrincipal{}, false
}

// ServicePrincipals returns everything that is installed in a tenant, by object id.
func ServicePrincipals(tx *state.Tx, tenant string) []state.ServicePrincipal {
	all := slices.Collect(tx.ServicePrincipals(tenant))
	changed := map[string]bool{}
	for _, p := range all {
		changed[strings.ToLower(p.AppID)] = true
	}
	for _, p := range builtIn(tx, tenant) {
		if !changed[p.AppID] {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b state.ServicePrincipal) int { return strings.Compare(a.ID, b.ID) })
	return all
}

func builtIn(tx *state.Tx, tenant string) []state.ServicePrincipal {
	var all []state.ServicePrincipal
	for _, r := range apis() {
		all = append(all, builtInOf(tx, tenant, r.AppID, r.Name))
	}
	for _, c := range wellKnownClients {
		all = append(all, builtInOf(tx, tenant, c.id, c.name))
	}
	return all
}

func builtInOf(tx *state.Tx, tenant, appID, name string) state.ServicePrincipal {
	t, _ := tx.Tenant(tenant)
	return state.ServicePrincipal{
		TenantID: tenant, ID: stableID("servicePrincipal", tenant, appID), AppID: appID, OwnerTenantID: microsoftTenantID,
		DisplayName: name, Type: "Application", AccountEnabled: true, CreatedAt: t.CreatedAt,
		Tags: []string{"WindowsAzureActiveDirectoryIntegratedApp"},
	}
}

// Install makes the application's service principal in a tenant, if there is none yet. Graph, SharePoint and well-known
// clients are there already. It fails with ObjectNotFound for an unknown client id and for an application that is another
// organisation's alone.
func Install(tx *state.Tx, by Principal, tenant, appID string) (state.ServicePrincipal, error) {
	if p, ok := ServicePrincipalByAppID(tx, tenant, appID); ok {
		return p, nil
	}
	a, ok := tx.ApplicationByAppID(appID)
	if !ok || a.TenantID != tenant && !a.MultiTenant() {
		return state.ServicePrincipal{}, problem.For(problem.NotFound, problem.ObjectNotFound, appID,
			"The appId '%s' of the service principal does not reference a valid application object.", appID)
	}
	p := tx.PutServicePrincipal(state.ServicePrincipal{
		TenantID: tenant, ID: tx.NewID(), AppID: a.AppID, OwnerTenantID: a.TenantID, DisplayName: a.DisplayName,
		Type: "Application", AccountEnabled: true, HomepageURL: a.HomePageURL, Tags: a.Tags, CreatedAt: tx.Now(),
	})
	recordServicePrincipal(tx, by, "Add service principal", opAdd, p)
	return p, nil
}

// UpdateServicePrincipal stores a changed service principal.
func UpdateServicePrincipal(tx *state.Tx, by Principal, after state.ServicePrincipal) (state.ServicePrincipal, error) {
	if _, ok := ServicePrincipal(tx, after.TenantID, after.ID); !ok {
		return state.ServicePrincipal{}, notFound(after.ID)
	}
	after = tx.PutServicePrincipal(after)
	recordServicePrincipal(tx, by, "Update service principal", opUpdate, after)
	return after, nil
}

// Uninstall removes an application from a tenant with all that was consented to it or assigned for it. The service's own
// cannot be removed: it fails with InsufficientRights.
func Uninstall(tx *state.Tx, by Principal, p state.ServicePrincipal) error {
	if _, known := WellKnown(p.AppID); known || api(p.AppID).AppID != "" {
		return problem.For(problem.Denied, problem.InsufficientRights, p.ID, "The service's own applications cannot be removed.")
	}
	if _, ok := tx.ServicePrincipal(p.TenantID, p.ID); !ok {
		return notFound(p.ID)
	}
	for g := range tx.PermissionGrants(p.TenantID) {
		if strings.EqualFold(g.ClientID, p.ID) || strings.EqualFold(g.ResourceID, p.ID) {
			tx.DeletePermissionGrant(g)
		}
	}
	for a := range tx.AppRoleAssignmentsTo(p.TenantID, p.ID) {
		tx.DeleteAppRoleAssignment(a)
	}
	dropReferences(tx, p.TenantID, p.ID)
	tx.DeleteServicePrincipal(p)
	recordServicePrincipal(tx, by, "Remove service principal", opDelete, p)
	return nil
}

func recordServicePrincipal(tx *state.Tx, by Principal, activity, kind string, p state.ServicePrincipal, modified ...state.ModifiedProperty) {
	Audit(tx, by, state.Event{
		TenantID: p.TenantID, Operation: activity, Category: catApplications, Type: kind,
		Targets: []state.EventTarget{{ID: p.ID, Type: "ServicePrincipal", DisplayName: p.DisplayName, Modified: modified}},
	})
}
