package emulator_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/graphapi"
	"github.com/tennantite/tennantite/spoapi"
)

// The isolation matrix: every operation that a face declares, asked by everybody who must not have an answer, about what
// exists in Contoso and about the same that exists nowhere. A new operation is a new row: it is in the tree.

// stranger is somebody who is not to see or change what is Contoso's.
type stranger struct {
	name              string
	graph, sharePoint string // tokens
	// refused is a token that is good nowhere in this world; the service says no more than that.
	refused bool
	// guest may look up people and groups that he knows, so that an address which exists may be told from one that does not.
	guest bool
	// roleless is an application whose token carries no role that anything asks for.
	roleless bool
}

// strangers are everybody who is to learn nothing.
func (h *house) strangers() []stranger {
	const main = emulator.MainWorld
	both := func(world string, change map[string]any) (string, string) {
		at := func(resource string) string {
			r := h.as(change)
			r["resource"] = resource
			return h.mint(world, r)
		}
		if change["tenant"] == "fabrikam.com" { // as good as another organisation's token can be made
			graph := at(graphHost)
			change["claims"] = map[string]any{"aud": "https://contoso.sharepoint.com"}
			return graph, at("https://fabrikam.sharepoint.com")
		}
		return at(graphHost), at("https://contoso.sharepoint.com")
	}
	const admin = "admin@contoso.onmicrosoft.com"
	h.guest("carol@fabrikam.com")
	dave := h.guest("dave@fabrikam.com")
	all := []stranger{
		{name: "nobody", refused: true},
		{name: "expired", refused: true},
		{name: "foreign key", refused: true},
		{name: "other world", refused: true},
		{name: "removed guest", refused: true},
		{name: "other tenant's application"},
		{name: "member at home"},
		{name: "application without a role", roleless: true},
		{name: "guest without a grant", guest: true},
	}
	for i, of := range []struct {
		world  string
		change map[string]any
	}{
		{},
		{main, map[string]any{"as": admin, "expiresIn": -60}},
		{main, map[string]any{"as": admin, "signature": "invalid"}},
		{h.other, map[string]any{"as": admin}},
		{main, map[string]any{"as": "dave@fabrikam.com"}},
		{main, map[string]any{"tenant": "fabrikam.com"}},
		{main, map[string]any{"tenant": "fabrikam.com", "as": "carol@fabrikam.com"}},
		{main, map[string]any{"claims": map[string]any{"roles": []string{"Nothing.Do"}, "appidacr": "2"}}},
		{main, map[string]any{"as": "carol@fabrikam.com"}},
	} {
		if of.world != "" {
			all[i].graph, all[i].sharePoint = both(of.world, of.change)
		}
	}
	h.must(main, http.MethodDelete, graphHost+"/v1.0/users/"+dave, h.app, "", "")
	h.real["deletedItems"] = dave
	return all
}

// varying is what differs between two answers that say the same.
var varying = regexp.MustCompile(`[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z?`)

func (h *house) said(answer string, path string) string {
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\'' || r == '(' || r == ')' }) {
		if len(part) > 8 || strings.ContainsAny(part, ".@") {
			answer = strings.ReplaceAll(answer, part, "it")
		}
	}
	return varying.ReplaceAllString(answer, "it")
}

// contoso is what a world's export says of Contoso.
func (h *house) contoso() string {
	text, err := h.emu.Export(emulator.MainWorld)
	must(h.tb, err)
	var world struct{ Tenants map[string]any }
	must(h.tb, yaml.Unmarshal(text, &world))
	if world.Tenants["contoso"] == nil {
		h.tb.Fatal("the export has no Contoso")
	}
	b, err := json.Marshal(world.Tenants["contoso"])
	must(h.tb, err)
	return string(b)
}

// trespass is one question of the matrix: an operation asked by a stranger.
type trespass struct {
	h      *house
	by     stranger
	op     odata.Declared
	base   string
	token  string
	there  string // the path
	status int
	answer string
	same   bool // as asked about what is nowhere
}

// ask fills it in.
func (c trespass) ask(nowhere string) trespass {
	body := "{}"
	switch {
	case c.op.Name == processQuery:
		body = tenantProperties
	case c.op.Method == http.MethodGet, c.op.Method == http.MethodDelete:
		body = ""
	}
	c.status, c.answer = c.h.ask(emulator.MainWorld, c.op.Method, c.base+c.there, c.token, body)
	status, answer := c.h.ask(emulator.MainWorld, c.op.Method, c.base+nowhere, c.token, body)
	c.same = status == c.status && c.h.said(answer, nowhere) == c.h.said(c.answer, c.there)
	return c
}

// check holds it to what every stranger is owed: nothing.
func (c trespass) check(t *testing.T) {
	t.Helper()
	wrong := func(what string) {
		t.Errorf("%s, %s %s (%s): %s\n%d %.300s", c.by.name, c.op.Method, c.there, c.op.Name, what, c.status, c.answer)
	}
	for _, secret := range c.h.secrets {
		if strings.Contains(c.answer, secret) && (!c.by.guest || !slices.Contains(knownToGuests, secret)) {
			wrong("it tells " + secret)
		}
	}
	switch {
	case c.by.refused && c.status != http.StatusUnauthorized:
		wrong("the token is good for something")
	case !c.by.guest && !c.same:
		wrong("what exists is told from what does not")
	}
}

// knownToGuests is what a guest may read of people and groups that he knows ("Default user permissions").
var knownToGuests = []string{"Zoë", "Megan Bowen", "megan@contoso.com"}

// everywhere are collections whose members every organisation has, under the same names.
var everywhere = regexp.MustCompile(`^/(directoryRoleTemplates|identityProviders|policies/authorizationPolicy|roleManagement/directory/roleDefinitions|` +
	`authenticationMethodsPolicy/authenticationMethodConfigurations)/\{id\}`)

// closedToGuests is what a guest has no permission for at all ("Default user permissions": roles, subscriptions, policies),
// and the logs, which ask for a role.
var closedToGuests = regexp.MustCompile(`^/(admin|auditLogs|authenticationMethodsPolicy|directory|directoryRoles|directoryRoleTemplates|identityProviders|legacy|policies|` +
	`roleManagement|subscribedSkus)\b`)

// anyToken stands in place of permissions where every token of the resource will do: the operation is about the caller himself.
const anyToken = "any token"

func TestIsolationMatrix(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	strangers := h.strangers()
	before := h.contoso()
	rows := h.graphRows(t)
	for _, s := range strangers {
		t.Run("Graph/"+s.name, func(t *testing.T) { h.onGraph(t, s, rows) })
		t.Run("drives of SharePoint/"+s.name, func(t *testing.T) { h.onDrives(t, s, rows) })
		t.Run("SharePoint/"+s.name, func(t *testing.T) { h.onSharePoint(t, s) })
	}
	if now := h.contoso(); now != before {
		t.Errorf("strangers have changed Contoso:\n%s\n%s", before, now)
	}
}

// row is an operation of Graph with what it is asked about.
type row struct {
	odata.Declared
	there, nowhere string
}

// graphRows are all operations of Graph but those whose address is the secret; of these, see TestSecretAddresses.
func (h *house) graphRows(t *testing.T) (rows []row) {
	t.Helper()
	ops, err := graphapi.Operations()
	must(t, err)
	for _, o := range ops {
		if slices.ContainsFunc(o.Delegated, func(p string) bool { return strings.HasPrefix(p, "no token") }) {
			continue
		}
		r := row{Declared: o, there: h.fill(o.Template, h.there)}
		r.nowhere = h.fill(o.Template, h.nothing)
		if everywhere.MatchString(o.Template) {
			r.nowhere = r.there
		}
		rows = append(rows, r)
	}
	return rows
}

func (h *house) onGraph(t *testing.T, s stranger, rows []row) {
	t.Helper()
	for _, r := range rows {
		c := trespass{h: h, by: s, op: r.Declared, base: graphHost + "/beta", token: s.graph, there: r.there}.ask(r.nowhere)
		c.check(t)
		switch {
		case s.roleless && c.status < 400 && !slices.Contains(r.Application, anyToken):
			t.Errorf("an application without a role, %s %s: %d %.200s", r.Method, c.there, c.status, c.answer)
		case s.guest && closedToGuests.MatchString(r.Template) && (c.status < 400 || !c.same):
			t.Errorf("a guest, %s %s: %d %.200s", r.Method, c.there, c.status, c.answer)
		case s.guest && isContent(c.there) && c.status < 400:
			t.Errorf("a guest without a grant, %s %s: %d %.200s", r.Method, c.there, c.status, c.answer)
		}
	}
}

// isContent tells whether a path of Graph leads to files and sites.
func isContent(path string) bool {
	for _, prefix := range []string{"/drives/", "/sites/", "/shares/"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// onDrives asks the Graph-shaped drives of a SharePoint host, which take that host's tokens.
func (h *house) onDrives(t *testing.T, s stranger, rows []row) {
	t.Helper()
	for _, r := range rows {
		if !strings.HasPrefix(r.there, "/drives/") {
			continue
		}
		c := trespass{h: h, by: s, op: r.Declared, base: contosoSite + "/_api/v2.0", token: s.sharePoint, there: r.there}.ask(r.nowhere)
		c.check(t)
		if c.status < 400 {
			t.Errorf("%s, %s %s: %d %.200s", s.name, r.Method, c.there, c.status, c.answer)
		}
	}
}

// processQuery is the one address of CSOM, which is no operation of the tree; it is asked for the tenant's settings.
const (
	processQuery     = "ProcessQuery"
	tenantProperties = `<Request xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009" SchemaVersion="15.0.0.0" LibraryVersion="16.0.0.0">` +
		`<Actions><ObjectPath Id="2" ObjectPathId="1"/><Query Id="3" ObjectPathId="1"><Query SelectAllProperties="true"><Properties/></Query></Query></Actions>` +
		`<ObjectPaths><Constructor Id="1" TypeId="{268004ae-ef6b-4e9b-8425-127220d84719}"/></ObjectPaths></Request>`
)

// tellsNothing are the functions of SharePoint that answer anybody of the organisation's directory, asked for nothing in
// particular: what they say is the same for all, or empty.
var tellsNothing = []string{
	"contextinfo", "SP.Site.Exists", "SP.Web.GetSharingLinkKind", "SP.Sharing.WebSharingManager.UpdateWebSharingInformation",
	"SP.Sharing.DocumentSharingManager.GetRoleDefinition", "SP.Sharing.DocumentSharingManager.IsDocumentSharingEnabled",
	"SP.Sharing.DocumentSharingManager.RemoveItemsFromSharedWithMeView", "SP.ObjectSharingInformation.CanCurrentUserShare",
	processQuery, "peoplePicker.search", "peoplePicker.resolve", "search.query", "search.postquery", "SPSiteManager.status", "GroupSiteManager.GetSiteStatus",
}

func (h *house) onSharePoint(t *testing.T, s stranger) {
	t.Helper()
	ops, err := spoapi.Operations()
	must(t, err)
	ops = append(ops, odata.Declared{Name: processQuery, Method: http.MethodPost, Template: "/../_vti_bin/client.svc/ProcessQuery"})
	for _, o := range ops {
		c := trespass{h: h, by: s, op: o, base: contosoSite + "/_api", token: s.sharePoint, there: arguments(o.Template, "there")}
		if beside, ok := strings.CutPrefix(o.Template, "/.."); ok {
			c.base, c.there = contosoSite, beside
		}
		c = c.ask(strings.TrimPrefix(arguments(o.Template, "nowhere"), "/.."))
		c.check(t)
		inside := strings.HasPrefix(o.Template, "/web") || strings.HasPrefix(o.Template, "/site") || strings.HasPrefix(o.Template, "/lists")
		if o.Name == processQuery && c.status == http.StatusOK && !strings.Contains(c.answer, `"ErrorInfo":{`) { // where CSOM says what failed
			t.Errorf("%s, %s: %d %.200s", s.name, c.there, c.status, c.answer)
		}
		switch {
		case s.guest && inside && (c.status != http.StatusForbidden || !c.same):
			t.Errorf("a guest without a grant, %s %s: %d %.200s", o.Method, c.there, c.status, c.answer)
		case (s.guest || s.roleless) && !inside && c.status < 400 && !slices.Contains(tellsNothing, o.Name):
			t.Errorf("%s, %s %s: %d %.200s", s.name, o.Method, c.there, c.status, c.answer)
		}
	}
}

// arguments puts values into the parentheses of SharePoint's functions: what is there, or nowhere.
func arguments(template, which string) string {
	return placeholder.ReplaceAllStringFunc(template, func(p string) string {
		values, ok := map[string][2]string{
			"{strUrl}":     {"'/sites/project-x/Shared Documents'", "'/sites/project-x/Nowhere'"},
			"{decodedUrl}": {"'" + design + "'", "'/sites/project-x/Shared Documents/nowhere.md'"},
			"{url}":        {"'" + contosoSite + "'", "'" + contosoSite + "'"},
		}[p]
		if !ok { // a number, or what may be anything
			values = [2]string{"1", "4711"}
		}
		if which == "there" {
			return strings.ReplaceAll(values[0], " ", "%20")
		}
		return strings.ReplaceAll(values[1], " ", "%20")
	})
}
