package problem

import "context"

type forgiveKey struct{}

// NewContext returns a context in which what [Forgive] lets pass is noted.
func NewContext(ctx context.Context, note func(error)) context.Context {
	return context.WithValue(ctx, forgiveKey{}, note)
}

// Forgive notes a failure that a lenient world lets pass, for the journal.
func Forgive(ctx context.Context, err error) {
	if note, ok := ctx.Value(forgiveKey{}).(func(error)); ok && err != nil {
		note(err)
	}
}
