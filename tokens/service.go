package tokens

import (
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// Service mints and verifies with the keys of a pool.
type Service struct{ Keys *Pool }

// Pool holds the process's signing keys.
type Pool struct{}

// PoolOptions say where keys come from.
type PoolOptions struct {
	PEM      []byte // --keys: RSA private keys, PEM; the first one is active in a new world
	CacheDir string // where a generated key is kept between runs; "" for nowhere
}

// NewPool returns a pool. Without PEM and without a cached key, keys are made in the background; whoever needs one waits.
func NewPool(o PoolOptions) (*Pool, error) { panic("skeleton") }

// Audience is what a resource server accepts.
type Audience struct {
	// AppID and Names: the client id of the resource, and the addresses under which it may be named in aud.
	AppID string
	Names []string
}

// GraphAudience is Microsoft Graph's.
func GraphAudience() Audience { panic("skeleton") }

// SharePointAudience is a SharePoint host's, "contoso.sharepoint.com".
func SharePointAudience(host string) Audience { panic("skeleton") }

// Verify checks an access token at a resource and returns who asks: signature, issuer, audience, times by the world's
// clock, the world that issued it, that tenant, person and application still exist and are enabled, and that the person's
// sessions were not revoked since (ClaimsChallenge for a client that declared CP1). It fails with BadToken, TokenExpired,
// WrongAudience, WrongTenant, UserDisabled or ClaimsChallenge.
func (s *Service) Verify(tx *state.Tx, raw string, aud Audience) (directory.Principal, error) {
	panic("skeleton")
}

// VerifyID checks an id token that a relying party of our own (SharePoint's pages) got from the sign-in service, and
// returns the account that signed in with its home tenant and object.
func (s *Service) VerifyID(tx *state.Tx, raw, clientID, nonce string) (state.Account, error) {
	panic("skeleton")
}

// MintRequest asks for an access token without a sign-in: the control plane's.
type MintRequest struct {
	TenantID  string
	As        string // principal name, address or object id of a member, or of a guest's home account; "" is app-only
	AppID     string
	Resource  string // https://graph.microsoft.com, https://HOST, an app id or an identifier URI
	Scopes    []string
	Roles     []string
	Claims    map[string]any
	ExpiresIn time.Duration // 0 is the default; may be negative
	Signature string        // "", valid or invalid
}

// Minted is a token with what was put in.
type Minted struct {
	Token     string
	ExpiresIn time.Duration
	Scopes    []string
	Roles     []string
}

// Mint makes a token, deliberately bad ones too. It fails with UserNotFound, ObjectNotFound or TenantNotFound.
func (s *Service) Mint(tx *state.Tx, r MintRequest) (Minted, error) { panic("skeleton") }
