package odata

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// LiteralKind is the type that a literal was written as.
type LiteralKind int

// The kinds of literal. Raw is an argument that is none of the others, such as the bare x of delta(token=x).
const (
	Null LiteralKind = iota
	String
	Int
	Decimal
	Bool
	GUID
	DateTime
	Raw
)

// Literal is a value as it stands in a path, a key or a filter. The zero value is null. Literals compare with ==.
type Literal struct {
	kind LiteralKind
	text string // String and Raw as meant (quotes undone), GUID in lower case
	num  int64  // Int; Bool as 0 or 1; DateTime as nanoseconds of the second
	sec  int64  // DateTime: Unix seconds
	flt  float64
}

// StringLiteral returns the literal of a string.
func StringLiteral(s string) Literal { return Literal{kind: String, text: s} }

// IntLiteral returns the literal of a number.
func IntLiteral(n int64) Literal { return Literal{kind: Int, num: n} }

// BoolLiteral returns the literal true or false.
func BoolLiteral(b bool) Literal {
	if b {
		return Literal{kind: Bool, num: 1}
	}
	return Literal{kind: Bool}
}

// TimeLiteral returns the literal of a moment.
func TimeLiteral(t time.Time) Literal {
	return Literal{kind: DateTime, sec: t.Unix(), num: int64(t.Nanosecond())}
}

// Kind returns the type that the literal was written as.
func (l Literal) Kind() LiteralKind { return l.kind }

// IsNull reports whether the literal is null.
func (l Literal) IsNull() bool { return l.kind == Null }

// Value returns the literal as Go knows it: nil, string, int64, float64, bool or [time.Time].
func (l Literal) Value() any {
	switch l.kind {
	case Null:
		return nil
	case Int:
		return l.num
	case Decimal:
		return l.flt
	case Bool:
		return l.num == 1
	case DateTime:
		return l.time()
	default:
		return l.text
	}
}

func (l Literal) time() time.Time { return time.Unix(l.sec, l.num).UTC() }

// Text returns the literal without quotes: what a caller meant who quotes everything, or nothing.
func (l Literal) Text() string {
	switch l.kind {
	case String, Raw, GUID:
		return l.text
	case Null:
		return ""
	default:
		return l.String()
	}
}

// Int returns the literal as a number; '5' in quotes is one too, as clients of SharePoint send it.
func (l Literal) Int() (int64, bool) {
	switch l.kind {
	case Int:
		return l.num, true
	case String, Raw:
		n, err := strconv.ParseInt(strings.TrimSpace(l.text), 10, 64)
		return n, err == nil
	default:
		return 0, false
	}
}

// Bool returns the literal as a truth value; 'true' in quotes and 0 or 1 are taken as well.
func (l Literal) Bool() (value, ok bool) {
	switch l.kind {
	case Bool:
		return l.num == 1, true
	case Int:
		return l.num == 1, l.num == 0 || l.num == 1
	case String, Raw:
		b, err := strconv.ParseBool(strings.ToLower(l.text))
		return b, err == nil
	default:
		return false, false
	}
}

// Time returns the literal as a moment; one in quotes is taken as well.
func (l Literal) Time() (time.Time, bool) {
	switch l.kind {
	case DateTime:
		return l.time(), true
	case String, Raw:
		return parseTime(l.text)
	default:
		return time.Time{}, false
	}
}

// String returns the canonical spelling, which parses back to the same literal.
func (l Literal) String() string {
	switch l.kind {
	case Null:
		return "null"
	case Int:
		return strconv.FormatInt(l.num, 10)
	case Decimal:
		s := strconv.FormatFloat(l.flt, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case Bool:
		return strconv.FormatBool(l.num == 1)
	case DateTime:
		return l.time().Format(time.RFC3339Nano)
	case String:
		return "'" + strings.ReplaceAll(l.text, "'", "''") + "'"
	default:
		return l.text
	}
}

// parseLiteral reads one literal that fills s. What is none comes back as Raw; only a broken quotation is refused.
func parseLiteral(s string) (Literal, bool) {
	if i := strings.IndexByte(s, '\''); i >= 0 {
		text, ok := unquote(s[i:])
		if !ok {
			return Literal{}, false
		}
		if i == 0 {
			return StringLiteral(text), true
		}
		return prefixed(s[:i], text)
	}
	if l, ok := parseBare(s); ok {
		return l, true
	}
	return Literal{kind: Raw, text: s}, s != ""
}

// unquote undoes '…' with its doubled quotes; s must be one quotation and nothing else.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return "", false
	}
	inner := s[1 : len(s)-1]
	text := strings.ReplaceAll(inner, "''", "'")
	if strings.Count(inner, "'")%2 != 0 || 2*strings.Count(text, "'") != strings.Count(inner, "'") {
		return "", false
	}
	return text, true
}

// isPrefix reports whether word may stand before a quotation: guid'…', datetime'…'.
func isPrefix(word string) bool {
	switch strings.ToLower(word) {
	case "guid", "datetime", "datetimeoffset":
		return true
	}
	return false
}

func prefixed(prefix, text string) (Literal, bool) {
	switch strings.ToLower(prefix) {
	case "guid":
		if isGUID(text) {
			return Literal{kind: GUID, text: strings.ToLower(text)}, true
		}
	case "datetime", "datetimeoffset":
		if t, ok := parseTime(text); ok {
			return TimeLiteral(t), true
		}
	}
	return Literal{}, false
}

// parseBare reads a literal without quotes.
func parseBare(s string) (Literal, bool) {
	switch strings.ToLower(s) {
	case "null":
		return Literal{}, true
	case "true":
		return BoolLiteral(true), true
	case "false":
		return BoolLiteral(false), true
	}
	if isGUID(s) {
		return Literal{kind: GUID, text: strings.ToLower(s)}, true
	}
	if s == "" || !strings.Contains("0123456789-+.", s[:1]) {
		return Literal{}, false
	}
	if t, ok := parseTime(s); ok {
		return TimeLiteral(t), true
	}
	return parseNumber(s)
}

// parseNumber reads an integer or a decimal, with the type suffixes of OData 3 (5L, 1.5M, 2f, 3d).
func parseNumber(s string) (Literal, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return IntLiteral(n), true
	}
	body := s
	if len(body) > 1 {
		switch body[len(body)-1] {
		case 'l', 'L':
			n, err := strconv.ParseInt(body[:len(body)-1], 10, 64)
			return IntLiteral(n), err == nil
		case 'm', 'M', 'f', 'F', 'd', 'D':
			body = body[:len(body)-1]
		}
	}
	if strings.Trim(body, "0123456789+-.eE") != "" {
		return Literal{}, false
	}
	f, err := strconv.ParseFloat(body, 64)
	if err != nil || math.IsInf(f, 0) {
		return Literal{}, false
	}
	if f == 0 {
		f = 0 // minus zero has no spelling of its own
	}
	return Literal{kind: Decimal, flt: f}, true
}

// The spellings of a moment that clients use: with zone, without (taken as UTC), a day alone.
//
//nolint:gochecknoglobals // a constant table
var timeLayouts = [...]string{
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02",
}

func parseTime(s string) (time.Time, bool) {
	if len(s) < len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return time.Time{}, false
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		t = t.UTC()
		return t, t.Year() >= 0 && t.Year() <= 9999
	}
	return time.Time{}, false
}

// isGUID reports whether s has the form 8-4-4-4-12.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}
