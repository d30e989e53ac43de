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
