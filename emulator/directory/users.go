package directory

import (
	"strings"
	"unicode/utf8"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// FindUser returns a living user by object id or principal name. It fails with UserNotFound, the id as target.
func FindUser(tx *state.Tx, tenant, idOrUPN string) (state.User, error) {
	if u, ok := tx.User(tenant, idOrUPN); ok {
		return u, nil
	}
	if strings.Contains(idOrUPN, "@") {
		if u, ok := tx.UserByUPN(tenant, idOrUPN); ok {
			return u, nil
		}
	}
	return state.User{}, userNotFound(idOrUPN)
}

func userNotFound(id string) error {
	return problem.For(problem.NotFound, problem.UserNotFound, id,
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

// UserByAddress returns the living user who bears an address; members before guests, whoever has it as his own mail or
// name before somebody who only mentions it among his other mails.
func UserByAddress(tx *state.Tx, tenant, address string) (state.User, bool) {
	var best state.User
	rank := 0
	for u := range tx.UsersByAddress(tenant, address) {
		r := 1
		if signInAddress(u, address) || strings.EqualFold(u.InvitedAs, address) {
			r += 2
		}
		if !u.External() {
			r++
		}
		if r > rank {
			best, rank = u, r
		}
	}
	return best, rank > 0
}

// AddUser stores a new member (or, as POST /users with userType Guest does, a local account that is called a guest) and
// records it. Required: DisplayName, UserPrincipalName in a verified domain; MailNickname follows from the principal name
// if empty. ID, PUID, CreatedAt and Type have defaults. It fails with ObjectConflict, DomainNotVerified,
// MissingProperty or InvalidProperty, the property as target.
func AddUser(tx *state.Tx, by Principal, u state.User) (state.User, error) {
	t, ok := tx.Tenant(u.TenantID)
	if !ok {
		return state.User{}, problem.For(problem.NotFound, problem.TenantNotFound, u.TenantID, "Tenant '%s' not found.", u.TenantID)
	}
	if err := checkNames(tx, t, u); err != nil {
		return state.User{}, err
	}
	if u.PUID == "" {
		u.PUID = tx.NewPUID(t.Consumers())
	}
	u.ID = strings.ToLower(u.ID)
	if u.ID == "" {
		u.ID = newUserID(tx, t, u)
	} else if taken(tx, t.ID, u.ID) {
		return state.User{}, conflict("id", u.ID)
	}
	if u.Type == "" {
		u.Type = state.Member
	}
	if u.MailNickname == "" {
		u.MailNickname, _, _ = splitAddress(u.UserPrincipalName)
	}
	if u.CreatedAt.IsZero() {
		u.CreatedAt = tx.Now()
	}
	if u.Password != "" && u.LastPasswordChange.IsZero() {
		u.LastPasswordChange = u.CreatedAt
	}
	u.ProxyAddresses = withPrimary(u.ProxyAddresses, u.Mail)
	if err := checkProxies(tx, u); err != nil {
		return state.User{}, err
	}
	if len(u.Identities) == 0 {
		u.Identities = []state.Identity{ownIdentity(t, u.UserPrincipalName)}
	}
	u = tx.PutUser(u)
	RecomputeDynamic(tx, u)
	recordUser(tx, by, "Add user", opAdd, u, modified(described(state.User{AccountEnabled: !u.AccountEnabled}), described(u))...)
	return u, nil
}

// newUserID draws an object id. A personal account's is made of its 16 hex digits (identity.md 2.3).
func newUserID(tx *state.Tx, t state.Tenant, u state.User) string {
	const hexDigits = 16
	if t.Consumers() && len(u.PUID) == hexDigits {
		p := strings.ToLower(u.PUID)
		return "00000000-0000-0000-" + p[:4] + "-" + p[4:]
	}
	return tx.NewID()
}

func taken(tx *state.Tx, tenant, id string) bool {
	_, living := tx.User(tenant, id)
	_, deleted := tx.DeletedUser(tenant, id)
	return living || deleted
}

// ownIdentity is the identity of somebody who signs in by principal name; its issuer is the initial domain.
func ownIdentity(t state.Tenant, upn string) state.Identity {
	issuer := t.InitialDomain
	if issuer == "" {
		issuer = t.DefaultDomain()
	}
	return state.Identity{SignInType: "userPrincipalName", Issuer: issuer, IssuerAssignedID: upn}
}

// checkNames checks what names a user: display name, principal name, nickname, mail.
func checkNames(tx *state.Tx, t state.Tenant, u state.User) error {
	if err := checkDisplayName(u.DisplayName); err != nil {
		return err
	}
	if u.UserPrincipalName == "" {
		return missing("userPrincipalName")
	}
	if err := checkUPN(t, u.UserPrincipalName); err != nil {
		return err
	}
	if other, ok := tx.UserByUPN(t.ID, u.UserPrincipalName); ok && !strings.EqualFold(other.ID, u.ID) {
		return conflict("userPrincipalName", u.UserPrincipalName)
	}
	if err := checkNickname(u.MailNickname); err != nil {
		return err
	}
	return checkMails(u)
}

func checkDisplayName(name string) error {
	if strings.TrimSpace(name) == "" {
		return missing("displayName")
	}
	if utf8.RuneCountInString(name) > maxDisplayName {
		return invalid("displayName")
	}
	return nil
}

func checkMails(u state.User) error {
	if u.Mail != "" {
		if err := CheckAddress("mail", u.Mail); err != nil {
			return err
		}
	}
	for _, m := range u.OtherMails {
		if err := CheckAddress("otherMails", m); err != nil {
			return err
		}
	}
	return nil
}

// checkUPN checks a principal name: characters, length, and that the tenant owns its domain. Personal accounts may have
// any address.
func checkUPN(t state.Tenant, upn string) error {
	local, domain, ok := splitAddress(upn)
	if !ok || len(upn) > maxUPN || len(local) > maxLocalPart || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") {
		return invalid("userPrincipalName")
	}
	if t.Consumers() {
		return CheckAddress("userPrincipalName", upn)
	}
	for _, r := range local {
		if !validInUPN(r) {
			return invalid("userPrincipalName")
		}
	}
	if !ownsDomain(t, domain) {
		return problem.For(problem.Invalid, problem.DomainNotVerified, "userPrincipalName",
			"The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	}
	return nil
}

// checkNickname checks a mail nickname (graph.md 4.1 has the characters); an empty one is left to its default.
func checkNickname(nickname string) error {
	if len(nickname) > maxNickname || strings.ContainsAny(nickname, `@()\[]";:<>, `) {
		return invalid("mailNickname")
	}
	return nil
}

// checkProxies makes sure that nobody else in the tenant has one of the user's proxy addresses or his principal name.
func checkProxies(tx *state.Tx, u state.User) error {
	for _, p := range u.ProxyAddresses {
		if a, ok := proxyAddress(p); ok && addressHeld(tx, u.TenantID, a, u.ID) {
			return conflict("proxyAddresses", a)
		}
	}
	return nil
}

// addressHeld tells whether a living user or group of the tenant, other than the one with that id, receives mail under an
// address or signs in with it.
func addressHeld(tx *state.Tx, tenant, address, except string) bool {
	for u := range tx.UsersByAddress(tenant, address) {
		if !strings.EqualFold(u.ID, except) && signInAddress(u, address) {
			return true
		}
	}
	return groupHolds(tx, tenant, address, except)
}

// groupHolds tells whether a group of the tenant receives mail under an address.
func groupHolds(tx *state.Tx, tenant, address, except string) bool {
	local, _, _ := splitAddress(address)
	g, ok := tx.GroupByNickname(tenant, local)
	return ok && !strings.EqualFold(g.ID, except) && strings.EqualFold(g.Mail, address)
}

func missing(property string) error {
	return problem.For(problem.Invalid, problem.MissingProperty, property, "A value is required for property '%s' of resource 'User'.", property)
}

func invalid(property string) error {
	return problem.For(problem.Invalid, problem.InvalidProperty, property, "Invalid value specified for property '%s' of resource 'User'.", property)
}

func conflict(property, value string) error {
	return problem.For(problem.Conflict, problem.ObjectConflict, property,
		"Another object with the same value for property %s already exists. (%s)", property, value)
}
