package directory

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Inviter is what matters of somebody who invites.
type Inviter struct {
	AppOnly, Guest bool
	// Administrator: Global or User Administrator; GuestInviter: that role.
	Administrator, GuestInviter bool
}

// InviterOf says what a principal is as an inviter.
func InviterOf(tx *state.Tx, p Principal) Inviter {
	if p.System {
		return Inviter{Administrator: true}
	}
	object := p.User.ID
	if p.AppOnly() {
		object = p.ServicePrincipalID
	}
	return Inviter{
		AppOnly:       p.AppOnly(),
		Guest:         p.Guest() && p.User.Type != state.Member,
		Administrator: HasRole(tx, p.Tenant, object, GlobalAdministrator, UserAdministrator),
		GuestInviter:  HasRole(tx, p.Tenant, object, GuestInviter),
	}
}

// InvitationsAllowed is the pure decision who may invite (graph.md 6.1, allowInvitesFrom): the setting, and what the
// inviter is. It fails with InvitesNotAllowed.
func InvitationsAllowed(allowInvitesFrom string, i Inviter) error {
	allowed := false
	switch allowInvitesFrom {
	case InvitesFromEveryone:
		allowed = true
	case InvitesFromMembers:
		allowed = i.AppOnly || !i.Guest || i.Administrator || i.GuestInviter
	case InvitesFromAdministrators:
		allowed = !i.AppOnly && (i.Administrator || i.GuestInviter)
	}
	if allowed {
		return nil
	}
	return problem.For(problem.Denied, problem.InvitesNotAllowed, "allowInvitesFrom",
		"Guest invitations not allowed for your company. Contact your company administrator for more details.")
}

// B2BDomainAllowed is the pure decision of the B2B management policy's list about an address (graph.md 6.3): a domain is
// meant exactly, subdomains are domains of their own. It fails with InviteDomainBlocked.
func B2BDomainAllowed(l state.B2BDomains, address string) error {
	domain := DomainOf(address)
	if len(l.Allow) > 0 && !containsFold(l.Allow, domain) || containsFold(l.Block, domain) {
		return problem.For(problem.Denied, problem.InviteDomainBlocked, "invitedUserEmailAddress",
			"The domain of the email address %s is not allowed by the policy of your organization. Contact your administrator.", address)
	}
	return nil
}

func containsFold(list []string, s string) bool {
	for _, l := range list {
		if strings.EqualFold(l, s) {
			return true
		}
	}
	return false
}

// CrossTenantInbound tells whether the cross-tenant access settings of tenant let users of partner collaborate through an
// application ("" for any). user is the guest object if there is one, or the object at home; "" is somebody unknown. It
// fails with CrossTenantBlocked. Personal accounts belong to no organisation and are not its concern.
func CrossTenantInbound(tx *state.Tx, tenant, partner, user, appID string) error {
	if partner == "" || partner == tenant || partner == state.ConsumersTenantID {
		return nil
	}
	rule := effectiveRule(tx, tenant, partner, func(s state.CrossTenantSettings) *state.CrossTenantRule { return s.B2BCollaborationInbound })
	if !ruleAllows(rule, namesOf(tx, tenant, partner, user), appID) {
		return problem.For(problem.Denied, problem.CrossTenantBlocked, "crossTenantAccessPolicy",
			"This invitation is blocked by cross-tenant access settings. Admins in both your organization and the invited "+
				"user's organization must configure cross-tenant access settings to allow the invitation.")
	}
	return nil
}

// namesOf are the ids by which a rule of tenant can mean somebody of partner: his object and the groups that it is in, here
// and at home.
func namesOf(tx *state.Tx, tenant, partner, user string) []string {
	if user == "" {
		return nil
	}
	home := user
	if g, ok := tx.User(tenant, user); ok {
		home = g.Home.ObjectID
		if g.Home.Kind == state.HomeUnknown {
			home = Discover(tx, invitedAddress(g)).Account.ObjectID
		}
	}
	names := append(GroupsOf(tx, tenant, user), user)
	if home != "" {
		names = append(append(names, home), GroupsOf(tx, partner, home)...)
	}
	return names
}

// CrossTenantOutbound tells whether the home tenant lets its user collaborate in tenant. It fails with OutboundBlocked.
func CrossTenantOutbound(tx *state.Tx, home, tenant, user, appID string) error {
	if home == "" || home == tenant || home == state.ConsumersTenantID {
		return nil
	}
	rule := effectiveRule(tx, home, tenant, func(s state.CrossTenantSettings) *state.CrossTenantRule { return s.B2BCollaborationOutbound })
	if !ruleAllows(rule, append(GroupsOf(tx, home, user), user), appID) {
		return problem.For(problem.Denied, problem.OutboundBlocked, "crossTenantAccessPolicy",
			"This invitation is blocked by cross-tenant access settings. Admins in both your organization and the invited "+
				"user's organization must configure cross-tenant access settings to allow the invitation.")
	}
	return nil
}

// effectiveRule is the rule of a direction for a partner: his own section, else the default's, else nil for the service's.
func effectiveRule(tx *state.Tx, tenant, partner string, section func(state.CrossTenantSettings) *state.CrossTenantRule) *state.CrossTenantRule {
	if p, ok := tx.CrossTenantPartner(tenant, partner); ok {
		if r := section(p.Settings); r != nil {
			return r
		}
	}
	t, _ := tx.Tenant(tenant)
	return section(t.CrossTenant.Settings)
}

// Special targets of cross-tenant access settings.
const (
	AllUsers        = "AllUsers"
	AllApplications = "AllApplications"
	Office365       = "Office365"
)

// ruleAllows is the pure decision of one direction: both the person and the application must be allowed. An application
// that is not known yet is refused only where the rule refuses all of them.
func ruleAllows(r *state.CrossTenantRule, who []string, appID string) bool {
	if r == nil {
		return true
	}
	return targetsAllow(r.UsersAndGroups, func(t state.CrossTenantTarget) bool {
		return strings.EqualFold(t.Target, AllUsers) || containsFold(who, t.Target)
	}) && targetsAllow(r.Applications, func(t state.CrossTenantTarget) bool {
		switch {
		case strings.EqualFold(t.Target, AllApplications):
			return true
		case appID == "":
			return r.Applications.AccessType == accessAllowed
		case strings.EqualFold(t.Target, Office365):
			return office(appID)
		}
		return strings.EqualFold(t.Target, appID)
	})
}

const (
	accessAllowed = "allowed"
	accessBlocked = "blocked"
)

func targetsAllow(t *state.CrossTenantTargets, meets func(state.CrossTenantTarget) bool) bool {
	if t == nil {
		return true
	}
	return slices.ContainsFunc(t.Targets, meets) == (t.AccessType == accessAllowed)
}

// AutomaticRedemption tells whether both organisations waive the permission request.
func AutomaticRedemption(tx *state.Tx, tenant, home string) bool {
	if home == "" || home == tenant {
		return false
	}
	return waived(tx, tenant, home, func(s state.CrossTenantSettings) *bool { return s.AutomaticConsentInbound }) &&
		waived(tx, home, tenant, func(s state.CrossTenantSettings) *bool { return s.AutomaticConsentOutbound })
}

func waived(tx *state.Tx, tenant, partner string, section func(state.CrossTenantSettings) *bool) bool {
	if p, ok := tx.CrossTenantPartner(tenant, partner); ok {
		if v := section(p.Settings); v != nil {
			return *v
		}
	}
	t, _ := tx.Tenant(tenant)
	v := section(t.CrossTenant.Settings)
	return v != nil && *v
}

// TrustOf returns which claims of a partner's sign-ins count in tenant: a second factor shown at home, a compliant device.
func TrustOf(tx *state.Tx, tenant, partner string) state.InboundTrust {
	if p, ok := tx.CrossTenantPartner(tenant, partner); ok && p.Settings.InboundTrust != nil {
		return *p.Settings.InboundTrust
	}
	if t, ok := tx.Tenant(tenant); ok && t.CrossTenant.Settings.InboundTrust != nil {
		return *t.CrossTenant.Settings.InboundTrust
	}
	return state.InboundTrust{}
}
