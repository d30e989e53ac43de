package tokens

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// How a client proved itself, as appidacr and azpacr say it.
const (
	ByNothing     = "0"
	BySecret      = "1"
	ByCertificate = "2"
)

// Grant is what tokens are minted from: who, through which application, for which API.
type Grant struct {
	Tenant    state.Tenant
	User      state.User // the object in Tenant; zero for an application alone
	Client    state.Application
	Principal state.ServicePrincipal // the client's object in Tenant
	Resource  directory.Resource
	Audience  string // aud of a version 1 token: the resource as it was named
	Scopes    []string
	Roles     []string
	ProvenBy  string // ByNothing, BySecret or ByCertificate

	AMR       []string
	AuthTime  time.Time
	SessionID string
	Nonce     string
	CAE       bool   // the client declared that it can handle claims challenges
	Login     string // address of the sign-in service that was used: issuer of a version 2 token
	Graph     string // address of Graph as the client reaches it
	IPAddress string
	Implicit  bool // handed out by the authorize endpoint
	Profile   bool // id token: scope profile
	Email     bool // id token: scope email
}

// AppOnly tells whether an application asks without a person.
func (g Grant) AppOnly() bool { return g.User.ID == "" }

const (
	backdate    = 5 * time.Minute // iat and nbf lie before the issue (identity.md 3.4)
	defaultLife = time.Hour
	caeLife     = 24 * time.Hour

	wideMember = "b79fbf4d-3ef9-4689-8143-76b194e85509" // wids of every member (identity.md 3.5)
	wideGuest  = "13bd1c72-6f4a-4dcf-985f-18d3b80f208a" // of every B2B guest (identity.md 3.3)
	wideApp    = "0997a1d0-0d1d-4acb-b408-d5ca73121e90" // of every application
)

// Access drafts an access token. Its version is the resource's choice (identity.md 3.1). The transaction must be an Update.
func (s *Service) Access(tx *state.Tx, g Grant) (Draft, error) {
	life := accessLife(tx, g)
	c, key, err := s.common(tx, g, life)
	if err != nil {
		return Draft{}, err
	}
	c["rh"] = handle(g.Tenant.ID, g.Resource.AppID, g.Client.AppID)
	d := Draft{Claims: c, ExpiresIn: life - time.Second, key: key}
	if g.Resource.Version == version2 {
		g.accessV2(tx, c)
	} else {
		d.thumbprint = true
		g.accessV1(tx, c)
	}
	if g.AppOnly() {
		c["oid"], c["sub"] = g.Principal.ID, g.Principal.ID
	} else {
		c["oid"] = g.User.ID
		c["sub"] = pairwise(tx, g.User, g.Resource.AppID)
		c["scp"] = strings.Join(g.Scopes, " ")
	}
	if len(g.Roles) > 0 {
		c["roles"] = g.Roles
	}
	if g.CAE && g.firstParty() {
		c["xms_cc"] = []string{"CP1"}
	}
	g.optional(tx, c, g.Resource.App.OptionalClaims.AccessToken, g.Resource.App, version(g.Resource.Version))
	return d, nil
}

const (
	version1 = 1
	version2 = 2
)

func version(v int) int {
	if v == version2 {
		return version2
	}
	return version1
}

// common are the claims that every token has.
func (s *Service) common(tx *state.Tx, g Grant, life time.Duration) (map[string]any, *Key, error) {
	key, err := s.signingKey(tx.World())
	if err != nil {
		return nil, nil, err
	}
	now := tx.Now()
	id := newID(tx)
	return map[string]any{
		"tid": g.Tenant.ID,
		"iat": now.Add(-backdate).Unix(),
		"nbf": now.Add(-backdate).Unix(),
		"exp": now.Add(life).Unix(),
		"uti": id,
		"aio": issuedMark(tx, id),
	}, key, nil
}

func (g Grant) accessV1(tx *state.Tx, c map[string]any) {
	c["ver"], c["iss"], c["aud"] = "1.0", IssuerV1(g.Tenant.ID), g.Audience
	c["appid"], c["appidacr"], c["app_displayname"] = g.Client.AppID, g.ProvenBy, g.Client.DisplayName
	c["xms_tcdt"] = g.Tenant.CreatedAt.Unix()
	c["xms_tdbr"] = g.Tenant.Region
	c["tenant_region_scope"] = g.Tenant.Region
	c["xms_ftd"] = handle("ftd", c["uti"].(string), "")
	c["wids"] = g.wids(tx)
	if g.AppOnly() {
		c["idtyp"], c["idp"], c["xms_idrel"] = "app", IssuerV1(g.Tenant.ID), "7 24"
		return
	}
	c["idtyp"], c["acr"], c["amr"] = "user", "1", g.AMR
	c["xms_idrel"] = "1 24"
	c["acct"] = acct(g.User)
	c["puid"] = g.User.PUID
	c["ipaddr"] = g.address()
	c["xms_st"] = map[string]any{"sub": pairwise(tx, g.User, g.Client.AppID)}
	c["signin_state"] = []string{"kmsi"}
	g.person(tx, c)
}

// person are the claims of a version 1 token that name its person (identity.md 3.3).
func (g Grant) person(tx *state.Tx, c map[string]any) {
	u := g.User
	put(c, "name", u.DisplayName)
	put(c, "given_name", u.GivenName)
	put(c, "family_name", u.Surname)
	home := homeOf(tx, u)
	switch u.Home.Kind {
	case state.HomeHere:
		c["unique_name"], c["upn"] = u.UserPrincipalName, u.UserPrincipalName
		if g.Tenant.Consumers() {
			c["unique_name"] = "live.com#" + mailOf(u)
			delete(c, "upn")
			c["altsecid"] = "1:live.com:" + u.PUID
		}
		return
	case state.HomeEntra:
		c["unique_name"] = home.UserPrincipalName
		c["altsecid"] = "5::" + home.PUID
	case state.HomeMicrosoft:
		c["unique_name"] = "live.com#" + mailOf(home)
		c["altsecid"] = "1:live.com:" + home.PUID
	case state.HomeOTP, state.HomeUnknown:
		c["unique_name"] = mailOf(u)
	}
	c["idp"] = IdentityProvider(u)
	put(c, "email", externalMail(u, home))
}

func (g Grant) accessV2(tx *state.Tx, c map[string]any) {
	c["ver"], c["iss"], c["aud"] = "2.0", IssuerV2(g.Login, g.Tenant.ID), g.Resource.AppID
	c["azp"], c["azpacr"] = g.Client.AppID, g.ProvenBy
	c["xms_ftd"] = handle("ftd", c["uti"].(string), "")
	if g.AppOnly() {
		return
	}
	put(c, "name", g.User.DisplayName)
	c["preferred_username"] = preferredName(tx, g.User)
	if g.User.External() {
		c["idp"] = IdentityProvider(g.User)
		put(c, "email", externalMail(g.User, homeOf(tx, g.User)))
	}
}

// ID drafts an id token; its version is the endpoint's (identity.md 3.1). The transaction must be an Update.
func (s *Service) ID(tx *state.Tx, g Grant, endpoint int) (Draft, error) {
	life := idLife(tx, g)
	c, key, err := s.common(tx, g, life)
	if err != nil {
		return Draft{}, err
	}
	u := g.User
	c["aud"] = g.Client.AppID
	c["sub"] = pairwise(tx, u, g.Client.AppID)
	c["rh"] = handle(g.Tenant.ID, "", g.Client.AppID)
	put(c, "nonce", g.Nonce)
	d := Draft{Claims: c, ExpiresIn: life - time.Second, key: key, thumbprint: endpoint != version2}
	if len(g.Roles) > 0 {
		c["roles"] = g.Roles
	}
	if endpoint != version2 {
		c["ver"], c["iss"] = "1.0", IssuerV1(g.Tenant.ID)
		c["oid"], c["amr"], c["ipaddr"] = u.ID, g.AMR, g.address()
		g.person(tx, c)
		delete(c, "altsecid")
		g.optional(tx, c, g.Client.OptionalClaims.IDToken, g.Client, version1)
		return d, nil
	}
	c["ver"], c["iss"] = "2.0", IssuerV2(g.Login, g.Tenant.ID)
	home := homeOf(tx, u)
	if g.Profile {
		c["oid"] = u.ID
		put(c, "name", u.DisplayName)
		c["preferred_username"] = preferredName(tx, u)
	}
	if u.External() {
		c["idp"] = IdentityProvider(u)
		put(c, "email", externalMail(u, home))
	} else if g.Email {
		put(c, "email", u.Mail)
	}
	g.optional(tx, c, g.Client.OptionalClaims.IDToken, g.Client, version2)
	return d, nil
}

// IssuerV1 is the issuer of version 1 tokens; it is the same however a client came (identity.md 6.3).
func IssuerV1(tenant string) string { return "https://sts.windows.net/" + tenant + "/" }

// IssuerV2 is the issuer of version 2 tokens from a sign-in service at that address.
func IssuerV2(login, tenant string) string {
	if login == "" {
		login = "https://login.microsoftonline.com"
	}
	return login + "/" + tenant + "/v2.0"
}

// IdentityProvider is where somebody from outside signs in, as idp says it.
func IdentityProvider(u state.User) string {
	switch u.Home.Kind {
	case state.HomeEntra:
		return IssuerV1(u.Home.TenantID)
	case state.HomeMicrosoft:
		return "live.com"
	case state.HomeOTP, state.HomeUnknown:
		return "mail"
	case state.HomeHere:
	}
	return IssuerV1(u.TenantID)
}

// homeOf is the account's own object: of a guest the one at home, as far as it still exists, else the object itself.
func homeOf(tx *state.Tx, u state.User) state.User {
	if u.Home.ObjectID != "" {
		if home, ok := tx.User(u.Home.TenantID, u.Home.ObjectID); ok {
			return home
		}
	}
	return u
}

func mailOf(u state.User) string {
	if u.Mail != "" {
		return u.Mail
	}
	return u.UserPrincipalName
}

// externalMail is the address of somebody from outside: the one at home, where he has one there.
func externalMail(guest, home state.User) string {
	if home.ID != guest.ID && home.Mail != "" {
		return home.Mail
	}
	if guest.Mail != "" {
		return guest.Mail
	}
	return guest.InvitedAs
}

func preferredName(tx *state.Tx, u state.User) string {
	switch u.Home.Kind {
	case state.HomeHere:
		return u.UserPrincipalName
	case state.HomeEntra:
		return homeOf(tx, u).UserPrincipalName
	case state.HomeMicrosoft, state.HomeOTP, state.HomeUnknown:
	}
	return mailOf(homeOf(tx, u))
}

// acct is 1 for a guest. A member whose home is elsewhere is none (identity.md 3.3).
func acct(u state.User) int {
	if u.Type == state.Guest {
		return 1
	}
	return 0
}

func (g Grant) address() string {
	if g.IPAddress == "" {
		return "127.0.0.1"
	}
	return g.IPAddress
}

// wids are the role templates of whom the token is for (identity.md 3.5).
func (g Grant) wids(tx *state.Tx) []string {
	if g.AppOnly() {
		return []string{wideApp}
	}
	wids := slices.Clone(directory.RolesOf(tx, g.Tenant.ID, g.User.ID))
	if g.User.Type == state.Guest {
		return append(wids, wideGuest)
	}
	return append(wids, wideMember)
}

func put(c map[string]any, name, value string) {
	if value != "" {
		c[name] = value
	}
}

// pairwise is the subject of a person at an application: the same for the same two, and nothing else can be told from it.
func pairwise(tx *state.Tx, u state.User, appID string) string {
	h := sha256.New()
	for _, part := range []string{"sub", u.TenantID, u.ID, strings.ToLower(appID)} {
		h.Write([]byte(part + "\x00"))
	}
	h.Write(tx.World().Secret)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// handle is an opaque value that looks as the service's rh does.
func handle(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "1." + base64.RawURLEncoding.EncodeToString(sum[:]) + "."
}

const markBytes = 8

// issuedMark is an opaque value that holds the moment of issue exactly: iat has whole seconds only, and revocation must be
// able to tell a token from before from one after.
func issuedMark(tx *state.Tx, id string) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(tx.Now().UnixNano()))
	sum := sha256.Sum256([]byte("aio\x00" + id))
	for i := range b {
		b[i] ^= sum[i]
	}
	return base64.RawURLEncoding.EncodeToString(append(b, sum[markBytes:]...))
}

// issuedAt reads the mark again; ok is false where the claim was put in by hand.
func issuedAt(aio, id string) (time.Time, bool) {
	b, err := base64.RawURLEncoding.DecodeString(aio)
	sum := sha256.Sum256([]byte("aio\x00" + id))
	if err != nil || len(b) != len(sum) || !slices.Equal(b[markBytes:], sum[markBytes:]) {
		return time.Time{}, false
	}
	for i := range markBytes {
		b[i] ^= sum[i]
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b))), true
}
