package spoapi

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/look"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// page is a request for one of SharePoint's pages, within its transaction.
type page struct {
	*request
	path    string     // decoded, as the client wrote it
	rest    string     // of the path, below the site
	form    url.Values // of a POST
	cookies []*http.Cookie
	who     string // whom the page greets
	brand   look.Brand
}

// A page's handler returns a view, a redirect, or content.
type (
	view struct {
		status int    // 0: 200
		kind   string // data-page
		title  string
		body   string // name of the template
		data   any
	}
	redirect string
)

// maxForm bounds the body of a posted form; the longest has an id token in it.
const maxForm = 256 << 10

// servePage answers everything that is neither _api nor client.svc: SharePoint's pages.
func (f *face) servePage(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "405 METHOD NOT ALLOWED", http.StatusMethodNotAllowed)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "400 BAD REQUEST", http.StatusBadRequest)
		return
	}
	var p *page
	var answer any
	inside := func(tx *state.Tx) (err error) {
		p = &page{request: &request{face: f, tx: tx, http: r}, path: r.URL.Path, form: r.PostForm}
		if err := p.arrive(); err != nil {
			return err
		}
		answer, err = p.answer()
		p.introduce()
		return err
	}
	world := state.FromContext(r.Context())
	transaction := world.View
	if r.Method == http.MethodPost {
		transaction = world.Update
	}
	err := transaction(inside)
	if errors.Is(err, errEnters) {
		err = world.Update(inside)
	}
	if err != nil {
		p.cookies = nil
		if p.tenant.ID == "" {
			http.Error(w, "404 FILE NOT FOUND", http.StatusNotFound)
			return
		}
		if problem.KindOf(err) == problem.Internal {
			f.Log.Error("spoapi: page failed", slog.Any("err", err), slog.String("path", r.URL.Path))
		}
		answer = errorView(err)
	}
	p.write(w, answer)
}

// arrive finds tenant, site and session of the request. A path outside of every site leaves the site zero.
func (p *page) arrive() error {
	place := links.FromContext(p.http.Context())
	p.host, p.origin = place.Host, place.Origin
	t, ok := p.tx.TenantByPrefix(place.Prefix)
	if !ok || t.Consumers() {
		return errSiteMissing
	}
	p.tenant = t
	if place.Host == links.Admin {
		p.site = adminSite(t)
	} else if s, rest, ok := drive.SiteOfPath(p.tx, t.ID, place.Host == links.My, p.path); ok {
		p.site, p.rest = s, rest
	}
	if p.http.Header.Get("Authorization") != "" {
		return p.authenticate()
	}
	p.resume()
	if p.session.ID == "" {
		p.resumeSession()
	}
	return nil
}

// handlers are the pages below _layouts/15, by name.
//
//nolint:gochecknoglobals // a constant table
var handlers = map[string]func(*page) (any, error){
	"acceptinvite.aspx": acceptInvite,
	"guestaccess.aspx":  guestAccess,
	"authenticate.aspx": authenticatePage,
	"signout.aspx":      signOut,
	"accessdenied.aspx": accessDenied,
	"doc.aspx":          docPage,
	"download.aspx":     downloadByID,
	"user.aspx":         managePage,
	"share.aspx":        sharePage,
}

func (p *page) answer() (any, error) {
	lower := strings.ToLower(p.path)
	if lower == "/_forms/default.aspx" {
		return signInReturn(p)
	}
	if token, ok := links.Token(p.path); ok {
		return p.openLink(token)
	}
	if _, name, ok := strings.Cut(lower, "/_layouts/15/"); ok {
		if h := handlers[name]; h != nil {
			return h(p)
		}
		return nil, problem.For(problem.NotFound, problem.UnknownSegment, name, "There is no such page here.")
	}
	if strings.EqualFold(strings.Trim(p.rest, "/"), requestsPath) {
		return requestsPage(p)
	}
	if p.http.Method == http.MethodPost {
		return nil, problem.New(problem.Invalid, problem.MethodNotAllowed, "Nothing can be posted here.")
	}
	return placePage(p)
}

// write puts an answer of a page on the wire.
func (p *page) write(w http.ResponseWriter, answer any) {
	h := w.Header()
	for _, c := range p.cookies {
		http.SetCookie(w, c)
	}
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	switch a := answer.(type) {
	case redirect:
		h.Set("Location", string(a))
		w.WriteHeader(http.StatusSeeOther)
	case content:
		p.writeContent(w, a)
	case view:
		p.render(w, a)
	default:
		panic("spoapi: a page returned something that is no answer")
	}
}

// writeContent sends a file as a download: what somebody uploaded never runs as a page of ours.
func (p *page) writeContent(w http.ResponseWriter, c content) {
	h := w.Header()
	h.Set("Content-Type", c.kind)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(c.name))
	if c.etag != "" {
		h.Set("ETag", c.etag)
	}
	http.ServeContent(w, p.http, "", c.at, c.reader)
}
