package graphapi

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

type (
	optionalText  = odata.Optional[string]
	optionalTexts = odata.Optional[[]string]
)

// userInput is what clients may set of a user.
type userInput struct {
	AccountEnabled          odata.Optional[bool]                 `json:"accountEnabled,omitzero"`
	AgeGroup                optionalText                         `json:"ageGroup,omitzero"`
	BusinessPhones          optionalTexts                        `json:"businessPhones,omitzero"`
	City                    optionalText                         `json:"city,omitzero"`
	CompanyName             optionalText                         `json:"companyName,omitzero"`
	ConsentProvidedForMinor optionalText                         `json:"consentProvidedForMinor,omitzero"`
	Country                 optionalText                         `json:"country,omitzero"`
	Department              optionalText                         `json:"department,omitzero"`
	DisplayName             optionalText                         `json:"displayName,omitzero"`
	EmployeeID              optionalText                         `json:"employeeId,omitzero"`
	EmployeeOrgData         odata.Optional[orgDataInput]         `json:"employeeOrgData,omitzero"`
	EmployeeType            optionalText                         `json:"employeeType,omitzero"`
	FaxNumber               optionalText                         `json:"faxNumber,omitzero"`
	GivenName               optionalText                         `json:"givenName,omitzero"`
	Identities              odata.Optional[[]wireUserIdentity]   `json:"identities,omitzero"`
	JobTitle                optionalText                         `json:"jobTitle,omitzero"`
	Mail                    optionalText                         `json:"mail,omitzero"`
	MailNickname            optionalText                         `json:"mailNickname,omitzero"`
	MobilePhone             optionalText                         `json:"mobilePhone,omitzero"`
	OfficeLocation          optionalText                         `json:"officeLocation,omitzero"`
	OnPremisesImmutableID   optionalText                         `json:"onPremisesImmutableId,omitzero"`
	OtherMails              optionalTexts                        `json:"otherMails,omitzero"`
	PasswordPolicies        optionalText                         `json:"passwordPolicies,omitzero"`
	PasswordProfile         odata.Optional[passwordProfileInput] `json:"passwordProfile,omitzero"`
	PostalCode              optionalText                         `json:"postalCode,omitzero"`
	PreferredDataLocation   optionalText                         `json:"preferredDataLocation,omitzero"`
	PreferredLanguage       optionalText                         `json:"preferredLanguage,omitzero"`
	ShowInAddressList       odata.Optional[bool]                 `json:"showInAddressList,omitzero"`
	State                   optionalText                         `json:"state,omitzero"`
	StreetAddress           optionalText                         `json:"streetAddress,omitzero"`
	Surname                 optionalText                         `json:"surname,omitzero"`
	UsageLocation           optionalText                         `json:"usageLocation,omitzero"`
	UserPrincipalName       optionalText                         `json:"userPrincipalName,omitzero"`
	UserType                optionalText                         `json:"userType,omitzero"`

	AboutMe          optionalText              `json:"aboutMe,omitzero"`
	Birthday         odata.Optional[time.Time] `json:"birthday,omitzero"`
	HireDate         odata.Optional[time.Time] `json:"hireDate,omitzero"`
	EmployeeHireDate odata.Optional[time.Time] `json:"employeeHireDate,omitzero"`
	Interests        optionalTexts             `json:"interests,omitzero"`
	MySite           optionalText              `json:"mySite,omitzero"`
	PastProjects     optionalTexts             `json:"pastProjects,omitzero"`
	PreferredName    optionalText              `json:"preferredName,omitzero"`
	Responsibilities optionalTexts             `json:"responsibilities,omitzero"`
	Schools          optionalTexts             `json:"schools,omitzero"`
	Skills           optionalTexts             `json:"skills,omitzero"`
}

type orgDataInput struct {
	CostCenter optionalText `json:"costCenter"`
	Division   optionalText `json:"division"`
}

type passwordProfileInput struct {
	Password                             string `json:"password"`
	ForceChangePasswordNextSignIn        *bool  `json:"forceChangePasswordNextSignIn"`
	ForceChangePasswordNextSignInWithMfa *bool  `json:"forceChangePasswordNextSignInWithMfa"`
}

// required fails with MissingProperty for what a new user cannot be without (GD:api/user-post-users).
func (in *userInput) required() error {
	password, _ := in.PasswordProfile.Get()
	for _, p := range []struct {
		name string
		ok   bool
	}{
		{"accountEnabled", in.AccountEnabled.Present() && !in.AccountEnabled.IsNull()},
		{"displayName", has(in.DisplayName)},
		{"mailNickname", has(in.MailNickname)},
		{"userPrincipalName", has(in.UserPrincipalName)},
		{"passwordProfile", password.Password != ""},
	} {
		if !p.ok {
			return problem.For(problem.Invalid, problem.MissingProperty, p.name, "A value is required for property '%s' of resource 'User'.", p.name)
		}
	}
	return nil
}

func has(o optionalText) bool {
	s, ok := o.Get()
	return ok && s != ""
}

// maxLengths of properties (GD:res/user).
func maxLengths() map[string]int {
	return map[string]int{
		"jobTitle": 128, "department": 64, "city": 128, "country": 128, "companyName": 64, "employeeId": 16, "givenName": 64,
		"surname": 64, "mobilePhone": 64, "officeLocation": 128, "postalCode": 40, "state": 128, "streetAddress": 1024,
	}
}

// apply puts what the client sent into the user.
func (in *userInput) apply(u *state.User) error {
	for _, t := range in.texts(u) {
		if !t.in.Present() {
			continue
		}
		v, _ := t.in.Get()
		if most, ok := maxLengths()[t.name]; ok && len([]rune(v)) > most {
			return invalidProperty(t.name, "User")
		}
		*t.to = v
	}
	for _, l := range []struct {
		in optionalTexts
		to *[]string
	}{
		{in.BusinessPhones, &u.BusinessPhones},
		{in.OtherMails, &u.OtherMails},
		{in.Interests, &u.Interests},
		{in.Schools, &u.Schools},
		{in.Skills, &u.Skills},
	} {
		if l.in.Present() {
			*l.to, _ = l.in.Get()
		}
	}
	if in.AccountEnabled.Present() {
		enabled, ok := in.AccountEnabled.Get()
		if !ok {
			return invalidProperty("accountEnabled", "User")
		}
		u.AccountEnabled = enabled
	}
	if in.ShowInAddressList.Present() {
		u.ShowInAddressList = nil
		if show, ok := in.ShowInAddressList.Get(); ok {
			u.ShowInAddressList = &show
		}
	}
	if in.EmployeeOrgData.Present() {
		org, ok := in.EmployeeOrgData.Get()
		if !ok {
			u.CostCenter, u.Division = "", ""
		}
		putOptional(&u.CostCenter, org.CostCenter)
		putOptional(&u.Division, org.Division)
	}
	if kind, ok := in.UserType.Get(); ok {
		u.Type = state.UserType(kind)
	}
	return in.applyAccount(u)
}

// applyAccount puts in what is about signing in.
func (in *userInput) applyAccount(u *state.User) error {
	if p, ok := in.PasswordProfile.Get(); ok {
		if p.Password != "" {
			if len(p.Password) < 8 {
				return problem.For(problem.Invalid, problem.InvalidProperty, "passwordProfile",
					"The specified password does not comply with password complexity requirements. Please provide a different password.")
			}
			u.Password = p.Password
		}
		if p.ForceChangePasswordNextSignIn != nil {
			u.ForceChangePassword = *p.ForceChangePasswordNextSignIn
		}
	}
	if identities, ok := in.Identities.Get(); ok {
		u.Identities = nil
		for _, x := range identities {
			u.Identities = append(u.Identities, state.Identity(x))
		}
	}
	return nil
}

type textInput struct {
	name string
	in   optionalText
	to   *string
}

func (in *userInput) texts(u *state.User) []textInput {
	return []textInput{
		{"ageGroup", in.AgeGroup, &u.AgeGroup},
		{"city", in.City, &u.City},
		{"companyName", in.CompanyName, &u.CompanyName},
		{"consentProvidedForMinor", in.ConsentProvidedForMinor, &u.ConsentProvidedForMinor},
		{"country", in.Country, &u.Country},
		{"department", in.Department, &u.Department},
		{"displayName", in.DisplayName, &u.DisplayName},
		{"employeeId", in.EmployeeID, &u.EmployeeID},
		{"employeeType", in.EmployeeType, &u.EmployeeType},
		{"faxNumber", in.FaxNumber, &u.FaxNumber},
		{"givenName", in.GivenName, &u.GivenName},
		{"jobTitle", in.JobTitle, &u.JobTitle},
		{"mail", in.Mail, &u.Mail},
		{"mailNickname", in.MailNickname, &u.MailNickname},
		{"mobilePhone", in.MobilePhone, &u.MobilePhone},
		{"officeLocation", in.OfficeLocation, &u.OfficeLocation},
		{"onPremisesImmutableId", in.OnPremisesImmutableID, &u.OnPremisesImmutableID},
		{"passwordPolicies", in.PasswordPolicies, &u.PasswordPolicies},
		{"postalCode", in.PostalCode, &u.PostalCode},
		{"preferredDataLocation", in.PreferredDataLocation, &u.PreferredDataLocation},
		{"preferredLanguage", in.PreferredLanguage, &u.PreferredLanguage},
		{"state", in.State, &u.State},
		{"streetAddress", in.StreetAddress, &u.StreetAddress},
		{"surname", in.Surname, &u.Surname},
		{"usageLocation", in.UsageLocation, &u.UsageLocation},
		{"userPrincipalName", in.UserPrincipalName, &u.UserPrincipalName},
		{"aboutMe", in.AboutMe, &u.AboutMe},
		{"mySite", in.MySite, &u.MySite},
	}
}

func invalidProperty(name, resource string) error {
	return problem.For(problem.Invalid, problem.InvalidProperty, name, "Invalid value specified for property '%s' of resource '%s'.", name, resource)
}

// decodeObject is decode for a directory object: a property that the resource has but nobody sets is read-only.
func (r *request) decodeObject(v any, s *objectSet) error {
	err := r.decode(v)
	if e := problem.As(err); err != nil && e.Reason == problem.UnknownProperty {
		if slices.ContainsFunc(s.properties, func(p string) bool { return strings.EqualFold(p, e.Target) }) {
			return problem.For(problem.Invalid, problem.ReadOnlyProperty, e.Target, "Property '%s' is read-only and cannot be set.", e.Target)
		}
		return problem.For(problem.Invalid, problem.UnknownProperty, e.Target,
			"The property '%s' does not exist on type 'microsoft.graph.%s'. Make sure to only use property names that are defined by the type.", e.Target, s.typ)
	}
	return err
}

// given are the names of the members of the body, without annotations.
func (r *request) given() ([]string, error) {
	var members map[string]json.RawMessage
	if err := r.unmarshal(&members); err != nil {
		return nil, err
	}
	var names []string
	for name := range members {
		if !strings.Contains(name, "@") {
			names = append(names, name)
		}
	}
	return names, nil
}
