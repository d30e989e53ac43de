package state

import (
	"iter"
	"time"
)

// Invitation is one of the Entra B2B manager: its guest exists already.
type Invitation struct {
	TenantID    string
	ID          string
	UserID      string // the guest
	Email       string
	DisplayName string
	UserType    UserType
	RedirectURL string
	Ticket      string // base64 of 32 bytes, part of the redeem address
	Send        bool
	Message     InvitationMessage
	InviterID   string // user or service principal
	InviterName string
	Origin      string // "" or sharing: asked by the SharePoint manager
	CreatedAt   time.Time
	RedeemedAt  time.Time
	Withdrawn   bool
}

// InvitationMessage is what the inviter wrote.
type InvitationMessage struct {
	Language, Body    string
	CCName, CCAddress string
}

// Invitation returns an invitation by id.
func (tx *Tx) Invitation(tenant, id string) (Invitation, bool) {
	return first[Invitation](tx, tableInvitations, indexID, tenant, fold(id))
}

// InvitationsOf yields a guest's invitations.
func (tx *Tx) InvitationsOf(tenant, user string) iter.Seq[Invitation] {
	return each[Invitation](tx, tableInvitations, indexMember, tenant, fold(user))
}

// PutInvitation stores an invitation.
func (tx *Tx) PutInvitation(i Invitation) { put(tx, tableInvitations, i) }

// DeleteInvitation removes an invitation.
func (tx *Tx) DeleteInvitation(i Invitation) { remove(tx, tableInvitations, i) }

// SharingState is where an invitation of the SharePoint manager stands.
type SharingState string

// The states; expiry is computed from ExpiresAt.
const (
	SharingPending   SharingState = "Pending"
	SharingRedeemed  SharingState = "Redeemed"
	SharingWithdrawn SharingState = "Withdrawn"
)

// SharingInvitation is one of the SharePoint manager: nobody in the directory until it is redeemed.
type SharingInvitation struct {
	TenantID     string
	ID           string // the GUID in acceptinvite.aspx?invitation=
	SiteID       string
	Target       Securable
	Email        string
	Role         Role
	GroupID      int    // site group to be added to; 0: a direct grant
	RoleDefID    int    // role definition asked for; 0: follows from Role
	LinkID       string // the specific-people link that it belongs to, "" for none
	InviterID    string // user or service principal
	Message      string
	State        SharingState
	CreatedAt    time.Time
	ExpiresAt    time.Time // zero: never
	RedeemedAt   time.Time
	RedeemedBy   string // user object id
	AcceptedAs   string // address of the account that redeemed
	PermissionID string // the permission that stands for it
}

// SharingInvitation returns an invitation by id.
func (tx *Tx) SharingInvitation(tenant, id string) (SharingInvitation, bool) {
	return first[SharingInvitation](tx, tableSharingInvitations, indexID, tenant, fold(id))
}

// SharingInvitations yields a tenant's invitations by id.
func (tx *Tx) SharingInvitations(tenant string) iter.Seq[SharingInvitation] {
	return each[SharingInvitation](tx, tableSharingInvitations, indexID, tenant)
}

// SharingInvitationsTo yields the invitations to an address, in all of the tenant's sites.
func (tx *Tx) SharingInvitationsTo(tenant, email string) iter.Seq[SharingInvitation] {
	return each[SharingInvitation](tx, tableSharingInvitations, indexAddress, tenant, fold(email))
}

// SharingInvitationsAt yields a site's invitations.
func (tx *Tx) SharingInvitationsAt(tenant, site string) iter.Seq[SharingInvitation] {
	return each[SharingInvitation](tx, tableSharingInvitations, indexSite, tenant, fold(site))
}

// PutSharingInvitation stores an invitation.
func (tx *Tx) PutSharingInvitation(i SharingInvitation) { put(tx, tableSharingInvitations, i) }
