package tokens

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// Request is what a token endpoint was asked for, as far as every grant shares it.
type Request struct {
	Segment    string       // what stood in the path, lower case
	Tenant     state.Tenant // of a concrete segment; zero at common, organizations and consumers
	Endpoint   int          // version of the endpoint: 1 or 2
	Client     state.Application
	Credential Credential
	Scopes     Scopes
	Claims     string // the claims parameter
	Login      string // address of the sign-in service that was used
	Graph      string // address of Graph beside it
	IPAddress  string
	Pass       Pass // what a lenient world lets pass

	implicit bool // at the authorize endpoint
}

// Set is what a grant yields. Drafts are signed by the face, after the commit.
type Set struct {
	Access, ID Draft
	Refresh    string
	// RefreshExpiresIn is how long the refresh token of a single-page application lives; of others it is zero.
	RefreshExpiresIn time.Duration
	Scope            string
	Resource         string // as it was named
	Family           string
	Account          Identity
	// Grant is what the access token was minted from, for the sign-in log.
	Grant Grant
}

// Identity is client_info: the account by which clients keep tokens of one person together (identity.md 2.3).
type Identity struct {
	UID  string `json:"uid"`
	UTID string `json:"utid"`
}

// IdentityOf is the account's ids at home; one that has no home is known by his object in the tenant.
func IdentityOf(a state.Account, u state.User) Identity {
	if a.ObjectID == "" {
		return Identity{u.ID, u.TenantID}
	}
	return Identity{a.ObjectID, a.TenantID}
}

const (
	refreshLife    = 90 * 24 * time.Hour
	refreshLifeSPA = 24 * time.Hour
	secretBytes    = 48
	// secretPrefix begins every code and refresh token, so that something else is told from one that does not exist.
	secretPrefix = "1."
)

// newSecret is a code or refresh token: URL-safe, because clients paste it unescaped (identity.md 2.5).
func newSecret(tx *state.Tx, kind string) string {
	return secretPrefix + kind + tx.NewSecret(secretBytes)
}

// looksIssued tells a code or token of ours from any other text.
func looksIssued(secret, kind string) bool {
	rest, ok := strings.CutPrefix(secret, secretPrefix+kind)
	return ok && len(rest) == 64 && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

const (
	kindCode    = "AQ"
	kindRefresh = "AR"
	kindDevice  = "AD"
)

// signedIn is somebody whom a grant stands for.
type signedIn struct {
	account   state.Account
	user      state.User
	sessionID string
	authTime  time.Time
	amr       []string
	nonce     string
	spa       bool
	renewable bool // a refresh token goes out, whatever the scopes say
	spaEnds   time.Time
}

// issue mints what a person's grant yields in a tenant.
func (s *Service) issue(tx *state.Tx, r Request, t state.Tenant, who signedIn, provenBy string) (Set, error) {
	if legacySync(r, t, who.user) {
		return Set{}, Refuse(LegacyBlocked)
	}
	asked, err := FindAPI(tx, t, r.Scopes)
	if err != nil {
		return Set{}, err
	}
	granted, err := asked.Granted(tx, t, r.Client, who.user.ID, r.Pass)
	if err != nil {
		return Set{}, err
	}
	g := Grant{
		Tenant: t, User: who.user, Client: r.Client, Resource: asked.API, Audience: asked.Audience, Scopes: asked.Claim(granted),
		Roles: rolesOf(tx, t.ID, who.user.ID, asked.API), ProvenBy: provenBy, AMR: who.amr, AuthTime: who.authTime,
		SessionID: who.sessionID, Nonce: who.nonce, CAE: Capable(r.Claims), Login: r.Login, Graph: r.Graph, IPAddress: r.IPAddress,
		Profile: r.Scopes.Profile, Email: r.Scopes.Email, Implicit: r.implicit,
	}
	g.Principal, _ = directory.ServicePrincipalByAppID(tx, t.ID, r.Client.AppID)
	set := Set{Grant: g, Family: r.Client.Family, Resource: r.Scopes.Resource, Account: IdentityOf(who.account, who.user)}
	if set.Access, err = s.Access(tx, g); err != nil {
		return Set{}, err
	}
	if r.Scopes.OpenID {
		if set.ID, err = s.ID(tx, g.forClient(tx), r.Endpoint); err != nil {
			return Set{}, err
		}
	}
	set.Scope = asked.Echo(granted)
	if r.Endpoint != version2 {
		set.Scope = strings.Join(asked.Claim(granted), " ")
	}
	if who.renewable || r.Scopes.Renew {
		rt := s.renewal(tx, r, t, who, g.CAE)
		set.Refresh = rt.ID
		if rt.SPA {
			set.RefreshExpiresIn = rt.ExpiresAt.Sub(tx.Now())
		}
	}
	return set, nil
}

// syncClient is the client id of the OneDrive sync engine.
const syncClient = "ab9b8c07-8f02-4f72-87fa-80105867a763"

// legacySync is a known issue of the B2B Sync preview, where a tenant has it on: the sync client's version 1 sign-in of
// somebody from outside is refused.
func legacySync(r Request, t state.Tenant, u state.User) bool {
	return t.KnownIssues.ADALB2BSync && r.Endpoint != version2 && u.External() && strings.EqualFold(r.Client.AppID, syncClient)
}

// forClient is the grant as the id token sees it: the roles are those of the application that people sign in to.
func (g Grant) forClient(tx *state.Tx) Grant {
	g.Roles = nil
	if own, ok := directory.ResourceByAppID(tx, g.Client.AppID); ok {
		g.Roles = rolesOf(tx, g.Tenant.ID, g.User.ID, own)
	}
	return g
}

// rolesOf are the app roles that a person has at an application, directly and through his groups.
func rolesOf(tx *state.Tx, tenant, user string, r directory.Resource) []string {
	if len(r.AppRoles) == 0 || r.App.AppID == "" {
		return nil
	}
	roles := directory.RolesAt(tx, tenant, user, r)
	for _, g := range directory.GroupsOf(tx, tenant, user) {
		for _, role := range directory.RolesAt(tx, tenant, g, r) {
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	return roles
}

// renewal stores a refresh token and returns it. Its scope is what was asked for, for a refresh that names none.
func (s *Service) renewal(tx *state.Tx, r Request, t state.Tenant, who signedIn, cae bool) state.RefreshToken {
	rt := state.RefreshToken{
		ID: newSecret(tx, kindRefresh), AppID: r.Client.AppID, Family: r.Client.Family, Account: who.account, TenantID: t.ID,
		UserID: who.user.ID, Scope: r.Scopes.String(), Resource: r.Scopes.Resource, Version: r.Endpoint, SessionID: who.sessionID,
		AuthTime: who.authTime, AMR: who.amr, SPA: who.spa, CAE: cae, IssuedAt: tx.Now(), ExpiresAt: tx.Now().Add(refreshLife),
	}
	if who.spa { // a refresh gives no new day (identity.md 2.5)
		rt.ExpiresAt = who.spaEnds
		if rt.ExpiresAt.IsZero() {
			rt.ExpiresAt = tx.Now().Add(refreshLifeSPA)
		}
	}
	tx.PutRefreshToken(rt)
	return rt
}

// AppOnly is the client credentials grant: an application alone. It fails with TenantMissing, ClientUnknown,
// ClientDisabled, ScopeNotDefault, ResourceUnknown or as [Service.Authenticate] does.
func (s *Service) AppOnly(tx *state.Tx, r Request) (Set, error) {
	if r.Tenant.ID == "" {
		return Set{}, Refuse(TenantMissing)
	}
	sp, ok := directory.ServicePrincipalByAppID(tx, r.Tenant.ID, r.Client.AppID)
	if !ok {
		if err := Refuse(ClientUnknown, r.Client.AppID, r.Tenant.DisplayName); !r.Pass.lets(err) {
			return Set{}, err
		}
		sp = state.ServicePrincipal{TenantID: r.Tenant.ID, ID: r.Client.AppID, AppID: r.Client.AppID, AccountEnabled: true}
	}
	if !sp.AccountEnabled {
		return Set{}, Refuse(ClientDisabled, r.Client.AppID)
	}
	provenBy, err := s.Authenticate(tx, r, true)
	if err != nil {
		return Set{}, err
	}
	if !r.Scopes.Default {
		return Set{}, Refuse(ScopeNotDefault, r.Scopes.Text)
	}
	asked, err := FindAPI(tx, r.Tenant, r.Scopes)
	if err != nil {
		return Set{}, err
	}
	g := Grant{
		Tenant: r.Tenant, Client: r.Client, Principal: sp, Resource: asked.API, Audience: asked.Audience,
		Roles: directory.GrantedRoles(tx, r.Tenant.ID, r.Client.AppID, asked.API), ProvenBy: provenBy, CAE: Capable(r.Claims),
		Login: r.Login, Graph: r.Graph, IPAddress: r.IPAddress,
	}
	set := Set{Grant: g, Resource: r.Scopes.Resource}
	set.Access, err = s.Access(tx, g)
	return set, err
}

// Capable tells whether a claims parameter declares that the client handles claims challenges: xms_cc with CP1.
func Capable(claims string) bool {
	return strings.Contains(claims, "xms_cc") && strings.Contains(strings.ToLower(claims), `"cp1"`)
}
