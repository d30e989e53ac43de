package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// sitePermissionNodes are the permissions of a site, which are those of applications only (graph.md 8.1).
func sitePermissionNodes() []node {
	full := func(o operation) operation {
		o.Delegated, o.Application = []string{"Sites.FullControl.All"}, []string{"Sites.FullControl.All"}
		return o
	}
	return []node{
		{Name: "site", Children: []child{{Name: "permissions", Of: "sitePermissions"}}},
		{
			Name: "sitePermissions", Key: key{Of: "sitePermission", Resolve: sitePermissionByID},
			Operations: []operation{
				full(operation{Name: "sitePermissions.list", Method: "GET", Source: "GDC:api/site-list-permissions", Handler: listSitePermissions}),
				full(operation{Name: "sitePermissions.create", Method: "POST", Source: "GDC:api/site-post-permissions", Handler: createSitePermission}),
			},
		},
		{
			Name: "sitePermission", Properties: odata.PropertiesOf(wirePermission{}),
			Operations: []operation{
				full(operation{Name: "sitePermission.get", Method: "GET", Source: "GDC:api/site-get-permission", Handler: getSitePermission}),
				full(operation{Name: "sitePermission.update", Method: "PATCH", Source: "GDC:api/site-update-permission", Handler: updateSitePermission}),
				full(operation{Name: "sitePermission.delete", Method: "DELETE", Source: "GDC:api/site-delete-permission", Handler: deleteSitePermission}),
			},
		},
	}
}

type wireSiteGrant struct {
	Roles  []string      `json:"roles"`
	Many   []wireGrantee `json:"grantedToIdentities"`
	ManyV2 []wireGrantee `json:"grantedToIdentitiesV2"`
	To     *wireGrantee  `json:"grantedTo"`
	ToV2   *wireGrantee  `json:"grantedToV2"`
}

// application is the one application that a body names.
func (b wireSiteGrant) application() (wireIdentity, error) {
	list := append(b.ManyV2, b.Many...)
	for _, to := range []*wireGrantee{b.ToV2, b.To} {
		if to != nil {
			list = append(list, *to)
		}
	}
	for _, to := range list {
		if to.Application != nil && strings.TrimSpace(to.Application.ID) != "" {
			return *to.Application, nil
		}
	}
	return wireIdentity{}, problem.For(problem.Invalid, problem.MissingProperty, "grantedToIdentities", "Only applications can be given a site.")
}

func siteSet(p drive.Place) string { return "sites('" + p.Site.ID + "')/permissions" }

func (r *request) siteGrants(p drive.Place) []placeGrant {
	var out []placeGrant
	for perm := range r.tx.PermissionsOn(p.Site.TenantID, p.Securable()) {
		if perm.To == state.ToApp {
			out = append(out, placeGrant{sharing.Grant{ID: sharing.GrantID(r.tx, p.Site, perm), Permission: perm, From: p}, p})
		}
	}
	return out
}

func sitePermissionByID(r *request, parent any, k odata.Predicate) (any, error) {
	p, _ := parent.(drive.Place)
	for _, g := range r.siteGrants(p) {
		if g.ID == k.Text() || strings.EqualFold(g.Permission.ID, k.Text()) {
			return g, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ItemNotFound, k.Text(), "Item not found")
}

func listSitePermissions(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	rows := []wirePermission{}
	for _, g := range r.siteGrants(p) {
		rows = append(rows, r.permissionWire(g.Grant, true))
	}
	return collection(call, siteSet(p), rows), nil
}

func createSitePermission(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	var body wireSiteGrant
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	app, err := body.application()
	if err != nil {
		return nil, err
	}
	role, err := sharedRole(body.Roles)
	if err != nil {
		return nil, err
	}
	perm, err := sharing.GrantApplication(r.tx, r.caller, p, app.ID, app.DisplayName, role)
	if err != nil {
		return nil, err
	}
	g := sharing.Grant{ID: sharing.GrantID(r.tx, p.Site, perm), Permission: perm, From: p}
	return r.created(call, siteSet(p), r.permissionWire(g, true), "/sites/"+p.Site.ID+"/permissions/"+g.ID), nil
}

func getSitePermission(r *request, call *odata.Call) (any, error) {
	g, _ := call.Value.(placeGrant)
	return entity(call, siteSet(g.at), r.permissionWire(g.Grant, true)), nil
}

func updateSitePermission(r *request, call *odata.Call) (any, error) {
	g, _ := call.Value.(placeGrant)
	var body wireSiteGrant
	if err := r.decodeOpen(&body); err != nil {
		return nil, err
	}
	role, err := sharedRole(body.Roles)
	if err != nil {
		return nil, err
	}
	perm, err := sharing.GrantApplication(r.tx, r.caller, g.at, g.Permission.ObjectID, g.Permission.Email, role)
	if err != nil {
		return nil, err
	}
	g.Permission = perm
	return entity(call, siteSet(g.at), r.permissionWire(g.Grant, true)), nil
}

func deleteSitePermission(r *request, call *odata.Call) (any, error) {
	g, _ := call.Value.(placeGrant)
	if err := r.face.Sharing.RemovePermission(r.tx, r.caller, g.at, g.Permission.ID); err != nil {
		return nil, err
	}
	return noContent(), nil
}
