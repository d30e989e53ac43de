package emulator_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/tennantite/tennantite/emulator"
)

// gate is the front door for fuzz targets: no network, and for each input a world of its own.
type gate struct {
	emu             *emulator.Emulator
	admin, visitors string // tokens for Graph: of Contoso's administrator, of an application with every role
	site            string // the administrator's token for SharePoint
}

// longest is how long an answer may take on a machine that does much else. What is wrong takes for ever, or as long as it likes.
const longest = 20 * time.Second

func newGate(f *testing.F) *gate {
	f.Helper()
	g := &gate{emu: emulator.Start(f)}
	g.admin = g.mint(f, `{"as":"admin@contoso.onmicrosoft.com","app":"`+suite+`","tenant":"contoso.com","resource":"https://graph.microsoft.com"}`)
	g.site = g.mint(f, `{"as":"admin@contoso.onmicrosoft.com","app":"`+suite+`","tenant":"contoso.com","resource":"https://contoso.sharepoint.com"}`)
	g.visitors = g.mint(f, `{"app":"`+suite+`","tenant":"contoso.com","resource":"https://graph.microsoft.com"}`)
	return g
}

func (g *gate) mint(tb testing.TB, wish string) string {
	tb.Helper()
	w := g.send(tb, emulator.MainWorld, asking{method: http.MethodPost, address: "http://localhost/_tennantite/v1/tokens", kind: "application/json", body: wish})
	var t struct {
		AccessToken string `json:"access_token"`
	}
	if w == nil || w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &t) != nil {
		tb.Fatalf("no token: %v", w)
	}
	return t.AccessToken
}

// world forks a world for one input, and ends it with all others that the input made.
func (g *gate) world(t *testing.T) string {
	t.Helper()
	const name = "fuzz"
	w := g.send(t, emulator.MainWorld, asking{method: http.MethodPost, address: "http://localhost/_tennantite/v1/worlds", kind: "application/json", body: `{"name":"` + name + `"}`})
	if w.Code != http.StatusCreated {
		t.Fatalf("no world: %d %s", w.Code, w.Body)
	}
	t.Cleanup(func() {
		w := g.send(t, emulator.MainWorld, asking{method: http.MethodGet, address: "http://localhost/_tennantite/v1/worlds"})
		var all struct{ Value []struct{ Name string } }
		if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil {
			t.Fatal(err)
		}
		for _, each := range all.Value {
			if each.Name != emulator.MainWorld {
				g.send(t, emulator.MainWorld, asking{method: http.MethodDelete, address: "http://localhost/_tennantite/v1/worlds/" + url.PathEscape(each.Name)})
			}
		}
	})
	return name
}

// asking is a request.
type asking struct {
	method, address, token, kind, body string
	header                             map[string]string
	patience                           time.Duration // after which the client goes away; 0: it wants an answer
}

// send answers a request within its time and without a failure of the server. nil is the answer to what no client can send.
func (g *gate) send(tb testing.TB, world string, a asking) *httptest.ResponseRecorder {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(a.patience, longest))
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, a.method, a.address, strings.NewReader(a.body))
	if err != nil {
		return nil
	}
	r.RequestURI, r.URL.Scheme, r.URL.Host = r.URL.RequestURI(), "", ""
	r.Header.Set(emulator.WorldHeader, world)
	for name, value := range a.header {
		if !httpguts.ValidHeaderFieldValue(value) {
			return nil
		}
		r.Header.Set(name, value)
	}
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	if a.kind != "" && httpguts.ValidHeaderFieldValue(a.kind) {
		r.Header.Set("Content-Type", a.kind)
	}
	w := httptest.NewRecorder()
	g.emu.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError && w.Code != http.StatusNotImplemented {
		tb.Errorf("%s %s %q %q: %d %s", a.method, a.address, a.header, a.body, w.Code, w.Body)
	}
	if ctx.Err() != nil && a.patience == 0 {
		tb.Errorf("%s %s %q %q: no answer within %v", a.method, a.address, a.header, a.body, longest)
	}
	return w
}

// known cuts a method down to those that a listener's own tests do not send elsewhere.
func known(method string) string {
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete, http.MethodHead} {
		if strings.EqualFold(m, method) {
			return m
		}
	}
	return http.MethodGet
}

// FuzzGraph asks anything of Graph as an administrator and as an application. A refusal is an error of Graph's own form.
func FuzzGraph(f *testing.F) {
	const guest = `{"invitedUserEmailAddress":"a@partner.example","inviteRedirectUrl":"https://contoso.sharepoint.com","sendInvitationMessage":true}`
	for _, s := range [][3]string{
		{"GET", "/users?$filter=startswith(displayName,'A') and userType eq 'Guest'&$orderby=displayName desc&$select=id,mail&$count=true", ""},
		{"GET", "/users?$search=\"displayName:ad\" OR \"mail:x\"&$top=3&$expand=manager", ""},
		{"GET", "/users/delta?$select=displayName&$deltatoken=latest", ""},
		{"GET", "/me/drive/root:/a/b.txt:/children?$skiptoken=abc", ""},
		{"GET", "/sites/contoso.sharepoint.com:/sites/project-x:/lists/Documents/items?$expand=fields($select=Title)&$filter=fields/Title eq 'x'", ""},
		{"POST", "/invitations", guest},
		{"POST", "/groups", `{"displayName":"g","mailNickname":"g","mailEnabled":false,"securityEnabled":true,"groupTypes":["DynamicMembership"],"membershipRule":"user.userType -eq \"Guest\"","membershipRuleProcessingState":"On"}`},
		{"PATCH", "/users/adele@contoso.com", `{"displayName":"x","businessPhones":["1"],"otherMails":null}`},
		{"POST", "/me/drive/root:/f:/invite", `{"requireSignIn":true,"sendInvitation":true,"roles":["read"],"recipients":[{"email":"a@b.example"}],"expirationDateTime":"2030-01-01T00:00:00Z"}`},
		{"POST", "/me/drive/root/createLink", `{"type":"view","scope":"anonymous","password":"x","expirationDateTime":"2030-01-01T00:00:00Z"}`},
		{"PATCH", "/policies/authorizationPolicy", `{"allowInvitesFrom":"adminsAndGuestInviters"}`},
		{"POST", "/search/query", `{"requests":[{"entityTypes":["driveItem"],"query":{"queryString":"filename:a AND b"},"from":0,"size":5}]}`},
		{"PUT", "/me/drive/root:/new.txt:/content", "text"},
		{"POST", "/applications", `{"displayName":"a","requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[]}]}`},
		{"GET", "/auditLogs/directoryAudits?$filter=activityDateTime ge 2020-01-01T00:00:00Z", ""},
		{"POST", "/directoryObjects/getByIds", `{"ids":["x"],"types":["user"]}`},
	} {
		f.Add(s[0], s[1], s[2])
	}
	g := newGate(f)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		world := g.world(t)
		for _, token := range []string{g.admin, g.visitors} {
			w := g.send(t, world, asking{
				method: known(method), address: "http://graph.microsoft.com/v1.0" + strings.ReplaceAll(path, " ", "%20"),
				token: token, kind: "application/json", body: body,
			})
			if w == nil || w.Code < http.StatusBadRequest || known(method) == http.MethodHead {
				continue
			}
			var refusal struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &refusal); err != nil || refusal.Error.Code == "" {
				t.Errorf("%s %q %q: %d %s", method, path, body, w.Code, w.Body)
			}
		}
	})
}

// FuzzGraphBatch sends anything to $batch: it is refused whole, or each of its parts is answered once.
func FuzzGraphBatch(f *testing.F) {
	for _, s := range []string{
		`{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"2","method":"POST","url":"/invitations","dependsOn":["1"],"headers":{"Content-Type":"application/json"},"body":{"invitedUserEmailAddress":"a@b.example","inviteRedirectUrl":"https://x"}}]}`,
		`{"requests":[{"id":"1","method":"PUT","url":"/me/drive/root:/a.txt:/content","headers":{"Content-Type":"text/plain"},"body":"aGk="}]}`,
		`{"requests":[{"id":"1","method":"GET","url":"https://evil.example/v1.0/me","dependsOn":["1"]}]}`,
		`{"requests":[{"id":"a","method":"POST","url":"/$batch","body":{"requests":[]}},{"id":"a"}]}`,
		`{"requests":[{"id":"1","method":"G ET","url":"//me?%zz","headers":{"a\r\nb":"c","Authorization":"Bearer x"}}]}`, `{"requests":null}`, `[]`, ``,
	} {
		f.Add(s)
	}
	g := newGate(f)
	f.Fuzz(func(t *testing.T, body string) {
		w := g.send(t, g.world(t), asking{method: http.MethodPost, address: "http://graph.microsoft.com/v1.0/$batch", token: g.admin, kind: "application/json", body: body})
		if w.Code != http.StatusOK {
			if w.Code != http.StatusBadRequest {
				t.Errorf("%q: %d %s", body, w.Code, w.Body)
			}
			return
		}
		var in struct{ Requests []struct{ ID string } }
		var out struct {
			Responses []struct {
				ID     string
				Status int
			}
		}
		if json.Unmarshal([]byte(body), &in) != nil || json.Unmarshal(w.Body.Bytes(), &out) != nil || len(in.Requests) != len(out.Responses) {
			t.Fatalf("%q: %s", body, w.Body)
		}
		answered := map[string]bool{}
		for _, p := range out.Responses {
			answered[p.ID] = true
			if p.Status < http.StatusOK || p.Status >= http.StatusInternalServerError && p.Status != http.StatusNotImplemented {
				t.Errorf("%q: part %q is answered with %d: %s", body, p.ID, p.Status, w.Body)
			}
		}
		for _, p := range in.Requests {
			if !answered[p.ID] {
				t.Errorf("%q: part %q has no answer: %s", body, p.ID, w.Body)
			}
		}
	})
}

// FuzzSharePoint asks anything of a site's _api, and of CSOM, as its administrator.
func FuzzSharePoint(f *testing.F) {
	const verbose = "application/json;odata=verbose"
	for _, s := range [][4]string{
		{"GET", "/_api/web/lists/getbytitle('Documents')/items?$filter=Title eq 'x'&$select=Id,File/Name&$expand=File", "", ""},
		{"POST", "/_api/web/GetFolderByServerRelativePath(decodedurl='/sites/project-x/Shared%20Documents')/Files/AddUsingPath(decodedurl='a.txt',overwrite=true)", "", "text"},
		{"POST", "/_api/SP.Web.ShareObject", verbose, `{"url":"https://contoso.sharepoint.com/sites/project-x","peoplePickerInput":"[{\"Key\":\"a@b.example\"}]","roleValue":"role:1073741827","sendEmail":true,"includeAnonymousLinkInEmail":false}`},
		{"POST", "/_api/web/lists/getbytitle('Documents')/GetItems", verbose, `{"query":{"ViewXml":"<View><Query><Where><Eq><FieldRef Name='Title'/><Value Type='Text'>x</Value></Eq></Where></Query></View>"}}`},
		{"GET", "/_api/search/query?querytext='author:adele'&selectproperties='Title,Path'&rowlimit=3", "", ""},
		{"POST", "/_vti_bin/client.svc/ProcessQuery", "text/xml", `<Request xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009"><Actions><ObjectPath Id="1" ObjectPathId="0"/></Actions><ObjectPaths><StaticProperty Id="0" TypeId="{3747adcd-a3c3-41b9-bfab-4a64dd2f1e0a}" Name="Current"/></ObjectPaths></Request>`},
		{"POST", "/_api/$batch", "multipart/mixed; boundary=b", "--b\r\nContent-Type: application/http\r\n\r\nGET /sites/project-x/_api/web HTTP/1.1\r\n\r\n--b--\r\n"},
		{"POST", "/_api/web/lists", "application/json", `{"Title":"l","BaseTemplate":100,"__metadata":{"type":"SP.List"}}`},
		{"GET", "/_api/v2.0/drive/root:/x:/children", "", ""},
		{"POST", "/_api/web/GetFileById('0a1b2c3d-0000-1111-2222-333344445555')/startUpload(uploadId=guid'0a1b2c3d-0000-1111-2222-333344445555')", "", "x"},
	} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	g := newGate(f)
	f.Fuzz(func(t *testing.T, method, path, kind, body string) {
		g.send(t, g.world(t), asking{
			method: known(method), address: "http://contoso.sharepoint.com/sites/project-x" + strings.ReplaceAll(path, " ", "%20"), token: g.site, kind: kind, body: body,
		})
	})
}

// FuzzControl sends anything to the control plane: each refusal is a problem document. What waits for events or opens
// listeners is left out.
func FuzzControl(f *testing.F) {
	for _, s := range [][3]string{
		{"POST", "/tokens", `{"as":"adele@contoso.com","app":"` + suite + `","resource":"https://graph.microsoft.com","lifetime":"PT1H","claims":{"x":1}}`},
		{"POST", "/redemptions", `{"url":"https://contoso.sharepoint.com/:f:/s/x/T","as":"carol@fabrikam.com"}`},
		{"POST", "/clock/advance", `{"by":"P1DT2H"}`},
		{"PUT", "/clock", `{"mode":"frozen","now":"2030-01-01T00:00:00Z"}`},
		{"POST", "/worlds", `{"name":"x","from":"main","idle":"PT1M"}`},
		{"POST", "/snapshots", `{"name":"s"}`},
		{"POST", "/snapshots/s/restore", ""},
		{"POST", "/tenants", `{"name":"n","domains":["n.example"],"users":[{"userPrincipalName":"u@n.example"}]}`},
		{"PATCH", "/tenants/contoso.com", `{"profile":"b2b","sharing":{"SharingCapability":"Disabled"},"knownIssues":{"adalB2BSync":true}}`},
		{"POST", "/faults", `{"match":{"method":"GET","path":"/v1.0/*"},"status":429,"retryAfter":3,"times":2}`},
		{"GET", "/explain?url=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2Fproject-x&as=carol%40fabrikam.com", ""},
		{"POST", "/import", "tenants:\n  contoso:\n    users:\n      a: {userPrincipalName: a@contoso.com}\n"},
		{"GET", "/requests?limit=3&format=har", ""},
		{"PUT", "/public-url", `{"url":"http://x.test:1"}`},
		{"PUT", "/lag", `{"delay":"PT5S"}`},
		{"GET", "/mail?to=x", ""},
	} {
		f.Add(s[0], s[1], s[2])
	}
	g := newGate(f)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		var patience time.Duration
		if strings.Contains(path, "events") || strings.Contains(path, "wait") {
			patience = 20 * time.Millisecond // it goes on as long as its client does
		}
		kind := "application/json"
		if strings.HasPrefix(path, "/import") {
			kind = "application/yaml"
		}
		world := g.world(t)
		w := g.send(t, world, asking{method: known(method), address: "http://localhost/_tennantite/v1" + strings.ReplaceAll(path, " ", "%20"), kind: kind, body: body, patience: patience})
		if w != nil && w.Code >= http.StatusBadRequest && w.Header().Get("Content-Type") != "application/problem+json" && strings.HasPrefix(path, "/") && known(method) != http.MethodHead {
			t.Errorf("%s %q %q: %d %s", method, path, body, w.Code, w.Body)
		}
		// Whatever it did, the world can be asked on, and written out.
		for _, path := range []string{"/info", "/tenants", "/export"} {
			if w := g.send(t, world, asking{method: http.MethodGet, address: "http://localhost/_tennantite/v1" + path}); w.Code == http.StatusMisdirectedRequest {
				break // the world was ended
			} else if w.Code != http.StatusOK {
				t.Errorf("after %s %q %q: %s answers %d %s", method, path, body, path, w.Code, w.Body)
			}
		}
	})
}

// FuzzPages sends any cookie and form to the pages of sign-in, redemption and sharing. None of them fails, sends the browser to
// a stranger, or lets him set a header.
func FuzzPages(f *testing.F) {
	flow := "http://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=" + suite + "&response_type=code&redirect_uri=http%3A%2F%2Flocalhost&scope=openid&state="
	for _, s := range [][3]string{
		{flow + "x", "esctx=abc; ESTSAUTHPERSISTENT=abc", ""},
		{"http://login.microsoftonline.com/common/login", "esctx=abc", "ctx=abc&login=adele@contoso.com&passwd=x&canary=1"},
		{"http://login.microsoftonline.com/common/oauth2/deviceauth", "", "user_code=ABC"},
		{"http://login.microsoftonline.com/common/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example", "ESTSAUTHPERSISTENT=abc", ""},
		{"http://contoso.sharepoint.com/_layouts/15/guestaccess.aspx?share=x", "FedAuth=abc", ""},
		{"http://contoso.sharepoint.com/_layouts/15/acceptinvite.aspx?invitation=x", "FedAuth=abc", "csrf=x&kind=organizational"},
		{"http://contoso.sharepoint.com/_forms/default.aspx", "FedAuth=x", "state=abc&code=1.A&id_token=a.b.c"},
		{"http://invitations.microsoft.com/redeem/?tenant=x&user=y&ticket=z&ver=2.0", "", ""},
	} {
		f.Add(s[0], s[1], s[2])
	}
	g := newGate(f)
	f.Fuzz(func(t *testing.T, address, cookie, form string) {
		u, err := url.Parse(address)
		if err != nil {
			return // no client can ask that
		}
		if !strings.HasSuffix(u.Host, ".com") { // the rest of the address is for the door of a host of ours
			u.Scheme, u.Host = "http", "login.microsoftonline.com"
			address = u.String()
		}
		a := asking{method: http.MethodGet, address: address, header: map[string]string{"Cookie": cookie}}
		if form != "" {
			a.method, a.kind, a.body = http.MethodPost, "application/x-www-form-urlencoded", form
		}
		w := g.send(t, g.world(t), a)
		if w == nil || w.Header().Get("Location") == "" {
			return
		}
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || strings.ContainsAny(w.Header().Get("Location"), "\r\n") {
			t.Fatalf("%q %q %q: leads to %q", address, cookie, form, w.Header().Get("Location"))
		}
		host := strings.ToLower(to.Hostname())
		for _, own := range []string{"localhost", "microsoftonline.com", "sharepoint.com", "microsoft.com", "windows.net", "live.com", "office.com", "microsoft365.com", "contoso.com"} {
			if host == "" || host == own || strings.HasSuffix(host, "."+own) {
				return
			}
		}
		if !strings.Contains(fmt.Sprint(u.Hostname()), host) {
			t.Errorf("%q %q %q: leads to %q", address, cookie, form, w.Header().Get("Location"))
		}
	})
}
