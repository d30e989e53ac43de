package directory

import "github.com/tennantite/tennantite/emulator/state"

// FindGroup returns a living group. It fails with ObjectNotFound, the id as target.
func FindGroup(tx *state.Tx, tenant, id string) (state.Group, error) { panic("skeleton") }

// AddGroup stores a new group with the service's defaults and computes a dynamic one. A Microsoft 365 group's site is
// collaboration's part. It fails with MissingProperty, InvalidProperty, InvalidRule or ObjectConflict.
func AddGroup(tx *state.Tx, by Principal, g state.Group) (state.Group, error) { panic("skeleton") }

// UpdateGroup stores a changed group; a changed rule is computed anew.
func UpdateGroup(tx *state.Tx, by Principal, after state.Group) (state.Group, error) {
	panic("skeleton")
}

// DeleteGroup moves a Microsoft 365 group to the recycle bin and removes a security group for good.
func DeleteGroup(tx *state.Tx, by Principal, g state.Group) error { panic("skeleton") }

// RestoreGroup takes a group out of the recycle bin.
func RestoreGroup(tx *state.Tx, by Principal, g state.Group) (state.Group, error) { panic("skeleton") }

// AddMember adds a user, group or service principal as member or owner. It fails with ReferenceExists, ObjectNotFound,
// NestingNotAllowed or DynamicMembership.
func AddMember(tx *state.Tx, by Principal, g state.Group, rel state.Relation, objectID string) error {
	panic("skeleton")
}

// RemoveMember takes one out again. It fails with ObjectNotFound, DynamicMembership or LastOwner.
func RemoveMember(tx *state.Tx, by Principal, g state.Group, rel state.Relation, objectID string) error {
	panic("skeleton")
}

// IsMember tells whether an object is in a group, directly or through groups.
func IsMember(tx *state.Tx, tenant, group, object string) bool { panic("skeleton") }

// GroupsOf returns the ids of all groups that an object is in, directly or through groups.
func GroupsOf(tx *state.Tx, tenant, object string) []string { panic("skeleton") }

// RecomputeDynamic brings the tenant's dynamic groups up to date after a user changed.
func RecomputeDynamic(tx *state.Tx, u state.User) { panic("skeleton") }

// CheckRule parses a membership rule. It fails with InvalidRule.
func CheckRule(rule string) error { panic("skeleton") }
