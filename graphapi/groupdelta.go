package graphapi

import (
	"iter"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireMemberChange is an entry of members@delta.
type wireMemberChange struct {
	ODataType string      `json:"@odata.type"`
	ID        string      `json:"id"`
	Removed   *wireReason `json:"@removed,omitempty"`
}

func deltaGroups(r *request, call *odata.Call) (any, error) {
	if err := groupSet().checkShape(r, call.Query, false); err != nil {
		return nil, err
	}
	since := func(seq uint64) iter.Seq[changed[state.Group]] {
		of := func(g state.Group) changed[state.Group] { return changed[state.Group]{seq: g.Seq, id: g.ID, v: g} }
		return merged(r.tx.GroupsSince(r.tenant.ID, seq), of, r.tx.TombstonesSince(r.tenant.ID, state.ContainerGroups, seq))
	}
	deleted := func(g state.Group) bool { return !g.DeletedAt.IsZero() }
	var touched map[string]map[string]bool
	return delta(r, call, "groups", state.ContainerGroups, since, deleted, func(d deltaState, g state.Group) (any, error) {
		if touched == nil {
			touched = r.changedProperties(d)
		}
		first := g.Seq <= d.Begun && d.From == 0
		var links []odata.Member
		for _, rel := range []state.Relation{state.Members, state.Owners} {
			if !linksWanted(d, rel) {
				continue
			}
			if l := r.linksSince(g, rel, d.From); len(l) > 0 {
				links = append(links, odata.Member{Name: string(rel) + "@delta", Value: l})
			}
		}
		if len(d.Select) > 0 {
			d.Select = append(slices.DeleteFunc(slices.Clone(d.Select), func(p string) bool {
				return strings.EqualFold(p, "members") || strings.EqualFold(p, "owners")
			}), "id")
		}
		return r.entry(d, groupOf(g), touched[g.ID], first, links...)
	})
}

// linksWanted tells whether a delta shows a relation: members always unless others were selected, owners when selected.
func linksWanted(d deltaState, rel state.Relation) bool {
	if len(d.Select) == 0 {
		return rel == state.Members
	}
	return slices.ContainsFunc(d.Select, func(p string) bool { return strings.EqualFold(p, string(rel)) })
}

// linksSince are a group's links that changed since a change number, those that are gone marked; since the beginning only
// those that are there.
func (r *request) linksSince(g state.Group, rel state.Relation, since uint64) []wireMemberChange {
	var links []wireMemberChange
	for m := range r.tx.MembershipsSince(g.TenantID, g.ID, since) {
		if m.Relation != rel {
			continue
		}
		l := wireMemberChange{ODataType: "#microsoft.graph." + m.Type, ID: m.MemberID}
		if m.Removed {
			if since == 0 {
				continue
			}
			l.Removed = &wireReason{"deleted"}
		} else if _, err := directory.FindObject(r.tx, g.TenantID, m.MemberID); err != nil {
			continue
		}
		links = append(links, l)
	}
	return links
}
