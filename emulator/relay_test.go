package emulator_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/tennantite/tennantite/emulator"
	letters "github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/state"
)

// mailServer is a real SMTP server that keeps what it gets.
type mailServer struct {
	address  string
	password string // "" for a server that asks nobody
	refuse   int    // so many mails are refused at first
	got      chan received
}

type received struct {
	from   string
	to     []string
	user   string
	secure bool
	mail   *mail.Message
	text   string
	html   string
}

// startMail starts a server; with certificates it speaks TLS, from the start if implicit.
func startMail(t *testing.T, m *mailServer, certificates *tls.Config, implicit bool) *mailServer {
	t.Helper()
	m.got = make(chan received, 100)
	s := smtp.NewServer(m)
	s.TLSConfig, s.AllowInsecureAuth, s.Domain = certificates, true, "localhost"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	m.address = l.Addr().String()
	if implicit {
		l = tls.NewListener(l, certificates)
	}
	go s.Serve(l) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { s.Close() })
	return m
}

// NewSession is of smtp.Backend.
func (m *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secure := c.TLSConnectionState()
	s := &mailSession{server: m, got: received{secure: secure}}
	if m.password == "" {
		return struct{ smtp.Session }{s}, nil
	}
	return s, nil
}

type mailSession struct {
	server *mailServer
	got    received
}

func (s *mailSession) Reset()        { s.got.to = nil }
func (s *mailSession) Logout() error { return nil }
func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.password != "" && s.got.user == "" {
		return errors.New("who are you?")
	}
	s.got.from = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.got.to = append(s.got.to, to)
	return nil
}
func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != s.server.password {
			return errors.New("wrong password")
		}
		s.got.user = user
		return nil
	}), nil
}

func (s *mailSession) Data(r io.Reader) (err error) {
	if s.server.refuse > 0 {
		s.server.refuse--
		return &smtp.SMTPError{Code: 451, Message: "try again later"}
	}
	got := s.got
	if got.mail, err = mail.ReadMessage(r); err != nil {
		return err
	}
	_, p, err := mime.ParseMediaType(got.mail.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	parts := multipart.NewReader(got.mail.Body, p["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			got.text = string(text)
		case "text/html":
			got.html = string(text)
		}
	}
	s.server.got <- got
	return nil
}

// next is the next mail that the server gets.
func (m *mailServer) next(t *testing.T) received {
	t.Helper()
	select {
	case r := <-m.got:
		return r
	case <-time.After(20 * time.Second):
		t.Fatal("no mail came")
		return received{}
	}
}

// write has a world send a letter.
func write(t *testing.T, emu *emulator.Emulator, world, subject string) {
	t.Helper()
	must(t, emu.Update(world, func(tx *state.Tx) error {
		contoso, _ := tx.TenantByDomain("contoso.com")
		letters.Send(tx, letters.Letter{
			TenantID: contoso.ID, To: "zoë@fabrikam.com", CC: []string{"boss@fabrikam.com"}, Kind: letters.SharingLink, Subject: subject,
			Body: []string{"Žižková shared a file."}, Links: []letters.Link{{Kind: letters.SharingLink, URL: "https://contoso.sharepoint.com/x?a=1&b=2", Label: "Open"}},
		})
		return nil
	}))
}

func TestRelay(t *testing.T) {
	t.Parallel()
	server := startMail(t, &mailServer{}, nil, false)
	emu := emulator.Start(t, func(o *emulator.Options) { o.SMTPRelay = server.address })
	write(t, emu, "main", "first ž")
	_, err := emu.Fork("child", "main", false)
	must(t, err)
	if err := emu.Update("main", func(tx *state.Tx) error {
		letters.Send(tx, letters.Letter{To: "a@example.com", Subject: "never"})
		return errors.New("refused")
	}); err == nil {
		t.Fatal("it was to be refused")
	}
	got := server.next(t)
	subject, err := new(mime.WordDecoder).DecodeHeader(got.mail.Header.Get("Subject"))
	must(t, err)
	if subject != "first ž" || got.from != "no-reply@sharepointonline.com" || !slices.Equal(got.to, []string{"zoë@fabrikam.com", "boss@fabrikam.com"}) {
		t.Errorf("got %q from %s to %v", subject, got.from, got.to)
	}
	for name, want := range map[string]string{
		"X-Tennantite-World": "main", "X-Tennantite-Tenant": "contoso.onmicrosoft.com", "X-Tennantite-Kind": "sharing-link", "X-Tags": "main,sharing-link",
	} {
		if v := got.mail.Header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	if !strings.Contains(got.text, "Žižková shared") || !strings.Contains(got.text, "https://contoso.sharepoint.com/x?a=1&b=2") ||
		!strings.Contains(got.html, `href="https://contoso.sharepoint.com/x?a=1&amp;b=2"`) {
		t.Errorf("text:\n%s\nhtml:\n%s", got.text, got.html)
	}

	write(t, emu, "child", "second")
	must(t, emu.Snapshot("child", "s"))
	if got := server.next(t); got.mail.Header.Get("X-Tennantite-World") != "child" || got.mail.Header.Get("Subject") != "second" {
		t.Errorf("a fork sends %v", got.mail.Header)
	}
	write(t, emu, "child", "third")
	if got := server.next(t); got.mail.Header.Get("Subject") != "third" {
		t.Errorf("got %v", got.mail.Header)
	}
	must(t, emu.Restore("child", "s")) // nothing is sent again
	write(t, emu, "child", "fourth")
	if got := server.next(t); got.mail.Header.Get("Subject") != "fourth" {
		t.Errorf("after a restore came %v", got.mail.Header)
	}
}

// TestRelayIsAskedAgain has a server refuse at first. What a request waits for is none of the relay's business.
func TestRelayIsAskedAgain(t *testing.T) {
	t.Parallel()
	server := startMail(t, &mailServer{refuse: 2}, nil, false)
	emu := emulator.Start(t, func(o *emulator.Options) { o.SMTPRelay = server.address })
	emu.RelayPauses(0, 0, 0)
	write(t, emu, "main", "late")
	if got := server.next(t); got.mail.Header.Get("Subject") != "late" {
		t.Errorf("got %v", got.mail.Header)
	}
}

// TestRelayThatIsNotThere writes to nobody: the letter is in the mailbox, and the failure is logged and counted.
func TestRelayThatIsNotThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := l.Addr().String()
	l.Close()
	log := &lines{written: make(chan string, 10)}
	emu := emulator.Start(t, func(o *emulator.Options) {
		o.SMTPRelay, o.Log = address, slog.New(slog.NewTextHandler(log, nil))
	})
	emu.RelayPauses(0)
	write(t, emu, "main", "lost")
	if line := <-log.written; !strings.Contains(line, "mail was not passed on") || !strings.Contains(line, "world=main") {
		t.Errorf("logged is %s", line)
	}
	_, _, text := ask(t, http.MethodGet, emu.Addresses().HTTP+"/metrics", "", nil)
	if !strings.Contains(text, `tennantite_mail_relayed_total{result="failed"} 1`) {
		t.Errorf("metrics:\n%s", text)
	}
	must(t, emu.View("main", func(tx *state.Tx) error {
		for m := range tx.Messages() {
			if m.Subject == "lost" {
				return nil
			}
		}
		return errors.New("the letter is not in the mailbox")
	}))
}

type lines struct{ written chan string }

func (l *lines) Write(b []byte) (int, error) {
	l.written <- string(b)
	return len(b), nil
}

// TestRelayWithPasswordAndTLS signs in, over encryption that is offered, or is there from the start.
func TestRelayWithPasswordAndTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(nil) // has a certificate of its own making
	web.Close()
	certificates := &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}
	for _, tt := range []struct {
		name, scheme string
		certificates *tls.Config
		implicit     bool
		secure       bool
	}{
		{"offered", "smtp", certificates, false, true},
		{"none", "smtp", nil, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := startMail(t, &mailServer{password: "s3cret"}, tt.certificates, tt.implicit)
			emu := emulator.Start(t, func(o *emulator.Options) { o.SMTPRelay = tt.scheme + "://me:s3cret@" + server.address })
			write(t, emu, "main", "hello")
			if got := server.next(t); got.user != "me" || got.secure != tt.secure {
				t.Errorf("got it from %q, encrypted: %t", got.user, got.secure)
			}
		})
	}
	t.Run("a certificate that nobody knows", func(t *testing.T) {
		t.Parallel()
		server := startMail(t, &mailServer{}, certificates, true)
		log := &lines{written: make(chan string, 10)}
		emu := emulator.Start(t, func(o *emulator.Options) {
			o.SMTPRelay, o.Log = "smtps://"+server.address, slog.New(slog.NewTextHandler(log, nil))
		})
		emu.RelayPauses()
		write(t, emu, "main", "hello")
		if line := <-log.written; !strings.Contains(line, "certificate") {
			t.Errorf("logged is %s", line)
		}
	})
}

// TestRelayIsEmptiedAtTheEnd ends the emulator right after a letter.
func TestRelayIsEmptiedAtTheEnd(t *testing.T) {
	t.Parallel()
	server := startMail(t, &mailServer{}, nil, false)
	emu, err := emulator.New(emulator.Options{SMTPRelay: server.address})
	must(t, err)
	write(t, emu, "main", "last")
	must(t, emu.Shutdown(context.Background()))
	select {
	case got := <-server.got:
		if got.mail.Header.Get("Subject") != "last" {
			t.Errorf("got %v", got.mail.Header)
		}
	default:
		t.Error("it never came")
	}
}

func TestRelayAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://localhost:1025", "localhost:0", "localhost:70000", "smtp://", "smtp://me:s3cret@host:1/x", "smtp://me:s3cret@ho st", "[::"} {
		_, err := emulator.New(emulator.Options{SMTPRelay: address})
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
