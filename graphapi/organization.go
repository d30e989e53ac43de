package graphapi

import (
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireOrganization is the caller's tenant (graph.md 10).
type wireOrganization struct {
	ID                                        string               `json:"id"`
	DeletedDateTime                           *time.Time           `json:"deletedDateTime"`
	BusinessPhones                            []string             `json:"businessPhones"`
	City                                      *string              `json:"city"`
	Country                                   *string              `json:"country"`
	CountryLetterCode                         *string              `json:"countryLetterCode"`
	CreatedDateTime                           *time.Time           `json:"createdDateTime"`
	DefaultUsageLocation                      *string              `json:"defaultUsageLocation"`
	DisplayName                               string               `json:"displayName"`
	IsMultipleDataLocationsForServicesEnabled *bool                `json:"isMultipleDataLocationsForServicesEnabled"`
	MarketingNotificationEmails               []string             `json:"marketingNotificationEmails"`
	OnPremisesLastSyncDateTime                *time.Time           `json:"onPremisesLastSyncDateTime"`
	OnPremisesSyncEnabled                     *bool                `json:"onPremisesSyncEnabled"`
	PartnerTenantType                         *string              `json:"partnerTenantType"`
	PostalCode                                *string              `json:"postalCode"`
	PreferredLanguage                         *string              `json:"preferredLanguage"`
	SecurityComplianceNotificationMails       []string             `json:"securityComplianceNotificationMails"`
	SecurityComplianceNotificationPhones      []string             `json:"securityComplianceNotificationPhones"`
	State                                     *string              `json:"state"`
	Street                                    *string              `json:"street"`
	TechnicalNotificationMails                []string             `json:"technicalNotificationMails"`
	TenantType                                *string              `json:"tenantType"`
	AssignedPlans                             []wireAssignedPlan   `json:"assignedPlans"`
	PrivacyProfile                            *wirePrivacyProfile  `json:"privacyProfile"`
	ProvisionedPlans                          []wireProvisioned    `json:"provisionedPlans"`
	VerifiedDomains                           []wireVerifiedDomain `json:"verifiedDomains"`
}

type wireAssignedPlan struct {
	AssignedDateTime *time.Time `json:"assignedDateTime"`
	CapabilityStatus string     `json:"capabilityStatus"`
	Service          string     `json:"service"`
	ServicePlanID    string     `json:"servicePlanId"`
}

type wirePrivacyProfile struct {
	ContactEmail *string `json:"contactEmail"`
	StatementURL *string `json:"statementUrl"`
}

type wireProvisioned struct {
	CapabilityStatus   string `json:"capabilityStatus"`
	ProvisioningStatus string `json:"provisioningStatus"`
	Service            string `json:"service"`
}

type wireVerifiedDomain struct {
	Capabilities string `json:"capabilities"`
	IsDefault    bool   `json:"isDefault"`
	IsInitial    bool   `json:"isInitial"`
	Name         string `json:"name"`
	Type         string `json:"type"`
}

func readOrganization() []string {
	return []string{"Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
}

// organizationNodes are /organization: one entry, the caller's own.
func organizationNodes() []node {
	self := append(readOrganization(), "User.Read", "User.ReadWrite", "Directory.AccessAsUser.All")
	return []node{
		{Name: rootNode, Children: []child{{Name: "organization", Of: "organizations"}}},
		{
			Name: "organizations", Key: key{Of: "organization", Resolve: organizationByKey},
			Operations: []operation{{
				Name: "organizations.list", Method: "GET", Countable: true, Handler: listOrganization, Source: "GD:api/organization-list",
				Delegated: self, Application: readOrganization(),
			}},
			NotEmulated: []string{"delta", "getByIds", "validateProperties"},
		},
		{
			Name: "organization", Properties: odata.PropertiesOf(wireOrganization{}),
			Operations: []operation{{
				Name: "organization.get", Method: "GET", Handler: getOrganization, Source: "GD:api/organization-get",
				Delegated: self, Application: readOrganization(),
			}},
			NotEmulated: []string{
				"branding", "certificateBasedAuthConfiguration", "checkMemberGroups", "checkMemberObjects", "extensions",
				"getMemberGroups", "getMemberObjects", "restore", "setMobileDeviceManagementAuthority", "settings", "partnerInformation",
			},
		},
	}
}

func organizationByKey(r *request, _ any, k odata.Predicate) (any, error) {
	if !strings.EqualFold(k.Text(), r.tenant.ID) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	return r.tenant, nil
}

// organizationOf is the tenant on the wire. A token for User.Read alone reveals id, name and domains.
func (r *request) organizationOf(t state.Tenant) wireOrganization {
	w := wireOrganization{
		ID: t.ID, DisplayName: t.DisplayName, BusinessPhones: []string{}, MarketingNotificationEmails: []string{},
		SecurityComplianceNotificationMails: []string{}, SecurityComplianceNotificationPhones: []string{},
		TechnicalNotificationMails: []string{}, AssignedPlans: []wireAssignedPlan{}, ProvisionedPlans: []wireProvisioned{},
	}
	for _, d := range t.Domains {
		w.VerifiedDomains = append(w.VerifiedDomains, wireVerifiedDomain{
			Capabilities: "Email, OfficeCommunicationsOnline", IsDefault: d.Default, IsInitial: d.Initial, Name: d.Name, Type: domainType(d),
		})
	}
	if !r.caller.AppOnly() && !r.caller.HasScope(append(readOrganization(), "Directory.AccessAsUser.All")...) {
		return w
	}
	w.CreatedDateTime, w.TenantType, w.CountryLetterCode = stamp(t.CreatedAt), orNull("AAD"), orNull(t.CountryCode)
	w.DefaultUsageLocation, w.PreferredLanguage = orNull(t.CountryCode), orNull("en")
	w.PrivacyProfile = &wirePrivacyProfile{}
	for _, p := range directory.ServicePlans() {
		w.AssignedPlans = append(w.AssignedPlans, wireAssignedPlan{stamp(t.CreatedAt), "Enabled", p.Service, p.ID})
		w.ProvisionedPlans = append(w.ProvisionedPlans, wireProvisioned{"Enabled", "Success", p.Service})
	}
	return w
}

func domainType(d state.Domain) string {
	if d.STS != "" {
		return "Federated"
	}
	return "Managed"
}

func listOrganization(r *request, call *odata.Call) (any, error) {
	rows := []wireOrganization{}
	if w := r.organizationOf(r.tenant); odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
		rows = append(rows, w)
	}
	return answerRows(r, call, "organization", rows, func(w wireOrganization) string { return w.ID })
}

func getOrganization(r *request, call *odata.Call) (any, error) {
	return entity(call, "organization", r.organizationOf(call.Value.(state.Tenant))), nil
}
