package spoapi

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// paper is a document of a test.
type paper map[string]any

func (p paper) property(name string) (any, bool) { v, ok := p[name]; return v, ok }

func (p paper) words() []string { return splitWords(p["text"].(string)) }

func TestKQL(t *testing.T) {
	t.Parallel()
	d := paper{
		"text": "The launch is in spring.", "title": "Launch plan", "fileextension": "docx", "size": int64(2048), "viewablebyexternalusers": true,
		"path": "https://contoso.sharepoint.com/sites/marketing/Shared Documents/Launch plan.docx", "author": []string{"Megan Bowen", "megan@contoso.com"},
		"write": time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), "now": time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), "nothing": nil,
	}
	for query, want := range map[string]bool{
		"": true, "*": true, "launch": true, "LAUNCH": true, "laun": false, "laun*": true, "launch spring": true, "launch autumn": false,
		`"in spring"`: true, `"spring in"`: false, "launch OR autumn": true, "launch AND autumn": false, "NOT autumn": true, "-launch": false,
		"+launch -autumn": true, "(launch OR autumn) AND spring": true, "launch NEAR(3) spring": true,
		"title:launch": true, `title:"launch plan"`: true, `title="launch"`: false, "title=launch*": true, "title:plan*": true, "title:la*": true,
		"FileExtension:docx": true, "fileextension:(pdf docx)": true, "fileextension:(pdf OR xlsx)": false, "FileExtension:pdf FileExtension:docx": true,
		"NOT FileExtension:aspx": true, "fileextension<>pdf": true, "ViewableByExternalUsers:true": true, "ViewableByExternalUsers=false": false,
		"size>1000": true, "size>=2048 AND size<=2048": true, "size:1..100": false, "size:2000..3000": true, "size<2048": false, "size=x": false,
		`path:"https://contoso.sharepoint.com/sites/marketing"`: true, "path:https://contoso.sharepoint.com/sites/mark": false,
		"path:https://contoso.sharepoint.com/sites/mark*": true, `site:"https://contoso.sharepoint.com"`: false,
		"author:megan": true, "author:megan@contoso.com": true, "author:adele": false,
		"write:yesterday": true, "write:today": false, `write:"this week"`: true, "write>2026-11-01": true, "write<2026-11-24": false,
		"write:2026-11-24": true, "write:2026-11-01..2026-11-30": true, "write=11/24/2026": true, "write:soon": false,
		"nothing:x": false, "unknown:x": false,
	} {
		n, err := parseKQL(query)
		if err != nil {
			t.Errorf("%q: %v", query, err)
			continue
		}
		if got := n == nil || n.match(d); got != want {
			t.Errorf("%q finds it: %v, want %v (%v)", query, got, want, n)
		}
	}
	for _, query := range []string{"(", ")", "a AND", "OR a", "title:", "NOT", "a (", "title:(", "-", strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100), strings.Repeat("a", maxKQL+1)} {
		if n, err := parseKQL(query); problem.KindOf(err) != problem.Invalid || n != nil {
			t.Errorf("%.20q is read as %v (%v)", query, n, err)
		}
	}
}

type found struct {
	PrimaryQueryResult struct {
		RelevantResults struct {
			RowCount, TotalRows int
			Table               struct {
				Rows []struct{ Cells []wireCell }
			}
		}
		RefinementResults *wireRefined
	}
}

// titles are the values of one property in the order of the results.
func (f found) values(key string) []string {
	all := []string{}
	for _, r := range f.PrimaryQueryResult.RelevantResults.Table.Rows {
		for _, c := range r.Cells {
			if c.Key == key && c.Value != nil {
				all = append(all, *c.Value)
			}
		}
	}
	return all
}

func TestSearch(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.put("Readme.txt", "Poster.txt", "Plan.md")
	h.update(func(tx *state.Tx) error { return h.shareWithCarol(tx, "Readme.txt") })
	ask1 := func(as, query string) found {
		var f found
		h.must("GET", "search/query?querytext='"+query+"'&selectproperties='Title,Path,FileName'&sortlist='FileName:ascending'", ask{as: as}, &f)
		return f
	}
	for _, tt := range []struct {
		as, query string
		want      []string
	}{
		{"", "ViewableByExternalUsers:true", []string{"Readme.txt"}},
		{"", "ViewableByExternalUsers:false IsDocument:true", []string{"Plan.md", "Poster.txt"}},
		{"", "FileExtension:txt", []string{"Poster.txt", "Readme.txt"}},
		{"", `SharedWithUsersOWSUSER:carol@fabrikam.com`, []string{"Readme.txt"}},
		{"", "poster content", []string{"Poster.txt"}},
		{"pradeep@contoso.com", "IsDocument:true", nil},
		{"vera@contoso.com", "contentclass:STS_Site Title:Marketing", nil},
	} {
		if got := ask1(tt.as, tt.query).values("FileName"); !slices.Equal(got, tt.want) {
			t.Errorf("%s as %s: %v, want %v", tt.query, tt.as, got, tt.want)
		}
	}
	if got := ask1("vera@contoso.com", "contentclass:STS_Site Title:Marketing").values("Path"); !slices.Equal(got, []string{siteURL}) {
		t.Errorf("the site: %v", got)
	}
	var f found
	h.must("POST", "search/postquery", ask{body: `{"request":{"__metadata":{"type":"x"},"Querytext":"IsDocument:true","RowLimit":1,"StartRow":1,"SelectProperties":{"results":["FileName","Size"]},"Refiners":"FileType","SortList":{"results":[{"Property":"FileName","Direction":1}]}}}`}, &f)
	if r := f.PrimaryQueryResult.RelevantResults; r.RowCount != 1 || r.TotalRows != 3 || !slices.Equal(f.values("FileName"), []string{"Poster.txt"}) {
		t.Errorf("a page: %+v", f)
	}
	if r := f.PrimaryQueryResult.RefinementResults; r == nil || len(r.Refiners[0].Entries) != 2 || r.Refiners[0].Entries[1] != (wireEntry{"2", "txt", `equals("txt")`, "txt"}) {
		t.Errorf("refiners: %+v", r)
	}
	h.run([]step{
		{"verbose", "GET", "search/query?querytext='readme'", "", "", "verbose", 200, `{"d":{"query":{"__metadata":{"type":"Microsoft.Office.Server.Search.REST.SearchResult"}`},
		{"refined", "GET", "search/query?querytext='*'&refinementfilters='filetype:equals(\"md\")'&selectproperties='FileName'", "", "", "", 200, `"TotalRows":1,`},
		{"malformed", "GET", "search/query?querytext='('", "", "", "", 400, "The query is malformed."},
		{"a negative page", "POST", "search/postquery", "", `{"request":{"Querytext":"x","RowLimit":-1}}`, "", 400, "negative"},
		{"what the service has beside it", "GET", "search/suggest?querytext='x'", "", "", "", 501, "not emulated"},
	})
}

// shareWithCarol gives a guest of the tenant a right on a file.
func (h *host) shareWithCarol(tx *state.Tx, file string) error {
	system := directory.SystemPrincipal(contosoID)
	guest, err := directory.AddGuest(tx, system, directory.GuestSpec{TenantID: contosoID, Email: "carol@fabrikam.com"})
	if err != nil {
		return err
	}
	carol, err := directory.AddUser(tx, directory.SystemPrincipal(fabrikamID), state.User{TenantID: fabrikamID, DisplayName: "Carol", UserPrincipalName: "carol@fabrikam.com", AccountEnabled: true})
	if err != nil {
		return err
	}
	if guest, err = directory.CompleteRedemption(tx, guest, directory.Account(carol)); err != nil {
		return err
	}
	t, _ := tx.Tenant(contosoID)
	t.Sharing.SharingCapability = state.ExternalUserAndGuestSharing
	tx.PutTenant(t)
	h.site, _ = tx.Site(contosoID, h.site.ID)
	h.site.Sharing.Capability = state.ExternalUserAndGuestSharing
	tx.PutSite(h.site)
	l, i, err := drive.AtServerPath(tx, h.site, library+"/"+file)
	if err != nil {
		return err
	}
	if _, err := drive.EnsureSiteUser(tx, h.site, guest); err != nil {
		return err
	}
	tx.PutPermission(state.Permission{
		TenantID: contosoID, ID: tx.NewID(), On: drive.Place{Site: h.site, List: l, Item: i}.Securable(), To: state.ToUser, ObjectID: guest.ID,
		Email: guest.Mail, Role: state.RoleRead, CreatedAt: tx.Now(),
	})
	return nil
}

func TestSiteManager(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	const root = "https://contoso.sharepoint.com/_api/"
	create := func(url, title string) string {
		return `{"request":{"Title":"` + title + `","Url":"` + url + `","Lcid":1033,"WebTemplate":"SITEPAGEPUBLISHING#0"}}`
	}
	h.run([]step{
		{"made", "POST", root + "SPSiteManager/create", "pradeep@contoso.com", create("https://contoso.sharepoint.com/sites/news", "News"), "", 200, `"SiteStatus":2,"SiteUrl":"https://contoso.sharepoint.com/sites/news"}`},
		{"its maker owns it", "PATCH", "https://contoso.sharepoint.com/sites/news/_api/web", "pradeep@contoso.com", `{"Description":"x"}`, "", 200, "="},
		{"its template", "GET", "https://contoso.sharepoint.com/sites/news/_api/web?$select=WebTemplate", "pradeep@contoso.com", "", "", 200, `={"WebTemplate":"SITEPAGEPUBLISHING"}`},
		{"taken", "POST", root + "SPSiteManager/create", "", create("https://contoso.sharepoint.com/sites/News", "News"), "", 200, `"SiteStatus":4`},
		{"no site's address", "POST", root + "SPSiteManager/create", "", create("https://contoso.sharepoint.com/news", "News"), "", 400, "The site url is not valid."},
		{"no title", "POST", root + "SPSiteManager/create", "", create("https://contoso.sharepoint.com/sites/x", ""), "", 400, "title"},
		{"status", "GET", root + "SPSiteManager/status?url='https://contoso.sharepoint.com/sites/news'", "", "", "", 200, `"SiteStatus":2`},
		{"none", "GET", root + "SPSiteManager/status?url='https://contoso.sharepoint.com/sites/none'", "", "", "", 200, `"SiteStatus":0`},
		{"exists", "POST", root + "SP.Site.Exists", "", `{"url":"https://contoso.sharepoint.com/sites/news"}`, "", 200, `={"value":true}`},
		{"does not", "POST", root + "SP.Site.Exists", "", `{"url":"https://contoso.sharepoint.com/sites/none"}`, "", 200, `={"value":false}`},
		{"a group with its site", "POST", root + "GroupSiteManager/CreateGroupEx", "", `{"displayName":"Crew","alias":"crew","isPublic":false}`, "", 200, `"SiteStatus":2,"SiteUrl":"https://contoso.sharepoint.com/sites/crew"}`},
		{"the libraries of a web", "GET", root + "SP.Web.GetDocumentLibraries(@v)?@v='" + siteURL + "'", "", "", "", 200, `"Title":"Documents"`},
		{"the web of a page", "GET", root + "SP.Web.GetWebUrlFromPageUrl(@v)?@v='" + siteURL + "/Shared Documents/Forms/AllItems.aspx'", "", "", "", 200, `={"value":"` + siteURL + `"}`},
	})
}
