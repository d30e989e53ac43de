package tokens

import (
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// Password is the resource owner password grant: members only, at their own tenant or at organizations (identity.md 2.8).
// It fails with PasswordAtCommon, UserUnknown, NotInTenant, PasswordWrong, MFARequired, or as [Service.Authenticate],
// [Service.Admit] and [Asked.Granted] do.
func (s *Service) Password(tx *state.Tx, r Request, user, password string) (Set, error) {
	if r.Tenant.ID == "" && r.Segment != "organizations" || r.Tenant.Consumers() {
		return Set{}, Refuse(PasswordAtCommon)
	}
	if !r.Client.PublicClient && len(r.Client.Secrets)+len(r.Client.Certificates) == 0 {
		return Set{}, Refuse(CredentialMissing)
	}
	provenBy, err := s.Authenticate(tx, r, false)
	if err != nil {
		return Set{}, err
	}
	if r.Tenant.ID == "" && directory.DomainOf(user) == "" {
		return Set{}, Refuse(DomainWrong)
	}
	f := directory.Discover(tx, user)
	if err := passwordPlace(tx, r, f, user); err != nil {
		return Set{}, err
	}
	if err := CheckPassword(tx, f, Knock{Address: user, Password: password, Tenant: r.Tenant}); err != nil {
		return Set{}, err
	}
	NotePassword(tx, user, true)
	v := Visit{
		Account: f.Account, AuthTime: tx.Now(), AMR: []string{"pwd"}, Tenant: f.Tenant, Client: r.Client, ProvesMFA: true,
	}
	u, err := s.Admit(tx, v)
	if err != nil {
		return Set{}, err
	}
	return s.issue(tx, r, f.Tenant, signedIn{
		account: f.Account, user: u, authTime: v.AuthTime, amr: v.AMR, renewable: r.Endpoint != version2,
	}, provenBy)
}

// passwordPlace refuses everybody who is not at home at the tenant: guests with 50020, strangers with 50034.
func passwordPlace(tx *state.Tx, r Request, f directory.Found, user string) error {
	name := r.Tenant.DisplayName
	if name == "" {
		name = r.Segment
	}
	if f.Kind != state.HomeEntra {
		if r.Tenant.ID != "" {
			if _, ok := directory.ObjectOf(tx, r.Tenant.ID, f.Account); ok {
				return Refuse(NotInTenant, user, IdentityProvider(asGuest(f.Account)), name, r.Client.AppID, r.Client.DisplayName)
			}
		}
		return Refuse(UserUnknown, user, name)
	}
	if r.Tenant.ID == "" || f.Tenant.ID == r.Tenant.ID {
		return nil
	}
	if _, ok := directory.ObjectOf(tx, r.Tenant.ID, f.Account); ok {
		return Refuse(NotInTenant, user, IdentityProvider(asGuest(f.Account)), name, r.Client.AppID, r.Client.DisplayName)
	}
	return Refuse(UserUnknown, user, name)
}
