package sharing

import (
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Kind is what somebody is to whom a place is to be shared.
type Kind int

// The kinds of recipient.
const (
	KindMember       Kind = iota // of the organisation, external members included
	KindGroup                    // a group of the directory, a claim, a group of the site
	KindGuest                    // a guest who has redeemed
	KindPendingGuest             // a guest whom the B2B manager invited
	KindNewWork                  // nobody here; a work account elsewhere
	KindNewPersonal              // nobody here; a Microsoft account
	KindNewAddress               // nobody here; an address without an account
	KindOrganization             // whoever is in the organisation, by link
	KindAnyone                   // whoever has the link
)

// New tells whether the directory knows nobody of that kind.
func (k Kind) New() bool { return k == KindNewWork || k == KindNewPersonal || k == KindNewAddress }

// Policy is what tenant and site say.
type Policy struct {
	Era                        state.Profile // as [Era] says
	Tenant, Site               state.SharingCapability
	TenantSetting              string // where the tenant's level stands
	TenantDomains, SiteDomains Domains
	PreventResharing           bool   // externals may not share what they do not own
	GuestsShareOutside         bool   // guests may share with people who are not in the site
	OwnersOnly                 string // the setting that lets only owners share, "" for none
	NoInvitations              string // the setting that stops invitations by mail, "" for none
	NoAnyone                   string // the setting that stops links for anyone, "" for none
	MembersCanShare            bool
	ViewOnlyAnyone             bool // links for anyone may not allow editing
	CompanyLinksDisabled       bool
}

// Sharer is what matters of somebody who shares.
type Sharer struct {
	Role         state.Role // what he may do at the place
	Outsider     bool
	App          bool // an application without a person
	MayAnyone    bool // the groups that may share outside let him
	MayGuests    bool
	Administered bool // the emulator itself: bound by levels and lists, not by rights
}

// Whom is what matters of a recipient.
type Whom struct {
	Kind    Kind
	Address string
	InSite  bool // he is known to the site already
}

// Question is one thing that somebody wants to share with somebody.
type Question struct {
	Policy Policy
	By     Sharer
	To     Whom
	Item   bool // a file or folder; else a site or a library
	Edit   bool // of a link for anyone: it allows editing
}

// Way is how a share is carried out.
type Way int

// The ways.
const (
	Refused  Way = iota
	GrantNow     // permission at once
	Invite       // SharePoint's own invitation
	Code         // link for that address, one-time code at each access
	AskB2B       // the B2B manager makes the guest, permission at once
	Link         // a link for the organisation or anyone
)

// Decide is the sharing manager's decision: pure, over tenant × site × recipient × domain lists × era × sharer. A refusal
// is a [problem.Error] whose target is the setting that decided.
func Decide(q Question) (Way, error) {
	if err := decideSharer(q); err != nil {
		return Refused, err
	}
	switch q.To.Kind {
	case KindMember, KindGroup:
		return GrantNow, nil
	case KindOrganization:
		if q.Policy.CompanyLinksDisabled {
			return Refused, problem.For(problem.Denied, problem.AccessDenied, settingCompanyLinks, "links for the organisation are turned off for this site")
		}
		return Link, nil
	case KindGuest, KindPendingGuest, KindNewWork, KindNewPersonal, KindNewAddress, KindAnyone:
	}
	if err := decideOutside(q); err != nil {
		return Refused, err
	}
	switch {
	case q.To.Kind == KindAnyone:
		return Link, nil
	case !q.To.Kind.New():
		return GrantNow, nil
	case integrated(q.Policy.Era):
		return AskB2B, nil
	case q.Policy.Era == state.ProfileOTP && q.Item:
		return Code, nil
	}
	return Invite, nil
}

// decideSharer is whether he may share at all.
func decideSharer(q Question) error {
	if q.By.Administered {
		return nil
	}
	owner := q.By.Role == state.RoleOwner
	switch {
	case q.By.Role.Rank() < state.RoleWrite.Rank():
		return problem.For(problem.Denied, problem.AccessDenied, "role", "sharing needs the right to edit")
	case owner || q.By.App:
	case q.Policy.OwnersOnly != "":
		return problem.For(problem.Denied, problem.AccessDenied, q.Policy.OwnersOnly, "only owners may share on this site")
	case !q.Policy.MembersCanShare && !q.Item:
		return problem.For(problem.Denied, problem.AccessDenied, settingMembers, "members may not share this site")
	}
	if !q.By.Outsider || owner {
		return nil
	}
	switch {
	case q.Policy.PreventResharing:
		return problem.For(problem.Denied, problem.ResharingNotAllowed, settingReshare, "people from outside may not share what they do not own")
	case !q.Policy.GuestsShareOutside && q.To.Kind != KindOrganization && q.To.Kind != KindAnyone && !q.To.InSite:
		return problem.For(problem.Denied, problem.ResharingNotAllowed, settingGuestShare, "a guest may share only with people who have access to the site")
	}
	return nil
}

// decideOutside is whether the recipient from outside may be shared with. Guests meet the domain lists at access only,
// links for anyone never (sharepoint.md 1.4).
func decideOutside(q Question) error {
	need, may, groups := needExisting, q.By.MayGuests, settingGuestGroups
	switch {
	case q.To.Kind == KindAnyone:
		need, may, groups = needAnyone, q.By.MayAnyone, settingAnyoneGroups
	case q.To.Kind.New():
		need = needNew
	}
	if err := checkLevel(q.Policy.Tenant, q.Policy.TenantSetting, q.Policy.Site, need); err != nil {
		return err
	}
	if !may && !q.By.Administered {
		return problem.For(problem.Denied, problem.SharerNotAllowed, groups, "only members of certain groups may share outside of the organisation")
	}
	if q.To.Kind == KindAnyone {
		if q.Policy.NoAnyone != "" {
			return problem.For(problem.Denied, problem.AnonymousNotAllowed, q.Policy.NoAnyone, "links for anyone are turned off for this site")
		}
		if q.Edit && q.Policy.ViewOnlyAnyone {
			return problem.For(problem.Denied, problem.AnonymousNotAllowed, "FileAnonymousLinkType", "links for anyone may only allow viewing")
		}
		return nil
	}
	switch {
	case !q.To.Kind.New():
		return nil
	case q.Policy.NoInvitations != "":
		return problem.For(problem.Denied, problem.SiteSharingDisabled, q.Policy.NoInvitations, "invitations by mail are turned off for this site")
	}
	if q.By.App && !integrated(q.Policy.Era) {
		return problem.For(problem.Denied, problem.SharerNotAllowed, "application", "an application alone cannot invite somebody new")
	}
	return checkDomains(q.Policy.TenantDomains, q.Policy.SiteDomains, q.To.Address)
}
