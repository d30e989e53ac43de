package spoapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// place is a file or folder of the site's library, made where it is missing; "" is the web.
func (h *host) place(path string) (at drive.Place) {
	h.tb.Helper()
	at.Site = h.site
	if path == "" {
		return at
	}
	h.update(func(tx *state.Tx) (err error) {
		at.List, _ = drive.DefaultLibrary(tx, h.site)
		if at.Item, err = drive.ByPath(tx, at.List, drive.Root(tx, at.List), path); err == nil {
			return nil
		}
		if !strings.Contains(path, ".") {
			at.Item, err = drive.EnsureFolder(tx, at.List, path, state.Actor{})
			return err
		}
		content, err := drive.NewContent(strings.NewReader("hello"), 0)
		if err != nil {
			return err
		}
		at.Item, _, err = drive.PutFile(tx, at.List, drive.Root(tx, at.List), drive.FileSpec{Name: path, Content: content})
		return err
	})
	return at
}

// item is the path below _api of a place's list item.
func item(at drive.Place) string {
	return fmt.Sprintf("web/lists(guid'%s')/items(%d)", at.List.ID, at.Item.Number)
}

// open lets the site share with anyone.
func (h *host) open() {
	h.tb.Helper()
	h.update(func(tx *state.Tx) error {
		err := sharing.SetSite(tx, systemOf(contosoID), h.site, map[string]any{"SharingCapability": 2})
		h.site, _ = tx.Site(contosoID, h.site.ID)
		return err
	})
}

func share(url, who, role string) ask {
	return ask{body: fmt.Sprintf(`{"url":%q,"peoplePickerInput":"[{\"Key\":\"%s\"}]","roleValue":%q,"sendEmail":true,"emailBody":"look"}`, url, who, role)}
}

func TestShareObject(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	h.place("a.txt")
	const user = "i:0#.f|membership|pradeep@contoso.com"
	var got wireSharingResult

	h.must("POST", "SP.Web.ShareObject", share(siteURL, user, "group:5"), &got)
	if got.StatusCode != 0 || got.ErrorMessage != nil || got.InvitedUsers != nil || got.AddedToGroup == nil || (*got.AddedToGroup)[0].User != user ||
		got.Unique == nil || len(*got.Unique) != 0 || *got.URL != siteURL || *got.Name != "Marketing" {
		t.Errorf("a member into a group: %+v", got)
	}
	got = wireSharingResult{}
	h.must("POST", "SP.Web.ShareObject", share(siteURL+"/Shared%20Documents/a.txt", user, "role: 1073741827"), &got)
	if got.AddedToGroup != nil || got.Unique == nil || (*got.Unique)[0].CurrentRole != 2 || !(*got.Unique)[0].IsUserKnown {
		t.Errorf("a member on a file: %+v", got)
	}
	got = wireSharingResult{}
	h.must("POST", "SP.Web.ShareObject", share(siteURL+"/_layouts/15/aclinv.aspx?forSharing=1&mbypass=1", "carol@fabrikam.com", "role:1073741826"), &got)
	if got.InvitedUsers == nil || !(*got.InvitedUsers)[0].Succeeded || !strings.Contains((*got.InvitedUsers)[0].InvitationLink, "/_layouts/15/acceptinvite.aspx?invitation=%7B") ||
		got.AddedToGroup != nil || got.Unique == nil {
		t.Errorf("somebody new: %+v", got)
	}
	for name, c := range map[string]struct {
		a      ask
		status int
	}{
		"nobody":                {share(siteURL, "nobody-here", "group:5"), statusUnresolved},
		"no such group":         {share(siteURL, user, "group:98765"), statusInvalidRole},
		"no such level":         {share(siteURL, user, "role:5"), statusInvalidRole},
		"somebody who may not":  {ask{as: "vera@contoso.com", body: share(siteURL, "carol@fabrikam.com", "role:1073741829").body}, statusDenied},
		"nobody at all":         {ask{body: `{"url":"` + siteURL + `","peoplePickerInput":"[]","roleValue":"group:5"}`}, statusUnresolved},
		"input that is no JSON": {ask{body: `{"url":"` + siteURL + `","peoplePickerInput":"carol","roleValue":"group:5"}`}, statusUnresolved},
	} {
		var got wireSharingResult
		h.must("POST", "SP.Web.ShareObject", c.a, &got)
		if got.StatusCode != c.status || got.ErrorMessage == nil || got.InvitedUsers != nil || got.AddedToGroup != nil || got.Unique != nil || got.URL != nil {
			t.Errorf("%s: %+v, want %d and nothing else", name, got, c.status)
		}
	}
	if status, body := h.text("POST", "SP.Web.ShareObject", share("https://contoso.sharepoint.com/sites/nowhere", user, "group:5")); status != http.StatusNotFound {
		t.Errorf("a site that is not there: %d %s", status, body)
	}
	if status, _ := h.text("POST", "SP.Web.ShareObject", share("https://fabrikam.sharepoint.com", user, "group:5")); status != http.StatusNotFound {
		t.Errorf("another organisation's site: %d", status)
	}
	if status, _ := h.text("POST", "SP.Web.DeleteObjectLink", ask{body: "{}"}); status != http.StatusNotFound {
		t.Errorf("a function that the service lacks: %d", status)
	}
}

// TestSharingResultDialects holds the shapes that clients tell apart: an entity straight below d, the metadata that PnPjs wants.
func TestSharingResultDialects(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	a := share(siteURL, "pradeep@contoso.com", "group:5")
	a.accept = "verbose"
	var verbose struct {
		D struct {
			Metadata   struct{ Type string } `json:"__metadata"`
			StatusCode int
			Added      struct{ Results []any } `json:"UsersAddedToGroup"`
		}
	}
	h.must("POST", "SP.Web.ShareObject", a, &verbose)
	if verbose.D.Metadata.Type != "SP.SharingResult" || len(verbose.D.Added.Results) != 1 {
		t.Errorf("verbose: %+v", verbose)
	}
	a.accept = "json"
	if _, body := h.text("POST", "SP.Web.ShareObject?$expand=UsersWithAccessRequests,GroupsSharedWith", a); !strings.Contains(body, `"odata.metadata"`) || !strings.Contains(body, `"GroupsSharedWith":[]`) {
		t.Errorf("minimal: %s", body)
	}
}

func TestShareLinks(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	at := h.place("a.txt")
	link := func(settings, more string) wireLinkInfo {
		t.Helper()
		var got wireLinkResponse
		h.must("POST", item(at)+"/shareLink", ask{body: `{"request":{"createLink":true,"settings":` + settings + more + `}}`}, &got)
		return got.Info
	}
	view := link(`{"linkKind":2,"expiration":null}`, "")
	if view.LinkKind != 2 || view.Scope != scopeOrganization || view.IsEditLink || !view.IsActive || view.Expiration != "" || view.RestrictedMembership {
		t.Errorf("organisation, view: %+v", view)
	}
	if again := link(`{"linkKind":2}`, ""); again.ShareID != view.ShareID {
		t.Error("the same kind again is another link")
	}
	anyone := link(`{"linkKind":5,"expiration":"2027-01-31T00:00:00.000Z","password":"secret","updatePassword":true}`, "")
	if anyone.LinkKind != 5 || !anyone.AllowsAnonymousAccess || !anyone.IsEditLink || !anyone.RequiresPassword || anyone.Expiration != "2027-01-31T00:00:00.000Z" {
		t.Errorf("anyone, edit: %+v", anyone)
	}
	if flexible := link(`{"linkKind":6,"scope":0,"allowAnonymousAccess":true,"role":1}`, ""); flexible.LinkKind != 4 || *flexible.URL == "" || !strings.HasPrefix(*flexible.ShareTokenString, "share=") {
		t.Errorf("anyone, by scope: %+v", flexible)
	}
	people := link(`{"linkKind":6,"role":1,"scope":2,"restrictShareMembership":true}`, `,"peoplePickerInput":"[{\"Key\":\"carol@fabrikam.com\"}]","emailData":{"body":"look"}`)
	if people.LinkKind != 6 || people.Scope != scopePeople || !people.HasExternalGuestInvitees || len(people.Invitations) != 1 || people.Invitations[0].Invitee.ID != notInUserList {
		t.Errorf("certain people: %+v", people)
	}
	changed := link(`{"shareId":"`+people.ShareID+`","role":2,"scope":2,"linkKind":6,"expiration":"","inviteesToRemove":"[{\"Key\":\"carol@fabrikam.com\"}]"}`,
		`,"peoplePickerInput":"[{\"Key\":\"lee@contoso.com\"}]"`)
	if changed.ShareID != people.ShareID || !changed.IsEditLink || len(changed.Invitations) != 1 || changed.Invitations[0].Invitee.Email != "lee@contoso.com" {
		t.Errorf("changed: %+v", changed)
	}
	for _, settings := range []string{`{"linkKind":0}`, `{"linkKind":1}`, `{"linkKind":9}`, `{"linkKind":4,"expiration":"soon"}`} {
		if status, body := h.text("POST", item(at)+"/shareLink", ask{body: `{"request":{"createLink":true,"settings":` + settings + `}}`}); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", settings, status, body)
		}
	}
	h.must("POST", item(at)+"/unshareLink", ask{body: `{"linkKind":6,"shareId":"` + people.ShareID + `"}`}, nil)
	h.must("POST", item(at)+"/deleteLinkByKind", ask{body: `{"linkKind":5}`}, nil)
	if kinds := h.activeLinks(at); fmt.Sprint(kinds) != "[4 2]" {
		t.Errorf("left are the kinds %v, want 4 and 2", kinds)
	}
	if status, _ := h.text("POST", item(at)+"/deleteLinkByKind", ask{as: "vera@contoso.com", body: `{"linkKind":2}`}); status != http.StatusForbidden {
		t.Errorf("a reader takes a link away: %d", status)
	}
}

type information struct {
	Permissions wirePermissions `json:"permissionsInformation"`
}

func (h *host) activeLinks(at drive.Place) (kinds []int) {
	h.tb.Helper()
	var got information
	h.must("POST", item(at)+"/getSharingInformation?$select=permissionsInformation&$expand=permissionsInformation", ask{}, &got)
	for _, l := range got.Permissions.Links {
		if l.Details.IsActive {
			kinds = append(kinds, l.Details.LinkKind)
		}
	}
	return kinds
}

func TestSharingInformation(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	at := h.place("a.txt")
	h.must("POST", item(at)+"/shareObject", share("", "pradeep@contoso.com", "role:1073741827"), nil)
	var got information
	h.must("POST", item(at)+"/getSharingInformation?$select=permissionsInformation&$expand=permissionsInformation", ask{body: `{"request":null}`}, &got)
	var kinds []int
	for _, l := range got.Permissions.Links {
		kinds = append(kinds, l.Details.LinkKind)
		if l.Details.IsActive || l.Details.Scope != scopeUnset || l.Details.ShareID != zeroGUID || l.Details.URL != nil || l.Details.CreatedBy != nil {
			t.Errorf("an unused kind: %+v", l.Details)
		}
	}
	if fmt.Sprint(kinds) != "[6 5 4 3 2]" {
		t.Errorf("placeholders %v, want one for each kind from 6 to 2", kinds)
	}
	roles := map[string]int{}
	for _, p := range got.Permissions.Principals {
		roles[p.Principal.LoginName] = p.Role
	}
	want := map[string]int{"i:0#.f|membership|pradeep@contoso.com": 2, "Marketing Owners": 3, "Marketing Members": 2, "Marketing Visitors": 1}
	if fmt.Sprint(roles) != fmt.Sprint(want) {
		t.Errorf("principals %v, want %v", roles, want)
	}
	_, body := h.text("POST", item(at)+"/getSharingInformation", ask{accept: "verbose"})
	for _, part := range []string{`"type":"SP.Sharing.SharingInformation"`, `"pickerSettings":{"__deferred"`, `"sharedObjectType":1`, `"displayName":"a.txt"`, `"anonymousLinkExpirationRestrictionDays":-1`} {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in %s", part, body)
		}
	}
	if strings.Contains(body, "permissionsInformation") {
		t.Error("who has access comes without being asked for")
	}
}

func TestSharingSettings(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	at := h.place("a.txt")
	var byURL, byItem wireSettings
	h.must("POST", "SP.Web.GetObjectSharingSettings", ask{body: `{"objectUrl":"` + siteURL + `/Shared%20Documents/a.txt","groupId":0,"useSimplifiedRoles":true}`}, &byURL)
	h.must("POST", item(at)+"/getObjectSharingSettings", ask{body: `{"useSimplifiedRoles":true}`}, &byItem)
	if byURL.ItemName != "a.txt" || byURL.WebURL != siteURL || byURL.CanShareExternally || !byURL.CanShareInternally || byURL.ListID != at.List.ID || byURL.IsGuestUser {
		t.Errorf("a site that is closed: %+v", byURL)
	}
	if fmt.Sprint(byURL) != fmt.Sprint(byItem) {
		t.Error("the two ways differ")
	}
	h.open()
	h.must("POST", item(at)+"/getObjectSharingSettings", ask{}, &byItem)
	if !byItem.CanShareExternally || !byItem.CanManageReadonlyLink || !byItem.ShareByEmailEnabled {
		t.Errorf("a site that is open: %+v", byItem)
	}
}

func TestCheckPermissions(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	at := h.place("a.txt")
	var got struct{ Value []wireEntityPermission }
	h.must("POST", item(at)+"/checkPermissions", ask{body: `{"recipients":[{"alias":"lee@contoso.com"},{"email":"pradeep@contoso.com"},{"alias":"nobody-here"},{"email":"carol@fabrikam.com"}]}`}, &got)
	if len(got.Value) != 4 {
		t.Fatalf("%d answers, want 4", len(got.Value))
	}
	if v := got.Value[0]; !v.HasAccess || v.Role != 2 || *v.ResolvedEntity != "i:0#.f|membership|lee@contoso.com" {
		t.Errorf("a member of the site: %+v", v)
	}
	if v := got.Value[1]; v.HasAccess || !v.CanHaveAccess {
		t.Errorf("somebody of the organisation: %+v", v)
	}
	if v := got.Value[2]; v.HasAccess || v.CanHaveAccess || v.ResolvedEntity != nil || v.DeniedReason != deniedUnresolved {
		t.Errorf("nobody: %+v", v)
	}
	if v := got.Value[3]; v.CanHaveAccess || v.DeniedReason != deniedByPolicy {
		t.Errorf("an external at a closed site: %+v", v)
	}
}

func TestUnshareAndForward(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	at := h.place("a.txt")
	h.must("POST", item(at)+"/shareObject", share("", "pradeep@contoso.com", "role:1073741827"), nil)
	var got wireSharingResult
	h.must("POST", item(at)+"/unshareObject", ask{}, &got)
	if got.StatusCode != 0 || got.ErrorMessage != nil {
		t.Errorf("unshare: %+v", got)
	}
	if status, _ := h.text("GET", item(at), ask{as: "pradeep@contoso.com"}); status != http.StatusForbidden && status != http.StatusNotFound {
		t.Errorf("after unsharing he is answered %d", status)
	}
	h.must("POST", "SP.Web.ForwardObjectLink", ask{body: `{"url":"` + siteURL + `/Shared%20Documents/a.txt","peoplePickerInput":"[{\"Key\":\"vera@contoso.com\"}]","emailSubject":"Look","emailBody":"Here"}`}, &got)
	var subject string
	h.update(func(tx *state.Tx) error {
		for m := range tx.MessagesTo("vera@contoso.com") {
			if m.Kind == mail.SharingLink || m.Kind == mail.Notification {
				subject = m.Subject
			}
		}
		return nil
	})
	if got.StatusCode != 0 || subject != "Look" {
		t.Errorf("forwarded: %+v, mail %q", got, subject)
	}
}

func TestLegacyLinks(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	h.place("a.txt")
	file := `"url":"` + siteURL + `/Shared%20Documents/a.txt"`
	var link, kind struct{ Value any }
	h.must("POST", "SP.Web.CreateAnonymousLink", ask{body: `{` + file + `,"isEditLink":false}`}, &link)
	h.must("POST", "SP.Web.GetSharingLinkKind", ask{body: fmt.Sprintf(`{"fileUrl":%q}`, link.Value)}, &kind)
	if kind.Value != 4.0 {
		t.Errorf("an anonymous view link is of kind %v", kind.Value)
	}
	var data wireLinkData
	h.must("POST", "web/GetSharingLinkData", ask{body: fmt.Sprintf(`{"linkUrl":%q}`, link.Value)}, &data)
	if !data.IsSharingLink || !data.IsAnonymous || data.ObjectType != 1 {
		t.Errorf("its data: %+v", data)
	}
	var opened struct{ Name string }
	h.must("GET", fmt.Sprintf("web/GetFileByGuestUrl(guestUrl=@a)?@a='%v'", link.Value), ask{}, &opened)
	if opened.Name != "a.txt" {
		t.Errorf("it leads to %q", opened.Name)
	}
	h.must("POST", "SP.Web.CreateAnonymousLinkWithExpiration", ask{body: `{` + file + `,"isEditLink":true,"expirationString":"2027-02-01T00:00:00Z"}`}, nil)
	h.must("POST", "SP.Web.CreateOrganizationSharingLink", ask{body: `{` + file + `,"isEditLink":true}`}, nil)
	h.must("POST", "SP.Web.DeleteAnonymousLinkForObject", ask{body: `{` + file + `,"isEditLink":false}`}, nil)
	at := h.place("a.txt")
	if kinds := h.activeLinks(at); fmt.Sprint(kinds) != "[5 3]" {
		t.Errorf("left are the kinds %v", kinds)
	}
	h.must("POST", "SP.Web.DeleteAllAnonymousLinksForObject", ask{body: `{` + file + `}`}, nil)
	h.must("POST", "SP.Web.DestroyOrganizationSharingLink", ask{body: `{` + file + `,"isEditLink":true}`}, nil)
	if kinds := h.activeLinks(at); len(kinds) != 0 {
		t.Errorf("left are the kinds %v", kinds)
	}
}

func TestDocumentSharingManager(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.place("a.txt")
	const call = "SP.Sharing.DocumentSharingManager.UpdateDocumentSharingInfo"
	body := func(role int, who string, additive bool) ask {
		return ask{body: fmt.Sprintf(`{"resourceAddress":"%s/Shared%%20Documents/a.txt","userRoleAssignments":[{"Role":%d,"UserId":%q}],"additiveMode":%t}`, siteURL, role, who, additive)}
	}
	var got struct{ Value []wireUserSharing }
	h.must("POST", call, body(2, "pradeep@contoso.com", true), &got)
	if v := got.Value[0]; !v.Status || !v.IsUserKnown || v.CurrentRole != 2 || v.User != "i:0#.f|membership|pradeep@contoso.com" {
		t.Errorf("given: %+v", v)
	}
	h.must("POST", call, body(1, "pradeep@contoso.com", false), &got)
	if v := got.Value[0]; v.CurrentRole != 1 {
		t.Errorf("lowered: %+v", v)
	}
	h.must("POST", call, body(0, "pradeep@contoso.com", false), &got)
	if status, _ := h.text("GET", item(h.place("a.txt")), ask{as: "pradeep@contoso.com"}); status == http.StatusOK {
		t.Error("role 0 left him his access")
	}
	h.must("POST", call, body(1, "nobody-here", true), &got)
	if v := got.Value[0]; v.Status || v.Message == nil {
		t.Errorf("nobody: %+v", v)
	}
	var definition struct{ Id int }
	h.must("POST", "SP.Sharing.DocumentSharingManager.GetRoleDefinition", ask{body: `{"role":2}`}, &definition)
	if definition.Id != 1073741827 {
		t.Errorf("the level behind edit is %d", definition.Id)
	}
}
