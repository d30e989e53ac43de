package emulator

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/tennantite/tennantite/emulator/state"
)

// relay passes the mail of all worlds on to a real SMTP server, such as Mailpit, beside the worlds' own mailboxes.
type relay struct {
	host    string
	options []mail.Option
	pauses  []time.Duration // after failed attempts; then a mail is given up
	log     *slog.Logger
	count   func(result string, n int)
	posts   sync.WaitGroup
}

const (
	relayTime   = 30 * time.Second // of one attempt
	relayEnding = 2 * time.Second  // of the last one, when a world ends
)

// newRelay reads host:port, smtp://USER:PASSWORD@host:port or smtps://…. The first two take the encryption that the server
// offers, with any certificate, or none; the last one wants it from the start, with a certificate that this machine trusts.
func newRelay(address string, log *slog.Logger, count func(string, int)) (*relay, error) {
	const plainPort, securePort = 25, 465
	if !strings.Contains(address, "://") {
		address = "smtp://" + address
	}
	wrong := func(why string) error {
		return fmt.Errorf("SMTP relay: %s: host:port, smtp://USER:PASSWORD@host:port or smtps://… is wanted", why)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || strings.Contains(u.Opaque+u.Path+u.RawQuery+u.Fragment, "@"):
		return nil, wrong("no address") // its words would tell the password, which stands where none is looked for
	case u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "":
		return nil, wrong(u.Redacted())
	}
	r := &relay{
		host: u.Hostname(), log: log, count: count,
		pauses: []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second},
	}
	port, auth := plainPort, mail.SMTPAuthPlainNoEnc
	settings := &tls.Config{ServerName: r.host, MinVersion: tls.VersionTLS12}
	switch u.Scheme {
	case "smtp":
		settings.InsecureSkipVerify = true
		r.options = append(r.options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	case "smtps":
		port, auth = securePort, mail.SMTPAuthAutoDiscover
		r.options = append(r.options, mail.WithSSL())
	default:
		return nil, wrong(u.Redacted())
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port <= 0 || port > 0xffff {
			return nil, wrong(u.Redacted())
		}
	}
	r.options = append(r.options, mail.WithPort(port), mail.WithTLSConfig(settings), mail.WithHELO("tennantite.localhost"),
		mail.WithTimeout(relayTime))
	if u.User != nil {
		password, _ := u.User.Password()
		r.options = append(r.options, mail.WithSMTPAuth(auth), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	return r, nil
}

// post passes on the mail of one world, in the order in which it was written.
type post struct {
	relay *relay
	world string
	store *state.Store
	end   chan struct{}
	once  sync.Once

	mu   sync.Mutex
	told uint64 // change number of the last mail that was passed on, or is not ours to pass on
}

// post begins with what is written from now on; nil where there is no relay.
func (r *relay) post(world string, s *state.Store) *post {
	if r == nil {
		return nil
	}
	p := &post{relay: r, world: world, store: s, end: make(chan struct{})}
	p.rewind()
	r.posts.Go(p.run)
	return p
}

// rewind begins anew after the world has become another: what it has behind it is not passed on again.
func (p *post) rewind() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	// A view fails only where nothing can be kept any more, and then the process ends.
	_ = p.store.View(func(tx *state.Tx) error {
		p.told = tx.Sequence()
		return nil
	})
}

// stop ends the post after one more attempt with what there is; the relay waits for that.
func (p *post) stop() {
	if p != nil {
		p.once.Do(func() { close(p.end) })
	}
}

// wait returns when every post that was stopped has ended, or ctx has.
func (r *relay) wait(ctx context.Context) {
	if r == nil {
		return
	}
	ended := make(chan struct{})
	go func() {
		r.posts.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

func (p *post) run() {
	for {
		changed := p.store.Changed()
		p.pass(p.written())
		select {
		case <-changed:
		case <-p.end:
			p.pass(p.written())
			return
		}
	}
}

// written are the mails that were not passed on yet.
func (p *post) written() (all []*mail.Msg) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// A view fails only where nothing can be kept any more, and then the process ends.
	_ = p.store.View(func(tx *state.Tx) error {
		for m := range tx.MessagesSince(p.told) {
			if out, err := p.message(tx, m); err != nil {
				p.relay.failed(p.world, 1, err)
			} else {
				all = append(all, out)
			}
		}
		p.told = tx.Sequence()
		return nil
	})
	return all
}

// message is a mail as it goes out, with headers that tell where it comes from.
func (p *post) message(tx *state.Tx, m state.Message) (*mail.Msg, error) {
	out := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := errors.Join(out.From(m.From), out.To(m.To), out.Cc(m.CC...)); err != nil {
		return nil, err
	}
	tenant := m.TenantID
	if t, ok := tx.Tenant(m.TenantID); ok {
		tenant = t.InitialDomain
	}
	out.Subject(m.Subject)
	out.SetDateWithValue(m.Sent)
	out.SetMessageIDWithValue(m.ID + "@tennantite.localhost")
	out.SetGenHeader("X-Tennantite-World", p.world)
	out.SetGenHeader("X-Tennantite-Tenant", tenant)
	out.SetGenHeader("X-Tennantite-Kind", m.Kind)
	out.SetGenHeader("X-Tags", p.world+","+m.Kind) // Mailpit shows them, and filters by them
	out.SetBodyString(mail.TypeTextPlain, m.Text)
	out.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	return out, nil
}

// pass passes mails on. A server that does not take them is asked again a few times, until the world ends.
func (p *post) pass(all []*mail.Msg) {
	for n := 0; len(all) > 0; n++ {
		left, err := p.relay.attempt(all, p.end)
		p.relay.count("sent", len(all)-len(left))
		if all = left; len(all) == 0 {
			return
		}
		if n == len(p.relay.pauses) || p.ending() {
			p.relay.failed(p.world, len(all), err)
			return
		}
		t := time.NewTimer(p.relay.pauses[n])
		select {
		case <-t.C:
		case <-p.end:
			t.Stop()
		}
	}
}

func (p *post) ending() bool {
	select {
	case <-p.end:
		return true
	default:
		return false
	}
}

func (r *relay) failed(world string, n int, err error) {
	r.count("failed", n)
	r.log.Error("mail was not passed on to the SMTP relay", "world", world, "mails", n, "relay", r.host, "err", err)
}

// attempt sends mails over one connection, and returns those that the server did not take. Once end is closed it has not
// much time.
func (r *relay) attempt(all []*mail.Msg, end <-chan struct{}) (left []*mail.Msg, err error) {
	client, err := mail.NewClient(r.host, r.options...)
	if err != nil {
		return all, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), relayTime)
	defer cancel()
	go func() {
		select {
		case <-end:
			t := time.AfterFunc(relayEnding, cancel)
			<-ctx.Done()
			t.Stop()
		case <-ctx.Done():
		}
	}()
	server, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return all, err
	}
	defer context.AfterFunc(ctx, func() { server.Close() })() //nolint:errcheck // it is cut off
	err = client.SendWithSMTPClient(server, all...)
	for _, m := range all {
		if !m.IsDelivered() {
			left = append(left, m)
		}
	}
	_ = client.CloseWithSMTPClient(server) // what was taken, was taken
	return left, err
}
