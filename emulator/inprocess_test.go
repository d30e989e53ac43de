package emulator_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// inProcess carries requests to an emulator's front door without a connection: everything above TCP is as on the wire, and
// a request costs tens of microseconds.
type inProcess struct {
	door  http.Handler
	world string
}

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.Host = r.Host
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if r.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{ServerName: r.URL.Hostname()}
	}
	in.URL.Scheme, in.URL.Host = "", ""
	in.Header.Set(emulator.WorldHeader, p.world)
	if in.Body == nil {
		in.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	p.door.ServeHTTP(rec, in)
	answer := rec.Result()
	answer.Request = r
	return answer, nil
}

// wire is a client of one world that follows no redirect.
type wire struct{ client *http.Client }

func newWire(emu *emulator.Emulator, world string) wire {
	return wire{&http.Client{
		Transport:     inProcess{emu, world},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answered is what came back.
type answered struct {
	status int
	header http.Header
	body   []byte
	asked  string // method and address
}

func (a answered) ok() bool { return a.status/100 == 2 }

// read decodes the body; an answer of another shape leaves out as it was.
func (a answered) read(out any) { _ = json.Unmarshal(a.body, out) }

func (w wire) send(tb failing, method, address, token, body string) answered {
	r, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	if err != nil {
		tb.Fatalf("%s %s: %v", method, address, err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json;odata=nometadata")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := w.client.Do(r)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, address, err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, address, err)
	}
	if answer.StatusCode >= http.StatusInternalServerError {
		tb.Fatalf("%s %s %s: %d %s", method, address, body, answer.StatusCode, b)
	}
	return answered{answer.StatusCode, answer.Header, b, method + " " + address}
}

// failing is what a test and a run of rapid have in common.
type failing interface {
	Fatalf(format string, args ...any)
}

// control asks the control plane.
func (w wire) control(tb failing, method, path, body string) answered {
	return w.send(tb, method, "http://localhost/_tennantite/v1/"+path, "", body)
}

// token is one that does not expire while a test runs. "" is the answer where the person cannot have any.
func (w wire) token(tb failing, who, tenant, resource string) string {
	const years = 20 * 365 * 24 * 3600
	ask, err := json.Marshal(map[string]any{"as": who, "app": suite, "tenant": tenant, "resource": resource, "expiresIn": years})
	if err != nil {
		tb.Fatalf("%v", err)
	}
	var t struct {
		Token string `json:"access_token"`
	}
	w.control(tb, http.MethodPost, "tokens", string(ask)).read(&t)
	return t.Token
}

var _ failing = testing.TB(nil)
