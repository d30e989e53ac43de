package directory

import "github.com/tennantite/tennantite/emulator/state"

// InvitationsAllowed is the pure decision who may invite (graph.md 6.1, allowInvitesFrom): the setting, and what the
// inviter is. It fails with InvitesNotAllowed.
func InvitationsAllowed(allowInvitesFrom string, i Inviter) error { panic("skeleton") }

// Inviter is what matters of somebody who invites.
type Inviter struct {
	AppOnly, Guest bool
	// Administrator: Global or User Administrator; GuestInviter: that role.
	Administrator, GuestInviter bool
}

// InviterOf says what a principal is as an inviter.
func InviterOf(tx *state.Tx, p Principal) Inviter { panic("skeleton") }

// B2BDomainAllowed is the pure decision of the B2B management policy's list about an address (graph.md 6.3). It fails
// with InviteDomainBlocked.
func B2BDomainAllowed(l state.B2BDomains, address string) error { panic("skeleton") }

// CrossTenantInbound tells whether the cross-tenant access settings of tenant let users of partner collaborate through an
// application ("" for any); user is the guest object if there is one. It fails with CrossTenantBlocked.
func CrossTenantInbound(tx *state.Tx, tenant, partner, user, appID string) error { panic("skeleton") }

// CrossTenantOutbound tells whether the home tenant lets its user collaborate in tenant. It fails with OutboundBlocked.
func CrossTenantOutbound(tx *state.Tx, home, tenant, user, appID string) error { panic("skeleton") }

// AutomaticRedemption tells whether both organisations waive the permission request.
func AutomaticRedemption(tx *state.Tx, tenant, home string) bool { panic("skeleton") }
