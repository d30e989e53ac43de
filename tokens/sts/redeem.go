package sts

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// redeemElsewhere leads from the invitations host, whose address mails hold, to the one page (identity.md 5.1).
func (c *call) redeemElsewhere() (reply, error) {
	inner := c.place.Origin.Invitations() + "/redeem/?" + c.http.URL.RawQuery
	h := http.Header{}
	h.Set("Location", c.login+"/redeem?rd="+url.QueryEscape(inner))
	return reply{status: http.StatusFound, header: h}, nil
}

// redeem is Entra's redemption page: sign in at home, review what the organisation asks for, then on to where the
// invitation leads (identity.md 5.2).
func (c *call) redeem() (reply, error) {
	target, ok := links.Follow(c.param("rd"), publicHost(c.tx))
	if !ok || target.Kind != links.B2BRedemption || target.Place.Service != links.Invitations {
		return reply{}, tokens.Refuse(tokens.InvitationUnknown)
	}
	inv, err := c.B2B.Open(c.tx, target.Tenant, target.ID, target.Ticket)
	if err != nil {
		return reply{}, &tokens.Refusal{Reason: tokens.InvitationUnknown, Err: err}
	}
	if c.tenant, ok = c.tx.Tenant(inv.TenantID); !ok {
		return reply{}, tokens.Refuse(tokens.InvitationUnknown)
	}
	v := c.visit(c.own())
	who, rep, err := v.signIn(wanted{tenant: c.tenant, hint: inv.Email, prefill: true, app: c.tenant.DisplayName, code: func(address string) bool {
		return c.codeAllowed(address) || strings.EqualFold(address, inv.Email) && directory.CodesAllowed(c.tx, c.tenant.ID)
	}})
	switch {
	case err != nil:
		return reply{}, err
	case rep != nil:
		return *rep, nil
	}
	v.flow.settle(who.Account)
	return v.redeemAs(inv, who)
}

func (v *visit) redeemAs(inv state.Invitation, who state.SessionAccount) (reply, error) {
	if err := v.B2B.CheckAccount(v.tx, inv, who.Account); err != nil {
		return reply{}, redemptionRefusal(v.call, err, who.Account, v.tenant, inv.Email)
	}
	if home, ok := v.tx.User(who.Account.TenantID, who.Account.ObjectID); ok && home.MFARequired {
		return v.askMFA(v.nameOf(who.Account)), nil
	}
	guest, ok := v.tx.User(inv.TenantID, inv.UserID)
	if !ok || guest.ExternalState != state.Accepted {
		rep, err := v.review(v.tenant, who.Account, inv.InviterName)
		if r, ok := refusal(err); ok && r.Reason == tokens.ConsentDeclined {
			return v.ask(&page{
				Kind: "declined", Title: "You declined the invitation", Account: v.nameOf(who.Account),
				Lead: []string{"Nothing was changed. The link in your invitation stays good if you think better of it."},
			}), nil
		}
		if err != nil {
			return reply{}, err
		}
		if rep != nil {
			return *rep, nil
		}
	}
	if _, err := v.B2B.Redeem(v.tx, inv, who.Account); err != nil {
		return reply{}, redemptionRefusal(v.call, err, who.Account, v.tenant, inv.Email)
	}
	to := inv.RedirectURL
	if to == "" {
		to = "https://myapplications.microsoft.com/?tenantid=" + inv.TenantID
	}
	return v.leave(to), nil
}

// reviewMark is the hidden field that tells the answer to the organisation's request from any other.
const reviewMark = "reviewfor"

// review asks for a guest's yes to the organisation's permission request; nil once it is given, or where both
// organisations waive it. A no is ConsentDeclined.
func (v *visit) review(t state.Tenant, a state.Account, inviter string) (*reply, error) {
	if v.flow.Reviewed || a.Kind == state.HomeEntra && directory.AutomaticRedemption(v.tx, t.ID, a.TenantID) {
		return nil, nil
	}
	if v.param(reviewMark) == t.ID {
		switch v.submitted() {
		case "accept":
			v.flow.Reviewed = true
			return nil, nil
		case "cancel":
			return nil, tokens.Refuse(tokens.ConsentDeclined)
		}
	}
	lead := []string{"Permission requested by: " + t.DisplayName + " (" + t.DefaultDomain() + ")"}
	if inviter != "" {
		lead = append(lead, "You were invited by "+inviter+".")
	}
	rep := v.ask(&page{
		Kind: "review", Title: "Review permissions", Account: v.nameOf(a),
		Lead: append(lead, "By accepting, you allow "+t.DisplayName+" to:"),
		List: []string{
			"Receive your profile data: your name, email address and photo",
			"Collect and log your activity: your access, usage and content associated with its apps and resources",
			"Use your profile data and activity to create, control and administer an account for you in its directory",
		},
		Form: &form{
			Hidden:  []field{{reviewMark, t.ID}},
			Buttons: []button{{"action", "accept", "Accept", true}, {"action", "cancel", "Cancel", false}},
		},
	})
	return &rep, nil
}

// redemptionRefusal is a failed redemption as this face says it.
func redemptionRefusal(c *call, err error, a state.Account, t state.Tenant, invited ...string) error {
	name := a.Address
	if u, ok := c.tx.User(a.TenantID, a.ObjectID); ok {
		name = u.UserPrincipalName
	}
	to := "another address"
	if len(invited) > 0 {
		to = invited[0]
	}
	home, _ := c.tx.Tenant(a.TenantID)
	switch problem.ReasonOf(err) {
	case problem.CrossTenantBlocked:
		return &tokens.Refusal{Reason: tokens.InboundBlocked, Args: []any{t.DisplayName}, Err: err}
	case problem.OutboundBlocked:
		return &tokens.Refusal{Reason: tokens.OutboundBlocked, Args: []any{home.DisplayName}, Err: err}
	case problem.InviteDomainBlocked:
		return &tokens.Refusal{Reason: tokens.InvitationBlocked, Args: []any{t.DisplayName}, Err: err}
	case problem.InvitationNotFound:
		return &tokens.Refusal{Reason: tokens.InvitationUnknown, Err: err}
	case problem.WrongAccount, problem.AccountTypeNotAllowed:
		return &tokens.Refusal{Reason: tokens.WrongInvitee, Args: []any{to, name}, Err: err}
	default:
		return err
	}
}

// codeAllowed tells whether an address without an account may prove itself by a code: somebody who was invited under it.
func (c *call) codeAllowed(address string) bool {
	if c.tenant.ID == "" || !directory.CodesAllowed(c.tx, c.tenant.ID) {
		return false
	}
	a := state.Account{Kind: state.HomeOTP, Address: strings.ToLower(strings.TrimSpace(address))}
	if _, ok := directory.ObjectOf(c.tx, c.tenant.ID, a); ok {
		return true
	}
	_, ok := directory.PendingOf(c.tx, c.tenant.ID, a)
	return ok
}

// hinted is the account that an id token was issued for; "" where it cannot be read.
func (c *call) hinted(idToken string) string {
	u, ok := c.Tokens.Hinted(c.tx, idToken)
	if !ok {
		return ""
	}
	if home, ok := c.tx.User(u.Home.TenantID, u.Home.ObjectID); ok {
		return home.UserPrincipalName
	}
	if u.External() {
		return u.Mail
	}
	return u.UserPrincipalName
}
