package console

import (
	"cmp"
	"html/template"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// place returns what a path names: /sites/{site}, or /drives/{list}[/{item}], the root folder where there is no item.
func (c *call) place() (drive.Place, error) {
	if id := c.param("site"); id != "" {
		s, err := drive.FindSite(c.tx, c.tenant.ID, id)
		return drive.Place{Site: s}, err
	}
	l, ok := c.tx.List(c.tenant.ID, c.param("list"))
	if !ok || !l.Library() {
		return drive.Place{}, problem.For(problem.NotFound, problem.ListNotFound, c.param("list"), "There is no such library.")
	}
	s, err := drive.FindSite(c.tx, c.tenant.ID, l.SiteID)
	if err != nil {
		return drive.Place{}, err
	}
	at := drive.Place{Site: s, List: l, Item: drive.Root(c.tx, l)}
	if id := c.param("item"); id != "" {
		i, ok := c.tx.Item(c.tenant.ID, l.ID, id)
		if !ok || !i.DeletedAt.IsZero() {
			return drive.Place{}, problem.For(problem.NotFound, problem.ItemNotFound, id, "There is no such file or folder.")
		}
		at.Item = i
	}
	return at, nil
}

// pathOf is a place's path in the console.
func (c *call) pathOf(at drive.Place) string {
	o := c.tenant
	if o.ID != at.Site.TenantID {
		o, _ = c.tx.Tenant(at.Site.TenantID)
	}
	base := c.To("/o/", o.SharePointPrefix())
	switch {
	case at.List.ID == "":
		return base + "/sites/" + at.Site.ID
	case at.Item.ID == "" || at.Item.Root():
		return base + "/drives/" + at.List.ID
	}
	return base + "/drives/" + at.List.ID + "/" + at.Item.ID
}

// pageOf is the path of one of a place's pages: share or access. A library's root needs naming there.
func (c *call) pageOf(at drive.Place, what string) string {
	if at.List.ID != "" && at.Item.Root() {
		return c.pathOf(at) + "/" + drive.Root(c.tx, at.List).ID + "/" + what
	}
	return c.pathOf(at) + "/" + what
}

func placeName(at drive.Place) string {
	switch {
	case at.List.ID == "":
		return cmp.Or(at.Site.Title, at.Site.Path)
	case at.Item.ID == "" || at.Item.Root():
		return at.List.Title
	}
	return at.Item.Name
}

// crumb is a step of the way to a place.
type crumb struct{ Name, URL string }

func (c *call) crumbs(at drive.Place) []crumb {
	var up []crumb
	for i := at.Item; i.ID != "" && !i.Root(); {
		parent, ok := drive.Parent(c.tx, i)
		if !ok {
			break
		}
		above := drive.Place{Site: at.Site, List: at.List, Item: parent}
		up = append([]crumb{{placeName(above), c.pathOf(above)}}, up...)
		i = parent
	}
	if at.List.ID != "" {
		up = append([]crumb{{placeName(drive.Place{Site: at.Site}), c.pathOf(drive.Place{Site: at.Site})}}, up...)
	}
	return append([]crumb{{"Sites", c.To("/o/", c.tenant.SharePointPrefix(), "/sites")}}, up...)
}

// spot is a place as the head of its pages shows it.
type spot struct {
	Name, URL, Share, Access string
	Crumbs                   []crumb
	Here                     template.URL // the place in the emulated SharePoint, by local names
	Role                     string       // of the acting person; "" for none
	Via                      string
	Personal                 bool
	Unique                   bool // permissions of its own
	Folder, Library, Site    bool
	ItemID, DriveID          string // as Graph names them
	SiteID                   string
}

// spot is the head of a place for somebody who may do that much there.
func (c *call) spot(at drive.Place, a sharing.Access) spot {
	s := spot{
		Name: placeName(at), URL: c.pathOf(at), Share: c.pageOf(at, "share"), Access: c.pageOf(at, "access"), Crumbs: c.crumbs(at),
		Here: template.URL(sharing.PlaceURL(c.tx, c.origin, at)), //nolint:gosec // an address that package sharing builds and escapes
		Role: string(a.Role), Via: a.Via, Personal: at.Site.Personal, Unique: sharing.Unique(at), Site: at.List.ID == "", SiteID: at.Site.ID,
	}
	if at.List.ID != "" {
		s.Library, s.Folder = at.Item.Root(), at.Item.Kind == state.Folder
		s.DriveID, s.ItemID = drive.DriveID(at.Site, at.List), drive.ItemID(at.List, at.Item)
	}
	return s
}

// itemCall is the path of an item in Graph.
func itemCall(at drive.Place) string {
	return "/v1.0/drives/" + drive.DriveID(at.Site, at.List) + "/items/" + drive.ItemID(at.List, at.Item)
}

// siteAddress is a site's address by local names.
func (c *call) siteAddress(s state.Site) string {
	return c.origin.Site(c.tenant.SharePointPrefix(), s.Personal, s.Path)
}

// May is what the acting person may do, in words.
func (s spot) May() string { return may(s.Role) }

func may(role string) string {
	switch state.Role(role) {
	case state.RoleRead:
		return "you may view"
	case state.RoleWrite:
		return "you may edit"
	case state.RoleOwner:
		return "you have full control"
	}
	return "you may not open it"
}
