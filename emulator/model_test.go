package emulator_test

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tennantite/tennantite/emulator"
)

var modelOperations = flag.Int("model.operations", 150, "the most operations of TestTheModelHoldsOverTheWire")

// Whatever eight people of four organisations do in two worlds, through every face and in any order, a model of plain maps
// knows who is a guest, what is in the libraries, who is in the groups and who was given what; and what must always hold
// holds after each of their operations (see hold). Rapid makes a failing history short and prints it;
// `make model SEED=n OPERATIONS=n` runs more.
func TestTheModelHoldsOverTheWire(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	counts, left := map[string]int{}, *modelOperations
	rapid.Check(t, func(r *rapid.T) {
		if left <= 0 {
			return
		}
		p := newPlay(s, r)
		defer func() {
			if r.Failed() {
				left = math.MaxInt // rapid comes back to make the history short
			}
			p.end()
		}()
		p.counts = counts
		actions := map[string]func(*rapid.T){"": func(*rapid.T) { p.hold() }}
		for name, a := range p.actions() {
			for n := range a.often {
				actions[name+strings.Repeat(" again", n)] = func(r *rapid.T) { // rapid draws names evenly
					p.begin(r, name)
					a.act()
					p.touch()
					left--
				}
			}
		}
		r.Repeat(actions)
	})
	done := 0
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%-28s %7d", name, counts[name])
		done += counts[name]
	}
	t.Logf("%d operations, and %d looks at who gets content", *modelOperations-left, counts["- route asked"])
}

// play is one history: two worlds, W and V, that began alike, and what the model knows of each.
type play struct {
	*stage

	r      *rapid.T
	worlds [2]*side
	counts map[string]int

	// Of the operation under way:
	op      string
	side    *side
	in      *firm // nil for all
	who     string
	refused bool
}

// side is a world with its model.
type side struct {
	name string
	wire
	firms   map[string]*firmModel
	guests  map[string]string // guest id + resource → token
	kept    map[string]*firmModel
	export  map[string]string // firm → its part of the export, as last seen
	touched map[string]bool   // firms that operations may have changed since
}

// firmModel is what the model knows of an organisation in a world.
type firmModel struct {
	guests  map[string]guestModel // by object id
	deleted map[string]guestModel
	files   map[string]string          // path → content
	friends map[string]bool            // object ids in the group
	given   map[string]map[string]bool // path → what was given there: "user ID", "link ID"
	pending map[string]string          // permission id → path: SharePoint's own invitations
	urls    []string                   // links that were made
	era     string
}

type guestModel struct {
	address  string
	accepted bool
}

func (m *firmModel) clone() *firmModel {
	c := &firmModel{maps.Clone(m.guests), maps.Clone(m.deleted), maps.Clone(m.files), maps.Clone(m.friends), map[string]map[string]bool{}, maps.Clone(m.pending), slices.Clone(m.urls), m.era}
	for k, v := range m.given {
		c.given[k] = maps.Clone(v)
	}
	return c
}

func newPlay(s *stage, r *rapid.T) *play {
	p := &play{stage: s, r: r}
	for n := range p.worlds {
		w, err := s.emu.Fork("", emulator.MainWorld, false)
		if err != nil {
			r.Fatalf("%v", err)
		}
		p.worlds[n] = &side{name: w.Name, wire: newWire(s.emu, w.Name), firms: map[string]*firmModel{}, guests: map[string]string{}, touched: map[string]bool{}}
		for _, f := range s.firms {
			p.worlds[n].firms[f.Name] = &firmModel{
				era: f.Profile, guests: map[string]guestModel{}, deleted: map[string]guestModel{}, friends: map[string]bool{}, given: map[string]map[string]bool{}, pending: map[string]string{},
				files: map[string]string{"Specs/Design.md": "design of " + f.Name, "Budget/Plan.csv": "plan of " + f.Name, "Readme.txt": "readme of " + f.Name},
			}
		}
		p.worlds[n].export = p.exported(p.worlds[n])
	}
	return p
}

func (p *play) end() {
	for _, w := range p.worlds {
		if err := p.emu.DeleteWorld(w.name); err != nil {
			p.r.Fatalf("%v", err)
		}
	}
}

// begin draws where an operation happens and who does it.
func (p *play) begin(r *rapid.T, op string) {
	p.r, p.op, p.refused = r, op, false
	p.side = p.worlds[rapid.IntRange(0, 1).Draw(r, "world")]
	p.in = &p.firms[rapid.IntRange(0, len(p.firms)-1).Draw(r, "firm")]
	p.who = rapid.SampledFrom(p.actors).Draw(r, "who")
	if rapid.IntRange(0, 2).Draw(r, "of the firm") > 0 {
		p.who = rapid.SampledFrom(p.in.people()).Draw(r, "one of its own")
	}
}

func (p *play) model() *firmModel { return p.side.firms[p.in.Name] }

func (p *play) text(label string, of ...string) string { return rapid.SampledFrom(of).Draw(p.r, label) }

// place is somewhere in the library; "" is its root.
func (p *play) place() string {
	return p.text("place", "Specs", "Budget", "Specs/Design.md", "Budget/Plan.csv", "Readme.txt", "")
}

// address is one of the eight, spelled in some way, or a stranger's.
func (p *play) address() string {
	a := p.text("address", append(slices.Clone(p.actors), "ines@nodomain.example")...)
	if rapid.Bool().Draw(p.r, "capitals") {
		return strings.ToUpper(a[:1]) + a[1:]
	}
	return a
}

// ask sends a request as the operation's actor, and notes whether it was refused.
func (p *play) ask(method, address, body string) answered {
	u, err := url.Parse(address)
	if err != nil {
		p.r.Fatalf("%v", err)
	}
	a := p.side.send(p.r, method, address, p.tokenOf(p.side, p.who, *p.in, u.Scheme+"://"+u.Host), body)
	p.note(a)
	return a
}

// manage is ask as the organisation's administrator.
func (p *play) manage(method, address, body string) answered {
	p.who = p.in.people()[0]
	return p.ask(method, address, body)
}

// control asks the control plane.
func (p *play) control(method, path, body string) answered {
	a := p.side.control(p.r, method, path, body)
	p.note(a)
	return a
}

func (p *play) note(a answered) {
	p.refused = !a.ok()
	p.r.Logf("%s %s in %s: %s: %d", p.op, p.who, p.side.name, a.asked, a.status)
	p.counts[fmt.Sprintf("%s %d", p.op, a.status/100*100)]++
}

// tokenOf is a token of somebody at an organisation: his own, or as the guest that he is; else the one that he has at home.
func (p *play) tokenOf(w *side, who string, f firm, resource string) string {
	if p.home(who).Name == f.Name {
		return p.tokens[who+resource]
	}
	for _, id := range slices.Sorted(maps.Keys(w.firms[f.Name].guests)) {
		if g := w.firms[f.Name].guests[id]; g.accepted && g.address == who {
			key := id + resource
			if w.guests[key] == "" {
				w.guests[key] = w.token(p.r, id, f.ID, resource)
			}
			return w.guests[key]
		}
	}
	if strings.HasSuffix(resource, ".sharepoint.com") {
		resource = p.home(who).host()
	}
	return p.tokens[who+resource]
}

// browse goes through the pages as somebody.
func (p *play) browse(who, address string) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.r.Fatalf("%v", err)
	}
	b := &browser{client: *p.side.client, person: who, choices: map[string]string{}}
	b.client.Jar = jar
	end, err := b.visit(address)
	p.r.Logf("%s browses %s: %v, %.200s %v", who, address, b.kinds, end, err)
	p.counts["redeem by pages"]++
}
