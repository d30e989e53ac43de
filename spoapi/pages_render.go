package spoapi

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/look"
)

//go:embed pages
var pageFiles embed.FS

//nolint:gochecknoglobals // parsed once, when the first page is asked for, since it costs a start a millisecond; never written to
var (
	pageTemplates = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(pageFiles, "pages/*.html")) })
	pageStyle     = func() []byte {
		own, _ := pageFiles.ReadFile("pages/style.css") // embedded: always there
		return append([]byte(look.Pages()), own...)
	}()
	pageStyleHash = func() string {
		sum := sha256.Sum256(pageStyle)
		return base64.StdEncoding.EncodeToString(sum[:])
	}()
)

// frame is what every page has around its body.
type frame struct {
	look.Brand
	Kind, Title, Who, SignOut string
	Style                     template.CSS
	Body                      template.HTML
}

// inner is what a body's template sees.
type inner struct {
	CSRF string
	Data any
}

// render writes a page. It has no scripts and loads nothing.
func (p *page) render(w http.ResponseWriter, v view) {
	var body, whole bytes.Buffer
	err := pageTemplates().ExecuteTemplate(&body, v.body, inner{p.session.CSRF, v.data})
	if err == nil {
		f := frame{
			Brand: p.brand, Kind: v.kind, Title: v.title, Who: p.who, SignOut: "/_layouts/15/SignOut.aspx",
			Style: template.CSS(pageStyle),      //nolint:gosec // our own file
			Body:  template.HTML(body.String()), //nolint:gosec // written by the template above
		}
		err = pageTemplates().ExecuteTemplate(&whole, "layout.html", f)
	}
	if err != nil {
		p.Log.Error("spoapi: a page cannot be written", slog.Any("err", err), slog.String("page", v.body))
		http.Error(w, "500 INTERNAL SERVER ERROR", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+pageStyleHash+"'; base-uri 'none'; frame-ancestors 'none'; "+
		"form-action 'self' "+p.origin.Login())
	h.Set("Content-Length", strconv.Itoa(whole.Len()))
	if v.status == 0 {
		v.status = http.StatusOK
	}
	w.WriteHeader(v.status)
	if p.http.Method != http.MethodHead {
		w.Write(whole.Bytes())
	}
}

// introduce notes whose page it is and who it greets; it needs the transaction, which is over when the page is written.
func (p *page) introduce() {
	p.brand = look.BrandOf(p.tenant.DisplayName, directory.Ordinal(p.tx, p.tenant.ID))
	switch a, ok := p.account(); {
	case p.caller.User.ID != "":
		p.who = orText(p.caller.User.Mail, p.caller.User.UserPrincipalName)
	case ok:
		p.who = orText(first(directory.Addresses(p.tx, a.Account)), p.proven())
	}
}

// when is a time as pages show it.
func (p *page) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}
