package emulator_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
)

// endless is a body that never ends; sent is how much of it was taken.
type endless struct{ sent atomic.Int64 }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	e.sent.Add(int64(len(b)))
	return len(b), nil
}

// Whoever sends without an end is refused as soon as he has sent more than the service takes, by every face.
func TestEndlessBodiesAreRefused(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	graph, sharePoint := c.mint(t, graphHost, nil), c.mint(t, "https://contoso.sharepoint.com", nil)
	// What the kernel keeps at the two ends of a connection: each grows to some MiB, by the machine's memory.
	const slack = 64 << 20
	for _, tt := range []struct {
		name, host, path, token, contentType string
		limit                                int64
		status                               int
	}{
		{"Graph", "graph.microsoft.com", "/v1.0/users", graph, "application/json", 1 << 20, http.StatusRequestEntityTooLarge},
		{"Graph, without a token", "graph.microsoft.com", "/v1.0/users", "", "application/json", 1 << 20, http.StatusUnauthorized},
		{"Graph, a batch", "graph.microsoft.com", "/v1.0/$batch", graph, "application/json", 4 << 20, http.StatusRequestEntityTooLarge},
		{"SharePoint", "contoso.sharepoint.com", "/_api/web/ensureuser", sharePoint, "application/json", 2 << 20, http.StatusBadRequest},
		{"CSOM", "contoso.sharepoint.com", "/_vti_bin/client.svc/ProcessQuery", sharePoint, "text/xml", 2 << 20, http.StatusBadRequest},
		{"sign-in", "login.microsoftonline.com", "/contoso.com/oauth2/v2.0/token", "", "application/x-www-form-urlencoded", 1 << 20, http.StatusBadRequest},
		{"control plane", "localhost", "/_tennantite/v1/tokens", "", "application/json", 16 << 20, http.StatusRequestEntityTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn := dialDoor(t, "http", c.emu.Addresses().HTTP)
			defer conn.Close()
			header := "POST " + tt.path + " HTTP/1.1\r\nHost: " + tt.host + "\r\nContent-Type: " + tt.contentType + "\r\nContent-Length: 1099511627776\r\n"
			if tt.token != "" {
				header += "Authorization: Bearer " + tt.token + "\r\n"
			}
			_, err := io.WriteString(conn, header+"\r\n")
			must(t, err)
			body, done := &endless{}, make(chan struct{})
			go func() {
				defer close(done)
				_, _ = io.Copy(conn, struct{ io.Reader }{body}) // until it is cut off
			}()
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			must(t, err)
			answer.Body.Close()
			conn.Close()
			<-done
			if answer.StatusCode != tt.status {
				t.Errorf("answered %s, want %d", answer.Status, tt.status)
			}
			if n := body.sent.Load(); n > tt.limit+slack {
				t.Errorf("took %d KiB, the limit is %d KiB", n>>10, tt.limit>>10)
			}
		})
	}
}

// Headers have a limit at each door, whether a line or their number is too large, and those that never end.
func TestHugeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	long, many := "X-Long: "+strings.Repeat("x", 1<<20)+"\r\n", strings.Repeat("X-Many: x\r\n", 1<<17)
	for door, address := range emu.Addresses().Map() {
		for name, header := range map[string]string{"long": long, "many": many} {
			t.Run(door+", "+name, func(t *testing.T) {
				t.Parallel()
				conn := dialDoor(t, door, address)
				defer conn.Close()
				request := "GET / HTTP/1.1\r\nHost: localhost\r\n"
				if door == "proxy" {
					request = "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: graph.microsoft.com:443\r\n"
				}
				go io.WriteString(conn, request+header) //nolint:errcheck // it is cut off, and the end of the headers never comes
				answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					return // cut off before the answer could be read
				}
				answer.Body.Close()
				if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
					t.Errorf("answered %s", answer.Status)
				}
			})
		}
	}
}

// dialDoor connects to a listener as its clients do.
func dialDoor(t *testing.T, door, address string) net.Conn {
	t.Helper()
	_, at, _ := strings.Cut(address, "://")
	conn, err := net.Dial("tcp", at) //nolint:noctx // it ends with the test
	must(t, err)
	const patience = 30 * time.Second
	must(t, conn.SetDeadline(time.Now().Add(patience))) //nolint:forbidigo // connections go by the wall clock
	if door != "https" {
		return conn
	}
	secure := tls.Client(conn, &tls.Config{ServerName: "localhost", InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}) //nolint:gosec // it is only filled
	must(t, secure.HandshakeContext(t.Context()))
	return secure
}

// What is small on the wire and large behind it is refused at the size that it has behind it.
func TestWhatExpandsIsRefused(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	graph := c.mint(t, graphHost, nil)
	sharePoint := c.mint(t, "https://contoso.sharepoint.com", nil)
	var zip bytes.Buffer
	z := gzip.NewWriter(&zip)
	const large = 64 << 20
	_, err := io.Copy(z, io.LimitReader(&endless{}, large))
	must(t, err)
	must(t, z.Close())
	laughs := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for _, n := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		next := string(n[0] + 1)
		laughs += next + ": &" + next + " [" + strings.TrimSuffix(strings.Repeat("*"+n+", ", 10), ", ") + "]\n"
	}
	const depth = 20000
	plane := c.emu.Addresses().HTTP + "/_tennantite/v1/"
	entities := `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><Request>&b;</Request>`
	for _, tt := range []struct {
		name, address, token, contentType, encoding, body string
		status                                            int
	}{
		{"gzip", graphHost + "/v1.0/users", graph, "application/json", "gzip", zip.String(), http.StatusRequestEntityTooLarge},
		{"aliases of YAML", plane + "import", "", "application/yaml", "", laughs, http.StatusBadRequest},
		{"YAML within YAML", plane + "import", "", "application/yaml", "", "tenants: " + strings.Repeat("[", depth), http.StatusBadRequest},
		{"mappings within mappings", plane + "import", "", "application/yaml", "", strings.Repeat("{a: ", depth), http.StatusBadRequest},
		{"JSON within JSON", plane + "tokens", "", "application/json", "", `{"claims":` + strings.Repeat(`[`, depth), http.StatusBadRequest},
		{"claims within claims", plane + "tokens", "", "application/json", "", `{"tenant":"contoso.com","claims":{"x":` + strings.Repeat(`[`, depth) + strings.Repeat(`]`, depth) + `}}`, http.StatusBadRequest},
		{"entities of XML", "https://contoso.sharepoint.com/_vti_bin/client.svc/ProcessQuery", sharePoint, "text/xml", "", entities, http.StatusOK},
		{"elements within elements", "https://contoso.sharepoint.com/_vti_bin/client.svc/ProcessQuery", sharePoint, "text/xml", "", strings.Repeat("<Request>", depth), http.StatusOK},
		{"a batch within a batch", graphHost + "/v1.0/$batch", graph, "application/json", "", `{"requests":[{"id":"1","method":"POST","url":"/$batch","body":` + strings.Repeat(`[`, depth) + strings.Repeat(`]`, depth) + `}]}`, http.StatusBadRequest},
		{"filters within filters", graphHost + "/v1.0/users?$filter=" + strings.Repeat("not(", 10000), graph, "", "", "", http.StatusBadRequest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			method := http.MethodPost
			if tt.contentType == "" {
				method = http.MethodGet
			}
			r, err := http.NewRequestWithContext(t.Context(), method, tt.address, strings.NewReader(tt.body))
			must(t, err)
			r.Header.Set("Content-Type", tt.contentType)
			r.Header.Set("Authorization", "Bearer "+tt.token)
			if tt.encoding != "" {
				r.Header.Set("Content-Encoding", tt.encoding)
			}
			answer, err := c.client.Do(r)
			must(t, err)
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			must(t, err)
			// CSOM tells of its errors in an answer of success.
			if answer.StatusCode != tt.status || tt.status == http.StatusOK && !strings.Contains(string(text), "ErrorTypeName") {
				t.Errorf("answered %s %.300s, want %d", answer.Status, text, tt.status)
			}
		})
	}
}

// A fixture that comes over the wire reads no file of this machine.
func TestImportsReadNoFiles(t *testing.T) {
	t.Parallel()
	w := newWire(emulator.Start(t), emulator.MainWorld)
	for _, file := range []string{"limits_test.go", "../go.mod", "/etc/passwd", `..\go.mod`, "file:///etc/passwd", "a/../../go.mod"} {
		a := w.control(t, http.MethodPost, "import", "tenants: {a: {initialDomain: a.onmicrosoft.com, users: {u: {userPrincipalName: u@a.onmicrosoft.com}}, sites: {s: {path: /sites/s, owners: [u], libraries: {Documents: {path: Shared Documents, files: {f.txt: {file: '"+file+"'}}}}}}}}")
		if a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", file, a.status, a.body)
		}
	}
}
