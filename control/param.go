package control

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// param is a parameter in the query of an endpoint.
type param struct {
	Name, Doc string
	Type      string   // string, integer or boolean
	Values    []string // that are allowed, nil for any
}

func text(name, doc string) param                     { return param{name, doc, "string", nil} }
func number(name, doc string) param                   { return param{name, doc, "integer", nil} }
func flag(name, doc string) param                     { return param{name, doc, "boolean", nil} }
func choice(name, doc string, values ...string) param { return param{name, doc, "string", values} }

// check refuses a value that is not among those allowed. What is empty was not given.
func (q param) check(given url.Values) error {
	text := given.Get(q.Name)
	if text == "" || q.Values == nil || slices.Contains(q.Values, text) {
		return nil
	}
	return problem.For(problem.Invalid, problem.InvalidProperty, q.Name, "found %q; allowed are %s", text, strings.Join(q.Values, ", "))
}

// number is a parameter's value, 0 where it is not given.
func (c *call) number(name string) (int, error) {
	text := c.query(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32) // no count of ours is larger
	if err != nil || n < 0 {
		return 0, problem.For(problem.Invalid, problem.InvalidProperty, name, "found %q, a number is wanted", text)
	}
	return int(n), nil
}

// flag is a parameter's value, false where it is not given.
func (c *call) flag(name string) (bool, error) {
	text := c.query(name)
	if text == "" {
		return false, nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, problem.For(problem.Invalid, problem.InvalidProperty, name, "found %q, true or false is wanted", text)
	}
	return b, nil
}
