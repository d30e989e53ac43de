package directory

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Template ids of the built-in roles that have an effect here (graph.md 5).
const (
	GlobalAdministrator         = "62e90394-69f5-4237-9190-012177145e10"
	GuestInviter                = "95e79109-95c0-4d8e-aee3-d01accf2d47b"
	UserAdministrator           = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	DirectoryReaders            = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
	GroupsAdministrator         = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
	HelpdeskAdministrator       = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	SharePointAdministrator     = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"
	ApplicationAdministrator    = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	CloudAppAdministrator       = "158c047a-c907-4556-b7ef-446551a6b5f7"
	GlobalReader                = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	ReportsReader               = "4a5d8f65-41da-4de4-8968-e035b65339cf"
	SecurityReader              = "5d6b6bb7-de71-4623-b4af-96380a352509"
	PrivilegedRoleAdministrator = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	DirectoryWriters            = "9360feb5-f418-4baa-8175-e2a00bac4301"
)

// RoleTemplate is a built-in directory role.
type RoleTemplate struct{ ID, DisplayName, Description string }

// RoleTemplates are all built-in roles, by display name.
func RoleTemplates() []RoleTemplate {
	return slices.SortedFunc(slices.Values(builtInRoles()), func(a, b RoleTemplate) int {
		return strings.Compare(a.DisplayName, b.DisplayName)
	})
}

// RoleByName returns a built-in role by display name or template id, in any case.
func RoleByName(name string) (RoleTemplate, bool) {
	for _, r := range builtInRoles() {
		if strings.EqualFold(r.ID, name) || strings.EqualFold(r.DisplayName, name) {
			return r, true
		}
	}
	return RoleTemplate{}, false
}

// ActivateRole makes the tenant's directoryRole of a template, or returns the one that is there. It fails with
// ObjectNotFound for an unknown template.
func ActivateRole(tx *state.Tx, tenant, template string) (state.ActivatedRole, error) {
	t, ok := RoleByName(template)
	if !ok {
		return state.ActivatedRole{}, notFound(template)
	}
	if r, ok := tx.ActivatedRoleByTemplate(tenant, t.ID); ok {
		return r, nil
	}
	r := state.ActivatedRole{TenantID: tenant, ID: tx.NewID(), TemplateID: t.ID}
	tx.PutActivatedRole(r)
	return r, nil
}

// AssignRole gives a role to a user, group or service principal and activates the role where needed. It fails with
// ObjectNotFound for an unknown role or principal, ReferenceExists where the principal has the role, and
// NestingNotAllowed for a group that no role can be assigned to.
func AssignRole(tx *state.Tx, by Principal, tenant, template, principal string) (state.RoleAssignment, error) {
	role, err := ActivateRole(tx, tenant, template)
	if err != nil {
		return state.RoleAssignment{}, err
	}
	o, err := FindObject(tx, tenant, principal)
	if err != nil {
		return state.RoleAssignment{}, err
	}
	if o.Type == TypeGroup && !o.Group.Assignable {
		return state.RoleAssignment{}, problem.For(problem.Invalid, problem.NestingNotAllowed, principal,
			"Only groups with isAssignableToRole can be assigned to a role.")
	}
	for a := range tx.RoleAssignmentsOf(tenant, o.ID) {
		if a.TemplateID == role.TemplateID {
			return state.RoleAssignment{}, problem.For(problem.Conflict, problem.ReferenceExists, "members",
				"One or more added object references already exist for the following modified properties: 'members'.")
		}
	}
	a := state.RoleAssignment{
		TenantID: tenant, ID: assignmentID(role.TemplateID, o.ID), TemplateID: role.TemplateID,
		PrincipalID: o.ID, Type: o.Type, Scope: "/", CreatedAt: tx.Now(),
	}
	tx.PutRoleAssignment(a)
	recordRole(tx, by, a, o, "Add member to role", "Assign")
	return a, nil
}

// UnassignRole takes it away. It fails with LastOwner where the tenant would be left without a Global Administrator.
func UnassignRole(tx *state.Tx, by Principal, a state.RoleAssignment) error {
	if a.TemplateID == GlobalAdministrator && !by.System && len(slices.Collect(tx.RoleAssignmentsTo(a.TenantID, a.TemplateID))) == 1 {
		return problem.New(problem.Invalid, problem.LastOwner, "The last Global Administrator cannot be removed.")
	}
	tx.DeleteRoleAssignment(a)
	o, err := FindObject(tx, a.TenantID, a.PrincipalID)
	if err != nil {
		o = Object{Type: a.Type, ID: a.PrincipalID}
	}
	recordRole(tx, by, a, o, "Remove member from role", "Unassign")
	return nil
}

// assignmentID is opaque to clients and ends in "-1": both ids, little-endian, in base64 (graph.md 5).
func assignmentID(template, principal string) string {
	return base64.RawURLEncoding.EncodeToString(append(littleEndian(template), littleEndian(principal)...)) + "-1"
}

// littleEndian are the bytes of a GUID in Microsoft's order.
func littleEndian(id string) []byte {
	u, err := uuid.Parse(id)
	if err != nil {
		return []byte(id)
	}
	slices.Reverse(u[0:4])
	slices.Reverse(u[4:6])
	slices.Reverse(u[6:8])
	return u[:]
}

func recordRole(tx *state.Tx, by Principal, a state.RoleAssignment, o Object, operation, kind string) {
	role, _ := RoleByName(a.TemplateID)
	activated, _ := tx.ActivatedRoleByTemplate(a.TenantID, a.TemplateID)
	Audit(tx, by, state.Event{
		TenantID: a.TenantID, Operation: operation, Category: "RoleManagement", Type: kind,
		Targets: []state.EventTarget{
			{ID: o.ID, Type: o.auditType(), DisplayName: o.Name(), UPN: o.User.UserPrincipalName, Modified: []state.ModifiedProperty{
				{Name: "Role.DisplayName", New: asJSON(role.DisplayName)},
				{Name: "Role.ObjectID", New: asJSON(activated.ID)},
				{Name: "Role.TemplateId", New: asJSON(a.TemplateID)},
			}},
			{ID: activated.ID, Type: "Role", DisplayName: role.DisplayName},
		},
	})
}

// HasRole tells whether an object holds one of the roles, directly or through a role-assignable group.
func HasRole(tx *state.Tx, tenant, object string, templates ...string) bool {
	if object == "" {
		return false
	}
	for _, t := range RolesOf(tx, tenant, object) {
		if slices.Contains(templates, t) {
			return true
		}
	}
	return false
}

// RolesOf returns the template ids of the roles that an object holds, directly or through role-assignable groups.
func RolesOf(tx *state.Tx, tenant, object string) []string {
	var roles []string
	add := func(principal string) {
		for a := range tx.RoleAssignmentsOf(tenant, principal) {
			if !slices.Contains(roles, a.TemplateID) {
				roles = append(roles, a.TemplateID)
			}
		}
	}
	add(object)
	for m := range tx.MembershipsOf(tenant, object, state.Members) {
		if g, ok := tx.Group(tenant, m.GroupID); ok && g.Assignable {
			add(g.ID)
		}
	}
	return roles
}
