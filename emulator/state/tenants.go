package state

import (
	"iter"
	"time"
)

// ConsumersTenantID is the tenant of personal Microsoft accounts (identity.md, notation).
const ConsumersTenantID = "9188040d-6c67-4c5b-b112-36a304b66dad"

// Profile is the era of a tenant's sharing (DESIGN section 1).
type Profile string

// The four eras.
const (
	ProfileClassic Profile = "classic"
	ProfileOTP     Profile = "otp"
	ProfileB2B     Profile = "b2b"
	ProfileB2BOnly Profile = "b2b-only"
)

// Tenant is one organisation; the consumers tenant holds the personal accounts.
type Tenant struct {
	ID            string // lower-case GUID
	DisplayName   string
	InitialDomain string // contoso.onmicrosoft.com; its first label is the SharePoint prefix
	Domains       []Domain
	Region        string // NA, EU or AS
	CountryCode   string // two letters, "" if not said
	CreatedAt     time.Time

	Profile Profile
	// CutOver is when the tenant went over to b2b or b2b-only; links older than it follow the era's rule for old links.
	CutOver time.Time

	Sharing       SharingSettings
	Authorization AuthorizationPolicy
	CrossTenant   CrossTenantDefault
	B2BDomains    B2BDomains
	KnownIssues   KnownIssues
	TokenLifetime time.Duration // of access tokens; 0 is the service's default
}

// Domain is a verified domain of a tenant.
type Domain struct {
	Name    string
	Default bool
	Initial bool
	// STS is the address of the federated sign-in service; "" for a managed domain.
	STS string
}

// SharePointPrefix is the label before .sharepoint.com.
func (t Tenant) SharePointPrefix() string {
	for i, c := range t.InitialDomain {
		if c == '.' {
			return t.InitialDomain[:i]
		}
	}
	return t.InitialDomain
}

// DefaultDomain is the domain that new names get.
func (t Tenant) DefaultDomain() string {
	for _, d := range t.Domains {
		if d.Default {
			return d.Name
		}
	}
	return t.InitialDomain
}

// Consumers tells whether this is the tenant of personal accounts.
func (t Tenant) Consumers() bool { return t.ID == ConsumersTenantID }

// AuthorizationPolicy is Graph's authorizationPolicy (graph.md 6.1).
type AuthorizationPolicy struct {
	DisplayName, Description                  string // "" for the service's own words
	AllowInvitesFrom                          string // none, adminsAndGuestInviters, adminsGuestInvitersAndAllMembers, everyone
	GuestUserRoleID                           string
	AllowedToSignUpEmailBasedSubscriptions    bool
	AllowedToUseSSPR                          bool
	AllowEmailVerifiedUsersToJoinOrganization bool
	BlockMsolPowerShell                       *bool
	AllowUserConsentForRiskyApps              *bool
	AllowedToCreateApps                       bool
	AllowedToCreateSecurityGroups             bool
	AllowedToReadOtherUsers                   bool
	AllowedToCreateTenants                    *bool
	AllowedToReadBitlockerKeysForOwnedDevice  *bool
	PermissionGrantPoliciesAssigned           []string
}

// B2BDomains is the list of the B2BManagementPolicy: one of the two, or none (graph.md 6.3).
type B2BDomains struct {
	PolicyID string // "" while the tenant has no such policy
	Allow    []string
	Block    []string
}

// KnownIssues are the preview's defects that a tenant can switch on (DESIGN section 1), and what the service was seen to do
// against its documents.
type KnownIssues struct {
	ADALB2BSync   bool
	MacThumbnails bool
	GuestMFA      bool
	DeltaPaths    bool // deltas of drives tell the path of the parent (OneDrive/onedrive-api-docs#298)
}

// CrossTenantDefault is the default of the crossTenantAccessPolicy (graph.md 6.2). A nil section is the service's default.
type CrossTenantDefault struct {
	Customized                                      bool // isServiceDefault false
	DisplayName                                     string
	Settings                                        CrossTenantSettings
	PrimaryIdentityProviders                        []string
	FallbackIdentityProvider                        string
	IsMfaAccepted, IsCompliant, IsHybridAzureADJoin *bool
}

// CrossTenantPartner is the settings for one other organisation.
type CrossTenantPartner struct {
	TenantID        string
	PartnerID       string // the other organisation's tenant id
	Settings        CrossTenantSettings
	ServiceProvider *bool
	Modified        uint64
}

// CrossTenantSettings are the sections that default and partners share. nil inherits.
type CrossTenantSettings struct {
	B2BCollaborationInbound  *CrossTenantRule
	B2BCollaborationOutbound *CrossTenantRule
	B2BDirectConnectInbound  *CrossTenantRule
	B2BDirectConnectOutbound *CrossTenantRule
	InboundTrust             *InboundTrust
	AutomaticConsentInbound  *bool
	AutomaticConsentOutbound *bool
	// Other are newer sections, by name, that are kept and given back but change nothing here.
	Other map[string]any
}

// CrossTenantRule is one direction: which people, which applications. nil means all are allowed.
type CrossTenantRule struct {
	UsersAndGroups *CrossTenantTargets
	Applications   *CrossTenantTargets
}

// CrossTenantTargets lists who is allowed or blocked.
type CrossTenantTargets struct {
	AccessType string // allowed or blocked
	Targets    []CrossTenantTarget
}

// CrossTenantTarget is a user, group or application, or a special target such as AllUsers.
type CrossTenantTarget struct {
	Target     string
	TargetType string // user, group or application
}

// InboundTrust says which claims of the home tenant count here.
type InboundTrust struct {
	IsMfaAccepted, IsCompliantDeviceAccepted, IsHybridAzureADJoinedDeviceAccepted bool
}

// SharingSettings are the SharePoint tenant properties that have to do with sharing, by their own names
// (sharepoint.md 1.1, 1.2). Enumerations are the service's numbers.
type SharingSettings struct {
	SharingCapability                             SharingCapability
	OneDriveSharingCapability                     SharingCapability
	DefaultSharingLinkType                        int
	DefaultLinkPermission                         int
	CoreDefaultShareLinkScope                     int
	OneDriveDefaultShareLinkScope                 int
	CoreDefaultShareLinkRole                      int
	OneDriveDefaultShareLinkRole                  int
	FileAnonymousLinkType                         int
	FolderAnonymousLinkType                       int
	RequireAnonymousLinksExpireInDays             int
	ExternalUserExpirationRequired                bool
	ExternalUserExpireInDays                      int
	SharingDomainRestrictionMode                  int // 0 none, 1 allow list, 2 block list
	SharingAllowedDomainList                      string
	SharingBlockedDomainList                      string
	PreventExternalUsersFromResharing             bool
	RequireAcceptingAccountMatchInvitedAccount    bool
	NotifyOwnersWhenInvitationsAccepted           bool
	NotifyOwnersWhenItemsReshared                 bool
	OwnerAnonymousNotification                    bool
	NotificationsInOneDriveForBusinessEnabled     bool
	NotificationsInSharePointEnabled              bool
	BccExternalSharingInvitations                 bool
	BccExternalSharingInvitationsList             string
	ShowPeoplePickerSuggestionsForGuestUsers      bool
	SearchResolveExactEmailOrUPN                  bool
	ShowEveryoneClaim                             bool
	ShowAllUsersClaim                             bool
	ShowEveryoneExceptExternalUsersClaim          bool
	EmailAttestationRequired                      bool
	EmailAttestationReAuthDays                    int
	EnableAzureADB2BIntegration                   bool
	SyncAadB2BManagementPolicy                    bool
	AllowGuestUserShareToUsersNotInSiteCollection bool
	WhoCanShareAnonymousAllowList                 []string
	WhoCanShareAuthenticatedGuestAllowList        []string
	ODBMembersCanShare                            int
	ODBAccessRequests                             int
	OneDriveForGuestsEnabled                      bool
	EnableGuestSignInAcceleration                 bool
	SignInAccelerationDomain                      string
	BlockExternalSync                             bool
	SharingInvitationExpireInDays                 int
	// Other are tenant properties that are kept and given back but change nothing here, by name; text, number or bool.
	Other map[string]any
}

// SharingCapability is the service's number for how open a tenant or site is. The number is not the order: compare ranks.
type SharingCapability int

// The four levels.
const (
	SharingDisabled                 SharingCapability = 0
	ExternalUserSharingOnly         SharingCapability = 1
	ExternalUserAndGuestSharing     SharingCapability = 2
	ExistingExternalUserSharingOnly SharingCapability = 3
)

// Rank orders the levels from closed to open: 0 < 3 < 1 < 2 (sharepoint.md 1.1).
func (c SharingCapability) Rank() int { return [...]int{0, 2, 3, 1}[c&3] }

// Min returns the stricter of two levels.
func (c SharingCapability) Min(d SharingCapability) SharingCapability {
	if d.Rank() < c.Rank() {
		return d
	}
	return c
}

func (c SharingCapability) String() string {
	return [...]string{"Disabled", "ExternalUserSharingOnly", "ExternalUserAndGuestSharing", "ExistingExternalUserSharingOnly"}[c&3]
}

// Tenant returns a tenant by id.
func (tx *Tx) Tenant(id string) (Tenant, bool) {
	return first[Tenant](tx, tableTenants, indexID, fold(id))
}

// TenantByDomain returns the tenant that owns a verified domain.
func (tx *Tx) TenantByDomain(domain string) (Tenant, bool) {
	return first[Tenant](tx, tableTenants, indexDomain, fold(domain))
}

// TenantByPrefix returns the tenant of {prefix}.sharepoint.com.
func (tx *Tx) TenantByPrefix(prefix string) (Tenant, bool) {
	return first[Tenant](tx, tableTenants, indexPrefix, fold(prefix))
}

// Tenants yields every tenant, the consumers tenant included, by id.
func (tx *Tx) Tenants() iter.Seq[Tenant] { return each[Tenant](tx, tableTenants, indexID) }

// PutTenant stores a tenant. Its domains must be free: rules check.
func (tx *Tx) PutTenant(t Tenant) { put(tx, tableTenants, t) }

// CrossTenantPartner returns the settings that tenant has for the other organisation.
func (tx *Tx) CrossTenantPartner(tenant, partner string) (CrossTenantPartner, bool) {
	return first[CrossTenantPartner](tx, tablePartners, indexID, tenant, fold(partner))
}

// CrossTenantPartners yields a tenant's partners by their id.
func (tx *Tx) CrossTenantPartners(tenant string) iter.Seq[CrossTenantPartner] {
	return each[CrossTenantPartner](tx, tablePartners, indexID, tenant)
}

// PutCrossTenantPartner stores a partner's settings.
func (tx *Tx) PutCrossTenantPartner(p CrossTenantPartner) { put(tx, tablePartners, p) }

// DeleteCrossTenantPartner removes a partner's settings.
func (tx *Tx) DeleteCrossTenantPartner(p CrossTenantPartner) { remove(tx, tablePartners, p) }

// Policy is a policy object that is no singleton: token lifetime, claims mapping and the like.
type Policy struct {
	TenantID    string
	ID          string
	Kind        string // tokenLifetimePolicies, identityProviders, authenticationMethod ...
	DisplayName string
	Description string
	Definition  []string
	Default     bool
	State       string
	AppliesTo   []string // object ids
	CreatedAt   time.Time
}

// Policy returns a policy of that kind.
func (tx *Tx) Policy(tenant, kind, id string) (Policy, bool) {
	return first[Policy](tx, tablePolicies, indexID, tenant, kind, fold(id))
}

// Policies yields the policies of a kind.
func (tx *Tx) Policies(tenant, kind string) iter.Seq[Policy] {
	return each[Policy](tx, tablePolicies, indexID, tenant, kind)
}

// PutPolicy stores a policy.
func (tx *Tx) PutPolicy(p Policy) { put(tx, tablePolicies, p) }

// DeletePolicy removes a policy.
func (tx *Tx) DeletePolicy(p Policy) { remove(tx, tablePolicies, p) }
