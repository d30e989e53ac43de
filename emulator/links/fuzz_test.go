package links_test

import (
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/links"
)

// FuzzShareID decodes any id of /shares. What decodes, encodes to an id that means the same; every address survives both.
func FuzzShareID(f *testing.F) {
	for _, s := range []string{"u!", "u!aHR0cHM6Ly9jb250b3NvLnNoYXJlcG9pbnQuY29tLzpmOi9zL3gvVA", "u!aGk=", "u!aG k", "s!x", "https://contoso.sharepoint.com/:f:/s/x/T?e=1", "u!\x00", "u!u!u!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if address, ok := links.ParseShareID(s); ok {
			if again, ok := links.ParseShareID(links.ShareID(address)); !ok || again != address {
				t.Errorf("%q is %q, and then %q", s, address, again)
			}
		} else if address != "" {
			t.Errorf("%q is refused, with %q", s, address)
		}
		if got, ok := links.ParseShareID(links.ShareID(s)); !ok || got != s {
			t.Errorf("%q became %q", s, got)
		}
	})
}

// FuzzResolve reads any host, as requests and tunnels name it: what is emulated has a name below one of the known ones, and
// is read alike in capitals and with its port.
func FuzzResolve(f *testing.F) {
	for _, s := range []string{
		"graph.microsoft.com", "contoso-my.sharepoint.com:443", "contoso-admin.sharepoint.localhost:4365", "login.microsoftonline.com.", "x.sharepoint.com.evil.example", "[::1]:443", ":1", "a:b:c", "..sharepoint.com", "-my.sharepoint.com",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, host string) {
		p, ok := links.Resolve("https", host, "")
		if !ok {
			return
		}
		name := strings.ToLower(host)
		if i := strings.LastIndexByte(name, ':'); i >= 0 {
			name = name[:i]
		}
		name = strings.TrimSuffix(name, ".")
		known := false
		for _, own := range []string{"microsoftonline.com", "windows.net", "microsoft.com", "sharepoint.com", "live.com", "localhost"} {
			known = known || name == own || strings.HasSuffix(name, "."+own)
		}
		if !known {
			t.Errorf("%q is emulated: %+v", host, p)
		}
		if again, ok := links.Resolve("https", strings.ToUpper(host), ""); !ok || again.Service != p.Service {
			t.Errorf("%q is %+v, in capitals %+v", host, p, again)
		}
	})
}
