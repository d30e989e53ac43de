package spoapi

import (
	"html/template"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// placePage is what stands at a site's own addresses: the site, a library or folder (also as Forms/AllItems.aspx?id=…), a
// file's content, with ?web=1 its page.
func placePage(p *page) (any, error) {
	if p.host == links.Admin {
		return view{kind: "done", title: "SharePoint admin center", body: "said", data: spoken{
			"The administration is reached by its interfaces: ProcessQuery, SPO.Tenant and Graph's admin/sharepoint/settings.",
		}}, nil
	}
	at, err := p.placeAt(p.here("") + p.back())
	if err != nil {
		if p.nobody() {
			return p.toSignIn(signingIn{segment: p.tenant.ID, back: p.back()})
		}
		return nil, err
	}
	if answer, err := p.admit(at); answer != nil || err != nil {
		return answer, err
	}
	switch {
	case at.List.ID == "":
		return p.siteView(at)
	case isFolder(at):
		return p.folderView(at)
	case at.Item.Kind == state.File && p.http.URL.Query().Get("web") == "":
		return p.download(at)
	}
	return p.itemView(at)
}

// nobody tells whether the request comes from somebody who has shown nothing at all.
func (p *page) nobody() bool {
	return p.caller.User.ID == "" && p.caller.AppID == "" && p.caller.Email == "" && len(p.caller.LinkIDs) == 0
}

// admit lets in who may see a place: the answer is nil then. Others sign in, or are told that they may not.
func (p *page) admit(at drive.Place) (any, error) {
	err := p.require(at, state.RoleRead)
	if at.List.ID == "" {
		err = p.requireWeb(at.Site)
	}
	if err == nil {
		p.site = at.Site
		return nil, p.enter()
	}
	a, signedIn := p.account()
	switch {
	case p.http.Header.Get("Authorization") != "":
		return nil, err
	case !signedIn:
		return p.toSignIn(signingIn{segment: p.tenant.ID, back: p.back()})
	case a.UserID == "" && p.proven() == "":
		// Somebody who proved an account of another organisation for an invitation, and has no object here.
		return p.toSignIn(signingIn{segment: p.tenant.ID, back: p.back()})
	}
	return p.deniedAt(at, err)
}

// pageAddress is where a browser sees a place.
func (p *page) pageAddress(at drive.Place) string {
	switch {
	case at.List.ID == "":
		return p.placeAddress(at)
	case isFolder(at):
		root := drive.Place{Site: at.Site, List: at.List}
		address := p.placeAddress(root) + "/Forms/AllItems.aspx"
		if at.Item.ID != "" && !at.Item.Root() {
			address += "?id=" + url.QueryEscape(placePath(p.request, at))
		}
		return address
	}
	return p.placeAddress(at) + "?web=1"
}

// docPage is _layouts/15/Doc.aspx?sourcedoc={GUID}: a file's page.
func docPage(p *page) (any, error) {
	at, err := p.placeByID(p.http.URL.Query().Get("sourcedoc"))
	if err != nil {
		return nil, err
	}
	if answer, err := p.admit(at); answer != nil || err != nil {
		return answer, err
	}
	return p.itemView(at)
}

// downloadByID is _layouts/15/download.aspx?UniqueId={GUID} or SourceUrl=…: a file's content.
func downloadByID(p *page) (any, error) {
	q := p.http.URL.Query()
	var at drive.Place
	var err error
	if id := q.Get("UniqueId"); id != "" {
		at, err = p.placeByID(id)
	} else {
		at, err = p.placeAt(q.Get("SourceUrl"))
	}
	if err != nil {
		return nil, err
	}
	if answer, err := p.admit(at); answer != nil || err != nil {
		return answer, err
	}
	return p.download(at)
}

// placeByID finds an item of the site by its GUID.
func (p *page) placeByID(id string) (drive.Place, error) {
	id = strings.ToLower(strings.Trim(id, "{} "))
	if _, err := uuid.Parse(id); err == nil {
		for l := range p.tx.Lists(p.tenant.ID, p.site.ID) {
			if i, ok := p.tx.Item(p.tenant.ID, l.ID, id); ok && i.DeletedAt.IsZero() {
				return drive.Place{Site: p.site, List: l, Item: i}, nil
			}
		}
	}
	return drive.Place{}, problem.For(problem.NotFound, problem.ItemNotFound, id, "There is no such file.")
}

func (p *page) download(at drive.Place) (any, error) {
	if at.Item.Kind != state.File {
		return nil, problem.New(problem.Invalid, problem.NotAFile, "This is no file.")
	}
	return content{
		kind: orText(at.Item.MimeType, "application/octet-stream"), name: at.Item.Name, etag: drive.ETag(at.Item),
		at: at.Item.FSModifiedAt, reader: drive.ContentReader(at.Item.Content, 0),
	}, nil
}

// crumb is a step of the way to a place.
type crumb struct{ Name, Address string }

// row is a line of a folder's list.
type row struct {
	Name, Address, Modified, By string
	Size                        int64
	Folder                      bool
}

// shown is what the page of a place tells.
type shown struct {
	Name     string
	Crumbs   []crumb
	Rows     []row
	Sites    []row
	Download string
	Size     int64
	Modified string
	Access   string // what the visitor may do
	CanShare bool
	Share    string
	Manage   string
	Sync     template.URL // odopen: address
	NoSync   string       // why not
}

func (p *page) siteView(at drive.Place) (any, error) {
	w := p.shown(at)
	for l := range p.tx.Lists(p.tenant.ID, at.Site.ID) {
		place := drive.Place{Site: at.Site, List: l}
		if l.Hidden || !l.DeletedAt.IsZero() || !l.Library() || sharing.AccessTo(p.tx, p.caller, place).Role == "" {
			continue
		}
		w.Rows = append(w.Rows, row{Name: l.Title, Address: p.pageAddress(place), Folder: true, Modified: p.when(l.ModifiedAt), By: l.CreatedBy.Name})
	}
	return view{kind: "site", title: at.Site.Title, body: "place", data: w}, nil
}

func (p *page) folderView(at drive.Place) (any, error) {
	folder := at.Item
	if folder.ID == "" {
		folder = drive.Root(p.tx, at.List)
	}
	w := p.shown(at)
	for i := range p.tx.Children(p.tenant.ID, at.List.ID, folder.ID) {
		place := drive.Place{Site: at.Site, List: at.List, Item: i}
		if !i.DeletedAt.IsZero() || sharing.AccessTo(p.tx, p.caller, place).Role == "" {
			continue
		}
		w.Rows = append(w.Rows, row{
			Name: i.Name, Address: p.pageAddress(place), Folder: i.Kind == state.Folder, Size: i.Size,
			Modified: p.when(i.FSModifiedAt), By: i.ModifiedBy.Name,
		})
	}
	p.offerSync(at, &w)
	return view{kind: "library", title: placeName(at), body: "place", data: w}, nil
}

func (p *page) itemView(at drive.Place) (any, error) {
	w := p.shown(at)
	w.Size, w.Modified = at.Item.Size, p.when(at.Item.FSModifiedAt)
	if at.Item.Kind == state.File {
		w.Download = p.placeAddress(at)
	}
	w.NoSync = sharing.SyncSingleFile.Text()
	return view{kind: "item", title: at.Item.Name, body: "item", data: w}, nil
}

// offerSync puts the Sync button on the page, or says why there is none.
func (p *page) offerSync(at drive.Place, w *shown) {
	a, ok := p.account()
	if !ok || a.UserID == "" {
		w.NoSync = sharing.SyncAnonymousLink.Text()
		if p.caller.Email != "" {
			w.NoSync = sharing.SyncCodeOnly.Text()
		}
		return
	}
	by := state.Link{}
	if access := sharing.AccessTo(p.tx, p.caller, at); access.Via == sharing.ViaLink {
		by, _ = p.tx.Link(p.tenant.ID, access.LinkID)
	}
	e := sharing.SyncEligibility(p.tx, first(directory.Addresses(p.tx, a.Account)), at, by, false, p.origin)
	w.NoSync = e.Reason
	if e.Eligible {
		w.NoSync, w.Sync = "", template.URL(e.ODOpen) //nolint:gosec // the address is built and escaped by package sharing
	}
}

func (p *page) shown(at drive.Place) shown {
	access := sharing.AccessTo(p.tx, p.caller, at)
	q := "?source=" + url.QueryEscape(placePath(p.request, at))
	w := shown{
		Name: placeName(at), Crumbs: p.crumbs(at), CanShare: p.caller.User.ID != "" && access.Role != "",
		Share:  p.webURL(at.Site) + "/_layouts/15/share.aspx" + q,
		Manage: p.webURL(at.Site) + "/_layouts/15/user.aspx" + q,
	}
	switch access.Role {
	case state.RoleOwner:
		w.Access = "full control"
	case state.RoleWrite:
		w.Access = "edit"
	case state.RoleRead:
		w.Access = "view"
	default:
		w.Access = "some of what is in it"
	}
	return w
}

// crumbs are the places above that the visitor may see.
func (p *page) crumbs(at drive.Place) []crumb {
	var up []crumb
	add := func(place drive.Place) bool {
		if sharing.AccessTo(p.tx, p.caller, place).Role == "" {
			return false
		}
		up = append([]crumb{{placeName(place), p.pageAddress(place)}}, up...)
		return true
	}
	for i := at.Item; i.ID != "" && !i.Root(); {
		parent, ok := p.tx.Item(p.tenant.ID, at.List.ID, i.ParentID)
		if !ok || !add(drive.Place{Site: at.Site, List: at.List, Item: parent}) {
			return up
		}
		i = parent
	}
	if at.List.ID != "" {
		add(drive.Place{Site: at.Site})
	}
	return up
}

// signInAddress leads to signing in here and back.
func (p *page) signInAddress(back string) string {
	return p.here("/_layouts/15/Authenticate.aspx") + "?Source=" + url.QueryEscape(back)
}

func (p *page) otherAddress(back string) string { return p.signInAddress(back) + "&other=1" }
