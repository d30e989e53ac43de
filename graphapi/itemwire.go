package graphapi

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireItem is a driveItem (graph.md 7.4).
type wireItem struct {
	DownloadURL   string           `json:"@microsoft.graph.downloadUrl,omitempty"`
	ContentURL    string           `json:"@content.downloadUrl,omitempty"` // the spelling of SharePoint hosts
	SharedChanged string           `json:"@microsoft.graph.sharedChanged,omitempty"`
	Created       *time.Time       `json:"createdDateTime,omitempty"`
	ETag          string           `json:"eTag,omitempty"`
	ID            string           `json:"id"`
	Modified      *time.Time       `json:"lastModifiedDateTime,omitempty"`
	Name          string           `json:"name,omitempty"`
	Description   string           `json:"description,omitempty"`
	WebURL        string           `json:"webUrl,omitempty"`
	CTag          string           `json:"cTag,omitempty"`
	Size          *int64           `json:"size,omitempty"`
	CreatedBy     *wireIdentitySet `json:"createdBy,omitempty"`
	ModifiedBy    *wireIdentitySet `json:"lastModifiedBy,omitempty"`
	Parent        *wireParent      `json:"parentReference,omitempty"`
	FileSystem    *wireFileSystem  `json:"fileSystemInfo,omitempty"`
	File          *wireFile        `json:"file,omitempty"`
	Folder        *wireFolder      `json:"folder,omitempty"`
	Image         *wireImage       `json:"image,omitempty"`
	Root          *empty           `json:"root,omitempty"`
	SpecialFolder *wireSpecial     `json:"specialFolder,omitempty"`
	Shared        *wireShared      `json:"shared,omitempty"`
	Deleted       *wireDeleted     `json:"deleted,omitempty"`
	RemoteItem    *wireRemoteItem  `json:"remoteItem,omitempty"`
	SearchResult  *empty           `json:"searchResult,omitempty"`
	SharePointIDs *wireIDs         `json:"sharepointIds,omitempty" odata:"select"`
	Children      []wireItem       `json:"children,omitempty" odata:"expand"`
	Thumbnails    []wireThumbnails `json:"thumbnails,omitempty" odata:"expand"`
	Versions      []wireVersion    `json:"versions,omitempty" odata:"expand"`
	ListItem      *wireListItem    `json:"listItem,omitempty" odata:"expand"`
}

type empty struct{}

type wireIdentitySet struct {
	Application *wireIdentity `json:"application,omitempty"`
	User        *wireIdentity `json:"user,omitempty"`
	Group       *wireIdentity `json:"group,omitempty"`
}

type wireIdentity struct {
	Email       string `json:"email,omitempty"`
	ID          string `json:"id,omitempty"`
	DisplayName string `json:"displayName"`
}

type wireParent struct {
	DriveType string `json:"driveType,omitempty"`
	DriveID   string `json:"driveId,omitempty"`
	ID        string `json:"id,omitempty"`
	Name      string `json:"name,omitempty"`
	Path      string `json:"path,omitempty"`
	SiteID    string `json:"siteId,omitempty"`
}

type wireFileSystem struct {
	Created  time.Time `json:"createdDateTime"`
	Modified time.Time `json:"lastModifiedDateTime"`
}

type wireFile struct {
	MimeType string      `json:"mimeType,omitempty"`
	Hashes   *wireHashes `json:"hashes,omitempty"`
}

type wireHashes struct {
	QuickXor string `json:"quickXorHash"`
}

type wireFolder struct {
	ChildCount int `json:"childCount"`
}

type wireImage struct {
	Height int `json:"height,omitempty"`
	Width  int `json:"width,omitempty"`
}

type wireSpecial struct {
	Name string `json:"name"`
}

type wireShared struct {
	Scope  string           `json:"scope"`
	Owner  *wireIdentitySet `json:"owner,omitempty"`
	Shared *time.Time       `json:"sharedDateTime,omitempty"`
	By     *wireIdentitySet `json:"sharedBy,omitempty"`
}

type wireDeleted struct {
	State string `json:"state"`
}

// wireRemoteItem is what an item of another drive shows.
type wireRemoteItem struct {
	ID            string           `json:"id"`
	Name          string           `json:"name"`
	Size          int64            `json:"size"`
	WebURL        string           `json:"webUrl"`
	Created       time.Time        `json:"createdDateTime"`
	Modified      time.Time        `json:"lastModifiedDateTime"`
	CreatedBy     *wireIdentitySet `json:"createdBy,omitempty"`
	ModifiedBy    *wireIdentitySet `json:"lastModifiedBy,omitempty"`
	File          *wireFile        `json:"file,omitempty"`
	Folder        *wireFolder      `json:"folder,omitempty"`
	FileSystem    *wireFileSystem  `json:"fileSystemInfo,omitempty"`
	Parent        *wireParent      `json:"parentReference,omitempty"`
	Shared        *wireShared      `json:"shared,omitempty"`
	SharePointIDs *wireIDs         `json:"sharepointIds,omitempty"`
}

type wireIDs struct {
	ListID     string `json:"listId,omitempty"`
	ListItemID string `json:"listItemId,omitempty"`
	UniqueID   string `json:"listItemUniqueId,omitempty"`
	SiteID     string `json:"siteId"`
	SiteURL    string `json:"siteUrl"`
	TenantID   string `json:"tenantId"`
	WebID      string `json:"webId"`
}

// itemWriter writes items of one list. What they have in common is worked out once.
type itemWriter struct {
	r       *request
	site    state.Site
	list    state.List
	prefix  string
	host    links.SiteHost
	driveID string
	server  string             // of the site's host
	address string             // of the library
	siteURL string             // of the site
	folders map[string]*folder // by id
	tickets *drive.Tickets
	scratch []byte
	told    bool            // as a delta tells it: without cTag, lastModifiedBy and the parent's path
	sharing map[string]bool // items with links or grants of their own, where sharedAhead found them; else nil
}

// folder is what the items in a folder have in common.
type folder struct {
	id      string // as a drive item's
	path    string // "" for the root
	full    string // the path as a parent reference has it
	name    string
	address string
}

func (r *request) writer(s state.Site, l state.List) *itemWriter {
	w := &itemWriter{
		r: r, site: s, list: l, host: links.HostOf(s.Personal), driveID: drive.DriveID(s, l),
		folders: map[string]*folder{}, tickets: drive.NewTickets(r.tx, l),
	}
	t, _ := r.tx.Tenant(s.TenantID)
	w.prefix = t.SharePointPrefix()
	w.server, w.siteURL = r.origin.SharePoint(w.prefix, w.host), r.origin.Site(w.prefix, s.Personal, s.Path)
	w.address = w.server + links.EscapePath(drive.ListPath(s, l))
	return w
}

// itemWire is an item as GET answers it.
func (r *request) itemWire(p drive.Place) wireItem { return r.writer(p.Site, p.List).item(p.Item) }

// folder is the folder that an item is in.
func (w *itemWriter) folder(i *state.Item) *folder {
	if f, ok := w.folders[i.ParentID]; ok {
		return f
	}
	f := &folder{id: drive.ItemID(w.list, state.Item{ID: i.ParentID}), name: w.list.Title, address: w.address}
	if parent, found := drive.Parent(w.r.tx, *i); found {
		f.path = drive.Path(w.r.tx, parent)
	}
	f.full = "/drives/" + w.driveID + "/root:"
	if f.path != "" {
		f.full += "/" + f.path
		f.name = f.path[strings.LastIndexByte(f.path, '/')+1:]
		f.address += links.EscapePath("/" + f.path)
	}
	w.folders[i.ParentID] = f
	return f
}

// itemParts are the objects within an item that most items have, in one piece of memory.
type itemParts struct {
	created, modified     time.Time
	size                  int64
	createdBy, modifiedBy identityParts
	parent                wireParent
	fileSystem            wireFileSystem
	file                  wireFile
	hashes                wireHashes
	folder                wireFolder
	ids                   wireIDs
}

func (w *itemWriter) item(i state.Item) (v wireItem) {
	w.write(&v, new(itemParts), &i)
	return v
}

// write makes v the item, its parts in p.
func (w *itemWriter) write(v *wireItem, p *itemParts, i *state.Item) {
	p.created, p.modified, p.size = i.FSCreatedAt, i.FSModifiedAt, i.Size
	p.fileSystem = wireFileSystem{i.FSCreatedAt, i.FSModifiedAt}
	w.parent(&p.parent, i)
	w.identify(&p.ids, i)
	*v = wireItem{
		Created: &p.created, ETag: drive.ETag(*i), ID: drive.ItemID(w.list, *i), Modified: &p.modified, Name: i.Name,
		Description: i.Description, WebURL: w.webURL(i), Size: &p.size, CreatedBy: p.createdBy.of(&i.CreatedBy),
		Parent: &p.parent, FileSystem: &p.fileSystem, Shared: w.shared(i), SharePointIDs: &p.ids,
	}
	if !w.told {
		v.CTag, v.ModifiedBy = drive.CTag(*i), p.modifiedBy.of(&i.ModifiedBy)
	}
	switch {
	case i.Root():
		p.folder.ChildCount = i.ChildCount
		v.Root, v.Folder = &empty{}, &p.folder
	case i.Kind == state.Folder:
		p.folder.ChildCount = i.ChildCount
		v.Folder = &p.folder
	case i.Kind == state.File:
		w.file(v, p, i)
	}
	if i.Special != "" {
		v.SpecialFolder = &wireSpecial{i.Special}
	}
}

func (w *itemWriter) file(v *wireItem, p *itemParts, i *state.Item) {
	p.file = wireFile{MimeType: i.MimeType}
	if i.Content != nil {
		p.hashes.QuickXor = base64.StdEncoding.EncodeToString(i.Content.QuickXor[:])
		p.file.Hashes = &p.hashes
	}
	v.File = &p.file
	v.DownloadURL = w.download(i, 0)
	if w.r.sharePoint() {
		v.ContentURL = v.DownloadURL
	}
	if strings.HasPrefix(i.MimeType, "image/") {
		v.Image = &wireImage{}
	}
}

func (w *itemWriter) download(i *state.Item, version int) string {
	w.scratch = w.tickets.Append(links.AppendDownload(w.scratch[:0], w.server, i.Name), i.ID, version)
	return string(w.scratch)
}

func (w *itemWriter) webURL(i *state.Item) string {
	if i.Root() {
		return w.address
	}
	return w.folder(i).address + links.EscapePath("/"+i.Name)
}

// driveType is business for a OneDrive, documentLibrary for the rest.
func driveType(s state.Site) string {
	if s.Personal {
		return "business"
	}
	return "documentLibrary"
}

func (w *itemWriter) parent(p *wireParent, i *state.Item) {
	*p = wireParent{DriveType: driveType(w.site), DriveID: w.driveID, SiteID: w.site.ID}
	if i.Root() {
		return
	}
	in := w.folder(i)
	p.ID, p.Name, p.Path = in.id, in.name, in.full
	if w.told && !w.r.tenant.KnownIssues.DeltaPaths {
		p.Path = ""
	}
}

func (w *itemWriter) ids(i state.Item) *wireIDs {
	ids := &wireIDs{}
	w.identify(ids, &i)
	return ids
}

func (w *itemWriter) identify(ids *wireIDs, i *state.Item) {
	*ids = wireIDs{
		ListID: w.list.ID, UniqueID: i.ID, SiteID: w.site.ID, TenantID: w.site.TenantID, WebID: w.site.WebID, SiteURL: w.siteURL,
	}
	if i.Number > 0 {
		ids.ListItemID = decimal(i.Number)
	}
}

// sharedAhead finds out at one look which items of the site have links or grants of their own, for whoever writes many. A
// site with many is asked item by item.
func (w *itemWriter) sharedAhead() {
	left, found := 200, map[string]bool{}
	for l := range w.r.tx.LinksAt(w.site.TenantID, w.site.ID) {
		if left--; left < 0 {
			return
		}
		found[l.On.ItemID] = true
	}
	for p := range w.r.tx.PermissionsAt(w.site.TenantID, w.site.ID) {
		if left--; left < 0 {
			return
		}
		found[p.On.ItemID] = true
	}
	w.sharing = found
}

// shared tells with whom an item is shared by links or grants of its own; nil where it is not.
func (w *itemWriter) shared(i *state.Item) *wireShared {
	if i.Root() || w.sharing != nil && !w.sharing[i.ID] {
		return nil
	}
	on := state.Securable{SiteID: w.site.ID, ListID: w.list.ID, ItemID: i.ID}
	var s *wireShared
	for l := range w.r.tx.LinksOn(i.TenantID, on) {
		s = wider(s, string(l.Scope), l.CreatedAt, l.CreatedBy)
	}
	for p := range w.r.tx.PermissionsOn(i.TenantID, on) {
		if p.To != state.ToSiteGroup {
			s = wider(s, string(state.LinkUsers), p.CreatedAt, p.GrantedBy)
		}
	}
	if s != nil {
		s.Owner = identitySet(i.CreatedBy)
	}
	return s
}

// wider keeps the widest scope: anonymous before organization before users.
func wider(s *wireShared, scope string, at time.Time, by state.Actor) *wireShared {
	order := map[string]int{string(state.LinkUsers): 1, string(state.LinkOrganization): 2, string(state.LinkAnonymous): 3}
	if s != nil && order[s.Scope] >= order[scope] {
		return s
	}
	return &wireShared{Scope: scope, Shared: &at, By: identitySet(by)}
}

// identitySet is who did something; the service itself has a name too.
func identitySet(a state.Actor) *wireIdentitySet { return new(identityParts).of(&a) }

// identityParts are an identity set and who is in it, in one piece of memory.
type identityParts struct {
	set wireIdentitySet
	one wireIdentity
}

func (p *identityParts) of(a *state.Actor) *wireIdentitySet {
	p.set = wireIdentitySet{User: &p.one}
	switch {
	case a.UserID != "" || a.Email != "":
		p.one = wireIdentity{Email: a.Email, ID: a.UserID, DisplayName: a.Name}
	case a.AppID != "":
		p.one = wireIdentity{ID: a.AppID, DisplayName: a.Name}
		p.set = wireIdentitySet{Application: &p.one}
	default:
		p.one = wireIdentity{DisplayName: "System Account"}
	}
	return &p.set
}

// remote is an item as another drive shows it.
func (w *itemWriter) remote(i state.Item) *wireRemoteItem {
	v := w.item(i)
	return &wireRemoteItem{
		ID: v.ID, Name: v.Name, Size: *v.Size, WebURL: v.WebURL, Created: *v.Created, Modified: *v.Modified, CreatedBy: v.CreatedBy,
		ModifiedBy: v.ModifiedBy, File: v.File, Folder: v.Folder, FileSystem: v.FileSystem, Parent: v.Parent, Shared: v.Shared,
		SharePointIDs: v.SharePointIDs,
	}
}
