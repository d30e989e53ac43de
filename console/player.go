package console

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// scenarioPages are the player of scenarios. Where a story stands is told by the snapshots of its world: "step-N" is kept
// before the Nth step, so going back is restoring it.
func scenarioPages() []page {
	play := map[string]func(*call) (done, error){"play": playScenario, "next": nextStep, "back": stepBack, "again": startAgain}
	return []page{
		{Path: "/scenarios", Title: "Scenarios", Nav: nav{Label: "Scenarios", In: ofAll, Order: 50}, show: showScenarios, outside: play},
		{Path: "/scenarios/{scenario}", Title: "Scenario", show: showScenario, outside: play},
	}
}

// result is what came of a step: what was done or how it was refused, and the same by a client.
type result struct {
	Say, Reason, Curl string
	Refused, AsMeant  bool
}

// plays remembers the outcomes of the worlds' steps, for as long as the process lives. The state is what counts: without it
// the page shows the same but for these lines.
type plays struct {
	mu sync.Mutex
	of map[string][]result
}

// put keeps what came of a world's nth step, counted from 0; later ones are forgotten.
func (p *plays) put(world string, n int, o result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[string][]result{}
	}
	list := slices.Clone(p.of[world])
	for len(list) <= n {
		list = append(list, result{})
	}
	list[n] = o
	p.of[world] = list[:n+1]
}

// get is what came of a world's nth step; ok is false where nobody knows.
func (p *plays) get(world string, n int) (o result, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.of[world]
	if n < 0 || n >= len(list) || list[n] == (result{}) {
		return result{}, false
	}
	return list[n], true
}

// keep forgets the worlds that are gone.
func (p *plays) keep(there func(string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.of, func(world string, _ []result) bool { return !there(world) })
}

// program is the page that lists the scenarios.
type program struct{ Scenarios []programLine }

type programLine struct {
	scenario
	URL     string
	Running bool // its world is there
}

func showScenarios(c *call) (reply, error) {
	var p program
	worlds := c.Host.WorldNames()
	for _, s := range scenarios() {
		p.Scenarios = append(p.Scenarios, programLine{s, c.To("/scenarios/", s.Name), slices.Contains(worlds, s.Name)})
	}
	return view{Template: "scenarios", Data: p}, nil
}

// playing is the page of one scenario.
type playing struct {
	scenario
	Here     bool // this world is the scenario's
	At       int  // steps that were done
	Steps    []stepLine
	Last     *stepLine // the step that was done last, nil at the beginning
	Next     *stepLine // nil at the end
	Result   *result
	Checks   []check
	Panes    []pane
	PlayCurl string
	BackCurl string
}

// stepLine is a step as the page shows it.
type stepLine struct {
	step
	Number    int
	URL       string // where the console shows it
	Done, Now bool
}

func showScenario(c *call) (reply, error) {
	s, err := scenarioNamed(c.param("scenario"))
	if err != nil {
		return nil, err
	}
	p := playing{scenario: s, Here: c.world == s.Name}
	p.PlayCurl = c.plane(http.MethodPost, "/worlds", nameBody{Name: s.Name}).String()
	if p.Here {
		if p.At, err = c.position(s); err != nil {
			return nil, err
		}
		p.BackCurl = c.plane(http.MethodPost, snapshotPath(stepName(p.At))+"/restore", nil).String()
	}
	for i, one := range s.Steps {
		p.Steps = append(p.Steps, stepLine{step: one, Number: i + 1, Done: i < p.At, Now: p.Here && i == p.At, URL: c.seen(one.See)})
	}
	if p.Here && p.At < len(p.Steps) {
		p.Next = &p.Steps[p.At]
	}
	if p.At > 0 {
		p.Last = &p.Steps[p.At-1]
		if o, ok := c.plays.get(c.world, p.At-1); ok {
			p.Result = &o
		}
		for _, e := range p.Last.Expect {
			p.Checks = append(p.Checks, e.look(c))
		}
	}
	for i, o := range c.organisations() {
		if p.Here && slices.Contains(s.Organisations, o.Prefix) {
			p.Panes = append(p.Panes, c.pane(o, strconv.Itoa(i)))
		}
	}
	return view{Template: "scenario", Title: s.Title, Data: p, Wide: true}, nil
}

func scenarioNamed(name string) (scenario, error) {
	for _, s := range scenarios() {
		if s.Name == name {
			return s, nil
		}
	}
	return scenario{}, problem.For(problem.NotFound, problem.ObjectNotFound, name, "There is no such scenario.")
}

// seen is the address of a page; "" where its place or person is not there (yet).
func (c *call) seen(s see) string {
	address, err := c.To(s.Path), error(nil)
	switch {
	case s.Place != "":
		address, err = c.placePage(s.In, s.Place, "access")
	case s.Whom != "":
		address, err = c.personPage(s.In, s.Whom)
	}
	if err != nil {
		return ""
	}
	return address
}

func stepName(n int) string { return "step-" + strconv.Itoa(n) }

// position is how many steps were done: as many as there are snapshots of them, from the first on.
func (c *call) position(s scenario) (int, error) {
	kept, err := c.Host.Snapshots(s.Name)
	if err != nil {
		return 0, err
	}
	n := 0
	for n < len(s.Steps) && slices.ContainsFunc(kept, func(k Snapshot) bool { return k.Name == stepName(n+1) }) {
		n++
	}
	return n, nil
}

// playScenario makes the world of a scenario, where it is not there, and goes to it.
func playScenario(c *call) (done, error) {
	s, err := scenarioNamed(cmp.Or(c.field("scenario"), c.param("scenario")))
	if err != nil {
		return done{}, err
	}
	d := done{To: "/w/" + s.Name + "/scenarios/" + s.Name, Curl: c.plane(http.MethodPost, "/worlds", nameBody{Name: s.Name})}
	if _, there := c.Host.WorldStore(s.Name); there {
		return d, nil
	}
	if _, err := c.Host.Fork(s.Name, ""); err != nil {
		return done{}, err
	}
	c.plays.keep(func(world string) bool { _, there := c.Host.WorldStore(world); return there && world != s.Name })
	d.Say = "The world " + s.Name + " is there; it begins as main began."
	return d, c.Host.Begin(s.Name)
}

// standing is the scenario of the path and where it stands; the form says where its sender saw it.
func (c *call) standing() (s scenario, at int, err error) {
	if s, err = scenarioNamed(c.param("scenario")); err != nil {
		return s, 0, err
	}
	if c.world != s.Name {
		return s, 0, problem.For(problem.Conflict, problem.ObjectConflict, s.Name, "The scenario is played in a world of its own. Press Play.")
	}
	if at, err = c.position(s); err == nil && c.field("at") != strconv.Itoa(at) {
		err = problem.For(problem.Conflict, problem.ObjectConflict, "at", "The story has moved on meanwhile: %d of %d steps are done.", at, len(s.Steps))
	}
	return s, at, err
}

// nextStep keeps a snapshot and does the next step. A refusal is what came of it, not a failure of the page.
func nextStep(c *call) (done, error) {
	s, at, err := c.standing()
	if err != nil {
		return done{}, err
	}
	if at == len(s.Steps) {
		return done{}, problem.For(problem.Conflict, problem.ObjectConflict, "at", "The story is over.")
	}
	if err := c.Host.TakeSnapshot(s.Name, stepName(at+1)); err != nil {
		return done{}, err
	}
	d, err := c.play(s.Steps[at])
	if err != nil && problem.KindOf(err) == problem.Internal {
		return done{}, errors.Join(err, c.Host.DeleteSnapshot(s.Name, stepName(at+1)))
	}
	o := result{Say: d.Say, Curl: d.Curl.String(), AsMeant: problem.ReasonOf(err) == s.Steps[at].Refused && (err == nil) == (s.Steps[at].Refused == problem.None)}
	if err != nil {
		e := problem.As(err)
		o.Say, o.Reason, o.Refused = e.Detail, e.Reason.String(), true
	}
	c.plays.put(s.Name, at, o)
	return done{}, nil
}

// play does a step as the one who does it; the presenter acts as him from then on, so that pages show what he sees.
func (c *call) play(s step) (d done, err error) {
	err = c.store.Update(func(tx *state.Tx) error {
		if err := c.begin(tx); err != nil {
			return err
		}
		who, err := c.principal(s.Act.actor())
		if err != nil {
			return err
		}
		if !who.System {
			c.session.Actors[who.Tenant] = who.User.ID
		}
		d, err = s.Act.perform(c)
		return err
	})
	c.tx = nil
	return d, cmp.Or(err, d.Refused)
}

// stepBack undoes the last step.
func stepBack(c *call) (done, error) {
	s, at, err := c.standing()
	if err != nil {
		return done{}, err
	}
	if at == 0 {
		return done{}, problem.For(problem.Conflict, problem.ObjectConflict, "at", "This is the beginning.")
	}
	return done{}, c.returnTo(s, at)
}

// startAgain undoes all steps.
func startAgain(c *call) (done, error) {
	s, at, err := c.standing()
	if err != nil || at == 0 {
		return done{}, err
	}
	for at > 1 {
		if err := c.Host.DeleteSnapshot(s.Name, stepName(at)); err != nil {
			return done{}, err
		}
		at--
	}
	return done{}, c.returnTo(s, 1)
}

// returnTo makes the world what it was before the nth step.
func (c *call) returnTo(s scenario, n int) error {
	if err := c.Host.Restore(s.Name, stepName(n)); err != nil {
		return err
	}
	return c.Host.DeleteSnapshot(s.Name, stepName(n))
}
