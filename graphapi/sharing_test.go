package graphapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// shared is a world in which Megan's OneDrive has a folder with a file.
type shared struct {
	*world
	drive, folder, file string // ids
}

func newShared(tb testing.TB) *shared {
	tb.Helper()
	w := newWorld(tb)
	s := &shared{world: w.as(w.megan)}
	s.file = s.call("PUT", "/v1.0/me/drive/root:/Shared/inside.txt:/content", "some text").want(201).at("id")
	s.folder = s.get("/v1.0/me/drive/root:/Shared").want(200).at("id")
	s.drive = s.get("/v1.0/me/drive").want(200).at("id")
	return s
}

// at is a member of the answer, as text; null where there is none.
func (a answer) at(path string) string {
	a.tb.Helper()
	var v any = a.json
	for name := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			var n int
			if _, err := fmt.Sscan(name, &n); err != nil || n >= len(at) {
				a.tb.Fatalf("%s is not in %s", path, a.body)
			}
			v = at[n]
		default:
			v = nil
		}
	}
	s, ok := v.(string)
	if !ok {
		b, _ := json.Marshal(v)
		return string(b)
	}
	return s
}

func (s *shared) item(item, rest string) string {
	return "/v1.0/drives/" + s.drive + "/items/" + item + rest
}

func (s *shared) set(properties map[string]any) {
	s.tb.Helper()
	s.update(func(tx *state.Tx) error {
		return sharing.SetTenant(tx, directory.SystemPrincipal(s.contoso.ID), s.contoso.ID, properties)
	})
}

const toKim = `{"recipients": [{"email": "kim@fabrikam.com"}], "roles": ["read"], "requireSignIn": true, "sendInvitation": true}`

func TestInviteRefusals(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		set    map[string]any
		body   string
		status int
		code   string
	}{
		"neither sign-in nor mail":       {nil, `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"], "requireSignIn": false, "sendInvitation": false}`, 400, "invalidRequest"},
		"somebody new without mail":      {nil, `{"recipients": [{"email": "kim@fabrikam.com"}], "roles": ["read"], "sendInvitation": false}`, 400, "invalidRequest"},
		"no recipient":                   {nil, `{"recipients": [], "roles": ["read"]}`, 400, "invalidRequest"},
		"an empty recipient":             {nil, `{"recipients": [{}], "roles": ["read"]}`, 400, "invalidRequest"},
		"nobody of that name":            {nil, `{"recipients": [{"alias": "nobody-here"}], "roles": ["read"]}`, 400, "sharingFailed"},
		"no address":                     {nil, `{"recipients": [{"email": "rubbish"}], "roles": ["read"]}`, 400, "sharingFailed"},
		"no such object":                 {nil, `{"recipients": [{"objectId": "00000000-1111-2222-3333-444444444444"}], "roles": ["read"]}`, 400, "sharingFailed"},
		"no role":                        {nil, `{"recipients": [{"email": "lee@contoso.com"}]}`, 400, "invalidRequest"},
		"no such role":                   {nil, `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["boss"]}`, 400, "invalidRequest"},
		"over already":                   {nil, `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"], "expirationDateTime": "2020-01-01T00:00:00Z"}`, 400, "invalidRequest"},
		"a long message":                 {nil, `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"], "message": "` + strings.Repeat("x", 2001) + `"}`, 400, "invalidRequest"},
		"no JSON":                        {nil, `{`, 400, "invalidRequest"},
		"an unknown member":              {nil, `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"], "colour": "red"}`, 400, "invalidRequest"},
		"sharing turned off":             {map[string]any{"SharingCapability": 0}, toKim, 403, "accessDenied"},
		"existing guests only":           {map[string]any{"SharingCapability": 3}, toKim, 400, "sharingFailed"},
		"a blocked domain":               {map[string]any{"SharingDomainRestrictionMode": 2, "SharingBlockedDomainList": "fabrikam.com"}, toKim, 400, "sharingFailed"},
		"without sign-in, no anyone":     {map[string]any{"SharingCapability": 1}, `{"recipients": [{"email": "kim@fabrikam.com"}], "roles": ["read"], "requireSignIn": false}`, 403, "accessDenied"},
		"an owner's role":                {nil, `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["owner"]}`, 200, ""},
		"without sign-in, anyone":        {nil, `{"recipients": [{"email": "kim@fabrikam.com"}], "roles": ["read"], "requireSignIn": false}`, 200, ""},
		"somebody known without mail":    {nil, `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"], "sendInvitation": false}`, 200, ""},
		"what an SDK adds is passed by":  {nil, `{"@odata.type": "#x", "recipients": [{"@odata.type": "#y", "email": "lee@contoso.com"}], "roles": ["read"]}`, 200, ""},
		"somebody by principal name":     {nil, `{"recipients": [{"alias": "lee@contoso.com"}], "roles": ["write"]}`, 200, ""},
		"inherited permissions not kept": {nil, `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"], "retainInheritedPermissions": false}`, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShared(t)
			if row.set != nil {
				s.set(row.set)
			}
			a := s.call("POST", s.item(s.folder, "/invite"), row.body).want(row.status)
			if a.code() != row.code {
				t.Errorf("code %q, want %q", a.code(), row.code)
			}
			if row.status >= 400 {
				for _, own := range s.get(s.item(s.folder, "/permissions")).want(200).rows() {
					if own["inheritedFrom"] == nil {
						t.Errorf("something changed: %v", own["id"])
					}
				}
			}
		})
	}
}

func TestRefusedDomainIsAudited(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	s.set(map[string]any{"SharingDomainRestrictionMode": 2, "SharingBlockedDomainList": "fabrikam.com"})
	s.call("POST", s.item(s.folder, "/invite"), toKim).want(400)
	s.update(func(tx *state.Tx) error {
		for e := range tx.Events(s.contoso.ID) {
			if e.Operation == sharing.SharingInvitationBlocked && e.TargetName == "kim@fabrikam.com" {
				return nil
			}
		}
		t.Error("the refusal is not in the audit log")
		return nil
	})
}

func TestPendingInvitationAsAPermission(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	a := s.call("POST", s.item(s.folder, "/invite"), toKim).want(200)
	id := a.at("value.0.id")
	if a.at("value.0.invitation.email") != "kim@fabrikam.com" || a.at("value.0.link") != "null" || a.at("value.0.grantedToV2") != "null" {
		t.Errorf("answer %s", a.body)
	}
	for _, row := range s.get(s.item(s.folder, "/permissions")).want(200).rows() {
		if row["id"] == id {
			t.Error("a pending invitation is listed")
		}
	}
	if got := s.get(s.item(s.folder, "/permissions/"+id)).want(200).at("invitation.email"); got != "kim@fabrikam.com" {
		t.Errorf("by id: %s", got)
	}
	s.call("DELETE", s.item(s.folder, "/permissions/"+id), "").want(204)
	s.get(s.item(s.folder, "/permissions/"+id)).want(404)
	s.update(func(tx *state.Tx) error {
		for i := range tx.SharingInvitations(s.contoso.ID) {
			if i.State != state.SharingWithdrawn {
				t.Errorf("the invitation is %s", i.State)
			}
		}
		return nil
	})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	view := s.call("POST", s.item(s.file, "/createLink"), `{"type": "view", "scope": "anonymous", "password": "copper", "expirationDateTime": "2026-04-01T00:00:00Z"}`).want(201)
	id := view.at("id")
	if view.at("hasPassword") != "true" || view.at("roles.0") != "read" || view.at("expirationDateTime") != "2026-04-01T00:00:00Z" {
		t.Errorf("answer %s", view.body)
	}
	if got, want := view.at("shareId"), links.ShareID(view.at("link.webUrl")); got != want {
		t.Errorf("shareId %s, want %s", got, want)
	}
	org := s.call("POST", s.item(s.file, "/createLink"), `{"type": "edit", "scope": "organization"}`).want(201)
	again := s.call("POST", s.item(s.file, "/createLink"), `{"type": "edit", "scope": "organization"}`).want(200)
	if again.at("id") != org.at("id") {
		t.Errorf("asked again: %s", again.body)
	}
	filtered := s.get(s.item(s.file, "/permissions?$filter=Link%20ne%20null%20and%20Link/Scope%20eq%20'anonymous'")).want(200)
	if got := filtered.column("id"); !slices.Equal(got, []string{id}) {
		t.Errorf("anonymous links %v", got)
	}
	if got := s.call("PATCH", s.item(s.file, "/permissions/"+id), `{"expirationDateTime": "2026-05-01T00:00:00Z"}`).want(200).at("expirationDateTime"); got != "2026-05-01T00:00:00Z" {
		t.Errorf("changed to %s", got)
	}
	s.call("PATCH", s.item(s.file, "/permissions/"+id), `{"roles": ["write"]}`).want(400)
	s.call("PATCH", s.item(s.file, "/permissions/"+org.at("id")), `{"expirationDateTime": "2026-05-01T00:00:00Z"}`).want(400)
	s.header("If-Match", `"1"`).call("DELETE", s.item(s.file, "/permissions/"+id), "").want(412)
	s.call("DELETE", s.item(s.file, "/permissions/"+id), "").want(204)
	s.get(s.item(s.file, "/permissions/"+id)).want(404)
	for name, body := range map[string]string{
		"embed":            `{"type": "embed", "scope": "anonymous"}`,
		"another scope":    `{"type": "view", "scope": "world"}`,
		"over already":     `{"type": "view", "scope": "anonymous", "expirationDateTime": "2020-01-01T00:00:00Z"}`,
		"no time":          `{"type": "view", "scope": "anonymous", "expirationDateTime": "tomorrow"}`,
		"nobody's address": `{"type": "view", "scope": "users", "recipients": [{"email": "rubbish"}]}`,
	} {
		if a := s.call("POST", s.item(s.file, "/createLink"), body); a.status != 400 {
			t.Errorf("%s: status %d", name, a.status)
		}
	}
	s.set(map[string]any{"SharingCapability": "ExternalUserSharingOnly"})
	s.call("POST", s.item(s.file, "/createLink"), `{"type": "view", "scope": "anonymous"}`).want(403)
	existing := s.call("POST", s.item(s.file, "/createLink"), `{"type": "view", "scope": "existingAccess"}`).want(200)
	if existing.at("id") != "00000000-0000-0000-0000-000000000000" || !strings.HasSuffix(existing.at("link.webUrl"), "/Shared/inside.txt") {
		t.Errorf("existing access: %s", existing.body)
	}
}

func TestInheritedPermissions(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	s.call("POST", s.item(s.folder, "/invite"), `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["write"]}`).want(200)
	s.call("POST", s.item(s.folder, "/createLink"), `{"type": "view", "scope": "organization"}`).want(201)
	rows := s.get(s.item(s.file, "/permissions")).want(200).rows()
	for _, row := range rows {
		from, inherited := row["inheritedFrom"].(map[string]any)
		if !inherited {
			t.Errorf("%v is the file's own", row)
			continue
		}
		if from["driveId"] == nil {
			continue
		}
		if from["id"] != s.folder {
			t.Errorf("inherited from %v", from)
		}
		s.call("DELETE", s.item(s.file, fmt.Sprint("/permissions/", row["id"])), "").want(403)
	}
	if len(rows) < 3 {
		t.Errorf("a file in a shared folder has %d permissions", len(rows))
	}
	lee := s.as(s.lee)
	if got := lee.get(s.item(s.file, "/permissions")).want(200).rows(); len(got) == 0 {
		t.Error("an editor sees nothing")
	}
	s.call("POST", s.item(s.file, "/createLink"), `{"type": "view", "scope": "organization"}`).want(201)
	s.as(s.admin).get(s.item(s.file, "/permissions")).want(403)
}

// A first share gives an item permissions of its own: what came from above counts as the item's, but for links.
func TestSharedItemStandsApart(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	s.call("POST", s.item(s.folder, "/invite"), `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["write"]}`).want(200)
	s.call("POST", s.item(s.folder, "/createLink"), `{"type": "view", "scope": "organization"}`).want(201)
	s.call("POST", s.item(s.file, "/invite"), `{"recipients": [{"email": "admin@contoso.com"}], "roles": ["read"]}`).want(200)
	var lee string
	for _, row := range s.get(s.item(s.file, "/permissions")).want(200).rows() {
		_, inherited := row["inheritedFrom"]
		if _, link := row["link"]; link != inherited {
			t.Errorf("%v", row)
		}
		if strings.Contains(fmt.Sprint(row["grantedToV2"]), "lee@contoso.com") {
			lee = fmt.Sprint(row["id"])
		}
	}
	s.call("DELETE", s.item(s.file, "/permissions/"+lee), "").want(204)
	s.as(s.lee).get(s.item(s.file, "")).want(403)
	s.as(s.lee).get(s.item(s.folder, "")).want(200)
	s.as(s.admin).get(s.item(s.file, "")).want(200)
}

func TestShares(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	kim := s.addGuest(s.kim)
	anyone := links.ShareID(s.call("POST", s.item(s.folder, "/createLink"), `{"type": "view", "scope": "anonymous"}`).want(201).at("link.webUrl"))
	org := links.ShareID(s.call("POST", s.item(s.folder, "/createLink"), `{"type": "view", "scope": "organization"}`).want(201).at("link.webUrl"))
	people := links.ShareID(s.call("POST", s.item(s.folder, "/createLink"), `{"type": "view", "scope": "users", "recipients": [{"email": "kim@fabrikam.com"}]}`).want(201).at("link.webUrl"))
	place := links.ShareID(s.get(s.item(s.folder, "")).want(200).at("webUrl"))
	foreign := links.ShareID("https://fabrikam.sharepoint.com/:f:/s/x/EbA")
	gone := links.ShareID("https://contoso-my.sharepoint.com/:f:/g/personal/megan_contoso_com/EbA")

	for _, row := range []struct {
		name, share, prefer string
		as                  *world
		status              int
	}{
		{"the maker", anyone, "", s.world, 200},
		{"the address of the place", place, "", s.world, 200},
		{"the address of the place, a stranger", place, "", s.as(s.lee), 403},
		{"a link for anyone, a colleague", anyone, "", s.as(s.lee), 200},
		{"a link for anyone, a guest", anyone, "", s.as(kim), 200},
		{"a company link, not redeemed", org, "", s.as(s.lee), 403},
		{"a company link, a guest", org, "redeemSharingLink", s.as(kim), 403},
		{"a company link, for this request", org, "redeemSharingLinkIfNecessary", s.as(s.lee), 200},
		{"a company link, not redeemed yet", org, "", s.as(s.lee), 403},
		{"a company link, for good", org, "redeemSharingLink", s.as(s.lee), 200},
		{"a company link, redeemed", org, "", s.as(s.lee), 200},
		{"a link for her", people, "redeemSharingLink", s.as(kim), 200},
		{"a link for others", people, "redeemSharingLink", s.as(s.admin), 403},
		{"a link of another organisation", foreign, "redeemSharingLink", s.world, 400},
		{"a link that is gone", gone, "redeemSharingLink", s.world, 404},
		{"rubbish", "u!###", "", s.world, 400},
		{"no token at all", anyone, "", &world{tb: t, Store: s.Store, face: s.face}, 401},
	} {
		a := row.as.header("Prefer", row.prefer).get("/v1.0/shares/" + strings.ReplaceAll(row.share, "#", "%23") + "/driveItem")
		if a.status != row.status || row.status == 200 && a.at("id") != s.folder {
			t.Errorf("%s: status %d, want %d\n%s", row.name, a.status, row.status, a.body)
		}
	}
	if got := s.get("/v1.0/shares/" + anyone).want(200); got.at("name") != "Shared" || got.at("owner.user.id") != s.megan.ID {
		t.Errorf("share %s", got.body)
	}
	if got := s.get("/v1.0/shares/" + anyone + "/driveItem/children").want(200).column("name"); !slices.Equal(got, []string{"inside.txt"}) {
		t.Errorf("children %v", got)
	}
	if got := s.get("/v1.0/shares/" + people + "/permission").want(200).at("grantedToIdentitiesV2.0.user.id"); got != kim.ID {
		t.Errorf("recipient %s", got)
	}
	s.call("POST", "/v1.0/shares/"+people+"/permission/grant", `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["write"]}`).want(400)
	s.call("POST", "/v1.0/shares/"+place+"/permission/grant", `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"]}`).want(404)
}

func TestSharedWithMe(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	s.call("POST", s.item(s.folder, "/invite"), `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"]}`).want(200)
	s.call("POST", s.item(s.file, "/invite"), `{"recipients": [{"email": "lee@contoso.com"}], "roles": ["read"]}`).want(200)
	lee := s.as(s.lee)
	names := func() []string { return lee.get("/v1.0/me/drive/sharedWithMe").want(200).column("name") }
	if got := names(); !slices.Equal(got, []string{"Shared", "inside.txt"}) {
		t.Errorf("full: %v", got)
	}
	if got := lee.get("/v1.0/me/drive/sharedWithMe()").want(200).rows()[0]["remoteItem"].(map[string]any)["parentReference"].(map[string]any)["driveId"]; got != s.drive {
		t.Errorf("remote drive %v", got)
	}
	if got := s.get("/v1.0/me/drive/sharedWithMe").want(200).column("name"); len(got) != 0 {
		t.Errorf("the owner's own: %v", got)
	}
	s.set(map[string]any{"SharedWithMe": "degraded"})
	if got := names(); len(got) != 1 {
		t.Errorf("degraded: %v", got)
	}
	s.set(map[string]any{"SharedWithMe": "off"})
	if got := names(); len(got) != 0 {
		t.Errorf("off: %v", got)
	}
}

func TestSitePermissions(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	const app = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
	s.update(func(tx *state.Tx) error {
		_, err := directory.AddApplication(tx, directory.SystemPrincipal(s.contoso.ID), state.Application{TenantID: s.contoso.ID, AppID: app, DisplayName: "Daemon"})
		return err
	})
	full := s.app()
	made := full.call("POST", "/v1.0/sites/root/permissions", `{"roles": ["read"], "grantedToIdentities": [{"application": {"id": "`+app+`", "displayName": "Daemon"}}]}`).want(201)
	id := made.at("id")
	if made.at("grantedToIdentitiesV2.0.application.displayName") != "Daemon" || made.at("roles.0") != "read" {
		t.Errorf("answer %s", made.body)
	}
	if got := full.get("/v1.0/sites/root/permissions").want(200).column("id"); !slices.Equal(got, []string{id}) {
		t.Errorf("list %v", got)
	}
	if got := full.call("PATCH", "/v1.0/sites/root/permissions/"+id, `{"roles": ["write"]}`).want(200).at("roles.0"); got != "write" {
		t.Errorf("changed to %s", got)
	}
	full.call("DELETE", "/v1.0/sites/root/permissions/"+id, "").want(204)
	full.get("/v1.0/sites/root/permissions/" + id).want(404)
	full.call("POST", "/v1.0/sites/root/permissions", `{"roles": ["read"], "grantedToIdentities": [{"user": {"id": "x"}}]}`).want(400)
	full.call("POST", "/v1.0/sites/root/permissions", `{"roles": ["read"], "grantedToIdentities": [{"application": {"id": "00000000-1111-2222-3333-444444444444", "displayName": "?"}}]}`).want(400)
	s.as(s.megan, "Sites.ReadWrite.All").get("/v1.0/sites/root/permissions").want(403)
}

func TestLinksEnd(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	a := s.call("POST", s.item(s.folder, "/createLink"), `{"type": "view", "scope": "anonymous", "expirationDateTime": "2026-03-02T11:00:00Z"}`).want(201)
	share := links.ShareID(a.at("link.webUrl"))
	lee := s.as(s.lee)
	lee.get("/v1.0/shares/" + share + "/driveItem").want(200)
	s.advance(time.Hour)
	s.as(s.lee).get("/v1.0/shares/" + share + "/driveItem").want(404)
}
