package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func readPolicies() []string {
	return []string{"Policy.Read.All", "Policy.ReadWrite.Authorization", "Policy.ReadWrite.CrossTenantAccess", "Policy.ReadWrite.ApplicationConfiguration", "Policy.ReadWrite.AuthenticationMethod", "Policy.ReadWrite.B2BManagementPolicy"}
}

// wireAuthorizationPolicy is the authorizationPolicy (graph.md 6.1).
type wireAuthorizationPolicy struct {
	ID                                        string                   `json:"id"`
	AllowInvitesFrom                          string                   `json:"allowInvitesFrom"`
	AllowedToSignUpEmailBasedSubscriptions    bool                     `json:"allowedToSignUpEmailBasedSubscriptions"`
	AllowedToUseSSPR                          bool                     `json:"allowedToUseSSPR"`
	AllowEmailVerifiedUsersToJoinOrganization bool                     `json:"allowEmailVerifiedUsersToJoinOrganization"`
	AllowUserConsentForRiskyApps              *bool                    `json:"allowUserConsentForRiskyApps"`
	BlockMsolPowerShell                       *bool                    `json:"blockMsolPowerShell"`
	DeletedDateTime                           *string                  `json:"deletedDateTime"`
	Description                               string                   `json:"description"`
	DisplayName                               string                   `json:"displayName"`
	GuestUserRoleID                           string                   `json:"guestUserRoleId"`
	DefaultUserRolePermissions                wireDefaultRole          `json:"defaultUserRolePermissions"`
	PermissionGrantPolicies                   odata.Optional[[]string] `json:"permissionGrantPolicyIdsAssignedToDefaultUserRole,omitzero"` // beta's name
}

type wireDefaultRole struct {
	AllowedToCreateApps           bool     `json:"allowedToCreateApps"`
	AllowedToCreateSecurityGroups bool     `json:"allowedToCreateSecurityGroups"`
	AllowedToCreateTenants        *bool    `json:"allowedToCreateTenants"`
	AllowedToReadBitlockerKeys    *bool    `json:"allowedToReadBitlockerKeysForOwnedDevice"`
	AllowedToReadOtherUsers       bool     `json:"allowedToReadOtherUsers"`
	PermissionGrantPolicies       []string `json:"permissionGrantPoliciesAssigned"`
}

const authorizationID = "authorizationPolicy"

// policyNodes are /policies and its authorizationPolicy: one object, which beta shows as a collection of one.
func policyNodes() []node {
	write := []string{"Policy.ReadWrite.Authorization"}
	return []node{
		{Name: rootNode, Children: []child{{Name: "policies", Of: "policies"}}},
		{
			Name: "policies", Children: []child{{Name: authorizationID, Of: authorizationID}},
			NotEmulated: []string{
				"accessReviewPolicy", "activityBasedTimeoutPolicies", "adminConsentRequestPolicy", "appManagementPolicies",
				"authenticationFlowsPolicy", "authenticationStrengthPolicies", "claimsMappingPolicies", "conditionalAccessPolicies",
				"defaultAppManagementPolicy", "deviceRegistrationPolicy", "directoryRoleAccessReviewPolicy", "externalIdentitiesPolicy",
				"featureRolloutPolicies", "federatedTokenValidationPolicy", "homeRealmDiscoveryPolicies",
				"identitySecurityDefaultsEnforcementPolicy", "mobileAppManagementPolicies", "mobileDeviceManagementPolicies",
				"permissionGrantPolicies", "permissionGrantPreApprovalPolicies", "roleManagementPolicies",
				"roleManagementPolicyAssignments", "servicePrincipalCreationPolicies", "tokenIssuancePolicies",
			},
		},
		{
			Name: authorizationID, Key: key{Of: "oneAuthorizationPolicy", Resolve: authorizationByKey},
			Properties: odata.PropertiesOf(wireAuthorizationPolicy{}),
			Operations: []operation{
				{
					Name: "authorizationPolicy.get", Method: "GET", Handler: getAuthorization, Source: "GD:api/authorizationpolicy-get",
					Delegated: readPolicies(), Application: readPolicies(),
				},
				{
					Name: "authorizationPolicy.update", Method: "PATCH", Handler: updateAuthorization,
					Source: "GD:api/authorizationpolicy-update", Delegated: write, Application: write,
				},
			},
			NotEmulated: []string{"defaultUserRoleOverrides"},
		},
		{
			Name: "oneAuthorizationPolicy", Properties: odata.PropertiesOf(wireAuthorizationPolicy{}),
			Operations: []operation{
				{
					Name: "oneAuthorizationPolicy.get", Method: "GET", Handler: getOneAuthorization, Source: "GD:beta/authorizationpolicy-get",
					Delegated: readPolicies(), Application: readPolicies(),
				},
				{
					Name: "oneAuthorizationPolicy.update", Method: "PATCH", Handler: updateAuthorization,
					Source: "GD:beta/authorizationpolicy-update", Delegated: write, Application: write,
				},
			},
			NotEmulated: []string{"defaultUserRoleOverrides"},
		},
	}
}

func (r *request) authorizationOf(t state.Tenant) wireAuthorizationPolicy {
	p := t.Authorization
	w := wireAuthorizationPolicy{
		ID: authorizationID, AllowInvitesFrom: p.AllowInvitesFrom, AllowedToUseSSPR: p.AllowedToUseSSPR,
		AllowedToSignUpEmailBasedSubscriptions:    p.AllowedToSignUpEmailBasedSubscriptions,
		AllowEmailVerifiedUsersToJoinOrganization: p.AllowEmailVerifiedUsersToJoinOrganization,
		AllowUserConsentForRiskyApps:              p.AllowUserConsentForRiskyApps,
		BlockMsolPowerShell:                       p.BlockMsolPowerShell,
		DisplayName:                               "Authorization Policy",
		Description:                               "Settings about what people of the organization may do.",
		GuestUserRoleID:                           p.GuestUserRoleID,
		DefaultUserRolePermissions: wireDefaultRole{
			p.AllowedToCreateApps, p.AllowedToCreateSecurityGroups, p.AllowedToCreateTenants, p.AllowedToReadBitlockerKeysForOwnedDevice,
			p.AllowedToReadOtherUsers, notNull(p.PermissionGrantPoliciesAssigned),
		},
	}
	if p.DisplayName != "" {
		w.DisplayName = p.DisplayName
	}
	if p.Description != "" {
		w.Description = p.Description
	}
	if r.version == versionBeta {
		w.PermissionGrantPolicies = odata.Some(notNull(p.PermissionGrantPoliciesAssigned))
	}
	return w
}

func authorizationByKey(r *request, _ any, k odata.Predicate) (any, error) {
	if err := r.onlyBeta(k.Text()); err != nil {
		return nil, err
	}
	if !strings.EqualFold(k.Text(), authorizationID) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return authorizationID, nil
}

func getAuthorization(r *request, call *odata.Call) (any, error) {
	if r.version == versionBeta && call.Property == "" {
		return collection(call, "policies/authorizationPolicy", []wireAuthorizationPolicy{r.authorizationOf(r.tenant)}), nil
	}
	return getOneAuthorization(r, call)
}

func getOneAuthorization(r *request, call *odata.Call) (any, error) {
	return entity(call, "policies/authorizationPolicy", r.authorizationOf(r.tenant)), nil
}

func updateAuthorization(r *request, _ *odata.Call) (any, error) {
	var properties map[string]any
	if err := r.decodeOpen(&properties); err != nil {
		return nil, err
	}
	if err := directory.SetAuthorization(r.tx, r.caller, r.tenant.ID, properties); err != nil {
		return nil, err
	}
	return noContent(), nil
}
