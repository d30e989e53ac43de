package collaboration_test

import (
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestLapse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	const quarter = 15 * time.Minute
	base := state.Subscription{TenantID: "t", UserID: "u", AppID: "a", LifecycleURL: "https://x.test/life", AuthorizedUntil: now.Add(time.Hour)}
	for _, tt := range []struct {
		name   string
		change func(*state.Tx, *state.Subscription)
		event  collaboration.LifecycleEvent
		due    time.Duration // from now
		paused bool
	}{
		{"a good token", func(*state.Tx, *state.Subscription) {}, collaboration.Reauthorize, time.Hour - quarter, false},
		{"a token that ends soon", func(_ *state.Tx, s *state.Subscription) { s.AuthorizedUntil = now.Add(time.Minute) }, collaboration.Reauthorize, time.Minute - quarter, false},
		{"a token that has ended", func(_ *state.Tx, s *state.Subscription) { s.AuthorizedUntil = now }, collaboration.Reauthorize, -quarter, true},
		{"asked already", func(_ *state.Tx, s *state.Subscription) { s.ReauthorizationAsked = true }, "", 0, false},
		{"authorized again", func(_ *state.Tx, s *state.Subscription) {
			s.ReauthorizationAsked = true
			collaboration.Authorize(s, now.Add(2*time.Hour))
		}, collaboration.Reauthorize, 2*time.Hour - quarter, false},
		{"no address to ask at", func(_ *state.Tx, s *state.Subscription) { s.LifecycleURL, s.AuthorizedUntil = "", now.Add(-time.Hour) }, "", 0, false},
		{"no token", func(_ *state.Tx, s *state.Subscription) { s.AuthorizedUntil = time.Time{} }, "", 0, false},
		{"SharePoint's own", func(_ *state.Tx, s *state.Subscription) { s.SharePoint, s.UserID = true, "gone" }, "", 0, false},
		{"a person who is gone", func(_ *state.Tx, s *state.Subscription) { s.UserID = "gone" }, collaboration.Removed, 0, false},
		{"a person who may not sign in", func(tx *state.Tx, _ *state.Subscription) { tx.PutUser(state.User{TenantID: "t", ID: "u"}) }, collaboration.Removed, 0, false},
		{"an application that is gone", func(_ *state.Tx, s *state.Subscription) { s.AppID = "gone" }, collaboration.Removed, 0, false},
		{"an application that is disabled", func(tx *state.Tx, _ *state.Subscription) {
			tx.PutServicePrincipal(state.ServicePrincipal{TenantID: "t", ID: "sp", AppID: "a"})
		}, collaboration.Removed, 0, false},
		{"an unknown application of a lenient world", func(tx *state.Tx, s *state.Subscription) {
			w := tx.World()
			w.Lenient = true
			tx.PutWorld(w)
			s.AppID = "unknown"
		}, collaboration.Reauthorize, time.Hour - quarter, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := state.New(state.Options{Now: func() time.Time { return now }}).Update(func(tx *state.Tx) error {
				tx.PutUser(state.User{TenantID: "t", ID: "u", AccountEnabled: true})
				tx.PutServicePrincipal(state.ServicePrincipal{TenantID: "t", ID: "sp", AppID: "a", AccountEnabled: true})
				s := base
				tt.change(tx, &s)
				event, at := collaboration.Lapse(tx, s)
				if event != tt.event || event != "" && !at.Equal(now.Add(tt.due)) {
					t.Errorf("got %q at %s, want %q at %s", event, at, tt.event, now.Add(tt.due))
				}
				if got := collaboration.Paused(tx, s); got != tt.paused {
					t.Errorf("paused is %t", got)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
