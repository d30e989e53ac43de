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
	address string            // of the library
	paths   map[string]string // of folders, by id
}

func (r *request) writer(s state.Site, l state.List) *itemWriter {
	w := &itemWriter{r: r, site: s, list: l, host: links.HostOf(s.Personal), driveID: drive.DriveID(s, l), paths: map[string]string{}}
	t, _ := r.tx.Tenant(s.TenantID)
	w.prefix = t.SharePointPrefix()
	w.address = r.origin.SharePoint(w.prefix, w.host) + links.EscapePath(drive.ListPath(s, l))
	return w
}

// itemWire is an item as GET answers it.
func (r *request) itemWire(p drive.Place) wireItem { return r.writer(p.Site, p.List).item(p.Item) }

// folderPath is the path of the folder that an item is in, "" for the root.
func (w *itemWriter) folderPath(i state.Item) string {
	path, ok := w.paths[i.ParentID]
	if !ok {
		if parent, found := drive.Parent(w.r.tx, i); found {
			path = drive.Path(w.r.tx, parent)
		}
		w.paths[i.ParentID] = path
	}
	return path
}

func (w *itemWriter) item(i state.Item) wireItem {
	size := i.Size
	v := wireItem{
		Created: &i.CreatedAt, ETag: drive.ETag(i), ID: drive.ItemID(w.list, i), Modified: &i.ModifiedAt, Name: i.Name,
		Description: i.Description, WebURL: w.webURL(i), CTag: drive.CTag(i), Size: &size,
		CreatedBy: identitySet(i.CreatedBy), ModifiedBy: identitySet(i.ModifiedBy), Parent: w.parent(i),
		FileSystem: &wireFileSystem{i.FSCreatedAt, i.FSModifiedAt}, Shared: w.shared(i), SharePointIDs: w.ids(i),
	}
	switch {
	case i.Root():
		v.Root, v.Folder = &empty{}, &wireFolder{i.ChildCount}
	case i.Kind == state.Folder:
		v.Folder = &wireFolder{i.ChildCount}
	case i.Kind == state.File:
		v.File = fileFacet(i)
		v.DownloadURL = w.download(i, 0)
		if w.r.sharePoint() {
			v.ContentURL = v.DownloadURL
		}
		if strings.HasPrefix(i.MimeType, "image/") {
			v.Image = &wireImage{}
		}
	}
	if i.Special != "" {
		v.SpecialFolder = &wireSpecial{i.Special}
	}
	return v
}

func fileFacet(i state.Item) *wireFile {
	f := &wireFile{MimeType: i.MimeType}
	if i.Content != nil {
		f.Hashes = &wireHashes{base64.StdEncoding.EncodeToString(i.Content.QuickXor[:])}
	}
	return f
}

func (w *itemWriter) download(i state.Item, version int) string {
	return w.r.origin.Download(w.prefix, w.host, i.Name, drive.VersionTicket(w.r.tx, w.list, i, version))
}

func (w *itemWriter) webURL(i state.Item) string {
	if i.Root() {
		return w.address
	}
	path := "/" + i.Name
	if above := w.folderPath(i); above != "" {
		path = "/" + above + path
	}
	return w.address + links.EscapePath(path)
}

// driveType is business for a OneDrive, documentLibrary for the rest.
func driveType(s state.Site) string {
	if s.Personal {
		return "business"
	}
	return "documentLibrary"
}

func (w *itemWriter) parent(i state.Item) *wireParent {
	p := &wireParent{DriveType: driveType(w.site), DriveID: w.driveID, SiteID: w.site.ID}
	if i.Root() {
		return p
	}
	p.Path = "/drives/" + w.driveID + "/root:"
	p.ID = drive.ItemID(w.list, state.Item{ID: i.ParentID})
	if above := w.folderPath(i); above != "" {
		p.Path += "/" + above
		p.Name = above[strings.LastIndexByte(above, '/')+1:]
	} else {
		p.Name = w.list.Title
	}
	return p
}

func (w *itemWriter) ids(i state.Item) *wireIDs {
	ids := &wireIDs{
		ListID: w.list.ID, UniqueID: i.ID, SiteID: w.site.ID, TenantID: w.site.TenantID, WebID: w.site.WebID,
		SiteURL: w.r.origin.Site(w.prefix, w.site.Personal, w.site.Path),
	}
	if i.Number > 0 {
		ids.ListItemID = decimal(i.Number)
	}
	return ids
}

// shared tells with whom an item is shared by links or grants of its own; nil where it is not.
func (w *itemWriter) shared(i state.Item) *wireShared {
	if i.Root() {
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

// identitySet is who did something; nil for the service itself.
func identitySet(a state.Actor) *wireIdentitySet {
	switch {
	case a.UserID != "" || a.Email != "":
		return &wireIdentitySet{User: &wireIdentity{Email: a.Email, ID: a.UserID, DisplayName: a.Name}}
	case a.AppID != "":
		return &wireIdentitySet{Application: &wireIdentity{ID: a.AppID, DisplayName: a.Name}}
	}
	return &wireIdentitySet{User: &wireIdentity{DisplayName: "System Account"}}
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
