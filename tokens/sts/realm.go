package sts

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

const cloudAudience = "urn:federation:MicrosoftOnline"

// realmV1 is the user realm document of api-version 1.0; realmV2 that of 2.0 and 2.1.
type realmV1 struct {
	Version     string `json:"ver"`
	AccountType string `json:"account_type"`
	Domain      string `json:"domain_name,omitempty"`
	Protocol    string `json:"federation_protocol,omitempty"`
	Metadata    string `json:"federation_metadata_url,omitempty"`
	Active      string `json:"federation_active_auth_url,omitempty"`
	Cloud       string `json:"cloud_instance_name,omitempty"`
	Audience    string `json:"cloud_audience_urn,omitempty"`
}

type realmV2 struct {
	NameSpaceType string     `json:"NameSpaceType"`
	Protocol      string     `json:"federation_protocol,omitempty"`
	Login         string     `json:"Login"`
	AuthURL       string     `json:"AuthURL,omitempty"`
	Domain        string     `json:"DomainName,omitempty"`
	Brand         string     `json:"FederationBrandName,omitempty"`
	Branding      []struct{} `json:"TenantBrandingInfo"`
	Cloud         string     `json:"cloud_instance_name"`
}

// legacyRealm is the document of GetUserRealm.srf.
type legacyRealmDocument struct {
	State         int    `json:"State"`
	UserState     int    `json:"UserState"`
	Login         string `json:"Login"`
	NameSpaceType string `json:"NameSpaceType"`
	Domain        string `json:"DomainName,omitempty"`
	Brand         string `json:"FederationBrandName,omitempty"`
	Cloud         string `json:"CloudInstanceName,omitempty"`
	AuthURL       string `json:"AuthURL,omitempty"`
}

// userRealm answers /common/userrealm/{user}.
func (c *call) userRealm() (reply, error) {
	_, user, _ := strings.Cut(c.rest, "/")
	if strings.TrimSpace(user) == "" {
		return reply{}, tokens.Refuse(tokens.ParameterMissing, "user")
	}
	return c.realmReply(user)
}

// realmByQuery answers /common/userrealm?user=.
func (c *call) realmByQuery() (reply, error) {
	if c.param("user") == "" {
		return reply{}, tokens.Refuse(tokens.ParameterMissing, "user")
	}
	return c.realmReply(c.param("user"))
}

func (c *call) realmReply(user string) (reply, error) {
	r := c.realmOf(user)
	if strings.HasPrefix(c.http.URL.Query().Get("api-version"), "2.") {
		d := realmV2{NameSpaceType: r.kind(), Login: user, Cloud: cloudName}
		if r.known {
			d.Domain, d.Brand = r.domain, r.brandName
		}
		if r.sts != "" {
			d.Protocol, d.AuthURL = "WSTrust", r.passive(user)
		}
		return reply{status: http.StatusOK, body: d}, nil
	}
	d := realmV1{Version: "1.0", AccountType: r.kind()}
	if r.known {
		d.Domain, d.Cloud, d.Audience = r.domain, cloudName, cloudAudience
	}
	if r.sts != "" {
		d.Protocol, d.Metadata, d.Active = "WSTrust", r.metadata(), r.active()
	}
	return reply{status: http.StatusOK, body: d}, nil
}

func (c *call) legacyRealm() (reply, error) {
	login := c.param("login")
	if login == "" {
		return reply{}, tokens.Refuse(tokens.ParameterMissing, "login")
	}
	r := c.realmOf(login)
	d := legacyRealmDocument{State: 4, UserState: 1, Login: login, NameSpaceType: r.kind()}
	if r.known {
		d.Domain, d.Brand, d.Cloud = r.domain, r.brandName, cloudName
	}
	if r.sts != "" {
		d.State, d.UserState, d.AuthURL = 3, 2, r.passive(login)
	}
	return reply{status: http.StatusOK, body: d}, nil
}

// credentialRequest and credentialDocument are the sign-in page's account probe.
type credentialRequest struct {
	Username  string `json:"username"`
	FlowToken string `json:"flowToken"`
}

type credentialDocument struct {
	Username       string         `json:"Username"`
	Display        string         `json:"Display"`
	IfExistsResult int            `json:"IfExistsResult"`
	IsUnmanaged    bool           `json:"IsUnmanaged"`
	ThrottleStatus int            `json:"ThrottleStatus"`
	Credentials    credentials    `json:"Credentials"`
	Ests           estsProperties `json:"EstsProperties"`
	FlowToken      string         `json:"FlowToken"`
	SignupDisabled bool           `json:"IsSignupDisallowed"`
	Canary         string         `json:"apiCanary"`
}

type credentials struct {
	Preferred   int       `json:"PrefCredential"`
	HasPassword bool      `json:"HasPassword"`
	NGC         *struct{} `json:"RemoteNgcParams"`
	FIDO        *struct{} `json:"FidoParams"`
	SAS         *struct{} `json:"SasParams"`
	Redirect    string    `json:"FederationRedirectUrl,omitempty"`
}

type estsProperties struct {
	Branding   *struct{} `json:"UserTenantBranding"`
	DomainType int       `json:"DomainType"`
}

// Values of IfExistsResult, PrefCredential and DomainType (identity.md 1.7).
const (
	accountExists, accountMissing, accountElsewhere = 0, 1, 5
	prefersPassword, prefersFederation              = 1, 4
	domainUnknown, domainManaged, domainFederated   = 1, 3, 4
)

func (c *call) credentialType() (reply, error) {
	var in credentialRequest
	if err := json.NewDecoder(c.http.Body).Decode(&in); err != nil || in.Username == "" {
		return reply{}, &tokens.Refusal{Reason: tokens.RequestMalformed, Err: err}
	}
	r := c.realmOf(in.Username)
	d := credentialDocument{
		Username: in.Username, Display: in.Username, IfExistsResult: accountMissing, FlowToken: in.FlowToken, SignupDisabled: true,
		Credentials: credentials{Preferred: prefersPassword, HasPassword: true}, Ests: estsProperties{DomainType: domainUnknown},
	}
	if d.FlowToken == "" {
		d.FlowToken = c.tx.NewSecret(24)
	}
	d.Canary = c.tx.NewSecret(24)
	found := directory.Discover(c.tx, in.Username)
	switch {
	case found.Kind == state.HomeEntra && found.AlsoPersonal != nil, found.Kind == state.HomeMicrosoft:
		d.IfExistsResult = accountElsewhere
	case found.Kind == state.HomeEntra:
		d.IfExistsResult = accountExists
	}
	switch r.kind() {
	case "Managed":
		d.Ests.DomainType = domainManaged
	case "Federated":
		d.IfExistsResult, d.Ests.DomainType = accountExists, domainFederated
		d.Credentials = credentials{Preferred: prefersFederation, Redirect: r.passive(in.Username)}
	}
	return reply{status: http.StatusOK, body: d}, nil
}

// errorPage explains an AADSTS number: error_uri leads here.
func (c *call) errorPage() (reply, error) {
	code := c.param("code")
	p := &page{Kind: "error-info", Title: "Error " + code, Lead: []string{"The sign-in service has no explanation for this number."}}
	for _, f := range failures() {
		if code == itoa(f.code) {
			p.Lead = []string{"AADSTS" + code + ": " + f.text}
		}
	}
	return reply{page: p}, nil
}

// withQuery is an address with parameters.
func withQuery(address string, q url.Values) string {
	if len(q) == 0 {
		return address
	}
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	return address + sep + q.Encode()
}
