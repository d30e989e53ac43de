package links_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/links"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	local := links.Origin{Scheme: "http", Suffix: "localhost", Port: "4365"}
	mapped := links.Origin{Scheme: "http", Suffix: "tenants.test", Port: "32768"}
	for _, tt := range []struct {
		host string
		want links.Place
		ok   bool
	}{
		{"login.microsoftonline.com", links.Place{Service: links.Login, Name: "login.microsoftonline.com"}, true},
		{"LOGIN.WINDOWS.NET:443", links.Place{Service: links.Login, Name: "login.windows.net"}, true},
		{"graph.microsoft.com.", links.Place{Service: links.Graph, Name: "graph.microsoft.com"}, true},
		{"Contoso.sharepoint.com", links.Place{Service: links.SharePoint, Prefix: "contoso", Name: "contoso.sharepoint.com"}, true},
		{"contoso-my.sharepoint.com", links.Place{Service: links.SharePoint, Prefix: "contoso", Host: links.My, Name: "contoso-my.sharepoint.com"}, true},
		{"contoso-admin.sharepoint.com", links.Place{Service: links.SharePoint, Prefix: "contoso", Host: links.Admin, Name: "contoso-admin.sharepoint.com"}, true},
		{"graph.localhost:4365", links.Place{Service: links.Graph, Name: "graph.localhost", Origin: local}, true},
		{"contoso-my.sharepoint.localhost:4365", links.Place{Service: links.SharePoint, Prefix: "contoso", Host: links.My, Name: "contoso-my.sharepoint.localhost", Origin: local}, true},
		{"login.tenants.test:32768", links.Place{Service: links.Login, Name: "login.tenants.test", Origin: mapped}, true},

		{"example.com", links.Place{}, false},
		{"localhost:4365", links.Place{}, false},
		{"127.0.0.1:4365", links.Place{}, false},
		{"sharepoint.com", links.Place{}, false},
		{"a.b.sharepoint.com", links.Place{}, false},
		{"-my.sharepoint.com", links.Place{}, false},
		{"::contoso.sharepoint.com", links.Place{}, false},
		{"con:toso.sharepoint.com", links.Place{}, false},
		{"con toso.sharepoint.com", links.Place{}, false},
		{"evilgraph.microsoft.com", links.Place{}, false},
		{"graph.microsoft.com.evil.test", links.Place{}, false},
		{"", links.Place{}, false},
	} {
		got, ok := links.Resolve("http", tt.host, "tenants.test")
		if ok != tt.ok || got != tt.want {
			t.Errorf("%q: got %+v, %v; want %+v, %v", tt.host, got, ok, tt.want, tt.ok)
		}
	}
}

// TestURLs holds every address that is handed out, by real and by local names.
func TestURLs(t *testing.T) {
	t.Parallel()
	realNames := links.Origin{}
	local := links.Origin{Scheme: "http", Suffix: "localhost", Port: "4365"}
	for _, tt := range []struct{ got, want string }{
		{realNames.Login(), "https://login.microsoftonline.com"},
		{local.Login(), "http://login.localhost:4365"},
		{realNames.Graph(), "https://graph.microsoft.com"},
		{local.Graph(), "http://graph.localhost:4365"},
		{realNames.DeviceLogin(), "https://microsoft.com/devicelogin"},
		{realNames.SharePoint("contoso", links.Admin), "https://contoso-admin.sharepoint.com"},
		{local.SharePoint("contoso", links.My), "http://contoso-my.sharepoint.localhost:4365"},
		{local.SharePointHost("contoso", links.Root), "contoso.sharepoint.localhost:4365"},
		{realNames.Site("contoso", false, "/"), "https://contoso.sharepoint.com"},
		{realNames.Site("contoso", false, "/sites/a b"), "https://contoso.sharepoint.com/sites/a%20b"},
		{realNames.Site("contoso", true, "/personal/m_c_com"), "https://contoso-my.sharepoint.com/personal/m_c_com"},
		{realNames.SharingLink("contoso", false, "/sites/x", "f", "T"), "https://contoso.sharepoint.com/:f:/s/x/T"},
		{realNames.SharingLink("contoso", false, "/", "w", "T"), "https://contoso.sharepoint.com/:w:/g/T"},
		{realNames.SharingLink("contoso", false, "/teams/x", "t", "T"), "https://contoso.sharepoint.com/:t:/t/x/T"},
		{realNames.SharingLink("contoso", true, "/personal/m", "f", "T"), "https://contoso-my.sharepoint.com/:f:/g/personal/m/T"},
		{links.AcceptInvitation("https://h", "0a-b"), "https://h/_layouts/15/acceptinvite.aspx?invitation=%7B0A-B%7D"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

// TestFollow holds that each address that is handed out is understood again.
func TestFollow(t *testing.T) {
	t.Parallel()
	for _, o := range []links.Origin{{}, {Scheme: "http", Suffix: "localhost", Port: "4365"}} {
		redeem := o.Redeem("T", "I", "a+b/c==")
		if !strings.Contains(redeem, "ticket%3da%252bb%252fc%253d%253d") {
			t.Errorf("the ticket is not escaped twice: %s", redeem)
		}
		f, ok := links.Follow(redeem, "")
		if !ok || f.Kind != links.B2BRedemption || f.Tenant != "T" || f.ID != "I" || f.Ticket != "a+b/c==" {
			t.Errorf("%s: %+v", redeem, f)
		}
		f, ok = links.Follow(links.AcceptInvitation(o.Site("contoso", false, "/sites/x"), "0a"), "")
		if !ok || f.Kind != links.SharePointInvite || f.ID != "0a" || f.Place.Prefix != "contoso" {
			t.Errorf("acceptinvite: %+v", f)
		}
		f, ok = links.Follow(o.SharingLink("contoso", true, "/personal/m", "f", "TOKEN")+"?e=x", "")
		if !ok || f.Kind != links.SharingLinkURL || f.Token != "TOKEN" || f.Place.Host != links.My {
			t.Errorf("sharing link: %+v", f)
		}
		f, ok = links.Follow(o.Site("contoso", false, "/sites/x")+"/Shared%20Documents/a", "")
		if !ok || f.Kind != links.PlaceURL || f.Path != "/sites/x/Shared Documents/a" {
			t.Errorf("place: %+v", f)
		}
		for _, page := range []string{"/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2Fx%2FShared%20Documents%2Fa&viewid=0a", "/Shared%20Documents/Forms/AllItems.aspx?RootFolder=%2Fsites%2Fx%2FShared%20Documents%2Fa"} {
			f, ok = links.Follow(o.Site("contoso", false, "/sites/x")+page, "")
			if !ok || f.Kind != links.PlaceURL || f.Path != "/sites/x/Shared Documents/a" {
				t.Errorf("a library's page: %+v", f)
			}
		}
	}
	for _, bad := range []string{
		"", "x", "https://example.com/redeem?rd=x", "https://login.microsoftonline.com/redeem?rd=" + url.QueryEscape("https://evil.test/redeem/?tenant=T&user=I"),
	} {
		if f, ok := links.Follow(bad, ""); ok && f.Kind != links.Other {
			t.Errorf("%q leads to %+v", bad, f)
		}
	}
}

func TestShareID(t *testing.T) {
	t.Parallel()
	const address = "https://contoso.sharepoint.com/:f:/s/x/T?e=ä"
	id := links.ShareID(address)
	if got, ok := links.ParseShareID(id); !ok || got != address || strings.ContainsAny(id, "+/=") {
		t.Errorf("%s is %s, %v", id, got, ok)
	}
	for _, bad := range []string{"", "x", "s!abc", "u!*"} {
		if got, ok := links.ParseShareID(bad); ok {
			t.Errorf("%q decodes to %q", bad, got)
		}
	}
}

func FuzzFollow(f *testing.F) {
	f.Add(links.Origin{}.Redeem("T", "I", "a+b"))
	f.Add("https://contoso.sharepoint.com/:f:/s/x/T")
	f.Add("https://contoso.sharepoint.com/_layouts/15/guestaccess.aspx?share=x")
	f.Fuzz(func(t *testing.T, address string) {
		got, ok := links.Follow(address, "")
		if !ok && got != (links.Followed{}) {
			t.Errorf("%q is refused, with %+v", address, got)
		}
	})
}

func TestAt(t *testing.T) {
	t.Parallel()
	local := links.Origin{Scheme: "http", Suffix: "localhost", Port: "4365"}
	redeem := links.Origin{}.Redeem("t1", "i1", "a+b/c=")
	for _, tt := range []struct{ name, address, want string }{
		{"sharing link", "https://contoso.sharepoint.com/:f:/s/x/T0k?e=a%20b", "http://contoso.sharepoint.localhost:4365/:f:/s/x/T0k?e=a%20b"},
		{"OneDrive", "https://contoso-my.sharepoint.com/personal/a_b/Documents", "http://contoso-my.sharepoint.localhost:4365/personal/a_b/Documents"},
		{"sign-in", "https://login.microsoftonline.com/common/x#y", "http://login.localhost:4365/common/x#y"},
		{"Entra invitation", redeem, local.Redeem("t1", "i1", "a+b/c=")},
		{"local already", "http://contoso.sharepoint.localhost:9/sites/x", "http://contoso.sharepoint.localhost:4365/sites/x"},
		{"elsewhere", "https://example.com/", ""},
		{"script", "javascript:alert(1)", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := local.At(tt.address, ""); got != tt.want || ok != (tt.want != "") {
				t.Errorf("At(%q) = %q, %v; want %q", tt.address, got, ok, tt.want)
			}
		})
	}
	if got, _ := (links.Origin{}).At(local.Redeem("t1", "i1", "a+b/c="), ""); got != redeem {
		t.Errorf("back to the real names: %q, want %q", got, redeem)
	}
}

func TestRealName(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"graph.localhost:4365": "graph.microsoft.com", "login.windows.net": "login.microsoftonline.com", "live.localhost": "login.live.com",
		"contoso-my.sharepoint.localhost:80": "contoso-my.sharepoint.com", "contoso-admin.sharepoint.com": "contoso-admin.sharepoint.com",
		"invitations.localhost": "invitations.microsoft.com", "www.microsoft.com": "www.microsoft.com",
	} {
		p, ok := links.Resolve("http", host, "")
		if !ok || p.RealName() != want {
			t.Errorf("%s: %q %v, want %q", host, p.RealName(), ok, want)
		}
	}
}
