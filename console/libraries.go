package console

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func libraryPages() []page {
	actions := map[string]func(*call) (done, error){"upload": upload, "folder": newFolder, "rename": renameItem, "delete": deleteItem}
	return []page{
		{Path: "/o/{tenant}/sites", Title: "Sites and libraries", Nav: nav{Label: "Sites", In: ofOrganisation, Order: 20}, show: showSites},
		{Path: "/o/{tenant}/sites/{site}", Title: "Site", show: showSite},
		{Path: "/o/{tenant}/drives/{list}", Title: "Library", show: showItem, actions: actions},
		{Path: "/o/{tenant}/drives/{list}/{item}", Title: "Folder", show: showItem, actions: actions},
		{Path: "/o/{tenant}/drives/{list}/{item}/content", Title: "Content", show: download},
	}
}

// siteRow is a site in the list of sites.
type siteRow struct {
	Title, Path, URL, Level, Role, Owner string
	Personal                             bool
	Guests                               int // people from outside in its user list
}

func showSites(c *call) (reply, error) {
	var team, personal []siteRow
	for s := range c.tx.Sites(c.tenant.ID) {
		if !s.DeletedAt.IsZero() {
			continue
		}
		r := siteRow{
			Title: cmp.Or(s.Title, s.Path), Path: s.Path, URL: c.pathOf(drive.Place{Site: s}), Level: levelLabel(sharing.EffectiveLevel(c.tenant, s)),
			Role: string(sharing.AccessTo(c.tx, c.who, drive.Place{Site: s}).Role), Personal: s.Personal,
		}
		for u := range c.tx.SiteUsers(c.tenant.ID, s.ID) {
			if o, ok := c.tx.User(c.tenant.ID, u.ObjectID); ok && !u.Removed && o.External() {
				r.Guests++
			}
		}
		if o, ok := c.tx.User(c.tenant.ID, s.OwnerID); ok {
			r.Owner = o.DisplayName
		}
		if s.Personal {
			personal = append(personal, r)
		} else {
			team = append(team, r)
		}
	}
	byTitle := func(a, b siteRow) int { return cmp.Compare(state.NameKey(a.Title), state.NameKey(b.Title)) }
	slices.SortFunc(team, byTitle)
	slices.SortFunc(personal, byTitle)
	return view{Template: "sites", Data: struct {
		Team, Personal []siteRow
		Curl           string
	}{team, personal, c.graph(http.MethodGet, "/v1.0/sites?search=*", nil).String()}}, nil
}

// sitePage is one site: its libraries, its people.
type sitePage struct {
	spot
	Address    string
	Level      string
	Template   string
	Libraries  []row
	Groups     []siteGroup
	Bin, Sync  string
	NoEntry    string // why the acting person may not enter
	Visible    bool
	Properties string // curl
}

type siteGroup struct {
	Title   string
	Members []string
}

func showSite(c *call) (reply, error) {
	at, err := c.place()
	if err != nil {
		return nil, err
	}
	p := sitePage{
		spot: c.spot(at, sharing.AccessTo(c.tx, c.who, at)), Address: c.siteAddress(at.Site), Level: levelLabel(sharing.EffectiveLevel(c.tenant, at.Site)), Template: at.Site.Template,
		Bin: c.pathOf(at) + "/bin", Properties: c.sharePoint(http.MethodGet, c.siteAddress(at.Site), "/_api/web", nil).String(),
	}
	p.Visible = sharing.Enters(c.tx, c.who, at.Site)
	for _, l := range drive.Lists(c.tx, at.Site) {
		if l.Hidden || !l.Library() {
			continue
		}
		lib := drive.Place{Site: at.Site, List: l, Item: drive.Root(c.tx, l)}
		if a := sharing.AccessTo(c.tx, c.who, lib); a.Role != "" || p.Visible {
			p.Libraries = append(p.Libraries, row{Name: l.Title, URL: c.pathOf(lib), Share: c.pageOf(lib, "share"), Modified: l.ModifiedAt, Folder: true, Size: l.Used})
		}
	}
	if p.Visible {
		p.Groups = c.siteGroups(at.Site)
	}
	return view{Template: "site", Title: p.Name, Data: p}, nil
}

func (c *call) siteGroups(s state.Site) []siteGroup {
	var list []siteGroup
	for g := range c.tx.SiteGroups(c.tenant.ID, s.ID) {
		if g.LinkID != "" || g.Hidden {
			continue
		}
		row := siteGroup{Title: g.Title}
		for _, id := range g.MemberIDs {
			if u, ok := c.tx.SiteUser(c.tenant.ID, s.ID, id); ok && !u.Removed {
				row.Members = append(row.Members, u.Title)
			}
		}
		list = append(list, row)
	}
	return list
}

// row is a line of a folder.
type row struct {
	ID, Name, URL, Share, By, Content string
	Modified                          time.Time
	Size                              int64
	Folder, Unique                    bool
	Exposed                           string // how it is seen from outside
}

// folderPage is a folder, or the page of a file.
type folderPage struct {
	spot
	Rows        []row
	More        int
	File        row
	MimeType    string
	Versions    []version
	MayWrite    bool
	ListCurl    string
	UploadCurl  string
	ContentCurl string
}

type version struct {
	Number int
	At     time.Time
	By     string
	Size   int64
}

func showItem(c *call) (reply, error) {
	at, err := c.place()
	if err != nil {
		return nil, err
	}
	may := sharing.AccessTo(c.tx, c.who, at)
	if err := may.Require(state.RoleRead); err != nil {
		return nil, c.closed(at, err)
	}
	p := folderPage{spot: c.spot(at, may)}
	p.MayWrite = state.Role(p.Role).Rank() >= state.RoleWrite.Rank()
	if at.Item.Kind == state.Folder {
		return c.showFolder(at, p)
	}
	p.File = c.rowOf(at)
	p.MimeType = at.Item.MimeType
	for _, v := range drive.Versions(at.Item) {
		p.Versions = append(p.Versions, version{v.Number, v.ModifiedAt, v.ModifiedBy.Name, v.Content.Size})
	}
	p.ContentCurl = c.graph(http.MethodGet, itemCall(at)+"/content", nil).String()
	return view{Template: "file", Title: p.Name, Data: p}, nil
}

// closed says in whose name a place is closed: the presenter can act as somebody else.
func (c *call) closed(at drive.Place, err error) error {
	e := problem.As(err)
	who := c.who.User.DisplayName
	text := who + " has no access to " + placeName(at) + "."
	if cause := problem.As(e.Err); e.Err != nil && cause.Detail != "" {
		text += " " + cause.Detail + "."
	}
	return &problem.Error{Kind: e.Kind, Reason: e.Reason, Target: e.Target, Detail: text + " Act as somebody else to see it."}
}

func (c *call) showFolder(at drive.Place, p folderPage) (reply, error) {
	v := sharing.ViewOf(c.tx, c.who, at.Site)
	for i := range c.tx.Children(c.tenant.ID, at.List.ID, at.Item.ID) {
		child := drive.Place{Site: at.Site, List: at.List, Item: i}
		if v.Access(child).Role == "" {
			continue
		}
		if len(p.Rows) >= mostListed {
			p.More++
			continue
		}
		p.Rows = append(p.Rows, c.rowOf(child))
	}
	slices.SortStableFunc(p.Rows, func(a, b row) int {
		if a.Folder != b.Folder {
			if a.Folder {
				return -1
			}
			return 1
		}
		return cmp.Compare(state.NameKey(a.Name), state.NameKey(b.Name))
	})
	p.ListCurl = c.graph(http.MethodGet, itemCall(at)+"/children", nil).String()
	up := c.graph(http.MethodPut, itemCall(at)+":/Report.txt:/content", nil)
	up.Upload = "Report.txt"
	p.UploadCurl = up.String()
	return view{Template: "folder", Title: p.Name, Data: p}, nil
}

func (c *call) rowOf(at drive.Place) row {
	i := at.Item
	r := row{
		ID: i.ID, Name: i.Name, URL: c.pathOf(at), Share: c.pageOf(at, "share"), By: i.ModifiedBy.Name, Modified: i.ModifiedAt, Size: i.Size,
		Folder: i.Kind == state.Folder, Unique: sharing.Unique(at), Content: c.pageOf(at, "content"),
	}
	switch e := sharing.ExposureOf(c.tx, at); {
	case e.Anonymous:
		r.Exposed = "anyone with the link"
	case e.External:
		r.Exposed = "people outside"
	}
	return r
}

// download answers a file's content, as a file to be kept whatever it is: nothing of it runs here.
func download(c *call) (reply, error) {
	at, err := c.place()
	if err != nil {
		return nil, err
	}
	if err := sharing.RequireContent(c.tx, c.who, at); err != nil {
		return nil, c.closed(at, err)
	}
	if at.Item.Kind != state.File {
		return nil, problem.New(problem.Invalid, problem.NotAFile, "This is no file.")
	}
	return file{Name: at.Item.Name, Type: "application/octet-stream", Content: drive.ContentReader(at.Item.Content, 0)}, nil
}

// writable is the place of the path, where the acting person may write.
func (c *call) writable() (drive.Place, error) {
	at, err := c.place()
	if err != nil {
		return at, err
	}
	if err := sharing.Require(c.tx, c.who, at, state.RoleWrite); err != nil {
		return at, c.closed(at, err)
	}
	return at, nil
}

func upload(c *call) (done, error) {
	at, err := c.writable()
	if err != nil {
		return done{}, err
	}
	if c.r.MultipartForm == nil || len(c.r.MultipartForm.File["file"]) == 0 || c.r.MultipartForm.File["file"][0].Filename == "" {
		return done{}, problem.For(problem.Invalid, problem.MissingProperty, "file", "Choose a file first.")
	}
	n, name, conflict := 0, "", drive.Replace
	if c.field("conflict") == "rename" {
		conflict = drive.Rename
	}
	for _, h := range c.r.MultipartForm.File["file"] {
		f, err := h.Open()
		if err != nil {
			return done{}, err
		}
		content, err := drive.NewContent(f, maxForm)
		f.Close()
		if err != nil {
			return done{}, err
		}
		i, _, err := drive.PutFile(c.tx, at.List, at.Item, drive.FileSpec{Name: h.Filename, Content: content, Conflict: conflict, By: c.who.Actor()})
		if err != nil {
			return done{}, err
		}
		n, name = n+1, i.Name
	}
	k := c.graph(http.MethodPut, itemCall(at)+":"+links.EscapePath("/"+name)+":/content", nil)
	k.Upload = name
	return done{Say: count(n, "file was", "files were") + " uploaded.", Curl: k}, nil
}

func newFolder(c *call) (done, error) {
	at, err := c.writable()
	if err != nil {
		return done{}, err
	}
	i, err := drive.AddFolder(c.tx, at.List, at.Item, c.field("name"), drive.Fail, c.who.Actor())
	return done{Say: "The folder " + i.Name + " was made.", Curl: c.graph(http.MethodPost, itemCall(at)+"/children", struct {
		Name   string   `json:"name"`
		Folder struct{} `json:"folder"`
	}{Name: c.field("name")})}, err
}

func renameItem(c *call) (done, error) {
	at, err := c.writable()
	if err != nil {
		return done{}, err
	}
	name := c.field("name")
	_, err = drive.UpdateItem(c.tx, at.List, at.Item, drive.ItemChange{Name: &name, By: c.who.Actor()})
	return done{Say: "The new name is " + name + ".", Curl: c.graph(http.MethodPatch, itemCall(at), struct {
		Name string `json:"name"`
	}{name})}, err
}

func deleteItem(c *call) (done, error) {
	at, err := c.writable()
	if err != nil {
		return done{}, err
	}
	parent, _ := drive.Parent(c.tx, at.Item)
	up := c.pathOf(drive.Place{Site: at.Site, List: at.List, Item: parent})
	err = drive.DeleteItem(c.tx, at.List, at.Item, "", c.who.Actor())
	return done{Say: at.Item.Name + " is in the recycle bin.", To: up, Curl: c.graph(http.MethodDelete, itemCall(at), nil)}, err
}
