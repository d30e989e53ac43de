package graphapi

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireFederated is a federatedIdentityCredential: an outside issuer whose tokens sign the application in.
type wireFederated struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Issuer      string   `json:"issuer"`
	Subject     string   `json:"subject"`
	Description *string  `json:"description"`
	Audiences   []string `json:"audiences"`
}

// federatedNodes are a registration's federated credentials (CSDL; GDC:api/application-list-federatedidentitycredentials).
func federatedNodes() []node {
	read, write := readApplications(), writeApplications()
	readAlone, writeAlone := append(readApplications(), ownedApplications), append(writeApplications(), ownedApplications)
	return []node{
		{
			Name: "federatedCredentials", Key: key{Of: "federatedCredential", Resolve: federatedByKey},
			Operations: []operation{
				{
					Name: "federatedCredentials.list", Method: "GET", Countable: true, Handler: listFederated,
					Source: "GDC:api/application-list-federatedidentitycredentials", Delegated: read, Application: readAlone,
				},
				{
					Name: "federatedCredentials.create", Method: "POST", Handler: createFederated,
					Source: "GDC:api/application-post-federatedidentitycredentials", Delegated: write, Application: writeAlone,
				},
			},
		},
		{
			Name: "federatedCredential", Properties: odata.PropertiesOf(wireFederated{}),
			Operations: []operation{
				{
					Name: "federatedCredential.get", Method: "GET", Handler: getFederated,
					Source: "GDC:api/federatedidentitycredential-get", Delegated: read, Application: readAlone,
				},
				{
					Name: "federatedCredential.update", Method: "PATCH", Handler: updateFederated,
					Source: "GDC:api/federatedidentitycredential-update", Delegated: write, Application: writeAlone,
				},
				{
					Name: "federatedCredential.delete", Method: "DELETE", Handler: deleteFederated,
					Source: "GDC:api/federatedidentitycredential-delete", Delegated: write, Application: writeAlone,
				},
			},
		},
	}
}

// oneFederated is a credential with its registration.
type oneFederated struct {
	of state.Application
	at int
}

func federatedByKey(_ *request, parent any, k odata.Predicate) (any, error) {
	a := parent.(state.Application)
	for i, f := range a.Federated {
		if strings.EqualFold(f.ID, k.Text()) || strings.EqualFold(f.Name, k.Text()) {
			return oneFederated{a, i}, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func federatedOf(f state.FederatedCredential) wireFederated {
	return wireFederated{f.ID, f.Name, f.Issuer, f.Subject, orNull(f.Description), notNull(f.Audiences)}
}

func federatedContext(a state.Application) string {
	return "applications('" + a.ID + "')/federatedIdentityCredentials"
}

func listFederated(r *request, call *odata.Call) (any, error) {
	a := call.Value.(state.Application)
	rows := []wireFederated{}
	for _, f := range a.Federated {
		if w := federatedOf(f); odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerRows(r, call, federatedContext(a), rows, func(w wireFederated) string { return w.ID })
}

func getFederated(_ *request, call *odata.Call) (any, error) {
	one := call.Value.(oneFederated)
	return entity(call, federatedContext(one.of), federatedOf(one.of.Federated[one.at])), nil
}

type federatedInput struct {
	ID          string                 `json:"id"`
	Name        *string                `json:"name"`
	Issuer      *string                `json:"issuer"`
	Subject     *string                `json:"subject"`
	Description odata.Optional[string] `json:"description"`
	Audiences   *[]string              `json:"audiences"`
}

func (in *federatedInput) apply(f *state.FederatedCredential) {
	put(&f.Name, in.Name)
	put(&f.Issuer, in.Issuer)
	put(&f.Subject, in.Subject)
	putOptional(&f.Description, in.Description)
	put(&f.Audiences, in.Audiences)
}

// storeFederated checks a registration's federated credentials and stores it: name, issuer, subject and one audience must
// be there, names and pairs of issuer and subject differ, and there are 20 at most.
func (r *request) storeFederated(a state.Application) error {
	const most = 20
	a, err := r.ofMine(a)
	if err != nil {
		return err
	}
	for i, f := range a.Federated {
		switch {
		case f.Name == "" || f.Issuer == "" || f.Subject == "" || len(f.Audiences) != 1:
			return problem.For(problem.Invalid, problem.MissingProperty, "federatedIdentityCredentials", "The properties 'name', 'issuer', 'subject' and one of 'audiences' are required.")
		case slices.ContainsFunc(a.Federated[:i], func(o state.FederatedCredential) bool {
			return strings.EqualFold(o.Name, f.Name) || o.Issuer == f.Issuer && o.Subject == f.Subject
		}):
			return problem.For(problem.Conflict, problem.ObjectConflict, "federatedIdentityCredentials", "FederatedIdentityCredential with name %s already exists.", f.Name)
		}
	}
	if len(a.Federated) > most {
		return problem.For(problem.Invalid, problem.InvalidProperty, "federatedIdentityCredentials", "An application has %d federated credentials at most.", most)
	}
	_, err = directory.UpdateApplication(r.tx, r.caller, a)
	return err
}

func createFederated(r *request, call *odata.Call) (any, error) {
	a := call.Value.(state.Application)
	var in federatedInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	f := state.FederatedCredential{ID: r.tx.NewID()}
	in.apply(&f)
	a.Federated = append(slices.Clone(a.Federated), f)
	if err := r.storeFederated(a); err != nil {
		return nil, err
	}
	return r.created(call, federatedContext(a), federatedOf(f), "/applications/"+a.ID+"/federatedIdentityCredentials/"+f.ID), nil
}

func updateFederated(r *request, call *odata.Call) (any, error) {
	one := call.Value.(oneFederated)
	var in federatedInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	one.of.Federated = slices.Clone(one.of.Federated)
	in.apply(&one.of.Federated[one.at])
	if err := r.storeFederated(one.of); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deleteFederated(r *request, call *odata.Call) (any, error) {
	one := call.Value.(oneFederated)
	one.of.Federated = slices.Delete(slices.Clone(one.of.Federated), one.at, one.at+1)
	if err := r.storeFederated(one.of); err != nil {
		return nil, err
	}
	return noContent(), nil
}
