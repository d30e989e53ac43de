package emulator_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
)

// listener is a subscriber's web server: changes come to /hook, what is told of subscriptions to /life.
type listener struct {
	*httptest.Server

	status     func() int // of an answer to changes
	hook, life chan posted
}

type posted struct {
	header http.Header
	body   string
}

func startListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{status: func() int { return http.StatusAccepted }, hook: make(chan posted, 50), life: make(chan posted, 50)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.URL.Query().Get("validationToken"); token != "" {
			w.Header().Set("Content-Type", "text/plain")
			io.WriteString(w, token)
			return
		}
		b, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/life" {
			l.life <- posted{r.Header, string(b)}
			return
		}
		status := l.status()
		l.hook <- posted{r.Header, string(b)}
		w.WriteHeader(status)
	}))
	t.Cleanup(l.Close)
	return l
}

func next(t *testing.T, from <-chan posted) posted {
	t.Helper()
	select {
	case p := <-from:
		return p
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		return posted{}
	}
}

// lifecycle is the event and the subscription that a lifecycle notification tells of.
func lifecycle(t *testing.T, p posted) (event, subscription string) {
	t.Helper()
	var body struct {
		Value []struct{ LifecycleEvent, SubscriptionID, ClientState, TenantID string }
	}
	must(t, json.Unmarshal([]byte(p.body), &body))
	if len(body.Value) != 1 || body.Value[0].TenantID == "" || body.Value[0].ClientState != "mine" {
		t.Fatalf("got %s", p.body)
	}
	return body.Value[0].LifecycleEvent, body.Value[0].SubscriptionID
}

// frozenAt starts an emulator whose clock stands; the function moves it.
func frozenAt(t *testing.T, change ...func(*emulator.Options)) (*emulator.Emulator, func(time.Duration)) {
	t.Helper()
	emu := emulator.Start(t, append(change, func(o *emulator.Options) { o.Clock = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) })...)
	return emu, func(by time.Duration) { advance(t, emu, by) }
}

func advance(t *testing.T, emu *emulator.Emulator, by time.Duration) {
	t.Helper()
	must(t, emu.Update("main", func(tx *state.Tx) error {
		w := tx.World()
		w.FrozenAt = w.FrozenAt.Add(by)
		tx.PutWorld(w)
		return nil
	}))
}

// callGraph asks Graph and returns a member of the answer.
func callGraph(t *testing.T, client *http.Client, token, method, path, body, wanted string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://graph.microsoft.com/v1.0"+path, strings.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	a, err := client.Do(r)
	must(t, err)
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	must(t, err)
	if a.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s answers %s %s", method, path, a.Status, text)
	}
	var all map[string]any
	_ = json.Unmarshal(text, &all) // some answers are empty
	s, _ := all[wanted].(string)
	return s
}

// subscribeToUsers makes a subscription with the token of a person and returns its id.
func subscribeToUsers(t *testing.T, emu *emulator.Emulator, l *listener, token string) string {
	t.Helper()
	var expires time.Time
	must(t, emu.View("main", func(tx *state.Tx) error { expires = tx.Now().Add(48 * time.Hour); return nil }))
	body, err := json.Marshal(map[string]any{
		"changeType": "updated", "resource": "users", "notificationUrl": l.URL + "/hook", "lifecycleNotificationUrl": l.URL + "/life",
		"expirationDateTime": expires, "clientState": "mine",
	})
	must(t, err)
	return callGraph(t, emu.HTTPClient(), token, http.MethodPost, "/subscriptions", string(body), "id")
}

func adminToken(t *testing.T, emu *emulator.Emulator) string {
	t.Helper()
	form := url.Values{"grant_type": {"password"}, "username": {"admin@contoso.onmicrosoft.com"}, "password": {"Tennantite1!"}}
	return signInFor(t, emu.HTTPClient(), form, "https://graph.microsoft.com/.default").Access
}

const contosoID = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"

// rename changes somebody, so that subscribers have something to be told.
func rename(t *testing.T, emu *emulator.Emulator, name string) {
	t.Helper()
	must(t, emu.Update("main", func(tx *state.Tx) error {
		u, _ := tx.UserByUPN(contosoID, "alex@contoso.com")
		u.DisplayName = name
		tx.PutUser(u)
		return nil
	}))
}

// TestReauthorization lets the token of a subscription end: its subscriber is asked before, once, and told nothing after,
// until he has authorized it again.
func TestReauthorization(t *testing.T) {
	t.Parallel()
	emu, advance := frozenAt(t)
	l := startListener(t)
	id := subscribeToUsers(t, emu, l, adminToken(t, emu))
	advance(30 * time.Minute)
	rename(t, emu, "while the token is good")
	next(t, l.hook)
	if len(l.life) > 0 {
		t.Errorf("asked too early: %s", (<-l.life).body)
	}
	advance(time.Hour) // tokens live up to 90 minutes
	if event, of := lifecycle(t, next(t, l.life)); event != "reauthorizationRequired" || of != id {
		t.Errorf("told %s of %s", event, of)
	}
	advance(time.Hour)
	rename(t, emu, "nobody is told of this")
	fresh := adminToken(t, emu)
	callGraph(t, emu.HTTPClient(), fresh, http.MethodPost, "/subscriptions/"+id+"/reauthorize", "", "")
	rename(t, emu, "but of this")
	next(t, l.hook)
	if len(l.hook) > 0 || len(l.life) > 0 {
		t.Errorf("%d notifications and %d events more came", len(l.hook), len(l.life))
	}
	advance(24 * time.Hour)
	if event, _ := lifecycle(t, next(t, l.life)); event != "reauthorizationRequired" {
		t.Errorf("told %s", event)
	}
}

// TestSubscriptionEnds lets a subscription end: nobody is told any more, and there is none.
func TestSubscriptionEnds(t *testing.T) {
	t.Parallel()
	emu, advance := frozenAt(t)
	l := startListener(t)
	id := subscribeToUsers(t, emu, l, adminToken(t, emu)) // for 48 hours
	must(t, emu.Update("main", func(tx *state.Tx) error { // which goes on without a fresh token
		s, _ := tx.Subscription(contosoID, id)
		s.AuthorizedUntil = time.Time{}
		tx.PutSubscription(s)
		return nil
	}))
	advance(48*time.Hour - time.Second)
	rename(t, emu, "in the last second")
	next(t, l.hook)
	if got := callGraph(t, emu.HTTPClient(), adminToken(t, emu), http.MethodGet, "/subscriptions/"+id, "", "id"); got != id {
		t.Errorf("in its last second it is %q", got)
	}
	advance(time.Second)
	rename(t, emu, "when it had ended")
	other := startListener(t)
	subscribeToUsers(t, emu, other, adminToken(t, emu))
	rename(t, emu, "what another is told")
	next(t, other.hook)
	if len(l.hook) > 0 || len(l.life) > 0 {
		t.Errorf("%d notifications and %d events came when it had ended", len(l.hook), len(l.life))
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://graph.microsoft.com/v1.0/subscriptions/"+id, http.NoBody)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+adminToken(t, emu))
	answer, err := emu.HTTPClient().Do(r)
	must(t, err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("when it had ended: %s", answer.Status)
	}
}

// TestSubscriptionRemoved disables the person who subscribed.
func TestSubscriptionRemoved(t *testing.T) {
	t.Parallel()
	emu, _ := frozenAt(t)
	l := startListener(t)
	id := subscribeToUsers(t, emu, l, adminToken(t, emu))
	must(t, emu.Update("main", func(tx *state.Tx) error {
		u, _ := tx.UserByUPN(contosoID, "admin@contoso.onmicrosoft.com")
		u.AccountEnabled = false
		tx.PutUser(u)
		return nil
	}))
	if event, of := lifecycle(t, next(t, l.life)); event != "subscriptionRemoved" || of != id {
		t.Errorf("told %s of %s", event, of)
	}
	must(t, emu.View("main", func(tx *state.Tx) error {
		if _, ok := tx.Subscription(contosoID, id); ok {
			t.Error("the subscription is still there")
		}
		return nil
	}))
}

// TestRetriesFollowTheClock refuses a notification for ever. It comes again as the world's clock goes, not before; after
// four hours it is given up, and the subscriber hears that he missed something.
func TestRetriesFollowTheClock(t *testing.T) {
	t.Parallel()
	emu, advance := frozenAt(t)
	l := startListener(t)
	l.status = func() int { return http.StatusServiceUnavailable }
	subscribeToUsers(t, emu, l, adminToken(t, emu))
	rename(t, emu, "refused")
	first := next(t, l.hook)
	for _, by := range []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute} {
		rename(t, emu, "the sender looks, and it is not the time: "+by.String())
		advance(by - time.Millisecond)
		advance(time.Millisecond)
		if again := next(t, l.hook); again.body != first.body {
			t.Errorf("first came\n%s\nthen\n%s", first.body, again.body)
		}
		if len(l.hook) > 0 {
			t.Error("it came before its time")
		}
	}
	for event := ""; event != "missed"; {
		advance(time.Hour) // a try each time, until the service gives up
		select {
		case <-l.hook:
		case p := <-l.life: // that its token ends is told, too
			event, _ = lifecycle(t, p)
		case <-time.After(20 * time.Second):
			t.Fatal("neither tried again nor given up")
		}
	}
}

// TestEffectsKeepTheirOrder moves the clock over all that is due about three subscriptions at once: it happens as if the
// hours had gone by one after the other, and nothing happens that would have come after a subscription's end.
func TestEffectsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	emu, advance := frozenAt(t)
	told := make(chan string, 50)
	l := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		what := strings.TrimPrefix(r.URL.Path, "/")
		for _, event := range []string{"reauthorizationRequired", "missed"} {
			if strings.Contains(string(b), event) {
				what += " " + event
			}
		}
		told <- what
		if r.URL.Path == "/refuses" || r.URL.Path == "/ends" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(l.Close)
	wait := func() string {
		select {
		case what := <-told:
			return what
		case <-time.After(20 * time.Second):
			t.Fatal("nothing was told")
			return ""
		}
	}
	must(t, emu.Update("main", func(tx *state.Tx) error {
		for _, s := range []state.Subscription{
			{ID: "refuses", AuthorizedUntil: tx.Now().Add(2 * time.Hour), ExpiresAt: tx.Now().Add(24 * time.Hour)},
			{ID: "listens", AuthorizedUntil: tx.Now().Add(time.Hour), ExpiresAt: tx.Now().Add(24 * time.Hour), ObjectID: "nobody"},
			{ID: "ends", AuthorizedUntil: tx.Now().Add(2 * time.Hour), ExpiresAt: tx.Now().Add(10 * time.Second)},
		} {
			s.TenantID, s.Resource, s.Container, s.ChangeTypes, s.DeliveredSeq = "t", "users", state.ContainerUsers, []string{"updated"}, tx.Sequence()
			s.NotificationURL, s.LifecycleURL = l.URL+"/"+s.ID, l.URL+"/"+s.ID+"/life"
			tx.PutSubscription(s)
		}
		return nil
	}))
	must(t, emu.Update("main", func(tx *state.Tx) error {
		tx.PutUser(state.User{TenantID: "t", ID: "u", UserPrincipalName: "u@example.com"})
		return nil
	}))
	wait()
	wait()
	advance(5 * time.Hour)
	got := map[string]int{}
	var order []string
	for last := ""; last != "refuses/life missed"; {
		last = wait()
		got[last]++
		if last != "ends" { // which is due at the same times as the other's
			order = append(order, last)
		}
	}
	if got["ends"] != 2 { // after a second and after six
		t.Errorf("the subscription that had ended was told %d times more", got["ends"])
	}
	want := "refuses refuses refuses refuses refuses refuses listens/life reauthorizationRequired refuses " +
		"refuses/life reauthorizationRequired refuses refuses refuses refuses/life missed"
	if s := strings.Join(order, " "); s != want {
		t.Errorf("told\n%s, want\n%s", s, want)
	}
}

// TestNotificationsSurviveARestart ends the process while a notification waits for its next try.
func TestNotificationsSurviveARestart(t *testing.T) {
	t.Parallel()
	emu := startOn(t, t.TempDir(), func(o *emulator.Options) { o.Clock = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) })
	l := startListener(t)
	l.status = func() int { return http.StatusServiceUnavailable }
	token := adminToken(t, emu.Emulator)
	subscribeToUsers(t, emu.Emulator, l, token)
	rename(t, emu.Emulator, "refused")
	first := next(t, l.hook)
	emu.stop(t)
	l.status = func() int { return http.StatusAccepted }
	emu.start(t)
	if again := next(t, l.hook); again.body != first.body {
		t.Errorf("first came\n%s\nthen\n%s", first.body, again.body)
	}
	rename(t, emu.Emulator, "taken")
	next(t, l.hook)
	for acknowledged := false; !acknowledged; { // it is noted after the listener has answered
		must(t, emu.View("main", func(tx *state.Tx) error {
			for s := range tx.Subscriptions(contosoID) {
				acknowledged = s.DeliveredSeq == tx.Sequence()
			}
			return nil
		}))
	}
	emu.restart(t)
	rename(t, emu.Emulator, "and only this")
	next(t, l.hook)
	if len(l.hook) > 0 {
		t.Errorf("told again: %s", (<-l.hook).body)
	}
}

// TestTraceGoesOnInNotifications finds the client's trace in the notification of what it did.
func TestTraceGoesOnInNotifications(t *testing.T) {
	t.Parallel()
	c := startCollector(t, http.StatusOK)
	emu, err := emulator.New(emulator.Options{HTTP: "127.0.0.1:0", Proxy: "127.0.0.1:0", Traces: emulator.Traces{Endpoint: c.URL}})
	must(t, err)
	must(t, emu.Listen())
	l := startListener(t)
	token := adminToken(t, emu)
	subscribeToUsers(t, emu, l, token)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, "https://graph.microsoft.com/v1.0/users/alex@contoso.com", strings.NewReader(`{"jobTitle": "Traced"}`))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	const traceID = "0af7651916cd43dd8448eb211c80319c"
	r.Header.Set("Traceparent", "00-"+traceID+"-b7ad6b7169203331-01")
	a, err := emu.HTTPClient().Do(r)
	must(t, err)
	a.Body.Close()
	got := next(t, l.hook).header.Get("Traceparent")
	must(t, emu.Shutdown(context.Background()))
	spans := map[string]sentSpan{}
	for _, s := range (<-c.got).body.ResourceSpans[0].ScopeSpans[0].Spans {
		spans[s.Name] = s
	}
	if s := spans["POST notification"]; s.TraceID != traceID || s.ParentSpanID != spans["PATCH graph"].SpanID || s.Kind != 3 || got != "00-"+traceID+"-"+s.SpanID+"-01" {
		t.Errorf("the listener gets %q, and the spans are %+v", got, spans)
	}
}
