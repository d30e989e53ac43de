package odata_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "",
		"$select=id,displayName&$top=5&$count=true": "$select=id,displayName&$top=5&$count=true",
		"%24select=id,id":                     "$select=id",
		"select=id&expand=fields(select=a,b)": "$select=id&$expand=fields($select=a,b)",
		"$expand=children($select=id;$top=5;$expand=x($filter=a eq 'b;)')),permissions": "$expand=children($select=id;$top=5;$expand=x($filter=a eq 'b;)')),permissions",
		"$filter=userType%20eq%20'Guest'":                                               "$filter=userType eq 'Guest'",
		"$filter=mail+eq+'a%2Bb@c.d'":                                                   "$filter=mail eq 'a+b@c.d'",
		"$orderBy=displayName+DESC,id asc":                                              "$orderby=displayName desc,id",
		"$skip=3&$skipToken=abc%3D":                                                     "$skip=3&$skiptoken=abc=",
		"token=latest&$deltatoken=x":                                                    "$deltatoken=x&token=latest",
		"search=abc&format=x":                                                           "search=abc&format=x",
		"$search=\"displayName:x\"&$count=false":                                        "$search=\"displayName:x\"&$count=false",
		"$format=json&&":                                                                "$format=json",
		"@a1='x'&@a2='y'":                                                               "@a1='x'&@a2='y'",
		"@microsoft.graph.conflictBehavior=rename":                                      "@microsoft.graph.conflictBehavior=rename",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			q, err := odata.ParseQuery(in, odata.Graph)
			if err != nil || q.String() != want {
				t.Fatalf("got %v, %v; want %s", q, err, want)
			}
			again, err := odata.ParseQuery(q.Encode(), odata.Graph)
			if err != nil || again.String() != want {
				t.Errorf("%s comes back as %v, %v", q.Encode(), again, err)
			}
		})
	}
}

func TestParseQuerySharePoint(t *testing.T) {
	t.Parallel()
	q, err := odata.ParseQuery("$select=*,Author/Title&$Expand=Author&%24skiptoken=Paged%3dTRUE%26p_ID%3d4&%24top=4&select=x", odata.SharePoint)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(q.Select, odata.Select{"*", "Author/Title"}) || q.Expands("author") == nil || q.Expands("Editor") != nil {
		t.Errorf("select %v, expand %v", q.Select, q.Expand)
	}
	if q.SkipToken != "Paged=TRUE&p_ID=4" || q.Top != 4 || q.Skip != odata.None || q.Custom.Get("select") != "x" {
		t.Errorf("got %+v", q)
	}
	if !q.Has("top") || q.Has("skip") || !q.Custom.Has("Select") || q.Custom.Has("x") {
		t.Errorf("given %v, custom %v", q.Given, q.Custom)
	}
}

func TestParseQueryRefuses(t *testing.T) {
	t.Parallel()
	for in, target := range map[string]string{
		"$top=x":               "$top",
		"$top=-1":              "$top",
		"$top=99999999999":     "$top",
		"$skip=1.5":            "$skip",
		"$top=1&$top=1":        "$top",
		"$top=1&top=1":         "$top",
		"$count=maybe":         "$count",
		"$select=":             "$select",
		"$select=a,":           "$select",
		"$select=a b":          "$select",
		"$select=1a":           "$select",
		"$orderby=a up":        "$orderby",
		"$orderby=":            "$orderby",
		"$orderby=a desc x":    "$orderby",
		"$expand=a(":           "$expand",
		"$expand=a(b)":         "$expand",
		"$expand=a($search=x)": "$expand",
		"$expand=a,a":          "$expand",
		"$expand=a($top=x)":    "$top",
		"$expand=":             "$expand",
		"$expand=" + strings.Repeat("a($expand=", 10) + "b" + strings.Repeat(")", 10): "$expand",
		"$filter=":     "$filter",
		"$filter=a eq": "$filter",
		"$search=":     "$search",
		"$nothing=1":   "$nothing",
		"$select=%zz":  "$select",
		"%zz=1":        "%zz",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			q, err := odata.ParseQuery(in, odata.Graph)
			if e := problem.As(err); q != nil || e.Kind != problem.Invalid || e.Target != target {
				t.Errorf("got %v, %v %q, want %q", q, e.Kind, e.Target, target)
			}
		})
	}
	if _, err := odata.ParseQuery(strings.Repeat("a", odata.MaxQuery+1), odata.Graph); problem.KindOf(err) != problem.TooLarge {
		t.Errorf("a huge query: %v", err)
	}
}

func TestNextQuery(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                 "$skiptoken=t%3D",
		"$top=2&$filter=a%20eq%20'b'":      "$top=2&$filter=a%20eq%20'b'&$skiptoken=t%3D",
		"%24skiptoken=x&$skip=2&select=id": "select=id&$skiptoken=t%3D",
	} {
		if got := odata.NextQuery(in, "t="); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestSkipToken(t *testing.T) {
	t.Parallel()
	query := func(raw string) *odata.Query {
		q, err := odata.ParseQuery(raw, odata.Graph)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	q := query("$filter=a eq 'b'&$top=2")
	token := odata.SkipToken{After: []string{"Ädele", "7"}, Options: q.Hash()}.Encode()
	next := query(odata.NextQuery("$filter=a+eq+'b'&$top=5", token))
	got, err := next.DecodeSkipToken()
	if err != nil || !slices.Equal(got.After, []string{"Ädele", "7"}) {
		t.Errorf("got %v, %v", got, err)
	}
	for name, bad := range map[string]*odata.Query{
		"another query": query(odata.NextQuery("$filter=a eq 'c'", token)),
		"nothing":       query("$skiptoken="),
		"cut":           query("$filter=a eq 'b'&$skiptoken=" + token[:len(token)-2]),
		"no base64":     query("$filter=a eq 'b'&$skiptoken=!!"),
	} {
		if got, err := bad.DecodeSkipToken(); problem.As(err).Target != "$skiptoken" || got.After != nil {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	for i := range token {
		c := byte('A')
		if token[i] == c {
			c = 'B'
		}
		changed := query("$filter=a eq 'b'&$skiptoken=" + token[:i] + string(c) + token[i+1:])
		if _, err := changed.DecodeSkipToken(); err == nil {
			t.Errorf("the token with another character at %d passes", i)
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	user := odata.Object{
		{Name: "displayName", Value: "Megan Bowen-Smith"},
		{Name: "description", Value: "OneVideo 2"},
		{Name: "mail", Value: "megan@contoso.com"},
		{Name: "otherMails", Value: []string{"a@b.c"}},
		{Name: "jobTitle", Value: nil},
	}
	for in, want := range map[string]struct {
		canonical string
		holds     bool
	}{
		`"displayName:meg"`:                 {`"displayName:meg"`, true},
		`"displayName:egan"`:                {`"displayName:egan"`, false},
		`"displayName:bowen megan"`:         {`"displayName:bowen megan"`, true},
		`"displayName:smith"`:               {`"displayName:smith"`, true},
		`"displayName:bowen-smith"`:         {`"displayName:bowen-smith"`, true},
		`"displayName:bowen-jones"`:         {`"displayName:bowen-jones"`, false},
		`"mail:megan@"`:                     {`"mail:megan@"`, true},
		`"mail:contoso"`:                    {`"mail:contoso"`, false},
		`"otherMails:A@"`:                   {`"otherMails:A@"`, true},
		`"jobTitle:x"`:                      {`"jobTitle:x"`, false},
		`"description:video"`:               {`"description:video"`, true},
		`"one"`:                             {`"one"`, true},
		`megan`:                             {`"megan"`, true},
		`"displayName:x" OR "mail:megan"`:   {`"displayName:x" OR "mail:megan"`, true},
		`"displayName:meg" AND "mail:x"`:    {`"displayName:meg" AND "mail:x"`, false},
		`"displayName:meg" "mail:m"`:        {`"displayName:meg" AND "mail:m"`, true},
		`"a" OR "megan" AND "bowen"`:        {`"a" OR "megan" AND "bowen"`, true},
		`("a" OR "megan") AND "x"`:          {`("a" OR "megan") AND "x"`, false},
		`"a" OR ("megan" OR "x")`:           {`"a" OR ("megan" OR "x")`, true},
		`"megan" AND ("bowen" AND "smith")`: {`"megan" AND ("bowen" AND "smith")`, true},
		`NOT "megan"`:                       {`NOT "megan"`, false},
		`NOT("x" OR "y")`:                   {`NOT ("x" OR "y")`, true},
		`"with \"quotes\" and \\"`:          {`"with \"quotes\" and \\"`, false},
		`ORANGE`:                            {`"ORANGE"`, false},
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			s, err := odata.ParseSearch(in)
			if err != nil {
				t.Fatal(err)
			}
			if s.String() != want.canonical {
				t.Errorf("prints %s, want %s", s, want.canonical)
			}
			if got := odata.MatchSearch(s, user, "displayName", "description"); got != want.holds {
				t.Errorf("got %v, want %v", got, want.holds)
			}
		})
	}
	for _, in := range []string{
		``, ` `, `"`, `"a`, `""`, `"displayName:"`, `AND`, `"a" AND`, `OR "a"`, `("a"`, `"a")`, `displayName:x`, `NOT`,
		strings.Repeat("(", 500) + `"a"`, strings.Repeat("a", odata.MaxSearch+1),
	} {
		if s, err := odata.ParseSearch(in); s != nil || problem.As(err).Target != "$search" {
			t.Errorf("%.20s: got %v, %v", in, s, err)
		}
	}
	var terms []string
	s, _ := odata.ParseSearch(`"a" AND NOT ("mail:b" OR c)`)
	odata.WalkTerms(s, func(t odata.Term) { terms = append(terms, t.Property+"/"+t.Text) })
	if want := []string{"/a", "mail/b", "/c"}; !slices.Equal(terms, want) {
		t.Errorf("terms %v, want %v", terms, want)
	}
}

func TestSort(t *testing.T) {
	t.Parallel()
	rows := func() []odata.Object {
		row := func(id int, name any, n any) odata.Object {
			return odata.Object{{"id", id}, {"name", name}, {"in", odata.Object{{"n", n}}}}
		}
		return []odata.Object{row(1, "b", 2), row(2, "A", 1), row(3, nil, 2), row(4, "B", nil)}
	}
	for in, want := range map[string][]int64{
		"name":           {3, 2, 1, 4},
		"name desc":      {1, 4, 2, 3},
		"name,id desc":   {3, 2, 4, 1},
		"in/n desc,name": {3, 1, 2, 4},
		"nothing":        {1, 2, 3, 4},
	} {
		orders, err := odata.ParseOrderBy(in)
		if err != nil {
			t.Fatal(err)
		}
		items := rows()
		odata.Sort(items, orders)
		var got []int64
		for _, r := range items {
			id, _ := r.Property("id")
			got = append(got, int64(id.(int)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}
