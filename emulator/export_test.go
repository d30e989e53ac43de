package emulator

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// NewWebhooks is the sender of notifications without an emulator around it.
func NewWebhooks(allowed ...string) *webhooks {
	return newWebhooks(allowed, slog.New(slog.DiscardHandler))
}

// EndIdle ends the worlds whose time is over.
func (e *Emulator) EndIdle() time.Duration { return e.endIdle() }

// RelayPauses says how long the relay waits after failed attempts.
func (e *Emulator) RelayPauses(p ...time.Duration) { e.relay.pauses = p }

// MaxLeaves is how many certificates are kept at most.
const MaxLeaves = maxLeaves

// Certificate is the certificate of a name that a client asks for; who gives none has reached 127.0.0.1.
func (e *Emulator) Certificate(name string) (*tls.Certificate, error) {
	return e.certificate(name, reached{})
}

type reached struct{ net.Conn }

func (reached) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

// Certificates is how many certificates are kept.
func (e *Emulator) Certificates() int {
	e.ca.mu.Lock()
	defer e.ca.mu.Unlock()
	return len(e.ca.leaves)
}

// ReadRelay reads the address of an SMTP server.
func ReadRelay(address string) (host string, err error) {
	r, err := newRelay(address, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return "", err
	}
	return r.host, nil
}

// RelayedMail is a mail as it goes out to an SMTP server.
func RelayedMail(m state.Message) (raw []byte, err error) {
	p := &post{world: MainWorld}
	err = state.New(state.Options{}).View(func(tx *state.Tx) error {
		out, err := p.message(tx, m)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		_, err = out.WriteTo(&b)
		raw = b.Bytes()
		return err
	})
	return raw, err
}
