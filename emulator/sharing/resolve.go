package sharing

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Party is who a recipient turned out to be.
type Party struct {
	Kind    Kind
	Address string          // "" for groups
	User    state.User      // of the directory, zero for somebody new
	Group   state.Group     // directory group
	Site    state.SiteGroup // group of the site
	Claim   string          // login name of a group or a claim such as everyone except external users
	Title   string
}

// Resolve finds who is meant. Somebody with an address outside of the organisation is always found: at worst the directory
// knows nobody of that address. It fails with RecipientUnresolved.
func Resolve(tx *state.Tx, s state.Site, r Recipient) (Party, error) {
	switch {
	case r.ObjectID != "":
		if p, ok := byObject(tx, s.TenantID, r.ObjectID); ok {
			return p, nil
		}
	case r.LoginName != "":
		if p, ok := byLogin(tx, s, r.LoginName); ok {
			return p, nil
		}
	case r.Email != "":
		if p, ok := byAddress(tx, s.TenantID, r.Email); ok {
			return p, nil
		}
	case r.Alias != "":
		if p, ok := byAlias(tx, s.TenantID, r.Alias); ok {
			return p, nil
		}
	}
	return Party{}, problem.For(problem.Invalid, problem.RecipientUnresolved, r.text(), "Couldn't resolve the users.")
}

// text is the recipient as the client wrote him.
func (r Recipient) text() string {
	for _, s := range []string{r.Email, r.LoginName, r.ObjectID} {
		if s != "" {
			return s
		}
	}
	return r.Alias
}

func byObject(tx *state.Tx, tenant, id string) (Party, bool) {
	if u, ok := tx.User(tenant, id); ok {
		return person(u), true
	}
	if g, ok := tx.Group(tenant, id); ok {
		return groupParty(g), true
	}
	return Party{}, false
}

func groupParty(g state.Group) Party {
	return Party{Kind: KindGroup, Group: g, Claim: groupLogin(g), Title: g.DisplayName}
}

// person is a party of the directory.
func person(u state.User) Party {
	p := Party{Kind: KindMember, User: u, Address: u.Mail, Title: u.DisplayName}
	if p.Address == "" {
		p.Address = u.InvitedAs
	}
	if p.Address == "" {
		p.Address = u.UserPrincipalName
	}
	if outsider(u) {
		p.Kind = KindGuest
		if u.ExternalState == state.PendingAcceptance {
			p.Kind = KindPendingGuest
		}
	}
	return p
}

// byLogin reads a people picker key: a claims login name, a principal name, an address, or a group of the site by title.
func byLogin(tx *state.Tx, s state.Site, login string) (Party, bool) {
	c := parseClaim(login)
	switch c.kind {
	case claimUser:
		u, ok := tx.UserByUPN(s.TenantID, c.id)
		return person(u), ok
	case claimAddress:
		return byAddress(tx, s.TenantID, c.id)
	case claimGroup, claimOwners:
		g, ok := tx.Group(s.TenantID, c.id)
		p := groupParty(g)
		p.Claim = login
		return p, ok
	case claimInsiders:
		return Party{Kind: KindGroup, Claim: organizationClaim + s.TenantID, Title: "Everyone except external users"}, true
	case claimEveryone:
		return Party{Kind: KindGroup, Claim: everyoneClaim, Title: "Everyone"}, true
	case claimNone:
	}
	for g := range tx.SiteGroups(s.TenantID, s.ID) {
		if strings.EqualFold(g.Title, login) && !g.Hidden {
			return Party{Kind: KindGroup, Site: g, Title: g.Title}, true
		}
	}
	if strings.Contains(login, "@") {
		return byAddress(tx, s.TenantID, login)
	}
	return byAlias(tx, s.TenantID, login)
}

// byAddress finds a person or group by address, then the guest object of the account that signs in with it. An address of
// a domain of the organisation that nobody bears means nobody.
func byAddress(tx *state.Tx, tenant, address string) (Party, bool) {
	address = strings.TrimSpace(address)
	if u, ok := directory.UserByAddress(tx, tenant, address); ok {
		return person(u), true
	}
	for g := range tx.Groups(tenant) {
		if g.Mail != "" && strings.EqualFold(g.Mail, address) {
			return groupParty(g), true
		}
	}
	t, _ := tx.Tenant(tenant)
	at := strings.LastIndexByte(address, '@')
	if at <= 0 || at == len(address)-1 || directory.OwnsAddress(t, address) {
		return Party{}, false
	}
	found := directory.Discover(tx, address)
	p := Party{Kind: KindNewAddress, Address: address, Title: address}
	switch {
	case found.Unknown:
	case found.Kind == state.HomeEntra:
		p.Kind = KindNewWork
	case found.Kind == state.HomeMicrosoft:
		p.Kind = KindNewPersonal
	}
	if p.Kind != KindNewAddress {
		if u, ok := directory.ObjectOf(tx, tenant, found.Account); ok {
			return person(u), true
		}
	}
	return p, true
}

func byAlias(tx *state.Tx, tenant, alias string) (Party, bool) {
	if strings.Contains(alias, "@") {
		return byAddress(tx, tenant, alias)
	}
	for u := range tx.Users(tenant) {
		if u.MailNickname != "" && strings.EqualFold(u.MailNickname, alias) {
			return person(u), true
		}
	}
	if g, ok := tx.GroupByNickname(tenant, alias); ok {
		return groupParty(g), true
	}
	return Party{}, false
}
