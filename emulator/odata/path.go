package odata

import (
	"net/url"
	"strings"
)

// MaxPath is the length in bytes up to which a path is read.
const MaxPath = 16 << 10

// Segment is one part of a path: users, delta(token='x'), root:/a/b.txt.
type Segment struct {
	Raw       string // as it came, still escaped; with its colon path
	Text      string // decoded, with parentheses, without the colon path
	Name      string // Text up to the parenthesis
	Args      Args   // what stands in the parentheses
	HasParens bool
	HasPath   bool   // a colon path follows the name
	Path      string // that path, decoded: "/" for the named thing itself, else "/a/b"
}

// Arg is one argument of a function or key. An alias (@v) gets its value from the query when the path meets the tree.
type Arg struct {
	Name  string // "" when given by position alone
	Value Literal
	Alias string // the alias with its @, else ""
}

// Args are the arguments of a segment. Those that a handler gets carry the names of the declaration.
type Args []Arg

// Get returns the argument of that name.
func (a Args) Get(name string) (Literal, bool) {
	for _, arg := range a {
		if arg.Name == name {
			return arg.Value, true
		}
	}
	return Literal{}, false
}

// Text returns the argument without quotes, "" where it is absent.
func (a Args) Text(name string) string {
	l, _ := a.Get(name)
	return l.Text()
}

// Int returns the argument as a number; ok is false where it is absent or none.
func (a Args) Int(name string) (n int64, ok bool) {
	l, _ := a.Get(name)
	return l.Int()
}

// Bool returns the argument as a truth value, false where it is absent or none.
func (a Args) Bool(name string) bool {
	l, _ := a.Get(name)
	b, _ := l.Bool()
	return b
}

// ParsePath splits a path, as it came over the wire without its query, into segments. It splits first and decodes each
// part once, so that an escaped slash belongs to a name. Empty segments are dropped.
//
// In Graph's dialect a segment that ends in a colon, or holds ":/" once decoded, opens a path that ends with the next
// colon before a slash or with the URL: /drives/x/root:/a/b.txt:/content. Clients escape the colon and the slashes of
// such a path or leave them; both mean the same.
//
// A slash within a quoted argument does not split: GetFolderByServerRelativeUrl('/sites/x')/Files.
func ParsePath(escaped string, d Dialect) ([]Segment, error) {
	if len(escaped) > MaxPath {
		return nil, invalid("", "the path is too long")
	}
	p := pathParser{dialect: d}
	for rest := escaped; rest != ""; {
		n := 0
		if !p.inPath {
			n = quotedEnd(rest)
		}
		if n < 0 {
			if d == SharePoint {
				return nil, invalid("", "a quotation does not end")
			}
			n = 0 // an apostrophe in a name
		}
		end := len(rest)
		if i := strings.IndexByte(rest[n:], '/'); i >= 0 {
			end = n + i
		}
		raw := rest[:end]
		rest = strings.TrimPrefix(rest[end:], "/")
		if raw == "" {
			continue
		}
		text, err := url.PathUnescape(raw)
		if err != nil {
			return nil, invalid(raw, "the escape is malformed")
		}
		if err := p.add(raw, text); err != nil {
			return nil, err
		}
	}
	return p.segments, nil
}

type pathParser struct {
	dialect  Dialect
	segments []Segment
	inPath   bool
}

// add takes one decoded part of the path.
func (p *pathParser) add(raw, text string) error {
	if p.inPath {
		p.extend(raw, text)
		return nil
	}
	name, rest, opens := strings.Cut(text, ":/")
	if p.dialect != Graph {
		opens = false
	} else if !opens && strings.HasSuffix(text, ":") {
		name, rest, opens = text[:len(text)-1], "", true
	}
	if !opens || strings.ContainsRune(name, '(') {
		return p.plain(raw, text)
	}
	if name == "" {
		return invalid(text, "a path needs something before its colon")
	}
	if err := p.plain(raw, name); err != nil {
		return err
	}
	last := &p.segments[len(p.segments)-1]
	last.HasPath, last.Path, p.inPath = true, "/", true
	if rest == "" {
		return nil
	}
	last.Raw = ""
	p.extend(raw, rest)
	return nil
}

// extend continues the open colon path; an escaped slash within it is one like any other.
func (p *pathParser) extend(raw, text string) {
	last := &p.segments[len(p.segments)-1]
	if last.Raw != "" {
		last.Raw += "/"
	}
	last.Raw += raw
	for text != "" {
		name, rest, more := strings.Cut(text, "/")
		closes := strings.HasSuffix(name, ":")
		if name = strings.TrimRight(name, ":"); name != "" {
			if last.Path != "/" {
				last.Path += "/"
			}
			last.Path += name
		}
		text = rest
		if !closes {
			continue
		}
		p.inPath = false
		if more && text != "" {
			// The rest was escaped together with the path; what follows are segments.
			for part := range strings.SplitSeq(text, "/") {
				if part != "" {
					_ = p.add(url.PathEscape(part), part)
				}
			}
		}
		return
	}
}

func (p *pathParser) plain(raw, text string) error {
	s := Segment{Raw: raw, Text: text, Name: text}
	if i := strings.IndexByte(text, '('); i > 0 && strings.HasSuffix(text, ")") {
		args, ok := parseArgs(text[i+1 : len(text)-1])
		switch {
		case ok:
			s.Name, s.Args, s.HasParens = text[:i], args, true
		case p.dialect == SharePoint:
			return invalid(text[:i], "the arguments are malformed")
		}
	}
	p.segments = append(p.segments, s)
	return nil
}

// quotedEnd returns the offset in the escaped text behind the last quoted argument of its first segment, 0 without one,
// -1 where a quotation does not end. A quote opens an argument only behind ( = , or a type prefix, so that apostrophes
// in names stay apostrophes.
func quotedEnd(s string) int {
	end, parens, quoted := 0, false, false
	var word strings.Builder // since the last ( = or ,
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if b, err := url.PathUnescape(s[i : i+3]); err == nil && len(b) == 1 {
				c = b[0]
				i += 2
				if c == '/' && !quoted {
					word.WriteByte(c)
					continue
				}
			}
		}
		switch {
		case quoted:
			if c == '\'' {
				quoted, end = false, i+1
				word.Reset()
			}
		case c == '/':
			return end
		case c == '\'' && parens && (strings.TrimSpace(word.String()) == "" || isPrefix(strings.TrimSpace(word.String()))):
			quoted = true
		case c == '(':
			parens = true
			word.Reset()
		case c == '=' || c == ',':
			word.Reset()
		default:
			word.WriteByte(c)
		}
	}
	if quoted {
		return -1
	}
	return end
}

// parseArgs reads the inside of parentheses: values by position or by name, in any order.
func parseArgs(s string) (Args, bool) {
	if strings.TrimSpace(s) == "" {
		return nil, true
	}
	var args Args
	for len(s) > 0 || len(args) == 0 {
		part, rest, more := cutOutside(s, ',')
		arg, ok := parseArg(part)
		if !ok || len(args) == 64 {
			return nil, false
		}
		args = append(args, arg)
		if more && rest == "" {
			return nil, false
		}
		s = rest
	}
	return args, true
}

func parseArg(s string) (Arg, bool) {
	var a Arg
	if name, value, ok := cutOutside(s, '='); ok {
		a.Name = strings.TrimSpace(name)
		if a.Name == "" {
			return Arg{}, false
		}
		s = value
	}
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '@' {
		a.Alias = s
		return a, true
	}
	var ok bool
	a.Value, ok = parseArgValue(s)
	return a, ok
}

// parseArgValue is parseLiteral that keeps a number or moment as it was written where its spelling is not the canonical
// one: a token without quotes may look like a number, and 1e5 has to stay 1e5.
func parseArgValue(s string) (Literal, bool) {
	l, ok := parseLiteral(s)
	switch l.kind {
	case Int, Decimal:
		if l.String() != s {
			return Literal{kind: Raw, text: s}, ok
		}
	case DateTime:
		if l.String() != s && !strings.HasSuffix(s, "'") {
			return Literal{kind: Raw, text: s}, ok
		}
	}
	return l, ok
}

// cutOutside is strings.Cut that looks outside of quotations and of brackets (parameters may be JSON arrays).
func cutOutside(s string, sep byte) (before, after string, found bool) {
	quoted, depth := false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == sep && depth == 0:
			return s[:i], s[i+1:], true
		case c == '(' || c == '[' || c == '{':
			depth++
		case (c == ')' || c == ']' || c == '}') && depth > 0:
			depth--
		}
	}
	return s, "", false
}

// FormatPath is the inverse of [ParsePath]: it returns the escaped path of the segments, with a leading slash.
func FormatPath(segments []Segment) string {
	var b strings.Builder
	for i, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s.Text))
		if !s.HasPath {
			continue
		}
		b.WriteByte(':')
		for part := range strings.SplitSeq(strings.TrimPrefix(s.Path, "/"), "/") {
			if part != "" {
				b.WriteByte('/')
				b.WriteString(url.PathEscape(part))
			}
		}
		if i == len(segments)-1 {
			continue
		}
		if s.Path == "/" {
			b.WriteByte('/')
		}
		b.WriteByte(':')
	}
	return b.String()
}
