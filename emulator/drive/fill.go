package drive

import (
	"path"
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// Filler puts many files into a library within one transaction. What it stores is what [PutFile] would; the sizes and counts
// of folders and library, which that writes anew for each file, it writes once for all. Nobody else may write to the library
// between [Fill] and Settle.
type Filler struct {
	tx      *state.Tx
	list    state.List
	folders map[string]state.Item // by path
	sums    map[string]sum        // not yet added, by the id of the folder
}

type sum struct {
	size     int64
	children int
}

// Fill begins to fill a library.
func Fill(tx *state.Tx, l state.List) *Filler {
	return &Filler{tx: tx, list: l, folders: map[string]state.Item{}, sums: map[string]sum{}}
}

// File stores a file at a path below the library's root, with the folders that are missing on the way; one that is there gets a
// new version. It fails as [EnsureFolder] and [PutFile] do.
func (f *Filler) File(at string, spec FileSpec) error {
	dir, name := path.Split(strings.Trim(at, "/"))
	parent, known := f.folders[dir]
	if !known {
		f.Settle() // a folder takes the library's next number, and may stand in one that has grown
		var err error
		if parent, err = EnsureFolder(f.tx, f.list, strings.Trim(dir, "/"), spec.By); err != nil {
			return err
		}
		f.folders[dir] = parent
		f.list, _ = f.tx.List(f.list.TenantID, f.list.ID)
	}
	if err := checkPlace(f.tx, f.list, parent, name, false); err != nil {
		return err
	}
	spec.Name = name
	_, taken := f.tx.ItemByName(f.list.TenantID, f.list.ID, parent.ID, name)
	if taken || spec.IfMatch != "" || f.list.Used+spec.Content.Size > f.list.Quota {
		f.Settle()
		_, _, err := PutFile(f.tx, f.list, parent, spec)
		f.list, _ = f.tx.List(f.list.TenantID, f.list.ID)
		return err
	}
	i := newFile(f.tx, f.list, parent, spec)
	i.Number = f.list.NextItemID
	f.list.NextItemID++
	f.list.Used += i.Size
	f.tx.PutItem(i)
	s := f.sums[parent.ID]
	f.sums[parent.ID] = sum{s.size + i.Size, s.children + 1}
	return nil
}

// Settle adds what was stored to the sizes and counts of its folders and of the library.
func (f *Filler) Settle() {
	if len(f.sums) == 0 {
		return
	}
	f.list.ModifiedAt = f.tx.Now()
	f.list = f.tx.PutList(f.list)
	for folder, s := range f.sums {
		grow(f.tx, state.Item{TenantID: f.list.TenantID, ListID: f.list.ID, ParentID: folder}, s.size, s.children)
	}
	clear(f.sums)
}
