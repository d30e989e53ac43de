package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/console"
	"github.com/tennantite/tennantite/fixtures"
)

// Each scenario is played to its end and back: what is to be so after a step is so in the state, refusals are those that
// the story means, and going back shows what was before.
func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, s := range console.Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			b.get("/scenarios")
			b.do("/scenarios", "do", "play", "scenario", s.Name)
			at := "/w/" + s.Name + "/scenarios/" + s.Name
			begun := b.guests(s.Name)
			states := []string{begun}
			for n := range s.Refused {
				b.do(at, "do", "next", "at", strconv.Itoa(n))
				seen := b.line("<h2 id=\"last\">", "<details")
				if strings.Contains(b.page, "not so</span>") || strings.Contains(b.page, "That is not how the story goes") || !strings.Contains(b.page, "so it is</span>") {
					t.Fatalf("step %d: %s", n+1, seen)
				}
				if refused := strings.Contains(b.page, `<span class="state bad">refused</span>`); refused != (s.Refused[n] != "") || !strings.Contains(seen, s.Refused[n]) {
					t.Errorf("step %d: refused %v, want %q: %s", n+1, refused, s.Refused[n], seen)
				}
				if !strings.Contains(b.page, "The same with curl") {
					t.Errorf("step %d shows no call", n+1)
				}
				if strings.Contains(b.page, ">Look at it<") {
					b.follow(b.link(">Look at it<"))
				} else {
					t.Errorf("step %d leads nowhere", n+1)
				}
				states = append(states, b.guests(s.Name))
				b.get(at)
			}
			if !strings.Contains(b.page, "The story is over") {
				t.Errorf("no end: %s", b.main())
			}
			for n := len(s.Refused); n > 0; n-- {
				b.do(at, "do", "back", "at", strconv.Itoa(n))
				if got := b.guests(s.Name); got != states[n-1] {
					t.Errorf("back before step %d: %s, want %s", n, got, states[n-1])
				}
				b.get(at)
			}
			b.do(at, "do", "next", "at", "0")
			b.do(at, "do", "next", "at", "1")
			b.do(at, "do", "again", "at", "2")
			if got := b.guests(s.Name); got != begun {
				t.Errorf("after starting again: %s, want %s", got, begun)
			}
			if main := b.guests("main"); main != begun {
				t.Errorf("the world main was touched: %s", main)
			}
		})
	}
}

// guests is whom Contoso's directory has as guests and which invitations wait, as the people page of a world says it.
func (b *browser) guests(world string) string {
	b.t.Helper()
	b.get("/w/" + world + "/o/contoso/people?only=guests")
	return b.line("<main", "<details")
}

// follow goes to a page, one step further where it leads on.
func (b *browser) follow(path string) {
	b.t.Helper()
	answer := b.send(httptest.NewRequest(http.MethodGet, control+path, nil))
	if answer.StatusCode == http.StatusSeeOther {
		path = answer.Header.Get("Location")
	}
	b.get(path)
}

func TestScenariosKeepTheirPlace(t *testing.T) {
	t.Parallel()
	b := open(t)
	const at = "/w/wrong-account/scenarios/wrong-account"
	b.get("/scenarios/wrong-account")
	if answer := b.post("/scenarios/wrong-account", "do", "next", "at", "0"); answer.StatusCode != http.StatusConflict {
		t.Errorf("in another world: %s", answer.Status)
	}
	b.do("/scenarios/wrong-account", "do", "play")
	for _, tt := range []struct{ do, at string }{{"back", "0"}, {"next", "1"}, {"next", "x"}, {"next", ""}} {
		if answer := b.post(at, "do", tt.do, "at", tt.at); answer.StatusCode != http.StatusConflict {
			t.Errorf("%s at %q: %s", tt.do, tt.at, answer.Status)
		}
	}
	b.do(at, "do", "next", "at", "0")
	if answer := b.post(at, "do", "next", "at", "0"); answer.StatusCode != http.StatusConflict {
		t.Errorf("pressed twice: %s", answer.Status)
	}
	if page := b.do("/scenarios", "do", "play", "scenario", "wrong-account"); !strings.Contains(page, "1 of 9 steps done") {
		t.Errorf("going on: %s", b.main())
	}
	if answer := b.post("/scenarios", "do", "play", "scenario", "none"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("no scenario: %s", answer.Status)
	}
}

// A scenario begins as main began, whatever was done there since.
func TestScenariosBeginAtTheBeginning(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.get("/scenarios")
	b.do("/scenarios", "do", "play", "scenario", "classic-versus-b2b")
	if got := b.guests("classic-versus-b2b"); !strings.Contains(got, "Nobody from outside") {
		t.Errorf("%s", got)
	}
	if got := b.guests("main"); !strings.Contains(got, "dan@fabrikam.com") {
		t.Errorf("main: %s", got)
	}
}

// Where the story of the state is another one, the page says so: nothing is staged.
func TestScenariosSayWhatIsSo(t *testing.T) {
	t.Parallel()
	b := open(t)
	const at = "/w/classic-versus-b2b/scenarios/classic-versus-b2b"
	b.get("/scenarios")
	b.do("/scenarios", "do", "play", "scenario", "classic-versus-b2b")
	b.do("/w/classic-versus-b2b/o/contoso/sharing", "do", "profile", "profile", "b2b")
	b.get(at)
	if page := b.do(at, "do", "next", "at", "0"); !strings.Contains(page, "not so</span>") || !strings.Contains(page, "carol, PendingAcceptance") {
		t.Errorf("%s", b.line(`id="last"`, "<details"))
	}
	b.do("/w/classic-versus-b2b/mail", "do", "clear")
	b.get(at)
	if page := b.do(at, "do", "next", "at", "1"); !strings.Contains(page, "That is not how the story goes") {
		t.Errorf("%s", b.line(`id="last"`, "<details"))
	}
}

// What people are called, and what forms of the newest pages are sent, is shown and runs nowhere.
func TestNothingInAStoryRuns(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(hostileStory, "HOSTILE", strings.ReplaceAll(hostile, "'", "''"))
	b := openWith(t, []fixtures.Source{{Name: "hostile.yaml", Text: []byte(text)}})
	b.get("/scenarios")
	for _, name := range []string{"classic-versus-b2b", "wrong-account"} {
		at := "/w/" + name + "/scenarios/" + name
		b.do("/scenarios", "do", "play", "scenario", name)
		for n := range 2 {
			b.do(at, "do", "next", "at", strconv.Itoa(n))
			b.clean(at)
			if !strings.Contains(b.page, "&lt;img src=x") {
				t.Errorf("%s after step %d does not show the name: %s", name, n+1, b.main())
			}
		}
		for _, path := range []string{"/", "/timeline", "/timeline/diagram", "/mail/latest", "/o/fabrikam/received", "/o/contoso/sharing", "/control"} {
			b.follow("/w/" + name + path)
			b.clean(name + path)
		}
	}
	for _, tt := range []struct {
		path   string
		fields []string
	}{
		{"/scenarios", []string{"do", "play", "scenario", hostile}},
		{"/scenarios", []string{"do", hostile}},
		{"/w/wrong-account/scenarios/wrong-account", []string{"do", "next", "at", hostile}},
		{"/control", []string{"do", "take", "name", hostile}},
		{"/control", []string{"do", "restore", "name", hostile}},
		{"/control", []string{"do", "fork", "name", hostile}},
		{"/control", []string{"do", "end", "name", hostile}},
		{"/control", []string{"do", "unfault", "rule", hostile}},
		{"/control", []string{"do", "advance", "unit", hostile, "many", hostile}},
		{"/control", []string{"do", "lag", "object-times", hostile}},
		{"/control", []string{"do", "fault", "kind", hostile, "times", hostile}},
	} {
		b.get("/control")
		if answer := b.post(tt.path, tt.fields...); answer.StatusCode < http.StatusBadRequest {
			t.Errorf("%s %q: %s", tt.path, tt.fields, answer.Status)
		}
		b.clean(tt.path)
	}
	b.send(httptest.NewRequest(http.MethodGet, control+"/scenarios/"+url.PathEscape(hostile), nil))
	b.clean("a scenario that there is not")
}

const hostileStory = `
tenants:
  contoso:
    displayName: 'HOSTILE'
    initialDomain: contoso.onmicrosoft.com
    domains: [contoso.com]
    sharing: {SharingCapability: ExternalUserAndGuestSharing}
    users:
      admin: {displayName: 'HOSTILE', userPrincipalName: admin@contoso.onmicrosoft.com, roles: [Global Administrator]}
      adele: {displayName: 'HOSTILE', userPrincipalName: adele@contoso.com, roles: [SharePoint Administrator]}
    sites:
      x:
        path: /sites/project-x
        title: 'HOSTILE'
        owners: [adele]
        sharingCapability: ExternalUserAndGuestSharing
        libraries:
          Documents:
            path: Shared Documents
            files:
              Specs/Note.html: {text: '<script>alert(2)</script>'}
  fabrikam:
    displayName: 'HOSTILE'
    initialDomain: fabrikam.onmicrosoft.com
    domains: [fabrikam.com]
    users:
      admin: {displayName: 'HOSTILE', userPrincipalName: admin@fabrikam.onmicrosoft.com, roles: [Global Administrator]}
      carol: {displayName: 'HOSTILE', userPrincipalName: carol@fabrikam.com}
      dave: {displayName: 'HOSTILE', userPrincipalName: dave@fabrikam.com}
`
