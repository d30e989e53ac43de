package graphapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireProvider is an identity provider for guests: a built-in one, or a social one with the client that it knows us by.
type wireProvider struct {
	ODataType            string                 `json:"@odata.type"`
	ID                   string                 `json:"id"`
	DisplayName          *string                `json:"displayName"`
	IdentityProviderType *string                `json:"identityProviderType"`
	ClientID             odata.Optional[string] `json:"clientId,omitzero"`
	ClientSecret         odata.Optional[string] `json:"clientSecret,omitzero"`
}

const socialProviders = "identityProviders"

// identityProviderNodes are identity/identityProviders, and the older /identityProviders (GD:api/identityproviderbase-*).
// The social ones are kept and given back; nobody signs in with them here.
func identityProviderNodes() []node {
	read := []string{"IdentityProvider.Read.All", "IdentityProvider.ReadWrite.All"}
	write := read[1:]
	return []node{
		{Name: rootNode, Children: []child{{Name: "identity", Of: "identity"}, {Name: "identityProviders", Of: "identityProviders"}}},
		{
			Name: "identity", Children: []child{{Name: "identityProviders", Of: "identityProviders"}},
			NotEmulated: []string{
				"apiConnectors", "authenticationEventListeners", "authenticationEventsFlows", "b2xUserFlows", "conditionalAccess",
				"continuousAccessEvaluationPolicy", "customAuthenticationExtensions", "productChanges", "riskPrevention", "userFlows",
				"userFlowAttributes", "verifiedId",
			},
		},
		{
			Name: "identityProviders", Key: key{Of: "identityProvider", Resolve: providerByKey},
			Operations: []operation{
				{
					Name: "identityProviders.list", Method: "GET", Countable: true, Handler: listProviders,
					Source: "GD:api/identitycontainer-list-identityproviders", Delegated: read, Application: read,
				},
				{
					Name: "identityProviders.create", Method: "POST", Handler: createProvider,
					Source: "GD:api/identitycontainer-post-identityproviders", Delegated: write, Application: write,
				},
				{
					Name: "identityProviders.types", Method: "GET", Segment: "availableProviderTypes", Handler: listProviderTypes,
					Source: "GD:api/identityproviderbase-availableprovidertypes", Delegated: read, Application: read,
				},
			},
		},
		{
			Name: "identityProvider", Properties: odata.PropertiesOf(wireProvider{}),
			Operations: []operation{
				{
					Name: "identityProvider.get", Method: "GET", Handler: getProvider, Source: "GD:api/identityproviderbase-get",
					Delegated: read, Application: read,
				},
				{
					Name: "identityProvider.update", Method: "PATCH", Handler: updateProvider, Source: "GD:api/identityproviderbase-update",
					Delegated: write, Application: write,
				},
				{
					Name: "identityProvider.delete", Method: "DELETE", Handler: deleteProvider, Source: "GD:api/identityproviderbase-delete",
					Delegated: write, Application: write,
				},
			},
		},
	}
}

func builtInProvider(id, name, kind string) wireProvider {
	return wireProvider{
		ODataType: "#microsoft.graph.builtInIdentityProvider", ID: id, DisplayName: orNull(name), IdentityProviderType: orNull(kind),
	}
}

// providers are the tenant's: the organisation's own kind and personal accounts always, codes by mail unless switched off.
func (r *request) providers() []wireProvider {
	rows := []wireProvider{
		builtInProvider("AADSignup-OAUTH", "Azure Active Directory Sign up", "AADSignup"),
		builtInProvider("MSASignup-OAUTH", "Microsoft", "MicrosoftAccount"),
	}
	if directory.CodesAllowed(r.tx, r.tenant.ID) {
		rows = append(rows, builtInProvider("EmailOtpSignup-OAUTH", "Email One Time Passcode", "EmailOTP"))
	}
	for p := range r.tx.Policies(r.tenant.ID, socialProviders) {
		rows = append(rows, socialProviderOf(p))
	}
	return rows
}

// social is what a policy's definition keeps of a social provider.
type social struct {
	Type     string `json:"type"`
	ClientID string `json:"clientId"`
}

func socialProviderOf(p state.Policy) wireProvider {
	var s social
	if len(p.Definition) == 1 {
		_ = json.Unmarshal([]byte(p.Definition[0]), &s) // written by createProvider
	}
	return wireProvider{
		ODataType: "#microsoft.graph.socialIdentityProvider", ID: p.ID, DisplayName: orNull(p.DisplayName),
		IdentityProviderType: orNull(s.Type), ClientID: odata.Some(s.ClientID), ClientSecret: odata.Some("*****"),
	}
}

func providerByKey(r *request, _ any, k odata.Predicate) (any, error) {
	for _, w := range r.providers() {
		if strings.EqualFold(w.ID, k.Text()) {
			return w, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func listProviders(r *request, call *odata.Call) (any, error) {
	rows := slices.DeleteFunc(r.providers(), func(w wireProvider) bool { return !odata.Eval(call.Query.Filter, odata.ResourceOf(w)) })
	return answerRows(r, call, "identity/identityProviders", rows, func(w wireProvider) string { return w.ID })
}

func socialTypes() []string { return []string{"Google", "Facebook"} }

func listProviderTypes(*request, *odata.Call) (any, error) {
	return primitive("Collection(Edm.String)", append([]string{"AADSignup", "MicrosoftAccount", "EmailOTP"}, socialTypes()...)), nil
}

func getProvider(_ *request, call *odata.Call) (any, error) {
	return entity(call, "identity/identityProviders", call.Value.(wireProvider)), nil
}

type providerInput struct {
	ID                   string  `json:"id"`
	DisplayName          *string `json:"displayName"`
	IdentityProviderType *string `json:"identityProviderType"`
	Type                 *string `json:"type"` // of the older resource
	Name                 *string `json:"name"`
	ClientID             *string `json:"clientId"`
	ClientSecret         *string `json:"clientSecret"`
}

func (r *request) mayProvide() error {
	return directory.RequireRole(r.tx, r.caller, directory.GlobalAdministrator, directory.ExternalIdPAdministrator)
}

func createProvider(r *request, call *odata.Call) (any, error) {
	if err := r.mayProvide(); err != nil {
		return nil, err
	}
	var in providerInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	kind := deref(in.IdentityProviderType) + deref(in.Type)
	switch {
	case !slices.Contains(socialTypes(), kind):
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "identityProviderType", "The identity provider type '%s' is not available.", kind)
	case deref(in.ClientID) == "" || deref(in.ClientSecret) == "":
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "clientId", "The properties 'clientId' and 'clientSecret' are required.")
	}
	id := kind + "-OAUTH"
	if _, there := r.tx.Policy(r.tenant.ID, socialProviders, id); there {
		return nil, problem.For(problem.Conflict, problem.ObjectConflict, "identityProviderType", "An identity provider of type %s exists already.", kind)
	}
	name := deref(in.DisplayName) + deref(in.Name)
	if name == "" {
		name = kind
	}
	p := directory.PutProvider(r.tx, r.caller, state.Policy{
		TenantID: r.tenant.ID, Kind: socialProviders, ID: id, DisplayName: name, Definition: definition(social{kind, *in.ClientID}),
	})
	return r.created(call, "identity/identityProviders", socialProviderOf(p), "/identity/identityProviders/"+p.ID), nil
}

func definition(v any) []string {
	b, err := json.Marshal(v)
	if err != nil {
		return nil // a struct of strings
	}
	return []string{string(b)}
}

// socialPolicy is the record behind a provider. It fails with MethodNotAllowed for a built-in one.
func (r *request) socialPolicy(w wireProvider) (state.Policy, error) {
	if err := r.mayProvide(); err != nil {
		return state.Policy{}, err
	}
	p, ok := r.tx.Policy(r.tenant.ID, socialProviders, w.ID)
	if !ok {
		return p, problem.For(problem.Invalid, problem.ReadOnlyProperty, w.ID, "A built-in identity provider cannot be changed.")
	}
	return p, nil
}

func updateProvider(r *request, call *odata.Call) (any, error) {
	w := call.Value.(wireProvider)
	p, err := r.socialPolicy(w)
	if err != nil {
		return nil, err
	}
	var in providerInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	put(&p.DisplayName, in.DisplayName)
	if in.ClientID != nil {
		p.Definition = definition(social{deref(w.IdentityProviderType), *in.ClientID})
	}
	directory.PutProvider(r.tx, r.caller, p)
	return noContent(), nil
}

func deleteProvider(r *request, call *odata.Call) (any, error) {
	p, err := r.socialPolicy(call.Value.(wireProvider))
	if err != nil {
		return nil, err
	}
	directory.RemoveProvider(r.tx, r.caller, p)
	return noContent(), nil
}
