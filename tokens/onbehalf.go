package tokens

import (
	"errors"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// conditionClaims name the policy that a client should satisfy; nobody here can.
const conditionClaims = `{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}`

// OnBehalfOf exchanges a person's token for an API into one for another API that this one calls (identity.md 2.9). It fails
// with OnBehalfInvalid, OnBehalfAudience, TenantMissing, MFARequired, or as [Service.Authenticate], [Service.Admit] and
// [Asked.Granted] do.
func (s *Service) OnBehalfOf(tx *state.Tx, r Request, raw string) (Set, error) {
	provenBy, err := s.Authenticate(tx, r, true)
	if err != nil {
		return Set{}, err
	}
	own, ok := directory.ResourceByAppID(tx, r.Client.AppID)
	if !ok {
		return Set{}, Refuse(ClientUnknown, r.Client.AppID, tenantName(r.Tenant))
	}
	p, err := s.Verify(tx, raw, Audience{AppID: own.AppID, Names: own.Names})
	switch {
	case problem.ReasonOf(err) == problem.WrongAudience:
		return Set{}, &Refusal{Reason: OnBehalfAudience, Args: []any{r.Client.AppID}, Err: err}
	case err != nil:
		return Set{}, &Refusal{Reason: OnBehalfInvalid, Args: []any{plain(err)}, Err: err}
	case p.AppOnly():
		return Set{}, Refuse(OnBehalfInvalid, "The token is of an application alone; only a person's can be exchanged.")
	case r.Tenant.ID != "" && r.Tenant.ID != p.Tenant:
		return Set{}, Refuse(OnBehalfInvalid, "The token is of another organisation.")
	}
	c, err := s.read(tx, raw)
	if err != nil {
		return Set{}, &Refusal{Reason: OnBehalfInvalid, Args: []any{plain(err)}, Err: err}
	}
	t, _ := tx.Tenant(p.Tenant)
	v := Visit{Account: directory.Account(p.User), AuthTime: c.issued(), AMR: []string{"pwd"}, Tenant: t, Client: r.Client, ProvesMFA: true}
	u, err := s.Admit(tx, v)
	if err != nil {
		return Set{}, asChallenge(err)
	}
	return s.issue(tx, r, t, signedIn{account: v.Account, user: u, authTime: v.AuthTime, amr: v.AMR, renewable: r.Endpoint != version2}, provenBy)
}

// asChallenge turns a missing second factor into what an API hands on to its client: registration is needed, with the
// claims that the client should ask for.
func asChallenge(err error) error {
	if r, ok := errors.AsType[*Refusal](err); !ok || r.Reason != MFARequired {
		return err
	}
	return &Refusal{Reason: MFAUnregistered, Claims: conditionClaims, Err: err}
}
