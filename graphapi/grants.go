package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireGrant is an oauth2PermissionGrant: delegated permissions of a client at an API (graph.md 10).
type wireGrant struct {
	ClientID    string  `json:"clientId"`
	ConsentType string  `json:"consentType"`
	ID          string  `json:"id"`
	PrincipalID *string `json:"principalId"`
	ResourceID  string  `json:"resourceId"`
	Scope       string  `json:"scope"`
}

// grantList are grants, all of the tenant's or those of one client or person.
type grantList struct {
	fits func(state.PermissionGrant) bool
}

// grantNodes are /oauth2PermissionGrants, and the same below clients and people.
func grantNodes() []node {
	read := []string{"DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	write := []string{"DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"}
	person := append(read, "Directory.AccessAsUser.All")
	return []node{
		{Name: rootNode, Children: []child{{Name: "oauth2PermissionGrants", Of: "grants", Resolve: allGrants}}},
		{Name: "user", Children: []child{{Name: "oauth2PermissionGrants", Of: "grants", Resolve: grantsOfUser}}},
		{Name: "servicePrincipal", Children: []child{{Name: "oauth2PermissionGrants", Of: "grants", Resolve: grantsOfClient}}},
		{
			Name: "grants", Key: key{Of: "grant", Resolve: grantByKey},
			Operations: []operation{
				{
					Name: "grants.list", Method: "GET", Countable: true, Handler: listGrants, Source: "GD:api/oauth2permissiongrant-list",
					Delegated: person, Application: append(read, "Application.Read.All"),
				},
				{
					Name: "grants.create", Method: "POST", Handler: createGrant, Source: "GD:api/oauth2permissiongrant-post",
					Delegated: append(write, "Directory.AccessAsUser.All"), Application: write,
				},
			},
			NotEmulated: []string{"delta"},
		},
		{
			Name: "grant", Properties: odata.PropertiesOf(wireGrant{}),
			Operations: []operation{
				{
					Name: "grant.get", Method: "GET", Handler: getGrant, Source: "GD:api/oauth2permissiongrant-get",
					Delegated: person, Application: read,
				},
				{
					Name: "grant.update", Method: "PATCH", Handler: updateGrant, Source: "GD:api/oauth2permissiongrant-update",
					Delegated: append(write, "Directory.AccessAsUser.All"), Application: write,
				},
				{
					Name: "grant.delete", Method: "DELETE", Handler: deleteGrant, Source: "GD:api/oauth2permissiongrant-delete",
					Delegated: append(write, "Directory.AccessAsUser.All"), Application: write,
				},
			},
		},
	}
}

func allGrants(*request, any, odata.Args) (any, error) {
	return grantList{func(state.PermissionGrant) bool { return true }}, nil
}

func grantsOfUser(_ *request, parent any, _ odata.Args) (any, error) {
	id := parent.(state.User).ID
	return grantList{func(g state.PermissionGrant) bool { return strings.EqualFold(g.PrincipalID, id) }}, nil
}

func grantsOfClient(_ *request, parent any, _ odata.Args) (any, error) {
	id := parent.(state.ServicePrincipal).ID
	return grantList{func(g state.PermissionGrant) bool { return strings.EqualFold(g.ClientID, id) }}, nil
}

func grantOf(g state.PermissionGrant) wireGrant {
	return wireGrant{g.ClientID, g.ConsentType, g.ID, orNull(g.PrincipalID), g.ResourceID, strings.Join(g.Scopes, " ")}
}

func grantByKey(r *request, in any, k odata.Predicate) (any, error) {
	g, ok := r.tx.PermissionGrant(r.tenant.ID, k.Text())
	if !ok || !in.(grantList).fits(g) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return g, nil
}

func listGrants(r *request, call *odata.Call) (any, error) {
	rows := []wireGrant{}
	for g := range r.tx.PermissionGrants(r.tenant.ID) {
		if !call.Value.(grantList).fits(g) {
			continue
		}
		if w := grantOf(g); odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerRows(r, call, "oauth2PermissionGrants", rows, func(w wireGrant) string { return w.ID })
}

func getGrant(_ *request, call *odata.Call) (any, error) {
	return entity(call, "oauth2PermissionGrants", grantOf(call.Value.(state.PermissionGrant))), nil
}

// grantInput is what clients send; the times are of old and have no effect.
type grantInput struct {
	ID          string  `json:"id"`
	ClientID    string  `json:"clientId"`
	ConsentType string  `json:"consentType"`
	PrincipalID *string `json:"principalId"`
	ResourceID  string  `json:"resourceId"`
	Scope       string  `json:"scope"`
	StartTime   any     `json:"startTime"`
	ExpiryTime  any     `json:"expiryTime"`
}

func createGrant(r *request, call *odata.Call) (any, error) {
	var in grantInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	user := deref(in.PrincipalID)
	switch {
	case in.ClientID == "" || in.ResourceID == "":
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "clientId", "The properties 'clientId' and 'resourceId' are required.")
	case in.ConsentType != directory.ForEverybody && in.ConsentType != directory.ForOne:
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "consentType", "Invalid value specified for property 'consentType' of resource 'OAuth2PermissionGrant'.")
	case (in.ConsentType == directory.ForOne) != (user != ""):
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "principalId", "The property 'principalId' belongs to consentType Principal.")
	}
	if err := r.mayGrant(in.ResourceID, user); err != nil {
		return nil, err
	}
	for g := range r.tx.PermissionGrantsOf(r.tenant.ID, in.ClientID) {
		if strings.EqualFold(g.ResourceID, in.ResourceID) && strings.EqualFold(g.PrincipalID, user) {
			return nil, problem.For(problem.Conflict, problem.ReferenceExists, "clientId", "Permission entry already exists.")
		}
	}
	g, err := directory.GrantScopes(r.tx, r.caller, r.tenant.ID, in.ClientID, in.ResourceID, user, strings.Fields(in.Scope))
	if err != nil {
		return nil, err
	}
	return r.created(call, "oauth2PermissionGrants", grantOf(g), "/oauth2PermissionGrants/"+g.ID), nil
}

// mayGrant: everybody may consent for himself, some for others.
func (r *request) mayGrant(resource, user string) error {
	if user != "" && strings.EqualFold(user, r.caller.User.ID) {
		return nil
	}
	p, _ := directory.ServicePrincipal(r.tx, r.tenant.ID, resource)
	return directory.MayConsent(r.tx, r.caller, p.AppID, false)
}

func updateGrant(r *request, call *odata.Call) (any, error) {
	g := call.Value.(state.PermissionGrant)
	if err := r.mayGrant(g.ResourceID, g.PrincipalID); err != nil {
		return nil, err
	}
	var in grantInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	directory.SetGrant(r.tx, r.caller, g, strings.Fields(in.Scope))
	return noContent(), nil
}

func deleteGrant(r *request, call *odata.Call) (any, error) {
	g := call.Value.(state.PermissionGrant)
	if err := r.mayGrant(g.ResourceID, g.PrincipalID); err != nil {
		return nil, err
	}
	directory.RemoveGrant(r.tx, r.caller, g)
	return noContent(), nil
}
