package directory

import (
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// GuestSpec describes a guest to be made.
type GuestSpec struct {
	TenantID    string
	ID          string // "" to draw one
	Email       string // the invited address
	DisplayName string // "" derives it from the address
	Type        state.UserType
	InvitedBy   state.Actor
	Sponsors    []string // object ids; none: who invited
}

// AddGuest is the only maker of guests. The guest is pending (PendingAcceptance, home unknown); principal name, nickname,
// mail, proxy addresses and identities are built from the address (graph.md 2.3). A guest whose address a group of the
// tenant holds already gets no proxy address. It fails with InviteeInTenant where the address belongs to the tenant,
// ObjectConflict where a living user bears it already, InvalidProperty for no address, ObjectNotFound for a sponsor who is
// not there.
func AddGuest(tx *state.Tx, by Principal, g GuestSpec) (state.User, error) {
	t, ok := tx.Tenant(g.TenantID)
	if !ok {
		return state.User{}, problem.For(problem.NotFound, problem.TenantNotFound, g.TenantID, "Tenant '%s' not found.", g.TenantID)
	}
	g.Email, g.ID = strings.TrimSpace(g.Email), strings.ToLower(g.ID)
	if err := checkGuest(tx, t, g); err != nil {
		return state.User{}, err
	}
	local, _, _ := splitAddress(g.Email)
	u := state.User{
		TenantID: t.ID, ID: g.ID, Type: g.Type, Home: state.Home{Kind: state.HomeUnknown},
		UserPrincipalName: freeGuestUPN(tx, t, g.Email), DisplayName: strings.TrimSpace(g.DisplayName),
		Mail: g.Email, OtherMails: []string{g.Email}, ProxyAddresses: []string{smtpPrimary + g.Email},
		AccountEnabled: true, PUID: tx.NewPUID(false),
		ExternalState: state.PendingAcceptance, ExternalStateChangedAt: tx.Now(),
		CreationType: "Invitation", InvitedBy: g.InvitedBy.UserID, InvitedAs: g.Email, CreatedAt: tx.Now(),
	}
	if groupHolds(tx, t.ID, g.Email, "") {
		u.ProxyAddresses = nil
	}
	if u.ID == "" {
		u.ID = tx.NewID()
	}
	if u.Type == "" {
		u.Type = state.Guest
	}
	if u.DisplayName == "" {
		u.DisplayName = local
	}
	if u.SponsorIDs = g.Sponsors; len(u.SponsorIDs) == 0 && g.InvitedBy.UserID != "" {
		u.SponsorIDs = []string{g.InvitedBy.UserID}
	}
	hidden := false
	u.ShowInAddressList = &hidden
	u.MailNickname, _, _ = splitAddress(u.UserPrincipalName)
	u.Identities = []state.Identity{ownIdentity(t, u.UserPrincipalName)}
	u = tx.PutUser(u)
	RecomputeDynamic(tx, u)
	recordUser(tx, by, "Add user", opAdd, u, modified(described(state.User{}), described(u))...)
	return u, nil
}

func checkGuest(tx *state.Tx, t state.Tenant, g GuestSpec) error {
	const property = "invitedUserEmailAddress"
	if err := CheckAddress(property, g.Email); err != nil {
		return err
	}
	if OwnsAddress(t, g.Email) {
		return problem.For(problem.Invalid, problem.InviteeInTenant, property, "Invitee is in inviter tenant")
	}
	if g.Type != "" && g.Type != state.Guest && g.Type != state.Member {
		return problem.For(problem.Invalid, problem.InvalidProperty, "invitedUserType", "%q is no user type.", g.Type)
	}
	if g.DisplayName != "" {
		if err := checkDisplayName(g.DisplayName); err != nil {
			return err
		}
	}
	if g.ID != "" && taken(tx, t.ID, g.ID) {
		return conflict("id", g.ID)
	}
	for u := range tx.UsersByAddress(t.ID, g.Email) {
		if bears(u, g.Email) {
			return conflict("proxyAddresses", g.Email)
		}
	}
	for _, id := range g.Sponsors {
		_, person := tx.User(t.ID, id)
		_, group := tx.Group(t.ID, id)
		if !person && !group {
			return notFound(id)
		}
	}
	return nil
}

// bears tells whether an address is a person's own: a guest's invited one, or one under which he gets mail or signs in. To
// have it among other mails is not enough.
func bears(u state.User, address string) bool {
	return signInAddress(u, address) || strings.EqualFold(u.InvitedAs, address)
}

// GuestOf returns the living guest of a tenant who bears an address.
func GuestOf(tx *state.Tx, tenant, address string) (state.User, bool) {
	for u := range tx.UsersByAddress(tenant, address) {
		if u.External() && bears(u, address) {
			return u, true
		}
	}
	return state.User{}, false
}

const externalMark = "#EXT#"

// GuestUPN is local_domain#EXT#@{initial domain}. What may not stand in a principal name becomes an underscore (so
// kim+x@fabrikam.com is kim_x_fabrikam.com#EXT#), and what is longer than a nickname may be is cut.
func GuestUPN(t state.Tenant, address string) string { return guestUPN(t, address, "") }

func guestUPN(t state.Tenant, address, suffix string) string {
	var b strings.Builder
	for _, r := range address {
		if !validInUPN(r) || r == '#' {
			r = '_'
		}
		b.WriteRune(r)
	}
	name := b.String() // ASCII by now
	if room := maxNickname - len(externalMark) - len(suffix); len(name) > room {
		name = name[:room]
	}
	return name + suffix + externalMark + "@" + t.InitialDomain
}

// freeGuestUPN is GuestUPN or, where somebody has that already (a_b@c.com and a@b_c.com meet), the same with a number.
func freeGuestUPN(tx *state.Tx, t state.Tenant, address string) string {
	upn := guestUPN(t, address, "")
	for n := 1; ; n++ {
		if _, taken := tx.UserByUPN(t.ID, upn); !taken {
			return upn
		}
		upn = guestUPN(t, address, strconv.Itoa(n))
	}
}

// CompleteRedemption is the tail that both managers share: the guest is linked to the account that he signed in with,
// becomes Accepted, gets the identity of its kind, dynamic groups are recomputed, the audit says "Redeem external user
// invite". Redeeming again with the same account changes nothing. It fails with WrongAccount where another guest of the
// tenant already is that account or the guest is linked to another one.
func CompleteRedemption(tx *state.Tx, guest state.User, a state.Account) (state.User, error) {
	a.Address = strings.ToLower(a.Address)
	u, err := FindUser(tx, guest.TenantID, guest.ID)
	if err != nil {
		return state.User{}, err
	}
	if !u.External() || a.Kind == state.HomeHere || a.Kind == state.HomeUnknown {
		return state.User{}, problem.For(problem.Invalid, problem.AccountTypeNotAllowed, u.ID, "This kind of account redeems no invitation.")
	}
	if other, ok := ObjectOf(tx, u.TenantID, a); ok {
		if other.ID == u.ID {
			return u, nil
		}
		return state.User{}, wrongAccount(u, "The account is another user of the organisation already.")
	}
	if u.Home.Kind != state.HomeUnknown {
		return state.User{}, wrongAccount(u, "The invitation was redeemed with another account.")
	}
	before := u
	t, _ := tx.Tenant(u.TenantID)
	u.Home = state.Home{Kind: a.Kind, TenantID: a.TenantID, ObjectID: a.ObjectID}
	u.ExternalState, u.ExternalStateChangedAt = state.Accepted, tx.Now()
	u.Identities = []state.Identity{externalIdentity(a), ownIdentity(t, u.UserPrincipalName)}
	u = tx.PutUser(u)
	RecomputeDynamic(tx, u)
	by := Principal{Tenant: u.TenantID, User: u}
	Audit(tx, by, state.Event{
		TenantID: u.TenantID, Operation: "Redeem external user invite", Category: catUsers, Service: invitedUsers, Type: opUpdate,
		Targets: []state.EventTarget{userTarget(u)},
		Details: []state.EventDetail{{Key: "UPN", Value: u.UserPrincipalName}, {Key: "invitedUserEmailAddress", Value: invitedAddress(u)}},
	})
	recordUser(tx, by, "Update user", opUpdate, u, modified(described(before), described(u))...)
	return u, nil
}

func wrongAccount(u state.User, text string) error {
	return problem.For(problem.Denied, problem.WrongAccount, u.ID, "%s", text)
}

// externalIdentity names the kind of account that a redeemed guest signs in with (identity.md 5.3).
func externalIdentity(a state.Account) state.Identity {
	switch a.Kind {
	case state.HomeMicrosoft:
		return state.Identity{SignInType: "federated", Issuer: "MicrosoftAccount"}
	case state.HomeOTP:
		return state.Identity{SignInType: "federated", Issuer: "mail", IssuerAssignedID: a.Address}
	case state.HomeEntra, state.HomeHere, state.HomeUnknown:
	}
	return state.Identity{SignInType: "federated", Issuer: "ExternalAzureAD"}
}

// ResetRedemption makes a guest pending again, under an address that he has already (mail or other mails); object id,
// principal name and memberships stay. It fails with RedemptionAddressUnknown.
func ResetRedemption(tx *state.Tx, by Principal, guest state.User, address string) (state.User, error) {
	u, err := FindUser(tx, guest.TenantID, guest.ID)
	if err != nil {
		return state.User{}, err
	}
	known := strings.EqualFold(u.Mail, address)
	for _, m := range u.OtherMails {
		known = known || strings.EqualFold(m, address)
	}
	if !u.External() || !known {
		return state.User{}, problem.For(problem.Invalid, problem.RedemptionAddressUnknown, "invitedUserEmailAddress",
			"The email address of the invited user must be in the mail or otherMails property of the user object.")
	}
	before := u
	t, _ := tx.Tenant(u.TenantID)
	u.Home = state.Home{Kind: state.HomeUnknown}
	u.InvitedAs = address
	u.ExternalState, u.ExternalStateChangedAt = state.PendingAcceptance, tx.Now()
	u.SessionsValidFrom = tx.Now()
	u.Identities = []state.Identity{ownIdentity(t, u.UserPrincipalName)}
	u = tx.PutUser(u)
	RecomputeDynamic(tx, u)
	recordUser(tx, by, "Update user", opUpdate, u, modified(described(before), described(u))...)
	return u, nil
}
