package console

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// openLine is a line of the timeline with all that is behind it.
type openLine struct {
	line
	Request  *Request
	Address  string // that was asked
	Asked    []header
	Answered []header
	Sent     string // bodies, indented where they are JSON
	Received string
	Event    *state.Event
	Curl     string
	Around   string // the timeline
}

type header struct{ Name, Value string }

func showLine(c *call) (reply, error) {
	key, s := c.param("line"), c.scribe()
	if number, ok := strings.CutPrefix(key, "r"); ok {
		seq, err := strconv.ParseUint(number, 10, 64)
		if r, found := c.Host.Request(c.world, seq); err == nil && found {
			return view{Template: "line", Title: r.Method + " " + r.Path, Data: c.openRequest(s, r)}, nil
		}
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, key, "There is no such request; the journal keeps the newest ones only.")
	}
	id, ok := strings.CutPrefix(key, "e")
	if !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, key, "The timeline has no such line.")
	}
	for t := range c.tx.Tenants() {
		for e := range c.tx.Events(t.ID) {
			if e.ID == id {
				o := openLine{line: s.event(e), Event: &e, Around: c.To("/timeline")}
				o.Curl = c.plane(http.MethodGet, "/audit?tenant="+t.ID, nil).String()
				return view{Template: "line", Title: e.Operation, Data: o}, nil
			}
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, key, "There is no such event; the world may have been set back.")
}

func (c *call) openRequest(s scribe, r Request) openLine {
	o := openLine{
		line: s.request(r), Request: &r, Around: c.To("/timeline"), Asked: headers(r.RequestHeader), Answered: headers(r.ResponseHeader),
		Sent: indented(r.RequestBody), Received: indented(r.ResponseBody), Address: "https://" + r.Host + r.Path,
	}
	if r.Query != "" {
		o.Address += "?" + r.Query
	}
	k := curl{Method: r.Method, URL: o.Address, Raw: r.RequestBody, Type: r.RequestHeader.Get("Content-Type"), world: c.world}
	if here, ok := c.origin.At(o.Address, ""); ok {
		k.URL = here
	}
	if r.Surface != "login" && r.Who != "" {
		k.token = &tokenWish{Control: c.control, As: r.Who, Tenant: r.Tenant, Resource: "https://" + r.Host}
	}
	o.Curl = k.String()
	return o
}

// headers are a message's headers by name.
func headers(h http.Header) []header {
	var list []header
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			list = append(list, header{name, v})
		}
	}
	return list
}

// indented is a body as people read it; what is no whole JSON stays as it is.
func indented(body string) string {
	if !json.Valid([]byte(body)) {
		return body
	}
	var v json.RawMessage = []byte(body)
	if b, err := json.MarshalIndent(v, "", "  "); err == nil {
		return string(b)
	}
	return body
}
