package directory

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Populate gives a new group its first owners and members. Without owners the person who makes the group owns it; an
// application's group has none. Failures are those of [AddMember].
func Populate(tx *state.Tx, by Principal, g state.Group, owners, members []string) error {
	if len(owners) == 0 && by.User.ID != "" && by.User.TenantID == g.TenantID {
		owners = []string{by.User.ID}
	}
	return AddMembers(tx, by, g, owners, members)
}

// AddMembers adds owners and members, all or none. Failures are those of [AddMember].
func AddMembers(tx *state.Tx, by Principal, g state.Group, owners, members []string) error {
	for _, id := range owners {
		if err := AddMember(tx, by, g, state.Owners, id); err != nil {
			return err
		}
	}
	for _, id := range members {
		if err := AddMember(tx, by, g, state.Members, id); err != nil {
			return err
		}
	}
	return nil
}

// AddMember adds a user, group or service principal as member or owner. It fails with ReferenceExists, ObjectNotFound,
// NestingNotAllowed or DynamicMembership.
func AddMember(tx *state.Tx, by Principal, g state.Group, rel state.Relation, objectID string) error {
	if rel == state.Members && g.Dynamic() {
		return dynamicMembers()
	}
	o, err := FindObject(tx, g.TenantID, objectID)
	if err != nil {
		return err
	}
	if err := mayJoin(g, rel, o); err != nil {
		return err
	}
	if _, there := tx.Membership(g.TenantID, g.ID, rel, o.ID); there {
		return problem.For(problem.Conflict, problem.ReferenceExists, string(rel),
			"One or more added object references already exist for the following modified properties: '%s'.", rel)
	}
	tx.PutMembership(state.Membership{TenantID: g.TenantID, GroupID: g.ID, Relation: rel, MemberID: o.ID, Type: o.Type})
	touch(tx, g.TenantID, g.ID)
	recordMember(tx, by, g, rel, o, true)
	recomputeThrough(tx, o, rel)
	return nil
}

// mayJoin says what can be in what (graph.md 4.1).
func mayJoin(g state.Group, rel state.Relation, o Object) error {
	refuse := func(text string) error {
		return problem.For(problem.Invalid, problem.NestingNotAllowed, o.ID, "%s", text)
	}
	switch o.Type {
	case TypeUser:
		if g.Unified && g.AllowToAddGuests != nil && !*g.AllowToAddGuests && (o.User.Type == state.Guest || o.User.External()) {
			return refuse("Guest users are not allowed to join this Unified Group due to policy setting.")
		}
		return nil
	case TypeServicePrincipal:
		if rel == state.Members && g.Unified {
			return refuse("A service principal cannot be a member of a Microsoft 365 group.")
		}
		return nil
	case TypeGroup:
	default:
		return refuse("An object of this type cannot be referenced here.")
	}
	switch {
	case rel == state.Owners:
		return refuse("A group cannot own a group.")
	case g.Unified:
		return refuse("A group cannot be a member of a Microsoft 365 group.")
	case o.Group.Unified:
		return refuse("A Microsoft 365 group cannot be a member of a group.")
	case g.Assignable, o.Group.Assignable:
		return refuse("Role-assignable groups cannot be nested.")
	case o.ID == g.ID:
		return refuse("A group cannot be a member of itself.")
	}
	return nil
}

// RemoveMember takes one out again. It fails with ObjectNotFound, DynamicMembership or LastOwner.
func RemoveMember(tx *state.Tx, by Principal, g state.Group, rel state.Relation, objectID string) error {
	if rel == state.Members && g.Dynamic() {
		return dynamicMembers()
	}
	m, ok := tx.Membership(g.TenantID, g.ID, rel, objectID)
	if !ok {
		return notFound(objectID)
	}
	if rel == state.Owners && len(slices.Collect(tx.Memberships(g.TenantID, g.ID, state.Owners))) == 1 {
		return problem.For(problem.Invalid, problem.LastOwner, objectID, "The group must have at least one owner, hence this owner cannot be removed.")
	}
	tx.RemoveMembership(m)
	touch(tx, g.TenantID, g.ID)
	o, err := FindObject(tx, g.TenantID, objectID)
	if err != nil {
		o = Object{Type: m.Type, ID: m.MemberID}
	}
	recordMember(tx, by, g, rel, o, false)
	recomputeThrough(tx, o, rel)
	return nil
}

// touch gives the group a new change number, so that its delta shows what happened to its links.
func touch(tx *state.Tx, tenant, group string) {
	if now, ok := tx.Group(tenant, group); ok {
		tx.PutGroup(now)
	}
}

func dynamicMembers() error {
	return problem.New(problem.Invalid, problem.DynamicMembership, "The members of a group with dynamic membership are computed by its rule.")
}

func recordMember(tx *state.Tx, by Principal, g state.Group, rel state.Relation, o Object, added bool) {
	activity, kind := "Add member to group", opAssign
	if rel == state.Owners {
		activity = "Add owner to group"
	}
	change := state.ModifiedProperty{Name: "Group.ObjectID", New: asJSON(g.ID)}
	name := state.ModifiedProperty{Name: "Group.DisplayName", New: asJSON(g.DisplayName)}
	if !added {
		activity, kind = "Remove member from group", "Unassign"
		if rel == state.Owners {
			activity = "Remove owner from group"
		}
		change.Old, change.New = change.New, ""
		name.Old, name.New = name.New, ""
	}
	Audit(tx, by, state.Event{
		TenantID: g.TenantID, Operation: activity, Category: catGroups, Type: kind,
		Targets: []state.EventTarget{
			{ID: o.ID, Type: o.auditType(), DisplayName: o.Name(), UPN: o.User.UserPrincipalName, Modified: []state.ModifiedProperty{change, name}},
			groupTarget(g, nil),
		},
	})
}

// IsMember tells whether an object is in a group, directly or through groups.
func IsMember(tx *state.Tx, tenant, group, object string) bool {
	if _, direct := tx.Membership(tenant, group, state.Members, object); direct {
		_, living := tx.Group(tenant, group)
		return living
	}
	return slices.Contains(GroupsOf(tx, tenant, object), group)
}

// GroupsOf returns the ids of all groups that an object is in, directly or through groups.
func GroupsOf(tx *state.Tx, tenant, object string) []string {
	var groups []string
	seen := map[string]bool{}
	for queue := []string{object}; len(queue) > 0; queue = queue[1:] {
		for m := range tx.MembershipsOf(tenant, queue[0], state.Members) {
			if seen[m.GroupID] {
				continue
			}
			seen[m.GroupID] = true
			if _, living := tx.Group(tenant, m.GroupID); !living {
				continue
			}
			groups = append(groups, m.GroupID)
			queue = append(queue, m.GroupID)
		}
	}
	return groups
}

// MembersOf returns the living objects that a group links to directly, by id.
func MembersOf(tx *state.Tx, g state.Group, rel state.Relation) []Object {
	var members []Object
	for m := range tx.Memberships(g.TenantID, g.ID, rel) {
		if o, err := FindObject(tx, g.TenantID, m.MemberID); err == nil {
			members = append(members, o)
		}
	}
	return members
}

// AllMembersOf returns the living members of a group, direct ones first, those of nested groups behind, each once.
func AllMembersOf(tx *state.Tx, g state.Group) []Object {
	var all []Object
	seen := map[string]bool{g.ID: true}
	for queue := []state.Group{g}; len(queue) > 0; queue = queue[1:] {
		for _, o := range MembersOf(tx, queue[0], state.Members) {
			if seen[o.ID] {
				continue
			}
			seen[o.ID] = true
			all = append(all, o)
			if o.Type == TypeGroup {
				queue = append(queue, o.Group)
			}
		}
	}
	return all
}
