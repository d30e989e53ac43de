package pages_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/input"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// library finds things as people do, by what is written on them.
const library = `
	const flat = s => s.replace(/\s+/g, " ").trim();
	const seen = e => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
	const among = (selector, within) => [...(within ? document.querySelector(within) || document.createElement("i") : document).querySelectorAll(selector)].filter(seen);
	const words = e => [...e.childNodes].map(n => n.nodeType === Node.TEXT_NODE ? n.data : n.nodeType === Node.ELEMENT_NODE && n.ariaHidden !== "true" ? words(n) : "").join(" ");
	const called = e => flat(e.ariaLabel || words(e));
	const control = (name, within) => among("a[href], button, summary, select, input", within).find(e => called(e) === name);
	const labelled = (name, within) => among("label", within).filter(l => l.control && flat(l.innerText).startsWith(name)).map(l => l.control).concat(among("[aria-label]", within).filter(e => e.ariaLabel === name))[0];
	const spot = e => {
		if (!e) return "missing";
		e.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
		const r = e.getClientRects()[0], x = r.x + r.width / 2, y = r.y + r.height / 2, top = document.elementFromPoint(x, y);
		return top && (e.contains(top) || top.contains(e) || top.control === e) ? [x, y] : "covered by " + (top ? top.outerHTML.slice(0, 200) : "nothing");
	};
`

// phrase is an expression that may use the library, which leaves nothing behind on the page.
func phrase(expression string) string {
	return "(() => {" + library + "return (" + expression + ");})()"
}

// js is a value as an expression.
func js(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and lists of them
	}
	return string(b)
}

// within narrows a step to a part of the page; "" is all of it.
func within(part []string) string { return js(strings.Join(part, " ")) }

// click clicks with the mouse in the middle of an element, once nothing lies over it.
func (b *tab) click(what, element string) {
	b.t.Helper()
	b.until(what, "typeof spot("+element+") !== 'string'")
	at := ask[[2]float64](b, "spot("+element+")")
	b.do(what, chromedp.MouseClickXY(at[0], at[1]))
}

// press clicks the link, button or menu of a name.
func (b *tab) press(name string, part ...string) {
	b.t.Helper()
	b.click("press "+name, "control("+js(name)+", "+within(part)+")")
}

// fill types into the field of a label, over what stands there.
func (b *tab) fill(label, text string, part ...string) {
	b.t.Helper()
	field := "labelled(" + js(label) + ", " + within(part) + ")"
	b.click("fill in "+label, field)
	ask[chromedp.Void](b, field+".select()")
	b.do("type "+text, send(input.InsertText, input.InsertTextParams{Text: text}))
	b.until(label+" holds "+text, field+".value === "+js(text))
}

// pick chooses an entry of a list of choices, with the keyboard as a native list wants it.
func (b *tab) pick(label, entry string, part ...string) {
	b.t.Helper()
	field := "labelled(" + js(label) + ", " + within(part) + ")"
	b.until("the field "+label, "!!"+field)
	ask[chromedp.Void](b, field+".focus()")
	b.do("type "+entry, chromedp.KeyEvent(entry))
	b.until(label+" is "+entry, "flat("+field+".selectedOptions[0].text) === "+js(entry))
}

// sees waits for texts that stand on the page, to be seen.
func (b *tab) sees(texts ...string) {
	b.t.Helper()
	b.seesIn("", texts...)
}

// seesIn is sees in a part of the page.
func (b *tab) seesIn(part string, texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.until(fmt.Sprintf("see %q in %q", text, part), "flat("+inner(part)+").includes("+js(text)+")")
	}
}

func inner(part string) string {
	if part == "" {
		return "document.body.innerText"
	}
	return "document.querySelector(" + js(part) + ").innerText"
}

// lacks checks that a text stands nowhere in a part of the page, which is there.
func (b *tab) lacks(part, text string) {
	b.t.Helper()
	if ask[bool](b, "flat("+inner(part)+").includes("+js(text)+")") {
		b.t.Errorf("%q stands in %q\n%s", text, part, b.scene())
	}
}

// stands waits for a page by its first heading, and checks what every page must be in this look.
func (b *tab) stands(heading string) {
	b.t.Helper()
	b.until("the page "+heading, "document.readyState === 'complete' && flat(document.querySelector('h1')?.textContent ?? '') === "+js(heading))
	b.fits(heading)
	// The ink is light where the paper is dark.
	ink := ask[float64](b, `(([r, g, b]) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255)(getComputedStyle(document.querySelector("h1")).color.match(/[\d.]+/g).map(Number))`)
	if dark := ink > 0.5; dark != b.look.dark {
		b.t.Errorf("%s: the brightness of the heading is %.2f, though dark is %v", heading, ink, b.look.dark)
	}
}

// fits checks that the page is no wider than the screen.
func (b *tab) fits(what string) {
	b.t.Helper()
	over := ask[string](b, `(() => {
		const w = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= w) return "";
		const scrolled = e => e.parentElement && (getComputedStyle(e.parentElement).overflowX !== "visible" || scrolled(e.parentElement));
		const wide = [...document.body.querySelectorAll("*")].filter(e => seen(e) && e.getBoundingClientRect().right > w + 1 && !scrolled(e)).at(-1);
		return document.documentElement.scrollWidth + " of " + w + ": " + (wide ? wide.outerHTML.slice(0, 300) : "?");
	})()`)
	if over != "" {
		b.t.Errorf("%s: wider than the screen, %s", what, over)
	}
}

// kind waits for a page of the sign-in service or of SharePoint.
func (b *tab) kind(name string) {
	b.t.Helper()
	b.until("a page of the kind "+name, "document.readyState === 'complete' && document.body.dataset.page === "+js(name))
	b.seesIn(".mark", "LOCAL EMULATOR")
}

// follow clicks a link that opens a tab of its own, and returns that.
func (b *tab) follow(name string, part ...string) *tab {
	b.t.Helper()
	return b.opened(func() { b.press(name, part...) })
}

// opened is the tab that a step opens.
func (b *tab) opened(step func()) *tab {
	b.t.Helper()
	self := chromedp.FromContext(b.ctx).Target.TargetID // others open theirs in the same browser
	opened := chromedp.WaitNewTarget(b.ctx, func(i *target.Info) bool { return i.Type == "page" && i.OpenerID == self })
	step()
	select {
	case id := <-opened:
		ctx, end := chromedp.NewContext(b.ctx, chromedp.WithTargetID(id))
		b.t.Cleanup(end)
		return attach(b.t, ctx, b.look)
	case <-b.ctx.Done():
		b.t.Fatal("no tab was opened")
		return nil
	}
}

// address is where the tab is.
func (b *tab) address() string {
	b.t.Helper()
	return ask[string](b, "location.href")
}

// matches checks the tab's address.
func (b *tab) matches(pattern string) {
	b.t.Helper()
	if at := b.address(); !regexp.MustCompile(pattern).MatchString(at) {
		b.t.Errorf("the tab is at %s, not at %s", at, pattern)
	}
}
