package spoapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/spoapi/csom"
)

// propertyEntity is an administration object with properties by name.
func (c *request) propertyEntity(kind, path string, list []sharing.Property) *entity {
	props := make(odata.Object, 0, len(list))
	for _, p := range list {
		switch v := p.Value.(type) {
		case csom.GUID:
			props = append(props, odata.Member{Name: p.Name, Value: string(v)})
		default:
			props = append(props, odata.Member{Name: p.Name, Value: v})
		}
	}
	return &entity{kind: adminNamespace + kind, web: c.webURL(c.site), path: path, props: props}
}

func getTenant(c *request, _ *odata.Call) (any, error) {
	return c.propertyEntity("Tenant", "SPO.Tenant", sharing.TenantProperties(c.tenantNow())), nil
}

func updateTenant(c *request, _ *odata.Call) (any, error) {
	changes, err := c.properties()
	if err != nil {
		return nil, err
	}
	return void{}, sharing.SetTenant(c.tx, c.caller, c.tenant.ID, changes)
}

// properties reads a body of properties by name, without the annotations of verbose bodies.
func (c *request) properties() (map[string]any, error) {
	changes := map[string]any{}
	if err := c.decode(&changes); err != nil {
		return nil, err
	}
	for name := range changes {
		if name == "__metadata" || strings.Contains(name, "odata.") {
			delete(changes, name)
		}
	}
	return changes, nil
}

func siteByID(c *request, _ any, k odata.Predicate) (any, error) {
	s, ok := c.tx.Site(c.tenant.ID, strings.Trim(k.Text(), "{}"))
	if !ok {
		return nil, problem.For(problem.NotFound, problem.SiteNotFound, k.Text(), "There is no site %s.", k.Text())
	}
	return s, nil
}

func (c *request) sitePropertyEntity(s state.Site) *entity {
	return c.propertyEntity("SiteProperties", "SPO.Tenant/sites('"+s.ID+"')", c.siteProperties(s))
}

func getSiteProperties(c *request, call *odata.Call) (any, error) {
	s, _ := call.Value.(state.Site)
	return c.sitePropertyEntity(s), nil
}

func updateSiteProperties(c *request, call *odata.Call) (any, error) {
	s, _ := call.Value.(state.Site)
	changes, err := c.properties()
	if err != nil {
		return nil, err
	}
	return void{}, sharing.SetSite(c.tx, c.caller, s, changes)
}

func sitePropertiesByURL(c *request, _ *odata.Call) (any, error) {
	var body struct {
		URL string `json:"url"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	s, err := c.siteByAddress(body.URL)
	if err != nil {
		return nil, err
	}
	return c.sitePropertyEntity(s), nil
}

func sitePropertiesByFilters(c *request, _ *odata.Call) (any, error) {
	var body struct {
		Filter struct {
			Filter   string `json:"Filter"`
			Template string `json:"Template"`
			Personal anInt  `json:"IncludePersonalSite"`
		} `json:"speFilter"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	f := siteFilter{filter: body.Filter.Filter, template: body.Filter.Template}
	if body.Filter.Personal == 1 {
		f.personal = "1"
	}
	page := &collection{kind: adminNamespace + "SiteProperties"}
	for _, s := range c.listSites(f) {
		page.items = append(page.items, c.sitePropertyEntity(s))
	}
	return page, nil
}

func removeSite(c *request, _ *odata.Call) (any, error) {
	var body struct {
		URL string `json:"siteUrl"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	s, err := c.siteByAddress(body.URL)
	if err != nil {
		return nil, err
	}
	_, err = (&csomServer{c}).moveSite("RemoveSite", c.webURL(s))
	return void{}, err
}

// wireAdministrator is one of a site's administrators, or of the people in one of its groups.
type wireAdministrator struct {
	Email     string `json:"email"`
	LoginName string `json:"loginName"`
	Name      string `json:"name"`
	UPN       string `json:"userPrincipalName"`
}

func (wireAdministrator) edmKind() string { return adminNamespace + "SiteAdministratorsInfo" }

func wireAdministrators(list []wirePrincipal) []wireAdministrator {
	out := []wireAdministrator{}
	for _, p := range list {
		out = append(out, wireAdministrator{p.Email, p.LoginName, p.Name, deref(p.UPN)})
	}
	return out
}

// siteParameter is the site that a function's siteId names, in its parentheses or in the query.
func (c *request) siteParameter(call *odata.Call) (state.Site, error) {
	id := strings.Trim(orText(call.Args.Text("siteId"), call.Query.Custom.Get("siteId")), "'{}")
	s, ok := c.tx.Site(c.tenant.ID, id)
	if !ok {
		return s, problem.For(problem.NotFound, problem.SiteNotFound, id, "There is no site %s.", id)
	}
	return s, nil
}

func siteAdministrators(c *request, call *odata.Call) (any, error) {
	s, err := c.siteParameter(call)
	if err != nil {
		return nil, err
	}
	var people []wirePrincipal
	for _, a := range c.siteAdmins(s) {
		people = append(people, a.Principal)
	}
	return result{
		name: "GetSiteAdministrators", kind: "Collection(" + wireAdministrator{}.edmKind() + ")", value: wireAdministrators(people),
	}, nil
}

// wireSiteGroup are the people of one of a site's standard groups.
type wireSiteGroup struct {
	Users []wireAdministrator `json:"userGroup"`
}

func (wireSiteGroup) edmKind() string { return adminNamespace + "SiteUserGroupInfo" }

// siteUserGroups answers SPO.Tenant/sites/GetSiteUserGroups: owners (0), members (1) and visitors (2), as asked.
func siteUserGroups(c *request, call *odata.Call) (any, error) {
	s, err := c.siteParameter(call)
	if err != nil {
		return nil, err
	}
	ids := orText(call.Args.Text("userGroupIds"), call.Query.Custom.Get("userGroupIds"))
	list := []wireSiteGroup{}
	for id := range strings.SplitSeq(strings.Trim(ids, "[]' "), ",") {
		group, ok := map[string]int{"0": s.OwnersGroup, "1": s.MembersGroup, "2": s.VisitorsGroup}[strings.TrimSpace(id)]
		if !ok {
			return nil, problem.For(problem.Invalid, problem.InvalidProperty, "userGroupIds", "The groups are 0, 1 and 2.")
		}
		var people []wirePrincipal
		g, _ := c.tx.SiteGroup(s.TenantID, s.ID, group)
		for _, member := range g.MemberIDs {
			if p, ok := c.principalNumbered(s, member); ok {
				people = append(people, p)
			}
		}
		list = append(list, wireSiteGroup{wireAdministrators(people)})
	}
	return result{name: "GetSiteUserGroups", kind: "Collection(" + wireSiteGroup{}.edmKind() + ")", value: list}, nil
}
