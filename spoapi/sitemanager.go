package spoapi

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// managerNodes make sites: SPSiteManager those without a group, GroupSiteManager Microsoft 365 groups with theirs.
func managerNodes() []node {
	return []node{
		{
			Name: "sitemanager",
			Operations: slices.Concat(
				managing(
					operation{Name: "SPSiteManager.create", Method: "POST", Segment: "Create", Source: "pnp/pnpjs:packages/sp/sites/types.ts", Handler: createSite},
					operation{Name: "SPSiteManager.delete", Method: "POST", Segment: "Delete", Source: "pnp/pnpjs:packages/sp/sites/types.ts", Handler: deleteSite},
				),
				reading(
					operation{Name: "SPSiteManager.status", Method: "GET", Segment: "Status", Params: []string{"url"}, Source: "pnp/pnpjs:packages/sp/sites/types.ts", Handler: siteStatus},
				),
			),
		},
		{
			Name: "groupmanager",
			Operations: slices.Concat(
				managing(operation{Name: "GroupSiteManager.CreateGroupEx", Method: "POST", Segment: "CreateGroupEx", Source: "pnp/pnpjs:packages/sp/sites/types.ts", Handler: createGroupSite}),
				reading(operation{Name: "GroupSiteManager.GetSiteStatus", Method: "GET", Segment: "GetSiteStatus", Params: []string{"groupId"}, Source: "pnp/pnpjs:packages/sp/sites/types.ts", Handler: groupSiteStatus}),
			),
		},
	}
}

// siteOperations are the static functions about sites.
func siteOperations() []operation {
	const source = "pnp/pnpjs:packages/sp/sites/types.ts"
	return reading(
		operation{Name: "SP.Site.Exists", Method: "POST", Segment: "SP.Site.Exists", Params: []string{"url"}, Source: source, Handler: siteExists},
		operation{Name: "SP.Web.GetDocumentLibraries", Method: "GET", Segment: "SP.Web.GetDocumentLibraries", Params: []string{"webFullUrl"}, Source: source, Handler: documentLibraries},
		operation{Name: "SP.Web.GetWebUrlFromPageUrl", Method: "GET", Segment: "SP.Web.GetWebUrlFromPageUrl", Params: []string{"pageFullUrl"}, Source: source, Handler: webOfPage},
	)
}

// The states of a site.
const (
	siteNotFound = 0
	siteReady    = 2
	siteTaken    = 4
)

// wireStatus is SP.…SPSiteCreationResponse.
type wireStatus struct {
	SiteID  string `json:"SiteId"`
	Status  int    `json:"SiteStatus"`
	SiteURL string `json:"SiteUrl"`
}

func (wireStatus) edmKind() string {
	return "Microsoft.SharePoint.Portal.SPSiteCreationResponse"
}

func (c *request) statusOf(function string, s state.Site) result {
	w := wireStatus{SiteID: s.ID, Status: siteReady, SiteURL: c.webURL(s)}
	if s.ID == "" {
		w = wireStatus{Status: siteNotFound}
	}
	return result{name: function, kind: w.edmKind(), value: w}
}

func createSite(c *request, _ *odata.Call) (any, error) {
	type creation struct{ Title, URL, Description, WebTemplate, Owner string }
	var in struct{ Request creation }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, err := url.Parse(in.Request.URL)
	if err != nil || u.Path == "" {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "Url", "The site url is not valid.")
	}
	s, err := sharing.CreateSite(c.tx, c.caller, sharing.NewSite{
		Path: u.Path, Title: in.Request.Title, Description: in.Request.Description, Template: in.Request.WebTemplate, Owner: in.Request.Owner,
	})
	if problem.ReasonOf(err) == problem.NameExists {
		w := wireStatus{Status: siteTaken, SiteURL: ""}
		return result{name: "Create", kind: w.edmKind(), value: w}, nil
	}
	if err != nil {
		return nil, err
	}
	return c.statusOf("Create", s), nil
}

// siteOfURL is the site at exactly an address, zero where there is none that the caller may know of.
func (c *request) siteOfURL(address string) state.Site {
	at, err := c.placeAt(address)
	if err != nil || at.List.ID != "" || !strings.EqualFold(strings.TrimSuffix(address, "/"), c.webURL(at.Site)) {
		return state.Site{}
	}
	return at.Site
}

func siteStatus(c *request, call *odata.Call) (any, error) {
	return c.statusOf("Status", c.siteOfURL(call.Args.Text("url"))), nil
}

func siteExists(c *request, call *odata.Call) (any, error) {
	in := struct{ URL string }{call.Args.Text("url")}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return result{name: "Exists", kind: "Edm.Boolean", value: c.siteOfURL(in.URL).ID != ""}, nil
}

func deleteSite(c *request, _ *odata.Call) (any, error) {
	var in struct{ SiteID string }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, ok := c.tx.Site(c.tenant.ID, in.SiteID)
	if !ok {
		return nil, errSiteMissing
	}
	return void{"Delete"}, sharing.RemoveSite(c.tx, c.caller, s)
}

// wireGroupSite is SP.…GroupSiteInfo.
type wireGroupSite struct {
	DocumentsURL string  `json:"DocumentsUrl"`
	Error        *string `json:"ErrorMessage"`
	GroupID      string  `json:"GroupId"`
	SiteStatus   int     `json:"SiteStatus"`
	SiteURL      string  `json:"SiteUrl"`
}

func (wireGroupSite) edmKind() string { return "Microsoft.SharePoint.Portal.GroupSiteInfo" }

func (c *request) groupStatus(function, group string) result {
	w := wireGroupSite{GroupID: group, SiteStatus: siteNotFound}
	if s, ok := c.tx.SiteByGroup(c.tenant.ID, group); ok {
		w.SiteStatus, w.SiteURL, w.DocumentsURL = siteReady, c.webURL(s), c.webURL(s)+"/Shared%20Documents"
	}
	return result{name: function, kind: w.edmKind(), value: w}
}

func createGroupSite(c *request, _ *odata.Call) (any, error) {
	var in struct {
		DisplayName, Alias string
		IsPublic           bool
		OptionalParams     struct{ Description string }
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if c.caller.Guest() {
		return nil, c.require(placeOfSite(c.site), state.RoleOwner)
	}
	g := state.Group{
		TenantID: c.tenant.ID, DisplayName: in.DisplayName, MailNickname: in.Alias, Description: in.OptionalParams.Description,
		Unified: true, MailEnabled: true, Visibility: "Private",
	}
	if in.IsPublic {
		g.Visibility = "Public"
	}
	g, err := c.Groups.AddGroup(c.tx, c.caller, g)
	if err != nil {
		return nil, err
	}
	return c.groupStatus("CreateGroupEx", g.ID), nil
}

func groupSiteStatus(c *request, call *odata.Call) (any, error) {
	return c.groupStatus("GetSiteStatus", strings.Trim(call.Args.Text("groupId"), "{}")), nil
}

// wireLibrary is SP.DocumentLibraryInformation.
type wireLibrary struct {
	AbsoluteURL  string `json:"AbsoluteUrl"`
	Modified     string `json:"Modified"`
	Friendly     string `json:"ModifiedFriendlyDisplay"`
	ServerURL    string `json:"ServerRelativeUrl"`
	Title        string `json:"Title"`
	DriveID      string `json:"DriveId"`
	FromCrossFar bool   `json:"FromCrossFarm"`
	ID           string `json:"Id"`
}

func (wireLibrary) edmKind() string { return "SP.DocumentLibraryInformation" }

// documentLibraries lists the libraries of a web that the caller may read.
func documentLibraries(c *request, call *odata.Call) (any, error) {
	at, err := c.placeAt(call.Args.Text("webFullUrl"))
	if err != nil {
		return nil, errSiteMissing
	}
	all := []wireLibrary{}
	view := sharing.ViewOf(c.tx, c.caller, at.Site)
	for _, l := range drive.Lists(c.tx, at.Site) {
		if !l.Library() || l.Hidden || view.Access(drive.Place{Site: at.Site, List: l}).Role == "" {
			continue
		}
		path := drive.ListPath(at.Site, l)
		all = append(all, wireLibrary{
			AbsoluteURL: c.address(at.Site, path), Modified: wireTime(l.ModifiedAt), ServerURL: path, Title: l.Title,
			DriveID: drive.DriveID(at.Site, l), ID: l.ID,
		})
	}
	return result{name: "GetDocumentLibraries", kind: "Collection(SP.DocumentLibraryInformation)", value: all}, c.requireWeb(at.Site)
}

// webOfPage is the address of the web that a page stands in.
func webOfPage(c *request, call *odata.Call) (any, error) {
	at, err := c.placeAt(call.Args.Text("pageFullUrl"))
	if err != nil {
		return nil, errSiteMissing
	}
	return result{name: "GetWebUrlFromPageUrl", kind: "Edm.String", value: c.webURL(at.Site)}, nil
}
