package graphapi

import (
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireB2BPolicy is the B2B management policy, beta only (graph.md 6.3). legacy/policies shows it with its number.
type wireB2BPolicy struct {
	ID                    string              `json:"id"`
	DeletedDateTime       *time.Time          `json:"deletedDateTime"`
	Definition            []string            `json:"definition"`
	Description           *string             `json:"description"`
	DisplayName           string              `json:"displayName"`
	IsOrganizationDefault bool                `json:"isOrganizationDefault"`
	Type                  odata.Optional[int] `json:"type,omitzero"`
}

// legacyB2BType is what legacy/policies calls a B2B management policy.
const legacyB2BType = 6

// b2bPolicyNodes are policies/b2bManagementPolicies and legacy/policies, two ways to one policy.
func b2bPolicyNodes() []node {
	read := []string{"Policy.Read.All", "Policy.Read.B2BManagementPolicy", "Policy.ReadWrite.B2BManagementPolicy"}
	write := []string{"Policy.ReadWrite.B2BManagementPolicy"}
	const source = "GDC:beta/policyroot-post-b2bmanagementpolicies"
	nodes := []node{
		{Name: rootNode, Children: []child{{Name: "legacy", Of: "legacy"}}},
		{Name: "legacy", Children: []child{{Name: "policies", Of: "legacyPolicies", Resolve: b2bPolicies("legacy", true)}}},
		{Name: "policies", Children: []child{{Name: directory.B2BPolicies, Of: "b2bPolicies", Resolve: b2bPolicies(directory.B2BPolicies, false)}}},
	}
	for _, names := range [][2]string{{"legacyPolicies", "legacyPolicy"}, {"b2bPolicies", "b2bPolicy"}} {
		many, one := names[0], names[1]
		nodes = append(nodes, node{
			Name: many, Key: key{Of: one, Resolve: b2bPolicyByKey},
			Operations: []operation{
				{Name: many + ".list", Method: "GET", Countable: true, Handler: listB2BPolicies, Source: source, Delegated: read, Application: read},
				{Name: many + ".create", Method: "POST", Handler: createB2BPolicy, Source: source, Delegated: write, Application: write},
			},
		}, node{
			Name: one, Properties: odata.PropertiesOf(wireB2BPolicy{}),
			Operations: []operation{
				{Name: one + ".get", Method: "GET", Handler: getB2BPolicy, Source: source, Delegated: read, Application: read},
				{Name: one + ".update", Method: "PATCH", Handler: updateB2BPolicy, Source: source, Delegated: write, Application: write},
				{Name: one + ".delete", Method: "DELETE", Handler: deleteB2BPolicy, Source: source, Delegated: write, Application: write},
			},
			NotEmulated: []string{"appliesTo"},
		})
	}
	return nodes
}

// b2bPolicyList is one of the two ways to the policy.
type b2bPolicyList struct{ legacy bool }

// b2bPolicyAt is the policy, seen one of the two ways.
type b2bPolicyAt struct {
	b2bPolicyList
	state.Policy
}

func b2bPolicies(segment string, legacy bool) func(*request, any, odata.Args) (any, error) {
	return func(r *request, _ any, _ odata.Args) (any, error) {
		if err := r.onlyBeta(segment); err != nil {
			return nil, err
		}
		return b2bPolicyList{legacy}, nil
	}
}

func b2bPolicyByKey(r *request, in any, k odata.Predicate) (any, error) {
	p, ok := directory.B2BPolicy(r.tx, r.tenant.ID)
	if !ok || !strings.EqualFold(p.ID, k.Text()) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return b2bPolicyAt{in.(b2bPolicyList), p}, nil
}

func (l b2bPolicyList) context() string {
	if l.legacy {
		return "legacy/policies"
	}
	return "policies/b2bManagementPolicies"
}

func (l b2bPolicyList) wire(p state.Policy) wireB2BPolicy {
	w := wireB2BPolicy{ID: p.ID, Definition: p.Definition, Description: orNull(p.Description), DisplayName: p.DisplayName, IsOrganizationDefault: p.Default}
	if l.legacy {
		w.Type = odata.Some(legacyB2BType)
	}
	return w
}

func listB2BPolicies(r *request, call *odata.Call) (any, error) {
	l := call.Value.(b2bPolicyList)
	rows := []wireB2BPolicy{}
	if p, ok := directory.B2BPolicy(r.tx, r.tenant.ID); ok && odata.Eval(call.Query.Filter, odata.ResourceOf(l.wire(p))) {
		rows = append(rows, l.wire(p))
	}
	return answerRows(r, call, l.context(), rows, func(w wireB2BPolicy) string { return w.ID })
}

// b2bPolicyInput is what clients send. Type and alternative identifier are legacy's.
type b2bPolicyInput struct {
	ID                    string    `json:"id"`
	DisplayName           *string   `json:"displayName"`
	Description           *string   `json:"description"`
	Definition            *[]string `json:"definition"`
	IsOrganizationDefault *bool     `json:"isOrganizationDefault"`
	Type                  any       `json:"type"`
	AlternativeIdentifier any       `json:"alternativeIdentifier"`
	KeyCredentials        any       `json:"keyCredentials"`
}

func (in *b2bPolicyInput) apply(p *state.Policy) {
	put(&p.DisplayName, in.DisplayName)
	put(&p.Description, in.Description)
	put(&p.Definition, in.Definition)
	put(&p.Default, in.IsOrganizationDefault)
}

func createB2BPolicy(r *request, call *odata.Call) (any, error) {
	l := call.Value.(b2bPolicyList)
	var in b2bPolicyInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	p := state.Policy{TenantID: r.tenant.ID, DisplayName: "B2BManagementPolicy"}
	in.apply(&p)
	p, err := directory.SetB2BPolicy(r.tx, r.caller, p)
	if err != nil {
		return nil, err
	}
	return r.created(call, l.context(), l.wire(p), "/"+l.context()+"/"+p.ID), nil
}

func getB2BPolicy(_ *request, call *odata.Call) (any, error) {
	at := call.Value.(b2bPolicyAt)
	return entity(call, at.context(), at.wire(at.Policy)), nil
}

func updateB2BPolicy(r *request, call *odata.Call) (any, error) {
	p := call.Value.(b2bPolicyAt).Policy
	var in b2bPolicyInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	in.apply(&p)
	if _, err := directory.SetB2BPolicy(r.tx, r.caller, p); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deleteB2BPolicy(r *request, call *odata.Call) (any, error) {
	if err := directory.RemoveB2BPolicy(r.tx, r.caller, call.Value.(b2bPolicyAt).Policy); err != nil {
		return nil, err
	}
	return noContent(), nil
}
