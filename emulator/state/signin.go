package state

import (
	"iter"
	"time"
)

// The secrets of sign-in are global: whoever shows one has not yet said which tenant he comes from.

// Account names a person by where he signs in; the link between a guest object and its home.
type Account struct {
	Kind     HomeKind // HomeEntra for members too, seen from the outside
	TenantID string   // home tenant
	ObjectID string   // object there
	Address  string   // one-time-code accounts have nothing else
}

// AuthCode is an authorization code.
type AuthCode struct {
	ID                         string // the code
	TenantSegment              string // as it stood in the path
	TenantID                   string // tenant that was signed in to
	AppID                      string
	Account                    Account
	UserID                     string // object in TenantID
	RedirectURI                string
	Scope                      string // as requested
	Resource                   string // v1
	Version                    int    // of the authorize endpoint
	Nonce                      string
	Challenge, ChallengeMethod string
	SessionID                  string
	AuthTime                   time.Time
	AMR                        []string
	Claims                     string
	SPA                        bool
	ExpiresAt                  time.Time
	RedeemedAt                 time.Time
}

// AuthCode returns a code.
func (tx *Tx) AuthCode(id string) (AuthCode, bool) {
	return first[AuthCode](tx, tableAuthCodes, indexID, id)
}

// PutAuthCode stores a code.
func (tx *Tx) PutAuthCode(c AuthCode) { put(tx, tableAuthCodes, c) }

// RefreshToken is bound to a person and a client, not to a tenant or a resource (identity.md 2.5).
type RefreshToken struct {
	ID        string // the token
	AppID     string
	Family    string // "1": any client of the family
	Account   Account
	TenantID  string // where it was issued
	UserID    string // object there
	Scope     string // last granted, for a refresh without scope
	Resource  string // v1
	Version   int
	SessionID string
	AuthTime  time.Time
	AMR       []string
	SPA       bool
	CAE       bool
	IssuedAt  time.Time
	ExpiresAt time.Time
	Revoked   bool
}

// RefreshToken returns a token.
func (tx *Tx) RefreshToken(id string) (RefreshToken, bool) {
	return first[RefreshToken](tx, tableRefreshTokens, indexID, id)
}

// PutRefreshToken stores a token.
func (tx *Tx) PutRefreshToken(r RefreshToken) { put(tx, tableRefreshTokens, r) }

// DeviceCode is a device flow under way.
type DeviceCode struct {
	ID               string // device_code
	UserCode         string
	TenantSegment    string
	AppID            string
	Scope, Resource  string
	Version          int
	Claims           string
	Status           string // pending, approved, declined, consumed
	Account          Account
	TenantID, UserID string
	SessionID        string
	AuthTime         time.Time
	AMR              []string
	ExpiresAt        time.Time
}

// DeviceCode returns a flow by its device code.
func (tx *Tx) DeviceCode(id string) (DeviceCode, bool) {
	return first[DeviceCode](tx, tableDeviceCodes, indexID, id)
}

// DeviceCodeByUserCode returns a flow by what the person types.
func (tx *Tx) DeviceCodeByUserCode(code string) (DeviceCode, bool) {
	return first[DeviceCode](tx, tableDeviceCodes, indexToken, fold(code))
}

// PutDeviceCode stores a flow.
func (tx *Tx) PutDeviceCode(d DeviceCode) { put(tx, tableDeviceCodes, d) }

// Session is a browser's sign-in at one host family: the sign-in service, or a SharePoint host.
type Session struct {
	ID                   string // the cookie
	Host                 string // login, or the SharePoint host
	Accounts             []SessionAccount
	Clients              []SessionClient      // applications signed in to, for front-channel logout
	Proven               map[string]time.Time // SharePoint: link or invitation id → when a code or password was shown
	Form                 map[string]string    // state of a page under way
	CSRF                 string
	CreatedAt, ExpiresAt time.Time
}

// SessionAccount is one signed-in person of a session.
type SessionAccount struct {
	Account  Account
	AuthTime time.Time
	AMR      []string
	// TenantID and UserID: on a SharePoint host, who he is there.
	TenantID, UserID string
}

// SessionClient is an application that a session signed in to.
type SessionClient struct{ AppID, TenantID, SID string }

// Session returns a session by cookie.
func (tx *Tx) Session(id string) (Session, bool) {
	return first[Session](tx, tableSessions, indexID, id)
}

// PutSession stores a session.
func (tx *Tx) PutSession(s Session) { put(tx, tableSessions, s) }

// DeleteSession ends a session.
func (tx *Tx) DeleteSession(s Session) { remove(tx, tableSessions, s) }

// OneTimeCode is a code sent by mail.
type OneTimeCode struct {
	ID        string // purpose and address
	Code      string
	Attempts  int
	ExpiresAt time.Time
}

// OneTimeCode returns the newest code for a purpose and address.
func (tx *Tx) OneTimeCode(id string) (OneTimeCode, bool) {
	return first[OneTimeCode](tx, tableOneTimeCodes, indexID, fold(id))
}

// PutOneTimeCode stores a code.
func (tx *Tx) PutOneTimeCode(c OneTimeCode) { put(tx, tableOneTimeCodes, c) }

// DeleteOneTimeCode removes a code.
func (tx *Tx) DeleteOneTimeCode(c OneTimeCode) { remove(tx, tableOneTimeCodes, c) }

// SignIn is a sign-in log entry.
type SignIn struct {
	TenantID, ID             string
	At                       time.Time
	UserID, UserName, UPN    string
	UserType                 UserType
	HomeTenantID             string
	AppID, AppName           string
	ResourceID, ResourceName string
	IPAddress, UserAgent     string
	CorrelationID            string
	ErrorCode                int
	FailureReason            string
	Interactive              bool
	TokenID                  string // uti
	Seq                      uint64
}

// SignIns yields a tenant's sign-ins, oldest first.
func (tx *Tx) SignIns(tenant string) iter.Seq[SignIn] {
	return each[SignIn](tx, tableSignIns, indexID, tenant)
}

// PutSignIn appends to the sign-in log.
func (tx *Tx) PutSignIn(s SignIn) {
	s.Seq = tx.NextSequence()
	put(tx, tableSignIns, s)
}
