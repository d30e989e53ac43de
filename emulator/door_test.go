package emulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// ask sends a request straight to an address, with a Host of its own, and returns status, content type and body.
func ask(tb testing.TB, method, address, host string, header http.Header) (status int, contentType, body string) {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, address, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	maps.Copy(r.Header, header)
	r.Host = host
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true},
	}
	answer, err := client.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Content-Type"), string(b)
}

func TestHosts(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t, func(o *emulator.Options) { o.PublicURL = "http://emu.example.org:8080" })
	base := emu.Addresses().HTTP
	const info = "/_tennantite/v1/info"
	for _, tt := range []struct {
		name, host, path string
		control          bool // the control plane answered
		refused          int  // the front door refused
	}{
		{name: "loopback address", host: "127.0.0.1:4365", path: info, control: true},
		{name: "loopback, version 6", host: "[::1]:4365", path: info, control: true},
		{name: "localhost", host: "localhost", path: info, control: true},
		{name: "localhost with a final dot", host: "localhost.", path: info, control: true},
		{name: "name of a container", host: "tennantite:4365", path: info, control: true},
		{name: "host of the public address", host: "emu.example.org:8080", path: info, control: true},
		{name: "host that the container engine gives the machine", host: "host.docker.internal:4365", path: info, control: true},

		{name: "name that a stranger may own", host: "rebind.example.com:4365", path: info, refused: http.StatusMisdirectedRequest},
		{name: "name below the public address", host: "x.emu.example.org", path: info, refused: http.StatusMisdirectedRequest},
		{name: "name that begins like the public address", host: "emu.example.org.evil.com", path: info, refused: http.StatusMisdirectedRequest},

		{name: "real name of Graph", host: "graph.microsoft.com", path: info},
		{name: "real name of a site", host: "contoso.sharepoint.com", path: info},
		{name: "real name of sign-in", host: "login.microsoftonline.com", path: info},
		{name: "local name of Graph", host: "graph.localhost:4365", path: info},
		{name: "local name below the public address", host: "graph.emu.example.org:8080", path: info},
		{name: "readiness at a real name", host: "graph.microsoft.com", path: "/readyz"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, _, body := ask(t, http.MethodGet, base+tt.path, tt.host, nil)
			if got := strings.Contains(body, "caFingerprint"); got != tt.control {
				t.Errorf("control plane answered: %t, want %t: %d %s", got, tt.control, status, body)
			}
			if tt.refused != 0 && status != tt.refused {
				t.Errorf("got %d %s, want %d", status, body, tt.refused)
			}
			if tt.refused == 0 && status == http.StatusMisdirectedRequest {
				t.Errorf("the front door refused: %s", body)
			}
		})
	}
}

func TestCrossSiteRequests(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	base := emu.Addresses().HTTP
	for _, tt := range []struct {
		name, method string
		header       http.Header
		want         int
	}{
		{"a tool", http.MethodPost, nil, http.StatusNoContent},
		{"our own page", http.MethodPost, http.Header{"Origin": {base}, "Sec-Fetch-Site": {"same-origin"}}, http.StatusNoContent},
		{"a page of another site", http.MethodPost, http.Header{"Origin": {"https://evil.example.com"}, "Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden},
		{"an old browser, another site", http.MethodPost, http.Header{"Origin": {"https://evil.example.com"}}, http.StatusForbidden},
		{"a page of another port of this machine", http.MethodPost, http.Header{"Origin": {"http://127.0.0.1:1"}, "Sec-Fetch-Site": {"same-site"}}, http.StatusForbidden},
		{"our own name below another host", http.MethodPost, http.Header{"Origin": {"https://127.0.0.1.evil.example.com"}}, http.StatusForbidden},
		{"a deletion for another site", http.MethodDelete, http.Header{"Origin": {"https://evil.example.com"}, "Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden},
		{"a change for another site", http.MethodPatch, http.Header{"Origin": {"https://evil.example.com"}, "Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden},
		{"a page without an origin", http.MethodPost, http.Header{"Origin": {"null"}}, http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, _, body := ask(t, tt.method, base+"/_tennantite/v1/reset", "", tt.header)
			if status != tt.want {
				t.Errorf("got %d %s, want %d", status, body, tt.want)
			}
		})
	}
}

func TestUnknownWorld(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	for _, host := range []string{"", "graph.microsoft.com"} {
		status, contentType, body := ask(t, http.MethodGet, emu.Addresses().HTTP+"/v1.0/me", host, http.Header{emulator.WorldHeader: {"nowhere"}})
		var problem struct{ Title, Detail string }
		if err := json.Unmarshal([]byte(body), &problem); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if status != http.StatusMisdirectedRequest || contentType != "application/problem+json" || !strings.Contains(problem.Detail, `"nowhere"`) {
			t.Errorf("host %q: got %d %s %s", host, status, contentType, body)
		}
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(emu.CA())
	address := strings.TrimPrefix(emu.Addresses().HTTPS, "https://")
	for _, tt := range []struct {
		name string
		ok   bool
	}{
		{"graph.microsoft.com", true},
		{"GRAPH.microsoft.com", true},
		{"contoso.sharepoint.com", true},
		{"graph.localhost", true},
		{"localhost", true},
		{"127.0.0.1", true},
		{"example.com", false},
		{"graph.microsoft.com.example.com", false},
	} {
		c, err := tls.Dial("tcp", address, &tls.Config{ServerName: tt.name, RootCAs: pool, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12})
		if (err == nil) != tt.ok {
			t.Errorf("%s: got %v", tt.name, err)
		}
		if err != nil {
			continue
		}
		if p := c.ConnectionState().NegotiatedProtocol; p != "h2" {
			t.Errorf("%s: speaks %q", tt.name, p)
		}
		_ = c.Close() // nothing was said
	}
}

// A page of another site can make a browser read, but not hand on what it read.
func TestOtherSitesCannotReadAnswers(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	for _, method := range []string{http.MethodGet, http.MethodOptions} {
		r, err := http.NewRequestWithContext(t.Context(), method, emu.Addresses().HTTP+"/_tennantite/v1/tenants", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", "https://evil.example.com")
		r.Header.Set("Access-Control-Request-Method", "POST")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		for name := range answer.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s is answered with %s", method, name)
			}
		}
	}
}
