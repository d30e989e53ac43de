package directory

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The values of invitationRedemptionIdentityProviderConfiguration (graph.md 6.2).
const (
	ProviderFederation = "externalFederation"
	ProviderEntra      = "azureActiveDirectory"
	ProviderSocial     = "socialIdentityProviders"

	FallbackDefault   = "defaultConfiguredIdp"
	FallbackOTP       = "emailOneTimePasscode"
	FallbackMicrosoft = "microsoftAccount"
)

// ProviderAllowed is the pure decision with which kind of account guests may redeem: an order of primary providers that
// leaves one out drops it, and the fallback for everybody else is one of two, or both. It fails with
// AccountTypeNotAllowed.
func ProviderAllowed(primary []string, fallback string, otp bool, kind state.HomeKind) error {
	allowed := false
	switch kind {
	case state.HomeEntra:
		allowed = len(primary) == 0 || slices.Contains(primary, ProviderEntra)
	case state.HomeMicrosoft:
		allowed = fallback != FallbackOTP
	case state.HomeOTP:
		allowed = otp && fallback != FallbackMicrosoft
	case state.HomeHere, state.HomeUnknown:
	}
	if !allowed {
		return problem.New(problem.Denied, problem.AccountTypeNotAllowed, "The organization does not accept this kind of account.")
	}
	return nil
}

// RedemptionAllowed is [ProviderAllowed] by a tenant's settings.
func RedemptionAllowed(tx *state.Tx, tenant string, kind state.HomeKind) error {
	t, _ := tx.Tenant(tenant)
	return ProviderAllowed(t.CrossTenant.PrimaryIdentityProviders, t.CrossTenant.FallbackIdentityProvider, CodesAllowed(tx, tenant), kind)
}

// Where the switch of one-time codes for guests is kept: authenticationMethodsPolicy's e-mail method,
// allowExternalIdToUseEmailOtp. The codes are on unless switched off.
const (
	AuthenticationMethods = "authenticationMethodConfigurations"
	EmailMethod           = "email"
	StateEnabled          = "enabled"
	StateDisabled         = "disabled"
)

// CodesAllowed tells whether guests without an account may prove their address by a one-time code.
func CodesAllowed(tx *state.Tx, tenant string) bool {
	p, ok := tx.Policy(tenant, AuthenticationMethods, EmailMethod)
	return !ok || p.State != StateDisabled
}

// Administrators of how people sign in, beside the Global Administrator.
const (
	AuthenticationPolicyAdministrator = "0526716b-113d-4c15-b2c8-68e3c22b9f80"
	ExternalIdPAdministrator          = "be2f45a1-457d-42af-a067-6ec1fa63bc45"
)

// MayManageMethods asks for the right to change how people may authenticate. It fails with InsufficientRights.
func MayManageMethods(tx *state.Tx, by Principal) error {
	return RequireRole(tx, by, GlobalAdministrator, AuthenticationPolicyAdministrator)
}

// AllowCodes switches one-time codes for guests: enabled, disabled or default, which is enabled. It fails with
// InsufficientRights or InvalidProperty.
func AllowCodes(tx *state.Tx, by Principal, tenant, value string) error {
	if err := MayManageMethods(tx, by); err != nil {
		return err
	}
	if value != StateEnabled && value != StateDisabled && value != "default" {
		return problem.For(problem.Invalid, problem.InvalidProperty, "allowExternalIdToUseEmailOtp",
			"Invalid value specified for property 'allowExternalIdToUseEmailOtp'.")
	}
	tx.PutPolicy(state.Policy{TenantID: tenant, Kind: AuthenticationMethods, ID: EmailMethod, State: value})
	recordPolicy(tx, by, tenant, "Authentication Methods Policy Update", opUpdate, "Email",
		state.ModifiedProperty{Name: "AllowExternalIdToUseEmailOtp", New: asJSON(value)})
	return nil
}

// PutProvider stores a social identity provider; RemoveProvider removes it. Nobody signs in with one here.
func PutProvider(tx *state.Tx, by Principal, p state.Policy) state.Policy {
	if p.CreatedAt.IsZero() {
		p.CreatedAt = tx.Now()
	}
	tx.PutPolicy(p)
	recordPolicy(tx, by, p.TenantID, "Update identity provider", opUpdate, p.DisplayName)
	return p
}

// RemoveProvider is the way back.
func RemoveProvider(tx *state.Tx, by Principal, p state.Policy) {
	tx.DeletePolicy(p)
	recordPolicy(tx, by, p.TenantID, "Delete identity provider", opDelete, p.DisplayName)
}
