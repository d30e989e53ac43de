package console_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
)

func TestMailboxes(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.get("/mail?to=carol@fabrikam.com")
	letter := b.link(`<span class="unread">`)
	if b.get(letter); strings.Contains(b.line(`id="letters"`, "</section>"), "Unread") {
		t.Error("a letter that is read stays unread")
	}
	if b.do(letter, "do", "unread"); !strings.Contains(b.page, "Unread: ") {
		t.Error("it is not unread again")
	}
	path, _, _ := strings.Cut(letter, "?")
	answer := b.send(httptest.NewRequest(http.MethodGet, control+path+"/body", nil))
	csp := answer.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "sandbox") || strings.Contains(csp, "script") || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'self'") {
		t.Errorf("the letter's policy: %s", csp)
	}
	if !strings.Contains(b.page, `href="http://contoso.sharepoint.localhost:4365/`) {
		t.Errorf("the letter: %s", b.page)
	}
	if b.get("/mail?q=welcome"); !strings.Contains(b.page, "dan@fabrikam.com") || strings.Contains(b.line(`id="letters"`, "</section>"), "carol") {
		t.Errorf("search: %s", b.line(`id="letters"`, "</section>"))
	}
	latest := b.send(httptest.NewRequest(http.MethodGet, control+"/mail/latest?to=carol@fabrikam.com", nil))
	if !strings.HasPrefix(latest.Header.Get("Location"), path) {
		t.Errorf("latest leads to %s", latest.Header.Get("Location"))
	}
	b.get(letter)
	b.do(letter, "do", "delete")
	b.do("/mail", "do", "clear")
	if !strings.Contains(b.page, "No mail yet") {
		t.Error("not cleared")
	}
}

// A letter that a client with the real names had sent leads to the same place in this browser.
func TestLettersOfTheRealNames(t *testing.T) {
	t.Parallel()
	b := as(t, adele)
	var token struct {
		Value string `json:"access_token"`
	}
	b.plane(http.MethodPost, "/tokens", map[string]string{"tenant": contoso, "as": "adele@contoso.com", "resource": "https://graph.microsoft.com"}, &token)
	r := httptest.NewRequest(http.MethodPost, "https://graph.microsoft.com/v1.0/invitations", strings.NewReader(
		`{"invitedUserEmailAddress":"carol@fabrikam.com","inviteRedirectUrl":"https://contoso.sharepoint.com","sendInvitationMessage":true}`))
	r.Header.Set("Authorization", "Bearer "+token.Value)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.emu.ServeHTTP(w, r)
	if w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	answer := b.send(httptest.NewRequest(http.MethodGet, control+"/mail/latest", nil))
	page := b.get(answer.Header.Get("Location"))
	if !strings.Contains(page, `href="http://login.localhost:4365/redeem?rd=`) || !strings.Contains(page, `data-copy="https://login.microsoftonline.com/redeem?rd=`) {
		t.Errorf("%s", b.main())
	}
}

// The stream tells what came: mail, guests, and that the world was set back.
func TestLive(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t, func(o *emulator.Options) { o.HTTPS, o.Proxy = "", "" })
	b := &browser{t: t, emu: emu, jar: open(t).jar}
	wait := listen(t, emu, "/live", "")
	wait("retry")
	since := regexp.MustCompile(`data-live-since="([^"]+)"`).FindStringSubmatch(b.get("/o/contoso/people"))
	b.do("/o/contoso/people", "do", "invite", "email", "dan@fabrikam.com", "name", "Dan\nJump")
	wait("data: Dan Jump is a guest of Contoso: PendingAcceptance")
	wait("data: New mail to dan@fabrikam.com")
	told := strings.TrimPrefix(wait("id: "), "id: ")
	wait("event: change")

	// Who listens a moment after his page was written, or again, hears of what happened in between.
	listen(t, emu, "/live?since="+since[1], "")("data: New mail to dan@fabrikam.com")
	b.do("/o/contoso/people", "do", "invite", "email", "eve@fabrikam.com")
	again := listen(t, emu, "/live?since="+since[1], told)
	again("retry")
	if line := again("data: "); line != "data: eve is a guest of Contoso: PendingAcceptance" {
		t.Errorf("heard again is %q", line)
	}

	b.plane(http.MethodPost, "/reset", nil, nil)
	wait("data: The world was set back.")
}

// listen opens a stream and returns what waits for a line in it.
func listen(t *testing.T, emu *emulator.Emulator, path, last string) func(want string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, emu.Addresses().HTTP+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", last)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	return func(want string) string {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return lines.Text()
			}
		}
		t.Fatalf("the stream ends without %q: %v", want, lines.Err())
		return ""
	}
}
