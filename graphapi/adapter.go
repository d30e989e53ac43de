package graphapi

import (
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// Versions of the interface.
const (
	versionOne  = "v1.0"
	versionBeta = "beta"
	rootNode    = "root"
)

// face answers requests. It is safe for concurrent use.
type face struct {
	Options
	tree *odata.Tree[*request]
}

// New returns the face: it answers for Graph's host, and for /_api/v2.0 and v2.1 on SharePoint hosts.
func New(o Options) (http.Handler, error) {
	tree, err := newTree()
	if err != nil {
		return nil, err
	}
	return &face{Options: o, tree: tree}, nil
}

// ServeHTTP answers one request: one transaction, whose result is committed only when the answer stands.
func (f *face) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	store := state.FromContext(req.Context())
	if store == nil {
		http.Error(w, "no world", http.StatusInternalServerError)
		return
	}
	r := f.newRequest(store, req)
	if preflight(req) {
		_ = store.View(r.begin) // it returns no error
		commonHeaders(w.Header(), r)
		mayAsk(w, req)
		return
	}
	a, err := f.answer(r)
	if r.id == "" { // it failed before its transaction
		_ = store.View(r.begin) // it returns no error
	}
	commonHeaders(w.Header(), r)
	if err != nil {
		f.fail(w, r, err)
		return
	}
	a.write(w, req)
}

// newRequest gathers what is known before the path is read.
func (f *face) newRequest(store *state.Store, req *http.Request) *request {
	place := links.FromContext(req.Context())
	return &request{face: f, http: req, store: store, place: place, origin: place.Origin}
}

// begin gives the request its time and names, once, in the first transaction that it has.
func (r *request) begin(tx *state.Tx) error {
	if r.id != "" {
		return nil
	}
	r.id, r.now = tx.RequestID(r.http.Method+" "+r.http.URL.RequestURI()), tx.Now()
	r.clientID = r.http.Header.Get("client-request-id")
	if r.clientID == "" {
		r.clientID = r.id
	}
	return nil
}

// answer does what the request asks for.
func (f *face) answer(r *request) (a *reply, err error) {
	defer func() {
		v := recover()
		if broken, ok := v.(error); ok && errors.Is(broken, http.ErrAbortHandler) {
			panic(v) // a fault ends the connection, also from inside of a batch
		}
		if v != nil {
			a, err = nil, problem.New(problem.Internal, problem.None, "panic: %v\n%s", v, debug.Stack())
		}
	}()
	m, failed := f.route(r)
	if failed == nil {
		failed = r.readBody(m.Operation)
	}
	run := r.store.View
	if m != nil && m.Operation.Writes() {
		run = r.store.Update
	}
	do := func(tx *state.Tx) error {
		a, err = f.inTransaction(r, tx, m, failed)
		return err
	}
	if err = run(do); errors.Is(err, errNeedsWrite) {
		err = r.store.Update(do)
	}
	r.tx = nil
	for err == nil && a.outside != nil {
		if a, err = a.outside(); err == nil {
			err = a.encode(r)
		}
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// errNeedsWrite is what a resolver or handler of a read returns where the answer has to be made first, such as a OneDrive on
// first use. The request is done once more in a transaction that can write.
var errNeedsWrite = errors.New("graphapi: the read has to write")

// inTransaction is the part of a request that sees the world.
func (f *face) inTransaction(r *request, tx *state.Tx, m *odata.Match[*request], failed error) (*reply, error) {
	r.tx = tx
	_ = r.begin(tx) // it returns no error
	if err := f.authorize(r, m, failed); err != nil {
		return nil, err
	}
	v, err := m.Do(r)
	if err != nil {
		return nil, err
	}
	a, err := asReply(v)
	if err != nil {
		return nil, err
	}
	return a, a.encode(r)
}

// route finds the version, the operation and the address that answers are built on.
func (f *face) route(r *request) (*odata.Match[*request], error) {
	path, err := r.splitVersion()
	if err != nil {
		return nil, err
	}
	segments, err := odata.ParsePath(path, odata.Graph)
	if err != nil {
		return nil, err
	}
	query, err := odata.ParseQuery(r.http.URL.RawQuery, odata.Graph)
	if err != nil {
		return nil, err
	}
	return f.tree.Match(r.http.Method, segments, query)
}

// splitVersion takes the version off the path and sets what depends on it.
func (r *request) splitVersion() (path string, err error) {
	path = r.http.URL.EscapedPath()
	if r.sharePoint() {
		return r.splitSite(path)
	}
	version, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	r.version = strings.ToLower(version)
	if r.version != versionOne && r.version != versionBeta {
		return "", problem.For(problem.Invalid, problem.UnknownSegment, version, "Invalid version: %s", version)
	}
	r.base = r.origin.Graph() + "/" + r.version
	return "/" + rest, nil
}

// splitSite reads a path on a SharePoint host: {site}/_api/v2.0/…; what follows is as on Graph, except that drive, drives
// and lists in front are those of the site, and drive on the host of OneDrive the caller's own.
func (r *request) splitSite(path string) (string, error) {
	i := strings.Index(strings.ToLower(path), "/_api/v2.")
	if i < 0 {
		return "", problem.For(problem.NotFound, problem.UnknownSegment, path, "Resource not found for the segment '%s'.", path)
	}
	version, rest, _ := strings.Cut(path[i+len("/_api/"):], "/")
	r.site, r.version = path[:i], strings.ToLower(version)
	host := r.origin.SharePoint(r.place.Prefix, r.place.Host)
	r.base = host + r.site + "/_api/" + r.version
	first, below, _ := strings.Cut(rest, "/")
	switch {
	case first == "drive" && r.site == "" && r.place.Host == links.My:
		return "/me/" + rest, nil
	case first == "drive", first == "lists", first == "list", first == "drives" && below == "", first == "site":
		name := links.Origin{}.SharePointHost(r.place.Prefix, r.place.Host)
		if first == "site" {
			rest = below
		}
		if r.site == "" {
			return "/sites/" + name + "/" + rest, nil
		}
		return "/sites/" + name + ":" + r.site + ":/" + rest, nil
	}
	return "/" + rest, nil
}

// authorize finds out who asks, and whether the token is good for the operation. What failed before, such as a path that
// leads nowhere, is told only to somebody who is known.
func (f *face) authorize(r *request, m *odata.Match[*request], failed error) error {
	if m == nil || !secret(m.Operation) {
		if err := f.identify(r); err != nil {
			return err
		}
	}
	if failed != nil {
		return failed
	}
	if secret(m.Operation) {
		r.tenant, _ = r.tx.TenantByPrefix(r.place.Prefix)
		return nil
	}
	if strings.HasPrefix(m.Template(), "/me") && r.caller.AppOnly() {
		return problem.For(problem.Invalid, problem.UnknownSegment, "me", "/me request is only valid with delegated authentication flow.")
	}
	if err := r.permit(m.Operation); err != nil {
		return err
	}
	if settings(m.Template()) {
		return directory.MayReadSettings(r.tx, r.caller)
	}
	return nil
}

// identify verifies the token and sets caller and tenant.
func (f *face) identify(r *request) error {
	raw, ok := bearer(r.http.Header.Get("Authorization"))
	if !ok {
		return problem.New(problem.Unauthenticated, problem.BadToken, "Access token is empty.")
	}
	audience := tokens.GraphAudience()
	if r.sharePoint() {
		audience = tokens.SharePointAudience(r.place.Name)
	}
	p, err := f.Tokens.Verify(r.tx, raw, audience)
	if err != nil {
		return err
	}
	p.IPAddress, p.UserAgent, p.CorrelationID = clientAddress(r.http), r.http.UserAgent(), r.clientID
	r.caller = p
	r.tenant, ok = r.tx.Tenant(p.Tenant)
	if !ok {
		return problem.New(problem.Unauthenticated, problem.BadToken, "The tenant of the token does not exist.")
	}
	if r.sharePoint() && !strings.EqualFold(r.tenant.SharePointPrefix(), r.place.Prefix) {
		return problem.New(problem.Unauthenticated, problem.WrongTenant, "The token is of another organisation.")
	}
	return nil
}

func bearer(header string) (token string, ok bool) {
	scheme, token, _ := strings.Cut(strings.TrimSpace(header), " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

// clientAddress is where the client is, as audit entries tell it.
func clientAddress(req *http.Request) string {
	if forwarded, _, _ := strings.Cut(req.Header.Get("X-Forwarded-For"), ","); forwarded != "" {
		return strings.TrimSpace(forwarded)
	}
	host, _, err := net.SplitHostPort(req.RemoteAddr)
	if err != nil {
		return req.RemoteAddr
	}
	return host
}
