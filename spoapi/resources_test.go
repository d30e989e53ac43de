package spoapi

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// step is one call with what must come of it.
type step struct {
	name         string
	method, path string
	as, body     string
	accept       string
	status       int
	want         string // a part of the answer; beginning with =, the whole
}

// run makes the calls one after the other on one world.
func (h *host) run(rows []step) {
	h.tb.Helper()
	for _, r := range rows {
		status, body := h.text(r.method, r.path, ask{as: r.as, body: r.body, accept: r.accept})
		whole, exact := strings.CutPrefix(r.want, "=")
		if status != r.status || exact && body != whole || !exact && !strings.Contains(body, r.want) {
			h.tb.Errorf("%s (%s %s): %d %s\nwant %d %s", r.name, r.method, r.path, status, body, r.status, r.want)
		}
	}
}

const notAllowed = "-2147024891, System.UnauthorizedAccessException"

func TestUsers(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.update(func(tx *state.Tx) error {
		system := directory.SystemPrincipal(contosoID)
		guest, err := directory.AddGuest(tx, system, directory.GuestSpec{TenantID: contosoID, Email: "carol@fabrikam.com"})
		if err != nil {
			return err
		}
		_, err = directory.AddGroup(tx, system, state.Group{TenantID: contosoID, ID: "5c2a7d10-6d3b-4e8f-8a1c-3b9e0f4d7a11", DisplayName: "Sales", MailNickname: "sales", SecurityEnabled: true})
		_ = guest
		return err
	})
	const pradeep = `"LoginName":"i:0#.f|membership|pradeep@contoso.com","Title":"pradeep@contoso.com","PrincipalType":1,"Email":"pradeep@contoso.com","Expiration":"","IsEmailAuthenticationGuestUser":false,"IsShareByEmailGuestUser":false,"IsSiteAdmin":false,"UserId":{"NameId":"`
	h.run([]step{
		{"a member by address", "POST", "web/EnsureUser", "", `{"logonName":"PRADEEP@contoso.com"}`, "", 200, pradeep},
		{"in the address", "POST", "web/ensureUser(logonName='i:0%23.f|membership|pradeep@contoso.com')", "", "", "", 200, pradeep},
		{"a guest", "POST", "web/ensureuser", "", `{"logonName":"carol@fabrikam.com"}`, "", 200, `"LoginName":"i:0#.f|membership|carol_fabrikam.com#ext#@contoso.onmicrosoft.com","Title":"carol@fabrikam.com","PrincipalType":1,"Email":"carol@fabrikam.com","Expiration":"","IsEmailAuthenticationGuestUser":false,"IsShareByEmailGuestUser":true,"IsSiteAdmin":false,"UserId":null`},
		{"a security group", "POST", "web/ensureuser", "", `{"logonName":"c:0t.c|tenant|5c2a7d10-6d3b-4e8f-8a1c-3b9e0f4d7a11"}`, "", 200, `"Title":"Sales","PrincipalType":4`},
		{"everyone but externals", "POST", "web/ensureuser", "", `{"logonName":"c:0-.f|rolemanager|spo-grid-all-users/` + contosoID + `"}`, "", 200, `"Title":"Everyone except external users","PrincipalType":4`},
		{"another organisation's everyone", "POST", "web/ensureuser", "", `{"logonName":"c:0-.f|rolemanager|spo-grid-all-users/` + fabrikamID + `"}`, "", 400, "could not be found."},
		{"nobody", "POST", "web/ensureuser", "", `{"logonName":"i:0#.f|membership|ghost@contoso.com"}`, "", 400, `={"odata.error":{"code":"-2146232832, Microsoft.SharePoint.SPException","message":{"lang":"en-US","value":"The specified user i:0#.f|membership|ghost@contoso.com could not be found."}}}`},
		{"by a visitor", "POST", "web/ensureuser", "vera@contoso.com", `{"logonName":"lee@contoso.com"}`, "", 403, notAllowed},
		{"malformed", "POST", "web/ensureuser", "", `{"logonName":`, "", 400, "Invalid JSON"},
		{"by login name", "GET", "web/siteusers/getbyloginname(@v)?@v='i%3A0%23.f%7Cmembership%7Cpradeep%40contoso.com'", "", "", "", 200, pradeep},
		{"by key", "GET", "web/siteusers('i:0%23.f|membership|pradeep@contoso.com')", "", "", "", 200, pradeep},
		{"by address", "GET", "web/siteusers/GetByEmail('pradeep@contoso.com')", "", "", "", 200, pradeep},
		{"by filter", "GET", "web/siteusers?$filter=UserPrincipalName eq ('pradeep@contoso.com')&$select=Email", "", "", "", 200, `={"value":[{"Email":"pradeep@contoso.com"}]}`},
		{"a number too much", "GET", "web/siteusers/getbyid(4711)", "", "", "", 500, "User cannot be found."},
		{"no number", "GET", "web/siteusers/getbyid('x')", "", "", "", 400, "InvalidClientQueryException"},
		{"seen by a stranger", "GET", "web/siteusers", "pradeep@contoso.com", "", "", 403, notAllowed},
		{"removed by a member", "POST", "web/siteusers/removebyloginname('i:0%23.f|membership|pradeep@contoso.com')", "lee@contoso.com", "", "", 403, notAllowed},
		{"removed", "POST", "web/siteusers/removebyloginname('i:0%23.f|membership|pradeep@contoso.com')", "", "", "", 200, `={"odata.null":true}`},
		{"gone", "GET", "web/siteusers/GetByEmail('pradeep@contoso.com')", "", "", "", 500, "User cannot be found."},
		{"verbose", "GET", "web/currentuser?$select=Title&$expand=Groups", "", "", "verbose", 200, `"Groups":{"results":[{"__metadata":`},
	})
}

func TestGroups(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	var made struct {
		ID int `json:"Id"`
	}
	h.must("POST", "web/sitegroups", ask{body: `{"__metadata":{"type":"SP.Group"},"Title":"Partners","Description":"from outside"}`, accept: "nometadata"}, &made)
	group := fmt.Sprintf("web/sitegroups(%d)", made.ID)
	lee := `{"LoginName":"i:0#.f|membership|lee@contoso.com"}`
	h.run([]step{
		{"a taken title", "POST", "web/sitegroups", "", `{"Title":"partners"}`, "", 400, "The specified name is already in use."},
		{"no title", "POST", "web/sitegroups", "", `{}`, "", 400, "InvalidClientQueryException"},
		{"a property that groups lack", "POST", "web/sitegroups", "", `{"Title":"x","Colour":"blue"}`, "", 400, "The property 'Colour' does not exist on type 'SP.Group'."},
		{"made by a member", "POST", "web/sitegroups", "lee@contoso.com", `{"Title":"Mine"}`, "", 403, notAllowed},
		{"a member added", "POST", group + "/users", "", lee, "", 201, `"LoginName":"i:0#.f|membership|lee@contoso.com"`},
		{"somebody unknown", "POST", group + "/users", "", `{"LoginName":"ghost@contoso.com"}`, "", 400, "could not be found."},
		{"its members", "GET", group + "/users?$select=Email", "", "", "", 200, `={"value":[{"Email":"lee@contoso.com"}]}`},
		{"his groups", "GET", "web/siteusers/getbyemail('lee@contoso.com')/groups?$select=Title", "", "", "", 200, `={"value":[{"Title":"Marketing Members"},{"Title":"Partners"}]}`},
		{"a member adds", "POST", group + "/users", "lee@contoso.com", `{"LoginName":"vera@contoso.com"}`, "", 403, notAllowed},
		{"its members may decide", "PATCH", group, "", `{"AllowMembersEditMembership":true}`, "", 200, "="},
		{"now a member adds", "POST", group + "/users", "lee@contoso.com", `{"LoginName":"vera@contoso.com"}`, "", 201, "vera@contoso.com"},
		{"taken out", "POST", group + "/users/removeByLoginName(@LoginName)?@LoginName='i%3A0%23.f%7Cmembership%7Cvera%40contoso.com'", "", "", "", 200, "odata.null"},
		{"by name", "GET", "web/sitegroups/getbyname('Partners')?$select=Title,OwnerTitle", "", "", "", 200, `={"Title":"Partners","OwnerTitle":"megan@contoso.com"}`},
		{"removed", "POST", "web/sitegroups/removebyid('" + fmt.Sprint(made.ID) + "')", "", "", "", 200, `={"odata.null":true}`},
		{"missing", "GET", group, "", "", "", 404, `={"odata.error":{"code":"-2146232832, Microsoft.SharePoint.SPException","message":{"lang":"en-US","value":"Group cannot be found."}}}`},
		{"owners", "GET", "web/AssociatedOwnerGroup?$select=Id", "", "", "", 200, `={"Id":3}`},
		{"visitors", "GET", "web/associatedvisitorgroup?$select=Id", "", "", "", 200, `={"Id":4}`},
	})
}

func TestRoles(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.must("POST", "web/getFolderByServerRelativePath(decodedUrl='"+library+"')/Files/Add(url='secret.txt',overwrite=true)", ask{body: "hush"}, nil)
	h.must("POST", "web/ensureuser", ask{body: `{"logonName":"pradeep@contoso.com"}`}, nil)
	var pradeep struct {
		ID int `json:"Id"`
	}
	h.must("GET", "web/siteusers/getbyemail('pradeep@contoso.com')", ask{}, &pradeep)
	const file = "web/GetFileByServerRelativePath(decodedUrl='" + library + "/secret.txt')"
	item := "web/lists/getByTitle('Documents')/items(1)"
	assign := func(verb string, level int) string {
		return fmt.Sprintf("%s/roleassignments/%sroleassignment(principalid='%d',roledefid=%d)", item, verb, pradeep.ID, level)
	}
	h.run([]step{
		{"by type", "GET", "web/roledefinitions/getbytype(3)?$select=Id,Name", "", "", "", 200, `={"Id":1073741827,"Name":"Contribute"}`},
		{"by filter", "GET", "web/roledefinitions?$select=Id&$top=1&$filter=RoleTypeKind eq 2", "", "", "", 200, `={"value":[{"Id":1073741826}]}`},
		{"inherited", "GET", item + "/HasUniqueRoleAssignments", "", "", "", 200, `={"value":false}`},
		{"where it comes from", "GET", item + "/FirstUniqueAncestorSecurableObject?$select=Title", "", "", "", 200, `={"Title":"Marketing"}`},
		{"assigned where it inherits", "POST", assign("add", 1073741826), "", "", "", 400, "inherits permissions"},
		{"a stranger", "GET", file, "pradeep@contoso.com", "", "", 403, notAllowed},
		{"broken by a member", "POST", item + "/breakroleinheritance(true)", "lee@contoso.com", "", "", 403, notAllowed},
		{"broken", "POST", item + "/breakroleinheritance(copyroleassignments=true,clearsubscopes=true)", "", "", "", 200, `={"odata.null":true}`},
		{"unique", "GET", item + "/HasUniqueRoleAssignments", "", "", "", 200, `={"value":true}`},
		{"a level that is none", "POST", assign("add", 1), "", "", "", 404, "role definition"},
		{"a principal that is none", "POST", item + "/roleassignments/addroleassignment(principalid=4711,roledefid=1073741826)", "", "", "", 404, "principal"},
		{"assigned", "POST", assign("add", 1073741826), "", "", "", 200, `={"odata.null":true}`},
		{"he reads", "GET", file + "/$value", "pradeep@contoso.com", "", "", 200, "=hush"},
		{"he opens the web", "GET", "web?$select=Title", "pradeep@contoso.com", "", "", 200, `={"Title":"Marketing"}`},
		{"he sees what he may", "GET", "web/lists/getByTitle('Documents')/items?$select=Id", "pradeep@contoso.com", "", "", 200, `"Id":1`},
		{"he sees no rights", "GET", item + "/roleassignments", "pradeep@contoso.com", "", "", 403, notAllowed},
		{"his assignment", "GET", fmt.Sprintf("%s/roleassignments(%d)?$expand=Member,RoleDefinitionBindings&$select=Member/Email,RoleDefinitionBindings/Name", item, pradeep.ID), "", "", "", 200, `={"Member":{"Email":"pradeep@contoso.com"},"RoleDefinitionBindings":[{"Name":"Read"}]}`},
		{"one more level", "POST", assign("add", 1073741827), "", "", "", 200, `odata.null`},
		{"he writes", "PUT", file + "/$value", "pradeep@contoso.com", "his", "", 200, "="},
		{"the level taken away", "POST", assign("remove", 1073741827), "", "", "", 200, "odata.null"},
		{"he writes no more", "PUT", file + "/$value", "pradeep@contoso.com", "his", "", 403, notAllowed},
		{"all taken away", "POST", fmt.Sprintf("%s/roleassignments/removeroleassignment(principalid=%d)", item, pradeep.ID), "", "", "", 200, "odata.null"},
		{"he reads no more", "GET", file + "/$value", "pradeep@contoso.com", "", "", 403, notAllowed},
		{"reset", "POST", item + "/resetroleinheritance", "", "", "", 200, `={"odata.null":true}`},
		{"inherited again", "POST", item + "/HasUniqueRoleAssignments", "", "", "verbose", 200, `={"d":{"HasUniqueRoleAssignments":false}}`},
		{"shared by a link", "POST", item + "/shareLink", "", `{"request":{"createLink":true,"settings":{"linkKind":2}}}`, "", 200, "sharingLinkInfo"},
		{"unique by the share", "GET", item + "/HasUniqueRoleAssignments", "", "", "", 200, `={"value":true}`},
		{"the link's hidden group is assigned", "GET", item + "/roleassignments?$expand=Member&$select=Member/Title", "", "", "", 200, "SharingLinks."},
		{"so are the site's groups", "GET", item + "/roleassignments?$expand=Member&$select=Member/Title", "", "", "", 200, "Marketing Members"},
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	list := "web/lists/getByTitle('Tasks')"
	h.run([]step{
		{"missing", "GET", list + "?$select=Title", "", "", "", 404, `={"odata.error":{"code":"-1, System.ArgumentException","message":{"lang":"en-US","value":"List 'Tasks' does not exist at site with URL 'https://contoso.sharepoint.com/sites/marketing'."}}}`},
		{"made", "POST", "web/lists", "", `{"__metadata":{"type":"SP.List"},"Title":"Tasks","BaseTemplate":100,"Description":"to do"}`, "", 201, `"BaseTemplate":100,"BaseType":0`},
		{"taken", "POST", "web/lists", "", `{"Title":"tasks","BaseTemplate":100}`, "", 500, `"code":"-2130575342, Microsoft.SharePoint.SPException"`},
		{"made by a visitor", "POST", "web/lists", "vera@contoso.com", `{"Title":"Mine"}`, "", 403, notAllowed},
		{"a column", "POST", list + "/fields", "", `{"Title":"Weight","FieldTypeKind":9}`, "", 201, `"InternalName":"Weight"`},
		{"a column of XML", "POST", list + "/fields/createfieldasxml", "", `{"parameters":{"SchemaXml":"<Field Type=\"Text\" DisplayName=\"Place\" Name=\"Place\"/>"}}`, "", 201, `"TypeAsString":"Text"`},
		{"a column twice", "POST", list + "/fields", "", `{"Title":"Weight","FieldTypeKind":9}`, "", 400, "duplicate field name"},
		{"an item", "POST", list + "/items", "", `{"Title":"First","Weight":3}`, "", 201, `"Title":"First","Weight":3`},
		{"another one", "POST", list + "/items", "lee@contoso.com", `{"Title":"Second","Weight":1}`, "", 201, `"Id":2`},
		{"a column that is none", "POST", list + "/items", "", `{"Title":"x","Colour":"blue"}`, "", 400, "The property 'Colour' does not exist on type 'SP.Data.TasksListItem'."},
		{"written by a visitor", "POST", list + "/items", "vera@contoso.com", `{"Title":"x"}`, "", 403, notAllowed},
		{"sorted and filtered", "GET", list + "/items?$select=Title&$orderby=Weight&$filter=Weight lt 5", "", "", "", 200, `={"value":[{"odata.etag":"\"1\"","Title":"Second"},{"odata.etag":"\"1\"","Title":"First"}]}`},
		{"the author", "GET", list + "/items(2)?$select=Author/Email&$expand=Author", "", "", "", 200, `"Author":{"Email":"lee@contoso.com"}`},
		{"a page", "GET", list + "/items?$select=Id&$top=1", "", "", "", 200, `/items?%24skiptoken=Paged%3dTRUE%26p_ID%3d1&%24select=Id&%24top=1"`},
		{"the next page", "GET", list + "/items?%24skiptoken=Paged%3dTRUE%26p_ID%3d1&%24select=Id&%24top=1", "", "", "", 200, `={"value":[{"odata.etag":"\"1\"","Id":2,"ID":2}]}`},
		{"a broken token", "GET", list + "/items?$skiptoken=x", "", "", "", 400, "skiptoken"},
		{"changed", "PATCH", list + "/items(1)", "", `{"__metadata":{"type":"SP.Data.TasksListItem"},"Title":"Done"}`, "", 200, "="},
		{"as text", "GET", list + "/items(1)/FieldValuesAsText?$select=Title,Weight", "", "", "", 200, `={"Title":"Done","Weight":"3"}`},
		{"by form", "POST", list + "/items(1)/ValidateUpdateListItem", "", `{"formValues":[{"FieldName":"Title","FieldValue":"Form"},{"FieldName":"Colour","FieldValue":"x"}]}`, "", 200, `"FieldName":"Title","FieldValue":"Form","HasException":false`},
		{"by CAML", "POST", list + "/GetItems?$select=Title", "", `{"query":{"ViewXml":"<View><Query><Where><Geq><FieldRef Name='Weight'/><Value Type='Number'>2</Value></Geq></Where></Query></View>"}}`, "", 200, `={"value":[{"odata.etag":"\"3\"","Title":"Form"}]}`},
		{"missing item", "GET", list + "/items(99)", "", "", "", 404, "Item does not exist"},
		{"deleted", "DELETE", list + "/items(2)", "", "", "", 200, "="},
		{"renamed", "PATCH", list, "", `{"Title":"Chores"}`, "", 200, "="},
		{"counted", "GET", "web/lists/getByTitle('Chores')?$select=ItemCount,EntityTypeName", "", "", "", 200, `={"EntityTypeName":"TasksList","ItemCount":1}`},
		{"by path", "GET", "web/GetList('/sites/marketing/Lists/Tasks')?$select=Title", "", "", "", 200, `={"Title":"Chores"}`},
		{"outside of the web", "GET", "web/GetList('/sites/other/Lists/Tasks')", "", "", "", 400, "Server relative urls must start with SPWeb.ServerRelativeUrl"},
		{"the default library", "GET", "web/DefaultDocumentLibrary?$select=Title", "", "", "", 200, `={"Title":"Documents"}`},
		{"which stays", "DELETE", "web/DefaultDocumentLibrary", "", "", "", 400, "cannot be deleted"},
		{"deleted by a tunnel", "DELETE", "web/lists/getByTitle('Chores')", "", "", "", 200, "="},
		{"gone", "GET", "web/lists/getByTitle('Chores')", "", "", "", 404, "does not exist at site"},
	})
}

// What two writers do at once is told apart by the tag of the item.
func TestItemTags(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.must("POST", "web/lists", ask{body: `{"Title":"Tasks","BaseTemplate":100}`}, nil)
	h.must("POST", "web/lists/getbytitle('Tasks')/items", ask{body: `{"Title":"a"}`}, nil)
	const item = "web/lists/getbytitle('Tasks')/items(1)"
	tag := h.do("GET", item, ask{}).Header.Get("ETag")
	for _, tt := range []struct {
		tag    string
		status int
	}{{`"7"`, 412}, {tag, 200}, {tag, 412}, {"*", 200}} {
		if status, body := h.text("POST", item, ask{body: `{"Title":"b"}`, header: map[string]string{"X-HTTP-Method": "MERGE", "IF-Match": tt.tag}}); status != tt.status {
			t.Errorf("If-Match %s: %d %s, want %d", tt.tag, status, body, tt.status)
		}
	}
}
