package console

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

func applicationPages() []page {
	return []page{
		{Path: "/o/{tenant}/applications", Title: "Applications", Nav: nav{Label: "Applications", In: ofOrganisation, Order: 50}, show: showApplications},
	}
}

// application is a registered application, or one of elsewhere that is used here.
type application struct {
	Name, AppID, ObjectID, Audience, Owner string
	Public                                 bool
	Redirects, Scopes, Roles               []string
	Secrets                                int
	Expanded                               bool // what it was consented to is listed
	Expand                                 string
}

func showApplications(c *call) (reply, error) {
	data := struct {
		Registered, Installed []application
		Curl, Token           string
	}{
		Curl:  c.graph(http.MethodGet, "/v1.0/applications", nil).String(),
		Token: c.plane(http.MethodPost, "/tokens", c.wish(c.who, "https://graph.microsoft.com")).String(),
	}
	offered := offers{}
	for a := range c.tx.Applications(c.tenant.ID) {
		if a.WellKnown {
			continue
		}
		app := application{
			Name: a.DisplayName, AppID: a.AppID, ObjectID: a.ID, Audience: a.SignInAudience, Public: a.PublicClient,
			Redirects: slices.Concat(a.RedirectURIs, a.SPARedirects, a.PublicRedirects), Secrets: len(a.Secrets),
		}
		app.Scopes, app.Roles = c.granted(a.AppID, offered)
		data.Registered = append(data.Registered, app)
	}
	for _, p := range directory.ServicePrincipals(c.tx, c.tenant.ID) {
		if _, known := directory.WellKnown(p.AppID); known {
			continue
		}
		app := application{Name: p.DisplayName, AppID: p.AppID, ObjectID: p.ID}
		if t, ok := c.tx.Tenant(p.OwnerTenantID); ok {
			app.Owner = t.DisplayName
		}
		app.Scopes, app.Roles = c.granted(p.AppID, offered)
		data.Installed = append(data.Installed, app)
	}
	for _, list := range [][]application{data.Registered, data.Installed} {
		for i := range list {
			list[i].Expanded = list[i].AppID == c.query("app")
			list[i].Expand = "?app=" + list[i].AppID + "#app-" + list[i].ObjectID
		}
	}
	byName := func(a, b application) int { return cmp.Compare(state.NameKey(a.Name), state.NameKey(b.Name)) }
	slices.SortFunc(data.Registered, byName)
	slices.SortFunc(data.Installed, byName)
	return view{Template: "applications", Data: data}, nil
}

// offers are the application permissions of resources: value by id, by service principal. Making a resource costs more than
// all the rest of the page.
type offers map[string]map[string]string

// granted are the permissions that an application has in the organisation.
func (c *call) granted(appID string, offered offers) (scopes, roles []string) {
	p, ok := directory.ServicePrincipalByAppID(c.tx, c.tenant.ID, appID)
	if !ok {
		return nil, nil
	}
	for g := range c.tx.PermissionGrantsOf(c.tenant.ID, p.ID) {
		scopes = append(scopes, g.Scopes...)
	}
	for a := range c.tx.AppRoleAssignmentsOf(c.tenant.ID, p.ID) {
		if offered[a.ResourceID] == nil {
			offered[a.ResourceID] = c.rolesOf(a.ResourceID)
		}
		if value := offered[a.ResourceID][a.AppRoleID]; value != "" {
			roles = append(roles, value)
		}
	}
	slices.Sort(scopes)
	slices.Sort(roles)
	return slices.Compact(scopes), slices.Compact(roles)
}

// rolesOf are the application permissions that a resource offers, by id.
func (c *call) rolesOf(servicePrincipal string) map[string]string {
	byID := map[string]string{}
	p, _ := directory.ServicePrincipal(c.tx, c.tenant.ID, servicePrincipal)
	r, _ := directory.ResourceByAppID(c.tx, p.AppID)
	for _, role := range r.AppRoles {
		byID[role.ID] = role.Value
	}
	return byID
}
