package directory

import (
	"maps"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// A setting is changed by its wire name with a JSON value. setters say which names there are and what each takes; they
// write into a copy, so that a refused change has changed nothing.
type setters map[string]func(value any) bool

// set applies properties, in the order of their names. It fails with UnknownProperty or InvalidProperty, the name as
// target. Annotations are passed over.
func (s setters) set(resource string, properties map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if strings.Contains(name, "@odata.") {
			continue
		}
		take, known := s[name]
		if !known {
			return problem.For(problem.Invalid, problem.UnknownProperty, name, "The property '%s' does not exist on type 'microsoft.graph.%s'.", name, resource)
		}
		if !take(properties[name]) {
			return problem.For(problem.Invalid, problem.InvalidProperty, name, "Invalid value specified for property '%s' of resource '%s'.", name, resource)
		}
	}
	return nil
}

// nested is a setter for a property that is an object of its own.
func (s setters) nested() func(any) bool {
	return func(v any) bool {
		m, ok := v.(map[string]any)
		return ok && s.set("", m) == nil
	}
}

func flag(to *bool) func(any) bool {
	return func(v any) bool {
		b, ok := v.(bool)
		if ok {
			*to = b
		}
		return ok
	}
}

func optionalFlag(to **bool) func(any) bool {
	return func(v any) bool {
		if v == nil {
			*to = nil
			return true
		}
		b, ok := v.(bool)
		if ok {
			*to = &b
		}
		return ok
	}
}

func text(to *string) func(any) bool {
	return func(v any) bool {
		if v == nil {
			*to = ""
			return true
		}
		s, ok := v.(string)
		if ok {
			*to = s
		}
		return ok
	}
}

// oneOf takes one of a few words, in any case, and keeps the spelling of the list.
func oneOf(to *string, words ...string) func(any) bool {
	return func(v any) bool {
		s, _ := v.(string)
		for _, w := range words {
			if strings.EqualFold(s, w) {
				*to = w
				return true
			}
		}
		return false
	}
}

func texts(to *[]string) func(any) bool {
	return func(v any) bool {
		if v == nil {
			*to = nil
			return true
		}
		l, ok := textList(v)
		if ok {
			*to = l
		}
		return ok
	}
}

func textList(v any) ([]string, bool) {
	if l, ok := v.([]string); ok {
		return slices.Clone(l), true
	}
	l, ok := v.([]any)
	out := make([]string, 0, len(l))
	for _, e := range l {
		s, text := e.(string)
		if !text {
			return nil, false
		}
		out = append(out, s)
	}
	return out, ok
}
