package odata

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
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

// list is a collection of one of the three forms.
type list struct {
	texts     []string
	values    []any
	resources []Resource
}

func elements(v any) (list, bool) {
	switch v := v.(type) {
	case []string:
		return list{texts: v}, true
	case []any:
		return list{values: v}, true
	case []Resource:
		return list{resources: v}, true
	}
	return list{}, false
}

func (l list) len() int { return len(l.texts) + len(l.values) + len(l.resources) }

func (l list) at(i int) any {
	switch {
	case l.texts != nil:
		return l.texts[i]
	case l.values != nil:
		return normal(l.values[i])
	default:
		return l.resources[i]
	}
}

// normal brings what a resource gives into the few types that eval knows.
func normal(v any) any {
	switch v := v.(type) {
	case nil, string, bool, int64, float64, time.Time:
		return v
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case *string:
		return pointed(v)
	case *bool:
		return pointed(v)
	case *int64:
		return pointed(v)
	case *float64:
		return pointed(v)
	case *time.Time:
		return pointed(v)
	case *int:
		if v == nil {
			return nil
		}
		return int64(*v)
	}
	return v
}

func pointed[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// equal is eq: null equals null alone.
func equal(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	c, ok := compare(a, b)
	return ok && c == 0
}

// compare orders two values that are not null; ok is false where they cannot be compared. A string meets a number or a
// moment as what it spells, because clients quote both.
func compare(a, b any) (order int, ok bool) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return compareFold(x, y), true
		}
		c, ok := compareSpelled(b, x)
		return -c, ok
	case int64:
		switch y := b.(type) {
		case int64:
			return cmp.Compare(x, y), true
		case float64:
			return cmp.Compare(float64(x), y), true
		}
	case float64:
		switch y := b.(type) {
		case float64:
			return cmp.Compare(x, y), true
		case int64:
			return cmp.Compare(x, float64(y)), true
		}
	case bool:
		if y, ok := b.(bool); ok {
			return cmp.Compare(boolInt(x), boolInt(y)), true
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
	}
	if y, ok := b.(string); ok {
		return compareSpelled(a, y)
	}
	return 0, false
}

// compareSpelled compares v, which is no string, with what s spells.
func compareSpelled(v any, s string) (int, bool) {
	switch v := v.(type) {
	case int64, float64:
		if l, ok := parseNumber(s); ok {
			return compare(v, l.Value())
		}
	case time.Time:
		if t, ok := parseTime(s); ok {
			return v.Compare(t), true
		}
	case bool:
		if b, err := strconv.ParseBool(strings.ToLower(s)); err == nil {
			return cmp.Compare(boolInt(v), boolInt(b)), true
		}
	}
	return 0, false
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareFold is strings.Compare without regard to case, without making strings.
func compareFold(a, b string) int {
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if x != y {
			if x, y = foldRune(x), foldRune(y); x != y {
				return cmp.Compare(x, y)
			}
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}

func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

func (f Function) eval(v env) any {
	var args [3]any
	for i, a := range f.Args {
		if args[i] = eval(a, v); args[i] == nil {
			return nil
		}
	}
	switch x := args[0].(type) {
	case time.Time:
		return f.time(x)
	case int64:
		if f.Name == "round" || f.Name == "floor" || f.Name == "ceiling" {
			return x
		}
	case float64:
		return f.round(x)
	case string:
		if t, ok := parseTime(x); ok && len(f.Args) == 1 {
			if part := f.time(t); part != nil {
				return part
			}
		}
		return f.text(x, args[1], args[2])
	}
	return nil
}

func (f Function) round(x float64) any {
	switch f.Name {
	case "round":
		return math.Round(x)
	case "floor":
		return math.Floor(x)
	case "ceiling":
		return math.Ceil(x)
	}
	return nil
}

func (f Function) time(t time.Time) any {
	t = t.UTC()
	switch f.Name {
	case "year":
		return int64(t.Year())
	case "month":
		return int64(t.Month())
	case "day":
		return int64(t.Day())
	case "hour":
		return int64(t.Hour())
	case "minute":
		return int64(t.Minute())
	case "second":
		return int64(t.Second())
	case "date":
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return nil
}

func (f Function) text(s string, second, third any) any {
	switch f.Name {
	case "tolower":
		return strings.ToLower(s)
	case "toupper":
		return strings.ToUpper(s)
	case "trim":
		return strings.TrimSpace(s)
	case "length":
		return int64(utf8.RuneCountInString(s))
	case "substring":
		return substring(s, second, third)
	}
	other, ok := second.(string)
	if !ok {
		return nil
	}
	switch f.Name {
	case "startswith":
		return hasPrefixFold(s, other)
	case "endswith":
		return strings.HasSuffix(strings.ToLower(s), strings.ToLower(other))
	case "contains":
		return strings.Contains(strings.ToLower(s), strings.ToLower(other))
	case "substringof": // OData 3 names the part first
		return strings.Contains(strings.ToLower(other), strings.ToLower(s))
	case "indexof":
		before, _, found := strings.Cut(strings.ToLower(s), strings.ToLower(other))
		if !found {
			return int64(-1)
		}
		return int64(utf8.RuneCountInString(before))
	case "concat":
		return s + other
	}
	return nil
}

// hasPrefixFold is strings.HasPrefix without regard to case.
func hasPrefixFold(s, prefix string) bool {
	for _, p := range prefix {
		r, n := utf8.DecodeRuneInString(s)
		if n == 0 || r != p && foldRune(r) != foldRune(p) {
			return false
		}
		s = s[n:]
	}
	return true
}

func substring(s string, from, count any) any {
	i, ok := from.(int64)
	if !ok {
		return nil
	}
	runes := []rune(s)
	i = min(max(i, 0), int64(len(runes)))
	end := int64(len(runes))
	if n, ok := count.(int64); ok {
		end = min(i+min(max(n, 0), end), end)
	}
	return string(runes[i:end])
}
