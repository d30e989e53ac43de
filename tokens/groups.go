package tokens

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// How many groups a token holds before it only says where to ask (identity.md 3.5): in an answer of the authorize endpoint
// fewer, because it travels in an address.
const (
	maxGroups         = 200
	maxGroupsImplicit = 5
)

// claimNames and claimSources tell where a claim that is too long for the token can be had.
type claimNames struct {
	Groups string `json:"groups"`
}

type claimSource struct {
	Endpoint string `json:"endpoint"`
}

// groups puts in the groups that an application asks for by groupMembershipClaims, or as roles.
func (g Grant) groups(tx *state.Tx, c map[string]any, asked []state.OptionalClaim, app state.Application) {
	kinds := strings.FieldsFunc(app.GroupMembershipClaims, func(r rune) bool { return r == ',' || r == ' ' })
	if len(kinds) == 0 || containsFold(kinds, "None") {
		return
	}
	if containsFold(kinds, "All") || containsFold(kinds, "DirectoryRole") {
		c["wids"] = g.wids(tx)
	}
	ids := g.groupIDs(tx, kinds, app)
	if len(ids) == 0 {
		return
	}
	if i := slices.IndexFunc(asked, func(o state.OptionalClaim) bool { return o.Name == "groups" }); i >= 0 {
		o := asked[i]
		if slices.Contains(o.Additional, "cloud_displayname") {
			ids = g.groupNames(tx, ids)
		}
		if slices.Contains(o.Additional, "emit_as_roles") {
			c["roles"] = ids
			return
		}
	}
	switch {
	case g.Implicit && len(ids) > maxGroupsImplicit:
		c["hasgroups"] = true
	case len(ids) > maxGroups:
		c["_claim_names"] = claimNames{"src1"}
		c["_claim_sources"] = map[string]claimSource{"src1": {g.Graph + "/v1.0/users/" + g.User.ID + "/getMemberObjects"}}
	default:
		c["groups"] = ids
	}
}

// groupIDs are the person's groups of the kinds asked for, through other groups too.
func (g Grant) groupIDs(tx *state.Tx, kinds []string, app state.Application) []string {
	var assigned []string
	if sp, ok := directory.ServicePrincipalByAppID(tx, g.Tenant.ID, app.AppID); ok && containsFold(kinds, "ApplicationGroup") {
		for a := range tx.AppRoleAssignmentsTo(g.Tenant.ID, sp.ID) {
			assigned = append(assigned, a.PrincipalID)
		}
	}
	var out []string
	for _, id := range directory.GroupsOf(tx, g.Tenant.ID, g.User.ID) {
		group, ok := tx.Group(g.Tenant.ID, id)
		switch {
		case !ok:
		case containsFold(kinds, "All"), containsFold(kinds, "SecurityGroup") && group.SecurityEnabled, slices.Contains(assigned, id):
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func (g Grant) groupNames(tx *state.Tx, ids []string) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		if group, ok := tx.Group(g.Tenant.ID, id); ok {
			out = append(out, group.DisplayName)
		}
	}
	return out
}
