// Package b2b is the Entra B2B invitation manager: the guest is in the directory as soon as he is *invited*, pending, and
// the same object is used by every later invitation; redemption makes him Accepted.
//
//	Invite ──► guest PendingAcceptance + Invitation + mail ──► Open (who is it for?) ──► Redeem ──► guest Accepted
//
// Its sister, the SharePoint manager, is package sharing; both call [directory.AddGuest], only at different moments, and
// end in [directory.CompleteRedemption].
//
// Sources: graph.md section 2, identity.md section 5 of the reference.
package b2b

import (
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// Manager is the invitation manager. It keeps nothing; all state is the world's.
type Manager struct{}

// Request asks for an invitation.
type Request struct {
	Email, DisplayName string
	Type               state.UserType // "" is Guest
	RedirectURL        string
	Send               bool
	Message            state.InvitationMessage
	GuestID            string // resetRedemption: the guest to be reset
	Reset              bool
	ObjectID           string // fixtures: id of the guest to be made
	Origin             links.Origin
	FromSharing        bool // asked by the SharePoint manager under profile b2b: its mail is sent there
}

// Result is an invitation with its guest and its address.
type Result struct {
	Invitation state.Invitation
	Guest      state.User
	RedeemURL  string
	// Completed tells that nothing is left to be redeemed: automatic redemption, or a guest who is Accepted.
	Completed bool
}

// Invite makes the guest at once, or finds the one that the address has. It fails with InviteeInTenant,
// InvitesNotAllowed, InviteDomainBlocked, CrossTenantBlocked, OutboundBlocked, InsufficientRights (Member by somebody who
// is no administrator), RedemptionAddressUnknown, MissingProperty or InvalidProperty.
func (Manager) Invite(tx *state.Tx, by directory.Principal, r Request) (Result, error) {
	panic("skeleton")
}

// InviteToShare is Invite on behalf of the SharePoint manager, which writes the mail itself; redirect is where the shared
// thing is.
func (m Manager) InviteToShare(tx *state.Tx, by directory.Principal, email, redirect string, o links.Origin) (state.User, string, error) {
	panic("skeleton")
}

// Open returns the invitation behind a redemption address. It fails with InvitationNotFound.
func (Manager) Open(tx *state.Tx, tenant, invitation, ticket string) (state.Invitation, error) {
	panic("skeleton")
}

// CheckAccount says whether an account may redeem an invitation: it bears the invited address, domain list and
// cross-tenant settings allow it. It fails with WrongAccount, InviteDomainBlocked, CrossTenantBlocked or OutboundBlocked.
func (Manager) CheckAccount(tx *state.Tx, i state.Invitation, a state.Account) error {
	panic("skeleton")
}

// Redeem completes an invitation with the account that signed in. Redeeming again changes nothing. Failures are those of
// CheckAccount.
func (Manager) Redeem(tx *state.Tx, i state.Invitation, a state.Account) (state.User, error) {
	panic("skeleton")
}

// RedeemInTime is just-in-time redemption: an invited guest signs in to an application directly. Failures are those of
// CheckAccount.
func (Manager) RedeemInTime(tx *state.Tx, guest state.User, a state.Account) (state.User, error) {
	panic("skeleton")
}
