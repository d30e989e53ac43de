package tokens

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Draft is a token that is decided and not yet signed. Signing is the dear part and needs no transaction: a face drafts
// inside of it and signs after the commit.
type Draft struct {
	Claims    map[string]any
	ExpiresIn time.Duration // what the token endpoint says: a second less than the round lifetime (identity.md 3.4)

	key        *Key
	thumbprint bool // the header of a version 1 token has x5t beside kid (identity.md 1.5)
}

// Zero tells whether there is no draft.
func (d Draft) Zero() bool { return d.key == nil }

// Sign returns the token in compact form.
func (d Draft) Sign() (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(d.Claims))
	t.Header["kid"] = d.key.ID
	if d.thumbprint {
		t.Header["x5t"] = d.key.ID
	}
	raw, err := t.SignedString(d.key.Private)
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	return raw, nil
}

// The ways in which a token can be spoilt on purpose, so that a test can see it refused.
const (
	SignatureValid   = "valid"
	SignatureInvalid = "invalid" // the signature's bytes are changed
	SignatureForeign = "foreign" // signed by a key that nobody publishes, under our kid
	SignatureNone    = "none"    // alg none, no signature
	SignatureAltered = "altered" // the payload is changed after signing
)

// forge spoils a signed token.
func (d Draft) forge(raw, how string, foreign *Key) (string, error) {
	parts := strings.Split(raw, ".")
	switch how {
	case "", SignatureValid:
		return raw, nil
	case SignatureInvalid:
		sig, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil {
			return "", err
		}
		for i := range sig {
			sig[i] ^= 0xff
		}
		parts[2] = base64.RawURLEncoding.EncodeToString(sig)
		return strings.Join(parts, "."), nil
	case SignatureForeign:
		t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(d.Claims))
		t.Header["kid"] = d.key.ID
		return t.SignedString(foreign.Private)
	case SignatureNone:
		t := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims(d.Claims))
		t.Header["kid"] = d.key.ID
		return t.SignedString(jwt.UnsafeAllowNoneSignatureType)
	case SignatureAltered:
		d.Claims["altered"] = true
		t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(d.Claims))
		text, err := t.SigningString()
		if err != nil {
			return "", err
		}
		_, payload, _ := strings.Cut(text, ".")
		return parts[0] + "." + payload + "." + parts[2], nil
	}
	return "", fmt.Errorf("signature %q", how)
}
