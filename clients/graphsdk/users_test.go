package graphsdk_test

import (
	"slices"
	"testing"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

func TestUsers(t *testing.T) {
	t.Parallel()
	c := client(t)
	made := must(c.Users().Post(t.Context(), newUser("quinn"), nil))(t)
	id := *made.GetId()
	same(t, "@odata.type", made.GetOdataType(), "#microsoft.graph.user")

	change := models.NewUser()
	change.SetJobTitle(new("Übersetzerin"))
	change.SetDepartment(new("Languages"))
	must(c.Users().ByUserId(id).Patch(t.Context(), change, nil))(t)
	u := must(c.Users().ByUserId(id).Get(t.Context(), &users.UserItemRequestBuilderGetRequestConfiguration{QueryParameters: &users.UserItemRequestBuilderGetQueryParameters{
		Select: []string{"jobTitle", "department", "userType", "createdDateTime", "accountEnabled"},
	}}))(t)
	same(t, "jobTitle", u.GetJobTitle(), "Übersetzerin")
	same(t, "department", u.GetDepartment(), "Languages")
	same(t, "userType", u.GetUserType(), "Member")
	same(t, "accountEnabled", u.GetAccountEnabled(), true)
	if u.GetCreatedDateTime() == nil || u.GetDisplayName() != nil {
		t.Errorf("created %v, displayName %v", u.GetCreatedDateTime(), u.GetDisplayName())
	}

	ok(t, c.Users().ByUserId(id).Manager().Ref().Put(t.Context(), managerOf(megan), nil))
	boss, is := must(c.Users().ByUserId(id).Manager().Get(t.Context(), nil))(t).(models.Userable)
	if !is || value(boss.GetDisplayName()) != "Megan Bowen" {
		t.Errorf("manager %v", boss)
	}
}

func managerOf(id string) models.ReferenceUpdateable {
	r := models.NewReferenceUpdate()
	r.SetOdataId(new(graphRoot + "/users/" + id))
	return r
}

func TestDeletedUsers(t *testing.T) {
	t.Parallel()
	c := client(t)
	bin := c.Directory().DeletedItems()
	ok(t, c.Users().ByUserId(alex).Delete(t.Context(), nil))
	_, err := c.Users().ByUserId(alex).Get(t.Context(), nil)
	fails(t, err, 404, "Request_ResourceNotFound")

	all := must(bin.GraphUser().Get(t.Context(), nil))(t).GetValue()
	if got := names(all); !slices.Equal(got, []string{"Alex Wilber"}) {
		t.Errorf("deleted: %q", got)
	}
	gone, is := must(bin.ByDirectoryObjectId(alex).Get(t.Context(), nil))(t).(models.Userable)
	if !is {
		t.Fatal("what was deleted is no user any more")
	}
	same(t, "displayName", gone.GetDisplayName(), "Alex Wilber")
	back := must(bin.ByDirectoryObjectId(alex).Restore().Post(t.Context(), nil))(t)
	same(t, "id", back.GetId(), alex)
	u := must(c.Users().ByUserId("alex@contoso.com").Get(t.Context(), nil))(t)
	same(t, "id", u.GetId(), alex)

	ok(t, c.Users().ByUserId(alex).Delete(t.Context(), nil))
	// An application alone purges nobody.
	fails(t, bin.ByDirectoryObjectId(alex).Delete(t.Context(), nil), 403, "Authorization_RequestDenied")
}

func TestUserDelta(t *testing.T) {
	t.Parallel()
	c := client(t)
	link, all := userChanges(t, c.Users().Delta())
	if len(all) != 5 {
		t.Errorf("%d users at first, want 5", len(all))
	}
	change := models.NewUser()
	change.SetJobTitle(new("Marketing"))
	must(c.Users().ByUserId(megan).Patch(t.Context(), change, nil))(t)
	ok(t, c.Users().ByUserId(alex).Delete(t.Context(), nil))

	next, changes := userChanges(t, c.Users().Delta().WithUrl(link))
	if len(changes) != 2 || changes[megan] == nil || changes[alex] == nil {
		t.Fatalf("changes: %v", changes)
	}
	same(t, "jobTitle", changes[megan].GetJobTitle(), "Marketing")
	if changes[alex].GetAdditionalData()["@removed"] == nil {
		t.Error("the deleted one is not @removed")
	}
	if _, rest := userChanges(t, c.Users().Delta().WithUrl(next)); len(rest) != 0 {
		t.Errorf("changes told twice: %v", rest)
	}
}

// userChanges follows a delta to its end; the link is for the next round.
func userChanges(t *testing.T, at *users.DeltaRequestBuilder) (string, map[string]models.Userable) {
	t.Helper()
	got := map[string]models.Userable{}
	for {
		page := must(at.GetAsDeltaGetResponse(t.Context(), nil))(t)
		for _, u := range page.GetValue() {
			got[value(u.GetId())] = u
		}
		if page.GetOdataNextLink() == nil {
			return value(page.GetOdataDeltaLink()), got
		}
		at = at.WithUrl(*page.GetOdataNextLink())
	}
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	c := client(t)
	message := models.NewInvitedUserMessageInfo()
	message.SetCustomizedMessageBody(new("Welcome to the project."))
	message.SetMessageLanguage(new("de-DE"))
	body := models.NewInvitation()
	body.SetInvitedUserEmailAddress(new("someone@partner.example"))
	body.SetInviteRedirectUrl(new("https://contoso.sharepoint.com/"))
	body.SetInvitedUserDisplayName(new("Someone"))
	body.SetSendInvitationMessage(new(true))
	body.SetInvitedUserMessageInfo(message)
	made := must(c.Invitations().Post(t.Context(), body, nil))(t)
	same(t, "status", made.GetStatus(), "PendingAcceptance")
	same(t, "invitedUserType", made.GetInvitedUserType(), "Guest")
	if value(made.GetInviteRedeemUrl()) == "" || made.GetInvitedUser() == nil {
		t.Fatalf("redeem at %q, user %v", value(made.GetInviteRedeemUrl()), made.GetInvitedUser())
	}

	u := must(c.Users().ByUserId("someone_partner.example#EXT#@contoso.onmicrosoft.com").Get(t.Context(), &users.UserItemRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.UserItemRequestBuilderGetQueryParameters{Select: []string{"id", "externalUserState", "externalUserStateChangeDateTime", "creationType", "mail"}},
	}))(t)
	same(t, "id", u.GetId(), *made.GetInvitedUser().GetId())
	same(t, "externalUserState", u.GetExternalUserState(), "PendingAcceptance")
	same(t, "creationType", u.GetCreationType(), "Invitation")
	same(t, "mail", u.GetMail(), "someone@partner.example")

	again := must(c.Invitations().Post(t.Context(), body, nil))(t)
	same(t, "the user who is invited again", again.GetInvitedUser().GetId(), *u.GetId())

	body.SetInvitedUserEmailAddress(new("no address"))
	_, err := c.Invitations().Post(t.Context(), body, nil)
	fails(t, err, 400, "Request_BadRequest")
}
