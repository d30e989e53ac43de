package syncclient

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// stateName is the file in which a synced folder remembers what it knows. It is never synced.
const (
	stateName = ".tennantite-sync.json"
	partName  = ".tennantite-part-"
)

// entry is an item that both sides had at the last sync.
type entry struct {
	Parent  string    `json:"parent"`
	Name    string    `json:"name"`
	Folder  bool      `json:"folder,omitempty"`
	ETag    string    `json:"eTag,omitempty"`
	Hash    string    `json:"hash,omitempty"`
	Size    int64     `json:"size,omitempty"`
	ModTime time.Time `json:"modTime,omitzero"` // of the local file
}

// database is what a synced folder knows: how far it has followed the service, and what stood on both sides.
type database struct {
	DriveID string            `json:"driveId"`
	Root    string            `json:"root"` // id of the library's root or of the folder
	Link    string            `json:"link"` // where the next delta begins, "" for the beginning
	Items   map[string]*entry `json:"items"`

	in *os.Root
}

func openDatabase(in *os.Root) (*database, error) {
	db := &database{Items: map[string]*entry{}, in: in}
	b, err := in.ReadFile(stateName)
	if errors.Is(err, fs.ErrNotExist) {
		return db, nil
	}
	if err != nil {
		return nil, err
	}
	return db, json.Unmarshal(b, db)
}

// save writes the database so that a reader sees the old or the new one.
func (db *database) save() error {
	b, err := json.MarshalIndent(db, "", " ")
	if err != nil {
		return err
	}
	const next = stateName + ".new"
	if err := db.in.WriteFile(next, b, 0o600); err != nil {
		return err
	}
	return db.in.Rename(next, stateName)
}

// path is an item's path below the synced folder; ok is false for what does not hang on its root.
func (db *database) path(parent, name string) (path string, ok bool) {
	path = name
	for range len(db.Items) + 1 {
		if parent == db.Root {
			return filepath.FromSlash(path), true
		}
		p := db.Items[parent]
		if p == nil {
			return "", false
		}
		path, parent = p.Name+"/"+path, p.Parent
	}
	return "", false
}

// inside tells whether an item is a folder, or stands in it. A service that hangs a folder into itself would have us go round.
func (db *database) inside(id, folder string) bool {
	for range len(db.Items) + 1 {
		if id == folder {
			return true
		}
		p := db.Items[id]
		if p == nil {
			return false
		}
		id = p.Parent
	}
	return true
}

// byPath are the ids of all items by path.
func (db *database) byPath() map[string]string {
	ids := make(map[string]string, len(db.Items))
	for id, e := range db.Items {
		if path, ok := db.path(e.Parent, e.Name); ok {
			ids[path] = id
		}
	}
	return ids
}

// children are the ids of the items in a folder.
func (db *database) children(folder string) []string {
	var ids []string
	for id, e := range db.Items {
		if e.Parent == folder {
			ids = append(ids, id)
		}
	}
	return ids
}

// fit tells whether an item can have its name here: a file system would take some names for a path, some stand for the
// folder itself, and some are the client's own.
func fit(name string) bool {
	return !strings.ContainsAny(name, "/\\\x00") && name != "." && filepath.IsLocal(name) && !own(name)
}

// own tells whether a file belongs to the client itself, or to a system that never shares it.
func own(name string) bool {
	return strings.HasPrefix(name, stateName) || strings.HasPrefix(name, partName) || name == ".DS_Store" || name == "desktop.ini" || strings.HasPrefix(name, "~$")
}
