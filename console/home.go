package console

import (
	"cmp"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/state"
)

func homePages() []page {
	return []page{{Path: "/", Title: "Organisations", Nav: nav{Label: "Organisations", In: ofAll, Order: 10}, show: showHome}}
}

// home is two organisations side by side.
type home struct {
	Choices []organisation
	Panes   []pane
}

// pane is one organisation at a glance: who is a guest, what came by mail, what can be shared.
type pane struct {
	organisation
	Side    string // left or right
	Members int
	Guests  []guest
	There   int // of them in the directory
	Mail    []letter
	Sites   []siteLink
	Events  []happening
}

// letter is a mail as lists show it.
type letter struct {
	ID, To, From, Subject, Kind, URL string
	Sent                             time.Time
	Unread, Current                  bool
}

type siteLink struct{ Title, Path, URL, Share string }

// happening is an entry of the timeline.
type happening struct {
	Key, Operation, Actor, Target string
	At                            time.Time
	Failed                        bool
}

const (
	paneMail   = 5
	paneEvents = 6
	paneSites  = 6
)

func showHome(c *call) (reply, error) {
	all := c.organisations()
	h := home{Choices: all}
	for i, side := range []string{"left", "right"} {
		at := min(i, len(all)-1)
		for n, o := range all {
			if o.Prefix == c.query(side) {
				at = n
			}
		}
		if at < 0 || at >= len(all) || i == 1 && len(all) < 2 {
			continue
		}
		h.Panes = append(h.Panes, c.pane(all[at], side))
	}
	return view{Template: "home", Title: "Organisations side by side", Data: h, Wide: true}, nil
}

func (c *call) pane(o organisation, side string) pane {
	p := pane{organisation: c.withActors(o), Side: side, Guests: c.guests(o.ID, o.Prefix, "")}
	for range c.tx.UsersOfType(o.ID, state.Member) {
		p.Members++
	}
	for _, g := range p.Guests {
		if !g.Waiting {
			p.There++
		}
	}
	if len(p.Guests) > mostListed {
		p.Guests = p.Guests[:mostListed]
	}
	p.Mail = c.mailIn(o.ID, paneMail)
	for s := range c.tx.Sites(o.ID) {
		if !s.DeletedAt.IsZero() || s.Personal || s.Path == "/" {
			continue
		}
		l, _ := drive.DefaultLibrary(c.tx, s)
		p.Sites = append(p.Sites, siteLink{
			Title: s.Title, Path: s.Path, URL: c.To("/o/", o.Prefix, "/drives/", l.ID), Share: c.To("/o/", o.Prefix, "/sites/", s.ID, "/share"),
		})
		if len(p.Sites) >= paneSites {
			break
		}
	}
	p.Events = c.eventsIn(o.ID, paneEvents)
	return p
}

// mailIn is the newest mail to addresses of an organisation, the newest first.
func (c *call) mailIn(tenant string, most int) []letter {
	var all []letter
	for m := range c.tx.Messages() {
		if t, ok := c.tx.TenantByDomain(domainOf(m.To)); ok && t.ID == tenant {
			all = append(all, c.letterOf(m))
		}
	}
	slices.Reverse(all)
	return all[:min(len(all), most)]
}

func (c *call) letterOf(m state.Message) letter {
	return letter{
		ID: m.ID, To: m.To, From: m.From, Subject: m.Subject, Kind: m.Kind, Sent: m.Sent, Unread: !m.Read, URL: c.To("/mail/", m.ID),
	}
}

// eventsIn is what happened last in an organisation, the newest first.
func (c *call) eventsIn(tenant string, most int) []happening {
	var all []happening
	for e := range c.tx.Events(tenant) {
		target := e.TargetName
		if len(e.Targets) > 0 {
			target = cmp.Or(e.Targets[0].DisplayName, e.Targets[0].UPN, target)
		}
		all = append(all, happening{
			Key: e.ID, Operation: e.Operation, Actor: cmp.Or(e.Actor.Name, e.ActorUPN), Target: target, At: e.At, Failed: e.Result == "failure",
		})
	}
	slices.Reverse(all)
	return all[:min(len(all), most)]
}
