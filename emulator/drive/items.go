package drive

import (
	"io"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// Conflict says what happens when a name is taken.
type Conflict string

// The conflict behaviours.
const (
	Fail    Conflict = "fail"
	Replace Conflict = "replace"
	Rename  Conflict = "rename"
)

// AddLibrary makes a document library. It fails with NameExists.
func AddLibrary(tx *state.Tx, s state.Site, title, path string, by state.Actor) (state.List, error) {
	panic("skeleton")
}

// AddList makes a list that is no library (template 100 and others).
func AddList(tx *state.Tx, s state.Site, l state.List, by state.Actor) (state.List, error) {
	panic("skeleton")
}

// DefaultLibrary returns a site's default library.
func DefaultLibrary(tx *state.Tx, s state.Site) (state.List, bool) { panic("skeleton") }

// DriveID is b! and base64url of the site's, web's and list's GUIDs (graph.md 7.1).
func DriveID(s state.Site, l state.List) string { panic("skeleton") }

// FindDrive returns the library that a drive id names. It fails with ItemNotFound.
func FindDrive(tx *state.Tx, tenant, driveID string) (state.Site, state.List, error) {
	panic("skeleton")
}

// ItemID is the 34 characters of a drive item's id; the root's ends as graph.md 7.1 says.
func ItemID(l state.List, i state.Item) string { panic("skeleton") }

// FindItem returns a living item by drive item id ("root" too). It fails with ItemNotFound.
func FindItem(tx *state.Tx, l state.List, id string) (state.Item, error) { panic("skeleton") }

// Root returns a list's root folder.
func Root(tx *state.Tx, l state.List) state.Item { panic("skeleton") }

// ByPath returns the living item at a path below an item ("a/b.txt", leading slash allowed), names in any case. It fails
// with ItemNotFound.
func ByPath(tx *state.Tx, l state.List, from state.Item, path string) (state.Item, error) {
	panic("skeleton")
}

// Path is the item's path below the library's root: "" for the root, "a/b.txt".
func Path(tx *state.Tx, i state.Item) string { panic("skeleton") }

// ServerPath is the item's server-relative path: "/sites/x/Shared Documents/a/b.txt".
func ServerPath(tx *state.Tx, s state.Site, l state.List, i state.Item) string { panic("skeleton") }

// AtServerPath returns list and item at a server-relative path of a site; the zero item for the web itself or a list's
// parent. It fails with ItemNotFound.
func AtServerPath(tx *state.Tx, s state.Site, path string) (state.List, state.Item, error) {
	panic("skeleton")
}

// ETag and CTag are an item's tags as Graph writes them, quotes included.
func ETag(i state.Item) string { panic("skeleton") }

// CTag is the tag that changes with the content only.
func CTag(i state.Item) string { panic("skeleton") }

// AddFolder makes a folder. The name is checked as the service does. It fails with NameExists, NameInvalid or
// NotAFolder.
func AddFolder(tx *state.Tx, l state.List, parent state.Item, name string, c Conflict, by state.Actor) (state.Item, error) {
	panic("skeleton")
}

// EnsureFolder returns the folder at a path and makes what is missing on the way.
func EnsureFolder(tx *state.Tx, l state.List, path string, by state.Actor) (state.Item, error) {
	panic("skeleton")
}

// FileSpec is a file on its way in.
type FileSpec struct {
	Name                      string
	Content                   *state.Content
	Conflict                  Conflict
	FSCreatedAt, FSModifiedAt time.Time // zero: now
	Description               string
	IfMatch                   string // tag that must still be the file's, "" for none
	By                        state.Actor
}

// PutFile stores a file in a folder: a new one, or (Replace) a new version of the one that is there. created tells
// which. It fails with NameExists, NameInvalid, NotAFile, PreconditionFailed or QuotaExceeded.
func PutFile(tx *state.Tx, l state.List, parent state.Item, f FileSpec) (i state.Item, created bool, err error) {
	panic("skeleton")
}

// NewContent reads bytes to their end, hashing on the way; max bounds the size (0: none), more is TooLarge.
func NewContent(r io.Reader, max int64) (*state.Content, error) { panic("skeleton") }

// ContentReader reads content from an offset.
func ContentReader(c *state.Content, offset int64) io.Reader { panic("skeleton") }

// ItemChange is what PATCH can change; nil and zero members stay.
type ItemChange struct {
	Name                      *string
	Parent                    *state.Item // of the same list
	Description               *string
	FSCreatedAt, FSModifiedAt time.Time
	Fields                    map[string]any
	IfMatch                   string
	Conflict                  Conflict
	By                        state.Actor
}

// UpdateItem renames, moves and changes an item. It fails with NameExists, NameInvalid, RootNotChangeable,
// PreconditionFailed, MoveAcrossDrives.
func UpdateItem(tx *state.Tx, l state.List, i state.Item, c ItemChange) (state.Item, error) {
	panic("skeleton")
}

// DeleteItem moves an item with all below it to the recycle bin. It fails with RootNotChangeable, PreconditionFailed.
func DeleteItem(tx *state.Tx, l state.List, i state.Item, ifMatch string, by state.Actor) error {
	panic("skeleton")
}

// AddListItem adds an item to a list that is no library.
func AddListItem(tx *state.Tx, l state.List, fields map[string]any, by state.Actor) (state.Item, error) {
	panic("skeleton")
}
