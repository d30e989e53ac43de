package sharing

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Actions that can be explained.
const (
	ActionRead            = "read"
	ActionWrite           = "write"
	ActionShare           = "share"
	ActionShareExternally = "shareExternally"
	ActionAnonymousLink   = "anonymousLink"
	ActionSync            = "sync"
	ActionInvite          = "invite"
)

// Explain answers "may who do action at this place": actions are read, write, share, shareExternally, anonymousLink, sync,
// invite. recipient is whom it is to be shared with, "" where it does not matter.
// Whoever may not sign in may do nothing.
func (m Manager) Explain(tx *state.Tx, who directory.Principal, action string, at drive.Place, recipient string) Explanation {
	if who.User.ID != "" && !who.User.AccountEnabled {
		return explained(problem.For(problem.Denied, problem.UserDisabled, "accountEnabled", "the account is disabled"), "")
	}
	switch action {
	case ActionRead:
		return explainAccess(AccessTo(tx, who, at), state.RoleRead)
	case ActionWrite:
		return explainAccess(AccessTo(tx, who, at), state.RoleWrite)
	case ActionSync:
		return explainSync(tx, who, at)
	case ActionInvite:
		return explainInvite(tx, who, recipient)
	case ActionShare, ActionShareExternally, ActionAnonymousLink:
		return m.explainShare(tx, who, action, at, recipient)
	}
	return explained(problem.For(problem.Invalid, problem.InvalidProperty, "action", "%q is no action that can be explained", action), "")
}

// explained is an answer from an error; granted says what decided where there is none.
func explained(err error, granted string) Explanation {
	if err == nil {
		return Explanation{Allowed: true, Setting: granted, Text: "allowed by " + granted}
	}
	e := problem.As(err)
	if cause := e.Err; cause != nil && e.Reason == problem.AccessDenied {
		e = problem.As(cause)
	}
	return Explanation{Reason: e.Reason.String(), Setting: e.Target, Text: e.Detail}
}

func explainAccess(a Access, need state.Role) Explanation {
	if err := a.Require(need); err != nil {
		out := explained(err, "")
		if out.Setting == "" {
			out.Setting, out.Text = "permissions", "no permission that reaches this place gives "+string(need)
			if a.Role != "" {
				out.Setting = a.Via
				out.Text = "the " + a.Via + " gives " + string(a.Role) + " only"
			}
		}
		return out
	}
	return explained(nil, a.Via)
}

// explainShare decides as a share would, without doing it.
func (m Manager) explainShare(tx *state.Tx, who directory.Principal, action string, at drive.Place, recipient string) Explanation {
	d := m.deal(tx, who, at, links.Origin{})
	p := Party{Kind: KindMember}
	switch {
	case action == ActionAnonymousLink:
		p.Kind = KindAnyone
	case recipient != "":
		var err error
		if p, err = Resolve(tx, at.Site, Recipient{LoginName: recipient}); err != nil {
			return explained(err, "")
		}
	case action == ActionShareExternally:
		p = Party{Kind: KindNewAddress, Address: anybody(d.policy)}
	}
	q := Question{Policy: d.policy, By: d.sharer, Item: d.item(), To: Whom{Kind: p.Kind, Address: p.Address, InSite: recipient == "" || d.inSite(p)}}
	way, err := Decide(q)
	if err != nil {
		return explained(err, "")
	}
	out := explained(nil, d.decidedBy(p))
	switch way {
	case GrantNow:
		out.Text = "a permission is given at once"
	case Invite:
		out.Text = "SharePoint sends an invitation of its own; the guest appears when it is redeemed"
	case Code:
		out.Text = "a link for this address, opened with a code by mail; no guest appears"
	case AskB2B:
		return explainInvitedShare(tx, who, p, out)
	case Link:
		out.Text = "a link can be made"
	case Refused:
	}
	return out
}

// decidedBy names the setting that let a share pass: the stricter of the levels, for people of the organisation the
// sharer's own right.
func (d *deal) decidedBy(p Party) string {
	if p.Kind == KindMember || p.Kind == KindGroup || p.Kind == KindOrganization {
		return "role"
	}
	if d.policy.Site.Rank() < d.policy.Tenant.Rank() {
		return settingSite
	}
	return d.policy.TenantSetting
}

// explainInvitedShare adds what the B2B manager would say.
func explainInvitedShare(tx *state.Tx, who directory.Principal, p Party, out Explanation) Explanation {
	if invite := explainInvite(tx, who, p.Address); !invite.Allowed {
		return invite
	}
	out.Text = "the B2B manager makes the guest at once"
	return out
}

// explainInvite is what the Entra B2B manager decides by: who may invite, and the domain list.
func explainInvite(tx *state.Tx, who directory.Principal, recipient string) Explanation {
	t, _ := tx.Tenant(who.Tenant)
	if err := directory.InvitationsAllowed(t.Authorization.AllowInvitesFrom, directory.InviterOf(tx, who)); err != nil {
		out := explained(err, "")
		out.Setting = "allowInvitesFrom"
		return out
	}
	if recipient == "" {
		return explained(nil, "allowInvitesFrom")
	}
	if directory.OwnsAddress(t, recipient) {
		return explained(problem.For(problem.Invalid, problem.InviteeInTenant, "domains", "%s belongs to the organisation itself", recipient), "")
	}
	if err := directory.B2BDomainAllowed(t.B2BDomains, recipient); err != nil {
		out := explained(err, "")
		out.Setting = "B2BManagementPolicy"
		return out
	}
	if home := directory.Discover(tx, recipient); home.Tenant.ID != "" && home.Kind == state.HomeEntra {
		if err := directory.CrossTenantInbound(tx, t.ID, home.Tenant.ID, "", ""); err != nil {
			return Explanation{Reason: problem.ReasonOf(err).String(), Setting: "crossTenantAccessPolicy", Text: problem.As(err).Detail}
		}
		if err := directory.CrossTenantOutbound(tx, home.Tenant.ID, t.ID, home.User.ID, ""); err != nil {
			return Explanation{Reason: problem.ReasonOf(err).String(), Setting: "crossTenantAccessPolicy", Text: problem.As(err).Detail}
		}
	}
	return explained(nil, "allowInvitesFrom")
}

// anybody is an address that the tenant's domain lists let through, where they let any through: without a recipient the
// question is about the levels.
func anybody(p Policy) string {
	for _, list := range []Domains{p.TenantDomains, p.SiteDomains} {
		if list.Mode == domainsAllow {
			for d := range strings.FieldsSeq(list.Allow) {
				if checkDomains(p.TenantDomains, p.SiteDomains, "somebody@"+d) == nil {
					return "somebody@" + d
				}
			}
		}
	}
	return "somebody@somewhere.example"
}

func explainSync(tx *state.Tx, who directory.Principal, at drive.Place) Explanation {
	e := syncEligibility(tx, who.User, at, state.Link{}, false)
	if e == SyncAllowed {
		return explained(nil, "B2B Sync")
	}
	return Explanation{Reason: string(e), Setting: e.setting(), Text: e.Text()}
}
