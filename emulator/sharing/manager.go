package sharing

import (
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// Inviter is the B2B manager as this one needs it.
type Inviter interface {
	// InviteToShare makes or finds the guest of an address and returns the redemption address, which leads on to redirect.
	InviteToShare(tx *state.Tx, by directory.Principal, email, redirect string, o links.Origin) (state.User, string, error)
	// RedeemInTime redeems a guest of its own who comes by another way, by its own rules.
	RedeemInTime(tx *state.Tx, guest state.User, a state.Account) (state.User, error)
}

// Manager is the sharing manager. It keeps nothing; all state is the world's.
type Manager struct{ B2B Inviter }

// Access is what somebody may do at a place.
type Access struct {
	Role state.Role // "" for nothing
	// Via says what gives it: permission, link, siteGroup, group, owner, administrator, application, system.
	Via          string
	PermissionID string
	LinkID       string
	// ViewOnly: what gives it is a link that shows files and does not let them be downloaded.
	ViewOnly bool
	// Denied says which rule took away what a grant would give: a domain list, a closed site, an expired guest ...
	Denied error
}

// Recipient is somebody to share with, as a client names him; one member is set.
type Recipient struct {
	Email     string
	ObjectID  string
	Alias     string
	LoginName string // claims login name
}

// ShareRequest asks to share a place.
type ShareRequest struct {
	At            drive.Place
	Recipients    []Recipient
	Role          state.Role
	RoleDefID     int // SharePoint role definition, 0: follows from Role
	GroupID       int // SharePoint group to add to instead of a direct grant
	RequireSignIn bool
	// Anonymous: somebody new need not sign in; he gets a link for anyone.
	Anonymous bool
	SendMail  bool
	// LinkWithheld: the caller is not told the address of an invitation, so somebody new must be written to.
	LinkWithheld bool
	// Propagate pushes the grant down once to what has permissions of its own below (propagateAcl).
	Propagate bool
	Message   string
	Subject   string
	ExpiresAt time.Time
	Password  string
	Origin    links.Origin
}

// Shared is what came of one recipient.
type Shared struct {
	Recipient  Recipient
	Email      string
	User       state.User // zero while the directory knows nobody
	SiteUser   state.SiteUser
	Permission state.Permission // pending: To is ToInvitee
	Invitation state.SharingInvitation
	Link       state.Link // otp: the link that was made for him
	// InvitationURL is the address in his mail, "" for somebody who needs none.
	InvitationURL string
	Known         bool // was in the directory
	Group         int  // site group that he was added to
	Err           error
}

// LinkRequest asks for a sharing link.
type LinkRequest struct {
	At         drive.Place
	Scope      state.LinkScope // "" is the default of tenant and site
	Type       string          // view, edit, review, blocksDownload, createOnly
	Password   string
	ExpiresAt  time.Time
	Recipients []Recipient // scope users
	SendMail   bool
	Subject    string
	Message    string
	AppID      string
	// Fresh makes a new link even where one of the same kind exists.
	Fresh       bool
	Description string
	Origin      links.Origin
}

// Visit is somebody following a link or an invitation.
type Visit struct {
	Tenant   string
	Account  state.Account // who signed in; zero: nobody
	Email    string        // whom a one-time code proved, "" for none
	Password string        // of a protected link
	Origin   links.Origin
	// Peek: look where it leads without redeeming (Prefer: redeemSharingLinkIfNecessary).
	Peek bool
}

// Landing is where a link or invitation led.
type Landing struct {
	At    drive.Place
	Guest state.User // the visitor's object in the tenant, if there is one
	Link  state.Link // zero for an invitation
	Role  state.Role
	URL   string // address of the place
}

// Grant is one line of "manage access": a permission or a link that reaches a place.
type Grant struct {
	ID         string           // as clients know it
	Permission state.Permission // zero for a link
	Link       state.Link       // zero for a permission
	From       drive.Place      // where it stands: the place that was asked for or one above
	Inherited  bool             // the place has no permissions of its own, or it is a link from above
}

// PickerQuery asks the people picker.
type PickerQuery struct {
	Text            string
	Max             int
	AllowEmail      bool // addresses that nobody bears may be offered
	PrincipalTypes  int  // bit set of sharepoint.md 4.1; 0 is all
	ResolveExactly  bool // one answer or none
	IncludeEveryone bool
}

// Candidate is somebody whom the picker offers.
type Candidate struct {
	User      state.User      // of the directory
	Group     state.Group     // security group
	SiteGroup state.SiteGroup // of the site
	Email     string          // an address that nobody bears
	Claim     string          // login name of a claim
	Title     string
	Blocked   error // policy forbids him
	SiteUser  int   // number in the site's user list, 0 for none
}

// Explanation says why something is allowed or not.
type Explanation struct {
	Allowed bool
	Reason  string // the problem's reason, "" if allowed
	Setting string // the setting or grant that decided
	Text    string
}

// Eligibility is whether somebody may B2B-sync a place.
type Eligibility struct {
	Eligible bool
	Reason   string // text, "" if eligible
	ODOpen   string // odopen: address, if eligible
}
