package console

import (
	"cmp"
	"html"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func mailPages() []page {
	actions := map[string]func(*call) (done, error){"clear": clearMail, "delete": deleteLetter, "unread": markUnread}
	return []page{
		{Path: "/mail", Title: "Mailboxes", Nav: nav{Label: "Mailboxes", In: ofAll, Order: 20}, show: showMail, actions: actions},
		{Path: "/mail/latest", Title: "Newest mail", show: latestMail},
		{Path: "/mail/{id}", Title: "Mail", show: showMail, actions: actions, unseen: isUnread, seen: markRead},
		{Path: "/mail/{id}/body", Title: "Mail", show: mailBody},
	}
}

// mailboxes is the page: whose mail, which letters, the letter at hand.
type mailboxes struct {
	To, Query string
	Boxes     []mailbox
	Letters   []letter
	More      int // letters that are not listed
	Open      *openLetter
	Curl      string
	ClearCurl string
}

type mailbox struct {
	Address, Name, URL string
	Accent             string // of the organisation that the address is of
	Count, Unread      int
	Current            bool
}

// openLetter is a letter that is read.
type openLetter struct {
	letter
	CC      []string
	Code    string
	Links   []mailLink
	Text    string
	Source  string
	Body    string // address of the frame
	Service string // organisation whose service sent it
	Curl    string
	Redeem  string // curl that redeems without the pages; "" where there is nothing to redeem
}

// mailLink is an address in a letter: as it was written, and as this browser can follow it.
type mailLink struct {
	Kind, Label, Written string
	Here                 template.URL
	Moved                bool // the letter was written for the real names
}

func showMail(c *call) (reply, error) {
	m := mailboxes{To: c.query("to"), Query: c.query("q")}
	id := c.param("id")
	if id != "" {
		msg, ok := c.tx.Message(id)
		if !ok {
			return nil, noLetter(id)
		}
		m.Open = c.openLetter(msg)
	}
	found := c.letters(m.To, m.Query)
	m.Letters = found[:min(len(found), mostListed)]
	m.More = len(found) - len(m.Letters)
	for i := range m.Letters {
		m.Letters[i].URL += m.keep()
		m.Letters[i].Current = m.Letters[i].ID == id
	}
	m.Boxes = c.boxes(m)
	path := "/mail"
	if m.To != "" {
		path += "?to=" + url.QueryEscape(m.To)
	}
	m.Curl, m.ClearCurl = c.plane(http.MethodGet, path, nil).String(), c.plane(http.MethodDelete, path, nil).String()
	title := "Mailboxes"
	if m.Open != nil {
		title = cmp.Or(m.Open.Subject, "(no subject)")
	}
	return view{Template: "mail", Title: title, Data: m, Wide: true}, nil
}

// keep is the query that leads back to the same list.
func (m mailboxes) keep() string {
	v := url.Values{}
	if m.To != "" {
		v.Set("to", m.To)
	}
	if m.Query != "" {
		v.Set("q", m.Query)
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

func noLetter(id string) error {
	return problem.For(problem.NotFound, problem.ObjectNotFound, id, "There is no such letter; it may have been cleared away.")
}

// letters is the mail to an address ("": to all) in which the query stands, the newest first.
func (c *call) letters(to, query string) []letter {
	all := c.tx.Messages()
	if to != "" {
		all = c.tx.MessagesTo(to)
	}
	var list []letter
	for m := range all {
		if fits(query, m.Subject, m.To, m.From, m.Text, m.Kind) {
			list = append(list, c.letterOf(m))
		}
	}
	slices.Reverse(list)
	return list
}

// boxes are the addresses that have mail, unread ones first in sight by their number.
func (c *call) boxes(m mailboxes) []mailbox {
	byAddress := map[string]*mailbox{}
	for msg := range c.tx.Messages() {
		for _, address := range append([]string{msg.To}, msg.CC...) {
			address = strings.ToLower(address)
			b := byAddress[address]
			if b == nil {
				b = &mailbox{Address: address, URL: c.To("/mail?to=", url.QueryEscape(address)), Current: strings.EqualFold(address, m.To)}
				byAddress[address] = b
			}
			b.Count++
			if !msg.Read {
				b.Unread++
			}
		}
	}
	organisations := c.organisations()
	list := make([]mailbox, 0, len(byAddress))
	for address, b := range byAddress {
		if t, ok := c.tx.TenantByDomain(domainOf(address)); ok {
			for _, o := range organisations {
				if o.ID == t.ID {
					b.Accent = o.Accent
				}
			}
			for u := range c.tx.UsersByAddress(t.ID, address) {
				b.Name = u.DisplayName
			}
		}
		list = append(list, *b)
	}
	slices.SortFunc(list, func(a, b mailbox) int {
		return cmp.Or(cmp.Compare(domainOf(a.Address), domainOf(b.Address)), cmp.Compare(a.Address, b.Address))
	})
	return list[:min(len(list), mostListed)]
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

func (c *call) openLetter(m state.Message) *openLetter {
	o := &openLetter{letter: c.letterOf(m), CC: m.CC, Code: m.Code, Text: m.Text, Source: m.HTML, Body: c.To("/mail/", m.ID, "/body")}
	if t, ok := c.tx.Tenant(m.TenantID); ok {
		o.Service = t.DisplayName
	}
	o.Curl = c.plane(http.MethodGet, "/mail/"+m.ID, nil).String()
	for _, l := range m.Links {
		k := mailLink{Kind: l.Kind, Label: linkLabel(l.Kind), Written: l.URL}
		if here, ok := c.origin.At(l.URL, c.public()); ok {
			k.Here, k.Moved = template.URL(here), here != l.URL //nolint:gosec // an emulated host, by http or https
			if o.Redeem == "" && l.Kind != mail.Notification {
				o.Redeem = c.plane(http.MethodPost, "/redemptions", struct {
					URL string `json:"url"`
					As  string `json:"as"`
				}{l.URL, m.To}).String()
			}
		}
		o.Links = append(o.Links, k)
	}
	return o
}

func (c *call) public() string {
	u, err := url.Parse(c.tx.World().PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func linkLabel(kind string) string {
	switch kind {
	case mail.B2BInvitation:
		return "Accept the invitation"
	case mail.SharingInvitation:
		return "Redeem the invitation"
	case mail.SharingLink:
		return "Open what was shared"
	}
	return "Open"
}

// latestMail leads to the newest letter, of an address or of all.
func latestMail(c *call) (reply, error) {
	found := c.letters(c.query("to"), c.query("q"))
	if len(found) == 0 {
		return nil, problem.New(problem.NotFound, problem.ObjectNotFound, "No mail has come yet.")
	}
	return elsewhere("/mail/" + found[0].ID + mailboxes{To: c.query("to"), Query: c.query("q")}.keep()), nil
}

func isUnread(c *call) bool {
	m, ok := c.tx.Message(c.param("id"))
	return ok && !m.Read
}

func markRead(c *call) error { return mail.Mark(c.tx, c.param("id"), true) }

func markUnread(c *call) (done, error) {
	return done{Say: "The letter is unread again.", To: c.To("/mail", mailboxes{To: c.query("to"), Query: c.query("q")}.keep())}, mail.Mark(c.tx, c.param("id"), false)
}

func deleteLetter(c *call) (done, error) {
	m, ok := c.tx.Message(c.param("id"))
	if !ok {
		return done{}, noLetter(c.param("id"))
	}
	c.tx.DeleteMessage(m)
	return done{Say: "The letter is gone.", To: c.To("/mail", mailboxes{To: c.query("to"), Query: c.query("q")}.keep())}, nil
}

// clearMail empties the mailbox at hand, or all.
func clearMail(c *call) (done, error) {
	to, n := c.query("to"), 0
	all, path := c.tx.Messages(), "/mail"
	if to != "" {
		all, path = c.tx.MessagesTo(to), "/mail?to="+url.QueryEscape(to)
	}
	for m := range all {
		c.tx.DeleteMessage(m)
		n++
	}
	return done{Say: count(n, "letter was", "letters were") + " cleared away.", To: c.To("/mail"), Curl: c.plane(http.MethodDelete, path, nil)}, nil
}

// bodyPolicy is that of a letter in its frame: an origin of nobody's, no script, nothing loaded; its own styles stand in
// its elements, as mail has them. Links open in a window of their own.
const bodyPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; " +
	"sandbox allow-popups allow-popups-to-escape-sandbox"

// document is a page that is a letter and nothing around it.
type document string

func (d document) render(*call) (response, error) {
	h := http.Header{}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", bodyPolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	return response{status: http.StatusOK, header: h, body: []byte(d)}, nil
}

// mailBody is a letter as its reader sees it. Addresses of the real names lead to where this browser can follow them.
func mailBody(c *call) (reply, error) {
	m, ok := c.tx.Message(c.param("id"))
	if !ok {
		return nil, noLetter(c.param("id"))
	}
	text := m.HTML
	for _, l := range m.Links {
		if here, ok := c.origin.At(l.URL, c.public()); ok {
			text = strings.ReplaceAll(text, `href="`+html.EscapeString(l.URL)+`"`, `href="`+html.EscapeString(here)+`" rel="noreferrer" target="_blank"`)
		}
	}
	return document(text), nil
}
