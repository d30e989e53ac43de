package directory

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// B2BPolicies is the kind of the tenant's B2B management policy among its policies. There is one at most; its definition
// and [state.Tenant.B2BDomains] say the same.
const B2BPolicies = "b2bManagementPolicies"

const (
	b2bPolicyName = "B2BManagementPolicy"
	maxB2BPolicy  = 25 << 10
)

// SetB2BDomains sets the list of the B2B management policy: one of the two, or none. The policy comes into being with the
// first list. It fails with InvalidProperty where both are given or one names no domain.
func SetB2BDomains(tx *state.Tx, by Principal, tenant string, allow, block []string) error {
	var d b2bDefinition
	d.Policy.Domains.Allowed, d.Policy.Domains.Blocked = notNil(allow), notNil(block)
	p, ok := B2BPolicy(tx, tenant)
	if !ok {
		p = state.Policy{TenantID: tenant, DisplayName: b2bPolicyName, Default: true}
	}
	p.Definition = []string{asJSON(d)}
	_, err := SetB2BPolicy(tx, by, p)
	return err
}

func notNil(l []string) []string { return append([]string{}, l...) }

// B2BPolicy returns the tenant's B2B management policy; ok is false while there is none.
func B2BPolicy(tx *state.Tx, tenant string) (state.Policy, bool) {
	for p := range tx.Policies(tenant, B2BPolicies) {
		return p, true
	}
	return state.Policy{}, false
}

// SetB2BPolicy stores the tenant's B2B management policy and takes the domain list out of its definition. It fails with
// InsufficientRights, ObjectConflict for a second policy, and InvalidProperty where the definition does not parse, is larger
// than 25 KB, uses both lists or names no domain (graph.md 6.3).
func SetB2BPolicy(tx *state.Tx, by Principal, p state.Policy) (state.Policy, error) {
	t, err := settingsOf(tx, by, p.TenantID, GlobalAdministrator, SecurityAdministrator)
	if err != nil {
		return state.Policy{}, err
	}
	if old, ok := B2BPolicy(tx, p.TenantID); ok && old.ID != p.ID {
		return state.Policy{}, problem.For(problem.Conflict, problem.ObjectConflict, "type", "The organization has a B2B management policy already.")
	}
	list, err := b2bDomains(p.Definition)
	if err != nil {
		return state.Policy{}, err
	}
	activity, kind := "Update policy", opUpdate
	if p.ID == "" {
		p.ID, p.CreatedAt = tx.NewID(), tx.Now()
		activity, kind = "Add policy", opAdd
	}
	p.Kind = B2BPolicies
	tx.PutPolicy(p)
	list.PolicyID = p.ID
	t.B2BDomains = list
	tx.PutTenant(t)
	recordPolicy(tx, by, p.TenantID, activity, kind, p.DisplayName,
		state.ModifiedProperty{Name: "PolicyDetail", New: asJSON(p.Definition)})
	return p, nil
}

func b2bDomains(definition []string) (state.B2BDomains, error) {
	var list state.B2BDomains
	if len(definition) != 1 || len(definition[0]) > maxB2BPolicy {
		return list, problem.For(problem.Invalid, problem.InvalidProperty, "definition", "A B2B management policy has one definition of 25 KB at most.")
	}
	d, err := parseB2BDefinition(definition[0])
	if err != nil {
		return list, problem.For(problem.Invalid, problem.InvalidProperty, "definition", "The definition is no JSON text: %v.", err)
	}
	domains := d.Policy.Domains
	if len(domains.Allowed) > 0 && len(domains.Blocked) > 0 {
		return list, problem.For(problem.Invalid, problem.InvalidProperty, "definition", "Only one of AllowedDomains and BlockedDomains may be used.")
	}
	for _, name := range slices.Concat(domains.Allowed, domains.Blocked) {
		if !validDomain(name) {
			return list, problem.For(problem.Invalid, problem.InvalidProperty, "definition", "%q is no domain name.", name)
		}
	}
	list.Allow, list.Block = lowered(domains.Allowed), lowered(domains.Blocked)
	return list, nil
}

func lowered(l []string) []string {
	out := make([]string, 0, len(l))
	for _, s := range l {
		out = append(out, strings.ToLower(s))
	}
	return out
}

// RemoveB2BPolicy removes the policy and with it the list.
func RemoveB2BPolicy(tx *state.Tx, by Principal, p state.Policy) error {
	t, err := settingsOf(tx, by, p.TenantID, GlobalAdministrator, SecurityAdministrator)
	if err != nil {
		return err
	}
	tx.DeletePolicy(p)
	t.B2BDomains = state.B2BDomains{}
	tx.PutTenant(t)
	recordPolicy(tx, by, p.TenantID, "Delete policy", opDelete, p.DisplayName)
	return nil
}

// b2bDefinition is the definition of a B2B management policy, as the service writes it (graph.md 6.3).
type b2bDefinition struct {
	Policy struct {
		Domains struct {
			Allowed []string `json:"AllowedDomains"`
			Blocked []string `json:"BlockedDomains"`
		} `json:"InvitationsAllowedAndBlockedDomainsPolicy"`
	} `json:"B2BManagementPolicy"`
}

func parseB2BDefinition(definition string) (b2bDefinition, error) {
	var d b2bDefinition
	err := json.Unmarshal([]byte(definition), &d)
	return d, err
}
