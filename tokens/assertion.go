package tokens

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/tennantite/tennantite/emulator/state"
)

// assertion is a client's own token: what it says of itself, signed with its certificate's key or by an outside issuer.
type assertion struct {
	Issuer    string           `json:"iss"`
	Subject   string           `json:"sub"`
	Audience  jwt.ClaimStrings `json:"aud"`
	ID        string           `json:"jti"`
	Tenant    string           `json:"tid"`
	Expires   looseDate        `json:"exp"`
	NotBefore looseDate        `json:"nbf"`
	IssuedAt  looseDate        `json:"iat"`
}

// looseDate is a time in the spellings that clients use: an integer, a float, or either as a text (identity.md 2.6).
type looseDate float64

// UnmarshalJSON decodes any of the spellings.
func (d *looseDate) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e12 {
		return &json.UnmarshalTypeError{Value: text}
	}
	*d = looseDate(f)
	return nil
}

func (d looseDate) time() time.Time { return time.Unix(int64(d), 0) }

// assertionSkew is how far a client's clock may be off; assertions live for minutes.
const assertionSkew = 5 * time.Minute

// checkAssertion checks a client assertion: signed with one of the application's certificates, or by an issuer that one of
// its federated credentials trusts.
func (s *Service) checkAssertion(tx *state.Tx, a state.Application, c Credential) (string, error) {
	if c.AssertionType != assertionType {
		return "", Refuse(AssertionInvalid, "The client_assertion_type is not "+assertionType+".")
	}
	header, claims, err := readAssertion(c.Assertion)
	if err != nil {
		return "", &Refusal{Reason: AssertionInvalid, Args: []any{"The client assertion is not a JSON web token."}, Err: err}
	}
	if claims.Issuer != claims.Subject && !strings.EqualFold(claims.Issuer, a.AppID) {
		return s.checkFederated(tx, a, c, claims)
	}
	key, ok := certificateKey(tx, a, header)
	if !ok {
		return "", Refuse(AssertionInvalid, "The key was not found by thumbprint. Thumbprint of key used by client: '"+header.thumbprint()+"'.")
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256", "PS256"}), jwt.WithoutClaimsValidation())
	if _, err := parser.Parse(padded(c.Assertion), func(*jwt.Token) (any, error) { return key, nil }); err != nil {
		return "", &Refusal{Reason: AssertionInvalid, Args: []any{"The signature of the client assertion does not match."}, Err: err}
	}
	if !strings.EqualFold(claims.Issuer, a.AppID) || !strings.EqualFold(claims.Subject, a.AppID) {
		return "", Refuse(AssertionInvalid, "Issuer and subject must be the client id.")
	}
	if !slices.ContainsFunc(claims.Audience, func(aud string) bool { return containsFold(c.Audiences, aud) }) {
		return "", Refuse(AssertionInvalid, "The audience is not the token endpoint.")
	}
	return ByCertificate, claims.inTime(tx)
}

// inTime checks the assertion's times; it must end.
func (a assertion) inTime(tx *state.Tx) error {
	now := tx.Now()
	if a.Expires == 0 || !now.Before(a.Expires.time().Add(assertionSkew)) ||
		a.NotBefore != 0 && now.Add(assertionSkew).Before(a.NotBefore.time()) {
		return Refuse(AssertionOutOfTime, now.UTC().Format(time.RFC3339), a.NotBefore.time().UTC().Format(time.RFC3339), a.Expires.time().UTC().Format(time.RFC3339))
	}
	return nil
}

// assertionHeader is the JOSE header of an assertion, as far as it names the key.
type assertionHeader struct {
	Algorithm string   `json:"alg"`
	KeyID     string   `json:"kid"`
	SHA1      string   `json:"x5t"`
	SHA256    string   `json:"x5t#S256"`
	Chain     []string `json:"x5c"`
}

func (h assertionHeader) thumbprint() string {
	switch {
	case h.SHA256 != "":
		return h.SHA256
	case h.SHA1 != "":
		return h.SHA1
	}
	return h.KeyID
}

func readAssertion(raw string) (h assertionHeader, a assertion, err error) {
	if len(raw) > maxToken {
		return h, a, jwt.ErrTokenMalformed
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return h, a, jwt.ErrTokenMalformed
	}
	for i, into := range []any{&h, &a} {
		text, err := anyBase64(parts[i])
		if err != nil {
			return h, a, err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return h, a, err
		}
	}
	return h, a, nil
}

// padded takes the padding off, which some clients leave on.
func padded(raw string) string { return strings.ReplaceAll(raw, "=", "") }

// anyBase64 decodes base64 in either alphabet, with or without padding.
func anyBase64(s string) ([]byte, error) {
	s = strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(s)
	return base64.RawURLEncoding.DecodeString(s)
}

// certificateKey finds the public key that a header means: by either thumbprint in any base64, by thumbprint in hex as
// kid, or by the leaf of the chain that is sent along.
func certificateKey(tx *state.Tx, a state.Application, h assertionHeader) (*rsa.PublicKey, bool) {
	for _, c := range a.Certificates {
		if !c.End.IsZero() && !tx.Now().Before(c.End) || !h.means(c.DER) {
			continue
		}
		cert, err := x509.ParseCertificate(c.DER)
		if err != nil {
			continue
		}
		if key, ok := cert.PublicKey.(*rsa.PublicKey); ok {
			return key, true
		}
	}
	return nil, false
}

func (h assertionHeader) means(der []byte) bool {
	short, long := sha1.Sum(der), sha256.Sum256(der)
	equal := func(text string, sum []byte) bool {
		b, err := anyBase64(text)
		return err == nil && text != "" && slices.Equal(b, sum) || strings.EqualFold(text, hex.EncodeToString(sum))
	}
	if h.SHA1 != "" || h.SHA256 != "" {
		return equal(h.SHA1, short[:]) || equal(h.SHA256, long[:])
	}
	if h.KeyID != "" {
		return equal(h.KeyID, short[:]) || equal(h.KeyID, long[:])
	}
	if len(h.Chain) > 0 {
		leaf, err := base64.StdEncoding.DecodeString(h.Chain[0])
		return err == nil && slices.Equal(leaf, der)
	}
	return false
}

// checkFederated checks a token of an outside issuer against the application's federated credentials. A token of this
// sign-in service must bear its signature; of another issuer only the claims are checked, because its keys are out of reach
// for something that lets no packet leave the machine.
func (s *Service) checkFederated(tx *state.Tx, a state.Application, c Credential, claims assertion) (string, error) {
	for _, f := range a.Federated {
		if strings.TrimRight(f.Issuer, "/") != strings.TrimRight(claims.Issuer, "/") || f.Subject != claims.Subject {
			continue
		}
		if !slices.ContainsFunc(claims.Audience, func(aud string) bool { return slices.Contains(audiences(f), aud) }) {
			return "", Refuse(AssertionUnmatched, claims.Issuer, claims.Subject)
		}
		if s.ourIssuer(tx, claims) {
			if _, err := s.read(tx, c.Assertion); err != nil {
				return "", &Refusal{Reason: AssertionInvalid, Args: []any{"The signature of the assertion does not match."}, Err: err}
			}
		}
		return ByCertificate, claims.inTime(tx)
	}
	return "", Refuse(AssertionUnmatched, claims.Issuer, claims.Subject)
}

// ourIssuer tells whether an issuer is a tenant of this world.
func (s *Service) ourIssuer(tx *state.Tx, claims assertion) bool {
	_, ok := tx.Tenant(claims.Tenant)
	return ok && (claims.Issuer == IssuerV1(claims.Tenant) || strings.HasSuffix(claims.Issuer, "/"+claims.Tenant+"/v2.0"))
}

// audiences are what a federated token's aud may be.
func audiences(f state.FederatedCredential) []string {
	if len(f.Audiences) > 0 {
		return f.Audiences
	}
	return []string{"api://AzureADTokenExchange"}
}
