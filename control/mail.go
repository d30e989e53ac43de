package control

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// message is a mail as a test reads it.
type message struct {
	ID      string        `json:"id"`
	To      string        `json:"to"`
	CC      []string      `json:"cc,omitempty"`
	From    string        `json:"from"`
	Subject string        `json:"subject"`
	Sent    time.Time     `json:"sent"`
	Kind    string        `json:"kind" doc:"b2b-invitation, sharing-invitation, sharing-link, one-time-code or notification"`
	Tenant  string        `json:"tenant,omitempty" doc:"id of the organisation whose service sent it"`
	Text    string        `json:"text"`
	HTML    string        `json:"html"`
	Code    string        `json:"code,omitempty" doc:"one-time code"`
	Links   []messageLink `json:"links"`
}

type messageLink struct {
	Kind string `json:"kind"`
	URL  string `json:"url"`
}

func mailEndpoints() []endpoint {
	filter := []param{text("to", "recipient's address"), text("subject", "part of the subject"), text("kind", "kind of the message or of one of its links")}
	return []endpoint{
		{
			Method: http.MethodGet, Path: "/mail", Summary: "what was sent, newest first", Reply: list[message]{}, handle: listMail,
			Query: append(filter, text("wait", "how long to wait for the first match, 5s")),
		},
		{
			Method: http.MethodGet, Path: "/mail/{id}", Summary: "a message by id, or latest", Reply: message{}, handle: getMail,
			Query: append(filter, text("wait", "with latest: how long to wait for one")),
		},
		{Method: http.MethodDelete, Path: "/mail", Summary: "empty the mailboxes", Query: filter, handle: deleteMail},
	}
}

// maxWait bounds how long a test can keep a connection open.
const maxWait = 60 * time.Second

// matching returns the messages that the query asks for, newest first; it waits for the first one if the query says so.
func matching(c *call) ([]state.Message, error) {
	wait := time.Duration(0)
	if w := c.query("wait"); w != "" {
		d, err := parseDuration(w)
		if err != nil {
			return nil, err
		}
		wait = min(d, maxWait)
	}
	ctx, cancel := context.WithTimeout(c.ctx, wait)
	defer cancel()
	for {
		changed := c.store.Changed()
		found, err := mailNow(c)
		if err != nil || len(found) > 0 {
			return found, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, nil
		}
	}
}

func mailNow(c *call) ([]state.Message, error) {
	to, subject, kind := c.query("to"), strings.ToLower(c.query("subject")), c.query("kind")
	var found []state.Message
	err := c.view(func(tx *state.Tx) error {
		all := tx.Messages()
		if to != "" {
			all = tx.MessagesTo(to)
		}
		for m := range all {
			if strings.Contains(strings.ToLower(m.Subject), subject) && (kind == "" || ofKind(m, kind)) {
				found = append(found, m)
			}
		}
		return nil
	})
	slices.Reverse(found)
	return found, err
}

func ofKind(m state.Message, kind string) bool {
	return m.Kind == kind || slices.ContainsFunc(m.Links, func(l state.MessageLink) bool { return l.Kind == kind })
}

func listMail(c *call) (any, error) {
	found, err := matching(c)
	if err != nil {
		return nil, err
	}
	out := list[message]{Value: make([]message, 0, len(found))}
	for _, m := range found {
		out.Value = append(out.Value, describeMessage(m))
	}
	return out, nil
}

func getMail(c *call) (any, error) {
	id := c.param("id")
	if id == "latest" {
		found, err := matching(c)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return describeMessage(found[0]), nil
		}
	}
	var out message
	err := c.view(func(tx *state.Tx) error {
		m, ok := tx.Message(id)
		if !ok {
			return problem.For(problem.NotFound, problem.ObjectNotFound, id, "there is no such message")
		}
		out = describeMessage(m)
		return nil
	})
	return out, err
}

func deleteMail(c *call) (any, error) {
	found, err := mailNow(c)
	if err != nil {
		return nil, err
	}
	return nil, c.update(func(tx *state.Tx) error {
		for _, m := range found {
			tx.DeleteMessage(m)
		}
		return nil
	})
}

func describeMessage(m state.Message) message {
	out := message{
		ID: m.ID, To: m.To, CC: m.CC, From: m.From, Subject: m.Subject, Sent: m.Sent, Kind: m.Kind, Tenant: m.TenantID,
		Text: m.Text, HTML: m.HTML, Code: m.Code, Links: []messageLink{},
	}
	for _, l := range m.Links {
		out.Links = append(out.Links, messageLink(l))
	}
	return out
}
