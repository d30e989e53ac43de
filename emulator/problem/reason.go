package problem

// Reason is a domain fact that explains a failure. Each face maps every reason that can reach it.
type Reason int

// The reasons, by the room that they come from.
const (
	None Reason = iota

	// Requests in general.
	Malformed          // not parseable
	MissingProperty    // a required property or parameter is absent
	InvalidProperty    // a value that the property cannot have
	ReadOnlyProperty   // a property that the caller cannot set
	UnknownProperty    // a property that the type does not have
	UnknownSegment     // a path segment that nothing answers to
	UnsupportedQuery   // a query option that the resource refuses
	MethodNotAllowed   // the resource has no such operation
	PreconditionFailed // If-Match named another version
	LimitExceeded      // more than the documented limit

	// Directory.
	TenantNotFound
	UserNotFound
	UserDisabled
	ObjectNotFound
	ObjectConflict       // a unique property is taken
	ReferenceExists      // already a member
	LastOwner            // a group keeps one owner
	DynamicMembership    // members of a dynamic group are computed
	InsufficientRights   // the person or the application may not
	DomainNotVerified    // the tenant does not own the domain
	InvalidRule          // a membership rule that does not parse
	NestingNotAllowed    // this kind of group cannot hold that kind of member
	RoleAlreadyActivated // the role's template is active

	// Entra B2B invitation manager.
	InviteeInTenant          // the address belongs to the inviting organisation
	InvitesNotAllowed        // allowInvitesFrom forbids the inviter
	InviteDomainBlocked      // the B2B domain list forbids the address
	CrossTenantBlocked       // cross-tenant access settings forbid it
	OutboundBlocked          // the home tenant forbids it
	InvitationNotFound       // unknown or withdrawn
	InvitationRedeemed       // used already
	InvitationExpired        // SharePoint's own invitations end
	WrongAccount             // signed in as somebody else than the invited
	AccountTypeNotAllowed    // this kind of account cannot redeem
	RedemptionDeclined       // the person said no
	RedemptionAddressUnknown // resetRedemption to an address that the guest does not have

	// SharePoint sharing manager.
	SharingDisabled      // tenant: only people in the organisation
	SiteSharingDisabled  // site: the same
	ExistingGuestsOnly   // tenant: existing guests
	SiteExistingOnly     // site: the same
	AnonymousNotAllowed  // no link for anyone at this level
	SharingDomainBlocked // SharePoint's domain list, tenant
	SiteDomainBlocked    // SharePoint's domain list, site
	ResharingNotAllowed  // externals may not share
	SharerNotAllowed     // not in the groups that may share outside
	RecipientUnresolved  // nobody of that name
	RoleInvalid          // no such permission level
	LinkNotFound         // unknown, removed
	LinkExpired          // its time is over
	LinkPasswordRequired // protected, password missing
	LinkPasswordWrong    // protected, password wrong
	GuestRequired        // era b2b-only: a guest object is needed
	GuestIDMismatch      // a recreated guest meets the old one's entry
	GuestAccessExpired   // the days of a guest at a site are over
	AccessDenied         // no permission on the thing
	CodeRequired         // one-time code not proven in this session
	CodeWrong            // one-time code does not match

	// Drives.
	ItemNotFound
	SiteNotFound
	ListNotFound
	NameExists
	NameInvalid
	PathTooLong
	NotAFolder
	NotAFile
	RootNotChangeable
	QuotaExceeded
	RangeInvalid
	RangeOverlap
	SessionNotFound
	ResyncRequired // the service knows better: take its state
	ResyncUpload   // the client may know better: send what the service lacks
	ItemLocked
	MoveAcrossDrives
	ParentNotFound

	// Sign-in.
	BadToken           // no valid token at a resource
	TokenExpired       // valid once
	WrongAudience      // for another resource
	WrongTenant        // of another organisation
	MissingScope       // consent lacks the permission
	ClaimsChallenge    // continuous access evaluation asks for a new token
	ThrottledByFault   // a fault rule said so
	FeatureNotEmulated // a real route that the emulator lacks
)

//go:generate go tool stringer -type=Reason,Kind -output=reason_string.go
