package emulator

import (
	"context"
	"time"
)

// idleTime is how long the world lives when nobody asks for it: 0 as the process says, negative for ever.
func (w *world) idleTime() time.Duration { return time.Duration(w.idle.Load()) }

// visit notes that a request has come and, by what it returns, that it is answered.
func (w *world) visit(now func() time.Time) (done func()) {
	w.visitors.Add(1)
	return func() {
		w.used.Store(now().UnixNano())
		w.visitors.Add(-1)
	}
}

// idleEnd is when a world ends unless somebody asks for it before; false for one that does not end by itself: main, one
// with a request under way, and one that was told to stay.
func (e *Emulator) idleEnd(w *world) (time.Time, bool) {
	life := w.idleTime()
	if life == 0 {
		life = e.options.WorldIdle
	}
	if w.name == MainWorld || life <= 0 || w.visitors.Load() > 0 {
		return time.Time{}, false
	}
	return time.Unix(0, w.used.Load()).Add(life), true
}

// endIdle ends the worlds whose time is over, and returns how long it is until the next one's is.
func (e *Emulator) endIdle() time.Duration {
	const longest, shortest = time.Minute, time.Millisecond // a world with a request under way is looked at again
	now, next := e.options.Now(), longest
	for _, w := range e.worlds.all() {
		end, ends := e.idleEnd(w)
		switch {
		case !ends:
		case end.After(now):
			next = min(next, end.Sub(now))
		default:
			e.options.Log.Info("world ended: idle", "world", w.name)
			_ = e.drop(w.name) // somebody else may have been faster
		}
	}
	return max(next, shortest)
}

// idleChanged has the worlds looked at anew.
func (e *Emulator) idleChanged() {
	select {
	case e.idleNews <- struct{}{}:
	default: // somebody has said so already
	}
}

// watchIdle ends idle worlds until ctx ends.
func (e *Emulator) watchIdle(ctx context.Context) {
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.idleNews:
		case <-t.C:
		}
		t.Reset(e.endIdle())
	}
}
