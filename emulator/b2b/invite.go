package b2b

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Invite makes the guest at once, or finds the one that the address has. It fails with InviteeInTenant,
// InvitesNotAllowed, InviteDomainBlocked, CrossTenantBlocked, OutboundBlocked, InsufficientRights (Member by somebody who
// is no administrator, a reset by somebody who may not), RedemptionAddressUnknown, ObjectConflict where a member bears the
// address, MissingProperty or InvalidProperty.
func (m Manager) Invite(tx *state.Tx, by directory.Principal, r Request) (Result, error) {
	r.Email = strings.TrimSpace(r.Email)
	if err := r.check(); err != nil {
		return Result{}, err
	}
	t, ok := tx.Tenant(by.Tenant)
	if !ok {
		return Result{}, problem.For(problem.NotFound, problem.TenantNotFound, by.Tenant, "Tenant '%s' not found.", by.Tenant)
	}
	if err := mayInvite(tx, t, by, r); err != nil {
		return Result{}, err
	}
	if directory.OwnsAddress(t, r.Email) {
		return Result{}, problem.For(problem.Invalid, problem.InviteeInTenant, "invitedUserEmailAddress", "Invitee is in inviter tenant")
	}
	if err := directory.B2BDomainAllowed(t.B2BDomains, r.Email); err != nil {
		return Result{}, err
	}
	account := directory.Discover(tx, r.Email).Account
	if err := crossTenant(tx, t, account, account.ObjectID); err != nil {
		return Result{}, err
	}
	guest, err := guestFor(tx, by, r)
	if err != nil {
		return Result{}, err
	}
	if guest.ExternalState == state.PendingAcceptance && account.Kind == state.HomeEntra &&
		directory.AutomaticRedemption(tx, t.ID, account.TenantID) {
		if guest, err = directory.CompleteRedemption(tx, guest, account); err != nil {
			return Result{}, err
		}
	}
	i := invitation(tx, by, r, guest)
	res := Result{
		Invitation: i, Guest: guest, RedeemURL: r.Origin.Redeem(t.ID, i.ID, i.Ticket),
		Completed: guest.ExternalState == state.Accepted,
	}
	record(tx, by, r, guest)
	if r.Send && !r.FromSharing {
		send(tx, t, by, r, res)
	}
	return res, nil
}

// InviteToShare is Invite on behalf of the SharePoint manager, which writes the mail itself; redirect is where the shared
// thing is. The address is "" for a guest who has nothing left to redeem.
func (m Manager) InviteToShare(tx *state.Tx, by directory.Principal, email, redirect string, o links.Origin) (state.User, string, error) {
	res, err := m.Invite(tx, by, Request{Email: email, RedirectURL: redirect, Origin: o, FromSharing: true})
	if err != nil {
		return state.User{}, "", err
	}
	if res.Completed {
		res.RedeemURL = ""
	}
	return res.Guest, res.RedeemURL, nil
}

// forbidden are the characters that the name in an invited address cannot have (graph.md 2.2). SharePoint's dialog does
// not mind them.
const forbidden = "~!#$%^&*()+=[]{}\\/|;:\"<>?,"

func (r Request) check() error {
	const address, redirect = "invitedUserEmailAddress", "inviteRedirectUrl"
	if r.Email == "" {
		return problem.For(problem.Invalid, problem.MissingProperty, address, "A value is required for property '%s' of resource 'Invitation'.", address)
	}
	if r.RedirectURL == "" {
		return problem.For(problem.Invalid, problem.MissingProperty, redirect, "A value is required for property '%s' of resource 'Invitation'.", redirect)
	}
	if u, err := url.Parse(r.RedirectURL); err != nil || !u.IsAbs() {
		return problem.For(problem.Invalid, problem.InvalidProperty, redirect, "Invalid value specified for property '%s' of resource 'Invitation'.", redirect)
	}
	name := r.Email[:max(strings.LastIndexByte(r.Email, '@'), 0)]
	if err := directory.CheckAddress(address, r.Email); err != nil || !r.FromSharing &&
		(strings.ContainsAny(name, forbidden) || strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-")) {
		return problem.For(problem.Invalid, problem.InvalidProperty, address, "The invited user email address %q is not valid.", r.Email)
	}
	switch r.Type {
	case "", state.Guest, state.Member:
	default:
		return problem.For(problem.Invalid, problem.InvalidProperty, "invitedUserType", "Invalid value specified for property 'invitedUserType' of resource 'Invitation'.")
	}
	if r.Reset && r.GuestID == "" {
		return problem.For(problem.Invalid, problem.MissingProperty, "invitedUser", "Resetting a redemption needs the id of the invited user.")
	}
	return nil
}

// mayInvite decides on the inviter: the tenant's setting, then what only some may ask for.
func mayInvite(tx *state.Tx, t state.Tenant, by directory.Principal, r Request) error {
	if by.System {
		return nil
	}
	who := directory.InviterOf(tx, by)
	if err := directory.InvitationsAllowed(t.Authorization.AllowInvitesFrom, who); err != nil {
		return err
	}
	trusted := who.Administrator || who.AppOnly && by.HasRole("User.ReadWrite.All", "Directory.ReadWrite.All", "User.Invite.All")
	if r.Type == state.Member && !trusted {
		return problem.For(problem.Denied, problem.InsufficientRights, "invitedUserType", "Insufficient privileges to complete the operation.")
	}
	if r.Reset {
		return mayReset(tx, by, r.GuestID)
	}
	return nil
}

// mayReset: administrators of people; an application alone not where the guest holds a directory role (graph.md 2.2).
func mayReset(tx *state.Tx, by directory.Principal, guest string) error {
	allowed := directory.HasRole(tx, by.Tenant, by.User.ID,
		directory.GlobalAdministrator, directory.UserAdministrator, directory.HelpdeskAdministrator)
	if by.AppOnly() {
		allowed = len(directory.RolesOf(tx, by.Tenant, guest)) == 0
	}
	if !allowed {
		return problem.For(problem.Denied, problem.InsufficientRights, "resetRedemption", "Insufficient privileges to complete the operation.")
	}
	return nil
}

// crossTenant asks both organisations; user is who the invited is in the inviting one, as far as that is known.
func crossTenant(tx *state.Tx, t state.Tenant, account state.Account, user string) error {
	if account.Kind != state.HomeEntra {
		return nil
	}
	if err := directory.CrossTenantInbound(tx, t.ID, account.TenantID, user, ""); err != nil {
		return err
	}
	return directory.CrossTenantOutbound(tx, account.TenantID, t.ID, account.ObjectID, "")
}

// guestFor makes the guest, finds the one that there is, or resets him.
func guestFor(tx *state.Tx, by directory.Principal, r Request) (state.User, error) {
	if r.Reset {
		guest, err := directory.FindUser(tx, by.Tenant, r.GuestID)
		if err != nil {
			return state.User{}, err
		}
		return directory.ResetRedemption(tx, by, guest, r.Email)
	}
	if guest, ok := directory.GuestOf(tx, by.Tenant, r.Email); ok {
		return guest, nil
	}
	return directory.AddGuest(tx, by, directory.GuestSpec{
		TenantID: by.Tenant, ID: r.ObjectID, Email: r.Email, DisplayName: r.DisplayName, Type: r.Type, InvitedBy: by.Actor(),
		Sponsors: r.Sponsors,
	})
}

func invitation(tx *state.Tx, by directory.Principal, r Request, guest state.User) state.Invitation {
	const secretBytes = 32
	i := state.Invitation{
		TenantID: guest.TenantID, ID: tx.NewID(), UserID: guest.ID, Email: r.Email, DisplayName: r.DisplayName,
		UserType: r.Type, RedirectURL: r.RedirectURL, Ticket: base64.StdEncoding.EncodeToString(tx.Bytes(secretBytes)),
		Send: r.Send, Message: r.Message, InviterID: by.User.ID, InviterName: inviterName(tx, by), CreatedAt: tx.Now(),
	}
	if i.UserType == "" {
		i.UserType = state.Guest
	}
	if by.AppOnly() {
		i.InviterID = by.ServicePrincipalID
	}
	if r.FromSharing {
		i.Origin = "sharing"
	}
	if guest.ExternalState == state.Accepted {
		i.RedeemedAt = tx.Now()
	}
	tx.PutInvitation(i)
	return i
}

// inviterName is who invites, as the mail says it: the person, or the organisation where an application does.
func inviterName(tx *state.Tx, by directory.Principal) string {
	if by.User.DisplayName != "" {
		return by.User.DisplayName
	}
	t, _ := tx.Tenant(by.Tenant)
	return t.DisplayName
}

func record(tx *state.Tx, by directory.Principal, r Request, guest state.User) {
	activity, details := "Invite external user", []state.EventDetail{{Key: "InvitedUserEmailAddress", Value: r.Email}}
	if r.Reset {
		activity = "Invite external user with reset invitation status"
	}
	if by.AppID != "" {
		details = append(details, state.EventDetail{Key: "AppId", Value: by.AppID})
	}
	directory.Audit(tx, by, state.Event{
		TenantID: guest.TenantID, Operation: activity, Category: "UserManagement", Service: "Invited Users", Type: "Add",
		Targets: []state.EventTarget{{ID: guest.ID, Type: "User", DisplayName: guest.DisplayName, UPN: guest.UserPrincipalName}},
		Details: slices.Clip(details),
	})
}
