package traffic_test

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// mailbox is a face of messages: POST /v1.0/users makes one, GET, PATCH and DELETE /v1.0/users/{id} are about it; the
// members of g are those whose subject says so.
func mailbox(w http.ResponseWriter, r *http.Request) {
	status, body := http.StatusNoContent, ""
	id := path.Base(r.URL.Path)
	_ = state.FromContext(r.Context()).Update(func(tx *state.Tx) error {
		m, found := tx.Message(id)
		switch {
		case r.Method == http.MethodPost && id == "users":
			tx.PutMessage(state.Message{ID: "new-id"})
			status, body = http.StatusCreated, `{"id":"new-id"}`
		case r.Method == http.MethodPost && id == "$ref":
			m, _ := tx.Message("new-id")
			m.Subject = "member"
			tx.PutMessage(m)
		case id == "members":
			m, _ := tx.Message("new-id")
			status, body = http.StatusOK, m.Subject
		case !found:
			status = http.StatusNotFound
		case r.Method == http.MethodDelete:
			tx.DeleteMessage(m)
		case r.Method == http.MethodGet:
			status = http.StatusOK
		}
		return nil
	})
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

const (
	users   = "https://graph.microsoft.com/v1.0/users"
	newUser = users + "/new-id"
)

// codes asks so often and returns the status of each answer.
func (s *stand) codes(method, address string, n int) string {
	s.Helper()
	var all []string
	for range n {
		all = append(all, fmt.Sprint(s.ask(method, address, "").Code))
	}
	return strings.Join(all, " ")
}

func TestLagOfANewObject(t *testing.T) {
	t.Parallel()
	s := newStand(t, mailbox)
	s.change(func(w *state.World) { w.Lag.Object.Times = 3 })
	s.ask("POST", users, "")
	if got := s.codes("PATCH", newUser, 5); got != "404 404 404 204 204" {
		t.Errorf("got %s", got)
	}
}

func TestLagByTheClock(t *testing.T) {
	t.Parallel()
	s := newStand(t, mailbox)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.change(func(w *state.World) { w.Frozen, w.FrozenAt, w.Lag.Object.Span = true, at, time.Minute })
	s.ask("POST", users, "")
	if got := s.codes("GET", newUser, 2); got != "404 404" {
		t.Errorf("at once: %s", got)
	}
	s.change(func(w *state.World) { w.FrozenAt = at.Add(time.Minute) })
	if got := s.codes("GET", newUser, 1); got != "200" {
		t.Errorf("after a minute: %s", got)
	}
}

func TestLagOfADeletion(t *testing.T) {
	t.Parallel()
	s := newStand(t, mailbox)
	s.ask("POST", users, "")
	s.change(func(w *state.World) { w.Lag.Delete.Times = 2 })
	s.ask("DELETE", newUser, "")
	if got := s.codes("GET", newUser, 3); got != "200 200 404" {
		t.Errorf("got %s", got)
	}
}

func TestLagOfARelation(t *testing.T) {
	t.Parallel()
	s := newStand(t, mailbox)
	s.ask("POST", users, "")
	s.change(func(w *state.World) { w.Lag.Relation.Times = 1 })
	const members = "https://graph.microsoft.com/v1.0/groups/g/members"
	s.ask("POST", members+"/$ref", "")
	if got := s.ask("GET", members, "").Body.String(); got != "" {
		t.Errorf("at once: %q", got)
	}
	if got := s.ask("GET", members, "").Body.String(); got != "member" {
		t.Errorf("then: %q", got)
	}
}
