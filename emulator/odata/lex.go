package odata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenLiteral
	tokenPunct // ( ) , / :
)

type token struct {
	kind    tokenKind
	text    string // a name as written; a punctuation mark
	literal Literal
	at      int // byte offset
}

// nameRune reports whether a property name may hold r.
func nameRune(r rune) bool {
	return r == '_' || r == '.' || r == '@' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// lex cuts a filter into tokens.
func lex(s string) ([]token, error) {
	tokens := make([]token, 0, 16)
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case strings.IndexByte("(),/:", c) >= 0:
			tokens = append(tokens, token{kind: tokenPunct, text: s[i : i+1], at: i})
			i++
			continue
		}
		t, n, err := lexWord(s[i:])
		if err != nil {
			return nil, err
		}
		t.at = i
		tokens = append(tokens, t)
		i += n
	}
	return append(tokens, token{kind: tokenEnd, at: len(s)}), nil
}

// lexWord reads a literal or a name at the beginning of s and returns its length.
func lexWord(s string) (token, int, error) {
	if s[0] == '\'' {
		return lexQuoted("", s)
	}
	if len(s) >= 36 && isGUID(s[:36]) && !startsWithNameRune(s[36:]) {
		return token{kind: tokenLiteral, literal: Literal{kind: GUID, text: strings.ToLower(s[:36])}}, 36, nil
	}
	if strings.IndexByte("0123456789-+.", s[0]) >= 0 {
		n := len(s) - len(strings.TrimLeftFunc(s, func(r rune) bool {
			return nameRune(r) || r == '-' || r == '+' || r == ':'
		}))
		l, ok := parseBare(s[:n])
		if !ok {
			return token{}, 0, invalid("$filter", "'%s' is no value", s[:n])
		}
		return token{kind: tokenLiteral, literal: l}, n, nil
	}
	n := len(s) - len(strings.TrimLeftFunc(strings.TrimPrefix(s, "$"), nameRune))
	name := s[:n]
	if n < len(s) && s[n] == '\'' && isPrefix(name) {
		return lexQuoted(name, s)
	}
	if name == "" || name == "$" {
		r, _ := utf8.DecodeRuneInString(s)
		return token{}, 0, invalid("$filter", "the character %q is not expected", r)
	}
	return token{kind: tokenName, text: name}, n, nil
}

func startsWithNameRune(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && (nameRune(r) || r == '-')
}

// lexQuoted reads '…' or prefix'…' at the beginning of s.
func lexQuoted(prefix, s string) (token, int, error) {
	end := len(prefix) + 1
	for {
		i := strings.IndexByte(s[end:], '\'')
		if i < 0 {
			return token{}, 0, invalid("$filter", "a string does not end")
		}
		end += i + 1
		if end == len(s) || s[end] != '\'' {
			break
		}
		end++
	}
	l, ok := parseLiteral(s[:end])
	if !ok {
		return token{}, 0, invalid("$filter", "%s is no value", s[:end])
	}
	return token{kind: tokenLiteral, literal: l}, end, nil
}
