package drive

import (
	"path"
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// Filler puts many files into a library within one transaction. What it stores is what [PutFile] would; the sizes and counts
// of folders and library, which that writes anew for each file, it writes once for all, and it remembers which names are
// taken: a read between two writes costs as much as a write. Nobody else may write to the library between [Fill] and Settle.
type Filler struct {
	tx      *state.Tx
	list    state.List
	folders map[string]*filled // by path
	due     []*filled          // that have grown since they were settled
}

// filled is a folder on its way to its content.
type filled struct {
	state.Item
	container container
	names     map[string]bool // taken, by their keys

	// what is not yet added to the folder's own
	size     int64
	children int
}

// Fill begins to fill a library.
func Fill(tx *state.Tx, l state.List) *Filler {
	return &Filler{tx: tx, list: l, folders: map[string]*filled{}}
}

// File stores a file at a path below the library's root, with the folders that are missing on the way; one that is there gets a
// new version. It fails as [EnsureFolder] and [PutFile] do.
func (f *Filler) File(at string, spec FileSpec) error {
	dir, name := path.Split(strings.Trim(at, "/"))
	parent, err := f.folder(dir, spec.By)
	if err != nil {
		return err
	}
	if err := parent.container.check(name, false); err != nil {
		return err
	}
	spec.Name = name
	if parent.names[state.NameKey(name)] || spec.IfMatch != "" || f.list.Used+spec.Content.Size > f.list.Quota {
		f.Settle()
		i, _, err := PutFile(f.tx, f.list, parent.Item, spec)
		if err != nil {
			return err
		}
		parent.names[state.NameKey(i.Name)] = true
		f.list, _ = f.tx.List(f.list.TenantID, f.list.ID)
		return nil
	}
	i := newFile(f.tx, f.list, parent.Item, spec)
	i.Number = f.list.NextItemID
	f.list.NextItemID++
	f.list.Used += i.Size
	f.tx.PutItem(i)
	parent.names[state.NameKey(name)] = true
	if parent.children == 0 {
		f.due = append(f.due, parent)
	}
	parent.size += i.Size
	parent.children++
	return nil
}

// folder returns the folder at a path, made where it is missing.
func (f *Filler) folder(at string, by state.Actor) (*filled, error) {
	at = strings.Trim(at, "/")
	if there, ok := f.folders[at]; ok {
		return there, nil
	}
	var folder state.Item
	if at == "" {
		folder = Root(f.tx, f.list)
	} else {
		dir, name := path.Split(at)
		parent, err := f.folder(dir, by)
		if err != nil {
			return nil, err
		}
		there, ok := f.tx.ItemByName(f.list.TenantID, f.list.ID, parent.ID, name)
		if !ok {
			f.Settle() // a folder takes the library's next number, and may stand in one that has grown
			if there, err = AddFolder(f.tx, f.list, parent.Item, name, Fail, by); err != nil {
				return nil, err
			}
			parent.names[state.NameKey(name)] = true
			f.list, _ = f.tx.List(f.list.TenantID, f.list.ID)
		}
		if there.Kind != state.Folder {
			return nil, notAFolder(there)
		}
		folder = there
	}
	made := &filled{Item: folder, container: containerOf(f.tx, f.list, folder), names: map[string]bool{}}
	for c := range f.tx.Children(f.list.TenantID, f.list.ID, folder.ID) {
		made.names[state.NameKey(c.Name)] = true
	}
	f.folders[at] = made
	return made, nil
}

// Settle adds what was stored to the sizes and counts of its folders and of the library.
func (f *Filler) Settle() {
	if len(f.due) == 0 {
		return
	}
	f.list.ModifiedAt = f.tx.Now()
	f.list = f.tx.PutList(f.list)
	for _, into := range f.due {
		grow(f.tx, state.Item{TenantID: f.list.TenantID, ListID: f.list.ID, ParentID: into.ID}, into.size, into.children)
		into.size, into.children = 0, 0
	}
	f.due = f.due[:0]
}
