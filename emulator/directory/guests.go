package directory

import "github.com/tennantite/tennantite/emulator/state"

// GuestSpec describes a guest to be made.
type GuestSpec struct {
	TenantID    string
	ID          string // "" to draw one
	Email       string // the invited address
	DisplayName string // "" derives it from the address
	Type        state.UserType
	InvitedBy   state.Actor
}

// AddGuest is the only maker of guests. The guest is pending (PendingAcceptance, home unknown); principal name, nickname,
// mail, proxy addresses and identities are built from the address (graph.md 2.3). It fails with InviteeInTenant where the
// address belongs to the tenant, ObjectConflict where a living user bears it already, InvalidProperty for no address.
func AddGuest(tx *state.Tx, by Principal, g GuestSpec) (state.User, error) { panic("skeleton") }

// CompleteRedemption is the tail that both managers share: the guest is linked to the account that he signed in with,
// becomes Accepted, gets the identity of its kind, dynamic groups are recomputed, the audit says "Redeem external user
// invite". Redeeming again with the same account changes nothing. It fails with WrongAccount where another guest of the
// tenant already is that account or the guest is linked to another one.
func CompleteRedemption(tx *state.Tx, guest state.User, a state.Account) (state.User, error) {
	panic("skeleton")
}

// ResetRedemption makes a guest pending again, under an address that he has already (mail or other mails); object id,
// principal name and memberships stay. It fails with RedemptionAddressUnknown.
func ResetRedemption(tx *state.Tx, by Principal, guest state.User, address string) (state.User, error) {
	panic("skeleton")
}

// GuestUPN is local_domain#EXT#@{initial domain}.
func GuestUPN(t state.Tenant, address string) string { panic("skeleton") }
