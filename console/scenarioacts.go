package console

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// act is what somebody does in a step of a scenario. It is done by the rules of the console's own pages and of the pages of
// redemption; organisations are named by the first label of their initial domain, people by address, places by their path.
type act interface {
	// perform does it, in an Update of the scenario's world.
	perform(c *call) (done, error)
	// actor is who does it: his organisation and his address, "" for the emulator itself.
	actor() (organisation, address string)
}

// The acts that scenarios are made of.
type (
	// shares is the Share dialog, with a mail.
	shares struct{ In, By, Place, With, Role string }
	// invites is the B2B manager's invitation on the page of people.
	invites struct{ In, By, Whom string }
	// removes takes somebody's permission away, on Manage access.
	removes struct{ In, By, Place, Whom string }
	// changes is a form of a person's page: delete or restore.
	changes struct{ In, By, Whom, Do string }
	// sets is a form of the sharing policy.
	sets struct{ In, By, Do, Field, Value string }
	// follows opens the newest letter of a kind to somebody and goes through the pages with an account of As, which is one
	// of In's: organizational or microsoft.
	follows struct{ In, As, To, Kind, Account string }
	// proves opens the newest sharing link to somebody with a code by mail, without signing in.
	proves struct{ In, As string }
	// asks presses Sync, or learns why there is none. As is the person at home, of In; the place is of Of.
	asks struct{ In, As, Of, Place string }
)

func (a shares) actor() (string, string)  { return a.In, a.By }
func (a invites) actor() (string, string) { return a.In, a.By }
func (a removes) actor() (string, string) { return a.In, a.By }
func (a changes) actor() (string, string) { return a.In, a.By }
func (a sets) actor() (string, string)    { return a.In, a.By }
func (a follows) actor() (string, string) { return a.In, a.As }
func (a proves) actor() (string, string)  { return a.In, a.As }
func (a asks) actor() (string, string)    { return a.In, a.As }

func (a shares) perform(c *call) (done, error) {
	path, err := c.placePage(a.In, a.Place, "share")
	if err != nil {
		return done{}, err
	}
	return c.send(a.In, a.By, path, "do", "people", "people", a.With, "role", a.Role, "mail", "yes")
}

func (a invites) perform(c *call) (done, error) {
	return c.send(a.In, a.By, "/o/"+a.In+"/people", "do", "invite", "email", a.Whom)
}

func (a removes) perform(c *call) (done, error) {
	path, err := c.placePage(a.In, a.Place, "access")
	if err != nil {
		return done{}, err
	}
	at, err := c.placeAt(a.In, a.Place)
	if err != nil {
		return done{}, err
	}
	who, err := c.principal(a.In, a.By)
	if err != nil {
		return done{}, err
	}
	for _, g := range sharing.Grants(c.tx, who, at) {
		if !g.Inherited && g.Link.ID == "" && strings.EqualFold(g.Permission.Email, a.Whom) {
			return c.send(a.In, a.By, path, "do", "remove", "grant", g.Permission.ID)
		}
	}
	return done{}, problem.For(problem.NotFound, problem.ObjectNotFound, a.Whom, "%s has no permission of his own there.", a.Whom)
}

func (a changes) perform(c *call) (done, error) {
	path, err := c.personPage(a.In, a.Whom)
	if err != nil {
		return done{}, err
	}
	return c.send(a.In, a.By, path, "do", a.Do)
}

func (a sets) perform(c *call) (done, error) {
	return c.send(a.In, a.By, "/o/"+a.In+"/sharing", "do", a.Do, a.Field, a.Value)
}

func (a follows) perform(c *call) (done, error) {
	link, err := c.linkTo(a.To, a.Kind)
	if err != nil {
		return done{}, err
	}
	d := done{Curl: c.redeemCall(link, a.As, a.Account)}
	guest, led, err := c.Redeem(c.tx, link, a.As, a.Account)
	if err != nil {
		return d, err
	}
	d.Say = a.As + " came to " + led + "."
	if guest.ID != "" {
		t, _ := c.tx.Tenant(guest.TenantID)
		d.Say = guest.DisplayName + " is a guest of " + t.DisplayName + " (" + string(guest.ExternalState) + ") and came to " + led + "."
	}
	return d, nil
}

func (a proves) perform(c *call) (done, error) {
	link, err := c.linkTo(a.As, mail.SharingLink)
	if err != nil {
		return done{}, err
	}
	d := done{Curl: c.redeemCall(link, a.As, "code")}
	f, _ := links.Follow(link, c.public())
	t, err := c.tenantNamed(f.Place.Prefix)
	if err != nil {
		return d, err
	}
	v := sharing.Visit{Tenant: t.ID, Origin: c.origin}
	if _, err := c.Sharing.OpenLink(c.tx, f.Token, v); problem.ReasonOf(err) != problem.CodeRequired {
		if err == nil {
			err = problem.New(problem.Conflict, problem.None, "The link opens without a code.")
		}
		return d, err
	}
	sharing.SendCode(c.tx, t, a.As)
	code := ""
	for m := range c.tx.MessagesTo(a.As) {
		if m.Code != "" {
			code = m.Code
		}
	}
	if err := sharing.ProveCode(c.tx, t, a.As, code); err != nil {
		return d, err
	}
	v.Email = a.As
	landing, err := c.Sharing.OpenLink(c.tx, f.Token, v)
	d.Say = "The code " + code + " was mailed to " + a.As + ", typed, and opened " + landing.URL + "."
	return d, err
}

func (a asks) perform(c *call) (done, error) {
	at, err := c.placeAt(a.Of, a.Place)
	if err != nil {
		return done{}, err
	}
	d := done{Curl: c.syncCall(a.As, sharing.PlaceURL(c.tx, c.origin, at))}
	e := sharing.SyncEligibility(c.tx, a.As, at, state.Link{}, false, c.origin)
	d.Say = a.As + " may not sync it: " + e.Reason + "."
	if e.Eligible {
		d.Say = "The Sync button is there and leads to " + e.ODOpen
	}
	return d, nil
}

// send does what a page of the console does with a form, as somebody.
func (c *call) send(in, as, path string, fields ...string) (done, error) {
	r := c.r.Clone(c.r.Context())
	r.Method, r.URL = http.MethodPost, &url.URL{Path: strings.TrimPrefix(path, c.base)}
	r.PostForm = url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		r.PostForm.Set(fields[i], fields[i+1])
	}
	r.Form = r.PostForm
	var m mux.RouteMatch
	if !c.router.Match(r, &m) || m.Route == nil {
		return done{}, problem.For(problem.NotFound, problem.UnknownSegment, path, "There is no page of this address.")
	}
	p := c.pageNamed(m.Route.GetName())
	action, ok := p.actions[r.PostForm.Get("do")]
	if !ok {
		return done{}, problem.For(problem.Invalid, problem.UnknownSegment, path, "The page has no such action.")
	}
	who, err := c.principal(in, as)
	if err != nil {
		return done{}, err
	}
	sub := *c
	sub.page, sub.r, sub.alert = p, mux.SetURLVars(r, m.Vars), nil
	sub.session.Actors = maps.Clone(c.session.Actors)
	if sub.session.Actors[who.Tenant] = who.User.ID; who.System {
		sub.session.Actors[who.Tenant] = system
	}
	if err := sub.begin(c.tx); err != nil {
		return done{}, err
	}
	return action(&sub)
}

func (f *face) pageNamed(path string) *page {
	for i := range f.pages {
		if f.pages[i].Path == path {
			return &f.pages[i]
		}
	}
	return &page{}
}

// tenantNamed is an organisation by the first label of its initial domain.
func (c *call) tenantNamed(prefix string) (state.Tenant, error) {
	t, ok := c.tx.TenantByPrefix(prefix)
	if !ok {
		return t, problem.For(problem.NotFound, problem.TenantNotFound, prefix, "No organisation of this world has the name %s.", prefix)
	}
	return t, nil
}

// principal is somebody of an organisation by his address, the emulator itself for "".
func (c *call) principal(in, address string) (directory.Principal, error) {
	t, err := c.tenantNamed(in)
	if err != nil {
		return directory.Principal{}, err
	}
	if address == "" {
		return directory.SystemPrincipal(t.ID), nil
	}
	for u := range c.tx.UsersByAddress(t.ID, address) {
		return directory.Principal{Tenant: t.ID, User: u}, nil
	}
	u, err := directory.FindUser(c.tx, t.ID, address)
	return directory.Principal{Tenant: t.ID, User: u}, err
}

// placeAt is a place of an organisation by its path.
func (c *call) placeAt(in, path string) (drive.Place, error) {
	t, err := c.tenantNamed(in)
	if err != nil {
		return drive.Place{}, err
	}
	return drive.PlaceAt(c.tx, t.ID, false, path)
}

// placePage is the address of one of a place's pages.
func (c *call) placePage(in, path, what string) (string, error) {
	at, err := c.placeAt(in, path)
	if err != nil {
		return "", err
	}
	return c.pageOf(at, what), nil
}

// personPage is the address of somebody's page, also of one who was deleted.
func (c *call) personPage(in, address string) (string, error) {
	t, _ := c.tx.TenantByPrefix(in)
	for u := range c.tx.UsersByAddress(t.ID, address) {
		return c.To("/o/", in, "/people/", u.ID), nil
	}
	for u := range c.tx.DeletedUsers(t.ID) {
		if strings.EqualFold(u.Mail, address) || strings.EqualFold(u.UserPrincipalName, address) {
			return c.To("/o/", in, "/people/", u.ID), nil
		}
	}
	return "", problem.For(problem.NotFound, problem.UserNotFound, address, "%s knows nobody of the address %s.", in, address)
}

// linkTo is the address in the newest letter of a kind to somebody.
func (c *call) linkTo(address, kind string) (string, error) {
	found := ""
	for m := range c.tx.MessagesTo(address) {
		if m.Kind == kind && len(m.Links) > 0 {
			found = m.Links[0].URL
		}
	}
	if found == "" {
		return "", problem.For(problem.NotFound, problem.ObjectNotFound, address, "There is no such letter to %s.", address)
	}
	return found, nil
}

type redemptionBody struct {
	URL     string `json:"url"`
	As      string `json:"as"`
	Account string `json:"account,omitempty"`
}

// redeemCall follows an address by a client of the control plane.
func (c *call) redeemCall(link, as, account string) curl {
	return c.plane(http.MethodPost, "/redemptions", redemptionBody{link, as, account})
}
