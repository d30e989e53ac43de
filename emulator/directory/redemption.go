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
