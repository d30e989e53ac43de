package tokens

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// capability is the claims parameter of a client that handles claims challenges.
const capability = `{"access_token":{"xms_cc":{"values":["CP1"]}}}`

// Refresh exchanges a refresh token. It is bound to a person and a client or family, not to a tenant or a resource, and
// stays valid when it was used (identity.md 2.5). It fails with Malformed, GrantInvalid, ClientMismatch, RefreshIdle,
// RefreshEndedSPA, Revoked, or as [Service.Authenticate], [Service.Admit] and [Asked.Granted] do.
func (s *Service) Refresh(tx *state.Tx, r Request, token, origin string) (Set, error) {
	if !looksIssued(token, kindRefresh) {
		return Set{}, Refuse(Malformed)
	}
	rt, ok := tx.RefreshToken(token)
	provenBy := ByNothing
	if !r.Credential.none() || !rt.SPA && len(r.Client.PublicRedirects) == 0 {
		var err error
		if provenBy, err = s.Authenticate(tx, r, false); err != nil {
			return Set{}, err
		}
	}
	if !ok {
		return Set{}, Refuse(GrantInvalid)
	}
	if err := checkRefresh(tx, r, rt, origin); err != nil {
		return Set{}, err
	}
	t, err := tenantOf(tx, r, rt.Account, rt.TenantID)
	if err != nil {
		return Set{}, err
	}
	u, err := s.Admit(tx, Visit{Account: rt.Account, AuthTime: rt.AuthTime, AMR: rt.AMR, Tenant: t, Client: r.Client})
	if err != nil {
		return Set{}, err
	}
	if r.Scopes, err = again(r, rt); err != nil {
		return Set{}, err
	}
	if r.Claims == "" && rt.CAE {
		r.Claims = capability
	}
	return s.issue(tx, r, t, signedIn{
		account: rt.Account, user: u, sessionID: rt.SessionID, authTime: rt.AuthTime, amr: rt.AMR, spa: rt.SPA, spaEnds: rt.ExpiresAt,
		renewable: true,
	}, provenBy)
}

// again is what a refresh asks for: the same as before where it says nothing.
func again(r Request, rt state.RefreshToken) (Scopes, error) {
	switch {
	case !r.Scopes.empty() || r.Scopes.Text != "":
		return r.Scopes, nil
	case r.Endpoint != version2 && rt.Resource != "":
		return ForResource(rt.Resource), nil
	}
	return r.Scopes.after(rt.Scope)
}

func checkRefresh(tx *state.Tx, r Request, rt state.RefreshToken, origin string) error {
	family := rt.Family != "" && rt.Family == r.Client.Family
	switch {
	case !strings.EqualFold(rt.AppID, r.Client.AppID) && !family:
		return Refuse(ClientMismatch, r.Client.AppID)
	case rt.Revoked:
		return Refuse(Revoked, wireTime(rt.IssuedAt), wireTime(tx.Now()))
	case rt.SPA && !tx.Now().Before(rt.ExpiresAt):
		return Refuse(RefreshEndedSPA)
	case !tx.Now().Before(rt.ExpiresAt):
		return Refuse(RefreshIdle, wireTime(rt.IssuedAt))
	case rt.SPA && origin == "":
		return Refuse(OriginMissing)
	}
	return nil
}

// tenantOf is the tenant that a request means: the one in its path, or where the account is at home.
func tenantOf(tx *state.Tx, r Request, a state.Account, issued string) (state.Tenant, error) {
	if r.Tenant.ID != "" {
		return r.Tenant, nil
	}
	id := a.TenantID
	if id == "" {
		id = issued
	}
	t, ok := tx.Tenant(id)
	if !ok || t.Consumers() && r.Segment == "organizations" {
		return state.Tenant{}, Refuse(NotInDirectory, a.ObjectID, r.Segment)
	}
	return t, nil
}
