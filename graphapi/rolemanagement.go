package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireDefinition is a unifiedRoleDefinition; those here are the built-in ones, whose id is their template's.
type wireDefinition struct {
	ID              string               `json:"id"`
	Description     string               `json:"description"`
	DisplayName     string               `json:"displayName"`
	IsBuiltIn       bool                 `json:"isBuiltIn"`
	IsEnabled       bool                 `json:"isEnabled"`
	ResourceScopes  []string             `json:"resourceScopes"`
	TemplateID      string               `json:"templateId"`
	Version         string               `json:"version"`
	RolePermissions []wireRolePermission `json:"rolePermissions"`
}

type wireRolePermission struct {
	AllowedResourceActions []string `json:"allowedResourceActions"`
	Condition              *string  `json:"condition"`
}

// wireAssignment is a unifiedRoleAssignment.
type wireAssignment struct {
	ID               string          `json:"id"`
	PrincipalID      string          `json:"principalId"`
	DirectoryScopeID string          `json:"directoryScopeId"`
	AppScopeID       *string         `json:"appScopeId,omitempty"`
	RoleDefinitionID string          `json:"roleDefinitionId"`
	Principal        any             `json:"principal,omitempty" odata:"expand"`
	RoleDefinition   *wireDefinition `json:"roleDefinition,omitempty" odata:"expand"`
}

// roleManagementNodes are roleManagement/directory: the other interface to the same assignments (graph.md 5).
func roleManagementNodes() []node {
	return []node{
		{Name: rootNode, Children: []child{{Name: "roleManagement", Of: "roleManagement"}}},
		{
			Name: "roleManagement", Children: []child{{Name: "directory", Of: "roleManagementDirectory"}},
			NotEmulated: []string{"cloudPC", "deviceManagement", "entitlementManagement", "exchange"},
		},
		{
			Name: "roleManagementDirectory",
			Children: []child{
				{Name: "roleDefinitions", Of: "roleDefinitions"},
				{Name: "roleAssignments", Of: "roleAssignments"},
			},
			NotEmulated: []string{
				"resourceNamespaces", "roleAssignmentScheduleInstances", "roleAssignmentScheduleRequests", "roleAssignmentSchedules",
				"roleEligibilityScheduleInstances", "roleEligibilityScheduleRequests", "roleEligibilitySchedules",
				"transitiveRoleAssignments",
			},
		},
		{
			Name: "roleDefinitions",
			Key:  key{Of: "roleDefinition", Resolve: templateByKey},
			Operations: []operation{{
				Name: "roleDefinitions.list", Method: "GET", Countable: true, Handler: listDefinitions, Source: "GDC:api/rbacapplication-list-roledefinitions",
				Delegated: readRoles(), Application: readRoles(),
			}},
		},
		{
			Name: "roleDefinition", Properties: odata.PropertiesOf(wireDefinition{}),
			Operations: []operation{{
				Name: "roleDefinition.get", Method: "GET", Handler: getDefinition, Source: "GD:beta/unifiedroledefinition-get",
				Delegated: readRoles(), Application: readRoles(),
			}},
			NotEmulated: []string{"inheritsPermissionsFrom"},
		},
		{
			Name: "roleAssignments",
			Key:  key{Of: "roleAssignment", Resolve: assignmentByKey},
			Operations: []operation{
				{
					Name: "roleAssignments.list", Method: "GET", Countable: true, Handler: listAssignments,
					Source: "GDC:api/rbacapplication-list-roleassignments", Delegated: readRoles(), Application: readRoles(),
				},
				{
					Name: "roleAssignments.create", Method: "POST", Handler: createAssignment,
					Source: "GDC:api/rbacapplication-post-roleassignments", Delegated: writeRoles(), Application: writeRoles(),
				},
			},
		},
		{
			Name: "roleAssignment",
			Children: []child{
				{Name: "principal", Of: "directoryObject", Resolve: assignmentPrincipal},
				{Name: "roleDefinition", Of: "roleDefinition", Resolve: assignmentDefinition},
			},
			Operations: []operation{
				{
					Name: "roleAssignment.get", Method: "GET", Handler: getAssignment, Source: "GDC:api/unifiedroleassignment-get",
					Delegated: readRoles(), Application: readRoles(),
				},
				{
					Name: "roleAssignment.delete", Method: "DELETE", Handler: deleteAssignment, Source: "GDC:api/unifiedroleassignment-delete",
					Delegated: writeRoles(), Application: writeRoles(),
				},
			},
			NotEmulated: []string{"appScope", "directoryScope"},
		},
	}
}

// definitionOf is a built-in role as a definition; what it allows is told by its name alone.
func definitionOf(t directory.RoleTemplate) wireDefinition {
	area := strings.ToLower(strings.ReplaceAll(t.DisplayName, " ", ""))
	return wireDefinition{
		ID: t.ID, Description: t.Description, DisplayName: t.DisplayName, IsBuiltIn: true, IsEnabled: true,
		ResourceScopes: []string{"/"}, TemplateID: t.ID, Version: "1",
		RolePermissions: []wireRolePermission{{AllowedResourceActions: roleActions(t.ID, area)}},
	}
}

// roleActions are the actions of the roles that have an effect here; every other role shows one of its own name.
func roleActions(template, area string) []string {
	switch template {
	case directory.GuestInviter:
		return []string{"microsoft.directory/users/inviteGuest", "microsoft.directory/users/standard/read"}
	case directory.UserAdministrator:
		return []string{"microsoft.directory/users/create", "microsoft.directory/users/delete", "microsoft.directory/users/inviteGuest", "microsoft.directory/users/restore"}
	case directory.GlobalAdministrator:
		return []string{"microsoft.directory/users/allProperties/allTasks", "microsoft.directory/groups/allProperties/allTasks", "microsoft.directory/policies/allProperties/allTasks"}
	case directory.GroupsAdministrator:
		return []string{"microsoft.directory/groups/create", "microsoft.directory/groups/delete", "microsoft.directory/groups/members/update"}
	}
	return []string{"microsoft.directory/" + area + "/standard/read"}
}

func listDefinitions(r *request, call *odata.Call) (any, error) {
	rows := []wireDefinition{}
	for _, t := range directory.RoleTemplates() {
		w := definitionOf(t)
		if odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerRows(r, call, "roleManagement/directory/roleDefinitions", rows, func(w wireDefinition) string { return w.ID })
}

// answerRows answers filtered rows of a small collection: counted, sorted, paged.
func answerRows[T any](r *request, call *odata.Call, context string, rows []T, id func(T) string) (any, error) {
	if call.Count {
		return counted(len(rows)), nil
	}
	odata.SortRows(rows, call.Query.OrderBy)
	var count *int
	if n := len(rows); call.Query.Count && call.Query.SkipToken == "" {
		count = &n
	}
	rows, next, err := pageOf(r, call, rows, directoryPage, directoryMost, id)
	if err != nil {
		return nil, err
	}
	return page(call, context, rows, count, next), nil
}

func getDefinition(_ *request, call *odata.Call) (any, error) {
	return entity(call, "roleManagement/directory/roleDefinitions", definitionOf(call.Value.(directory.RoleTemplate))), nil
}

func assignmentByKey(r *request, _ any, k odata.Predicate) (any, error) {
	a, ok := r.tx.RoleAssignment(r.tenant.ID, k.Text())
	if !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return a, nil
}

func assignmentPrincipal(r *request, parent any, _ odata.Args) (any, error) {
	o, err := directory.FindObject(r.tx, r.tenant.ID, parent.(state.RoleAssignment).PrincipalID)
	if err != nil {
		return nil, err
	}
	return o, nil
}

func assignmentDefinition(_ *request, parent any, _ odata.Args) (any, error) {
	t, err := templateOfID(parent.(state.RoleAssignment).TemplateID)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// assignmentOf is an assignment on the wire with what the query expands.
func (r *request) assignmentOf(a state.RoleAssignment, q *odata.Query) wireAssignment {
	w := wireAssignment{ID: a.ID, PrincipalID: a.PrincipalID, DirectoryScopeID: a.Scope, RoleDefinitionID: a.TemplateID}
	if q.Expands("principal") != nil {
		if o, err := directory.FindObject(r.tx, a.TenantID, a.PrincipalID); err == nil {
			w.Principal = r.expandedPrincipal(o)
		}
	}
	if q.Expands("roleDefinition") != nil {
		if t, err := templateOfID(a.TemplateID); err == nil {
			d := definitionOf(t)
			w.RoleDefinition = &d
		}
	}
	return w
}

// wirePrincipal is a user as roleAssignments expand him: with his type (graph.md 5).
type wirePrincipal struct {
	ODataType         string  `json:"@odata.type"`
	ID                string  `json:"id"`
	DisplayName       *string `json:"displayName"`
	Mail              *string `json:"mail"`
	UserPrincipalName *string `json:"userPrincipalName"`
	AccountEnabled    bool    `json:"accountEnabled"`
	UserType          *string `json:"userType"`
	ExternalUserState *string `json:"externalUserState"`
}

func (r *request) expandedPrincipal(o directory.Object) any {
	if o.Type != directory.TypeUser {
		return r.objectOf(o)
	}
	u := o.User
	return wirePrincipal{
		"#microsoft.graph.user", u.ID, orNull(u.DisplayName), orNull(u.Mail), orNull(u.UserPrincipalName),
		u.AccountEnabled, orNull(string(u.Type)), orNull(string(u.ExternalState)),
	}
}

func listAssignments(r *request, call *odata.Call) (any, error) {
	rows := []wireAssignment{}
	for a := range r.tx.RoleAssignments(r.tenant.ID) {
		w := r.assignmentOf(a, call.Query)
		if odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerRows(r, call, "roleManagement/directory/roleAssignments", rows, func(w wireAssignment) string { return w.ID })
}

func getAssignment(r *request, call *odata.Call) (any, error) {
	return entity(call, "roleManagement/directory/roleAssignments", r.assignmentOf(call.Value.(state.RoleAssignment), call.Query)), nil
}

func createAssignment(r *request, call *odata.Call) (any, error) {
	if err := r.mayAssign(); err != nil {
		return nil, err
	}
	var in struct {
		RoleDefinitionID string  `json:"roleDefinitionId"`
		PrincipalID      string  `json:"principalId"`
		DirectoryScopeID *string `json:"directoryScopeId"`
		AppScopeID       *string `json:"appScopeId"`
		Condition        *string `json:"condition"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case in.RoleDefinitionID == "" || in.PrincipalID == "":
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "roleDefinitionId", "The properties 'roleDefinitionId' and 'principalId' are required.")
	case in.DirectoryScopeID == nil && in.AppScopeID == nil:
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "directoryScopeId", "One of the properties 'directoryScopeId' and 'appScopeId' is required.")
	case in.DirectoryScopeID == nil || *in.DirectoryScopeID != "/":
		return nil, problem.For(problem.Unsupported, problem.FeatureNotEmulated, "directoryScopeId", "Roles are assigned for the whole directory only.")
	}
	t, err := templateOfID(in.RoleDefinitionID)
	if err != nil {
		return nil, err
	}
	a, err := directory.AssignRole(r.tx, r.caller, r.tenant.ID, t.ID, in.PrincipalID)
	if problem.ReasonOf(err) == problem.ReferenceExists {
		return nil, problem.For(problem.Conflict, problem.ReferenceExists, "principalId",
			"A conflicting object with one or more of the specified property values is present in the directory.")
	}
	if err != nil {
		return nil, err
	}
	return r.created(call, "roleManagement/directory/roleAssignments", r.assignmentOf(a, call.Query), "/roleManagement/directory/roleAssignments/"+a.ID), nil
}

func deleteAssignment(r *request, call *odata.Call) (any, error) {
	if err := r.mayAssign(); err != nil {
		return nil, err
	}
	if err := directory.UnassignRole(r.tx, r.caller, call.Value.(state.RoleAssignment)); err != nil {
		return nil, err
	}
	return noContent(), nil
}
