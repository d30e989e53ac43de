package state

import (
	"iter"
	"time"

	"golang.org/x/text/unicode/norm"
)

// List is a library (a drive) or a list of a site.
type List struct {
	TenantID              string
	ID                    string // GUID
	SiteID                string
	WebID                 string
	Title                 string
	Description           string
	Path                  string // below the web: "Shared Documents", "Lists/Tasks"
	Template              int    // 101 library, 100 generic list
	Hidden                bool
	Default               bool    // the site's default library
	Prefix                [4]byte // of the item ids of this drive
	NextItemID            int
	Columns               []Column
	Broken                bool  // own permissions, the site's do not reach it
	Unique                bool  // own permissions that began with the site's, which still reach it
	Quota                 int64 // bytes; 0: the service's default
	Used                  int64
	CreatedAt, ModifiedAt time.Time
	CreatedBy             Actor
	DeletedAt             time.Time
	Seq                   uint64
}

// Library tells whether the list is a document library, that is a drive.
func (l List) Library() bool { return l.Template == 101 || l.Template == 700 }

// Column is a column of a list.
type Column struct {
	ID, Name, DisplayName, Description, Type string // Type: text, number, boolean, dateTime, choice, personOrGroup ...
	Required, Indexed, Hidden, ReadOnly      bool
	Choices                                  []string
}

// ItemKind tells files, folders and list items.
type ItemKind int

// The kinds of item.
const (
	Folder ItemKind = iota
	File
	ListItem
)

// Item is a file, a folder or a list item. The root folder of a list is an item too, without parent.
type Item struct {
	TenantID string
	SiteID   string
	ListID   string
	ID       string // GUID: UniqueId in SharePoint, inside the drive item's id in Graph
	Number   int    // list item id; 0 for the root
	ParentID string // "" for the root
	Name     string
	Kind     ItemKind

	Size               int64 // of a folder: everything below
	ChildCount         int
	Content            *Content
	MimeType           string
	Version            int       // major version of the content, from 1
	Versions           []Version // older ones, newest first
	ETag, CTag         int       // counters behind the tags
	Title, Description string
	Fields             map[string]any // columns of the list by name

	CreatedAt, ModifiedAt     time.Time // the service's
	CreatedBy, ModifiedBy     Actor
	FSCreatedAt, FSModifiedAt time.Time // what is shown: the client's, in whole seconds, or the service's
	Broken                    bool      // own permissions, those above do not reach it
	Unique                    bool      // own permissions that began with those above, which still reach it
	SharedSeq                 uint64    // change number of the last change to its permissions or links
	Left                      []Left    // folders that it was moved out of, oldest first
	Special                   string    // approot, documents ... of the OneDrive folder

	DeletedAt    time.Time // in the recycle bin
	DeletedBy    Actor
	DeletedWith  string // the folder that was deleted and took it along; "" if itself
	RecycleStage int    // 1 or 2
	RecycleID    string // id of the recycle bin entry
	Seq          uint64
}

// Root tells whether the item is its list's root folder.
func (i Item) Root() bool { return i.ParentID == "" }

// Left says that an item was moved out of a folder: a delta of that folder shows it as gone.
type Left struct {
	ParentID string
	Seq      uint64 // change number of the move
}

// Version is an older content of a file.
type Version struct {
	Number     int
	Content    *Content
	ModifiedAt time.Time
	ModifiedBy Actor
}

// Content is immutable bytes, shared by items, versions and forks.
type Content struct {
	Chunks   [][]byte
	Size     int64
	QuickXor [20]byte
}

// NameKey is the form under which names in a folder collide: NFC, case folded (pitfalls.md 3.D).
func NameKey(name string) string { return fold(norm.NFC.String(name)) }

// List returns a living list or library.
func (tx *Tx) List(tenant, id string) (List, bool) {
	l, ok := first[List](tx, tableLists, indexID, tenant, fold(id))
	if !ok || !l.DeletedAt.IsZero() {
		return List{}, false
	}
	return l, true
}

// Lists yields a site's lists, deleted ones included.
func (tx *Tx) Lists(tenant, site string) iter.Seq[List] {
	return each[List](tx, tableLists, indexSite, tenant, fold(site))
}

// ListByTitle returns a site's living list by title.
func (tx *Tx) ListByTitle(tenant, site, title string) (List, bool) {
	return first[List](tx, tableLists, indexName, tenant, fold(site), fold(title))
}

// ListByPath returns a site's living list by the path of its root folder below the web.
func (tx *Tx) ListByPath(tenant, site, path string) (List, bool) {
	return first[List](tx, tableLists, indexPath, tenant, fold(site), fold(path))
}

// PutList stores a list.
func (tx *Tx) PutList(l List) List {
	l.Seq = tx.NextSequence()
	put(tx, tableLists, l)
	return l
}

// Item returns an item, in the recycle bin or not.
func (tx *Tx) Item(tenant, list, id string) (Item, bool) {
	return first[Item](tx, tableItems, indexID, ident(tenant), ident(fold(list)), ident(fold(id)))
}

// ItemByName returns the living child of that name.
func (tx *Tx) ItemByName(tenant, list, parent, name string) (Item, bool) {
	for i := range each[Item](tx, tableItems, indexName, ident(tenant), ident(fold(list)), ident(fold(parent)), NameKey(name)) {
		return i, true
	}
	return Item{}, false
}

// ItemByNumber returns an item by its number in the list.
func (tx *Tx) ItemByNumber(tenant, list string, number int) (Item, bool) {
	return first[Item](tx, tableItems, indexNumber, ident(tenant), ident(fold(list)), number)
}

// Children yields the living children of a folder in name order.
func (tx *Tx) Children(tenant, list, parent string) iter.Seq[Item] {
	return each[Item](tx, tableItems, indexName, ident(tenant), ident(fold(list)), ident(fold(parent)))
}

// ChildrenFrom yields the living children of a folder from a name on.
func (tx *Tx) ChildrenFrom(tenant, list, parent, name string) iter.Seq[Item] {
	list, parent = fold(list), fold(parent)
	return within(from[Item](tx, tableItems, indexName, ident(tenant), ident(list), ident(parent), NameKey(name)), func(i Item) bool {
		return i.TenantID == tenant && i.ListID == list && i.ParentID == parent
	})
}

// Items yields every item of a list, those in the recycle bin included, by number.
func (tx *Tx) Items(tenant, list string) iter.Seq[Item] {
	return each[Item](tx, tableItems, indexNumber, ident(tenant), ident(fold(list)))
}

// ItemsFrom yields every item of a list from a number on.
func (tx *Tx) ItemsFrom(tenant, list string, number int) iter.Seq[Item] {
	list = fold(list)
	return within(from[Item](tx, tableItems, indexNumber, ident(tenant), ident(list), number), func(i Item) bool {
		return i.TenantID == tenant && i.ListID == list
	})
}

// ItemsSince yields the items of a list changed after a change number, in that order; those in the recycle bin included.
func (tx *Tx) ItemsSince(tenant, list string, seq uint64) iter.Seq[Item] {
	list = fold(list)
	return within(from[Item](tx, tableItems, indexSeq, ident(tenant), ident(list), seq+1), func(i Item) bool {
		return i.TenantID == tenant && i.ListID == list
	})
}

// RecycledItems yields a site's items in the recycle bin.
func (tx *Tx) RecycledItems(tenant, site string) iter.Seq[Item] {
	return each[Item](tx, tableItems, indexDeleted, ident(tenant), ident(fold(site)))
}

// PutItem stores an item under the next change number, so that a delta shows it.
func (tx *Tx) PutItem(i Item) Item {
	i.Seq = tx.NextSequence()
	put(tx, tableItems, i)
	return i
}

// KeepItem stores an item under its old change number, for upkeep that no delta shows (sizes and counts of folders).
func (tx *Tx) KeepItem(i Item) { put(tx, tableItems, i) }

// PurgeItem removes an item for good and leaves a tombstone. above are the folders that it was in, the nearest first.
func (tx *Tx) PurgeItem(i Item, above []string) {
	remove(tx, tableItems, i)
	typ := "folder"
	if i.Kind != Folder {
		typ = "file"
	}
	put(tx, tableTombstones, Tombstone{
		TenantID: i.TenantID, Container: i.ListID, ID: i.ID, Type: typ, Above: above, At: tx.Now(), Seq: tx.NextSequence(),
	})
}

// UploadSession is a file on its way in.
type UploadSession struct {
	ID                        string // the secret in the upload address (global: the address is all that a client shows)
	TenantID                  string
	ListID                    string
	ParentID                  string
	ItemID                    string // the file that is replaced, "" for a new one
	Name                      string
	Size                      int64 // as announced; -1: not yet
	Conflict                  string
	IfMatch                   string
	DeferCommit               bool
	FSCreatedAt, FSModifiedAt time.Time
	Description               string
	Actor                     Actor
	Received                  int64    // bytes so far, from the start on
	Register                  [20]byte // of the hash of these bytes
	Chunks                    [][]byte
	Complete                  bool   // all bytes are there, waiting for the commit
	Stub                      string // SharePoint's chunked upload: the upload id
	ExpiresAt                 time.Time
}

// UploadSession returns a session by its secret.
func (tx *Tx) UploadSession(id string) (UploadSession, bool) {
	return first[UploadSession](tx, tableUploads, indexID, id)
}

// PutUploadSession stores a session.
func (tx *Tx) PutUploadSession(u UploadSession) { put(tx, tableUploads, u) }

// DeleteUploadSession removes a session.
func (tx *Tx) DeleteUploadSession(u UploadSession) { remove(tx, tableUploads, u) }

// Operation is a long-running action that a client polls.
type Operation struct {
	ID                           string // secret in the monitor address (global, as the address needs no token)
	TenantID                     string
	Kind                         string // itemCopy
	Status                       string // inProgress, completed, failed
	ListID, ItemID               string // the result
	ErrorCode, ErrorMessage      string
	CreatedAt, DoneAt, ExpiresAt time.Time
}

// Operation returns a long-running action.
func (tx *Tx) Operation(id string) (Operation, bool) {
	return first[Operation](tx, tableOperations, indexID, id)
}

// PutOperation stores a long-running action.
func (tx *Tx) PutOperation(o Operation) { put(tx, tableOperations, o) }
