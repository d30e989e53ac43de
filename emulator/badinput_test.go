package emulator_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// caller speaks to one world of an emulator over the wire.
type caller struct {
	emu    *emulator.Emulator
	client *http.Client
	world  string
}

func newCaller(t *testing.T) *caller {
	t.Helper()
	emu := emulator.Start(t)
	c := emu.HTTPClient()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &caller{emu, c, emulator.MainWorld}
}

func (c *caller) send(tb testing.TB, method, address, token, contentType, body string) (int, http.Header, []byte) {
	tb.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept", "application/json;odata=nometadata")
	r, err := c.client.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return r.StatusCode, r.Header, b
}

// mint asks the control plane for a token of Contoso's administrator.
func (c *caller) mint(tb testing.TB, resource string, over map[string]any) string {
	tb.Helper()
	ask := map[string]any{"as": "admin@contoso.onmicrosoft.com", "app": suite, "tenant": "contoso.com", "resource": resource}
	maps.Copy(ask, over)
	b, err := json.Marshal(ask)
	if err != nil {
		tb.Fatal(err)
	}
	status, _, answer := c.send(tb, http.MethodPost, c.emu.Addresses().HTTP+"/_tennantite/v1/tokens", "", "application/json", string(b))
	var t struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(answer, &t); err != nil || status != http.StatusOK {
		tb.Fatalf("%d %s", status, answer)
	}
	return t.AccessToken
}

// altered rewrites a token: the header's algorithm, or a claim, under the old signature.
func altered(tb testing.TB, token string, part int, change func(map[string]any)) string {
	tb.Helper()
	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		tb.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		tb.Fatal(err)
	}
	change(m)
	if raw, err = json.Marshal(m); err != nil {
		tb.Fatal(err)
	}
	parts[part] = base64.RawURLEncoding.EncodeToString(raw)
	return strings.Join(parts, ".")
}

// TestBadTokens holds that no resource takes a token that is not for it, and says so in its own words.
func TestBadTokens(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	faces := []struct {
		name, address, resource, other string
		check                          func(http.Header, []byte) error
	}{
		{"Graph", graphHost + "/v1.0/me", graphHost, "https://contoso.sharepoint.com", graphChallenge},
		{"SharePoint", "https://contoso.sharepoint.com/_api/web", "https://contoso.sharepoint.com", graphHost, sharePointChallenge},
		{"drives of SharePoint", "https://contoso.sharepoint.com/_api/v2.0/drive", "https://contoso.sharepoint.com", graphHost, nil},
	}
	for _, f := range faces {
		good := c.mint(t, f.resource, nil)
		if status, _, answer := c.send(t, http.MethodGet, f.address, good, "", ""); status != http.StatusOK {
			t.Errorf("%s refuses a good token: %d %s", f.name, status, answer)
		}
		none := altered(t, good, 0, func(m map[string]any) { m["alg"] = "none" })
		for name, token := range map[string]string{
			"none":                 "",
			"garbage":              "x",
			"two parts":            "a.b",
			"wrong signature":      c.mint(t, f.resource, map[string]any{"signature": "invalid"}),
			"altered payload":      altered(t, good, 1, func(m map[string]any) { m["scp"] = "Everything" }),
			"alg none":             none[:strings.LastIndex(none, ".")+1],
			"alg none, signed":     none,
			"HS256":                altered(t, good, 0, func(m map[string]any) { m["alg"] = "HS256" }),
			"unknown key":          altered(t, good, 0, func(m map[string]any) { m["kid"], m["x5t"] = "x", "x" }),
			"wrong audience":       c.mint(t, f.other, nil),
			"expired":              c.mint(t, f.resource, map[string]any{"expiresIn": -60}),
			"unknown tenant":       c.mint(t, f.resource, map[string]any{"claims": map[string]any{"tid": "00000000-0000-0000-0000-00000000000f", "iss": "https://sts.windows.net/00000000-0000-0000-0000-00000000000f/"}}),
			"issuer of another":    c.mint(t, f.resource, map[string]any{"claims": map[string]any{"iss": "https://sts.windows.net/d7c9e0a2-58f4-4b1b-8a36-91c5f0b7e3d2/"}}),
			"foreign issuer":       c.mint(t, f.resource, map[string]any{"claims": map[string]any{"iss": "https://evil.test/"}}),
			"not valid before":     c.mint(t, f.resource, map[string]any{"claims": map[string]any{"nbf": 32503680000}}),
			"unknown person":       c.mint(t, f.resource, map[string]any{"claims": map[string]any{"oid": "00000000-0000-0000-0000-00000000000f"}}),
			"another tenant's":     c.mint(t, "https://fabrikam.sharepoint.com", map[string]any{"as": "carol@fabrikam.com", "tenant": "fabrikam.com"}),
			"claims of wrong type": c.mint(t, f.resource, map[string]any{"claims": map[string]any{"exp": "soon"}}),
		} {
			status, header, answer := c.send(t, http.MethodGet, f.address, token, "", "")
			if status != http.StatusUnauthorized {
				t.Errorf("%s, %s: %d %.200s", f.name, name, status, answer)
				continue
			}
			if f.check != nil {
				if err := f.check(header, answer); err != nil {
					t.Errorf("%s, %s: %v", f.name, name, err)
				}
			}
		}
	}
}

func graphChallenge(h http.Header, body []byte) error {
	var e struct {
		Error struct {
			Code       string
			InnerError map[string]string
		}
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return err
	}
	if e.Error.Code != "InvalidAuthenticationToken" || e.Error.InnerError["request-id"] == "" || e.Error.InnerError["request-id"] != h.Get("request-id") {
		return fmt.Errorf("body %s", body)
	}
	if !strings.Contains(h.Get("WWW-Authenticate"), `authorization_uri="https://login.microsoftonline.com/`) {
		return fmt.Errorf("WWW-Authenticate %q", h.Get("WWW-Authenticate"))
	}
	return nil
}

func sharePointChallenge(h http.Header, _ []byte) error {
	if !strings.HasPrefix(h.Get("WWW-Authenticate"), `Bearer realm="4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47",client_id="00000003-0000-0ff1-ce00-000000000000",trusted_issuers="`) {
		return fmt.Errorf("WWW-Authenticate %q", h.Get("WWW-Authenticate"))
	}
	return nil
}

// TestBadRequests holds what malformed, mistyped, unknown and oversized requests get on the three faces: the service's
// own error, and never a 5xx.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	graph := c.mint(t, graphHost, nil)
	sharePoint := c.mint(t, "https://contoso.sharepoint.com", nil)
	const js, form = "application/json", "application/x-www-form-urlencoded"
	const users, ensure, token = graphHost + "/v1.0/users", "https://contoso.sharepoint.com/_api/web/ensureuser", loginHost + "contoso.com/oauth2/v2.0/token"
	big := strings.Repeat("x", 1<<20+1)
	deep := strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000)
	for _, tt := range []struct {
		name, method, address, token, contentType, body string
		status                                          int
		want                                            string // in the body
	}{
		{"Graph, malformed JSON", "POST", users, graph, js, `{"displayName": `, 400, "Request_BadRequest"},
		{"Graph, a list for an object", "POST", users, graph, js, `[]`, 400, "Request_BadRequest"},
		{"Graph, wrong type", "POST", users, graph, js, `{"displayName": 5}`, 400, "Request_BadRequest"},
		{"Graph, unknown property", "POST", users, graph, js, `{"colour": "red"}`, 400, "Request_BadRequest"},
		{"Graph, empty body", "POST", users, graph, js, ``, 400, "Request_BadRequest"},
		{"Graph, deep JSON", "POST", users, graph, js, deep, 400, "Request_BadRequest"},
		{"Graph, unknown segment", "GET", graphHost + "/v1.0/nonsense", graph, "", "", 400, "Resource not found for the segment 'nonsense'"},
		{"Graph, unknown segment below", "GET", users + "/admin@contoso.onmicrosoft.com/nonsense", graph, "", "", 400, "nonsense"},
		{"Graph, unknown version", "GET", graphHost + "/v9/me", graph, "", "", 400, "Invalid version"},
		{"Graph, bad filter", "GET", users + "?$filter=displayName+eq", graph, "", "", 400, "error"},
		{"Graph, unknown id", "GET", users + "/00000000-0000-0000-0000-00000000000f", graph, "", "", 404, "Request_ResourceNotFound"},
		{"Graph, oversized", "POST", users, graph, js, `{"displayName": "` + big + `"}`, 413, "error"},
		{"Graph, gzip that is none", "POST", users, graph, js, "", 400, "error"},
		{"Graph, not emulated", "GET", graphHost + "/v1.0/me/messages", graph, "", "", 501, "messages"},

		{"SharePoint, malformed JSON", "POST", ensure, sharePoint, js, `{"logonName": `, 400, "odata.error"},
		{"SharePoint, wrong type", "POST", ensure, sharePoint, js, `{"logonName": {}}`, 400, "odata.error"},
		{"SharePoint, deep JSON", "POST", ensure, sharePoint, js, deep, 400, "odata.error"},
		{"SharePoint, unknown segment", "GET", "https://contoso.sharepoint.com/_api/web/nonsense", sharePoint, "", "", 404, "Microsoft.SharePoint.Client.ResourceNotFoundException"},
		{"SharePoint, unknown site", "GET", "https://contoso.sharepoint.com/sites/nowhere/_api/web", sharePoint, "", "", 404, ""},
		{"SharePoint, oversized", "POST", ensure, sharePoint, js, `{"logonName": "` + big + big + `"}`, 400, "larger than 2097152 bytes"},
		{"SharePoint, bad filter", "GET", "https://contoso.sharepoint.com/_api/web/siteusers?$filter=Id+eq", sharePoint, "", "", 400, "odata.error"},

		{"sign-in, no grant", "POST", token, "", form, "client_id=" + suite, 400, "AADSTS900144"},
		{"sign-in, unknown grant", "POST", token, "", form, "grant_type=x&client_id=" + suite, 400, "AADSTS70003"},
		{"sign-in, JSON for a form", "POST", token, "", js, `{"grant_type": "client_credentials"}`, 400, "AADSTS900144"},
		{"sign-in, bad form", "POST", token, "", form, "grant_type=%zz", 400, "error"},
		{"sign-in, unknown tenant", "POST", loginHost + "nowhere.test/oauth2/v2.0/token", "", form, "grant_type=client_credentials&client_id=" + suite, 400, "AADSTS90002"},
		{"sign-in, unknown client", "POST", token, "", form, "grant_type=client_credentials&client_id=00000000-0000-0000-0000-00000000000f&client_secret=x&scope=" + url.QueryEscape(graphHost+"/.default"), 400, "AADSTS700016"},
		{"sign-in, wrong secret", "POST", token, "", form, "grant_type=client_credentials&client_id=" + suite + "&client_secret=x&scope=" + url.QueryEscape(graphHost+"/.default"), 401, "AADSTS7000215"},
		{"sign-in, wrong password", "POST", token, "", form, "grant_type=password&client_id=" + suite + "&client_secret=" + suiteSecret + "&username=megan@contoso.com&password=x&scope=openid", 400, "AADSTS50126"},
		{"sign-in, oversized", "POST", token, "", form, "grant_type=" + big, 400, "AADSTS9002313"},
		{"sign-in, unknown segment", "GET", loginHost + "contoso.com/oauth2/v2.0/nonsense", "", "", "", 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.name == "Graph, gzip that is none" {
				req, err := http.NewRequest(tt.method, tt.address, strings.NewReader("no gzip"))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+tt.token)
				req.Header.Set("Content-Type", js)
				req.Header.Set("Content-Encoding", "gzip")
				r, err := c.client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				r.Body.Close()
				if r.StatusCode != tt.status {
					t.Errorf("%d", r.StatusCode)
				}
				return
			}
			status, _, answer := c.send(t, tt.method, tt.address, tt.token, tt.contentType, tt.body)
			if status != tt.status || !bytes.Contains(answer, []byte(tt.want)) {
				t.Errorf("%d %.300s; want %d with %q", status, answer, tt.status, tt.want)
			}
		})
	}
}
