package sharing

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Redeem follows an invitation of the SharePoint manager with the account that signed in: the guest comes into being, the
// permission counts. It fails with InvitationNotFound, InvitationRedeemed, InvitationExpired, WrongAccount,
// AccountTypeNotAllowed, or the reason why sharing is closed by now; with Unauthenticated where nobody has signed in.
// Redeeming again as the same person leads there again. A refused attempt does not use the invitation up.
func (m Manager) Redeem(tx *state.Tx, invitation string, v Visit) (Landing, error) {
	i, at, err := OpenInvitation(tx, v.Tenant, invitation)
	if err != nil {
		return Landing{}, err
	}
	if v.Account == (state.Account{}) {
		return Landing{}, problem.New(problem.Unauthenticated, problem.None, "sign in to accept the invitation")
	}
	u, known := directory.ObjectOf(tx, v.Tenant, v.Account)
	if i.State == state.SharingRedeemed {
		if known && strings.EqualFold(u.ID, i.RedeemedBy) {
			return landing(tx, v, at, u), nil
		}
		return Landing{}, problem.New(problem.Conflict, problem.InvitationRedeemed, "The invitation has been used already.")
	}
	if expired(tx, i.ExpiresAt) {
		return Landing{}, problem.New(problem.Expired, problem.InvitationExpired, "The invitation has expired.")
	}
	r := redemption{m: m, tx: tx, i: i, at: at, v: v}
	if err := r.check(known); err != nil {
		return Landing{}, err
	}
	if v.Peek {
		return landing(tx, v, at, u), nil
	}
	if !known {
		if u, err = r.makeGuest(); err != nil {
			return Landing{}, err
		}
	}
	if err := r.accept(u); err != nil {
		return Landing{}, err
	}
	return landing(tx, v, at, u), nil
}

// OpenInvitation returns an invitation and where it leads. It fails with InvitationNotFound, for one that was withdrawn
// and one whose place is gone too.
func OpenInvitation(tx *state.Tx, tenant, id string) (state.SharingInvitation, drive.Place, error) {
	i, ok := tx.SharingInvitation(tenant, id)
	if ok && i.State != state.SharingWithdrawn {
		if at, err := drive.PlaceOf(tx, tenant, i.Target); err == nil {
			return i, at, nil
		}
	}
	return state.SharingInvitation{}, drive.Place{}, problem.For(problem.NotFound, problem.InvitationNotFound, id, "The invitation does not exist or was withdrawn.")
}

// redemption is an invitation being redeemed.
type redemption struct {
	m  Manager
	tx *state.Tx
	i  state.SharingInvitation
	at drive.Place
	v  Visit
}

func (r *redemption) tenant() state.Tenant {
	t, _ := r.tx.Tenant(r.i.TenantID)
	return t
}

// check asks whether this account may redeem, and whether sharing is still open.
func (r *redemption) check(known bool) error {
	t := r.tenant()
	era := Era(t)
	kind := r.v.Account.Kind
	if !known && kind != state.HomeEntra && kind != state.HomeMicrosoft && !integrated(era) {
		return problem.New(problem.Denied, problem.AccountTypeNotAllowed, "Sign in with a work or school account, or with a Microsoft account.")
	}
	if t.Sharing.RequireAcceptingAccountMatchInvitedAccount && !integrated(era) && !r.matches() {
		return problem.For(problem.Denied, problem.WrongAccount, settingMatch, "Only %s may accept this invitation.", r.i.Email)
	}
	level, setting := TenantLevel(t, r.at.Site)
	need := needNew
	if known {
		need = needExisting
	}
	if err := checkLevel(level, setting, r.at.Site.Sharing.Capability, need); err != nil {
		return err
	}
	if err := checkDomains(tenantDomains(t), siteDomains(r.at.Site), r.i.Email); err != nil {
		return err
	}
	if known {
		return nil
	}
	if era == state.ProfileB2BOnly {
		return guestNeeded()
	}
	return checkDomains(tenantDomains(t), siteDomains(r.at.Site), r.address())
}

func guestNeeded() error {
	return problem.For(problem.Denied, problem.GuestRequired, settingIntegration,
		"Your guest access settings have changed. Ask the owner to share this with you again.")
}

// matches tells whether the account answers to the invited address.
func (r *redemption) matches() bool {
	return slices.Contains(directory.Addresses(r.tx, r.v.Account), strings.ToLower(r.i.Email))
}

// address is the address that the new guest gets: the invited one, or the account's own where that is another.
func (r *redemption) address() string {
	list := directory.Addresses(r.tx, r.v.Account)
	if r.matches() || len(list) == 0 {
		return r.i.Email
	}
	return list[0]
}

// makeGuest brings the guest into being. Somebody whom the B2B manager invited under one of the account's addresses is
// the one. Under B2B integration the inviter asks the B2B manager, so Entra's rules hold for an old invitation too.
func (r *redemption) makeGuest() (state.User, error) {
	inviter := r.inviter()
	if pending, ok := directory.PendingOf(r.tx, r.i.TenantID, r.v.Account); ok {
		return r.m.inTime(r.tx, pending, r.v.Account)
	}
	if integrated(Era(r.tenant())) {
		guest, err := r.m.guestOnBehalf(r.tx, inviter, r.address(), r.at, r.v)
		if err != nil {
			return state.User{}, err
		}
		return r.m.inTime(r.tx, guest, r.v.Account)
	}
	guest, err := directory.AddGuest(r.tx, inviter, directory.GuestSpec{
		TenantID: r.i.TenantID, Email: r.address(), DisplayName: accountName(r.tx, r.v.Account), InvitedBy: inviter.Actor(),
	})
	if err != nil {
		return state.User{}, err
	}
	return directory.CompleteRedemption(r.tx, guest, r.v.Account)
}

// inTime redeems a guest whom the B2B manager made: its rules hold for him wherever he comes in.
func (m Manager) inTime(tx *state.Tx, guest state.User, a state.Account) (state.User, error) {
	if m.B2B == nil {
		return directory.CompleteRedemption(tx, guest, a)
	}
	return m.B2B.RedeemInTime(tx, guest, a)
}

// inviter is who shared, as somebody who acts again.
func (r *redemption) inviter() directory.Principal {
	p := directory.Principal{Tenant: r.i.TenantID}
	if u, ok := r.tx.User(r.i.TenantID, r.i.InviterID); ok {
		p.User = u
	} else if sp, ok := directory.ServicePrincipal(r.tx, r.i.TenantID, r.i.InviterID); ok {
		p.AppID, p.ServicePrincipalID = sp.AppID, sp.ID
	}
	return p
}

func accountName(tx *state.Tx, a state.Account) string {
	u, _ := tx.User(a.TenantID, a.ObjectID)
	return u.DisplayName
}

// accept lets what was promised count: entry in the user list, permission or membership, link, entries in the audit log.
func (r *redemption) accept(u state.User) error {
	entry, err := Join(r.tx, r.at.Site, u)
	if err != nil {
		return err
	}
	account := directory.Addresses(r.tx, r.v.Account)
	r.i.State, r.i.RedeemedAt, r.i.RedeemedBy, r.i.AcceptedAs = state.SharingRedeemed, r.tx.Now(), u.ID, r.i.Email
	if len(account) > 0 && !r.matches() {
		r.i.AcceptedAs = account[0]
	}
	d := r.m.deal(r.tx, directory.Principal{Tenant: r.i.TenantID, User: u}, r.at, r.v.Origin)
	p := person(u)
	record(r.tx, d.by, r.at, act{
		operation: SharingInvitationAccepted, to: Party{Kind: p.Kind, User: u, Address: r.i.Email, Title: u.DisplayName}, sharingID: r.i.ID,
		details: []state.EventDetail{{Key: "InvitedAs", Value: r.i.Email}, {Key: "AcceptedAs", Value: r.i.AcceptedAs}},
	})
	switch {
	case r.i.GroupID != 0:
		d.addToGroup(r.i.GroupID, entry.ID, p)
	case r.i.LinkID != "":
		r.acceptLink(u)
	default:
		r.acceptPermission(u)
		d.record(SharingSet, p, "")
	}
	r.tx.PutSharingInvitation(r.i)
	notifyAccepted(r.tx, r.at, r.i, r.v.Origin)
	return nil
}

// acceptPermission turns the promise into a permission of the person; one that he has already grows.
func (r *redemption) acceptPermission(u state.User) {
	promise, ok := r.tx.Permission(r.i.TenantID, r.i.PermissionID)
	if !ok {
		promise = state.Permission{TenantID: r.i.TenantID, ID: r.tx.NewID(), On: r.i.Target, Role: r.i.Role, RoleDefs: []int{r.i.RoleDefID}, CreatedAt: r.tx.Now()}
	}
	promise.To, promise.ObjectID, promise.InvitationID = state.ToUser, u.ID, r.i.ID
	for old := range r.tx.PermissionsOn(r.i.TenantID, r.i.Target) {
		if old.To != state.ToUser || !strings.EqualFold(old.ObjectID, u.ID) {
			continue
		}
		if old.Role.Rank() > promise.Role.Rank() {
			promise.Role, promise.RoleDefs = old.Role, old.RoleDefs
		}
		r.tx.DeletePermission(old)
	}
	r.tx.PutPermission(promise)
}

// acceptLink makes the person the recipient of the link that he was invited to.
func (r *redemption) acceptLink(u state.User) {
	l, ok := r.tx.Link(r.i.TenantID, r.i.LinkID)
	if !ok {
		return
	}
	l.Recipients = slices.Clone(l.Recipients)
	for n := range l.Recipients {
		if l.Recipients[n].InvitationID == r.i.ID {
			l.Recipients[n].ObjectID, l.Recipients[n].InvitationID = u.ID, ""
		}
	}
	l.Redeemed = withID(l.Redeemed, u.ID)
	r.tx.PutLink(l)
}

// withID is the list with an id in it once.
func withID(list []string, id string) []string {
	if slices.Contains(list, id) {
		return list
	}
	return append(slices.Clone(list), id)
}

func landing(tx *state.Tx, v Visit, at drive.Place, u state.User) Landing {
	l := Landing{At: at, Guest: u, URL: PlaceURL(tx, v.Origin, at)}
	l.Role = AccessTo(tx, directory.Principal{Tenant: v.Tenant, User: u}, at).Role
	return l
}
