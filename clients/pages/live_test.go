package pages_test

import "testing"

// TestThePageHearsOfGuests has a page open while others act: what is new shows by itself, lights up unless somebody wants no
// motion, and is said to screen readers.
func TestThePageHearsOfGuests(t *testing.T) {
	t.Parallel()
	for _, l := range []look{{}, {still: true, dark: true}} {
		t.Run(l.String(), func(t *testing.T) {
			t.Parallel()
			w := begin(t, directions["Contoso to Fabrikam"], l)
			r := read(t, w.emu)
			r.act(contoso, adele)
			folder := r.specs()
			w.open(w.root + "/")
			w.stands("Organisations side by side")
			w.until("nothing was said", "document.querySelector('#announce').textContent === ''")
			r.post(folder+"/share", "do", "people", "people", "carol@fabrikam.com", "role", "write", "mail", "yes")
			w.hears("New mail to carol@fabrikam.com: Adele Vance shared \"Specs\" with you.")
			w.seesIn(w.pane(), "Guests 0", "carol@fabrikam.com", "not in the directory")
			w.lights("carol@fabrikam.com", l)
			r.redeem("carol@fabrikam.com")
			w.hears("Carol Cline is a guest of Contoso: Accepted")
			w.seesIn(w.pane(), "Guests 1", "Carol Cline", "Accepted")
			w.lacks(w.pane(), "not in the directory")
			w.lights("Carol Cline", l)
		})
	}
}

// hears waits for a line of the live region, which is there for whoever does not see the page.
func (w *walk) hears(line string) {
	w.t.Helper()
	w.until("hear "+line, "[...document.querySelectorAll('#announce[aria-live=polite] p')].some(p => p.textContent === "+js(line)+")")
}

// lights checks that the new line of a list stands out for a moment, by a motion that can be refused.
func (w *walk) lights(text string, l look) {
	w.t.Helper()
	want := "arrive"
	if l.still {
		want = "none"
	}
	w.until("the line of "+text+" is marked as new", "[...document.querySelectorAll('.new')].some(e => e.innerText.includes("+js(text)+") && getComputedStyle(e).animationName === "+js(want)+")")
}
