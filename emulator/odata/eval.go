package odata

import (
	"strings"
)

// Resource is something that can be filtered, sorted and searched.
type Resource interface {
	// Property returns a property's value: nil, string, bool, an int of any size, float64, [time.Time], a pointer to one
	// of these, a Resource, []string, []any or []Resource. An unknown property is as good as null here; a face that must
	// refuse it uses [Walk].
	Property(name string) (value any, ok bool)
}

// Eval reports whether the filter holds for the resource. Null follows OData: it equals only null, is neither less nor
// greater than anything, and what is made of it is null again; a filter that comes out null does not hold. Strings
// compare without regard to case.
func Eval(e Expr, r Resource) bool {
	if e == nil {
		return true
	}
	v, _ := eval(e, env{resource: r}).(bool)
	return v
}

// env is where paths are looked up: the variables of the lambdas around, then the resource.
type env struct {
	resource Resource
	outer    *env
	name     string
	value    any
}

func eval(e Expr, v env) any {
	switch e := e.(type) {
	case Literal:
		return e.Value()
	case Path:
		return v.path(string(e))
	case Not:
		if b, ok := eval(e.X, v).(bool); ok {
			return !b
		}
		return nil
	case In:
		x := eval(e.X, v)
		for _, l := range e.List {
			if equal(x, l.Value()) {
				return true
			}
		}
		return false
	case Lambda:
		return e.eval(v)
	case Function:
		return e.eval(v)
	case Binary:
		return e.eval(v)
	}
	return nil
}

func (b Binary) eval(v env) any {
	left := eval(b.Left, v)
	if b.Op == And || b.Op == Or {
		decides := b.Op == Or
		if l, ok := left.(bool); ok && l == decides {
			return decides
		}
		right := eval(b.Right, v)
		if r, ok := right.(bool); ok && r == decides {
			return decides
		}
		if left == nil || right == nil {
			return nil
		}
		return !decides
	}
	right := eval(b.Right, v)
	switch b.Op {
	case Eq:
		return equal(left, right)
	case Ne:
		return !equal(left, right)
	case Has:
		return has(left, right)
	}
	if left == nil || right == nil {
		return false
	}
	c, ok := compare(left, right)
	if !ok {
		return false
	}
	switch b.Op {
	case Gt:
		return c > 0
	case Ge:
		return c >= 0
	case Lt:
		return c < 0
	default:
		return c <= 0
	}
}

func (l Lambda) eval(v env) any {
	items, ok := elements(v.path(string(l.Path)))
	if !ok {
		return l.All
	}
	if l.Body == nil {
		return items.len() > 0
	}
	for i := range items.len() {
		inner := env{resource: v.resource, outer: &v, name: l.Var, value: items.at(i)}
		holds, _ := eval(l.Body, inner).(bool)
		if holds != l.All {
			return holds
		}
	}
	return l.All
}

// has tells whether the left side, a number of flags or the name of one, holds the right side.
func has(left, right any) any {
	if left == nil || right == nil {
		return nil
	}
	l, lok := left.(int64)
	r, rok := right.(int64)
	if lok && rok {
		return l&r == r
	}
	ls, lok := left.(string)
	rs, rok := right.(string)
	if !lok || !rok {
		return false
	}
	for flag := range strings.SplitSeq(ls, ",") {
		if strings.EqualFold(strings.TrimSpace(flag), rs) {
			return true
		}
	}
	return false
}

func (v *env) path(p string) any {
	first, rest, more := strings.Cut(p, "/")
	for at := v; at.outer != nil; at = at.outer {
		if at.name != first {
			continue
		}
		if !more {
			return at.value
		}
		return below(at.value, rest)
	}
	return lookup(v.resource, p)
}

// lookup follows a path from a resource.
func lookup(r Resource, p string) any {
	for {
		if r == nil {
			return nil
		}
		first, rest, more := strings.Cut(p, "/")
		x, _ := r.Property(first)
		v := normal(x)
		if !more {
			return v
		}
		if rest == "$count" {
			items, _ := elements(v)
			return int64(items.len())
		}
		r, _ = v.(Resource)
		p = rest
	}
}

func below(v any, p string) any {
	r, ok := v.(Resource)
	if !ok {
		return nil
	}
	return lookup(r, p)
}
