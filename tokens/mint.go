package tokens

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// MintRequest asks for an access token without a sign-in: the control plane's.
type MintRequest struct {
	TenantID  string
	As        string // principal name, address or object id of a member, or of a guest's home account; "" is app-only
	AppID     string // "" is the well-known command line tool
	Resource  string // https://graph.microsoft.com, https://HOST, an app id or an identifier URI
	Scopes    []string
	Roles     []string
	Claims    map[string]any // put over the rest; null takes a claim out
	ExpiresIn time.Duration  // 0 is the default; may be negative
	Signature string         // "" or one of the Signature constants
	Login     string         // address of the sign-in service: issuer of a version 2 token; "" is the real one
}

// Minted is a token with what was put in.
type Minted struct {
	Token     string
	ExpiresIn time.Duration
	Scopes    []string
	Roles     []string
}

// commandLine is the client id of Microsoft's Graph command line tools, known and consented everywhere.
const commandLine = "14d82eec-204b-4c2f-b7e8-296a70dab67e"

// Mint makes a token, deliberately bad ones too. The transaction must be an Update. It fails with UserNotFound,
// ObjectNotFound, TenantNotFound or InvalidProperty.
func (s *Service) Mint(tx *state.Tx, r MintRequest) (Minted, error) {
	g, err := s.mintGrant(tx, r)
	if err != nil {
		return Minted{}, err
	}
	d, err := s.Access(tx, g)
	if err != nil {
		return Minted{}, err
	}
	if r.ExpiresIn != 0 {
		d.ExpiresIn = r.ExpiresIn
		d.Claims["exp"] = tx.Now().Add(r.ExpiresIn).Unix()
	}
	maps.Copy(d.Claims, r.Claims)
	maps.DeleteFunc(d.Claims, func(_ string, v any) bool { return v == nil })
	raw, err := d.Sign()
	if err != nil {
		return Minted{}, err
	}
	if raw, err = s.spoil(tx, d, raw, r.Signature); err != nil {
		return Minted{}, err
	}
	return Minted{Token: raw, ExpiresIn: d.ExpiresIn, Scopes: g.Scopes, Roles: g.Roles}, nil
}

func (s *Service) spoil(tx *state.Tx, d Draft, raw, how string) (string, error) {
	switch how {
	case "", SignatureValid, SignatureInvalid, SignatureNone, SignatureAltered:
		return d.forge(raw, how, nil)
	case SignatureForeign:
		foreign, err := s.nextKey(tx.World())
		if err != nil {
			return "", err
		}
		return d.forge(raw, how, foreign)
	}
	return "", problem.For(problem.Invalid, problem.InvalidProperty, "signature",
		"allowed are valid, invalid, foreign, none and altered")
}

func (s *Service) mintGrant(tx *state.Tx, r MintRequest) (Grant, error) {
	t, ok := tx.Tenant(r.TenantID)
	if !ok {
		return Grant{}, problem.For(problem.NotFound, problem.TenantNotFound, "tenant", "there is no tenant %s", r.TenantID)
	}
	if r.AppID == "" {
		r.AppID = commandLine
	}
	client, err := directory.FindClient(tx, r.AppID)
	if err != nil {
		return Grant{}, err
	}
	named := realName(tx, strings.TrimSuffix(r.Resource, "/.default"))
	if named == "" {
		named = graphAddress
	}
	res, err := directory.FindResource(tx, t, named)
	if err != nil {
		return Grant{}, err
	}
	g := Grant{
		Tenant: t, Client: client, Resource: res, Audience: named, ProvenBy: ByNothing, AMR: []string{"pwd"},
		AuthTime: tx.Now(), Login: r.Login, Scopes: r.Scopes,
	}
	g.Principal, ok = directory.ServicePrincipalByAppID(tx, t.ID, client.AppID)
	if r.As == "" {
		if !ok {
			return Grant{}, problem.For(problem.NotFound, problem.ObjectNotFound, "app", "the application %s is not installed in %s", client.AppID, t.DisplayName)
		}
		g.Scopes, g.Roles = nil, r.Roles
		if r.Roles == nil {
			g.Roles = directory.GrantedRoles(tx, t.ID, client.AppID, res)
		}
		g.ProvenBy = ByCertificate // SharePoint takes nothing less from an application alone
		return g, nil
	}
	if g.User, err = mintUser(tx, t, r.As); err != nil {
		return Grant{}, err
	}
	if r.Scopes == nil {
		g.Scopes = directory.GrantedScopes(tx, t.ID, client.AppID, res, g.User.ID)
	}
	if len(client.Secrets) > 0 {
		g.ProvenBy = BySecret
	}
	g.Scopes = slices.DeleteFunc(slices.Clone(g.Scopes), func(s string) bool { return s == offlineAccess })
	return g, nil
}

// mintUser finds whom a token is for: by object id or principal name in the tenant, or by the account at home.
func mintUser(tx *state.Tx, t state.Tenant, as string) (state.User, error) {
	if u, err := directory.FindUser(tx, t.ID, as); err == nil {
		return u, nil
	}
	if strings.Contains(as, "@") {
		if u, ok := directory.ObjectOf(tx, t.ID, directory.Discover(tx, as).Account); ok {
			return u, nil
		}
		if personal, ok := directory.DiscoverPersonal(tx, as); ok {
			if u, ok := directory.ObjectOf(tx, t.ID, personal.Account); ok {
				return u, nil
			}
		}
		if u, ok := directory.UserByAddress(tx, t.ID, as); ok {
			return u, nil
		}
	}
	for home := range tx.Tenants() {
		if u, ok := tx.User(home.ID, as); ok {
			if guest, ok := directory.ObjectOf(tx, t.ID, directory.Account(u)); ok {
				return guest, nil
			}
		}
	}
	return state.User{}, problem.For(problem.NotFound, problem.UserNotFound, "as", "%s has no account in %s", as, t.DisplayName)
}
