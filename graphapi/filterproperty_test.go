package graphapi

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// truth is what a filter comes out as: yes, no, or null.
type truth int

const (
	no truth = iota
	yes
	unknown
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// oracle is a filter as text, and as the plain meaning of that text.
type oracle struct {
	text string
	of   func(state.User) truth
}

// words are what properties and literals are made of, few, so that they meet.
var words = []string{"", "ann", "Ann", "annie", "bob", "Bob's", "zoë", "ZOË", "a b"}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func same(a, b string) bool { return strings.EqualFold(a, b) }

// textProperty is a property that is text or, where it is empty, null.
type textProperty struct {
	name string
	of   func(state.User) string
}

func textProperties() []textProperty {
	return []textProperty{
		{"displayName", func(u state.User) string { return u.DisplayName }},
		{"mail", func(u state.User) string { return u.Mail }},
		{"userPrincipalName", func(u state.User) string { return u.UserPrincipalName }},
		{"id", func(u state.User) string { return u.ID }},
		{"userType", func(u state.User) string { return string(u.Type) }},
		{"jobTitle", func(u state.User) string { return u.JobTitle }},
	}
}

func drawComparison(t *rapid.T) oracle {
	p := rapid.SampledFrom(textProperties()).Draw(t, "property")
	value := rapid.SampledFrom(append(words[1:], "Guest", "member", "id-1", "id-2", "ann@x", "bob@x")).Draw(t, "value")
	null := rapid.Bool().Draw(t, "null") && p.name != "id"
	switch rapid.SampledFrom([]string{"eq", "ne", "startswith", "in"}).Draw(t, "operator") {
	case "eq":
		if null {
			return oracle{p.name + " eq null", func(u state.User) truth { return truthOf(p.of(u) == "") }}
		}
		return oracle{p.name + " eq " + quote(value), func(u state.User) truth { return truthOf(same(p.of(u), value)) }}
	case "ne":
		if null {
			return oracle{p.name + " ne null", func(u state.User) truth { return truthOf(p.of(u) != "") }}
		}
		return oracle{p.name + " ne " + quote(value), func(u state.User) truth { return truthOf(!same(p.of(u), value)) }}
	case "in":
		other := rapid.SampledFrom(words[1:]).Draw(t, "other")
		return oracle{p.name + " in (" + quote(value) + "," + quote(other) + ")", func(u state.User) truth {
			return truthOf(same(p.of(u), value) || same(p.of(u), other))
		}}
	}
	return oracle{"startsWith(" + p.name + "," + quote(value) + ")", func(u state.User) truth {
		if p.of(u) == "" {
			return unknown
		}
		return truthOf(strings.HasPrefix(strings.ToLower(p.of(u)), strings.ToLower(value)))
	}}
}

func drawLambda(t *rapid.T) oracle {
	value := rapid.SampledFrom([]string{"ann@x", "BOB@x", "c@x"}).Draw(t, "address")
	path, prefix, of := "otherMails", "", func(u state.User) []string { return u.OtherMails }
	if rapid.Bool().Draw(t, "proxy") {
		path, prefix, of = "proxyAddresses", "smtp:", func(u state.User) []string { return u.ProxyAddresses }
	}
	return oracle{fmt.Sprintf("%s/any(x:x eq %s)", path, quote(prefix+value)), func(u state.User) truth {
		return truthOf(slices.ContainsFunc(of(u), func(v string) bool { return same(v, prefix+value) }))
	}}
}

func drawFilter(t *rapid.T, depth int) oracle {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	switch {
	case depth == 0 || kind <= 1:
		return drawComparison(t)
	case kind == 2:
		return drawLambda(t)
	case kind == 3:
		x := drawFilter(t, depth-1)
		return oracle{"not (" + x.text + ")", func(u state.User) truth {
			switch x.of(u) {
			case yes:
				return no
			case no:
				return yes
			case unknown:
			}
			return unknown
		}}
	}
	a, b := drawFilter(t, depth-1), drawFilter(t, depth-1)
	if kind == 4 {
		return oracle{"(" + a.text + ") and (" + b.text + ")", func(u state.User) truth {
			x, y := a.of(u), b.of(u)
			switch {
			case x == no || y == no:
				return no
			case x == unknown || y == unknown:
				return unknown
			}
			return yes
		}}
	}
	return oracle{"(" + a.text + ") or (" + b.text + ")", func(u state.User) truth {
		x, y := a.of(u), b.of(u)
		switch {
		case x == yes || y == yes:
			return yes
		case x == unknown || y == unknown:
			return unknown
		}
		return no
	}}
}

func drawUser(t *rapid.T, i int) state.User {
	word := func(label string) string { return rapid.SampledFrom(words).Draw(t, label) }
	address := func(label string) string {
		return rapid.SampledFrom([]string{"ann@x", "Bob@x", "c@x", "d@x"}).Draw(t, label)
	}
	u := state.User{
		TenantID: "t", ID: fmt.Sprintf("id-%d", i), DisplayName: word("displayName"), JobTitle: word("jobTitle"),
		UserPrincipalName: fmt.Sprintf("%s%d", word("upn"), i),
		Type:              rapid.SampledFrom([]state.UserType{state.Member, state.Guest, ""}).Draw(t, "type"),
	}
	if rapid.Bool().Draw(t, "hasMail") {
		u.Mail = address("mail")
	}
	if rapid.Bool().Draw(t, "hasOther") {
		u.OtherMails = []string{address("other"), address("another")}
	}
	if rapid.Bool().Draw(t, "hasProxy") {
		u.ProxyAddresses = []string{"SMTP:" + address("proxy")}
	}
	return u
}

// TestFiltersMeanWhatTheySay compares the users that a filter leaves, found through whatever index helps, with what a
// plain reading of the filter says about each of them.
func TestFiltersMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		store := state.New(state.Options{})
		var all []state.User
		for i := range rapid.IntRange(0, 8).Draw(t, "users") {
			all = append(all, drawUser(t, i))
		}
		o := drawFilter(t, 3)
		filter, err := odata.ParseFilter(o.text)
		if err != nil {
			t.Fatalf("%s: %v", o.text, err)
		}
		err = store.Update(func(tx *state.Tx) error {
			for _, u := range all {
				tx.PutUser(u)
			}
			var got, want []string
			for u := range usersFor(tx, "t", filter, "") {
				if odata.Eval(filter, userResource{u}) {
					got = append(got, u.ID)
				}
			}
			for _, u := range all {
				if o.of(u) == yes {
					want = append(want, u.ID)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s leaves %v, want %v", o.text, got, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
