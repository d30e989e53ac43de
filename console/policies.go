package console

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

func policyPages() []page {
	return []page{{
		Path: "/o/{tenant}/policies", Title: "Policies", Nav: nav{Label: "Policies", In: ofOrganisation, Order: 60}, show: showPolicies,
		actions: map[string]func(*call) (done, error){"authorization": setAuthorization, "domains": setB2BDomains},
	}}
}

// option is a value that a setting can have.
type option struct {
	Value, Label, Note string
	Chosen             bool
}

// policies are the directory's own settings about guests.
type policies struct {
	Inviters, Guests []option
	Allow, Block     string
	CrossTenant      []fact
	Partners         []partner
	AuthCurl         string
	DomainsCurl      string
	CrossCurl        string
}

type partner struct{ Name, ID, Inbound, Outbound string }

func inviterOptions(chosen string) []option {
	return choose(chosen, []option{
		{Value: "everyone", Label: "Everyone, guests too"},
		{Value: "adminsGuestInvitersAndAllMembers", Label: "Members, administrators and Guest Inviters"},
		{Value: "adminsAndGuestInviters", Label: "Administrators and Guest Inviters"},
		{Value: "none", Label: "Nobody"},
	})
}

func guestOptions(chosen string) []option {
	return choose(chosen, []option{
		{Value: directory.GuestsAsMembers, Label: "Guests see as much as members"},
		{Value: directory.GuestsLimited, Label: "Guests see names and addresses of others"},
		{Value: directory.GuestsRestricted, Label: "Guests see themselves only"},
	})
}

func choose(value string, options []option) []option {
	for i := range options {
		options[i].Chosen = strings.EqualFold(options[i].Value, value)
	}
	return options
}

func showPolicies(c *call) (reply, error) {
	a := c.tenant.Authorization
	p := policies{
		Inviters: inviterOptions(a.AllowInvitesFrom), Guests: guestOptions(a.GuestUserRoleID),
		Allow: strings.Join(c.tenant.B2BDomains.Allow, "\n"), Block: strings.Join(c.tenant.B2BDomains.Block, "\n"),
		AuthCurl: c.authorizationCall(a.AllowInvitesFrom, a.GuestUserRoleID).String(), DomainsCurl: c.domainsCall(c.tenant.B2BDomains).String(),
		CrossCurl: c.graph(http.MethodGet, "/v1.0/policies/crossTenantAccessPolicy/default", nil).String(),
	}
	d := c.tenant.CrossTenant.Settings
	p.CrossTenant = []fact{
		{"B2B collaboration, inbound", ruleText(d.B2BCollaborationInbound)}, {"B2B collaboration, outbound", ruleText(d.B2BCollaborationOutbound)},
	}
	for k := range c.tx.CrossTenantPartners(c.tenant.ID) {
		t, _ := c.tx.Tenant(k.PartnerID)
		p.Partners = append(p.Partners, partner{
			cmp.Or(t.DisplayName, k.PartnerID), k.PartnerID, ruleText(k.Settings.B2BCollaborationInbound), ruleText(k.Settings.B2BCollaborationOutbound),
		})
	}
	slices.SortFunc(p.Partners, func(a, b partner) int { return cmp.Compare(a.Name, b.Name) })
	return view{Template: "policies", Data: p}, nil
}

// ruleText is a direction of cross-tenant access in words.
func ruleText(r *state.CrossTenantRule) string {
	if r == nil {
		return "as by default"
	}
	if r.UsersAndGroups == nil {
		return "everybody is allowed"
	}
	var who []string
	for _, t := range r.UsersAndGroups.Targets {
		who = append(who, t.Target)
	}
	return r.UsersAndGroups.AccessType + ": " + strings.Join(who, ", ")
}

type authorizationBody struct {
	Inviters string `json:"allowInvitesFrom"`
	Guests   string `json:"guestUserRoleId"`
}

func (c *call) authorizationCall(inviters, guests string) curl {
	return c.graph(http.MethodPatch, "/v1.0/policies/authorizationPolicy", authorizationBody{inviters, guests})
}

func setAuthorization(c *call) (done, error) {
	inviters, guests := c.field("inviters"), c.field("guests")
	err := directory.SetAuthorization(c.tx, c.who, c.tenant.ID, map[string]any{"allowInvitesFrom": inviters, "guestUserRoleId": guests})
	return done{Say: "The authorization policy is set.", Curl: c.authorizationCall(inviters, guests)}, err
}

// legacyPolicy is the B2B domain list as Graph takes it: a text in JSON within JSON.
type legacyPolicy struct {
	Name       string   `json:"displayName,omitempty"`
	Type       string   `json:"type,omitempty"`
	Default    bool     `json:"isOrganizationDefault,omitempty"`
	Definition []string `json:"definition"`
}

type b2bDefinition struct {
	Policy struct {
		Domains struct {
			Allow []string `json:"AllowedDomains"`
			Block []string `json:"BlockedDomains"`
		} `json:"InvitationsAllowedAndBlockedDomainsPolicy"`
	} `json:"B2BManagementPolicy"`
}

func (c *call) domainsCall(d state.B2BDomains) curl {
	var def b2bDefinition
	def.Policy.Domains.Allow, def.Policy.Domains.Block = append([]string{}, d.Allow...), append([]string{}, d.Block...)
	text, _ := json.Marshal(def) // names always encode
	body := legacyPolicy{Definition: []string{string(text)}}
	if c.tenant.B2BDomains.PolicyID != "" {
		return c.graph(http.MethodPatch, "/beta/legacy/policies/"+c.tenant.B2BDomains.PolicyID, body)
	}
	body.Name, body.Type, body.Default = "B2BManagementPolicy", "B2BManagementPolicy", true
	return c.graph(http.MethodPost, "/beta/legacy/policies", body)
}

func setB2BDomains(c *call) (done, error) {
	d := state.B2BDomains{Allow: strings.Fields(c.field("allow")), Block: strings.Fields(c.field("block"))}
	err := directory.SetB2BDomains(c.tx, c.who, c.tenant.ID, d.Allow, d.Block)
	return done{Say: "The domain list of the B2B manager is set.", Curl: c.domainsCall(d)}, err
}
