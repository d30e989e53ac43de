package emulator_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/fixtures"
)

// modelFixture is four organisations of one shape, one for each era, with two people each: eight actors.
const modelFixture = `defaults: {password: Tennantite1!}
tenants:
{{- range .}}
  {{.Name}}:
    id: {{.ID}}
    displayName: {{.Name}}
    initialDomain: {{.Name}}.onmicrosoft.com
    domains: [{{.Name}}.com]
    profile: {{.Profile}}
    sharing: {SharingCapability: ExternalUserAndGuestSharing}
    users:
      ada: {userPrincipalName: ada@{{.Name}}.com, displayName: Ada of {{.Name}}, roles: [Global Administrator]}
      ben: {userPrincipalName: ben@{{.Name}}.com, displayName: Ben of {{.Name}}}
    groups:
      friends: {kind: security, displayName: Friends, mailNickname: friends}
    {{- if eq .Name "contoso"}}
    applications:
      suite:
        appId: 6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10
        displayName: Suite
        secret: tennantite-secret
        public: true
        multiTenant: true
        permissions: {graph: {delegated: "*", application: "*"}, sharepoint: {delegated: "*", application: "*"}}
        consentedIn: [contoso, fabrikam, tailspin, wingtip]
    {{- end}}
    sites:
      project:
        path: /sites/project
        title: Project
        sharingCapability: ExternalUserAndGuestSharing
        owners: [ada]
        members: [ben]
        libraries:
          Documents:
            path: Shared Documents
            files:
              Specs/Design.md: {text: "design of {{.Name}}"}
              Budget/Plan.csv: {text: "plan of {{.Name}}"}
              Readme.txt: {text: "readme of {{.Name}}"}
        permissions:
          - {to: friends, role: read, item: Documents/Budget}
{{- end}}
`

// firm is an organisation of the model: what stays the same of it.
type firm struct{ Name, ID, Profile, Drive, Site, Friends string }

func (f firm) host() string    { return "https://" + f.Name + ".sharepoint.com" }
func (f firm) library() string { return "/sites/project/Shared Documents" }

// people are the addresses of the firm's own people, the administrator first.
func (f firm) people() []string { return []string{"ada@" + f.Name + ".com", "ben@" + f.Name + ".com"} }

// stage is an emulator with the four firms, and tokens of everybody at home, which every fork of the world takes.
type stage struct {
	emu    *emulator.Emulator
	firms  []firm
	actors []string
	tokens map[string]string // address + resource → token at home
}

func setStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{tokens: map[string]string{}}
	for n, profile := range []string{"classic", "otp", "b2b", "b2b-only"} {
		name := []string{"contoso", "fabrikam", "tailspin", "wingtip"}[n]
		s.firms = append(s.firms, firm{Name: name, ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n+1), Profile: profile})
	}
	var text bytes.Buffer
	must(t, template.Must(template.New("").Parse(modelFixture)).Execute(&text, s.firms))
	s.emu = emulator.Start(t, func(o *emulator.Options) {
		o.Fixtures = []fixtures.Source{{Name: "model", Text: text.Bytes()}}
		o.Seed, o.Clock = 7, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		o.HTTP, o.HTTPS, o.Proxy = "", "", ""
		o.JournalSize = 10
	})
	w := newWire(s.emu, emulator.MainWorld)
	for n := range s.firms {
		f := &s.firms[n]
		for _, who := range f.people() {
			s.actors = append(s.actors, who)
			s.tokens[who+graphHost] = w.token(t, who, f.ID, graphHost)
			s.tokens[who+f.host()] = w.token(t, who, f.ID, f.host())
		}
		token := s.tokens[f.people()[0]+graphHost]
		var d struct {
			ID              string
			ParentReference struct{ SiteID string }
		}
		w.send(t, http.MethodGet, graphHost+"/v1.0/sites/"+f.Name+".sharepoint.com:/sites/project:/drive", token, "").read(&d)
		var g struct{ Value []struct{ ID string } }
		w.send(t, http.MethodGet, graphHost+"/v1.0/groups?$filter="+url.QueryEscape("displayName eq 'Friends'"), token, "").read(&g)
		if d.ID == "" || len(g.Value) != 1 {
			t.Fatalf("%s is not as the fixture says", f.Name)
		}
		f.Drive, f.Friends = d.ID, g.Value[0].ID
	}
	return s
}

// home is the firm of an actor.
func (s *stage) home(who string) firm {
	for _, f := range s.firms {
		if strings.HasSuffix(who, "@"+f.Name+".com") {
			return f
		}
	}
	return firm{}
}

// item is a file or folder by its path in a firm's library; "" is the root.
func (f firm) item(path string) string {
	if path == "" {
		return graphHost + "/v1.0/drives/" + f.Drive + "/root"
	}
	return graphHost + "/v1.0/drives/" + f.Drive + "/root:/" + path + ":"
}
