package sts

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// authorization is a request to the authorize endpoint.
type authorization struct {
	version  int
	client   state.Application
	redirect string
	kind     tokens.RedirectKind

	code, id, token bool // what is asked for
	mode            string
	state           string
	scopes          tokens.Scopes
	others          []tokens.Scopes // further resources that the person is asked to consent to
	resource        string
	wanted          wanted
	consent         bool // prompt=consent
}

// Response modes.
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeForm     = "form_post"
)

func (c *call) authorizeV2() (reply, error) { return c.authorize(versionTwo) }
func (c *call) authorizeV1() (reply, error) { return c.authorize(versionOne) }

// pageFields are the fields of our own forms; everything else is what the application asked for.
func pageFields() []string {
	return []string{flowField, "loginfmt", "passwd", "otc", "account", "action", "everybody", consentMark, reviewMark, deviceMark}
}

// own is what the address of a flow holds: the request without the fields of our pages.
func (c *call) own() url.Values {
	own := maps.Clone(c.form)
	for _, name := range pageFields() {
		delete(own, name)
	}
	return own
}

// authorize signs somebody in to an application. What cannot be answered to the application is a page; everything else is
// an error at its redirect address (identity.md 2.4).
func (c *call) authorize(version int) (reply, error) {
	a := authorization{version: version}
	if err := c.readClient(&a); err != nil {
		return reply{}, err
	}
	v := c.visit(c.own())
	if err := c.readAsked(&a); err != nil {
		return v.refuse(a, err)
	}
	return v.grant(a)
}

// readClient reads who asks and where the answer goes; failures are pages.
func (c *call) readClient(a *authorization) error {
	id := c.param("client_id")
	if id == "" {
		return tokens.Refuse(tokens.ParameterMissing, "client_id")
	}
	c.attempt.AppID = id
	var err error
	if a.client, err = tokens.FindClient(c.tx, c.tenant, id, c.pass); err != nil {
		return err
	}
	c.attempt.AppName = a.client.DisplayName
	if a.redirect, a.kind, err = tokens.MatchRedirect(c.tx, a.client, c.param("redirect_uri"), c.pass); err != nil {
		return err
	}
	return tokens.CheckAuthority(c.tx, a.client, c.tenant, c.pass)
}

// readAsked reads what is asked for; failures are answered to the application.
func (c *call) readAsked(a *authorization) error {
	a.state, a.resource = c.param("state"), c.param("resource")
	if err := a.readResponse(c.param("response_type"), c.param("response_mode")); err != nil {
		return err
	}
	switch {
	case a.version == versionTwo && a.resource != "":
		return tokens.Refuse(tokens.ResourceAtV2)
	case a.version == versionTwo && strings.TrimSpace(c.param("scope")) == "":
		return tokens.Refuse(tokens.ParameterMissing, "scope")
	case a.id && c.param("nonce") == "":
		return tokens.Refuse(tokens.ParameterMissing, "nonce")
	case a.kind == tokens.RedirectSPA && a.code && c.param("code_challenge") == "":
		return tokens.Refuse(tokens.ParameterMissing, "code_challenge")
	}
	if m := c.param("code_challenge_method"); m != "" && !strings.EqualFold(m, "S256") && !strings.EqualFold(m, "plain") {
		return tokens.Refuse(tokens.RequestMalformed)
	}
	if a.version != versionTwo {
		a.scopes = tokens.ForResource(a.resource)
		return c.readPrompt(a)
	}
	each, err := tokens.ParseEach(c.param("scope"))
	switch {
	case err != nil:
		return err
	case len(each) > 1 && (a.id || a.token):
		return tokens.Refuse(tokens.ResourcesSeveral, c.param("scope"))
	}
	a.scopes, a.others = each[0], each[1:]
	return c.readPrompt(a)
}

// readPrompt reads how the person is asked.
func (c *call) readPrompt(a *authorization) error {
	w := wanted{tenant: c.tenant, hint: c.param("login_hint"), app: a.client.DisplayName}
	for p := range strings.FieldsSeq(c.param("prompt")) {
		switch p {
		case "none":
			w.silent = true
		case "login", "create":
			w.again = true
		case "select_account":
			w.pick = true
		case "consent", "admin_consent":
			a.consent = true
		case "attempt_none":
		default:
			return tokens.Refuse(tokens.PromptUnknown, p)
		}
	}
	w.personal = c.tenant.Consumers() || c.tenant.ID == "" && c.param("domain_hint") == "consumers"
	w.work = c.segment == segOrganizations || c.tenant.ID == "" && c.param("domain_hint") == "organizations"
	if age := c.param("max_age"); age != "" {
		seconds, err := strconv.Atoi(age)
		if err != nil || seconds < 0 {
			return tokens.Refuse(tokens.RequestMalformed)
		}
		w.limited, w.maxAge = true, time.Duration(seconds)*time.Second
	}
	if hint := c.param("id_token_hint"); hint != "" && w.hint == "" {
		w.hint = c.hinted(hint)
	}
	w.code = c.codeAllowed
	a.wanted = w
	return nil
}

// readResponse reads response_type and response_mode.
func (a *authorization) readResponse(types, mode string) error {
	if types == "" {
		return tokens.Refuse(tokens.ParameterMissing, "response_type")
	}
	for t := range strings.FieldsSeq(types) {
		switch t {
		case "code":
			a.code = true
		case "id_token":
			a.id = true
		case "token":
			a.token = true
		default:
			return tokens.Refuse(tokens.ResponseUnknown, types)
		}
	}
	a.mode = mode
	direct := a.id || a.token
	switch {
	case mode == "" && direct:
		a.mode = modeFragment
	case mode == "":
		a.mode = modeQuery
	case !slices.Contains([]string{modeQuery, modeFragment, modeForm}, mode):
		a.mode = modeQuery
		return tokens.Refuse(tokens.ModeUnknown, mode)
	case mode == modeQuery && direct: // a token in a query would end in logs
		a.mode = modeFragment
		return tokens.Refuse(tokens.ModeUnknown, mode)
	}
	spa := a.kind == tokens.RedirectSPA && len(a.client.SPARedirects) > 0
	switch {
	case a.id && !a.client.ImplicitIDToken && !spa:
		return tokens.Refuse(tokens.ImplicitOff, "id_token")
	case a.token && !a.client.ImplicitAccessToken:
		return tokens.Refuse(tokens.ImplicitOff, "token")
	}
	return nil
}

// grant asks what has to be asked and answers the application.
func (v *visit) grant(a authorization) (reply, error) {
	who, rep, err := v.signIn(a.wanted)
	switch {
	case err != nil:
		return v.refuse(a, err)
	case rep != nil:
		return *rep, nil
	}
	v.flow.settle(who.Account)
	t, err := v.tenantFor(who.Account, a.client)
	if err != nil {
		return v.refuseVisit(a, err)
	}
	u, rep, err := v.admit(a, who, t)
	switch {
	case err != nil:
		return v.refuseVisit(a, err)
	case rep != nil:
		return *rep, nil
	}
	v.attempt.UserID, v.attempt.UPN = u.ID, u.UserPrincipalName
	for _, s := range append([]tokens.Scopes{a.scopes}, a.others...) {
		rep, err := v.consent(consentRequest{client: a.client, scopes: s, tenant: t, user: u, silent: a.wanted.silent, always: a.consent})
		switch {
		case err != nil:
			return v.refuse(a, err)
		case rep != nil:
			return *rep, nil
		}
	}
	return v.answer(a, who, t, u)
}

// tenantFor is the organisation that is signed in to: the one in the path, or where the account is at home.
func (v *visit) tenantFor(a state.Account, client state.Application) (state.Tenant, error) {
	t := v.tenant
	if t.ID == "" {
		t, _ = v.tx.Tenant(a.TenantID)
	}
	if t.Consumers() && !tokens.TakesPersonal(client) {
		return t, tokens.Refuse(tokens.ClientNotPersonal, client.AppID)
	}
	return t, nil
}

// admit lets somebody in, with the pages on the way: an invited guest redeems at once (identity.md 5.2).
func (v *visit) admit(a authorization, who state.SessionAccount, t state.Tenant) (state.User, *reply, error) {
	visit := tokens.Visit{Account: who.Account, AuthTime: who.AuthTime, AMR: who.AMR, Tenant: t, Client: a.client, ProvesMFA: true}
	u, err := v.Tokens.Admit(v.tx, visit)
	r, ok := refusal(err)
	switch {
	case !ok:
		return u, nil, err
	case r.Reason == tokens.MFARequired && !a.wanted.silent:
		rep := v.askMFA(v.nameOf(who.Account))
		return u, &rep, nil
	case r.Reason != tokens.PendingRedemption || a.wanted.silent:
		return u, nil, err
	}
	rep, err := v.review(t, who.Account, "")
	if err != nil || rep != nil {
		return u, rep, err
	}
	if _, err := v.B2B.RedeemInTime(v.tx, u, who.Account); err != nil {
		return u, nil, redemptionRefusal(v.call, err, who.Account, t)
	}
	u, err = v.Tokens.Admit(v.tx, visit)
	return u, nil, err
}

// refuseVisit answers that somebody may not in: to a silent request as an error, to a person as a page.
func (v *visit) refuseVisit(a authorization, err error) (reply, error) {
	r, ok := refusal(err)
	if !ok {
		return reply{}, err
	}
	if a.wanted.silent {
		if r.Reason == tokens.NotInTenant || r.Reason == tokens.PendingRedemption {
			err = &tokens.Refusal{Reason: tokens.AccountUnsuited, Err: err}
		}
		return v.refuse(a, err)
	}
	if r.Reason == tokens.ConsentDeclined {
		return v.refuse(a, err)
	}
	return reply{}, err
}

// refuse answers an error at the application's address.
func (v *visit) refuse(a authorization, err error) (reply, error) {
	r, ok := refusal(err)
	if !ok {
		return reply{}, err
	}
	if r.Reason == tokens.AdminConsentNeeded {
		return reply{}, err
	}
	_, e := v.envelope(err)
	name := e.Error
	switch r.Reason {
	case tokens.ConsentMissing:
		name = consentRequired
	case tokens.MFARequired, tokens.MFAUnregistered:
		name = interactionRequired
	case tokens.PasswordChanged, tokens.SessionRevoked:
		name = loginRequired
	default:
		if name == invalidGrant {
			name = interactionRequired
		}
	}
	params := []field{{"error", name}, {"error_description", e.Description}, {"error_uri", e.URI}}
	if e.Suberror != "" && a.wanted.silent {
		params = append(params, field{"suberror", e.Suberror})
	}
	if a.state != "" {
		params = append(params, field{"state", a.state})
	}
	v.advise(err)
	if a.mode == "" {
		a.mode = modeQuery
	}
	return v.respond(a, params), nil
}
