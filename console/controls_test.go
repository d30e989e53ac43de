package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

func TestControlMovesTheClock(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.get("/control")
	b.do("/control", "do", "freeze")
	var before, after struct {
		Mode string
		Now  string
	}
	b.plane(http.MethodGet, "/clock", nil, &before)
	page := b.do("/control", "do", "advance", "unit", "D", "many", "30")
	b.plane(http.MethodGet, "/clock", nil, &after)
	if before.Mode != "frozen" || after.Now == before.Now || !strings.Contains(page, `{&#34;by&#34;:&#34;P30D&#34;}`) {
		t.Errorf("%v, %v\n%s", before, after, b.main())
	}
	b.do("/control", "do", "run")
	if b.plane(http.MethodGet, "/clock", nil, &after); after.Mode != "real" {
		t.Errorf("%v", after)
	}
	for _, fields := range [][]string{{"unit", "Y"}, {"unit", "D", "many", "0"}, {"unit", "D", "many", "x"}, {"unit", "D", "many", "999999"}} {
		if answer := b.post("/control", append(fields, "do", "advance")...); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %s", fields, answer.Status)
		}
	}
}

func TestControlAddsFaults(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.get("/control")
	b.do("/control", "do", "fault", "kind", "429", "host", "graph.microsoft.com", "path", "/v1.0/me*", "times", "1")
	if w := b.ask(http.MethodGet, graph+"/v1.0/users", "adele@contoso.com", ""); w.Code != http.StatusOK {
		t.Errorf("another path: %d", w.Code)
	}
	if w := b.ask(http.MethodGet, graph+"/v1.0/me", "adele@contoso.com", ""); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "10" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if page := b.get("/control"); !strings.Contains(page, "429 Too Many Requests") || !strings.Contains(page, "0 of 1 left") || !strings.Contains(page, "spent") {
		t.Errorf("%s", b.main())
	}
	if w := b.ask(http.MethodGet, graph+"/v1.0/me", "adele@contoso.com", ""); w.Code != http.StatusOK {
		t.Errorf("afterwards: %d", w.Code)
	}
	for _, kind := range []string{"503", "504", "401", "drop", "truncate", "lost", "resync", "slow"} {
		b.do("/control", "do", "fault", "kind", kind, "times", "2")
	}
	var rules struct{ Rules []any }
	if b.plane(http.MethodGet, "/faults", nil, &rules); len(rules.Rules) != 16 { // the spent one has made room
		t.Errorf("%d rules", len(rules.Rules))
	}
	b.get("/control")
	rule := b.line("<tbody><tr", "</th>")
	rule = rule[strings.LastIndex(rule, " ")+1:]
	b.do("/control", "do", "unfault", "rule", rule)
	if b.plane(http.MethodGet, "/faults", nil, &rules); len(rules.Rules) != 15 {
		t.Errorf("%d rules after %s was removed", len(rules.Rules), rule)
	}
	if answer := b.post("/control", "do", "unfault", "rule", rule); answer.StatusCode != http.StatusNotFound {
		t.Errorf("removed twice: %s", answer.Status)
	}
	if page := b.do("/control", "do", "calm"); !strings.Contains(page, "answered as it should be") {
		t.Errorf("%s", b.main())
	}
	for _, fields := range [][]string{{"kind", "x", "times", "1"}, {"kind", "429", "times", "0"}, {"kind", "429"}, {"kind", "429", "times", "51"}} {
		if answer := b.post("/control", append(fields, "do", "fault")...); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %s", fields, answer.Status)
		}
	}
}

func TestControlSetsReplication(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.get("/control")
	page := b.do("/control", "do", "lag", "object-times", "3", "delete-seconds", "60")
	var lag struct {
		Object, Delete struct {
			Times int
			Time  string
		}
	}
	b.plane(http.MethodGet, "/lag", nil, &lag)
	if lag.Object.Times != 3 || lag.Delete.Time != "1m0s" || !strings.Contains(page, `name="object-times" value="3"`) {
		t.Errorf("%+v", lag)
	}
	if answer := b.post("/control", "do", "lag", "object-times", "-1"); answer.StatusCode != http.StatusBadRequest {
		t.Error(answer.Status)
	}
}

func TestControlGoesBack(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.get("/control")
	b.do("/control", "do", "take", "name", "before")
	b.do("/o/contoso/people", "do", "invite", "email", "dan@fabrikam.com", "name", "Dan Later")
	b.do("/control", "do", "restore", "name", "before")
	if strings.Contains(b.get("/o/contoso/people"), "Dan Later") {
		t.Error("the guest stays after a restore")
	}
	b.do("/o/contoso/people", "do", "invite", "email", "dan@fabrikam.com", "name", "Dan Later")
	b.do("/control", "do", "reset")
	if strings.Contains(b.get("/o/contoso/people"), "Dan Later") {
		t.Error("the guest stays after a reset")
	}
	b.get("/control")
	if page := b.do("/control", "do", "forget", "name", "before"); !strings.Contains(page, "None yet") {
		t.Errorf("%s", b.main())
	}
	for _, name := range []string{"before", "no/name"} {
		if answer := b.post("/control", "do", "restore", "name", name); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
	if answer := b.post("/control", "do", "take", "name", "no/name"); answer.StatusCode != http.StatusBadRequest {
		t.Error(answer.Status)
	}
}

func TestControlForksAndEndsWorlds(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.get("/control")
	page := b.do("/control", "do", "fork", "name", "side")
	if !strings.Contains(page, "Control of the world side") || !strings.Contains(page, "forked from main") || !strings.Contains(page, `action="/w/side/session"`) {
		t.Errorf("%s", b.main())
	}
	if page = b.do("/w/side/control", "do", "end", "name", "side"); !strings.Contains(page, "Control of the world main") {
		t.Errorf("%s", b.main())
	}
	if answer := b.send(httptest.NewRequest(http.MethodGet, control+"/w/side/control", nil)); answer.StatusCode != http.StatusNotFound {
		t.Error(answer.Status)
	}
	b.get("/control")
	if answer := b.post("/control", "do", "end", "name", emulator.MainWorld); answer.StatusCode != http.StatusConflict {
		t.Error(answer.Status)
	}
	if answer := b.post("/control", "do", "nothing"); answer.StatusCode != http.StatusBadRequest {
		t.Error(answer.Status)
	}
}
