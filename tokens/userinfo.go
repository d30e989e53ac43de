package tokens

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// UserInfo is what the OpenID userinfo endpoint knows of a person. Subject is that of the calling application's id tokens.
type UserInfo struct{ Subject, Name, GivenName, FamilyName, Email string }

// UserInfo answers a token for Graph that carries openid. It fails as [Service.Verify] does, or with MissingScope.
func (s *Service) UserInfo(tx *state.Tx, raw string) (UserInfo, error) {
	p, err := s.Verify(tx, raw, GraphAudience())
	switch {
	case err != nil:
		return UserInfo{}, err
	case p.AppOnly() || !slices.Contains(p.Scopes, openID):
		return UserInfo{}, problem.New(problem.Denied, problem.MissingScope, "UserInfo endpoint requires the openid permission.")
	}
	u := UserInfo{Subject: pairwise(tx, p.User, p.AppID), Name: p.User.DisplayName, GivenName: p.User.GivenName, FamilyName: p.User.Surname}
	if p.HasScope(emailScope) || p.User.External() {
		u.Email = externalMail(p.User, homeOf(tx, p.User))
	}
	return u, nil
}

// Hinted is the person whom an id token of this world was issued for, however old it is: a hint proves nothing.
func (s *Service) Hinted(tx *state.Tx, raw string) (state.User, bool) {
	c, ok := s.hint(tx, raw)
	if !ok {
		return state.User{}, false
	}
	return tx.User(c.Tenant, c.Object)
}

// HintedClient is the application that an id token was issued to; "" where it cannot be read.
func (s *Service) HintedClient(tx *state.Tx, raw string) string {
	c, _ := s.hint(tx, raw)
	return c.Audience
}

func (s *Service) hint(tx *state.Tx, raw string) (wireClaims, bool) {
	v, err := s.checkSignature(tx, raw)
	return v.claims, err == nil && issuedFor(tx.World(), v.claims.ID)
}
