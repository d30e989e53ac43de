package state

import "time"

// Stand freezes the world's clock at a time.
func (w *World) Stand(at time.Time) { w.Frozen, w.FrozenAt, w.Offset = true, at.UTC(), 0 }

// Run lets the world's clock run, so far ahead of the wall clock.
func (w *World) Run(ahead time.Duration) { w.Frozen, w.FrozenAt, w.Offset = false, time.Time{}, ahead }

// Move moves the world's clock, whether it runs or stands.
func (w *World) Move(by time.Duration) {
	if w.Frozen {
		w.FrozenAt = w.FrozenAt.Add(by)
		return
	}
	w.Offset += by
}
