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
	Redirects                              []string
	Granted                                granted
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
	asked, known := c.query("app"), grants{}
	for a := range c.tx.Applications(c.tenant.ID) {
		if a.WellKnown {
			continue
		}
		app := application{
			Name: a.DisplayName, AppID: a.AppID, ObjectID: a.ID, Audience: a.SignInAudience, Public: a.PublicClient,
			Redirects: slices.Concat(a.RedirectURIs, a.SPARedirects, a.PublicRedirects), Secrets: len(a.Secrets),
		}
		app.Granted = known.of(c, a.AppID, a.AppID == asked)
		data.Registered = append(data.Registered, app)
	}
	for p := range c.tx.ServicePrincipals(c.tenant.ID) { // those that are everywhere without a word are of no interest here
		if _, known := directory.WellKnown(p.AppID); known {
			continue
		}
		app := application{Name: p.DisplayName, AppID: p.AppID, ObjectID: p.ID}
		if t, ok := c.tx.Tenant(p.OwnerTenantID); ok {
			app.Owner = t.DisplayName
		}
		app.Granted = known.of(c, p.AppID, p.AppID == asked)
		data.Installed = append(data.Installed, app)
	}
	for _, list := range [][]application{data.Registered, data.Installed} {
		for i := range list {
			list[i].Expanded = list[i].AppID == asked
			list[i].Expand = "?app=" + list[i].AppID + "#app-" + list[i].ObjectID
		}
	}
	byName := func(a, b application) int { return cmp.Compare(state.NameKey(a.Name), state.NameKey(b.Name)) }
	slices.SortFunc(data.Registered, byName)
	slices.SortFunc(data.Installed, byName)
	return view{Template: "applications", Data: data}, nil
}

// granted is what an application has in the organisation: how much, and by name where that is asked for.
type granted struct {
	Delegated, Application int
	Scopes, Roles          []string
}

// grants are what the applications have, by client id: most are both registered and used.
type grants map[string]granted

// of counts; the names of application permissions stand in their resources, and making those costs more than all the rest of
// the page.
func (known grants) of(c *call, appID string, named bool) granted {
	if g, ok := known[appID]; ok {
		return g
	}
	var g granted
	if p, ok := directory.ServicePrincipalByAppID(c.tx, c.tenant.ID, appID); ok {
		g = c.granted(p.ID, named)
	}
	known[appID] = g
	return g
}

func (c *call) granted(servicePrincipal string, named bool) (g granted) {
	for one := range c.tx.PermissionGrantsOf(c.tenant.ID, servicePrincipal) {
		g.Scopes = append(g.Scopes, one.Scopes...)
	}
	slices.Sort(g.Scopes)
	g.Scopes = slices.Compact(g.Scopes)
	g.Delegated = len(g.Scopes)
	offered := map[string]map[string]string{}
	for a := range c.tx.AppRoleAssignmentsOf(c.tenant.ID, servicePrincipal) {
		g.Application++
		if !named {
			continue
		}
		if offered[a.ResourceID] == nil {
			offered[a.ResourceID] = c.rolesOf(a.ResourceID)
		}
		g.Roles = append(g.Roles, cmp.Or(offered[a.ResourceID][a.AppRoleID], a.AppRoleID))
	}
	slices.Sort(g.Roles)
	return g
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
