package console_test

import (
	"encoding/json"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

const (
	fabrikam = "d7c9e0a2-58f4-4b1b-8a36-91c5f0b7e3d2"
	carol    = "2d8c3b41-9e7a-4f5d-b6c8-4a1e0f9d8c02"
	projectX = "5c2a7d10-6d3b-4e8f-8a1c-3b9e0f4d7a11"
)

// as opens the console and acts as somebody of Contoso.
func as(tb testing.TB, who string) *browser {
	tb.Helper()
	b := open(tb)
	b.get("/")
	b.do("/session", "do", "act", "organisation", contoso, "as", who)
	return b
}

// plane calls the control plane.
func (b *browser) plane(method, path string, in, out any) {
	b.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		b.t.Fatal(err)
	}
	r := httptest.NewRequest(method, control+"/_tennantite/v1"+path, strings.NewReader(string(body)))
	w := httptest.NewRecorder()
	b.emu.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		b.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			b.t.Fatal(err)
		}
	}
}

// redeem follows the newest invitation to an address as its owner.
func (b *browser) redeem(address string) {
	b.t.Helper()
	var m struct{ Links []struct{ URL string } }
	b.plane(http.MethodGet, "/mail/latest?to="+address, nil, &m)
	b.plane(http.MethodPost, "/redemptions", map[string]string{"url": m.Links[0].URL, "as": address}, nil)
}

// line is what stands on the page between two texts, without markup.
func (b *browser) line(from, to string) string {
	_, rest, ok := strings.Cut(b.page, from)
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, to)
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(rest, " "))), " ")
}

func TestTheGuestAppearsEarlyOrLate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile       string
		before, after string // the line of the guest, before and after redemption
		pane          string // number of guests in the pane before
	}{
		{"classic", "not in the directory", "Accepted", "0"},
		{"b2b", "PendingAcceptance", "Accepted", "1"},
		{"b2b-only", "PendingAcceptance", "Accepted", "1"},
		{"otp", "", "", "0"},
	} {
		t.Run(tt.profile, func(t *testing.T) {
			t.Parallel()
			b := as(t, adele)
			b.get("/o/contoso/sharing")
			b.do("/o/contoso/sharing", "do", "profile", "profile", tt.profile)
			folder := b.specs()
			b.do(folder+"/share", "do", "people", "people", "carol@fabrikam.com", "role", "write", "mail", "yes")
			b.get("/")
			if n := b.line(`<h3>Guests`, "</h3>"); n != tt.pane {
				t.Errorf("the pane counts %s guests, want %s", n, tt.pane)
			}
			b.get("/o/contoso/people?only=guests")
			if got := b.line(`<th scope="row">`, "</tr>"); !strings.Contains(got, tt.before) || (got == "") != (tt.before == "") {
				t.Errorf("before: %q, want %q", got, tt.before)
			}
			if tt.profile == "otp" {
				return
			}
			b.redeem("carol@fabrikam.com")
			b.get("/o/contoso/people?only=guests")
			if got := b.line(`<th scope="row">`, "</tr>"); !strings.Contains(got, tt.after) || !strings.Contains(got, "External Entra ID Fabrikam") {
				t.Errorf("after: %q, want %q", got, tt.after)
			}
		})
	}
}

// The rules are those of the faces: whoever may not is told why, and nothing has changed.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, who, path string
		fields          []string
		status          int
		reason          string
	}{
		{"SharePoint's settings are no member's", megan, "/o/contoso/sharing", []string{"do", "level", "level", "0"}, 403, "InsufficientRights"},
		{"a level that there is not", adele, "/o/contoso/sharing", []string{"do", "level", "level", "7"}, 400, "InvalidProperty"},
		{"a profile that there is not", adele, "/o/contoso/sharing", []string{"do", "profile", "profile", "x"}, 400, "InvalidProperty"},
		{"limits in words", adele, "/o/contoso/sharing", []string{"do", "limits", "anyone", "many"}, 400, "InvalidProperty"},
		{"directory policies are no member's", megan, "/o/contoso/policies", []string{"do", "authorization", "inviters", "none", "guests", ""}, 403, "InsufficientRights"},
		{"nor the domain list", megan, "/o/contoso/policies", []string{"do", "domains", "allow", "x.example"}, 403, "InsufficientRights"},
		{"who belongs to the organisation is not invited", adele, "/o/contoso/people", []string{"do", "invite", "email", "zoe@contoso.com"}, 400, "InviteeInTenant"},
		{"no address", adele, "/o/contoso/people", []string{"do", "invite", "email", "nobody"}, 400, "InvalidProperty"},
		{"people are deleted by administrators", megan, "/o/contoso/people/" + adele, []string{"do", "delete"}, 403, "InsufficientRights"},
		{"and disabled", megan, "/o/contoso/people/" + adele, []string{"do", "enable"}, 403, "InsufficientRights"},
		{"nobody to restore", adele, "/o/contoso/people", []string{"do", "restore", "person", megan}, 404, "UserNotFound"},
		{"groups are changed by owners", megan, "/o/contoso/groups/" + projectX, []string{"do", "add", "member", adele}, 403, "InsufficientRights"},
		{"roles are given by administrators", adele, "/o/contoso/roles", []string{"do", "assign", "role", "Guest Inviter", "person", megan}, 403, "InsufficientRights"},
		{"an unknown action", adele, "/o/contoso/people", []string{"do", "dance"}, 400, ""},
		{"an unknown organisation", adele, "/o/nowhere/people", []string{"do", "invite"}, 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := as(t, tt.who)
			if answer := b.post(tt.path, tt.fields...); answer.StatusCode != tt.status {
				t.Errorf("%s, want %d\n%s", answer.Status, tt.status, b.main())
			}
			if tt.reason != "" && !strings.Contains(b.page, "Reason: <code>"+tt.reason+"</code>") {
				t.Errorf("no reason %s: %s", tt.reason, b.line(`id="said"`, "<h1"))
			}
		})
	}
}

func TestSharingIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	b := as(t, adele)
	b.get("/o/contoso/sites")
	b.get(b.link(">Intranet</a>"))
	site := strings.TrimSuffix(b.link(">Manage access</a>"), "/access")
	if answer := b.post(site+"/share", "do", "people", "people", "carol@fabrikam.com", "role", "read"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("%s\n%s", answer.Status, b.main())
	}
	if !strings.Contains(b.page, "Reason: <code>") {
		t.Errorf("no reason: %s", b.main())
	}
	folder := b.specs()
	b.get(folder + "/share")
	for _, tt := range []struct {
		name   string
		fields []string
		status int
		reason string
	}{
		{"nobody", []string{"do", "people", "people", " , "}, 400, "MissingProperty"},
		{"no day", []string{"do", "people", "people", "carol@fabrikam.com", "role", "read", "expires", "soon"}, 400, "InvalidProperty"},
		{"no role", []string{"do", "people", "people", "carol@fabrikam.com", "role", "king"}, 400, "RoleInvalid"},
		{"nobody in the organisation", []string{"do", "people", "people", "ghost@contoso.com", "role", "read"}, 400, "RecipientUnresolved"},
		{"no scope", []string{"do", "link", "scope", "moon", "type", "view"}, 400, "InvalidProperty"},
		{"a password for colleagues", []string{"do", "link", "scope", "organization", "type", "view", "password", "x"}, 400, "InvalidProperty"},
	} {
		if answer := b.post(folder+"/share", tt.fields...); answer.StatusCode != tt.status || !strings.Contains(b.page, "<code>"+tt.reason+"</code>") {
			t.Errorf("%s: %s, %s; want %d %s", tt.name, answer.Status, b.line(`id="said"`, "<nav"), tt.status, tt.reason)
		}
	}
}

func TestManageAccess(t *testing.T) {
	t.Parallel()
	b := busy(t)
	folder := b.specs()
	b.get("/")
	b.do("/session", "do", "act", "organisation", contoso, "as", adele)
	access := folder + "/access"
	b.get(access)
	grant := func(section string) string {
		_, rest, _ := strings.Cut(b.page, section)
		m := regexp.MustCompile(`name="grant" value="([^"]+)"`).FindStringSubmatch(rest)
		if m == nil {
			t.Fatalf("nothing under %s\n%s", section, b.main())
		}
		return m[1]
	}
	pending := grant("Pending invitations")
	if page := b.do(access, "do", "resend", "grant", pending); !strings.Contains(page, "once more") {
		t.Error("the invitation was not sent again")
	}
	if b.do(access, "do", "role", "grant", pending, "role", "read"); !strings.Contains(b.line("Pending invitations", "Direct access"), "read") {
		t.Errorf("the role stays: %s", b.line("Pending invitations", "Direct access"))
	}
	if b.do(access, "do", "remove", "grant", pending); strings.Contains(b.page, "Pending invitations") {
		t.Error("the invitation is not withdrawn")
	}
	link := grant(">Links")
	if b.do(access, "do", "remove", "grant", link); strings.Contains(b.line(">Links", "Inherited"), "Anyone") {
		t.Error("the link is still there")
	}
	if answer := b.post(access, "do", "remove", "grant", link); answer.StatusCode != http.StatusNotFound {
		t.Errorf("removed twice: %s", answer.Status)
	}
	b.do(folder+"/share", "do", "link", "scope", "users", "type", "edit", "people", "dan@fabrikam.com; megan@contoso.com")
	users := grant(">Links")
	if b.do(access, "do", "recipient", "grant", users, "recipient", "megan@contoso.com"); strings.Contains(b.line(">Links", "Inherited"), "megan") {
		t.Error("she is still a recipient")
	}
	if b.do(access, "do", "break", "keep", "yes"); !strings.Contains(b.page, "permissions of its own") || strings.Contains(b.line(">Inherited", "</section>"), "Owners") {
		t.Errorf("inheritance is not broken: %s", b.main())
	}
	if b.do(access, "do", "restore"); !strings.Contains(b.line(">Inherited", "</section>"), "Project X Owners") {
		t.Errorf("inheritance is not back: %s", b.main())
	}
	if b.get(access + "?to=megan@contoso.com"); !strings.Contains(b.line("Why may somebody?", "</ul>"), "write allowed") {
		t.Errorf("explained: %s", b.line("Why may somebody?", "</ul>"))
	}
}

func TestRecycleBin(t *testing.T) {
	t.Parallel()
	b := as(t, adele)
	folder := b.specs()
	b.get(folder)
	b.do(folder, "do", "folder", "name", "Entwürfe")
	made := b.link(">Entwürfe</a>")
	b.do(made, "do", "rename", "name", "Entwürfe 2")
	b.do(made, "do", "delete")
	b.get("/o/contoso/sites")
	b.get(b.link(">Project X</a>"))
	bin := b.link(">Recycle bin</a>")
	entry := func() string {
		b.get(bin)
		m := regexp.MustCompile(`name="entry" value="([^"]+)"`).FindStringSubmatch(b.page)
		if m == nil {
			t.Fatalf("the bin is empty: %s", b.main())
		}
		return m[1]
	}
	b.do(bin, "do", "restore", "entry", entry())
	if !strings.Contains(b.get(made), "Entwürfe 2") {
		t.Error("it is not back")
	}
	b.do(made, "do", "delete")
	b.do(bin, "do", "purge", "entry", entry())
	if answer := b.post(bin, "do", "restore", "entry", "none"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("%s", answer.Status)
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.get("/o/contoso/people")
	dan := b.link(">Dan</a>")
	id := dan[strings.LastIndex(dan, "/")+1:]
	b.do(dan, "do", "delete")
	if !strings.Contains(b.page, "Deleted people") || strings.Contains(b.line(`id="guests"`, "</section>"), "Dan") {
		t.Errorf("not deleted: %s", b.main())
	}
	if !strings.Contains(b.get(dan), `<span class="state bad">deleted</span>`) {
		t.Error("his page does not say it")
	}
	if b.do("/o/contoso/people", "do", "restore", "person", id); !strings.Contains(b.page, "with the same object") {
		t.Error("not restored")
	}
	b.do(dan, "do", "enable")
	if !strings.Contains(b.page, `<span class="state bad">disabled</span>`) {
		t.Error("not disabled")
	}
	group := "/o/contoso/groups/" + projectX
	b.do(group, "do", "add", "member", id)
	if !strings.Contains(b.line(`id="people"`, "</section>"), "Dan") {
		t.Error("not in the group")
	}
	b.do(group, "do", "remove", "member", id, "as", "member")
	b.do("/o/contoso/roles", "do", "assign", "role", "Guest Inviter", "person", id)
	m := regexp.MustCompile(`(?s)>Dan</a>.{0,400}?name="assignment" value="([^"]+)"`).FindStringSubmatch(b.page)
	if m == nil {
		t.Fatalf("no role: %s", b.main())
	}
	b.do("/o/contoso/roles", "do", "unassign", "assignment", m[1])
	b.do(dan, "do", "delete")
	b.do(dan, "do", "purge")
	if answer := b.send(httptest.NewRequest(http.MethodGet, control+dan, nil)); answer.StatusCode != http.StatusNotFound {
		t.Errorf("after purging: %s", answer.Status)
	}
}

func TestResetRedemption(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.redeem("carol@fabrikam.com")
	b.get("/o/contoso/people")
	guest := b.link(">Carol Cline</a>")
	if !strings.Contains(b.get(guest), "Accepted") {
		t.Fatal("not accepted")
	}
	if b.do(guest, "do", "reset"); !strings.Contains(b.line(">As a guest", "</dl>"), "PendingAcceptance") {
		t.Errorf("not reset: %s", b.main())
	}
}

// A setting changes what the explanation beside it says.
func TestExplainFlips(t *testing.T) {
	t.Parallel()
	b := as(t, adele)
	b.get("/o/contoso/sharing")
	why := func() string { return b.line("share with somebody new?", "</li>") }
	if !strings.HasPrefix(why(), "allowed") {
		t.Fatalf("before: %s", why())
	}
	b.do("/o/contoso/sharing", "do", "level", "level", "0")
	if !strings.HasPrefix(why(), "refused") || !strings.Contains(why(), "SharingCapability") {
		t.Errorf("closed: %s", why())
	}
	b.do("/o/contoso/sharing", "do", "level", "level", "1")
	if got := b.line("make a link for anyone?", "</li>"); !strings.HasPrefix(got, "refused") || !strings.HasPrefix(why(), "allowed") {
		t.Errorf("guests only: %s; %s", why(), got)
	}
	b.do("/o/contoso/sharing", "do", "domains", "mode", "2", "block", "fabrikam.com")
	b.get("/o/contoso/sharing?to=carol@fabrikam.com")
	if got := b.line("share with carol@fabrikam.com?", "</li>"); !strings.Contains(got, "SharingDomainBlocked") {
		t.Errorf("blocked domain: %s", got)
	}
	b.do("/o/contoso/sharing", "do", "limits", "anyone", "30", "expire", "yes", "guests", "60", "noresharing", "yes", "nosync", "yes")
	if !strings.Contains(b.page, `name="guests" min="30" max="730" value="60"`) {
		t.Error("the limits are not kept")
	}
}

func TestSync(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.do("/session", "do", "act", "organisation", fabrikam, "as", carol)
	b.get("/o/fabrikam/received")
	if got := b.line("Waiting for you", "</section>"); !strings.Contains(got, "Specs of Contoso") {
		t.Errorf("waiting: %s", b.main())
	}
	if strings.Contains(b.page, "odopen:") {
		t.Error("Sync before redemption")
	}
	b.redeem("carol@fabrikam.com")
	b.get("/o/fabrikam/received")
	if !strings.Contains(b.page, `href="odopen:`) || strings.Contains(b.page, "Waiting for you") {
		t.Errorf("no Sync: %s", b.main())
	}
	b.get(b.specs() + "/access")
	anyone := regexp.MustCompile(`data-copy="(http[^"]*/:f:/[^"]*)"`).FindStringSubmatch(b.page)
	if anyone == nil {
		t.Fatalf("no link: %s", b.main())
	}
	for _, tt := range []struct{ link, want string }{
		{html.UnescapeString(anyone[1]), "a link for anyone cannot be synced"},
		{"https://example.com/", "no address of an emulated SharePoint"},
		{"https://nowhere.sharepoint.com/", "no organisation has this address"},
		{"https://contoso.sharepoint.com/sites/none", "could not be found"},
		{"https://contoso.sharepoint.com/sites/intranet", "no permission"},
	} {
		b.get("/o/fabrikam/received?link=" + strings.ReplaceAll(tt.link, "?", "%3F"))
		if got := b.line(`<div role="status"`, "</div>"); !strings.Contains(got, "no Sync") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.link, got, tt.want)
		}
	}
}

// All that a browser loads fits in 150 KB.
func TestAssetsAreSmall(t *testing.T) {
	t.Parallel()
	const most = 150 << 10
	total := int64(0)
	err := fs.WalkDir(os.DirFS("."), "assets", func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		total += info.Size()
		return err
	})
	if err != nil || total == 0 || total > most {
		t.Errorf("%d bytes, %v; at most %d", total, err, most)
	}
}
