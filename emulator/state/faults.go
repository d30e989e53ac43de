package state

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// MaxFaults bounds what every request is compared with.
const MaxFaults = 1000

// queued begins the id of a fault that stands in the queue.
const queued = "queue-"

// Queue puts faults that meet one request each, in that order, behind the rules that are there. Those queued earlier that
// have met theirs make room. It fails with LimitExceeded, and changes nothing then.
func (w *World) Queue(faults ...Fault) error {
	last := 0
	for _, f := range w.Faults {
		if n, err := strconv.Atoi(strings.TrimPrefix(f.ID, queued)); err == nil {
			last = max(last, n)
		}
	}
	all := slices.DeleteFunc(slices.Clone(w.Faults), func(f Fault) bool {
		return strings.HasPrefix(f.ID, queued) && f.Hits >= f.Limit.Times
	})
	if len(all)+len(faults) > MaxFaults {
		return TooManyFaults()
	}
	for _, f := range faults {
		last++
		f.ID, f.Limit.Times = queued+strconv.Itoa(last), 1
		all = append(all, f)
	}
	w.Faults = all
	return nil
}

// Unqueue takes one rule away. It fails with ObjectNotFound.
func (w *World) Unqueue(id string) error {
	left := slices.DeleteFunc(slices.Clone(w.Faults), func(f Fault) bool { return f.ID == id })
	if len(left) == len(w.Faults) {
		return problem.For(problem.NotFound, problem.ObjectNotFound, id, "There is no such rule; it may have made room already.")
	}
	w.Faults = left
	return nil
}

// TooManyFaults says that a world has no room for more rules.
func TooManyFaults() error {
	return problem.For(problem.TooLarge, problem.LimitExceeded, "rules", "a world has at most %d rules", MaxFaults)
}
