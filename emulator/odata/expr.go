package odata

import (
	"slices"
	"strings"
)

// Expr is a filter expression, read once and evaluated often. Its String is canonical: it parses to an equal expression.
// The kinds are [Binary], [Not], [In], [Lambda], [Function], [Path] and [Literal].
type Expr interface {
	String() string
	expr()
}

// Op is the operator of a [Binary].
type Op string

// The operators.
const (
	Eq  Op = "eq"
	Ne  Op = "ne"
	Gt  Op = "gt"
	Ge  Op = "ge"
	Lt  Op = "lt"
	Le  Op = "le"
	Has Op = "has"
	And Op = "and"
	Or  Op = "or"
)

// Binary is a comparison or a junction.
type Binary struct {
	Op          Op
	Left, Right Expr
}

// Not is a negation.
type Not struct{ X Expr }

// In asks whether a value is one of a list.
type In struct {
	X    Expr
	List []Literal
}

// Lambda is any or all over a collection. Body is nil in any(), which asks whether there is something at all.
type Lambda struct {
	All  bool
	Path Path
	Var  string
	Body Expr
}

// Function is a call of a built-in function; Name is in lower case.
type Function struct {
	Name string
	Args []Expr
}

// Path names a property, a/b one within it. Within a lambda the first part may be its variable.
type Path string

func (Binary) expr()   {}
func (Not) expr()      {}
func (In) expr()       {}
func (Lambda) expr()   {}
func (Function) expr() {}
func (Path) expr()     {}
func (Literal) expr()  {}

// Precedences, loosest first.
const (
	looseOr = iota
	looseAnd
	looseCompare
	tight
)

func precedence(e Expr) int {
	switch e := e.(type) {
	case Binary:
		switch e.Op {
		case Or:
			return looseOr
		case And:
			return looseAnd
		}
		return looseCompare
	case Not, In:
		return looseCompare
	}
	return tight
}

// within prints e as an operand where at least the precedence is needed.
func within(e Expr, least int) string {
	if precedence(e) < least {
		return "(" + e.String() + ")"
	}
	return e.String()
}

func (b Binary) String() string {
	left, right := tight, tight
	switch b.Op {
	case Or:
		left, right = looseOr, looseAnd
	case And:
		left, right = looseAnd, looseCompare
	}
	return within(b.Left, left) + " " + string(b.Op) + " " + within(b.Right, right)
}

func (n Not) String() string { return "not " + within(n.X, tight) }

func (i In) String() string {
	parts := make([]string, len(i.List))
	for j, l := range i.List {
		parts[j] = l.String()
	}
	return within(i.X, tight) + " in (" + strings.Join(parts, ",") + ")"
}

func (l Lambda) String() string {
	name := "any"
	if l.All {
		name = "all"
	}
	if l.Body == nil {
		return string(l.Path) + "/" + name + "()"
	}
	return string(l.Path) + "/" + name + "(" + l.Var + ":" + l.Body.String() + ")"
}

func (f Function) String() string {
	parts := make([]string, len(f.Args))
	for i, a := range f.Args {
		parts[i] = a.String()
	}
	return f.Name + "(" + strings.Join(parts, ",") + ")"
}

func (p Path) String() string { return string(p) }

// Walk calls visit for e and everything within it, outermost first; where visit returns false the inside is left out.
// A resource uses it to refuse what it cannot filter by.
func Walk(e Expr, visit func(Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	switch e := e.(type) {
	case Binary:
		Walk(e.Left, visit)
		Walk(e.Right, visit)
	case Not:
		Walk(e.X, visit)
	case In:
		Walk(e.X, visit)
		for _, l := range e.List {
			Walk(l, visit)
		}
	case Lambda:
		Walk(e.Path, visit)
		Walk(e.Body, visit)
	case Function:
		for _, a := range e.Args {
			Walk(a, visit)
		}
	}
}

// EqualsOn returns the literal that the property must equal for e to hold, where one of e's conjuncts says so: the way to
// an index. The literal may be null.
func EqualsOn(e Expr, property string) (Literal, bool) {
	b, ok := e.(Binary)
	if !ok {
		return Literal{}, false
	}
	switch b.Op {
	case And:
		if l, ok := EqualsOn(b.Left, property); ok {
			return l, true
		}
		return EqualsOn(b.Right, property)
	case Eq:
		return equality(b, property)
	}
	return Literal{}, false
}

func equality(b Binary, property string) (Literal, bool) {
	path, literal := b.Left, b.Right
	if _, ok := path.(Path); !ok {
		path, literal = literal, path
	}
	p, isPath := path.(Path)
	l, isLiteral := literal.(Literal)
	return l, isPath && isLiteral && strings.EqualFold(string(p), property)
}

// AnyOf returns the literals of which the property must equal one for e to hold, where e says nothing else: eq, in, and
// eq joined by or.
func AnyOf(e Expr, property string) ([]Literal, bool) {
	switch e := e.(type) {
	case In:
		p, ok := e.X.(Path)
		return e.List, ok && strings.EqualFold(string(p), property)
	case Binary:
		switch e.Op {
		case Eq:
			l, ok := equality(e, property)
			return []Literal{l}, ok
		case Or:
			left, ok := AnyOf(e.Left, property)
			if !ok {
				return nil, false
			}
			right, ok := AnyOf(e.Right, property)
			return append(slices.Clip(left), right...), ok
		}
	}
	return nil, false
}
