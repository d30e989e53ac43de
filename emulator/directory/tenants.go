package directory

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// AddTenant stores a new organisation with the service's own defaults for whatever is zero: an id, the initial domain
// among its domains, sharing settings ([DefaultSharing]), authorization policy. The service principals of Microsoft Graph,
// SharePoint and the well-known public clients are there without a word ([ServicePrincipals]). It fails with
// ObjectConflict where an id, a domain or the SharePoint prefix is taken, with MissingProperty or InvalidProperty where
// a name or an id is none.
func AddTenant(tx *state.Tx, t state.Tenant) (state.Tenant, error) {
	t.ID, t.InitialDomain = strings.ToLower(t.ID), strings.ToLower(t.InitialDomain)
	if err := checkTenant(tx, t); err != nil {
		return state.Tenant{}, err
	}
	if t.ID == "" {
		t.ID = tx.NewID()
	}
	t.Domains = tenantDomains(t)
	for _, d := range t.Domains {
		if !validDomain(d.Name) {
			return state.Tenant{}, problem.For(problem.Invalid, problem.InvalidProperty, "domains", "%q is no domain name.", d.Name)
		}
		if other, taken := tx.TenantByDomain(d.Name); taken {
			return state.Tenant{}, problem.For(problem.Conflict, problem.ObjectConflict, "domains",
				"The domain %s is verified in %s already.", d.Name, other.DisplayName)
		}
	}
	if t.DisplayName == "" {
		t.DisplayName = t.InitialDomain
	}
	if t.Region == "" {
		t.Region = "NA"
	}
	if t.CreatedAt.IsZero() {
		t.CreatedAt = tx.Now()
	}
	if t.Profile == "" {
		t.Profile = state.ProfileClassic
	}
	if reflect.ValueOf(t.Sharing).IsZero() {
		t.Sharing = DefaultSharing()
	}
	if reflect.ValueOf(t.Authorization).IsZero() {
		t.Authorization = DefaultAuthorization()
	}
	tx.PutTenant(t)
	return t, nil
}

func checkTenant(tx *state.Tx, t state.Tenant) error {
	if t.ID != "" {
		if id, err := uuid.Parse(t.ID); err != nil || id.String() != t.ID {
			return problem.For(problem.Invalid, problem.InvalidProperty, "id", "%q is no GUID.", t.ID)
		}
		if _, taken := tx.Tenant(t.ID); taken {
			return problem.For(problem.Conflict, problem.ObjectConflict, "id", "There is a tenant %s already.", t.ID)
		}
	}
	if t.InitialDomain == "" {
		return problem.For(problem.Invalid, problem.MissingProperty, "initialDomain", "A tenant needs an initial domain.")
	}
	prefix := t.SharePointPrefix()
	if strings.HasSuffix(prefix, "-my") || strings.HasSuffix(prefix, "-admin") {
		return problem.For(problem.Invalid, problem.InvalidProperty, "initialDomain",
			"%s.sharepoint.com would be another tenant's host.", prefix)
	}
	if other, taken := tx.TenantByPrefix(prefix); taken {
		return problem.For(problem.Conflict, problem.ObjectConflict, "initialDomain",
			"%s.sharepoint.com belongs to %s already.", prefix, other.DisplayName)
	}
	return nil
}

// tenantDomains are the domains of a new tenant, lower case, each once, with one initial and one default among them.
func tenantDomains(t state.Tenant) []state.Domain {
	var domains []state.Domain
	seen := map[string]bool{}
	initial, chosen := -1, -1
	for _, d := range append(t.Domains, state.Domain{Name: t.InitialDomain}) {
		d.Name = strings.ToLower(d.Name)
		if seen[d.Name] {
			continue
		}
		seen[d.Name] = true
		d.Initial = d.Name == t.InitialDomain
		if d.Initial {
			initial = len(domains)
		}
		if d.Default && chosen < 0 {
			chosen = len(domains)
		}
		d.Default = false
		domains = append(domains, d)
	}
	if chosen < 0 {
		chosen = 0 // the first one that was named; alone, the initial one
		if initial == 0 && len(domains) > 1 {
			chosen = 1
		}
	}
	domains[chosen].Default = true
	return domains
}

// Names of personal accounts. The tenant has more in reality; an address does not need to be in one of them.
const (
	consumersName    = "Microsoft accounts"
	consumersDefault = "outlook.com"
)

// AddConsumers stores the tenant of personal accounts, if the world has none yet.
func AddConsumers(tx *state.Tx) state.Tenant {
	if t, ok := tx.Tenant(state.ConsumersTenantID); ok {
		return t
	}
	t := state.Tenant{
		ID: state.ConsumersTenantID, DisplayName: consumersName, CreatedAt: tx.Now(), Profile: state.ProfileClassic,
		Domains:       []state.Domain{{Name: consumersDefault, Default: true}, {Name: "live.com"}},
		Authorization: DefaultAuthorization(),
	}
	tx.PutTenant(t)
	return t
}

// ResolveTenant finds an organisation by what stands in a path: its GUID or one of its domains, in any case. It fails
// with TenantNotFound; common, organizations and consumers are not its concern.
func ResolveTenant(tx *state.Tx, segment string) (state.Tenant, error) {
	if t, ok := tx.Tenant(segment); ok {
		return t, nil
	}
	if t, ok := tx.TenantByDomain(segment); ok {
		return t, nil
	}
	return state.Tenant{}, problem.For(problem.NotFound, problem.TenantNotFound, segment, "Tenant '%s' not found.", segment)
}

// DefaultSharing are the SharePoint tenant properties of a new tenant (sharepoint.md 1.2, the values of the recorded
// tenant where it has them).
func DefaultSharing() state.SharingSettings {
	return state.SharingSettings{
		SharingCapability:                         state.ExternalUserAndGuestSharing,
		OneDriveSharingCapability:                 state.ExternalUserAndGuestSharing,
		DefaultSharingLinkType:                    2, // Internal
		DefaultLinkPermission:                     2, // Edit
		CoreDefaultShareLinkScope:                 -1,
		OneDriveDefaultShareLinkScope:             -1,
		FileAnonymousLinkType:                     2,
		FolderAnonymousLinkType:                   2,
		RequireAnonymousLinksExpireInDays:         -1,
		ExternalUserExpireInDays:                  60,
		NotifyOwnersWhenInvitationsAccepted:       true,
		NotifyOwnersWhenItemsReshared:             true,
		OwnerAnonymousNotification:                true,
		NotificationsInOneDriveForBusinessEnabled: true,
		NotificationsInSharePointEnabled:          true,
		ShowEveryoneExceptExternalUsersClaim:      true,
		// sharepoint.md says false; the founding text has B2B guests picked by name as soon as they are invited.
		ShowPeoplePickerSuggestionsForGuestUsers: true,
		EmailAttestationReAuthDays:               30,
		SyncAadB2BManagementPolicy:               true,
		SharingInvitationExpireInDays:            90,
	}
}

// The templates of guestUserRoleId (graph.md 6.1).
const (
	GuestsAsMembers  = "a0b1b346-4d3e-4e8b-98f8-753987be4970"
	GuestsLimited    = "10dae51f-b6af-4016-8d66-8c2a99b929b3"
	GuestsRestricted = "2af84b1e-32c8-42b7-82bc-daa82404023b"
)

// The values of allowInvitesFrom (graph.md 6.1).
const (
	InvitesFromNobody         = "none"
	InvitesFromAdministrators = "adminsAndGuestInviters"
	InvitesFromMembers        = "adminsGuestInvitersAndAllMembers"
	InvitesFromEveryone       = "everyone"
)

// DefaultAuthorization is the authorizationPolicy of a new tenant (graph.md 6.1).
func DefaultAuthorization() state.AuthorizationPolicy {
	createTenants, bitlocker := true, true
	return state.AuthorizationPolicy{
		AllowInvitesFrom:                          InvitesFromEveryone,
		GuestUserRoleID:                           GuestsLimited,
		AllowedToSignUpEmailBasedSubscriptions:    true,
		AllowedToUseSSPR:                          true,
		AllowEmailVerifiedUsersToJoinOrganization: true,
		AllowedToCreateApps:                       true,
		AllowedToCreateSecurityGroups:             true,
		AllowedToReadOtherUsers:                   true,
		AllowedToCreateTenants:                    &createTenants,
		AllowedToReadBitlockerKeysForOwnedDevice:  &bitlocker,
		PermissionGrantPoliciesAssigned:           []string{"ManagePermissionGrantsForSelf.microsoft-user-default-legacy"},
	}
}

// OwnsAddress tells whether the address's domain is verified in the tenant.
func OwnsAddress(t state.Tenant, address string) bool {
	_, domain, ok := splitAddress(address)
	return ok && ownsDomain(t, domain)
}

func ownsDomain(t state.Tenant, domain string) bool {
	for _, d := range t.Domains {
		if strings.EqualFold(d.Name, domain) {
			return true
		}
	}
	return false
}

// Organisations are the world's tenants but for the one of personal accounts, in the order in which they were made.
func Organisations(tx *state.Tx) []state.Tenant {
	var list []state.Tenant
	for t := range tx.Tenants() {
		if !t.Consumers() {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b state.Tenant) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Ordinal is an organisation's place among them, counted from 0: pages give it its colour by that. It is -1 for none of them.
func Ordinal(tx *state.Tx, tenant string) int {
	return slices.IndexFunc(Organisations(tx), func(t state.Tenant) bool { return t.ID == tenant })
}
