package b2b

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Open returns the invitation behind a redemption address. It fails with InvitationNotFound: unknown, another ticket,
// withdrawn, or its guest is gone. An invitation never expires; to delete its guest is to revoke it (pitfalls.md 3.A).
func (Manager) Open(tx *state.Tx, tenant, invitation, ticket string) (state.Invitation, error) {
	i, ok := tx.Invitation(strings.ToLower(tenant), invitation)
	if !ok || i.Withdrawn || i.Ticket != ticket {
		return state.Invitation{}, unknown()
	}
	if _, living := tx.User(i.TenantID, i.UserID); !living {
		return state.Invitation{}, unknown()
	}
	return i, nil
}

func unknown() error {
	return problem.New(problem.NotFound, problem.InvitationNotFound, "The invitation is unknown or was withdrawn.")
}

// CheckAccount says whether an account may redeem an invitation: it bears the invited address, domain list and
// cross-tenant settings allow it. It fails with WrongAccount, AccountTypeNotAllowed, InviteDomainBlocked,
// CrossTenantBlocked, OutboundBlocked or InvitationNotFound.
func (Manager) CheckAccount(tx *state.Tx, i state.Invitation, a state.Account) error {
	guest, ok := tx.User(i.TenantID, i.UserID)
	if !ok {
		return unknown()
	}
	return check(tx, guest, a)
}

// Redeem completes an invitation with the account that signed in. Redeeming again changes nothing. Failures are those of
// CheckAccount.
func (m Manager) Redeem(tx *state.Tx, i state.Invitation, a state.Account) (state.User, error) {
	guest, ok := tx.User(i.TenantID, i.UserID)
	if !ok {
		return state.User{}, unknown()
	}
	return m.RedeemInTime(tx, guest, a)
}

// RedeemInTime is just-in-time redemption: an invited guest signs in to an application directly. All of his invitations
// are redeemed then. Failures are those of CheckAccount.
func (Manager) RedeemInTime(tx *state.Tx, guest state.User, a state.Account) (state.User, error) {
	if err := check(tx, guest, a); err != nil {
		return state.User{}, err
	}
	guest, err := directory.CompleteRedemption(tx, guest, a)
	if err != nil {
		return state.User{}, err
	}
	for i := range tx.InvitationsOf(guest.TenantID, guest.ID) {
		if i.RedeemedAt.IsZero() {
			i.RedeemedAt = tx.Now()
			tx.PutInvitation(i)
		}
	}
	return guest, nil
}

// check decides whether an account may be a guest's home. Who is the guest already passes: lists and settings that were
// changed since do not touch redeemed guests (graph.md 2.3).
func check(tx *state.Tx, guest state.User, a state.Account) error {
	if u, ok := directory.ObjectOf(tx, guest.TenantID, a); ok && u.ID == guest.ID {
		return nil
	}
	if guest.Home.Kind != state.HomeUnknown {
		return problem.New(problem.Denied, problem.WrongAccount, "The invitation was redeemed with another account.")
	}
	if !slices.Contains(directory.Addresses(tx, a), strings.ToLower(guest.InvitedAs)) {
		return problem.New(problem.Denied, problem.WrongAccount, "This invitation was sent to %s. Sign in with that account.", guest.InvitedAs)
	}
	if a.Kind == state.HomeOTP && directory.Discover(tx, a.Address).Kind != state.HomeOTP {
		return problem.New(problem.Denied, problem.AccountTypeNotAllowed, "The address %s has an account: sign in with it.", guest.InvitedAs)
	}
	if err := directory.RedemptionAllowed(tx, guest.TenantID, a.Kind); err != nil {
		return err
	}
	t, _ := tx.Tenant(guest.TenantID)
	if err := directory.B2BDomainAllowed(t.B2BDomains, guest.InvitedAs); err != nil {
		return err
	}
	return crossTenant(tx, t, a, guest.ID)
}
