package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tennantite/tennantite/emulator/problem"
)

// tokenKind is what a token of a rule is.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenText
	tokenMark // one of ( ) [ ] ,
)

// ruleToken is one word of a rule. A word's text has no leading hyphen; text has no quotes.
type ruleToken struct {
	kind   tokenKind
	text   string
	hyphen bool
	at     int
}

func badRule(format string, args ...any) error {
	return problem.For(problem.Invalid, problem.InvalidRule, "membershipRule", "Dynamic membership rule validation error: "+format, args...)
}

// lexRule takes a rule apart.
func lexRule(s string) ([]ruleToken, error) {
	var tokens []ruleToken
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(r):
			i += size
		case strings.ContainsRune("()[],", r):
			tokens = append(tokens, ruleToken{kind: tokenMark, text: s[i : i+1], at: i})
			i++
		case r == '"' || r == '\'':
			text, n, ok := lexText(s[i:], byte(r))
			if !ok {
				return nil, badRule("the text at position %d does not end", i)
			}
			tokens = append(tokens, ruleToken{kind: tokenText, text: text, at: i})
			i += n
		default:
			n := wordEnd(s[i:])
			if n == 0 {
				return nil, badRule("unexpected '%c' at position %d", r, i)
			}
			word, hyphen := strings.CutPrefix(s[i:i+n], "-")
			tokens = append(tokens, ruleToken{kind: tokenWord, text: word, hyphen: hyphen, at: i})
			i += n
		}
	}
	return append(tokens, ruleToken{at: len(s)}), nil
}

// lexText reads a text that begins with its quote; n is its length with both quotes. A backtick makes the next character
// stand for itself.
func lexText(s string, quote byte) (text string, n int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '`' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == quote:
			return b.String(), i + 1, true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, false
}

// wordEnd is the length of the word in front: letters, digits, . _ - + : as in user.mail, -eq, _, p1d, 2020-01-01T00:00:00Z.
func wordEnd(s string) int {
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-+:", r) {
			return i
		}
	}
	return len(s)
}
