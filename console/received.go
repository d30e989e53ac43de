package console

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func receivedPages() []page {
	return []page{{Path: "/o/{tenant}/received", Title: "Shared with me", Nav: nav{Label: "Shared with me", In: ofOrganisation, Order: 80}, show: showReceived}}
}

// received is what other organisations shared with the acting person: by person at home, through his guest objects.
type received struct {
	Who, Address string
	Nobody       bool // the emulator itself receives nothing
	From         []shareFrom
	Pending      []pendingShare
	Link         string // address that was asked about
	Answer       *syncAnswer
	Curl         string
}

// shareFrom is one organisation that shares, his own included.
type shareFrom struct {
	organisation
	Own     bool
	Guest   *guest
	Items   []sharedItem
	Sites   []sharedItem
	Explain string
}

// sharedItem is a place that he can open, with the Sync button or why there is none.
type sharedItem struct {
	Name, Path, Kind, Role, By string
	At                         time.Time
	Open                       template.URL
	Sync                       *syncAnswer
}

// May is what he may do there, in words.
func (i sharedItem) May() string { return may(i.Role) }

// syncAnswer is the decision about B2B Sync.
type syncAnswer struct {
	Name   string
	ODOpen template.URL
	Reason string
	Curl   string
}

// pendingShare is an invitation that waits for him.
type pendingShare struct {
	From, What, Mail string
	At               time.Time
	Kind             string
}

func showReceived(c *call) (reply, error) {
	r := received{Who: c.who.User.DisplayName, Nobody: c.who.System, Link: c.query("link")}
	if c.who.System {
		return view{Template: "received", Data: r}, nil
	}
	home := directory.Account(c.who.User)
	r.Address = cmp.Or(c.who.User.Mail, c.who.User.UserPrincipalName)
	for _, o := range c.organisations() {
		t, _ := c.tx.Tenant(o.ID)
		u, ok := directory.ObjectOf(c.tx, t.ID, home)
		if t.ID == c.tenant.ID {
			u, ok = c.who.User, true
		}
		if ok {
			r.From = append(r.From, c.sharedFrom(o, t, u, r.Address))
		}
		r.Pending = append(r.Pending, c.pendingFrom(t, r.Address)...)
	}
	slices.SortStableFunc(r.From, func(a, b shareFrom) int {
		switch {
		case a.Own == b.Own:
			return 0
		case a.Own:
			return 1
		}
		return -1
	})
	if r.Link != "" {
		r.Answer = c.eligible(r.Link, r.Address)
	}
	r.Curl = c.graph(http.MethodGet, "/v1.0/me/drive/sharedWithMe", nil).String()
	return view{Template: "received", Title: "Shared with " + r.Who, Data: r}, nil
}

func (c *call) sharedFrom(o organisation, t state.Tenant, u state.User, address string) shareFrom {
	f := shareFrom{organisation: o, Own: t.ID == c.tenant.ID}
	who := directory.Principal{Tenant: t.ID, User: u}
	if u.External() {
		g := c.guestOf(u, o.Prefix)
		f.Guest = &g
	}
	for _, at := range sharing.SharedWith(c.tx, who) {
		f.Items = append(f.Items, c.sharedItem(who, at, address))
	}
	if !f.Own {
		for s := range c.tx.Sites(t.ID) {
			at := drive.Place{Site: s}
			if s.DeletedAt.IsZero() && sharing.AccessTo(c.tx, who, at).Role != "" && s.Path != "/" {
				f.Sites = append(f.Sites, c.sharedItem(who, at, address))
			}
		}
	}
	return f
}

func (c *call) sharedItem(who directory.Principal, at drive.Place, address string) sharedItem {
	i := sharedItem{
		Name: placeName(at), Path: at.Site.Path, Kind: "site", Role: string(sharing.AccessTo(c.tx, who, at).Role),
		Open: template.URL(sharing.PlaceURL(c.tx, c.origin, at)), //nolint:gosec // an address that package sharing builds and escapes
		Sync: c.syncAnswer(address, at, state.Link{}),
	}
	if at.List.ID != "" {
		i.Kind, i.At = "library", at.Item.ModifiedAt
		if p := drive.Path(c.tx, at.Item); p != "" {
			i.Path += " · " + p
		}
		if !at.Item.Root() {
			i.Kind = "folder"
		}
		if at.Item.Kind == state.File {
			i.Kind = "file"
		}
	}
	for _, g := range sharing.Grants(c.tx, who, at) {
		if by := cmp.Or(g.Permission.GrantedBy.Name, g.Link.CreatedBy.Name); by != "" && !g.Inherited {
			i.By = by
		}
	}
	return i
}

func (c *call) syncAnswer(address string, at drive.Place, link state.Link) *syncAnswer {
	e := sharing.SyncEligibility(c.tx, address, at, link, false, c.origin)
	target := sharing.PlaceURL(c.tx, c.origin, at)
	if link.ID != "" {
		target = sharing.LinkURL(c.tx, c.origin, link)
	}
	a := &syncAnswer{Name: placeName(at), Reason: e.Reason, Curl: c.syncCall(address, target).String()}
	if e.Eligible {
		a.ODOpen = template.URL(e.ODOpen) //nolint:gosec // the address is built and escaped by package sharing
	}
	return a
}

func (c *call) syncCall(address, target string) curl {
	return c.plane(http.MethodGet, "/sync/eligibility?user="+url.QueryEscape(address)+"&url="+url.QueryEscape(target), nil)
}

// eligible answers for an address that somebody was sent.
func (c *call) eligible(address, user string) *syncAnswer {
	none := func(reason string) *syncAnswer { return &syncAnswer{Name: address, Reason: reason} }
	f, ok := links.Follow(address, c.public())
	if !ok || f.Place.Service != links.SharePoint {
		return none("this is no address of an emulated SharePoint")
	}
	t, ok := c.tx.TenantByPrefix(f.Place.Prefix)
	if !ok {
		return none("no organisation has this address")
	}
	if f.Kind == links.SharingLinkURL {
		l, at, err := sharing.FindLink(c.tx, t.ID, f.Token)
		if err != nil {
			return none(err.Error())
		}
		return c.syncAnswer(user, at, l)
	}
	at, err := drive.PlaceAt(c.tx, t.ID, f.Place.Host == links.My, f.Path)
	if err != nil {
		return none(err.Error())
	}
	return c.syncAnswer(user, at, state.Link{})
}

// pendingFrom are the invitations of an organisation that wait for an address, of both managers.
func (c *call) pendingFrom(t state.Tenant, address string) []pendingShare {
	var list []pendingShare
	mail := c.To("/mail?to=", url.QueryEscape(address))
	for i := range c.tx.SharingInvitationsTo(t.ID, address) {
		if i.State != state.SharingPending {
			continue
		}
		what := "something"
		if at, err := drive.PlaceOf(c.tx, t.ID, i.Target); err == nil {
			what = placeName(at)
		}
		list = append(list, pendingShare{t.DisplayName, what, mail, i.CreatedAt, "SharePoint invitation: you are a guest once you redeem it"})
	}
	if u, ok := directory.PendingOf(c.tx, t.ID, directory.Account(c.who.User)); ok && t.ID != c.tenant.ID {
		list = append(list, pendingShare{t.DisplayName, "membership as a guest", mail, u.CreatedAt, "Entra B2B invitation: you are a pending guest already"})
	}
	return list
}
