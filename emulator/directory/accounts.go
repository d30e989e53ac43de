package directory

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

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
func Discover(tx *state.Tx, address string) Found {
	address = strings.TrimSpace(address)
	personal, isPersonal := DiscoverPersonal(tx, address)
	t, managed := tx.TenantByDomain(DomainOf(address))
	managed = managed && !t.Consumers()
	if managed {
		if u, ok := memberByAddress(tx, t.ID, address); ok {
			f := Found{Kind: state.HomeEntra, Account: Account(u), User: u, Tenant: t}
			if isPersonal {
				f.AlsoPersonal = &personal.User
			}
			return f
		}
	}
	if isPersonal {
		return personal
	}
	return Found{
		Kind:    state.HomeOTP,
		Account: state.Account{Kind: state.HomeOTP, Address: strings.ToLower(address)},
		Unknown: managed,
	}
}

// DiscoverPersonal is Discover among personal accounts only; ok is false where there is none.
func DiscoverPersonal(tx *state.Tx, address string) (f Found, ok bool) {
	u, ok := memberByAddress(tx, state.ConsumersTenantID, strings.TrimSpace(address))
	if !ok {
		return Found{}, false
	}
	t, _ := tx.Tenant(state.ConsumersTenantID)
	return Found{Kind: state.HomeMicrosoft, Account: Account(u), User: u, Tenant: t}, true
}

// memberByAddress finds somebody who signs in here by an address: principal name first, then mail and proxy addresses.
// Other mails name nobody at sign-in.
func memberByAddress(tx *state.Tx, tenant, address string) (state.User, bool) {
	if u, ok := tx.UserByUPN(tenant, address); ok && !u.External() {
		return u, true
	}
	for u := range tx.UsersByAddress(tenant, address) {
		if !u.External() && signInAddress(u, address) {
			return u, true
		}
	}
	return state.User{}, false
}

func signInAddress(u state.User, address string) bool {
	return slices.Contains(signInAddresses(u), strings.ToLower(address))
}

// signInAddresses are mail, principal name and proxy addresses of an account at home, lower case, each once.
func signInAddresses(u state.User) []string {
	var out []string
	add := func(a string) {
		if a = strings.ToLower(a); a != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	add(u.Mail)
	add(u.UserPrincipalName)
	for _, p := range u.ProxyAddresses {
		if a, ok := proxyAddress(p); ok {
			add(a)
		}
	}
	return out
}

// Account returns the account behind an object of a tenant: a member's own, a guest's home. A guest who has not redeemed
// yet has Kind HomeUnknown and his address. Only accounts without an object at home carry an address, so that accounts
// compare with ==.
func Account(u state.User) state.Account {
	switch u.Home.Kind {
	case state.HomeHere:
		if u.TenantID == state.ConsumersTenantID {
			return state.Account{Kind: state.HomeMicrosoft, TenantID: u.TenantID, ObjectID: u.ID}
		}
		return state.Account{Kind: state.HomeEntra, TenantID: u.TenantID, ObjectID: u.ID}
	case state.HomeEntra, state.HomeMicrosoft:
		return state.Account{Kind: u.Home.Kind, TenantID: u.Home.TenantID, ObjectID: u.Home.ObjectID}
	case state.HomeOTP, state.HomeUnknown:
	}
	return state.Account{Kind: u.Home.Kind, Address: strings.ToLower(invitedAddress(u))}
}

// invitedAddress is the address that stands for a guest.
func invitedAddress(u state.User) string {
	if u.InvitedAs != "" {
		return u.InvitedAs
	}
	return u.Mail
}

// ObjectOf returns the living object that an account has in a tenant: the member himself at home, elsewhere the redeemed
// guest that links to it (one-time-code accounts by their address).
func ObjectOf(tx *state.Tx, tenant string, a state.Account) (state.User, bool) {
	switch a.Kind {
	case state.HomeEntra, state.HomeMicrosoft:
		if a.TenantID == tenant {
			return tx.User(tenant, a.ObjectID)
		}
		return tx.UserByHome(tenant, a.TenantID, a.ObjectID)
	case state.HomeOTP:
		for u := range tx.UsersByAddress(tenant, a.Address) {
			if u.Home.Kind == state.HomeOTP && strings.EqualFold(invitedAddress(u), a.Address) {
				return u, true
			}
		}
	case state.HomeHere, state.HomeUnknown:
	}
	return state.User{}, false
}

// PendingOf returns the living guest who was invited under one of the account's addresses (mail, principal name, aliases)
// and has not redeemed yet. A guest whose address another object of the tenant holds has no proxy address and is not
// found this way: only his invitation's own address leads him in (identity.md 5.2).
func PendingOf(tx *state.Tx, tenant string, a state.Account) (state.User, bool) {
	for _, address := range Addresses(tx, a) {
		for u := range tx.UsersByAddress(tenant, address) {
			if u.Home.Kind == state.HomeUnknown && strings.EqualFold(invitedAddress(u), address) && len(u.ProxyAddresses) > 0 {
				return u, true
			}
		}
	}
	return state.User{}, false
}

// Addresses are the addresses that an account answers to, lower case, the primary one first.
func Addresses(tx *state.Tx, a state.Account) []string {
	switch a.Kind {
	case state.HomeEntra, state.HomeMicrosoft:
		u, ok := tx.User(a.TenantID, a.ObjectID)
		if !ok {
			return nil
		}
		return signInAddresses(u)
	case state.HomeOTP, state.HomeUnknown:
		if a.Address != "" {
			return []string{strings.ToLower(a.Address)}
		}
	case state.HomeHere:
	}
	return nil
}

// CheckPassword verifies a password of a member or personal account at home. It fails with UserNotFound, UserDisabled or
// BadToken (wrong password).
func CheckPassword(u state.User, password string) error {
	switch {
	case u.ID == "" || u.External():
		return problem.For(problem.Unauthenticated, problem.UserNotFound, u.UserPrincipalName, "The user account does not exist in the directory.")
	case u.Password == "" || u.Password != password:
		return problem.For(problem.Unauthenticated, problem.BadToken, u.UserPrincipalName, "Invalid username or password.")
	case !u.AccountEnabled:
		return problem.For(problem.Denied, problem.UserDisabled, u.UserPrincipalName, "The user account is disabled.")
	}
	return nil
}
