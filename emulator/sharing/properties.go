package sharing

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// property is a setting by its service's own name, as it is written and read: a pointer into a record of settings.
type property struct {
	name    string
	names   map[string]int // of an enumeration
	lo, hi  int            // of a number that is none; equal: any
	also    []int          // numbers allowed besides
	bounded bool
}

// The enumerations of sharepoint.md 1.1 and 1.2, names in lower case.
func levelNames() map[string]int {
	return map[string]int{
		"disabled": 0, "externalusersharingonly": 1, "externaluserandguestsharing": 2, "existingexternalusersharingonly": 3,
	}
}

func domainModeNames() map[string]int {
	return map[string]int{"none": 0, "allowlist": domainsAllow, "blocklist": domainsBlock}
}

func linkTypeNames() map[string]int {
	return map[string]int{"none": 0, "direct": defaultDirect, "internal": defaultInternal, "anonymousaccess": defaultAnyone}
}

func linkRightNames() map[string]int {
	return map[string]int{"none": 0, "view": 1, "edit": 2}
}

func linkScopeNames() map[string]int {
	return map[string]int{"uninitialized": scopeUnset, "anyone": scopeAnyone, "organization": 1, "specificpeople": scopeUsers}
}

func linkRoleNames() map[string]int {
	return map[string]int{"none": 0, "view": 1, "edit": 2, "owner": 3, "limitedview": 4, "limitededit": 5, "review": 6, "restrictedview": 7}
}

func switchNames() map[string]int {
	return map[string]int{"unspecified": 0, "on": 1, "off": 2}
}

func companyLinkNames() map[string]int {
	return map[string]int{"unknown": 0, "disabled": 1, "notdisabled": 2}
}

// rules say what values a property takes beyond its type, by the field's name.
func rules() map[string]property {
	days := func(lo int) property { return property{lo: lo, hi: 730, also: []int{0}, bounded: true} }
	return map[string]property{
		"SharingCapability": {names: levelNames()}, "OneDriveSharingCapability": {names: levelNames()}, "Capability": {names: levelNames()},
		"SharingDomainRestrictionMode": {names: domainModeNames()}, "DomainRestrictionMode": {names: domainModeNames()},
		"DefaultSharingLinkType": {names: linkTypeNames()}, "DefaultLinkPermission": {names: linkRightNames()},
		"CoreDefaultShareLinkScope": {names: linkScopeNames()}, "OneDriveDefaultShareLinkScope": {names: linkScopeNames()},
		"CoreDefaultShareLinkRole": {names: linkRoleNames()}, "OneDriveDefaultShareLinkRole": {names: linkRoleNames()},
		"FileAnonymousLinkType": {names: linkRightNames()}, "FolderAnonymousLinkType": {names: linkRightNames()},
		"ODBMembersCanShare": {names: switchNames()}, "ODBAccessRequests": {names: switchNames()},
		"DisableCompanyWideSharingLinks":    {names: companyLinkNames()},
		"RequireAnonymousLinksExpireInDays": {lo: -1, hi: 730, bounded: true},
		"AnonymousLinkExpirationInDays":     days(1),
		"ExternalUserExpireInDays":          {lo: 30, hi: 730, bounded: true},
		"ExternalUserExpirationInDays":      days(30),
		"EmailAttestationReAuthDays":        {lo: 1, hi: 365, bounded: true},
	}
}

// assign sets the field of a record of settings that has a name, in any case. found is false where the record has none.
func assign(record any, name string, value any) (found bool, err error) {
	v := reflect.ValueOf(record).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Name == "Other" || !strings.EqualFold(f.Name, name) {
			continue
		}
		p := rules()[f.Name]
		p.name = name
		return true, p.set(v.Field(i), value)
	}
	return false, nil
}

func (p property) invalid(value any) error {
	return problem.For(problem.Invalid, problem.InvalidProperty, p.name, "%v is no value of %s", value, p.name)
}

func (p property) set(f reflect.Value, value any) error {
	switch f.Kind() {
	case reflect.Bool:
		b, ok := boolean(value)
		if !ok {
			return p.invalid(value)
		}
		f.SetBool(b)
	case reflect.Int:
		n, ok := p.number(value)
		if !ok {
			return p.invalid(value)
		}
		f.SetInt(int64(n))
	case reflect.String:
		s, ok := text(value)
		if !ok {
			return p.invalid(value)
		}
		f.SetString(s)
	case reflect.Slice:
		s, ok := text(value)
		if !ok {
			return p.invalid(value)
		}
		f.Set(reflect.ValueOf(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })))
	default:
		return p.invalid(value)
	}
	return nil
}

// boolean reads true, false, their text in any case, 1 and 0.
func boolean(value any) (b, ok bool) {
	switch v := value.(type) {
	case bool:
		return v, true
	case string:
		b, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(v)))
		return b, err == nil
	case int, int64, float64, json.Number:
		n, ok := whole(v)
		return n == 1, ok && (n == 0 || n == 1)
	}
	return false, false
}

// number reads a number, its text, or a name of the enumeration, and checks the bounds.
func (p property) number(value any) (int, bool) {
	n, ok := whole(value)
	if s, isText := value.(string); isText && !ok {
		n, ok = p.names[strings.ToLower(strings.TrimSpace(s))]
	}
	if !ok {
		return 0, false
	}
	if p.names != nil {
		for _, known := range p.names {
			if known == n {
				return n, true
			}
		}
		return 0, false
	}
	return n, !p.bounded || n >= p.lo && n <= p.hi || slices.Contains(p.also, n)
}

// whole reads a number without fraction, from JSON, YAML or text.
func whole(value any) (int, bool) {
	switch v := value.(type) {
	case int:
		return v, true
	case int64:
		return int(v), true
	case uint64:
		return int(v), v <= math.MaxInt32 //nolint:gosec // bounded beside
	case float64:
		return int(v), v == math.Trunc(v) && math.Abs(v) <= math.MaxInt32
	case json.Number:
		n, err := strconv.Atoi(v.String())
		return n, err == nil
	case state.SharingCapability:
		return int(v), true
	case string:
		n, err := strconv.Atoi(strings.TrimSpace(v))
		return n, err == nil
	}
	return 0, false
}

// text reads text, null, or a list of texts, which is joined by blanks.
func text(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return strings.TrimSpace(v), true
	case []string:
		return strings.Join(v, " "), true
	case []any:
		parts := make([]string, 0, len(v))
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return "", false
			}
			parts = append(parts, strings.TrimSpace(s))
		}
		return strings.Join(parts, " "), true
	case fmt.Stringer:
		return v.String(), true
	}
	return "", false
}
