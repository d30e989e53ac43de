package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkPages is the time of each page beside that of an API call, the list of users as a client with a token asks for
// it: a page is to cost less than two of them.
func BenchmarkPages(b *testing.B) {
	at := busy(b)
	folder := at.specs()
	at.redeem("carol@fabrikam.com")
	var token struct {
		Value string `json:"access_token"`
	}
	at.plane(http.MethodPost, "/tokens", map[string]string{"tenant": contoso, "as": "adele@contoso.com", "resource": "https://graph.microsoft.com"}, &token)
	b.Run("api", func(b *testing.B) {
		for b.Loop() {
			r := httptest.NewRequest(http.MethodGet, "https://graph.microsoft.com/v1.0/users", nil)
			r.Header.Set("Authorization", "Bearer "+token.Value)
			w := httptest.NewRecorder()
			if at.emu.ServeHTTP(w, r); w.Code != http.StatusOK {
				b.Fatal(w.Code, w.Body)
			}
		}
	})
	for name, path := range map[string]string{
		"home": "/", "people": "/o/contoso/people", "groups": "/o/contoso/groups", "roles": "/o/contoso/roles", "applications": "/o/contoso/applications",
		"policies": "/o/contoso/policies", "sharing": "/o/contoso/sharing", "sites": "/o/contoso/sites", "folder": folder, "share": folder + "/share",
		"access": folder + "/access", "received": "/o/fabrikam/received", "mail": "/mail",
	} {
		b.Run(name, func(b *testing.B) {
			session := ""
			for _, k := range at.jar.Cookies(httptest.NewRequest(http.MethodGet, control, nil).URL) {
				session += k.Name + "=" + k.Value + "; "
			}
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, control+path, nil)
				r.Header.Set("Cookie", strings.TrimSuffix(session, "; "))
				w := httptest.NewRecorder()
				if at.emu.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
