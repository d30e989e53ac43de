package emulator

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator/disk"
	"github.com/tennantite/tennantite/emulator/state"
)

// world is one isolated state of all tenants, with what stands beside its database.
type world struct {
	name, parent string
	created      time.Time // by the world's clock
	store        *state.Store
	start        state.Snapshot // what a reset goes back to
	journal      *control.Journal
	sender       *sender
	post         *post        // nil without an SMTP relay
	kept         *disk.World  // nil without a state directory
	resumed      bool         // it was found on the disk
	listens      bool         // on addresses of its own
	idle         atomic.Int64 // see idleTime
	used         atomic.Int64 // wall clock of the last request, in nanoseconds
	visitors     atomic.Int64 // requests under way
	causes       causes

	mu        sync.Mutex
	own       *listeners // nil for a world that shares the process's listeners
	snapshots map[string]snapshot
}

type snapshot struct {
	content state.Snapshot
	taken   time.Time // by the world's clock
}

// publicHost is the host under which local names are served beside localhost, "" for none.
func (w *world) publicHost() (host string) {
	// The error is always nil: the function returns none.
	_ = w.store.View(func(tx *state.Tx) error {
		host = hostOf(tx.World().PublicURL)
		return nil
	})
	return host
}

// record is the world's own record. It does not wait until that is kept: the world may be gone from the disk already.
func (w *world) record() (r state.World) {
	// The error is always nil: the function returns none.
	_ = w.store.Fork(w.store.Snapshot()).View(func(tx *state.Tx) error {
		r = tx.World()
		return nil
	})
	return r
}

func (w *world) now() (t time.Time) {
	// The error is always nil: the function returns none.
	_ = w.store.View(func(tx *state.Tx) error {
		t = tx.Now()
		return nil
	})
	return t
}

func (w *world) setOwn(l *listeners) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.own = l
}

// listening is the world's own listeners, nil for none.
func (w *world) listening() *listeners {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.own
}

// frozen calls f with the world as it is. Where the world is kept, nobody writes meanwhile: what f hands in to be kept
// stands at its right place among the commits.
func (w *world) frozen(f func(now state.Snapshot) error) (err error) {
	if w.kept == nil {
		return f(w.store.Snapshot())
	}
	w.store.Exclusive(func(now state.Snapshot) state.Snapshot {
		err = f(now)
		return now
	})
	return err
}

// become makes the world what s is; keep hands the same in to be kept.
func (w *world) become(s state.Snapshot, keep func()) {
	var left uint64
	_ = w.store.View(func(tx *state.Tx) error { // the function returns no error
		left = tx.Moment().Timeline
		return nil
	})
	w.store.Exclusive(func(state.Snapshot) state.Snapshot {
		keep()
		return s
	})
	// What cannot be kept is told by the keeper itself, and ends the process.
	_ = w.store.Update(func(tx *state.Tx) error { tx.Diverge(left); return nil })
	w.sender.rewind()
	w.post.rewind()
}
