package graphapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// batchMost is how many parts a batch has (graph.md 9.4).
const batchMost = 20

type batchInput struct {
	Requests []part `json:"requests"`
}

// part is one request of a batch.
type part struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

type wireResponses struct {
	Responses []wireResponse `json:"responses"`
}

type wireResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// batchNodes are $batch: each part is a request of its own, with a transaction of its own.
func batchNodes() []node {
	return []node{{Name: rootNode, Operations: []operation{{
		Name: "batch", Method: "POST", Segment: "$batch", ReadOnly: true, Handler: batch, Source: "GD:con/json-batching",
		Delegated: []string{anyToken}, Application: []string{anyToken},
	}}}}
}

func batch(r *request, _ *odata.Call) (any, error) {
	var in batchInput
	if err := r.decode(&in); err != nil {
		return nil, badBatch("Invalid batch payload format.")
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	return later(func() (*reply, error) {
		answers := map[string]wireResponse{}
		ordered := make([]wireResponse, 0, len(in.Requests))
		for _, p := range in.order() {
			a := r.part(p, answers)
			answers[p.ID] = a
			ordered = append(ordered, a)
		}
		return object("", wireResponses{ordered}), nil
	}), nil
}

func badBatch(text string) error {
	return problem.For(problem.Invalid, problem.UnknownSegment, "$batch", "%s", text)
}

// check refuses a batch as a whole.
func (in *batchInput) check() error {
	if len(in.Requests) == 0 {
		return badBatch("Invalid batch payload format.")
	}
	if len(in.Requests) > batchMost {
		return badBatch("Number of batch request steps exceeds the maximum value of 20.")
	}
	ids := map[string]bool{}
	for _, p := range in.Requests {
		switch {
		case p.ID == "" || p.Method == "" || p.URL == "":
			return badBatch("Every request of a batch has an id, a method and a url.")
		case ids[p.ID]:
			return badBatch("Request Id " + p.ID + " has to be unique in a batch.")
		}
		ids[p.ID] = true
	}
	for _, p := range in.Requests {
		for _, on := range p.DependsOn {
			if !ids[on] || on == p.ID {
				return badBatch("Request " + p.ID + " depends on an unknown request " + on + ".")
			}
		}
	}
	if len(in.order()) < len(in.Requests) {
		return badBatch("The dependencies of the batch go round in a circle.")
	}
	return nil
}

// order puts each part behind those that it depends on. Parts that depend on themselves are left out.
func (in *batchInput) order() []part {
	var ordered []part
	done := map[string]bool{}
	for range in.Requests {
		for _, p := range in.Requests {
			if !done[p.ID] && !slices.ContainsFunc(p.DependsOn, func(on string) bool { return !done[on] }) {
				done[p.ID] = true
				ordered = append(ordered, p)
			}
		}
	}
	return ordered
}

// part does one request of a batch, unless one that it depends on has failed.
func (r *request) part(p part, answers map[string]wireResponse) wireResponse {
	for _, on := range p.DependsOn {
		if answers[on].Status >= http.StatusBadRequest {
			return r.failedPart(p, http.StatusFailedDependency, "FailedDependency", "The request "+on+", which this one depends on, has failed.")
		}
	}
	path := "/" + strings.TrimPrefix(p.URL, "/")
	if strings.HasPrefix(strings.ToLower(path), "/$batch") {
		return r.failedPart(p, http.StatusBadRequest, "BadRequest", "A batch cannot stand in a batch.")
	}
	body, ok := p.bytes()
	if !ok {
		return r.failedPart(p, http.StatusBadRequest, "BadRequest", "Content-Type header is required when the body of a request is not empty.")
	}
	address := r.base + strings.NewReplacer(" ", "%20", "#", "%23").Replace(path)
	req, err := http.NewRequestWithContext(r.http.Context(), strings.ToUpper(p.Method), address, bytes.NewReader(body))
	if err != nil {
		return r.failedPart(p, http.StatusBadRequest, "BadRequest", "The url of the request is malformed.")
	}
	for name, value := range p.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Authorization", r.http.Header.Get("Authorization"))
	req.Header.Set("User-Agent", r.http.UserAgent())
	req.Host, req.RemoteAddr, req.RequestURI = r.http.Host, r.http.RemoteAddr, req.URL.RequestURI()
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	if r.face.Parts != nil {
		r.face.Parts.ServeHTTP(w, req)
	} else {
		r.face.ServeHTTP(w, req)
	}
	return w.response(p.ID)
}

// bytes is the body of a part: JSON as it stands, everything else is text in base64. ok is false where its type is
// missing.
func (p part) bytes() (b []byte, ok bool) {
	if len(p.Body) == 0 || string(p.Body) == "null" {
		return nil, true
	}
	kind := ""
	for name, value := range p.Headers {
		if strings.EqualFold(name, "Content-Type") {
			kind = value
		}
	}
	if kind == "" {
		return nil, false
	}
	if strings.Contains(strings.ToLower(kind), "json") {
		return p.Body, true
	}
	var s string
	if err := json.Unmarshal(p.Body, &s); err != nil {
		return p.Body, true
	}
	if raw, err := base64.StdEncoding.DecodeString(s); err == nil {
		return raw, true
	}
	return []byte(s), true
}

func (r *request) failedPart(p part, status int, code, text string) wireResponse {
	// An error of two texts always encodes.
	body, _ := json.Marshal(envelope{wireError{Code: code, Message: text, Inner: &innerError{
		Date: r.now.UTC().Format(errorTime), RequestID: r.id, ClientRequestID: r.clientID,
	}}})
	return wireResponse{p.ID, status, map[string]string{"Content-Type": "application/json"}, body}
}

// recorder takes the answer to a part.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }

// response is the answer as a part of the batch's.
func (w *recorder) response(id string) wireResponse {
	a := wireResponse{ID: id, Status: w.status, Headers: map[string]string{}}
	for _, name := range []string{
		"Content-Type", "Location", "ETag", "Retry-After", "Cache-Control", "OData-Version", "Preference-Applied", "WWW-Authenticate",
	} {
		if v := w.header.Get(name); v != "" {
			a.Headers[name] = v
		}
	}
	b := bytes.TrimSpace(w.body.Bytes())
	switch {
	case len(b) == 0:
	case strings.Contains(w.header.Get("Content-Type"), "json"):
		a.Body = b
	case strings.HasPrefix(w.header.Get("Content-Type"), "text/"):
		// A text always encodes.
		a.Body, _ = json.Marshal(string(b))
	default:
		a.Body, _ = json.Marshal(base64.StdEncoding.EncodeToString(b))
	}
	return a
}
