package emulator

import (
	"net"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

func badName(of string) error {
	return problem.For(problem.Invalid, problem.InvalidProperty, "name",
		"The name of a %s has up to 63 letters, digits, dots, hyphens and underscores, the first one a letter or digit.", of)
}

// checkPublicURL returns the part of an address that counts: scheme and host.
func checkPublicURL(address string) (string, error) {
	if address == "" {
		return "", nil
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || (u.Path != "" && u.Path != "/") || u.RawQuery != "" {
		return "", problem.For(problem.Invalid, problem.InvalidProperty, "url",
			"The public address has the form http://HOST:PORT or https://HOST:PORT, without a path.")
	}
	return u.Scheme + "://" + u.Host, nil
}

// proxyURL is the address of the proxy with the world as its user.
func (e *Emulator) proxyURL(w *world) string {
	a := e.Addresses()
	if own := w.listening(); own != nil && own.addresses.Proxy != "" {
		return own.addresses.Proxy
	}
	u, err := url.Parse(a.Proxy)
	if err != nil || a.Proxy == "" {
		return ""
	}
	if w.name != MainWorld {
		u.User = url.User(w.name)
	}
	return u.String()
}

// anyPort is an address, the first of several, with a port that the system picks; "" stays.
func anyPort(address string) string {
	address, _, _ = strings.Cut(address, ",")
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	return net.JoinHostPort(host, "0")
}
