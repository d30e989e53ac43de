package odata_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
)

type wireAudit struct {
	By *string `json:"by"`
}

type wireUser struct {
	Context     string                 `json:"@odata.context,omitempty"`
	Type        string                 `json:"@odata.type,omitempty"`
	DisplayName string                 `json:"displayName"`
	Mail        *string                `json:"mail"`
	Phones      []string               `json:"businessPhones"`
	UserType    string                 `json:"userType" odata:"select"`
	Created     *time.Time             `json:"createdDateTime" odata:"select"`
	Manager     *wireUser              `json:"manager,omitempty" odata:"expand"`
	Members     []wireUser             `json:"members,omitempty" odata:"expand"`
	MembersN    *int                   `json:"members@odata.count,omitempty"`
	Download    string                 `json:"@microsoft.graph.downloadUrl,omitempty"`
	Removed     *wireAudit             `json:"@removed,omitempty" odata:"always"`
	Nick        odata.Optional[string] `json:"nick,omitzero"`
	wireAudit
	ID     string `json:"id"`
	Hidden string `json:"-"`
	secret string
}

type wirePage struct {
	Context string     `json:"@odata.context"`
	Count   *int       `json:"@odata.count,omitempty"`
	Value   []wireUser `json:"value" odata:"rows"`
	Next    string     `json:"@odata.nextLink,omitempty"`
}

type wireItem struct {
	ID      int          `json:"Id"`
	Columns odata.Object `json:"columns,omitempty" odata:"inline"`
	Author  *wireAuthor  `json:"Author,omitempty"`
}

type wireAuthor struct {
	Title string `json:"Title"`
	EMail string `json:"EMail"`
}

func shape(tb testing.TB, raw string) odata.Shape {
	tb.Helper()
	q, err := odata.ParseQuery(raw, odata.Graph)
	if err != nil {
		tb.Fatal(err)
	}
	return q.Shape()
}

func TestProject(t *testing.T) {
	t.Parallel()
	mail, one := "a@b.c", 1
	created := time.Date(2020, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	user := wireUser{
		Context: "c", DisplayName: "A <é> \"\n\x01\u2028\xff", UserType: "Guest", Created: &created,
		Manager:  &wireUser{ID: "m", Mail: &mail, UserType: "Member"},
		Members:  []wireUser{{ID: "x"}, {ID: "y", UserType: "Guest"}},
		MembersN: &one, Download: "u", ID: "i", Hidden: "h", secret: "s",
	}
	plain := wireUser{ID: "p", DisplayName: "P"}
	page := wirePage{Context: "c", Count: &one, Value: []wireUser{plain}, Next: "n"}
	item := wireItem{
		ID:      7,
		Columns: odata.Object{{Name: "Title", Value: "t"}, {Name: "Who", Value: odata.Object{{Name: "a", Value: 1}, {Name: "b", Value: nil}}}},
		Author:  &wireAuthor{Title: "T", EMail: "e"},
	}
	gone := wireUser{ID: "g", Removed: &wireAudit{}}
	for name, c := range map[string]struct {
		value any
		query string
		want  string
	}{
		"the default set": {user, "", `{"@odata.context":"c","displayName":"A <é> \"\n\u0001\u2028` + "\ufffd" +
			`","mail":null,"businessPhones":[],"members@odata.count":1,"@microsoft.graph.downloadUrl":"u","by":null,"id":"i"}`},
		"selected, in the order of the type": {
			&user, "$select=id,userType,createdDateTime,mail",
			`{"@odata.context":"c","mail":null,"userType":"Guest","createdDateTime":"2020-01-02T02:04:05Z","id":"i"}`,
		},
		"in any case":             {user, "$select=ID,USERTYPE", `{"@odata.context":"c","userType":"Guest","id":"i"}`},
		"a star and one more":     {plain, "$select=*,userType", `{"displayName":"P","mail":null,"businessPhones":[],"userType":"","by":null,"id":"p"}`},
		"an unknown name":         {plain, "$select=nothing", `{}`},
		"a named annotation":      {user, "$select=id,@microsoft.graph.downloadUrl", `{"@odata.context":"c","@microsoft.graph.downloadUrl":"u","id":"i"}`},
		"expanded":                {user, "$select=id&$expand=manager", `{"@odata.context":"c","manager":{"displayName":"","mail":"a@b.c","businessPhones":[],"by":null,"id":"m"},"id":"i"}`},
		"expanded and shaped":     {user, "$select=id&$expand=manager($select=id,userType)", `{"@odata.context":"c","manager":{"userType":"Member","id":"m"},"id":"i"}`},
		"expanded collection":     {user, "$select=id&$expand=members($select=id)", `{"@odata.context":"c","members":[{"id":"x"},{"id":"y"}],"members@odata.count":1,"id":"i"}`},
		"expanded within":         {user, "$select=id&$expand=manager($select=id;$expand=manager)", `{"@odata.context":"c","manager":{"id":"m"},"id":"i"}`},
		"all expanded":            {plain, "$select=id&$expand=*", `{"id":"p"}`},
		"all expanded, there":     {wireUser{ID: "i", Manager: &plain}, "$select=id&$expand=*", `{"manager":{"displayName":"P","mail":null,"businessPhones":[],"by":null,"id":"p"},"id":"i"}`},
		"expanded beside default": {plain, "$expand=manager", `{"displayName":"P","mail":null,"businessPhones":[],"by":null,"id":"p"}`},
		"a path":                  {user, "$select=manager/id", `{"@odata.context":"c","manager":{"id":"m"}}`},
		"the rows of a page":      {page, "$select=id", `{"@odata.context":"c","@odata.count":1,"value":[{"id":"p"}],"@odata.nextLink":"n"}`},
		"a page, default":         {&wirePage{Context: "c"}, "", `{"@odata.context":"c","value":[]}`},
		"always":                  {gone, "$select=id", `{"@removed":{"by":null},"id":"g"}`},
		"a slice":                 {[]*wireUser{&plain, nil}, "$select=id", `[{"id":"p"},null]`},
		"columns":                 {item, "", `{"Id":7,"Title":"t","Who":{"a":1,"b":null},"Author":{"Title":"T","EMail":"e"}}`},
		"columns selected":        {item, "$select=Title,Author/Title,Who/b&$expand=Author", `{"Title":"t","Who":{"b":null},"Author":{"Title":"T"}}`},
		"a map":                   {map[string]any{"b": 1, "a": []int{2}, "c": nil}, "$select=b,a", `{"a":[2],"b":1}`},
		"nothing":                 {nil, "$select=a", `null`},
		"an optional":             {wireAudited{Nick: odata.Some("n")}, "", `{"nick":"n"}`},
		"an optional null":        {wireAudited{Nick: odata.SomeNull[string]()}, "", `{"nick":null}`},
		"an optional absent":      {wireAudited{}, "", `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := odata.Project(c.value, shape(t, c.query))
			if err != nil || string(got) != c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
			if !json.Valid(got) {
				t.Error("this is no JSON")
			}
		})
	}
}

type wireAudited struct {
	Nick odata.Optional[string] `json:"nick,omitzero"`
}

type tree []tree

// What needs no projection reads back as encoding/json would have written it.
func TestProjectAgreesWithJSON(t *testing.T) {
	t.Parallel()
	type inner struct {
		F32 float32 `json:"f32"`
		Any any
	}
	type all struct {
		I8    int8            `json:"i8"`
		U     uint64          `json:"u"`
		F     float64         `json:"f"`
		Tiny  float64         `json:"tiny"`
		Huge  float64         `json:"huge"`
		B     []byte          `json:"b"`
		Raw   json.RawMessage `json:"raw"`
		Arr   [2]bool         `json:"arr"`
		Map   map[string]int  `json:"map"`
		IntM  map[int]string  `json:"intm"`
		PP    **string        `json:"pp"`
		In    inner           `json:"in"`
		T     time.Time       `json:"t"`
		Zero  time.Time       `json:"zero,omitzero"`
		Empty string          `json:"empty,omitempty"`
		NoM   map[string]int  `json:"nom,omitempty"`
		Tree  tree            `json:"tree"`
	}
	s := "s"
	ps := &s
	v := all{
		I8: -8, U: math.MaxUint64, F: 1.5, Tiny: 1e-9, Huge: 1e300, B: []byte("bytes"), Raw: json.RawMessage(`{"a":[1]}`),
		Map: map[string]int{"b": 2, "a": 1}, IntM: map[int]string{1: "x"}, PP: &ps, In: inner{0.1, []any{1.0, "x", nil}},
		T: time.Unix(1577934245, 6000).UTC(), Tree: tree{{}, {{}}},
	}
	got, err := odata.Project(v, odata.Shape{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(got, &a) != nil || json.Unmarshal(want, &b) != nil {
		t.Fatalf("no JSON: %s", got)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestProjectRefuses(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"not a number":   math.NaN(),
		"a channel":      struct{ C chan int }{},
		"broken JSON":    json.RawMessage("{"),
		"a year too far": time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC),
		"inline no object": struct {
			X int `odata:"inline"`
		}{},
	} {
		if got, err := odata.Project(v, odata.Shape{}); err == nil || got != nil {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

func TestOptionalReads(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		present, null bool
		value         string
	}{
		`{}`:            {false, false, ""},
		`{"nick":null}`: {true, true, ""},
		`{"nick":"x"}`:  {true, false, "x"},
	} {
		var v wireAudited
		if err := json.Unmarshal([]byte(in), &v); err != nil {
			t.Fatal(err)
		}
		got, ok := v.Nick.Get()
		if v.Nick.Present() != want.present || v.Nick.IsNull() != want.null || got != want.value || ok != (want.value != "") {
			t.Errorf("%s: %+v", in, v)
		}
		if out, err := json.Marshal(v); err != nil || string(out) != in {
			t.Errorf("%s comes back as %s, %v", in, out, err)
		}
	}
}

func TestPropertiesOf(t *testing.T) {
	t.Parallel()
	got := odata.PropertiesOf(&wireUser{})
	want := []string{"displayName", "mail", "businessPhones", "userType", "createdDateTime", "manager", "members", "nick", "by", "id"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if got := odata.PropertiesOf(5); got != nil {
		t.Errorf("a number has %v", got)
	}
}

func TestResourceOf(t *testing.T) {
	t.Parallel()
	mail := "a@b.c"
	created := time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)
	user := &wireUser{
		DisplayName: "A", Mail: &mail, Phones: []string{"1"}, Created: &created, Manager: &wireUser{ID: "m"},
		Members: []wireUser{{ID: "x"}}, Nick: odata.Some("n"),
	}
	for in, want := range map[string]bool{
		"displayname eq 'a' and mail eq 'A@B.c' and nick eq 'n'": true,
		"businessPhones/any(p:p eq '1')":                         true,
		"createdDateTime lt 2020-01-03":                          true,
		"manager/id eq 'm' and manager/manager/id eq null":       true,
		"members/any(m:m/id eq 'x')":                             true,
		"by eq null and nothing eq null":                         true,
		"Hidden eq 'h'":                                          false,
	} {
		if got := odata.Eval(parse(t, in), odata.ResourceOf(user)); got != want {
			t.Errorf("%s: got %v", in, got)
		}
	}
	item := wireItem{Columns: odata.Object{{Name: "Title", Value: "t"}}}
	if !odata.Eval(parse(t, "title eq 'T' and id eq 0"), odata.ResourceOf(item)) {
		t.Error("columns that stand inline are properties")
	}
	if odata.ResourceOf(5) != nil || odata.ResourceOf((*wireUser)(nil)) != nil {
		t.Error("only structs are resources")
	}
}
