package emulator_test

import (
	"testing"

	"github.com/anishathalye/porcupine"
)

// TestTheLinearModelSeesWhatCannotBe holds that a history which no order explains is refused, and one that overlaps is not.
func TestTheLinearModelSeesWhatCannotBe(t *testing.T) {
	t.Parallel()
	done := func(call, back int64, did, with string, ok bool, value string) porcupine.Operation {
		return porcupine.Operation{Input: asked{"it", did, with}, Output: outcomeOf{ok, value}, Call: call, Return: back}
	}
	for _, tt := range []struct {
		name    string
		history []porcupine.Operation
		want    bool
	}{
		{"invited, then read", []porcupine.Operation{done(1, 2, "invite", "", true, "a"), done(3, 4, "read", "", true, "a pending")}, true},
		{"read while invited", []porcupine.Operation{done(1, 4, "invite", "", true, "a"), done(2, 3, "read", "", true, "")}, true},
		{"redeemed, deleted, invited anew", []porcupine.Operation{
			done(1, 2, "redeem", "sharing-invitation", true, "a"), done(3, 4, "remove", "a", true, ""), done(5, 6, "invite", "", true, "b"),
		}, true},

		{"invited, and not there", []porcupine.Operation{done(1, 2, "invite", "", true, "a"), done(3, 4, "read", "", true, "")}, false},
		{"invited twice, two guests", []porcupine.Operation{done(1, 3, "invite", "", true, "a"), done(2, 4, "invite", "", true, "b")}, false},
		{"a guest of the link of nobody", []porcupine.Operation{done(1, 2, "redeem", "b2b-invitation", true, "a")}, false},
		{"SharePoint invites a guest", []porcupine.Operation{done(1, 2, "invite", "", true, "a"), done(3, 4, "share", "", true, "")}, false},
		{"deleted twice", []porcupine.Operation{
			done(1, 2, "invite", "", true, "a"), done(3, 5, "remove", "a", true, ""), done(4, 6, "remove", "a", true, ""),
		}, false},
		{"added twice", []porcupine.Operation{done(1, 3, "add", "", true, ""), done(2, 4, "add", "", true, "")}, false},
		{"an old size after a new one", []porcupine.Operation{
			done(1, 2, "write", "1", true, ""), done(3, 6, "write", "2", true, ""), done(4, 5, "read", "", true, "2"), done(7, 8, "read", "", true, "1"),
		}, false},
	} {
		if got := porcupine.CheckOperations(linearModel(), tt.history); got != tt.want {
			t.Errorf("%s: possible %t, want %t", tt.name, got, tt.want)
		}
	}
}
