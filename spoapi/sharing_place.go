package spoapi

import (
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// placeAt is the site, library, folder or file that an address of this tenant names: absolute or server-relative, a page of
// a library with the folder in its id parameter, a page of the web below _layouts, or a sharing link.
func (c *request) placeAt(address string) (drive.Place, error) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return drive.Place{}, problem.For(problem.Invalid, problem.InvalidProperty, "url", "The address %q cannot be read.", address)
	}
	personal := c.site.Personal
	if u.Host != "" {
		place, ok := links.Resolve(u.Scheme, u.Host, publicHost(c.tx.World().PublicURL))
		if !ok || place.Service != links.SharePoint || place.Prefix != strings.ToLower(c.tenant.SharePointPrefix()) {
			return drive.Place{}, problem.For(problem.NotFound, problem.SiteNotFound, "url", "Cannot find a site at %q.", address)
		}
		personal = place.Host == links.My
	}
	if token, ok := sharingToken(address); ok {
		l, found := c.tx.LinkByToken(c.tenant.ID, token)
		if !found {
			return drive.Place{}, problem.For(problem.NotFound, problem.LinkNotFound, "url", "The sharing link does not exist.")
		}
		return drive.PlaceOf(c.tx, c.tenant.ID, l.On)
	}
	path := u.Path
	if id := u.Query().Get("id"); strings.HasPrefix(id, "/") && strings.HasSuffix(strings.ToLower(path), ".aspx") {
		path = id
	}
	if path == "" {
		path = "/"
	}
	return drive.PlaceAt(c.tx, c.tenant.ID, personal, path)
}

// publicHost is the host of what --public-url says.
func publicHost(public string) string {
	u, err := url.Parse(public)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// sharedPlace is the place that a call's path has led to.
func sharedPlace(call *odata.Call) (drive.Place, error) {
	if at, ok := odata.Nearest[drive.Place](call); ok {
		return at, nil
	}
	return drive.Place{}, problem.New(problem.NotFound, problem.ItemNotFound, "there is nothing that could be shared")
}

// isFolder tells whether a place is a folder or a library.
func isFolder(at drive.Place) bool {
	return at.List.ID != "" && (at.Item.ID == "" || at.Item.Kind == state.Folder)
}

// placeAddress is a place's absolute address.
func (c *request) placeAddress(at drive.Place) string {
	return c.address(at.Site, placePath(c, at))
}

// placePath is a place's server-relative path.
func placePath(c *request, at drive.Place) string {
	switch {
	case at.List.ID == "":
		return webPath(at.Site)
	case at.Item.ID == "":
		return drive.ServerPath(c.tx, at.Site, at.List, drive.Root(c.tx, at.List))
	}
	return drive.ServerPath(c.tx, at.Site, at.List, at.Item)
}

// placeName is what a place is called.
func placeName(at drive.Place) string {
	switch {
	case at.List.ID == "":
		return at.Site.Title
	case at.Item.ID == "" || at.Item.Root():
		return at.List.Title
	}
	return at.Item.Name
}

// sharingToken is the token in a sharing link's address, in its short form or as guestaccess.aspx?share=….
func sharingToken(address string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return "", false
	}
	if token, ok := links.Token(u.Path); ok {
		return token, true
	}
	q := u.Query()
	token := orText(q.Get("share"), q.Get("guestaccesstoken"))
	return token, token != "" && strings.HasSuffix(strings.ToLower(u.Path), "/guestaccess.aspx")
}
