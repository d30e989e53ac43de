package spoapi

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// The sizes up to which bodies are read: JSON and XML, and content of files in one piece.
const (
	maxBody    = 2 << 20
	maxContent = 256 << 20
)

// ServeHTTP sends a request to _api, to ProcessQuery, or to SharePoint's pages.
func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	web, rest, api := splitAPI(r.URL.EscapedPath())
	if api {
		f.serveAPI(w, r, web, rest)
		return
	}
	lower := strings.ToLower(r.URL.Path)
	if at := strings.Index(lower, "/_vti_bin/client.svc"); at >= 0 {
		tail := strings.Trim(lower[at+len("/_vti_bin/client.svc"):], "/")
		switch {
		case tail == "processquery" && r.Method == http.MethodPost:
			f.run(w, r, call{web: r.URL.Path[:at], writes: true, limit: maxBody, do: processQuery})
		case tail == "":
			f.run(w, r, call{web: r.URL.Path[:at], do: func(*request) (any, error) { return nothing{}, nil }})
		default:
			http.NotFound(w, r)
		}
		return
	}
	f.servePage(w, r)
}

// splitAPI cuts an escaped path at its _api segment: "/sites/x", "web/lists".
func splitAPI(escaped string) (web, rest string, ok bool) {
	for at := 0; at < len(escaped); {
		end := strings.IndexByte(escaped[at+1:], '/')
		next := len(escaped)
		if end >= 0 {
			next = at + 1 + end
		}
		if strings.EqualFold(escaped[at:next], "/_api") {
			web, err := url.PathUnescape(escaped[:at])
			return web, strings.TrimPrefix(escaped[next:], "/"), err == nil
		}
		at = next
	}
	return "", "", false
}

// call is what the adapter is asked to do.
type call struct {
	web    string // server-relative path in front of _api
	writes bool
	limit  int64 // of the body; 0: there is none
	// allowed checks the caller's permissions; nil asks for none.
	allowed func(c *request) error
	do      func(c *request) (any, error)
	query   *odata.Query // options for the answer; nil for none
}

func (f *face) serveAPI(w http.ResponseWriter, r *http.Request, web, rest string) {
	method := tunnelled(r)
	if strings.EqualFold(strings.TrimSuffix(rest, "/"), "$batch") {
		f.serveBatch(w, r)
		return
	}
	path, err := odata.ParsePath(rest, odata.SharePoint)
	var query *odata.Query
	if err == nil {
		query, err = odata.ParseQuery(r.URL.RawQuery, odata.SharePoint)
	}
	var match *odata.Match[*request]
	if err == nil {
		match, err = f.tree.Match(method, path, query)
	}
	if err != nil {
		f.run(w, r, call{web: web, do: func(*request) (any, error) { return nil, err }})
		return
	}
	op := match.Operation
	limit := int64(maxBody)
	if takesContent(op) {
		limit = maxContent
	}
	f.run(w, r, call{
		web: web, writes: op.Writes(), limit: limit, query: query,
		allowed: func(c *request) error { return c.permitted(op.Delegated, op.Application) },
		do: func(c *request) (any, error) {
			at, err := match.Call(c)
			if err != nil {
				return nil, err
			}
			answer, err := op.Handler(c, at)
			if err != nil || at.Property == "" {
				return answer, err
			}
			return propertyOf(answer, at)
		},
	})
}

// tunnelled is the method that the request means: clients send PUT, MERGE and DELETE as POST with X-HTTP-Method. MERGE is
// PATCH by its old name.
func tunnelled(r *http.Request) string {
	method := r.Method
	if h := r.Header.Get("X-HTTP-Method"); h != "" && method == http.MethodPost {
		method = strings.ToUpper(strings.TrimSpace(h))
	}
	if method == "MERGE" {
		return http.MethodPatch
	}
	return method
}

// errEnters asks for a transaction that can write: the caller enters the site for the first time and gets his entry in
// its user list, or his own OneDrive.
var errEnters = errors.New("spoapi: the caller enters the site for the first time")

// run does a call within one transaction and writes its answer.
func (f *face) run(w http.ResponseWriter, r *http.Request, l call) {
	world := state.FromContext(r.Context())
	out := writer{face: f, w: w, r: r, mode: modeOf(r)}
	body, err := readBody(r, l.limit)
	var answer encoded
	var shaken string
	inside := func(tx *state.Tx) error {
		out.begin(tx)
		if err != nil {
			return err
		}
		c := &request{face: f, tx: tx, mode: out.mode, http: r, body: body, shaken: shaken}
		var failed error
		answer, failed = l.inside(c)
		return failed
	}
	transaction := world.View
	if l.writes {
		transaction = world.Update
	}
	failed := transaction(inside)
	if errors.Is(failed, errEnters) {
		failed = world.Update(inside)
	}
	if h, ok := errors.AsType[handshake](failed); ok {
		if failed = f.shake(h); failed == nil {
			shaken = h.address
			failed = world.Update(inside)
		}
	}
	if failed != nil {
		out.fail(failed)
		return
	}
	out.send(answer)
}

func (l call) inside(c *request) (encoded, error) {
	if err := c.locate(l.web); err != nil {
		return encoded{}, err
	}
	if err := c.authenticate(); err != nil {
		return encoded{}, err
	}
	if err := c.ownSite(l.web); err != nil {
		return encoded{}, err
	}
	if l.allowed != nil {
		if err := l.allowed(c); err != nil {
			return encoded{}, err
		}
	}
	if err := c.checkDigest(l.writes); err != nil {
		return encoded{}, err
	}
	if err := c.enter(); err != nil {
		return encoded{}, err
	}
	answer, err := l.do(c)
	if err != nil {
		return encoded{}, err
	}
	return c.encode(answer, l.query)
}

func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || limit == 0 {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, problem.For(problem.Invalid, problem.Malformed, "body", "the body ended early")
	}
	if int64(len(body)) > limit {
		return nil, problem.New(problem.TooLarge, problem.LimitExceeded, "The request message is too big. The server does not allow messages larger than %d bytes.", limit)
	}
	return body, nil
}

// locate finds tenant and site by host and path. A site that is missing leaves c.site zero, so that only somebody who may
// know hears of it.
func (c *request) locate(web string) error {
	place := links.FromContext(c.http.Context())
	c.host, c.origin = place.Host, place.Origin
	t, ok := c.tx.TenantByPrefix(place.Prefix)
	if !ok || t.Consumers() {
		return errSiteMissing
	}
	c.tenant = t
	web = "/" + strings.Trim(web, "/")
	if place.Host == links.Admin {
		if web == "/" {
			c.site = adminSite(t)
		}
		return nil
	}
	s, ok := c.siteAt(place.Host == links.My, web)
	if ok {
		c.site = s
	}
	return nil
}

// adminSite stands for the web of the administration host, which keeps nothing of its own.
func adminSite(t state.Tenant) state.Site {
	return state.Site{TenantID: t.ID, Path: "/", Title: "SharePoint admin center", Template: "TENANTADMIN#0"}
}

// siteAt returns the site whose web a path stands in. The path may go on below the web (a library, a folder), but not to
// where another site would be.
func (c *request) siteAt(personal bool, web string) (state.Site, bool) {
	s, rest, ok := drive.SiteOfPath(c.tx, c.tenant.ID, personal, web)
	if !ok || rest == "" {
		return s, ok
	}
	_, _, err := drive.AtServerPath(c.tx, s, web)
	return s, err == nil
}

// ownSite makes the OneDrive of somebody who comes to it for the first time. It fails where there is no site.
func (c *request) ownSite(web string) error {
	u := c.caller.User
	switch {
	case c.site.Path != "":
		return nil
	case c.host != links.My || u.ID == "" || c.caller.Guest() || !drive.IsPersonalPath(c.tx, u, web):
		return errSiteMissing
	case !c.tx.Writable():
		return errEnters
	}
	s, err := drive.EnsurePersonalSite(c.tx, u)
	c.site = s
	return err
}

// permitted fails unless the token carries one of the permissions. A session of SharePoint's own needs none.
func (c *request) permitted(delegated, application []string) error {
	switch {
	case c.caller.System, c.session.ID != "", c.tx.World().Lenient:
		return nil
	case c.caller.AppOnly():
		if len(application) == 0 || c.caller.HasRole(application...) {
			return nil
		}
	case len(delegated) == 0 || c.caller.HasScope(delegated...):
		return nil
	}
	if len(c.caller.Scopes) == 0 && len(c.caller.Roles) == 0 {
		return problem.New(problem.Denied, problem.MissingScope, "Either scp or roles claim need to be present in the token.")
	}
	return problem.New(problem.Denied, problem.MissingScope, "Access denied. You do not have permission to perform this action or access this resource.")
}

// enter gives somebody who has access his entry in the site's user list, as the service does at the first visit.
func (c *request) enter() error {
	if c.site.ID == "" || c.caller.User.ID == "" {
		return nil
	}
	if _, known := c.tx.SiteUserByObject(c.tenant.ID, c.site.ID, c.caller.User.ID); known {
		return nil
	}
	if sharing.AccessTo(c.tx, c.caller, drive.Place{Site: c.site}).Role == "" {
		return nil
	}
	if !c.tx.Writable() {
		return errEnters
	}
	_, err := drive.EnsureSiteUser(c.tx, c.site, c.caller.User)
	return err
}

// system is the emulator acting in the caller's tenant, for rules that the caller's own right was checked for.
func (c *request) system() directory.Principal { return directory.SystemPrincipal(c.tenant.ID) }
