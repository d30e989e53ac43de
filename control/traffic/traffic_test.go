package traffic_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tennantite/tennantite/control/traffic"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// stand is a world with a journal and a face behind it.
type stand struct {
	*testing.T

	world   *state.Store
	journal *traffic.Journal
	now     time.Time
	around  http.Handler

	keptAlive bool // whether the connection had a request before
}

// newStand puts traffic around a face. The world's clock is real unless a test sets it.
func newStand(t *testing.T, face http.HandlerFunc) *stand {
	t.Helper()
	s := &stand{T: t, world: state.New(state.Options{Seed: 1}), journal: traffic.NewJournal(100), now: time.Unix(1e9, 0)}
	s.around = traffic.Around(face, traffic.Options{
		Journal: func(*http.Request) *traffic.Journal { return s.journal },
		Log:     slog.New(slog.DiscardHandler),
		Now:     func() time.Time { return s.now },

		KeptAlive: func(*http.Request) bool { return s.keptAlive },
	})
	return s
}

func (s *stand) faults(rules ...state.Fault) {
	s.Helper()
	for i := range rules {
		rules[i].ID = fmt.Sprint(i + 1)
	}
	s.change(func(w *state.World) { w.Faults = rules })
}

func (s *stand) change(f func(*state.World)) {
	s.Helper()
	err := s.world.Update(func(tx *state.Tx) error {
		w := tx.World()
		f(&w)
		tx.PutWorld(w)
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
}

// request makes one that came to its host through the front door.
func (s *stand) request(method, address, body string, header ...string) *http.Request {
	s.Helper()
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	p, ok := links.Resolve("https", r.Host, "")
	if !ok {
		s.Fatalf("%s is not emulated", r.Host)
	}
	return r.WithContext(links.NewContext(state.NewContext(r.Context(), s.world), p))
}

// ask returns the answer, nil where the connection was cut.
func (s *stand) ask(method, address, body string, header ...string) *httptest.ResponseRecorder {
	s.Helper()
	return s.serve(s.request(method, address, body, header...))
}

// serve returns nil where the connection was closed.
func (s *stand) serve(r *http.Request) (answer *httptest.ResponseRecorder) {
	s.Helper()
	w := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			answer = nil
		}
	}()
	s.around.ServeHTTP(w, r)
	return w
}

func (s *stand) last() *traffic.Entry {
	s.Helper()
	all := s.journal.Find(traffic.Filter{})
	if len(all) == 0 {
		s.Fatal("the journal is empty")
	}
	return all[len(all)-1]
}

const me = "https://graph.microsoft.com/v1.0/me"

func ok(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("request-id", "11111111-1111-4111-8111-111111111111")
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"id":"x"}`)
}

// bearer is a token with these claims, as far as somebody can read who does not verify.
func bearer(claims string) string {
	return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestFaultsSpeakTheServicesLanguage(t *testing.T) {
	t.Parallel()
	seven := 7
	for _, tt := range []struct {
		name, method, address string
		accept                string
		effect                state.FaultEffect
		status                int
		at, want              string // path into the JSON body, and what stands there
	}{
		{"graph, directory", "GET", me, "", state.FaultEffect{Status: 429, RetryAfter: &seven}, 429, "error code", "TooManyRequests"},
		{"graph, files", "GET", "https://graph.microsoft.com/v1.0/me/drive/root", "", state.FaultEffect{Status: 429, RetryAfter: &seven}, 429, "error code", "activityLimitReached"},
		{"graph, code of the rule", "GET", me, "", state.FaultEffect{Status: 503, Code: "mine"}, 503, "error code", "mine"},
		{"graph, inner error", "GET", me, "", state.FaultEffect{Status: 429}, 429, "error innerError status", "429"},
		{"graph's drives on a site's host", "GET", "https://contoso.sharepoint.com/_api/v2.0/drive", "", state.FaultEffect{Status: 503}, 503, "error code", "serviceNotAvailable"},
		{"sharepoint, minimal", "GET", "https://contoso.sharepoint.com/_api/web", "application/json", state.FaultEffect{Status: 503, Message: "later"}, 503, "odata.error message value", "later"},
		{"sharepoint, verbose", "GET", "https://contoso.sharepoint.com/_api/web", "application/json;odata=verbose", state.FaultEffect{Status: 500, Message: "oh"}, 500, "error message value", "oh"},
		{"token endpoint", "POST", "https://login.microsoftonline.com/common/oauth2/v2.0/token", "", state.FaultEffect{Status: 503}, 503, "error", "temporarily_unavailable"},
		{"token endpoint, number of the rule", "POST", "https://login.microsoftonline.com/common/oauth2/v2.0/token", "", state.FaultEffect{Status: 400, Code: "AADSTS50034"}, 400, "error", "invalid_request"},
		{"token endpoint, conditional access", "POST", "https://login.microsoftonline.com/common/oauth2/v2.0/token", "", state.FaultEffect{Status: 400, Code: "AADSTS53003"}, 400, "error", "interaction_required"},
		{"token endpoint, whether a person can help", "POST", "https://login.microsoftonline.com/common/oauth2/v2.0/token", "", state.FaultEffect{Status: 400, Code: "AADSTS53003"}, 400, "suberror", "message_only"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, ok)
			s.faults(state.Fault{Effect: tt.effect})
			w := s.ask(tt.method, tt.address, "", "Accept", tt.accept)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			if tt.effect.RetryAfter != nil && w.Header().Get("Retry-After") != "7" {
				t.Errorf("Retry-After is %q", w.Header().Get("Retry-After"))
			}
			var body any
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
			for name := range strings.FieldsSeq(tt.at) {
				m, _ := body.(map[string]any)
				body = m[name]
			}
			if body != tt.want {
				t.Errorf("%s is %v, want %s: %s", tt.at, body, tt.want, w.Body)
			}
			if e := s.last(); e.Status != tt.status || e.Fault != "1" {
				t.Errorf("the journal has status %d, fault %q", e.Status, e.Fault)
			}
		})
	}
}

func TestFaultOnAPageIsAPage(t *testing.T) {
	t.Parallel()
	s := newStand(t, ok)
	s.faults(state.Fault{Effect: state.FaultEffect{Status: 503, Message: "<script>"}})
	w := s.ask("GET", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize", "")
	if body := w.Body.String(); !strings.Contains(body, `data-page="error"`) || strings.Contains(body, "<script>") {
		t.Errorf("got %s", body)
	}
}

func TestFaultRules(t *testing.T) {
	t.Parallel()
	megan := bearer(`{"tid":"t1","oid":"o1","upn":"megan@contoso.com","appid":"a1"}`)
	for _, tt := range []struct {
		name  string
		match state.FaultMatch
		meets bool
	}{
		{"everything", state.FaultMatch{}, true},
		{"host", state.FaultMatch{Host: "graph.microsoft.com"}, true},
		{"host with a star", state.FaultMatch{Host: "*.microsoft.com"}, true},
		{"another host", state.FaultMatch{Host: "login.microsoftonline.com"}, false},
		{"method", state.FaultMatch{Method: "get"}, true},
		{"another method", state.FaultMatch{Method: "POST"}, false},
		{"path", state.FaultMatch{Path: "/v1.0/users/a b"}, true},
		{"path, escaped", state.FaultMatch{Path: "/v1.0/users/a%20b"}, true},
		{"path with a star", state.FaultMatch{Path: "/v1.0/users/*"}, true},
		{"part of the path only", state.FaultMatch{Path: "/v1.0/users"}, false},
		{"tenant", state.FaultMatch{Tenant: "T1"}, true},
		{"another tenant", state.FaultMatch{Tenant: "t2"}, false},
		{"actor by id", state.FaultMatch{Actor: "o1"}, true},
		{"actor by name", state.FaultMatch{Actor: "megan@contoso.com"}, true},
		{"another actor", state.FaultMatch{Actor: "adele@contoso.com"}, false},
		{"client by id", state.FaultMatch{Client: "a1"}, true},
		{"client by its name", state.FaultMatch{Client: "rclone"}, true},
		{"another client", state.FaultMatch{Client: "a2"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, ok)
			s.faults(state.Fault{Match: tt.match, Effect: state.FaultEffect{Status: 503}})
			w := s.ask("GET", "https://graph.microsoft.com/v1.0/users/a%20b?$select=id", "", "Authorization", megan, "User-Agent", "rclone/v1.60.1")
			if met := w.Code == 503; met != tt.meets {
				t.Errorf("met: %t, want %t", met, tt.meets)
			}
		})
	}
}

func TestFaultLimits(t *testing.T) {
	t.Parallel()
	s := newStand(t, ok)
	s.faults(
		state.Fault{Effect: state.FaultEffect{Status: 429}, Limit: state.FaultLimit{Times: 2}},
		state.Fault{Effect: state.FaultEffect{Status: 503}, Limit: state.FaultLimit{Times: 1}},
	)
	var got []int
	for range 4 {
		got = append(got, s.ask("GET", me, "").Code)
	}
	if want := "[429 429 503 200]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	_ = s.world.View(func(tx *state.Tx) error {
		if f := tx.World().Faults; f[0].Hits != 2 || f[1].Hits != 1 {
			t.Errorf("hits are %d and %d", f[0].Hits, f[1].Hits)
		}
		return nil
	})
}

func TestFaultLimitsInParallel(t *testing.T) {
	t.Parallel()
	s := newStand(t, ok)
	const times, clients = 5, 40
	s.faults(state.Fault{Effect: state.FaultEffect{Status: 429}, Limit: state.FaultLimit{Times: times}})
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() { s.ask("GET", me, "") })
	}
	wg.Wait()
	if n := len(s.journal.Find(traffic.Filter{Status: 429})); n != times {
		t.Errorf("%d of %d requests were refused, want %d", n, clients, times)
	}
}

func TestFaultProbabilityFollowsTheSeed(t *testing.T) {
	t.Parallel()
	draw := func() string {
		s := newStand(t, ok)
		s.faults(state.Fault{Effect: state.FaultEffect{Status: 503}, Limit: state.FaultLimit{Probability: 0.5}})
		var all strings.Builder
		for range 64 {
			fmt.Fprintf(&all, "%d ", s.ask("GET", me, "").Code)
		}
		return all.String()
	}
	first := draw()
	if second := draw(); first != second {
		t.Errorf("the same seed gives %s and %s", first, second)
	}
	if n := strings.Count(first, "503"); n < 16 || n > 48 {
		t.Errorf("%d of 64 requests failed", n)
	}
}

func TestOtherEffects(t *testing.T) {
	t.Parallel()
	write := func(w http.ResponseWriter, r *http.Request) {
		err := state.FromContext(r.Context()).Update(func(tx *state.Tx) error {
			tx.PutMessage(state.Message{ID: "m", To: "a@example.com"})
			return nil
		})
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, "0123456789")
	}
	t.Run("drop", func(t *testing.T) {
		t.Parallel()
		s := newStand(t, write)
		s.faults(state.Fault{Effect: state.FaultEffect{Drop: true}})
		if w := s.ask("POST", me, ""); w != nil {
			t.Errorf("answered %d", w.Code)
		}
		if e := s.last(); !e.Dropped || e.Status != 0 || s.messages() != 0 {
			t.Errorf("the journal has %+v, the world %d messages", e, s.messages())
		}
	})
	t.Run("truncate", func(t *testing.T) {
		t.Parallel()
		s := newStand(t, write)
		s.faults(state.Fault{Effect: state.FaultEffect{Truncate: true}})
		w := httptest.NewRecorder()
		func() {
			defer func() { _ = recover() }()
			s.around.ServeHTTP(w, s.request("POST", me, ""))
		}()
		if w.Code != http.StatusCreated || w.Body.String() != "01234" || w.Header().Get("Content-Length") != "10" {
			t.Errorf("got %d %q of %s bytes", w.Code, w.Body, w.Header().Get("Content-Length"))
		}
		if s.messages() != 1 {
			t.Error("nothing was written")
		}
	})
	t.Run("lost write", func(t *testing.T) {
		t.Parallel()
		s := newStand(t, write)
		s.faults(state.Fault{Effect: state.FaultEffect{LostWrite: true}, Limit: state.FaultLimit{Times: 1}})
		if w := s.ask("POST", me, ""); w.Code != http.StatusCreated || s.messages() != 0 {
			t.Errorf("got %d, the world has %d messages", w.Code, s.messages())
		}
	})
	t.Run("headers alone", func(t *testing.T) {
		t.Parallel()
		s := newStand(t, write)
		s.faults(state.Fault{Effect: state.FaultEffect{Headers: map[string]string{"RateLimit-Remaining": "1"}}})
		if w := s.ask("POST", me, ""); w.Code != http.StatusCreated || w.Header().Get("RateLimit-Remaining") != "1" {
			t.Errorf("got %d %v", w.Code, w.Header())
		}
	})
	t.Run("delay", func(t *testing.T) {
		t.Parallel()
		s := newStand(t, write)
		s.faults(state.Fault{Effect: state.FaultEffect{Delay: time.Millisecond}})
		if w := s.ask("POST", me, ""); w.Code != http.StatusCreated {
			t.Errorf("got %d", w.Code)
		}
	})
}

func (s *stand) messages() (n int) {
	_ = s.world.View(func(tx *state.Tx) error {
		for range tx.Messages() {
			n++
		}
		return nil
	})
	return n
}

func TestResync(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ address, location string }{
		{"https://graph.microsoft.com/v1.0/me/drive/root/delta?token=x&$select=id", "https://graph.microsoft.com/v1.0/me/drive/root/delta?%24select=id"},
		{"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=x", "https://graph.microsoft.com/v1.0/users/delta"},
		{"https://graph.localhost/v1.0/users/delta()?$skiptoken=x", "https://graph.localhost/v1.0/users/delta()"},
		{"https://graph.microsoft.com/v1.0/me/drive/root/delta(token='x')", "https://graph.microsoft.com/v1.0/me/drive/root/delta"},
		{"https://graph.microsoft.com/v1.0/users/delta", ""}, // begins anew: nothing to be too old
		{"https://graph.microsoft.com/v1.0/users?$skiptoken=x", ""},
	} {
		s := newStand(t, ok)
		s.faults(state.Fault{Effect: state.FaultEffect{Resync: "resyncChangesApplyDifferences"}, Limit: state.FaultLimit{Times: 1}})
		w := s.ask("GET", tt.address, "")
		switch {
		case tt.location == "":
			if w.Code != http.StatusOK {
				t.Errorf("%s: got %d", tt.address, w.Code)
			}
		case w.Code != http.StatusGone || w.Header().Get("Location") != tt.location || !strings.Contains(w.Body.String(), `"resyncChangesApplyDifferences"`):
			t.Errorf("%s: got %d %s %s", tt.address, w.Code, w.Header().Get("Location"), w.Body)
		}
	}
}

func TestPanicOfAFaceIsItsInternalError(t *testing.T) {
	t.Parallel()
	s := newStand(t, func(http.ResponseWriter, *http.Request) { panic("a defect") })
	w := s.ask("GET", me, "")
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "InternalServerError") || strings.Contains(w.Body.String(), "defect") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestTooEarly(t *testing.T) {
	t.Parallel()
	s := newStand(t, ok)
	ten := 10
	s.faults(state.Fault{Effect: state.FaultEffect{Status: 429, RetryAfter: &ten}, Limit: state.FaultLimit{Times: 1}})
	s.ask("GET", me, "")
	s.ask("GET", "https://graph.microsoft.com/v1.0/users", "") // something else may be asked for
	if s.last().TooEarly {
		t.Error("another address is too early")
	}
	s.now = s.now.Add(9 * time.Second)
	s.ask("GET", me, "")
	if !s.last().TooEarly {
		t.Error("after 9 of 10 seconds it is not too early")
	}
	s.now = s.now.Add(time.Second)
	s.ask("GET", me, "")
	if s.last().TooEarly {
		t.Error("after 10 seconds it is too early")
	}
}
