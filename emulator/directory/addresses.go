package directory

import (
	"strings"
	"unicode/utf8"

	"github.com/tennantite/tennantite/emulator/problem"
)

// Limits of names (graph.md 3.2; RFC 5321 for addresses).
const (
	maxAddress     = 254
	maxLocalPart   = 64
	maxUPN         = 113 // 64 + @ + 48
	maxNickname    = 64
	maxDisplayName = 256
)

// splitAddress takes a mail address apart at its last @; ok is false where one of the parts is empty.
func splitAddress(address string) (local, domain string, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at <= 0 || at == len(address)-1 {
		return "", "", false
	}
	return address[:at], address[at+1:], true
}

// DomainOf is the domain of an address, lower case; "" where it has none.
func DomainOf(address string) string {
	_, domain, _ := splitAddress(address)
	return strings.ToLower(domain)
}

// CheckAddress tells whether a text is a mail address. It fails with InvalidProperty, target as its target.
func CheckAddress(target, address string) error {
	local, domain, ok := splitAddress(address)
	if !ok || len(address) > maxAddress || len(local) > maxLocalPart || !utf8.ValidString(address) || !validDomain(domain) ||
		strings.ContainsFunc(local, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`"(),:;<>@[\]`, r) }) ||
		strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return problem.For(problem.Invalid, problem.InvalidProperty, target, "Invalid value specified for property '%s' of resource 'User'.", target)
	}
	return nil
}

// validDomain tells whether a text can be a domain name: labels of letters (of any script), digits and hyphens, two at
// least.
func validDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 || len(domain) > maxAddress {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, func(r rune) bool {
			return r < utf8.RuneSelf && !isASCIILetterOrDigit(r) && r != '-' && r != '_'
		}) {
			return false
		}
	}
	return true
}

func isASCIILetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// validInUPN tells whether a character may stand before the @ of a principal name: letters, digits and ' . - _ ! # ^ ~
// (from memory; the page "prepare to provision users through directory synchronization" lists them).
func validInUPN(r rune) bool {
	return isASCIILetterOrDigit(r) || strings.ContainsRune("'.-_!#^~", r)
}

const (
	smtpPrimary = "SMTP:"
	smtpAlias   = "smtp:"
)

// proxyAddress returns the address of an SMTP proxy address.
func proxyAddress(p string) (address string, ok bool) {
	if len(p) > len(smtpAlias) && strings.EqualFold(p[:len(smtpAlias)], smtpAlias) {
		return p[len(smtpAlias):], true
	}
	return "", false
}

// withPrimary is a list of proxy addresses whose primary one is mail: the old primary becomes an alias, mail no longer is
// one. An empty mail removes the primary.
func withPrimary(proxies []string, mail string) []string {
	out := make([]string, 0, len(proxies)+1)
	if mail != "" {
		out = append(out, smtpPrimary+mail)
	}
	for _, p := range proxies {
		a, smtp := proxyAddress(p)
		switch {
		case smtp && strings.EqualFold(a, mail):
		case smtp && strings.HasPrefix(p, smtpPrimary):
			if mail != "" {
				out = append(out, smtpAlias+a)
			}
		default:
			out = append(out, p)
		}
	}
	return out
}
