package state

import (
	"iter"
	"time"
)

// Group is a security or Microsoft 365 group.
type Group struct {
	TenantID       string
	ID             string
	DisplayName    string
	Description    string
	MailNickname   string
	Mail           string
	ProxyAddresses []string

	Unified         bool // Microsoft 365 group
	SecurityEnabled bool
	MailEnabled     bool
	Visibility      string // Public, Private, HiddenMembership or ""
	Assignable      bool   // isAssignableToRole

	MembershipRule                                       string // not empty: dynamic
	ProcessingState                                      string // On or Paused
	Classification                                       string
	PreferredLanguage                                    string
	PreferredDataLocation                                string
	Theme                                                string
	ResourceBehaviorOptions, ResourceProvisioningOptions []string

	// What Exchange keeps of a Microsoft 365 group.
	AllowExternalSenders, AutoSubscribeNewMembers, HideFromAddressLists, HideFromOutlookClients bool
	// AllowToAddGuests is the group's own Group.Unified.Guest setting; nil: as the tenant.
	AllowToAddGuests *bool

	CreatedAt time.Time
	RenewedAt time.Time
	DeletedAt time.Time
	Seq       uint64
}

// Dynamic tells whether members are computed by rule.
func (g Group) Dynamic() bool { return g.MembershipRule != "" }

// Relation is the kind of a directory link.
type Relation string

// The relations of groups.
const (
	Members Relation = "members"
	Owners  Relation = "owners"
)

// Membership links a directory object to a group. Removed ones stay for the group's delta.
type Membership struct {
	TenantID string
	GroupID  string
	Relation Relation
	MemberID string
	Type     string // user, group, servicePrincipal
	Removed  bool
	Seq      uint64
}

// Group returns a living group by object id.
func (tx *Tx) Group(tenant, id string) (Group, bool) {
	g, ok := first[Group](tx, tableGroups, indexID, tenant, fold(id))
	if !ok || !g.DeletedAt.IsZero() {
		return Group{}, false
	}
	return g, true
}

// DeletedGroup returns a group in the recycle bin.
func (tx *Tx) DeletedGroup(tenant, id string) (Group, bool) {
	g, ok := first[Group](tx, tableGroups, indexID, tenant, fold(id))
	if !ok || g.DeletedAt.IsZero() {
		return Group{}, false
	}
	return g, true
}

// GroupByNickname returns a living group by mail nickname.
func (tx *Tx) GroupByNickname(tenant, nickname string) (Group, bool) {
	return first[Group](tx, tableGroups, indexNickname, tenant, fold(nickname))
}

// Groups yields a tenant's living groups by object id.
func (tx *Tx) Groups(tenant string) iter.Seq[Group] {
	return where(each[Group](tx, tableGroups, indexID, tenant), func(g Group) bool { return g.DeletedAt.IsZero() })
}

// DynamicGroups yields the living groups with a membership rule.
func (tx *Tx) DynamicGroups(tenant string) iter.Seq[Group] {
	return each[Group](tx, tableGroups, indexDynamic, tenant)
}

// DeletedGroups yields the groups in the recycle bin.
func (tx *Tx) DeletedGroups(tenant string) iter.Seq[Group] {
	return each[Group](tx, tableGroups, indexDeleted, tenant)
}

// GroupsSince yields the groups changed after a change number, in that order.
func (tx *Tx) GroupsSince(tenant string, seq uint64) iter.Seq[Group] {
	return within(from[Group](tx, tableGroups, indexSeq, tenant, seq+1), func(g Group) bool { return g.TenantID == tenant })
}

// PutGroup stores a group under the next change number.
func (tx *Tx) PutGroup(g Group) Group {
	g.Seq = tx.NextSequence()
	put(tx, tableGroups, g)
	return g
}

// PurgeGroup removes a group and its links for good and leaves a tombstone.
func (tx *Tx) PurgeGroup(g Group) {
	for _, rel := range []Relation{Members, Owners} {
		for m := range each[Membership](tx, tableMemberships, indexID, g.TenantID, string(rel), g.ID) {
			remove(tx, tableMemberships, m)
		}
	}
	remove(tx, tableGroups, g)
	tx.putTombstone(g.TenantID, ContainerGroups, g.ID, "group")
}

// Memberships yields the present links of a group, by member id.
func (tx *Tx) Memberships(tenant, group string, rel Relation) iter.Seq[Membership] {
	return present(each[Membership](tx, tableMemberships, indexID, tenant, string(rel), fold(group)))
}

// MembershipsSince yields the links of a group changed after a change number, removed ones included.
func (tx *Tx) MembershipsSince(tenant, group string, seq uint64) iter.Seq[Membership] {
	group = fold(group)
	return within(from[Membership](tx, tableMemberships, indexSeq, tenant, group, seq+1), func(m Membership) bool {
		return m.TenantID == tenant && m.GroupID == group
	})
}

// MembershipsOf yields the groups that an object is directly in, by group id.
func (tx *Tx) MembershipsOf(tenant, member string, rel Relation) iter.Seq[Membership] {
	return present(each[Membership](tx, tableMemberships, indexMember, tenant, string(rel), fold(member)))
}

// Membership returns a present link.
func (tx *Tx) Membership(tenant, group string, rel Relation, member string) (Membership, bool) {
	m, ok := first[Membership](tx, tableMemberships, indexID, tenant, string(rel), fold(group), fold(member))
	return m, ok && !m.Removed
}

// PutMembership links an object to a group under the next change number.
func (tx *Tx) PutMembership(m Membership) {
	m.GroupID, m.MemberID, m.Removed, m.Seq = fold(m.GroupID), fold(m.MemberID), false, tx.NextSequence()
	put(tx, tableMemberships, m)
}

// RemoveMembership takes an object out of a group; the removal is remembered for the group's delta.
func (tx *Tx) RemoveMembership(m Membership) {
	m.Removed, m.Seq = true, tx.NextSequence()
	put(tx, tableMemberships, m)
}

func present(s iter.Seq[Membership]) iter.Seq[Membership] {
	return where(s, func(m Membership) bool { return !m.Removed })
}

// Containers of change that are no library.
const (
	ContainerUsers  = "users"
	ContainerGroups = "groups"
)

// Tombstone is what remains of an object that was removed for good.
type Tombstone struct {
	TenantID  string
	Container string // ContainerUsers, ContainerGroups or a list's id
	ID        string
	Type      string   // user, group, file, folder
	Above     []string // of a file or folder: the folders that it was in, the nearest first
	At        time.Time
	Seq       uint64
}

func (tx *Tx) putTombstone(tenant, container, id, typ string) {
	put(tx, tableTombstones, Tombstone{TenantID: tenant, Container: container, ID: id, Type: typ, At: tx.Now(), Seq: tx.NextSequence()})
}

// TombstonesSince yields the removals in a container after a change number, in that order.
func (tx *Tx) TombstonesSince(tenant, container string, seq uint64) iter.Seq[Tombstone] {
	return within(from[Tombstone](tx, tableTombstones, indexID, tenant, container, seq+1), func(t Tombstone) bool {
		return t.TenantID == tenant && t.Container == container
	})
}

// RoleAssignment gives a directory role to a principal. Both role APIs read these.
type RoleAssignment struct {
	TenantID    string
	ID          string
	TemplateID  string // role definition
	PrincipalID string
	Type        string // user, group, servicePrincipal
	Scope       string // "/" for the whole directory
	CreatedAt   time.Time
}

// ActivatedRole is a directoryRole: a role template that the tenant has activated.
type ActivatedRole struct {
	TenantID   string
	ID         string
	TemplateID string
}

// RoleAssignment returns an assignment by id.
func (tx *Tx) RoleAssignment(tenant, id string) (RoleAssignment, bool) {
	return first[RoleAssignment](tx, tableRoleAssignments, indexID, tenant, id)
}

// RoleAssignments yields a tenant's assignments by id.
func (tx *Tx) RoleAssignments(tenant string) iter.Seq[RoleAssignment] {
	return each[RoleAssignment](tx, tableRoleAssignments, indexID, tenant)
}

// RoleAssignmentsOf yields what a principal is assigned directly.
func (tx *Tx) RoleAssignmentsOf(tenant, principal string) iter.Seq[RoleAssignment] {
	return each[RoleAssignment](tx, tableRoleAssignments, indexMember, tenant, fold(principal))
}

// RoleAssignmentsTo yields who has a role.
func (tx *Tx) RoleAssignmentsTo(tenant, template string) iter.Seq[RoleAssignment] {
	return each[RoleAssignment](tx, tableRoleAssignments, indexRole, tenant, fold(template))
}

// PutRoleAssignment stores an assignment.
func (tx *Tx) PutRoleAssignment(a RoleAssignment) { put(tx, tableRoleAssignments, a) }

// DeleteRoleAssignment removes an assignment.
func (tx *Tx) DeleteRoleAssignment(a RoleAssignment) { remove(tx, tableRoleAssignments, a) }

// ActivatedRole returns a directory role by object id.
func (tx *Tx) ActivatedRole(tenant, id string) (ActivatedRole, bool) {
	return first[ActivatedRole](tx, tableActivatedRoles, indexID, tenant, fold(id))
}

// ActivatedRoles yields a tenant's activated roles by id.
func (tx *Tx) ActivatedRoles(tenant string) iter.Seq[ActivatedRole] {
	return each[ActivatedRole](tx, tableActivatedRoles, indexID, tenant)
}

// ActivatedRoleByTemplate returns the directory role of a template.
func (tx *Tx) ActivatedRoleByTemplate(tenant, template string) (ActivatedRole, bool) {
	return first[ActivatedRole](tx, tableActivatedRoles, indexRole, tenant, fold(template))
}

// PutActivatedRole stores an activated role.
func (tx *Tx) PutActivatedRole(r ActivatedRole) { put(tx, tableActivatedRoles, r) }
