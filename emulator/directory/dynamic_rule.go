package directory

import (
	"regexp"
	"strings"
)

// rule is a membership rule: an expression over a user, read once and evaluated for many. Its String is canonical and
// parses to an equal rule.
//
//	rule       = "Direct Reports for" string | or
//	or         = and { -or and }          and = not { -and not }          not = -not not | "(" or ")" | comparison
//	comparison = property op value | property -any|-all "(" or ")"
//	property   = user.name | _ | assignedPlan.name | group.objectId       op = -eq -ne -startsWith … (the hyphen is optional)
//	value      = "text" | 'text' | true | false | null | number | [ value, … ] | system.now [ -plus|-minus ISO duration ]
//
// Source: the membership rule reference of Entra dynamic groups (AD:use-dynamic-groups and what it links to).
type rule interface {
	String() string
	holds(e *evaluation) bool
}

// junction is -and or -or.
type junction struct {
	or          bool
	left, right rule
}

// negation is -not.
type negation struct{ of rule }

// comparison compares a property with a value.
type comparison struct {
	property property
	op       operator
	value    value
	pattern  *regexp.Regexp // of -match and -notMatch
}

// quantified asks whether one, or each, of a property's values fulfils a condition.
type quantified struct {
	property property
	all      bool
	body     rule
}

// reports is the rule that stands alone: those whose manager somebody is.
type reports struct{ manager string }

// property is a name with what stands before the dot: user, assignedPlan or group; of is empty for _.
type property struct{ of, name string }

func (p property) String() string {
	if p.of == "" {
		return "_"
	}
	return p.of + "." + p.name
}

// operator is a comparison's operator, in its canonical spelling without the hyphen.
type operator string

// The operators; those that begin with not, and ne, deny the one before.
const (
	opEq            operator = "eq"
	opNe            operator = "ne"
	opStartsWith    operator = "startsWith"
	opNotStartsWith operator = "notStartsWith"
	opEndsWith      operator = "endsWith"
	opNotEndsWith   operator = "notEndsWith"
	opContains      operator = "contains"
	opNotContains   operator = "notContains"
	opMatch         operator = "match"
	opNotMatch      operator = "notMatch"
	opIn            operator = "in"
	opNotIn         operator = "notIn"
	opLe            operator = "le"
	opGe            operator = "ge"
	opLt            operator = "lt"
	opGt            operator = "gt"
)

func operators() []operator {
	return []operator{
		opEq, opNe, opStartsWith, opNotStartsWith, opEndsWith, opNotEndsWith, opContains, opNotContains,
		opMatch, opNotMatch, opIn, opNotIn, opLe, opGe, opLt, opGt,
	}
}

// valueKind says what a value is.
type valueKind int

const (
	valueText valueKind = iota
	valueWord           // true, false, null or a number, as written
	valueList
	valueNow // system.now, moved by text, an ISO duration with its sign
)

// value is the right side of a comparison.
type value struct {
	kind valueKind
	text string
	list []value
}

func (v value) null() bool { return v.kind == valueWord && strings.EqualFold(v.text, "null") }

func (v value) String() string {
	switch v.kind {
	case valueWord:
		return v.text
	case valueList:
		parts := make([]string, len(v.list))
		for i, x := range v.list {
			parts[i] = x.String()
		}
		return "[" + strings.Join(parts, ",") + "]"
	case valueNow:
		if duration, minus := strings.CutPrefix(v.text, "-"); minus {
			return "(system.now) -minus " + duration
		}
		if v.text == "" {
			return "system.now"
		}
		return "(system.now) -plus " + v.text
	case valueText:
	}
	return quoteRule(v.text)
}

// quoteRule writes a text between double quotes; a backtick escapes what would end it.
func quoteRule(s string) string {
	return `"` + strings.NewReplacer("`", "``", `"`, "`\"").Replace(s) + `"`
}

func (j junction) String() string {
	op := " -and "
	if j.or {
		op = " -or "
	}
	return operand(j.left, j.or, false) + op + operand(j.right, j.or, true)
}

// operand prints one side of a junction: an -or within an -and stands in parentheses, and so does what hangs on the right.
func operand(r rule, or, right bool) string {
	if inner, ok := r.(junction); ok && (inner.or && !or || inner.or == or && right) {
		return "(" + r.String() + ")"
	}
	return r.String()
}

func (n negation) String() string {
	if _, ok := n.of.(junction); ok {
		return "-not (" + n.of.String() + ")"
	}
	return "-not " + n.of.String()
}

func (c comparison) String() string {
	return c.property.String() + " -" + string(c.op) + " " + c.value.String()
}

func (q quantified) String() string {
	op := " -any "
	if q.all {
		op = " -all "
	}
	return q.property.String() + op + "(" + q.body.String() + ")"
}

func (r reports) String() string { return "Direct Reports for " + quoteRule(r.manager) }
