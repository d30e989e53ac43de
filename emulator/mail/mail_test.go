package mail_test

import (
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestSend holds that a letter reaches its readers whole, as text and as HTML, and that nothing in it becomes markup.
func TestSend(t *testing.T) {
	t.Parallel()
	s := state.New(state.Options{})
	err := s.Update(func(tx *state.Tx) error {
		mail.Send(tx, mail.Letter{
			TenantID: "t", To: "Carol@Fabrikam.com", CC: []string{"boss@fabrikam.com"}, Kind: mail.B2BInvitation,
			Subject: `<script>alert("x")</script>`, Body: []string{"Contoso & you"}, Quote: "line one\nline <two>", Code: "12345678",
			Links: []mail.Link{{Kind: mail.B2BInvitation, URL: `https://x.test/?a=1&b="2"`, Label: "Accept invitation"}}, Footer: "local",
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(func(tx *state.Tx) error {
		for _, address := range []string{"carol@fabrikam.com", "BOSS@fabrikam.com"} {
			n := 0
			for m := range tx.MessagesTo(address) {
				n++
				check(t, m)
			}
			if n != 1 {
				t.Errorf("%s has %d messages", address, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, m state.Message) {
	t.Helper()
	if m.From == "" || m.ID == "" || m.Sent.IsZero() || m.Code != "12345678" || len(m.Links) != 1 {
		t.Errorf("message %+v", m)
	}
	for _, part := range []string{"Contoso & you", "> line one\n> line <two>", "Your code: 12345678", `Accept invitation: https://x.test/?a=1&b="2"`, "-- \nlocal"} {
		if !strings.Contains(m.Text, part) {
			t.Errorf("the text lacks %q:\n%s", part, m.Text)
		}
	}
	for _, part := range []string{"Contoso &amp; you", "line &lt;two&gt;", "12345678", `href="https://x.test/?a=1&amp;b=&#34;2&#34;"`, "&lt;script&gt;"} {
		if !strings.Contains(m.HTML, part) {
			t.Errorf("the page lacks %q:\n%s", part, m.HTML)
		}
	}
	if strings.Contains(m.HTML, "<script>") {
		t.Error("the subject became markup")
	}
}

func TestMark(t *testing.T) {
	t.Parallel()
	s := state.New(state.Options{})
	err := s.Update(func(tx *state.Tx) error {
		id := mail.Send(tx, mail.Letter{TenantID: "t", To: "carol@fabrikam.com", Kind: mail.Notification}).ID
		for _, read := range []bool{true, true, false} {
			if err := mail.Mark(tx, id, read); err != nil {
				return err
			}
			if m, _ := tx.Message(id); m.Read != read {
				t.Errorf("read is %v, want %v", m.Read, read)
			}
		}
		if err := mail.Mark(tx, "none", true); problem.ReasonOf(err) != problem.ObjectNotFound {
			t.Errorf("a letter that is not there: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
