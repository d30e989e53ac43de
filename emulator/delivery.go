package emulator

import (
	"encoding/json"
	"time"

	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/state"
)

// delivery is a notification on its way to a subscriber.
type delivery struct {
	subscription state.Subscription
	address      string
	body         []byte
	event        collaboration.LifecycleEvent // "" for changes
	begun, next  time.Time                    // by the world's clock: since when it is to be told, and when it is tried
	started      time.Time                    // what the world's clock showed when the last try began
	tries        int
	upTo         uint64 // change number up to which it tells
	cause        uint64 // number of the first change that it tells
}

// patience is how long the service tries to deliver a notification (graph.md 9.3).
const patience = 4 * time.Hour

// pause is how long the service waits after so many failed tries (from memory: the pauses grow).
func pause(tries int) time.Duration {
	all := [...]time.Duration{
		time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
	}
	return all[min(tries, len(all))-1]
}

// deliver tries once. What is not taken comes again after a pause of the world's clock, until the service gives up; then
// the subscriber is told that he missed something.
func (s *sender) deliver(l *line, x *delivery) {
	sub := x.subscription
	ctx, headers, end := s.traces.notify(s.ctx, s.world, x)
	err := s.hooks.post(ctx, x.address, x.body, headers)
	end(err)
	if err == nil {
		s.acknowledged(x)
	} else if s.ctx.Err() == nil {
		s.log.Info("a notification was not taken", "subscription", sub.ID, "url", x.address, "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		l.busy = false
		select {
		case s.again <- struct{}{}:
		default: // somebody has said so already
		}
	}()
	if len(l.queue) == 0 || l.queue[0] != x { // the world has become another
		return
	}
	if err == nil {
		l.queue = l.queue[1:]
		return
	}
	last := x.next
	x.tries++
	if x.next = last.Add(pause(x.tries)); x.next.Before(x.begun.Add(patience)) {
		return
	}
	l.queue = l.queue[1:]
	s.log.Warn("a notification is given up", "subscription", sub.ID, "url", x.address, "tries", x.tries)
	if x.event != "" {
		return
	}
	if missed, err := lifecycleDelivery(sub, collaboration.Missed, last); err == nil && missed != nil {
		life := s.line(sub, true)
		life.queue = append(life.queue, missed)
	}
}

// acknowledged notes, where the world outlives the process, what the subscriber was told.
func (s *sender) acknowledged(x *delivery) {
	if s.world.kept == nil || x.event != "" {
		return
	}
	err := s.world.store.Update(func(tx *state.Tx) error {
		now, ok := tx.Subscription(x.subscription.TenantID, x.subscription.ID)
		if ok && now.DeliveredSeq < x.upTo {
			now.DeliveredSeq = x.upTo
			tx.PutSubscription(now)
		}
		return nil
	})
	if err != nil {
		s.log.Warn("an acknowledged notification could not be noted", "subscription", x.subscription.ID, "err", err)
	}
}

// lifecycleNotification is an element of what is told about a subscription itself.
type lifecycleNotification struct {
	SubscriptionID string                       `json:"subscriptionId"`
	ExpiresAt      time.Time                    `json:"subscriptionExpirationDateTime"`
	TenantID       string                       `json:"tenantId"`
	ClientState    *string                      `json:"clientState"`
	Event          collaboration.LifecycleEvent `json:"lifecycleEvent"`
}

// lifecycleDelivery tells a subscriber about his subscription; nil where he gave no address for that.
func lifecycleDelivery(s state.Subscription, event collaboration.LifecycleEvent, now time.Time) (*delivery, error) {
	if s.LifecycleURL == "" {
		return nil, nil
	}
	n := lifecycleNotification{SubscriptionID: s.ID, ExpiresAt: s.ExpiresAt.UTC(), TenantID: s.TenantID, Event: event}
	if s.ClientState != "" {
		n.ClientState = &s.ClientState
	}
	body, err := json.Marshal(envelope[lifecycleNotification]{[]lifecycleNotification{n}})
	return &delivery{subscription: s, address: s.LifecycleURL, body: body, event: event, begun: now, next: now}, err
}
