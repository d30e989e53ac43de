package console

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/look"
	"github.com/tennantite/tennantite/emulator/state"
)

//go:embed templates assets
var embedded embed.FS

// screen is what a template sees: the frame around it, the request for its helpers, and the page's own data.
type screen struct {
	frame
	call *call
	Data any
}

// To is a path of the world at hand; templates write {{$.To "/mail"}}.
func (s screen) To(parts ...string) string { return s.call.To(parts...) }

// frame is what every page has around its own content.
type frame struct {
	Title         string
	Wide          bool
	Theme         string
	CSRF          string
	Here          string // path and query, to come back to
	World         string
	Worlds        []worldLink
	Now           time.Time
	Moment        string // of the world, after which the page is to hear of changes
	Frozen        bool
	Nav           []navLink
	Organisation  *organisation // of the page, nil for none
	Organisations []organisation
	Tabs          []navLink // of the organisation
	Alert         *alert
	Notice        notice
	Style, Script string
}

// Token is the hidden field that every form carries.
func (f frame) Token() template.HTML {
	return template.HTML(`<input type="hidden" name="csrf" value="` + f.CSRF + `">`) //nolint:gosec // base64
}

type worldLink struct {
	Name, URL string
	Current   bool
}

type navLink struct {
	Label, URL string
	Current    bool
	order      int
}

// Item is the page as an entry of a navigation. It is written in Go: every page has some twenty of them.
func (n navLink) Item() template.HTML {
	current := ""
	if n.Current {
		current = ` aria-current="page"`
	}
	e := template.HTMLEscapeString
	return template.HTML(`<li><a href="` + e(n.URL) + `"` + current + `>` + e(n.Label) + `</a></li>`) //nolint:gosec // our own paths, escaped
}

// organisation is a tenant as pages name it: Accent is the class of its colour.
type organisation struct {
	ID, Name, Prefix, Domain, Accent, URL string
	Profile                               state.Profile
	Current                               bool
	Actor                                 person
	Actors                                []person // whom one can act as
}

// person is somebody as menus and lists name him.
type person struct {
	ID, Name, Address, Kind string
	Current                 bool
}

// Choice is the person as an entry of the menu of those whom one can act as.
func (p person) Choice() template.HTML {
	current := ""
	if p.Current {
		current = ` aria-current="true"`
	}
	e := template.HTMLEscapeString
	return template.HTML(`<li><button name="as" value="` + e(p.ID) + `"` + current + `><b>` + e(p.Name) + `</b> <span class="quiet">` + e(p.Address) + //nolint:gosec // escaped
		`</span> <span class="chip">` + e(p.Kind) + `</span></button></li>`)
}

// organisations are the world's tenants but for the one of personal accounts, in the order in which they were made.
func (c *call) organisations() []organisation {
	tenants := directory.Organisations(c.tx)
	list := make([]organisation, 0, len(tenants))
	for i, t := range tenants {
		list = append(list, organisation{
			ID: t.ID, Name: t.DisplayName, Prefix: t.SharePointPrefix(), Domain: t.DefaultDomain(), Profile: t.Profile,
			Accent: look.Accent(i), URL: c.To("/o/", t.SharePointPrefix(), "/people"), Current: t.ID == c.tenant.ID,
		})
	}
	return list
}

// withActors adds whom one can act as.
func (c *call) withActors(o organisation) organisation {
	t, _ := c.tx.Tenant(o.ID)
	who := c.actorIn(t)
	o.Actor = person{ID: system, Name: "the emulator itself", Kind: "may do everything"}
	if !who.System {
		o.Actor = personOf(who.User)
	}
	for u := range c.tx.UsersByName(o.ID, "") {
		p := personOf(u)
		p.Current = p.ID == o.Actor.ID
		o.Actors = append(o.Actors, p)
		if len(o.Actors) >= mostActing {
			break // everybody else is chosen on his own page
		}
	}
	o.Actors = append(o.Actors, person{ID: system, Name: "the emulator itself", Kind: "may do everything", Current: who.System})
	return o
}

// mostActing bounds the menu of those whom one can act as.
const mostActing = 40

// mostListed bounds what a menu or a list holds; more is found by searching.
const mostListed = 200

func personOf(u state.User) person {
	p := person{ID: u.ID, Name: u.DisplayName, Address: u.Mail, Kind: "member"}
	if p.Address == "" {
		p.Address = u.UserPrincipalName
	}
	if u.External() || u.Type == state.Guest {
		p.Kind = "guest"
	}
	return p
}

// Shortcuts are the organisations that the header has room for; the first page lists all.
func (f frame) Shortcuts() []organisation {
	const room = 3
	if len(f.Organisations) > room {
		return nil
	}
	return f.Organisations
}

func (c *call) frame(v view) frame {
	f := frame{
		Title: v.Title, Wide: v.Wide, Theme: c.session.Theme, CSRF: c.session.token(c.face), Here: c.base + c.r.URL.RequestURI(), World: c.world,
		Now: c.tx.Now(), Moment: stampOf(c.tx.Moment()), Frozen: c.tx.World().Frozen, Organisations: c.organisations(), Alert: c.alert, Notice: c.session.notice,
		Style: assetURL("style.css"), Script: assetURL("console.js"),
	}
	if c.r.Method != http.MethodGet { // the notice is of an earlier action
		f.Notice = notice{}
	}
	for _, name := range c.Host.WorldNames() {
		url := "/w/" + name + "/"
		if name == "main" {
			url = "/"
		}
		f.Worlds = append(f.Worlds, worldLink{name, url, name == c.world})
	}
	for i := range f.Organisations {
		if f.Organisations[i].Current {
			o := c.withActors(f.Organisations[i])
			f.Organisation = &o
		}
	}
	f.Nav = c.navigation(ofAll)
	if f.Organisation != nil {
		f.Tabs = c.navigation(ofOrganisation)
	}
	return f
}

// navigation is the pages of a section in their order; the current one is the one whose path the request's begins with.
func (c *call) navigation(in section) []navLink {
	var list []navLink
	best, longest := -1, 0
	for _, p := range c.pages {
		if p.Nav.Label == "" || p.Nav.In != in {
			continue
		}
		path := strings.ReplaceAll(p.Path, "{tenant}", c.tenant.SharePointPrefix())
		list = append(list, navLink{Label: p.Nav.Label, URL: c.To(path), order: p.Nav.Order})
		here := c.r.URL.Path
		if (here == path || path != "/" && strings.HasPrefix(here, path+"/")) && len(path) > longest {
			best, longest = p.Nav.Order, len(path)
		}
	}
	for i := range list {
		list[i].Current = list[i].order == best
	}
	slices.SortStableFunc(list, func(a, b navLink) int { return cmp.Compare(a.order, b.order) })
	return list
}

// templateOf is the layout with one page's template in it.
func templateOf(name string) *template.Template {
	t, ok := templates()[name]
	if !ok {
		panic("console: no template " + name) // a test walks all pages
	}
	return t
}

//nolint:gochecknoglobals // parsed once, never written to
var templates = sync.OnceValue(func() map[string]*template.Template {
	shared := template.Must(template.New("").Funcs(functions()).ParseFS(embedded, "templates/layout.html", "templates/parts.html"))
	names, err := fs.Glob(embedded, "templates/*.html")
	if err != nil {
		panic("console: " + err.Error()) // the pattern is a constant
	}
	all := map[string]*template.Template{}
	for _, name := range names {
		short := strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")
		if short != "layout" && short != "parts" {
			all[short] = template.Must(template.Must(shared.Clone()).ParseFS(embedded, name))
		}
	}
	return all
})

func functions() template.FuncMap {
	return template.FuncMap{
		"day":    func(t time.Time) string { return stamp(t, "2 Jan 2006") },
		"minute": func(t time.Time) string { return stamp(t, "2 Jan 2006 15:04") },
		"second": func(t time.Time) string { return stamp(t, "2 Jan 2006 15:04:05") },
		"iso":    func(t time.Time) string { return stamp(t, time.RFC3339) },
		"when":   when,
		"state":  guestState,
		"size":   size,
		"dict":   dict,
		"curl":   curlBox,
		"join":   func(list []string) string { return strings.Join(list, ", ") },
	}
}

func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// when is a moment as pages show it. It is written in Go, as what stands on pages most often: a template would cost more
// than the rest of the page.
func when(t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	return template.HTML(`<time datetime="` + stamp(t, time.RFC3339) + `">` + stamp(t, "2 Jan 2006 15:04") + `</time>`) //nolint:gosec // digits and month names
}

// curlBox is a call that can be opened and copied, with a label of its own or the usual one. It is written in Go for the same
// reason as moments are: there is one beside each action.
func curlBox(text string, label ...string) template.HTML {
	name := "The same with curl"
	if len(label) > 0 {
		name = label[0]
	}
	e := template.HTMLEscapeString
	return template.HTML(`<details class="curl"><summary>` + e(name) + `</summary><div class="code"><pre tabindex="0"><code>` + e(text) + //nolint:gosec // escaped
		`</code></pre><button type="button" class="copy" data-copy>Copy</button></div></details>`)
}

// guestState is a guest's state as a label; nothing for none.
func guestState(s any) template.HTML {
	name := fmt.Sprint(s)
	class := map[string]string{string(state.PendingAcceptance): " pending", string(state.Accepted): " accepted"}[name]
	if name == "" {
		return ""
	}
	return template.HTML(`<span class="state` + class + `">` + template.HTMLEscapeString(name) + `</span>`) //nolint:gosec // escaped
}

// size is a number of bytes for people.
func size(n int64) string {
	const unit = 1024
	if n < unit {
		return strconv.FormatInt(n, 10) + " B"
	}
	f, i := float64(n)/unit, 0
	for f >= unit && i < 3 {
		f, i = f/unit, i+1
	}
	return strconv.FormatFloat(f, 'f', 1, 64) + " " + []string{"KB", "MB", "GB", "TB"}[i]
}

// count is a number with its noun and verb.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// dict hands several values to a part: {{template "curl" (dict "Text" .Curl)}}.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			m[name] = pairs[i+1]
		}
	}
	return m
}

// asset is a file that browsers load; the style begins with the colours of organisations.
func asset(name string) ([]byte, error) {
	b, err := fs.ReadFile(embedded, "assets/"+name)
	if err == nil && name == "style.css" {
		b = append([]byte(look.Palette), b...)
	}
	return b, err
}

// assetURL is an asset's address; it changes with the content, so that browsers may keep it.
func assetURL(name string) string { return "/assets/" + name + "?v=" + assetHashes()[name] }

//nolint:gochecknoglobals // computed once, never written to
var assetHashes = sync.OnceValue(func() map[string]string {
	const digits = 12
	all := map[string]string{}
	entries, _ := fs.ReadDir(embedded, "assets") // embedded: always there
	for _, e := range entries {
		b, _ := asset(e.Name()) // likewise
		sum := sha256.Sum256(b)
		all[e.Name()] = hex.EncodeToString(sum[:])[:digits]
	}
	return all
})

func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := mux.Vars(r)["name"]
	b, err := asset(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	w.Header().Set("Content-Type", types[name[strings.LastIndexByte(name, '.'):]])
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if r.Method != http.MethodHead {
		w.Write(b)
	}
}
