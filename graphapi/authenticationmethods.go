package graphapi

import (
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// wireMethodsPolicy is the authenticationMethodsPolicy; of the methods, the e-mail one matters to guests.
type wireMethodsPolicy struct {
	ID                       string            `json:"id"`
	DisplayName              string            `json:"displayName"`
	Description              string            `json:"description"`
	LastModifiedDateTime     *time.Time        `json:"lastModifiedDateTime"`
	PolicyVersion            string            `json:"policyVersion"`
	PolicyMigrationState     string            `json:"policyMigrationState"`
	ReconfirmationInDays     *int              `json:"reconfirmationInDays"`
	MethodConfigurations     []wireEmailMethod `json:"authenticationMethodConfigurations"`
	MethodConfigurationsFrom string            `json:"authenticationMethodConfigurations@odata.context,omitempty"`
}

// wireEmailMethod is the e-mail method. allowExternalIdToUseEmailOtp switches one-time codes for guests.
type wireEmailMethod struct {
	ODataType      string             `json:"@odata.type"`
	ID             string             `json:"id"`
	State          string             `json:"state"`
	AllowExternal  string             `json:"allowExternalIdToUseEmailOtp"`
	ExcludeTargets []wireMethodTarget `json:"excludeTargets"`
	IncludeTargets []wireMethodTarget `json:"includeTargets"`
}

type wireMethodTarget struct {
	TargetType             string `json:"targetType"`
	ID                     string `json:"id"`
	IsRegistrationRequired bool   `json:"isRegistrationRequired"`
}

const (
	methodsPolicyName = "authenticationMethodsPolicy"
	methodsContext    = methodsPolicyName + "/authenticationMethodConfigurations"
)

// authenticationMethodNodes are policies/authenticationMethodsPolicy, also at the root (GD:api/authenticationmethodspolicy-get).
func authenticationMethodNodes() []node {
	read := []string{"Policy.Read.All", "Policy.Read.AuthenticationMethod", "Policy.ReadWrite.AuthenticationMethod"}
	write := read[2:]
	return []node{
		{Name: rootNode, Children: []child{{Name: methodsPolicyName, Of: methodsPolicyName}}},
		{Name: "policies", Children: []child{{Name: methodsPolicyName, Of: methodsPolicyName}}},
		{
			Name: methodsPolicyName, Properties: odata.PropertiesOf(wireMethodsPolicy{}),
			Children: []child{{Name: directory.AuthenticationMethods, Of: "authenticationMethods"}},
			Operations: []operation{{
				Name: "authenticationMethodsPolicy.get", Method: "GET", Handler: getMethodsPolicy,
				Source: "GD:api/authenticationmethodspolicy-get", Delegated: read, Application: read,
			}},
		},
		{
			Name: "authenticationMethods", Key: key{Of: "authenticationMethod", Resolve: methodByKey},
			Operations: []operation{{
				Name: "authenticationMethods.list", Method: "GET", Handler: listMethods, Source: "GD:api/authenticationmethodspolicy-get",
				Delegated: read, Application: read,
			}},
		},
		{
			Name: "authenticationMethod", Properties: odata.PropertiesOf(wireEmailMethod{}),
			Operations: []operation{
				{
					Name: "authenticationMethod.get", Method: "GET", Handler: getMethod,
					Source: "GD:api/emailauthenticationmethodconfiguration-get", Delegated: read, Application: read,
				},
				{
					Name: "authenticationMethod.update", Method: "PATCH", Handler: updateMethod,
					Source: "GD:api/emailauthenticationmethodconfiguration-update", Delegated: write, Application: write,
				},
			},
		},
	}
}

func (r *request) emailMethod() wireEmailMethod {
	w := wireEmailMethod{
		ODataType: "#microsoft.graph.emailAuthenticationMethodConfiguration", ID: "Email", State: "enabled", AllowExternal: "default",
		ExcludeTargets: []wireMethodTarget{}, IncludeTargets: []wireMethodTarget{{"group", "all_users", false}},
	}
	if p, ok := r.tx.Policy(r.tenant.ID, directory.AuthenticationMethods, directory.EmailMethod); ok {
		w.AllowExternal = p.State
	}
	return w
}

func getMethodsPolicy(r *request, call *odata.Call) (any, error) {
	return entity(call, methodsPolicyName, wireMethodsPolicy{
		ID: methodsPolicyName, DisplayName: "Authentication Methods Policy", PolicyVersion: "1.5", PolicyMigrationState: "migrationComplete",
		Description:          "Which authentication methods people of the organization may use.",
		MethodConfigurations: []wireEmailMethod{r.emailMethod()},
	}), nil
}

func methodByKey(r *request, _ any, k odata.Predicate) (any, error) {
	if !strings.EqualFold(k.Text(), directory.EmailMethod) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return r.emailMethod(), nil
}

func listMethods(r *request, call *odata.Call) (any, error) {
	return collection(call, methodsContext, []wireEmailMethod{r.emailMethod()}), nil
}

func getMethod(_ *request, call *odata.Call) (any, error) {
	return entity(call, methodsContext, call.Value.(wireEmailMethod)), nil
}

func updateMethod(r *request, _ *odata.Call) (any, error) {
	var in struct {
		ID             string  `json:"id"`
		State          *string `json:"state"`
		AllowExternal  *string `json:"allowExternalIdToUseEmailOtp"`
		IncludeTargets any     `json:"includeTargets"`
		ExcludeTargets any     `json:"excludeTargets"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if err := directory.MayManageMethods(r.tx, r.caller); err != nil {
		return nil, err
	}
	if in.State != nil && *in.State != directory.StateEnabled && *in.State != directory.StateDisabled {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "state", "Invalid value specified for property 'state'.")
	}
	if in.AllowExternal != nil {
		if err := directory.AllowCodes(r.tx, r.caller, r.tenant.ID, *in.AllowExternal); err != nil {
			return nil, err
		}
	}
	return noContent(), nil
}
