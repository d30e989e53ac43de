package console

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func sharingPages() []page {
	return []page{{
		Path: "/o/{tenant}/sharing", Title: "Sharing policy", Nav: nav{Label: "Sharing policy", In: ofOrganisation, Order: 70}, show: showSharing,
		actions: map[string]func(*call) (done, error){
			"level": setLevel, "onedrive": setOneDriveLevel, "site": setSiteLevel, "profile": setProfile, "domains": setSharingDomains, "limits": setLimits,
			"match": setMatch,
		},
	}}
}

// sharingPolicy is what an organisation allows, for all and site by site, and what that means for a question.
type sharingPolicy struct {
	Levels, OneDrive []option
	Profiles         []option
	Sites            []siteLevel
	Mode             []option
	Allow, Block     string
	AnyoneDays       int
	GuestDays        int
	GuestsExpire     bool
	NoResharing      bool
	BlockSync        bool
	OnlyInvited      bool // an invitation is accepted with the invited address
	Question         question
	Curl             string
	ProfileCurl      string
	ExplainCurl      string
}

type siteLevel struct {
	ID, Title, Path, Own, Effective string
	Bounded                         bool // the tenant is stricter
	Levels                          []option
	Personal                        bool
	effective                       state.SharingCapability
}

// question is what is explained: the acting person, a site, somebody.
type question struct {
	Site, To, Who, About string
	Sites                []named
	Answers              []because
}

// levelLabel is a level in words.
func levelLabel(l state.SharingCapability) string {
	for _, o := range levels(l) {
		if o.Chosen {
			return o.Label
		}
	}
	return l.String()
}

// levels are the four levels from closed to open.
func levels(chosen state.SharingCapability) []option {
	return choose(strconv.Itoa(int(chosen)), []option{
		{Value: "0", Label: "Only people in the organisation", Note: state.SharingDisabled.String()},
		{Value: "3", Label: "Existing guests", Note: state.ExistingExternalUserSharingOnly.String()},
		{Value: "1", Label: "New and existing guests", Note: state.ExternalUserSharingOnly.String()},
		{Value: "2", Label: "Anyone", Note: state.ExternalUserAndGuestSharing.String()},
	})
}

func profiles(chosen state.Profile) []option {
	return choose(string(chosen), []option{
		{Value: string(state.ProfileClassic), Label: "classic", Note: "SharePoint invites by itself; the guest appears at redemption"},
		{Value: string(state.ProfileOTP), Label: "otp", Note: "links with a code by mail; no guest ever"},
		{Value: string(state.ProfileB2B), Label: "b2b", Note: "the B2B manager is asked; the guest appears at once"},
		{Value: string(state.ProfileB2BOnly), Label: "b2b-only", Note: "as b2b; old links need a guest object"},
	})
}

func showSharing(c *call) (reply, error) {
	s := c.tenant.Sharing
	p := sharingPolicy{
		Levels: levels(s.SharingCapability), OneDrive: levels(s.OneDriveSharingCapability), Profiles: profiles(c.tenant.Profile),
		Mode: choose(strconv.Itoa(s.SharingDomainRestrictionMode), []option{
			{Value: "0", Label: "Every domain"}, {Value: "1", Label: "Only these domains"}, {Value: "2", Label: "All but these domains"},
		}),
		Allow: s.SharingAllowedDomainList, Block: s.SharingBlockedDomainList, AnyoneDays: max(0, s.RequireAnonymousLinksExpireInDays),
		GuestDays: s.ExternalUserExpireInDays, GuestsExpire: s.ExternalUserExpirationRequired, NoResharing: s.PreventExternalUsersFromResharing,
		BlockSync: s.BlockExternalSync, OnlyInvited: s.RequireAcceptingAccountMatchInvitedAccount,
	}
	for site := range c.tx.Sites(c.tenant.ID) {
		if !site.DeletedAt.IsZero() {
			continue
		}
		tenant, _ := sharing.TenantLevel(c.tenant, site)
		p.Sites = append(p.Sites, siteLevel{
			ID: site.ID, Title: cmp.Or(site.Title, site.Path), Path: site.Path, Own: site.Sharing.Capability.String(),
			Effective: levelLabel(sharing.EffectiveLevel(c.tenant, site)), Bounded: tenant.Rank() < site.Sharing.Capability.Rank(),
			Levels: levels(site.Sharing.Capability), Personal: site.Personal, effective: sharing.EffectiveLevel(c.tenant, site),
		})
	}
	slices.SortFunc(p.Sites, func(a, b siteLevel) int { return cmp.Compare(state.NameKey(a.Path), state.NameKey(b.Path)) })
	p.Question = c.question(p.Sites)
	p.Curl = c.policyCall(map[string]any{"SharingCapability": s.SharingCapability.String()}).String()
	p.ProfileCurl = c.profileCall(cmp.Or(string(c.tenant.Profile), "classic")).String()
	p.ExplainCurl = c.explainCall(p.Question).String()
	return view{Template: "sharing", Data: p}, nil
}

// question answers what the acting person may do on a site, so that a change of a setting shows at once.
func (c *call) question(sites []siteLevel) question {
	q := question{Site: c.query("site"), To: c.query("to"), Who: c.who.User.DisplayName}
	if c.who.System {
		q.Who = "the emulator itself"
	}
	most := -1
	for _, s := range sites {
		if open := s.effective.Rank(); c.query("site") == "" && !s.Personal && s.Path != "/" && open > most {
			q.Site, most = s.ID, open
		}
		q.Sites = append(q.Sites, named{s.Title + " " + s.Path, s.ID})
	}
	s, err := drive.FindSite(c.tx, c.tenant.ID, q.Site)
	if err != nil {
		return q
	}
	q.About = cmp.Or(s.Title, s.Path)
	at := drive.Place{Site: s}
	ask := func(label, action, to string) {
		q.Answers = append(q.Answers, because{label, *verdictOf(c.Sharing.Explain(c.tx, c.who, action, at, to))})
	}
	ask("share with somebody new", sharing.ActionShareExternally, "")
	ask("make a link for anyone", sharing.ActionAnonymousLink, "")
	ask("invite by the B2B manager", sharing.ActionInvite, q.To)
	if q.To != "" {
		ask("share with "+q.To, sharing.ActionShareExternally, q.To)
	}
	return q
}

type explainBody struct {
	Tenant    string `json:"tenant"`
	Actor     string `json:"actor,omitempty"`
	Action    string `json:"action"`
	Target    string `json:"target,omitempty"`
	Recipient string `json:"recipient,omitempty"`
}

func (c *call) explainCall(q question) curl {
	b := explainBody{Tenant: c.tenant.ID, Actor: c.who.User.UserPrincipalName, Action: sharing.ActionShareExternally, Recipient: q.To}
	if s, err := drive.FindSite(c.tx, c.tenant.ID, q.Site); err == nil {
		b.Target = c.siteAddress(s)
	}
	return c.plane(http.MethodPost, "/explain", b)
}

type tenantPatch struct {
	Profile string                    `json:"profile,omitempty"`
	Sharing map[string]any            `json:"sharing,omitempty"`
	Sites   map[string]map[string]any `json:"sites,omitempty"`
}

// policyCall sets tenant properties by a client.
func (c *call) policyCall(properties map[string]any) curl {
	return c.plane(http.MethodPatch, "/tenants/"+c.tenant.ID, tenantPatch{Sharing: properties})
}

func (c *call) profileCall(name string) curl {
	return c.plane(http.MethodPatch, "/tenants/"+c.tenant.ID, tenantPatch{Profile: name})
}

// setTenant sets tenant properties as the acting person, whose right it may not be.
func (c *call) setTenant(say string, properties map[string]any) (done, error) {
	return done{Say: say, Curl: c.policyCall(properties)}, sharing.SetTenant(c.tx, c.who, c.tenant.ID, properties)
}

// level reads a level of the form.
func (c *call) level(name string) (state.SharingCapability, error) {
	n, err := strconv.Atoi(c.field(name))
	if err != nil || n < 0 || n > 3 {
		return 0, problem.For(problem.Invalid, problem.InvalidProperty, name, "Choose one of the four levels.")
	}
	return state.SharingCapability(n), nil
}

func setLevel(c *call) (done, error) {
	l, err := c.level("level")
	if err != nil {
		return done{}, err
	}
	return c.setTenant(c.tenant.DisplayName+" shares at the level "+l.String()+" now.", map[string]any{"SharingCapability": l.String()})
}

func setOneDriveLevel(c *call) (done, error) {
	l, err := c.level("level")
	if err != nil {
		return done{}, err
	}
	return c.setTenant("OneDrive shares at the level "+l.String()+" now, as far as SharePoint’s level lets it.", map[string]any{"OneDriveSharingCapability": l.String()})
}

func setSiteLevel(c *call) (done, error) {
	s, err := drive.FindSite(c.tx, c.tenant.ID, c.field("site"))
	if err != nil {
		return done{}, err
	}
	l, err := c.level("level")
	if err != nil {
		return done{}, err
	}
	properties := map[string]any{"SharingCapability": l.String()}
	return done{
		Say:  cmp.Or(s.Title, s.Path) + " shares at the level " + l.String() + " now, as far as the organisation’s lets it.",
		Curl: c.plane(http.MethodPatch, "/tenants/"+c.tenant.ID, tenantPatch{Sites: map[string]map[string]any{s.Path: properties}}),
	}, sharing.SetSite(c.tx, c.who, s, properties)
}

// setProfile switches the era. That is no right of anybody's: it is the stage, not the play.
func setProfile(c *call) (done, error) {
	p := c.field("profile")
	if !slices.ContainsFunc(profiles(""), func(o option) bool { return o.Value == p }) {
		return done{}, problem.For(problem.Invalid, problem.InvalidProperty, "profile", "There is no profile %q.", p)
	}
	return done{Say: c.tenant.DisplayName + " follows the profile " + p + " now.", Curl: c.profileCall(p)},
		sharing.SetProfile(c.tx, c.tenant.ID, state.Profile(p))
}

func setSharingDomains(c *call) (done, error) {
	mode, err := strconv.Atoi(c.field("mode"))
	if err != nil {
		return done{}, problem.For(problem.Invalid, problem.InvalidProperty, "mode", "Choose how the list is meant.")
	}
	return c.setTenant("SharePoint’s domain list is set.", map[string]any{
		"SharingDomainRestrictionMode": mode, "SharingAllowedDomainList": strings.Join(strings.Fields(c.field("allow")), " "),
		"SharingBlockedDomainList": strings.Join(strings.Fields(c.field("block")), " "),
	})
}

func setLimits(c *call) (done, error) {
	days := func(name string) (int, error) {
		if c.field(name) == "" {
			return 0, nil
		}
		n, err := strconv.Atoi(c.field(name))
		if err != nil || n < 0 {
			return 0, problem.For(problem.Invalid, problem.InvalidProperty, name, "%q is no number of days.", c.field(name))
		}
		return n, nil
	}
	anyone, err := days("anyone")
	if err != nil {
		return done{}, err
	}
	guests, err := days("guests")
	if err != nil {
		return done{}, err
	}
	properties := map[string]any{
		"RequireAnonymousLinksExpireInDays": anyone, "ExternalUserExpirationRequired": c.field("expire") != "",
		"PreventExternalUsersFromResharing": c.field("noresharing") != "", "BlockExternalSync": c.field("nosync") != "",
	}
	if guests > 0 {
		properties["ExternalUserExpireInDays"] = guests
	}
	return c.setTenant("The limits are set.", properties)
}

// setMatch says whether SharePoint's invitations are for the invited address alone.
func setMatch(c *call) (done, error) {
	only, say := c.field("only") != "", "Whoever holds an invitation of SharePoint’s may accept it, with any account."
	if only {
		say = "Only the invited address may accept an invitation of SharePoint’s now."
	}
	return c.setTenant(say, map[string]any{"RequireAcceptingAccountMatchInvitedAccount": only})
}
