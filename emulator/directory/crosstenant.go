package directory

import (
	"maps"
	"strings"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// maxCrossTenantPolicy is what the whole policy may hold, as JSON (graph.md 6.2).
const maxCrossTenantPolicy = 25 << 10

// SetCrossTenantDefault changes sections of crossTenantAccessPolicy/default by Graph's own names (graph.md 6.2); null
// brings a section back to the service's default. It fails with InsufficientRights, UnknownProperty or InvalidProperty,
// and then nothing is set.
func SetCrossTenantDefault(tx *state.Tx, by Principal, tenant string, properties map[string]any) error {
	t, err := settingsOf(tx, by, tenant, GlobalAdministrator, SecurityAdministrator)
	if err != nil {
		return err
	}
	d := t.CrossTenant
	s := sections(&d.Settings)
	s["invitationRedemptionIdentityProviderConfiguration"] = func(v any) bool {
		if v == nil {
			d.PrimaryIdentityProviders, d.FallbackIdentityProvider = nil, ""
			return true
		}
		return setters{
			"primaryIdentityProviderPrecedenceOrder": words(&d.PrimaryIdentityProviders, ProviderFederation, ProviderEntra, ProviderSocial),
			"fallbackIdentityProvider":               oneOf(&d.FallbackIdentityProvider, FallbackDefault, FallbackOTP, FallbackMicrosoft),
		}.nested()(v)
	}
	s["isServiceDefault"] = func(v any) bool { _, ok := v.(bool); return ok } // read-only, passed over
	if err := s.set("crossTenantAccessPolicyConfigurationDefault", properties); err != nil {
		return err
	}
	d.Customized = true
	t.CrossTenant = d
	tx.PutTenant(t)
	recordPolicy(tx, by, tenant, "Update the default cross-tenant access setting", opUpdate, "Default", changed(properties)...)
	return nil
}

// ResetCrossTenantDefault brings the default back to what the service gives; the policy's name stays.
func ResetCrossTenantDefault(tx *state.Tx, by Principal, tenant string) error {
	t, err := settingsOf(tx, by, tenant, GlobalAdministrator, SecurityAdministrator)
	if err != nil {
		return err
	}
	t.CrossTenant = state.CrossTenantDefault{DisplayName: t.CrossTenant.DisplayName}
	tx.PutTenant(t)
	recordPolicy(tx, by, tenant, "Reset the cross-tenant access default setting to default", opUpdate, "Default")
	return nil
}

// SetCrossTenantPartner makes or changes the settings for one other organisation; null inherits. It fails with
// InsufficientRights, UnknownProperty, InvalidProperty or LimitExceeded, and then nothing is set.
func SetCrossTenantPartner(tx *state.Tx, by Principal, tenant, partner string, properties map[string]any) error {
	if _, err := settingsOf(tx, by, tenant, GlobalAdministrator, SecurityAdministrator); err != nil {
		return err
	}
	id, err := uuid.Parse(partner)
	if err != nil || id.String() == tenant {
		return problem.For(problem.Invalid, problem.InvalidProperty, "tenantId", "Invalid value specified for property 'tenantId'.")
	}
	activity, kind := "Update a partner cross-tenant access setting", opUpdate
	p, exists := tx.CrossTenantPartner(tenant, id.String())
	if !exists {
		p = state.CrossTenantPartner{TenantID: tenant, PartnerID: id.String()}
		activity, kind = "Add a partner to cross-tenant access setting", opAdd
	}
	s := sections(&p.Settings)
	s["isServiceProvider"] = optionalFlag(&p.ServiceProvider)
	s["tenantId"] = func(v any) bool { t, ok := v.(string); return ok && strings.EqualFold(t, p.PartnerID) }
	s["isInMultiTenantOrganization"] = func(v any) bool { _, ok := v.(bool); return ok || v == nil } // read-only, passed over
	if err := s.set("crossTenantAccessPolicyConfigurationPartner", properties); err != nil {
		return err
	}
	p.Modified = tx.NextSequence()
	tx.PutCrossTenantPartner(p)
	size := 0
	for other := range tx.CrossTenantPartners(tenant) {
		size += len(asJSON(other.Settings))
	}
	if size > maxCrossTenantPolicy {
		return problem.For(problem.Invalid, problem.LimitExceeded, "partners", "The cross-tenant access policy is limited to 25 KB.")
	}
	recordPolicy(tx, by, tenant, activity, kind, p.PartnerID, changed(properties)...)
	return nil
}

// RemoveCrossTenantPartner removes the settings for one other organisation, for which the default holds then. It fails
// with ObjectNotFound.
func RemoveCrossTenantPartner(tx *state.Tx, by Principal, tenant, partner string) error {
	if _, err := settingsOf(tx, by, tenant, GlobalAdministrator, SecurityAdministrator); err != nil {
		return err
	}
	p, ok := tx.CrossTenantPartner(tenant, partner)
	if !ok {
		return notFound(partner)
	}
	tx.DeleteCrossTenantPartner(p)
	recordPolicy(tx, by, tenant, "Delete partner specific cross-tenant access setting", opDelete, p.PartnerID)
	return nil
}

func changed(properties map[string]any) []state.ModifiedProperty {
	var before, after []named
	for name, v := range properties {
		before, after = append(before, named{name, nil}), append(after, named{name, v})
	}
	return modified(before, after)
}

// sections are the setters of what default and partners share.
func sections(s *state.CrossTenantSettings) setters {
	other := maps.Clone(s.Other)
	keep := func(name string) func(any) bool {
		return func(v any) bool {
			_, object := v.(map[string]any)
			if v == nil {
				delete(other, name)
			} else if object {
				if other == nil {
					other = map[string]any{}
				}
				other[name] = v
			}
			s.Other = other
			return object || v == nil
		}
	}
	return setters{
		"b2bCollaborationInbound":      direction(&s.B2BCollaborationInbound),
		"b2bCollaborationOutbound":     direction(&s.B2BCollaborationOutbound),
		"b2bDirectConnectInbound":      direction(&s.B2BDirectConnectInbound),
		"b2bDirectConnectOutbound":     direction(&s.B2BDirectConnectOutbound),
		"inboundTrust":                 trust(&s.InboundTrust),
		"automaticUserConsentSettings": automatic(s),
		"tenantRestrictions":           keep("tenantRestrictions"),
		"m365CollaborationInbound":     keep("m365CollaborationInbound"),
		"m365CollaborationOutbound":    keep("m365CollaborationOutbound"),
		"appServiceConnectInbound":     keep("appServiceConnectInbound"),
	}
}

func automatic(s *state.CrossTenantSettings) func(any) bool {
	return func(v any) bool {
		if v == nil {
			s.AutomaticConsentInbound, s.AutomaticConsentOutbound = nil, nil
			return true
		}
		return setters{
			"inboundAllowed": optionalFlag(&s.AutomaticConsentInbound), "outboundAllowed": optionalFlag(&s.AutomaticConsentOutbound),
		}.nested()(v)
	}
}

func trust(to **state.InboundTrust) func(any) bool {
	return func(v any) bool {
		if v == nil {
			*to = nil
			return true
		}
		var t state.InboundTrust
		if *to != nil {
			t = **to
		}
		ok := setters{
			"isMfaAccepted": flag(&t.IsMfaAccepted), "isCompliantDeviceAccepted": flag(&t.IsCompliantDeviceAccepted),
			"isHybridAzureADJoinedDeviceAccepted": flag(&t.IsHybridAzureADJoinedDeviceAccepted),
		}.nested()(v)
		*to = &t
		return ok
	}
}

// direction takes one direction's rule; of a rule that is there already, the half that is not named stays.
func direction(to **state.CrossTenantRule) func(any) bool {
	return func(v any) bool {
		if v == nil {
			*to = nil
			return true
		}
		var r state.CrossTenantRule
		if *to != nil {
			r = **to
		}
		ok := setters{
			"usersAndGroups": targets(&r.UsersAndGroups, "user", "group"),
			"applications":   targets(&r.Applications, "application"),
		}.nested()(v)
		*to = &r
		return ok
	}
}

// targets takes a list of who or what is allowed or blocked. A list without a word about access, or with nobody on it,
// is none.
func targets(to **state.CrossTenantTargets, kinds ...string) func(any) bool {
	return func(v any) bool {
		if v == nil {
			*to = nil
			return true
		}
		var t state.CrossTenantTargets
		ok := setters{
			"accessType": oneOf(&t.AccessType, accessAllowed, accessBlocked),
			"targets": func(v any) bool {
				list, ok := v.([]any)
				for _, e := range list {
					var one state.CrossTenantTarget
					ok = ok && setters{"target": text(&one.Target), "targetType": oneOf(&one.TargetType, kinds...)}.nested()(e) &&
						validTarget(one)
					t.Targets = append(t.Targets, one)
				}
				return ok && len(list) > 0
			},
		}.nested()(v)
		*to = &t
		return ok && t.AccessType != "" && len(t.Targets) > 0
	}
}

func validTarget(t state.CrossTenantTarget) bool {
	if t.TargetType == "" {
		return false
	}
	if _, err := uuid.Parse(t.Target); err == nil {
		return true
	}
	switch t.TargetType {
	case "user":
		return strings.EqualFold(t.Target, AllUsers)
	case "application":
		return strings.EqualFold(t.Target, AllApplications) || strings.EqualFold(t.Target, Office365)
	}
	return false
}

// words takes a list of words out of a few.
func words(to *[]string, allowed ...string) func(any) bool {
	return func(v any) bool {
		list, ok := textList(v)
		if !ok {
			return v == nil
		}
		var out []string
		for _, w := range list {
			var kept string
			if !oneOf(&kept, allowed...)(w) {
				return false
			}
			out = append(out, kept)
		}
		*to = out
		return true
	}
}

// NameCrossTenantPolicy changes the policy's display name.
func NameCrossTenantPolicy(tx *state.Tx, by Principal, tenant, name string) error {
	t, err := settingsOf(tx, by, tenant, GlobalAdministrator, SecurityAdministrator)
	if err != nil {
		return err
	}
	t.CrossTenant.DisplayName = name
	tx.PutTenant(t)
	recordPolicy(tx, by, tenant, "Update the company default cross-tenant access setting", opUpdate, name)
	return nil
}
