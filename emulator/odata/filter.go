package odata

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// Limits of a filter: its length in bytes, how deep it may nest, how deep any and all may (each multiplies the work by
// the size of its collection), how many values an in may list.
const (
	MaxFilter      = 32 << 10
	MaxFilterDepth = 64
	MaxLambdaDepth = 4
	MaxInList      = 1000
)

// ParseFilter reads a $filter. Operators and functions are taken in any case. An error is problem.Invalid on $filter.
func ParseFilter(s string) (Expr, error) {
	if len(s) > MaxFilter {
		return nil, tooComplex()
	}
	tokens, err := lex(s)
	if err != nil {
		return nil, err
	}
	p := filterParser{tokens: tokens, source: s}
	e, err := p.junction(Or)
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokenEnd {
		return nil, p.unexpected()
	}
	return e, nil
}

func tooComplex() error {
	return problem.For(problem.Invalid, problem.LimitExceeded, "$filter", "the filter is too complex")
}

type filterParser struct {
	tokens  []token
	pos     int
	depth   int
	lambdas int
	source  string
}

func (p *filterParser) peek() token { return p.tokens[p.pos] }

func (p *filterParser) next() token {
	t := p.tokens[p.pos]
	if t.kind != tokenEnd {
		p.pos++
	}
	return t
}

func (p *filterParser) unexpected() error {
	t := p.peek()
	if t.kind == tokenEnd {
		return invalid("$filter", "the expression ends too early")
	}
	return invalid("$filter", "syntax error at position %d in '%s'", t.at, p.source)
}

// punct takes the mark if it is next.
func (p *filterParser) punct(mark string) bool {
	if t := p.peek(); t.kind != tokenPunct || t.text != mark {
		return false
	}
	p.pos++
	return true
}

// word takes the operator if it is next; a path that begins with its name is none.
func (p *filterParser) word(name string) bool {
	t := p.peek()
	if t.kind != tokenName || !strings.EqualFold(t.text, name) {
		return false
	}
	if n := p.tokens[p.pos+1]; n.kind == tokenPunct && n.text == "/" {
		return false
	}
	p.pos++
	return true
}

func (p *filterParser) expect(mark string) error {
	if !p.punct(mark) {
		return p.unexpected()
	}
	return nil
}

// enter guards the recursion; the caller defers leave.
func (p *filterParser) enter() error {
	p.depth++
	if p.depth > MaxFilterDepth {
		return tooComplex()
	}
	return nil
}

func (p *filterParser) leave() { p.depth-- }

// junction reads operands joined by or, or by and.
func (p *filterParser) junction(op Op) (Expr, error) {
	operand := func() (Expr, error) { return p.junction(And) }
	if op == And {
		operand = p.negation
	}
	e, err := operand()
	for err == nil && p.word(string(op)) {
		var right Expr
		if right, err = operand(); err == nil {
			e = Binary{op, e, right}
		}
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// negation reads an optional not in front of a comparison; it binds looser than the comparison, as clients write it.
func (p *filterParser) negation() (Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if !p.word("not") {
		return p.comparison()
	}
	e, err := p.negation()
	if err != nil {
		return nil, err
	}
	return Not{e}, nil
}

func (p *filterParser) comparison() (Expr, error) {
	left, err := p.primary()
	if err != nil {
		return nil, err
	}
	if p.word("in") {
		return p.list(left)
	}
	for _, op := range [...]Op{Eq, Ne, Gt, Ge, Lt, Le, Has} {
		if !p.word(string(op)) {
			continue
		}
		right, err := p.primary()
		if err != nil {
			return nil, err
		}
		return Binary{op, left, right}, nil
	}
	return left, nil
}

func (p *filterParser) list(x Expr) (Expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	in := In{X: x}
	for {
		t := p.peek()
		l, ok := literalOf(t)
		if !ok {
			return nil, p.unexpected()
		}
		p.pos++
		if in.List = append(in.List, l); len(in.List) > MaxInList {
			return nil, tooComplex()
		}
		if p.punct(",") {
			continue
		}
		if err := p.closing(); err != nil {
			return nil, err
		}
		return in, nil
	}
}

func (p *filterParser) closing() error { return p.expect(")") }

// literalOf returns the value that the token is.
func literalOf(t token) (Literal, bool) {
	switch t.kind {
	case tokenLiteral:
		return t.literal, true
	case tokenName:
		switch strings.ToLower(t.text) {
		case "null", "true", "false":
			return parseBare(t.text)
		}
	}
	return Literal{}, false
}

// primary reads a value, a path, a function, a lambda or something in parentheses.
func (p *filterParser) primary() (Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if p.punct("(") {
		e, err := p.junction(Or)
		if err != nil {
			return nil, err
		}
		if err := p.closing(); err != nil {
			return nil, err
		}
		return e, nil
	}
	t := p.peek()
	slash := t.kind == tokenName && p.tokens[p.pos+1].kind == tokenPunct && p.tokens[p.pos+1].text == "/"
	if l, ok := literalOf(t); ok && !slash {
		p.pos++
		return l, nil
	}
	if t.kind != tokenName {
		return nil, p.unexpected()
	}
	p.pos++
	if p.punct("(") {
		return p.function(t.text)
	}
	return p.path(t.text)
}

// path reads what follows the first name of a property path; it may end in a lambda.
func (p *filterParser) path(first string) (Expr, error) {
	var b strings.Builder
	b.WriteString(first)
	for p.punct("/") {
		t := p.peek()
		if t.kind != tokenName {
			return nil, p.unexpected()
		}
		p.pos++
		if p.punct("(") {
			all := strings.EqualFold(t.text, "all")
			if !all && !strings.EqualFold(t.text, "any") {
				p.pos--
				return nil, p.unexpected()
			}
			return p.lambda(Lambda{All: all, Path: Path(b.String())})
		}
		b.WriteString("/" + t.text)
	}
	return Path(b.String()), nil
}

func (p *filterParser) lambda(l Lambda) (Expr, error) {
	if !l.All && p.punct(")") {
		return l, nil
	}
	t := p.next()
	if t.kind != tokenName {
		return nil, p.unexpected()
	}
	l.Var = t.text
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	if p.lambdas++; p.lambdas > MaxLambdaDepth {
		return nil, tooComplex()
	}
	body, err := p.junction(Or)
	p.lambdas--
	if err != nil {
		return nil, err
	}
	if err := p.closing(); err != nil {
		return nil, err
	}
	l.Body = body
	return l, nil
}

// arity holds the least and the most arguments of the built-in functions of OData 3 and 4 that the services take.
//
//nolint:gochecknoglobals // a constant table
var arity = map[string][2]int{
	"startswith": {2, 2}, "endswith": {2, 2}, "contains": {2, 2}, "substringof": {2, 2}, "indexof": {2, 2},
	"concat": {2, 2}, "substring": {2, 3}, "tolower": {1, 1}, "toupper": {1, 1}, "trim": {1, 1}, "length": {1, 1},
	"year": {1, 1}, "month": {1, 1}, "day": {1, 1}, "hour": {1, 1}, "minute": {1, 1}, "second": {1, 1},
	"date": {1, 1}, "round": {1, 1}, "floor": {1, 1}, "ceiling": {1, 1},
}

func (p *filterParser) function(name string) (Expr, error) {
	f := Function{Name: strings.ToLower(name)}
	limits, ok := arity[f.Name]
	if !ok {
		return nil, invalid("$filter", "an unknown function with name '%s' was found", name)
	}
	if !p.punct(")") {
		for {
			arg, err := p.junction(Or)
			if err != nil {
				return nil, err
			}
			f.Args = append(f.Args, arg)
			if p.punct(",") {
				continue
			}
			if err := p.closing(); err != nil {
				return nil, err
			}
			break
		}
	}
	if len(f.Args) < limits[0] || len(f.Args) > limits[1] {
		return nil, invalid("$filter", "the function '%s' does not take %d arguments", name, len(f.Args))
	}
	return f, nil
}
