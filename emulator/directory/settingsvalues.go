package directory

import (
	"maps"

	"github.com/tennantite/tennantite/emulator/state"
)

// AuthorizationProperties is the inverse of [SetAuthorization]: what of a tenant's authorizationPolicy differs from the
// service's default, by Graph's names; empty where nothing does.
func AuthorizationProperties(t state.Tenant) map[string]any {
	now, given := authorizationValues(t.Authorization), authorizationValues(DefaultAuthorization())
	out := different(now, given)
	role := different(roleValues(t.Authorization), roleValues(DefaultAuthorization()))
	if len(role) > 0 {
		out["defaultUserRolePermissions"] = role
	}
	return out
}

func different(now, given map[string]any) map[string]any {
	maps.DeleteFunc(now, func(name string, v any) bool { return asJSON(v) == asJSON(given[name]) })
	return now
}

func authorizationValues(p state.AuthorizationPolicy) map[string]any {
	return map[string]any{
		"displayName": p.DisplayName, "description": p.Description,
		"allowInvitesFrom": p.AllowInvitesFrom, "guestUserRoleId": p.GuestUserRoleID,
		"allowedToSignUpEmailBasedSubscriptions":    p.AllowedToSignUpEmailBasedSubscriptions,
		"allowedToUseSSPR":                          p.AllowedToUseSSPR,
		"allowEmailVerifiedUsersToJoinOrganization": p.AllowEmailVerifiedUsersToJoinOrganization,
		"blockMsolPowerShell":                       optional(p.BlockMsolPowerShell),
		"allowUserConsentForRiskyApps":              optional(p.AllowUserConsentForRiskyApps),
	}
}

func roleValues(p state.AuthorizationPolicy) map[string]any {
	return map[string]any{
		"allowedToCreateApps": p.AllowedToCreateApps, "allowedToCreateSecurityGroups": p.AllowedToCreateSecurityGroups,
		"allowedToReadOtherUsers":                  p.AllowedToReadOtherUsers,
		"allowedToCreateTenants":                   optional(p.AllowedToCreateTenants),
		"allowedToReadBitlockerKeysForOwnedDevice": optional(p.AllowedToReadBitlockerKeysForOwnedDevice),
		"permissionGrantPoliciesAssigned":          anyList(p.PermissionGrantPoliciesAssigned),
	}
}

// CrossTenantDefaultProperties is the inverse of [SetCrossTenantDefault]; nil while the default is the service's own.
func CrossTenantDefaultProperties(t state.Tenant) map[string]any {
	if !t.CrossTenant.Customized {
		return nil
	}
	out := sectionValues(t.CrossTenant.Settings)
	providers := map[string]any{}
	if l := t.CrossTenant.PrimaryIdentityProviders; len(l) > 0 {
		providers["primaryIdentityProviderPrecedenceOrder"] = anyList(l)
	}
	if f := t.CrossTenant.FallbackIdentityProvider; f != "" {
		providers["fallbackIdentityProvider"] = f
	}
	if len(providers) > 0 {
		out["invitationRedemptionIdentityProviderConfiguration"] = providers
	}
	return out
}

// CrossTenantPartnerProperties is the inverse of [SetCrossTenantPartner]: what the partner does not inherit.
func CrossTenantPartnerProperties(p state.CrossTenantPartner) map[string]any {
	out := sectionValues(p.Settings)
	if p.ServiceProvider != nil {
		out["isServiceProvider"] = *p.ServiceProvider
	}
	return out
}

func sectionValues(s state.CrossTenantSettings) map[string]any {
	out := map[string]any{}
	maps.Copy(out, s.Other)
	for name, rule := range map[string]*state.CrossTenantRule{
		"b2bCollaborationInbound": s.B2BCollaborationInbound, "b2bCollaborationOutbound": s.B2BCollaborationOutbound,
		"b2bDirectConnectInbound": s.B2BDirectConnectInbound, "b2bDirectConnectOutbound": s.B2BDirectConnectOutbound,
	} {
		if rule != nil {
			out[name] = ruleValues(rule)
		}
	}
	if t := s.InboundTrust; t != nil {
		out["inboundTrust"] = map[string]any{
			"isMfaAccepted": t.IsMfaAccepted, "isCompliantDeviceAccepted": t.IsCompliantDeviceAccepted,
			"isHybridAzureADJoinedDeviceAccepted": t.IsHybridAzureADJoinedDeviceAccepted,
		}
	}
	consent := map[string]any{}
	if s.AutomaticConsentInbound != nil {
		consent["inboundAllowed"] = *s.AutomaticConsentInbound
	}
	if s.AutomaticConsentOutbound != nil {
		consent["outboundAllowed"] = *s.AutomaticConsentOutbound
	}
	if len(consent) > 0 {
		out["automaticUserConsentSettings"] = consent
	}
	return out
}

func ruleValues(r *state.CrossTenantRule) map[string]any {
	out := map[string]any{}
	for name, t := range map[string]*state.CrossTenantTargets{"usersAndGroups": r.UsersAndGroups, "applications": r.Applications} {
		if t == nil {
			continue
		}
		list := make([]any, 0, len(t.Targets))
		for _, one := range t.Targets {
			list = append(list, map[string]any{"target": one.Target, "targetType": one.TargetType})
		}
		out[name] = map[string]any{"accessType": t.AccessType, "targets": list}
	}
	return out
}

// optional is a truth value that can be null, as JSON has it.
func optional(b *bool) any {
	if b == nil {
		return nil
	}
	return *b
}

func anyList(l []string) []any {
	out := make([]any, 0, len(l))
	for _, s := range l {
		out = append(out, s)
	}
	return out
}
