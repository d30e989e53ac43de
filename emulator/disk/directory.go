package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"go.etcd.io/bbolt"
)

// Directory is an open folder of worlds. It is safe for concurrent use.
type Directory struct {
	path   string
	syncs  bool
	lock   *flock.Flock
	db     *bbolt.DB
	worlds []*World // as they were found

	secretsMu sync.Mutex
	secrets   map[string][]byte

	mu      sync.Mutex
	moved   sync.Cond // queue, safe or failure changed
	queue   []op
	taken   atomic.Uint64 // operations that were handed in
	safe    atomic.Uint64 // operations that are on the disk
	failure error         // nothing is written any more
	closing bool

	// What follows is the writing goroutine's.
	sum    sum
	layers map[uint64]*layer
	last   uint64 // id of the newest layer
	hashes hashes
	ended  chan struct{}
	failed chan error
}

// op is one thing to be written, all or nothing. It runs on the writing goroutine.
type op func(*writing) error

// ErrInUse is what [Open] fails with where another process uses the folder.
var ErrInUse = errors.New("another process uses it: end that one, or give this one a folder of its own")

// Open takes a folder, which is made where there is none, and reads the worlds in it. program names who writes, for people.
// It fails with [ErrInUse], with a *[DamagedError] and with a *[VersionError], and has changed nothing then.
func Open(path, program string) (*Directory, error) { return openFolder(path, program, true) }

// openFolder is Open; without syncs, what was written outlives the process but not the machine.
func openFolder(path, program string, syncs bool) (*Directory, error) {
	const private = 0o700
	if err := os.MkdirAll(path, private); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	d := &Directory{
		path: path, syncs: syncs, lock: flock.New(filepath.Join(path, lockName)), secrets: map[string][]byte{}, layers: map[uint64]*layer{},
		ended: make(chan struct{}), failed: make(chan error, 1),
	}
	d.moved.L = &d.mu
	d.hashes.init()
	mine, err := d.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	if !mine {
		return nil, fmt.Errorf("state directory %s: %w", path, ErrInUse)
	}
	if err := d.load(program); err != nil {
		return nil, errors.Join(err, d.lock.Unlock())
	}
	go d.write()
	return d, nil
}

// load reads the file, if there is one, and writes it anew.
func (d *Directory) load(program string) error {
	next := filepath.Join(d.path, nextName)
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) { // of a process that was killed at its start
		return fmt.Errorf("state directory: %w", err)
	}
	name := filepath.Join(d.path, fileName)
	var found *found
	if _, err := os.Stat(name); err == nil {
		if found, err = read(name); err != nil {
			return err
		}
		defer found.close()                    //nolint:errcheck // it was only read
		if err := d.adopt(found); err != nil { // what does not make sense although it adds up is not damaged
			return &VersionError{File: name, Program: found.program, Format: strconv.Itoa(Format), What: err.Error()}
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("state directory: %w", err)
	}
	err := d.rewrite(next, program, found)
	if err == nil && found != nil {
		err = found.close()
	}
	if err == nil {
		err = os.Rename(next, name)
	}
	if err == nil && d.syncs {
		err = syncFolder(d.path)
	}
	if err == nil {
		d.db, err = openFile(name)
	}
	if err == nil {
		d.db.NoSync, d.db.NoGrowSync = !d.syncs, !d.syncs
	}
	if err != nil {
		return fmt.Errorf("state directory: %w", err)
	}
	return nil
}

// openFile opens a file that is whole: one that we have just written.
func openFile(name string) (*bbolt.DB, error) {
	const private, patience = 0o600, time.Second // nobody else has it: the folder is ours
	return bbolt.Open(name, private, &bbolt.Options{Timeout: patience, FreelistType: bbolt.FreelistMapType})
}

// Close writes what was handed in, and gives the folder free.
func (d *Directory) Close() error {
	d.mu.Lock()
	already := d.closing
	d.closing = true
	d.moved.Broadcast()
	d.mu.Unlock()
	<-d.ended
	if already {
		return nil
	}
	return errors.Join(d.db.Close(), d.lock.Unlock())
}

// Failed yields the failure after which nothing can be written any more.
func (d *Directory) Failed() <-chan error { return d.failed }

var errClosed = errors.New("the state directory is closed")

// enqueue hands an operation in; it is written after those before it. The number is its mark.
func (d *Directory) enqueue(o op) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closing && d.failure == nil {
		d.failure = errClosed
	}
	d.queue = append(d.queue, o)
	d.moved.Broadcast()
	return d.taken.Add(1)
}

// Mark is the mark of what was handed in last.
func (d *Directory) Mark() uint64 { return d.taken.Load() }

// Wait returns when all up to a mark is on the disk.
func (d *Directory) Wait(mark uint64) error {
	if d.safe.Load() >= mark {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.safe.Load() < mark {
		if d.failure != nil {
			return d.failure
		}
		d.moved.Wait()
	}
	return nil
}

// write writes what is handed in until the directory is closed or cannot be written.
func (d *Directory) write() {
	defer close(d.ended)
	for {
		d.mu.Lock()
		for len(d.queue) == 0 && !d.closing {
			d.moved.Wait()
		}
		ops := d.queue
		d.queue = nil
		d.mu.Unlock()
		if len(ops) == 0 {
			return
		}
		err := d.writeAll(ops)
		d.mu.Lock()
		if err != nil {
			d.failure = fmt.Errorf("state directory %s: %w", d.path, err)
			d.failed <- d.failure
		} else {
			d.safe.Add(uint64(len(ops)))
		}
		d.moved.Broadcast()
		d.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// writeAll writes operations in one transaction.
func (d *Directory) writeAll(ops []op) error {
	w, err := beginWriting(d.db, d.sum)
	if err != nil {
		return err
	}
	for _, o := range ops {
		if err := o(w); err != nil {
			_ = w.tx.Rollback() // the failure that is told is the first one
			return err
		}
	}
	if err := w.commit(); err != nil {
		return err
	}
	d.sum = w.sum
	return nil
}

// Secret returns a secret of the process, nil for none of that name.
func (d *Directory) Secret(name string) []byte {
	d.secretsMu.Lock()
	defer d.secretsMu.Unlock()
	return d.secrets[name]
}

// SetSecret keeps a secret of the process; it is on the disk when SetSecret returns.
func (d *Directory) SetSecret(name string, value []byte) error {
	d.secretsMu.Lock()
	d.secrets[name] = value
	mark := d.enqueue(func(w *writing) error { return w.put(bucketSecrets, []byte(name), value) })
	d.secretsMu.Unlock()
	return d.Wait(mark)
}
