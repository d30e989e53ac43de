package control_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const suite = "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"

// graph asks Graph as the application that may do everything.
func (d driver) graph(method, path, body string) (status int, answer []byte, header http.Header) {
	d.t.Helper()
	var app struct {
		AccessToken string `json:"access_token"`
	}
	d.json(http.MethodPost, "/tokens", `{"tenant": "contoso.com", "app": "`+suite+`", "resource": "https://graph.microsoft.com"}`, 200, &app)
	req, err := http.NewRequest(method, strings.TrimSuffix(d.base, "/_tennantite/v1")+"/v1.0/"+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Host = "graph.microsoft.com"
	req.Header.Set("X-Tennantite-World", d.world)
	req.Header.Set("Authorization", "Bearer "+app.AccessToken)
	req.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r.Body); err != nil {
		d.t.Fatal(err)
	}
	return r.StatusCode, b.Bytes(), r.Header
}

func (d driver) invite(address string) {
	d.t.Helper()
	status, answer, _ := d.graph(http.MethodPost, "invitations",
		`{"invitedUserEmailAddress": "`+address+`", "inviteRedirectUrl": "https://app.contoso.com/", "sendInvitationMessage": true}`)
	if status != http.StatusCreated {
		d.t.Fatalf("%d %s", status, answer)
	}
}

// TestMailpit holds the mailbox to the words of Mailpit's API.
func TestMailpit(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	d.invite("carol@fabrikam.com")
	d.invite("dave@fabrikam.com")
	type summary struct {
		Total, Unread, Count, Start int
		MessagesCount               int `json:"messages_count"`
		Messages                    []struct {
			ID, Subject, Snippet string
			Read                 bool
			To                   []struct{ Address string }
			Created              time.Time
		}
	}
	var all summary
	d.json(http.MethodGet, "/mailpit/api/v1/messages?limit=1", "", 200, &all)
	if all.Total != 2 || all.Unread != 2 || all.Count != 1 || all.MessagesCount != 2 || all.Messages[0].To[0].Address != "dave@fabrikam.com" {
		t.Fatalf("the newest is not first: %+v", all)
	}
	for _, tt := range []struct {
		query string
		want  int
	}{
		{"to:carol@fabrikam.com", 1},
		{"to:CAROL subject:invited", 1},
		{`subject:"no such words"`, 0},
		{"fabrikam", 2},
		{"from:nobody@example.com", 0},
	} {
		var found summary
		d.json(http.MethodGet, "/mailpit/api/v1/search?query="+strings.NewReplacer(" ", "%20", `"`, "%22").Replace(tt.query), "", 200, &found)
		if found.MessagesCount != tt.want || found.Total != 2 {
			t.Errorf("%s finds %+v", tt.query, found)
		}
	}
	var m struct {
		ID, Text, HTML, Subject string
		Attachments             []any
	}
	d.json(http.MethodGet, "/mailpit/api/v1/message/"+all.Messages[0].ID, "", 200, &m)
	if m.Text == "" || !strings.Contains(m.HTML, "<html") || m.Attachments == nil {
		t.Errorf("a message is %+v", m)
	}
	d.json(http.MethodGet, "/mailpit/api/v1/messages", "", 200, &all)
	if all.Unread != 1 || !all.Messages[0].Read {
		t.Errorf("who reads a message marks it: %+v", all)
	}
	if _, text, header := d.call(http.MethodGet, "/mailpit/view/latest.txt", ""); string(text) != m.Text || !strings.HasPrefix(header.Get("Content-Type"), "text/plain") {
		t.Errorf("shown as %s", text)
	}
	if status, _, _ := d.call(http.MethodGet, "/mailpit/view/latest.exe", ""); status != http.StatusNotFound {
		t.Errorf("shown as a program: %d", status)
	}
	d.call(http.MethodDelete, "/mailpit/api/v1/messages", `{"IDs": ["`+m.ID+`"]}`)
	d.json(http.MethodGet, "/mailpit/api/v1/messages", "", 200, &all)
	if all.Total != 1 {
		t.Errorf("after one was deleted: %+v", all)
	}
	d.call(http.MethodDelete, "/mailpit/api/v1/messages", "")
	d.json(http.MethodGet, "/mailpit/api/v1/messages", "", 200, &all)
	if all.Total != 0 || all.Messages == nil {
		t.Errorf("after all were deleted: %+v", all)
	}
}

// TestQueuedAnswers holds that queued answers are given once each, in their order, behind those that were queued before.
func TestQueuedAnswers(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	d.json(http.MethodPost, "/faults/queue", `{"match": {"path": "/v1.0/users"}, "effects": [{"status": 503}, {"body": {"value": []}}]}`, 200, nil)
	d.json(http.MethodPost, "/faults/queue", `{"match": {"path": "/v1.0/users"}, "effects": [{"status": 418, "body": "no JSON", "headers": {"Content-Type": "text/plain"}}]}`, 200, nil)
	var got []string
	for range 4 {
		status, body, header := d.graph(http.MethodGet, "users", "")
		if len(body) > 20 {
			body = body[:2]
		}
		got = append(got, fmt.Sprint(status, " ", header.Get("Content-Type")[:9], " ", strings.TrimSpace(string(body))))
	}
	want := []string{`503 applicati {"`, `200 applicati {"value": []}`, `418 text/plai no JSON`, `200 applicati {"`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	var rules struct {
		Rules []struct {
			ID     string
			Hits   int
			Effect struct{ Body json.RawMessage }
		}
	}
	d.json(http.MethodGet, "/faults", "", 200, &rules)
	if len(rules.Rules) != 3 || rules.Rules[2].Hits != 1 || string(rules.Rules[2].Effect.Body) != `"no JSON"` {
		t.Errorf("the rules are %+v", rules)
	}
	first := rules.Rules[0].ID
	d.json(http.MethodDelete, "/faults/"+first, "", 204, nil)
	d.json(http.MethodDelete, "/faults/"+first, "", 404, nil)
	if d.json(http.MethodGet, "/faults", "", 200, &rules); len(rules.Rules) != 2 || rules.Rules[0].ID == first {
		t.Errorf("the rules without %s are %+v", first, rules)
	}
}

// TestEventsGoOnWhereTheyStopped reads the timeline as it grows, leaves, and comes back with the last id.
func TestEventsGoOnWhereTheyStopped(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	read := func(last string, do func(), until string) (ids []string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+"/events?tenant="+contoso, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Tennantite-World", d.world)
		if last != "" {
			req.Header.Set("Last-Event-ID", last)
		}
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if got := r.Header.Get("Content-Type"); got != "text/event-stream" {
			t.Fatalf("it is %s", got)
		}
		do()
		for lines := bufio.NewScanner(r.Body); lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				ids = append(ids, id)
			}
			if strings.HasPrefix(lines.Text(), "data: ") && strings.Contains(lines.Text(), until) {
				return ids
			}
		}
		t.Fatalf("%s did not come", until)
		return nil
	}
	first := read("", func() { d.invite("carol@fabrikam.com") }, "carol@fabrikam.com")
	d.invite("dave@fabrikam.com") // while nobody listens
	second := read(first[len(first)-1], func() {}, "dave@fabrikam.com")
	for _, id := range second {
		if len(id) < len(first[len(first)-1]) || id <= first[len(first)-1] && len(id) == len(first[len(first)-1]) {
			t.Errorf("%s was told already: %v", id, first)
		}
	}
}

// TestHAR holds the archive to its format, without secrets.
func TestHAR(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	d.json(http.MethodPut, "/faults", `{"rules": [{"match": {"path": "/v1.0/domains"}, "effect": {"status": 503}}]}`, 200, nil)
	d.invite("carol@fabrikam.com")
	d.graph(http.MethodGet, "domains?$top=3", "")
	var archive struct {
		Log struct {
			Version string
			Creator struct{ Name string }
			Entries []struct {
				StartedDateTime time.Time
				Comment         string
				Request         struct {
					Method, URL string
					Headers     []struct{ Name, Value string }
					QueryString []struct{ Name, Value string }
					PostData    *struct{ MIMEType, Text string }
				}
				Response struct {
					Status  int
					Content struct{ Text string }
				}
			}
		}
	}
	_, answer, _ := d.call(http.MethodGet, "/requests.har", "")
	if err := json.Unmarshal(answer, &archive); err != nil {
		t.Fatal(err)
	}
	e := archive.Log.Entries
	if archive.Log.Version != "1.2" || archive.Log.Creator.Name != "tennantite" || len(e) != 2 {
		t.Fatalf("the archive has %+v", archive.Log)
	}
	if e[0].Request.PostData == nil || !strings.Contains(e[0].Request.PostData.Text, "carol@fabrikam.com") || e[0].Response.Status != 201 || e[0].StartedDateTime.IsZero() {
		t.Errorf("the invitation is %+v", e[0])
	}
	if e[1].Request.URL != "https://graph.microsoft.com/v1.0/domains?$top=3" || e[1].Request.QueryString[0].Value != "3" || e[1].Comment != "fault 1" {
		t.Errorf("the refused one is %+v", e[1])
	}
	if bytes.Contains(answer, []byte("Bearer ey")) {
		t.Error("a token is in the archive")
	}
}

// TestExportComesBackEqual holds that an exported world, content and sharing included, is the same after an import, in
// this world and in another one.
func TestExportComesBackEqual(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	other := d.fork(t)
	d.invite("carol@fabrikam.com")
	var drive struct{ ID string }
	_, answer, _ := d.graph(http.MethodGet, "sites/contoso.sharepoint.com:/sites/project-x:/drive", "")
	if err := json.Unmarshal(answer, &drive); err != nil {
		t.Fatal(err)
	}
	content := "two\nlines, \"quotes\" and ž"
	if status, answer, _ := d.graph(http.MethodPut, "drives/"+drive.ID+"/root:/Specs/new%20file.txt:/content", content); status != 201 {
		t.Fatalf("%d %s", status, answer)
	}
	_, exported, _ := d.call(http.MethodGet, "/export", "")
	for _, into := range []driver{d, other} {
		into.json(http.MethodPost, "/import", string(exported), 204, nil)
		if _, again, _ := into.call(http.MethodGet, "/export", ""); !bytes.Equal(again, exported) {
			t.Errorf("it came back as\n%s\nand was\n%s", again, exported)
		}
	}
	if !bytes.Contains(exported, []byte("new file.txt")) || !bytes.Contains(exported, []byte("and ž")) {
		t.Errorf("content is not in it:\n%s", exported)
	}
}

// TestLagOverTheControlPlane holds that lag is told as it was set.
func TestLagOverTheControlPlane(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	var got map[string]struct {
		Times int
		Time  string
	}
	d.json(http.MethodPut, "/lag", `{"object": {"times": 3}, "delete": {"time": "PT1M"}}`, 200, &got)
	if got["object"].Times != 3 || got["delete"].Time != "1m0s" || got["relation"].Times != 0 {
		t.Errorf("lag is %v", got)
	}
	if status, _, _ := d.call(http.MethodPut, "/lag", `{"object": {"times": -1}}`); status != http.StatusBadRequest {
		t.Errorf("lag of -1 times: %d", status)
	}
}
