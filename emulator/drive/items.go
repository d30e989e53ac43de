package drive

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
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

// keptVersions is how many older versions of a file are kept: a library's default.
const keptVersions = 500

func newItem(tx *state.Tx, l state.List, parent state.Item, name string, kind state.ItemKind, by state.Actor) state.Item {
	now := tx.Now()
	shown := seconds(now)
	return state.Item{
		TenantID: l.TenantID, SiteID: l.SiteID, ListID: l.ID, ID: tx.NewID(), ParentID: parent.ID, Name: name, Kind: kind,
		ETag: 1, CreatedAt: now, ModifiedAt: now, CreatedBy: by, ModifiedBy: by, FSCreatedAt: shown, FSModifiedAt: shown,
	}
}

// insert gives a new item its number in the list, stores it, and keeps its folders' sizes and counts.
func insert(tx *state.Tx, i state.Item) state.Item {
	l, ok := tx.List(i.TenantID, i.ListID)
	if ok {
		i.Number = l.NextItemID
		l.NextItemID++
		l.Used += i.Size
		l.ModifiedAt = tx.Now()
		tx.PutList(l)
	}
	i = tx.PutItem(i)
	grow(tx, i, i.Size, 1)
	return i
}

// grow adds to the sizes of all folders above an item and to the child count of the nearest. No delta shows it: what a
// folder holds is no change of the folder.
func grow(tx *state.Tx, i state.Item, size int64, children int) {
	for p, ok := Parent(tx, i); ok; p, ok = Parent(tx, p) {
		p.Size += size
		p.ChildCount += children
		tx.KeepItem(p)
		if size == 0 {
			return
		}
		children = 0
	}
}

// use adds to what a library has stored.
func use(tx *state.Tx, i state.Item, size int64) {
	if l, ok := tx.List(i.TenantID, i.ListID); ok && size != 0 {
		l.Used += size
		tx.PutList(l)
	}
}

func nameTaken(name string) error {
	return problem.For(problem.Conflict, problem.NameExists, name, "An item with the same name already exists under the parent.")
}

func notAFolder(i state.Item) error {
	return problem.For(problem.Invalid, problem.NotAFolder, i.Name, "The item is not a folder.")
}

// alive reads a folder anew and checks that it can take children.
func alive(tx *state.Tx, i state.Item) (state.Item, error) {
	p, ok := tx.Item(i.TenantID, i.ListID, i.ID)
	if !ok || !p.DeletedAt.IsZero() {
		return state.Item{}, problem.For(problem.NotFound, problem.ItemNotFound, i.Name, "The resource could not be found.")
	}
	if p.Kind != state.Folder {
		return state.Item{}, notAFolder(p)
	}
	return p, nil
}

// AddFolder makes a folder; where Replace meets a folder of that name, that one is returned. It fails with NameExists,
// NameInvalid or NotAFolder.
func AddFolder(tx *state.Tx, l state.List, parent state.Item, name string, c Conflict, by state.Actor) (state.Item, error) {
	parent, err := alive(tx, parent)
	if err != nil {
		return state.Item{}, err
	}
	if err := checkPlace(tx, l, parent, name, true); err != nil {
		return state.Item{}, err
	}
	if there, taken := tx.ItemByName(l.TenantID, l.ID, parent.ID, name); taken {
		switch {
		case c == Rename:
			name = freeName(tx, l, parent, name, true)
		case c == Replace && there.Kind == state.Folder:
			return there, nil
		default:
			return state.Item{}, nameTaken(name)
		}
	}
	return insert(tx, newItem(tx, l, parent, name, state.Folder, by)), nil
}

// EnsureFolder returns the folder at a path and makes what is missing on the way. It fails with NameInvalid or NotAFolder.
func EnsureFolder(tx *state.Tx, l state.List, path string, by state.Actor) (state.Item, error) {
	at := Root(tx, l)
	for name := range strings.SplitSeq(path, "/") {
		if name == "" {
			continue
		}
		next, ok := tx.ItemByName(l.TenantID, l.ID, at.ID, name)
		if !ok {
			var err error
			if next, err = AddFolder(tx, l, at, name, Fail, by); err != nil {
				return state.Item{}, err
			}
		}
		if next.Kind != state.Folder {
			return state.Item{}, notAFolder(next)
		}
		at = next
	}
	return at, nil
}

// FileSpec is a file on its way in.
type FileSpec struct {
	Name                      string
	Content                   *state.Content
	Conflict                  Conflict  // "" is Replace
	FSCreatedAt, FSModifiedAt time.Time // zero: now
	Description               string
	IfMatch                   string // tag that must still be the file's, "" for none
	By                        state.Actor
}

// PutFile stores a file in a folder: a new one, or (Replace) a new version of the one that is there. created tells
// which. It fails with NameExists, NameInvalid, NotAFile, PreconditionFailed or QuotaExceeded.
func PutFile(tx *state.Tx, l state.List, parent state.Item, f FileSpec) (i state.Item, created bool, err error) {
	if parent, err = alive(tx, parent); err != nil {
		return state.Item{}, false, err
	}
	if err := checkPlace(tx, l, parent, f.Name, false); err != nil {
		return state.Item{}, false, err
	}
	there, taken := tx.ItemByName(l.TenantID, l.ID, parent.ID, f.Name)
	switch {
	case taken && f.Conflict == Rename:
		f.Name = freeName(tx, l, parent, f.Name, false)
	case taken && f.Conflict == Fail:
		return state.Item{}, false, nameTaken(f.Name)
	case taken:
		i, err = replace(tx, there, f)
		return i, false, err
	case f.IfMatch != "" && f.IfMatch != "*":
		return state.Item{}, false, matchTag(state.Item{}, f.IfMatch)
	}
	if err := fits(tx, l, f.Content.Size); err != nil {
		return state.Item{}, false, err
	}
	return insert(tx, newFile(tx, l, parent, f)), true, nil
}

// newFile is a file that is not stored yet.
func newFile(tx *state.Tx, l state.List, parent state.Item, f FileSpec) state.Item {
	i := newItem(tx, l, parent, f.Name, state.File, f.By)
	i.Content, i.Size, i.MimeType, i.Version, i.CTag = f.Content, f.Content.Size, MimeType(f.Name), 1, 1
	i.Description = f.Description
	return stamp(i, f.FSCreatedAt, f.FSModifiedAt)
}

// ReplaceContent gives a file new content, keeping the old one as a version. It fails with NotAFile, PreconditionFailed
// or QuotaExceeded.
func ReplaceContent(tx *state.Tx, i state.Item, f FileSpec) (state.Item, error) {
	now, ok := tx.Item(i.TenantID, i.ListID, i.ID)
	if !ok || !now.DeletedAt.IsZero() {
		return state.Item{}, problem.For(problem.NotFound, problem.ItemNotFound, i.Name, "The resource could not be found.")
	}
	return replace(tx, now, f)
}

func replace(tx *state.Tx, i state.Item, f FileSpec) (state.Item, error) {
	if i.Kind != state.File {
		return state.Item{}, problem.For(problem.Conflict, problem.NotAFile, i.Name, "An item with the same name already exists under the parent, and it is a folder.")
	}
	if err := matchTag(i, f.IfMatch); err != nil {
		return state.Item{}, err
	}
	l, _ := tx.List(i.TenantID, i.ListID)
	grown := f.Content.Size - i.Size
	if err := fits(tx, l, grown); err != nil {
		return state.Item{}, err
	}
	old := state.Version{Number: i.Version, Content: i.Content, ModifiedAt: i.FSModifiedAt, ModifiedBy: i.ModifiedBy}
	i.Versions = slices.Concat([]state.Version{old}, i.Versions[:min(len(i.Versions), keptVersions-1)])
	i.Version++
	i.Content, i.Size = f.Content, f.Content.Size
	i.ETag++
	i.CTag++
	i.ModifiedAt, i.ModifiedBy = tx.Now(), f.By
	i.FSModifiedAt = seconds(tx.Now())
	if f.Description != "" {
		i.Description = f.Description
	}
	i = tx.PutItem(stamp(i, f.FSCreatedAt, f.FSModifiedAt))
	grow(tx, i, grown, 0)
	use(tx, i, grown)
	return i, nil
}

// stamp sets the times that a client gives. OneDrive for Business and SharePoint have one pair of times, so what
// fileSystemInfo sets is what Created and Modified show, and they keep whole seconds
// (rclone/rclone:backend/onedrive/onedrive_internal_test.go, compareMeta; onedrive.go, Precision).
func stamp(i state.Item, created, modified time.Time) state.Item {
	if !created.IsZero() {
		i.FSCreatedAt = seconds(created)
	}
	if !modified.IsZero() {
		i.FSModifiedAt = seconds(modified)
	}
	return i
}

func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func fits(tx *state.Tx, l state.List, size int64) error {
	if size <= 0 {
		return nil
	}
	if now, ok := tx.List(l.TenantID, l.ID); ok && now.Used+size > now.Quota {
		return problem.New(problem.TooLarge, problem.QuotaExceeded, "The user has reached their quota limit.")
	}
	return nil
}

// AddListItem adds an item to a list that is no library. It fails with UnknownProperty where the list lacks a column.
func AddListItem(tx *state.Tx, l state.List, fields map[string]any, by state.Actor) (state.Item, error) {
	if err := checkFields(l, fields); err != nil {
		return state.Item{}, err
	}
	now, ok := tx.List(l.TenantID, l.ID)
	if !ok {
		return state.Item{}, problem.For(problem.NotFound, problem.ListNotFound, l.ID, "The list does not exist.")
	}
	i := newItem(tx, l, Root(tx, l), strconv.Itoa(now.NextItemID)+"_.000", state.ListItem, by)
	i.Fields, i.Version = fields, 1
	i.Title, _ = fields["Title"].(string)
	return insert(tx, i), nil
}

// checkFields tells whether a list has all of the columns. Title and what the service itself keeps are everywhere.
func checkFields(l state.List, fields map[string]any) error {
	for name := range fields {
		known := name == "Title" || name == "ContentType" || name == "ContentTypeId" || strings.Contains(name, "@") ||
			slices.ContainsFunc(l.Columns, func(c state.Column) bool {
				return c.Name == name || c.Name+"LookupId" == name
			})
		if !known {
			return problem.For(problem.Invalid, problem.UnknownProperty, name, "Field '%s' is not recognized", name)
		}
	}
	return nil
}
