package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/fixtures"
)

// discard is a client that reads nothing: what is measured is the emulator.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// front is the front door of a world of 120 people and 250 files, without a network.
type front struct {
	*testing.B
	door  http.Handler
	token string
}

func newFront(b *testing.B) *front {
	b.Helper()
	builtin, err := emulator.Fixture(emulator.DefaultFixture)
	if err != nil {
		b.Fatal(err)
	}
	var more strings.Builder
	more.WriteString("tenants:\n  contoso:\n    users:\n")
	for i := range 120 {
		fmt.Fprintf(&more, "      person%03d: {displayName: Person %03d, userPrincipalName: person%03d@contoso.com}\n", i, i, i)
	}
	more.WriteString("    sites:\n      speed:\n        path: /sites/speed\n        title: Speed\n        libraries:\n          Documents:\n            files:\n")
	for i := range 250 {
		fmt.Fprintf(&more, "              Folder %d/File %03d.txt: {text: \"file %d\"}\n", i%5, i, i)
	}
	door := emulator.Start(b, func(o *emulator.Options) {
		o.Fixtures = []fixtures.Source{builtin, {Name: "speed.yaml", Text: []byte(more.String())}}
	})
	f := &front{B: b, door: door}
	var t struct {
		Token string `json:"access_token"`
	}
	f.read(tokenCall(), &t)
	f.token = t.Token
	return f
}

type call struct{ method, address, kind, body string }

func tokenCall() call {
	return call{
		http.MethodPost, "http://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token", "application/x-www-form-urlencoded",
		"grant_type=client_credentials&client_id=6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10&client_secret=tennantite-secret&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
	}
}

// request is a call as a listener hands it to the front door.
func (f *front) request(c call) *http.Request {
	r, err := http.NewRequest(c.method, c.address, strings.NewReader(c.body))
	if err != nil {
		f.Fatal(err)
	}
	r.RequestURI, r.URL.Scheme, r.URL.Host = r.URL.RequestURI(), "", ""
	r.Header.Set("Content-Type", c.kind)
	if f.token != "" {
		r.Header.Set("Authorization", "Bearer "+f.token)
	}
	return r
}

func (f *front) read(c call, into any) {
	f.Helper()
	w := httptest.NewRecorder()
	f.door.ServeHTTP(w, f.request(c))
	if w.Code >= http.StatusBadRequest {
		f.Fatalf("%s: %d %s", c.address, w.Code, w.Body)
	}
	if err := json.NewDecoder(w.Body).Decode(into); err != nil {
		f.Fatal(err)
	}
}

// BenchmarkRequest is a whole request, from the front door to the answer's last byte, as tools/speed asks them over a network.
func BenchmarkRequest(b *testing.B) {
	f := newFront(b)
	const graph = "http://graph.microsoft.com/v1.0"
	var drive struct{ ID string }
	f.read(call{http.MethodGet, graph + "/sites/contoso.sharepoint.com:/sites/speed:/drive", "", ""}, &drive)
	for _, c := range []struct {
		name string
		call func(n int) call
	}{
		{"token", func(int) call { return tokenCall() }},
		{"user", func(int) call { return call{http.MethodGet, graph + "/users/adele@contoso.com", "", ""} }},
		{"list", func(int) call { return call{http.MethodGet, graph + "/users?$top=100", "", ""} }},
		{"invite", func(n int) call {
			return call{http.MethodPost, graph + "/invitations", "application/json", fmt.Sprintf(
				`{"invitedUserEmailAddress":"guest%d@partner.example","inviteRedirectUrl":"https://contoso.sharepoint.com","sendInvitationMessage":true}`, n)}
		}},
		{"delta", func(int) call {
			return call{http.MethodGet, graph + "/drives/" + drive.ID + "/root/delta?$top=200", "", ""}
		}},
	} {
		n := 0 // over all rounds, so that nobody is invited twice
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n++
				r := f.request(c.call(n))
				w := discard{header: http.Header{}}
				f.door.ServeHTTP(&w, r)
				if w.status >= http.StatusBadRequest {
					b.Fatalf("%s: %d", c.name, w.status)
				}
			}
		})
	}
}

// BenchmarkStart is what a start does besides loading the program: the world from its fixture, the faces, the authority.
func BenchmarkStart(b *testing.B) {
	keys := b.TempDir() // made by the first start, read by all others
	b.ReportAllocs()
	for b.Loop() {
		if _, err := emulator.New(emulator.Options{KeyCache: keys}); err != nil {
			b.Fatal(err)
		}
	}
}
