package spoapi

import (
	"github.com/tennantite/tennantite/emulator/odata"
)

// adminRootChildren are the administration's objects on {tenant}-admin (sharepoint.md 6).
func adminRootChildren() []child {
	guarded := func(c *request, _ any, _ odata.Args) (any, error) { return c.tenant, c.requireAdmin() }
	return []child{
		{Name: "SPO.Tenant", Aliases: []string{adminNamespace + "Tenant"}, Of: "spoTenant", Resolve: guarded},
		{Name: externalNamespace + "Office365Tenant", Of: "office365Tenant", Resolve: guarded},
	}
}

// adminRootOperations stand directly below _api; there are none.
func adminRootOperations() []operation { return nil }

// adminNodes are the nodes of tenant administration.
func adminNodes() []node {
	op := func(name string, h func(*request, *odata.Call) (any, error), params ...string) operation {
		return operation{Name: "spoTenant." + name, Method: "POST", Segment: name, Params: params, Source: "sharepoint.md 6.2", Handler: h}
	}
	external := func(name string, h func(*request, *odata.Call) (any, error)) operation {
		return operation{Name: "office365Tenant." + name, Method: "POST", Segment: name, Source: "sharepoint.md 6.3", Handler: h}
	}
	administrators := op("GetSiteAdministrators", siteAdministrators, "siteId?")
	byGet := administrators
	byGet.Name, byGet.Method = "spoTenant.GetSiteAdministrators.get", "GET"
	return []node{
		{
			Name:     "spoTenant",
			Children: []child{{Name: "sites", Of: "spoSites"}},
			Operations: controlling(
				operation{Name: "spoTenant.get", Method: "GET", Source: "sharepoint.md 6.2", Handler: getTenant},
				operation{Name: "spoTenant.update", Method: "PATCH", Source: "sharepoint.md 6.2", Handler: updateTenant},
				op("GetSitePropertiesByUrl", sitePropertiesByURL), op("GetSitePropertiesFromSharePointByFilters", sitePropertiesByFilters),
				op("RemoveSite", removeSite), administrators, byGet,
			),
		},
		{
			Name: "spoSites", Key: key{Of: "spoSite", Resolve: siteByID},
			Operations: controlling(operation{
				Name: "spoSites.GetSiteUserGroups", Method: "GET", Segment: "GetSiteUserGroups", Params: []string{"siteId?", "userGroupIds?"},
				Source: "sharepoint.md 6.2", Handler: siteUserGroups,
			}),
		},
		{
			Name: "spoSite",
			Operations: controlling(
				operation{Name: "spoSite.get", Method: "GET", Source: "sharepoint.md 6.2", Handler: getSiteProperties},
				operation{Name: "spoSite.update", Method: "PATCH", Source: "sharepoint.md 6.3", Handler: updateSiteProperties},
			),
		},
		{
			Name: "office365Tenant",
			Operations: controlling(
				external("GetExternalUsers", getExternals), external("GetExternalUsersWithSortBy", getExternals),
				external("GetExternalUsersForSite", getExternals), external("RemoveExternalUsers", removeExternalsREST),
			),
		},
	}
}
