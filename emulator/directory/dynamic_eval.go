package directory

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// propertyKind is what a property of a rule holds.
type propertyKind int

const (
	kindText propertyKind = iota
	kindBool
	kindTime
	kindTexts  // a collection of text
	kindPlans  // assignedPlans
	kindGroups // memberOf
)

// userProperty returns a user property that rules can use, in its canonical spelling. Extension attributes can be named;
// nobody here has any.
func userProperty(name string) (string, propertyKind, bool) {
	kinds := []struct {
		kind  propertyKind
		names []string
	}{
		{kindBool, []string{"accountEnabled", "dirSyncEnabled"}},
		{kindTime, []string{"employeeHireDate"}},
		{kindTexts, []string{"otherMails", "proxyAddresses"}},
		{kindPlans, []string{"assignedPlans"}},
		{kindGroups, []string{"memberOf"}},
		{kindText, []string{
			"city", "country", "companyName", "creationType", "department", "displayName", "employeeId", "employeeType",
			"facsimileTelephoneNumber", "givenName", "jobTitle", "mail", "mailNickName", "mobile", "objectId",
			"onPremisesDistinguishedName", "onPremisesSecurityIdentifier", "passwordPolicies", "physicalDeliveryOfficeName",
			"postalCode", "preferredLanguage", "sipProxyAddress", "state", "streetAddress", "surname", "telephoneNumber",
			"usageLocation", "userPrincipalName", "userType",
		}},
	}
	for _, k := range kinds {
		for _, known := range k.names {
			if strings.EqualFold(known, name) {
				return known, k.kind, true
			}
		}
	}
	lower := strings.ToLower(name)
	if n, ok := strings.CutPrefix(lower, "extensionattribute"); ok {
		i, err := strconv.Atoi(n)
		return "extensionAttribute" + n, kindText, err == nil && i >= 1 && i <= 15 && n == strconv.Itoa(i)
	}
	if strings.HasPrefix(lower, "extension_") && strings.Count(lower, "_") >= 2 {
		return name, kindText, true
	}
	return "", 0, false
}

// evaluation is a rule's question about one user. within is the value of the -any or -all around.
type evaluation struct {
	tx     *state.Tx
	user   state.User
	within map[string]string
}

// texts returns a property's values: none where it is null.
func (e *evaluation) texts(p property) []string {
	if p.of != "user" {
		if v, ok := e.within[p.name]; ok {
			return []string{v}
		}
		return nil
	}
	u := e.user
	one := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	switch p.name {
	case "accountEnabled":
		return []string{strconv.FormatBool(u.AccountEnabled)}
	case "otherMails":
		return u.OtherMails
	case "proxyAddresses":
		return u.ProxyAddresses
	case "telephoneNumber":
		if len(u.BusinessPhones) > 0 {
			return u.BusinessPhones[:1]
		}
		return nil
	}
	return one(userText(u, p.name))
}

func userText(u state.User, name string) string {
	return map[string]string{
		"city": u.City, "country": u.Country, "companyName": u.CompanyName, "creationType": u.CreationType,
		"department": u.Department, "displayName": u.DisplayName, "employeeId": u.EmployeeID, "employeeType": u.EmployeeType,
		"facsimileTelephoneNumber": u.FaxNumber, "givenName": u.GivenName, "jobTitle": u.JobTitle, "mail": u.Mail,
		"mailNickName": u.MailNickname, "mobile": u.MobilePhone, "objectId": u.ID, "passwordPolicies": u.PasswordPolicies,
		"physicalDeliveryOfficeName": u.OfficeLocation, "postalCode": u.PostalCode, "preferredLanguage": u.PreferredLanguage,
		"state": u.State, "streetAddress": u.StreetAddress, "surname": u.Surname, "usageLocation": u.UsageLocation,
		"userPrincipalName": u.UserPrincipalName, "userType": string(u.Type),
	}[name]
}

func (j junction) holds(e *evaluation) bool {
	if j.or {
		return j.left.holds(e) || j.right.holds(e)
	}
	return j.left.holds(e) && j.right.holds(e)
}

func (n negation) holds(e *evaluation) bool { return !n.of.holds(e) }

func (r reports) holds(e *evaluation) bool { return strings.EqualFold(e.user.ManagerID, r.manager) }

func (q quantified) holds(e *evaluation) bool {
	elements := e.elements(q.property)
	if q.all {
		return !slices.ContainsFunc(elements, func(v map[string]string) bool { return !q.body.holds(&evaluation{e.tx, e.user, v}) })
	}
	return slices.ContainsFunc(elements, func(v map[string]string) bool { return q.body.holds(&evaluation{e.tx, e.user, v}) })
}

// elements are what -any and -all look at, each as its properties; the value of a text has the empty name.
func (e *evaluation) elements(p property) []map[string]string {
	var all []map[string]string
	switch p.name {
	case "memberOf":
		for m := range e.tx.MembershipsOf(e.user.TenantID, e.user.ID, state.Members) {
			if _, living := e.tx.Group(e.user.TenantID, m.GroupID); living {
				all = append(all, map[string]string{"objectId": m.GroupID})
			}
		}
	case "assignedPlans":
		for _, sku := range e.user.LicenseSkuIDs {
			all = append(all, map[string]string{"servicePlanId": sku, "capabilityStatus": "Enabled", "service": "exchange"})
		}
	default:
		for _, v := range e.texts(p) {
			all = append(all, map[string]string{"": v})
		}
	}
	return all
}

// denied is the operator that an operator denies; ok is false for those that deny none.
func (o operator) denied() (operator, bool) {
	switch o {
	case opNe:
		return opEq, true
	case opNotStartsWith:
		return opStartsWith, true
	case opNotEndsWith:
		return opEndsWith, true
	case opNotContains:
		return opContains, true
	case opNotMatch:
		return opMatch, true
	case opNotIn:
		return opIn, true
	case opEq, opStartsWith, opEndsWith, opContains, opMatch, opIn, opLe, opGe, opLt, opGt:
	}
	return "", false
}

// holds compares without regard to case. Of a collection, one value is enough; a property that is null equals null alone,
// and everything that is denied of it holds.
func (c comparison) holds(e *evaluation) bool {
	if positive, ok := c.op.denied(); ok {
		c.op = positive
		return !c.holds(e)
	}
	values := e.texts(c.property)
	if c.value.null() {
		return c.op == opEq && len(values) == 0
	}
	return slices.ContainsFunc(values, func(v string) bool {
		if c.op == opMatch {
			return c.pattern.MatchString(v)
		}
		return c.op.holds(v, c.value, e.tx.Now())
	})
}

func (o operator) holds(have string, v value, now time.Time) bool {
	have, want := strings.ToLower(have), strings.ToLower(v.text)
	switch o {
	case opEq:
		return have == want
	case opStartsWith:
		return strings.HasPrefix(have, want)
	case opEndsWith:
		return strings.HasSuffix(have, want)
	case opContains:
		return strings.Contains(have, want)
	case opIn:
		return slices.ContainsFunc(v.list, func(x value) bool { return strings.EqualFold(x.text, have) })
	case opLe, opGe, opLt, opGt:
		return ordered(o, have, v, now)
	case opMatch, opNe, opNotStartsWith, opNotEndsWith, opNotContains, opNotMatch, opNotIn:
	}
	return false
}

// ordered compares dates as dates and everything else as text.
func ordered(o operator, have string, v value, now time.Time) bool {
	order := strings.Compare(have, strings.ToLower(v.text))
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(have)); err == nil {
		limit, ok := v.moment(now)
		if !ok {
			return false
		}
		order = t.Compare(limit)
	}
	switch o {
	case opLe:
		return order <= 0
	case opGe:
		return order >= 0
	case opLt:
		return order < 0
	default:
		return order > 0
	}
}

// moment is the time that a value stands for.
func (v value) moment(now time.Time) (time.Time, bool) {
	if v.kind != valueNow {
		t, err := time.Parse(time.RFC3339, v.text)
		return t, err == nil
	}
	duration, minus := strings.CutPrefix(v.text, "-")
	n, ok := days(duration)
	if minus {
		n = -n
	}
	return now.AddDate(0, 0, n), ok || duration == ""
}

// days reads an ISO duration of whole days, p1d.
func days(s string) (int, bool) {
	s = strings.ToLower(s)
	if len(s) < 3 || s[0] != 'p' || s[len(s)-1] != 'd' {
		return 0, false
	}
	const most = 100_000
	n, err := strconv.Atoi(s[1 : len(s)-1])
	return n, err == nil && n >= 0 && n <= most && s[1] != '+'
}
