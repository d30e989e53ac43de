package sts

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// failure is a refusal in the sign-in service's own words: the AADSTS number, the protocol's error name, what a library
// looks at to tell whether a person can help, and the text. bare: the answer has no error_uri (identity.md 4.1).
type failure struct {
	code     int
	name     string
	suberror string
	text     string
	bare     bool
}

// Protocol error names.
const (
	invalidRequest      = "invalid_request"
	invalidClient       = "invalid_client"
	invalidGrant        = "invalid_grant"
	invalidScope        = "invalid_scope"
	invalidResource     = "invalid_resource"
	unauthorizedClient  = "unauthorized_client"
	accessDenied        = "access_denied"
	interactionRequired = "interaction_required"
	loginRequired       = "login_required"
	consentRequired     = "consent_required"
)

// Suberrors.
const (
	badToken    = "bad_token"
	basicAction = "basic_action"
)

// failures is every refusal on the wire. Numbers and names: identity.md 4.2; texts after the service's published list.
func failures() map[tokens.Reason]failure {
	return map[tokens.Reason]failure{
		tokens.TenantNotFound:   {90002, invalidRequest, "", "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", false},
		tokens.TenantMissing:    {50059, invalidRequest, "", "No tenant-identifying information found in either the request or implied by any provided credentials.", false},
		tokens.InstanceUnknown:  {50049, "invalid_instance", "", "Unknown or invalid instance.", false},
		tokens.ParameterMissing: {900144, invalidRequest, "", "The request body must contain the following parameter: '%s'.", false},
		tokens.Malformed:        {9002313, invalidGrant, "", "Invalid request. Request is malformed or invalid.", false},
		tokens.RequestMalformed: {9002313, invalidRequest, "", "Invalid request. Request is malformed or invalid.", false},
		tokens.MethodWrong:      {900561, invalidRequest, "", "The endpoint only accepts POST, OPTIONS requests. Received a %s request.", false},
		tokens.GrantUnknown:     {70003, "unsupported_grant_type", "", "The app requested an unsupported grant type '%s'.", true},
		tokens.ResponseUnknown:  {70007, "unsupported_response_type", "", "'%s' is not a supported value of 'response_type' when requesting a token.", false},
		tokens.ModeUnknown:      {70007, invalidRequest, "", "'%s' is not a supported value of 'response_mode' when requesting a token.", false},
		tokens.ImplicitOff:      {700054, "unsupported_response_type", "", "response_type '%s' is not enabled for the application.", false},
		tokens.ResourceAtV2:     {901002, invalidRequest, "", "The 'resource' request parameter is not supported.", false},
		tokens.PromptUnknown:    {90023, invalidRequest, "", "Unsupported 'prompt' value '%s'.", false},
		tokens.DeviceAuthority:  {90133, invalidRequest, "", "Device Code flow is not supported under /consumers endpoint.", false},

		tokens.ClientUnknown:       {700016, unauthorizedClient, "", "Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.", false},
		tokens.ClientIDInvalid:     {700038, unauthorizedClient, "", "%s is not a valid application identifier.", true},
		tokens.ClientDisabled:      {7000112, unauthorizedClient, "", "Application '%s' is disabled.", false},
		tokens.SingleTenant:        {50194, invalidRequest, "", "Application '%s'(%s) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.", false},
		tokens.ClientNotPersonal:   {700016, unauthorizedClient, "", "The client '%s' does not exist or is not enabled for consumers.", false},
		tokens.SecretWrong:         {7000215, invalidClient, "", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", false},
		tokens.SecretExpired:       {7000222, invalidClient, "", "The provided client secret keys for app '%s' are expired. Create new keys for your app, or consider using certificate credentials for added security.", false},
		tokens.CredentialMissing:   {7000218, invalidClient, "", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", false},
		tokens.CredentialUnwanted:  {700025, invalidClient, "", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented (app '%s').", false},
		tokens.AssertionInvalid:    {700027, invalidClient, "", "The certificate with identifier used to sign the client assertion is not registered on application, or the assertion is invalid. [Reason - %s]", false},
		tokens.AssertionUnmatched:  {700021, invalidClient, "", "No matching federated identity record found for presented assertion issuer '%s' and subject '%s', or its audience does not match.", false},
		tokens.AssertionOutOfTime:  {700024, invalidClient, "", "Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s.", false},
		tokens.RedirectUnknown:     {50011, invalidRequest, "", "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'. Make sure the redirect URI sent in the request matches one added to your application.", false},
		tokens.RedirectNone:        {500113, invalidRequest, "", "No reply address is registered for the application '%s'.", false},
		tokens.RedirectDiffers:     {500112, invalidGrant, "", "The reply address '%[2]s' does not match the reply address '%[1]s' provided when requesting Authorization code.", false},
		tokens.OriginMissing:       {9002327, invalidRequest, "", "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.", false},
		tokens.CrossOriginUnwanted: {9002326, invalidRequest, "", "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.", false},

		tokens.ResourceUnknown:    {500011, invalidResource, "", "The resource principal named %s was not found in the tenant named %s. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.", false},
		tokens.ResourceNotListed:  {650057, invalidResource, "", "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: %s. Resource value from request: %s. Resource app ID: %s.", false},
		tokens.ScopeInvalid:       {70011, invalidScope, "", "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope '%s' does not exist or is malformed.", false},
		tokens.ScopeNotDefault:    {1002012, invalidScope, "", "The provided value for scope '%s' is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", false},
		tokens.ResourcesSeveral:   {28000, invalidRequest, "", "Provided value for the input parameter scope '%s' is not valid because it contains more than one resource.", false},
		tokens.ConsentMissing:     {65001, invalidGrant, consentRequired, "The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an interactive authorization request for this user and resource.", false},
		tokens.ConsentDeclined:    {65004, accessDenied, "", "User declined to consent to access the app.", false},
		tokens.AdminConsentNeeded: {90094, accessDenied, "", "%s needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.", false},

		tokens.UserUnknown:        {50034, invalidGrant, badToken, "The user account %s does not exist in the %s directory. To sign into this application, the account must be added to the directory.", false},
		tokens.PasswordWrong:      {50126, invalidGrant, "", "Error validating credentials due to invalid username or password.", false},
		tokens.PasswordExpired:    {50055, invalidGrant, "user_password_expired", "The password is expired.", false},
		tokens.PasswordNone:       {50056, invalidGrant, "", "Invalid or null password: password does not exist in the directory for this user.", false},
		tokens.PasswordAtCommon:   {9001023, invalidRequest, "", "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.", false},
		tokens.PasswordFederated:  {50126, invalidGrant, "", "Error validating credentials due to invalid username or password. The account's domain is federated: its password is checked by another service.", false},
		tokens.Locked:             {50053, invalidGrant, "", "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.", false},
		tokens.UserDisabled:       {50057, invalidGrant, "", "The user account is disabled.", false},
		tokens.NotInTenant:        {50020, invalidGrant, "", "User account '%s' from identity provider '%s' does not exist in tenant '%s' and cannot access the application '%s'(%s) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.", false},
		tokens.NotInDirectory:     {51004, invalidGrant, "", "The user account %s does not exist in the %s directory. To sign into this application, the account must be added to the directory.", false},
		tokens.PendingRedemption:  {50014, invalidGrant, "", "The user's redemption is in a pending state. The guest user account is not fully created yet.", false},
		tokens.AssignmentMissing:  {50105, accessDenied, "", "Your administrator has configured the application %[3]s ('%[2]s') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '%[1]s' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator.", false},
		tokens.OutboundBlocked:    {500212, accessDenied, "", "The user's administrator has set an outbound access policy that does not allow access to the resource tenant (home tenant '%s').", false},
		tokens.InboundBlocked:     {500213, accessDenied, "", "The resource tenant's cross-tenant access policy does not allow this user to access this tenant '%s'.", false},
		tokens.MFARequired:        {50076, invalidGrant, basicAction, "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '%s'.", false},
		tokens.MFAUnregistered:    {50079, interactionRequired, basicAction, "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication.", false},
		tokens.SignInRequired:     {50058, loginRequired, "", "A silent sign-in request was sent but no user is signed in.", false},
		tokens.SessionsSeveral:    {16000, interactionRequired, "", "Either multiple user identities are available for the current request or selected account is not supported for the scenario.", false},
		tokens.AccountUnsuited:    {16003, interactionRequired, "", "The selected account does not exist in the directory of the tenant, or is not supported for the scenario.", false},
		tokens.InteractionBlocked: {53003, interactionRequired, "message_only", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance. %s", false},
		tokens.DomainWrong:        {50128, invalidRequest, "", "Invalid domain name. No tenant-identifying information found in either the request or implied by any provided credentials.", false},
		tokens.InvitationUnknown:  {90100, invalidRequest, "", "The invitation is not valid: it was withdrawn, or the address is incomplete. Ask who invited you to send a new one.", false},
		tokens.InvitationBlocked:  {500213, accessDenied, "", "The invitation cannot be redeemed with this account: '%s' does not collaborate with its domain.", false},
		tokens.WrongInvitee:       {16003, accessDenied, "", "The invitation was sent to '%s' and cannot be redeemed by '%s'. Sign in with the account that was invited.", false},
		tokens.LegacyBlocked:      {53003, accessDenied, "", "Access has been blocked: a sign-in with this library (version 1 endpoint) cannot sync content of another organization. Update the sync client.", false},

		tokens.GrantInvalid:     {70000, invalidGrant, "", "The provided value for the code or refresh token is not valid: it was issued to another client, or is not known.", false},
		tokens.ClientMismatch:   {70000, invalidGrant, "client_mismatch", "The refresh token was issued to another client than '%s', and the two are not of one family.", false},
		tokens.CodeExpired:      {70008, invalidGrant, "", "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.", false},
		tokens.CodeRedeemed:     {54005, invalidGrant, "", "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.", false},
		tokens.CodeTenant:       {700005, invalidGrant, "", "The provided Authorization Code is intended to use against other tenant.", false},
		tokens.VerifierWrong:    {501481, invalidGrant, "", "The Code_Verifier does not match the code_challenge supplied in the authorization request.", false},
		tokens.VerifierMissing:  {50148, invalidGrant, "", "The code_verifier is required: the authorization request supplied a code_challenge.", false},
		tokens.Revoked:          {50173, invalidGrant, badToken, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '%s' and the TokensValidFrom date (before which tokens are not valid) for this user is '%s'.", false},
		tokens.PasswordChanged:  {50133, invalidGrant, badToken, "Session is invalid due to expiration or recent password change.", false},
		tokens.SessionRevoked:   {50132, invalidGrant, badToken, "The session is not valid: the credentials have been revoked. Sign in again.", false},
		tokens.RefreshIdle:      {700082, invalidGrant, badToken, "The refresh token has expired due to inactivity. The token was issued on %s and was inactive for 90.00:00:00.", false},
		tokens.RefreshEndedSPA:  {700084, invalidGrant, badToken, "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which can't be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page.", false},
		tokens.DevicePending:    {70016, "authorization_pending", "", "OAuth 2.0 device flow error. Authorization is pending. Continue polling.", false},
		tokens.DeviceUnknown:    {70018, "bad_verification_code", "", "Invalid verification code. The code is not known, or has been used.", false},
		tokens.DeviceExpired:    {70019, "expired_token", "", "The device code has expired.", false},
		tokens.DeviceDeclined:   {70018, "authorization_declined", "", "The person at the sign-in page declined the request of the device.", false},
		tokens.OnBehalfInvalid:  {50013, invalidGrant, "", "Assertion failed validation. [Reason - %s]", false},
		tokens.OnBehalfAudience: {500131, invalidGrant, "", "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion must be app '%s'.", false},
		tokens.RequestLoop:      {50196, invalidGrant, "", "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.", false},
	}
}

// failureOf maps an error to the wire. Where a version 1 or discovery endpoint says it in another way, its handler has
// set the name.
func failureOf(err error) (failure, string) {
	r, ok := refusal(err)
	if !ok {
		p := problem.As(err)
		if p.Kind == problem.Internal {
			return failure{code: 90033, name: "temporarily_unavailable"}, "A transient error has occurred. Please try again."
		}
		return failure{code: 9002313, name: invalidRequest}, "Invalid request. " + p.Detail
	}
	f := failures()[r.Reason]
	return f, fmt.Sprintf(f.text, r.Args...)
}

// envelope is the error answer of the token endpoint and its like (identity.md 4.1).
type envelope struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri,omitempty"`
	Suberror      string `json:"suberror,omitempty"`
	Claims        string `json:"claims,omitempty"`
}

func (c *call) now() time.Time {
	var now time.Time
	// A view cannot fail but by what its function returns.
	_ = state.FromContext(c.http.Context()).View(func(tx *state.Tx) error {
		now = tx.Now()
		return nil
	})
	return now
}

const timestampFormat = "2006-01-02 15:04:05Z"

// envelope fills the error answer.
func (c *call) envelope(err error) (int, envelope) {
	f, text := failureOf(err)
	stamp := c.now().UTC().Format(timestampFormat)
	e := envelope{
		Error: f.name, Description: c.describe(f.code, text, stamp), Codes: []int{f.code}, Timestamp: stamp,
		TraceID: c.trace, CorrelationID: c.correlation, Suberror: f.suberror,
	}
	if !f.bare {
		e.URI = c.login + "/error?code=" + strconv.Itoa(f.code)
	}
	if r, ok := refusal(err); ok {
		e.Claims = r.Claims
		c.rename(r.Reason, &e)
	}
	switch f.name {
	case invalidClient:
		return http.StatusUnauthorized, e
	case "temporarily_unavailable":
		return http.StatusServiceUnavailable, e
	}
	return http.StatusBadRequest, e
}

// describe is the text with the ids that people look requests up by.
func (c *call) describe(code int, text, stamp string) string {
	return fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", code, text, c.trace, c.correlation, stamp)
}

// rename says an error as its endpoint does: discovery knows an invalid tenant, version 1 clients know the device flow by
// the names of an early draft (identity.md 2.7, 4.2), and an expired code there has the older number too.
func (c *call) rename(r tokens.Reason, e *envelope) {
	v1 := c.version() == 1
	switch {
	case r == tokens.TenantNotFound && c.http.Method == http.MethodGet:
		e.Error = "invalid_tenant"
	case r == tokens.DeviceDeclined && v1:
		e.Error = accessDenied
	case r == tokens.DeviceExpired && v1:
		e.Error = "code_expired"
	case r == tokens.CodeExpired && v1:
		e.Codes = []int{70002, 70008}
	}
}

// writeFailure answers a failure as JSON or as a page.
func (c *call) writeFailure(w http.ResponseWriter, rt route, err error) {
	if f, _ := failureOf(err); f.code == 90033 && c.Log != nil {
		c.Log.ErrorContext(c.logContext(), "sign-in: request failed", "method", c.http.Method, "path", c.http.URL.Path, "error", err)
	}
	c.advise(err)
	noStore(w.Header())
	status, e := c.envelope(err)
	if rt.pages {
		c.failurePage(status, e).write(w, c)
		return
	}
	c.telemetry(w.Header(), e.Codes[0])
	writeJSON(w, status, e)
}

// telemetry answers a client that sent telemetry (identity.md 2.1).
func (c *call) telemetry(h http.Header, code int) {
	if c.http.Header.Get("x-client-current-telemetry") != "" || c.http.Header.Get("x-client-SKU") != "" {
		h.Set("x-ms-clitelem", "1,"+strconv.Itoa(code)+",0,,")
	}
}

// advise says in the log what a fixture lacks for a request that is refused.
func (c *call) advise(err error) {
	r, ok := refusal(err)
	if !ok || c.Log == nil {
		return
	}
	advice := ""
	switch r.Reason {
	case tokens.ClientUnknown:
		advice = "add the application to the fixture's tenant, with consentedIn for each tenant that uses it, or start with --lenient"
	case tokens.RedirectUnknown:
		advice = "add the address to the application's redirectUris in the fixture, or start with --lenient"
	case tokens.RedirectNone:
		advice = "give the application redirectUris in the fixture, or start with --lenient"
	case tokens.ConsentMissing:
		advice = "add the permissions to the application in the fixture and the tenant to its consentedIn, or start with --lenient"
	case tokens.ResourceUnknown:
		advice = "add the API as an application with identifierUris to the fixture"
	default:
		return
	}
	c.Log.InfoContext(c.logContext(), "sign-in refused", "why", r.Error(), "advice", advice)
}
