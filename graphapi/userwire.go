package graphapi

import (
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireUser is a user: first the default set, then what comes on $select only (graph.md 3.2).
type wireUser struct {
	ODataType string `json:"@odata.type,omitempty"`

	BusinessPhones    []string `json:"businessPhones"`
	DisplayName       *string  `json:"displayName"`
	GivenName         *string  `json:"givenName"`
	JobTitle          *string  `json:"jobTitle"`
	Mail              *string  `json:"mail"`
	MobilePhone       *string  `json:"mobilePhone"`
	OfficeLocation    *string  `json:"officeLocation"`
	PreferredLanguage *string  `json:"preferredLanguage"`
	Surname           *string  `json:"surname"`
	UserPrincipalName *string  `json:"userPrincipalName"`
	ID                string   `json:"id"`

	AccountEnabled                  bool               `json:"accountEnabled" odata:"select"`
	AgeGroup                        *string            `json:"ageGroup" odata:"select"`
	AssignedLicenses                []wireLicense      `json:"assignedLicenses" odata:"select"`
	AssignedPlans                   []wirePlan         `json:"assignedPlans" odata:"select"`
	City                            *string            `json:"city" odata:"select"`
	CompanyName                     *string            `json:"companyName" odata:"select"`
	ConsentProvidedForMinor         *string            `json:"consentProvidedForMinor" odata:"select"`
	Country                         *string            `json:"country" odata:"select"`
	CreatedDateTime                 *time.Time         `json:"createdDateTime" odata:"select"`
	CreationType                    *string            `json:"creationType" odata:"select"`
	DeletedDateTime                 *time.Time         `json:"deletedDateTime" odata:"select"`
	Department                      *string            `json:"department" odata:"select"`
	EmployeeHireDate                *time.Time         `json:"employeeHireDate" odata:"select"`
	EmployeeID                      *string            `json:"employeeId" odata:"select"`
	EmployeeOrgData                 *struct{}          `json:"employeeOrgData" odata:"select"`
	EmployeeType                    *string            `json:"employeeType" odata:"select"`
	ExternalUserState               *string            `json:"externalUserState" odata:"select"`
	ExternalUserStateChangeDateTime *time.Time         `json:"externalUserStateChangeDateTime" odata:"select"`
	FaxNumber                       *string            `json:"faxNumber" odata:"select"`
	Identities                      []wireUserIdentity `json:"identities" odata:"select"`
	ImAddresses                     []string           `json:"imAddresses" odata:"select"`
	IsResourceAccount               *bool              `json:"isResourceAccount" odata:"select"`
	LastPasswordChangeDateTime      *time.Time         `json:"lastPasswordChangeDateTime" odata:"select"`
	LegalAgeGroupClassification     *string            `json:"legalAgeGroupClassification" odata:"select"`
	LicenseAssignmentStates         []wireLicense      `json:"licenseAssignmentStates" odata:"select"`
	MailNickname                    *string            `json:"mailNickname" odata:"select"`
	OnPremisesDistinguishedName     *string            `json:"onPremisesDistinguishedName" odata:"select"`
	OnPremisesDomainName            *string            `json:"onPremisesDomainName" odata:"select"`
	OnPremisesExtensionAttributes   *wireExtensions    `json:"onPremisesExtensionAttributes" odata:"select"`
	OnPremisesImmutableID           *string            `json:"onPremisesImmutableId" odata:"select"`
	OnPremisesLastSyncDateTime      *time.Time         `json:"onPremisesLastSyncDateTime" odata:"select"`
	OnPremisesProvisioningErrors    []struct{}         `json:"onPremisesProvisioningErrors" odata:"select"`
	OnPremisesSamAccountName        *string            `json:"onPremisesSamAccountName" odata:"select"`
	OnPremisesSecurityIdentifier    *string            `json:"onPremisesSecurityIdentifier" odata:"select"`
	OnPremisesSyncEnabled           *bool              `json:"onPremisesSyncEnabled" odata:"select"`
	OnPremisesUserPrincipalName     *string            `json:"onPremisesUserPrincipalName" odata:"select"`
	OtherMails                      []string           `json:"otherMails" odata:"select"`
	PasswordPolicies                *string            `json:"passwordPolicies" odata:"select"`
	PasswordProfile                 *struct{}          `json:"passwordProfile" odata:"select"`
	PostalCode                      *string            `json:"postalCode" odata:"select"`
	PreferredDataLocation           *string            `json:"preferredDataLocation" odata:"select"`
	ProvisionedPlans                []struct{}         `json:"provisionedPlans" odata:"select"`
	ProxyAddresses                  []string           `json:"proxyAddresses" odata:"select"`
	SecurityIdentifier              *string            `json:"securityIdentifier" odata:"select"`
	ShowInAddressList               *bool              `json:"showInAddressList" odata:"select"`
	SignInActivity                  *wireLastSignIns   `json:"signInActivity,omitempty" odata:"select"`
	SignInSessionsValidFromDateTime *time.Time         `json:"signInSessionsValidFromDateTime" odata:"select"`
	State                           *string            `json:"state" odata:"select"`
	StreetAddress                   *string            `json:"streetAddress" odata:"select"`
	UsageLocation                   *string            `json:"usageLocation" odata:"select"`
	UserType                        *string            `json:"userType" odata:"select"`

	wireProfile

	Manager            any   `json:"manager,omitempty" odata:"expand"`
	DirectReports      []any `json:"directReports,omitempty" odata:"expand"`
	MemberOf           []any `json:"memberOf,omitempty" odata:"expand"`
	TransitiveMemberOf []any `json:"transitiveMemberOf,omitempty" odata:"expand"`
	OwnedObjects       []any `json:"ownedObjects,omitempty" odata:"expand"`
	Sponsors           []any `json:"sponsors,omitempty" odata:"expand"`
}

// wireProfile are the properties that live outside of the directory: one user has them, a collection refuses them.
type wireProfile struct {
	AboutMe          *string    `json:"aboutMe" odata:"select"`
	Birthday         *time.Time `json:"birthday" odata:"select"`
	HireDate         *time.Time `json:"hireDate" odata:"select"`
	Interests        []string   `json:"interests" odata:"select"`
	MySite           *string    `json:"mySite" odata:"select"`
	PastProjects     []string   `json:"pastProjects" odata:"select"`
	PreferredName    *string    `json:"preferredName" odata:"select"`
	Responsibilities []string   `json:"responsibilities" odata:"select"`
	Schools          []string   `json:"schools" odata:"select"`
	Skills           []string   `json:"skills" odata:"select"`
}

type wireUserIdentity struct {
	SignInType       string  `json:"signInType"`
	Issuer           string  `json:"issuer"`
	IssuerAssignedID *string `json:"issuerAssignedId"`
}

type wireLicense struct {
	DisabledPlans []string `json:"disabledPlans"`
	SkuID         string   `json:"skuId"`
}

type wirePlan struct {
	AssignedDateTime time.Time `json:"assignedDateTime"`
	CapabilityStatus string    `json:"capabilityStatus"`
	Service          string    `json:"service"`
	ServicePlanID    string    `json:"servicePlanId"`
}

type wireLastSignIns struct {
	LastSignInDateTime  *time.Time `json:"lastSignInDateTime"`
	LastSignInRequestID *string    `json:"lastSignInRequestId"`
}

// wireExtensions are the fifteen attributes of Exchange; nobody here has any.
type wireExtensions struct {
	ExtensionAttribute1  *string `json:"extensionAttribute1"`
	ExtensionAttribute2  *string `json:"extensionAttribute2"`
	ExtensionAttribute3  *string `json:"extensionAttribute3"`
	ExtensionAttribute4  *string `json:"extensionAttribute4"`
	ExtensionAttribute5  *string `json:"extensionAttribute5"`
	ExtensionAttribute6  *string `json:"extensionAttribute6"`
	ExtensionAttribute7  *string `json:"extensionAttribute7"`
	ExtensionAttribute8  *string `json:"extensionAttribute8"`
	ExtensionAttribute9  *string `json:"extensionAttribute9"`
	ExtensionAttribute10 *string `json:"extensionAttribute10"`
	ExtensionAttribute11 *string `json:"extensionAttribute11"`
	ExtensionAttribute12 *string `json:"extensionAttribute12"`
	ExtensionAttribute13 *string `json:"extensionAttribute13"`
	ExtensionAttribute14 *string `json:"extensionAttribute14"`
	ExtensionAttribute15 *string `json:"extensionAttribute15"`
}

// defaultUser are the properties that come without $select.
func defaultUser() []string {
	return []string{
		"businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage",
		"surname", "userPrincipalName", "id",
	}
}

// userNavigation are the properties of a user that lead to other objects.
func userNavigation() []string {
	return []string{"manager", "directReports", "memberOf", "transitiveMemberOf", "ownedObjects", "sponsors"}
}

// userOf is a user on the wire, without navigation properties.
func userOf(u state.User) wireUser {
	return wireUser{
		BusinessPhones: u.BusinessPhones, DisplayName: orNull(u.DisplayName), GivenName: orNull(u.GivenName),
		JobTitle: orNull(u.JobTitle), Mail: orNull(u.Mail), MobilePhone: orNull(u.MobilePhone),
		OfficeLocation: orNull(u.OfficeLocation), PreferredLanguage: orNull(u.PreferredLanguage),
		Surname: orNull(u.Surname), UserPrincipalName: orNull(u.UserPrincipalName), ID: u.ID,

		AccountEnabled: u.AccountEnabled, AgeGroup: orNull(u.AgeGroup), AssignedLicenses: licensesOf(u),
		AssignedPlans: plansOf(u), City: orNull(u.City), CompanyName: orNull(u.CompanyName),
		ConsentProvidedForMinor: orNull(u.ConsentProvidedForMinor), Country: orNull(u.Country),
		CreatedDateTime: stamp(u.CreatedAt), CreationType: orNull(u.CreationType), DeletedDateTime: stamp(u.DeletedAt),
		Department: orNull(u.Department), EmployeeID: orNull(u.EmployeeID), EmployeeType: orNull(u.EmployeeType),
		ExternalUserState: orNull(string(u.ExternalState)), ExternalUserStateChangeDateTime: stamp(u.ExternalStateChangedAt),
		FaxNumber: orNull(u.FaxNumber), Identities: identitiesOf(u), ImAddresses: u.ImAddresses,
		LastPasswordChangeDateTime: stamp(u.LastPasswordChange), MailNickname: orNull(u.MailNickname),
		OnPremisesExtensionAttributes: &wireExtensions{}, OnPremisesImmutableID: orNull(u.OnPremisesImmutableID),
		OtherMails: u.OtherMails, PasswordPolicies: orNull(u.PasswordPolicies), PostalCode: orNull(u.PostalCode),
		PreferredDataLocation: orNull(u.PreferredDataLocation), ProxyAddresses: u.ProxyAddresses,
		ShowInAddressList: u.ShowInAddressList, SignInSessionsValidFromDateTime: stamp(sessionsFrom(u)), State: orNull(u.State),
		StreetAddress: orNull(u.StreetAddress), UsageLocation: orNull(u.UsageLocation), UserType: orNull(string(u.Type)),

		wireProfile: wireProfile{
			AboutMe: orNull(u.AboutMe), Interests: u.Interests, MySite: orNull(u.MySite), Schools: u.Schools, Skills: u.Skills,
		},
	}
}

// userObjectOf is a user among objects of several types.
func userObjectOf(u state.User) wireUser {
	w := userOf(u)
	w.ODataType = "#microsoft.graph.user"
	return w
}

func sessionsFrom(u state.User) time.Time {
	if u.SessionsValidFrom.IsZero() {
		return u.CreatedAt
	}
	return u.SessionsValidFrom
}

func licensesOf(u state.User) []wireLicense {
	licenses := make([]wireLicense, len(u.LicenseSkuIDs))
	for i, sku := range u.LicenseSkuIDs {
		licenses[i] = wireLicense{SkuID: sku}
	}
	return licenses
}

func plansOf(u state.User) []wirePlan {
	plans := make([]wirePlan, len(u.LicenseSkuIDs))
	for i, sku := range u.LicenseSkuIDs {
		plans[i] = wirePlan{u.CreatedAt.Truncate(time.Second), "Enabled", "exchange", sku}
	}
	return plans
}

func identitiesOf(u state.User) []wireUserIdentity {
	identities := make([]wireUserIdentity, len(u.Identities))
	for i, x := range u.Identities {
		identities[i] = wireUserIdentity{x.SignInType, x.Issuer, orNull(x.IssuerAssignedID)}
	}
	return identities
}

// userResource makes a user filterable without making his wire form first.
type userResource struct{ state.User }

// Property returns a property by its name on the wire.
func (r userResource) Property(name string) (any, bool) {
	u := r.User
	switch name {
	case "id":
		return u.ID, true
	case "displayName":
		return orNull(u.DisplayName), true
	case "mail":
		return orNull(u.Mail), true
	case "userPrincipalName":
		return orNull(u.UserPrincipalName), true
	case "userType":
		return orNull(string(u.Type)), true
	case "accountEnabled":
		return u.AccountEnabled, true
	case "externalUserState":
		return orNull(string(u.ExternalState)), true
	case "otherMails":
		return u.OtherMails, true
	case "proxyAddresses":
		return u.ProxyAddresses, true
	}
	return odata.ResourceOf(userOf(u)).Property(name)
}
