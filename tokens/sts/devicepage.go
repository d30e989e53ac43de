package sts

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// deviceLogin leads from the address that people type to the page of the sign-in host.
func (c *call) deviceLogin() (reply, error) {
	q := url.Values{}
	if code := c.param("otc"); code != "" {
		q.Set("otc", code)
	}
	h := http.Header{}
	h.Set("Location", withQuery(c.login+"/common/oauth2/deviceauth", q))
	return reply{status: http.StatusFound, header: h}, nil
}

// deviceAuth is the page where a person types a device's code, signs in and says yes (identity.md 2.7).
func (c *call) deviceAuth() (reply, error) {
	v := c.visit(nil)
	if v.flow.Code == "" {
		code := strings.TrimSpace(v.param("otc"))
		if !v.posted || code == "" {
			return v.askDeviceCode(code, ""), nil
		}
		if _, err := v.Tokens.WaitingDevice(v.tx, code); err != nil {
			return v.askDeviceCode("", v.alert(err)), nil
		}
		v.flow.Code = code
		v.form.Del("otc")
	}
	d, err := v.Tokens.WaitingDevice(v.tx, v.flow.Code)
	if err != nil {
		v.flow.Code = ""
		return v.askDeviceCode("", v.alert(err)), nil
	}
	client, err := tokens.FindClient(v.tx, v.tenant, d.AppID, v.pass)
	if err != nil {
		return reply{}, err
	}
	return v.answerDevice(d, client)
}

func (v *visit) askDeviceCode(typed, alert string) reply {
	return v.ask(&page{
		Kind: "device-code", Title: "Enter code", Alert: alert, Lead: []string{"Enter the code that your app or device shows."}, Form: &form{
			Inputs:  []input{{Name: "otc", Label: "Code", Type: "text", Value: typed, Complete: "off"}},
			Buttons: []button{{Label: "Next", Main: true}},
		},
	})
}

func (v *visit) answerDevice(d state.DeviceCode, client state.Application) (reply, error) {
	// The organisation is the one that the device asked at.
	v.segment, v.tenant = d.TenantSegment, state.Tenant{}
	if err := v.findTenant(); err != nil {
		return reply{}, err
	}
	a := authorization{client: client, wanted: wanted{
		tenant: v.tenant, work: v.segment == segOrganizations, personal: v.tenant.Consumers(), app: client.DisplayName, code: v.codeAllowed,
	}}
	who, rep, err := v.signIn(a.wanted)
	switch {
	case err != nil:
		return reply{}, err
	case rep != nil:
		return *rep, nil
	}
	v.flow.settle(who.Account)
	if rep, declined := v.confirmDevice(client); rep != nil {
		return *rep, nil
	} else if declined {
		v.Tokens.AnswerDevice(v.tx, d, nil)
		return v.ask(&page{Kind: "done", Title: "You declined", Lead: []string{"Nobody was signed in on the device. You can close this window."}}), nil
	}
	return v.approveDevice(a, d, who)
}

// confirmDevice asks whether the person really means this application: he may have been talked into typing the code.
func (v *visit) confirmDevice(client state.Application) (rep *reply, declined bool) {
	if v.flow.Confirmed {
		return nil, false
	}
	if v.param(deviceMark) == v.flow.Code {
		switch v.submitted() {
		case "accept":
			v.flow.Confirmed = true
			return nil, false
		case "cancel":
			return nil, true
		}
	}
	ask := v.ask(&page{
		Kind: "device-confirm", Title: "Are you trying to sign in to " + client.DisplayName + "?", Account: v.nameOf(v.flow.who()),
		Lead: []string{"Only continue if you have asked for this yourself on the device that shows the code."},
		Form: &form{
			Hidden:  []field{{deviceMark, v.flow.Code}},
			Buttons: []button{{"action", "accept", "Continue", true}, {"action", "cancel", "Cancel", false}},
		},
	})
	return &ask, false
}

const deviceMark = "devicefor"

func (v *visit) approveDevice(a authorization, d state.DeviceCode, who state.SessionAccount) (reply, error) {
	t, err := v.tenantFor(who.Account, a.client)
	if err != nil {
		return reply{}, err
	}
	u, rep, err := v.admit(a, who, t)
	switch {
	case err != nil:
		return reply{}, err
	case rep != nil:
		return *rep, nil
	}
	scopes, err := tokens.ParseScopes(d.Scope)
	if err != nil {
		return reply{}, err
	}
	if rep, err := v.consent(consentRequest{client: a.client, scopes: scopes, tenant: t, user: u}); err != nil {
		if r, ok := refusal(err); ok && r.Reason == tokens.ConsentDeclined {
			v.Tokens.AnswerDevice(v.tx, d, nil)
			return v.ask(&page{Kind: "done", Title: "You declined", Lead: []string{"You can close this window."}}), nil
		}
		return reply{}, err
	} else if rep != nil {
		return *rep, nil
	}
	v.Tokens.AnswerDevice(v.tx, d, &tokens.Approval{
		Account: who.Account, TenantID: t.ID, UserID: u.ID, SessionID: v.join(a.client, t), AuthTime: who.AuthTime, AMR: who.AMR,
	})
	return v.ask(&page{Kind: "done", Title: "You have signed in", Lead: []string{
		"You have signed in to " + a.client.DisplayName + " on your device. You may now close this window.",
	}}), nil
}

// adminConsentV1 and adminConsentV2 are the pages by which an administrator consents for everybody (identity.md 1.9).
func (c *call) adminConsentV1() (reply, error) { return c.adminConsent(versionOne) }
func (c *call) adminConsentV2() (reply, error) { return c.adminConsent(versionTwo) }

func (c *call) adminConsent(version int) (reply, error) {
	a := authorization{version: version, mode: modeQuery}
	if err := c.readClient(&a); err != nil {
		return reply{}, err
	}
	a.state = c.param("state")
	v := c.visit(c.own())
	if version == versionTwo {
		if c.param("scope") == "" {
			return v.refuse(a, tokens.Refuse(tokens.ParameterMissing, "scope"))
		}
		var err error
		if a.scopes, err = tokens.ParseScopes(c.param("scope")); err != nil {
			return v.refuse(a, err)
		}
	}
	a.wanted = wanted{tenant: c.tenant, work: true, app: a.client.DisplayName}
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
		return reply{}, err
	}
	u, rep, err := v.admit(a, who, t)
	switch {
	case err != nil:
		return reply{}, err
	case rep != nil:
		return *rep, nil
	case !tokens.Administrator(v.tx, u):
		return reply{}, tokens.Refuse(tokens.AdminConsentNeeded, a.client.DisplayName)
	}
	return v.consentForAll(a, t, u)
}

// consentForAll asks the administrator and tells the application. Without scopes it is about everything that the
// registration asks for, application permissions included.
func (v *visit) consentForAll(a authorization, t state.Tenant, u state.User) (reply, error) {
	wishes, err := tokens.AdminWishes(v.tx, a.client, t, a.scopes, u)
	if err != nil {
		return v.refuse(a, err)
	}
	answer := ""
	if v.param(consentMark) == a.client.AppID {
		answer = v.submitted()
	}
	switch answer {
	case "":
		return *v.askAdminConsent(a, t, wishes), nil
	case "cancel":
		return v.declineAdminConsent(a), nil
	}
	by := directory.Principal{Tenant: t.ID, User: u, IPAddress: v.address(), UserAgent: v.http.UserAgent(), CorrelationID: v.correlation}
	if err := tokens.GiveAll(v.tx, by, a.client, t, a.scopes, wishes); err != nil {
		return reply{}, err
	}
	params := []field{{"admin_consent", "True"}, {"tenant", t.ID}}
	if a.version == versionTwo {
		params = append(params, field{"scope", a.scopes.Text})
	}
	if a.state != "" {
		params = append(params, field{"state", a.state})
	}
	return v.respond(a, params), nil
}

func (v *visit) askAdminConsent(a authorization, t state.Tenant, wishes []tokens.Wish) *reply {
	var list []string
	for _, w := range wishes {
		for _, s := range w.Scopes {
			list = append(list, w.Resource+": "+w.Text(s))
		}
		for _, r := range w.Roles {
			list = append(list, w.Resource+", without a user: "+r)
		}
	}
	rep := v.ask(&page{
		Kind: "consent", Title: "Permissions requested", Account: v.nameOf(v.flow.who()), List: list,
		Lead: []string{"Review for your organization: " + a.client.DisplayName + " would like these permissions for everybody in " + t.DisplayName + ":"},
		Form: &form{
			Hidden:  []field{{consentMark, a.client.AppID}},
			Buttons: []button{{"action", "accept", "Accept", true}, {"action", "cancel", "Cancel", false}},
		},
	})
	return &rep
}

// declineAdminConsent tells the application that the administrator said no, in its version's words.
func (v *visit) declineAdminConsent(a authorization) reply {
	_, e := v.envelope(tokens.Refuse(tokens.ConsentDeclined))
	name, description := "permission_denied", "The admin canceled the request"
	if a.version == versionTwo {
		name, description = consentRequired, e.Description
	}
	params := []field{{"error", name}, {"error_description", description}}
	if a.state != "" {
		params = append(params, field{"state", a.state})
	}
	return v.respond(a, params)
}
