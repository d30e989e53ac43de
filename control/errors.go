package control

import (
	"encoding/json"
	"net/http"

	"github.com/tennantite/tennantite/emulator/problem"
)

// problemDocument is RFC 9457. Reason is stable; detail is for people.
type problemDocument struct {
	Type   string `json:"type" doc:"about:blank"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Reason string `json:"reason,omitempty" doc:"stable name of what happened, for a test to branch on"`
	Target string `json:"target,omitempty" doc:"the property, setting or id that it is about"`
}

func writeProblem(w http.ResponseWriter, _ *http.Request, err error) {
	e := problem.As(err)
	d := problemDocument{Type: "about:blank", Status: e.Kind.Status(), Target: e.Target}
	d.Title = http.StatusText(d.Status)
	if e.Kind != problem.Internal { // what went wrong inside stays in the log
		d.Detail = e.Detail
		if e.Reason != problem.None {
			d.Reason = e.Reason.String()
		}
		if d.Detail == "" {
			d.Detail = e.Reason.String()
		}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(d.Status)
	_ = json.NewEncoder(w).Encode(d) // the client went away
}

func notFound(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, r, problem.For(problem.NotFound, problem.UnknownSegment, r.URL.Path,
		"the control plane has no such call; GET %s/openapi.json lists them", Prefix))
}

func methodNotAllowed(w http.ResponseWriter, _ *http.Request) {
	d := problemDocument{Type: "about:blank", Status: http.StatusMethodNotAllowed, Title: "Method Not Allowed", Reason: problem.MethodNotAllowed.String()}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(d.Status)
	_ = json.NewEncoder(w).Encode(d) // the client went away
}
