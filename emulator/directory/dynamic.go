package directory

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// RecomputeDynamic brings the tenant's dynamic groups up to date after a user changed. Somebody in the recycle bin keeps
// his memberships, as he does in other groups.
func RecomputeDynamic(tx *state.Tx, u state.User) {
	if !u.DeletedAt.IsZero() {
		return
	}
	for g := range tx.DynamicGroups(u.TenantID) {
		if r, ok := ruleOf(g); ok {
			decide(tx, g, r, u)
		}
	}
}

// recomputeGroup computes a group's members anew.
func recomputeGroup(tx *state.Tx, g state.Group) {
	r, ok := ruleOf(g)
	if !ok {
		return
	}
	for u := range tx.Users(g.TenantID) {
		decide(tx, g, r, u)
	}
}

// recomputeThrough follows a change of an assigned group into the rules that ask for membership.
func recomputeThrough(tx *state.Tx, o Object, rel state.Relation) {
	if o.Type != TypeUser || rel != state.Members || o.User.ID == "" {
		return
	}
	for g := range tx.DynamicGroups(o.User.TenantID) {
		if !strings.Contains(strings.ToLower(g.MembershipRule), "memberof") {
			continue
		}
		if r, ok := ruleOf(g); ok {
			decide(tx, g, r, o.User)
		}
	}
}

// ruleOf returns the rule of a group that is processed.
func ruleOf(g state.Group) (rule, bool) {
	if g.ProcessingState == processingPaused {
		return nil, false
	}
	r, err := parseRule(g.MembershipRule)
	return r, err == nil
}

// decide puts a user into the group or takes him out.
func decide(tx *state.Tx, g state.Group, r rule, u state.User) {
	m, in := tx.Membership(g.TenantID, g.ID, state.Members, u.ID)
	wanted := r.holds(&evaluation{tx: tx, user: u})
	switch {
	case wanted && !in:
		tx.PutMembership(state.Membership{TenantID: g.TenantID, GroupID: g.ID, Relation: state.Members, MemberID: u.ID, Type: TypeUser})
	case !wanted && in:
		tx.RemoveMembership(m)
	default:
		return
	}
	touch(tx, g.TenantID, g.ID)
	recordMember(tx, SystemPrincipal(g.TenantID), g, state.Members, UserObject(u), wanted)
}
