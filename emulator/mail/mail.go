// Package mail keeps what the tenants' services sent. A letter is written here and nowhere else, as text and as HTML, and
// lands in the world's mailbox at once; sending it on to a real server is the composer's business.
//
// The package decides nothing: who is written to, and when, is said by the managers.
package mail

import (
	"html"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The kinds of message that a test can ask for.
const (
	B2BInvitation     = "b2b-invitation"
	SharingInvitation = "sharing-invitation" // SharePoint's own, to be redeemed
	SharingLink       = "sharing-link"       // to something that is open to the recipient already
	OneTimeCode       = "one-time-code"
	Notification      = "notification"
)

// Letter is a message to be written.
type Letter struct {
	TenantID string // whose service sends it
	To       string
	CC       []string
	From     string // "" for the service's own address
	Kind     string
	Subject  string
	Body     []string // paragraphs, plain text
	Quote    string   // the sender's own words, "" for none
	Links    []Link   // the first is the button
	Code     string   // one-time code, "" for none
	Footer   string
}

// Link is an address in a letter. Kind is one of the kinds of message; Label is what the reader sees.
type Link struct{ Kind, URL, Label string }

// Send writes a letter and puts it into the recipient's mailbox.
func Send(tx *state.Tx, l Letter) state.Message {
	from := l.From
	if from == "" {
		from = sender(l.Kind)
	}
	m := state.Message{
		ID: tx.NewID(), TenantID: l.TenantID, To: l.To, From: from, CC: l.CC, Subject: l.Subject, Sent: tx.Now(),
		Kind: l.Kind, Text: text(l), HTML: page(l), Code: l.Code,
	}
	for _, k := range l.Links {
		m.Links = append(m.Links, state.MessageLink{Kind: k.Kind, URL: k.URL})
	}
	m.Seq = tx.NextSequence()
	tx.PutMessage(m)
	return m
}

// Mark notes that a message was read, or that it is to be taken for unread. It fails with ObjectNotFound.
func Mark(tx *state.Tx, id string, read bool) error {
	m, ok := tx.Message(id)
	if !ok {
		return problem.For(problem.NotFound, problem.ObjectNotFound, id, "There is no such message; it may have been cleared away.")
	}
	if m.Read != read {
		m.Read = read
		tx.PutMessage(m)
	}
	return nil
}

func sender(kind string) string {
	switch kind {
	case B2BInvitation:
		return "invites@microsoft.com"
	case OneTimeCode:
		return "account-security-noreply@accountprotection.microsoft.com"
	default:
		return "no-reply@sharepointonline.com"
	}
}

func text(l Letter) string {
	var b strings.Builder
	for _, p := range l.Body {
		b.WriteString(p + "\n\n")
	}
	if l.Quote != "" {
		for line := range strings.Lines(l.Quote) {
			b.WriteString("> " + strings.TrimRight(line, "\r\n") + "\n")
		}
		b.WriteString("\n")
	}
	if l.Code != "" {
		b.WriteString("Your code: " + l.Code + "\n\n")
	}
	for _, k := range l.Links {
		b.WriteString(k.Label + ": " + k.URL + "\n\n")
	}
	if l.Footer != "" {
		b.WriteString("-- \n" + l.Footer + "\n")
	}
	return b.String()
}

func page(l Letter) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>` + html.EscapeString(l.Subject) +
		`</title></head><body style="font-family:sans-serif;max-width:36em;margin:2em auto;line-height:1.5">`)
	for _, p := range l.Body {
		b.WriteString("<p>" + html.EscapeString(p) + "</p>")
	}
	if l.Quote != "" {
		b.WriteString(`<blockquote style="border-left:3px solid #888;margin:0;padding-left:1em;white-space:pre-wrap">` +
			html.EscapeString(l.Quote) + "</blockquote>")
	}
	if l.Code != "" {
		b.WriteString(`<p>Your code: <strong style="font-size:1.5em;letter-spacing:.1em">` + html.EscapeString(l.Code) + "</strong></p>")
	}
	for _, k := range l.Links {
		b.WriteString(`<p><a href="` + html.EscapeString(k.URL) + `">` + html.EscapeString(k.Label) + "</a></p>")
	}
	if l.Footer != "" {
		b.WriteString(`<p style="color:#555;font-size:.85em">` + html.EscapeString(l.Footer) + "</p>")
	}
	b.WriteString("</body></html>")
	return b.String()
}
