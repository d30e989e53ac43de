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
	DisplayName       string   `json:"displayName" odata:"null"`
	GivenName         string   `json:"givenName" odata:"null"`
	JobTitle          string   `json:"jobTitle" odata:"null"`
	Mail              string   `json:"mail" odata:"null"`
	MobilePhone       string   `json:"mobilePhone" odata:"null"`
	OfficeLocation    string   `json:"officeLocation" odata:"null"`
	PreferredLanguage string   `json:"preferredLanguage" odata:"null"`
	Surname           string   `json:"surname" odata:"null"`
	UserPrincipalName string   `json:"userPrincipalName" odata:"null"`
	ID                string   `json:"id"`

	AccountEnabled                  bool               `json:"accountEnabled" odata:"select"`
	AgeGroup                        string             `json:"ageGroup" odata:"select,null"`
	AssignedLicenses                []wireLicense      `json:"assignedLicenses" odata:"select"`
	AssignedPlans                   []wirePlan         `json:"assignedPlans" odata:"select"`
	City                            string             `json:"city" odata:"select,null"`
	CompanyName                     string             `json:"companyName" odata:"select,null"`
	ConsentProvidedForMinor         string             `json:"consentProvidedForMinor" odata:"select,null"`
	Country                         string             `json:"country" odata:"select,null"`
	CreatedDateTime                 time.Time          `json:"createdDateTime" odata:"select,null"`
	CreationType                    string             `json:"creationType" odata:"select,null"`
	DeletedDateTime                 time.Time          `json:"deletedDateTime" odata:"select,null"`
	Department                      string             `json:"department" odata:"select,null"`
	EmployeeHireDate                time.Time          `json:"employeeHireDate" odata:"select,null"`
	EmployeeID                      string             `json:"employeeId" odata:"select,null"`
	EmployeeOrgData                 *wireOrgData       `json:"employeeOrgData" odata:"select"`
	EmployeeType                    string             `json:"employeeType" odata:"select,null"`
	ExternalUserState               string             `json:"externalUserState" odata:"select,null"`
	ExternalUserStateChangeDateTime time.Time          `json:"externalUserStateChangeDateTime" odata:"select,null"`
	FaxNumber                       string             `json:"faxNumber" odata:"select,null"`
	Identities                      []wireUserIdentity `json:"identities" odata:"select"`
	ImAddresses                     []string           `json:"imAddresses" odata:"select"`
	IsResourceAccount               *bool              `json:"isResourceAccount" odata:"select"`
	LastPasswordChangeDateTime      time.Time          `json:"lastPasswordChangeDateTime" odata:"select,null"`
	LegalAgeGroupClassification     string             `json:"legalAgeGroupClassification" odata:"select,null"`
	LicenseAssignmentStates         []wireLicense      `json:"licenseAssignmentStates" odata:"select"`
	MailNickname                    string             `json:"mailNickname" odata:"select,null"`
	OnPremisesDistinguishedName     string             `json:"onPremisesDistinguishedName" odata:"select,null"`
	OnPremisesDomainName            string             `json:"onPremisesDomainName" odata:"select,null"`
	OnPremisesExtensionAttributes   wireExtensions     `json:"onPremisesExtensionAttributes" odata:"select"`
	OnPremisesImmutableID           string             `json:"onPremisesImmutableId" odata:"select,null"`
	OnPremisesLastSyncDateTime      time.Time          `json:"onPremisesLastSyncDateTime" odata:"select,null"`
	OnPremisesProvisioningErrors    []struct{}         `json:"onPremisesProvisioningErrors" odata:"select"`
	OnPremisesSamAccountName        string             `json:"onPremisesSamAccountName" odata:"select,null"`
	OnPremisesSecurityIdentifier    string             `json:"onPremisesSecurityIdentifier" odata:"select,null"`
	OnPremisesSyncEnabled           *bool              `json:"onPremisesSyncEnabled" odata:"select"`
	OnPremisesUserPrincipalName     string             `json:"onPremisesUserPrincipalName" odata:"select,null"`
	OtherMails                      []string           `json:"otherMails" odata:"select"`
	PasswordPolicies                string             `json:"passwordPolicies" odata:"select,null"`
	PasswordProfile                 *struct{}          `json:"passwordProfile" odata:"select"`
	PostalCode                      string             `json:"postalCode" odata:"select,null"`
	PreferredDataLocation           string             `json:"preferredDataLocation" odata:"select,null"`
	ProvisionedPlans                []struct{}         `json:"provisionedPlans" odata:"select"`
	ProxyAddresses                  []string           `json:"proxyAddresses" odata:"select"`
	SecurityIdentifier              string             `json:"securityIdentifier" odata:"select,null"`
	ShowInAddressList               *bool              `json:"showInAddressList" odata:"select"`
	SignInActivity                  *wireLastSignIns   `json:"signInActivity,omitempty" odata:"select"`
	SignInSessionsValidFromDateTime time.Time          `json:"signInSessionsValidFromDateTime" odata:"select,null"`
	State                           string             `json:"state" odata:"select,null"`
	StreetAddress                   string             `json:"streetAddress" odata:"select,null"`
	UsageLocation                   string             `json:"usageLocation" odata:"select,null"`
	UserType                        string             `json:"userType" odata:"select,null"`

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
	AboutMe          string    `json:"aboutMe" odata:"select,null"`
	Birthday         time.Time `json:"birthday" odata:"select,null"`
	HireDate         time.Time `json:"hireDate" odata:"select,null"`
	Interests        []string  `json:"interests" odata:"select"`
	MySite           string    `json:"mySite" odata:"select,null"`
	PastProjects     []string  `json:"pastProjects" odata:"select"`
	PreferredName    string    `json:"preferredName" odata:"select,null"`
	Responsibilities []string  `json:"responsibilities" odata:"select"`
	Schools          []string  `json:"schools" odata:"select"`
	Skills           []string  `json:"skills" odata:"select"`
}

type wireOrgData struct {
	CostCenter string `json:"costCenter" odata:"null"`
	Division   string `json:"division" odata:"null"`
}

type wireUserIdentity struct {
	SignInType       string `json:"signInType"`
	Issuer           string `json:"issuer"`
	IssuerAssignedID string `json:"issuerAssignedId" odata:"null"`
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
func userOf(u *state.User) wireUser {
	w := wireUser{}
	w.basics(u)
	w.more(u)
	return w
}

// basics are the properties that come without $select.
func (w *wireUser) basics(u *state.User) {
	w.BusinessPhones, w.DisplayName, w.GivenName, w.JobTitle = u.BusinessPhones, u.DisplayName, u.GivenName, u.JobTitle
	w.Mail, w.MobilePhone, w.OfficeLocation = u.Mail, u.MobilePhone, u.OfficeLocation
	w.PreferredLanguage, w.Surname, w.UserPrincipalName, w.ID = u.PreferredLanguage, u.Surname, u.UserPrincipalName, u.ID
}

// more are all others.
func (w *wireUser) more(u *state.User) {
	w.AccountEnabled, w.AgeGroup, w.City, w.CompanyName = u.AccountEnabled, u.AgeGroup, u.City, u.CompanyName
	w.AssignedLicenses, w.AssignedPlans = licensesOf(u), plansOf(u)
	w.ConsentProvidedForMinor, w.Country, w.CreationType = u.ConsentProvidedForMinor, u.Country, u.CreationType
	w.CreatedDateTime, w.DeletedDateTime = second(u.CreatedAt), second(u.DeletedAt)
	if u.CostCenter != "" || u.Division != "" {
		w.EmployeeOrgData = &wireOrgData{u.CostCenter, u.Division}
	}
	w.Department, w.EmployeeID, w.EmployeeType, w.FaxNumber = u.Department, u.EmployeeID, u.EmployeeType, u.FaxNumber
	w.ExternalUserState, w.ExternalUserStateChangeDateTime = string(u.ExternalState), second(u.ExternalStateChangedAt)
	w.Identities, w.ImAddresses = identitiesOf(u), u.ImAddresses
	w.LastPasswordChangeDateTime, w.MailNickname = second(u.LastPasswordChange), u.MailNickname
	w.OnPremisesImmutableID, w.OtherMails, w.PasswordPolicies = u.OnPremisesImmutableID, u.OtherMails, u.PasswordPolicies
	w.PostalCode, w.PreferredDataLocation, w.ProxyAddresses = u.PostalCode, u.PreferredDataLocation, u.ProxyAddresses
	w.ShowInAddressList, w.SignInSessionsValidFromDateTime = u.ShowInAddressList, second(sessionsFrom(u))
	w.State, w.StreetAddress, w.UsageLocation, w.UserType = u.State, u.StreetAddress, u.UsageLocation, string(u.Type)
	w.AboutMe, w.Interests, w.MySite, w.Schools, w.Skills = u.AboutMe, u.Interests, u.MySite, u.Schools, u.Skills
}

// userObjectOf is a user among objects of several types.
func userObjectOf(u *state.User) wireUser {
	w := userOf(u)
	w.ODataType = "#microsoft.graph.user"
	return w
}

func sessionsFrom(u *state.User) time.Time {
	if u.SessionsValidFrom.IsZero() {
		return u.CreatedAt
	}
	return u.SessionsValidFrom
}

func licensesOf(u *state.User) []wireLicense {
	licenses := make([]wireLicense, len(u.LicenseSkuIDs))
	for i, sku := range u.LicenseSkuIDs {
		licenses[i] = wireLicense{SkuID: sku}
	}
	return licenses
}

func plansOf(u *state.User) []wirePlan {
	plans := make([]wirePlan, len(u.LicenseSkuIDs))
	for i, sku := range u.LicenseSkuIDs {
		plans[i] = wirePlan{u.CreatedAt.Truncate(time.Second), "Enabled", "exchange", sku}
	}
	return plans
}

func identitiesOf(u *state.User) []wireUserIdentity {
	identities := make([]wireUserIdentity, len(u.Identities))
	for i, x := range u.Identities {
		identities[i] = wireUserIdentity(x)
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
	return odata.ResourceOf(userOf(&u)).Property(name)
}
