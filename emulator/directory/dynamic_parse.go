package directory

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Limits of a rule: its length in characters, which is the service's, and how deep it may nest.
const (
	maxRule      = 3072
	maxRuleDepth = 64
)

// CheckRule parses a membership rule. It fails with InvalidRule.
func CheckRule(text string) error {
	_, err := parseRule(text)
	return err
}

func parseRule(text string) (rule, error) {
	if len([]rune(text)) > maxRule {
		return nil, badRule("the rule is longer than %d characters", maxRule)
	}
	tokens, err := lexRule(text)
	if err != nil {
		return nil, err
	}
	p := ruleParser{tokens: tokens, scope: scopeUser}
	if r, ok, err := p.directReports(); ok || err != nil {
		return r, err
	}
	r, err := p.junction(true)
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokenEnd {
		return nil, p.unexpected()
	}
	return r, nil
}

// scope is what properties may stand where the parser is.
type scope int

const (
	scopeUser  scope = iota
	scopeText        // the values of a collection of text: _
	scopePlan        // assignedPlan.…
	scopeGroup       // group.objectId
)

type ruleParser struct {
	tokens []ruleToken
	pos    int
	depth  int
	scope  scope
}

func (p *ruleParser) peek() ruleToken { return p.tokens[p.pos] }

func (p *ruleParser) next() ruleToken {
	t := p.tokens[p.pos]
	if t.kind != tokenEnd {
		p.pos++
	}
	return t
}

func (p *ruleParser) unexpected() error {
	t := p.peek()
	if t.kind == tokenEnd {
		return badRule("the rule ends too early")
	}
	return badRule("unexpected '%s' at position %d", t.text, t.at)
}

func (p *ruleParser) mark(text string) bool {
	if t := p.peek(); t.kind != tokenMark || t.text != text {
		return false
	}
	p.pos++
	return true
}

// word takes one of the words, in any case, with or without its hyphen.
func (p *ruleParser) word(text string) bool {
	if t := p.peek(); t.kind != tokenWord || !strings.EqualFold(t.text, text) {
		return false
	}
	p.pos++
	return true
}

// directReports reads the rule that stands alone.
func (p *ruleParser) directReports() (rule, bool, error) {
	if !p.word("Direct") {
		return nil, false, nil
	}
	if !p.word("Reports") || !p.word("for") || p.peek().kind != tokenText {
		return nil, true, p.unexpected()
	}
	r := reports{manager: p.next().text}
	if p.peek().kind != tokenEnd {
		return nil, true, p.unexpected()
	}
	return r, true, nil
}

// junction reads operands joined by -or, or by -and.
func (p *ruleParser) junction(or bool) (rule, error) {
	operand, op := p.negation, "and"
	if or {
		operand, op = func() (rule, error) { return p.junction(false) }, "or"
	}
	left, err := operand()
	for err == nil && p.word(op) {
		var right rule
		if right, err = operand(); err == nil {
			left = junction{or, left, right}
		}
	}
	if err != nil {
		return nil, err
	}
	return left, nil
}

func (p *ruleParser) negation() (rule, error) {
	if p.depth++; p.depth > maxRuleDepth {
		return nil, badRule("the rule nests too deep")
	}
	defer func() { p.depth-- }()
	if p.word("not") {
		r, err := p.negation()
		if err != nil {
			return nil, err
		}
		return negation{r}, nil
	}
	if p.mark("(") {
		r, err := p.junction(true)
		if err != nil {
			return nil, err
		}
		if !p.mark(")") {
			return nil, p.unexpected()
		}
		return r, nil
	}
	return p.comparison()
}

func (p *ruleParser) comparison() (rule, error) {
	prop, kind, err := p.property()
	if err != nil {
		return nil, err
	}
	if all := p.word("all"); all || p.word("any") {
		return p.quantified(prop, kind, all)
	}
	t := p.peek()
	i := slices.IndexFunc(operators(), func(o operator) bool { return strings.EqualFold(string(o), t.text) })
	if t.kind != tokenWord || i < 0 {
		return nil, p.unexpected()
	}
	p.pos++
	c := comparison{property: prop, op: operators()[i]}
	if c.value, err = p.value(); err != nil {
		return nil, err
	}
	if err := checkComparison(c, kind); err != nil {
		return nil, err
	}
	if c.op == opMatch || c.op == opNotMatch {
		if c.pattern, err = regexp.Compile("(?i)" + c.value.text); err != nil {
			return nil, badRule("'%s' is no regular expression", c.value.text)
		}
	}
	return c, nil
}

// property reads a name that may stand here, in its canonical spelling.
func (p *ruleParser) property() (property, propertyKind, error) {
	t := p.peek()
	if t.kind != tokenWord || t.hyphen {
		return property{}, 0, p.unexpected()
	}
	of, name, dotted := strings.Cut(t.text, ".")
	switch {
	case t.text == "_" && p.scope == scopeText:
		p.pos++
		return property{}, kindText, nil
	case !dotted:
		return property{}, 0, p.unexpected()
	case strings.EqualFold(of, "user") && p.scope == scopeUser:
		known, kind, ok := userProperty(name)
		if !ok {
			return property{}, 0, badRule("'%s' is not a property of a user that rules can use", name)
		}
		p.pos++
		return property{"user", known}, kind, nil
	case strings.EqualFold(of, "assignedPlan") && p.scope == scopePlan:
		for _, known := range []string{"servicePlanId", "capabilityStatus", "service"} {
			if strings.EqualFold(known, name) {
				p.pos++
				return property{"assignedPlan", known}, kindText, nil
			}
		}
	case strings.EqualFold(of, "group") && strings.EqualFold(name, "objectId") && p.scope == scopeGroup:
		p.pos++
		return property{"group", "objectId"}, kindText, nil
	}
	return property{}, 0, p.unexpected()
}

func (p *ruleParser) quantified(prop property, kind propertyKind, all bool) (rule, error) {
	inner := p.scope
	switch kind {
	case kindTexts:
		p.scope = scopeText
	case kindPlans:
		p.scope = scopePlan
	case kindGroups:
		p.scope = scopeGroup
	case kindText, kindBool, kindTime:
		return nil, badRule("'%s' has one value; -any and -all ask for several", prop)
	}
	if !p.mark("(") {
		return nil, p.unexpected()
	}
	body, err := p.junction(true)
	if err != nil {
		return nil, err
	}
	if !p.mark(")") {
		return nil, p.unexpected()
	}
	p.scope = inner
	return quantified{prop, all, body}, nil
}

func (p *ruleParser) value() (value, error) {
	t := p.peek()
	switch {
	case t.kind == tokenText:
		p.pos++
		return value{kind: valueText, text: t.text}, nil
	case p.mark("["):
		return p.list()
	case p.mark("("):
		return p.now(true)
	case t.kind == tokenWord && isNow(t.text) && !t.hyphen:
		return p.now(false)
	case t.kind == tokenWord && isWordValue(t):
		p.pos++
		return value{kind: valueWord, text: strings.ToLower(signed(t))}, nil
	}
	return value{}, p.unexpected()
}

func (p *ruleParser) list() (value, error) {
	v := value{kind: valueList}
	for {
		x, err := p.value()
		if err != nil {
			return value{}, err
		}
		if x.kind == valueList || x.kind == valueNow {
			return value{}, badRule("a list holds single values")
		}
		v.list = append(v.list, x)
		if p.mark(",") {
			continue
		}
		if !p.mark("]") {
			return value{}, p.unexpected()
		}
		return v, nil
	}
}

func isNow(word string) bool {
	return strings.EqualFold(word, "system.now") || strings.EqualFold(word, "now")
}

// now reads system.now, or (now) -plus p1d.
func (p *ruleParser) now(parenthesis bool) (value, error) {
	if t := p.peek(); t.kind != tokenWord || !isNow(t.text) {
		return value{}, p.unexpected()
	}
	p.pos++
	if parenthesis && !p.mark(")") {
		return value{}, p.unexpected()
	}
	sign := ""
	switch {
	case p.word("plus"):
	case p.word("minus"):
		sign = "-"
	default:
		return value{kind: valueNow}, nil
	}
	t := p.peek()
	if _, ok := days(t.text); t.kind != tokenWord || t.hyphen || !ok {
		return value{}, p.unexpected()
	}
	p.pos++
	return value{kind: valueNow, text: sign + strings.ToLower(t.text)}, nil
}

// isWordValue tells whether a word is true, false, null or a number.
func isWordValue(t ruleToken) bool {
	switch strings.ToLower(t.text) {
	case "true", "false", "null":
		return !t.hyphen
	}
	_, err := strconv.ParseInt(t.text, 10, 64)
	return err == nil && !strings.HasPrefix(t.text, "+") && !strings.HasPrefix(t.text, "-")
}

func signed(t ruleToken) string {
	if t.hyphen {
		return "-" + t.text
	}
	return t.text
}

// checkComparison refuses what the operator or the property cannot take.
func checkComparison(c comparison, kind propertyKind) error {
	list := c.op == opIn || c.op == opNotIn
	switch {
	case list != (c.value.kind == valueList):
		return badRule("-%s does not take %s", c.op, c.value)
	case kind == kindPlans || kind == kindGroups:
		return badRule("'%s' can be used with -any and -all only", c.property)
	case c.value.kind == valueNow && kind != kindTime:
		return badRule("'%s' is not a date", c.property)
	case kind == kindBool && (c.op != opEq && c.op != opNe || c.value.kind != valueWord):
		return badRule("'%s' is true or false", c.property)
	case (c.op == opMatch || c.op == opNotMatch) && c.value.kind != valueText:
		return badRule("-%s needs a regular expression", c.op)
	}
	return nil
}
