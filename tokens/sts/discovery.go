package sts

import (
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// discovery is the OpenID configuration of a tenant (identity.md 1.2 and 1.4).
type discovery struct {
	TokenEndpoint         string   `json:"token_endpoint"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	Keys                  string   `json:"jwks_uri"`
	ResponseModes         []string `json:"response_modes_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	Algorithms            []string `json:"id_token_signing_alg_values_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	Scopes                []string `json:"scopes_supported"`
	Issuer                string   `json:"issuer"`
	MultiRefresh          *bool    `json:"microsoft_multi_refresh_token,omitempty"`
	RequestURI            bool     `json:"request_uri_parameter_supported"`
	UserInfo              string   `json:"userinfo_endpoint"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	LogoutSupported       bool     `json:"http_logout_supported"`
	FrontChannelLogout    bool     `json:"frontchannel_logout_supported"`
	EndSession            string   `json:"end_session_endpoint"`
	Claims                []string `json:"claims_supported"`
	CheckSession          string   `json:"check_session_iframe,omitempty"`
	Kerberos              string   `json:"kerberos_endpoint"`
	Region                *string  `json:"tenant_region_scope"`
	Cloud                 string   `json:"cloud_instance_name"`
	CloudGraph            string   `json:"cloud_graph_host_name"`
	Graph                 string   `json:"msgraph_host"`
	RBAC                  string   `json:"rbac_url"`
}

const cloudName = "microsoftonline.com"

// authority is the address of the tenant segment, a domain rewritten to the GUID (identity.md 1.3).
func (c *call) authority() string {
	if c.tenant.ID != "" && c.segment != segConsumers {
		return c.login + "/" + c.tenant.ID
	}
	return c.login + "/" + c.segment
}

func (c *call) discoveryV2() (reply, error) {
	a := c.authority()
	return c.document(discovery{
		TokenEndpoint: a + "/oauth2/v2.0/token", Keys: a + "/discovery/v2.0/keys", Issuer: c.issuerTemplate(),
		AuthorizationEndpoint: a + "/oauth2/v2.0/authorize", DeviceEndpoint: a + "/oauth2/v2.0/devicecode",
		EndSession: a + "/oauth2/v2.0/logout", Kerberos: a + "/kerberos", UserInfo: c.place.Origin.Graph() + "/oidc/userinfo",
		ResponseTypes: []string{"code", "id_token", "code id_token", "id_token token"},
		Scopes:        []string{"openid", "profile", "email", "offline_access"},
	})
}

// issuerTemplate is the issuer of the document: literal braces where any tenant may have issued.
func (c *call) issuerTemplate() string {
	if c.tenant.ID == "" {
		return tokens.IssuerV2(c.login, "{tenantid}")
	}
	return tokens.IssuerV2(c.login, c.tenant.ID)
}

func (c *call) discoveryV1() (reply, error) {
	a, yes := c.authority(), true
	tenant := "{tenantid}"
	if c.tenant.ID != "" {
		tenant = c.tenant.ID
	}
	return c.document(discovery{
		TokenEndpoint: a + "/oauth2/token", Keys: c.login + "/common/discovery/keys", Issuer: tokens.IssuerV1(tenant),
		AuthorizationEndpoint: a + "/oauth2/authorize", DeviceEndpoint: a + "/oauth2/devicecode", EndSession: a + "/oauth2/logout",
		Kerberos: a + "/kerberos", UserInfo: a + "/openid/userinfo", CheckSession: a + "/oauth2/checksession", MultiRefresh: &yes,
		ResponseTypes: []string{"code", "id_token", "code id_token", "token id_token", "token"}, Scopes: []string{"openid"},
	})
}

// document adds what both versions share.
func (c *call) document(d discovery) (reply, error) {
	d.AuthMethods = []string{"client_secret_post", "private_key_jwt", "client_secret_basic"}
	d.ResponseModes = []string{"query", "fragment", "form_post"}
	d.SubjectTypes, d.Algorithms = []string{"pairwise"}, []string{"RS256"}
	d.LogoutSupported, d.FrontChannelLogout = true, true
	d.Claims = []string{
		"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp",
		"iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email",
	}
	if c.tenant.Region != "" {
		d.Region = &c.tenant.Region
	}
	d.Cloud, d.CloudGraph, d.Graph = cloudName, "graph.windows.net", hostOf(c.place.Origin.Graph())
	d.RBAC = "https://pas.windows.net"
	return c.cached(d), nil
}

func hostOf(address string) string {
	_, host, _ := strings.Cut(address, "://")
	return host
}

// cached is a document that clients keep for a day.
func (c *call) cached(body any) reply {
	h := http.Header{}
	h.Set("Cache-Control", "max-age=86400, private")
	return reply{status: http.StatusOK, header: h, body: body}
}

// webKey is a signing key as documents list it (identity.md 1.5).
type webKey struct {
	Type       string   `json:"kty"`
	Use        string   `json:"use"`
	ID         string   `json:"kid"`
	Thumbprint string   `json:"x5t"`
	N          string   `json:"n"`
	E          string   `json:"e"`
	Chain      []string `json:"x5c"`
	CloudName  string   `json:"cloud_instance_name"`
	Issuer     string   `json:"issuer"`
}

type keySet struct {
	Keys []webKey `json:"keys"`
}

func (c *call) keys() (reply, error) {
	published, err := c.Tokens.Published(c.tx)
	if err != nil {
		return reply{}, err
	}
	set := keySet{}
	for _, k := range published {
		set.Keys = append(set.Keys, c.wireKey(k))
	}
	return c.cached(set), nil
}

func (c *call) wireKey(k *tokens.Key) webKey {
	issuer := tokens.IssuerV2(c.login, "{tenantid}")
	if c.tenant.Consumers() {
		issuer = tokens.IssuerV2(c.login, c.tenant.ID)
	}
	n, e := modulus(&k.Private.PublicKey)
	return webKey{
		Type: "RSA", Use: "sig", ID: k.ID, Thumbprint: k.ID, N: n, E: e, CloudName: cloudName, Issuer: issuer,
		Chain: []string{base64.StdEncoding.EncodeToString(k.Certificate)},
	}
}

func modulus(k *rsa.PublicKey) (n, e string) {
	return base64.RawURLEncoding.EncodeToString(k.N.Bytes()), base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes())
}

// instance is the answer of cloud instance discovery (identity.md 1.6).
type instance struct {
	Endpoint string          `json:"tenant_discovery_endpoint"`
	Version  string          `json:"api-version"`
	Metadata []instanceCloud `json:"metadata"`
}

type instanceCloud struct {
	Network string   `json:"preferred_network"`
	Cache   string   `json:"preferred_cache"`
	Aliases []string `json:"aliases"`
}

func (c *call) instance() (reply, error) {
	q := c.http.URL.Query()
	if q.Get("authorization_endpoint") == "" {
		return reply{}, tokens.Refuse(tokens.ParameterMissing, "authorization_endpoint")
	}
	u, err := url.Parse(q.Get("authorization_endpoint"))
	if err != nil || u.Host == "" {
		return reply{}, tokens.Refuse(tokens.InstanceUnknown)
	}
	clouds := knownClouds()
	own := false
	if p, ok := links.Resolve(u.Scheme, u.Host, publicHost(c.tx)); ok && p.Service == links.Login && p.Origin.Local() {
		own = true
		host := strings.ToLower(u.Host)
		clouds = append([]instanceCloud{{host, host, []string{host}}}, clouds...)
	}
	known := own
	for _, cloud := range clouds {
		for _, alias := range cloud.Aliases {
			known = known || strings.EqualFold(alias, bareHost(u.Host))
		}
	}
	if !known {
		return reply{}, tokens.Refuse(tokens.InstanceUnknown)
	}
	tenant, _, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	version := "/.well-known/openid-configuration"
	if strings.Contains(strings.ToLower(u.Path), "/v2.0/") {
		version = "/v2.0/.well-known/openid-configuration"
	}
	return c.cached(instance{Endpoint: u.Scheme + "://" + u.Host + "/" + tenant + version, Version: "1.1", Metadata: clouds}), nil
}

// bareHost is a host without the port that is https's own.
func bareHost(host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil && port == "443" {
		return name
	}
	return host
}

func publicHost(tx *state.Tx) string {
	u, err := url.Parse(tx.World().PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func knownClouds() []instanceCloud {
	return []instanceCloud{
		{"login.microsoftonline.com", "login.windows.net", []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}},
		{"login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn", []string{"login.partner.microsoftonline.cn", "login.chinacloudapi.cn"}},
		{"login.microsoftonline.de", "login.microsoftonline.de", []string{"login.microsoftonline.de"}},
		{"login.microsoftonline.us", "login.microsoftonline.us", []string{"login.microsoftonline.us", "login.usgovcloudapi.net"}},
		{"login-us.microsoftonline.com", "login-us.microsoftonline.com", []string{"login-us.microsoftonline.com"}},
	}
}

// realm is the home realm of an address (identity.md 1.7).
type realm struct {
	tenant    state.Tenant
	domain    string
	sts       string
	known     bool
	brandName string
}

func (c *call) realmOf(address string) realm {
	r := realm{domain: directory.DomainOf(address)}
	if !strings.Contains(address, "@") {
		r.domain = strings.ToLower(address)
	}
	r.tenant, r.known = c.tx.TenantByDomain(r.domain)
	for _, d := range r.tenant.Domains {
		if strings.EqualFold(d.Name, r.domain) {
			r.sts = d.STS
		}
	}
	r.brandName = r.tenant.DisplayName
	return r
}

func (r realm) kind() string {
	switch {
	case !r.known:
		return "Unknown"
	case r.sts != "":
		return "Federated"
	}
	return "Managed"
}

// metadata and its like are the addresses of a federated domain's own service.
func (r realm) metadata() string { return strings.TrimRight(r.sts, "/") + "/services/trust/mex" }

func (r realm) active() string {
	return strings.TrimRight(r.sts, "/") + "/services/trust/2005/usernamemixed"
}

func (r realm) passive(login string) string {
	q := url.Values{"username": {login}, "wa": {"wsignin1.0"}, "wtrealm": {"urn:federation:MicrosoftOnline"}, "wctx": {""}}
	return strings.TrimRight(r.sts, "/") + "/ls/?" + q.Encode()
}
