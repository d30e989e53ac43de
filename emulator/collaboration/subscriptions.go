package collaboration

import (
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// LifecycleEvent is what a subscriber is told about a subscription itself (GD:con/webhooks-lifecycle).
type LifecycleEvent string

// The events of a subscription's life.
const (
	Reauthorize LifecycleEvent = "reauthorizationRequired" // the token that it was made with ends
	Removed     LifecycleEvent = "subscriptionRemoved"     // the service has ended it
	Missed      LifecycleEvent = "missed"                  // notifications could not be delivered and are given up
)

// reauthorizationLead is how long before the end of the token a subscriber is asked (from memory, unverified).
const reauthorizationLead = 15 * time.Minute

// Lapse tells what has to be done about a subscription: that its subscriber is asked to authorize it again, or that the
// service removes it, because the person or the application whose it is may no longer read. at is when it has to be done
// next, zero for never; it is due when at has come.
func Lapse(tx *state.Tx, s state.Subscription) (event LifecycleEvent, at time.Time) {
	switch {
	case s.SharePoint:
		return "", time.Time{}
	case !authorized(tx, s):
		return Removed, tx.Now()
	case s.LifecycleURL == "" || s.AuthorizedUntil.IsZero() || s.ReauthorizationAsked:
		return "", time.Time{}
	}
	return Reauthorize, s.AuthorizedUntil.Add(-reauthorizationLead)
}

// Paused tells whether a subscriber who was asked to authorize a subscription again did not: he is told of nothing until
// he does. Without an address for such requests nobody is asked, and the subscription lives on.
func Paused(tx *state.Tx, s state.Subscription) bool {
	return s.LifecycleURL != "" && !s.AuthorizedUntil.IsZero() && !tx.Now().Before(s.AuthorizedUntil)
}

// Authorize makes a subscription good until a token ends.
func Authorize(s *state.Subscription, tokenEnds time.Time) {
	s.AuthorizedUntil, s.ReauthorizationAsked = tokenEnds, false
}

// authorized tells whether the person and the application that made a subscription are still there and may sign in. In a
// lenient world an application need not be there at all.
func authorized(tx *state.Tx, s state.Subscription) bool {
	if s.UserID != "" {
		if u, ok := tx.User(s.TenantID, s.UserID); !ok || !u.AccountEnabled {
			return false
		}
	}
	if s.AppID == "" || tx.World().Lenient {
		return true
	}
	p, ok := tx.ServicePrincipalByAppID(s.TenantID, s.AppID)
	return ok && p.AccountEnabled
}
