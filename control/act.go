package control

import (
	"net/http"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

func actEndpoints() []endpoint {
	return []endpoint{
		{
			Method: http.MethodPost, Path: "/redemptions", Summary: "follow an invitation or sharing link as somebody",
			Body: Redemption{}, Reply: redeemed{}, handle: taking(postRedemption),
		},
		{Method: http.MethodPost, Path: "/tokens", Summary: "mint an access token, bad ones too", Body: tokenRequest{}, Reply: token{}, handle: taking(postToken)},
		{Method: http.MethodPost, Path: "/keys/rotate", Summary: "a new active signing key; the old one is served until its tokens end", Reply: keys{}, handle: rotateKeys},
	}
}

// Redemption says which address is followed, and by whom.
type Redemption struct {
	URL      string `json:"url" doc:"from a mail, an invitation or a sharing call"`
	As       string `json:"as" doc:"sign-in address at home"`
	Password string `json:"password,omitempty" doc:"checked if given; of a protected link otherwise"`
	Account  string `json:"account,omitempty" doc:"organizational, microsoft or code; what the person has if not given"`
}

type redeemed struct {
	Guest *personBundle `json:"guest" doc:"the visitor's object in the tenant, null if he has none"`
	URL   string        `json:"url" doc:"where it led"`
}

func postRedemption(c *call, b Redemption) (any, error) {
	var out redeemed
	err := c.update(func(tx *state.Tx) error {
		guest, url, err := c.Redeem(tx, b)
		if err != nil {
			return err
		}
		out = redeemed{URL: url}
		if guest.ID != "" {
			p := person(tx, guest)
			out.Guest = &p
		}
		return nil
	})
	return orError(out, err)
}

// Redeem does what the pages of redemption do, without them: the same rules, the same refusals. guest is the visitor's object
// in the tenant, zero if he has none; url is where it led.
func (o Options) Redeem(tx *state.Tx, b Redemption) (guest state.User, url string, err error) {
	to, ok := links.Follow(b.URL, publicHost(tx))
	if !ok || to.Kind == links.Other {
		return guest, "", problem.For(problem.Invalid, problem.InvalidProperty, "url", "%q is no address that leads to an invitation, a link or a place", b.URL)
	}
	account, err := accountOf(tx, b)
	if err != nil {
		return guest, "", err
	}
	return o.follow(tx, to, account, b)
}

func publicHost(tx *state.Tx) string {
	_, host, _ := strings.Cut(tx.World().PublicURL, "://")
	host, _, _ = strings.Cut(host, ":")
	return strings.Trim(host, "/")
}

// accountOf is the account that somebody signs in with; the zero account where nobody signs in.
func accountOf(tx *state.Tx, b Redemption) (state.Account, error) {
	if b.As == "" {
		return state.Account{}, nil
	}
	found := directory.Discover(tx, b.As)
	switch b.Account {
	case "":
	case "organizational":
		if found.Kind != state.HomeEntra || found.Unknown {
			return state.Account{}, problem.For(problem.Invalid, problem.AccountTypeNotAllowed, b.As, "%s is no work or school account", b.As)
		}
	case "microsoft":
		personal, ok := directory.DiscoverPersonal(tx, b.As)
		if !ok {
			return state.Account{}, problem.For(problem.Invalid, problem.AccountTypeNotAllowed, b.As, "%s is no Microsoft account", b.As)
		}
		found = personal
	case "code":
		return state.Account{Kind: state.HomeOTP, Address: strings.ToLower(b.As)}, nil
	default:
		return state.Account{}, problem.For(problem.Invalid, problem.InvalidProperty, "account", "found %q; allowed are organizational, microsoft, code", b.Account)
	}
	if found.Unknown {
		return state.Account{}, problem.For(problem.NotFound, problem.UserNotFound, b.As, "%s has nobody called %s", found.Tenant.DisplayName, b.As)
	}
	if found.Kind == state.HomeOTP {
		return found.Account, nil
	}
	if !found.User.AccountEnabled {
		return state.Account{}, problem.For(problem.Denied, problem.UserDisabled, b.As, "the account is disabled")
	}
	if b.Password != "" {
		if err := directory.CheckPassword(found.User, b.Password); err != nil {
			return state.Account{}, err
		}
	}
	return found.Account, nil
}

// follow goes where an address leads.
func (o Options) follow(tx *state.Tx, to links.Followed, a state.Account, b Redemption) (guest state.User, url string, err error) {
	if to.Kind == links.B2BRedemption {
		i, err := o.B2B.Open(tx, to.Tenant, to.ID, to.Ticket)
		if err != nil {
			return state.User{}, "", err
		}
		guest, err = o.B2B.Redeem(tx, i, a)
		return guest, i.RedirectURL, err
	}
	t, ok := tx.TenantByPrefix(to.Place.Prefix)
	if !ok {
		return state.User{}, "", problem.For(problem.NotFound, problem.TenantNotFound, to.Place.Prefix, "no organisation has this address")
	}
	v := sharing.Visit{Tenant: t.ID, Account: a, Password: b.Password, Origin: to.Place.Origin}
	if a.Kind == state.HomeOTP {
		v.Email = a.Address
	}
	var landing sharing.Landing
	switch to.Kind {
	case links.SharePointInvite:
		landing, err = o.Sharing.Redeem(tx, to.ID, v)
	case links.SharingLinkURL:
		landing, err = o.Sharing.OpenLink(tx, to.Token, v)
		if problem.ReasonOf(err) == problem.CodeRequired && v.Email == "" {
			v.Email = b.As // the code is in his own mailbox
			landing, err = o.Sharing.OpenLink(tx, to.Token, v)
		}
	default:
		return o.visit(tx, t, to, a)
	}
	return landing.Guest, landing.URL, err
}

// visit opens a place by its own address: an invited guest is redeemed just in time, a stranger is refused.
func (o Options) visit(tx *state.Tx, t state.Tenant, to links.Followed, a state.Account) (state.User, string, error) {
	at, err := drive.PlaceAt(tx, t.ID, to.Place.Host == links.My, to.Path)
	if err != nil {
		return state.User{}, "", err
	}
	u, ok := directory.ObjectOf(tx, t.ID, a)
	if !ok {
		pending, invited := directory.PendingOf(tx, t.ID, a)
		if !invited {
			return state.User{}, "", problem.New(problem.Denied, problem.AccessDenied, "this account is not in the directory of %s", t.DisplayName)
		}
		if u, err = o.B2B.RedeemInTime(tx, pending, a); err != nil {
			return state.User{}, "", err
		}
	}
	if err := sharing.Require(tx, directory.Principal{Tenant: t.ID, User: u}, at, state.RoleRead); err != nil {
		return state.User{}, "", err
	}
	return u, to.Place.Origin.Site(t.SharePointPrefix(), at.Site.Personal, to.Path), nil
}

// tokenRequest is what a token is to be like.
type tokenRequest struct {
	As        string         `json:"as,omitempty" doc:"principal name, address or object id, of a member or of a guest's home account; without it app-only"`
	App       string         `json:"app,omitempty" doc:"client id"`
	Tenant    string         `json:"tenant" doc:"id or domain"`
	Resource  string         `json:"resource" doc:"https://graph.microsoft.com, https://HOST, an identifier URI or a client id"`
	Scopes    []string       `json:"scopes,omitempty" doc:"delegated permissions; all that are consented if not given"`
	Roles     []string       `json:"roles,omitempty" doc:"application permissions; likewise"`
	Claims    map[string]any `json:"claims,omitempty" doc:"put over the rest"`
	ExpiresIn *int           `json:"expiresIn,omitempty" doc:"seconds, may be negative"`
	Signature string         `json:"signature,omitempty" doc:"valid or invalid"`
}

type token struct {
	AccessToken string   `json:"access_token"`
	TokenType   string   `json:"token_type"`
	ExpiresIn   int      `json:"expires_in"`
	Scopes      []string `json:"scopes,omitempty"`
	Roles       []string `json:"roles,omitempty"`
}

func postToken(c *call, b tokenRequest) (any, error) {
	var out token
	err := c.update(func(tx *state.Tx) error {
		t, err := directory.ResolveTenant(tx, b.Tenant)
		if err != nil {
			return err
		}
		r := tokens.MintRequest{
			TenantID: t.ID, As: b.As, AppID: b.App, Resource: b.Resource, Scopes: b.Scopes, Roles: b.Roles, Claims: b.Claims,
			Signature: b.Signature,
		}
		if b.ExpiresIn != nil {
			r.ExpiresIn = time.Duration(*b.ExpiresIn) * time.Second
		}
		m, err := c.Tokens.Mint(tx, r)
		out = token{m.Token, "Bearer", int(m.ExpiresIn / time.Second), m.Scopes, m.Roles}
		return err
	})
	return orError(out, err)
}

// keys are the signing keys after a rotation, by id.
type keys struct {
	Active  string `json:"active"`
	Retired string `json:"retired"`
}

func rotateKeys(c *call) (any, error) {
	var out keys
	err := c.update(func(tx *state.Tx) error {
		r, err := c.Tokens.Rotate(tx)
		out = keys(r)
		return err
	})
	return orError(out, err)
}
