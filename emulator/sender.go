package emulator

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/state"
)

// sender tells the subscribers of one world what changed, and what becomes of their subscriptions. It looks after each
// commit and when something is due by the world's clock. Each subscription has one delivery under way at most, so that a
// slow listener gets what happened meanwhile in one piece.
type sender struct {
	world  *world
	hooks  *webhooks
	traces *tracing
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	again  chan struct{} // a delivery has ended
	ended  chan struct{}
	posts  sync.WaitGroup

	mu    sync.Mutex
	base  uint64 // what happened up to here was told, or is not ours to tell
	lines map[string]*line
}

// line is what goes to one subscriber: changes, or on a line of its own what becomes of the subscription.
type line struct {
	key   string
	life  bool
	told  uint64 // change number up to which notifications are in the queue, or need not be
	queue []*delivery
	busy  bool      // the first of the queue is under way
	alive bool      // there is a subscription
	until time.Time // and when it ends
}

// gone tells that nothing more comes: the subscription was deleted, or had ended when the next try would have been due.
func (l *line) gone() bool {
	switch {
	case l.busy:
		return false
	case len(l.queue) == 0:
		return l.life || !l.alive
	case l.life: // that a subscription is gone is what it is told
		return false
	}
	return !l.alive || !l.queue[0].next.Before(l.until)
}

// newSender begins with what happens from now on; resumed, with what the subscribers were not told before the process ended.
func newSender(w *world, h *webhooks, t *tracing, log *slog.Logger, resumed bool) *sender {
	ctx, cancel := context.WithCancel(context.Background())
	s := &sender{
		world: w, hooks: h, traces: t, log: log, ctx: ctx, cancel: cancel,
		again: make(chan struct{}, 1), ended: make(chan struct{}), lines: map[string]*line{},
	}
	if !resumed {
		s.rewind()
	}
	go s.watch()
	return s
}

// stop ends the sender and the deliveries under way.
func (s *sender) stop() {
	s.cancel()
	<-s.ended
	s.posts.Wait()
}

// rewind begins anew after the world has become another: what it has behind it is not told again.
func (s *sender) rewind() {
	now := s.world.sequence()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = now
	for _, l := range s.lines {
		l.told, l.alive, l.queue = 0, false, nil // what is under way comes to its end
	}
}

func (s *sender) watch() {
	defer close(s.ended)
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		changed := s.world.store.Changed()
		wait, timed := s.look()
		t.Stop()
		if timed {
			t.Reset(wait)
		}
		select {
		case <-changed:
		case <-s.again:
		case <-t.C:
		case <-s.ctx.Done():
			return
		}
	}
}

// look does what is due, and returns how long it is until the next thing is, by the wall clock; false if that depends on
// other things.
func (s *sender) look() (wait time.Duration, timed bool) {
	var d dueDates
	var lapsed []state.Subscription
	// A view fails only where nothing can be kept any more, and then the process ends.
	_ = s.world.store.View(func(tx *state.Tx) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		d = dueDates{now: tx.Now(), frozen: tx.World().Frozen}
		for _, l := range s.lines {
			l.alive = false
		}
		for sub := range tx.AllSubscriptions() {
			ended := !d.add(sub.ExpiresAt)
			l := s.line(sub, false)
			l.alive, l.until = true, sub.ExpiresAt
			if event, at := collaboration.Lapse(tx, sub); event != "" && at.Before(sub.ExpiresAt) && !d.add(at) {
				lapsed = append(lapsed, sub)
				continue
			}
			if !ended {
				s.queueChanges(tx, sub, l)
			}
		}
		if len(lapsed) == 0 { // else what they are told may be due first
			s.startDue(&d)
		}
		return nil
	})
	for _, sub := range lapsed {
		s.lapse(sub)
	}
	if len(lapsed) > 0 {
		return 0, true
	}
	return d.wait()
}

func (s *sender) line(sub state.Subscription, life bool) *line {
	key := sub.TenantID + sub.ID
	if life {
		key += " life"
	}
	l, ok := s.lines[key]
	if !ok {
		l = &line{key: key, life: life}
		s.lines[key] = l
	}
	return l
}

// queueChanges queues a notification of what the subscriber was not told yet.
func (s *sender) queueChanges(tx *state.Tx, sub state.Subscription, l *line) {
	if len(l.queue) > 0 {
		return
	}
	after := max(s.base, l.told, sub.DeliveredSeq)
	if after >= tx.Sequence() {
		return
	}
	l.told = tx.Sequence()
	if collaboration.Paused(tx, sub) {
		return
	}
	changes := changesFor(tx, sub, after)
	if len(changes) == 0 {
		return
	}
	body, err := notificationBody(tx, sub, changes)
	if err != nil {
		s.log.Error("notification", "subscription", sub.ID, "err", err)
		return
	}
	l.queue = append(l.queue, &delivery{
		subscription: sub, address: sub.NotificationURL, body: body, begun: tx.Now(), next: tx.Now(), upTo: l.told, cause: changes[0].seq,
	})
}

// startDue starts the deliveries whose time has come, in the order of their times, and forgets who is gone.
func (s *sender) startDue(d *dueDates) {
	maps.DeleteFunc(s.lines, func(_ string, l *line) bool { return l.gone() })
	waiting := slices.SortedFunc(maps.Values(s.lines), func(a, b *line) int { return strings.Compare(a.key, b.key) })
	waiting = slices.DeleteFunc(waiting, func(l *line) bool { return l.busy || len(l.queue) == 0 })
	slices.SortStableFunc(waiting, func(a, b *line) int { return a.queue[0].next.Compare(b.queue[0].next) })
	for _, l := range waiting {
		first := l.queue[0]
		if d.add(first.next) || s.ctx.Err() != nil || s.behind(first, d.frozen) {
			continue
		}
		l.busy, first.started = true, d.now
		s.posts.Go(func() { s.deliver(l, first) })
	}
}

// behind tells whether a delivery waits for one under way that was due earlier. On a clock that runs it does only where
// both were due when that one was started: things keep their order when the clock is moved over them, and nobody waits for
// the slow listener of somebody else.
func (s *sender) behind(x *delivery, frozen bool) bool {
	for _, l := range s.lines {
		if !l.busy || len(l.queue) == 0 {
			continue
		}
		if y := l.queue[0]; y.next.Before(x.next) && (frozen || !x.next.After(y.started)) {
			return true
		}
	}
	return false
}

// lapse does what is due about a subscription, if it still is, and queues what the subscriber is told about it.
func (s *sender) lapse(sub state.Subscription) {
	var x *delivery
	err := s.world.store.Update(func(tx *state.Tx) error {
		now, ok := tx.Subscription(sub.TenantID, sub.ID)
		if !ok {
			return nil
		}
		event, at := collaboration.Lapse(tx, now)
		if event == "" || tx.Now().Before(at) {
			return nil
		}
		if event == collaboration.Removed {
			tx.DeleteSubscription(now)
		} else {
			now.ReauthorizationAsked = true
			tx.PutSubscription(now)
		}
		var err error
		x, err = lifecycleDelivery(now, event, at)
		return err
	})
	if err != nil {
		s.log.Error("lifecycle notification", "subscription", sub.ID, "err", err)
	}
	if x == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.line(sub, true)
	l.queue = append(l.queue, x)
}

// dueDates finds the next of some dates of a world's clock.
type dueDates struct {
	now, next time.Time
	frozen    bool
}

// add tells whether a date is still to come; the zero date never comes.
func (d *dueDates) add(at time.Time) bool {
	if at.IsZero() {
		return true
	}
	if !at.After(d.now) {
		return false
	}
	if d.next.IsZero() || at.Before(d.next) {
		d.next = at
	}
	return true
}

// wait is how long it is until the next date; a clock that stands still does not get there by itself.
func (d *dueDates) wait() (time.Duration, bool) {
	if d.frozen || d.next.IsZero() {
		return 0, false
	}
	return d.next.Sub(d.now), true
}
