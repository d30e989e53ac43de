package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"

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
