package state

import (
	"iter"
	"time"
)

// UserType tells members from guests.
type UserType string

// The two types; the empty one is an object from before 2014.
const (
	Member UserType = "Member"
	Guest  UserType = "Guest"
)

// ExternalState is where a guest's invitation stands; empty for everyone else.
type ExternalState string

// The states of a guest.
const (
	PendingAcceptance ExternalState = "PendingAcceptance"
	Accepted          ExternalState = "Accepted"
)

// HomeKind says where a person signs in.
type HomeKind string

// Where people sign in.
const (
	HomeHere      HomeKind = ""          // in this tenant
	HomeEntra     HomeKind = "entra"     // in another organisation
	HomeMicrosoft HomeKind = "microsoft" // with a personal Microsoft account
	HomeOTP       HomeKind = "otp"       // nowhere: a code by mail proves the address
	HomeUnknown   HomeKind = "unknown"   // invited, not yet redeemed
)

// Home links a guest to the account that he signs in with.
type Home struct {
	Kind     HomeKind
	TenantID string // entra: the organisation; microsoft: the consumers tenant
	ObjectID string // the account's object there
}

// User is a person's object in one tenant. Personal accounts are members of the consumers tenant.
type User struct {
	TenantID string
	ID       string
	Type     UserType
	Home     Home

	UserPrincipalName string
	DisplayName       string
	GivenName         string
	Surname           string
	Mail              string
	MailNickname      string
	OtherMails        []string
	ProxyAddresses    []string // SMTP:primary, smtp:alias
	Identities        []Identity

	AccountEnabled bool
	Password       string // the emulator keeps it as it is
	MFARequired    bool   // must show a second factor, which nobody here has
	PUID           string // 16 hex digits
	// SessionsValidFrom is when older refresh tokens and sessions stopped to count; zero: never.
	SessionsValidFrom time.Time

	ExternalState          ExternalState
	ExternalStateChangedAt time.Time
	CreationType           string // Invitation, LocalAccount ... or ""
	InvitedBy              string // object id of the inviter, "" if not invited
	InvitedAs              string // the address that was invited
	SponsorIDs             []string
	ManagerID              string

	AgeGroup, ConsentProvidedForMinor                    string
	BusinessPhones                                       []string
	City, CompanyName, Country, Department               string
	EmployeeID, EmployeeType, FaxNumber                  string
	CostCenter, Division                                 string
	ImAddresses                                          []string
	JobTitle, MobilePhone, OfficeLocation                string
	PasswordPolicies                                     string
	ForceChangePassword                                  bool
	PostalCode, PreferredLanguage, PreferredDataLocation string
	State, StreetAddress, UsageLocation                  string
	OnPremisesImmutableID                                string
	ShowInAddressList                                    *bool
	AboutMe, MySite                                      string
	Skills, Interests, Schools                           []string
	LicenseSkuIDs                                        []string
	Photo                                                []byte

	CreatedAt          time.Time
	LastPasswordChange time.Time
	DeletedAt          time.Time // zero while the object lives; then in the recycle bin for 30 days
	Seq                uint64    // change number
}

// Identity is one way in which an account can be named at sign-in.
type Identity struct{ SignInType, Issuer, IssuerAssignedID string }

// External tells whether the person signs in elsewhere.
func (u User) External() bool { return u.Home.Kind != HomeHere }

// User returns a living user by object id.
func (tx *Tx) User(tenant, id string) (User, bool) {
	u, ok := first[User](tx, tableUsers, indexID, ident(tenant), ident(fold(id)))
	if !ok || !u.DeletedAt.IsZero() {
		return User{}, false
	}
	return u, true
}

// DeletedUser returns a user in the recycle bin.
func (tx *Tx) DeletedUser(tenant, id string) (User, bool) {
	u, ok := first[User](tx, tableUsers, indexID, ident(tenant), ident(fold(id)))
	if !ok || u.DeletedAt.IsZero() {
		return User{}, false
	}
	return u, true
}

// UserByUPN returns a living user by principal name, without regard to case.
func (tx *Tx) UserByUPN(tenant, upn string) (User, bool) {
	upn = fold(upn)
	for u := range tx.UsersByAddress(tenant, upn) {
		if fold(u.UserPrincipalName) == upn {
			return u, true
		}
	}
	return User{}, false
}

// UsersByAddress yields the living users that bear an address as mail, other mail, proxy address or principal name.
func (tx *Tx) UsersByAddress(tenant, address string) iter.Seq[User] {
	return each[User](tx, tableUsers, indexAddress, ident(tenant), fold(address))
}

// UserByHome returns the living guest object of an account of another tenant.
func (tx *Tx) UserByHome(tenant, homeTenant, homeObject string) (User, bool) {
	return first[User](tx, tableUsers, indexHome, ident(tenant), ident(fold(homeTenant)), ident(fold(homeObject)))
}

// Users yields a tenant's living users by object id.
func (tx *Tx) Users(tenant string) iter.Seq[User] {
	return living(each[User](tx, tableUsers, indexID, ident(tenant)))
}

// UsersFrom yields a tenant's living users from an object id on.
func (tx *Tx) UsersFrom(tenant, id string) iter.Seq[User] {
	return living(within(from[User](tx, tableUsers, indexID, ident(tenant), ident(fold(id))), func(u User) bool { return u.TenantID == tenant }))
}

func living(users iter.Seq[User]) iter.Seq[User] {
	return where(users, func(u User) bool { return u.DeletedAt.IsZero() })
}

// UsersOfType yields a tenant's living members or guests by object id.
func (tx *Tx) UsersOfType(tenant string, t UserType) iter.Seq[User] {
	if t == Member { // most are, so they have no index
		return where(tx.Users(tenant), func(u User) bool { return u.Type == Member })
	}
	return each[User](tx, tableUsers, indexOther, ident(tenant), string(t))
}

// UsersByName yields the living users whose folded display name begins at prefix or later, in name order.
func (tx *Tx) UsersByName(tenant, prefix string) iter.Seq[User] {
	return within(from[User](tx, tableUsers, indexName, ident(tenant), fold(prefix)), func(u User) bool { return u.TenantID == tenant })
}

// DeletedUsers yields the users in the recycle bin by object id.
func (tx *Tx) DeletedUsers(tenant string) iter.Seq[User] {
	return each[User](tx, tableUsers, indexDeleted, ident(tenant))
}

// UsersSince yields the users changed after a change number, in that order; those in the recycle bin included.
func (tx *Tx) UsersSince(tenant string, seq uint64) iter.Seq[User] {
	return within(from[User](tx, tableUsers, indexSeq, ident(tenant), seq+1), func(u User) bool { return u.TenantID == tenant })
}

// PutUser stores a user under the next change number. Its name and home must be free: rules check.
func (tx *Tx) PutUser(u User) User {
	u.Seq = tx.NextSequence()
	put(tx, tableUsers, u)
	return u
}

// PurgeUser removes a user for good and leaves a tombstone.
func (tx *Tx) PurgeUser(u User) {
	remove(tx, tableUsers, u)
	tx.putTombstone(u.TenantID, ContainerUsers, u.ID, "user")
}

// within ends a sequence at the first record that ok refuses.
func within[T any](s iter.Seq[T], ok func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for r := range s {
			if !ok(r) || !yield(r) {
				return
			}
		}
	}
}

// where leaves out the records that ok refuses.
func where[T any](s iter.Seq[T], ok func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for r := range s {
			if ok(r) && !yield(r) {
				return
			}
		}
	}
}
