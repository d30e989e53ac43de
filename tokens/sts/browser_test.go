package sts_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
)

// browser is somebody at the pages, without scripts.
type browser struct {
	*stand
	cookies map[string]string
	seen    []string // kinds of the pages that were shown
}

func (s *stand) browser() *browser { return &browser{stand: s, cookies: map[string]string{}} }

// person is what somebody types and presses.
type person struct {
	login, password, code string
	answers               map[string]string // page kind → action
	userCode              string
}

var (
	kindPattern   = regexp.MustCompile(`data-page="([^"]*)"`)
	actionPattern = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	hiddenPattern = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	inputPattern  = regexp.MustCompile(`<input type="(?:text|password)" name="([^"]*)"`)
	buttonPattern = regexp.MustCompile(`<button type="submit" name="account" value="([^"]*)"`)
)

// visit follows pages and redirects until an end: a redirect to a host that is not the face's, or a page that asks nothing
// of that person. It returns the last answer and, of a redirect, its address.
func (b *browser) visit(address string, p person) (*httptest.ResponseRecorder, *url.URL) {
	b.tb.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for range 15 {
		for n, v := range b.cookies {
			r.AddCookie(&http.Cookie{Name: n, Value: v})
		}
		at := r.URL
		w := b.send(r)
		for _, c := range w.Result().Cookies() {
			b.cookies[c.Name] = c.Value
			if c.MaxAge < 0 {
				delete(b.cookies, c.Name)
			}
		}
		if to := w.Header().Get("Location"); to != "" {
			u, err := at.Parse(to)
			b.must(err)
			if p, ok := links.Resolve(u.Scheme, u.Host, ""); !ok || p.Service == links.SharePoint {
				return w, u
			}
			r = httptest.NewRequest(http.MethodGet, u.String(), nil)
			continue
		}
		next := b.answer(w, at, p)
		if next == nil {
			return w, nil
		}
		r = next
	}
	b.tb.Fatalf("no end after %v", b.seen)
	return nil, nil
}

// answer fills in a page's form; nil where there is nothing to say.
func (b *browser) answer(w *httptest.ResponseRecorder, at *url.URL, p person) *http.Request {
	text := w.Body.String()
	kind := first(kindPattern, text)
	b.seen = append(b.seen, kind)
	action := first(actionPattern, text)
	if action == "" || kind == "form-post" || strings.Count(strings.Join(b.seen, " "), kind) > 4 {
		return nil
	}
	form := url.Values{}
	for _, m := range hiddenPattern.FindAllStringSubmatch(text, -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	for _, m := range inputPattern.FindAllStringSubmatch(text, -1) {
		value := map[string]string{"loginfmt": p.login, "passwd": p.password, "otc": p.code}[m[1]]
		if kind == "device-code" {
			value = p.userCode
		}
		if value == fromMail {
			value = b.mailed(p.login)
		}
		if value == "" {
			return nil
		}
		form.Set(m[1], value)
	}
	for _, m := range buttonPattern.FindAllStringSubmatch(text, -1) {
		if form.Get("account") == "" || strings.EqualFold(m[1], p.login) {
			form.Set("account", m[1])
		}
	}
	if strings.Contains(text, `name="action"`) {
		choice := p.answers[kind]
		if choice == "" {
			choice = "accept"
		}
		if choice == "stop" {
			return nil
		}
		form.Set("action", choice)
	}
	u, err := at.Parse(html.UnescapeString(action))
	b.must(err)
	r := httptest.NewRequest(http.MethodPost, u.String(), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func first(p *regexp.Regexp, text string) string {
	m := p.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1]
}
