package directory

import "github.com/tennantite/tennantite/emulator/state"

// Template ids of the built-in roles that have an effect here (graph.md 5).
const (
	GlobalAdministrator      = "62e90394-69f5-4237-9190-012177145e10"
	GuestInviter             = "95e79109-95c0-4d8e-aee3-d01accf2d47b"
	UserAdministrator        = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	DirectoryReaders         = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
	GroupsAdministrator      = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
	HelpdeskAdministrator    = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	SharePointAdministrator  = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"
	ApplicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	GlobalReader             = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	ReportsReader            = "4a5d8f65-41da-4de4-8968-e035b65339cf"
	SecurityReader           = "5d6b6bb7-de71-4623-b4af-96380a352509"
)

// RoleTemplate is a built-in directory role.
type RoleTemplate struct{ ID, DisplayName, Description string }

// RoleTemplates are all built-in roles, by display name.
func RoleTemplates() []RoleTemplate { panic("skeleton") }

// RoleByName returns a built-in role by display name or template id.
func RoleByName(name string) (RoleTemplate, bool) { panic("skeleton") }

// AssignRole gives a role to a user, group or service principal and activates the role where needed.
func AssignRole(tx *state.Tx, by Principal, tenant, template, principal string) (state.RoleAssignment, error) {
	panic("skeleton")
}

// UnassignRole takes it away.
func UnassignRole(tx *state.Tx, by Principal, a state.RoleAssignment) error { panic("skeleton") }

// HasRole tells whether an object holds one of the roles, directly or through a role-assignable group.
func HasRole(tx *state.Tx, tenant, object string, templates ...string) bool { panic("skeleton") }

// RolesOf returns the template ids of the roles that an object holds.
func RolesOf(tx *state.Tx, tenant, object string) []string { panic("skeleton") }
