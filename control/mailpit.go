package control

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The mailbox in the words of Mailpit's API (axllent/mailpit, server/apiv1), so that a helper which a test suite has
// already needs another address and nothing else. Links and codes, which Mailpit does not know, are in `mail`.

// pitAddress is a mail address with the name beside it, which our letters do not have.
type pitAddress struct {
	Name    string `json:"Name"`
	Address string `json:"Address"`
}

// pitSummary is a message in a list.
type pitSummary struct {
	ID          string       `json:"ID"`
	MessageID   string       `json:"MessageID"`
	Read        bool         `json:"Read"`
	From        pitAddress   `json:"From"`
	To          []pitAddress `json:"To"`
	CC          []pitAddress `json:"Cc"`
	BCC         []pitAddress `json:"Bcc"`
	ReplyTo     []pitAddress `json:"ReplyTo"`
	Subject     string       `json:"Subject"`
	Created     time.Time    `json:"Created"`
	Tags        []string     `json:"Tags"`
	Size        int          `json:"Size"`
	Attachments int          `json:"Attachments"`
	Snippet     string       `json:"Snippet"`
}

type pitList struct {
	Total          int          `json:"total"`
	Unread         int          `json:"unread"`
	Count          int          `json:"count" doc:"on this page"`
	MessagesCount  int          `json:"messages_count" doc:"that match"`
	MessagesUnread int          `json:"messages_unread"`
	Start          int          `json:"start"`
	Tags           []string     `json:"tags"`
	Messages       []pitSummary `json:"messages"`
}

// pitMessage is a message as a whole.
type pitMessage struct {
	ID          string          `json:"ID"`
	MessageID   string          `json:"MessageID"`
	From        pitAddress      `json:"From"`
	To          []pitAddress    `json:"To"`
	CC          []pitAddress    `json:"Cc"`
	BCC         []pitAddress    `json:"Bcc"`
	ReplyTo     []pitAddress    `json:"ReplyTo"`
	ReturnPath  string          `json:"ReturnPath"`
	Subject     string          `json:"Subject"`
	Date        time.Time       `json:"Date"`
	Tags        []string        `json:"Tags"`
	Text        string          `json:"Text"`
	HTML        string          `json:"HTML"`
	Size        int             `json:"Size"`
	Inline      []pitAttachment `json:"Inline" doc:"always empty"`
	Attachments []pitAttachment `json:"Attachments" doc:"always empty"`
}

type pitAttachment struct {
	FileName string `json:"FileName"`
}

type pitDelete struct {
	IDs []string `json:"IDs,omitempty" doc:"all where none is named"`
}

func mailpitEndpoints() []endpoint {
	page := []param{number("start", "how many to pass over"), number("limit", "how many at most, 50 unless given")}
	return []endpoint{
		{Method: http.MethodGet, Path: "/mailpit/api/v1/messages", Summary: "the mailbox as Mailpit lists it, newest first", Query: page, Reply: pitList{}, handle: pitMessages},
		{
			Method: http.MethodGet, Path: "/mailpit/api/v1/search", Summary: "the same of what a search finds", Reply: pitList{}, handle: pitMessages,
			Query: append(page, text("query", "words, and to:, from:, cc:, subject: before a word or a text in quotation marks")),
		},
		{Method: http.MethodGet, Path: "/mailpit/api/v1/message/{id}", Summary: "a message by its ID, or latest", Reply: pitMessage{}, handle: pitRead},
		{Method: http.MethodDelete, Path: "/mailpit/api/v1/messages", Summary: "delete messages", Body: pitDelete{}, Type: "text/plain", Reply: raw{}, handle: taking(pitRemove)},
		{
			Method: http.MethodGet, Path: "/mailpit/view/{file}", Summary: "ID.html or ID.txt, with an ID or latest: what a person sees", Type: "text/html, text/plain",
			Reply: raw{}, handle: pitView,
		},
	}
}

// pitMessages lists the messages that match the query, a page of them.
func pitMessages(c *call) (any, error) {
	start, err := c.number("start")
	if err != nil {
		return nil, err
	}
	limit, err := c.number("limit")
	if err != nil {
		return nil, err
	}
	const usual = 50
	if limit == 0 {
		limit = usual
	}
	terms := searchTerms(c.query("query"))
	out := pitList{Start: start, Tags: []string{}, Messages: []pitSummary{}}
	err = c.view(func(tx *state.Tx) error {
		var found []state.Message
		for m := range tx.Messages() {
			out.Total++
			if !m.Read {
				out.Unread++
			}
			if !slices.ContainsFunc(terms, func(t searchTerm) bool { return !t.finds(m) }) {
				found = append(found, m)
			}
		}
		slices.Reverse(found)
		out.MessagesCount = len(found)
		for i, m := range found {
			if !m.Read {
				out.MessagesUnread++
			}
			if i >= start && i < start+limit {
				out.Messages = append(out.Messages, summaryOf(m))
			}
		}
		return nil
	})
	out.Count = len(out.Messages)
	return out, err
}

// searchTerm is a word of a search with the field that it is for, "" for any.
type searchTerm struct{ field, word string }

// searchTerms splits a search at its blanks; a text in quotation marks is one word.
func searchTerms(query string) (terms []searchTerm) {
	var word strings.Builder
	quoted := false
	end := func() {
		if word.Len() == 0 {
			return
		}
		t := searchTerm{word: strings.ToLower(word.String())}
		if field, rest, ok := strings.Cut(t.word, ":"); ok && slices.Contains([]string{"to", "from", "cc", "subject"}, field) {
			t = searchTerm{field, rest}
		}
		terms = append(terms, t)
		word.Reset()
	}
	for _, r := range query {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			end()
		default:
			word.WriteRune(r)
		}
	}
	end()
	return terms
}

func (t searchTerm) finds(m state.Message) bool {
	fields := map[string]string{"to": m.To, "from": m.From, "cc": strings.Join(m.CC, " "), "subject": m.Subject}
	if text, ok := fields[t.field]; ok {
		return strings.Contains(strings.ToLower(text), t.word)
	}
	return strings.Contains(strings.ToLower(strings.Join([]string{m.To, m.From, m.Subject, m.Text}, "\n")), t.word)
}

func pitAddresses(all []string) []pitAddress {
	out := []pitAddress{}
	for _, a := range all {
		out = append(out, pitAddress{Address: a})
	}
	return out
}

func summaryOf(m state.Message) pitSummary {
	const shown = 250
	snippet := []rune(strings.Join(strings.Fields(m.Text), " "))
	if len(snippet) > shown {
		snippet = append(snippet[:shown], []rune(" ...")...)
	}
	return pitSummary{
		ID: m.ID, MessageID: m.ID + "@tennantite", Read: m.Read, From: pitAddress{Address: m.From}, To: pitAddresses([]string{m.To}),
		CC: pitAddresses(m.CC), BCC: []pitAddress{}, ReplyTo: []pitAddress{}, Subject: m.Subject, Created: m.Sent, Tags: []string{},
		Size: len(m.Text) + len(m.HTML), Snippet: string(snippet),
	}
}

// pitFind returns a message by its id, the newest for latest.
func pitFind(c *call, id string) (found state.Message, err error) {
	err = c.view(func(tx *state.Tx) error {
		if id == "latest" {
			for m := range tx.Messages() {
				found = m
			}
		} else {
			found, _ = tx.Message(id)
		}
		if found.ID == "" {
			return problem.For(problem.NotFound, problem.ObjectNotFound, id, "there is no such message")
		}
		return nil
	})
	return found, err
}

// pitRead returns a message and, as in Mailpit, marks it as read.
func pitRead(c *call) (any, error) {
	m, err := pitFind(c, c.param("id"))
	if err != nil {
		return nil, err
	}
	if !m.Read {
		err = c.update(func(tx *state.Tx) error { return mail.Mark(tx, m.ID, true) })
	}
	return pitMessage{
		ID: m.ID, MessageID: m.ID + "@tennantite", From: pitAddress{Address: m.From}, To: pitAddresses([]string{m.To}), CC: pitAddresses(m.CC),
		BCC: []pitAddress{}, ReplyTo: []pitAddress{}, ReturnPath: m.From, Subject: m.Subject, Date: m.Sent, Tags: []string{}, Text: m.Text,
		HTML: m.HTML, Size: len(m.Text) + len(m.HTML), Inline: []pitAttachment{}, Attachments: []pitAttachment{},
	}, err
}

func pitRemove(c *call, b pitDelete) (any, error) {
	err := c.update(func(tx *state.Tx) error {
		for m := range tx.Messages() {
			if len(b.IDs) == 0 || slices.Contains(b.IDs, m.ID) {
				tx.DeleteMessage(m)
			}
		}
		return nil
	})
	return raw{"text/plain", []byte("ok")}, err
}

func pitView(c *call) (any, error) {
	id, form, _ := strings.Cut(c.param("file"), ".")
	if form != "html" && form != "txt" {
		return nil, problem.For(problem.NotFound, problem.UnknownSegment, c.param("file"), "a message is shown as ID.html or ID.txt")
	}
	m, err := pitFind(c, id)
	switch {
	case err != nil:
		return nil, err
	case form == "txt":
		return raw{"text/plain; charset=utf-8", []byte(m.Text)}, nil
	}
	return raw{"text/html; charset=utf-8", []byte(m.HTML)}, nil
}
