package directory

import (
	"github.com/tennantite/tennantite/emulator/state"
)

// Types of directory objects, as links and assignments name them.
const (
	TypeUser             = "user"
	TypeGroup            = "group"
	TypeServicePrincipal = "servicePrincipal"
	TypeApplication      = "application"
	TypeRole             = "directoryRole"
)

// Object is a directory object of one of the types; the record of that type is set.
type Object struct {
	Type string
	ID   string

	User             state.User
	Group            state.Group
	ServicePrincipal state.ServicePrincipal
	Application      state.Application
	Role             state.ActivatedRole
}

// UserObject is a user as an object.
func UserObject(u state.User) Object { return Object{Type: TypeUser, ID: u.ID, User: u} }

// GroupObject is a group as an object.
func GroupObject(g state.Group) Object { return Object{Type: TypeGroup, ID: g.ID, Group: g} }

// RoleObject is an activated role as an object.
func RoleObject(r state.ActivatedRole) Object { return Object{Type: TypeRole, ID: r.ID, Role: r} }

// FindObject returns the living object with that id, whatever its type. It fails with ObjectNotFound, the id as target.
func FindObject(tx *state.Tx, tenant, id string) (Object, error) {
	if u, ok := tx.User(tenant, id); ok {
		return UserObject(u), nil
	}
	if g, ok := tx.Group(tenant, id); ok {
		return GroupObject(g), nil
	}
	if p, ok := ServicePrincipal(tx, tenant, id); ok {
		return Object{Type: TypeServicePrincipal, ID: p.ID, ServicePrincipal: p}, nil
	}
	if a, ok := tx.Application(tenant, id); ok {
		return Object{Type: TypeApplication, ID: a.ID, Application: a}, nil
	}
	if r, ok := tx.ActivatedRole(tenant, id); ok {
		return RoleObject(r), nil
	}
	return Object{}, notFound(id)
}

// Name is the object's display name.
func (o Object) Name() string {
	switch o.Type {
	case TypeUser:
		return o.User.DisplayName
	case TypeGroup:
		return o.Group.DisplayName
	case TypeServicePrincipal:
		return o.ServicePrincipal.DisplayName
	case TypeApplication:
		return o.Application.DisplayName
	case TypeRole:
		t, _ := RoleByName(o.Role.TemplateID)
		return t.DisplayName
	}
	return ""
}

// auditType is the type as targetResources of the audit log name it.
func (o Object) auditType() string {
	switch o.Type {
	case TypeUser:
		return "User"
	case TypeGroup:
		return "Group"
	case TypeServicePrincipal:
		return "ServicePrincipal"
	case TypeApplication:
		return "Application"
	}
	return "Role"
}
