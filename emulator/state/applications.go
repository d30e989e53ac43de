package state

import (
	"iter"
	"time"
)

// Application is an app registration; it lives in the tenant that owns it and is installed elsewhere as a ServicePrincipal.
type Application struct {
	TenantID       string
	ID             string // object id
	AppID          string // client id, unique in the world
	DisplayName    string
	Description    string
	SignInAudience string // AzureADMyOrg, AzureADMultipleOrgs, AzureADandPersonalMicrosoftAccount, PersonalMicrosoftAccount

	PublicClient                         bool     // public client flows allowed, no credential
	RedirectURIs                         []string // web
	SPARedirects                         []string
	PublicRedirects                      []string
	LogoutURL                            string
	HomePageURL                          string
	ImplicitIDToken, ImplicitAccessToken bool

	IdentifierURIs     []string
	AccessTokenVersion int               // 0 (null), 1 or 2
	Scopes             []PermissionScope // delegated permissions that it offers
	AppRoles           []AppRole         // application permissions and roles that it offers
	PreAuthorized      []PreAuthorizedApp
	KnownClients       []string
	Required           []RequiredResource // permissions that it asks for

	Secrets      []Secret
	Certificates []Certificate
	Federated    []FederatedCredential

	GroupMembershipClaims string // None, SecurityGroup, All, ApplicationGroup
	OptionalClaims        OptionalClaims
	// Family is "1" for the Office family, whose members share refresh tokens.
	Family    string
	WellKnown bool // shipped with a known tool: known in every world, consented everywhere
	Tags      []string
	OwnerIDs  []string
	Notes     string

	// What only management tools read.
	MarketingURL, PrivacyURL, SupportURL, TermsURL    string
	ServiceManagementReference, DefaultRedirectURI    string
	SAMLMetadataURL, TokenEncryptionKeyID, UniqueName string
	AcceptMappedClaims, DeviceOnlyAuth                *bool // nil is null
	RequirePostResponse                               bool

	CreatedAt time.Time
	DeletedAt time.Time
	Seq       uint64
}

// MultiTenant tells whether other organisations can use the application.
func (a Application) MultiTenant() bool {
	return a.SignInAudience != "AzureADMyOrg" && a.SignInAudience != ""
}

// PermissionScope is a delegated permission.
type PermissionScope struct {
	ID, Value                                        string
	Type                                             string // User or Admin
	Enabled                                          bool
	AdminConsentDisplayName, AdminConsentDescription string
	UserConsentDisplayName, UserConsentDescription   string
}

// AppRole is an application permission or a role for people.
type AppRole struct {
	ID, Value, DisplayName, Description string
	Enabled                             bool
	MemberTypes                         []string // User, Application
}

// PreAuthorizedApp may use scopes without consent.
type PreAuthorizedApp struct {
	AppID    string
	ScopeIDs []string
}

// RequiredResource lists what an application asks for at one API.
type RequiredResource struct {
	ResourceAppID string
	Access        []RequiredAccess // in the order in which it was given: tools compare it
}

// RequiredAccess is a permission that an application asks for.
type RequiredAccess struct {
	ID   string
	Role bool // of the application; else delegated
}

// Scopes returns an application's wish for delegated permissions.
func Scopes(ids ...string) []RequiredAccess { return accesses(ids, false) }

// Roles returns an application's wish for application permissions.
func Roles(ids ...string) []RequiredAccess { return accesses(ids, true) }

func accesses(ids []string, role bool) []RequiredAccess {
	var all []RequiredAccess
	for _, id := range ids {
		all = append(all, RequiredAccess{id, role})
	}
	return all
}

// ScopeIDs are the delegated permissions.
func (r RequiredResource) ScopeIDs() []string { return r.ids(false) }

// RoleIDs are the application permissions.
func (r RequiredResource) RoleIDs() []string { return r.ids(true) }

func (r RequiredResource) ids(role bool) []string {
	var ids []string
	for _, a := range r.Access {
		if a.Role == role {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// Secret is a client secret. Its text is kept: the emulator has nothing to hide.
type Secret struct {
	KeyID, DisplayName, Text, Hint string
	Start, End                     time.Time
}

// Certificate is a key credential, DER.
type Certificate struct {
	KeyID, DisplayName string
	DER                []byte
	Start, End         time.Time
}

// FederatedCredential trusts tokens of an outside issuer.
type FederatedCredential struct {
	ID, Name, Issuer, Subject, Description string
	Audiences                              []string
}

// OptionalClaims asks for claims beyond the default, by token kind.
type OptionalClaims struct{ IDToken, AccessToken, SAML2 []OptionalClaim }

// OptionalClaim is one of them.
type OptionalClaim struct {
	Name, Source string
	Essential    bool
	Additional   []string // additionalProperties
}

// ServicePrincipal is an application installed in a tenant.
type ServicePrincipal struct {
	TenantID           string
	ID                 string
	AppID              string
	OwnerTenantID      string // appOwnerOrganizationId
	DisplayName        string
	Type               string // Application, ManagedIdentity ...
	AccountEnabled     bool
	AssignmentRequired bool
	Tags               []string
	HomepageURL        string
	OwnerIDs           []string
	Secrets            []Secret // good in this tenant only, beside the application's own
	Certificates       []Certificate

	// What only management tools read.
	Description, Notes, LoginURL         string
	SingleSignOn                         string // password, saml, notSupported, oidc
	RelayState                           string // of SAML
	AlternativeNames, NotificationEmails []string

	CreatedAt time.Time
	Seq       uint64
}

// PermissionGrant is an oauth2PermissionGrant: delegated permissions given to a client at a resource.
type PermissionGrant struct {
	TenantID    string
	ID          string
	ClientID    string // service principal's object id
	ConsentType string // AllPrincipals or Principal
	PrincipalID string // with Principal
	ResourceID  string // service principal's object id
	Scopes      []string
	CreatedAt   time.Time
}

// AppRoleAssignment gives an app role of a resource to a principal.
type AppRoleAssignment struct {
	TenantID      string
	ID            string
	PrincipalID   string
	PrincipalType string // User, Group, ServicePrincipal
	ResourceID    string // service principal's object id
	AppRoleID     string
	CreatedAt     time.Time
}

// ApplicationByAppID returns an application by client id, whichever tenant owns it (global: a client id is known to every
// tenant's sign-in).
func (tx *Tx) ApplicationByAppID(appID string) (Application, bool) {
	return first[Application](tx, tableApplications, indexAppID, fold(appID))
}

// ApplicationByURI returns the living application of a tenant's directory that owns an identifier URI.
func (tx *Tx) ApplicationByURI(uri string) (Application, bool) {
	return first[Application](tx, tableApplications, indexURI, fold(uri))
}

// Application returns a registration by object id.
func (tx *Tx) Application(tenant, id string) (Application, bool) {
	a, ok := first[Application](tx, tableApplications, indexID, tenant, fold(id))
	if !ok || !a.DeletedAt.IsZero() {
		return Application{}, false
	}
	return a, true
}

// DeletedApplication returns a registration in the recycle bin.
func (tx *Tx) DeletedApplication(tenant, id string) (Application, bool) {
	a, ok := first[Application](tx, tableApplications, indexID, tenant, fold(id))
	if !ok || a.DeletedAt.IsZero() {
		return Application{}, false
	}
	return a, true
}

// Applications yields a tenant's registrations, those in the recycle bin included, by object id.
func (tx *Tx) Applications(tenant string) iter.Seq[Application] {
	return each[Application](tx, tableApplications, indexID, tenant)
}

// PutApplication stores a registration.
func (tx *Tx) PutApplication(a Application) Application {
	a.Seq = tx.NextSequence()
	put(tx, tableApplications, a)
	return a
}

// PurgeApplication removes a registration for good.
func (tx *Tx) PurgeApplication(a Application) { remove(tx, tableApplications, a) }

// ServicePrincipal returns an installed application by object id.
func (tx *Tx) ServicePrincipal(tenant, id string) (ServicePrincipal, bool) {
	return first[ServicePrincipal](tx, tableServicePrincipals, indexID, tenant, fold(id))
}

// ServicePrincipalByAppID returns an installed application by client id.
func (tx *Tx) ServicePrincipalByAppID(tenant, appID string) (ServicePrincipal, bool) {
	return first[ServicePrincipal](tx, tableServicePrincipals, indexAppID, tenant, fold(appID))
}

// ServicePrincipals yields a tenant's installed applications by object id.
func (tx *Tx) ServicePrincipals(tenant string) iter.Seq[ServicePrincipal] {
	return each[ServicePrincipal](tx, tableServicePrincipals, indexID, tenant)
}

// PutServicePrincipal stores an installed application.
func (tx *Tx) PutServicePrincipal(p ServicePrincipal) ServicePrincipal {
	p.Seq = tx.NextSequence()
	put(tx, tableServicePrincipals, p)
	return p
}

// DeleteServicePrincipal removes an installed application; its grants are the rules' concern.
func (tx *Tx) DeleteServicePrincipal(p ServicePrincipal) { remove(tx, tableServicePrincipals, p) }

// PermissionGrant returns a delegated grant by id.
func (tx *Tx) PermissionGrant(tenant, id string) (PermissionGrant, bool) {
	return first[PermissionGrant](tx, tableGrants, indexID, tenant, id)
}

// PermissionGrants yields a tenant's delegated grants.
func (tx *Tx) PermissionGrants(tenant string) iter.Seq[PermissionGrant] {
	return each[PermissionGrant](tx, tableGrants, indexID, tenant)
}

// PermissionGrantsOf yields a client's delegated grants.
func (tx *Tx) PermissionGrantsOf(tenant, client string) iter.Seq[PermissionGrant] {
	return each[PermissionGrant](tx, tableGrants, indexClient, tenant, fold(client))
}

// PutPermissionGrant stores a delegated grant.
func (tx *Tx) PutPermissionGrant(g PermissionGrant) { put(tx, tableGrants, g) }

// DeletePermissionGrant removes a delegated grant.
func (tx *Tx) DeletePermissionGrant(g PermissionGrant) { remove(tx, tableGrants, g) }

// AppRoleAssignment returns an assignment by id.
func (tx *Tx) AppRoleAssignment(tenant, id string) (AppRoleAssignment, bool) {
	return first[AppRoleAssignment](tx, tableAppRoles, indexID, tenant, id)
}

// AppRoleAssignmentsOf yields what a principal is assigned.
func (tx *Tx) AppRoleAssignmentsOf(tenant, principal string) iter.Seq[AppRoleAssignment] {
	return each[AppRoleAssignment](tx, tableAppRoles, indexMember, tenant, fold(principal))
}

// AppRoleAssignmentsTo yields who is assigned to a resource.
func (tx *Tx) AppRoleAssignmentsTo(tenant, resource string) iter.Seq[AppRoleAssignment] {
	return each[AppRoleAssignment](tx, tableAppRoles, indexRole, tenant, fold(resource))
}

// PutAppRoleAssignment stores an assignment.
func (tx *Tx) PutAppRoleAssignment(a AppRoleAssignment) { put(tx, tableAppRoles, a) }

// DeleteAppRoleAssignment removes an assignment.
func (tx *Tx) DeleteAppRoleAssignment(a AppRoleAssignment) { remove(tx, tableAppRoles, a) }
