package odata

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

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
