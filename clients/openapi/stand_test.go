package openapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/tennantite/tennantite/emulator"
)

const prefix = "/_tennantite/v1"

// stand is a world of an emulator, and the document that it serves.
type stand struct {
	base, world string
	validator.Validator
	paths   map[string]map[string]operation
	schemas map[string]schema
}

// operation is what a test needs of an operation of the document.
type operation struct {
	Parameters []struct {
		Name, In string
		Schema   struct{ Type, Enum any }
	}
	RequestBody *struct {
		Content map[string]struct{ Schema schema }
	}
}

// schema is what a test needs of one.
type schema struct {
	Ref        string `json:"$ref"`
	Properties map[string]struct{ Enum any }
}

// json is the schema of an operation's body, nil where it takes no JSON.
func (s *stand) json(o operation) *schema {
	if o.RequestBody == nil {
		return nil
	}
	body, ok := o.RequestBody.Content["application/json"]
	if !ok {
		return nil
	}
	if named, ok := s.schemas[strings.TrimPrefix(body.Schema.Ref, "#/components/schemas/")]; ok {
		return &named
	}
	return &body.Schema
}

// request is a call of the control plane. Its world is the stand's unless it names one.
type request struct {
	method, path, body string
	contentType        string // application/json unless given
	world              string
}

// answer is what came, with the request that was sent.
type answer struct {
	*http.Response
	sent request
	text []byte
}

func start(t *testing.T) *stand {
	t.Helper()
	emu := emulator.Start(t)
	w, err := emu.Fork("openapi", emulator.MainWorld, false)
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{base: emu.Addresses().HTTP, world: w.Name}
	served := s.ask(t, request{method: http.MethodGet, path: prefix + "/openapi.json"})
	document, err := libopenapi.NewDocument(served.text)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(document)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	s.Validator = v
	var read struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(served.text, &read); err != nil {
		t.Fatal(err)
	}
	s.paths, s.schemas = read.Paths, read.Components.Schemas
	return s
}

// http makes the request anew: sending and validating both read its body.
func (s *stand) http(t *testing.T, r request) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.method, s.base+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Tennantite-World", s.world)
	if r.world != "" {
		req.Header.Set("X-Tennantite-World", r.world)
	}
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	return req
}

// ask sends a request. Of an answer that does not end, server-sent events, it reads what comes first.
func (s *stand) ask(t *testing.T, r request) answer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got, err := http.DefaultClient.Do(s.http(t, r).WithContext(ctx))
	if err != nil {
		t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	defer got.Body.Close()
	a := answer{Response: got, sent: r}
	if got.Header.Get("Content-Type") == "text/event-stream" {
		beginning := make([]byte, 1<<10)
		n, err := got.Body.Read(beginning)
		if err != nil {
			t.Fatalf("%s %s: %v", r.method, r.path, err)
		}
		a.text = beginning[:n]
		return a
	}
	if a.text, err = io.ReadAll(got.Body); err != nil {
		t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return a
}

// fits holds an answer to the document.
func (s *stand) fits(t *testing.T, a answer) {
	t.Helper()
	a.Body = io.NopCloser(bytes.NewReader(a.text))
	_, errs := s.ValidateHttpResponse(s.http(t, a.sent), a.Response)
	for _, e := range errs {
		t.Errorf("%s %s answers %s: %s: %s %v\n%s", a.sent.method, a.sent.path, a.Status, e.Message, e.Reason, e.SchemaValidationErrors, a.text)
	}
}

// at finds the path of the document under which an address falls.
func (s *stand) at(t *testing.T, method, path string) (template string, of operation) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	if o, ok := s.paths[path][strings.ToLower(method)]; ok {
		return path, o
	}
	parts := strings.Split(path, "/")
	for template, methods := range s.paths {
		want := strings.Split(template, "/")
		same := len(want) == len(parts)
		for i := 0; same && i < len(want); i++ {
			same = want[i] == parts[i] || strings.HasPrefix(want[i], "{")
		}
		if o, ok := methods[strings.ToLower(method)]; same && ok {
			return template, o
		}
	}
	t.Fatalf("the document has no %s %s", method, path)
	return "", operation{}
}

// operations calls f for each operation of the document, in a subtest of its own.
func (s *stand) operations(t *testing.T, f func(t *testing.T, method, path string, o operation)) {
	t.Helper()
	for path, methods := range s.paths {
		for method, o := range methods {
			t.Run(strings.ToUpper(method)+strings.TrimPrefix(path, prefix), func(t *testing.T) { f(t, strings.ToUpper(method), path, o) })
		}
	}
}
