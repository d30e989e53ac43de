package console

import (
	"net/http"
	"net/http/httptest"

	"github.com/gorilla/mux"

	"github.com/tennantite/tennantite/emulator/problem"
)

// Paths are the templates of all pages that are shown.
func Paths() []string {
	var list []string
	for _, p := range pages() {
		if p.show != nil {
			list = append(list, p.Path)
		}
	}
	return list
}

// Templates returns what finds the template that answers a path; "" for none.
func Templates() func(path string) string {
	r := mux.NewRouter()
	for _, p := range pages() {
		r.Path(p.Path).Name(p.Path)
	}
	return func(path string) string {
		var m mux.RouteMatch
		if !r.Match(httptest.NewRequest(http.MethodGet, path, nil), &m) {
			return ""
		}
		return m.Route.GetName()
	}
}

// Scenario is a scenario's name with the refusals of its steps, "" for a step that is done.
type Scenario struct {
	Name    string
	Refused []string
}

// Scenarios are all of them.
func Scenarios() []Scenario {
	var list []Scenario
	for _, s := range scenarios() {
		one := Scenario{Name: s.Name}
		for _, step := range s.Steps {
			reason := ""
			if step.Refused != problem.None {
				reason = step.Refused.String()
			}
			one.Refused = append(one.Refused, reason)
		}
		list = append(list, one)
	}
	return list
}
