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
	ObjectID           string   // fixtures: id of the guest to be made
	Sponsors           []string // object ids of users and groups; none: the inviter
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
