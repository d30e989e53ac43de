package audit_test

import (
	"errors"
	"testing"

	"github.com/tennantite/tennantite/emulator/audit"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestRecord holds the defaults of an event, its order, and that what was undone was not recorded.
func TestRecord(t *testing.T) {
	t.Parallel()
	s := state.New(state.Options{})
	if err := s.Update(func(tx *state.Tx) error {
		audit.Record(tx, state.Event{TenantID: "a", Operation: "one"})
		audit.Record(tx, state.Event{TenantID: "b", Operation: "other"})
		audit.Record(tx, state.Event{TenantID: "a", Operation: "two", Result: "failure"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	undone := errors.New("undone")
	if err := s.Update(func(tx *state.Tx) error {
		audit.Record(tx, state.Event{TenantID: "a", Operation: "three"})
		return undone
	}); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if err := s.View(func(tx *state.Tx) error {
		var got []string
		for e := range tx.Events("a") {
			got = append(got, e.Operation+" "+e.Result)
			if e.ID == "" || e.CorrelationID == "" || e.At.IsZero() {
				t.Errorf("event %+v", e)
			}
		}
		if len(got) != 2 || got[0] != "one success" || got[1] != "two failure" {
			t.Errorf("timeline %v", got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
