package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
)

// The house of the isolation matrix: what its rows ask about.

// house is an emulator whose world main has Contoso with something behind every address.
type house struct {
	tb      testing.TB
	emu     *emulator.Emulator
	other   string // a world that went its own way
	app     string // Contoso's application that may do everything
	admin   string
	real    map[string]string // what stands for a part of a path, by what comes before it
	nowhere map[string]string // the same, of the same form, that exists in no organisation of main
	secrets []string          // texts that only an answer with Contoso's content has
}

// ask sends a request through the front door.
func (h *house) ask(world, method, address, token, body string) (int, string) {
	a := newWire(h.emu, world).send(h.tb, method, address, token, body)
	return a.status, string(a.body)
}

// must is a request that has to succeed; it returns a member of the answer.
func (h *house) must(world, method, address, token, body, path string) string {
	h.tb.Helper()
	status, answer := h.ask(world, method, address, token, body)
	if status/100 != 2 {
		h.tb.Fatalf("%s %s: %d %s", method, address, status, answer)
	}
	if path == "" {
		return ""
	}
	text, ok, err := look([]byte(answer), path)
	if err != nil || !ok {
		h.tb.Fatalf("%s %s has no %s: %s", method, address, path, answer)
	}
	return text
}

func (h *house) mint(world string, request map[string]any) string {
	h.tb.Helper()
	b, err := json.Marshal(request)
	if err != nil {
		h.tb.Fatal(err)
	}
	return h.must(world, http.MethodPost, plane+"tokens", "", string(b), "access_token")
}

const (
	plane       = "http://localhost/_tennantite/v1/"
	contosoSite = "https://contoso.sharepoint.com/sites/project-x"
	design      = "/sites/project-x/Shared Documents/Specs/Design.md"
	fabrikamID  = "d7c9e0a2-58f4-4b1b-8a36-91c5f0b7e3d2"
	adeleID     = "0b1f6a52-3f0e-4d43-9a55-7f1c2d9b6e02"
	meganID     = "0b1f6a52-3f0e-4d43-9a55-7f1c2d9b6e03"
	projectX    = "5c2a7d10-6d3b-4e8f-8a1c-3b9e0f4d7a11"
	suiteObject = "7a4f1e02-5d6c-4b9a-8e3f-1c0d9b8a7f10"
)

func newHouse(t *testing.T) *house {
	t.Helper()
	emu := emulator.Start(t, func(o *emulator.Options) { o.Clock = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC) }) // the same is said twice
	h := &house{tb: t, emu: emu, real: map[string]string{}, nowhere: map[string]string{}}
	w, err := h.emu.Fork("elsewhere", emulator.MainWorld, false)
	must(t, err)
	h.other = w.Name
	h.app = h.mint(emulator.MainWorld, h.as(nil))
	h.admin = h.mint(emulator.MainWorld, h.as(map[string]any{"as": "admin@contoso.onmicrosoft.com"}))
	h.furnish()
	return h
}

// as is a request for a token of Contoso's application, with changes.
func (h *house) as(change map[string]any) map[string]any {
	r := map[string]any{"tenant": "contoso.com", "app": suite, "resource": graphHost}
	maps.Copy(r, change)
	return r
}

// furnish puts something behind every address that an operation can have, and remembers what stands for it.
func (h *house) furnish() {
	const main = emulator.MainWorld
	graph := func(method, path, body, member string) string {
		return h.must(main, method, graphHost+"/beta"+path, h.app, body, member)
	}
	site := graph("GET", "/sites/contoso.sharepoint.com:/sites/project-x", "", "id")
	drive := graph("GET", "/sites/"+site+"/drive", "", "id")
	item := graph("GET", "/drives/"+drive+"/root:/Specs/Design.md", "", "id")
	graph("PUT", "/drives/"+drive+"/items/"+item+"/content", "The secret of the house is a mongoose.", "")
	h.secrets = append(h.secrets, "mongoose", "Zoë", "Megan Bowen", "megan@contoso.com", "Controller")
	link := graph("POST", "/drives/"+drive+"/items/"+item+"/createLink", `{"type": "view", "scope": "organization"}`, "link.webUrl")
	must(h.tb, h.emu.Update(main, func(tx *state.Tx) error {
		tx.PutSubscription(state.Subscription{
			TenantID: contosoID, ID: "3f2504e0-4f89-41d3-9a0c-0305e82c3301", Resource: "users", Container: state.ContainerUsers, ChangeTypes: []string{"updated"},
			NotificationURL: "http://localhost:1/hook", ExpiresAt: tx.Now().Add(time.Hour), UserID: meganID,
		})
		tx.PutSignIn(state.SignIn{TenantID: contosoID, ID: "5a1e6c1e-0000-4000-8000-000000000000", At: tx.Now(), UPN: "megan@contoso.com"})
		return nil
	}))
	maps.Copy(h.real, map[string]string{
		"users": adeleID, "groups": projectX, "directoryObjects": adeleID, "sponsors": meganID, "members": meganID, "owners": adeleID,
		"drives": drive, "items": item, "sites": site, "shares": shareToken(link),
		"applications": suiteObject, "organization": contosoID, "domains": "contoso.com", "partners": fabrikamID,
		"subscriptions": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "authorizationPolicy": "authorizationPolicy", "thumbnails": "0",
		"federatedIdentityCredentials": graph("POST", "/applications/"+suiteObject+"/federatedIdentityCredentials",
			`{"name": "ci", "issuer": "https://token.example", "subject": "repo", "audiences": ["api://AzureADTokenExchange"]}`, "id"),
		"tokenLifetimePolicies": graph("POST", "/policies/tokenLifetimePolicies",
			`{"displayName": "long", "definition": ["{\"TokenLifetimePolicy\":{\"Version\":1,\"AccessTokenLifetime\":\"02:00:00\"}}"]}`, "id"),
		"permissions": graph("POST", "/sites/"+site+"/permissions",
			`{"roles": ["read"], "grantedToIdentities": [{"application": {"id": "`+suite+`", "displayName": "Suite"}}]}`, "id"),
	})
	graph("POST", "/policies/crossTenantAccessPolicy/partners", `{"tenantId": "`+fabrikamID+`"}`, "")
	suiteHere := graph("GET", "/servicePrincipals(appId='"+suite+"')", "", "id")
	graph("POST", "/users/"+adeleID+"/appRoleAssignments",
		`{"principalId": "`+adeleID+`", "resourceId": "`+suiteHere+`", "appRoleId": "00000000-0000-0000-0000-000000000000"}`, "")
	graph("POST", "/legacy/policies", `{"displayName": "old", "type": "B2BManagementPolicy", "definition": ["{\"B2BManagementPolicy\":{}}"]}`, "")
	h.elsewhere()
}

// guest is a person of Fabrikam who was invited to Contoso and came.
func (h *house) guest(address string) (id string) {
	h.tb.Helper()
	const invitation = `{"invitedUserEmailAddress": "%s", "inviteRedirectUrl": "https://contoso.com"}`
	status, answer := h.ask(emulator.MainWorld, http.MethodPost, graphHost+"/v1.0/invitations", h.app, fmt.Sprintf(invitation, address))
	redeem, _, err := look([]byte(answer), "inviteRedeemUrl")
	if err != nil || status != http.StatusCreated {
		h.tb.Fatalf("%d %s", status, answer)
	}
	h.real["invitations"], _, _ = look([]byte(answer), "id")
	return h.must(emulator.MainWorld, http.MethodPost, plane+"redemptions", "", fmt.Sprintf(`{"url": %q, "as": %q}`, redeem, address), "guest.id")
}

// elsewhere learns addresses that exist in no organisation of main, but have the form: those of a library that another world
// has, and others with their letters moved on.
func (h *house) elsewhere() {
	megan := h.mint(h.other, h.as(map[string]any{"as": "megan@contoso.com"}))
	item := h.must(h.other, http.MethodPut, graphHost+"/v1.0/me/drive/root:/there.md:/content", megan, "x", "id")
	drive := h.must(h.other, http.MethodGet, graphHost+"/v1.0/me/drive", megan, "", "id")
	site := h.must(h.other, http.MethodGet, graphHost+"/v1.0/drives/"+drive+"/root?$select=sharepointIds", megan, "", "sharepointIds.siteId")
	h.nowhere = map[string]string{
		"drives": drive, "items": item, "sites": "contoso.sharepoint.com," + site + "," + movedOn(site), "domains": "nowhere.example", "versions": "9.0", "thumbnails": "7",
		"shares": shareToken("https://contoso.sharepoint.com/:t:/s/project-x/" + movedOn("ERvfVhWeOMNBoGNJ0DfOa2UBu3FQtZn2ALgtGPe8LKGQOw")),
	}
}

// movedOn is a text of the same form: each digit and letter is another.
func movedOn(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '8', r >= 'a' && r <= 'e', r >= 'g' && r <= 'y', r >= 'A' && r <= 'Y':
			return r + 1
		case r == '9':
			return '0'
		case r == 'f', r == 'z':
			return 'a'
		case r == 'Z':
			return 'A'
		}
		return r
	}, s)
}

// shareToken is how an address is written below /shares.
func shareToken(address string) string {
	return "u!" + strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(address)), "=")
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// fill puts what stands for them into the places of a path of Graph. What is not known by its name is the first of its
// collection, as an administrator finds it.
func (h *house) fill(template string, with func(path, collection string) string) string {
	h.tb.Helper()
	for _, short := range []struct{ from, to string }{
		{"/me/drive/root", "/drives/{id}/items/{id}"}, {"/me/drives", "/users/{id}/drives"}, {"/me/drive", "/drives/{id}"}, {"/me", "/users/{id}"},
	} {
		if template == short.from || strings.HasPrefix(template, short.from+"/") {
			template = short.to + strings.TrimPrefix(template, short.from)
			break
		}
	}
	var path string
	for part := range strings.SplitSeq(strings.TrimPrefix(template, "/"), "/") {
		switch {
		case strings.HasPrefix(part, "{") && part != "{size}":
			collection := path[strings.LastIndex(path, "/")+1:]
			path += "/" + with(path, collection)
		default:
			part = placeholder.ReplaceAllStringFunc(part, func(p string) string {
				return map[string]string{"{size}": "small", "{token}": "'latest'", "{q}": "'Design'"}[p]
			})
			path += "/" + part
		}
	}
	return path
}

// there is what stands for a member of a collection: what furnish put there, else the first that is found.
func (h *house) there(path, collection string) string {
	v, ok := h.real[collection]
	if !ok {
		v = h.first(path)
		h.real[collection] = v
	}
	return v
}

// nothing is what stands for a member that does not exist, wherever its collection is.
func (h *house) nothing(_, collection string) string {
	if v, ok := h.nowhere[collection]; ok {
		return v
	}
	return movedOn(h.real[collection])
}

// first is the id of the first member of a collection.
func (h *house) first(path string) string {
	h.tb.Helper()
	for _, token := range []string{h.app, h.admin} {
		status, answer := h.ask(emulator.MainWorld, http.MethodGet, graphHost+"/beta"+path, token, "")
		if status == http.StatusOK {
			if id, ok, err := look([]byte(answer), "value.0.id"); err == nil && ok {
				return id
			}
		}
		h.tb.Logf("%s: %d %.300s", path, status, answer)
	}
	h.tb.Errorf("nothing stands behind %s: say in furnish what", path)
	return ""
}
