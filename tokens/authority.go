package tokens

import (
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// CheckAuthority tells whether people may sign in to an application at a place: one of a single organisation only there,
// and one for personal accounts not in an organisation. It fails with SingleTenant, ClientUnknown or ClientNotPersonal.
func CheckAuthority(tx *state.Tx, a state.Application, t state.Tenant, pass Pass) error {
	if err := checkAuthority(tx, a, t); err != nil && !pass.lets(err) {
		return err
	}
	return nil
}

func checkAuthority(tx *state.Tx, a state.Application, t state.Tenant) error {
	switch {
	case a.WellKnown:
		return nil
	case t.Consumers():
		if !TakesPersonal(a) {
			return Refuse(ClientNotPersonal, a.AppID)
		}
		return nil
	case t.ID == "":
		if !a.MultiTenant() {
			return Refuse(SingleTenant, a.AppID, a.DisplayName)
		}
		return nil
	case t.ID == a.TenantID:
		return nil
	}
	if _, ok := directory.ServicePrincipalByAppID(tx, t.ID, a.AppID); ok && a.MultiTenant() {
		return nil
	}
	if !a.MultiTenant() || a.SignInAudience == personalOnly {
		return Refuse(ClientUnknown, a.AppID, tenantName(t))
	}
	return nil
}

const personalOnly = "PersonalMicrosoftAccount"

// TakesPersonal tells whether people can sign in to an application with a personal account of their own.
func TakesPersonal(a state.Application) bool {
	return a.WellKnown || a.SignInAudience == personalOnly || a.SignInAudience == "AzureADandPersonalMicrosoftAccount"
}

// DirectGrant is what the authorize endpoint hands out itself.
type DirectGrant struct {
	Account   state.Account
	User      state.User
	AuthTime  time.Time
	AMR       []string
	SessionID string
	Nonce     string
	Access    bool // an access token too
}

// Direct drafts the tokens of the implicit and hybrid flows. It fails as [Asked.Granted] does.
func (s *Service) Direct(tx *state.Tx, r Request, d DirectGrant) (Set, error) {
	who := signedIn{account: d.Account, user: d.User, sessionID: d.SessionID, authTime: d.AuthTime, amr: d.AMR, nonce: d.Nonce}
	r.Scopes.OpenID, r.Scopes.Renew, r.implicit = true, false, true
	if !d.Access && strings.EqualFold(r.Client.AppID, directory.SharePointAppID) {
		r.Scopes.Resource = directory.GraphAppID // only the id token counts
	}
	return s.issue(tx, r, r.Tenant, who, ByNothing)
}
