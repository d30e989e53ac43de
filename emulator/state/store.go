package state

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-memdb"
)

// Options are what a world takes from outside. The zero value is a world on real time with random identifiers.
type Options struct {
	Now  func() time.Time // the wall clock; nil is time.Now
	Rand io.Reader        // source of identifiers and secrets; nil is crypto/rand
	Seed uint64           // not 0: identifiers and secrets follow from it, the same for the same calls
}

// Store is the database of one world. It is safe for concurrent use.
type Store struct {
	now    func() time.Time
	rand   io.Reader
	keeper Keeper // nil for a world that lives in memory only

	mu      sync.Mutex // one writer
	db      atomic.Pointer[memdb.MemDB]
	changed atomic.Pointer[chan struct{}]
}

// Snapshot is a world's content at one moment. It holds no copy and never changes.
type Snapshot struct{ db *memdb.MemDB }

func newStore(o Options) *Store {
	s := &Store{now: o.Now, rand: o.Rand}
	if s.now == nil {
		s.now = time.Now //nolint:forbidigo // the default of the option
	}
	if s.rand == nil {
		s.rand = rand.Reader
	}
	return s
}

// New returns an empty world.
func New(o Options) *Store {
	s := Open(o, Empty())
	// The error is always nil: the function returns none.
	_ = s.Update(func(tx *Tx) error {
		const secretBytes = 32
		tx.world.Seed = o.Seed
		tx.world.Secret = tx.Bytes(secretBytes)
		tx.PutWorld(tx.world)
		return nil
	})
	return s
}

// View calls f with a consistent read of the world. It fails where f does, and where what f saw cannot be kept (see
// [Store.Keep]).
func (s *Store) View(f func(*Tx) error) error {
	txn := s.db.Load().Txn(false)
	defer txn.Abort()
	if s.keeper == nil {
		return f(newTx(s, txn, false))
	}
	mark := s.keeper.Mark() // of everything that this transaction can see
	return cmp.Or(f(newTx(s, txn, false)), s.keeper.Wait(mark))
}

// Update calls f with a read-write transaction and commits it if f returns nil. Otherwise, and when f panics, nothing has
// changed. Writers run one after the other. It also fails where the change cannot be kept (see [Store.Keep]); the world is
// not to be used then.
func (s *Store) Update(f func(*Tx) error) error {
	mark, err := s.update(f)
	if err != nil {
		return err
	}
	s.wake()
	if s.keeper == nil {
		return nil
	}
	return s.keeper.Wait(mark)
}

// update commits, and returns the keeper's mark of that.
func (s *Store) update(f func(*Tx) error) (mark uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	txn := s.db.Load().Txn(true)
	defer txn.Abort()
	if s.keeper != nil {
		txn.TrackChanges()
	}
	tx := newTx(s, txn, true)
	if err := f(tx); err != nil {
		return 0, err
	}
	tx.saveWorld()
	if s.keeper != nil {
		mark = tx.handOver(s.keeper)
	}
	txn.Commit()
	return mark, nil
}

// Snapshot returns the world as it is now.
func (s *Store) Snapshot() Snapshot { return Snapshot{s.db.Load().Snapshot()} }

// Restore makes the world what it was at the snapshot, clock and sequences included. Transactions under way end on the
// state that they began with.
func (s *Store) Restore(p Snapshot) {
	s.Exclusive(func(Snapshot) Snapshot { return p }) // a writer under way would put its own state over the restored one
}

// Fork returns a new world that begins as the snapshot and goes its own way.
func (s *Store) Fork(p Snapshot) *Store {
	f := &Store{now: s.now, rand: s.rand}
	f.db.Store(p.db.Snapshot())
	return f
}

type contextKey struct{}

// NewContext returns a context whose requests are answered from s.
func NewContext(ctx context.Context, s *Store) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// FromContext returns the world that a request belongs to; nil where the front door set none.
func FromContext(ctx context.Context) *Store {
	s, _ := ctx.Value(contextKey{}).(*Store)
	return s
}

// Changed returns a channel that is closed at the next committed Update or Restore: whoever waits for something takes it
// before he looks, so that nothing slips between.
func (s *Store) Changed() <-chan struct{} {
	for {
		if c := s.changed.Load(); c != nil {
			return *c
		}
		c := make(chan struct{})
		s.changed.CompareAndSwap(nil, &c)
	}
}

// wake closes the channel that somebody waits on.
func (s *Store) wake() {
	if c := s.changed.Swap(nil); c != nil {
		close(*c)
	}
}
