package openapi_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var parameter = regexp.MustCompile(`\{\w+\}`)

// refused asks for what cannot be; the answer is a problem document with that status.
func (s *stand) refused(t *testing.T, r request, status int) {
	t.Helper()
	a := s.ask(t, r)
	if a.StatusCode != status || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s %s %s: %s %s %s", r.method, r.path, r.body, a.Status, a.Header.Get("Content-Type"), a.text)
	}
	s.fits(t, a)
}

// TestRefusals has every operation refuse what it can refuse. The requests are made from the document: a new operation is
// asked too, and what the document forbids, the emulator refuses.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.operations(t, s.refuses)
}

// refuses has one operation refuse: another world, an unknown name, a body and a query that are none.
func (s *stand) refuses(t *testing.T, method, path string, o operation) {
	t.Helper()
	unknown := parameter.ReplaceAllString(path, "nobody.example")
	r := request{method: method, path: unknown}
	if o.RequestBody != nil {
		r.body = "{}"
	}
	elsewhere := r
	elsewhere.world = "no-such-world"
	s.refused(t, elsewhere, http.StatusMisdirectedRequest)
	if unknown != path {
		s.refused(t, r, http.StatusNotFound)
	}
	if body := s.json(o); body != nil {
		for name, p := range body.Properties {
			if p.Enum != nil {
				r.body = `{"` + name + `": "no-such-value"}`
				s.forbidden(t, r)
			}
		}
		for _, body := range []string{`{"noSuchMember": 1}`, `[]`, `"text"`} {
			r.body = body
			s.forbidden(t, r)
		}
		r.body = "{"
		s.refused(t, r, http.StatusBadRequest)
	}
	for _, p := range o.Parameters {
		if p.In != "query" || p.Schema.Type == "string" && p.Schema.Enum == nil {
			continue
		}
		s.forbidden(t, request{method: method, path: strings.ReplaceAll(path, "{id}", "latest") + "?" + p.Name + "=no-such-value"})
	}
}

// forbidden asks for what the document says is no request at all.
func (s *stand) forbidden(t *testing.T, r request) {
	t.Helper()
	if ok, _ := s.ValidateHttpRequest(s.http(t, r)); ok {
		t.Errorf("%s %s %s: the document allows it", r.method, r.path, r.body)
	}
	s.refused(t, r, http.StatusBadRequest)
}
