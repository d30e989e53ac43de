package emulator_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator"
)

// dialProxy connects to the proxy and sends it text.
func dialProxy(tb testing.TB, emu *emulator.Emulator, text string) (net.Conn, *bufio.Reader) {
	tb.Helper()
	u, err := url.Parse(emu.Addresses().Proxy)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	const patience = 10 * time.Second
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil { //nolint:forbidigo // of a connection
		tb.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		tb.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// say sends text on a connection.
func say(tb testing.TB, c net.Conn, format string, args ...any) {
	tb.Helper()
	if _, err := fmt.Fprintf(c, format, args...); err != nil {
		tb.Fatal(err)
	}
}

func readAnswer(tb testing.TB, r *bufio.Reader, method string) (*http.Response, string) {
	tb.Helper()
	answer, err := http.ReadResponse(r, &http.Request{Method: method})
	if err != nil {
		tb.Fatal(err)
	}
	if method == http.MethodConnect && answer.StatusCode == http.StatusOK {
		return answer, ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer, string(body)
}

func TestProxyRefusesForeignHosts(t *testing.T) {
	t.Parallel()
	// A listener that the proxy must not reach, whatever it is called.
	foreign, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	reached := make(chan struct{}, 1)
	go func() {
		if c, err := foreign.Accept(); err == nil {
			c.Close()
			reached <- struct{}{}
		}
	}()
	emu := emulator.Start(t)
	for _, request := range []string{
		"CONNECT %[1]s HTTP/1.1\r\nHost: %[1]s\r\n\r\n",
		"GET http://%[1]s/ HTTP/1.1\r\nHost: %[1]s\r\n\r\n",
		"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
		"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22\r\n\r\n",
		"CONNECT graph.microsoft.com.example.com:443 HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n",
		"GET http://example.com/ HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n",
	} {
		if strings.Contains(request, "%") {
			request = fmt.Sprintf(request, foreign.Addr())
		}
		_, r := dialProxy(t, emu, request)
		method, _, _ := strings.Cut(request, " ")
		answer, body := readAnswer(t, r, method)
		if answer.StatusCode != http.StatusForbidden || !strings.Contains(body, "is not emulated") {
			t.Errorf("%q: got %s %s", request, answer.Status, body)
		}
	}
	select {
	case <-reached:
		t.Error("the proxy opened a connection")
	default:
	}
}

func TestTunnel(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(emu.CA())
	for _, tt := range []struct{ name, connect, protocol, want string }{
		{"HTTP/2", "graph.microsoft.com:443", "h2", "HTTP/2.0"},
		{"HTTP/1.1", "graph.microsoft.com:443", "http/1.1", "HTTP/1.1"},
		{"without a port", "graph.microsoft.com", "http/1.1", "HTTP/1.1"},
		{"another port", "graph.microsoft.com:8443", "http/1.1", "HTTP/1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, r := dialProxy(t, emu, "CONNECT "+tt.connect+" HTTP/1.1\r\nHost: "+tt.connect+"\r\n\r\n")
			if answer, body := readAnswer(t, r, http.MethodConnect); answer.StatusCode != http.StatusOK {
				t.Fatalf("got %s %s", answer.Status, body)
			}
			secure := tls.Client(c, &tls.Config{ServerName: "graph.microsoft.com", RootCAs: pool, NextProtos: []string{tt.protocol}, MinVersion: tls.VersionTLS12})
			transport := &http.Transport{
				DialTLSContext:    func(context.Context, string, string) (net.Conn, error) { return secure, secure.Handshake() },
				ForceAttemptHTTP2: tt.protocol == "h2",
			}
			if tt.protocol != "h2" {
				transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
			}
			answer, err := (&http.Client{Transport: transport}).Get("https://graph.microsoft.com/v1.0/me")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.Proto != tt.want || answer.StatusCode != http.StatusUnauthorized || answer.Header.Get("request-id") == "" {
				t.Errorf("got %s %s", answer.Proto, answer.Status)
			}
		})
	}
}

// msal-node up to version 2 opens a tunnel without a port, speaks plain HTTP in it, and reads the answer by itself.
func TestPlainTunnel(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	c, r := dialProxy(t, emu, "CONNECT login.microsoftonline.com HTTP/1.1\r\nHost: login.microsoftonline.com\r\n\r\n")
	if answer, body := readAnswer(t, r, http.MethodConnect); answer.StatusCode != http.StatusOK {
		t.Fatalf("got %s %s", answer.Status, body)
	}
	const form = "grant_type=client_credentials"
	say(t, c, "POST https://login.microsoftonline.com/common/oauth2/v2.0/token HTTP/1.1\r\nHost: login.microsoftonline.com\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form)
	all, err := io.ReadAll(r) // to the end: the connection is closed
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(all), "\r\n\r\n")
	head = strings.ToLower(head)
	if strings.Contains(head, "transfer-encoding") || !strings.Contains(head, fmt.Sprintf("content-length: %d", len(body))) ||
		!strings.Contains(head, "connection: close") || !strings.Contains(body, `"error"`) {
		t.Errorf("got %s\n\n%s", head, body)
	}
}

func TestTunnelReachesEmulatedHostsOnly(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	for _, host := range []string{"127.0.0.1", "localhost:4365", "example.com"} {
		c, r := dialProxy(t, emu, "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n")
		if answer, body := readAnswer(t, r, http.MethodConnect); answer.StatusCode != http.StatusOK {
			t.Fatalf("got %s %s", answer.Status, body)
		}
		say(t, c, "GET /_tennantite/v1/info HTTP/1.1\r\nHost: %s\r\n\r\n", host)
		if answer, body := readAnswer(t, r, http.MethodGet); answer.StatusCode != http.StatusForbidden || strings.Contains(body, "caFingerprint") {
			t.Errorf("host %s: got %s %s", host, answer.Status, body)
		}
	}
}

func TestPlainRequestThroughProxy(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	_, r := dialProxy(t, emu, "GET http://graph.microsoft.com/v1.0/me HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n")
	if answer, body := readAnswer(t, r, http.MethodGet); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %s %s", answer.Status, body)
	}
	_, r = dialProxy(t, emu, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	if answer, body := readAnswer(t, r, http.MethodGet); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("got %s %s", answer.Status, body)
	}
}

func TestWorldOfProxyUser(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	if _, err := emu.Fork("other", emulator.MainWorld, false); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ world, want string }{
		{"other", "other"},
		{"", emulator.MainWorld},
	} {
		answer, err := emu.WorldClient(tt.world).Get("https://graph.microsoft.com/v1.0/me")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		j, ok := emu.Journal(tt.want)
		if !ok {
			t.Fatalf("there is no world %s", tt.want)
		}
		found := j.Find(control.Filter{})
		if len(found) != 1 || found[0].ID != answer.Header.Get("request-id") {
			t.Errorf("proxy user %q: the request is not in the journal of %s", tt.world, tt.want)
		}
	}
	if _, err := emu.WorldClient("nowhere").Get("https://graph.microsoft.com/v1.0/me"); err == nil {
		t.Error("a world that is not there takes requests")
	}
	user := base64.StdEncoding.EncodeToString([]byte("nowhere:"))
	_, r := dialProxy(t, emu, "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: graph.microsoft.com\r\nProxy-Authorization: Basic "+user+"\r\n\r\n")
	if answer, body := readAnswer(t, r, http.MethodConnect); answer.StatusCode != http.StatusForbidden || !strings.Contains(body, `\"nowhere\"`) {
		t.Errorf("got %s %s", answer.Status, body)
	}
}
