package pages_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/tennantite/tennantite/emulator"
)

// reader reads pages and sends forms without a browser: what a world is filled by, and what follows all links.
type reader struct {
	t      testing.TB
	client *http.Client
	root   string
	page   []byte
}

func read(tb testing.TB, emu *emulator.Emulator) *reader {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	at := strings.TrimPrefix(emu.Addresses().HTTP, "http://")
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at)
	}
	return &reader{t: tb, root: root(tb, emu), client: &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dial}}}
}

// send sends a request and keeps the page that it led to.
func (r *reader) send(q *http.Request) *http.Response {
	r.t.Helper()
	answer, err := r.client.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	if r.page, err = io.ReadAll(answer.Body); err != nil {
		r.t.Fatal(err)
	}
	return answer
}

func (r *reader) get(address string) *http.Response {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.send(q)
}

// post sends a form of the console and returns the address that it led to.
func (r *reader) post(path string, fields ...string) string {
	r.t.Helper()
	r.get(r.root + "/")
	form := url.Values{"csrf": {r.after(`name="csrf" value="`)}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.root+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := r.send(q)
	if answer.StatusCode != http.StatusOK {
		r.t.Fatalf("POST %s %q: %s\n%s", path, fields, answer.Status, r.page)
	}
	return answer.Request.URL.Path
}

// plane sends a call to the control plane.
func (r *reader) plane(path, body string) {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.root+"/_tennantite/v1"+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	if answer := r.send(q); answer.StatusCode >= http.StatusBadRequest {
		r.t.Fatalf("POST %s: %s\n%s", path, answer.Status, r.page)
	}
}

// after is what stands between a text of the page and the next quotation mark.
func (r *reader) after(text string) string {
	_, rest, _ := bytes.Cut(r.page, []byte(text))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return html.UnescapeString(string(value))
}

// link is the address of the link with a text on the page.
func (r *reader) link(text string) string {
	r.t.Helper()
	doc, err := html.Parse(bytes.NewReader(r.page))
	if err != nil {
		r.t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data == "a" && n.FirstChild != nil && strings.TrimSpace(n.FirstChild.Data) == text {
			return attribute(n, "href")
		}
	}
	r.t.Fatalf("no link %q\n%s", text, r.page)
	return ""
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// specs is the address of the folder Specs in the console.
func (r *reader) specs() string {
	r.t.Helper()
	r.get(r.root + "/o/contoso/sites")
	for _, name := range []string{"Project X", "Documents"} {
		r.get(r.root + r.link(name))
	}
	return r.link("Specs")
}

// act chooses whom the reader acts as in an organisation.
func (r *reader) act(organisation, as string) {
	r.t.Helper()
	r.post("/session", "do", "act", "organisation", organisation, "as", as, "back", "/")
}

// redeem follows the newest letter to an address as its owner.
func (r *reader) redeem(address string) {
	r.t.Helper()
	r.get(r.root + "/_tennantite/v1/mail/latest?to=" + address)
	var letter struct{ Links []struct{ URL string } }
	if err := json.Unmarshal(r.page, &letter); err != nil || len(letter.Links) == 0 {
		r.t.Fatalf("no letter to %s: %v\n%s", address, err, r.page)
	}
	r.plane("/redemptions", `{"as":"`+address+`","url":`+js(letter.Links[0].URL)+`}`)
}

// fill makes a world in which every page has something to show, in each of its states.
func (r *reader) fill() {
	r.t.Helper()
	r.act(contoso, adele)
	r.act(fabrikam, carol)
	folder := r.specs()
	r.post(folder+"/share", "do", "people", "people", "carol@fabrikam.com", "role", "write", "mail", "yes", "message", "Please look")
	r.redeem("carol@fabrikam.com")
	r.post(folder+"/share", "do", "people", "people", "erin@outlook.com", "role", "read", "mail", "yes", "expires", "2026-04-01")
	r.post(folder+"/share", "do", "link", "scope", "anonymous", "type", "view", "password", "s3cret")
	r.post(folder+"/share", "do", "link", "scope", "users", "type", "edit", "people", "dave@fabrikam.com; megan@contoso.com", "mail", "yes")
	r.post(folder, "do", "folder", "name", "Entwürfe")
	r.get(r.root + folder)
	r.post(r.link("Entwürfe"), "do", "delete")
	r.post("/o/contoso/people", "do", "invite", "email", "zoe@fabrikam.com", "name", "Zoë", "message", "Welcome")
	r.post("/o/contoso/people", "do", "invite", "email", "sam@partner.example", "name", "Sam")
	r.act(contoso, "system")
	r.get(r.root + "/o/contoso/people")
	r.post(r.link("Sam"), "do", "delete")
	r.post("/o/contoso/roles", "do", "assign", "role", "Guest Inviter", "person", adele)
	r.post("/control", "do", "take", "name", "before")
	r.post("/control", "do", "fork", "name", "stage")
	r.post("/control", "do", "fault", "kind", "429", "host", "graph.microsoft.com", "times", "1")
	r.post("/scenarios/classic-versus-b2b", "do", "play")
	for _, at := range []string{"0", "1", "2"} {
		r.post("/w/classic-versus-b2b/scenarios/classic-versus-b2b", "do", "next", "at", at)
	}
}

// found is a page that a link leads to.
type found struct {
	path   string
	source []byte
}

// shape is the kinds of elements of a page: each with its parent, their classes and what tells their kind.
func shape(source []byte) (kinds map[string]bool, links []string, err error) {
	doc, err := html.Parse(bytes.NewReader(source))
	if err != nil {
		return nil, nil, err
	}
	kinds = map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		kinds[kindOf(n.Parent)+" > "+kindOf(n)] = true
		if n.Data == "a" {
			links = append(links, attribute(n, "href"))
		}
	}
	return kinds, links, nil
}

func kindOf(n *html.Node) string {
	if n == nil {
		return ""
	}
	parts := []string{n.Data, attribute(n, "class"), attribute(n, "type"), attribute(n, "role")}
	for _, a := range []string{"aria-current", "aria-pressed", "hidden", "open", "disabled"} {
		if attribute(n, a) != "" {
			parts = append(parts, a)
		}
	}
	return strings.Join(parts, ".")
}

// crawl follows every link of the console from the first page on.
func (r *reader) crawl() []found {
	r.t.Helper()
	seen, todo := map[string]bool{}, []string{"/"}
	var all []found
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] || notAPage.MatchString(path) {
			continue
		}
		seen[path] = true
		answer := r.get(r.root + path)
		if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusForbidden { // whom one acts as may not enter everywhere
			r.t.Errorf("%s: %s", path, answer.Status)
			continue
		}
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
			continue
		}
		_, links, err := shape(r.page)
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, found{path, bytes.Clone(r.page)})
		for _, l := range links {
			if l, _, _ := strings.Cut(l, "#"); strings.HasPrefix(l, "/") {
				todo = append(todo, l)
			}
		}
	}
	return all
}

// notAPage are files, and the pages of worlds that are as main is.
var notAPage = regexp.MustCompile(`/(content|diagram\.svg)(\?|$)|^/w/(main|stage)/.`)
