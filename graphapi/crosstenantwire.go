package graphapi

import (
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireCrossTenant is the crossTenantAccessPolicy itself.
type wireCrossTenant struct {
	ID                    string   `json:"id"`
	DisplayName           string   `json:"displayName"`
	AllowedCloudEndpoints []string `json:"allowedCloudEndpoints"`
}

// wireCrossTenantDefault is its default: each section is there, the service's own where nothing was set.
type wireCrossTenantDefault struct {
	IsServiceDefault          bool               `json:"isServiceDefault"`
	InboundTrust              wireTrust          `json:"inboundTrust"`
	B2BCollaborationOutbound  *wireDirection     `json:"b2bCollaborationOutbound"`
	B2BCollaborationInbound   *wireDirection     `json:"b2bCollaborationInbound"`
	B2BDirectConnectOutbound  *wireDirection     `json:"b2bDirectConnectOutbound"`
	B2BDirectConnectInbound   *wireDirection     `json:"b2bDirectConnectInbound"`
	AutomaticUserConsent      wireConsent        `json:"automaticUserConsentSettings"`
	Redemption                wireRedemptionIdPs `json:"invitationRedemptionIdentityProviderConfiguration"`
	TenantRestrictions        any                `json:"tenantRestrictions"`
	M365CollaborationInbound  any                `json:"m365CollaborationInbound,omitempty"`
	M365CollaborationOutbound any                `json:"m365CollaborationOutbound,omitempty"`
	AppServiceConnectInbound  any                `json:"appServiceConnectInbound,omitempty"`
}

// wireCrossTenantPartner is the settings for one other organisation; null inherits.
type wireCrossTenantPartner struct {
	TenantID                    string         `json:"tenantId"`
	IsServiceProvider           *bool          `json:"isServiceProvider"`
	IsInMultiTenantOrganization bool           `json:"isInMultiTenantOrganization"`
	InboundTrust                *wireTrust     `json:"inboundTrust"`
	B2BCollaborationOutbound    *wireDirection `json:"b2bCollaborationOutbound"`
	B2BCollaborationInbound     *wireDirection `json:"b2bCollaborationInbound"`
	B2BDirectConnectOutbound    *wireDirection `json:"b2bDirectConnectOutbound"`
	B2BDirectConnectInbound     *wireDirection `json:"b2bDirectConnectInbound"`
	AutomaticUserConsent        wireConsent    `json:"automaticUserConsentSettings"`
	TenantRestrictions          any            `json:"tenantRestrictions"`
	M365CollaborationInbound    any            `json:"m365CollaborationInbound,omitempty"`
	M365CollaborationOutbound   any            `json:"m365CollaborationOutbound,omitempty"`
	AppServiceConnectInbound    any            `json:"appServiceConnectInbound,omitempty"`
}

type wireTrust struct {
	IsMfaAccepted                       bool `json:"isMfaAccepted"`
	IsCompliantDeviceAccepted           bool `json:"isCompliantDeviceAccepted"`
	IsHybridAzureADJoinedDeviceAccepted bool `json:"isHybridAzureADJoinedDeviceAccepted"`
}

type wireConsent struct {
	InboundAllowed  *bool `json:"inboundAllowed"`
	OutboundAllowed *bool `json:"outboundAllowed"`
}

type wireDirection struct {
	UsersAndGroups *wireTargets `json:"usersAndGroups"`
	Applications   *wireTargets `json:"applications"`
}

type wireTargets struct {
	AccessType string       `json:"accessType"`
	Targets    []wireTarget `json:"targets"`
}

type wireTarget struct {
	Target     string `json:"target"`
	TargetType string `json:"targetType"`
}

type wireRedemptionIdPs struct {
	Primary  []string `json:"primaryIdentityProviderPrecedenceOrder"`
	Fallback string   `json:"fallbackIdentityProvider"`
}

func directionOf(rule *state.CrossTenantRule) *wireDirection {
	if rule == nil {
		return nil
	}
	return &wireDirection{targetsOf(rule.UsersAndGroups), targetsOf(rule.Applications)}
}

func targetsOf(t *state.CrossTenantTargets) *wireTargets {
	if t == nil {
		return nil
	}
	return &wireTargets{t.AccessType, mapped(t.Targets, func(x state.CrossTenantTarget) wireTarget { return wireTarget{x.Target, x.TargetType} })}
}

// wholeDirection is a direction of the default: what was not set is the service's, the same for all.
func wholeDirection(rule *state.CrossTenantRule, access string) *wireDirection {
	w := directionOf(rule)
	if w == nil {
		w = &wireDirection{}
	}
	if w.UsersAndGroups == nil {
		w.UsersAndGroups = &wireTargets{access, []wireTarget{{directory.AllUsers, "user"}}}
	}
	if w.Applications == nil {
		w.Applications = &wireTargets{access, []wireTarget{{directory.AllApplications, "application"}}}
	}
	return w
}

func crossTenantDefaultOf(d state.CrossTenantDefault) wireCrossTenantDefault {
	s, no := d.Settings, false
	w := wireCrossTenantDefault{
		IsServiceDefault:          !d.Customized,
		B2BCollaborationOutbound:  wholeDirection(s.B2BCollaborationOutbound, "allowed"),
		B2BCollaborationInbound:   wholeDirection(s.B2BCollaborationInbound, "allowed"),
		B2BDirectConnectOutbound:  wholeDirection(s.B2BDirectConnectOutbound, "blocked"),
		B2BDirectConnectInbound:   wholeDirection(s.B2BDirectConnectInbound, "blocked"),
		AutomaticUserConsent:      wireConsent{&no, &no},
		Redemption:                wireRedemptionIdPs{d.PrimaryIdentityProviders, d.FallbackIdentityProvider},
		TenantRestrictions:        s.Other["tenantRestrictions"],
		M365CollaborationInbound:  s.Other["m365CollaborationInbound"],
		M365CollaborationOutbound: s.Other["m365CollaborationOutbound"],
		AppServiceConnectInbound:  s.Other["appServiceConnectInbound"],
	}
	if s.InboundTrust != nil {
		w.InboundTrust = wireTrust(*s.InboundTrust)
	}
	if s.AutomaticConsentInbound != nil {
		w.AutomaticUserConsent.InboundAllowed = s.AutomaticConsentInbound
	}
	if s.AutomaticConsentOutbound != nil {
		w.AutomaticUserConsent.OutboundAllowed = s.AutomaticConsentOutbound
	}
	if len(w.Redemption.Primary) == 0 {
		w.Redemption.Primary = []string{directory.ProviderFederation, directory.ProviderEntra, directory.ProviderSocial}
	}
	if w.Redemption.Fallback == "" {
		w.Redemption.Fallback = directory.FallbackDefault
	}
	return w
}

func crossTenantPartnerOf(p state.CrossTenantPartner) wireCrossTenantPartner {
	s := p.Settings
	w := wireCrossTenantPartner{
		TenantID: p.PartnerID, IsServiceProvider: p.ServiceProvider,
		B2BCollaborationOutbound: directionOf(s.B2BCollaborationOutbound), B2BCollaborationInbound: directionOf(s.B2BCollaborationInbound),
		B2BDirectConnectOutbound: directionOf(s.B2BDirectConnectOutbound), B2BDirectConnectInbound: directionOf(s.B2BDirectConnectInbound),
		AutomaticUserConsent:      wireConsent{s.AutomaticConsentInbound, s.AutomaticConsentOutbound},
		TenantRestrictions:        s.Other["tenantRestrictions"],
		M365CollaborationInbound:  s.Other["m365CollaborationInbound"],
		M365CollaborationOutbound: s.Other["m365CollaborationOutbound"],
		AppServiceConnectInbound:  s.Other["appServiceConnectInbound"],
	}
	if s.InboundTrust != nil {
		trust := wireTrust(*s.InboundTrust)
		w.InboundTrust = &trust
	}
	return w
}
