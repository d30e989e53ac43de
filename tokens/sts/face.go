package sts

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/look"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// face answers requests. It is safe for concurrent use.
type face struct{ Options }

// call is one request in its transaction.
type call struct {
	*face

	http    *http.Request
	tx      *state.Tx
	place   links.Place
	login   string       // address of the sign-in service as the client reaches it
	segment string       // first path segment, lower case: a tenant, or common and its like
	rest    string       // the path behind it, as written
	tenant  state.Tenant // of a concrete segment
	form    url.Values   // of the body; of the query too, where a route takes both

	brand look.Brand // of the page that is answered

	trace, correlation string
	attempt            state.SignIn // the sign-in under way, for the log
}

// reply is what a handler answers. What it holds after the commit may be dear: finish signs tokens.
type reply struct {
	status  int
	header  http.Header
	body    any // marshalled as JSON; nil for none
	page    *page
	cookies []*http.Cookie
	finish  func(*reply) error
}

// route is one endpoint.
type route struct {
	methods string // "GET", "POST" or "GET POST"
	write   bool   // runs in an Update
	pages   bool   // failures are pages, not JSON
	cors    bool   // any origin may read it
	handle  func(*call) (reply, error)
}

// maxBody bounds what is read of a request (DESIGN section 11).
const maxBody = 1 << 20

// ServeHTTP finds the route and runs it in one transaction.
func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{face: f, http: r, place: links.FromContext(r.Context())}
	c.login = c.place.Origin.Login()
	rt, ok := c.route()
	if !ok {
		http.NotFound(w, r)
		return
	}
	c.correlation = correlation(r)
	if rt.cors {
		allowOrigins(w.Header(), r)
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusOK)
			return
		}
	}
	if err := c.readForm(w, rt); err != nil {
		c.write(w, rt, reply{}, err)
		return
	}
	rep, err := c.run(rt)
	c.write(w, rt, rep, err)
}

// run calls the handler in a transaction; what it answered is committed, what failed changed nothing but the sign-in log.
func (c *call) run(rt route) (rep reply, err error) {
	store := state.FromContext(c.http.Context())
	if !allowed(rt.methods, c.http.Method) {
		return reply{}, tokens.Refuse(tokens.MethodWrong, c.http.Method)
	}
	do := func(tx *state.Tx) error {
		c.tx = tx
		c.trace = tx.NewID()
		if c.correlation == "" {
			c.correlation = tx.NewID()
		}
		if err := c.findTenant(); err != nil {
			return err
		}
		var err error
		rep, err = rt.handle(c)
		if rt.pages || rep.page != nil {
			c.brand = c.brandOf(rep.page)
		}
		return err
	}
	if !rt.write {
		err = store.View(do)
	} else if err = store.Update(do); err != nil {
		c.recordFailure(store, err)
	}
	c.tx = nil
	if err == nil && rep.finish != nil {
		err = rep.finish(&rep)
	}
	return rep, err
}

func allowed(methods, method string) bool {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for m := range strings.FieldsSeq(methods) {
		if m == method {
			return true
		}
	}
	return false
}

// findTenant resolves the first path segment. It fails with TenantNotFound.
func (c *call) findTenant() error {
	switch c.segment {
	case "", segCommon, segOrganizations:
		return nil
	case segConsumers:
		c.tenant, _ = c.tx.Tenant(state.ConsumersTenantID)
		return nil
	}
	t, err := directory.ResolveTenant(c.tx, c.segment)
	if err != nil {
		return &tokens.Refusal{Reason: tokens.TenantNotFound, Args: []any{c.segment}, Err: err}
	}
	c.tenant = t
	return nil
}

// The path segments that name no tenant.
const (
	segCommon        = "common"
	segOrganizations = "organizations"
	segConsumers     = "consumers"
)

// readForm reads the body as a form; a JSON body is left to its handler.
func (c *call) readForm(w http.ResponseWriter, rt route) error {
	c.form = url.Values{}
	if rt.pages {
		c.form = c.http.URL.Query()
	}
	if c.http.Method != http.MethodPost || !allowed(rt.methods, c.http.Method) {
		return nil
	}
	c.http.Body = http.MaxBytesReader(w, c.http.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(c.http.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" && kind != "" {
		return nil
	}
	text, err := io.ReadAll(c.http.Body)
	if err != nil {
		return &tokens.Refusal{Reason: tokens.RequestMalformed, Err: err}
	}
	posted, err := url.ParseQuery(string(text))
	if err != nil {
		return &tokens.Refusal{Reason: tokens.RequestMalformed, Err: err}
	}
	maps.Copy(c.form, posted)
	return nil
}

// param is a parameter of the request.
func (c *call) param(name string) string { return c.form.Get(name) }

// correlation is the client's request id, where it sent a GUID.
func correlation(r *http.Request) string {
	for _, id := range []string{r.Header.Get("client-request-id"), r.URL.Query().Get("client-request-id")} {
		if u, err := uuid.Parse(id); err == nil {
			return u.String()
		}
	}
	return ""
}

// allowOrigins lets scripts of other origins read the answer (identity.md 1.2).
func allowOrigins(h http.Header, r *http.Request) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
}

// write puts a reply or a failure on the wire.
func (c *call) write(w http.ResponseWriter, rt route, rep reply, err error) {
	if c.trace == "" {
		c.identify()
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("x-ms-request-id", c.trace)
	h.Set("x-ms-ests-server", "2.1.0 - Tennantite")
	h.Set("client-request-id", c.correlation)
	maps.Copy(h, rep.header)
	for _, cookie := range rep.cookies {
		http.SetCookie(w, cookie)
	}
	if err != nil {
		c.writeFailure(w, rt, err)
		return
	}
	switch {
	case rep.page != nil:
		rep.page.write(w, c)
	case rep.body != nil:
		writeJSON(w, rep.status, rep.body)
	default:
		w.WriteHeader(rep.status)
	}
}

// identify gives a request ids that failed before its transaction.
func (c *call) identify() {
	store := state.FromContext(c.http.Context())
	// A view cannot fail but by what its function returns.
	_ = store.View(func(tx *state.Tx) error {
		c.tx = tx
		c.trace = tx.NewID()
		if c.correlation == "" {
			c.correlation = tx.NewID()
		}
		return nil
	})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	// What is encoded are our own types, and a client that has gone away is no failure of ours.
	_ = e.Encode(body)
}

// noStore are the headers of every answer that holds a secret (identity.md 2.1).
func noStore(h http.Header) {
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "-1")
}

// refusal returns the refusal in a chain.
func refusal(err error) (*tokens.Refusal, bool) { return errors.AsType[*tokens.Refusal](err) }

// logContext is the context for the log.
func (c *call) logContext() context.Context { return c.http.Context() }
