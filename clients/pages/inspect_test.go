package pages_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// axe is axe-core's source, which npm brings.
var axe = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	return string(text), err
})

// inspector holds pages to axe-core and keeps their sources for the validator.
type inspector struct {
	folder string
	mu     sync.Mutex
	seen   int
	menus  map[string]bool // that were opened, in which look
}

// first tells whether a menu was not opened before: most pages have the same.
func (i *inspector) first(menu string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.menus == nil {
		i.menus = map[string]bool{}
	}
	was := i.menus[menu]
	i.menus[menu] = true
	return !was
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// keep keeps the source of a page, as it was sent.
func (i *inspector) keep(tb testing.TB, name string, source []byte) {
	tb.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen++
	name = fmt.Sprintf("%03d-%.80s.html", i.seen, notInNames.ReplaceAllString(name, "-"))
	if err := os.WriteFile(filepath.Join(i.folder, name), source, 0o600); err != nil {
		tb.Fatal(err)
	}
}

// validate has html-validate look at all sources that were kept; each finding is an error.
func (i *inspector) validate(t *testing.T) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), filepath.Join("node_modules", ".bin", "html-validate"),
		"--config", "htmlvalidate.json", "--formatter", "text", i.folder).CombinedOutput()
	if err == nil {
		return
	}
	for line := range strings.Lines(string(out)) {
		t.Error(strings.TrimSpace(strings.TrimPrefix(line, i.folder+"/")))
	}
	t.Error(err)
}

// look inspects the page that a tab shows: on a screen and on a phone no wider than it is, and without a finding of axe-core,
// in light and in dark, closed and with all open that opens.
func (i *inspector) look(b *tab, name string) {
	b.t.Helper()
	source := b.source()
	i.keep(b.t, name, source)
	script, err := axe()
	if err != nil {
		b.t.Fatalf("%v: npm install brings axe-core", err)
	}
	was := b.look
	b.do("axe-core", chromedp.Evaluate[chromedp.Void](script))
	for _, l := range []look{{still: true}, {still: true, dark: true}, {still: true, width: phone}} {
		b.look = l
		b.do("the look", l.put())
		b.fits(name + " " + l.String())
		rules := ""
		if l.dark || l.width == phone { // what else depends on colours and width
			rules = `"color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"`
		}
		ask[chromedp.Void](b, `document.querySelectorAll("details:not(.menu)").forEach(d => d.open = true)`)
		b.axe(name+" "+l.String(), "document", rules)
		for n, menu := range ask[[]string](b, `[...document.querySelectorAll("details.menu")].map(d => d.parentElement.className + " " + d.querySelector(".quiet").innerText)`) {
			if !i.first(l.String() + fmt.Sprint(l.width) + menu) {
				continue
			}
			menu := fmt.Sprintf(`document.querySelectorAll("details.menu")[%d]`, n)
			ask[chromedp.Void](b, menu+".open = true")
			b.fits(fmt.Sprintf("%s %s with menu %d", name, l, n))
			b.axe(fmt.Sprintf("%s %s menu %d", name, l, n), menu, rules)
			ask[chromedp.Void](b, menu+".open = false")
		}
	}
	b.look = was
	b.do("the look again", was.put())
}

// axe runs axe-core over a part of the page, with the named rules only or all.
func (b *tab) axe(what, part, rules string) {
	b.t.Helper()
	options := `{ resultTypes: ["violations"], iframes: false }`
	if rules != "" {
		options = `{ resultTypes: ["violations"], iframes: false, runOnly: [` + rules + `] }`
	}
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run(`+part+`, `+options+`).then(r => r.violations.flatMap(v =>
		v.nodes.slice(0, 3).map(n => v.id + ": " + n.failureSummary.replace(/\s+/g, " ").slice(0, 300) + " | " + n.html.slice(0, 200))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	for _, f := range found {
		b.t.Errorf("%s: %s", what, f)
	}
}

// source is the text of the page as it was sent. A tab that another one opened did not see its first page come: it is asked
// for again.
func (b *tab) source() []byte {
	b.t.Helper()
	if b.document.Load() == nil {
		b.do("load it again", chromedp.Reload())
	}
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	got, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) (network.GetResponseBodyResult, error) {
		return cdp.Call(ctx, t, network.GetResponseBody, network.GetResponseBodyParams{RequestID: *b.document.Load()})
	})
	if err != nil {
		b.t.Fatalf("the source of %s: %v", b.address(), err)
	}
	return got.Body
}

// TestConsolePages inspects the console: every page that a link leads to is valid HTML, and axe-core sees every kind of
// element that there is, where it first appears.
func TestConsolePages(t *testing.T) {
	t.Parallel()
	emu := start(t)
	r := read(t, emu)
	r.fill()
	i := &inspector{folder: t.TempDir()}
	b := browse(t, look{})
	b.open(r.root + "/")
	known := map[string]bool{}
	all := r.crawl()
	looked := 0
	for _, f := range all {
		kinds, _, err := shape(f.source)
		if err != nil {
			t.Fatal(err)
		}
		fresh := false
		for k := range kinds {
			fresh = fresh || !known[k]
			known[k] = true
		}
		if !fresh {
			i.keep(t, f.path, f.source)
			continue
		}
		looked++
		b.open(r.root + f.path)
		i.look(b, f.path)
	}
	t.Logf("%d pages, %d of them in the browser", len(all), looked)
	if len(all) < 80 || looked < 25 {
		t.Errorf("%d pages, %d of them in the browser: links do not lead through the console", len(all), looked)
	}
	i.validate(t)
}
