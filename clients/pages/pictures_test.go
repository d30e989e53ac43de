package pages_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/tennantite/tennantite/emulator"
)

var pictures = flag.String("pictures", "", "folder that pictures of the story are put into")

// picture takes a picture of the tab as it stands, so many pixels high, where the look asks for pictures.
func (b *tab) picture(name string, high int64) {
	b.t.Helper()
	if !slices.Contains(b.look.pictures, name) {
		return
	}
	b.do("to the front", send(page.BringToFront, cdp.Empty{})) // what lies behind another tab is not painted
	b.do("the height", send(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: b.look.wide(), Height: high, DeviceScaleFactor: 1}))
	ask[chromedp.Void](b, `document.activeElement?.blur(), scrollTo(0, 0)`)
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	png, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		shot, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
		return shot.Data, err
	})
	if err != nil {
		b.t.Fatalf("the picture %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(*pictures, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.do("the look again", b.look.put())
}

// TestPictures takes the pictures of the documentation, each that is named there. With -pictures they are taken for it, at
// the addresses that a reader has: the ports that serve binds.
func TestPictures(t *testing.T) {
	usual := func(o *emulator.Options) { o.HTTP = emulator.DefaultHTTP }
	if *pictures == "" {
		*pictures, usual = t.TempDir(), func(*emulator.Options) {}
	}
	if err := os.MkdirAll(*pictures, 0o755); err != nil {
		t.Fatal(err)
	}
	d := directions["Contoso to Fabrikam"]
	t.Run("SharePoint", func(t *testing.T) {
		w := begin(t, d, look{still: true, pictures: []string{
			"home", "share-dialog", "directory-before", "mailbox", "redemption-sharepoint", "shared-folder", "guest-appears", "manage-access", "sync",
			"timeline", "sequence", "scenario",
		}}, usual)
		w.tellSharePoints()
		w.record()
		w.play()
	})
	t.Run("Entra", func(t *testing.T) {
		w := begin(t, d, look{still: true, pictures: []string{"guest-pending", "redemption-entra"}}, usual)
		w.tellEntras()
		w.look = look{still: true, dark: true, pictures: []string{"dark"}}
		w.do("the dark look", w.look.put())
		w.press("Organisations", ".top")
		w.stands("Organisations side by side")
		w.picture("dark", 800)
		w.look = look{still: true, width: phone, pictures: []string{"phone"}}
		w.do("the look of a phone", w.look.put())
		w.open(w.root + "/")
		w.stands("Organisations side by side")
		w.picture("phone", 844)
	})
	script, err := os.ReadFile("../../docs/demo.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`pictures/([a-z-]+\.png)`).FindAllStringSubmatch(string(script), -1)
	if len(named) == 0 {
		t.Error("the script names no picture")
	}
	for _, m := range named {
		if _, err := os.Stat(filepath.Join(*pictures, m[1])); err != nil {
			t.Errorf("%s is named and not taken: %v", m[1], err)
		}
	}
}

// record looks at what the story left behind.
func (w *walk) record() {
	w.t.Helper()
	w.press("Timeline", ".top")
	w.stands("Timeline")
	w.picture("timeline", 860)
	w.press("Sequence diagram", "form.filter")
	w.stands("Sequence diagram")
	w.picture("sequence", 900)
}

// play goes some steps of a scenario.
func (w *walk) play() {
	w.t.Helper()
	w.press("Scenarios", ".top")
	w.stands("Scenarios")
	w.press("Play Classic versus B2B")
	w.stands("Classic versus B2B")
	for _, so := range []string{"1 of", "2 of", "3 of"} {
		w.press("Next", ".head")
		w.seesIn(".head", so)
	}
	w.stands("Classic versus B2B")
	w.picture("scenario", 900)
}
