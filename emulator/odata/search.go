package odata

import (
	"strings"
	"unicode"

	"github.com/tennantite/tennantite/emulator/problem"
)

// Search is a $search expression: [Term], [AllOf], [OneOf], [NoneOf]. Its String is canonical.
type Search interface {
	String() string
	search()
}

// Term is one quoted clause: "displayName:adele", or words for all searchable properties.
type Term struct {
	Property string // "" where the clause names none
	Text     string
}

// AllOf holds where both sides hold.
type AllOf struct{ Left, Right Search }

// OneOf holds where a side holds.
type OneOf struct{ Left, Right Search }

// NoneOf holds where its inside does not.
type NoneOf struct{ X Search }

func (Term) search()   {}
func (AllOf) search()  {}
func (OneOf) search()  {}
func (NoneOf) search() {}

//nolint:gochecknoglobals // a constant table
var searchEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func (t Term) String() string {
	s := t.Text
	if t.Property != "" {
		s = t.Property + ":" + s
	}
	return `"` + searchEscapes.Replace(s) + `"`
}

func (a AllOf) String() string {
	return a.operand(a.Left, true) + " AND " + a.operand(a.Right, false)
}

func (a AllOf) operand(s Search, left bool) string {
	switch s.(type) {
	case OneOf:
		return "(" + s.String() + ")"
	case AllOf:
		if !left {
			return "(" + s.String() + ")"
		}
	}
	return s.String()
}

func (o OneOf) String() string {
	right := o.Right.String()
	if _, ok := o.Right.(OneOf); ok {
		right = "(" + right + ")"
	}
	return o.Left.String() + " OR " + right
}

func (n NoneOf) String() string {
	if _, ok := n.X.(Term); ok {
		return "NOT " + n.X.String()
	}
	return "NOT (" + n.X.String() + ")"
}

// MaxSearch is the length in bytes up to which a $search is read.
const MaxSearch = 8 << 10

// ParseSearch reads a $search: quoted clauses or words, joined by AND (also where nothing stands between), OR, NOT.
func ParseSearch(s string) (Search, error) {
	if len(s) > MaxSearch {
		return nil, searchTooComplex()
	}
	p := searchParser{rest: s}
	e, err := p.either(0)
	if err != nil {
		return nil, err
	}
	if p.skip(); p.rest != "" {
		return nil, p.unexpected()
	}
	return e, nil
}

func searchTooComplex() error {
	return problem.For(problem.Invalid, problem.LimitExceeded, "$search", "the search is too complex")
}

type searchParser struct{ rest string }

func (p *searchParser) skip() { p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace) }

func (p *searchParser) unexpected() error {
	return invalid("$search", "syntax error before '%s'", p.rest)
}

// word takes the operator if it is next. Operators are in capitals, as the documentation demands.
func (p *searchParser) word(op string) bool {
	p.skip()
	rest, ok := strings.CutPrefix(p.rest, op)
	if !ok || rest != "" && !strings.ContainsAny(rest[:1], ` ("`) {
		return false
	}
	p.rest = rest
	return true
}

func (p *searchParser) either(depth int) (Search, error) {
	left, err := p.both(depth)
	if err != nil {
		return nil, err
	}
	for p.word("OR") {
		right, err := p.both(depth)
		if err != nil {
			return nil, err
		}
		left = OneOf{left, right}
	}
	return left, nil
}

func (p *searchParser) both(depth int) (Search, error) {
	left, err := p.clause(depth)
	if err != nil {
		return nil, err
	}
	for {
		if !p.word("AND") {
			if p.skip(); p.rest == "" || p.rest[0] == ')' || p.atOr() {
				return left, nil
			}
		}
		right, err := p.clause(depth)
		if err != nil {
			return nil, err
		}
		left = AllOf{left, right}
	}
}

func (p *searchParser) atOr() bool {
	ahead := *p
	return ahead.word("OR")
}

func (p *searchParser) clause(depth int) (Search, error) {
	if depth > MaxFilterDepth {
		return nil, searchTooComplex()
	}
	if p.word("NOT") {
		x, err := p.clause(depth + 1)
		if err != nil {
			return nil, err
		}
		return NoneOf{x}, nil
	}
	p.skip()
	switch {
	case p.rest == "":
		return nil, invalid("$search", "the expression ends too early")
	case p.rest[0] == '(':
		p.rest = p.rest[1:]
		x, err := p.either(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.skip(); !strings.HasPrefix(p.rest, ")") {
			return nil, p.unexpected()
		}
		p.rest = p.rest[1:]
		return x, nil
	case p.rest[0] == '"':
		return p.phrase()
	}
	n := strings.IndexFunc(p.rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`()"`, r) })
	if n < 0 {
		n = len(p.rest)
	}
	w := p.rest[:n]
	if w == "" || strings.Contains(w, ":") || w == "AND" || w == "OR" || w == "NOT" {
		return nil, p.unexpected() // a clause that names its property stands in quotes
	}
	p.rest = p.rest[n:]
	return Term{Text: w}, nil
}

func (p *searchParser) phrase() (Search, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '\\' && i+1 < len(p.rest):
			i++
			b.WriteByte(p.rest[i])
		case c == '"':
			p.rest = p.rest[i+1:]
			return newTerm(b.String())
		default:
			b.WriteByte(c)
		}
	}
	return nil, invalid("$search", "a quotation does not end")
}

func newTerm(s string) (Search, error) {
	t := Term{Text: s}
	if name, text, ok := strings.Cut(s, ":"); ok && isPath(name) {
		t = Term{name, text}
	}
	if strings.TrimSpace(t.Text) == "" {
		return nil, invalid("$search", "a clause is empty")
	}
	return t, nil
}

// WalkTerms calls visit for each term of the search, from left to right.
func WalkTerms(s Search, visit func(Term)) {
	switch s := s.(type) {
	case Term:
		visit(s)
	case AllOf:
		WalkTerms(s.Left, visit)
		WalkTerms(s.Right, visit)
	case OneOf:
		WalkTerms(s.Left, visit)
		WalkTerms(s.Right, visit)
	case NoneOf:
		WalkTerms(s.X, visit)
	}
}

// MatchSearch reports whether the search holds. The tokenised properties (displayName, description in a directory) match
// where each word of the term begins one of their tokens; every other property matches by its beginning. A term without
// property looks into the tokenised ones.
func MatchSearch(s Search, r Resource, tokenised ...string) bool {
	switch s := s.(type) {
	case Term:
		return s.match(r, tokenised)
	case AllOf:
		return MatchSearch(s.Left, r, tokenised...) && MatchSearch(s.Right, r, tokenised...)
	case OneOf:
		return MatchSearch(s.Left, r, tokenised...) || MatchSearch(s.Right, r, tokenised...)
	case NoneOf:
		return !MatchSearch(s.X, r, tokenised...)
	}
	return true
}

func (t Term) match(r Resource, tokenised []string) bool {
	text := strings.TrimSpace(t.Text)
	if t.Property == "" {
		for _, name := range tokenised {
			if anyText(lookup(r, name), func(v string) bool { return matchTokens(v, text) }) {
				return true
			}
		}
		return false
	}
	for _, name := range tokenised {
		if strings.EqualFold(name, t.Property) {
			return anyText(lookup(r, name), func(v string) bool { return matchTokens(v, text) })
		}
	}
	return anyText(lookup(r, t.Property), func(v string) bool { return hasPrefixFold(v, text) })
}

func anyText(v any, match func(string) bool) bool {
	if s, ok := v.(string); ok {
		return match(s)
	}
	items, _ := elements(v)
	for i := range items.len() {
		if s, ok := items.at(i).(string); ok && match(s) {
			return true
		}
	}
	return false
}

// matchTokens reports whether every word of query begins a token of value.
func matchTokens(value, query string) bool {
	tokens := tokenise(value)
	begins := func(w string) bool {
		for _, t := range tokens {
			if hasPrefixFold(t, w) {
				return true
			}
		}
		return false
	}
words:
	for w := range strings.FieldsSeq(query) {
		if begins(w) {
			continue
		}
		parts := tokenise(w)
		if len(parts) < 2 {
			return false
		}
		for _, part := range parts[1:] {
			if !begins(part) {
				return false
			}
		}
		continue words
	}
	return true
}

// tokenise cuts text into words, and each word where the kind of character changes: "OneVideo 2" gives OneVideo, One,
// Video, 2. The whole word comes first.
func tokenise(text string) []string {
	var tokens []string
	for w := range strings.FieldsSeq(text) {
		tokens = append(tokens, w)
		start, before := 0, rune(0)
		for i, r := range w {
			if i > start && boundary(before, r) {
				tokens = addToken(tokens, w[start:i], w)
				start = i
			}
			before = r
		}
		tokens = addToken(tokens, w[start:], w)
	}
	return tokens
}

func addToken(tokens []string, part, word string) []string {
	part = strings.TrimFunc(part, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if part == "" || part == word {
		return tokens
	}
	return append(tokens, part)
}

func boundary(before, r rune) bool {
	switch {
	case unicode.IsLetter(before) && unicode.IsLetter(r):
		return unicode.IsLower(before) && unicode.IsUpper(r)
	case unicode.IsDigit(before) && unicode.IsDigit(r):
		return false
	}
	return true
}
