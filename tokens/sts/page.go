package sts

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/look"
)

// page is what a person sees. Its form works without scripts and follows the conventions of the conformance suite
// (FORMAT.md section 6): Kind is data-page.
type page struct {
	Kind    string
	Title   string
	Account string   // who is signing in, shown above the text
	Alert   string   // what went wrong with the last answer
	Lead    []string // paragraphs
	List    []string // permissions and the like
	Form    *form
	Details []string // ids for whoever looks the request up
	Frames  []string // front-channel logout addresses
	Next    string   // where the page leads on to by itself, "" for nowhere
	Status  int      // 0 is 200
	Submit  bool     // form_post: a script sends the form
}

// form is posted to Action, always.
type form struct {
	Action  string
	Hidden  []field
	Inputs  []input
	Buttons []button
}

type field struct{ Name, Value string }

type input struct {
	Name, Label, Type, Value, Complete, Mode string
	Check                                    bool
}

type button struct {
	Name, Value, Label string
	Main               bool
}

//go:embed page.html
var pageText string

//go:embed page.css
var ownStyle string

const submitScript = "document.forms[0].submit()"

//nolint:gochecknoglobals // a template, parsed when the first page is asked for, and two hashes of constants
var (
	pageTemplate = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageText)) })
	styleText    = look.Pages() + ownStyle
	styleHash    = sourceHash(styleText)
	scriptHash   = sourceHash(submitScript)
)

func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// brandOf is the brand of a page: where a password is asked for, of the account's home; else of the organisation that the
// address names, and of the home again where it names none. It is empty where nobody knows yet.
func (c *call) brandOf(p *page) look.Brand {
	t := c.tenant
	if p != nil && p.Account != "" && (p.Kind == "sign-in" || t.ID == "") {
		t = directory.Discover(c.tx, p.Account).Tenant
	}
	if t.ID == "" || t.Consumers() {
		return look.Brand{}
	}
	return look.BrandOf(t.DisplayName, directory.Ordinal(c.tx, t.ID))
}

// view is a page with what every page has.
type view struct {
	*page
	look.Brand
	Style  template.CSS
	Script template.JS
}

// write sends a page. form-action is left open: browsers apply it to the redirect that answers a form, and that leads to
// the application.
func (p *page) write(w http.ResponseWriter, c *call) {
	var b bytes.Buffer
	if err := pageTemplate().Execute(&b, view{p, c.brand, template.CSS(styleText), template.JS(submitScript)}); err != nil {
		http.Error(w, "the page could not be written", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.policy())
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	noStore(h)
	status := p.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (p *page) policy() string {
	parts := []string{"default-src 'none'", "style-src " + styleHash, "img-src data:", "base-uri 'none'", "frame-ancestors 'none'"}
	if p.Submit {
		parts = append(parts, "script-src "+scriptHash)
	}
	if len(p.Frames) > 0 {
		parts = append(parts, "frame-src http: https:")
	}
	return strings.Join(parts, "; ")
}

// failurePage shows an error as the browser flows do.
func (c *call) failurePage(status int, e envelope) *page {
	text, _, _ := strings.Cut(e.Description, " Trace ID: ")
	return &page{
		Kind: "error", Title: "Sorry, but we’re having trouble signing you in", Lead: []string{text}, Status: status,
		Details: []string{"Request Id: " + e.TraceID, "Correlation Id: " + e.CorrelationID, "Timestamp: " + e.Timestamp},
	}
}
