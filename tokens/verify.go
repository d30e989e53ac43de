package tokens

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireClaims are the claims that a resource of ours reads.
type wireClaims struct {
	Audience  string   `json:"aud"`
	Issuer    string   `json:"iss"`
	Expires   int64    `json:"exp"`
	NotBefore int64    `json:"nbf"`
	IssuedAt  int64    `json:"iat"`
	Tenant    string   `json:"tid"`
	Object    string   `json:"oid"`
	Subject   string   `json:"sub"`
	AppID     string   `json:"appid"`
	AZP       string   `json:"azp"`
	Scopes    *string  `json:"scp"`
	Roles     []string `json:"roles"`
	ID        string   `json:"uti"`
	Mark      string   `json:"aio"`
	Nonce     string   `json:"nonce"`
	Version   string   `json:"ver"`
	CC        []string `json:"xms_cc"`
	AuthProof string   `json:"appidacr"`
}

func (c wireClaims) client() string {
	if c.AppID != "" {
		return c.AppID
	}
	return c.AZP
}

// read checks a token's form and signature, its world and its times; not yet whether anybody may use it.
func (s *Service) read(tx *state.Tx, raw string) (wireClaims, error) {
	v, ok := s.verified.get(raw)
	if !ok {
		var err error
		if v, err = s.checkSignature(tx, raw); err != nil {
			return wireClaims{}, err
		}
		s.verified.put(raw, v)
	} else if _, ok := s.verifyingKey(tx, v.keyID); !ok {
		return wireClaims{}, badToken("The token is signed by a key that is not in use.")
	}
	c := v.claims
	if !issuedFor(tx.World(), c.ID) {
		return wireClaims{}, badToken("The token was issued by another world.")
	}
	now := tx.Now()
	switch {
	case c.Expires == 0:
		return wireClaims{}, badToken("The token has no exp.")
	case !now.Before(time.Unix(c.Expires, 0)):
		return wireClaims{}, problem.New(problem.Unauthenticated, problem.TokenExpired, "Lifetime validation failed, the token is expired.")
	case now.Before(time.Unix(c.NotBefore, 0)):
		return wireClaims{}, badToken("Lifetime validation failed, the token is not yet valid.")
	}
	return c, nil
}

func badToken(detail string) error {
	return &problem.Error{Kind: problem.Unauthenticated, Reason: problem.BadToken, Detail: detail}
}

// maxToken bounds what is parsed; the service's own tokens stay far below it.
const maxToken = 64 << 10

func (s *Service) checkSignature(tx *state.Tx, raw string) (verifiedToken, error) {
	if len(raw) > maxToken {
		return verifiedToken{}, badToken("The token is too long.")
	}
	var claims jwtClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithoutClaimsValidation())
	var keyID string
	_, err := parser.ParseWithClaims(raw, &claims, func(t *jwt.Token) (any, error) {
		keyID, _ = t.Header["kid"].(string)
		k, ok := s.verifyingKey(tx, keyID)
		if !ok {
			return nil, fmt.Errorf("unknown key %q", keyID)
		}
		return k.public(), nil
	})
	if err != nil {
		return verifiedToken{}, &problem.Error{
			Kind: problem.Unauthenticated, Reason: problem.BadToken, Detail: "Invalid token: " + plain(err), Err: err,
		}
	}
	return verifiedToken{claims: claims.wireClaims, keyID: keyID}, nil
}

// plain is an error as one short line for the client.
func plain(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

func (k *Key) public() *rsa.PublicKey { return &k.Private.PublicKey }

// jwtClaims makes wireClaims known to the JWT library, whose own checks are off: time is the world's.
type jwtClaims struct{ wireClaims }

// UnmarshalJSON decodes the claims, and nothing of the library's interface.
func (c *jwtClaims) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &c.wireClaims) }

// GetExpirationTime and the methods after it are what the JWT library wants of claims.
func (jwtClaims) GetExpirationTime() (*jwt.NumericDate, error) { return nil, nil }

// GetIssuedAt is unused: see GetExpirationTime.
func (jwtClaims) GetIssuedAt() (*jwt.NumericDate, error) { return nil, nil }

// GetNotBefore is unused: see GetExpirationTime.
func (jwtClaims) GetNotBefore() (*jwt.NumericDate, error) { return nil, nil }

// GetIssuer is unused: see GetExpirationTime.
func (jwtClaims) GetIssuer() (string, error) { return "", nil }

// GetSubject is unused: see GetExpirationTime.
func (jwtClaims) GetSubject() (string, error) { return "", nil }

// GetAudience is unused: see GetExpirationTime.
func (jwtClaims) GetAudience() (jwt.ClaimStrings, error) { return nil, nil }

// Verify checks an access token at a resource and returns who asks: signature, issuer, audience, times by the world's
// clock, the world that issued it, that tenant, person and application still exist and are enabled, and that the person's
// sessions were not revoked since (for a client that declared CP1 only: to others a token is good until it ends). It fails
// with BadToken, TokenExpired, WrongAudience, UserDisabled or ClaimsChallenge; the last one's target is the claims
// parameter that the client should send (identity.md 4.4).
func (s *Service) Verify(tx *state.Tx, raw string, aud Audience) (directory.Principal, error) {
	c, err := s.read(tx, raw)
	if err != nil {
		return directory.Principal{}, err
	}
	if !c.issuerFits() {
		return directory.Principal{}, badToken("Issuer validation failed.")
	}
	if !aud.accepts(c.Audience) {
		return directory.Principal{}, problem.New(problem.Unauthenticated, problem.WrongAudience, "Access token validation failure. Invalid audience.")
	}
	if _, ok := tx.Tenant(c.Tenant); !ok {
		return directory.Principal{}, badToken("The tenant of the token does not exist.")
	}
	p := directory.Principal{Tenant: c.Tenant, AppID: c.client(), ValidUntil: time.Unix(c.Expires, 0).UTC()}
	if err := clientOf(tx, c, &p); err != nil {
		return directory.Principal{}, err
	}
	if c.Scopes == nil && c.Object == p.ServicePrincipalID {
		p.Roles = c.Roles
		return p, nil
	}
	u, ok := tx.User(c.Tenant, c.Object)
	switch {
	case !ok:
		return directory.Principal{}, badToken("The person of the token does not exist any more.")
	case !u.AccountEnabled:
		return directory.Principal{}, problem.New(problem.Unauthenticated, problem.UserDisabled, "The account of the token is disabled.")
	}
	if err := c.challenged(u); err != nil {
		return directory.Principal{}, err
	}
	p.User = u
	if c.Scopes != nil {
		p.Scopes = strings.Fields(*c.Scopes)
	}
	return p, nil
}

// clientOf finds the application's object in the tenant. A client that is known everywhere needs none.
func clientOf(tx *state.Tx, c wireClaims, p *directory.Principal) error {
	sp, ok := directory.ServicePrincipalByAppID(tx, c.Tenant, c.client())
	switch {
	case ok && !sp.AccountEnabled:
		return badToken("The application of the token is disabled.")
	case ok:
		p.ServicePrincipalID = sp.ID
		return nil
	}
	if firstParty(c.client()) {
		return nil
	}
	if tx.World().Lenient {
		p.ServicePrincipalID = c.client() // as it was minted
		return nil
	}
	return badToken("The application of the token is not in the organisation any more.")
}

// firstParty tells whether a client is one of the emulated services, which sign people in on their own pages, or one of
// the well-known tools.
func firstParty(appID string) bool {
	if strings.EqualFold(appID, directory.SharePointAppID) || strings.EqualFold(appID, directory.GraphAppID) {
		return true
	}
	_, ok := directory.WellKnown(appID)
	return ok
}

// issuerFits tells whether iss is the one of the token's version and tenant; the host of a version 2 issuer is the one
// that the client used.
func (c wireClaims) issuerFits() bool {
	if c.Version == "2.0" {
		return strings.HasPrefix(c.Issuer, "http") && strings.HasSuffix(c.Issuer, "/"+c.Tenant+"/v2.0")
	}
	return c.Issuer == IssuerV1(c.Tenant)
}

// challenged asks a capable client for a new token where the person's sessions were revoked after this one was issued.
func (c wireClaims) challenged(u state.User) error {
	capable := false
	for _, v := range c.CC {
		capable = capable || strings.EqualFold(v, "CP1")
	}
	if !capable || u.SessionsValidFrom.IsZero() {
		return nil
	}
	if !u.SessionsValidFrom.After(c.issued()) {
		return nil
	}
	claims := fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, u.SessionsValidFrom.Unix())
	return problem.For(problem.Unauthenticated, problem.ClaimsChallenge, claims,
		"Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp")
}

// issued is the moment of issue.
func (c wireClaims) issued() time.Time {
	if at, ok := issuedAt(c.Mark, c.ID); ok {
		return at
	}
	return time.Unix(c.IssuedAt, 0).Add(backdate)
}

// VerifyID checks an id token that a relying party of our own (SharePoint's pages) got from the sign-in service, and
// returns the account that signed in with its home tenant and object. It fails with BadToken, TokenExpired or WrongAudience.
func (s *Service) VerifyID(tx *state.Tx, raw, clientID, nonce string) (state.Account, error) {
	c, err := s.read(tx, raw)
	if err != nil {
		return state.Account{}, err
	}
	switch {
	case !c.issuerFits():
		return state.Account{}, badToken("Issuer validation failed.")
	case !strings.EqualFold(c.Audience, clientID):
		return state.Account{}, problem.New(problem.Unauthenticated, problem.WrongAudience, "The id token is for another application.")
	case nonce != c.Nonce:
		return state.Account{}, badToken("The id token answers another request: its nonce differs.")
	}
	u, ok := tx.User(c.Tenant, c.Object)
	if !ok {
		return state.Account{}, badToken("The person of the id token does not exist any more.")
	}
	return directory.Account(u), nil
}

// verifiedToken is a token whose signature was found good.
type verifiedToken struct {
	claims wireClaims
	keyID  string
}

// signatures remembers checked tokens, because checking is dear and clients send the same token again and again. When it
// is full the older half goes.
type signatures struct {
	mu       sync.Mutex
	new, old map[string]verifiedToken
}

const maxSignatures = 2048

func (s *signatures) get(raw string) (verifiedToken, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.new[raw]; ok {
		return v, true
	}
	v, ok := s.old[raw]
	if ok {
		s.store(raw, v)
	}
	return v, ok
}

func (s *signatures) put(raw string, v verifiedToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(raw, v)
}

func (s *signatures) store(raw string, v verifiedToken) {
	if s.new == nil || len(s.new) >= maxSignatures/2 {
		s.old, s.new = s.new, map[string]verifiedToken{}
	}
	s.new[raw] = v
}

// forget drops what drop says so of.
func (s *signatures) forget(drop func(verifiedToken) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, all := range []map[string]verifiedToken{s.new, s.old} {
		maps.DeleteFunc(all, func(_ string, v verifiedToken) bool { return drop(v) })
	}
}
