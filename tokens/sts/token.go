package sts

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/tokens"
)

// Grant types. Each has the spellings that clients use (identity.md 2.7).
const (
	grantCode       = "authorization_code"
	grantRefresh    = "refresh_token"
	grantPassword   = "password"
	grantClient     = "client_credentials"
	grantDevice     = "urn:ietf:params:oauth:grant-type:device_code"
	grantDeviceBare = "device_code"
	grantOnBehalf   = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

const (
	versionOne = 1
	versionTwo = 2
)

// version is that of the endpoint, by its path.
func (c *call) version() int {
	if strings.Contains(strings.ToLower(c.http.URL.Path), "/v2.0") || strings.HasSuffix(strings.ToLower(c.http.URL.Path), ".srf") {
		return versionTwo
	}
	return versionOne
}

func (c *call) tokenV2() (reply, error) { return c.token(versionTwo) }
func (c *call) tokenV1() (reply, error) { return c.token(versionOne) }

// token answers the token endpoint.
func (c *call) token(version int) (reply, error) {
	grant := c.param("grant_type")
	if grant == "" {
		return reply{}, tokens.Refuse(tokens.ParameterMissing, "grant_type")
	}
	exchange, ok := map[string]func(*call, tokens.Request) (tokens.Set, error){
		grantCode: (*call).redeemCode, grantRefresh: (*call).refresh, grantPassword: (*call).password,
		grantClient: (*call).clientCredentials, grantDevice: (*call).pollDevice, grantDeviceBare: (*call).pollDevice,
		grantOnBehalf: (*call).onBehalf,
	}[grant]
	if !ok {
		return reply{}, tokens.Refuse(tokens.GrantUnknown, grant)
	}
	r, err := c.tokenRequest(version)
	if err != nil {
		return reply{}, err
	}
	set, err := exchange(c, r)
	if err != nil {
		return reply{}, err
	}
	c.recordSuccess(set.Grant, false)
	return c.tokenReply(version, set), nil
}

// tokenRequest reads what all grants share.
func (c *call) tokenRequest(version int) (tokens.Request, error) {
	r := tokens.Request{
		Segment: c.segment, Tenant: c.tenant, Endpoint: version, Claims: c.param("claims"), Login: c.login,
		Graph: c.place.Origin.Graph(), IPAddress: c.address(), Pass: c.pass,
	}
	id := c.param("client_id")
	if err := c.credential(&id, &r.Credential); err != nil {
		return r, err
	}
	if id == "" {
		return r, tokens.Refuse(tokens.ParameterMissing, "client_id")
	}
	c.attempt.AppID = id
	var err error
	if r.Client, err = tokens.FindClient(c.tx, c.tenant, id, c.pass); err != nil {
		return r, err
	}
	c.attempt.AppName = r.Client.DisplayName
	r.Scopes, err = c.scopes(version)
	return r, err
}

// scopes reads what is asked for: scope at version 2, resource at version 1.
func (c *call) scopes(version int) (tokens.Scopes, error) {
	resource := c.param("resource")
	if version == versionTwo {
		if resource != "" {
			return tokens.Scopes{}, tokens.Refuse(tokens.ResourceAtV2)
		}
		return tokens.ParseScopes(c.param("scope"))
	}
	if resource == "" {
		s, err := tokens.ParseScopes(c.param("scope"))
		if err != nil || s.Resource == "" {
			return tokens.Scopes{}, nil // version 1 knows no scopes; what a client of version 2 sends beside does not count
		}
		return s, nil
	}
	return tokens.ForResource(resource), nil
}

// credential reads a client's proof from the body or from HTTP Basic, whose two parts are form-urlencoded (identity.md 2.6).
func (c *call) credential(id *string, cred *tokens.Credential) error {
	cred.Secret, cred.Assertion, cred.AssertionType = c.param("client_secret"), c.param("client_assertion"), c.param("client_assertion_type")
	user, password, ok := c.http.BasicAuth()
	if ok {
		name, err := url.QueryUnescape(user)
		if err != nil {
			return &tokens.Refusal{Reason: tokens.RequestMalformed, Err: err}
		}
		if *id == "" {
			*id = name
		}
		if cred.Secret == "" && strings.EqualFold(*id, name) {
			if cred.Secret, err = url.QueryUnescape(password); err != nil {
				return &tokens.Refusal{Reason: tokens.RequestMalformed, Err: err}
			}
		}
	}
	if cred.Assertion != "" {
		cred.Audiences = c.assertionAudiences()
	}
	return nil
}

// assertionAudiences are what a client assertion may be meant for: the endpoint or the authority, by any name of this
// service and any name of the tenant.
func (c *call) assertionAudiences() []string {
	segments := []string{c.segment}
	if c.tenant.ID != "" {
		segments = append(segments, c.tenant.ID)
		for _, d := range c.tenant.Domains {
			segments = append(segments, d.Name)
		}
	}
	var out []string
	for _, host := range []string{c.login, "https://login.microsoftonline.com", "https://login.windows.net", "https://login.microsoft.com", "https://sts.windows.net"} {
		for _, s := range segments {
			a := host + "/" + s
			out = append(out, a, a+"/", a+"/v2.0", a+"/oauth2/token", a+"/oauth2/v2.0/token")
		}
	}
	return out
}

func (c *call) redeemCode(r tokens.Request) (tokens.Set, error) {
	if c.param("code") == "" {
		return tokens.Set{}, tokens.Refuse(tokens.ParameterMissing, "code")
	}
	return c.Tokens.RedeemCode(c.tx, r, tokens.CodeRedemption{
		Code: c.param("code"), RedirectURI: c.param("redirect_uri"), Verifier: c.param("code_verifier"), Origin: c.http.Header.Get("Origin"),
	})
}

func (c *call) refresh(r tokens.Request) (tokens.Set, error) {
	if c.param("refresh_token") == "" {
		return tokens.Set{}, tokens.Refuse(tokens.ParameterMissing, "refresh_token")
	}
	return c.Tokens.Refresh(c.tx, r, c.param("refresh_token"), c.http.Header.Get("Origin"))
}

func (c *call) password(r tokens.Request) (tokens.Set, error) {
	for _, name := range []string{"username", "password"} {
		if c.param(name) == "" {
			return tokens.Set{}, tokens.Refuse(tokens.ParameterMissing, name)
		}
	}
	c.attempt.UPN = c.param("username")
	return c.Tokens.Password(c.tx, r, c.param("username"), c.param("password"))
}

func (c *call) clientCredentials(r tokens.Request) (tokens.Set, error) {
	if r.Endpoint == versionTwo && c.param("scope") == "" {
		return tokens.Set{}, tokens.Refuse(tokens.ParameterMissing, "scope")
	}
	return c.Tokens.AppOnly(c.tx, r)
}

func (c *call) pollDevice(r tokens.Request) (tokens.Set, error) {
	code := c.param("device_code")
	if code == "" {
		code = c.param("code")
	}
	if code == "" {
		return tokens.Set{}, tokens.Refuse(tokens.ParameterMissing, "device_code")
	}
	return c.Tokens.PollDevice(c.tx, r, code)
}

func (c *call) onBehalf(r tokens.Request) (tokens.Set, error) {
	if c.param("assertion") == "" {
		return tokens.Set{}, tokens.Refuse(tokens.ParameterMissing, "assertion")
	}
	if use := c.param("requested_token_use"); use != "on_behalf_of" {
		return tokens.Set{}, tokens.Refuse(tokens.ParameterMissing, "requested_token_use")
	}
	return c.Tokens.OnBehalfOf(c.tx, r, c.param("assertion"))
}

// success is the answer of version 2; numbers are numbers. An application alone gets the first four members only.
type success struct {
	Type       string `json:"token_type"`
	Scope      string `json:"scope,omitempty"`
	ExpiresIn  int    `json:"expires_in"`
	ExtExpires int    `json:"ext_expires_in"`
	RefreshIn  int    `json:"refresh_in,omitempty"`
	Access     string `json:"access_token"`
	Refresh    string `json:"refresh_token,omitempty"`
	// RefreshExpires tells a single-page application when its day is over, so that it need not find out by a refusal.
	RefreshExpires int    `json:"refresh_token_expires_in,omitempty"`
	ID             string `json:"id_token,omitempty"`
	ClientInfo     string `json:"client_info,omitempty"`
	Family         string `json:"foci,omitempty"`
}

// successV1 is the answer of version 1; numbers are texts (identity.md 2.1).
type successV1 struct {
	Type       string `json:"token_type"`
	Scope      string `json:"scope,omitempty"`
	ExpiresIn  string `json:"expires_in"`
	ExtExpires string `json:"ext_expires_in"`
	ExpiresOn  string `json:"expires_on"`
	NotBefore  string `json:"not_before"`
	Resource   string `json:"resource"`
	Access     string `json:"access_token"`
	Refresh    string `json:"refresh_token,omitempty"`
	ID         string `json:"id_token,omitempty"`
	ClientInfo string `json:"client_info,omitempty"`
	Family     string `json:"foci,omitempty"`
}

const longLived = 2 * time.Hour // from here on a client is told when to refresh ahead

// tokenReply answers with a set, signed once the transaction is over.
func (c *call) tokenReply(version int, set tokens.Set) reply {
	info := ""
	if c.param("client_info") != "" && !set.Grant.AppOnly() {
		info = clientInfo(set.Account)
	}
	h := http.Header{}
	noStore(h)
	c.telemetry(h, 0)
	expires := int(set.Access.ExpiresIn / time.Second)
	return reply{status: http.StatusOK, header: h, finish: func(rep *reply) error {
		access, id, err := signBoth(set)
		if err != nil {
			return err
		}
		if version == versionTwo {
			s := success{
				Type: "Bearer", Scope: set.Scope, ExpiresIn: expires, ExtExpires: expires, Access: access, Refresh: set.Refresh, ID: id,
				RefreshExpires: int(set.RefreshExpiresIn / time.Second), ClientInfo: info, Family: set.Family,
			}
			if set.Access.ExpiresIn >= longLived {
				s.RefreshIn = expires / 2
			}
			rep.body = s
			return nil
		}
		seconds := strconv.Itoa(expires)
		rep.body = successV1{
			Type: "Bearer", Scope: set.Scope, ExpiresIn: seconds, ExtExpires: seconds, ExpiresOn: claimText(set.Access, "exp"),
			NotBefore: claimText(set.Access, "nbf"), Resource: resourceName(set), Access: access, Refresh: set.Refresh, ID: id,
			ClientInfo: info, Family: set.Family,
		}
		return nil
	}}
}

func signBoth(set tokens.Set) (access, id string, err error) {
	if access, err = set.Access.Sign(); err != nil {
		return "", "", err
	}
	if !set.ID.Zero() {
		id, err = set.ID.Sign()
	}
	return access, id, err
}

func claimText(d tokens.Draft, name string) string {
	n, _ := d.Claims[name].(int64)
	return strconv.FormatInt(n, 10)
}

func resourceName(set tokens.Set) string {
	if set.Resource != "" {
		return set.Resource
	}
	return set.Grant.Audience
}

// clientInfo is base64url without padding of {"uid","utid"} (identity.md 2.3).
func clientInfo(id tokens.Identity) string {
	text, err := json.Marshal(id)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func itoa(n int) string { return strconv.Itoa(n) }

// deviceDocument is the answer of the device endpoint: numbers in version 2, texts in version 1 (identity.md 1.8).
type deviceDocument struct {
	UserCode  string `json:"user_code"`
	Code      string `json:"device_code"`
	URI       string `json:"verification_uri"`
	ExpiresIn int    `json:"expires_in"`
	Interval  int    `json:"interval"`
	Message   string `json:"message"`
}

type deviceDocumentV1 struct {
	UserCode  string `json:"user_code"`
	Code      string `json:"device_code"`
	URL       string `json:"verification_url"`
	ExpiresIn string `json:"expires_in"`
	Interval  string `json:"interval"`
	Message   string `json:"message"`
}

func (c *call) deviceCodeV2() (reply, error) { return c.deviceCode(versionTwo) }
func (c *call) deviceCodeV1() (reply, error) { return c.deviceCode(versionOne) }

func (c *call) deviceCode(version int) (reply, error) {
	r, err := c.tokenRequest(version)
	if err != nil {
		return reply{}, err
	}
	if version == versionTwo && c.param("scope") == "" {
		return reply{}, tokens.Refuse(tokens.ParameterMissing, "scope")
	}
	d, err := c.Tokens.StartDevice(c.tx, r)
	if err != nil {
		return reply{}, err
	}
	address := c.place.Origin.DeviceLogin()
	message := "To sign in, use a web browser to open the page " + address + " and enter the code " + d.UserCode + " to authenticate."
	life, interval := int(tokens.DeviceLife/time.Second), int(tokens.DeviceInterval/time.Second)
	h := http.Header{}
	noStore(h)
	if version == versionTwo {
		return reply{status: http.StatusOK, header: h, body: deviceDocument{d.UserCode, d.ID, address, life, interval, message}}, nil
	}
	return reply{status: http.StatusOK, header: h, body: deviceDocumentV1{
		d.UserCode, d.ID, address, strconv.Itoa(life), strconv.Itoa(interval), message,
	}}, nil
}
