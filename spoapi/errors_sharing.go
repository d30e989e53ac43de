package spoapi

import (
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The numbers of SP.SharingResult's StatusCode. -9 and -63 are as observed; which refusal has which of the others is our
// choice (sharepoint.md 1.5, 3.3).
const (
	statusDone         = 0
	statusDenied       = -2
	statusCapability   = -7
	statusUnresolved   = -9
	statusOther        = -1
	statusInvalidRole  = -63
	unresolvedText     = "Couldn't resolve the users."
	invalidRoleText    = "The selected permission level is not valid."
	sharingDeniedText  = "You do not have the permission to share this item."
	sharingGeneralText = "This item cannot be shared."
)

// refusal is a failure to share as SharingResult tells it: status 200 with a number and words.
type refusal struct {
	status int
	code   string // of the Share dialog, sharepoint.md 1.5; "" where it has none
	text   string
}

func (r refusal) message() string {
	if r.code == "" {
		return r.text
	}
	return r.code + ": " + r.text
}

// refusedSharing says how a refusal of the sharing manager is told; ok is false for what is no refusal but a failed request.
func refusedSharing(err error, at drive.Place, t state.Tenant) (refusal, bool) {
	p := problem.As(err)
	switch p.Reason {
	case problem.RecipientUnresolved:
		return refusal{status: statusUnresolved, text: unresolvedText}, true
	case problem.RoleInvalid:
		return refusal{status: statusInvalidRole, text: invalidRoleText}, true
	case problem.SharingDisabled, problem.ExistingGuestsOnly, problem.SiteSharingDisabled, problem.SiteExistingOnly, problem.AnonymousNotAllowed:
		return refusal{statusCapability, levelCode(p.Reason, at.Site.Personal), orText(p.Detail, sharingGeneralText)}, true
	case problem.SharingDomainBlocked:
		return refusal{statusOther, listCode("OSE401", "OSE402", t.Sharing.SharingDomainRestrictionMode), orText(p.Detail, sharingGeneralText)}, true
	case problem.SiteDomainBlocked:
		return refusal{statusOther, listCode("OSE403", "OSE404", at.Site.Sharing.DomainRestrictionMode), orText(p.Detail, sharingGeneralText)}, true
	case problem.SharerNotAllowed:
		return refusal{statusDenied, "OSE304", orText(p.Detail, sharingDeniedText)}, true
	case problem.AccessDenied, problem.InsufficientRights, problem.ResharingNotAllowed, problem.InvitesNotAllowed:
		return refusal{status: statusDenied, text: orText(p.Detail, sharingDeniedText)}, true
	case problem.InviteDomainBlocked, problem.CrossTenantBlocked, problem.OutboundBlocked, problem.InviteeInTenant,
		problem.UserNotFound, problem.ObjectConflict, problem.GuestIDMismatch, problem.InvalidProperty:
		return refusal{status: statusOther, text: orText(p.Detail, sharingGeneralText)}, true
	default:
		return refusal{}, false
	}
}

func levelCode(r problem.Reason, personal bool) string {
	switch {
	case r == problem.AnonymousNotAllowed:
		return ""
	case personal && (r == problem.SharingDisabled || r == problem.SiteSharingDisabled):
		return "OSE207"
	case personal:
		return "OSE208"
	case r == problem.SharingDisabled:
		return "OSE201"
	case r == problem.ExistingGuestsOnly:
		return "OSE202"
	case r == problem.SiteSharingDisabled:
		return "OSE204"
	}
	return "OSE205"
}

// allowListMode is SharingDomainRestrictionMode AllowList.
const allowListMode = 1

func listCode(allow, block string, mode int) string {
	if mode == allowListMode {
		return allow
	}
	return block
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
