package graphapi

import (
	"iter"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

const ownedApplications = "Application.ReadWrite.OwnedBy"

func readApplications() []string {
	return []string{"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

func writeApplications() []string {
	return []string{"Application.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

// applicationNodes are /applications: registrations (graph.md 10).
func applicationNodes() []node {
	read, write := readApplications(), writeApplications()
	readAlone, writeAlone := append(readApplications(), ownedApplications), append(writeApplications(), ownedApplications)
	return []node{
		{Name: rootNode, Children: []child{{Name: "applications", Of: "applications"}}},
		{
			Name: "applications", Casts: []string{"application"},
			Key: key{Of: "application", Resolve: applicationByKey, Alternates: []string{"appId", "uniqueName"}},
			Operations: []operation{
				{
					Name: "applications.list", Method: "GET", Countable: true, Handler: listApplications, Source: "GD:api/application-list",
					Delegated: read, Application: readAlone,
				},
				{
					Name: "applications.create", Method: "POST", Handler: createApplication, Source: "GD:api/application-post-applications",
					Delegated: write, Application: writeAlone,
				},
			},
			NotEmulated: []string{"delta", "getAvailableExtensionProperties", "getByIds", "validateProperties"},
		},
		{
			Name: "application", Properties: applicationSet().properties,
			Children: []child{
				{Name: "owners", Of: "owners", Resolve: applicationOwners},
				{Name: "federatedIdentityCredentials", Of: "federatedCredentials"},
				{Name: "tokenLifetimePolicies", Of: "appliedLifetimes"},
			},
			Operations: []operation{
				{
					Name: "application.get", Method: "GET", Handler: getApplication, Source: "GD:api/application-get",
					Delegated: append(read, "User.Read"), Application: readAlone,
				},
				{
					Name: "application.update", Method: "PATCH", Handler: updateApplication, Source: "GD:api/application-update",
					Delegated: write, Application: writeAlone,
				},
				{
					Name: "application.delete", Method: "DELETE", Handler: deleteApplication, Source: "GD:api/application-delete",
					Delegated: write, Application: writeAlone,
				},
				{
					Name: "application.addPassword", Method: "POST", Segment: "addPassword", Handler: addPassword, Source: "GD:api/application-addpassword",
					Delegated: write, Application: writeAlone,
				},
				{
					Name: "application.removePassword", Method: "POST", Segment: "removePassword", Handler: removePassword,
					Source: "GD:api/application-removepassword", Delegated: write, Application: writeAlone,
				},
			},
			NotEmulated: []string{
				"addKey", "removeKey", "appManagementPolicies", "checkMemberGroups", "checkMemberObjects", "createdOnBehalfOf",
				"extensionProperties", "getMemberGroups", "getMemberObjects", "homeRealmDiscoveryPolicies", "logo", "restore",
				"setVerifiedPublisher", "synchronization", "tokenIssuancePolicies", "unsetVerifiedPublisher",
			},
		},
	}
}

// applicationSet says what /applications can be asked for (GD:inc/filter-directory-objects, GD:res/application).
func applicationSet() *objectSet {
	return &objectSet{
		typ: "application", navigation: []string{"owners"}, beta: []string{"oauth2RequirePostResponse"},
		properties: slices.DeleteFunc(odata.PropertiesOf(wireApplication{}), func(p string) bool { return p == "owners" }),
		filter: map[string]string{
			"appId": "DAA--D--", "createdDateTime": "DAADDA--", "displayName": "DAADDDDA", "id": "DAA--D--", "identifierUris": "D-ADD-D-A",
			"publisherDomain": "DAADDDD-", "signInAudience": "DAA----A", "tags": "D-ADD-D-", "web": "D-ADD-D-", "notes": "AAA----A",
			"isFallbackPublicClient": "DAA----A", "passwordCredentials": "A-A-----", "keyCredentials": "A-A-----", "deletedDateTime": "DAADDD--",
			"uniqueName": "DAAD----", "appRoles": "A-A-----", "requiredResourceAccess": "A-A-----", "api": "A-A-----",
		},
		sort: []string{"displayName"}, sortMore: []string{"createdDateTime", "appId", "id"}, tokenised: []string{"displayName"},
	}
}

func applicationByKey(r *request, _ any, k odata.Predicate) (any, error) {
	a, ok := r.tx.Application(r.tenant.ID, k.Text())
	if k.Name != "" {
		a, ok = r.tx.ApplicationByAppID(k.Text())
		ok = ok && a.TenantID == r.tenant.ID
	}
	if !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return a, nil
}

func listApplications(r *request, call *odata.Call) (any, error) {
	if err := directory.MayEnumerate(r.tx, r.caller); err != nil {
		return nil, err
	}
	id := func(a state.Application) string { return a.ID }
	return list(r, call, applicationSet(), "applications", source[state.Application]{
		all: func(after string) iter.Seq[state.Application] {
			return behind(living(r.tx.Applications(r.tenant.ID)), after, id)
		},
		id:       id,
		resource: func(a state.Application) odata.Resource { return odata.ResourceOf(r.applicationOf(a)) },
		wire:     func(a *state.Application) (any, error) { return r.expandedApplication(*a, call.Query), nil },
	})
}

func living(all iter.Seq[state.Application]) iter.Seq[state.Application] {
	return func(yield func(state.Application) bool) {
		for a := range all {
			if a.DeletedAt.IsZero() && !yield(a) {
				return
			}
		}
	}
}

func getApplication(r *request, call *odata.Call) (any, error) {
	if err := applicationSet().checkShape(r, call.Query, true); err != nil {
		return nil, err
	}
	return entity(call, "applications", r.expandedApplication(call.Value.(state.Application), call.Query)), nil
}

// expandedApplication is a registration with what the query expands.
func (r *request) expandedApplication(a state.Application, q *odata.Query) wireApplication {
	w := r.applicationOf(a)
	if namesExpand(q, "owners") {
		w.Owners = odata.Some(mapped(r.owners(a.OwnerIDs, nil).load(), r.objectOf))
	}
	return w
}

// defaultAudience is what Graph gives a registration that says nothing (graph.md 10: 2019 sample).
const defaultAudience = "AzureADandPersonalMicrosoftAccount"

func createApplication(r *request, call *odata.Call) (any, error) {
	if err := directory.MayRegister(r.tx, r.caller); err != nil {
		return nil, err
	}
	var in applicationInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	a := state.Application{TenantID: r.tenant.ID, SignInAudience: defaultAudience}
	if err := in.apply(r, &a); err != nil {
		return nil, err
	}
	a, err := directory.RegisterApplication(r.tx, r.caller, a)
	if err != nil {
		return nil, err
	}
	w := r.applicationOf(a)
	w.PasswordCredentials = mapped(a.Secrets, newPasswordOf)
	return r.created(call, "applications", w, "/applications/"+a.ID), nil
}

// ofMine is the call's registration, if the caller may change it. An application whose token is for its own things only
// has to own it.
func (r *request) ofMine(a state.Application) (state.Application, error) {
	if err := r.ownedOnly(a.OwnerIDs, writeApplications()); err != nil {
		return a, err
	}
	return a, directory.MayManageApplication(r.tx, r.caller, a.OwnerIDs)
}

func (r *request) ownedOnly(owners, wider []string) error {
	if !r.caller.AppOnly() || r.caller.HasRole(wider...) || r.tx.World().Lenient || slices.Contains(owners, r.caller.ServicePrincipalID) {
		return nil
	}
	return problem.New(problem.Denied, problem.MissingScope, "")
}

func updateApplication(r *request, call *odata.Call) (any, error) {
	a, err := r.ofMine(call.Value.(state.Application))
	if err != nil {
		return nil, err
	}
	var in applicationInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if err := in.apply(r, &a); err != nil {
		return nil, err
	}
	if _, err := directory.UpdateApplication(r.tx, r.caller, a); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deleteApplication(r *request, call *odata.Call) (any, error) {
	a, err := r.ofMine(call.Value.(state.Application))
	if err != nil {
		return nil, err
	}
	if err := directory.DeleteApplication(r.tx, r.caller, a); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func addPassword(r *request, call *odata.Call) (any, error) {
	a, err := r.ofMine(call.Value.(state.Application))
	if err != nil {
		return nil, err
	}
	p, err := r.wantedPassword()
	if err != nil {
		return nil, err
	}
	s, err := directory.AddSecret(r.tx, r.caller, a, deref(p.DisplayName), moment(p.StartDateTime), moment(p.EndDateTime))
	if err != nil {
		return nil, err
	}
	return object("microsoft.graph.passwordCredential", newPasswordOf(s)), nil
}

func removePassword(r *request, call *odata.Call) (any, error) {
	a, err := r.ofMine(call.Value.(state.Application))
	if err != nil {
		return nil, err
	}
	keyID, err := r.unwantedPassword()
	if err != nil {
		return nil, err
	}
	if err := directory.RemoveSecret(r.tx, r.caller, a, keyID); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// wantedPassword is what addPassword says of the secret to be made; a body need not be there.
func (r *request) wantedPassword() (wirePassword, error) {
	var in struct {
		PasswordCredential wirePassword `json:"passwordCredential"`
	}
	if !r.hasBody() {
		return in.PasswordCredential, nil
	}
	err := r.decode(&in)
	return in.PasswordCredential, err
}

// unwantedPassword is the key id that removePassword names.
func (r *request) unwantedPassword() (keyID string, err error) {
	var in struct {
		KeyID string `json:"keyId"`
	}
	err = r.decode(&in)
	return in.KeyID, err
}

// ownersOf are the owners of a registration or service principal; change stores another list of them.
type ownersOf struct {
	objectList
	ids    []string
	change func(ids []string) error
}

func (r *request) owners(ids []string, change func([]string) error) ownersOf {
	return ownersOf{objectList{func() []directory.Object {
		var found []directory.Object
		for _, id := range ids {
			if o, err := directory.FindObject(r.tx, r.tenant.ID, id); err == nil {
				found = append(found, o)
			}
		}
		return found
	}}, ids, change}
}

func applicationOwners(r *request, parent any, _ odata.Args) (any, error) {
	a := parent.(state.Application)
	return r.owners(a.OwnerIDs, func(ids []string) error {
		a, err := r.ofMine(a)
		if err != nil {
			return err
		}
		a.OwnerIDs = ids
		_, err = directory.UpdateApplication(r.tx, r.caller, a)
		return err
	}), nil
}

// ownerNodes are the owners of registrations and service principals.
func ownerNodes() []node {
	write, writeAlone := writeApplications(), append(writeApplications(), ownedApplications)
	return []node{
		{
			Name: "owners", Extends: "objectList", Key: key{Of: "owner", Resolve: ownerByKey},
			Operations: []operation{
				{
					Name: "owners.list", Method: "GET", Countable: true, Handler: listOwners, Source: "GD:api/application-list-owners",
					Delegated: readApplications(), Application: append(readApplications(), ownedApplications),
				},
				{
					Name: "owners.add", Method: "POST", Segment: "$ref", Handler: addOwner, Source: "GD:api/application-post-owners",
					Delegated: write, Application: writeAlone,
				},
			},
		},
		{
			Name: "owner",
			Operations: []operation{{
				Name: "owner.remove", Method: "DELETE", Segment: "$ref", Handler: removeOwner, Source: "GD:api/application-delete-owners",
				Delegated: write, Application: writeAlone,
			}},
		},
	}
}

func listOwners(r *request, call *odata.Call) (any, error) {
	call.Value = call.Value.(ownersOf).objectList
	return listObjects(r, call)
}

type oneOwner struct {
	of ownersOf
	id string
}

func ownerByKey(_ *request, in any, k odata.Predicate) (any, error) {
	of := in.(ownersOf)
	for _, id := range of.ids {
		if strings.EqualFold(id, k.Text()) {
			return oneOwner{of, id}, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func addOwner(r *request, call *odata.Call) (any, error) {
	of := call.Value.(ownersOf)
	id, err := r.reference()
	if err != nil {
		return nil, err
	}
	o, err := directory.FindObject(r.tx, r.tenant.ID, id)
	if err != nil {
		return nil, err
	}
	if slices.Contains(of.ids, o.ID) {
		return nil, problem.For(problem.Conflict, problem.ReferenceExists, "owners",
			"One or more added object references already exist for the following modified properties: 'owners'.")
	}
	if err := of.change(append(slices.Clone(of.ids), o.ID)); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func removeOwner(_ *request, call *odata.Call) (any, error) {
	one := call.Value.(oneOwner)
	if err := one.of.change(slices.DeleteFunc(slices.Clone(one.of.ids), func(id string) bool { return id == one.id })); err != nil {
		return nil, err
	}
	return noContent(), nil
}
