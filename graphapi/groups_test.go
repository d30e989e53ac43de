package graphapi

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
)

func ref(id string) string {
	return fmt.Sprintf(`{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/%s"}`, id)
}

func TestGroupMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales := w.addGroup(security("Sales"))
	admin := w.as(w.admin)
	members := "/v1.0/groups/" + sales.ID + "/members"
	admin.call("POST", members+"/$ref", ref(w.megan.ID)).want(204)
	if a := admin.call("POST", members+"/$ref", ref(w.megan.ID)).want(400); a.json["error"].(map[string]any)["message"] !=
		"One or more added object references already exist for the following modified properties: 'members'." {
		t.Errorf("twice: %s", a.body)
	}
	admin.call("POST", members+"/$ref", ref("00000000-1111-2222-3333-444444444444")).want(404)
	w.as(w.lee).call("POST", members+"/$ref", ref(w.lee.ID)).want(403)
	a := admin.get(members).want(200)
	if got := a.column("id"); !slices.Equal(got, []string{w.megan.ID}) || a.rows()[0]["@odata.type"] != "#microsoft.graph.user" {
		t.Errorf("members: %s", a.body)
	}
	if a := admin.get(members + "/microsoft.graph.group").want(200); len(a.rows()) != 0 {
		t.Errorf("groups among the members: %s", a.body)
	}
	if a := admin.advanced().get(members + "/$count").want(200); a.body != "1" {
		t.Errorf("count %q", a.body)
	}
	admin.get(members + "/$count").want(400)
	admin.get(members + "?$filter=displayName%20eq%20'x'").want(400)
	admin.call("DELETE", members+"/"+w.megan.ID+"/$ref", "").want(204)
	admin.call("DELETE", members+"/"+w.megan.ID+"/$ref", "").want(404)
	admin.get("/v1.0/users/" + w.megan.ID).want(200)
	owners := "/v1.0/groups/" + sales.ID + "/owners"
	admin.call("DELETE", owners+"/"+w.admin.ID+"/$ref", "").want(400)
	admin.call("POST", owners+"/$ref", fmt.Sprintf(`{"@odata.id":"https://graph.microsoft.com/v1.0/users/%s"}`, w.lee.ID)).want(204)
	w.as(w.lee).call("POST", members+"/$ref", ref(w.lee.ID)).want(204)
	admin.call("DELETE", owners+"/"+w.admin.ID+"/$ref", "").want(204)
}

func TestGroupCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	a := admin.call("POST", "/v1.0/groups", fmt.Sprintf(`{"displayName":"Ops","mailEnabled":false,"mailNickname":"ops","securityEnabled":true,
		"members@odata.bind":["https://graph.microsoft.com/v1.0/users/%s","https://graph.microsoft.com/v1.0/users('lee@contoso.com')"]}`, w.megan.ID)).want(201)
	id := a.json["id"].(string)
	if got := admin.get("/v1.0/groups/" + id + "/members?$orderby=displayName").status; got != 400 {
		t.Errorf("sorting members without advanced queries: %d", got)
	}
	if got := admin.advanced().get("/v1.0/groups/" + id + "/members?$orderby=displayName&$count=true").want(200).column("displayName"); !slices.Equal(got, []string{"Lee", "Megan"}) {
		t.Errorf("members %v", got)
	}
	if got := admin.get("/v1.0/groups/" + id + "/owners").want(200).column("id"); !slices.Equal(got, []string{w.admin.ID}) {
		t.Errorf("owners %v", got)
	}
	for body, status := range map[string]int{
		`{"displayName":"x","mailEnabled":false,"securityEnabled":true}`:                                                                                 400,
		`{"displayName":"x","mailEnabled":true,"mailNickname":"x","securityEnabled":true}`:                                                               400,
		`{"displayName":"x","mailEnabled":false,"mailNickname":"x@y","securityEnabled":true}`:                                                            400,
		`{"displayName":"x","mailEnabled":false,"mailNickname":"x","securityEnabled":true,"groupTypes":["DynamicMembership"]}`:                           400,
		`{"displayName":"x","mailEnabled":false,"mailNickname":"x","securityEnabled":true,"groupTypes":["DynamicMembership"],"membershipRule":"user.x"}`: 400,
		`{"displayName":"x","mailEnabled":false,"mailNickname":"x","securityEnabled":true,"isAssignableToRole":true}`:                                    201,
		`{"displayName":"x","mailEnabled":false,"mailNickname":"x","securityEnabled":true,"visibility":"HiddenMembership"}`:                              400,
	} {
		if a := admin.call("POST", "/v1.0/groups", body); a.status != status {
			t.Errorf("%s\n%d %s", body, a.status, a.body)
		}
	}
	w.as(w.addGuest(w.kim)).call("POST", "/v1.0/groups", `{"displayName":"x","mailEnabled":false,"mailNickname":"x","securityEnabled":true}`).want(403)
}

func TestDynamicGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	g := w.addGroup(state.Group{DisplayName: "Guests", SecurityEnabled: true, MembershipRule: `user.userType -eq "Guest"`})
	kim := w.addGuest(w.kim)
	members := "/v1.0/groups/" + g.ID + "/members"
	if got := admin.get(members).want(200).column("id"); !slices.Equal(got, []string{kim.ID}) {
		t.Errorf("members %v", got)
	}
	admin.call("POST", members+"/$ref", ref(w.megan.ID)).want(400)
	admin.call("DELETE", members+"/"+kim.ID+"/$ref", "").want(400)
	admin.call("PATCH", "/v1.0/users/"+kim.ID, `{"userType":"Member"}`).want(204)
	if a := admin.get(members).want(200); len(a.rows()) != 0 {
		t.Errorf("somebody who is a member now: %s", a.body)
	}
	admin.call("PATCH", "/v1.0/groups/"+g.ID, `{"membershipRule":"user.mail -endsWith \"fabrikam.com\""}`).want(204)
	if got := admin.get(members).want(200).column("id"); !slices.Equal(got, []string{kim.ID}) {
		t.Errorf("by the new rule: %v", got)
	}
	admin.call("PATCH", "/v1.0/groups/"+g.ID, `{"membershipRuleProcessingState":"Paused"}`).want(204)
	admin.call("PATCH", "/v1.0/users/"+kim.ID, `{"mail":"kim@elsewhere.example"}`).want(204)
	if a := admin.get(members).want(200); len(a.rows()) != 1 {
		t.Errorf("a paused group changed: %s", a.body)
	}
	admin.call("PATCH", "/v1.0/groups/"+g.ID, `{"membershipRule":"user.mail -is \"x\""}`).want(400)
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inner := w.addGroup(security("Inner"), w.megan.ID)
	outer := w.addGroup(security("Outer"), inner.ID)
	admin := w.as(w.admin)
	user := "/v1.0/users/" + w.megan.ID
	if got := admin.get(user + "/memberOf").want(200).column("id"); !slices.Equal(got, []string{inner.ID}) {
		t.Errorf("memberOf %v", got)
	}
	if a := admin.advanced().get(user + "/transitiveMemberOf/microsoft.graph.group/$count").want(200); a.body != "2" {
		t.Errorf("transitive %q", a.body)
	}
	if got := admin.get("/v1.0/users/" + w.admin.ID + "/memberOf").want(200).column("@odata.type"); !slices.Equal(got, []string{"#microsoft.graph.directoryRole"}) {
		t.Errorf("the administrator is in %v", got)
	}
	for call, want := range map[string]int{
		`getMemberGroups|{"securityEnabledOnly":true}`:                            2,
		`getMemberObjects|{"securityEnabledOnly":false}`:                          2,
		fmt.Sprintf(`checkMemberGroups|{"groupIds":["%s","x"]}`, outer.ID):        1,
		fmt.Sprintf(`checkMemberObjects|{"ids":["%s","%s"]}`, outer.ID, inner.ID): 2,
	} {
		var action, body string
		for i, c := range call {
			if c == '|' {
				action, body = call[:i], call[i+1:]
			}
		}
		a := admin.call("POST", user+"/"+action, body).want(200)
		if got := len(a.json["value"].([]any)); got != want {
			t.Errorf("%s: %d, want %d\n%s", call, got, want, a.body)
		}
	}
	admin.call("POST", user+"/checkMemberGroups", `{}`).want(400)
	if got := admin.get("/v1.0/groups/" + outer.ID + "/transitiveMembers/microsoft.graph.user").want(200).column("id"); !slices.Equal(got, []string{w.megan.ID}) {
		t.Errorf("transitive members %v", got)
	}
	a := admin.call("POST", "/v1.0/directoryObjects/getByIds", fmt.Sprintf(`{"ids":["%s","%s","x"],"types":["user","group"]}`, w.megan.ID, outer.ID)).want(200)
	if got := a.column("@odata.type"); !slices.Equal(got, []string{"#microsoft.graph.user", "#microsoft.graph.group"}) {
		t.Errorf("getByIds: %v", got)
	}
	if a := admin.get("/v1.0/groups/" + inner.ID + "?$expand=members($select=displayName)&$select=id").want(200); fmt.Sprint(a.json["members"]) != "[map[@odata.type:#microsoft.graph.user displayName:Megan]]" {
		t.Errorf("expanded: %s", a.body)
	}
}

func TestManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	manager := "/v1.0/users/" + w.megan.ID + "/manager"
	admin.get(manager).want(404)
	admin.call("PUT", manager+"/$ref", ref(w.lee.ID)).want(204)
	if a := admin.get(manager).want(200); a.json["id"] != w.lee.ID {
		t.Errorf("manager: %s", a.body)
	}
	if got := admin.get("/v1.0/users/" + w.lee.ID + "/directReports").want(200).column("id"); !slices.Equal(got, []string{w.megan.ID}) {
		t.Errorf("reports %v", got)
	}
	if a := admin.get("/v1.0/users/" + w.megan.ID + "?$select=id&$expand=manager($select=id)").want(200); a.json["manager"].(map[string]any)["id"] != w.lee.ID {
		t.Errorf("expanded: %s", a.body)
	}
	admin.call("PUT", "/v1.0/users/"+w.lee.ID+"/manager/$ref", ref(w.admin.ID)).want(204)
	a := admin.get("/v1.0/users/" + w.megan.ID + "?$select=displayName&$expand=manager($levels=max;$select=displayName)").want(200)
	if got := fmt.Sprint(a.json["manager"]); !strings.Contains(got, "Lee") || !strings.Contains(got, "Admin") {
		t.Errorf("all superiors: %s", a.body)
	}
	admin.get("/v1.0/users/" + w.megan.ID + "?$expand=manager($levels=none)").want(400)
	admin.call("DELETE", manager+"/$ref", "").want(204)
	admin.call("DELETE", manager+"/$ref", "").want(404)
}

func TestGuestsSeeLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kim := w.as(w.addGuest(w.kim))
	set := func(role string) {
		w.update(func(tx *state.Tx) error {
			c, _ := tx.Tenant(w.contoso.ID)
			c.Authorization.GuestUserRoleID = role
			tx.PutTenant(c)
			return nil
		})
	}
	kim.get("/v1.0/me?$select=id,userType").want(200)
	kim.get("/v1.0/users").want(403)
	kim.get("/v1.0/groups").want(403)
	w.update(func(tx *state.Tx) error {
		u, _ := tx.User(w.contoso.ID, w.megan.ID)
		u.Department = "Secret"
		tx.PutUser(u)
		return nil
	})
	megan := "/v1.0/users/" + w.megan.ID + "?$select=displayName,department"
	if a := kim.get(megan).want(200); a.json["displayName"] != "Megan" || a.json["department"] != nil {
		t.Errorf("a limited guest sees %s", a.body)
	}
	settings := []string{"/v1.0/policies/authorizationPolicy", "/v1.0/directoryRoles", "/v1.0/subscribedSkus", "/v1.0/roleManagement/directory/roleAssignments"}
	for _, path := range settings {
		kim.get(path).want(403)
	}
	kim.call("POST", "/v1.0/directoryObjects/"+w.megan.ID+"/getMemberGroups", `{"securityEnabledOnly": false}`).want(403)
	kim.get("/v1.0/directoryObjects/" + w.megan.ID).want(200)
	set("2af84b1e-32c8-42b7-82bc-daa82404023b")
	kim.get(megan).want(403)
	kim.get("/v1.0/directoryObjects/" + w.megan.ID).want(403)
	set("a0b1b346-4d3e-4e8b-98f8-753987be4970")
	if a := kim.get(megan).want(200); a.json["department"] != "Secret" {
		t.Errorf("a guest like a member sees %s", a.body)
	}
	for _, path := range settings {
		kim.get(path).want(200)
	}
	kim.get("/v1.0/users").want(200)
}
