package odata_test

import (
	"encoding/json"
	"testing"

	"github.com/tennantite/tennantite/emulator/odata"
)

const benchFilter = "userType eq 'Guest' and startswith(displayName,'meg') and proxyAddresses/any(p:p eq 'smtp:m@contoso.com')"

func BenchmarkParsePath(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := odata.ParsePath("/drives/b!x/items/root:/dir/a%20b.bin:/children", odata.Graph); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseFilter(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := odata.ParseFilter(benchFilter); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	e := parse(b, benchFilter)
	r := append(odata.Object{{Name: "userType", Value: "Guest"}}, sample()...)
	b.ReportAllocs()
	for b.Loop() {
		if !odata.Eval(e, r) {
			b.Fatal("the filter should hold")
		}
	}
}

func BenchmarkEvalStruct(b *testing.B) {
	e := parse(b, "userType eq 'Guest' and startswith(displayName,'meg')")
	r := odata.ResourceOf(&wireUser{UserType: "Guest", DisplayName: "Megan"})
	b.ReportAllocs()
	for b.Loop() {
		if !odata.Eval(e, r) {
			b.Fatal("the filter should hold")
		}
	}
}

func benchUsers() []wireUser {
	mail := "megan@contoso.com"
	users := make([]wireUser, 100)
	for i := range users {
		users[i] = wireUser{ID: "0a1b2c3d-0000-1111-2222-333344445555", DisplayName: "Megan Bowen", Mail: &mail, UserType: "Guest"}
	}
	return users
}

func BenchmarkProject(b *testing.B) {
	users := benchUsers()
	s := shape(b, "$select=id,displayName,mail,userType")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buf, err = odata.AppendJSON(buf[:0], users, s); err != nil {
			b.Fatal(err)
		}
	}
}

// The yardstick for BenchmarkProject: the standard encoder without any selection.
func BenchmarkStandardJSON(b *testing.B) {
	users := benchUsers()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(users); err != nil {
			b.Fatal(err)
		}
	}
}
