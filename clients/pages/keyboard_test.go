package pages_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// stop is where the keyboard stands.
type stop struct {
	Name, Tag string
	Shown     bool // that it stands there can be seen
	Order     int  // of the stop among all elements, on a page that stays as it is
}

// here tells where the keyboard stands. A stop is shown by an outline, or where a box has none, by a shadow.
func (b *tab) here() stop {
	b.t.Helper()
	return ask[stop](b, `(e => {
		if (!e || e === document.body) return { Name: "", Tag: "", Shown: true, Order: -1 };
		const s = getComputedStyle(e), r = e.getBoundingClientRect();
		const name = e.labels?.length ? flat(e.labels[0].innerText) : called(e);
		return {
			Name: name, Tag: e.tagName, Order: [...document.querySelectorAll("*")].indexOf(e),
			Shown: (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== "none")
				&& r.width > 1 && r.bottom > 0 && r.right > 0 && r.top < innerHeight && r.left < innerWidth,
		};
	})(document.activeElement)`)
}

// key presses a key.
func (b *tab) key(name string, modifiers ...chromedp.Modifier) {
	b.t.Helper()
	b.do("key "+name, chromedp.KeyEvent(name, chromedp.KeyModifiers(modifiers...)))
}

// tabTo goes on with Tab to the stop of a name, of which "…" leaves the end open, and checks that each on the way is seen.
// Shift-Tab comes back from it and Tab returns, so that nothing holds the keyboard.
func (b *tab) tabTo(name string) {
	b.t.Helper()
	const most = 120
	var way []string
	for range most {
		b.key(kb.Tab)
		s := b.here()
		way = append(way, s.Name)
		if s.Tag != "" && s.Tag != "IFRAME" && !s.Shown {
			b.t.Errorf("%s: the keyboard stands at %q (%s), which nothing shows", b.address(), s.Name, s.Tag)
		}
		if start, open := strings.CutSuffix(name, "…"); s.Name == name || open && strings.HasPrefix(s.Name, start) {
			// The element itself is kept: suggestions that arrive meanwhile change how many stand before it.
			ask[chromedp.Void](b, "window.stopped = document.activeElement")
			b.key(kb.Tab, chromedp.ModifierShift)
			if !ask[bool](b, "(stopped.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_PRECEDING) !== 0") {
				b.t.Errorf("Shift-Tab leads from %q to %q", name, b.here().Name)
			}
			b.key(kb.Tab)
			if !ask[bool](b, "document.activeElement === stopped") {
				b.t.Errorf("Tab leads back to %q, not to %q", b.here().Name, s.Name)
			}
			return
		}
	}
	b.t.Fatalf("Tab does not lead to %q in %d stops: %q\n%s", name, most, slices.Compact(way), b.scene())
}

// enter goes to a link or button and presses Enter.
func (b *tab) enter(name string) {
	b.t.Helper()
	b.tabTo(name)
	b.key(kb.Enter)
}

// write goes to a field, where the keyboard is not there from the start, and types.
func (b *tab) write(label, text string) {
	b.t.Helper()
	if b.here().Name != label {
		b.tabTo(label)
	}
	b.do("type "+text, chromedp.KeyEvent(text))
	b.until(label+" holds "+text, "document.activeElement.value === "+js(text))
}

// TestTheStoryByKeyboard shares and redeems with Tab, Shift-Tab, Enter, Space and arrows alone.
func TestTheStoryByKeyboard(t *testing.T) {
	t.Parallel()
	w := begin(t, directions["Contoso to Fabrikam"], look{})
	w.open(w.root + "/")
	w.stands("Organisations side by side")
	w.skips()
	w.choosesByArrows()
	for _, s := range []struct{ link, page string }{
		{"Contoso", "People of Contoso"},
		{"Sites", "Sites and libraries"},
		{"Project X", "Project X"},
		{"Documents", "Documents"},
		{"Specs", "Specs"},
		{"Share", "Share “Specs”"},
	} {
		w.enter(s.link)
		w.stands(s.page)
	}
	w.write("People one address…", "carol@fabrikam.com")
	w.tabTo("They may…")
	w.key(kb.ArrowDown)
	w.until("the second role", "document.activeElement.value === 'write'")
	w.enter("Share")
	w.seesIn("#said", "Shared Specs.")
	w.enter("Mailboxes")
	w.stands("Mailboxes")
	w.enter("Carol Cline carol@fabrikam.com 1 unread")
	w.until("one mailbox", "location.search !== '' && document.readyState === 'complete'")
	w.enter("Unread: Adele Vance shared…")
	w.seesIn(".letter", "Redeem the invitation")
	b := w.opened(func() { w.enter("Redeem the invitation") })
	b.stands("You are invited")
	b.enter("Organizational account from your work or school")
	b.stands("Sign in")
	b.write("E-mail address", "carol@fabrikam.com")
	b.key(kb.Enter)
	b.stands("Enter password")
	b.write("Password", password)
	b.key(kb.Enter)
	b.stands("Specs")
	b.tabTo("Sync")
	w.knows("Accepted")
}

// skips goes past the header by the link that only the keyboard finds.
func (w *walk) skips() {
	w.t.Helper()
	w.key(kb.Tab)
	if s := w.here(); s.Name != "Skip to the content" || !s.Shown {
		w.t.Errorf("the first stop is %+v", s)
	}
	w.key(kb.Enter)
	w.until("the content has the keyboard", "document.activeElement.id === 'content'")
	w.key(kb.Tab)
	if inside := ask[bool](w.tab, "document.activeElement.closest('main') !== null"); !inside {
		w.t.Errorf("after the skip link stands %+v", w.here())
	}
}

// choosesByArrows opens a menu, closes it, opens it again and goes up and down in it.
func (w *walk) choosesByArrows() {
	w.t.Helper()
	const menu = "Acting as Contoso Administrator"
	if w.here().Name != menu {
		w.tabTo(menu)
	}
	w.key(" ")
	w.until("the menu is open", "document.activeElement.parentElement.open")
	w.key(kb.Tab)
	w.key(kb.Escape)
	w.until("the menu is closed and has the keyboard", "!document.activeElement.parentElement.open")
	if s := w.here(); s.Name != menu {
		w.t.Errorf("Escape leads to %+v", s)
	}
	w.key(" ")
	w.key(kb.Tab)
	first := w.here()
	w.key(kb.ArrowDown)
	if s := w.here(); s.Order <= first.Order || !s.Shown {
		w.t.Errorf("down from %+v is %+v", first, s)
	}
	w.key(kb.ArrowUp)
	if s := w.here(); s != first || s.Name != "Adele Vance adele@contoso.com member" {
		w.t.Errorf("up again is %+v, not %+v", s, first)
	}
	w.key(kb.Enter)
	w.seesIn("#said", "you now act as Adele Vance")
}
