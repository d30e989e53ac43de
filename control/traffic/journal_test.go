package traffic_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/control/traffic"
	"github.com/tennantite/tennantite/emulator/problem"
)

func TestJournalTellsWhoAskedWhat(t *testing.T) {
	t.Parallel()
	s := newStand(t, ok)
	s.ask("GET", "https://graph.microsoft.com/v1.0/users?$top=1", "", "Authorization", bearer(`{"tid":"t1","oid":"o1","upn":"megan@contoso.com","appid":"a1"}`))
	s.ask("POST", "https://contoso.sharepoint.com/_api/web/ensureuser", `{"logonName":"x"}`, "Authorization", bearer(`{"tid":"t2","oid":"o2","appid":"a2"}`))
	e := s.journal.Find(traffic.Filter{})[0]
	object, name, app := e.Caller()
	if e.Surface != "graph" || e.Host != "graph.microsoft.com" || e.Path != "/v1.0/users" || e.Query() != "$top=1" || e.Status != 200 ||
		e.Tenant() != "t1" || object != "o1" || name != "megan@contoso.com" || app != "a1" ||
		e.ID != "11111111-1111-4111-8111-111111111111" || e.ResponseBody() != `{"id":"x"}` || e.At.IsZero() {
		t.Errorf("got %+v", e)
	}
	for _, tt := range []struct {
		filter traffic.Filter
		want   int
	}{
		{traffic.Filter{}, 2},
		{traffic.Filter{Surface: "sharepoint"}, 1},
		{traffic.Filter{Method: "post"}, 1},
		{traffic.Filter{Host: "*.sharepoint.com"}, 1},
		{traffic.Filter{Path: "/v1.0/*"}, 1},
		{traffic.Filter{Path: "*ensure*"}, 1},
		{traffic.Filter{Tenant: "t1"}, 1},
		{traffic.Filter{Actor: "MEGAN@contoso.com"}, 1},
		{traffic.Filter{Actor: "o2"}, 1},
		{traffic.Filter{App: "a2"}, 1},
		{traffic.Filter{App: "a3"}, 0},
		{traffic.Filter{Status: 200}, 2},
		{traffic.Filter{Status: 404}, 0},
		{traffic.Filter{Since: 1}, 1},
		{traffic.Filter{Unmatched: true}, 0},
		{traffic.Filter{Body: "logonName"}, 1},
	} {
		if got := len(s.journal.Find(tt.filter)); got != tt.want {
			t.Errorf("%+v: %d entries, want %d", tt.filter, got, tt.want)
		}
	}
}

func TestUnmatched(t *testing.T) {
	t.Parallel()
	s := newStand(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotImplemented) })
	s.ask("GET", me, "")
	if n := len(s.journal.Find(traffic.Filter{Unmatched: true})); n != 1 {
		t.Errorf("%d entries are unmatched", n)
	}
}

func TestWhatALenientWorldLetsPassIsNoted(t *testing.T) {
	t.Parallel()
	s := newStand(t, func(_ http.ResponseWriter, r *http.Request) {
		problem.Forgive(r.Context(), problem.New(problem.Denied, problem.MissingScope, "no consent"))
	})
	s.ask("GET", me, "")
	if got := s.last().Forgiven; len(got) != 1 || got[0] != "no consent" {
		t.Errorf("got %q", got)
	}
}

func TestJournalMasksSecrets(t *testing.T) {
	t.Parallel()
	const secret = "S3cret-Value"
	s := newStand(t, func(w http.ResponseWriter, r *http.Request) {
		buf := make([]byte, 1<<16)
		for {
			if _, err := r.Body.Read(buf); err != nil {
				break
			}
		}
		w.Header().Set("Set-Cookie", "ESTSAUTH="+secret)
		w.Header().Set("Location", "http://localhost/?state=s&code="+secret+"#id_token="+secret)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"token_type":"Bearer","access_token":"%[1]s","refresh_token" : "%[1]s\"x","nested":{"secretText":"%[1]s","password":"%[1]s"}}`, secret)
	})
	s.ask("POST", "https://login.microsoftonline.com/common/oauth2/v2.0/token?id_token_hint="+secret,
		"grant_type=password&username=megan%40contoso.com&password="+secret+"&client%5Fsecret="+secret+"&code="+secret,
		"Content-Type", "application/x-www-form-urlencoded", "Authorization", "Basic "+secret, "Cookie", "a="+secret)
	e := s.last()
	for what, text := range map[string]string{
		"query": e.Query(), "request headers": fmt.Sprint(e.RequestHeader()), "answer's headers": fmt.Sprint(e.ResponseHeader()),
		"request body": e.RequestBody(), "answer's body": e.ResponseBody(),
	} {
		if strings.Contains(text, secret) {
			t.Errorf("the %s show it: %s", what, text)
		}
	}
	for what, want := range map[string]string{e.RequestBody(): "username=megan%40contoso.com", e.ResponseBody(): `"token_type":"Bearer"`, fmt.Sprint(e.ResponseHeader()): "state=s"} {
		if !strings.Contains(what, want) {
			t.Errorf("%s lacks %s", what, want)
		}
	}
}

func TestJournalIsBounded(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 1<<16)
	s := newStand(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, big) })
	for range 150 {
		s.ask("GET", me, "")
	}
	all := s.journal.Find(traffic.Filter{})
	if len(all) != 100 || all[0].Seq != 51 {
		t.Errorf("%d entries, the oldest is number %d", len(all), all[0].Seq)
	}
	if n := len(all[0].ResponseBody()); n > 1<<14 {
		t.Errorf("%d bytes of an answer are kept", n)
	}
	s.journal.Clear()
	if n := len(s.journal.Find(traffic.Filter{})); n != 0 {
		t.Errorf("%d entries after it was emptied", n)
	}
}
