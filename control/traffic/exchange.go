package traffic

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
)

// exchange is one request on its way: what the journal keeps of it, and the writer that watches the answer.
type exchange struct {
	http.ResponseWriter

	entry      *Entry
	place      links.Place
	hostTenant string // whose SharePoint host it is, "" elsewhere
	status     int    // 0 until the answer begins
	sent       int64
	answer     bytes.Buffer // the answer's first bytes
	asked      *tee
	caller     *caller
	protocol   string
	keptAlive  bool // not the first request of its connection
}

// maxCapture bounds what is kept of a body.
const maxCapture = 8 << 10

func newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	p := links.FromContext(r.Context())
	x := &exchange{ResponseWriter: w, place: p, protocol: r.Proto, entry: &Entry{
		Surface: p.Service.Surface(), Method: r.Method, Host: p.Name, Path: r.URL.EscapedPath(), query: r.URL.RawQuery,
		requestHeader: r.Header, remote: r.RemoteAddr,
	}}
	if r.Body != nil && r.Body != http.NoBody {
		x.asked = &tee{ReadCloser: r.Body}
		r.Body = x.asked
	}
	return x
}

// tee keeps the first bytes of what is read.
type tee struct {
	io.ReadCloser

	kept bytes.Buffer
	size int64
}

func (t *tee) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	keep(&t.kept, b[:n])
	t.size += int64(n)
	return n, err
}

func keep(to *bytes.Buffer, b []byte) {
	if room := maxCapture - to.Len(); room > 0 {
		to.Write(b[:min(room, len(b))])
	}
}

// WriteHeader notes the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && status >= http.StatusOK {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write notes the answer's first bytes.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(b)
	keep(&x.answer, b[:n])
	x.sent += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is below.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Flush is for handlers that stream.
func (x *exchange) Flush() {
	_ = http.NewResponseController(x.ResponseWriter).Flush() // a writer that cannot has nothing to flush
}

// note keeps a failure that a lenient world let pass.
func (x *exchange) note(err error) {
	const most = 20
	if len(x.entry.Forgiven) < most {
		x.entry.Forgiven = append(x.entry.Forgiven, err.Error())
	}
}

// finish completes the journal's entry.
func (x *exchange) finish(cut bool) *Entry {
	e := x.entry
	e.Status = x.status
	if e.Status == 0 && !cut {
		e.Status = http.StatusOK
	}
	e.Dropped = cut
	e.responseHeader = x.Header() // the request is over: nobody writes to it any more
	e.Sent = x.sent
	e.responseBody = x.answer.Bytes()
	if x.asked != nil {
		e.requestBody, e.Received = x.asked.kept.Bytes(), x.asked.size
	}
	for _, name := range []string{"Request-Id", "X-Ms-Request-Id", "Sprequestguid"} {
		if id := e.responseHeader.Get(name); id != "" {
			e.ID = id
			break
		}
	}
	e.Unmatched = e.Status == http.StatusNotImplemented && e.Fault == ""
	e.token = bearer(e.requestHeader)
	e.hostTenant = x.hostTenant
	return e
}

// caller is who asks, by the claims of his token: said, not verified.
type caller struct {
	Tenant string `json:"tid"`
	Object string `json:"oid"`
	App    string `json:"appid"`
	AZP    string `json:"azp"`
	UPN    string `json:"upn"`
	Unique string `json:"unique_name"`
	Name   string `json:"preferred_username"`
	Idtyp  string `json:"idtyp"`
}

// name is how people call him.
func (c caller) name() string {
	for _, n := range []string{c.UPN, c.Unique, c.Name} {
		if n != "" {
			return n
		}
	}
	return ""
}

func (c caller) app() string {
	if c.App != "" {
		return c.App
	}
	return c.AZP
}

// bearer is the payload of a bearer token, without the signature that would make it worth stealing.
func bearer(h http.Header) string {
	scheme, token, ok := strings.Cut(h.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	_, rest, _ := strings.Cut(strings.TrimSpace(token), ".")
	payload, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(signature, ".") {
		return ""
	}
	return payload
}

func callerOf(payload string) (c caller) {
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return caller{}
	}
	_ = json.Unmarshal(raw, &c) // a token that says nothing is nobody's
	return c
}

// who is the caller, read when it is first needed.
func (x *exchange) who() caller {
	if x.caller == nil {
		c := callerOf(bearer(x.entry.requestHeader))
		x.caller = &c
	}
	return *x.caller
}
