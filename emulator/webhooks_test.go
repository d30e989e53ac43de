package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
)

// subscriber is a listener that hands on what it is sent. answer decides the status of the nth notification, from 1.
func subscriber(tb testing.TB, answer func(n int) int) (address string, sent <-chan string) {
	tb.Helper()
	bodies := make(chan string, 20)
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		n++
		bodies <- string(b)
		w.WriteHeader(answer(n))
	}))
	tb.Cleanup(s.Close)
	return s.URL + "/hook", bodies
}

func receive(tb testing.TB, sent <-chan string) string {
	tb.Helper()
	const patience = 10 * time.Second
	select {
	case body := <-sent:
		return body
	case <-time.After(patience):
		tb.Fatal("no notification came")
		return ""
	}
}

func subscribe(tb testing.TB, emu *emulator.Emulator, s state.Subscription) {
	tb.Helper()
	err := emu.Update("main", func(tx *state.Tx) error {
		s.TenantID, s.ExpiresAt, s.DeliveredSeq = "t", tx.Now().Add(time.Hour), tx.Sequence()
		tx.PutSubscription(s)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	address, sent := subscriber(t, func(int) int { return http.StatusAccepted })
	subscribe(t, emu, state.Subscription{
		ID: "s", Resource: "users", Container: state.ContainerUsers, ChangeTypes: []string{"updated"}, NotificationURL: address, ClientState: "mine",
	})
	must(t, emu.Update("main", func(tx *state.Tx) error {
		tx.PutUser(state.User{TenantID: "t", ID: "u", UserPrincipalName: "u@example.com"})
		return nil
	}))
	var body struct{ Value []map[string]any }
	if err := json.Unmarshal([]byte(receive(t, sent)), &body); err != nil {
		t.Fatal(err)
	}
	if len(body.Value) != 1 {
		t.Fatalf("got %v", body.Value)
	}
	n := body.Value[0]
	for name, want := range map[string]string{
		"subscriptionId": "s", "clientState": "mine", "changeType": "updated", "resource": "Users/u", "tenantId": "t",
	} {
		if n[name] != want {
			t.Errorf("%s is %v, want %s", name, n[name], want)
		}
	}
	if d, _ := n["resourceData"].(map[string]any); d["id"] != "u" || d["@odata.type"] != "#Microsoft.Graph.User" {
		t.Errorf("resourceData is %v", d)
	}
}

func TestNotificationsOfOtherObjectsAndKindsStayAway(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	address, sent := subscriber(t, func(int) int { return http.StatusAccepted })
	subscribe(t, emu, state.Subscription{
		ID: "s", Resource: "users/u", Container: state.ContainerUsers, ObjectID: "u", ChangeTypes: []string{"updated"}, NotificationURL: address,
	})
	for _, id := range []string{"other", "u"} {
		must(t, emu.Update("main", func(tx *state.Tx) error {
			tx.PutUser(state.User{TenantID: "t", ID: id, UserPrincipalName: id + "@example.com"})
			return nil
		}))
	}
	if body := receive(t, sent); strings.Contains(body, "other") || !strings.Contains(body, "Users/u") {
		t.Errorf("got %s", body)
	}
}

func TestRefusedNotificationComesAgain(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	address, sent := subscriber(t, func(n int) int {
		if n == 1 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	subscribe(t, emu, state.Subscription{
		ID: "s", Resource: "groups", Container: state.ContainerGroups, ChangeTypes: []string{"updated"}, NotificationURL: address,
	})
	must(t, emu.Update("main", func(tx *state.Tx) error {
		tx.PutGroup(state.Group{TenantID: "t", ID: "g", DisplayName: "g"})
		return nil
	}))
	first := receive(t, sent)
	if second := receive(t, sent); first != second {
		t.Errorf("first %s, then %s", first, second)
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	const token = "Validation: a token & more"
	reply := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if body == "" {
				body = r.URL.Query().Get("validationToken")
			}
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		ok      bool
	}{
		{"echoes", reply(http.StatusOK, "text/plain", ""), true},
		{"echoes with a character set", reply(http.StatusOK, "text/plain; charset=utf-8", ""), true},
		{"another text", reply(http.StatusOK, "text/plain", "x"), false},
		{"more than the token", reply(http.StatusOK, "text/plain", token+"x"), false},
		{"another type", reply(http.StatusOK, "application/json", ""), false},
		{"another status", reply(http.StatusAccepted, "text/plain", ""), false},
		{"refuses", reply(http.StatusForbidden, "text/plain", ""), false},
		{"leads elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewTLSServer(tt.handler)
			defer s.Close()
			if err := emulator.NewWebhooks().Validate(s.URL+"/hook?mine=1", token); (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWebhooksStayOnThisMachine(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://192.0.2.1/hook", "http://[2001:db8::1]/hook", "http://169.254.169.254/hook", "http://0.0.0.0/hook", "http://[::ffff:192.0.2.1]/hook", "ftp://127.0.0.1/", "nonsense", ""} {
		if err := emulator.NewWebhooks().Validate(address, "t"); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
	if err := emulator.NewWebhooks().Validate("https://192.0.2.1/hook", "t"); !strings.Contains(err.Error(), "--webhook-hosts") {
		t.Errorf("got %v", err)
	}
}
