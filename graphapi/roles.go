package graphapi

import (
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func readRoles() []string {
	return []string{"RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "RoleManagement.Read.All", "Directory.Read.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

func writeRoles() []string { return []string{"RoleManagement.ReadWrite.Directory"} }

// wireRole is a directoryRole; a template has the same form without roleTemplateId.
type wireRole struct {
	ODataType       string     `json:"@odata.type,omitempty"`
	ID              string     `json:"id"`
	DeletedDateTime *time.Time `json:"deletedDateTime"`
	Description     string     `json:"description"`
	DisplayName     string     `json:"displayName"`
	RoleTemplateID  string     `json:"roleTemplateId,omitempty"`
}

// roleNodes are directoryRoles and their templates (graph.md 5).
func roleNodes() []node {
	return []node{
		{Name: rootNode, Children: []child{
			{Name: "directoryRoles", Of: "directoryRoles"},
			{Name: "directoryRoleTemplates", Of: "directoryRoleTemplates"},
		}},
		{
			Name: "directoryRoleTemplates",
			Key:  key{Of: "directoryRoleTemplate", Resolve: templateByKey},
			Operations: []operation{{
				Name: "directoryRoleTemplates.list", Method: "GET", Handler: listTemplates, Source: "GD:api/directoryroletemplate-list",
				Delegated: readRoles(), Application: readRoles(),
			}},
		},
		{
			Name: "directoryRoleTemplate", Properties: odata.PropertiesOf(wireRole{}),
			Operations: []operation{{
				Name: "directoryRoleTemplate.get", Method: "GET", Handler: getTemplate, Source: "GD:api/directoryroletemplate-get",
				Delegated: readRoles(), Application: readRoles(),
			}},
		},
		{
			Name: "directoryRoles",
			Key:  key{Of: "directoryRole", Resolve: roleByKey, Alternates: []string{"roleTemplateId"}},
			Operations: []operation{
				{
					Name: "directoryRoles.list", Method: "GET", Handler: listRoles, Source: "GD:api/directoryrole-list",
					Delegated: readRoles(), Application: readRoles(),
				},
				{
					Name: "directoryRoles.activate", Method: "POST", Handler: activateRole, Source: "GD:api/directoryrole-post-directoryroles",
					Delegated: writeRoles(), Application: writeRoles(),
				},
			},
			NotEmulated: []string{"delta"},
		},
		{
			Name: "directoryRole", Properties: odata.PropertiesOf(wireRole{}),
			Children: []child{{Name: "members", Of: "roleMembers", Resolve: roleMembersOf}},
			Operations: []operation{{
				Name: "directoryRole.get", Method: "GET", Handler: getRole, Source: "GD:api/directoryrole-get",
				Delegated: readRoles(), Application: readRoles(),
			}},
			NotEmulated: []string{"scopedMembers"},
		},
		{
			Name: "roleMembers", Extends: "objectList",
			Key: key{Of: "roleMember", Resolve: roleMemberByKey},
			Operations: []operation{
				{
					Name: "roleMembers.list", Method: "GET", Handler: listRoleMembers, Source: "GD:api/directoryrole-list-members",
					Delegated: readRoles(), Application: readRoles(),
				},
				{
					Name: "roleMembers.add", Method: "POST", Segment: "$ref", Handler: addRoleMember, Source: "GD:api/directoryrole-post-members",
					Delegated: writeRoles(), Application: writeRoles(),
				},
			},
		},
		{
			Name: "roleMember", Extends: "directoryObject",
			Operations: []operation{
				{
					Name: "roleMember.get", Method: "GET", Handler: getRoleMember, Source: "GD:api/directoryrole-list-members",
					Delegated: readRoles(), Application: readRoles(),
				},
				{
					Name: "roleMember.remove", Method: "DELETE", Segment: "$ref", Handler: removeRoleMember,
					Source:    "GD:api/directoryrole-delete-member",
					Delegated: writeRoles(), Application: writeRoles(),
				},
			},
		},
	}
}

func templateOf(t directory.RoleTemplate) wireRole {
	return wireRole{ID: t.ID, Description: t.Description, DisplayName: t.DisplayName}
}

func roleOf(role state.ActivatedRole) wireRole {
	t, _ := directory.RoleByName(role.TemplateID)
	return wireRole{ID: role.ID, Description: t.Description, DisplayName: t.DisplayName, RoleTemplateID: t.ID}
}

// templateOfID returns a template by id, not by name.
func templateOfID(id string) (directory.RoleTemplate, error) {
	t, ok := directory.RoleByName(id)
	if !ok || !strings.EqualFold(t.ID, id) {
		return t, problem.For(problem.NotFound, problem.ObjectNotFound, id, "")
	}
	return t, nil
}

func templateByKey(_ *request, _ any, k odata.Predicate) (any, error) {
	t, err := templateOfID(k.Text())
	if err != nil {
		return nil, err
	}
	return t, nil
}

func listTemplates(_ *request, call *odata.Call) (any, error) {
	rows := []wireRole{}
	for _, t := range directory.RoleTemplates() {
		rows = append(rows, templateOf(t))
	}
	return collection(call, "directoryRoleTemplates", rows), nil
}

func getTemplate(_ *request, call *odata.Call) (any, error) {
	return entity(call, "directoryRoleTemplates", templateOf(call.Value.(directory.RoleTemplate))), nil
}

func roleByKey(r *request, _ any, k odata.Predicate) (any, error) {
	role, ok := r.tx.ActivatedRole(r.tenant.ID, k.Text())
	if k.Name != "" {
		role, ok = r.tx.ActivatedRoleByTemplate(r.tenant.ID, k.Text())
	}
	if !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return role, nil
}

func listRoles(r *request, call *odata.Call) (any, error) {
	rows := []wireRole{}
	for role := range r.tx.ActivatedRoles(r.tenant.ID) {
		w := roleOf(role)
		if odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return collection(call, "directoryRoles", rows), nil
}

func getRole(_ *request, call *odata.Call) (any, error) {
	return entity(call, "directoryRoles", roleOf(call.Value.(state.ActivatedRole))), nil
}

// mayAssign asks for the right to give roles.
func (r *request) mayAssign() error {
	return directory.RequireRole(r.tx, r.caller, directory.GlobalAdministrator, directory.PrivilegedRoleAdministrator)
}

func activateRole(r *request, call *odata.Call) (any, error) {
	if err := r.mayAssign(); err != nil {
		return nil, err
	}
	var in struct {
		RoleTemplateID string `json:"roleTemplateId"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if in.RoleTemplateID == "" {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "roleTemplateId", "A value is required for property 'roleTemplateId' of resource 'DirectoryRole'.")
	}
	t, err := templateOfID(in.RoleTemplateID)
	if err != nil {
		return nil, err
	}
	if _, there := r.tx.ActivatedRoleByTemplate(r.tenant.ID, t.ID); there {
		return nil, problem.For(problem.Conflict, problem.RoleAlreadyActivated, "roleTemplateId",
			"A conflicting object with one or more of the specified property values is present in the directory.")
	}
	role, err := directory.ActivateRole(r.tx, r.tenant.ID, t.ID)
	if err != nil {
		return nil, err
	}
	return r.created(call, "directoryRoles", roleOf(role), "/directoryRoles/"+role.ID), nil
}

// roleMembers are those who hold a role directly.
type roleMembers struct {
	objectList
	role state.ActivatedRole
}

type roleMember struct {
	directory.Object
	assignment state.RoleAssignment
}

func roleMembersOf(r *request, parent any, _ odata.Args) (any, error) {
	role := parent.(state.ActivatedRole)
	return roleMembers{objectList{func() []directory.Object {
		var members []directory.Object
		for a := range r.tx.RoleAssignmentsTo(role.TenantID, role.TemplateID) {
			if o, err := directory.FindObject(r.tx, role.TenantID, a.PrincipalID); err == nil {
				members = append(members, o)
			}
		}
		return members
	}}, role}, nil
}

// listRoleMembers answers all at once: role members are not paged (graph.md 1.5).
func listRoleMembers(r *request, call *odata.Call) (any, error) {
	rows := []any{}
	for _, o := range call.Value.(roleMembers).load() {
		if castFits(call.Cast, o) {
			rows = append(rows, r.objectOf(o))
		}
	}
	return collection(call, "directoryObjects", rows), nil
}

func roleMemberByKey(r *request, in any, k odata.Predicate) (any, error) {
	role := in.(roleMembers).role
	for a := range r.tx.RoleAssignmentsTo(role.TenantID, role.TemplateID) {
		if !strings.EqualFold(a.PrincipalID, k.Text()) {
			continue
		}
		o, err := directory.FindObject(r.tx, role.TenantID, a.PrincipalID)
		if err != nil {
			return nil, err
		}
		return roleMember{o, a}, nil
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func getRoleMember(r *request, call *odata.Call) (any, error) {
	call.Value = call.Value.(roleMember).Object
	return getObject(r, call)
}

func addRoleMember(r *request, call *odata.Call) (any, error) {
	if err := r.mayAssign(); err != nil {
		return nil, err
	}
	id, err := r.reference()
	if err != nil {
		return nil, err
	}
	role := call.Value.(roleMembers).role
	if _, err := directory.AssignRole(r.tx, r.caller, role.TenantID, role.TemplateID, id); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func removeRoleMember(r *request, call *odata.Call) (any, error) {
	if err := r.mayAssign(); err != nil {
		return nil, err
	}
	if err := directory.UnassignRole(r.tx, r.caller, call.Value.(roleMember).assignment); err != nil {
		return nil, err
	}
	return noContent(), nil
}
