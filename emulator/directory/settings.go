package directory

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// SecurityAdministrator may change cross-tenant access settings, beside the Global Administrator.
const SecurityAdministrator = "194ae4cb-b126-40b2-bd5b-6091b380977d"

// SetAuthorization changes properties of the authorizationPolicy by Graph's own names (graph.md 6.1), nested ones under
// defaultUserRolePermissions. Values are JSON values. It fails with InsufficientRights, UnknownProperty or
// InvalidProperty, the property as target, and then nothing is set.
func SetAuthorization(tx *state.Tx, by Principal, tenant string, properties map[string]any) error {
	t, err := settingsOf(tx, by, tenant, GlobalAdministrator, PrivilegedRoleAdministrator)
	if err != nil {
		return err
	}
	p := t.Authorization
	role := setters{
		"allowedToCreateApps":                      flag(&p.AllowedToCreateApps),
		"allowedToCreateSecurityGroups":            flag(&p.AllowedToCreateSecurityGroups),
		"allowedToReadOtherUsers":                  flag(&p.AllowedToReadOtherUsers),
		"allowedToCreateTenants":                   optionalFlag(&p.AllowedToCreateTenants),
		"allowedToReadBitlockerKeysForOwnedDevice": optionalFlag(&p.AllowedToReadBitlockerKeysForOwnedDevice),
		"permissionGrantPoliciesAssigned":          texts(&p.PermissionGrantPoliciesAssigned),
	}
	err = setters{
		"displayName": text(&p.DisplayName), "description": text(&p.Description),
		"allowInvitesFrom":                                  oneOf(&p.AllowInvitesFrom, InvitesFromNobody, InvitesFromAdministrators, InvitesFromMembers, InvitesFromEveryone),
		"guestUserRoleId":                                   oneOf(&p.GuestUserRoleID, GuestsAsMembers, GuestsLimited, GuestsRestricted),
		"allowedToSignUpEmailBasedSubscriptions":            flag(&p.AllowedToSignUpEmailBasedSubscriptions),
		"allowedToUseSSPR":                                  flag(&p.AllowedToUseSSPR),
		"allowEmailVerifiedUsersToJoinOrganization":         flag(&p.AllowEmailVerifiedUsersToJoinOrganization),
		"blockMsolPowerShell":                               optionalFlag(&p.BlockMsolPowerShell),
		"allowUserConsentForRiskyApps":                      optionalFlag(&p.AllowUserConsentForRiskyApps),
		"defaultUserRolePermissions":                        role.nested(),
		"permissionGrantPolicyIdsAssignedToDefaultUserRole": texts(&p.PermissionGrantPoliciesAssigned), // beta's name
	}.set("authorizationPolicy", properties)
	if err != nil {
		return err
	}
	before := t.Authorization
	t.Authorization = p
	tx.PutTenant(t)
	recordPolicy(tx, by, tenant, "Update authorization policy", opUpdate, "Authorization Policy", modified(
		[]named{{"AllowInvitesFrom", before.AllowInvitesFrom}, {"GuestUserRoleId", before.GuestUserRoleID}},
		[]named{{"AllowInvitesFrom", p.AllowInvitesFrom}, {"GuestUserRoleId", p.GuestUserRoleID}})...)
	return nil
}

// settingsOf reads a tenant whose settings somebody wants to change.
func settingsOf(tx *state.Tx, by Principal, tenant string, roles ...string) (state.Tenant, error) {
	if err := RequireRole(tx, by, roles...); err != nil {
		return state.Tenant{}, err
	}
	t, ok := tx.Tenant(tenant)
	if !ok {
		return state.Tenant{}, problem.For(problem.NotFound, problem.TenantNotFound, tenant, "Tenant '%s' not found.", tenant)
	}
	return t, nil
}

func recordPolicy(tx *state.Tx, by Principal, tenant, activity, kind, name string, modified ...state.ModifiedProperty) {
	Audit(tx, by, state.Event{
		TenantID: tenant, Operation: activity, Category: catPolicy, Type: kind,
		Targets: []state.EventTarget{{Type: "Policy", DisplayName: name, Modified: modified}},
	})
}

// SetFederation makes a verified domain sign in at an outside service; "" makes it managed again. It fails with
// DomainNotVerified, and with InvalidProperty for the initial domain, which is always managed.
func SetFederation(tx *state.Tx, by Principal, tenant, domain, sts string) error {
	t, err := settingsOf(tx, by, tenant, GlobalAdministrator)
	if err != nil {
		return err
	}
	t.Domains = slices.Clone(t.Domains)
	i := slices.IndexFunc(t.Domains, func(d state.Domain) bool { return strings.EqualFold(d.Name, domain) })
	switch {
	case i < 0:
		return problem.For(problem.Invalid, problem.DomainNotVerified, domain, "The domain %s is not verified in the organization.", domain)
	case t.Domains[i].Initial && sts != "":
		return problem.For(problem.Invalid, problem.InvalidProperty, domain, "The initial domain cannot be federated.")
	}
	t.Domains[i].STS = sts
	tx.PutTenant(t)
	Audit(tx, by, state.Event{
		TenantID: tenant, Operation: "Set domain authentication", Category: "DirectoryManagement", Type: opUpdate,
		Targets: []state.EventTarget{{Type: "Other", DisplayName: t.Domains[i].Name}},
	})
	return nil
}

// sharePointSettings is the kind of what Graph's admin/sharepoint/settings has beyond SharePoint's own tenant properties.
const sharePointSettings = "sharePointSettings"

// SharePointSettings returns what [KeepSharePointSettings] kept, as a JSON object; "" for nothing.
func SharePointSettings(tx *state.Tx, tenant string) string {
	p, ok := tx.Policy(tenant, sharePointSettings, sharePointSettings)
	if !ok || len(p.Definition) != 1 {
		return ""
	}
	return p.Definition[0]
}

// KeepSharePointSettings keeps properties that change nothing here, beside those that were kept before.
func KeepSharePointSettings(tx *state.Tx, tenant string, properties map[string]any) {
	kept := map[string]any{}
	if text := SharePointSettings(tx, tenant); text != "" {
		if err := json.Unmarshal([]byte(text), &kept); err != nil {
			return // written below
		}
	}
	maps.Copy(kept, properties)
	tx.PutPolicy(state.Policy{TenantID: tenant, Kind: sharePointSettings, ID: sharePointSettings, Definition: []string{asJSON(kept)}})
}
