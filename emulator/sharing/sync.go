package sharing

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// SyncVerdict is why somebody may or may not B2B-sync a place.
type SyncVerdict string

// The verdicts (sharepoint.md 7.3; DESIGN section 1).
const (
	SyncAllowed         SyncVerdict = ""
	SyncAnonymousLink   SyncVerdict = "AnonymousLink"
	SyncSingleFile      SyncVerdict = "SingleFile"
	SyncNotALibrary     SyncVerdict = "NotALibrary"
	SyncNoGuest         SyncVerdict = "NoGuestAccount"
	SyncNotRedeemed     SyncVerdict = "InvitationNotRedeemed"
	SyncPersonalAccount SyncVerdict = "PersonalAccount"
	SyncCodeOnly        SyncVerdict = "OneTimeCode"
	SyncSharingOff      SyncVerdict = "SharingOff"
	SyncDomainBlocked   SyncVerdict = "DomainBlocked"
	SyncBlockedByPolicy SyncVerdict = "BlockExternalSync"
	SyncNoPermission    SyncVerdict = "NoPermission"
	SyncADALRefused     SyncVerdict = "ADALSignIn"
	SyncSecondFactor    SyncVerdict = "SecondFactor"
)

// Text is the verdict in words, "" for SyncAllowed.
func (v SyncVerdict) Text() string {
	return map[SyncVerdict]string{
		SyncAllowed:         "",
		SyncAnonymousLink:   "a link for anyone cannot be synced; share with the person",
		SyncSingleFile:      "files that were shared one by one cannot be synced; share the folder or the library",
		SyncNotALibrary:     "only a library or a folder can be synced",
		SyncNoGuest:         "there is no guest account in the organisation that shares; accept the invitation with the organizational account first",
		SyncNotRedeemed:     "the guest account has not accepted its invitation yet",
		SyncPersonalAccount: "a Microsoft account or another personal account cannot sync what an organisation shares",
		SyncCodeOnly:        "somebody who proves himself with a code by mail has no account to sync with",
		SyncSharingOff:      "external sharing is turned off for the organisation or the site",
		SyncDomainBlocked:   "the organisation's domain list does not allow this domain",
		SyncBlockedByPolicy: "the organisation's policy blocks sync with other organisations",
		SyncNoPermission:    "there is no permission on this library or folder",
		SyncADALRefused:     "known issue: an ADAL sign-in of the sync client is refused for B2B Sync",
		SyncSecondFactor:    "known issue: a guest who must show a second factor cannot sync",
	}[v]
}

// setting names what decided.
func (v SyncVerdict) setting() string {
	switch v {
	case SyncSharingOff:
		return settingTenant
	case SyncDomainBlocked:
		return settingDomains
	case SyncBlockedByPolicy:
		return "BlockExternalSync"
	case SyncADALRefused:
		return "adalB2BSync"
	case SyncSecondFactor:
		return "guestMfa"
	case SyncAllowed, SyncAnonymousLink, SyncSingleFile, SyncNotALibrary, SyncNoGuest, SyncNotRedeemed, SyncPersonalAccount, SyncCodeOnly, SyncNoPermission:
	}
	return "B2B Sync"
}

// SyncFacts are what the decision about B2B Sync looks at.
type SyncFacts struct {
	Link      state.LinkScope // of the link that he came by, "" for none
	File      bool            // a single file
	Library   bool            // the place stands in a document library, or is a site
	Member    bool            // of the organisation itself: no B2B Sync at all
	Guest     bool            // has an object here
	Redeemed  bool
	Home      state.HomeKind
	HasAccess bool
	Denied    problem.Reason // what took access away
	Blocked   bool           // BlockExternalSync
	ADAL      bool           // signs in with the old library
	ADALIssue bool
	OwesMFA   bool
	MFAIssue  bool
}

// DecideSync is the pure decision about B2B Sync.
func DecideSync(f SyncFacts) SyncVerdict {
	switch {
	case f.Link == state.LinkAnonymous:
		return SyncAnonymousLink
	case f.File:
		return SyncSingleFile
	case !f.Library:
		return SyncNotALibrary
	case f.Member && f.HasAccess:
		return SyncAllowed
	case f.Member:
		return SyncNoPermission
	case f.Home == state.HomeMicrosoft:
		return SyncPersonalAccount
	case f.Home == state.HomeOTP:
		return SyncCodeOnly
	case !f.Guest:
		return SyncNoGuest
	case !f.Redeemed:
		return SyncNotRedeemed
	}
	switch f.Denied {
	case problem.SharingDisabled, problem.SiteSharingDisabled, problem.ExistingGuestsOnly, problem.SiteExistingOnly:
		return SyncSharingOff
	case problem.SharingDomainBlocked, problem.SiteDomainBlocked:
		return SyncDomainBlocked
	default:
	}
	switch {
	case !f.HasAccess:
		return SyncNoPermission
	case f.Blocked:
		return SyncBlockedByPolicy
	case f.ADAL && f.ADALIssue:
		return SyncADALRefused
	case f.OwesMFA && f.MFAIssue:
		return SyncSecondFactor
	}
	return SyncAllowed
}

// SyncEligibility answers for a person by sign-in address at home. At is the place of a webUrl or sharing link; link is
// the link that he came by, zero for none.
func SyncEligibility(tx *state.Tx, address string, at drive.Place, link state.Link, adal bool, o links.Origin) Eligibility {
	tenant := at.Site.TenantID
	found := directory.Discover(tx, address)
	u, ok := directory.ObjectOf(tx, tenant, found.Account)
	if !ok {
		u, _ = directory.PendingOf(tx, tenant, found.Account)
	}
	f := syncFacts(tx, u, at, link, adal)
	if f.Home == "" || f.Home == state.HomeUnknown {
		f.Home = found.Kind
	}
	f.OwesMFA = found.User.MFARequired
	v := DecideSync(f)
	if v != SyncAllowed {
		return Eligibility{Reason: v.Text()}
	}
	return Eligibility{Eligible: true, ODOpen: ODOpen(tx, u, found.User, at, o)}
}

// syncEligibility is the decision about an object of the tenant.
func syncEligibility(tx *state.Tx, u state.User, at drive.Place, link state.Link, adal bool) SyncVerdict {
	return DecideSync(syncFacts(tx, u, at, link, adal))
}

// SyncAllowedFor tells whether a person of the tenant may sync a place: whether the page shows the Sync button.
func SyncAllowedFor(tx *state.Tx, u state.User, at drive.Place, link state.Link) SyncVerdict {
	return syncEligibility(tx, u, at, link, false)
}

func syncFacts(tx *state.Tx, u state.User, at drive.Place, link state.Link, adal bool) SyncFacts {
	t, _ := tx.Tenant(at.Site.TenantID)
	f := SyncFacts{
		Link: link.Scope, File: at.Item.ID != "" && !at.Item.Root() && at.Item.Kind != state.Folder,
		Library: at.List.ID == "" || at.List.Library(), Guest: u.ID != "",
		Member: u.ID != "" && !u.External(), Home: u.Home.Kind, Redeemed: u.External() && u.Home.Kind != state.HomeUnknown,
		Blocked: t.Sharing.BlockExternalSync, ADAL: adal, ADALIssue: t.KnownIssues.ADALB2BSync, MFAIssue: t.KnownIssues.GuestMFA,
	}
	if home, ok := tx.User(u.Home.TenantID, u.Home.ObjectID); ok {
		f.OwesMFA = home.MFARequired
	}
	if u.ID == "" {
		return f
	}
	a := AccessTo(tx, directory.Principal{Tenant: t.ID, User: u}, at)
	f.HasAccess = a.Role != ""
	if a.Denied != nil {
		f.Denied = problem.ReasonOf(a.Denied)
	}
	return f
}

// ODOpen is the address that starts the sync client with a library or folder (sharepoint.md 7.3). home is the person's
// object in his own organisation, u his object here; a site stands for its default library.
func ODOpen(tx *state.Tx, u, home state.User, at drive.Place, o links.Origin) string {
	if home.ID == "" {
		home = u
	}
	l := at.List
	if l.ID == "" {
		l, _ = drive.DefaultLibrary(tx, at.Site)
	}
	t, _ := tx.Tenant(at.Site.TenantID)
	braced := func(id string) string { return "{" + id + "}" }
	admin := "0"
	if e, ok := tx.SiteUserByObject(t.ID, at.Site.ID, u.ID); ok && e.SiteAdmin {
		admin = "1"
	}
	email := home.UserPrincipalName
	pairs := [][2]string{
		{"userId", braced(u.ID)},
		{"userEmail", email},
		{"isSiteAdmin", admin},
		{"siteId", braced(at.Site.ID)},
		{"webId", braced(at.Site.WebID)},
		{"webTitle", at.Site.Title},
		{"webTemplate", strconv.Itoa(templateNumber(at.Site.Template))},
		{"webLogoUrl", ""},
		{"webUrl", siteURL(tx, o, at.Site)},
		{"onPrem", "0"},
		{"libraryType", "3"},
		{"listId", braced(l.ID)},
		{"listTitle", l.Title},
		{"listTemplateTypeId", strconv.Itoa(l.Template)},
		{"scope", "OPENLIST"},
		{"version", "1"},
		{"tenantName", t.DisplayName},
	}
	if at.Item.ID != "" && !at.Item.Root() {
		pairs[14][1] = "OPENFOLDER"
		pairs = append(pairs, [2]string{"folderId", braced(at.Item.ID)}, [2]string{"folderName", at.Item.Name}, [2]string{"folderUrl", PlaceURL(tx, o, at)})
	}
	var b strings.Builder
	b.WriteString("odopen://sync/?")
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p[0] + "=" + strings.ReplaceAll(url.QueryEscape(p[1]), "+", "%20"))
	}
	return b.String()
}

// templateNumber is the number behind a template's name: STS 1, GROUP 64, SITEPAGEPUBLISHING 68, SPSPERS 21.
func templateNumber(name string) int {
	const teamSite, personalSite, groupSite, communication = 1, 21, 64, 68
	switch base, _, _ := strings.Cut(name, "#"); base {
	case "GROUP":
		return groupSite
	case "SITEPAGEPUBLISHING":
		return communication
	case "SPSPERS":
		return personalSite
	}
	return teamSite
}
