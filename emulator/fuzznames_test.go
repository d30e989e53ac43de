package emulator_test

import (
	"bufio"
	"crypto/x509"
	"io"
	"mime"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
)

// FuzzProxy says anything to the proxy: it opens a tunnel to hosts that are emulated and to no others, and ends what it does
// not understand.
func FuzzProxy(f *testing.F) {
	for _, s := range []string{
		"CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: graph.microsoft.com:443\r\n\r\n", "CONNECT evil.example:443 HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n",
		"CONNECT graph.microsoft.com HTTP/1.0\r\n\r\n", "CONNECT [::1]:443 HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT :443 HTTP/1.1\r\nHost: \r\n\r\n",
		"GET http://graph.microsoft.com/v1.0/me HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET / HTTP/1.1\r\nHost: graph.microsoft.com\r\n\r\n",
		"CONNECT contoso.sharepoint.com:443 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic bWFpbjp4\r\n\r\n\x16\x03\x01", "\x16\x03\x01\x00\x05hello", "CONNECT a@graph.microsoft.com:443 HTTP/1.1\r\nHost: b\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	emu := emulator.Start(f)
	address := strings.TrimPrefix(emu.Addresses().Proxy, "http://")
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		// The proxy may end the connection before all is sent.
		_, _ = c.Write(text)
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			return
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: http.MethodConnect})
		if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(string(text), "CONNECT ") {
			_, _ = io.Copy(io.Discard, c) // ends, since the proxy ends the connection
			return
		}
		words := strings.Fields(string(text))
		u, err := url.Parse("//" + words[1])
		if err != nil {
			t.Fatalf("a tunnel for %q", text)
		}
		host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		for _, own := range []string{"microsoftonline.com", "windows.net", "microsoft.com", "sharepoint.com", "live.com", "localhost"} {
			if strings.HasSuffix(host, "."+own) || host == own {
				return
			}
		}
		t.Errorf("a tunnel to %q for %q", host, text)
	})
}

// FuzzServerName asks for a certificate by any name, as a client's first message has it: what is made is good for that name
// and no other, and none is made for names of strangers.
func FuzzServerName(f *testing.F) {
	for _, s := range []string{
		"", "graph.microsoft.com", "contoso-my.sharepoint.com", "CONTOSO.sharepoint.com.", "a.b.sharepoint.com", "login.localhost", "localhost", "127.0.0.1", "::1", "evil.example", "*.sharepoint.com",
		"a\x00.sharepoint.com", "é.sharepoint.com", strings.Repeat("a", 70) + ".sharepoint.com", ".", " ", "-.sharepoint.com", "[::1", "x:443",
	} {
		f.Add(s)
	}
	emu := emulator.Start(f)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(emu.CA())
	f.Fuzz(func(t *testing.T, name string) {
		c, err := emu.Certificate(name) // without a name, that of the address reached
		if err != nil {
			if c != nil {
				t.Errorf("%q: %v, and a certificate", name, err)
			}
			return
		}
		if emu.Certificates() > emulator.MaxLeaves {
			t.Errorf("%d certificates are kept", emu.Certificates())
		}
		if _, err := c.Leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: c.Leaf.NotBefore.Add(1)}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if len(c.Leaf.DNSNames)+len(c.Leaf.IPAddresses) != 1 || len(c.Leaf.DNSNames) == 1 && (strings.Contains(c.Leaf.DNSNames[0], "*") || len(c.Leaf.DNSNames[0]) > len(name)) || name == "" && len(c.Leaf.IPAddresses) != 1 {
			t.Errorf("%q: for %q %v", name, c.Leaf.DNSNames, c.Leaf.IPAddresses)
		}
	})
}

// FuzzRelay gives any address of an SMTP server: it is understood, or refused without telling its password.
func FuzzRelay(f *testing.F) {
	for _, s := range []string{
		"localhost:1025", "smtp://user:secret@host:25", "smtps://host", "smtp://[::1]:25", "smtp://user:secret@", "host:0", "host:99999", "smtp://user:secret@host:x", "ftp://user:secret@x", "smtp://a b/", "smtp://host?x", ":25", "://",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		host, err := emulator.ReadRelay(address)
		if (err == nil) != (host != "") {
			t.Errorf("%q: host %q, %v", address, host, err)
		}
		if err != nil && strings.Contains(address, ":secret@") && strings.Contains(err.Error(), ":secret@") {
			t.Errorf("the error tells the password: %v", err)
		}
	})
}

// FuzzRelayedMail hands mail with any addresses, subject and text on: what goes out is a mail to those that it was for, and
// neither of them gets to write a header.
func FuzzRelayedMail(f *testing.F) {
	f.Add("invites@microsoft.com", "carol@fabrikam.com", "Adele invited you", "Hello", "<p>Hello</p>")
	f.Add("a@b.example", "c@d.example\r\nBcc: evil@example.com", "x\r\nBcc: evil@example.com\r\n\r\nbody", "\r\n.\r\n", "<p>\x00é")
	f.Add("a@b.example", `"a b"@d.example`, "é ü 你", ".", "")
	f.Add("no address", "", "", "", "")
	f.Fuzz(func(t *testing.T, from, to, subject, text, html string) {
		raw, err := emulator.RelayedMail(state.Message{ID: "1", Kind: "notification", From: from, To: to, Subject: subject, Text: text, HTML: html})
		if err != nil {
			return
		}
		m, err := mail.ReadMessage(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		for name, values := range m.Header {
			switch name {
			case "From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "X-Tennantite-World", "X-Tennantite-Tenant", "X-Tennantite-Kind", "X-Tags":
			default:
				t.Errorf("header %s: %q for %q %q %q", name, values, from, to, subject)
			}
		}
		if list, err := m.Header.AddressList("To"); err != nil || len(list) != 1 {
			t.Errorf("to %q became %q: %v", to, m.Header["To"], err)
		}
		if got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || strings.ContainsAny(got, "\r\n") && !strings.ContainsAny(subject, "\r\n") {
			t.Errorf("subject %q became %q: %v", subject, got, err)
		}
	})
}
