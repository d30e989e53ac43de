package emulator

import (
	"slices"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/tennantite/tennantite/emulator/state"
)

// causes are the last requests of a world with a span, by the changes that they may have made: what is sent out because of
// a change is told as a consequence of one. Where requests ran at the same time it may be another one of these.
type causes struct {
	mu     sync.Mutex
	recent []*cause // oldest first
}

// cause is a request that saw the world's change numbers from after to last.
type cause struct {
	after, last uint64
	ended       bool
	span        trace.SpanContext
}

const mostCauses = 100

// begin notes a request; what it returns notes its end.
func (c *causes) begin(w *world, span trace.SpanContext) (end func()) {
	n := &cause{after: w.sequence(), span: span}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recent = append(c.recent[max(0, len(c.recent)-mostCauses+1):], n)
	return func() {
		last := w.sequence()
		c.mu.Lock()
		defer c.mu.Unlock()
		n.last, n.ended = last, true
	}
}

// of is the span of the youngest request that may have made a change; without one it is not valid.
func (c *causes) of(seq uint64) trace.SpanContext {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range slices.Backward(c.recent) {
		if n.after < seq && (!n.ended || seq <= n.last) {
			return n.span
		}
	}
	return trace.SpanContext{}
}

// sequence is the number of the world's last change.
func (w *world) sequence() (n uint64) {
	// A view fails only where nothing can be kept any more, and then the process ends.
	_ = w.store.View(func(tx *state.Tx) error {
		n = tx.Sequence()
		return nil
	})
	return n
}
