package spoapi

import (
	"net/http"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// acceptInvite is _layouts/15/acceptinvite.aspx: SharePoint's own page of redemption, which first of all asks for the kind
// of account (sharepoint.md 7.1). The sign-in that follows leads to [page.redeem].
func acceptInvite(p *page) (any, error) {
	id := strings.ToLower(strings.Trim(p.http.URL.Query().Get("invitation"), "{} "))
	invitation, at, err := sharing.OpenInvitation(p.tx, p.tenant.ID, id)
	if err != nil {
		return nil, err
	}
	if invitation.State == state.SharingRedeemed && p.caller.User.ID != "" && p.caller.User.ID == invitation.RedeemedBy {
		return redirect(p.pageAddress(at)), nil
	}
	if p.http.Method == http.MethodPost {
		if err := p.checkForm(); err != nil {
			return nil, err
		}
		return p.chosen(signingIn{back: p.back(), invitation: invitation.ID})
	}
	if err := p.begin(); err != nil {
		return nil, err
	}
	return view{kind: "account-type", title: "You are invited", body: "account-type", data: p.invited(invitation)}, nil
}

// chosen goes on to the sign-in service with the kind of account that was chosen.
func (p *page) chosen(s signingIn) (any, error) {
	s.again = p.form.Get("other") != ""
	switch p.form.Get("account") {
	case "organizational":
		s.segment = anyOrganisation
	case "microsoft":
		s.segment = anyPersonal
	default:
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "account", "Choose one of the two kinds of account.")
	}
	return p.toSignIn(s)
}

// invitedTo is what the invitation page tells.
type invitedTo struct {
	Inviter, Organisation, Place, Message string
	Other                                 bool // ask at the sign-in which account
}

func (p *page) invited(i state.SharingInvitation) invitedTo {
	w := invitedTo{Inviter: "Somebody", Organisation: p.tenant.DisplayName, Message: i.Message, Other: p.http.URL.Query().Get("other") != ""}
	if u, ok := p.tx.User(p.tenant.ID, i.InviterID); ok {
		w.Inviter = u.DisplayName
	}
	if at, err := drive.PlaceOf(p.tx, p.tenant.ID, i.Target); err == nil {
		w.Place = placeName(at)
	}
	return w
}

// redeem redeems an invitation with the account that has just signed in, and leads to what was shared.
func (p *page) redeem(invitation string, a state.Account) (any, error) {
	landing, err := p.Sharing.Redeem(p.tx, invitation, sharing.Visit{Tenant: p.tenant.ID, Account: a, Origin: p.origin})
	if err != nil {
		return nil, &redemptionError{err: err, invitation: invitation}
	}
	p.become()
	return redirect(p.pageAddress(landing.At)), nil
}

// redemptionError is a refused redemption: its page offers to try with another account.
type redemptionError struct {
	err        error
	invitation string
}

func (e *redemptionError) Error() string { return e.err.Error() }
func (e *redemptionError) Unwrap() error { return e.err }
