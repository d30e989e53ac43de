package sharing

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Names of settings, as errors and explanations name them (sharepoint.md 1.2, 1.3).
const (
	settingTenant       = "SharingCapability"
	settingOneDrive     = "OneDriveSharingCapability"
	settingSite         = "SiteDefinedSharingCapability"
	settingDomains      = "SharingDomainRestrictionMode"
	settingSiteDomains  = "Site.SharingDomainRestrictionMode"
	settingExpiry       = "ExternalUserExpireInDays"
	settingReshare      = "PreventExternalUsersFromResharing"
	settingGuestShare   = "AllowGuestUserShareToUsersNotInSiteCollection"
	settingOwnersOnly   = "DisableSharingForNonOwners"
	settingMembers      = "MembersCanShare"
	settingAnyoneGroups = "WhoCanShareAnonymousAllowList"
	settingGuestGroups  = "WhoCanShareAuthenticatedGuestAllowList"
	settingMatch        = "RequireAcceptingAccountMatchInvitedAccount"
	settingCompanyLinks = "DisableCompanyWideSharingLinks"
	settingIntegration  = "EnableAzureADB2BIntegration"
)

// The numbers of SharingDomainRestrictionMode.
const (
	domainsAllow = 1
	domainsBlock = 2
)

// Domains is one domain list: a mode and the names, separated by blanks.
type Domains struct {
	Mode         int
	Allow, Block string
}

// Permit tells whether a list lets an address through. An allow list without names lets nobody through.
func (d Domains) Permit(address string) bool {
	switch d.Mode {
	case domainsAllow:
		return slices.Contains(strings.Fields(strings.ToLower(d.Allow)), domainOf(address))
	case domainsBlock:
		return !slices.Contains(strings.Fields(strings.ToLower(d.Block)), domainOf(address))
	}
	return true
}

// Era is the profile that a tenant's sharing follows: its own, unless the switch EnableAzureADB2BIntegration says
// otherwise (sharepoint.md 8). Under b2b-only the switch has no effect; off under b2b, it is back to codes.
func Era(t state.Tenant) state.Profile {
	switch t.Profile {
	case state.ProfileB2BOnly:
		return state.ProfileB2BOnly
	case state.ProfileB2B:
		if !t.Sharing.EnableAzureADB2BIntegration {
			return state.ProfileOTP
		}
		return state.ProfileB2B
	case state.ProfileOTP, state.ProfileClassic:
	}
	switch {
	case t.Sharing.EnableAzureADB2BIntegration:
		return state.ProfileB2B
	case t.Profile == state.ProfileOTP:
		return state.ProfileOTP
	}
	return state.ProfileClassic
}

// integrated tells whether SharePoint asks the B2B manager.
func integrated(era state.Profile) bool {
	return era == state.ProfileB2B || era == state.ProfileB2BOnly
}

// TenantLevel is the tenant's level for a site and the setting that it stands in: OneDrive has a level of its own, which
// SharePoint's bounds.
func TenantLevel(t state.Tenant, s state.Site) (level state.SharingCapability, setting string) {
	core, own := t.Sharing.SharingCapability, t.Sharing.OneDriveSharingCapability
	if s.Personal && own.Rank() < core.Rank() {
		return own, settingOneDrive
	}
	return core, settingTenant
}

// EffectiveLevel is the stricter of tenant and site (sharepoint.md 1.1).
func EffectiveLevel(t state.Tenant, s state.Site) state.SharingCapability {
	level, _ := TenantLevel(t, s)
	return level.Min(s.Sharing.Capability)
}

func tenantDomains(t state.Tenant) Domains {
	return Domains{t.Sharing.SharingDomainRestrictionMode, t.Sharing.SharingAllowedDomainList, t.Sharing.SharingBlockedDomainList}
}

func siteDomains(s state.Site) Domains {
	return Domains{s.Sharing.DomainRestrictionMode, s.Sharing.AllowedDomainList, s.Sharing.BlockedDomainList}
}

// checkDomains applies both lists; the tenant's comes first.
func checkDomains(tenant, site Domains, address string) error {
	if !tenant.Permit(address) {
		return problem.For(problem.Denied, problem.SharingDomainBlocked, settingDomains,
			"the organisation's domain list does not allow %s", domainOf(address))
	}
	if !site.Permit(address) {
		return problem.For(problem.Denied, problem.SiteDomainBlocked, settingSiteDomains,
			"the site's domain list does not allow %s", domainOf(address))
	}
	return nil
}

// Ranks of openness that sharing needs.
const (
	needExisting = 1
	needNew      = 2
	needAnyone   = 3
)

// checkLevel fails where tenant or site is less open than need; the setting is the error's target.
func checkLevel(tenant state.SharingCapability, tenantSetting string, site state.SharingCapability, need int) error {
	if tenant.Rank() < need {
		return levelProblem(tenant, need, tenantSetting, problem.SharingDisabled, problem.ExistingGuestsOnly)
	}
	if site.Rank() < need {
		return levelProblem(site, need, settingSite, problem.SiteSharingDisabled, problem.SiteExistingOnly)
	}
	return nil
}

func levelProblem(level state.SharingCapability, need int, setting string, closed, existing problem.Reason) error {
	switch {
	case level.Rank() == 0:
		return problem.For(problem.Denied, closed, setting, "sharing with people outside of the organisation is turned off")
	case need == needAnyone:
		return problem.For(problem.Denied, problem.AnonymousNotAllowed, setting, "links for anyone are not allowed")
	}
	return problem.For(problem.Denied, existing, setting, "sharing is allowed with guests who are in the directory already")
}

// outsider tells whether sharing treats a directory object as somebody from outside: external members count as members.
func outsider(u state.User) bool {
	return u.Type == state.Guest || u.External() && u.Type != state.Member
}

// GuestExpiry is when a guest who joins a site now loses access to it; zero: never (sharepoint.md 1.2, 1.3).
func GuestExpiry(t state.Tenant, s state.Site, joined time.Time) time.Time {
	required, days := t.Sharing.ExternalUserExpirationRequired, t.Sharing.ExternalUserExpireInDays
	if s.Sharing.OverrideExternalUserExpiration {
		days = s.Sharing.ExternalUserExpirationInDays
		required = days > 0
	}
	if !required || days <= 0 {
		return time.Time{}
	}
	return joined.AddDate(0, 0, days)
}

// AnonymousDays is how many days a link for anyone may live on a site; 0: no bound.
func AnonymousDays(t state.Tenant, s state.Site) int {
	days := t.Sharing.RequireAnonymousLinksExpireInDays
	if s.Sharing.OverrideAnonymousLinkExpiration {
		days = s.Sharing.AnonymousLinkExpirationInDays
	}
	return max(days, 0)
}

// AttestationEnds is when somebody who showed a one-time code has to show another one within the same session; zero: not
// before the session ends (EmailAttestationRequired, without effect under B2B integration).
func AttestationEnds(t state.Tenant, proven time.Time) time.Time {
	if !t.Sharing.EmailAttestationRequired || t.Sharing.EmailAttestationReAuthDays <= 0 || integrated(Era(t)) {
		return time.Time{}
	}
	return proven.AddDate(0, 0, t.Sharing.EmailAttestationReAuthDays)
}

// mayShareOutside looks the sharer up in the two allow lists of groups: with links for anyone, with guests.
func mayShareOutside(tx *state.Tx, t state.Tenant, by directory.Principal) (anyone, guests bool) {
	forAnyone, forGuests := t.Sharing.WhoCanShareAnonymousAllowList, t.Sharing.WhoCanShareAuthenticatedGuestAllowList
	if by.System || len(forAnyone)+len(forGuests) == 0 {
		return true, true
	}
	in := func(groups []string) bool {
		return by.User.ID != "" && slices.ContainsFunc(groups, func(g string) bool {
			return directory.IsMember(tx, t.ID, g, by.User.ID)
		})
	}
	anyone = in(forAnyone)
	return anyone, anyone || in(forGuests)
}

// policyAt gathers what tenant and site say about sharing a place.
func policyAt(t state.Tenant, at drive.Place) Policy {
	level, setting := TenantLevel(t, at.Site)
	ceiling := t.Sharing.FileAnonymousLinkType
	if at.Item.Kind == state.Folder {
		ceiling = t.Sharing.FolderAnonymousLinkType
	}
	p := Policy{
		Era: Era(t), Tenant: level, TenantSetting: setting, Site: at.Site.Sharing.Capability,
		TenantDomains: tenantDomains(t), SiteDomains: siteDomains(at.Site),
		PreventResharing:     t.Sharing.PreventExternalUsersFromResharing,
		GuestsShareOutside:   t.Sharing.AllowGuestUserShareToUsersNotInSiteCollection,
		MembersCanShare:      at.Site.MembersCanShare || at.Site.Personal,
		ViewOnlyAnyone:       ceiling == linkTypeView,
		CompanyLinksDisabled: at.Site.Sharing.DisableCompanyWideSharingLinks == 1,
	}
	switch {
	case at.Site.Sharing.DisableSharingForNonOwners:
		p.OwnersOnly = settingOwnersOnly
	case at.Site.Personal && t.Sharing.ODBMembersCanShare == switchedOff:
		p.OwnersOnly = "ODBMembersCanShare"
	}
	if at.Site.Sharing.ShareByEmailDisabled {
		p.NoInvitations = "ShareByEmailEnabled"
	}
	if at.Site.Sharing.ShareByLinkDisabled {
		p.NoAnyone = "ShareByLinkEnabled"
	}
	return p
}

// switchedOff is Off of ODBMembersCanShare and ODBAccessRequests.
const switchedOff = 2

// linkTypeView is the number of FileAnonymousLinkType and FolderAnonymousLinkType that allows viewing only.
const linkTypeView = 1

func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}
