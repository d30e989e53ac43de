package tokens

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

const codeLife = 10 * time.Minute

// NewCode stores an authorization code. ID and ExpiresAt are filled in.
func (s *Service) NewCode(tx *state.Tx, c state.AuthCode) state.AuthCode {
	c.ID, c.ExpiresAt = newSecret(tx, kindCode), tx.Now().Add(codeLife)
	tx.PutAuthCode(c)
	return c
}

// CodeRedemption is an authorization code as a client brings it to the token endpoint.
type CodeRedemption struct {
	Code, RedirectURI, Verifier string
	Origin                      string // the header, "" for none
}

// RedeemCode exchanges an authorization code; it is good once (identity.md 2.4). Scopes of the request may be empty: then
// those of the authorize endpoint count. It fails with Malformed, GrantInvalid, CodeTenant, CodeRedeemed, CodeExpired,
// RedirectDiffers, VerifierMissing, VerifierWrong, OriginMissing, CrossOriginUnwanted, or as [Service.Authenticate],
// [Service.Admit] and [Asked.Granted] do.
func (s *Service) RedeemCode(tx *state.Tx, r Request, in CodeRedemption) (Set, error) {
	if !looksIssued(in.Code, kindCode) {
		return Set{}, Refuse(Malformed)
	}
	c, ok := tx.AuthCode(in.Code)
	ok = ok && strings.EqualFold(c.AppID, r.Client.AppID)
	provenBy, err := s.authenticateAt(tx, r, c.RedirectURI, ok)
	if err != nil {
		return Set{}, err
	}
	if !ok {
		return Set{}, Refuse(GrantInvalid)
	}
	if err := checkCode(tx, r, c, in); err != nil {
		return Set{}, err
	}
	c.RedeemedAt = tx.Now()
	tx.PutAuthCode(c)
	t, _ := tx.Tenant(c.TenantID)
	u, err := s.Admit(tx, Visit{Account: c.Account, AuthTime: c.AuthTime, AMR: c.AMR, Tenant: t, Client: r.Client})
	if err != nil {
		return Set{}, err
	}
	if r.Scopes, err = r.Scopes.after(c.Scope); err != nil {
		return Set{}, err
	}
	if r.Claims == "" {
		r.Claims = c.Claims
	}
	return s.issue(tx, r, t, signedIn{
		account: c.Account, user: u, sessionID: c.SessionID, authTime: c.AuthTime, amr: c.AMR, nonce: c.Nonce, spa: c.SPA,
		renewable: r.Endpoint != version2,
	}, provenBy)
}

// authenticateAt is Authenticate for a flow that began at a redirect address: one that was registered for a public client
// or a single-page application asks for no credential, whatever else the application has.
func (s *Service) authenticateAt(tx *state.Tx, r Request, redirect string, known bool) (string, error) {
	if r.Credential.none() && known && !r.Client.PublicClient {
		if _, kind, err := MatchRedirect(tx, r.Client, redirect, nil); err == nil && kind != RedirectWeb {
			return ByNothing, nil
		}
	}
	return s.Authenticate(tx, r, false)
}

func checkCode(tx *state.Tx, r Request, c state.AuthCode, in CodeRedemption) error {
	switch {
	case r.Tenant.ID != "" && r.Tenant.ID != c.TenantID:
		return Refuse(CodeTenant)
	case !c.RedeemedAt.IsZero():
		return Refuse(CodeRedeemed)
	case !tx.Now().Before(c.ExpiresAt):
		return Refuse(CodeExpired)
	case in.RedirectURI != "" && in.RedirectURI != c.RedirectURI:
		return Refuse(RedirectDiffers, c.RedirectURI, in.RedirectURI)
	case c.SPA && in.Origin == "":
		return Refuse(OriginMissing)
	case !c.SPA && in.Origin != "" && in.Origin != "null":
		return Refuse(CrossOriginUnwanted)
	}
	return checkVerifier(c, in.Verifier)
}

func checkVerifier(c state.AuthCode, verifier string) error {
	if c.Challenge == "" {
		return nil
	}
	if verifier == "" {
		return Refuse(VerifierMissing)
	}
	if strings.EqualFold(c.ChallengeMethod, "S256") {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if subtle.ConstantTimeCompare([]byte(verifier), []byte(c.Challenge)) != 1 {
		return Refuse(VerifierWrong)
	}
	return nil
}

// after is what is asked for once more of a grant that was given for other scopes: nothing said means the same again, and
// what the grant said about the person stays.
func (s Scopes) after(grant string) (Scopes, error) {
	before, err := ParseScopes(grant)
	if err != nil {
		return Scopes{}, err
	}
	if s.empty() {
		s.Resource, s.Names, s.Short, s.Full, s.Default = before.Resource, before.Names, before.Short, before.Full, before.Default
	}
	s.OpenID, s.Profile = s.OpenID || before.OpenID, s.Profile || before.Profile
	s.Email, s.Renew = s.Email || before.Email, s.Renew || before.Renew
	return s, nil
}

// empty tells whether no permission of any resource is asked for.
func (s Scopes) empty() bool { return len(s.Names) == 0 && !s.Default }

// String is a scope parameter that means the same.
func (s Scopes) String() string {
	prefix := ""
	if s.Resource != "" {
		prefix = s.Resource + "/"
	}
	words := make([]string, 0, len(s.Names)+5)
	for _, n := range s.Names {
		words = append(words, prefix+n)
	}
	for _, w := range []struct {
		asked bool
		word  string
	}{{s.Default, prefix + defaultScope}, {s.OpenID, openID}, {s.Profile, profileScope}, {s.Email, emailScope}, {s.Renew, offlineAccess}} {
		if w.asked {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, " ")
}
