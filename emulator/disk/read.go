package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
)

// DamagedError says that a file is not what was written.
type DamagedError struct {
	File string
	What string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("state directory: %s is damaged: %s. Nothing was changed. Put back a copy of the file, or move it away: without it the worlds begin with their fixtures", e.File, e.What)
}

// VersionError says that a file was written by a program whose worlds are others.
type VersionError struct {
	File, Program string
	Format        string
	What          string // cannot be read, "" where it was not tried
}

func (e *VersionError) Error() string {
	what := ""
	if e.What != "" {
		what = " (" + e.What + ")"
	}
	return fmt.Sprintf("state directory: %s was written by Tennantite %s in format %s, and this one reads format %d%s. Nothing was changed. "+
		"Export the worlds with that version (GET /_tennantite/v1/export) and import them here, or name another directory",
		e.File, e.Program, e.Format, Format, what)
}

// found is a file that was read and found whole. Its rows are parts of the file, good until it is closed.
type found struct {
	db      *bbolt.DB
	tx      *bbolt.Tx
	program string
	secrets map[string][]byte
	worlds  map[string]worldRow
	layers  map[uint64]*foundLayer
	chunks  map[string][]byte // by hash; copies, as the worlds hold them
}

type foundLayer struct {
	parent uint64
	rows   []recordRow // by rest
}

type recordRow struct{ rest, text []byte }

func (f *found) close() error {
	if f.db == nil {
		return nil
	}
	err := errors.Join(f.tx.Rollback(), f.db.Close())
	f.db = nil
	return err
}

// read opens a file and checks all that is in it.
func read(name string) (f *found, err error) {
	// A damaged file leads the reader anywhere, beyond the end of the file too.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			f, err = nil, fmt.Errorf("%v", p) // the mapping stays: to end it may fail the same way, and so will the process
		}
		var version *VersionError
		if err != nil && !errors.As(err, &version) && !errors.Is(err, os.ErrPermission) {
			err = &DamagedError{name, err.Error()}
		}
	}()
	if err := checkHeads(name); err != nil {
		return nil, err
	}
	const private, patience = 0o600, time.Second // nobody else has it: the folder is ours
	db, err := bbolt.Open(name, private, &bbolt.Options{ReadOnly: true, Timeout: patience})
	if err != nil {
		return nil, err
	}
	f = &found{
		db: db, secrets: map[string][]byte{}, worlds: map[string]worldRow{}, layers: map[uint64]*foundLayer{}, chunks: map[string][]byte{},
	}
	if f.tx, err = db.Begin(false); err == nil {
		err = f.readAll(name)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// checkHeads looks at the two head pages of a bbolt file. Of these the library uses the newest that is whole, and so would
// pass over the last transaction where the newest is damaged.
func checkHeads(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	// page header (16 bytes), magic, version, page size, flags (4 each), root (16), free list, pages, transaction, checksum (8 each)
	const head, size, sumAt = 16, 64, 56
	var at int64
	for n := range 2 {
		b := make([]byte, size)
		if _, err := file.ReadAt(b, at+head); err != nil {
			return fmt.Errorf("head %d is missing", n+1)
		}
		h := fnv.New64a()
		_, _ = h.Write(b[:sumAt]) // hashes do not fail
		if h.Sum64() != binary.NativeEndian.Uint64(b[sumAt:]) {
			return fmt.Errorf("head %d does not add up", n+1)
		}
		at = int64(binary.NativeEndian.Uint32(b[8:]))
	}
	return nil
}

// readAll reads and checks every row.
func (f *found) readAll(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if size := f.tx.Size(); info.Size() < size {
		return fmt.Errorf("it has %d of %d bytes", info.Size(), size)
	}
	var s sum
	total := []byte(nil)
	for _, bucket := range buckets() {
		b := f.tx.Bucket([]byte(bucket))
		if b == nil {
			return fmt.Errorf("%s is missing", bucket)
		}
		err := b.ForEach(func(k, v []byte) error {
			if !summed(bucket, k) {
				total = v
				return nil
			}
			s.add(bucket, k, v)
			if !bytes.Equal(b.Get(k), v) { // what leads to the rows is in no sum
				return fmt.Errorf("the row %x of %s is not where it belongs", k, bucket)
			}
			if bucket == bucketChunks {
				if h := sha256.Sum256(v); !bytes.Equal(h[:], k) {
					return fmt.Errorf("content %x is not what was written", k[:8])
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if !bytes.Equal(total, s.bytes()) {
		return errors.New("its rows do not add up")
	}
	head := f.tx.Bucket([]byte(bucketHead))
	f.program = string(head.Get([]byte(keyProgram)))
	if format := string(head.Get([]byte(keyFormat))); format != strconv.Itoa(Format) {
		return &VersionError{File: name, Program: f.program, Format: format}
	}
	return f.readRows()
}

// readRows reads the rows of a file that is whole.
func (f *found) readRows() error {
	return errors.Join(
		f.tx.Bucket([]byte(bucketSecrets)).ForEach(func(k, v []byte) error {
			f.secrets[string(k)] = bytes.Clone(v)
			return nil
		}),
		f.tx.Bucket([]byte(bucketWorlds)).ForEach(func(k, v []byte) error {
			var r worldRow
			err := decoder.Unmarshal(v, &r)
			f.worlds[string(k)] = r
			return err
		}),
		f.tx.Bucket([]byte(bucketLayers)).ForEach(func(k, v []byte) error {
			var r layerRow
			err := decoder.Unmarshal(v, &r)
			f.layers[binary.BigEndian.Uint64(k)] = &foundLayer{parent: r.Parent}
			return err
		}),
		f.tx.Bucket([]byte(bucketRecords)).ForEach(func(k, v []byte) error {
			if l, ok := f.layers[binary.BigEndian.Uint64(k)]; ok { // else it was never finished
				l.rows = append(l.rows, recordRow{k[8:], v})
			}
			return nil
		}),
	)
}

// chunk returns the chunk of a hash.
func (f *found) chunk(hash []byte) ([]byte, error) {
	if c, ok := f.chunks[string(hash)]; ok {
		return c, nil
	}
	c := f.tx.Bucket([]byte(bucketChunks)).Get(hash)
	if c == nil {
		return nil, fmt.Errorf("content %x is missing", hash)
	}
	c = bytes.Clone(c)
	f.chunks[string(hash)] = c
	return c, nil
}
