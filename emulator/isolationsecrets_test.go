package emulator_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/graphapi"
)

// What is its own proof, an address or a code, is good in the world that gave it out; elsewhere it is as good as any other text.

// TestSecretAddresses asks the addresses that are their own proof for what they do not know.
func TestSecretAddresses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ops, err := graphapi.Operations()
	must(t, err)
	n := 0
	for _, o := range ops {
		if !slices.ContainsFunc(o.Delegated, func(p string) bool { return strings.HasPrefix(p, "no token") }) {
			continue
		}
		n++
		for _, name := range []string{"x", "download.aspx", movedOn("tempauth-0123456789abcdef")} {
			status, answer := h.ask(emulator.MainWorld, o.Method, contosoSite+"/_api/v2.0"+placeholder.ReplaceAllString(o.Template, name), "", "")
			if status != http.StatusNotFound && status != http.StatusUnauthorized && status != http.StatusForbidden {
				t.Errorf("%s %s with %s: %d %.200s", o.Method, o.Template, name, status, answer)
			}
		}
	}
	if n == 0 {
		t.Error("there are none")
	}
}

// form asks the token endpoint of Contoso.
func (h *house) form(world, endpoint string, fields url.Values) (int, string) {
	r := httptest.NewRequest(http.MethodPost, loginHost+"contoso.com/oauth2/v2.0/"+endpoint, strings.NewReader(fields.Encode()))
	r.Header.Set("X-Tennantite-World", world)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.emu.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// TestSecretsOfAnotherWorld takes what one world gave out to another: it is refused in the words in which a text is that
// nobody gave out.
func TestSecretsOfAnotherWorld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	there := h.other
	client := url.Values{"client_id": {suite}, "client_secret": {suiteSecret}}
	with := func(name, value string, more ...string) url.Values {
		f := url.Values{name: {value}}
		maps.Copy(f, client)
		for i := 0; i < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return f
	}
	member := func(answer, path string) string {
		t.Helper()
		text, ok, err := look([]byte(answer), path)
		if err != nil || !ok {
			t.Fatalf("no %s in %s", path, answer)
		}
		return text
	}
	adele := h.mint(there, h.as(map[string]any{"as": "adele@contoso.com"}))
	ask := func(method, path, body, path2 string) string {
		return h.must(there, method, graphHost+"/v1.0/sites/contoso.sharepoint.com:/sites/project-x:/drive"+path, adele, body, path2)
	}
	invited := h.must(there, http.MethodPost, graphHost+"/v1.0/invitations", adele,
		`{"invitedUserEmailAddress": "carol@fabrikam.com", "inviteRedirectUrl": "https://contoso.com"}`, "inviteRedeemUrl")
	_, signedIn := h.form(there, "token", with("grant_type", "password", "username", "adele@contoso.com", "password", password, "scope", graphHost+"/.default offline_access"))
	_, device := h.form(there, "devicecode", with("scope", "openid"))
	get := func(world, secret string) (int, string) { return h.ask(world, http.MethodGet, secret, "", "") }
	redeem := func(world, secret string) (int, string) {
		return h.ask(world, http.MethodPost, plane+"redemptions", "", fmt.Sprintf(`{"url": %q, "as": "carol@fabrikam.com"}`, secret))
	}
	for _, s := range []struct {
		name, secret string
		use          func(world, secret string) (int, string)
		status       int // in its own world
	}{
		{"refresh token", member(signedIn, "refresh_token"), func(world, secret string) (int, string) {
			return h.form(world, "token", with("grant_type", "refresh_token", "refresh_token", secret))
		}, 200},
		{"device code", member(device, "device_code"), func(world, secret string) (int, string) {
			return h.form(world, "token", with("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", secret))
		}, 400}, // nobody has signed in yet, which is another 400
		{"address of content", ask(http.MethodGet, "/root:/Specs/Design.md", "", "@microsoft\\.graph\\.downloadUrl"), get, 200},
		{"upload session", ask(http.MethodPost, "/root:/big.bin:/createUploadSession", "{}", "uploadUrl"), get, 200},
		{"link for anyone", ask(http.MethodPost, "/root:/Specs:/createLink", `{"type": "view", "scope": "anonymous"}`, "link.webUrl"), redeem, 200},
		{"invitation", invited, redeem, 200},
	} {
		here, said := s.use(emulator.MainWorld, s.secret)
		// Only the end is another: what stands before it says where it leads.
		made := s.secret[:len(s.secret)-8] + movedOn(s.secret[len(s.secret)-8:])
		nobodys, saidOfNobodys := s.use(emulator.MainWorld, made)
		if here < 400 || here != nobodys || h.said(said, s.secret) != h.said(saidOfNobodys, made) {
			t.Errorf("%s: %d %.300s\nand of one that nobody gave out: %d %.300s", s.name, here, said, nobodys, saidOfNobodys)
		}
		if own, answer := s.use(there, s.secret); own != s.status || own == here && answer == said {
			t.Errorf("%s in its own world: %d %.300s", s.name, own, answer)
		}
	}
}
