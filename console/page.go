package console

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// page is one row of the table of pages.
type page struct {
	Path  string // a template of gorilla/mux; {tenant} is an organisation, by the first label of its initial domain
	Title string // what show's answer does not say better
	Nav   nav    // zero: in no navigation
	// show reads; it runs in a View. nil: the page only takes forms.
	show func(*call) (reply, error)
	// actions change, by the form's field "do"; each runs in an Update of its own. A refusal shows the page again, with its
	// reason; then nothing has changed.
	actions map[string]func(*call) (done, error)
	// outside are actions that put another state in the world's place, or are about the worlds themselves: no transaction.
	outside map[string]func(*call) (done, error)
	// unseen tells whether looking at the page changes something (a letter that becomes read); then seen does it, in an
	// Update before show. Both may be nil.
	unseen func(*call) bool
	seen   func(*call) error
	// stream takes over the connection: no transaction, no layout.
	stream func(*call, http.ResponseWriter)
}

// nav is where the navigation shows a page.
type nav struct {
	Label string
	In    section
	Order int
}

// section is one of the two navigations: of the whole, or of an organisation.
type section int

const (
	ofAll section = iota
	ofOrganisation
)

// done is what an action did.
type done struct {
	Say  string // for the person who did it
	To   string // path below the world's own where to go on; "" stays
	Curl curl   // the same by a client; zero: none
	// Refused is a refusal of a part that leaves an entry in the log: what was done stays, and the page says it.
	Refused error
}

// call is one request.
type call struct {
	*face
	r       *http.Request
	page    *page
	session session
	store   *state.Store
	tx      *state.Tx
	base    string // "" or "/w/NAME": what every path begins with
	world   string
	origin  links.Origin // of the addresses that actions hand out
	control string       // scheme and host of the console

	tenant state.Tenant        // of the path, zero for none
	who    directory.Principal // whom the presenter acts as there
	alert  *alert
}

// alert is a refusal, shown above the page that asked.
type alert struct{ Reason, Text, Target string }

func (c *call) param(name string) string { return mux.Vars(c.r)[name] }
func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// field is a field of the form, without surrounding blanks.
func (c *call) field(name string) string { return strings.TrimSpace(c.r.PostFormValue(name)) }

// To is a path of this world.
func (c *call) To(parts ...string) string { return c.base + strings.Join(parts, "") }

// ServeHTTP finds the world of a path and the page.
func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	rest, ok := strings.CutPrefix(r.URL.Path, "/w/")
	if !ok {
		f.router.ServeHTTP(w, r)
		return
	}
	name, path, _ := strings.Cut(rest, "/")
	store, ok := f.Host.WorldStore(name)
	if !ok {
		f.serve(unknownPage(), w, r)
		return
	}
	r = r.Clone(state.NewContext(r.Context(), store))
	r.URL.Path, r.URL.RawPath = "/"+path, ""
	f.router.ServeHTTP(w, r.WithContext(withBase(r.Context(), "/w/"+name)))
}

// serve answers one request with one page.
func (f *face) serve(p *page, w http.ResponseWriter, r *http.Request) {
	c := &call{face: f, r: r, page: p, base: baseOf(r.Context()), store: state.FromContext(r.Context()), session: f.sessionOf(r)}
	if c.store == nil {
		http.Error(w, "there is no such world", http.StatusNotFound)
		return
	}
	if c.session.fresh {
		if strangerNavigates(r) {
			again(w)
			return
		}
		c.session.keep(w, r)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if p.stream != nil {
			p.stream(c, w)
			return
		}
		if err := c.look(); err != nil {
			c.fail(w, err)
			return
		}
		c.show(w, 0)
	case http.MethodPost:
		c.act(w)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		c.fail(w, problem.New(problem.Invalid, problem.MethodNotAllowed, "A page is read, or a form sent to it."))
	}
}

// look notes that a page is looked at, where that changes something. Only an Update wakes whoever waits for changes.
func (c *call) look() error {
	if c.page.unseen == nil || c.r.Method != http.MethodGet {
		return nil
	}
	unseen := false
	err := c.store.View(func(tx *state.Tx) error {
		if err := c.begin(tx); err != nil {
			return err
		}
		unseen = c.page.unseen(c)
		return nil
	})
	if err != nil || !unseen {
		return err
	}
	return c.store.Update(func(tx *state.Tx) error {
		if err := c.begin(tx); err != nil {
			return err
		}
		return c.page.seen(c)
	})
}

// show writes the page; status 0 leaves it to the reply.
func (c *call) show(w http.ResponseWriter, status int) {
	var out response
	err := c.store.View(func(tx *state.Tx) error {
		if err := c.begin(tx); err != nil {
			return err
		}
		if c.page.show == nil {
			return problem.New(problem.NotFound, problem.UnknownSegment, "This address only takes forms.")
		}
		answer, err := c.page.show(c)
		if err != nil {
			return err
		}
		out, err = answer.render(c)
		return err
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	if status != 0 {
		out.status = status
	}
	if !c.partsOnly() {
		c.session.notice.forget(w, c.r)
	}
	c.write(w, out)
}

// partsOnly tells whether a script asks, for parts of the page that somebody looks at already: he may be about to leave it
// for the page that the notice is for.
func (c *call) partsOnly() bool { return c.r.Header.Get("X-Requested-With") != "" }

// act does what a form asks for.
func (c *call) act(w http.ResponseWriter) {
	if err := c.checkForm(w); err != nil {
		c.fail(w, err)
		return
	}
	d, err := c.perform(c.r.PostFormValue("do"))
	if problem.ReasonOf(err) == problem.UnknownSegment {
		c.fail(w, err)
		return
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	if d.Refused != nil {
		c.refuse(w, d.Refused)
		return
	}
	c.session.keep(w, c.r)
	if d.Say != "" {
		notice{Text: d.Say, Curl: d.Curl.String()}.keep(w, c.r)
	}
	to := c.base + c.r.URL.RequestURI()
	if d.To != "" {
		to = d.To
	}
	w.Header().Set("Location", local(to))
	w.WriteHeader(http.StatusSeeOther)
}

// perform does one of the page's actions.
func (c *call) perform(name string) (d done, err error) {
	if outside, ok := c.page.outside[name]; ok {
		if err := c.store.View(c.begin); err != nil {
			return done{}, err
		}
		c.tx = nil
		return outside(c)
	}
	action, ok := c.page.actions[name]
	if !ok {
		return done{}, problem.New(problem.Invalid, problem.UnknownSegment, "The page has no such action.")
	}
	err = c.store.Update(func(tx *state.Tx) error {
		if err := c.begin(tx); err != nil {
			return err
		}
		d, err = action(c)
		return err
	})
	return d, err
}

// refuse shows the page again with what an action said; a page that shows nothing says it alone.
func (c *call) refuse(w http.ResponseWriter, err error) {
	if problem.KindOf(err) == problem.Internal || c.page.show == nil {
		c.fail(w, err)
		return
	}
	e := problem.As(err)
	c.alert = &alert{Text: e.Detail, Target: e.Target}
	if e.Reason != problem.None {
		c.alert.Reason = e.Reason.String()
	}
	c.show(w, e.Kind.Status())
}

// begin fills in what the transaction knows: world, origin, organisation, acting person.
func (c *call) begin(tx *state.Tx) error {
	c.tx, c.world = tx, "main"
	if n := tx.World().Name; n != "" {
		c.world = n
	}
	c.origin, c.control = originOf(c.r, tx.World().PublicURL)
	if port := c.Host.Port(c.world, c.r.TLS != nil); port != "" && tx.World().PublicURL == "" {
		c.origin.Port = port // a browser names no world: it finds this one's pages there
	}
	prefix := c.param("tenant")
	if prefix == "" {
		return nil
	}
	t, ok := tx.TenantByPrefix(prefix)
	if !ok {
		return problem.For(problem.NotFound, problem.TenantNotFound, prefix, "No organisation has this name in the world %s.", c.world)
	}
	c.tenant, c.who = t, c.actorIn(t)
	return nil
}

// fail writes a page that says what went wrong.
func (c *call) fail(w http.ResponseWriter, err error) {
	e := problem.As(err)
	if e.Kind == problem.Internal {
		c.Log.Error("console", "path", c.r.URL.Path, "err", err)
		e = &problem.Error{Kind: problem.Internal, Detail: "Something went wrong inside of the emulator; its log says what."}
	}
	var out response
	if again := c.store.View(func(tx *state.Tx) error {
		c.tx, c.tenant = tx, state.Tenant{}
		c.origin, c.control = originOf(c.r, tx.World().PublicURL)
		c.alert = nil
		text := e.Detail
		if text == "" {
			text = e.Reason.String()
		}
		v := view{Template: "error", Title: http.StatusText(e.Kind.Status()), Status: e.Kind.Status(), Data: text}
		var err error
		out, err = v.render(c)
		return err
	}); again != nil {
		c.Log.Error("console: the page of a failure", "err", errors.Join(err, again))
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	c.write(w, out)
}

func (c *call) write(w http.ResponseWriter, out response) {
	h := w.Header()
	for name, values := range out.header {
		h[name] = slices.Clone(values)
	}
	w.WriteHeader(out.status)
	if c.r.Method != http.MethodHead {
		w.Write(out.body)
		if out.more != nil {
			_, _ = io.Copy(w, out.more) // the client went away
		}
	}
}

// unknownPage is what stands where there is none.
func unknownPage() *page {
	return &page{Title: "Not found", show: func(c *call) (reply, error) {
		return nil, problem.New(problem.NotFound, problem.UnknownSegment, "There is no page of this address.")
	}}
}
