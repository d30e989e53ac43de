package odata

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

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
