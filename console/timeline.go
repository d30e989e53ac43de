package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/state"
)

func timelinePages() []page {
	return []page{
		{Path: "/timeline", Title: "Timeline", Nav: nav{Label: "Timeline", In: ofAll, Order: 40}, show: showTimeline},
		{Path: "/timeline/diagram", Title: "Sequence diagram", show: showDiagram},
		{Path: "/timeline/diagram.svg", Title: "Sequence diagram", show: diagramFile},
		{Path: "/timeline/{line}", Title: "Timeline", show: showLine},
	}
}

// Request is one request to the emulated services with its answer. Contents are there where one request is read.
type Request struct {
	Seq                       uint64        // position in the journal, from 1
	ID                        string        // that the client saw
	At                        time.Time     // by the world's clock
	Took                      time.Duration // by the wall clock
	Surface                   string        // login, graph or sharepoint
	Tenant                    string        // id of the organisation that was asked, "" where nothing says it
	Who, App                  string        // of the token: principal name, client id
	Method, Host              string
	Path, Query               string // escaped; secrets in the query are masked
	Status                    int    // 0: the connection was closed without an answer
	Code                      string // the service's own, of a failure
	Fault                     string // id of the rule that met it
	Unmatched, TooEarly       bool
	RequestHeader             http.Header
	ResponseHeader            http.Header
	RequestBody, ResponseBody string
}

// Failed tells whether the request was not answered well.
func (r Request) Failed() bool { return r.Status == 0 || r.Status >= http.StatusBadRequest }

// What a line of the timeline is: a request to one of the surfaces, a mail, or what a directory or site noted.
const (
	kindMail  = "mail"
	kindAudit = "event"
)

// kinds are all of them, as the filter offers them.
func kinds() []choice {
	return []choice{
		{"login", "Sign-in", false}, {"graph", "Graph", false}, {"sharepoint", "SharePoint", false}, {kindMail, "Mail", false}, {kindAudit, "Events", false},
	}
}

// choice is an entry of a menu.
type choice struct {
	Value, Label string
	Current      bool
}

// timeline is the page.
type timeline struct {
	wanted
	Lines         []line
	More          int // older lines that are not shown
	Kinds         []choice
	Organisations []choice
	Diagram, File string
	Any           bool // something is filtered
	Curl          string
}

// wanted is the filter, as the query has it.
type wanted struct {
	Kind, Organisation, Who string
	Failed                  bool
}

// line is one thing that happened.
type line struct {
	Key, URL        string
	Kind, Label     string
	At              time.Time
	Who             string // person, application or address
	What, Note      string
	Status          int
	Outcome         string // "" where it went without saying
	Failed, Waiting bool
	Organisation    string // prefix
	Accent, Of      string
	from, to        string // parties of the diagram
	method, path    string
	also            string // what the filter looks at besides
	seq             uint64
}

// mostLines bounds a timeline: the newest are shown.
const mostLines = 100

// mostSearched bounds which requests a filter looks at.
const mostSearched = 1000

func (c *call) wanted() wanted {
	return wanted{Kind: c.query("kind"), Organisation: c.query("organisation"), Who: strings.TrimSpace(c.query("who")), Failed: c.query("failed") != ""}
}

// Query is the filter as a query, "" for none.
func (w wanted) Query() string {
	v := url.Values{}
	for name, value := range map[string]string{"kind": w.Kind, "organisation": w.Organisation, "who": w.Who} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if w.Failed {
		v.Set("failed", "yes")
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

func (w wanted) fits(l line) bool {
	return (w.Kind == "" || w.Kind == l.Kind) && (w.Organisation == "" || w.Organisation == l.Organisation) &&
		fits(w.Who, l.Who, l.What, l.Note, l.also) && (!w.Failed || l.Failed)
}

func showTimeline(c *call) (reply, error) {
	t := timeline{wanted: c.wanted(), Kinds: kinds()}
	t.Lines, t.More = c.lines(t.wanted)
	for i := range t.Kinds {
		t.Kinds[i].Current = t.Kinds[i].Value == t.Kind
	}
	for _, o := range c.organisations() {
		t.Organisations = append(t.Organisations, choice{o.Prefix, o.Name, o.Prefix == t.Organisation})
	}
	t.Any = t.Query() != ""
	t.Diagram, t.File = c.To("/timeline/diagram", t.Query()), c.To("/timeline/diagram.svg", t.Query())
	t.Curl = c.plane(http.MethodGet, "/requests?limit="+strconv.Itoa(mostLines), nil).String()
	return view{Template: "timeline", Data: t, Wide: true}, nil
}

// lines are what the filter wants, oldest first, no more than the newest hundred; more is how many older ones there are.
func (c *call) lines(w wanted) (list []line, more int) {
	s := c.scribe()
	keep := func(l line) {
		if w.fits(l) {
			list = append(list, l)
		}
	}
	for _, r := range c.Host.Requests(c.world, mostSearched) {
		keep(s.request(r))
	}
	for t := range c.tx.Tenants() {
		for e := range c.tx.Events(t.ID) {
			keep(s.event(e))
		}
	}
	for m := range c.tx.Messages() {
		keep(s.message(m))
	}
	slices.SortStableFunc(list, func(a, b line) int { // requests stand first among what is of one moment: they caused it
		if a.seq == 0 || b.seq == 0 {
			return a.At.Compare(b.At)
		}
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.seq, b.seq))
	})
	more = max(0, len(list)-mostLines)
	return list[more:], more
}

// scribe writes lines; it remembers what it looked up.
type scribe struct {
	c             *call
	organisations map[string]organisation
	names         map[string]string // of applications
}

func (c *call) scribe() scribe {
	s := scribe{c: c, organisations: map[string]organisation{}, names: map[string]string{}}
	for _, o := range c.organisations() {
		s.organisations[o.ID] = o
	}
	return s
}

func (s scribe) in(l line, tenant string) line {
	o := s.organisations[tenant]
	l.Organisation, l.Accent, l.Of = o.Prefix, o.Accent, o.Name
	return l
}

// application is the name of an application by its client id.
func (s scribe) application(id string) string {
	if id == "" {
		return ""
	}
	name, ok := s.names[id]
	if !ok {
		a, _ := s.c.tx.ApplicationByAppID(id)
		name = cmp.Or(a.DisplayName, id)
		s.names[id] = name
	}
	return name
}

const signInParty, graphParty = "Sign-in", "Graph"

func (s scribe) request(r Request) line {
	l := line{
		Key: "r" + strconv.FormatUint(r.Seq, 10), Kind: r.Surface, At: r.At, What: r.Method + " " + r.Path, Status: r.Status, Failed: r.Failed(),
		method: r.Method, path: r.Path, Note: r.Code,
	}
	l.URL = s.c.To("/timeline/", l.Key)
	app := s.application(r.App)
	l.Who, l.also = cmp.Or(r.Who, app), app
	l.from = cmp.Or(r.Who, app, "a client")
	switch r.Surface {
	case "login":
		l.Label, l.to = "Sign-in", signInParty
	case "graph":
		l.Label, l.to = "Graph", graphParty
	default:
		l.Label, l.to = "SharePoint", r.Host
	}
	l.Outcome = strings.TrimSpace(strconv.Itoa(r.Status) + " " + http.StatusText(r.Status))
	switch {
	case r.Status == 0:
		l.Outcome = "no answer"
	case r.Fault != "":
		l.Note = strings.TrimSpace(l.Note + " (fault " + r.Fault + ")")
	case r.Unmatched:
		l.Note = "a real route that is not emulated"
	}
	return s.in(l, r.Tenant)
}

func (s scribe) event(e state.Event) line {
	target := e.TargetName
	if len(e.Targets) > 0 {
		target = cmp.Or(e.Targets[0].DisplayName, e.Targets[0].UPN, target)
	}
	l := line{
		Key: "e" + e.ID, Kind: kindAudit, Label: e.Workload, At: e.At, Who: cmp.Or(e.Actor.Name, e.ActorUPN), What: e.Operation, Note: target,
		Failed: e.Result == "failure", also: e.ActorUPN, seq: e.Seq,
	}
	for _, t := range e.Targets {
		l.also += " " + t.DisplayName + " " + t.UPN
	}
	if l.Failed {
		l.Outcome = cmp.Or(e.Reason, "failure")
	}
	l.URL = s.c.To("/timeline/", l.Key)
	l = s.in(l, e.TenantID)
	if l.to = "Directory of " + l.Of; e.Workload != "AzureActiveDirectory" {
		l.to = s.site(e.TenantID, e.Workload == "OneDrive")
	} else {
		l.Label = "Directory"
	}
	return l
}

func (s scribe) message(m state.Message) line {
	l := line{
		Key: "m" + m.ID, Kind: kindMail, Label: "Mail", At: m.Sent, Who: m.To, What: cmp.Or(m.Subject, "(no subject)"), Note: m.Kind,
		URL: s.c.To("/mail/", m.ID), also: m.From, seq: m.Seq, Waiting: !m.Read,
	}
	l = s.in(l, m.TenantID)
	if l.from = s.site(m.TenantID, s.c.ofOneDrive(m)); m.Kind == mail.B2BInvitation {
		l.from = "Directory of " + l.Of
	}
	l.to = m.To
	return l
}

// ofOneDrive tells whether a letter is about something of a OneDrive, by where it leads.
func (c *call) ofOneDrive(m state.Message) bool {
	return slices.ContainsFunc(m.Links, func(l state.MessageLink) bool {
		f, ok := links.Follow(l.URL, c.public())
		return ok && f.Place.Service == links.SharePoint && f.Place.Host == links.My
	})
}

// site is an organisation's SharePoint host.
func (s scribe) site(tenant string, personal bool) string {
	host := s.organisations[tenant].Prefix
	if personal {
		host += "-my"
	}
	return host + ".sharepoint.com"
}
