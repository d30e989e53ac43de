package emulator

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// sender tells the subscribers of one world what changed. It looks after each commit; each subscription has one delivery
// under way at most, so that a slow listener gets what happened meanwhile in one piece.
type sender struct {
	store  *state.Store
	hooks  *webhooks
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{}

	mu       sync.Mutex
	base     uint64            // what happened up to here was told, or is not ours to tell
	told     map[string]uint64 // by subscription
	busy     map[string]bool
	delivery sync.WaitGroup
}

// retries are the pauses after failed deliveries; the service goes on for about four hours (graph.md 9.3).
//
//nolint:gochecknoglobals // a constant table
var retries = []time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute,
	30 * time.Minute, time.Hour, time.Hour, time.Hour,
}

func newSender(s *state.Store, h *webhooks, log *slog.Logger) *sender {
	ctx, cancel := context.WithCancel(context.Background())
	w := &sender{
		store: s, hooks: h, log: log, ctx: ctx, cancel: cancel, ended: make(chan struct{}),
		told: map[string]uint64{}, busy: map[string]bool{},
	}
	w.rewind()
	go w.watch()
	return w
}

// stop ends the sender and the deliveries under way.
func (w *sender) stop() {
	w.cancel()
	<-w.ended
	w.delivery.Wait()
}

// rewind begins anew after the world has become another: what it has behind it is not told again.
func (w *sender) rewind() {
	// The error is always nil: the function returns none.
	_ = w.store.View(func(tx *state.Tx) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.base = tx.Sequence()
		clear(w.told)
		return nil
	})
}

func (w *sender) watch() {
	defer close(w.ended)
	for {
		changed := w.store.Changed()
		w.look()
		select {
		case <-changed:
		case <-w.ctx.Done():
			return
		}
	}
}

// look starts a delivery for each subscription that has something to be told.
func (w *sender) look() {
	// The error is always nil: the function returns none.
	_ = w.store.View(func(tx *state.Tx) error {
		for s := range tx.AllSubscriptions() {
			if tx.Now().Before(s.ExpiresAt) {
				w.prepare(tx, s)
			}
		}
		return nil
	})
}

func (w *sender) prepare(tx *state.Tx, s state.Subscription) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := s.TenantID + s.ID
	if w.busy[key] || w.ctx.Err() != nil {
		return
	}
	after := max(w.base, w.told[key], s.DeliveredSeq)
	if after >= tx.Sequence() {
		return
	}
	changes := changesFor(tx, s, after)
	w.told[key] = tx.Sequence()
	if len(changes) == 0 {
		return
	}
	body, err := notificationBody(tx, s, changes)
	if err != nil {
		w.log.Error("notification", "subscription", s.ID, "err", err)
		return
	}
	w.busy[key] = true
	w.delivery.Go(func() {
		w.deliver(s, body)
		w.mu.Lock()
		delete(w.busy, key)
		w.mu.Unlock()
		w.look() // what happened meanwhile
	})
}

// deliver posts a notification until it is acknowledged, the subscription is gone, or the service would give up.
func (w *sender) deliver(s state.Subscription, body []byte) {
	for _, pause := range append([]time.Duration{0}, retries...) {
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-w.ctx.Done():
			t.Stop()
			return
		}
		if !w.alive(s) {
			return
		}
		err := w.hooks.post(w.ctx, s.NotificationURL, body)
		if err == nil {
			return
		}
		w.log.Info("a notification was not taken", "subscription", s.ID, "url", s.NotificationURL, "err", err)
	}
}

func (w *sender) alive(s state.Subscription) (ok bool) {
	// The error is always nil: the function returns none.
	_ = w.store.View(func(tx *state.Tx) error {
		now, found := tx.Subscription(s.TenantID, s.ID)
		ok = found && tx.Now().Before(now.ExpiresAt)
		return nil
	})
	return ok
}
