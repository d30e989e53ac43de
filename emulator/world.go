package emulator

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/tennantite/tennantite/control"
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
	used         atomic.Int64 // wall clock of the last request, in nanoseconds

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

// restore makes the world what it was at a snapshot.
func (w *world) restore(s state.Snapshot) {
	w.store.Restore(s)
	w.sender.rewind()
}
