package syncclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	smallFile = 4 << 20  // up to here a file is sent in one piece
	rangeSize = 10 << 20 // a multiple of 320 KiB, as the service wants it
)

// push sends what was made, changed and deleted here since the last sync.
func (f *Folder) push(ctx context.Context) error {
	ids := f.db.byPath()
	present := map[string]bool{}
	err := fs.WalkDir(f.here.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." || own(d.Name()) {
			return err
		}
		path = filepath.FromSlash(path)
		present[path] = true
		if !d.IsDir() && !d.Type().IsRegular() {
			return nil
		}
		return f.pushOne(ctx, ids, path, d)
	})
	if err != nil {
		return err
	}
	return f.pushDeletions(ctx, ids, present)
}

// pushOne sends one file or folder if it is new or changed. Where the service has another opinion, the next round settles it.
func (f *Folder) pushOne(ctx context.Context, ids map[string]string, path string, d fs.DirEntry) error {
	parent := f.db.Root
	if above := filepath.Dir(path); above != "." {
		if parent = ids[above]; parent == "" {
			return nil // its folder could not be made
		}
	}
	id := ids[path]
	made, err := f.transfer(ctx, parent, id, path, d)
	switch {
	case isStatus(err, http.StatusForbidden):
		f.o.tell(Event{Kind: Refused, Path: path, Text: err.Error()})
		return nil
	case isStatus(err, http.StatusConflict, http.StatusPreconditionFailed, http.StatusNotFound, http.StatusBadRequest):
		f.o.tell(Event{Kind: Postponed, Path: path, Text: err.Error()})
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	if made != "" {
		ids[path] = made
		return f.db.save()
	}
	return nil
}

// transfer does it; made is the id of what was sent, "" where there was nothing to do.
func (f *Folder) transfer(ctx context.Context, parent, id, path string, d fs.DirEntry) (made string, err error) {
	if d.IsDir() {
		if id != "" {
			return "", nil
		}
		var i remote
		body := map[string]any{"name": filepath.Base(path), "folder": struct{}{}, "@microsoft.graph.conflictBehavior": "fail"}
		if err := f.do(ctx, http.MethodPost, f.itemAddress(parent, "/children"), body, &i, nil); err != nil {
			return "", err
		}
		f.db.Items[i.ID] = &entry{Parent: parent, Name: i.Name, Folder: true, ETag: i.ETag}
		f.o.tell(Event{Kind: Uploaded, Path: path})
		return i.ID, nil
	}
	info, err := d.Info()
	if err != nil {
		return "", err
	}
	old := f.db.Items[id]
	if old != nil && old.Size == info.Size() && old.ModTime.Equal(info.ModTime()) {
		return "", nil
	}
	hash, err := hashFile(f.here, path)
	if err != nil {
		return "", err
	}
	if old != nil && old.Hash == hash {
		old.Size, old.ModTime = info.Size(), info.ModTime()
		return id, nil
	}
	i, err := f.upload(ctx, parent, id, path, info)
	if err != nil {
		return "", err
	}
	f.db.Items[i.ID] = &entry{Parent: parent, Name: i.Name, ETag: i.ETag, Hash: i.hash(), Size: info.Size(), ModTime: info.ModTime()}
	f.o.tell(Event{Kind: Uploaded, Path: path})
	return i.ID, nil
}

// upload sends a file: a new one, which must not meet another of its name, or a new content of the one that we know.
func (f *Folder) upload(ctx context.Context, parent, id, path string, info fs.FileInfo) (i remote, err error) {
	file, err := f.here.Open(path)
	if err != nil {
		return remote{}, err
	}
	defer file.Close()
	address, behaviour, header := f.itemAddress(parent, ":/", url.PathEscape(filepath.Base(path)), ":"), "fail", map[string]string{}
	if old := f.db.Items[id]; old != nil {
		address, behaviour, header["If-Match"] = f.itemAddress(id), "replace", old.ETag
	}
	times := map[string]any{"lastModifiedDateTime": info.ModTime().UTC().Format(time.RFC3339Nano)}
	if info.Size() > smallFile {
		body := map[string]any{"item": map[string]any{"@microsoft.graph.conflictBehavior": behaviour, "fileSystemInfo": times}}
		var s struct {
			UploadURL string `json:"uploadUrl"`
		}
		if err := f.do(ctx, http.MethodPost, address+"/createUploadSession", body, &s, header); err != nil {
			return remote{}, err
		}
		return f.sendRanges(ctx, s.UploadURL, file, info.Size())
	}
	header["Content-Type"] = "application/octet-stream"
	res, err := f.send(ctx, call{
		method: http.MethodPut, address: address + "/content?@microsoft.graph.conflictBehavior=" + behaviour, header: header, body: section(file, 0, info.Size()),
	})
	if err != nil {
		return remote{}, err
	}
	defer drain(res)
	if err := json.NewDecoder(res.Body).Decode(&i); err != nil {
		return remote{}, err
	}
	return i, f.do(ctx, http.MethodPatch, f.itemAddress(i.ID), map[string]any{"fileSystemInfo": times}, &i, nil)
}

// section is a part of a file as a body that can be sent again.
func section(file *os.File, from, size int64) func() (io.Reader, int64, error) {
	return func() (io.Reader, int64, error) {
		if size == 0 {
			return http.NoBody, 0, nil
		}
		return io.NewSectionReader(file, from, size), size, nil
	}
}

// sendRanges sends a file to its upload session. A range that the service has already is passed over.
func (f *Folder) sendRanges(ctx context.Context, address string, file *os.File, size int64) (i remote, err error) {
	for from := int64(0); from < size; {
		n := min(rangeSize, size-from)
		header := map[string]string{"Content-Range": fmt.Sprintf("bytes %d-%d/%d", from, from+n-1, size)}
		res, err := f.send(ctx, call{method: http.MethodPut, address: address, secret: true, header: header, body: section(file, from, n)})
		if isStatus(err, http.StatusRequestedRangeNotSatisfiable) {
			if from, err = f.expected(ctx, address, from); err == nil {
				continue
			}
		}
		if err != nil {
			return remote{}, err
		}
		from += n
		if res.StatusCode == http.StatusAccepted {
			drain(res)
			continue
		}
		err = json.NewDecoder(res.Body).Decode(&i)
		drain(res)
		return i, err
	}
	return remote{}, errors.New("the upload has not ended with a file")
}

// expected asks a session where to go on; a session that wants the same range again makes no progress.
func (f *Folder) expected(ctx context.Context, address string, from int64) (int64, error) {
	res, err := f.send(ctx, call{method: http.MethodGet, address: address, secret: true})
	if err != nil {
		return 0, err
	}
	defer drain(res)
	var s struct {
		Ranges []string `json:"nextExpectedRanges"`
	}
	if err := json.NewDecoder(res.Body).Decode(&s); err != nil {
		return 0, err
	}
	var next int64
	if len(s.Ranges) == 0 {
		return 0, errors.New("the upload session expects nothing more")
	}
	if _, err := fmt.Sscanf(s.Ranges[0], "%d-", &next); err != nil || next == from {
		return 0, fmt.Errorf("the upload session does not go on at %d", from)
	}
	return next, nil
}

// pushDeletions deletes what is gone here, the deepest first. What has changed on the other side meanwhile comes back.
func (f *Folder) pushDeletions(ctx context.Context, ids map[string]string, present map[string]bool) error {
	var gone []string
	for path := range ids {
		if !present[path] {
			gone = append(gone, path)
		}
	}
	slices.SortFunc(gone, func(a, b string) int { return strings.Compare(b, a) })
	for _, path := range gone {
		id := ids[path]
		e := f.db.Items[id]
		header := map[string]string{"If-Match": e.ETag}
		if e.Folder {
			header = nil // its tag has changed with what was in it
		}
		err := f.do(ctx, http.MethodDelete, f.itemAddress(id), nil, nil, header)
		switch {
		case isStatus(err, http.StatusForbidden):
			f.o.tell(Event{Kind: Refused, Path: path, Text: err.Error()})
			continue
		case isStatus(err, http.StatusPreconditionFailed):
			// The other side has changed it: forgotten here, it is fetched again.
			f.db.Link = ""
		case err != nil && !isStatus(err, http.StatusNotFound):
			return fmt.Errorf("%s: %w", path, err)
		default:
			f.o.tell(Event{Kind: Deleted, Path: path})
		}
		delete(f.db.Items, id)
		if err := f.db.save(); err != nil {
			return err
		}
	}
	return nil
}
