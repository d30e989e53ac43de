package control

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/tennantite/tennantite/control/traffic"
	"github.com/tennantite/tennantite/emulator/problem"
)

// request is one line of the journal: what was asked and answered, secrets masked.
type request struct {
	Seq       uint64    `json:"seq" doc:"position in the journal"`
	ID        string    `json:"id,omitempty" doc:"request id that the client saw"`
	At        time.Time `json:"at" doc:"by the world's clock"`
	Took      float64   `json:"tookMilliseconds" doc:"by the wall clock"`
	Surface   string    `json:"surface" doc:"login, graph or sharepoint"`
	Tenant    string    `json:"tenant,omitempty" doc:"of the token, or whose SharePoint host it is"`
	Actor     string    `json:"actor,omitempty" doc:"principal name that the token has"`
	ActorID   string    `json:"actorId,omitempty"`
	App       string    `json:"app,omitempty" doc:"client id that the token has"`
	Method    string    `json:"method"`
	Host      string    `json:"host"`
	Path      string    `json:"path"`
	Query     string    `json:"query,omitempty"`
	Status    int       `json:"status" doc:"0 where the connection was closed without an answer"`
	Code      string    `json:"code,omitempty" doc:"the service's own, of a failure"`
	Fault     string    `json:"fault,omitempty" doc:"id of the rule that met it"`
	Unmatched bool      `json:"unmatched,omitempty" doc:"a real route that is not emulated"`
	TooEarly  bool      `json:"tooEarly,omitempty" doc:"the client came back before Retry-After"`
	Retry     bool      `json:"retry,omitempty" doc:"a fault had refused the same request of the same client, which came again"`
	Forgiven  []string  `json:"forgiven,omitempty" doc:"failures that a lenient world let pass"`

	RequestHeaders  http.Header `json:"requestHeaders"`
	RequestBody     string      `json:"requestBody,omitempty" doc:"its beginning"`
	ResponseHeaders http.Header `json:"responseHeaders"`
	ResponseBody    string      `json:"responseBody,omitempty" doc:"its beginning"`
}

// requestMatch says which requests are meant; what is left out matches all.
type requestMatch struct {
	Surface   string     `json:"surface,omitempty" enum:"login,graph,sharepoint"`
	Method    string     `json:"method,omitempty"`
	Host      string     `json:"host,omitempty" doc:"* stands for any text"`
	Path      string     `json:"path,omitempty" doc:"* stands for any text"`
	Tenant    string     `json:"tenant,omitempty" doc:"id"`
	Actor     string     `json:"actor,omitempty" doc:"object id or principal name"`
	App       string     `json:"app,omitempty" doc:"client id"`
	Status    int        `json:"status,omitempty"`
	Since     uint64     `json:"since,omitempty" doc:"after that position"`
	From      *time.Time `json:"from,omitempty"`
	Until     *time.Time `json:"until,omitempty"`
	Unmatched bool       `json:"unmatched,omitempty"`
	TooEarly  bool       `json:"tooEarly,omitempty" doc:"only of clients that came back before Retry-After"`
	Fault     string     `json:"fault,omitempty" doc:"id of a rule, * stands for any text"`
	Retry     bool       `json:"retry,omitempty" doc:"only what came again after a fault"`
	Body      string     `json:"body,omitempty" doc:"part of the request's body"`
}

type requestCount struct {
	Count int `json:"count"`
}

// expectation is how often requests are wanted.
type expectation struct {
	Match   requestMatch `json:"match"`
	Times   *int         `json:"times,omitempty" doc:"exactly"`
	AtLeast *int         `json:"atLeast,omitempty" doc:"1 if nothing is said"`
	AtMost  *int         `json:"atMost,omitempty"`
}

type verification struct {
	Verified bool      `json:"verified"`
	Count    int       `json:"count"`
	Detail   string    `json:"detail"`
	Value    []request `json:"value" doc:"the requests that match; where none does, the latest of the journal"`
}

func journalEndpoints() []endpoint {
	filter := []param{
		surfaces(),
		text("method", ""),
		text("host", "* stands for any text"),
		text("path", "* stands for any text"),
		text("tenant", "id"),
		text("actor", "object id or principal name"),
		text("app", "client id"),
		number("status", ""),
		number("since", "after that position"),
		text("fault", "id of a rule, * stands for any text"),
		flag("tooEarly", "only of clients that came back before Retry-After"),
		text("body", "part of the request's body"),
		number("limit", "the newest so many"),
	}
	return []endpoint{
		{Method: http.MethodGet, Path: "/requests", Summary: "what clients asked, oldest first", Query: filter, Reply: list[request]{}, handle: getRequests},
		{Method: http.MethodGet, Path: "/requests/unmatched", Summary: "real routes that are not emulated", Query: filter, Reply: list[request]{}, handle: getUnmatched},
		{Method: http.MethodGet, Path: "/requests.har", Summary: "the same as an HTTP archive", Query: filter, Reply: har{}, handle: getHAR},
		{Method: http.MethodPost, Path: "/requests/count", Summary: "how many requests match", Body: requestMatch{}, Reply: requestCount{}, handle: taking(countRequests)},
		{Method: http.MethodPost, Path: "/requests/verify", Summary: "were there as many requests as wanted", Body: expectation{}, Reply: verification{}, handle: taking(verifyRequests)},
		{Method: http.MethodDelete, Path: "/requests", Summary: "empty the journal", handle: deleteRequests},
	}
}

func (c *call) journal() (*traffic.Journal, error) {
	j, ok := c.Host.Journal(c.world())
	if !ok {
		return nil, problem.New(problem.NotFound, problem.ObjectNotFound, "there is no such world")
	}
	return j, nil
}

// surfaces are the services that the journal tells apart.
func surfaces() param { return choice("surface", "", "login", "graph", "sharepoint") }

// check refuses what no request can be.
func (m requestMatch) check() error { return surfaces().check(url.Values{"surface": {m.Surface}}) }

func (m requestMatch) filter() traffic.Filter {
	f := traffic.Filter{
		Surface: m.Surface, Method: m.Method, Host: m.Host, Path: m.Path, Tenant: m.Tenant, Actor: m.Actor, App: m.App,
		Status: m.Status, Since: m.Since, Unmatched: m.Unmatched, TooEarly: m.TooEarly, Fault: m.Fault, Body: m.Body,
		Retry: m.Retry,
	}
	if m.From != nil {
		f.From = *m.From
	}
	if m.Until != nil {
		f.Until = *m.Until
	}
	return f
}

// asked are the entries that the query's parameters mean.
func (c *call) asked(unmatched bool) ([]*traffic.Entry, error) {
	j, err := c.journal()
	if err != nil {
		return nil, err
	}
	m := requestMatch{
		Surface: c.query("surface"), Method: c.query("method"), Host: c.query("host"), Path: c.query("path"),
		Tenant: c.query("tenant"), Actor: c.query("actor"), App: c.query("app"), Fault: c.query("fault"), Body: c.query("body"),
		Unmatched: unmatched,
	}
	numbers := map[string]int{"status": 0, "since": 0, "limit": 0}
	for name := range numbers {
		if numbers[name], err = c.number(name); err != nil {
			return nil, err
		}
	}
	if m.TooEarly, err = c.flag("tooEarly"); err != nil {
		return nil, err
	}
	m.Status, m.Since = numbers["status"], uint64(numbers["since"]) //nolint:gosec // checked not to be negative
	found := j.Find(m.filter())
	if n := numbers["limit"]; n > 0 && len(found) > n {
		found = found[len(found)-n:]
	}
	return found, nil
}

func getRequests(c *call) (any, error)  { return c.describe(false) }
func getUnmatched(c *call) (any, error) { return c.describe(true) }

func (c *call) describe(unmatched bool) (any, error) {
	found, err := c.asked(unmatched)
	if err != nil {
		return nil, err
	}
	return list[request]{describeRequests(found)}, nil
}

func describeRequests(entries []*traffic.Entry) []request {
	out := make([]request, 0, len(entries))
	for _, e := range entries {
		object, name, app := e.Caller()
		out = append(out, request{
			Seq: e.Seq, ID: e.ID, At: e.At, Took: float64(e.Took) / float64(time.Millisecond), Surface: e.Surface,
			Tenant: e.Tenant(), Actor: name, ActorID: object, App: app, Method: e.Method, Host: e.Host, Path: e.Path,
			Query: e.Query(), Status: e.Status, Code: e.Code(), Fault: e.Fault, Unmatched: e.Unmatched, TooEarly: e.TooEarly, Retry: e.Retry, Forgiven: e.Forgiven,
			RequestHeaders: e.RequestHeader(), RequestBody: e.RequestBody(),
			ResponseHeaders: e.ResponseHeader(), ResponseBody: e.ResponseBody(),
		})
	}
	return out
}

func countRequests(c *call, m requestMatch) (any, error) {
	j, err := c.journal()
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return nil, err
	}
	return requestCount{len(j.Find(m.filter()))}, nil
}

func verifyRequests(c *call, x expectation) (any, error) {
	j, err := c.journal()
	if err == nil {
		err = x.Match.check()
	}
	if err != nil {
		return nil, err
	}
	found := j.Find(x.Match.filter())
	v := verification{Count: len(found), Verified: true}
	want := ""
	switch n := len(found); {
	case x.Times != nil:
		v.Verified, want = n == *x.Times, fmt.Sprintf("exactly %d", *x.Times)
	case x.AtLeast != nil || x.AtMost != nil:
		if x.AtLeast != nil {
			v.Verified, want = n >= *x.AtLeast, fmt.Sprintf("at least %d", *x.AtLeast)
		}
		if x.AtMost != nil {
			if want != "" {
				want += " and "
			}
			v.Verified, want = v.Verified && n <= *x.AtMost, want+fmt.Sprintf("at most %d", *x.AtMost)
		}
	default:
		v.Verified, want = n > 0, "at least 1"
	}
	v.Detail = fmt.Sprintf("%d of %s", len(found), want)
	const near = 5
	if len(found) == 0 && !v.Verified { // what came instead may tell why
		all := j.Find(traffic.Filter{})
		found = all[max(len(all)-near, 0):]
	}
	v.Value = describeRequests(found)
	return v, nil
}

func deleteRequests(c *call) (any, error) {
	j, err := c.journal()
	if err != nil {
		return nil, err
	}
	j.Clear()
	return nil, nil
}
