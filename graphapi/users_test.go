package graphapi

import (
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
)

func TestMe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.as(w.megan, "User.Read").get("/v1.0/me").want(200)
	if a.json["userPrincipalName"] != "megan@contoso.com" || a.json["id"] != w.megan.ID {
		t.Errorf("me: %s", a.body)
	}
	if _, there := a.json["userType"]; there {
		t.Error("userType comes only when it is selected")
	}
	if got := a.json["@odata.context"]; got != "https://graph.microsoft.com/v1.0/$metadata#users/$entity" {
		t.Errorf("context %v", got)
	}
	if a := w.as(w.megan).get("/v1.0/me/displayName/$value").want(200); a.body != "Megan" {
		t.Errorf("displayName %q", a.body)
	}
	w.app().get("/v1.0/me").want(400)
}

func TestUsersList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addGuest(w.kim)
	admin := w.as(w.admin)
	for query, want := range map[string][]string{
		"$filter=userType eq 'Guest'":                                       {"kim@fabrikam.com"},
		"$filter=mail eq 'MEGAN@contoso.com'":                               {"megan@contoso.com"},
		"$filter=startswith(displayName,'le')":                              {"lee@contoso.com"},
		"$filter=userPrincipalName eq 'lee@contoso.com' or mail eq 'x@y.z'": {"lee@contoso.com"},
		"$filter=otherMails/any(m:m eq 'kim@fabrikam.com')":                 {"kim@fabrikam.com"},
		"$filter=proxyAddresses/any(p:p eq 'smtp:megan@contoso.com')":       {"megan@contoso.com"},
		"$filter=userType eq 'Member'&$top=1&$select=mail,userType":         {"?"},
		"$orderby=displayName":                                              {"admin@contoso.com", "kim@fabrikam.com", "lee@contoso.com", "megan@contoso.com"},
		"$orderby=displayName desc&$select=mail":                            {"megan@contoso.com", "lee@contoso.com", "kim@fabrikam.com", "admin@contoso.com"},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			got := admin.get("/v1.0/users?" + strings.ReplaceAll(query, " ", "%20")).want(200).column("mail")
			if len(want) == 1 && want[0] == "?" {
				if len(got) != 1 {
					t.Errorf("got %v, want one", got)
				}
				return
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestUsersQueriesRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	for query, want := range map[string]string{
		"$search=\"displayName:meg\"":                      "Request_UnsupportedQuery",
		"$filter=userType eq 'Guest'&$orderby=displayName": "Request_UnsupportedQuery",
		"$filter=endsWith(mail,'x')":                       "Request_UnsupportedQuery",
		"$filter=userType ne 'Guest'":                      "Request_UnsupportedQuery",
		"$filter=not(userType eq 'Guest')":                 "Request_UnsupportedQuery",
		"$filter=id ge 'x'":                                "Request_UnsupportedQuery",
		"$filter=externalUserState in ('Accepted')":        "Request_UnsupportedQuery",
		"$filter=contains(displayName,'x')":                "Request_UnsupportedQuery",
		"$filter=shoeSize eq 44":                           "Request_BadRequest",
		"$filter=displayName eq":                           "Request_BadRequest",
		"$select=shoeSize":                                 "Request_BadRequest",
		"$expand=shoes":                                    "ExpandNotSupported",
		"$top=0":                                           "Request_BadRequest",
		"$skip=1":                                          "Request_UnsupportedQuery",
		"$skiptoken=x":                                     "Request_BadRequest",
		"$select=skills":                                   "NotEmulated",
		"$apply=x":                                         "Request_UnsupportedQuery",
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			a := admin.get("/v1.0/users?" + strings.NewReplacer(" ", "%20", `"`, "%22").Replace(query))
			if a.code() != want {
				t.Errorf("%d %s\nwant code %s", a.status, a.body, want)
			}
		})
	}
	for _, query := range []string{
		"$search=%22displayName:meg%22", "$count=true&$filter=endsWith(mail,'x')", "$count=true&$filter=userType%20ne%20'Guest'",
		"$count=true&$filter=not(userType%20eq%20'Guest')&$orderby=displayName",
		"$count=true&$filter=assignedLicenses/$count%20ne%200", "$count=true&$orderby=createdDateTime%20desc",
		"$search=%22displayName:meg%22%20OR%20%22mail:lee%22", "$filter=createdDateTime%20ge%202020-01-01T00:00:00Z",
		"$filter=accountEnabled%20eq%20true", "$filter=mail%20in%20('a@b.c','d@e.f')", "$count=true&$filter=companyName%20eq%20null",
		"$filter=identities/any(c:c/issuerAssignedId%20eq%20'x'%20and%20c/issuer%20eq%20'contoso.com')",
		"$filter=startswith(displayName,'M')%20or%20startswith(givenName,'M')", "$filter=creationType%20eq%20'Invitation'",
		"$filter=assignedLicenses/any(x:x/skuId%20eq%20184efa21-98c3-4e5d-95ab-d07053a96e67)&$top=999",
	} {
		admin.advanced().get("/v1.0/users?" + query).want(200)
	}
}

func TestUsersPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(func(tx *state.Tx) error {
		for _, name := range []string{"ann", "bob", "cay", "dan", "eve"} {
			w.addUser(tx, w.contoso, name)
		}
		return nil
	})
	admin := w.as(w.admin)
	for _, query := range []string{"$top=3", "$top=3&$orderby=displayName", "$top=3&$orderby=displayName%20desc", "$top=3&$select=displayName"} {
		var names []string
		next := "/v1.0/users?" + query
		for pages := 0; next != ""; pages++ {
			if pages > 3 {
				t.Fatal("no end")
			}
			a := admin.get(next).want(200)
			names = append(names, a.column("displayName")...)
			link, _ := a.json["@odata.nextLink"].(string)
			next = strings.TrimPrefix(link, "https://graph.microsoft.com")
		}
		unsorted := slices.Clone(names)
		slices.Sort(names)
		if want := []string{"Admin", "Ann", "Bob", "Cay", "Dan", "Eve", "Lee", "Megan"}; !slices.Equal(names, want) {
			t.Errorf("%s: %v, want %v", query, unsorted, want)
		}
	}
}

func TestUserLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	const adele = `{"@odata.type":"#microsoft.graph.user","accountEnabled":true,"displayName":"Adele","mailNickname":"adele",
		"userPrincipalName":"adele@contoso.com","passwordProfile":{"password":"xWwvJ-6NMw+bWH"}}`
	a := admin.call("POST", "/v1.0/users", adele).want(201)
	id, _ := a.json["id"].(string)
	if got, want := a.header.Get("Location"), "https://graph.microsoft.com/v1.0/users/"+id; got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
	if a := admin.call("POST", "/v1.0/users", adele).want(400); a.code() != "Request_BadRequest" || !strings.Contains(a.body, `"details":[{"code":"ObjectConflict"`) {
		t.Errorf("conflict: %s", a.body)
	}
	w.as(w.megan).call("POST", "/v1.0/users", adele).want(403)
	admin.call("PATCH", "/v1.0/users/"+id, `{"jobTitle":"Lead","department":null,"otherMails":["a@b.example"]}`).want(204)
	if a := admin.get("/v1.0/users/" + id + "?$select=jobTitle,otherMails,department").want(200); a.json["jobTitle"] != "Lead" || a.json["department"] != nil {
		t.Errorf("changed: %s", a.body)
	}
	for body, code := range map[string]string{
		`{"shoeSize":44}`: "Request_BadRequest", `{"id":"x"}`: "Request_BadRequest", `{"displayName":44}`: "Request_BadRequest",
		`{`: "Request_BadRequest", ``: "Request_BadRequest", `{"displayName":null}`: "Request_BadRequest",
	} {
		if a := admin.call("PATCH", "/v1.0/users/"+id, body).want(400); a.code() != code {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	admin.call("DELETE", "/v1.0/users/"+id, "").want(204)
	if a := admin.get("/v1.0/users/" + id).want(404); a.code() != "Request_ResourceNotFound" {
		t.Errorf("deleted: %s", a.body)
	}
	if got := admin.get("/v1.0/directory/deletedItems/microsoft.graph.user").want(200).column("id"); !slices.Equal(got, []string{id}) {
		t.Errorf("recycle bin: %v", got)
	}
	if a := admin.call("POST", "/v1.0/directory/deletedItems/"+id+"/restore", "").want(200); a.json["@odata.type"] != "#microsoft.graph.user" {
		t.Errorf("restored: %s", a.body)
	}
	admin.get("/v1.0/users/adele@contoso.com").want(200)
}

func TestUserChangesAreForAdministrators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	megan := w.as(w.megan)
	megan.call("PATCH", "/v1.0/users/"+w.lee.ID, `{"jobTitle":"x"}`).want(403)
	megan.call("PATCH", "/v1.0/me", `{"jobTitle":"x"}`).want(403)
	megan.call("PATCH", "/v1.0/me", `{"mobilePhone":"123","skills":["Go"]}`).want(204)
	megan.call("DELETE", "/v1.0/users/"+w.lee.ID, "").want(403)
	w.as(w.megan, "User.Read").get("/v1.0/users/" + w.lee.ID).want(403)
	w.as(w.megan, "User.Read").get("/v1.0/users/" + w.megan.ID).want(200)
	for path, others := range map[string]int{"/memberOf": 403, "/manager": 403, "/photo": 403, "": 403} {
		w.as(w.megan, "User.Read").get("/v1.0/users/" + w.lee.ID + path).want(others)
	}
	w.as(w.megan, "User.Read").get("/v1.0/me/memberOf").want(200)
	w.as(w.megan, "User.Read").call("POST", "/v1.0/users/"+w.lee.ID+"/getMemberGroups", `{"securityEnabledOnly":true}`).want(403)
	w.as(w.megan, "GroupMember.Read.All").get("/v1.0/users/" + w.lee.ID + "/memberOf").want(200)
	w.as(w.admin, "User.Read").get("/v1.0/users").want(403)
}

// TestSpellings are the ways in which the SDKs write addresses.
func TestSpellings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.addGuest(w.kim)
	admin := w.as(w.admin)
	for path, want := range map[string]string{
		"/v1.0/users/megan%40contoso.com":                                w.megan.ID,
		"/v1.0/users/MEGAN@contoso.com":                                  w.megan.ID,
		"/v1.0/users('megan@contoso.com')":                               w.megan.ID,
		"/v1.0/users(userPrincipalName='megan%40contoso.com')":           w.megan.ID,
		"/v1.0/users/" + strings.ToUpper(w.megan.ID):                     w.megan.ID,
		"/beta/users/" + w.megan.ID + "/":                                w.megan.ID,
		"/v1.0/users/" + w.megan.ID + "/microsoft.graph.user?$select=id": w.megan.ID,
		"/v1.0/users/kim_fabrikam.com%23EXT%23@contoso.onmicrosoft.com":  guest.ID,
	} {
		if a := admin.get(path).want(200); a.json["id"] != want {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	for _, path := range []string{"/v1.0/users/delta()", "/v1.0/users/microsoft.graph.delta()", "/v1.0/users/delta?$deltaToken=latest", "/v1.0/users/delta(token='latest')"} {
		admin.get(path).want(200)
	}
	if a := admin.get("/beta/users/" + w.megan.ID).want(200); a.json["userType"] != "Member" || a.json["accountEnabled"] != true {
		t.Errorf("beta answers %s", a.body)
	}
}
