package tokens

import (
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Visit is somebody who has shown at home who he is, and where he wants in.
type Visit struct {
	Account  state.Account
	AuthTime time.Time
	AMR      []string
	Tenant   state.Tenant // where he wants in
	Client   state.Application
	// ProvesMFA asks the second factor of whoever owes one: at a sign-in, not where an earlier one is continued.
	ProvesMFA bool
}

// Admit decides whether an account may sign in to an application of a tenant, and returns its object there. The order of
// the tests is identity.md 4.3: the account at home, the two organisations' policies about one another, and only then the
// object. It fails with UserDisabled, Revoked, OutboundBlocked, InboundBlocked, NotInTenant, PendingRedemption,
// AssignmentMissing, ClientDisabled, ClientUnknown or MFARequired.
//
// Consent is not its concern: see [Asked.Granted]. A guest who has not redeemed yet is returned beside PendingRedemption,
// so that a page can let him redeem at once.
func (s *Service) Admit(tx *state.Tx, v Visit) (state.User, error) {
	home, err := s.atHome(tx, v)
	if err != nil {
		return state.User{}, err
	}
	if v.Account.TenantID != v.Tenant.ID {
		if err := crossTenant(tx, v); err != nil {
			return state.User{}, err
		}
	}
	u, ok := directory.ObjectOf(tx, v.Tenant.ID, v.Account)
	if !ok {
		if guest, ok := directory.PendingOf(tx, v.Tenant.ID, v.Account); ok {
			return guest, Refuse(PendingRedemption)
		}
		return state.User{}, Refuse(NotInTenant, addressOf(tx, v.Account), IdentityProvider(asGuest(v.Account)), v.Tenant.DisplayName, v.Client.AppID, v.Client.DisplayName)
	}
	switch {
	case u.ExternalState == state.PendingAcceptance:
		return u, Refuse(PendingRedemption)
	case !u.AccountEnabled:
		return state.User{}, Refuse(UserDisabled)
	}
	if err := clientAdmits(tx, v, u); err != nil {
		return state.User{}, err
	}
	if v.ProvesMFA && owesMFA(tx, v, home, u) {
		return state.User{}, Refuse(MFARequired, v.Client.DisplayName)
	}
	return u, nil
}

// atHome tests the account's own object: it must live, be enabled, and the sign-in must be younger than its revocation.
func (s *Service) atHome(tx *state.Tx, v Visit) (state.User, error) {
	if v.Account.ObjectID == "" {
		return state.User{}, nil // a one-time code proved an address, which has no object anywhere
	}
	home, ok := tx.User(v.Account.TenantID, v.Account.ObjectID)
	switch {
	case !ok:
		return state.User{}, Refuse(NotInDirectory, v.Account.ObjectID, v.Account.TenantID)
	case !home.AccountEnabled:
		return state.User{}, Refuse(UserDisabled)
	case home.SessionsValidFrom.After(v.AuthTime):
		return state.User{}, Refuse(Revoked, wireTime(v.AuthTime), wireTime(home.SessionsValidFrom))
	}
	return home, nil
}

func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// crossTenant asks both organisations' cross-tenant access settings, the home tenant's first.
func crossTenant(tx *state.Tx, v Visit) error {
	home := v.Account.TenantID
	if v.Account.Kind == state.HomeEntra {
		if err := directory.CrossTenantOutbound(tx, home, v.Tenant.ID, v.Account.ObjectID, v.Client.AppID); err != nil {
			t, _ := tx.Tenant(home)
			return &Refusal{Reason: OutboundBlocked, Args: []any{t.DisplayName}, Err: err}
		}
		guest, _ := directory.ObjectOf(tx, v.Tenant.ID, v.Account)
		if err := directory.CrossTenantInbound(tx, v.Tenant.ID, home, guest.ID, v.Client.AppID); err != nil {
			return &Refusal{Reason: InboundBlocked, Args: []any{v.Tenant.DisplayName}, Err: err}
		}
	}
	return nil
}

// clientAdmits tests the application's object in the tenant: enabled, and the person assigned where that is asked for.
func clientAdmits(tx *state.Tx, v Visit, u state.User) error {
	sp, ok := directory.ServicePrincipalByAppID(tx, v.Tenant.ID, v.Client.AppID)
	switch {
	case !ok:
		return nil // consent will install it
	case !sp.AccountEnabled:
		return Refuse(ClientDisabled, v.Client.AppID)
	case sp.AssignmentRequired && !assigned(tx, sp, u):
		return Refuse(AssignmentMissing, addressOf(tx, v.Account), v.Client.AppID, v.Client.DisplayName)
	}
	return nil
}

// assigned tells whether a person, or a group that he is a direct member of, is assigned to an application.
func assigned(tx *state.Tx, sp state.ServicePrincipal, u state.User) bool {
	for a := range tx.AppRoleAssignmentsTo(sp.TenantID, sp.ID) {
		if a.PrincipalID == u.ID {
			return true
		}
		if a.PrincipalType == "Group" && directory.IsMember(tx, sp.TenantID, a.PrincipalID, u.ID) {
			return true
		}
	}
	return false
}

// owesMFA tells whether a second factor is missing. At home it is the account's own duty; elsewhere also the guest's,
// unless the tenant trusts the home tenant's factors and one was shown there.
func owesMFA(tx *state.Tx, v Visit, home, u state.User) bool {
	shown := containsFold(v.AMR, "mfa")
	if home.MFARequired && !shown {
		return true
	}
	if !u.MFARequired || u.ID == home.ID {
		return false
	}
	return !shown || !directory.TrustOf(tx, v.Tenant.ID, v.Account.TenantID).IsMfaAccepted
}

// addressOf is an account as texts name it.
func addressOf(tx *state.Tx, a state.Account) string {
	if u, ok := tx.User(a.TenantID, a.ObjectID); ok {
		return u.UserPrincipalName
	}
	return a.Address
}

// asGuest is what a guest of that account would look like, for [IdentityProvider].
func asGuest(a state.Account) state.User {
	return state.User{Home: state.Home{Kind: a.Kind, TenantID: a.TenantID, ObjectID: a.ObjectID}}
}

// Knock is somebody who shows a password.
type Knock struct {
	Address  string
	Password string
	Tenant   state.Tenant // where he does so; zero at common and its like
}

// CheckPassword finds the account of an address at home and checks its password there. It fails with UserUnknown,
// PasswordNone, PasswordWrong, UserDisabled, PasswordFederated, PasswordExpired or Locked.
func CheckPassword(tx *state.Tx, f directory.Found, k Knock) error {
	name := k.Tenant.DisplayName
	if name == "" {
		name = f.Tenant.DisplayName
	}
	if f.User.ID == "" {
		return Refuse(UserUnknown, k.Address, name)
	}
	if Federated(f) != "" {
		return Refuse(PasswordFederated)
	}
	if locked(tx, f.User) {
		return Refuse(Locked)
	}
	err := directory.CheckPassword(f.User, k.Password)
	switch problem.ReasonOf(err) {
	case problem.UserNotFound:
		return &Refusal{Reason: UserUnknown, Args: []any{k.Address, name}, Err: err}
	case problem.UserDisabled:
		return &Refusal{Reason: UserDisabled, Err: err}
	case problem.None:
		if err != nil {
			return err
		}
	default:
		if f.User.Password == "" {
			return &Refusal{Reason: PasswordNone, Err: err}
		}
		return &Refusal{Reason: PasswordWrong, Err: err}
	}
	if f.User.ForceChangePassword {
		return Refuse(PasswordExpired)
	}
	return nil
}

// Federated is the address of the outside service that an account's domain signs in at; "" for a managed one.
func Federated(f directory.Found) string {
	for _, d := range f.Tenant.Domains {
		if directory.OwnsAddress(state.Tenant{Domains: []state.Domain{d}}, f.User.UserPrincipalName) {
			return d.STS
		}
	}
	return ""
}
