package emulator

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
)

// webhooks posts to the addresses of subscribers: this machine's, and hosts that were allowed by name. It follows no
// redirect and takes no proxy.
type webhooks struct {
	client  *http.Client
	allowed []string // hosts beside loopback
	log     *slog.Logger
}

// How long a listener may take: for the handshake (graph.md 9.3), and for a notification.
const (
	handshakeTime    = 10 * time.Second
	notificationTime = 30 * time.Second
)

func newWebhooks(allowed []string, log *slog.Logger) *webhooks {
	w := &webhooks{allowed: allowed, log: log}
	w.client = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: w.dial,
			// A listener in a test has a certificate of its own making, if any.
			TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // see above
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     time.Minute,
		},
	}
	return w
}

var errForbidden = errors.New("the address is not on this machine; --webhook-hosts allows others")

// dial connects to allowed hosts anywhere, to others only where their name leads to this machine.
func (w *webhooks) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	if !slices.ContainsFunc(w.allowed, func(a string) bool { return strings.EqualFold(a, host) }) {
		// The address is looked at when it is known, so that no name can change its meaning in between.
		d.Control = func(_, resolved string, _ syscall.RawConn) error {
			ip, _, err := net.SplitHostPort(resolved)
			if err != nil || !net.ParseIP(ip).IsLoopback() {
				return errForbidden
			}
			return nil
		}
	}
	return d.DialContext(ctx, network, address)
}

// Validate does the handshake of a subscription: the listener must give the token back as plain text, in time.
func (w *webhooks) Validate(address, token string) error {
	return w.handshake(address, "validationToken", token)
}

// ValidateSharePoint is Validate as SharePoint's own subscriptions do it: the parameter has another spelling.
func (w *webhooks) ValidateSharePoint(address, token string) error {
	return w.handshake(address, "validationtoken", token)
}

func (w *webhooks) handshake(address, parameter, token string) error {
	refused := func(format string, args ...any) error {
		return problem.For(problem.Invalid, problem.InvalidProperty, "notificationUrl",
			"Subscription validation request failed. "+format, args...)
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return refused("The notification URL is not valid.")
	}
	extra := parameter + "=" + url.QueryEscape(token)
	if u.RawQuery != "" {
		extra = u.RawQuery + "&" + extra
	}
	u.RawQuery = extra
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), http.NoBody)
	if err != nil {
		return refused("The notification URL is not valid.")
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	answer, err := w.client.Do(r)
	switch {
	case errors.Is(err, errForbidden):
		return refused("%s: %v.", u.Host, errForbidden)
	case errors.Is(err, context.DeadlineExceeded):
		return refused("The request timed out.")
	case err != nil:
		return refused("The listener could not be reached.")
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, int64(len(token))+1))
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")) // another type is refused
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return refused("The request timed out.")
	case answer.StatusCode != http.StatusOK:
		return refused("Notification endpoint must respond with 200 OK to validation request; it responded with %d.", answer.StatusCode)
	case kind != "text/plain":
		return refused("The response's content type must be text/plain.")
	case err != nil || string(body) != token:
		return refused("The response must be the validation token.")
	}
	return nil
}

// post sends a notification. Any status of success acknowledges it.
func (w *webhooks) post(ctx context.Context, address string, body []byte, more http.Header) error {
	ctx, cancel := context.WithTimeout(ctx, notificationTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	maps.Copy(r.Header, more)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := w.client.Do(r)
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("the listener answers %s", answer.Status)
	}
	return nil
}
