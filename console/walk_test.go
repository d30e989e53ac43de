package console_test

import (
	"bytes"
	"encoding/json"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/console"
)

var (
	anchor = regexp.MustCompile(`(?:href|src)="(/[^"#]*)`)
	forms  = regexp.MustCompile(`(?s)<form[^>]*method="post".*?</form>`)
)

const (
	adele = "0b1f6a52-3f0e-4d43-9a55-7f1c2d9b6e02"
	specs = ">Specs</a>"
)

// busy is a world in which every page has something to show.
func busy(tb testing.TB) *browser {
	tb.Helper()
	b := open(tb)
	b.fill()
	return b
}

func (b *browser) fill() {
	b.t.Helper()
	b.get("/")
	b.do("/session", "do", "act", "organisation", contoso, "as", adele)
	folder := b.specs()
	b.get(folder)
	b.do(b.folderPage(folder, "share"), "do", "people", "people", "carol@fabrikam.com", "role", "write", "mail", "yes", "message", "Please look")
	b.do(b.folderPage(folder, "share"), "do", "link", "scope", "anonymous", "type", "view", "password", "s3cret")
	b.do("/o/contoso/people", "do", "invite", "email", "dan@fabrikam.com", "name", "Dan", "message", "Welcome")
	b.do("/session", "do", "act", "organisation", contoso, "as", "system")
}

// link returns the address of the link before a text on the page that was shown last.
func (b *browser) link(text string) string {
	b.t.Helper()
	end := strings.Index(b.page, text)
	if end < 0 {
		b.t.Fatalf("no %q on the page\n%s", text, b.main())
	}
	m := anchor.FindAllStringSubmatch(b.page[:end], -1)
	if m == nil {
		b.t.Fatalf("no link before %q", text)
	}
	return html.UnescapeString(m[len(m)-1][1])
}

// specs is the address of the folder Specs of Project X.
func (b *browser) specs() string {
	b.t.Helper()
	b.get("/o/contoso/sites")
	b.get(b.link(">Project X</a>"))
	b.get(b.link(">Documents</a>"))
	return b.link(specs)
}

func (b *browser) folderPage(folder, what string) string { return folder + "/" + what }

// The walk follows every link from the first page on: each page of the console is reached, answers, is whole, and carries
// the token in each of its forms.
func TestWalk(t *testing.T) {
	t.Parallel()
	b := busy(t)
	seen, todo := map[string]bool{}, []string{"/"}
	reached, template := map[string]bool{}, console.Templates()
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		answer := b.send(httptest.NewRequest(http.MethodGet, control+path, nil))
		if answer.StatusCode == http.StatusSeeOther {
			todo = append(todo, answer.Header.Get("Location"))
		} else if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s\n%s", path, answer.Status, b.main())
			continue
		}
		reached[template(path)] = true
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") || strings.HasSuffix(path, "/body") || answer.StatusCode != http.StatusOK {
			continue
		}
		b.whole(path)
		for _, m := range anchor.FindAllStringSubmatch(b.page, -1) {
			todo = append(todo, html.UnescapeString(m[1]))
		}
	}
	for _, p := range console.Paths() {
		if !reached[p] {
			t.Errorf("no link leads to %s", p)
		}
	}
	if len(seen) < 60 {
		t.Errorf("walked %d pages only", len(seen))
	}
}

// whole checks what every page has.
func (b *browser) whole(path string) {
	b.t.Helper()
	for _, part := range []string{
		`<html lang="en"`, "LOCAL EMULATOR", `<main id="content"`, `class="skip"`, `aria-live="polite"`, "<title>", `name="viewport"`, "<h1",
	} {
		if strings.Count(b.page, part) < 1 {
			b.t.Errorf("%s lacks %s", path, part)
		}
	}
	if n := strings.Count(b.page, "<h1"); n != 1 {
		b.t.Errorf("%s has %d first headings", path, n)
	}
	for _, f := range forms.FindAllString(b.page, -1) {
		if !csrfField.MatchString(f) {
			b.t.Errorf("%s: a form without its token: %s", path, f)
		}
	}
	for _, bad := range []string{"<no value>", "%!", "ZgotmplZ", " style=\"", "<style", " onclick", "javascript:"} {
		if strings.Contains(b.page, bad) {
			b.t.Errorf("%s holds %q", path, bad)
		}
	}
	ids := regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(b.page, -1)
	var known []string
	for _, id := range ids {
		if slices.Contains(known, id[1]) {
			b.t.Errorf("%s has the id %s twice", path, id[1])
		}
		known = append(known, id[1])
	}
}

// hostile is a text that shows where it is not escaped.
const hostile = `<img src=x onerror=alert(1)>"'><script>alert(2)</script>&{{.}}` // also of templates

func TestNothingThatIsShownRuns(t *testing.T) {
	t.Parallel()
	b := open(t)
	fixture := strings.ReplaceAll(hostileFixture, "HOSTILE", strings.ReplaceAll(hostile, "'", "''"))
	if err := b.emu.Import("main", []byte(fixture)); err != nil {
		t.Fatal(err)
	}
	b.get("/")
	b.do("/session", "do", "act", "organisation", "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47", "as", "system")
	b.get("/o/evil/people")
	b.do("/o/evil/people", "do", "invite", "email", "x@other.example", "name", hostile, "message", hostile)
	b.get("/o/evil/sites")
	b.get(b.link(`<span class="quiet">/sites/s</span>`))
	b.get(b.link(">Documents</a>"))
	drive := regexp.MustCompile(`/o/evil/drives/[0-9a-f-]+`).FindString(b.page)
	b.do(drive, "do", "folder", "name", "a'b & c")
	folder := b.link(">a&#39;b &amp; c</a>")
	b.get(folder + "/share")
	if answer := b.post(folder+"/share", "do", "people", "people", hostile, "role", hostile, "message", hostile); answer.StatusCode < 400 {
		t.Errorf("a hostile recipient: %s", answer.Status)
	}
	b.clean("the refusal")
	b.do(folder+"/share", "do", "people", "people", "y@other.example", "role", "read", "message", hostile, "mail", "yes")
	seen, todo := map[string]bool{}, []string{
		"/", "/mail", "/mail?q=" + `%22%3E%3Cscript%3Ealert(2)%3C/script%3E`, "/mail?to=" + `%22%3E%3Cscript%3Ealert(2)%3C/script%3E`,
		"/o/evil/people?q=" + `%22%3E%3Cscript%3Ealert(2)%3C/script%3E`, "/o/%3Cscript%3Ealert(2)%3C/script%3E/people", folder + "/share?to=" + `%22%3E%3Cscript%3Ealert(2)%3C/script%3E`,
		"/o/evil/received?link=" + `javascript:alert(2)`, "/?left=" + `%22%3E%3Cscript%3Ealert(2)%3C/script%3E`,
	}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		answer := b.send(httptest.NewRequest(http.MethodGet, control+path, nil))
		if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
			b.clean(path)
			for _, m := range anchor.FindAllStringSubmatch(b.page, -1) {
				todo = append(todo, html.UnescapeString(m[1]))
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("looked at %d pages only", len(seen))
	}
}

// clean checks that no hostile text has become markup.
func (b *browser) clean(path string) {
	b.t.Helper()
	for _, bad := range []string{"<script>alert", "<img src=x", "onerror=alert(1)>\"", `href="javascript`, "ZgotmplZ"} {
		if strings.Contains(b.page, bad) {
			b.t.Errorf("%s holds %q", path, bad)
		}
	}
}

const hostileFixture = `
tenants:
  evil:
    id: 4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47
    displayName: 'HOSTILE'
    initialDomain: evil.onmicrosoft.com
    domains: [evil.example]
    users:
      admin:
        displayName: 'HOSTILE'
        userPrincipalName: admin@evil.onmicrosoft.com
        jobTitle: 'HOSTILE'
        department: 'HOSTILE'
        roles: [Global Administrator]
    groups:
      all:
        kind: unified
        displayName: 'HOSTILE'
        description: 'HOSTILE'
        mailNickname: all
        members: [admin]
    applications:
      app:
        displayName: 'HOSTILE'
        public: true
        redirectUris: [http://localhost]
    sites:
      s:
        path: /sites/s
        title: 'HOSTILE'
        owners: [admin]
        sharingCapability: ExternalUserAndGuestSharing
        libraries:
          Documents:
            path: Shared Documents
            files:
              Note.html: {text: '<script>alert(2)</script>'}
  other:
    displayName: Other
    initialDomain: other.onmicrosoft.com
    domains: [other.example]
    users:
      x: {displayName: 'HOSTILE', userPrincipalName: x@other.example}
      y: {displayName: 'HOSTILE', userPrincipalName: y@other.example}
`

// A file is kept, never shown: nothing that somebody uploads runs in the console.
func TestDownload(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.get(b.specs())
	b.get(b.link(">Design.md</a>"))
	answer := b.send(httptest.NewRequest(http.MethodGet, control+b.link(">Download</a>"), nil))
	if b.page != "# Design\n\nOne binary, two organisations.\n" {
		t.Errorf("content %q", b.page)
	}
	if d := answer.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || !strings.Contains(d, "Design.md") {
		t.Errorf("disposition %q", d)
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	b := busy(t)
	folder := b.specs()
	b.get(folder)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"do": "upload", "csrf": b.token()} {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "Žluťoučký & kůň.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("neigh")); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, control+folder, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	if answer := b.send(r); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%s", answer.Status, b.main())
	}
	if page := b.get(folder); !strings.Contains(page, "Žluťoučký &amp; kůň.txt") {
		t.Errorf("%s", b.main())
	}
}

// The calls that pages show do what their buttons do: each is sent as it stands, through the front door.
func TestCurl(t *testing.T) {
	t.Parallel()
	b := busy(t)
	folder := b.specs()
	b.get("/")
	b.do("/session", "do", "act", "organisation", contoso, "as", adele)
	for _, tt := range []struct{ name, page, label string }{
		{"people", "/o/contoso/people", ""},
		{"groups", "/o/contoso/groups", ""},
		{"roles", "/o/contoso/roles", ""},
		{"applications", "/o/contoso/applications", ""},
		{"policies", "/o/contoso/policies", ""},
		{"sharing policy", "/o/contoso/sharing", ""},
		{"sites", "/o/contoso/sites", ""},
		{"folder", folder, ""},
		{"share", folder + "/share", ""},
		{"access", folder + "/access", ""},
		{"received", "/o/fabrikam/received", ""},
		{"mailboxes", "/mail", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls := curls(b.get(tt.page))
			if len(calls) == 0 {
				t.Fatal("the page shows no call")
			}
			for _, k := range calls {
				if strings.Contains(k, "OBJECT-ID") || strings.Contains(k, "--data-binary") || strings.Contains(k, "DELETE") {
					continue // a pattern, or what the next call would miss
				}
				if status, text := b.curl(t, k); status >= http.StatusBadRequest && status != http.StatusForbidden {
					t.Errorf("%s\n%d %s", k, status, text)
				}
			}
		})
	}
}

var codeBlock = regexp.MustCompile(`(?s)<pre tabindex="0"><code>(.*?)</code></pre>`)

func curls(page string) []string {
	var list []string
	for _, m := range codeBlock.FindAllStringSubmatch(page, -1) {
		if text := html.UnescapeString(m[1]); strings.Contains(text, "curl -s") {
			list = append(list, text)
		}
	}
	return list
}

var (
	method  = regexp.MustCompile(` -X (\w+)`)
	address = regexp.MustCompile(`'(https?://[^']+)'`)
	data    = regexp.MustCompile(`(?s) -d '((?:[^']|'\\'')*)'`)
	bearer  = regexp.MustCompile(`Bearer \$TOKEN`)
)

// curl sends a call of a page, its token first.
func (b *browser) curl(t *testing.T, text string) (status int, answer string) {
	t.Helper()
	token := ""
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		u := address.FindStringSubmatch(line)
		if u == nil {
			t.Fatalf("no address in %q", line)
		}
		verb, body := http.MethodGet, ""
		if d := data.FindStringSubmatch(line); d != nil {
			verb, body = http.MethodPost, strings.ReplaceAll(d[1], `'\''`, "'")
		}
		if m := method.FindStringSubmatch(line); m != nil {
			verb = m[1]
		}
		r := httptest.NewRequest(verb, u[1], strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json")
		if bearer.MatchString(line) {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		b.emu.ServeHTTP(w, r)
		status, answer = w.Code, w.Body.String()
		if strings.HasPrefix(line, "TOKEN=") {
			var out struct {
				Value string `json:"access_token"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Value == "" {
				t.Fatalf("%s: %d %s", line, status, answer)
			}
			token = out.Value
		}
	}
	return status, answer
}
