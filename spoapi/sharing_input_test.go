package spoapi

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestPickerInput(t *testing.T) {
	t.Parallel()
	carol := []sharing.Recipient{{Email: "carol@fabrikam.com"}}
	for _, c := range []struct {
		name, raw string
		want      []sharing.Recipient
	}{
		{"text with an array", `"[{\"Key\":\"carol@fabrikam.com\"}]"`, carol},
		{"text with one object", `"{\"Key\":\"carol@fabrikam.com\",\"EntityData\":{\"SPGroupID\":\"5\"}}"`, carol},
		{"single quotes", `"[{'Key':'carol@fabrikam.com'}]"`, carol},
		{"an array", `[{"Key":"carol@fabrikam.com"}]`, carol},
		{"an object", `{"Key":"carol@fabrikam.com"}`, carol},
		{"members in any case", `"[{\"key\":\"carol@fabrikam.com\"}]"`, carol},
		{"a login name", `"[{\"Key\":\"i:0#.f|membership|lee@contoso.com\"}]"`, []sharing.Recipient{{LoginName: "i:0#.f|membership|lee@contoso.com"}}},
		{"a claim", `"[{\"Key\":\"c:0(.s|true\"}]"`, []sharing.Recipient{{LoginName: "c:0(.s|true"}}},
		{"a name", `"[{\"Key\":\"nobody-here\"}]"`, []sharing.Recipient{{Alias: "nobody-here"}}},
		{"rubbish with an at sign is an address", `"[{\"Key\":\"rub@bish@\"}]"`, []sharing.Recipient{{Email: "rub@bish@"}}},
		{"no key but the entity's address", `"[{\"EntityData\":{\"Email\":\"carol@fabrikam.com\"}}]"`, carol},
		{"two", `"[{\"Key\":\"carol@fabrikam.com\"},{\"Key\":\"lee\"}]"`, []sharing.Recipient{{Email: "carol@fabrikam.com"}, {Alias: "lee"}}},
		{"an empty key", `"[{\"Key\":\" \"}]"`, nil},
		{"an empty array", `"[]"`, nil},
		{"nothing", `""`, nil},
		{"null", `null`, nil},
		{"no JSON", `"carol@fabrikam.com"`, nil},
		{"broken JSON", `"[{\"Key\":"`, nil},
		{"a number", `7`, nil},
	} {
		var got pickerInput
		if err := json.Unmarshal([]byte(c.raw), &got); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, []sharing.Recipient(got)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestParseRole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value string
		want  roleValue
	}{
		{"role:1073741827", roleValue{role: state.RoleWrite, def: 1073741827}},
		{"role: 1073741826", roleValue{role: state.RoleRead, def: 1073741826}},
		{"Role:1073741829", roleValue{role: state.RoleOwner, def: 1073741829}},
		{"group:5", roleValue{group: 5}},
		{"group: 5", roleValue{group: 5}},
		{"", roleValue{role: state.RoleRead}},
	} {
		if got, err := parseRole(c.value); err != nil || got != c.want {
			t.Errorf("%q is %+v, %v; want %+v", c.value, got, err, c.want)
		}
	}
	for _, bad := range []string{"role:1", "role:1073741825", "role:", "role:x", "group:-1", "level:5", "5", ":5"} {
		if got, err := parseRole(bad); problem.ReasonOf(err) != problem.RoleInvalid {
			t.Errorf("%q is %+v, %v; want it refused", bad, got, err)
		}
	}
}

func TestParseExpiration(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"2099-01-31T00:00:00.000Z": "2099-01-31T00:00:00.000Z", "2099-01-31T02:00:00+02:00": "2099-01-31T00:00:00.000Z",
		"20990131T020000+0200": "2099-01-31T00:00:00.000Z", "2099-01-31T00:00:00": "2099-01-31T00:00:00.000Z", "": "", "  ": "",
	} {
		if got, err := parseExpiration(value); err != nil || linkTime(got) != want {
			t.Errorf("%q is %q, %v; want %q", value, linkTime(got), err, want)
		}
	}
	if _, err := parseExpiration("tomorrow"); problem.ReasonOf(err) != problem.InvalidProperty {
		t.Errorf("tomorrow: %v", err)
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"/sites/x?a=b": "/sites/x?a=b", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "javascript:x": "/", "": "/",
		"sites/x": "/",
	} {
		if got := localPath(value); got != want {
			t.Errorf("%q leads to %q, want %q", value, got, want)
		}
	}
}

// TestRefusals holds what the Share dialog's codes and SharingResult's numbers say.
func TestRefusals(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	place := h.place("")
	onedrive := place
	onedrive.Site.Personal = true
	allow := state.Tenant{}
	allow.Sharing.SharingDomainRestrictionMode = allowListMode
	for _, c := range []struct {
		reason problem.Reason
		status int
		code   string
	}{
		{problem.SharingDisabled, -7, "OSE201"},
		{problem.ExistingGuestsOnly, -7, "OSE202"},
		{problem.SiteSharingDisabled, -7, "OSE204"},
		{problem.SiteExistingOnly, -7, "OSE205"},
		{problem.AnonymousNotAllowed, -7, ""},
		{problem.SharerNotAllowed, -2, "OSE304"},
		{problem.SharingDomainBlocked, -1, "OSE402"},
		{problem.SiteDomainBlocked, -1, "OSE404"},
		{problem.AccessDenied, -2, ""},
		{problem.ResharingNotAllowed, -2, ""},
		{problem.InvitesNotAllowed, -2, ""},
		{problem.RecipientUnresolved, -9, ""},
		{problem.RoleInvalid, -63, ""},
	} {
		got, ok := refusedSharing(problem.New(problem.Denied, c.reason, ""), place, state.Tenant{})
		if !ok || got.status != c.status || got.code != c.code || got.text == "" {
			t.Errorf("%v is %+v, %v; want %d %q", c.reason, got, ok, c.status, c.code)
		}
	}
	if got, _ := refusedSharing(problem.New(problem.Denied, problem.SharingDomainBlocked, ""), place, allow); got.code != "OSE401" {
		t.Errorf("not in the allow list is %q", got.code)
	}
	if got, _ := refusedSharing(problem.New(problem.Denied, problem.ExistingGuestsOnly, ""), onedrive, state.Tenant{}); got.code != "OSE208" {
		t.Errorf("a OneDrive for existing guests is %q", got.code)
	}
	if _, ok := refusedSharing(problem.New(problem.Internal, problem.None, ""), place, state.Tenant{}); ok {
		t.Error("a defect is told as a refusal")
	}
}

func FuzzPickerInput(f *testing.F) {
	for _, seed := range []string{`"[{\"Key\":\"a@b.c\"}]"`, `"[{'Key':'a'}]"`, `{"Key":"i:0#.f|membership|a"}`, `[]`, `"\"`, `null`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var p pickerInput
		if json.Unmarshal([]byte(raw), &p) != nil {
			return
		}
		for _, r := range p {
			if r == (sharing.Recipient{}) {
				t.Errorf("%q names nobody", raw)
			}
		}
	})
}
