package directory

import "github.com/tennantite/tennantite/emulator/state"

// Found is where an address signs in (identity.md 5.2, home discovery).
type Found struct {
	// Kind is HomeEntra for a member of an organisation, HomeMicrosoft for a personal account, HomeOTP for an address
	// that no account belongs to.
	Kind    state.HomeKind
	Account state.Account
	User    state.User   // the account's object at home; zero for HomeOTP
	Tenant  state.Tenant // home tenant; zero for HomeOTP
	// Unknown is an address of an organisation's domain under which the organisation has nobody.
	Unknown bool
	// AlsoPersonal is set where a work account was found and a personal one has the same address.
	AlsoPersonal *state.User
}

// Discover finds where an address signs in, without regard to case. It always finds something: at worst a one-time code.
func Discover(tx *state.Tx, address string) Found { panic("skeleton") }

// DiscoverPersonal is Discover among personal accounts only; ok is false where there is none.
func DiscoverPersonal(tx *state.Tx, address string) (f Found, ok bool) { panic("skeleton") }

// Account returns the account behind an object of a tenant: a member's own, a guest's home. A guest who has not redeemed
// yet has Kind HomeUnknown and his address.
func Account(u state.User) state.Account { panic("skeleton") }

// ObjectOf returns the living object that an account has in a tenant: the member himself at home, elsewhere the redeemed
// guest that links to it (one-time-code accounts by their address).
func ObjectOf(tx *state.Tx, tenant string, a state.Account) (state.User, bool) { panic("skeleton") }

// PendingOf returns the living guest who was invited under one of the account's addresses (mail, principal name, aliases)
// and has not redeemed yet.
func PendingOf(tx *state.Tx, tenant string, a state.Account) (state.User, bool) { panic("skeleton") }

// Addresses are the addresses that an account answers to, lower case, the primary one first.
func Addresses(tx *state.Tx, a state.Account) []string { panic("skeleton") }

// CheckPassword verifies a password of a member or personal account at home. It fails with UserNotFound, UserDisabled or
// BadToken (wrong password).
func CheckPassword(u state.User, password string) error { panic("skeleton") }
