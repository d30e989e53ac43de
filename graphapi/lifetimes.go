package graphapi

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireLifetime is a tokenLifetimePolicy (CSDL).
type wireLifetime struct {
	ID                    string     `json:"id"`
	DeletedDateTime       *time.Time `json:"deletedDateTime"`
	Definition            []string   `json:"definition"`
	Description           *string    `json:"description"`
	DisplayName           string     `json:"displayName"`
	IsOrganizationDefault bool       `json:"isOrganizationDefault"`
}

const lifetimesContext = "policies/tokenLifetimePolicies"

// lifetimeNodes are policies/tokenLifetimePolicies, and those applied to a registration.
func lifetimeNodes() []node {
	write := []string{"Policy.ReadWrite.ApplicationConfiguration"}
	apply := append(write, "Application.ReadWrite.All")
	return []node{
		{Name: "policies", Children: []child{{Name: directory.LifetimePolicies, Of: "lifetimes"}}},
		{
			Name: "lifetimes", Key: key{Of: "lifetime", Resolve: lifetimeByKey},
			Operations: []operation{
				{
					Name: "lifetimes.list", Method: "GET", Countable: true, Handler: listLifetimes, Source: "GD:api/tokenlifetimepolicy-list",
					Delegated: readPolicies(), Application: readPolicies(),
				},
				{
					Name: "lifetimes.create", Method: "POST", Handler: createLifetime, Source: "GD:api/tokenlifetimepolicy-post-tokenlifetimepolicies",
					Delegated: write, Application: write,
				},
			},
		},
		{
			Name: "lifetime", Properties: odata.PropertiesOf(wireLifetime{}),
			Children: []child{{Name: "appliesTo", Of: "objectList", Resolve: lifetimeAppliesTo}},
			Operations: []operation{
				{
					Name: "lifetime.get", Method: "GET", Handler: getLifetime, Source: "GD:api/tokenlifetimepolicy-get",
					Delegated: readPolicies(), Application: readPolicies(),
				},
				{
					Name: "lifetime.update", Method: "PATCH", Handler: updateLifetime, Source: "GD:api/tokenlifetimepolicy-update",
					Delegated: write, Application: write,
				},
				{
					Name: "lifetime.delete", Method: "DELETE", Handler: deleteLifetime, Source: "GD:api/tokenlifetimepolicy-delete",
					Delegated: write, Application: write,
				},
			},
		},
		{
			Name: "appliedLifetimes", Key: key{Of: "appliedLifetime", Resolve: appliedLifetimeByKey},
			Operations: []operation{
				{
					Name: "appliedLifetimes.list", Method: "GET", Countable: true, Handler: listAppliedLifetimes,
					Source: "GD:api/application-list-tokenlifetimepolicies", Delegated: append(readPolicies(), readApplications()...),
					Application: append(readPolicies(), readApplications()...),
				},
				{
					Name: "appliedLifetimes.add", Method: "POST", Segment: "$ref", Handler: applyLifetime,
					Source: "GD:api/application-post-tokenlifetimepolicies", Delegated: apply, Application: apply,
				},
			},
		},
		{
			Name: "appliedLifetime",
			Operations: []operation{{
				Name: "appliedLifetime.remove", Method: "DELETE", Segment: "$ref", Handler: unapplyLifetime,
				Source: "GD:api/application-delete-tokenlifetimepolicies", Delegated: apply, Application: apply,
			}},
		},
	}
}

func lifetimeOf(p state.Policy) wireLifetime {
	return wireLifetime{ID: p.ID, Definition: p.Definition, Description: orNull(p.Description), DisplayName: p.DisplayName, IsOrganizationDefault: p.Default}
}

func lifetimeByKey(r *request, _ any, k odata.Predicate) (any, error) {
	p, ok := r.tx.Policy(r.tenant.ID, directory.LifetimePolicies, k.Text())
	if !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return p, nil
}

// lifetimes answers those policies that fit.
func (r *request) lifetimes(call *odata.Call, fits func(state.Policy) bool) (any, error) {
	rows := []wireLifetime{}
	for p := range r.tx.Policies(r.tenant.ID, directory.LifetimePolicies) {
		if w := lifetimeOf(p); fits(p) && odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerRows(r, call, lifetimesContext, rows, func(w wireLifetime) string { return w.ID })
}

func listLifetimes(r *request, call *odata.Call) (any, error) {
	return r.lifetimes(call, func(state.Policy) bool { return true })
}

func getLifetime(_ *request, call *odata.Call) (any, error) {
	return entity(call, lifetimesContext, lifetimeOf(call.Value.(state.Policy))), nil
}

type lifetimeInput struct {
	ID                    string                 `json:"id"`
	DisplayName           *string                `json:"displayName"`
	Description           odata.Optional[string] `json:"description"`
	Definition            *[]string              `json:"definition"`
	IsOrganizationDefault *bool                  `json:"isOrganizationDefault"`
}

func (in *lifetimeInput) apply(p *state.Policy) {
	put(&p.DisplayName, in.DisplayName)
	putOptional(&p.Description, in.Description)
	put(&p.Definition, in.Definition)
	put(&p.Default, in.IsOrganizationDefault)
}

func createLifetime(r *request, call *odata.Call) (any, error) {
	var in lifetimeInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	p := state.Policy{TenantID: r.tenant.ID}
	in.apply(&p)
	p, err := directory.SetLifetimePolicy(r.tx, r.caller, p)
	if err != nil {
		return nil, err
	}
	return r.created(call, lifetimesContext, lifetimeOf(p), "/"+lifetimesContext+"/"+p.ID), nil
}

func updateLifetime(r *request, call *odata.Call) (any, error) {
	p := call.Value.(state.Policy)
	var in lifetimeInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	in.apply(&p)
	if _, err := directory.SetLifetimePolicy(r.tx, r.caller, p); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deleteLifetime(r *request, call *odata.Call) (any, error) {
	if err := directory.RemoveLifetimePolicy(r.tx, r.caller, call.Value.(state.Policy)); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func lifetimeAppliesTo(r *request, parent any, _ odata.Args) (any, error) {
	ids := parent.(state.Policy).AppliesTo
	return r.owners(ids, nil).objectList, nil
}

func listAppliedLifetimes(r *request, call *odata.Call) (any, error) {
	id := call.Value.(state.Application).ID
	return r.lifetimes(call, func(p state.Policy) bool { return slices.Contains(p.AppliesTo, id) })
}

func applyLifetime(r *request, call *odata.Call) (any, error) {
	a := call.Value.(state.Application)
	var in struct {
		ID string `json:"@odata.id"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	id := in.ID[strings.LastIndexByte(in.ID, '/')+1:]
	p, ok := r.tx.Policy(r.tenant.ID, directory.LifetimePolicies, id)
	switch {
	case !ok:
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, id, "")
	case slices.Contains(p.AppliesTo, a.ID):
		return nil, problem.For(problem.Conflict, problem.ReferenceExists, "tokenLifetimePolicies",
			"One or more added object references already exist for the following modified properties: 'tokenLifetimePolicies'.")
	}
	p.AppliesTo = append(slices.Clone(p.AppliesTo), a.ID)
	if _, err := directory.SetLifetimePolicy(r.tx, r.caller, p); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// appliedLifetime is a policy with the registration that it is applied to.
type appliedLifetime struct {
	state.Policy
	to string
}

func appliedLifetimeByKey(r *request, parent any, k odata.Predicate) (any, error) {
	id := parent.(state.Application).ID
	p, ok := r.tx.Policy(r.tenant.ID, directory.LifetimePolicies, k.Text())
	if !ok || !slices.Contains(p.AppliesTo, id) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return appliedLifetime{p, id}, nil
}

func unapplyLifetime(r *request, call *odata.Call) (any, error) {
	one := call.Value.(appliedLifetime)
	p := one.Policy
	p.AppliesTo = slices.DeleteFunc(slices.Clone(p.AppliesTo), func(id string) bool { return id == one.to })
	if _, err := directory.SetLifetimePolicy(r.tx, r.caller, p); err != nil {
		return nil, err
	}
	return noContent(), nil
}
