package syncclient

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// deltaPage is an answer of a delta.
type deltaPage struct {
	Value []remote `json:"value"`
	Next  string   `json:"@odata.nextLink"`
	Delta string   `json:"@odata.deltaLink"`
}

// uploadDifferences is the resync in which the client may know more than the service.
const uploadDifferences = "resyncChangesUploadDifferences"

// mostResyncs are those that one pull follows: a service that asks for another each time is not followed for ever.
const mostResyncs = 8

// pull follows the delta to its end. What is done is remembered page by page.
func (f *Folder) pull(ctx context.Context) error {
	link := f.db.Link
	if link == "" {
		link = f.itemAddress(f.db.Root, "/delta")
	}
	var seen map[string]bool // of a resync: what the service still has
	upload := false
	resyncs := 0
	for {
		var page deltaPage
		err := f.do(ctx, http.MethodGet, link, nil, &page, nil)
		var gone *StatusError
		if errors.As(err, &gone) && gone.Status == http.StatusGone && gone.Location != "" && resyncs < mostResyncs {
			resyncs++
			f.o.tell(Event{Kind: Resync, Text: gone.Code})
			seen, upload, link = map[string]bool{}, gone.Code == uploadDifferences, gone.Location
			continue
		}
		if err != nil {
			return err
		}
		for _, i := range page.Value {
			if seen != nil {
				seen[i.ID] = true
			}
			if err := f.apply(ctx, i); err != nil {
				return fmt.Errorf("%s: %w", i.Name, err)
			}
		}
		link = page.Next
		if link == "" {
			link = page.Delta
		}
		if page.Next == "" && seen != nil {
			if err := f.dropUnseen(seen, upload); err != nil {
				return err
			}
		}
		if seen == nil || page.Next == "" { // a resync that is cut short begins anew
			f.db.Link = link
		}
		if err := f.db.save(); err != nil {
			return err
		}
		if page.Next == "" {
			return nil
		}
	}
}

// dropUnseen ends a resync: what the service no longer has goes, or, where the client may know more, is new again.
func (f *Folder) dropUnseen(seen map[string]bool, upload bool) error {
	for id := range f.db.Items {
		switch {
		case seen[id] || f.db.Items[id] == nil:
		case upload:
			delete(f.db.Items, id)
		default:
			if err := f.removeLocal(id); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply does one change of the service.
func (f *Folder) apply(ctx context.Context, i remote) error {
	switch {
	case i.ID == f.db.Root:
		return nil
	case i.Deleted != nil:
		return f.removeLocal(i.ID)
	case !fit(i.Name):
		f.o.tell(Event{Kind: Skipped, Path: i.Name, Text: "this name cannot stand here"})
		return nil
	}
	path, ok := f.db.path(i.Parent.ID, i.Name)
	if !ok || f.db.inside(i.Parent.ID, i.ID) {
		return nil
	}
	old := f.db.Items[i.ID]
	if err := f.relocate(old, path); err != nil {
		return err
	}
	e := &entry{Parent: i.Parent.ID, Name: i.Name, Folder: i.Folder != nil, ETag: i.ETag}
	if e.Folder {
		f.db.Items[i.ID] = e
		return f.makeFolder(path)
	}
	if old != nil && old.Hash == i.hash() {
		e.Hash, e.Size, e.ModTime = old.Hash, old.Size, old.ModTime
		f.db.Items[i.ID] = e
		return nil
	}
	return f.fetch(ctx, i, e, old, path)
}

// relocate follows a rename or move.
func (f *Folder) relocate(old *entry, path string) error {
	if old == nil {
		return nil
	}
	before, ok := f.db.path(old.Parent, old.Name)
	if !ok || before == path || !f.exists(before) {
		return nil
	}
	if f.exists(path) && !strings.EqualFold(before, path) {
		if err := f.setAside(path); err != nil {
			return err
		}
	}
	if err := f.here.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f.o.tell(Event{Kind: Moved, Path: path})
	return f.here.Rename(before, path)
}

func (f *Folder) makeFolder(path string) error {
	if info, err := f.here.Lstat(path); err == nil && !info.IsDir() {
		if err := f.setAside(path); err != nil {
			return err
		}
	}
	return f.here.MkdirAll(path, 0o755)
}

// fetch brings a file's new content here. What was changed here meanwhile is set aside under another name.
func (f *Folder) fetch(ctx context.Context, i remote, e, old *entry, path string) error {
	info, err := f.here.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		if err := f.setAside(path); err != nil {
			return err
		}
	default:
		hash, err := f.localHash(path, info, old)
		if err != nil {
			return err
		}
		if hash == i.hash() {
			e.Hash, e.Size, e.ModTime = hash, info.Size(), info.ModTime()
			f.db.Items[i.ID] = e
			return nil
		}
		if old == nil || hash != old.Hash {
			if err := f.setAside(path); err != nil {
				return err
			}
		}
	}
	if err := f.download(ctx, i, path); err != nil {
		if isStatus(err, http.StatusNotFound) {
			return nil // deleted meanwhile: the next delta says so
		}
		return err
	}
	if info, err = f.here.Lstat(path); err != nil {
		return err
	}
	e.Hash, e.Size, e.ModTime = i.hash(), info.Size(), info.ModTime()
	f.db.Items[i.ID] = e
	return nil
}

// download gets a file's content into place in one step, if its hash is the one that was told.
func (f *Folder) download(ctx context.Context, i remote, path string) error {
	res, err := f.send(ctx, call{method: http.MethodGet, address: f.itemAddress(i.ID, "/content")})
	if err != nil {
		return err
	}
	defer drain(res)
	name := partName + rand.Text()
	part, err := f.here.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.here.Remove(name) }() // renamed by then, unless it failed
	h := newQuickXor()
	_, err = io.Copy(io.MultiWriter(part, h), res.Body)
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); i.hash() != "" && got != i.hash() {
		return errors.New("the content has changed on its way")
	}
	if !i.FileSystem.Modified.IsZero() {
		if err := f.here.Chtimes(name, time.Now(), i.FileSystem.Modified); err != nil {
			return err
		}
	}
	if err := f.here.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f.o.tell(Event{Kind: Downloaded, Path: path})
	return f.here.Rename(name, path)
}

// removeLocal follows a deletion. What was changed here since the last sync stays, as something new.
func (f *Folder) removeLocal(id string) error {
	e := f.db.Items[id]
	if e == nil {
		return nil
	}
	for _, child := range f.db.children(id) {
		if err := f.removeLocal(child); err != nil {
			return err
		}
	}
	path, ok := f.db.path(e.Parent, e.Name)
	delete(f.db.Items, id)
	if !ok {
		return nil
	}
	info, err := f.here.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if e.Folder {
		// A folder with something new in it stays.
		if f.here.Remove(path) == nil {
			f.o.tell(Event{Kind: Removed, Path: path})
		}
		return nil
	}
	hash, err := f.localHash(path, info, e)
	if err != nil || hash != e.Hash {
		return err
	}
	f.o.tell(Event{Kind: Removed, Path: path})
	return f.here.Remove(path)
}

// localHash is the hash of a file here; one whose size and time are those of the last sync is not read.
func (f *Folder) localHash(path string, info fs.FileInfo, e *entry) (string, error) {
	if e != nil && e.Size == info.Size() && e.ModTime.Equal(info.ModTime()) {
		return e.Hash, nil
	}
	return hashFile(f.here, path)
}

// setAside renames what is in the way: both versions are kept.
func (f *Folder) setAside(path string) error {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ext)
	for n := 1; ; n++ {
		aside := fmt.Sprintf("%s (conflict %d)%s", stem, n, ext)
		if !f.exists(aside) {
			f.o.tell(Event{Kind: Conflict, Path: aside})
			return f.here.Rename(path, aside)
		}
	}
}

func (f *Folder) exists(path string) bool {
	_, err := f.here.Lstat(path)
	return err == nil
}
