package control

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// endpoint is one row of the control plane.
type endpoint struct {
	Method, Path string
	Summary      string
	Query        []param
	Body         any    // a value of the type that is read, nil for none
	Reply        any    // a value of the type that is answered, nil for an empty answer
	Status       int    // of success; 0 is 200, or 204 without a reply
	Type         string // content type of a reply that is no JSON
	handle       func(*call) (any, error)
}

// raw is an answer that is no JSON.
type raw struct {
	contentType string
	body        []byte
}

// stream is an answer that goes on.
type stream func(w http.ResponseWriter)

// maxBody bounds what the control plane reads; imports may be larger.
const (
	maxBody   = 16 << 20
	maxImport = 1 << 30
)

// taking wraps a handler that takes a JSON body.
func taking[T any](f func(*call, T) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var body T
		if err := c.decode(&body); err != nil {
			return nil, err
		}
		return f(c, body)
	}
}

// decode reads the JSON body strictly: a misspelt member is a mistake of the test, which should hear of it.
func (c *call) decode(into any) error {
	b, err := c.read(maxBody)
	if err != nil {
		return err
	}
	if len(strings.TrimSpace(string(b))) == 0 {
		b = []byte("{}")
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return problem.New(problem.Invalid, problem.Malformed, "the body is no JSON that fits: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return problem.New(problem.Invalid, problem.Malformed, "there is more after the JSON value")
	}
	return nil
}

func (c *call) read(limit int64) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(nil, c.r.Body, limit))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, problem.New(problem.TooLarge, problem.LimitExceeded, "the body is larger than %d bytes", tooLarge.Limit)
	}
	if err != nil {
		return nil, problem.New(problem.Invalid, problem.Malformed, "the body could not be read: %v", err)
	}
	return b, nil
}

// adapt makes an endpoint a handler: world, call, answer or problem.
func (p *plane) adapt(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		store := state.FromContext(r.Context())
		if store == nil {
			writeProblem(w, r, problem.New(problem.NotFound, problem.ObjectNotFound, "there is no such world"))
			return
		}
		reply, err := e.answer(&call{plane: p, ctx: r.Context(), r: r, store: store})
		if err != nil {
			if problem.KindOf(err) == problem.Internal {
				p.Log.Error("control plane", "path", r.URL.Path, "err", err)
			}
			writeProblem(w, r, err)
			return
		}
		status := e.Status
		switch v := reply.(type) {
		case nil:
			w.WriteHeader(http.StatusNoContent)
		case stream:
			v(w)
		case raw:
			w.Header().Set("Content-Type", v.contentType)
			w.Write(v.body)
		default:
			if status == 0 {
				status = http.StatusOK
			}
			writeJSON(w, status, reply)
		}
	})
}

// answer lets the handler answer what the endpoint's own table allows to be asked.
func (e endpoint) answer(c *call) (any, error) {
	given := c.r.URL.Query()
	for _, q := range e.Query {
		if err := q.check(given); err != nil {
			return nil, err
		}
	}
	return e.handle(c)
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client went away
}
