package state

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/hashicorp/go-memdb"
)

// Keeper writes down what a world commits, so that the world can be made anew from it. Its methods are called by many
// goroutines.
type Keeper interface {
	// Commit takes the changes of one transaction, in the order of the commits and before anybody sees them. It must not wait
	// for anything slow: writers stand in line behind it. The mark names all that was taken so far.
	Commit([]Change) (mark uint64)
	// Mark is the mark of the last commit; Wait returns when all up to a mark is safe, and fails where it cannot be made so.
	Mark() uint64
	Wait(mark uint64) error
}

// Change says what a record is now.
type Change struct {
	Table  string
	Key    []byte // of the record within its table
	Record any    // pointer to the record, which nobody writes to; nil where there is none any more
}

// Keep has k write down every commit from now on; nil ends that. An Update returns when its changes are safe, and a View when
// what it saw is: nobody is told what a crash could take back. It is called while nobody uses the store.
func (s *Store) Keep(k Keeper) { s.keeper = k }

// Exclusive calls f with the world as it is, while no writer is under way and none begins. The world becomes what f
// returns: its argument for no change.
func (s *Store) Exclusive(f func(now Snapshot) Snapshot) {
	s.mu.Lock()
	now := s.Snapshot()
	after := func() Snapshot {
		defer s.mu.Unlock()
		after := f(now)
		if after != now {
			s.db.Store(after.db.Snapshot())
		}
		return after
	}()
	if after != now {
		s.wake()
	}
}

// handOver gives the changes of a transaction to the keeper and returns its mark.
func (tx *Tx) handOver(k Keeper) uint64 {
	schema := tx.store.db.Load().DBSchema()
	changes := tx.txn.Changes()
	list := make([]Change, 0, len(changes))
	for _, c := range changes {
		r := c.After
		if r == nil {
			r = c.Before
		}
		list = append(list, Change{c.Table, primaryKey(schema, c.Table, r), c.After})
	}
	if len(list) == 0 {
		return k.Mark()
	}
	return k.Commit(list)
}

// primaryKey is the key under which a table files a record by its id.
func primaryKey(s *memdb.DBSchema, table string, r any) []byte {
	x, _ := s.Tables[table].Indexes[indexID].Indexer.(memdb.SingleIndexer)
	_, k, err := x.FromObject(r)
	if err != nil {
		panic("state: " + err.Error()) // it is in the table, so it is of its type
	}
	return k
}

// NewRecord returns a pointer to an empty record of a table, or false where there is no such table.
func NewRecord(table string) (any, bool) {
	t, ok := schema().Tables[table]
	if !ok {
		return nil, false
	}
	maker, ok := t.Indexes[indexID].Indexer.(interface{ empty() any })
	if !ok {
		return nil, false
	}
	return maker.empty(), true
}

// Tables lists the tables of a world by name.
func Tables() []string { return slices.Sorted(maps.Keys(schema().Tables)) }

// All yields every record, table by table in the order of their names and by key within a table.
func (p Snapshot) All() iter.Seq[Change] {
	return func(yield func(Change) bool) {
		schema := p.db.DBSchema()
		txn := p.db.Txn(false)
		defer txn.Abort()
		for _, table := range slices.Sorted(maps.Keys(schema.Tables)) {
			it, err := txn.Get(table, indexID)
			if err != nil {
				panic("state: " + err.Error()) // tables and indexes are constants
			}
			for r := it.Next(); r != nil; r = it.Next() {
				if !yield(Change{table, primaryKey(schema, table, r), r}) {
					return
				}
			}
		}
	}
}

// With returns what a world becomes when changes are put over it, the first ones first. It fails where a change tells of
// no record of its table.
func (p Snapshot) With(changes iter.Seq2[Change, error]) (Snapshot, error) {
	db := p.db.Snapshot()
	txn := db.Txn(true)
	defer txn.Abort()
	for c, err := range changes {
		if err == nil {
			err = apply(txn, c)
		}
		if err != nil {
			return Snapshot{}, err
		}
	}
	txn.Commit()
	return Snapshot{db}, nil
}

// apply puts one change into a transaction.
func apply(txn *memdb.Txn, c Change) error {
	if c.Record != nil {
		if err := txn.Insert(c.Table, c.Record); err != nil {
			return fmt.Errorf("table %s: %w", c.Table, err)
		}
		return nil
	}
	old, err := txn.First(c.Table, indexID, wholeKey(c.Key))
	if err != nil {
		return fmt.Errorf("table %s: %w", c.Table, err)
	}
	if old == nil {
		return nil
	}
	return txn.Delete(c.Table, old)
}

// wholeKey is a key in the form in which an index has it.
type wholeKey []byte

// Open returns a world that begins as a snapshot.
func Open(o Options, p Snapshot) *Store {
	s := newStore(o)
	s.db.Store(p.db.Snapshot())
	return s
}

// Empty is a world without any record, not even its own: what [Snapshot.With] builds upon.
func Empty() Snapshot {
	db, err := memdb.NewMemDB(schema())
	if err != nil {
		panic("state: " + err.Error()) // the schema is a constant, held by a test
	}
	// A snapshot of a database keeps no watch channels, which nobody here reads and every write would pay for.
	return Snapshot{db.Snapshot()}
}
