package pages_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// patience is how long a step may take: far more than any does, for a machine that is busy.
const patience = 30 * time.Second

// program is the one Chromium of the run; each walk has cookies of its own in it.
var program context.Context

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	path, err := chromium()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		// Nothing but this machine: every other name is unknown to it.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-features", "Translate,IsolateSandboxedIframes"), // a letter's frame is painted with its page
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("lang", "en"),
		chromedp.Flag("font-render-hinting", "none"),
		chromedp.WSURLReadTimeout(2*patience),
	)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	defer end()
	var stop context.CancelFunc
	program, stop = chromedp.NewContext(allocator)
	defer stop()
	if err := chromedp.Do(program); err != nil {
		fmt.Fprintln(os.Stderr, "Chromium does not start:", err)
		return 1
	}
	return m.Run()
}

func chromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium: install it (Debian: apt-get install chromium) or name it in $CHROMIUM")
}

// look is how somebody looks at pages. The zero value is a light screen of 1280 pixels, with scripts.
type look struct {
	dark, still, scriptless bool
	width                   int64
	pictures                []string // that are taken for the documentation
}

func (l look) String() string {
	name := "light"
	if l.dark {
		name = "dark"
	}
	if l.scriptless {
		name += " without scripts"
	}
	return name
}

func (l look) wide() int64 {
	if l.width != 0 {
		return l.width
	}
	return 1280
}

const (
	phone = 390
	tall  = 900
)

// put puts a tab into the look.
func (l look) put() step {
	scheme, motion := "light", "no-preference"
	if l.dark {
		scheme = "dark"
	}
	if l.still {
		motion = "reduce"
	}
	return chromedp.Steps(
		send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
		}}),
		send(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.wide(), Height: tall, DeviceScaleFactor: 1}),
		send(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}), // though several tabs are at work
		send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.scriptless}),
	)
}

// step is something that the browser does, without an answer.
type step = chromedp.Action[chromedp.Void]

// send is a command of the browser's protocol as a step.
func send[P, R any](c cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// tab is one tab of somebody's browser.
type tab struct {
	t        testing.TB
	ctx      context.Context
	look     look
	document atomic.Pointer[network.RequestID] // of the page that came last
}

// browse opens a browser without cookies.
func browse(tb testing.TB, l look) *tab {
	tb.Helper()
	ctx, end := chromedp.NewContext(program, chromedp.WithNewBrowserContext())
	tb.Cleanup(end)
	return attach(tb, ctx, l)
}

func attach(tb testing.TB, ctx context.Context, l look) *tab {
	tb.Helper()
	if err := chromedp.Do(ctx, l.put()); err != nil { // the first steps carry the tab's life: no deadline
		tb.Fatal(err)
	}
	b := &tab{t: tb, ctx: ctx, look: l}
	whole := cdp.FrameID(chromedp.FromContext(ctx).Target.TargetID)
	if err := chromedp.Listen(ctx, func(e any) {
		if r, ok := e.(*network.EventResponseReceived); ok && r.Type == network.ResourceTypeDocument && r.FrameID == whole {
			b.document.Store(&r.RequestID)
		}
	}); err != nil {
		tb.Fatal(err)
	}
	return b
}

// do runs steps of the browser, within patience.
func (b *tab) do(what string, steps ...step) {
	b.t.Helper()
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v\n%s", what, err, b.scene())
	}
}

// open goes to an address and waits until the page is there.
func (b *tab) open(address string) {
	b.t.Helper()
	b.do("open "+address, chromedp.Navigate(address))
}

// until waits for an expression to be true on the page. Between two pages there is none to ask.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	var last error
	for {
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](phrase(expression)))
		if err == nil && yes {
			return
		}
		select {
		case <-again.C:
			last = err
		case <-ctx.Done():
			b.t.Fatalf("%s: not within %s (%v)\n%s", what, patience, last, b.scene())
		}
	}
}

// ask evaluates an expression on the page.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[T](phrase(expression)))
	if err != nil {
		b.t.Fatalf("%s: %v\n%s", expression, err, b.scene())
	}
	return answer
}

// scene is where the tab is and what stands there, for messages.
func (b *tab) scene() string {
	ctx, end := context.WithTimeout(b.ctx, patience)
	defer end()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + (document.querySelector("main") || document.body).innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}
