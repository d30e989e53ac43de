package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func controlPages() []page {
	return []page{{
		Path: "/control", Title: "Control", Nav: nav{Label: "Control", In: ofAll, Order: 60}, show: showControl,
		actions: map[string]func(*call) (done, error){
			"freeze": freezeClock, "run": runClock, "advance": advanceClock, "fault": addFault, "unfault": removeFault, "calm": clearFaults, "lag": setLag,
		},
		outside: map[string]func(*call) (done, error){
			"take": takeSnapshot, "restore": restoreSnapshot, "forget": forgetSnapshot, "fork": forkWorld, "end": endWorld, "reset": resetWorld,
		},
	}}
}

// World is a world as the control page lists it.
type World struct {
	Name, Parent string
	Created      time.Time // by the world's clock
}

// Snapshot is a kept state of a world.
type Snapshot struct {
	Name  string
	Taken time.Time // by the world's clock
}

// controls is the page.
type controls struct {
	Faults    []faultLine
	Kinds     []faultKind
	Lags      []lagLine
	Snapshots []snapshotLine
	Worlds    []worldLine
	Calls     struct{ Clock, Advance, Fault, Calm, Lag, Take, Fork, Reset string }
}

type faultLine struct {
	ID, Where, What, Left string
	Hits                  int
	Spent                 bool
}

type lagLine struct {
	Name, Label, Note string
	Times, Seconds    int
}

type snapshotLine struct {
	Snapshot
	Restore, Forget string // curl
}

type worldLine struct {
	World
	URL     string
	Current bool
	Main    bool
	End     string // curl
}

func showControl(c *call) (reply, error) {
	w := c.tx.World()
	p := controls{Kinds: faultKinds()}
	for _, f := range w.Faults {
		p.Faults = append(p.Faults, describeFault(f))
	}
	for _, l := range []struct {
		name, label, note string
		rule              state.LagRule
	}{
		{"object", "New objects", "stay unseen", w.Lag.Object},
		{"relation", "Memberships and references", "stay unseen", w.Lag.Relation},
		{"delete", "Deleted objects", "stay seen", w.Lag.Delete},
	} {
		p.Lags = append(p.Lags, lagLine{l.name, l.label, l.note, l.rule.Times, int(l.rule.Span / time.Second)})
	}
	kept, err := c.Host.Snapshots(c.world)
	if err != nil {
		return nil, err
	}
	for _, s := range kept {
		p.Snapshots = append(p.Snapshots, snapshotLine{
			s, c.plane(http.MethodPost, snapshotPath(s.Name)+"/restore", nil).String(), c.plane(http.MethodDelete, snapshotPath(s.Name), nil).String(),
		})
	}
	for _, one := range c.Host.Worlds() {
		l := worldLine{World: one, URL: "/w/" + one.Name + "/control", Current: one.Name == c.world, Main: one.Name == "main"}
		l.End = c.plane(http.MethodDelete, "/worlds/"+url.PathEscape(one.Name), nil).String()
		p.Worlds = append(p.Worlds, l)
	}
	p.Calls.Clock = c.plane(http.MethodPut, "/clock", clockBody{"frozen"}).String()
	p.Calls.Advance = c.plane(http.MethodPost, "/clock/advance", advanceBody{"P1D"}).String()
	p.Calls.Fault = c.plane(http.MethodPost, "/faults/queue", faultsBody{faultMatch{Host: "graph.microsoft.com"}, []faultEffect{p.Kinds[0].effect}}).String()
	p.Calls.Calm = c.plane(http.MethodDelete, "/faults", nil).String()
	p.Calls.Lag = c.plane(http.MethodPut, "/lag", lagBody{Object: lagRule{Times: 2}}).String()
	p.Calls.Take = c.plane(http.MethodPost, "/snapshots", nameBody{Name: "before"}).String()
	p.Calls.Fork = c.plane(http.MethodPost, "/worlds", nameBody{Name: "stage", From: c.world}).String()
	p.Calls.Reset = c.plane(http.MethodPost, "/reset", nil).String()
	return view{Template: "control", Title: "Control of the world " + c.world, Data: p}, nil
}

func snapshotPath(name string) string { return "/snapshots/" + url.PathEscape(name) }

type clockBody struct {
	Mode string `json:"mode"`
}

type advanceBody struct {
	By string `json:"by"`
}

type nameBody struct {
	Name string `json:"name,omitempty"`
	From string `json:"from,omitempty"`
}

func freezeClock(c *call) (done, error) {
	w := c.tx.World()
	w.Stand(c.tx.Now())
	c.tx.PutWorld(w)
	return done{Say: "The clock stands.", Curl: c.plane(http.MethodPut, "/clock", clockBody{"frozen"})}, nil
}

func runClock(c *call) (done, error) {
	w := c.tx.World()
	w.Run(0)
	c.tx.PutWorld(w)
	return done{Say: "The clock shows the real time and runs.", Curl: c.plane(http.MethodPut, "/clock", clockBody{"real"})}, nil
}

// units are what one's own advance is counted in: its letter in ISO 8601, and how long it is.
func units() []struct {
	Letter string
	Span   time.Duration
} {
	const day = 24 * time.Hour
	return []struct {
		Letter string
		Span   time.Duration
	}{{"D", day}, {"H", time.Hour}, {"M", time.Minute}}
}

// furthest bounds one advance, in units.
const furthest = 5000

func advanceClock(c *call) (done, error) {
	n, err := strconv.Atoi(cmp.Or(c.field("many"), "1"))
	if err != nil || n < -furthest || n > furthest || n == 0 {
		return done{}, problem.For(problem.Invalid, problem.InvalidProperty, "many", "Say how many, as a number from 1 to %d.", furthest)
	}
	for _, u := range units() {
		if u.Letter != c.field("unit") {
			continue
		}
		w := c.tx.World()
		w.Move(time.Duration(n) * u.Span)
		c.tx.PutWorld(w)
		return done{
			Say:  "The clock shows " + stamp(c.tx.Now(), "2 Jan 2006 15:04") + ".",
			Curl: c.plane(http.MethodPost, "/clock/advance", advanceBody{isoSpan(n, u.Letter)}),
		}, nil
	}
	return done{}, problem.For(problem.Invalid, problem.InvalidProperty, "unit", "Choose days, hours or minutes.")
}

// isoSpan is a duration in ISO 8601.
func isoSpan(n int, letter string) string {
	sign, mark := "", "PT"
	if n < 0 {
		sign, n = "-", -n
	}
	if letter == "D" {
		mark = "P"
	}
	return sign + mark + strconv.Itoa(n) + letter
}

type lagRule struct {
	Times int    `json:"times,omitempty"`
	Time  string `json:"time,omitempty"`
}

type lagBody struct {
	Object   lagRule `json:"object"`
	Relation lagRule `json:"relation"`
	Delete   lagRule `json:"delete"`
}

// longestLag bounds both numbers of a lag.
const longestLag = 100000

func setLag(c *call) (done, error) {
	w := c.tx.World()
	var body lagBody
	for _, l := range []struct {
		name string
		to   *state.LagRule
		body *lagRule
	}{{"object", &w.Lag.Object, &body.Object}, {"relation", &w.Lag.Relation, &body.Relation}, {"delete", &w.Lag.Delete, &body.Delete}} {
		var numbers [2]int
		for i, field := range []string{l.name + "-times", l.name + "-seconds"} {
			n, err := strconv.Atoi(cmp.Or(c.field(field), "0"))
			if err != nil || n < 0 || n > longestLag {
				return done{}, problem.For(problem.Invalid, problem.InvalidProperty, field, "%q is no number from 0 to %d.", c.field(field), longestLag)
			}
			numbers[i] = n
		}
		*l.to = state.LagRule{Times: numbers[0], Span: time.Duration(numbers[1]) * time.Second}
		if l.body.Times = numbers[0]; numbers[1] > 0 {
			l.body.Time = "PT" + strconv.Itoa(numbers[1]) + "S"
		}
	}
	c.tx.PutWorld(w)
	return done{Say: "Replication is set.", Curl: c.plane(http.MethodPut, "/lag", body)}, nil
}

func takeSnapshot(c *call) (done, error) {
	name := c.field("name")
	return done{Say: "The snapshot " + name + " is taken.", Curl: c.plane(http.MethodPost, "/snapshots", nameBody{Name: name})},
		c.Host.TakeSnapshot(c.world, name)
}

func restoreSnapshot(c *call) (done, error) {
	name := c.field("name")
	return done{Say: "The world is what it was at the snapshot " + name + ".", Curl: c.plane(http.MethodPost, snapshotPath(name)+"/restore", nil)},
		c.Host.Restore(c.world, name)
}

func forgetSnapshot(c *call) (done, error) {
	name := c.field("name")
	return done{Say: "The snapshot " + name + " is gone.", Curl: c.plane(http.MethodDelete, snapshotPath(name), nil)},
		c.Host.DeleteSnapshot(c.world, name)
}

func forkWorld(c *call) (done, error) {
	name, err := c.Host.Fork(c.field("name"), c.world)
	if err != nil {
		return done{}, err
	}
	return done{
		Say: "You are in the world " + name + " now; it began as " + c.world + " is.", To: "/w/" + name + "/control",
		Curl: c.plane(http.MethodPost, "/worlds", nameBody{Name: name, From: c.world}),
	}, nil
}

func endWorld(c *call) (done, error) {
	name := c.field("name")
	d := done{Say: "The world " + name + " is gone.", Curl: c.plane(http.MethodDelete, "/worlds/"+url.PathEscape(name), nil)}
	if name == c.world {
		d.To = "/control"
	}
	return d, c.Host.DeleteWorld(name)
}

func resetWorld(c *call) (done, error) {
	return done{Say: "The world " + c.world + " is what it was at its beginning.", Curl: c.plane(http.MethodPost, "/reset", nil)},
		c.Host.Reset(c.world)
}

func describeFault(f state.Fault) faultLine {
	l := faultLine{ID: f.ID, Hits: f.Hits, Left: "without end", Spent: f.Limit.Times > 0 && f.Hits >= f.Limit.Times}
	m, e := f.Match, f.Effect
	l.Where = strings.Join(slices.DeleteFunc([]string{m.Method, cmp.Or(m.Host, "every host"), m.Path, m.Actor, m.Client, m.Tenant}, func(s string) bool { return s == "" }), " ")
	if f.Limit.Times > 0 {
		l.Left = strconv.Itoa(max(0, f.Limit.Times-f.Hits)) + " of " + strconv.Itoa(f.Limit.Times) + " left"
	}
	var parts []string
	add := func(is bool, text string) {
		if is {
			parts = append(parts, text)
		}
	}
	add(e.Status != 0, strings.TrimSpace(strconv.Itoa(e.Status)+" "+http.StatusText(e.Status)))
	add(e.Code != "", e.Code)
	add(e.RetryAfter != nil, "with Retry-After")
	add(e.Delay > 0, "after "+e.Delay.String())
	add(e.Drop, "connection closed without an answer")
	add(e.Truncate, "body ends half way")
	add(e.LostWrite, "answered as done, nothing changed")
	add(e.Resync != "", "delta answers 410 "+e.Resync)
	add(e.Body != "", "body of its own")
	add(e.RateLimit != nil, "RateLimit headers")
	l.What = cmp.Or(strings.Join(parts, ", "), "headers only")
	return l
}
