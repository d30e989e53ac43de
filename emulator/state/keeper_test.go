package state

import (
	"errors"
	"iter"
	"reflect"
	"slices"
	"testing"
)

// ledger is a keeper in memory.
type ledger struct {
	commits [][]Change
	waited  uint64
	failure error
}

func (l *ledger) Commit(c []Change) uint64 {
	l.commits = append(l.commits, c)
	return l.Mark()
}
func (l *ledger) Mark() uint64 { return uint64(len(l.commits)) }
func (l *ledger) Wait(m uint64) error {
	l.waited = max(l.waited, m)
	return l.failure
}

func (l *ledger) all() iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		for _, c := range slices.Concat(l.commits...) {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// TestKeeperRebuildsTheWorld puts what a keeper was told over the snapshot that it began with, and gets the world.
func TestKeeperRebuildsTheWorld(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	begin := s.Snapshot()
	var l ledger
	s.Keep(&l)
	update(t, s, func(tx *Tx) {
		tx.PutTenant(Tenant{ID: contoso, InitialDomain: "contoso.onmicrosoft.com", Domains: []Domain{{Name: "contoso.com"}}})
		tx.PutUser(user(contoso, "a", "a@contoso.com"))
		tx.PutUser(user(contoso, "b", "b@contoso.com"))
		tx.PurgeUser(user(contoso, "c", "made and gone at once"))
	})
	update(t, s, func(tx *Tx) {
		a, _ := tx.User(contoso, "a")
		a.DisplayName = "Renamed"
		tx.PutUser(a)
		b, _ := tx.User(contoso, "b")
		tx.PurgeUser(b)
		tx.PutMessage(Message{ID: "m", To: "a@contoso.com"})
	})
	if l.waited != 2 {
		t.Errorf("the second update waited for mark %d, want 2", l.waited)
	}
	if err := s.Update(func(tx *Tx) error { tx.PutUser(user(contoso, "x", "x@contoso.com")); return errors.New("no") }); err == nil || len(l.commits) != 2 {
		t.Errorf("a failed update: error %v, %d commits; want an error and 2", err, len(l.commits))
	}
	again, err := begin.With(l.all())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Collect(again.All()), slices.Collect(s.Snapshot().All()); !reflect.DeepEqual(got, want) {
		t.Errorf("rebuilt:\n%v\nwant:\n%v", got, want)
	}
	o := Open(Options{}, again)
	if err := o.View(func(tx *Tx) error {
		if a, ok := tx.UserByUPN(contoso, "A@contoso.com"); !ok || a.DisplayName != "Renamed" {
			t.Errorf("user by principal name: %v, %t", a, ok)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// TestKeeperFails shows that neither a change nor a look at it is answered where the change could not be kept.
func TestKeeperFails(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	s := New(Options{})
	s.Keep(&ledger{failure: full})
	if err := s.Update(func(tx *Tx) error { tx.PutUser(user(contoso, "a", "a@contoso.com")); return nil }); !errors.Is(err, full) {
		t.Errorf("update: %v", err)
	}
	if err := s.View(func(*Tx) error { return nil }); !errors.Is(err, full) {
		t.Errorf("view: %v", err)
	}
}

func TestExclusive(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	var kept Snapshot
	s.Exclusive(func(now Snapshot) Snapshot { kept = now; return now })
	update(t, s, func(tx *Tx) { tx.PutUser(user(contoso, "a", "a@contoso.com")) })
	changed := s.Changed()
	s.Exclusive(func(Snapshot) Snapshot { return kept })
	select {
	case <-changed:
	default:
		t.Error("nobody was woken")
	}
	_ = s.View(func(tx *Tx) error {
		if _, ok := tx.User(contoso, "a"); ok {
			t.Error("the world is not what it was")
		}
		return nil
	})
}

func TestNewRecord(t *testing.T) {
	t.Parallel()
	for _, table := range Tables() {
		if r, ok := NewRecord(table); !ok || r == nil {
			t.Errorf("%s has no record", table)
		}
	}
	if _, ok := NewRecord("nothing"); ok {
		t.Error("a table that is not there has a record")
	}
	if _, err := Empty().With(func(yield func(Change, error) bool) { yield(Change{Table: tableUsers, Record: &Tenant{}}, nil) }); err == nil {
		t.Error("a tenant is no user")
	}
}
