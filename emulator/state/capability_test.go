package state

import (
	"bytes"
	"math"
	"testing"
)

// TestKeys compares the keys of a world with those of the worlds that began as it was at two moments.
func TestKeys(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	keys := func(lineage ...string) (all []Key) {
		t.Helper()
		err := s.Update(func(tx *Tx) error {
			w := tx.World()
			w.Lineage = lineage
			tx.PutWorld(w)
			all = tx.Keys()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	parent, child, sibling := keys("main.x"), keys("main.x@5", "child.y"), keys("main.x@7", "sibling.z")
	if len(parent) != 1 || len(child) != 2 || len(sibling) != 2 {
		t.Fatalf("%d, %d and %d keys", len(parent), len(child), len(sibling))
	}
	for name, k := range map[string]Key{"parent": parent[0], "child": child[0], "sibling": sibling[0]} {
		if k.Until != math.MaxUint64 {
			t.Errorf("the %s's own key is good until %d", name, k.Until)
		}
	}
	if !bytes.Equal(child[1].Secret, parent[0].Secret) || child[1].Until != 5 || sibling[1].Until != 7 {
		t.Errorf("a child knows its parent by %v, the sibling by %v", child[1], sibling[1])
	}
	if bytes.Equal(child[0].Secret, sibling[0].Secret) || bytes.Equal(child[0].Secret, parent[0].Secret) {
		t.Error("two worlds sign with one key")
	}
	if one := keys(); len(one) != 1 {
		t.Errorf("a world without a name has %d keys", len(one))
	}
}

// TestSeal unseals what a world sealed at a moment: in itself, put back to before and after it, and in worlds that began
// before and after it.
func TestSeal(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	in := func(f func(*Tx)) {
		t.Helper()
		if err := s.Update(func(tx *Tx) error { f(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	become := func(tx *Tx, timeline, sequence uint64, before Moment, lineage ...string) {
		w := tx.World()
		w.Timeline, w.Before, w.Lineage = timeline, before, lineage
		tx.PutWorld(w)
		tx.world.Sequence = sequence
	}
	var sealed string
	in(func(tx *Tx) {
		become(tx, 1, 50, Moment{}, "main.x")
		sealed = tx.Seal("delta", []byte("a;b"))
	})
	for name, row := range map[string]struct {
		timeline, sequence uint64
		before             Moment
		lineage            []string
		purpose            string
		passed, ok         bool
	}{
		"the same":                    {1, 50, Moment{}, []string{"main.x"}, "delta", true, true},
		"later":                       {1, 70, Moment{}, []string{"main.x"}, "delta", true, true},
		"put back to after it":        {2, 60, Moment{1, 55}, []string{"main.x"}, "delta", true, true},
		"put back to before it":       {2, 60, Moment{1, 49}, []string{"main.x"}, "delta", false, true},
		"a world that began after it": {1, 70, Moment{}, []string{"main.x@50", "child.y"}, "delta", true, true},
		"one that began before it":    {1, 70, Moment{}, []string{"main.x@49", "child.y"}, "delta", false, true},
		"a stranger":                  {1, 70, Moment{}, []string{"other.z"}, "delta", false, false},
		"for something else":          {1, 50, Moment{}, []string{"main.x"}, "deltas", false, false},
	} {
		in(func(tx *Tx) {
			become(tx, row.timeline, row.sequence, row.before, row.lineage...)
			body, passed, ok := tx.Unseal(row.purpose, sealed)
			if passed != row.passed || ok != row.ok || ok && string(body) != "a;b" {
				t.Errorf("%s: %q, %v, %v", name, body, passed, ok)
			}
		})
	}
	in(func(tx *Tx) {
		become(tx, 1, 50, Moment{}, "main.x")
		for _, bad := range []string{"", "x", "rubbish", sealed[1:], sealed + "A", sealed[:len(sealed)-4]} {
			if _, _, ok := tx.Unseal("delta", bad); ok {
				t.Errorf("%q was unsealed", bad)
			}
		}
	})
}
