package spoapi

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tennantite/tennantite/emulator/problem"
)

const (
	maxKQL      = 4096 // characters, as the service has it
	maxKQLDepth = 32
)

// parseKQL reads a query. An empty one, and *, find everything; then the node is nil.
func parseKQL(s string) (kqlNode, error) {
	if len(s) > maxKQL {
		return nil, problem.For(problem.Invalid, problem.LimitExceeded, "querytext", "The query is longer than %d characters.", maxKQL)
	}
	p := kqlParser{tokens: kqlTokens(s)}
	if len(p.tokens) == 0 || len(p.tokens) == 1 && p.tokens[0] == (kqlToken{text: "*"}) {
		return nil, nil //nolint:nilnil // nothing is asked, which is no failure
	}
	n, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if len(p.tokens) > 0 {
		return nil, badKQL()
	}
	return n, nil
}

func badKQL() error {
	return problem.For(problem.Invalid, problem.Malformed, "querytext", "The query is malformed.")
}

// kqlToken is a word, a quotation, or one of ( ) and the operators between a property and its value.
type kqlToken struct {
	text   string
	quoted bool
	mark   bool // ( ) + - and : = <> < > <= >=
	glued  bool // no blank before it
}

// kqlTokens splits a query. An operator counts as one only right behind a word and right before a value.
func kqlTokens(s string) []kqlToken {
	var all []kqlToken
	glued := false
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case unicode.IsSpace(r):
			s, glued = s[size:], false
			continue
		case s[0] == '"':
			text, rest, _ := strings.Cut(s[1:], `"`)
			all = append(all, kqlToken{text: text, quoted: true, glued: glued})
			s = rest
		case s[0] == '(' || s[0] == ')':
			all = append(all, kqlToken{text: s[:1], mark: true, glued: glued})
			s = s[1:]
		case (s[0] == '-' || s[0] == '+') && (!glued || closesWord(all)):
			all = append(all, kqlToken{text: s[:1], mark: true})
			s = s[1:]
		case operatorIn(s) != "" && glued:
			op := operatorIn(s)
			all = append(all, kqlToken{text: op, mark: true, glued: true})
			s = s[len(op):]
		default:
			n := wordEnd(s, len(all) > 0 && glued && isOperator(all[len(all)-1]))
			all = append(all, kqlToken{text: s[:n], glued: glued})
			s = s[n:]
		}
		glued = true
	}
	return all
}

// closesWord tells whether what comes next begins a word although no blank stands before it: behind a parenthesis, a sign or
// a quotation.
func closesWord(all []kqlToken) bool {
	if len(all) == 0 {
		return true
	}
	last := all[len(all)-1]
	return last.quoted || last.mark && strings.Contains("()+-", last.text)
}

func operatorIn(s string) string {
	for _, op := range []string{"<>", "<=", ">=", ":", "=", "<", ">"} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

func isOperator(t kqlToken) bool { return t.mark && operatorIn(t.text) == t.text }

// wordEnd is where a word ends. A value may hold colons: path:https://contoso….
func wordEnd(s string, value bool) int {
	for i, r := range s {
		if unicode.IsSpace(r) || r == '"' || r == '(' || r == ')' || !value && i > 0 && operatorIn(s[i:]) != "" {
			return max(i, 1)
		}
	}
	return len(s)
}

type kqlParser struct{ tokens []kqlToken }

func (p *kqlParser) peek() (kqlToken, bool) {
	if len(p.tokens) == 0 {
		return kqlToken{}, false
	}
	return p.tokens[0], true
}

// take drops the next token where it is that word or mark.
func (p *kqlParser) take(text string, mark bool) bool {
	t, ok := p.peek()
	if !ok || t.quoted || t.mark != mark || t.text != text {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *kqlParser) or(depth int) (kqlNode, error) {
	if depth > maxKQLDepth {
		return nil, problem.For(problem.Invalid, problem.LimitExceeded, "querytext", "The query nests too deep.")
	}
	var all kqlOr
	for {
		n, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
		if !p.take("OR", false) {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

// and reads what stands side by side. Restrictions of the same property without an operator between them are alternatives.
func (p *kqlParser) and(depth int) (kqlNode, error) {
	var all kqlAnd
	explicit := false
	for {
		n, err := p.unary(depth)
		if err != nil {
			return nil, err
		}
		all = p.join(all, n, explicit)
		t, ok := p.peek()
		if !ok || t.mark && t.text == ")" || !t.mark && !t.quoted && t.text == "OR" {
			break
		}
		explicit = p.connective()
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

// connective drops AND and the operators of nearness, which find what AND finds.
func (p *kqlParser) connective() bool {
	t, ok := p.peek()
	if !ok || t.mark || t.quoted {
		return false
	}
	word, _, _ := strings.Cut(t.text, "(")
	switch word {
	case "AND", "NEAR", "ONEAR":
		p.tokens = p.tokens[1:]
		if word != "AND" && p.take("(", true) {
			for !p.take(")", true) && len(p.tokens) > 0 {
				p.tokens = p.tokens[1:]
			}
		}
		return true
	}
	return false
}

func (p *kqlParser) join(all kqlAnd, n kqlNode, explicit bool) kqlAnd {
	r, ok := n.(kqlProperty)
	if !ok || explicit {
		return append(all, n)
	}
	for i, o := range all {
		switch o := o.(type) {
		case kqlProperty:
			if o.name == r.name {
				all[i] = kqlOr{o, r}
				return all
			}
		case kqlOr:
			if first, ok := o[0].(kqlProperty); ok && first.name == r.name && p.implicit(o) {
				all[i] = append(o, r)
				return all
			}
		}
	}
	return append(all, n)
}

// implicit tells whether a disjunction came of restrictions of one property.
func (p *kqlParser) implicit(o kqlOr) bool {
	first, ok := o[0].(kqlProperty)
	for _, x := range o {
		r, is := x.(kqlProperty)
		ok = ok && is && r.name == first.name
	}
	return ok
}

func (p *kqlParser) unary(depth int) (kqlNode, error) {
	t, ok := p.peek()
	if !ok || depth > maxKQLDepth {
		return nil, badKQL()
	}
	switch {
	case !t.mark && !t.quoted && t.text == "NOT", t.mark && t.text == "-":
		p.tokens = p.tokens[1:]
		n, err := p.unary(depth + 1)
		if err != nil {
			return nil, err
		}
		return kqlNot{n}, nil
	case t.mark && t.text == "+":
		p.tokens = p.tokens[1:]
		return p.unary(depth + 1)
	case t.mark && t.text == "(":
		p.tokens = p.tokens[1:]
		n, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.take(")", true) {
			return nil, badKQL()
		}
		return n, nil
	case t.mark:
		return nil, badKQL()
	case !t.quoted && (t.text == "AND" || t.text == "OR"):
		return nil, badKQL()
	}
	p.tokens = p.tokens[1:]
	if op, ok := p.peek(); ok && !t.quoted && isOperator(op) && op.glued && propertyName(t.text) {
		p.tokens = p.tokens[1:]
		return p.restriction(strings.ToLower(t.text), op.text, depth)
	}
	return freeText(t), nil
}

// propertyName tells whether a word can name a managed property: letters, digits, dot, hyphen and underscore.
func propertyName(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	})
}

// restriction reads the value of a property: a word, a quotation, or alternatives in parentheses.
func (p *kqlParser) restriction(name, op string, depth int) (kqlNode, error) {
	t, ok := p.peek()
	if !ok {
		return nil, badKQL()
	}
	p.tokens = p.tokens[1:]
	if t.mark && t.text == "(" {
		var all kqlOr
		for !p.take(")", true) {
			if p.take("OR", false) {
				continue
			}
			n, err := p.restriction(name, op, depth+1)
			if err != nil || depth > maxKQLDepth {
				return nil, badKQL()
			}
			all = append(all, n)
		}
		if len(all) == 0 {
			return nil, badKQL()
		}
		if len(all) == 1 {
			return all[0], nil
		}
		return all, nil
	}
	if t.mark {
		return nil, badKQL()
	}
	value, prefix := t.text, false
	if !t.quoted || strings.HasSuffix(value, "*") {
		value, prefix = strings.CutSuffix(value, "*")
	}
	return kqlProperty{name, op, value, prefix}, nil
}

func freeText(t kqlToken) kqlNode {
	text, prefix := strings.CutSuffix(t.text, "*")
	words := splitWords(text)
	return kqlText{words, prefix}
}

// splitWords cuts a text into its words, in lower case.
func splitWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
