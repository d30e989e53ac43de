package odata_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

func parse(tb testing.TB, s string) odata.Expr {
	tb.Helper()
	e, err := odata.ParseFilter(s)
	if err != nil {
		tb.Fatalf("%s: %v", s, err)
	}
	return e
}

func TestFilterPrints(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a eq 'b'":                                        "a eq 'b'",
		"a EQ 'b' AND NOT c":                              "a eq 'b' and not c",
		"UserPrincipalName eq ('x')":                      "UserPrincipalName eq 'x'",
		"(ItemState eq 1) and (ItemType eq 1)":            "ItemState eq 1 and ItemType eq 1",
		"a or b and c":                                    "a or b and c",
		"(a or b) and c":                                  "(a or b) and c",
		"a or (b or c)":                                   "a or (b or c)",
		"not a eq 1":                                      "not (a eq 1)",
		"not(startsWith(a,'b'))":                          "not startswith(a,'b')",
		"(not a) eq true":                                 "(not a) eq true",
		"not not a":                                       "not (not a)",
		"a in ('x', 'y',null,5)":                          "a in ('x','y',null,5)",
		"not (a in ('x'))":                                "not (a in ('x'))",
		"groupTypes/any(c:c eq 'Unified')":                "groupTypes/any(c:c eq 'Unified')",
		"NOT groupTypes/Any(c : c eq 'Unified')":          "not groupTypes/any(c:c eq 'Unified')",
		"otherMails/any()":                                "otherMails/any()",
		"a/all(x:x/b/any(y:y eq x/c))":                    "a/all(x:x/b/any(y:y eq x/c))",
		"Link ne null and Link/Scope eq 'anonymous'":      "Link ne null and Link/Scope eq 'anonymous'",
		"a eq 0A1B2C3D-0000-1111-2222-333344445555":       "a eq 0a1b2c3d-0000-1111-2222-333344445555",
		"a eq guid'0a1b2c3d-0000-1111-2222-333344445555'": "a eq 0a1b2c3d-0000-1111-2222-333344445555",
		"a ge datetime'2020-01-02T03:04:05'":              "a ge 2020-01-02T03:04:05Z",
		"a ge 2020-01-02T03:04:05.6+02:00":                "a ge 2020-01-02T01:04:05.6Z",
		"a ge 2020-01-02":                                 "a ge 2020-01-02T00:00:00Z",
		"a eq 5L or b eq 1.50m or c eq -3 or d eq 1e3":    "a eq 5 or b eq 1.5 or c eq -3 or d eq 1000.0",
		"a eq TRUE and b eq Null":                         "a eq true and b eq null",
		"a eq 'it''s'":                                    "a eq 'it''s'",
		"null/x eq 1":                                     "null/x eq 1",
		"in/x eq 1":                                       "in/x eq 1",
		"5 lt a":                                          "5 lt a",
		"Flags has 4":                                     "Flags has 4",
		"tolower(concat(a,'b')) eq 'c'":                   "tolower(concat(a,'b')) eq 'c'",
		"members/$count gt 2":                             "members/$count gt 2",
		"@odata.type eq 'x'":                              "@odata.type eq 'x'",
		"Größe gt 1":                                      "Größe gt 1",
		"(a eq 1) eq (b eq 2)":                            "(a eq 1) eq (b eq 2)",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			got := parse(t, in).String()
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if again := parse(t, got).String(); again != got {
				t.Errorf("%s comes back as %s", got, again)
			}
		})
	}
}

func TestFilterRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", " ", "a eq", "eq 'b'", "a eq 'b", "a eq 'b''", "a eq b c", "a ==  b", "(a", "a)", "a eq 1 and", "not", "a in", "a in ()",
		"a in ('x'", "a in (b)", "a/any(x)", "a/any(x:)", "a/all()", "a/foo(x:x)", "a/", "a//b", "/a", "nofunction(a)", "startswith(a)",
		"startswith(a,'b','c')", "contains(,)", "a eq 12ab", "a eq guid'x'", "a eq datetime'x'", "a eq 2020-13-01", "a;b", "a eq \"b\"",
		"a eq $", "a eq 99999999999999999999L", "a eq 1e999", "a eq \x00", "a eq \xff",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			e, err := odata.ParseFilter(in)
			if p := problem.As(err); e != nil || p.Kind != problem.Invalid || p.Target != "$filter" {
				t.Errorf("got %v, %v", e, err)
			}
		})
	}
	for name, in := range map[string]string{
		"nested parentheses": strings.Repeat("(", 5000) + "a" + strings.Repeat(")", 5000),
		"nested not":         strings.Repeat("not ", 5000) + "a",
		"nested functions":   strings.Repeat("trim(", 3000) + "a" + strings.Repeat(")", 3000),
		"nested lambdas":     strings.Repeat("a/any(x:", odata.MaxLambdaDepth+1) + "a" + strings.Repeat(")", odata.MaxLambdaDepth+1),
		"long":               "a eq '" + strings.Repeat("x", odata.MaxFilter) + "'",
		"long list":          "a in (1" + strings.Repeat(",1", odata.MaxInList) + ")",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if e, err := odata.ParseFilter(in); e != nil || problem.ReasonOf(err) != problem.LimitExceeded {
				t.Errorf("got an expression %v, %v", e != nil, err)
			}
		})
	}
	deepest := strings.Repeat("a/any(x:", odata.MaxLambdaDepth) + "a" + strings.Repeat(")", odata.MaxLambdaDepth)
	parse(t, deepest+" or "+deepest)
	wide := parse(t, "a eq 1"+strings.Repeat(" or a eq 1", 2000))
	if odata.Eval(wide, odata.Object{}) {
		t.Error("a wide filter holds for nothing")
	}
}

var moment = time.Date(2020, 3, 4, 5, 6, 7, 0, time.FixedZone("", 3600))

func sample() odata.Object {
	mail := "Megan@Contoso.com"
	return odata.Object{
		{"displayName", "Megan Bowen"},
		{"mail", &mail},
		{"surname", nil},
		{"accountEnabled", true},
		{"age", 42},
		{"ratio", 2.5},
		{"created", moment},
		{"createdText", "2020-03-04T04:06:07Z"},
		{"flags", int64(6)},
		{"roles", "read, write"},
		{"id", "0A1B2C3D-0000-1111-2222-333344445555"},
		{"empty", []string{}},
		{"missing", (*string)(nil)},
		{"proxyAddresses", []string{"SMTP:megan@contoso.com", "smtp:m@contoso.com"}},
		{"identities", []any{
			odata.Object{{"issuer", "a"}, {"issuerAssignedId", "x"}},
			odata.Object{{"issuer", "b"}, {"issuerAssignedId", "y"}},
		}},
		{"initiatedBy", odata.Object{{"user", odata.Object{{"id", "u1"}}}, {"app", nil}}},
	}
}

func TestEval(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"displayName eq 'megan bowen'": true,
		"DisplayName ne 'x'":           true,
		"displayName gt 'LARA'":        true,
		"displayName lt 'LARA'":        false,
		"displayName ge 'megan bowen' and displayName le 'MEGAN BOWEN'": true,
		"'megan bowen' eq displayName":                                  true,
		"mail eq 'megan@contoso.com'":                                   true,
		"accountEnabled":                                                true,
		"accountEnabled eq true":                                        true,
		"accountEnabled eq 'true'":                                      true,
		"not accountEnabled":                                            false,
		"age eq 42 and age eq '42' and age ge 41.5 and ratio lt 3 and ratio eq 2.5": true,
		"age eq 'x'":                                 false,
		"age ne 'x'":                                 true,
		"age gt 'x'":                                 false,
		"created eq 2020-03-04T04:06:07Z":            true,
		"created gt '2020-03-04'":                    true,
		"createdText gt 2020-03-04T00:00:00Z":        true,
		"createdText lt 2020-03-04T00:00:00Z":        false,
		"id eq 0a1b2c3d-0000-1111-2222-333344445555": true,
		// Null.
		"surname eq null":                  true,
		"null eq surname":                  true,
		"missing eq null":                  true,
		"unknown eq null":                  true,
		"surname ne null":                  false,
		"surname eq 'x'":                   false,
		"surname ne 'x'":                   true,
		"surname gt 'x'":                   false,
		"not (surname gt 'x')":             true,
		"surname":                          false,
		"not surname":                      false,
		"startswith(surname,'x')":          false,
		"not startswith(surname,'x')":      false,
		"surname or accountEnabled":        true,
		"surname and accountEnabled":       false,
		"not (surname and accountEnabled)": false,
		"not (surname and age eq 1)":       true,
		"not (surname or age eq 1)":        false,
		// Lists.
		"displayName in ('x','MEGAN BOWEN')": true,
		"age in (1,42)":                      true,
		"surname in ('x',null)":              true,
		"age in (1)":                         false,
		// Functions.
		"startsWith(displayName,'MEG')":                                                   true,
		"startswith(displayName,'egan')":                                                  false,
		"startswith(displayName,'Megan Bowen x')":                                         false,
		"endsWith(mail,'@CONTOSO.com')":                                                   true,
		"contains(displayName,'AN B')":                                                    true,
		"substringof('an b',displayName)":                                                 true,
		"substringof(displayName,'an b')":                                                 false,
		"tolower(displayName) eq 'megan bowen' and toupper(displayName) eq 'MEGAN BOWEN'": true,
		"length(displayName) eq 11":                                                       true,
		"length('äö') eq 2":                                                               true,
		"indexof(displayName,'bowen') eq 6":                                               true,
		"indexof(displayName,'x') eq -1":                                                  true,
		"substring(displayName,6) eq 'Bowen' and substring(displayName,0,5) eq 'Megan'":   true,
		"substring(displayName,99,-1) eq ''":                                              true,
		"concat(displayName,'!') eq 'megan bowen!'":                                       true,
		"trim(' x ') eq 'x'":                                                              true,
		"year(created) eq 2020 and month(created) eq 3 and day(created) eq 4 and hour(created) eq 4 and minute(created) eq 6 and second(created) eq 7": true,
		"year(createdText) eq 2020":   true,
		"date(created) eq 2020-03-04": true,
		"round(ratio) eq 3 and floor(ratio) eq 2 and ceiling(ratio) eq 3 and round(age) eq 42": true,
		"length(age) eq 2":          false,
		"startswith(displayName,5)": false,
		"flags has 4":               true,
		"flags has 1":               false,
		"roles has 'Write'":         true,
		"roles has 'own'":           false,
		"surname has 'x'":           false,
		// Collections and paths.
		"proxyAddresses/any(p:startswith(p,'smtp:m@'))":                   true,
		"proxyAddresses/any(p:p eq 'x')":                                  false,
		"proxyAddresses/all(p:startswith(p,'SMTP'))":                      true,
		"proxyAddresses/all(p:endswith(p,'m@contoso.com'))":               false,
		"proxyAddresses/any()":                                            true,
		"proxyAddresses/$count eq 2":                                      true,
		"empty/any()":                                                     false,
		"empty/any(x:x eq null)":                                          false,
		"empty/all(x:x eq 'a')":                                           true,
		"unknown/any(x:x eq 'a')":                                         false,
		"identities/any(i:i/issuer eq 'A' and i/issuerAssignedId eq 'x')": true,
		"identities/any(i:i/issuer eq 'a' and i/issuerAssignedId eq 'y')": false,
		"identities/any(i:identities/any(j:j/issuer eq 'b' and i/issuer eq 'a' and age eq 42))": true,
		"initiatedBy/user/id eq 'u1'": true,
		"initiatedBy/app/id eq null":  true,
		"displayName/x eq null":       true,
		// Precedence.
		"age eq 1 and age eq 2 or age eq 42":   true,
		"age eq 1 and (age eq 2 or age eq 42)": false,
		"(age eq 42) eq true":                  true,
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			if got := odata.Eval(parse(t, in), sample()); got != want {
				t.Errorf("got %v", got)
			}
		})
	}
	if !odata.Eval(nil, sample()) {
		t.Error("no filter holds")
	}
}

func TestEvalTakesWhatResourcesGive(t *testing.T) {
	t.Parallel()
	text, number, big, ratio, flag := "x", 5, int64(6), 1.5, true
	type kind string
	r := odata.ResourceOf(struct {
		Text    *string
		Number  *int
		Big     *int64
		Ratio   *float64
		Flag    *bool
		At      *time.Time
		Small   int32
		Tiny    uint8
		Half    float32
		Kind    kind
		Kinds   []kind
		On      struct{ Deep *struct{ X int } }
		None    *int
		Nothing *time.Time
	}{Text: &text, Number: &number, Big: &big, Ratio: &ratio, Flag: &flag, At: &moment, Small: 7, Tiny: 8, Half: 2.5, Kind: "k", Kinds: []kind{"l"}})
	for _, s := range []string{
		"text eq 'X'", "number eq 5", "big eq 6", "ratio eq 1.5", "flag", "year(at) eq 2020", "small eq 7", "tiny eq 8", "half eq 2.5",
		"kind eq 'K'", "kinds/any(k:k eq 'L')", "on/deep/x eq null", "none eq null", "nothing eq null", "floor(half) eq 2",
	} {
		if !odata.Eval(parse(t, s), r) {
			t.Errorf("%s should hold", s)
		}
	}
}

func TestIndexUsable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"mail eq 'a'":                     "'a'",
		"'a' eq Mail":                     "'a'",
		"x eq 1 and (mail eq null and y)": "null",
		"mail eq 'a' or x eq 1":           "",
		"not (mail eq 'a')":               "",
		"mail eq other":                   "",
		"mail ne 'a'":                     "",
		"tolower(mail) eq 'a'":            "",
	} {
		l, ok := odata.EqualsOn(parse(t, in), "mail")
		if got := map[bool]string{true: l.String(), false: ""}[ok]; got != want {
			t.Errorf("EqualsOn %s: got %s, want %s", in, got, want)
		}
	}
	if _, ok := odata.EqualsOn(nil, "mail"); ok {
		t.Error("no filter says nothing")
	}
	for in, want := range map[string]string{
		"id eq '1' or id eq '2' or id in ('3','4')": "['1' '2' '3' '4']",
		"id eq '1'":             "['1']",
		"id eq '1' or x eq '2'": "",
		"id eq '1' and x":       "",
	} {
		l, ok := odata.AnyOf(parse(t, in), "id")
		if got := map[bool]string{true: fmt.Sprint(l), false: ""}[ok]; got != want {
			t.Errorf("AnyOf %s: got %s, want %s", in, got, want)
		}
	}
}

func TestWalkExpr(t *testing.T) {
	t.Parallel()
	var got []string
	odata.Walk(parse(t, "not (a eq 'x') and b/any(c:startswith(c,'y')) or d in (1)"), func(e odata.Expr) bool {
		got = append(got, fmt.Sprintf("%T", e)[len("odata."):])
		return true
	})
	want := strings.Fields("Binary Binary Not Binary Path Literal Lambda Path Function Path Literal In Path Literal")
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	n := 0
	odata.Walk(parse(t, "a eq 1"), func(odata.Expr) bool { n++; return false })
	if n != 1 {
		t.Errorf("the walk went on %d times", n)
	}
}
