package sharing_test

import (
	"fmt"
	"testing"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

const recipient = "kim@fabrikam.com"

// A domain list of the product, and whether it lets the recipient through.
type listed struct {
	name    string
	list    sharing.Domains
	through bool
}

func domainLists() []listed {
	return []listed{
		{"no list", sharing.Domains{}, true},
		{"allowed", sharing.Domains{Mode: 1, Allow: "adatum.com Fabrikam.com"}, true},
		{"not among the allowed", sharing.Domains{Mode: 1, Allow: "adatum.com", Block: "fabrikam.com"}, false},
		{"blocked", sharing.Domains{Mode: 2, Block: "adatum.com fabrikam.com"}, false},
		{"not among the blocked", sharing.Domains{Mode: 2, Block: "adatum.com", Allow: "adatum.com"}, true},
	}
}

type sharerCase struct {
	name      string
	by        sharing.Sharer
	may       bool // share at all
	outside   bool // and with guests
	anyone    bool // and with anyone
	strangers bool // and, where there is no integration, with people whom the directory does not know
}

func sharers() []sharerCase {
	all := func(s sharing.Sharer) sharing.Sharer { s.MayAnyone, s.MayGuests = true, true; return s }
	return []sharerCase{
		{"owner", all(sharing.Sharer{Role: state.RoleOwner}), true, true, true, true},
		{"editor", all(sharing.Sharer{Role: state.RoleWrite}), true, true, true, true},
		{"reader", all(sharing.Sharer{Role: state.RoleRead}), false, false, false, false},
		{"nobody", all(sharing.Sharer{}), false, false, false, false},
		{"guest who edits", all(sharing.Sharer{Role: state.RoleWrite, Outsider: true}), true, true, true, true},
		{"application", all(sharing.Sharer{Role: state.RoleWrite, App: true}), true, true, true, false},
		{"editor who may share with guests only", sharing.Sharer{Role: state.RoleWrite, MayGuests: true}, true, true, false, true},
		{"editor who may not share outside", sharing.Sharer{Role: state.RoleWrite}, true, false, false, false},
	}
}

// How a share is carried out once it is allowed, by era: with a new person at a site, at a file or folder.
func newPersonWays() map[state.Profile][2]sharing.Way {
	return map[state.Profile][2]sharing.Way{
		state.ProfileClassic: {sharing.Invite, sharing.Invite},
		state.ProfileOTP:     {sharing.Invite, sharing.Code},
		state.ProfileB2B:     {sharing.AskB2B, sharing.AskB2B},
		state.ProfileB2BOnly: {sharing.AskB2B, sharing.AskB2B},
	}
}

// The lowest level, in the order of openness, at which a kind of recipient can be shared with.
func lowestLevel() map[sharing.Kind]string {
	return map[sharing.Kind]string{
		sharing.KindMember: "Disabled", sharing.KindGroup: "Disabled", sharing.KindOrganization: "Disabled",
		sharing.KindGuest: "ExistingExternalUserSharingOnly", sharing.KindPendingGuest: "ExistingExternalUserSharingOnly",
		sharing.KindNewWork: "ExternalUserSharingOnly", sharing.KindNewPersonal: "ExternalUserSharingOnly", sharing.KindNewAddress: "ExternalUserSharingOnly",
		sharing.KindAnyone: "ExternalUserAndGuestSharing",
	}
}

func openness() []string {
	return []string{"Disabled", "ExistingExternalUserSharingOnly", "ExternalUserSharingOnly", "ExternalUserAndGuestSharing"}
}

func atLeast(level state.SharingCapability, want string) bool {
	at, need := -1, -1
	for i, name := range openness() {
		if name == level.String() {
			at = i
		}
		if name == want {
			need = i
		}
	}
	return at >= need
}

// want is the way that the reference's tables give for a question, Refused where one of them says no.
func want(q sharing.Question, s sharerCase, tenantList, siteList listed) sharing.Way {
	kind := q.To.Kind
	lowest := lowestLevel()[kind]
	outside := lowest != "Disabled"
	switch {
	case !s.may:
		return sharing.Refused
	case !atLeast(q.Policy.Tenant, lowest) || !atLeast(q.Policy.Site, lowest):
		return sharing.Refused
	case outside && !s.outside, kind == sharing.KindAnyone && !s.anyone:
		return sharing.Refused
	case kind == sharing.KindAnyone, kind == sharing.KindOrganization:
		return sharing.Link
	case !kind.New():
		return sharing.GrantNow // guests who are there meet the domain lists at access only
	case !tenantList.through || !siteList.through:
		return sharing.Refused
	}
	era := q.Policy.Era
	if !s.strangers && (era == state.ProfileClassic || era == state.ProfileOTP) {
		return sharing.Refused
	}
	at := 0
	if q.Item {
		at = 1
	}
	return newPersonWays()[era][at]
}

// TestDecide asks every combination of tenant level, site level, recipient, the two domain lists, era, sharer and place.
func TestDecide(t *testing.T) {
	t.Parallel()
	asked := 0
	for _, s := range sharers() {
		for tenant := range state.SharingCapability(4) {
			for site := range state.SharingCapability(4) {
				for kind := range lowestLevel() {
					for _, tl := range domainLists() {
						for _, sl := range domainLists() {
							for era := range newPersonWays() {
								for _, item := range []bool{false, true} {
									q := sharing.Question{
										Policy: sharing.Policy{
											Era: era, Tenant: tenant, TenantSetting: "SharingCapability", Site: site, TenantDomains: tl.list, SiteDomains: sl.list,
											MembersCanShare: true, GuestsShareOutside: true,
										},
										By: s.by, To: sharing.Whom{Kind: kind, Address: recipient}, Item: item,
									}
									asked++
									checkDecision(t, q, want(q, s, tl, sl), fmt.Sprintf("%s, tenant %v, site %v, recipient %d, %s, %s, %s, item %v", s.name, tenant, site, kind, tl.name, sl.name, era, item))
								}
							}
						}
					}
				}
			}
		}
	}
	if asked != 8*4*4*9*5*5*4*2 {
		t.Errorf("asked %d questions", asked)
	}
}

func checkDecision(t *testing.T, q sharing.Question, want sharing.Way, name string) {
	t.Helper()
	got, err := sharing.Decide(q)
	if got != want || (err != nil) != (want == sharing.Refused) {
		t.Fatalf("%s: got %d (%v), want %d", name, got, err, want)
	}
	if err == nil {
		return
	}
	if e := problem.As(err); e.Kind != problem.Denied || e.Reason == problem.None || e.Target == "" {
		t.Fatalf("%s: the refusal names no reason or no setting: %+v", name, e)
	}
}

// TestDecideNames checks which setting a refusal names where several would do: the tenant's before the site's.
func TestDecideNames(t *testing.T) {
	t.Parallel()
	open := sharing.Policy{
		Era: state.ProfileClassic, Tenant: state.ExternalUserAndGuestSharing, TenantSetting: "SharingCapability",
		Site: state.ExternalUserAndGuestSharing, MembersCanShare: true,
	}
	with := func(change func(*sharing.Policy)) sharing.Policy {
		p := open
		change(&p)
		return p
	}
	editor := sharing.Sharer{Role: state.RoleWrite, MayAnyone: true, MayGuests: true}
	guest := editor
	guest.Outsider = true
	owner := editor
	owner.Role = state.RoleOwner
	stranger := sharing.Whom{Kind: sharing.KindNewWork, Address: recipient}
	blocked := sharing.Domains{Mode: 2, Block: "fabrikam.com"}
	for _, row := range []struct {
		name   string
		q      sharing.Question
		reason problem.Reason
		target string
	}{
		{"closed tenant and site", sharing.Question{Policy: with(func(p *sharing.Policy) { p.Tenant, p.Site = 0, 0 }), By: editor, To: stranger}, problem.SharingDisabled, "SharingCapability"},
		{"closed OneDrive", sharing.Question{Policy: with(func(p *sharing.Policy) { p.Tenant, p.TenantSetting = 0, "OneDriveSharingCapability" }), By: editor, To: stranger}, problem.SharingDisabled, "OneDriveSharingCapability"},
		{"closed site", sharing.Question{Policy: with(func(p *sharing.Policy) { p.Site = 0 }), By: editor, To: stranger}, problem.SiteSharingDisabled, "SiteDefinedSharingCapability"},
		{"existing guests, tenant", sharing.Question{Policy: with(func(p *sharing.Policy) { p.Tenant = 3 }), By: editor, To: stranger}, problem.ExistingGuestsOnly, "SharingCapability"},
		{"existing guests, site", sharing.Question{Policy: with(func(p *sharing.Policy) { p.Site = 3 }), By: editor, To: stranger}, problem.SiteExistingOnly, "SiteDefinedSharingCapability"},
		{"no links for anyone", sharing.Question{Policy: with(func(p *sharing.Policy) { p.Tenant = 1 }), By: editor, To: sharing.Whom{Kind: sharing.KindAnyone}}, problem.AnonymousNotAllowed, "SharingCapability"},
		{"viewing only", sharing.Question{Policy: with(func(p *sharing.Policy) { p.ViewOnlyAnyone = true }), By: editor, To: sharing.Whom{Kind: sharing.KindAnyone}, Edit: true}, problem.AnonymousNotAllowed, "FileAnonymousLinkType"},
		{"both lists", sharing.Question{Policy: with(func(p *sharing.Policy) { p.TenantDomains, p.SiteDomains = blocked, blocked }), By: editor, To: stranger}, problem.SharingDomainBlocked, "SharingDomainRestrictionMode"},
		{"the site's list", sharing.Question{Policy: with(func(p *sharing.Policy) { p.SiteDomains = blocked }), By: editor, To: stranger}, problem.SiteDomainBlocked, "Site.SharingDomainRestrictionMode"},
		{"a guest shares further", sharing.Question{Policy: with(func(p *sharing.Policy) { p.PreventResharing = true }), By: guest, To: sharing.Whom{Kind: sharing.KindMember, InSite: true}}, problem.ResharingNotAllowed, "PreventExternalUsersFromResharing"},
		{"a guest shares outside of the site", sharing.Question{Policy: open, By: guest, To: sharing.Whom{Kind: sharing.KindMember}}, problem.ResharingNotAllowed, "AllowGuestUserShareToUsersNotInSiteCollection"},
		{"owners only", sharing.Question{Policy: with(func(p *sharing.Policy) { p.OwnersOnly = "DisableSharingForNonOwners" }), By: editor, To: stranger}, problem.AccessDenied, "DisableSharingForNonOwners"},
		{"members may not share the site", sharing.Question{Policy: with(func(p *sharing.Policy) { p.MembersCanShare = false }), By: editor, To: stranger}, problem.AccessDenied, "MembersCanShare"},
		{"not in the groups", sharing.Question{Policy: open, By: sharing.Sharer{Role: state.RoleWrite}, To: stranger}, problem.SharerNotAllowed, "WhoCanShareAuthenticatedGuestAllowList"},
		{"not in the groups for anyone", sharing.Question{Policy: open, By: sharing.Sharer{Role: state.RoleWrite, MayGuests: true}, To: sharing.Whom{Kind: sharing.KindAnyone}}, problem.SharerNotAllowed, "WhoCanShareAnonymousAllowList"},
		{"no company links", sharing.Question{Policy: with(func(p *sharing.Policy) { p.CompanyLinksDisabled = true }), By: editor, To: sharing.Whom{Kind: sharing.KindOrganization}}, problem.AccessDenied, "DisableCompanyWideSharingLinks"},
		{"no invitations by mail", sharing.Question{Policy: with(func(p *sharing.Policy) { p.NoInvitations = "ShareByEmailEnabled" }), By: editor, To: stranger}, problem.SiteSharingDisabled, "ShareByEmailEnabled"},
		{"no links", sharing.Question{Policy: with(func(p *sharing.Policy) { p.NoAnyone = "ShareByLinkEnabled" }), By: editor, To: sharing.Whom{Kind: sharing.KindAnyone}}, problem.AnonymousNotAllowed, "ShareByLinkEnabled"},
		{"an owner is above the site's own rules", sharing.Question{Policy: with(func(p *sharing.Policy) {
			p.OwnersOnly, p.MembersCanShare, p.Site = "DisableSharingForNonOwners", false, 0
		}), By: owner, To: stranger}, problem.SiteSharingDisabled, "SiteDefinedSharingCapability"},
	} {
		_, err := sharing.Decide(row.q)
		if e := problem.As(err); err == nil || e.Reason != row.reason || e.Target != row.target {
			t.Errorf("%s: got %v (target %s), want %v (target %s)", row.name, err, problem.As(err).Target, row.reason, row.target)
		}
	}
}

func TestEra(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		profile state.Profile
		on      bool
		want    state.Profile
	}{
		{"", false, state.ProfileClassic},
		{state.ProfileClassic, false, state.ProfileClassic},
		{state.ProfileClassic, true, state.ProfileB2B},
		{state.ProfileOTP, false, state.ProfileOTP},
		{state.ProfileOTP, true, state.ProfileB2B},
		{state.ProfileB2B, true, state.ProfileB2B},
		{state.ProfileB2B, false, state.ProfileOTP}, // turned off again it is back to codes
		{state.ProfileB2BOnly, true, state.ProfileB2BOnly},
		{state.ProfileB2BOnly, false, state.ProfileB2BOnly},
	} {
		tenant := state.Tenant{Profile: row.profile, Sharing: state.SharingSettings{EnableAzureADB2BIntegration: row.on}}
		if got := sharing.Era(tenant); got != row.want {
			t.Errorf("profile %q, switch %v: got %s, want %s", row.profile, row.on, got, row.want)
		}
	}
}
