package sharing

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Principal types of the people picker, a bit set (sharepoint.md 4.1).
const (
	PickUsers          = 1
	PickDistribution   = 2
	PickSecurityGroups = 4
	PickSiteGroups     = 8
	PickAll            = 15
)

const defaultSuggestions = 30

// search is a question to the people picker under way.
type search struct {
	tx     *state.Tx
	tenant state.Tenant
	site   state.Site
	q      PickerQuery
	text   string // lower case, as far as a claim means somebody: his principal name
	exact  bool   // only exact addresses and names answer
}

// Pick answers the people picker of a site. It offers whom the directory knows, guests of the B2B manager who have not
// redeemed too; an address that nobody bears is offered where it could be shared with, and marked where policy forbids it.
func Pick(tx *state.Tx, who directory.Principal, s state.Site, q PickerQuery) []Candidate {
	t, ok := tx.Tenant(s.TenantID)
	if !ok || strings.TrimSpace(q.Text) == "" {
		return nil
	}
	if q.PrincipalTypes == 0 {
		q.PrincipalTypes = PickAll
	}
	if q.Max <= 0 {
		q.Max = defaultSuggestions
	}
	p := &search{tx: tx, tenant: t, site: s, q: q, text: strings.ToLower(strings.TrimSpace(q.Text))}
	p.exact = q.ResolveExactly || t.Sharing.SearchResolveExactEmailOrUPN
	if c := parseClaim(p.text); c.kind == claimUser || c.kind == claimAddress {
		p.text, p.exact = c.id, true
	}
	out := p.people()
	out = append(out, p.groups()...)
	out = append(out, p.siteGroups()...)
	out = append(out, p.claims()...)
	if len(out) == 0 || q.ResolveExactly {
		if c, ok := p.address(out); ok {
			out = append(out, c)
		}
	}
	if q.ResolveExactly {
		out = exactly(out, p.text)
	}
	return out[:min(len(out), q.Max)]
}

// people are users of the directory: by exact address, and by the beginning of their names where that is allowed.
func (p *search) people() []Candidate {
	if p.q.PrincipalTypes&PickUsers == 0 {
		return nil
	}
	var found []state.User
	seen := map[string]bool{}
	add := func(u state.User) {
		if !seen[u.ID] {
			seen[u.ID] = true
			found = append(found, u)
		}
	}
	for u := range p.tx.UsersByAddress(p.tenant.ID, p.text) {
		add(u)
	}
	if !p.exact || p.q.ResolveExactly && !strings.Contains(p.text, "@") {
		for u := range p.tx.Users(p.tenant.ID) {
			if p.suggests(u) && p.begins(u) {
				add(u)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b state.User) int {
		return strings.Compare(strings.ToLower(a.DisplayName), strings.ToLower(b.DisplayName))
	})
	out := make([]Candidate, 0, len(found))
	for _, u := range found {
		c := Candidate{User: u, Email: person(u).Address, Title: u.DisplayName}
		if e, ok := p.tx.SiteUserByObject(p.tenant.ID, p.site.ID, u.ID); ok && !e.Removed {
			c.SiteUser = e.ID
		}
		if outsider(u) {
			c.Blocked = p.guestsAllowed()
		}
		out = append(out, c)
	}
	return out
}

// suggests tells whether somebody is offered by the beginning of his name: guests only where tenant or site say so. A
// pending guest of the B2B manager is offered by name at once (DESIGN section 1), a redeemed one like him.
func (p *search) suggests(u state.User) bool {
	return !outsider(u) || p.tenant.Sharing.ShowPeoplePickerSuggestionsForGuestUsers || p.site.Sharing.ShowPeoplePickerSuggestionsForGuestUsers
}

func (p *search) begins(u state.User) bool {
	for _, name := range []string{u.DisplayName, u.GivenName, u.Surname, u.Mail, u.UserPrincipalName} {
		if strings.HasPrefix(strings.ToLower(name), p.text) {
			return true
		}
	}
	for word := range strings.FieldsSeq(strings.ToLower(u.DisplayName)) {
		if strings.HasPrefix(word, p.text) {
			return true
		}
	}
	return false
}

func (p *search) guestsAllowed() error {
	level, setting := TenantLevel(p.tenant, p.site)
	return checkLevel(level, setting, p.site.Sharing.Capability, needExisting)
}

// groups are security groups and Microsoft 365 groups of the directory.
func (p *search) groups() []Candidate {
	if p.q.PrincipalTypes&(PickSecurityGroups|PickDistribution) == 0 {
		return nil
	}
	var out []Candidate
	for g := range p.tx.Groups(p.tenant.ID) {
		name := strings.ToLower(g.DisplayName)
		if name == p.text || strings.EqualFold(g.Mail, p.text) || strings.EqualFold(groupLogin(g), p.q.Text) || !p.exact && strings.HasPrefix(name, p.text) {
			out = append(out, Candidate{Group: g, Email: g.Mail, Claim: groupLogin(g), Title: g.DisplayName})
		}
	}
	return out
}

func (p *search) siteGroups() []Candidate {
	if p.q.PrincipalTypes&PickSiteGroups == 0 {
		return nil
	}
	var out []Candidate
	for g := range p.tx.SiteGroups(p.tenant.ID, p.site.ID) {
		name := strings.ToLower(g.Title)
		if !g.Hidden && (name == p.text || !p.exact && strings.HasPrefix(name, p.text)) {
			out = append(out, Candidate{SiteGroup: g, Title: g.Title})
		}
	}
	return out
}

// claims are everyone and everyone except external users, where the tenant shows them.
func (p *search) claims() []Candidate {
	if p.q.PrincipalTypes&PickSecurityGroups == 0 {
		return nil
	}
	show := p.tenant.Sharing
	var out []Candidate
	for _, c := range []struct {
		shown        bool
		login, title string
	}{
		{show.ShowEveryoneClaim || p.q.IncludeEveryone, everyoneClaim, "Everyone"},
		{show.ShowEveryoneExceptExternalUsersClaim, organizationClaim + p.tenant.ID, "Everyone except external users"},
		{show.ShowAllUsersClaim, "c:0!.s|windows", "All Users (windows)"},
	} {
		title := strings.ToLower(c.title)
		if c.shown && (title == p.text || strings.EqualFold(c.login, p.q.Text) || !p.exact && strings.HasPrefix(title, p.text)) {
			out = append(out, Candidate{Claim: c.login, Title: c.title})
		}
	}
	return out
}

// address offers an address that nobody in the directory bears. Where only existing guests may be shared with it is not
// resolved; a domain list marks it.
func (p *search) address(found []Candidate) (Candidate, bool) {
	if !p.q.AllowEmail || len(found) > 0 || p.q.PrincipalTypes&PickUsers == 0 {
		return Candidate{}, false
	}
	party, ok := byAddress(p.tx, p.tenant.ID, p.text)
	if !ok || !party.Kind.New() {
		return Candidate{}, false
	}
	level, setting := TenantLevel(p.tenant, p.site)
	blocked := checkLevel(level, setting, p.site.Sharing.Capability, needNew)
	switch problem.ReasonOf(blocked) {
	case problem.ExistingGuestsOnly, problem.SiteExistingOnly:
		if blocked != nil {
			return Candidate{}, false
		}
	default:
	}
	if blocked == nil {
		blocked = checkDomains(tenantDomains(p.tenant), siteDomains(p.site), party.Address)
	}
	if blocked == nil && integrated(Era(p.tenant)) {
		blocked = directory.B2BDomainAllowed(p.tenant.B2BDomains, party.Address)
	}
	return Candidate{Email: strings.TrimSpace(p.q.Text), Title: strings.TrimSpace(p.q.Text), Blocked: blocked}, true
}

// exactly keeps the one candidate whom the text means: the exact name or address, or the only one there is.
func exactly(list []Candidate, text string) []Candidate {
	for _, c := range list {
		for _, name := range []string{c.Email, c.User.Mail, c.User.UserPrincipalName, c.Title, c.Claim} {
			if strings.EqualFold(name, text) && text != "" {
				return []Candidate{c}
			}
		}
	}
	if len(list) == 1 {
		return list
	}
	return nil
}
