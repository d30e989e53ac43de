package console_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// ask sends a request of a client to the front door, with a token for somebody where one is named.
func (b *browser) ask(method, address, as, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		var token struct {
			Value string `json:"access_token"`
		}
		b.plane(http.MethodPost, "/tokens", map[string]string{"tenant": contoso, "as": as, "resource": "https://graph.microsoft.com"}, &token)
		r.Header.Set("Authorization", "Bearer "+token.Value)
	}
	w := httptest.NewRecorder()
	b.emu.ServeHTTP(w, r)
	return w
}

const graph = "https://graph.microsoft.com"

func TestTimelineHasRequestsEventsAndMailInOrder(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.ask(http.MethodGet, graph+"/v1.0/users/nobody@contoso.com", "adele@contoso.com", "")
	page := b.get("/timeline")
	for _, want := range []string{"Invite external user", "carol@fabrikam.com", "GET /v1.0/users/nobody@contoso.com", "404 Not Found", "Request_ResourceNotFound"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q\n%s", want, b.main())
		}
	}
	if strings.Index(page, "Invite external user") > strings.Index(page, "GET /v1.0/users/nobody") {
		t.Error("the newest is not last")
	}
}

func TestTimelineFilters(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.ask(http.MethodGet, graph+"/v1.0/users/nobody@contoso.com", "adele@contoso.com", "")
	b.ask(http.MethodGet, graph+"/v1.0/me", "megan@contoso.com", "")
	const missing, me, invite, letter = "GET /v1.0/users/nobody", "GET /v1.0/me<", "Invite external user", "to dan@fabrikam.com:"
	for _, tt := range []struct {
		query string
		shown []string
	}{
		{"", []string{missing, me, invite, letter}},
		{"?kind=graph", []string{missing, me}},
		{"?kind=mail", []string{letter}},
		{"?kind=event", []string{invite}},
		{"?kind=login", nil},
		{"?failed=yes", []string{missing}},
		{"?who=MEGAN", []string{me}},
		{"?who=dan", []string{invite, letter}},
		{"?organisation=contoso", []string{missing, me, invite, letter}},
		{"?organisation=fabrikam", nil},
		{"?organisation=fabrikam&kind=nothing", nil},
	} {
		page := b.get("/timeline" + tt.query)
		_, list, _ := strings.Cut(page, `id="lines"`)
		for _, line := range []string{missing, me, invite, letter} {
			want := false
			for _, s := range tt.shown {
				want = want || s == line
			}
			if strings.Contains(list, line) != want {
				t.Errorf("%q: %q shown: %v, want %v", tt.query, line, !want, want)
			}
		}
	}
}

func TestALineHasRequestAnswerAndCurl(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.ask(http.MethodPost, graph+"/v1.0/invitations?x=1", "adele@contoso.com", `{"invitedUserEmailAddress":"eve@fabrikam.com","inviteRedirectUrl":"https://example.com/"}`)
	b.get("/timeline?kind=graph")
	b.get(b.link("POST /v1.0/invitations"))
	for _, want := range []string{
		"201 Created", "invitedUserEmailAddress&#34;: &#34;eve@fabrikam.com", "adele@contoso.com", "inviteRedeemUrl",
		"TOKEN=$(curl", "http://graph.localhost:4365/v1.0/invitations?x=1", "--data-raw", "Authorization",
	} {
		if !strings.Contains(b.page, want) {
			t.Errorf("no %q\n%s", want, b.main())
		}
	}
	if strings.Contains(b.page, "eyJ") {
		t.Error("the token is shown")
	}
	for _, path := range []string{"/timeline/r0", "/timeline/r99", "/timeline/rx", "/timeline/enone", "/timeline/x"} {
		if answer := b.send(httptest.NewRequest(http.MethodGet, control+path, nil)); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, answer.Status)
		}
	}
}

func TestDiagramIsAPictureOfTheLines(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.ask(http.MethodGet, graph+"/v1.0/users/nobody@contoso.com", "adele@contoso.com", "")
	b.ask(http.MethodGet, graph+"/v1.0/%01%3Csvg%20onload=x%3E", "adele@contoso.com", "")
	answer := b.send(httptest.NewRequest(http.MethodGet, control+"/timeline/diagram.svg", nil))
	if answer.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(answer.Header.Get("Content-Disposition"), "tennantite-sequence.svg") {
		t.Errorf("%v", answer.Header)
	}
	picture := b.page
	d, texts := xml.NewDecoder(strings.NewReader(picture)), ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			for _, a := range e.Attr {
				if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("%s has %s", e.Name.Local, a.Name.Local)
				}
			}
		case xml.CharData:
			texts += string(e) + "\n"
		}
	}
	for _, want := range []string{"adele@contoso.com", "Graph", "Directory of Contoso", "contoso.sharepoint.com", "dan@fabrikam.com", "GET /users/nobody", "404 Not Found"} {
		if !strings.Contains(texts, want) {
			t.Errorf("no %q in\n%s", want, texts)
		}
	}
	if page := b.get("/timeline/diagram"); !strings.Contains(page, picture) {
		t.Error("the page has another picture than the file")
	}
	if page := b.get("/timeline/diagram?who=" + url.QueryEscape("nobody anywhere")); strings.Contains(page, "<svg") {
		t.Error("a picture of nothing")
	}
}

// What clients send, and what a test puts into faults, is shown and runs nowhere: paths, queries, headers, bodies, rules.
func TestNothingThatClientsSentRuns(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.get("/control")
	b.do("/control", "do", "fault", "kind", "504", "times", "1", "host", hostile, "path", hostile)
	b.plane(http.MethodPost, "/faults/queue", map[string]any{
		"match": map[string]string{"host": "graph.microsoft.com"}, "effects": []any{map[string]any{"status": 418, "code": hostile, "message": hostile}},
	}, nil)
	r := httptest.NewRequest(http.MethodPost, graph+"/v1.0/"+url.PathEscape(hostile)+"?x="+url.QueryEscape(hostile), strings.NewReader(hostile))
	r.Header.Set("X-Hostile", hostile)
	r.Header.Set("User-Agent", hostile)
	b.emu.ServeHTTP(httptest.NewRecorder(), r)
	for path, shown := range map[string]string{
		"/control": "&lt;img src=x", "/timeline": "418", "/timeline/r1": "&lt;img src=x", "/timeline/diagram": "418", "/timeline/diagram.svg": "418",
		"/timeline?who=" + url.QueryEscape(hostile): "&lt;img src=x",
	} {
		page := b.get(path)
		b.clean(path)
		if !strings.Contains(page, shown) {
			t.Errorf("%s does not show %q:\n%s", path, shown, page)
		}
	}
}

// One service is one column and one address, by whichever of its names a client came.
func TestLocalNamesAreTheRealOnes(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, host := range []string{"contoso.sharepoint.com", "contoso.sharepoint.localhost:4365"} {
		b.ask(http.MethodGet, "http://"+host+"/_api/web", "", "")
	}
	b.ask(http.MethodGet, "http://graph.localhost:4365/v1.0/me", "", "")
	if page := b.get("/timeline/diagram.svg"); strings.Contains(page, "localhost") || strings.Count(page, ">contoso.sharepoint.com<") != 1 {
		t.Errorf("%s", page)
	}
	if page := b.get("/timeline/r3"); !strings.Contains(page, "https://graph.microsoft.com/v1.0/me") || strings.Contains(page, "https://graph.localhost/") {
		t.Errorf("%s", b.main())
	}
}

// What a OneDrive sends starts at the OneDrive's host.
func TestMailOfAOneDriveComesFromIt(t *testing.T) {
	t.Parallel()
	b := as(t, megan)
	b.get("/o/contoso/sites")
	b.get(b.link(">Megan Bowen</a>"))
	b.get(b.link(">Documents</a>"))
	drafts := b.link(">Drafts</a>")
	b.get(drafts)
	b.do(drafts+"/share", "do", "people", "people", "carol@fabrikam.com", "role", "read", "mail", "yes")
	if picture := b.get("/timeline/diagram.svg?kind=mail"); !strings.Contains(picture, ">contoso-my.sharepoint.com<") || strings.Contains(picture, ">contoso.sharepoint.com<") {
		t.Errorf("%s", picture)
	}
}
