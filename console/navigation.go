package console

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/look"
	"github.com/tennantite/tennantite/emulator/state"
)

// The lists of links that stand on every page are written in Go: in a template they would cost more than the rest of it.

type worldLink struct {
	Name, URL string
	Current   bool
}

type navLink struct {
	Label, URL string
	Current    bool
	order      int
}

// organisation is a tenant as pages name it: Accent is the class of its colour.
type organisation struct {
	ID, Name, Prefix, Domain, Accent, URL string
	Profile                               state.Profile
	Current                               bool
	Actor                                 person
	Actors                                []person // whom one can act as
}

// person is somebody as menus and lists name him.
type person struct {
	ID, Name, Address, Kind string
	Current                 bool
}

// organisations are the world's tenants but for the one of personal accounts, in the order in which they were made.
func (c *call) organisations() []organisation {
	tenants := directory.Organisations(c.tx)
	list := make([]organisation, 0, len(tenants))
	for i, t := range tenants {
		list = append(list, organisation{
			ID: t.ID, Name: t.DisplayName, Prefix: t.SharePointPrefix(), Domain: t.DefaultDomain(), Profile: t.Profile,
			Accent: look.Accent(i), URL: c.To("/o/", t.SharePointPrefix(), "/people"), Current: t.ID == c.tenant.ID,
		})
	}
	return list
}

// withActors adds whom one can act as.
func (c *call) withActors(o organisation) organisation {
	t, _ := c.tx.Tenant(o.ID)
	who := c.actorIn(t)
	o.Actor = person{ID: system, Name: "the emulator itself", Kind: "may do everything"}
	if !who.System {
		o.Actor = personOf(who.User)
	}
	for u := range c.tx.UsersByName(o.ID, "") {
		p := personOf(u)
		p.Current = p.ID == o.Actor.ID
		o.Actors = append(o.Actors, p)
		if len(o.Actors) >= mostActing {
			break // everybody else is chosen on his own page
		}
	}
	o.Actors = append(o.Actors, person{ID: system, Name: "the emulator itself", Kind: "may do everything", Current: who.System})
	return o
}

// mostActing bounds the menu of those whom one can act as.
const mostActing = 40

// mostListed bounds what a menu or a list holds; more is found by searching.
const mostListed = 200

func personOf(u state.User) person {
	p := person{ID: u.ID, Name: u.DisplayName, Address: u.Mail, Kind: "member"}
	if p.Address == "" {
		p.Address = u.UserPrincipalName
	}
	if u.External() || u.Type == state.Guest {
		p.Kind = "guest"
	}
	return p
}

// navigation is the pages of a section in their order; the current one is the one whose path the request's begins with.
func (c *call) navigation(in section) []navLink {
	var list []navLink
	best, longest := -1, 0
	for _, p := range c.pages {
		if p.Nav.Label == "" || p.Nav.In != in {
			continue
		}
		path := strings.ReplaceAll(p.Path, "{tenant}", c.tenant.SharePointPrefix())
		list = append(list, navLink{Label: p.Nav.Label, URL: c.To(path), order: p.Nav.Order})
		here := c.r.URL.Path
		if (here == path || path != "/" && strings.HasPrefix(here, path+"/")) && len(path) > longest {
			best, longest = p.Nav.Order, len(path)
		}
	}
	for i := range list {
		list[i].Current = list[i].order == best
	}
	slices.SortStableFunc(list, func(a, b navLink) int { return cmp.Compare(a.order, b.order) })
	return list
}

// entry writes a link as an entry of a list; of is what it may be the current one of.
func entry(b *strings.Builder, class, url, label, of string, current bool) {
	e := template.HTMLEscapeString
	b.WriteString("<li")
	if class != "" {
		b.WriteString(` class="` + e(class) + `"`)
	}
	b.WriteString(`><a href="` + e(url) + `"`)
	if current {
		b.WriteString(` aria-current="` + of + `"`)
	}
	b.WriteString(`>`)
	if class != "" {
		b.WriteString(`<span class="org-mark" aria-hidden="true"></span>`)
	}
	b.WriteString(e(label) + "</a></li>\n")
}

// Menu is the main navigation. The organisations, as far as it has room for them, come after the first page, which lists all.
func (f frame) Menu() template.HTML {
	const room = 3
	var b strings.Builder
	for i, n := range f.Nav {
		entry(&b, "", n.URL, n.Label, "page", n.Current)
		if i > 0 || len(f.Organisations) > room {
			continue
		}
		for _, o := range f.Organisations {
			entry(&b, o.Accent, o.URL, o.Name, "true", o.Current)
		}
	}
	return template.HTML(b.String()) //nolint:gosec // escaped
}

// TabList is the navigation of the organisation.
func (f frame) TabList() template.HTML {
	var b strings.Builder
	for _, n := range f.Tabs {
		entry(&b, "", n.URL, n.Label, "page", n.Current)
	}
	return template.HTML(b.String()) //nolint:gosec // escaped
}

// WorldList is the menu of worlds.
func (f frame) WorldList() template.HTML {
	var b strings.Builder
	for _, w := range f.Worlds {
		entry(&b, "", w.URL, w.Name, "true", w.Current)
	}
	return template.HTML(b.String()) //nolint:gosec // escaped
}

// Choices is the menu of those whom one can act as.
func (o organisation) Choices() template.HTML {
	var b strings.Builder
	e := template.HTMLEscapeString
	for _, p := range o.Actors {
		b.WriteString(`<li><button name="as" value="` + e(p.ID) + `"`)
		if p.Current {
			b.WriteString(` aria-current="true"`)
		}
		b.WriteString(`><b>` + e(p.Name) + `</b> <span class="quiet">` + e(p.Address) + `</span> <span class="chip">` + e(p.Kind) + `</span></button></li>`)
	}
	return template.HTML(b.String()) //nolint:gosec // escaped
}
