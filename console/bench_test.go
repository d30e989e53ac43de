package console_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// BenchmarkPages is the time of each page beside that of an API call, the list of users as an unmodified client asks for it
// (through the proxy, by HTTPS, on a connection that is kept): a page is to cost less than two of them.
func BenchmarkPages(b *testing.B) {
	emu := emulator.Start(b)
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	at := &browser{t: b, emu: emu, jar: jar}
	at.fill()
	folder := at.specs()
	at.redeem("carol@fabrikam.com")
	var token struct {
		Value string `json:"access_token"`
	}
	at.plane(http.MethodPost, "/tokens", map[string]string{"tenant": contoso, "as": "adele@contoso.com", "resource": "https://graph.microsoft.com"}, &token)
	fetch := func(b *testing.B, c *http.Client, address, bearer string) {
		b.Helper()
		for b.Loop() {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
			if err != nil {
				b.Fatal(err)
			}
			if bearer != "" {
				r.Header.Set("Authorization", "Bearer "+bearer)
			}
			answer, err := c.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
				b.Fatal(answer.Status, err)
			}
			answer.Body.Close()
		}
	}
	b.Run("api", func(b *testing.B) { fetch(b, emu.HTTPClient(), "https://graph.microsoft.com/v1.0/users", token.Value) })
	console := &http.Client{Jar: jar}
	for _, page := range []struct{ name, path string }{
		{"home", "/"},
		{"people", "/o/contoso/people"},
		{"groups", "/o/contoso/groups"},
		{"roles", "/o/contoso/roles"},
		{"applications", "/o/contoso/applications"},
		{"policies", "/o/contoso/policies"},
		{"sharing", "/o/contoso/sharing"},
		{"sites", "/o/contoso/sites"},
		{"folder", folder},
		{"share", folder + "/share"},
		{"access", folder + "/access"},
		{"received", "/o/fabrikam/received"},
		{"mail", "/mail"},
	} {
		b.Run(page.name, func(b *testing.B) { fetch(b, console, emu.Addresses().HTTP+page.path, "") })
	}
}
