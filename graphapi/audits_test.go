package graphapi

import (
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

func TestDirectoryAudits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(w.admin)
	admin.call("POST", "/v1.0/invitations", `{"invitedUserEmailAddress":"kim@fabrikam.com","inviteRedirectUrl":"https://myapp.contoso.com"}`).want(201)
	w.advance(time.Hour)
	w.app("User.Invite.All").call("POST", "/v1.0/invitations", `{"invitedUserEmailAddress":"sam@tailspin.com","inviteRedirectUrl":"https://myapp.contoso.com"}`).want(201)
	w.advance(time.Hour)
	admin = w.as(w.admin)
	admin.call("PATCH", "/v1.0/users/"+w.megan.ID, `{"jobTitle":"Engineer"}`).want(204)
	for f, want := range map[string]int{
		"activityDateTime ge 2026-03-02T11:00:00Z":                                             3, // the second invitation with its user, the change
		"activityDateTime lt 2026-03-02T11:00:00Z and loggedByService eq 'Invited Users'":      1,
		"initiatedBy/user/userPrincipalName eq 'ADMIN@contoso.com'":                            3,
		"initiatedBy/user/id eq '" + w.admin.ID + "'":                                          3,
		"targetResources/any(t:t/id eq '" + w.megan.ID + "') and category eq 'UserManagement'": 2,
		"result eq 'failure'": 0,
	} {
		if a := admin.get("/v1.0/auditLogs/directoryAudits?$filter=" + strings.ReplaceAll(f, " ", "%20")).want(200); len(a.rows()) != want {
			t.Errorf("%s: %d entries, want %d\n%s", f, len(a.rows()), want, a.body)
		}
	}
	first := admin.get("/v1.0/auditLogs/directoryAudits?$top=1").want(200)
	next, _ := first.json["@odata.nextLink"].(string)
	second := admin.get(strings.TrimPrefix(next, "https://graph.microsoft.com")).want(200)
	if len(second.rows()) != 1 || first.column("id")[0] == second.column("id")[0] {
		t.Errorf("second page %s", second.body)
	}
	admin.get("/v1.0/auditLogs/directoryAudits/" + first.column("id")[0]).want(200)
	admin.get("/v1.0/auditLogs/directoryAudits/nothing").want(404)
	w.as(w.megan).get("/v1.0/auditLogs/directoryAudits").want(403)
	w.as(w.admin, "User.Read").get("/v1.0/auditLogs/directoryAudits").want(403)
	w.app("AuditLog.Read.All").get("/v1.0/auditLogs/directoryAudits").want(200)
	admin.get("/v1.0/auditLogs/provisioning").want(501)
}

func TestSignIns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.addGuest(w.kim)
	w.update(func(tx *state.Tx) error {
		tx.PutSignIn(state.SignIn{
			TenantID: w.contoso.ID, ID: tx.NewID(), At: tx.Now(), UserID: guest.ID, UserName: guest.DisplayName, UPN: "kim@fabrikam.com",
			UserType: state.Guest, HomeTenantID: w.fabrikam.ID, AppID: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", AppName: "Microsoft Azure CLI",
			ResourceID: "00000003-0000-0000-c000-000000000000", ResourceName: "Microsoft Graph", Interactive: true, IPAddress: "127.0.0.1",
		})
		tx.PutSignIn(state.SignIn{
			TenantID: w.contoso.ID, ID: tx.NewID(), At: tx.Now().Add(time.Minute), UserID: w.megan.ID, UPN: w.megan.UserPrincipalName,
			UserType: state.Member, HomeTenantID: w.contoso.ID, ErrorCode: 50126, FailureReason: "Invalid username or password.",
		})
		return nil
	})
	admin := w.as(w.admin)
	if a := admin.get("/v1.0/auditLogs/signIns").want(200); a.rows()[1]["crossTenantAccessType"] != "b2bCollaboration" || a.rows()[1]["userType"] != "guest" {
		t.Errorf("the older one is the guest's: %s", a.body)
	}
	if a := admin.get("/v1.0/auditLogs/signIns?$filter=status/errorCode%20eq%2050126").want(200); len(a.rows()) != 1 {
		t.Errorf("failures: %s", a.body)
	}
	if a := admin.get("/v1.0/auditLogs/signIns?$top=1&$filter=userPrincipalName%20eq%20'kim@fabrikam.com'").want(200); len(a.rows()) != 1 {
		t.Errorf("the guest's: %s", a.body)
	} else {
		admin.get("/v1.0/auditLogs/signIns/" + a.column("id")[0]).want(200)
	}
	w.as(w.megan).get("/v1.0/auditLogs/signIns").want(403)
}
