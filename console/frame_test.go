package console_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/fixtures"
)

// browser is somebody at the console: cookies are kept, redirects are not followed, forms carry the token of the page.
type browser struct {
	t    testing.TB
	emu  *emulator.Emulator
	jar  http.CookieJar
	page string // what was shown last
}

const control = "http://localhost:4365"

func open(tb testing.TB) *browser {
	tb.Helper()
	return openWith(tb, nil)
}

// openWith begins with a fixture in place of the built-in one.
func openWith(tb testing.TB, from []fixtures.Source) *browser {
	tb.Helper()
	o := emulator.Options{Seed: 7, Fixtures: from}
	if dir, err := os.UserCacheDir(); err == nil {
		o.KeyCache = filepath.Join(dir, "tennantite") // making a key costs more than most tests
	}
	emu, err := emulator.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return &browser{t: tb, emu: emu, jar: jar}
}

// send sends a request to the front door with the browser's cookies and keeps those of the answer.
func (b *browser) send(r *http.Request) *http.Response {
	b.t.Helper()
	at := &url.URL{Scheme: "http", Host: "localhost"}
	for _, k := range b.jar.Cookies(at) {
		r.AddCookie(k)
	}
	w := httptest.NewRecorder()
	b.emu.ServeHTTP(w, r)
	answer := w.Result()
	b.jar.SetCookies(at, answer.Cookies())
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.page = string(text)
	return answer
}

// get shows a page and expects that it is there.
func (b *browser) get(path string) string {
	b.t.Helper()
	if answer := b.send(httptest.NewRequest(http.MethodGet, control+path, nil)); answer.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s: %s\n%s", path, answer.Status, b.main())
	}
	return b.page
}

// post sends a form of the page that was shown last.
func (b *browser) post(path string, fields ...string) *http.Response {
	b.t.Helper()
	form := url.Values{"csrf": {b.token()}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, control+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

// do sends a form, expects that it was done, and shows the page that it leads to.
func (b *browser) do(path string, fields ...string) string {
	b.t.Helper()
	answer := b.post(path, fields...)
	if answer.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("POST %s %q: %s\n%s", path, fields, answer.Status, b.main())
	}
	return b.get(answer.Header.Get("Location"))
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (b *browser) token() string {
	m := csrfField.FindStringSubmatch(b.page)
	if m == nil {
		return ""
	}
	return m[1]
}

// main is what stands in the page's main part, for messages.
func (b *browser) main() string {
	_, text, found := strings.Cut(b.page, "<main")
	if !found {
		return b.page
	}
	text, _, _ = strings.Cut(text, "</main>")
	return text
}

func TestEveryAnswerIsSafe(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, path := range []string{"/", "/nowhere", "/w/nowhere/", "/assets/style.css", "/assets/console.js", "/assets/none.css", "/session"} {
		h := b.send(httptest.NewRequest(http.MethodGet, control+path, nil)).Header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
	}
}

func TestCookiesAreKeptFromOthers(t *testing.T) {
	t.Parallel()
	b := open(t)
	seen := map[string]bool{}
	look := func(answer *http.Response) {
		for _, k := range answer.Cookies() {
			seen[k.Name] = true
			if !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Path != "/" || k.Domain != "" {
				t.Errorf("cookie %s: %s", k.Name, k.Raw)
			}
		}
	}
	look(b.send(httptest.NewRequest(http.MethodGet, control+"/", nil)))
	look(b.post("/session", "do", "act", "organisation", contoso, "as", megan, "back", "/"))
	if !seen["tennantite_console"] || !seen["tennantite_notice"] {
		t.Errorf("seen only %v", seen)
	}
	r := httptest.NewRequest(http.MethodGet, "https://localhost:4366/", nil)
	fresh := open(t)
	for _, k := range fresh.send(r).Cookies() {
		if !k.Secure {
			t.Errorf("over https: %s", k.Raw)
		}
	}
}

const (
	contoso = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"
	megan   = "0b1f6a52-3f0e-4d43-9a55-7f1c2d9b6e03"
)

func TestFormsOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		token  bool
		header map[string]string
		want   int
	}{
		{"our own page", true, map[string]string{"Sec-Fetch-Site": "same-origin"}, http.StatusSeeOther},
		{"a browser that says nothing", true, nil, http.StatusSeeOther},
		{"no token", false, map[string]string{"Sec-Fetch-Site": "same-origin"}, http.StatusForbidden},
		{"another site", true, map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		{"an emulated host", true, map[string]string{"Sec-Fetch-Site": "same-site"}, http.StatusForbidden},
		{"another origin", true, map[string]string{"Origin": "http://contoso.sharepoint.localhost:4365"}, http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			b.get("/")
			form := url.Values{"do": {"theme"}, "theme": {"dark"}}
			if tt.token {
				form.Set("csrf", b.token())
			}
			r := httptest.NewRequest(http.MethodPost, control+"/session", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			if answer := b.send(r); answer.StatusCode != tt.want {
				t.Errorf("%s, want %d", answer.Status, tt.want)
			}
			if dark := strings.Contains(b.get("/"), `data-theme="dark"`); dark != (tt.want == http.StatusSeeOther) {
				t.Errorf("dark is %v", dark)
			}
		})
	}
}

func TestATokenOfAnotherSessionIsRefused(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.get("/")
	stolen := b.token()
	other := &browser{t: t, emu: b.emu}
	other.jar, _ = cookiejar.New(nil)
	other.get("/")
	if other.token() == stolen {
		t.Fatal("two sessions have one token")
	}
	other.page = b.page
	if answer := other.post("/session", "do", "theme", "theme", "dark"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("%s", answer.Status)
	}
}

func TestNoWayOut(t *testing.T) {
	t.Parallel()
	for _, back := range []string{
		"https://evil.example/", "//evil.example/", `/\evil.example`, `\\evil.example`, "javascript:alert(1)", "http:evil.example",
		"/%0d%0aSet-Cookie:x=1", "/\r\nSet-Cookie: x=1", "evil.example", "///evil.example", "/\t/evil.example", "http://user@localhost:4365/",
	} {
		b := open(t)
		b.get("/")
		answer := b.post("/session", "do", "theme", "theme", "dark", "back", back)
		to := answer.Header.Get("Location")
		u, err := url.Parse(to)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
			t.Errorf("%q leads to %q", back, to)
		}
		if len(answer.Header.Values("Set-Cookie")) != 1 {
			t.Errorf("%q: cookies %q", back, answer.Header.Values("Set-Cookie"))
		}
	}
}

// A link of another site comes without the strict cookie: the page asks itself once more, so that the session stays.
func TestALinkFromElsewhereKeepsTheSession(t *testing.T) {
	t.Parallel()
	b := open(t)
	r := httptest.NewRequest(http.MethodGet, control+"/", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	answer := b.send(r)
	if len(answer.Cookies()) != 0 || !strings.Contains(b.page, `http-equiv="refresh"`) {
		t.Errorf("cookies %v, page %s", answer.Cookies(), b.page)
	}
}

func TestTheConsoleIsNoEmulatedHosts(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, host := range []string{
		"graph.microsoft.com", "login.microsoftonline.com", "contoso.sharepoint.com", "contoso-admin.sharepoint.com", "login.live.com",
		"invitations.microsoft.com", "microsoft.com", "graph.localhost:4365", "login.localhost:4365", "contoso.sharepoint.localhost:4365",
		"evil.example",
	} {
		for _, path := range []string{"/", "/session", "/live", "/assets/style.css", "/o/contoso/people", "/w/main/"} {
			b.send(httptest.NewRequest(http.MethodGet, "http://"+host+path, nil))
			if strings.Contains(b.page, "LOCAL EMULATOR") && strings.Contains(b.page, "data-live-from") || strings.Contains(b.page, "The console’s own look") {
				t.Errorf("%s%s shows the console", host, path)
			}
		}
	}
}

func TestTheme(t *testing.T) {
	t.Parallel()
	b := open(t)
	if strings.Contains(b.get("/"), "data-theme") {
		t.Error("a new browser follows the system")
	}
	if !strings.Contains(b.do("/session", "do", "theme", "theme", "dark", "back", "/"), `data-theme="dark"`) {
		t.Error("dark is not remembered")
	}
	if strings.Contains(b.do("/session", "do", "theme", "theme", "auto", "back", "/"), "data-theme") {
		t.Error("auto does not take it back")
	}
}

func TestActAs(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.get("/")
	page := b.do("/session", "do", "act", "organisation", contoso, "as", megan, "back", "/")
	if !strings.Contains(page, "you now act as Megan Bowen") {
		t.Errorf("%s", b.main())
	}
	if strings.Contains(b.get("/"), "you now act as") {
		t.Error("the notice is told twice")
	}
	answer := b.post("/session", "do", "act", "organisation", contoso, "as", "system", "back", "/")
	script := httptest.NewRequest(http.MethodGet, control+"/", nil)
	script.Header.Set("X-Requested-With", "console.js")
	b.send(script) // of the page that was left meanwhile
	if page := b.get(answer.Header.Get("Location")); !strings.Contains(page, "you now act as the emulator") {
		t.Error("a script took the notice away")
	}
	if answer := b.post("/session", "do", "act", "organisation", contoso, "as", "nobody"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("nobody: %s", answer.Status)
	}
}

func TestAWorldOfItsOwn(t *testing.T) {
	t.Parallel()
	b := open(t)
	if _, err := b.emu.Fork("stage", emulator.MainWorld, false); err != nil {
		t.Fatal(err)
	}
	if page := b.get("/w/stage/"); !strings.Contains(page, `href="/w/stage/o/contoso/people"`) || !strings.Contains(page, `data-live-from="/w/stage/live"`) {
		t.Errorf("links lead out of the world: %s", b.main())
	}
	if page := b.do("/w/stage/session", "do", "theme", "theme", "dark", "back", "/w/stage/"); !strings.Contains(page, "</span> stage</summary>") {
		t.Error("the form led out of the world")
	}
}
