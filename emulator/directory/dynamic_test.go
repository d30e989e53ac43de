package directory

import (
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

const ruleTenant = "6d9a4450-4d3c-4a27-84d4-1a7153514625"

// rulePerson is somebody of whom every kind of property is set.
func rulePerson() state.User {
	return state.User{
		TenantID: ruleTenant, ID: "1711f719-a1cb-4fc3-a8f4-cce63b65a3fb", Type: state.Guest, AccountEnabled: true,
		DisplayName: "Kim Akers", UserPrincipalName: "kim_fabrikam.com#EXT#@contoso.onmicrosoft.com", Mail: "kim@fabrikam.com",
		OtherMails: []string{"kim@fabrikam.com", "kim@home.example"}, ProxyAddresses: []string{"SMTP:kim@fabrikam.com"},
		Department: `Sales "East"`, JobTitle: "Engineer", City: "Köln", ManagerID: "a4775578-fdba-439e-ad83-8d6d5e0687d9",
		LicenseSkuIDs: []string{"c7df2760-2c81-4ef7-b578-5b5392b571df"},
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	const group = "012c3e1e-763a-483a-8b4f-c98720979a75"
	store := state.New(state.Options{})
	if err := store.Update(func(tx *state.Tx) error {
		tx.PutGroup(state.Group{TenantID: ruleTenant, ID: group})
		tx.PutMembership(state.Membership{TenantID: ruleTenant, GroupID: group, Relation: state.Members, MemberID: rulePerson().ID})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`(user.userType -eq "Guest")`:                                true,
		`user.userType -eq "guest"`:                                  true,
		`user.usertype eq 'Guest'`:                                   true,
		`(user.objectId -ne null) and (user.userType -eq "Guest")`:   true,
		`(user.objectId -ne null) -and (user.userType -eq "Member")`: false,
		`user.objectId -eq null`:                                     false,
		`user.companyName -eq null`:                                  true,
		`user.companyName -ne "Contoso"`:                             true,
		`user.companyName -notContains "Con"`:                        true,
		`user.companyName -contains "Con"`:                           false,
		`user.department -eq "Sales ` + "`\"East`\"" + `"`:           true,
		`user.department -startsWith "sales"`:                        true,
		`user.department -notStartsWith "sales"`:                     false,
		`user.mail -endsWith "@fabrikam.com"`:                        true,
		`user.mail -notEndsWith "@fabrikam.com"`:                     false,
		`user.displayName -match "^Ki.*s$"`:                          true,
		`user.displayName -notMatch "^Al"`:                           true,
		`user.city -in ["Berlin","köln"]`:                            true,
		`user.city -notIn ["Berlin","köln"]`:                         false,
		`user.accountEnabled -eq true`:                               true,
		`user.accountEnabled -ne true`:                               false,
		`-not (user.accountEnabled -eq true)`:                        false,
		`user.otherMails -contains "home.example"`:                   true,
		`user.otherMails -any (_ -endsWith "home.example")`:          true,
		`user.otherMails -all (_ -endsWith "home.example")`:          false,
		`user.proxyAddresses -any (_ -startsWith "smtp:kim")`:        true,
		`user.assignedPlans -any (assignedPlan.servicePlanId -eq "c7df2760-2c81-4ef7-b578-5b5392b571df" -and assignedPlan.capabilityStatus -eq "Enabled")`: true,
		`user.memberof -any (group.objectId -in ['` + group + `'])`:                                                                                        true,
		`user.memberof -any (group.objectId -in ['x'])`:                                                                                                    false,
		`Direct Reports for "a4775578-fdba-439e-ad83-8d6d5e0687d9"`:                                                                                        true,
		`user.extensionAttribute7 -eq "x"`:                                                                                                                 false,
		`user.extension_c272a57b722d4eb29bfe327874ae79cb_OfficeNumber -eq null`:                                                                            true,
		`user.userType -eq "Member" or user.city -eq "Köln" and user.city -eq "Bonn"`:                                                                      false,
		`(user.userType -eq "Guest" or user.city -eq "Köln") and user.city -eq "Bonn"`:                                                                     false,
		`user.userType -eq "Guest" or user.city -eq "Köln" and user.city -eq "Bonn"`:                                                                       true,
		`user.employeeHireDate -le (now) -plus p1d`:                                                                                                        false,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r, err := parseRule(text)
			if err != nil {
				t.Fatal(err)
			}
			err = store.View(func(tx *state.Tx) error {
				if got := r.holds(&evaluation{tx: tx, user: rulePerson()}); got != want {
					t.Errorf("holds: %v, want %v", got, want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			again, err := parseRule(r.String())
			if err != nil {
				t.Fatalf("%s does not parse: %v", r, err)
			}
			if again.String() != r.String() {
				t.Errorf("printed %q, again %q", r, again)
			}
		})
	}
}

func TestRulesRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":                    ``,
		"a property alone":           `user.userType`,
		"no such property":           `user.shoeSize -eq "44"`,
		"no such operator":           `user.userType -is "Guest"`,
		"a device":                   `device.displayName -eq "x"`,
		"a bare word as value":       `user.userType -eq Guest`,
		"text without end":           `user.userType -eq "Guest`,
		"a parenthesis without end":  `(user.userType -eq "Guest"`,
		"a parenthesis too many":     `user.userType -eq "Guest")`,
		"-in without a list":         `user.city -in "Köln"`,
		"-eq with a list":            `user.city -eq ["Köln"]`,
		"an empty list":              `user.city -in []`,
		"a list in a list":           `user.city -in [["Köln"]]`,
		"no regular expression":      `user.city -match "("`,
		"-any of a single value":     `user.city -any (_ -eq "x")`,
		"memberOf without -any":      `user.memberOf -eq "x"`,
		"_ outside of -any":          `_ -eq "x"`,
		"a boolean with -contains":   `user.accountEnabled -contains "t"`,
		"text that is no date":       `user.city -ge system.now`,
		"reports with a rest":        `Direct Reports for "x" -and user.city -eq "y"`,
		"extension attribute 16":     `user.extensionAttribute16 -eq "x"`,
		"user.… in memberOf":         `user.memberOf -any (user.city -eq "x")`,
		"an operand that is missing": `user.city -eq "x" -and`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r, err := parseRule(text); problem.ReasonOf(err) != problem.InvalidRule || r != nil {
				t.Errorf("%q: rule %v, error %v; want no rule and InvalidRule", text, r, err)
			}
		})
	}
}

func TestRuleMoment(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"p1d": now.AddDate(0, 0, 1), "-p30d": now.AddDate(0, 0, -30), "": now,
	} {
		if got, ok := (value{kind: valueNow, text: text}).moment(now); !ok || !got.Equal(want) {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
}

func FuzzRule(f *testing.F) {
	for _, s := range []string{
		`(user.objectId -ne null) and (user.userType -eq "Guest")`, `-not (user.city -in ["a",'b'] -or user.mail -match "^a")`,
		`user.otherMails -all (_ -startsWith "x" or not _ -eq null)`, `Direct Reports for "x"`,
		`user.employeeHireDate -le (system.now) -minus p3d`, "user.city -eq \"a`\"b``\"",
		`user.memberOf -any (group.objectId -notIn ["1",-5,true])`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRule(text)
		if err != nil {
			if r != nil {
				t.Errorf("an error and a rule: %v", r)
			}
			return
		}
		printed := r.String()
		if len([]rune(printed)) > maxRule {
			return
		}
		again, err := parseRule(printed)
		if err != nil {
			t.Fatalf("%q printed as %q does not parse: %v", text, printed, err)
		}
		if again.String() != printed {
			t.Errorf("%q printed as %q, then as %q", text, printed, again)
		}
	})
}
