package state

import (
	"slices"
	"testing"

	"github.com/tennantite/tennantite/emulator/problem"
)

func TestQueue(t *testing.T) {
	t.Parallel()
	ids := func(w World) (list []string) {
		for _, f := range w.Faults {
			list = append(list, f.ID)
		}
		return list
	}
	w := World{Faults: []Fault{{ID: "mine"}}}
	if err := w.Queue(Fault{}, Fault{}); err != nil {
		t.Fatal(err)
	}
	w.Faults[1].Hits = 1 // it has met its request
	if err := w.Queue(Fault{}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"mine", "queue-2", "queue-3"}; !slices.Equal(ids(w), want) {
		t.Errorf("found %v, want %v", ids(w), want)
	}
	before := ids(w)
	if err := w.Queue(make([]Fault, MaxFaults)...); problem.ReasonOf(err) != problem.LimitExceeded {
		t.Errorf("too many: %v", err)
	}
	if !slices.Equal(ids(w), before) {
		t.Errorf("a refusal changed the rules to %v", ids(w))
	}
	for range 3 { // a suite that queues for each test never runs out of room
		for i := range w.Faults {
			w.Faults[i].Hits = 1
		}
		if err := w.Queue(make([]Fault, MaxFaults-1)...); err != nil {
			t.Fatal(err)
		}
	}
}
