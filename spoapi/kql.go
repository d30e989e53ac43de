package spoapi

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// kqlNode is an expression of the keyword query language, read once and asked of many documents. Its String is canonical:
// it reads back to an expression that prints the same.
type kqlNode interface {
	String() string
	match(d document) bool
}

// document is something that can be found: its properties by lower-case name, and all words of it.
type document interface {
	property(name string) (any, bool)
	words() []string
}

// The kinds of expression: junctions, negation, free text and property restrictions.
type (
	kqlAnd  []kqlNode
	kqlOr   []kqlNode
	kqlNot  struct{ x kqlNode }
	kqlText struct {
		words  []string // more than one is a phrase
		prefix bool     // word*
	}
	kqlProperty struct {
		name, op, value string
		prefix          bool
	}
)

func (n kqlAnd) String() string { return joined(n, " AND ") }
func (n kqlOr) String() string  { return joined(n, " OR ") }
func (n kqlNot) String() string { return "NOT " + operand(n.x) }
func (n kqlText) String() string {
	s := `"` + strings.Join(n.words, " ")
	if n.prefix {
		s += "*"
	}
	return s + `"`
}

func (n kqlProperty) String() string {
	s := n.name + n.op + `"` + n.value
	if n.prefix {
		s += "*"
	}
	return s + `"`
}

func joined[T ~[]kqlNode](all T, sep string) string {
	parts := make([]string, len(all))
	for i, n := range all {
		parts[i] = operand(n)
	}
	return strings.Join(parts, sep)
}

// operand prints an operand; junctions stand in parentheses.
func operand(n kqlNode) string {
	switch n.(type) {
	case kqlAnd, kqlOr:
		return "(" + n.String() + ")"
	}
	return n.String()
}

func (n kqlAnd) match(d document) bool {
	for _, x := range n {
		if !x.match(d) {
			return false
		}
	}
	return true
}

func (n kqlOr) match(d document) bool {
	for _, x := range n {
		if x.match(d) {
			return true
		}
	}
	return false
}

func (n kqlNot) match(d document) bool { return !n.x.match(d) }

func (n kqlText) match(d document) bool { return phraseIn(d.words(), n.words, n.prefix) }

// phraseIn tells whether the words stand in a row; the last one may only begin so.
func phraseIn(text, phrase []string, prefix bool) bool {
	if len(phrase) == 0 {
		return true
	}
	for i := 0; i+len(phrase) <= len(text); i++ {
		ok := true
		for j, w := range phrase {
			last := j == len(phrase)-1
			if text[i+j] != w && (!last || !prefix || !strings.HasPrefix(text[i+j], w)) {
				ok = false
				break
			}
		}
		if ok {
			return true
		}
	}
	return false
}

func (n kqlProperty) match(d document) bool {
	v, ok := d.property(n.name)
	if !ok {
		return false
	}
	if n.op == "<>" {
		same := n
		same.op = "="
		return !same.match(d)
	}
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		want, err := strconv.ParseBool(strings.ToLower(n.value))
		return err == nil && v == want || n.value == "1" && v || n.value == "0" && !v
	case int64:
		return n.number(v)
	case time.Time:
		return n.moment(v, d)
	case []string:
		return slices.ContainsFunc(v, n.text)
	case string:
		return n.text(v)
	}
	return false
}

// text compares a property that is text: addresses by their beginning, = as a whole, else by words.
func (n kqlProperty) text(have string) bool {
	have = strings.ToLower(have)
	want := strings.ToLower(n.value)
	switch {
	case strings.Contains(want, "://"):
		want = strings.TrimRight(strings.ReplaceAll(want, "%20", " "), "/")
		have = strings.ReplaceAll(have, "%20", " ")
		return have == want || strings.HasPrefix(have, want) && (n.prefix || strings.HasPrefix(have[len(want):], "/"))
	case n.op == "=":
		return have == want || n.prefix && strings.HasPrefix(have, want)
	case n.op != ":":
		return n.order(strings.Compare(have, want))
	case have == want || n.prefix && strings.HasPrefix(have, want):
		return true
	}
	return phraseIn(splitWords(have), splitWords(want), n.prefix) && want != ""
}

func (n kqlProperty) order(c int) bool {
	switch n.op {
	case "<":
		return c < 0
	case ">":
		return c > 0
	case "<=":
		return c <= 0
	case ">=":
		return c >= 0
	}
	return c == 0
}

func (n kqlProperty) number(have int64) bool {
	if low, high, ok := strings.Cut(n.value, ".."); ok {
		from, err1 := strconv.ParseInt(low, 10, 64)
		to, err2 := strconv.ParseInt(high, 10, 64)
		return err1 == nil && err2 == nil && have >= from && have <= to
	}
	want, err := strconv.ParseInt(n.value, 10, 64)
	if err != nil {
		return false
	}
	switch {
	case have < want:
		return n.order(-1)
	case have > want:
		return n.order(1)
	}
	return n.order(0)
}

// moment compares a moment with a day, a moment, a range of days, or one of the named spans.
func (n kqlProperty) moment(have time.Time, d document) bool {
	now := time.Time{}
	if v, ok := d.property("now"); ok {
		now, _ = v.(time.Time)
	}
	from, to, ok := span(n.value, now)
	if !ok {
		return false
	}
	switch n.op {
	case "<":
		return have.Before(from)
	case ">":
		return !have.Before(to)
	case "<=":
		return have.Before(to)
	case ">=":
		return !have.Before(from)
	}
	return !have.Before(from) && have.Before(to)
}

// span is the time from..to that a value of a date property means.
func span(value string, now time.Time) (from, to time.Time, ok bool) {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch strings.ToLower(value) {
	case "today":
		return day, day.AddDate(0, 0, 1), true
	case "yesterday":
		return day.AddDate(0, 0, -1), day, true
	case "this week":
		from = day.AddDate(0, 0, -int(day.Weekday()))
		return from, from.AddDate(0, 0, 7), true
	case "this month":
		from = day.AddDate(0, 0, 1-day.Day())
		return from, from.AddDate(0, 1, 0), true
	case "last month":
		to = day.AddDate(0, 0, 1-day.Day())
		return to.AddDate(0, -1, 0), to, true
	case "this year":
		from = time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(1, 0, 0), true
	case "last year":
		to = time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		return to.AddDate(-1, 0, 0), to, true
	}
	if low, high, found := strings.Cut(value, ".."); found {
		from, _, ok1 := span(low, now)
		_, to, ok2 := span(high, now)
		return from, to, ok1 && ok2
	}
	for layout, length := range map[string]time.Duration{
		"2006-01-02": 24 * time.Hour, "1/2/2006": 24 * time.Hour, "2006-01-02T15:04:05": time.Second, time.RFC3339: time.Second,
	} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), t.UTC().Add(length), true
		}
	}
	return from, to, false
}
