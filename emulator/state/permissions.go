package state

import (
	"iter"
	"time"
)

// Role is what a grant allows, from least to most.
type Role string

// The roles of sharing.
const (
	RoleRead  Role = "read"
	RoleWrite Role = "write"
	RoleOwner Role = "owner"
)

// Rank orders roles; an unknown one ranks below read.
func (r Role) Rank() int {
	switch r {
	case RoleRead:
		return 1
	case RoleWrite:
		return 2
	case RoleOwner:
		return 3
	}
	return 0
}

// Securable is what a permission is about: a site, a list, or an item of a list.
type Securable struct {
	SiteID string
	ListID string // "" for the site
	ItemID string // "" for the site or the list
}

// PrincipalKind says whom a permission names.
type PrincipalKind string

// Whom a permission can name.
const (
	ToUser      PrincipalKind = "user"      // directory user, ObjectID
	ToGroup     PrincipalKind = "group"     // directory group, ObjectID
	ToSiteGroup PrincipalKind = "siteGroup" // SiteGroup
	ToApp       PrincipalKind = "app"       // ObjectID is the client id
	ToAddress   PrincipalKind = "address"   // a code-only recipient, Email
	ToEveryone  PrincipalKind = "everyone"  // members of the tenant and, with Email "all", guests
	ToInvitee   PrincipalKind = "invitee"   // a pending SharePoint invitation: allows nothing yet
)

// Permission is a grant on a securable. A grant reaches everything below that has no permissions of its own.
type Permission struct {
	TenantID      string
	ID            string // GUID; the wire ids are derived
	On            Securable
	To            PrincipalKind
	ObjectID      string
	SiteGroup     int
	Email         string // address, or address of the invitee
	Role          Role
	RoleDefs      []int  // role definition ids, where SharePoint named them
	InvitationID  string // ToInvitee, and after redemption what it came from
	RequireSignIn bool
	GrantedBy     Actor
	CreatedAt     time.Time
	ExpiresAt     time.Time
	Seq           uint64
}

// Permission returns a grant by id.
func (tx *Tx) Permission(tenant, id string) (Permission, bool) {
	return first[Permission](tx, tablePermissions, indexID, tenant, fold(id))
}

// PermissionsOn yields the grants on exactly this securable.
func (tx *Tx) PermissionsOn(tenant string, s Securable) iter.Seq[Permission] {
	return each[Permission](tx, tablePermissions, indexTarget, tenant, fold(s.SiteID), fold(s.ListID), fold(s.ItemID))
}

// PermissionsTo yields a directory object's grants in all sites.
func (tx *Tx) PermissionsTo(tenant, object string) iter.Seq[Permission] {
	return each[Permission](tx, tablePermissions, indexMember, tenant, fold(object))
}

// PermissionsAt yields every grant in a site.
func (tx *Tx) PermissionsAt(tenant, site string) iter.Seq[Permission] {
	return each[Permission](tx, tablePermissions, indexTarget, tenant, fold(site))
}

// PutPermission stores a grant under the next change number.
func (tx *Tx) PutPermission(p Permission) Permission {
	p.Seq = tx.NextSequence()
	put(tx, tablePermissions, p)
	return p
}

// DeletePermission removes a grant.
func (tx *Tx) DeletePermission(p Permission) { remove(tx, tablePermissions, p) }

// LinkScope is who may use a sharing link.
type LinkScope string

// The scopes of a link.
const (
	LinkAnonymous    LinkScope = "anonymous"
	LinkOrganization LinkScope = "organization"
	LinkUsers        LinkScope = "users"
)

// Link is a sharing link.
type Link struct {
	TenantID              string
	ID                    string // share id, GUID
	On                    Securable
	Scope                 LinkScope
	Type                  string // view, edit, review, blocksDownload, createOnly, embed
	Token                 string // last part of the address
	Password              string
	AppID                 string // the application that made it: same type and scope again is the same link
	Description           string
	Recipients            []LinkRecipient // scope users
	Redeemed              []string        // object ids of people who opened it
	GroupID               int             // its hidden site group
	CreatedBy, ModifiedBy Actor
	CreatedAt, ModifiedAt time.Time
	ExpiresAt             time.Time
	PasswordAt            time.Time
	Seq                   uint64
}

// LinkRecipient is somebody whom a specific-people link is for.
type LinkRecipient struct {
	Email        string
	ObjectID     string // directory user; "" while there is none
	InvitationID string // the SharePoint invitation that will make one
	InvitedBy    Actor
	At           time.Time
}

// Role is what the link allows.
func (l Link) Role() Role {
	if l.Type == "edit" {
		return RoleWrite
	}
	return RoleRead
}

// Link returns a link by share id.
func (tx *Tx) Link(tenant, id string) (Link, bool) {
	return first[Link](tx, tableLinks, indexID, tenant, fold(id))
}

// LinkByToken returns a link by the token in its address.
func (tx *Tx) LinkByToken(tenant, token string) (Link, bool) {
	return first[Link](tx, tableLinks, indexToken, tenant, token)
}

// LinksOn yields the links of exactly this securable.
func (tx *Tx) LinksOn(tenant string, s Securable) iter.Seq[Link] {
	return each[Link](tx, tableLinks, indexTarget, tenant, fold(s.SiteID), fold(s.ListID), fold(s.ItemID))
}

// LinksAt yields every link in a site.
func (tx *Tx) LinksAt(tenant, site string) iter.Seq[Link] {
	return each[Link](tx, tableLinks, indexTarget, tenant, fold(site))
}

// PutLink stores a link under the next change number.
func (tx *Tx) PutLink(l Link) Link {
	l.Seq = tx.NextSequence()
	put(tx, tableLinks, l)
	return l
}

// DeleteLink removes a link.
func (tx *Tx) DeleteLink(l Link) { remove(tx, tableLinks, l) }

// AccessRequest is somebody's wish to be let in.
type AccessRequest struct {
	TenantID, ID, SiteID string
	On                   Securable
	UserID, Email        string
	Message              string
	Status               string // pending, approved, denied
	CreatedAt            time.Time
}

// AccessRequests yields a site's requests.
func (tx *Tx) AccessRequests(tenant, site string) iter.Seq[AccessRequest] {
	return each[AccessRequest](tx, tableAccessRequests, indexID, tenant, fold(site))
}

// PutAccessRequest stores a request.
func (tx *Tx) PutAccessRequest(r AccessRequest) { put(tx, tableAccessRequests, r) }
