package sts

import (
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// consentRequest asks whether an application has what it asks for, and for the person's yes where it has not.
type consentRequest struct {
	client state.Application
	scopes tokens.Scopes
	tenant state.Tenant
	user   state.User
	silent bool
	always bool // the application wants the page in any case
}

// consent returns nil once everything asked for is given; before that the page that asks, or the refusal.
func (v *visit) consent(r consentRequest) (*reply, error) {
	asked, err := tokens.FindAPI(v.tx, r.tenant, r.scopes)
	if err != nil {
		return nil, err
	}
	_, err = asked.Granted(v.tx, r.tenant, r.client, r.user.ID, v.pass)
	why, refused := refusal(err)
	switch {
	case err == nil && (!r.always || v.flow.Consents || r.client.WellKnown):
		return nil, nil
	case err != nil && (!refused || why.Reason != tokens.ConsentMissing), r.silent:
		return nil, err
	}
	wants, err := tokens.Wanted(v.tx, asked, r.client, r.tenant, r.user)
	if err != nil {
		return nil, err
	}
	switch v.submitted() {
	case "accept":
		if v.param(consentMark) == asked.API.AppID {
			v.flow.Consents = true
			return nil, v.giveConsent(r, wants)
		}
	case "cancel":
		if v.param(consentMark) == asked.API.AppID {
			return nil, tokens.Refuse(tokens.ConsentDeclined)
		}
	}
	return v.askConsent(r, wants), nil
}

// consentMark is the hidden field by which the answer to this page is told from that to another one of the same flow.
const consentMark = "consentfor"

func (v *visit) askConsent(r consentRequest, wants tokens.Wish) *reply {
	list := make([]string, 0, len(wants.Scopes))
	for _, s := range wants.Scopes {
		list = append(list, wants.Text(s))
	}
	f := &form{
		Hidden:  []field{{consentMark, wants.API.AppID}},
		Buttons: []button{{"action", "accept", "Accept", true}, {"action", "cancel", "Cancel", false}},
	}
	if wants.Admin {
		f.Inputs = []input{{Name: "everybody", Value: "1", Label: "Consent on behalf of your organization", Check: true}}
	}
	publisher := "unverified"
	if t, ok := v.tx.Tenant(r.client.TenantID); ok {
		publisher = t.DisplayName
	}
	rep := v.ask(&page{
		Kind: "consent", Title: "Permissions requested", Account: v.nameOf(v.flow.who()), List: list, Form: f,
		Lead: []string{
			r.client.DisplayName + " (publisher: " + publisher + ") would like to use " + wants.Resource + " in " + r.tenant.DisplayName + ":",
		},
	})
	return &rep
}

// giveConsent installs the application and stores what it was given, for the person or for everybody.
func (v *visit) giveConsent(r consentRequest, wants tokens.Wish) error {
	by := directory.Principal{
		Tenant: r.tenant.ID, User: r.user, IPAddress: v.address(), UserAgent: v.http.UserAgent(), CorrelationID: v.correlation,
	}
	user := r.user.ID
	if wants.Admin && v.param("everybody") != "" {
		user = ""
	}
	return wants.Give(v.tx, by, r.client, user)
}
