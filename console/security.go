package console

import (
	"context"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
)

// policy lets a page load our own style, script and pictures, and send forms to us; nothing else, nothing inline, no frame
// around it. The frame-src is for a letter, which has a stricter page of its own (mailboxes.go).
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets what every answer of the console carries.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

const (
	maxForm   = 64 << 20 // uploads included
	maxInCore = 8 << 20
)

// checkForm reads a form and tells whether one of our own pages sent it: by what the browser says of its origin, and by
// the session's token.
func (c *call) checkForm(w http.ResponseWriter) error {
	if err := c.crossOrigin.Check(c.r); err != nil {
		return problem.New(problem.Denied, problem.None, "The form comes from a page of another site.")
	}
	c.r.Body = http.MaxBytesReader(w, c.r.Body, maxForm)
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	parse := c.r.ParseForm
	if kind == "multipart/form-data" {
		parse = func() error { return c.r.ParseMultipartForm(maxInCore) }
	}
	if err := parse(); err != nil {
		return problem.New(problem.Invalid, problem.Malformed, "The form could not be read: %v", err)
	}
	if !c.session.owns(c.face, c.r.PostFormValue("csrf")) {
		return problem.New(problem.Denied, problem.None, "The form is from an older session of this browser. Load the page again and send it once more.")
	}
	return nil
}

// local is an address of the console that stays on it, whatever was asked for: a path, its query and fragment.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(u.Path, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return u.String()
}

// strangerNavigates tells whether a link of another site led here: then the browser held the cookie back.
func strangerNavigates(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

// again makes the browser ask once more, from a page of ours, so that it shows its cookie and keeps its session.
func again(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.Write([]byte(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Tennantite</title>` +
		`<meta http-equiv="refresh" content="0"></head><body><p>One moment.</p></body></html>`))
}

// originOf is how the addresses that an action hands out are written, so that the browser at hand can follow them: by local
// names, on the listener that the console was reached on. control is that listener.
func originOf(r *http.Request, public string) (o links.Origin, control string) {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	name, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		name, port = r.Host, ""
	}
	o = links.Origin{Scheme: scheme, Suffix: "localhost", Port: port}
	if u, err := url.Parse(public); err == nil && u.Hostname() != "" && strings.EqualFold(u.Hostname(), name) {
		o.Suffix = strings.ToLower(name)
	}
	return o, scheme + "://" + r.Host
}

// disposition names a file for the browser to keep it under.
func disposition(name string) string {
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": name}); d != "" {
		return d
	}
	return "attachment"
}

type baseKey struct{}

func withBase(ctx context.Context, base string) context.Context {
	return context.WithValue(ctx, baseKey{}, base)
}

func baseOf(ctx context.Context) string {
	s, _ := ctx.Value(baseKey{}).(string)
	return s
}
