package console

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// livePages are the streams that pages listen to.
func livePages() []page {
	return []page{{Path: "/live", Title: "Live", stream: live}}
}

const (
	liveFor   = 30 * time.Second       // a browser comes back by itself; nothing keeps a world that is gone alive
	liveEvery = 120 * time.Millisecond // changes that come at once are told at once
)

// live sends server-sent events: "change" when the world has changed (the page fetches itself anew), "asked" when a client
// only asked for something (then the timeline does), "say" for what a
// screen reader is to tell: mail that came, guests that appeared or were accepted.
func live(c *call, w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	fmt.Fprint(w, "retry: 500\n\n")
	if out.Flush() != nil {
		return
	}
	until := time.NewTimer(liveFor)
	defer until.Stop()
	name := c.worldName()
	changed, asked := c.store.Changed(), c.Host.Asked(name)
	since := c.heard()
	for late := since != c.moment(); ; late = false {
		if !late {
			select {
			case <-changed:
			case <-asked:
			case <-until.C:
				return
			case <-c.r.Context().Done():
				return
			}
		}
		changed, asked = c.store.Changed(), c.Host.Asked(name)
		said, now := c.news(since)
		for _, line := range said {
			fmt.Fprintf(w, "event: say\ndata: %s\n\n", line)
		}
		if now == since {
			fmt.Fprint(w, "event: asked\ndata:\n\n")
		} else {
			fmt.Fprintf(w, "id: %s\nevent: change\ndata:\n\n", stampOf(now))
		}
		since = now
		if out.Flush() != nil {
			return
		}
		select { // what follows within a moment is one change
		case <-time.After(liveEvery): //nolint:forbidigo // the browser waits in its own time, not in the world's
		case <-c.r.Context().Done():
			return
		}
	}
}

// worldName is the name of the request's world, outside of a transaction.
func (c *call) worldName() (name string) {
	// The error is always nil: the function returns none.
	_ = c.store.View(func(tx *state.Tx) error { name = cmp.Or(tx.World().Name, "main"); return nil })
	return name
}

func (c *call) moment() (m state.Moment) {
	// The error is always nil: the function returns none.
	_ = c.store.View(func(tx *state.Tx) error { m = tx.Moment(); return nil })
	return m
}

// heard is what a page knows already: it was written at that moment, or heard of it before the connection ended. What
// happened between then and now is told at once.
func (c *call) heard() state.Moment {
	for _, s := range []string{c.r.Header.Get("Last-Event-ID"), c.query("since")} {
		var m state.Moment
		if n, err := fmt.Sscanf(s, stampForm, &m.Timeline, &m.Sequence); err == nil && n == 2 {
			return m
		}
	}
	return c.moment()
}

const stampForm = "%d-%d"

// stampOf is a moment as pages keep it.
func stampOf(m state.Moment) string { return fmt.Sprintf(stampForm, m.Timeline, m.Sequence) }

// news is what has happened since a moment that people want to hear of.
func (c *call) news(since state.Moment) (said []string, now state.Moment) {
	// The error is always nil: the function returns none.
	_ = c.store.View(func(tx *state.Tx) error {
		now = tx.Moment()
		if !tx.Passed(since) {
			said = []string{"The world was set back."}
			return nil
		}
		for t := range tx.Tenants() {
			for u := range tx.UsersSince(t.ID, since.Sequence) {
				if u.External() {
					said = append(said, oneLine(guestNews(t, u)))
				}
			}
		}
		for m := range tx.MessagesSince(since.Sequence) {
			said = append(said, oneLine("New mail to "+m.To+": "+m.Subject))
		}
		return nil
	})
	return said, now
}

func guestNews(t state.Tenant, u state.User) string {
	switch {
	case !u.DeletedAt.IsZero():
		return u.DisplayName + " was deleted from the directory of " + t.DisplayName
	case u.ExternalState != "":
		return u.DisplayName + " is a guest of " + t.DisplayName + ": " + string(u.ExternalState)
	}
	return u.DisplayName + " is a guest of " + t.DisplayName
}

// oneLine is a text that ends no event early.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
