package graphapi

import (
	"iter"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireRoleAssignment is an appRoleAssignment (graph.md 10).
type wireRoleAssignment struct {
	ID                   string     `json:"id"`
	DeletedDateTime      *time.Time `json:"deletedDateTime"`
	AppRoleID            string     `json:"appRoleId"`
	CreatedDateTime      *time.Time `json:"createdDateTime"`
	PrincipalDisplayName *string    `json:"principalDisplayName"`
	PrincipalID          string     `json:"principalId"`
	PrincipalType        string     `json:"principalType"`
	ResourceDisplayName  *string    `json:"resourceDisplayName"`
	ResourceID           string     `json:"resourceId"`
}

// assignmentList are app role assignments seen from one end: those of a principal, or those to a resource.
type assignmentList struct {
	load                          func() iter.Seq[state.AppRoleAssignment]
	principal, kind, resource, of string // of names the collection in @odata.context
}

// appRoleNodes are appRoleAssignments of people, groups and service principals, and appRoleAssignedTo of an API.
func appRoleNodes() []node {
	read := []string{"Application.Read.All", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	write := []string{"AppRoleAssignment.ReadWrite.All"}
	assignments := func(kind string) child {
		return child{Name: "appRoleAssignments", Of: "appRoleAssignments", Resolve: assignmentsOf(kind)}
	}
	return []node{
		{Name: "user", Children: []child{assignments("User")}},
		{Name: "group", Children: []child{assignments("Group")}},
		{Name: "servicePrincipal", Children: []child{
			assignments("ServicePrincipal"),
			{Name: "appRoleAssignedTo", Of: "appRoleAssignments", Resolve: assignedTo},
		}},
		{
			Name: "appRoleAssignments", Key: key{Of: "appRoleAssignment", Resolve: roleAssignmentByKey},
			Operations: []operation{
				{
					Name: "appRoleAssignments.list", Method: "GET", Countable: true, Handler: listRoleAssignments,
					Source:    "GD:api/serviceprincipal-list-approleassignments",
					Delegated: append(read, "Directory.AccessAsUser.All"), Application: read,
				},
				{
					Name: "appRoleAssignments.create", Method: "POST", Handler: createRoleAssignment,
					Source:    "GD:api/serviceprincipal-post-approleassignedto",
					Delegated: append(write, "Directory.AccessAsUser.All"), Application: write,
				},
			},
		},
		{
			Name: "appRoleAssignment", Properties: odata.PropertiesOf(wireRoleAssignment{}),
			Operations: []operation{
				{
					Name: "appRoleAssignment.get", Method: "GET", Handler: getRoleAssignment,
					Source:    "GD:api/serviceprincipal-list-approleassignments",
					Delegated: append(read, "Directory.AccessAsUser.All"), Application: read,
				},
				{
					Name: "appRoleAssignment.delete", Method: "DELETE", Handler: deleteRoleAssignment,
					Source:    "GD:api/serviceprincipal-delete-approleassignedto",
					Delegated: append(write, "Directory.AccessAsUser.All"), Application: write,
				},
			},
		},
	}
}

func assignmentsOf(kind string) func(*request, any, odata.Args) (any, error) {
	return func(r *request, parent any, _ odata.Args) (any, error) {
		var id, of string
		switch p := parent.(type) {
		case state.User:
			id, of = p.ID, "users"
		case state.Group:
			id, of = p.ID, "groups"
		case state.ServicePrincipal:
			id, of = p.ID, "servicePrincipals"
		}
		return assignmentList{
			load:      func() iter.Seq[state.AppRoleAssignment] { return r.tx.AppRoleAssignmentsOf(r.tenant.ID, id) },
			principal: id, kind: kind, of: of + "('" + id + "')/appRoleAssignments",
		}, nil
	}
}

func assignedTo(r *request, parent any, _ odata.Args) (any, error) {
	id := parent.(state.ServicePrincipal).ID
	return assignmentList{
		load:     func() iter.Seq[state.AppRoleAssignment] { return r.tx.AppRoleAssignmentsTo(r.tenant.ID, id) },
		resource: id, of: "servicePrincipals('" + id + "')/appRoleAssignedTo",
	}, nil
}

func (r *request) roleAssignmentOf(a state.AppRoleAssignment) wireRoleAssignment {
	w := wireRoleAssignment{
		ID: a.ID, AppRoleID: a.AppRoleID, CreatedDateTime: stamp(a.CreatedAt), PrincipalID: a.PrincipalID,
		PrincipalType: a.PrincipalType, ResourceID: a.ResourceID,
	}
	if o, err := directory.FindObject(r.tx, r.tenant.ID, a.PrincipalID); err == nil {
		w.PrincipalDisplayName = orNull(o.Name())
	}
	if p, ok := directory.ServicePrincipal(r.tx, r.tenant.ID, a.ResourceID); ok {
		w.ResourceDisplayName = orNull(p.DisplayName)
	}
	return w
}

func roleAssignmentByKey(_ *request, in any, k odata.Predicate) (any, error) {
	for a := range in.(assignmentList).load() {
		if a.ID == k.Text() {
			return a, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func listRoleAssignments(r *request, call *odata.Call) (any, error) {
	l := call.Value.(assignmentList)
	rows := []wireRoleAssignment{}
	for a := range l.load() {
		if w := r.roleAssignmentOf(a); odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerRows(r, call, l.of, rows, func(w wireRoleAssignment) string { return w.ID })
}

func getRoleAssignment(r *request, call *odata.Call) (any, error) {
	return entity(call, "appRoleAssignments", r.roleAssignmentOf(call.Value.(state.AppRoleAssignment))), nil
}

func createRoleAssignment(r *request, call *odata.Call) (any, error) {
	l := call.Value.(assignmentList)
	var in struct {
		PrincipalID string `json:"principalId"`
		ResourceID  string `json:"resourceId"`
		AppRoleID   string `json:"appRoleId"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if in.PrincipalID == "" || in.ResourceID == "" || in.AppRoleID == "" {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "appRoleId", "The properties 'principalId', 'resourceId' and 'appRoleId' are required.")
	}
	if l.principal != "" && !strings.EqualFold(l.principal, in.PrincipalID) || l.resource != "" && !strings.EqualFold(l.resource, in.ResourceID) {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "principalId", "The assignment is not one of the object in the address.")
	}
	resource, ok := directory.ServicePrincipal(r.tx, r.tenant.ID, in.ResourceID)
	if !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, in.ResourceID, "")
	}
	kind := l.kind
	if kind == "" {
		o, err := directory.FindObject(r.tx, r.tenant.ID, in.PrincipalID)
		if err != nil {
			return nil, err
		}
		kind = map[string]string{
			directory.TypeUser: "User", directory.TypeGroup: "Group", directory.TypeServicePrincipal: "ServicePrincipal",
		}[o.Type]
	}
	if err := directory.MayConsent(r.tx, r.caller, resource.AppID, kind == "ServicePrincipal"); err != nil {
		return nil, err
	}
	a, err := directory.GrantRole(r.tx, r.caller, r.tenant.ID, in.PrincipalID, kind, resource.ID, in.AppRoleID)
	if err != nil {
		return nil, err
	}
	return r.created(call, l.of, r.roleAssignmentOf(a), "/servicePrincipals/"+resource.ID+"/appRoleAssignedTo/"+a.ID), nil
}

func deleteRoleAssignment(r *request, call *odata.Call) (any, error) {
	a := call.Value.(state.AppRoleAssignment)
	resource, _ := directory.ServicePrincipal(r.tx, r.tenant.ID, a.ResourceID)
	if err := directory.MayConsent(r.tx, r.caller, resource.AppID, a.PrincipalType == "ServicePrincipal"); err != nil {
		return nil, err
	}
	directory.RevokeRole(r.tx, r.caller, a)
	return noContent(), nil
}
