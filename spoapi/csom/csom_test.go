package csom_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tennantite/tennantite/spoapi/csom"
)

const (
	shopType = "{268004ae-ef6b-4e9b-8425-127220d84719}"
	itemType = "{b92aeee2-c92c-4b67-abcc-024e471bc140}"
)

// shop is a small world: one object with properties, a method, a collection and a child.
type shop struct {
	name  string
	calls []string
}

func (s *shop) object() *csom.Object {
	return &csom.Object{
		Type: "Test.Shop", Identity: "shop:1\nShop",
		Current: func() []csom.Scalar {
			return []csom.Scalar{
				{Name: "Name", Value: s.name},
				{Name: "Open", Value: true},
				{Name: "Since", Value: time.Date(2016, 11, 11, 12, 3, 46, 5e6, time.UTC)},
				{Name: "Id", Value: csom.GUID("6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10")},
				{Name: "Tags", Value: []string{"a/b", "<c>"}},
				{Name: "Owner", Value: nil},
			}
		},
		Navigation: func(name string) (any, bool, error) {
			switch name {
			case "Goods":
				return &csom.Object{Type: "Test.Goods", Items: []*csom.Object{
					{Type: "Test.Good", Scalars: []csom.Scalar{{Name: "Price", Value: 3}, {Name: "Title", Value: "tea"}}},
					{Type: "Test.Good", Scalars: []csom.Scalar{{Name: "Price", Value: 4}, {Name: "Title", Value: "milk"}}},
				}}, true, nil
			case "Nothing":
				return (*csom.Object)(nil), true, nil
			}
			return nil, false, nil
		},
		Set: func(name string, v csom.Value) error {
			if name != "Name" {
				return &csom.Fault{Code: -2147024891, Type: "System.UnauthorizedAccessException", Message: "no"}
			}
			s.name = v.Text
			return nil
		},
		Call: func(name string, args []csom.Value) (any, bool, error) {
			s.calls = append(s.calls, name)
			switch name {
			case "Rename":
				s.name = csom.Arg(args, 0).Text
				return nil, true, nil
			case "Count":
				return len(args), true, nil
			case "Self":
				return s.object(), true, nil
			case "Describe":
				return csom.Arg(args, 0).Member("Title").Text, true, nil
			}
			return nil, false, nil
		},
	}
}

func (s *shop) Construct(typeID string, _ []csom.Value) (*csom.Object, error) {
	if "{"+typeID+"}" != shopType {
		return nil, &csom.Fault{Code: -1, Type: "System.ArgumentException", Message: "unknown type"}
	}
	return s.object(), nil
}

func (s *shop) Static(_, name string, args []csom.Value) (any, error) {
	if name == "Current" && args == nil {
		return s.object(), nil
	}
	return "static " + name, nil
}

func (s *shop) Identify(identity string) (*csom.Object, error) {
	if strings.EqualFold(identity, "shop:1\nShop") {
		return s.object(), nil
	}
	return nil, nil
}

func header() csom.Header { return csom.Header{LibraryVersion: "16.0.1", TraceID: "trace"} }

func request(actions, paths string) string {
	return `<Request SchemaVersion="15.0.0.0" LibraryVersion="16.0.0.0" ApplicationName="test" ` +
		`xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009"><Actions>` + actions + `</Actions><ObjectPaths>` +
		paths + `</ObjectPaths></Request>`
}

func run(t *testing.T, s *shop, text string) ([]any, string) {
	t.Helper()
	q, err := csom.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	body, err := q.Run(s, header())
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return out, string(body)
}

const (
	construct = `<Constructor Id="3" TypeId="` + shopType + `" />`
	identity  = `<Identity Id="7" Name="aaaa|SHOP:1&#xA;Shop" />`
	selectAll = `<Query SelectAllProperties="true"><Properties /></Query>`
)

func TestRun(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	for _, c := range []struct {
		name, actions, paths string
		want                 []any
	}{
		{
			"object path", `<ObjectPath Id="4" ObjectPathId="3"/>`, construct,
			[]any{4.0, m{"IsNull": false}},
		},
		{
			"all properties", `<ObjectPath Id="4" ObjectPathId="3"/><Query Id="5" ObjectPathId="3">` + selectAll + `</Query>`, construct,
			[]any{4.0, m{"IsNull": false}, 5.0, m{
				"_ObjectType_": "Test.Shop", "_ObjectIdentity_": "trace|shop:1\nShop", "Name": "corner", "Open": true,
				"Since": "/Date(2016,10,11,12,3,46,5)/", "Id": "/Guid(6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10)/",
				"Tags": []any{"a/b", "<c>"}, "Owner": nil,
			}},
		},
		{
			"chosen properties", `<Query Id="5" ObjectPathId="3"><Query SelectAllProperties="false"><Properties><Property Name="Open" ScalarProperty="true"/></Properties></Query></Query>`, construct,
			[]any{5.0, m{"_ObjectType_": "Test.Shop", "_ObjectIdentity_": "trace|shop:1\nShop", "Open": true}},
		},
		{
			"a collection with chosen members", `<Query Id="5" ObjectPathId="8"><Query SelectAllProperties="false"><Properties/></Query><ChildItemQuery SelectAllProperties="false"><Properties><Property Name="Title" ScalarProperty="true"/></Properties></ChildItemQuery></Query>`,
			construct + `<Property Id="8" ParentId="3" Name="Goods"/>`,
			[]any{5.0, m{"_ObjectType_": "Test.Goods", "_Child_Items_": []any{
				m{"_ObjectType_": "Test.Good", "Title": "tea"}, m{"_ObjectType_": "Test.Good", "Title": "milk"},
			}}},
		},
		{
			"a collection within", `<Query Id="5" ObjectPathId="3"><Query SelectAllProperties="false"><Properties><Property Name="Goods"><Query SelectAllProperties="false"><Properties/></Query><ChildItemQuery SelectAllProperties="true"><Properties/></ChildItemQuery></Property></Properties></Query></Query>`, construct,
			[]any{5.0, m{"_ObjectType_": "Test.Shop", "_ObjectIdentity_": "trace|shop:1\nShop", "Goods": m{
				"_ObjectType_": "Test.Goods", "_Child_Items_": []any{
					m{"_ObjectType_": "Test.Good", "Price": 3.0, "Title": "tea"}, m{"_ObjectType_": "Test.Good", "Price": 4.0, "Title": "milk"},
				},
			}}},
		},
		{
			"a property by another caller's identity, nothing answered", `<SetProperty Id="9" ObjectPathId="7" Name="Name"><Parameter Type="String">new</Parameter></SetProperty><ObjectIdentityQuery Id="10" ObjectPathId="7"/>`, identity,
			[]any{10.0, m{"_ObjectIdentity_": "trace|shop:1\nShop"}},
		},
		{
			"a void method answers nothing, another its value", `<Method Id="9" ObjectPathId="3" Name="Rename"><Parameters><Parameter Type="String">x</Parameter></Parameters></Method><Method Id="10" ObjectPathId="3" Name="Count"><Parameters><Parameter Type="Int32">1</Parameter><Parameter Type="Null"/></Parameters></Method>`, construct,
			[]any{10.0, 2.0},
		},
		{
			"an object by value", `<Method Id="10" ObjectPathId="3" Name="Describe"><Parameters><Parameter TypeId="` + itemType + `"><Property Name="Title" Type="String">t</Property></Parameter></Parameters></Method>`, construct,
			[]any{10.0, "t"},
		},
		{
			"a property that was just set", `<SetProperty Id="9" ObjectPathId="3" Name="Name"><Parameter Type="String">new</Parameter></SetProperty>` +
				`<Query Id="5" ObjectPathId="3"><Query SelectAllProperties="false"><Properties><Property Name="Name" ScalarProperty="true"/></Properties></Query></Query>`, construct,
			[]any{5.0, m{"_ObjectType_": "Test.Shop", "_ObjectIdentity_": "trace|shop:1\nShop", "Name": "new"}},
		},
		{
			"null", `<ObjectPath Id="4" ObjectPathId="8"/>`, construct + `<Property Id="8" ParentId="3" Name="Nothing"/>`,
			[]any{4.0, m{"IsNull": true}},
		},
		{
			"paths in any order", `<ObjectPath Id="4" ObjectPathId="8"/>`, `<Method Id="8" ParentId="2" Name="Self"/><StaticProperty Id="2" TypeId="` + itemType + `" Name="Current"/>`,
			[]any{4.0, m{"IsNull": false}},
		},
		{
			"a static method", `<StaticMethod Id="4" TypeId="` + itemType + `" Name="Now"/>`, ``,
			[]any{4.0, "static Now"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, _ := run(t, &shop{name: "corner"}, request(c.actions, c.paths))
			if diff := cmp.Diff(map[string]any{
				"SchemaVersion": "15.0.0.0", "LibraryVersion": "16.0.1", "ErrorInfo": nil, "TraceCorrelationId": "trace",
			}, got[0]); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.want, got[1:]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOrder holds that a method in an object path runs once, when the first action that needs it comes.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := &shop{name: "corner"}
	got, _ := run(t, s, request(`<SetProperty Id="9" ObjectPathId="3" Name="Name"><Parameter Type="String">later</Parameter></SetProperty>`+
		`<ObjectPath Id="4" ObjectPathId="8"/><Query Id="5" ObjectPathId="8">`+selectAll+`</Query>`,
		`<Method Id="8" ParentId="3" Name="Self"/>`+construct+`<Method Id="12" ParentId="3" Name="Rename"/>`))
	if len(s.calls) != 1 {
		t.Errorf("calls %v, want one", s.calls)
	}
	if o := got[4].(map[string]any); o["Name"] != "later" {
		t.Errorf("the object has name %v: the method ran before the property was set", o["Name"])
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	_, body := run(t, &shop{name: "a/b'\"<\u2028\x01é"}, request(`<Query Id="5" ObjectPathId="3">`+selectAll+`</Query>`, construct))
	for _, want := range []string{`"Name":"a\u002fb\u0027\"\u003c\u2028\u0001é"`, `"\/Date(2016,10,11,12,3,46,5)\/"`, `"\/Guid(`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const schema = "System.Xml.Schema.XmlSchemaValidationException"
	const client = "Microsoft.SharePoint.Client.InvalidClientQueryException"
	for _, c := range []struct{ name, text, want string }{
		{"no XML", `{"a":1}`, schema},
		{"nothing", ``, schema},
		{"another root", `<Query/>`, schema},
		{"a document type", `<!DOCTYPE a [<!ENTITY b "c">]><Request/>`, schema},
		{"an entity", `<Request><Actions>&b;</Actions></Request>`, schema},
		{"a second root", `<Request/><Request/>`, schema},
		{"a type id without braces", request(``, `<Constructor Id="3" TypeId="268004ae-ef6b-4e9b-8425-127220d84719"/>`), schema},
		{"a type id that is none", request(``, `<Constructor Id="3" TypeId="not-a-type-id"/>`), schema},
		{"an unknown action", request(`<Dance Id="1" ObjectPathId="3"/>`, construct), schema},
		{"an unknown path", request(``, `<Dance Id="3" ParentId="1"/>`), schema},
		{"an id that is no number", request(`<ObjectPath Id="a" ObjectPathId="3"/>`, construct), schema},
		{"two paths of one id", request(``, construct+construct), schema},
		{"an action on no path", request(`<ObjectPath Id="4" ObjectPathId="99"/>`, construct), client},
		{"a path that leads to itself", request(`<ObjectPath Id="4" ObjectPathId="8"/>`, `<Property Id="8" ParentId="9" Name="a"/><Property Id="9" ParentId="8" Name="b"/>`), client},
		{"a method of nothing", request(`<ObjectPath Id="4" ObjectPathId="8"/>`, construct+`<Method Id="8" ParentId="3" Name="Vanish"/>`), client},
		{"a property of nothing", request(`<ObjectPath Id="4" ObjectPathId="8"/>`, construct+`<Property Id="8" ParentId="3" Name="Vanish"/>`), client},
		{"a property of null", request(`<ObjectPath Id="4" ObjectPathId="9"/>`, construct+`<Property Id="8" ParentId="3" Name="Nothing"/><Property Id="9" ParentId="8" Name="x"/>`), "Microsoft.SharePoint.Client.NullReferenceException"},
		{"what the server refuses", request(`<SetProperty Id="9" ObjectPathId="3" Name="Open"><Parameter Type="String">x</Parameter></SetProperty>`, construct), "System.UnauthorizedAccessException"},
		{"too deep", strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100), client},
		{"too big", request(``, "<!--"+strings.Repeat("x", csom.MaxBody)+"-->"), client},
		{"too many actions", request(strings.Repeat(`<ObjectPath Id="4" ObjectPathId="3"/>`, 1001), construct), client},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q, err := csom.Parse(strings.NewReader(c.text))
			if err == nil {
				_, err = q.Run(&shop{}, header())
			}
			f, ok := csom.AsFault(err)
			if !ok || f.Type != c.want {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			var out []struct {
				ErrorInfo struct {
					ErrorCode     int
					ErrorTypeName string
				}
			}
			if err := json.Unmarshal(header().Failure(f), &out); err != nil || len(out) != 1 || out[0].ErrorInfo.ErrorTypeName != c.want || out[0].ErrorInfo.ErrorCode != f.Code {
				t.Errorf("the answer is %s (%v)", header().Failure(f), err)
			}
		})
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    csom.Value
		want any
	}{
		{csom.Value{Type: "String", Text: "true"}, "true"},
		{csom.Value{Type: "Boolean", Text: "True"}, true},
		{csom.Value{Type: "Int32", Text: "-1"}, int64(-1)},
		{csom.Value{Type: "Enum", Text: "2"}, int64(2)},
		{csom.Value{Type: "Double", Text: "1.5"}, 1.5},
		{csom.Value{Type: "Guid", Text: "{6F1D2C3B-90AB-4E57-8C1D-5A7E4B2F9D10}"}, "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"},
		{csom.Value{Type: "Null", Text: "x"}, nil},
		{csom.Value{Type: "Int32", Text: "many"}, "many"},
		{csom.Value{Type: "Array", Items: []csom.Value{{Type: "String", Text: "a"}}}, []any{"a"}},
	} {
		if diff := cmp.Diff(c.want, c.v.Native()); diff != "" {
			t.Errorf("%+v: %s", c.v, diff)
		}
	}
	if b, err := (csom.Value{Text: " TRUE "}).Bool(); err != nil || !b {
		t.Errorf("TRUE is %v, %v", b, err)
	}
	if _, err := (csom.Value{Text: "x"}).Int(); !errors.As(err, new(*csom.Fault)) {
		t.Errorf("x as a number: %v", err)
	}
	if at, err := (csom.Value{Text: "2026-01-31T00:00:00Z"}).Time(); err != nil || at.Day() != 31 {
		t.Errorf("a time is %v, %v", at, err)
	}
	if !csom.Arg(nil, 3).Null() {
		t.Error("an argument that was left out is not null")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(request(`<ObjectPath Id="4" ObjectPathId="3"/><Query Id="5" ObjectPathId="3">`+selectAll+`</Query>`, construct))
	f.Add(request(`<SetProperty Id="9" ObjectPathId="7" Name="Name"><Parameter Type="Array"><Object Type="String">a</Object></Parameter></SetProperty>`, identity))
	f.Add(request(`<ObjectPath Id="4" ObjectPathId="8"/>`, construct+`<Property Id="8" ParentId="3" Name="Goods"/>`))
	f.Add(request(`<Method Id="10" ObjectPathId="3" Name="Describe"><Parameters><Parameter ObjectPathId="3"/></Parameters></Method>`, construct))
	f.Fuzz(func(t *testing.T, text string) {
		q, err := csom.Parse(strings.NewReader(text))
		var body []byte
		if err == nil {
			body, err = q.Run(&shop{name: text}, header())
		}
		if err != nil {
			fault, ok := csom.AsFault(err)
			if !ok {
				t.Fatalf("%v is no fault", err)
			}
			body = header().Failure(fault)
		}
		if !json.Valid(body) {
			t.Fatalf("not JSON: %s", body)
		}
	})
}
