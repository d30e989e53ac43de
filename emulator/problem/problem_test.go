package problem_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/tennantite/tennantite/emulator/problem"
)

func TestAs(t *testing.T) {
	t.Parallel()
	denied := problem.New(problem.Denied, problem.SharingDisabled, "no")
	for name, c := range map[string]struct {
		err    error
		kind   problem.Kind
		reason problem.Reason
	}{
		"its own":                     {denied, problem.Denied, problem.SharingDisabled},
		"wrapped":                     {fmt.Errorf("share: %w", denied), problem.Denied, problem.SharingDisabled},
		"a foreign error is internal": {errors.New("boom"), problem.Internal, problem.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if k := problem.KindOf(c.err); k != c.kind {
				t.Errorf("kind %v, want %v", k, c.kind)
			}
			if r := problem.ReasonOf(c.err); r != c.reason {
				t.Errorf("reason %v, want %v", r, c.reason)
			}
		})
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("outer: %w", problem.For(problem.NotFound, problem.UserNotFound, "x", "gone"))
	if !errors.Is(err, &problem.Error{Kind: problem.NotFound}) {
		t.Error("kind alone should match")
	}
	if !errors.Is(err, &problem.Error{Kind: problem.NotFound, Reason: problem.UserNotFound}) {
		t.Error("kind and reason should match")
	}
	if errors.Is(err, &problem.Error{Kind: problem.NotFound, Reason: problem.ItemNotFound}) {
		t.Error("another reason should not match")
	}
	if got, want := err.Error(), "outer: x: gone"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for kind, want := range map[problem.Kind]int{
		problem.Internal: 500, problem.Invalid: 400, problem.Unauthenticated: 401, problem.Denied: 403, problem.NotFound: 404,
		problem.Conflict: 409, problem.Expired: 410, problem.Unsupported: 501, problem.TooLarge: 413, problem.Throttled: 429,
	} {
		if got := kind.Status(); got != want {
			t.Errorf("kind %d: %d, want %d", kind, got, want)
		}
	}
}
