package spoapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

func systemOf(tenant string) directory.Principal { return directory.SystemPrincipal(tenant) }

const adminURL = "https://contoso-admin.sharepoint.com"

// as asks the administration's host as somebody; its tokens are not those of the sites' host.
func (h *host) as(who, body string) ask {
	h.tb.Helper()
	var m tokens.Minted
	h.update(func(tx *state.Tx) (err error) {
		m, err = h.service.Mint(tx, tokens.MintRequest{TenantID: contosoID, As: who, Resource: adminURL, Scopes: []string{allSitesFull}})
		return err
	})
	return ask{body: body, header: map[string]string{"Authorization": "Bearer " + m.Token}}
}

// query sends a ProcessQuery request and returns the answer's array.
func (h *host) query(as, host, actions, paths string) []any {
	h.tb.Helper()
	text := `<Request SchemaVersion="15.0.0.0" LibraryVersion="16.0.0.0" ApplicationName="test" xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009">` +
		`<Actions>` + actions + `</Actions><ObjectPaths>` + paths + `</ObjectPaths></Request>`
	status, body := h.text("POST", host+"/_vti_bin/client.svc/ProcessQuery", h.as(as, text))
	var out []any
	if err := json.Unmarshal([]byte(body), &out); status != 200 || err != nil || len(out) == 0 {
		h.tb.Fatalf("ProcessQuery: %d %s", status, body)
	}
	return out
}

// faultOf is the type of a failure, "" for none.
func faultOf(answer []any) string {
	info, _ := answer[0].(map[string]any)["ErrorInfo"].(map[string]any)
	name, _ := info["ErrorTypeName"].(string)
	return name
}

const (
	everything  = `<Query SelectAllProperties="true"><Properties/></Query>`
	theTenant   = `<Constructor Id="3" TypeId="{268004ae-ef6b-4e9b-8425-127220d84719}"/>`
	tenantByID  = `<Identity Id="7" Name="5c2f7a9f-b0c1-5000-9d0e-2f6c4d1a7b33|908bed80-a04a-4433-b4a0-883d9847d110:` + contosoID + `&#xA;Tenant"/>`
	theExternal = `<Constructor Id="105" TypeId="{e45fd516-a408-4ca4-b6dc-268e2f1f0f83}"/>`
)

func TestProcessQueryTenant(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	admin := "admin@contoso.com"
	set := func(name, value string) string {
		return fmt.Sprintf(`<SetProperty Id="42" ObjectPathId="7" Name=%q><Parameter Type="String">%s</Parameter></SetProperty>`, name, value)
	}
	// Every value arrives as text, and no Update follows.
	if got := h.query(admin, adminURL, set("SharingCapability", "1")+set("PreventExternalUsersFromResharing", "true")+set("SharingAllowedDomainList", "fabrikam.com adatum.com"), tenantByID); len(got) != 1 || faultOf(got) != "" {
		t.Fatalf("set: %v", got)
	}
	got := h.query(admin, adminURL, `<ObjectPath Id="4" ObjectPathId="3"/><Query Id="5" ObjectPathId="3">`+everything+`</Query>`, theTenant)
	if len(got) != 5 {
		t.Fatalf("the object is not the fifth element: %v", got)
	}
	o := got[4].(map[string]any)
	for name, want := range map[string]any{
		"_ObjectType_": "Microsoft.Online.SharePoint.TenantAdministration.Tenant", "SharingCapability": 1.0, "PreventExternalUsersFromResharing": true,
		"SharingAllowedDomainList": "fabrikam.com adatum.com", "EnableAzureADB2BIntegration": false, "HideDefaultThemes": false,
	} {
		if o[name] != want {
			t.Errorf("%s is %v, want %v", name, o[name], want)
		}
	}
	for name, c := range map[string]struct{ as, host, actions, paths, want string }{
		"an unknown property":              {admin, adminURL, set("Colour", "blue"), tenantByID, "Microsoft.SharePoint.Client.InvalidClientQueryException"},
		"a value that it never has":        {admin, adminURL, set("SharingCapability", "9"), tenantByID, "System.ArgumentException"},
		"somebody who is no administrator": {"megan@contoso.com", adminURL, `<ObjectPath Id="4" ObjectPathId="3"/>`, theTenant, "System.UnauthorizedAccessException"},
		"another class":                    {admin, adminURL, `<ObjectPath Id="4" ObjectPathId="3"/>`, strings.ReplaceAll(theTenant, "268004ae", "268004af"), "Microsoft.SharePoint.Client.InvalidClientQueryException"},
	} {
		if got := faultOf(h.query(c.as, c.host, c.actions, c.paths)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	// A request that fails leaves nothing behind.
	h.query(admin, adminURL, set("SharingCapability", "0")+set("Colour", "blue"), tenantByID)
	h.update(func(tx *state.Tx) error {
		if c, _ := tx.Tenant(contosoID); c.Sharing.SharingCapability != state.ExternalUserSharingOnly {
			t.Errorf("half of a failed request stayed: %v", c.Sharing.SharingCapability)
		}
		return nil
	})
}

func TestProcessQuerySites(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	admin := "admin@contoso.com"
	identity := `<Identity Id="5" Name="aaaa|908BED80-A04A-4433-B4A0-883D9847D110:` + contosoID + `&#xA;SiteProperties&#xA;https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2Fmarketing"/>`
	got := h.query(admin, adminURL, `<SetProperty Id="27" ObjectPathId="5" Name="SharingCapability"><Parameter Type="Enum">1</Parameter></SetProperty>`+
		`<ObjectPath Id="14" ObjectPathId="13"/><ObjectIdentityQuery Id="15" ObjectPathId="5"/><Query Id="16" ObjectPathId="13">`+everything+`</Query>`,
		identity+`<Method Id="13" ParentId="5" Name="Update"/>`)
	if len(got) != 7 || got[6].(map[string]any)["IsComplete"] != true {
		t.Fatalf("site set: %v", got)
	}
	operation, _ := got[6].(map[string]any)["_ObjectIdentity_"].(string)
	poll := h.query(admin, adminURL, `<Query Id="1" ObjectPathId="2">`+everything+`</Query>`, `<Identity Id="2" Name="`+strings.ReplaceAll(operation, "\n", "&#xA;")+`"/>`)
	if poll[2].(map[string]any)["IsComplete"] != true {
		t.Errorf("polled: %v", poll)
	}
	var site struct {
		SharingCapability, SiteDefinedSharingCapability int
		Url                                             string
	}
	h.must("POST", adminURL+"/_api/SPO.Tenant/GetSitePropertiesByUrl", h.as(admin, `{"url":"`+siteURL+`","includeDetail":true}`), &site)
	if site.SharingCapability != 1 || site.SiteDefinedSharingCapability != 1 || site.Url != siteURL {
		t.Errorf("the site's properties: %+v", site)
	}
	list := h.query(admin, adminURL, `<Query Id="5" ObjectPathId="4">`+everything+`<ChildItemQuery SelectAllProperties="true"><Properties/></ChildItemQuery></Query>`,
		theTenant+`<Method Id="4" ParentId="3" Name="GetSitePropertiesFromSharePointByFilters"><Parameters><Parameter TypeId="{b92aeee2-c92c-4b67-abcc-024e471bc140}">`+
			`<Property Name="Filter" Type="String">Url -like "/sites/mark"</Property><Property Name="StartIndex" Type="String">0</Property></Parameter></Parameters></Method>`)
	o := list[2].(map[string]any)
	if items := o["_Child_Items_"].([]any); len(items) != 1 || o["NextStartIndexFromSharePoint"] != nil {
		t.Errorf("sites that match: %v", o)
	}
	missing := h.query(admin, adminURL, `<ObjectPath Id="5" ObjectPathId="4"/>`, theTenant+`<Method Id="4" ParentId="3" Name="GetSitePropertiesByUrl"><Parameters><Parameter Type="String">`+siteURL+`x</Parameter></Parameters></Method>`)
	if faultOf(missing) != "Microsoft.Online.SharePoint.Common.SpoNoSiteException" {
		t.Errorf("a site that is not there: %v", missing)
	}
	if status, _ := h.text("POST", adminURL+"/_api/SPO.Tenant/GetSitePropertiesByUrl", h.as("megan@contoso.com", `{"url":"`+siteURL+`"}`)); status != 403 {
		t.Errorf("an owner of the site asks the administration: %d", status)
	}
}

func TestExternalUsers(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	admin := "admin@contoso.com"
	h.update(func(tx *state.Tx) error {
		for _, name := range []string{"carol", "dave"} {
			home, err := directory.AddUser(tx, systemOf(fabrikamID), state.User{TenantID: fabrikamID, DisplayName: name, UserPrincipalName: name + "@fabrikam.com", Mail: name + "@fabrikam.com", AccountEnabled: true})
			if err != nil {
				return err
			}
			guest, err := directory.AddGuest(tx, systemOf(contosoID), directory.GuestSpec{TenantID: contosoID, Email: name + "@fabrikam.com"})
			if err != nil {
				return err
			}
			if name == "dave" {
				continue // invited, has not come yet
			}
			if _, err := directory.CompleteRedemption(tx, guest, directory.Account(home)); err != nil {
				return err
			}
		}
		return nil
	})
	list := func(call string) map[string]any {
		got := h.query(admin, adminURL, `<Query Id="110" ObjectPathId="108"><Query SelectAllProperties="false"><Properties><Property Name="TotalUserCount" ScalarProperty="true"/>`+
			`<Property Name="UserCollectionPosition" ScalarProperty="true"/><Property Name="ExternalUserCollection"><Query SelectAllProperties="false"><Properties/></Query>`+
			`<ChildItemQuery SelectAllProperties="true"><Properties/></ChildItemQuery></Property></Properties></Query></Query>`, call+theExternal)
		return got[2].(map[string]any)
	}
	const four = `<Parameters>%s<Parameter Type="Int32">0</Parameter><Parameter Type="Int32">10</Parameter><Parameter Type="String">%s</Parameter><Parameter Type="Enum">0</Parameter></Parameters>`
	all := list(`<Method Id="108" ParentId="105" Name="GetExternalUsers">` + fmt.Sprintf(four, "", "") + `</Method>`)
	if all["TotalUserCount"] != 1.0 || all["UserCollectionPosition"] != -1.0 {
		t.Fatalf("all: %v", all)
	}
	user := all["ExternalUserCollection"].(map[string]any)["_Child_Items_"].([]any)[0].(map[string]any)
	id, _ := user["UniqueId"].(string)
	if user["InvitedAs"] != "carol@fabrikam.com" || !strings.HasPrefix(id, "1003") || user["WhenCreated"] != "/Date(2026,10,25,9,0,0,0)/" {
		t.Errorf("the guest: %v", user)
	}
	if none := list(`<Method Id="108" ParentId="105" Name="GetExternalUsers">` + fmt.Sprintf(four, "", "zo") + `</Method>`); none["TotalUserCount"] != 0.0 {
		t.Errorf("with another beginning: %v", none)
	}
	if none := list(`<Method Id="108" ParentId="105" Name="GetExternalUsersForSite">` + fmt.Sprintf(four, `<Parameter Type="String">`+siteURL+`</Parameter>`, "") + `</Method>`); none["TotalUserCount"] != 0.0 {
		t.Errorf("of a site that nobody entered: %v", none)
	}
	const office = adminURL + "/_api/Microsoft.Online.SharePoint.TenantManagement.Office365Tenant/"
	if status, _ := h.text("POST", office+"GetExternalUsers", h.as(admin, `{"position":0,"pageSize":51}`)); status != 400 {
		t.Errorf("a page of 51: %d", status)
	}
	var removed wireRemovedExternals
	h.must("POST", office+"RemoveExternalUsers", h.as(admin, `{"uniqueIds":["`+strings.ToLower(id)+`","1003000000000000"]}`), &removed)
	if len(removed.Succeeded) != 1 || len(removed.Failed) != 1 {
		t.Errorf("removed: %+v", removed)
	}
	h.update(func(tx *state.Tx) error {
		if _, ok := directory.GuestOf(tx, contosoID, "carol@fabrikam.com"); ok {
			t.Error("the guest is in the directory still")
		}
		return nil
	})
}

func TestPendingInvitations(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	h.must("POST", "SP.Web.ShareObject", share(siteURL, "carol@fabrikam.com", "role:1073741826"), nil)
	call := func(name string) []any {
		return h.query("admin@contoso.com", adminURL, `<Method Name="`+name+`" Id="3" ObjectPathId="3"><Parameters><Parameter Type="String">`+siteURL+`</Parameter>`+
			`<Parameter Type="String">carol@fabrikam.com</Parameter><Parameter Type="Boolean">false</Parameter></Parameters></Method>`, theTenant)
	}
	count := func(answer []any) int { return len(answer[2].(map[string]any)["_Child_Items_"].([]any)) }
	if n := count(call("GetSPOTenantSiteUserInvitations")); n != 1 {
		t.Errorf("%d pending, want 1", n)
	}
	if n := count(call("RemoveSPOTenantSiteUserInvitations")); n != 1 {
		t.Errorf("%d withdrawn, want 1", n)
	}
	if n := count(call("GetSPOTenantSiteUserInvitations")); n != 0 {
		t.Errorf("%d left, want none", n)
	}
}
