package spoapi

import (
	"fmt"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// currentWeb is the web that the request's path stands in. Whoever may not open it hears no more than that, whatever inside
// of it he asks for.
func currentWeb(c *request, _ any, _ odata.Args) (any, error) {
	return drive.Place{Site: c.site}, c.requireWeb(c.site)
}

func placeOf(v any) drive.Place {
	at, _ := v.(drive.Place)
	return at
}

// webNodes are the web, and the other webs below it, of which there are none here: a site has one web.
func webNodes() []node {
	return []node{
		{
			Name: "web", Extends: "securable", Properties: odata.PropertiesOf(wireWeb{}),
			Children:   slices.Concat(webChildren(), contentChildren(), sharingWebChildren()),
			Operations: slices.Concat(webOperations(), sharingWebOperations()),
			NotEmulated: []string{
				"Features", "Navigation", "ListTemplates", "CustomListTemplates", "PushNotificationSubscribers", "GetAvailableWebTemplates",
				"GetClientSideWebParts", "HubSiteData", "SyncHubSiteTheme", "MapToIcon", "ApplyTheme", "ApplyWebTemplate", "RelatedItems",
				"Workflows", "WorkflowTemplates", "ClientWebParts", "TenantAppCatalog", "SiteCollectionAppCatalog",
			},
		},
		{Name: "webs", NotEmulated: []string{"Add"}, Operations: reading(operation{
			Name: "webs.list", Method: "GET", Source: "sharepoint.md 2.3", Handler: listWebs,
		})},
		{
			Name: "regional", Properties: odata.PropertiesOf(wireRegional{}),
			Operations: reading(operation{Name: "regional.get", Method: "GET", Source: "from memory", Handler: getRegional}),
		},
		{
			Name: "properties", Properties: nil,
			Operations: reading(operation{Name: "properties.get", Method: "GET", Source: "sharepoint.md 5", Handler: getProperties}),
		},
	}
}

// webChildren lead to people, groups and rights of a web.
func webChildren() []child {
	return []child{
		{Name: "Webs", Of: "webs"},
		{Name: "CurrentUser", Of: "user", Resolve: currentUser},
		{Name: "SiteUsers", Of: "users", Resolve: siteUsers},
		{Name: "GetUserById", Of: "user", Params: []string{"userId"}, Resolve: userByID},
		{Name: "SiteGroups", Of: "groups"},
		{Name: "AssociatedOwnerGroup", Of: "group", Resolve: standardGroup(drive.SiteOwners)},
		{Name: "AssociatedMemberGroup", Of: "group", Resolve: standardGroup(drive.SiteMembers)},
		{Name: "AssociatedVisitorGroup", Of: "group", Resolve: standardGroup(drive.SiteVisitors)},
		{Name: "RoleDefinitions", Of: "roledefinitions"},
		{Name: "RegionalSettings", Of: "regional"},
		{Name: "AllProperties", Of: "properties"},
		{Name: "RecycleBin", Of: "recyclebin"},
		{Name: "EventReceivers", Of: "receivers"},
		{Name: "UserCustomActions", Of: "actions"},
		{Name: "WebInfos", Of: "webinfos"},
	}
}

func webOperations() []operation {
	return slices.Concat(
		reading(
			operation{Name: "web.get", Method: "GET", Source: "sharepoint.md 2.3", Handler: getWeb},
			operation{Name: "web.GetContextWebInformation", Method: "POST", Segment: "GetContextWebInformation", Source: "sharepoint.md 2.3", Handler: getContext},
			operation{Name: "web.doesUserHavePermissions", Method: "GET", Segment: "doesUserHavePermissions", Params: []string{"perm"}, Source: "from memory", Handler: webPermissions},
			operation{Name: "web.parent", Method: "GET", Segment: "ParentWeb", Source: "from memory", Handler: getParentWeb},
			operation{Name: "web.GetSubwebsFilteredForCurrentUser", Method: "GET", Segment: "GetSubwebsFilteredForCurrentUser", Params: []string{"nWebTemplateFilter", "nConfigurationFilter"}, Source: "from memory", Handler: listWebs},
			operation{Name: "web.GetChanges", Method: "POST", Segment: "GetChanges", Source: "sharepoint.md 5", Handler: getChanges},
		),
		writing(operation{Name: "web.ensureUser", Method: "POST", Segment: "EnsureUser", Params: []string{"logonName"}, Source: "sharepoint.md 4.2", Handler: ensureUser}),
		controlling(operation{Name: "web.update", Method: "PATCH", Source: "sharepoint.md 3.1, 4.3", Handler: updateWeb}),
	)
}

// wireToken is SP.ChangeToken.
type wireToken struct {
	Value string `json:"StringValue"`
}

func (wireToken) edmKind() string { return "SP.ChangeToken" }

// wirePath is SP.ResourcePath.
type wirePath struct {
	Decoded string `json:"DecodedUrl"`
}

func (wirePath) edmKind() string { return "SP.ResourcePath" }

// wireRights is SP.BasePermissions: two halves of a bit set, as text.
type wireRights struct {
	High string `json:"High"`
	Low  string `json:"Low"`
}

func (wireRights) edmKind() string { return "SP.BasePermissions" }

// wireWeb is SP.Web.
type wireWeb struct {
	AllowRssFeeds            bool       `json:"AllowRssFeeds"`
	AlternateCSS             string     `json:"AlternateCssUrl"`
	AppInstanceID            string     `json:"AppInstanceId"`
	ClassicWelcomePage       *string    `json:"ClassicWelcomePage"`
	Configuration            int        `json:"Configuration"`
	Created                  time.Time  `json:"Created"`
	CurrentChangeToken       wireToken  `json:"CurrentChangeToken"`
	CustomMasterURL          string     `json:"CustomMasterUrl"`
	Description              string     `json:"Description"`
	EnableMinimalDownload    bool       `json:"EnableMinimalDownload"`
	HorizontalQuickLaunch    bool       `json:"HorizontalQuickLaunch"`
	ID                       string     `json:"Id"`
	IsHomepageModernized     bool       `json:"IsHomepageModernized"`
	IsMultilingual           bool       `json:"IsMultilingual"`
	Language                 int        `json:"Language"`
	LastItemModifiedDate     time.Time  `json:"LastItemModifiedDate"`
	LastItemUserModifiedDate time.Time  `json:"LastItemUserModifiedDate"`
	MasterURL                string     `json:"MasterUrl"`
	NoCrawl                  bool       `json:"NoCrawl"`
	QuickLaunchEnabled       bool       `json:"QuickLaunchEnabled"`
	RecycleBinEnabled        bool       `json:"RecycleBinEnabled"`
	ResourcePath             wirePath   `json:"ResourcePath"`
	ServerRelativeURL        string     `json:"ServerRelativeUrl"`
	SiteLogoURL              *string    `json:"SiteLogoUrl"`
	SyndicationEnabled       bool       `json:"SyndicationEnabled"`
	Title                    string     `json:"Title"`
	TreeViewEnabled          bool       `json:"TreeViewEnabled"`
	UIVersion                int        `json:"UIVersion"`
	URL                      string     `json:"Url"`
	WebTemplate              string     `json:"WebTemplate"`
	WelcomePage              string     `json:"WelcomePage"`
	HasUnique                bool       `json:"HasUniqueRoleAssignments" odata:"select"`
	Rights                   wireRights `json:"EffectiveBasePermissions" odata:"select"`
	MembersCanShare          bool       `json:"MembersCanShare" odata:"select"`
	RequestAccessEmail       string     `json:"RequestAccessEmail" odata:"select"`
	WebTemplateConfiguration string     `json:"WebTemplateConfiguration" odata:"select"`
	ServerRelativePath       wirePath   `json:"ServerRelativePath" odata:"select"`
}

const zeroGUID = "00000000-0000-0000-0000-000000000000"

// webEntity is a site's web, as the caller sees it.
func (c *request) webEntity(s state.Site) *entity {
	url := c.webURL(s)
	template, configuration := splitTemplate(s.Template)
	at := drive.Place{Site: s}
	modified := latest(s.ModifiedAt, s.CreatedAt)
	return &entity{
		kind: "SP.Web", web: url, path: "Web",
		props: wireWeb{
			AllowRssFeeds: true, AppInstanceID: zeroGUID, Configuration: configuration, Created: s.CreatedAt,
			CurrentChangeToken: c.token(scopeWeb, s.WebID), CustomMasterURL: serverPath(s, "_catalogs/masterpage/seattle.master"),
			Description: s.Description, ID: s.WebID, IsHomepageModernized: true, IsMultilingual: true, Language: languageOf(s),
			LastItemModifiedDate: modified, LastItemUserModifiedDate: modified, MasterURL: serverPath(s, "_catalogs/masterpage/seattle.master"),
			QuickLaunchEnabled: true, RecycleBinEnabled: true, ResourcePath: wirePath{url}, ServerRelativeURL: webPath(s),
			SyndicationEnabled: true, Title: s.Title, UIVersion: 15, URL: url, WebTemplate: template, WelcomePage: "SitePages/Home.aspx",
			HasUnique: true, Rights: c.rightsAt(at), MembersCanShare: s.MembersCanShare, RequestAccessEmail: s.AccessRequestEmail,
			WebTemplateConfiguration: s.Template, ServerRelativePath: wirePath{webPath(s)},
		},
		links: append(c.securableLinks(at), c.webLinks(s)...),
	}
}

func (c *request) webLinks(s state.Site) []link {
	at := drive.Place{Site: s}
	return []link{
		{"AllProperties", func() (any, error) { return c.propertiesEntity(s), nil }},
		{"AssociatedMemberGroup", c.groupLink(s, s.MembersGroup)},
		{"AssociatedOwnerGroup", c.groupLink(s, s.OwnersGroup)},
		{"AssociatedVisitorGroup", c.groupLink(s, s.VisitorsGroup)},
		{"CurrentUser", func() (any, error) {
			u, err := currentUser(c, at, nil)
			if err != nil {
				return nil, err
			}
			return c.userEntity(s, u.(state.SiteUser)), nil
		}},
		{"Folders", func() (any, error) { return c.folderPage(at) }},
		{"Lists", func() (any, error) { return c.listPage(s), nil }},
		{"RegionalSettings", func() (any, error) { return c.regionalEntity(s), nil }},
		{"RoleDefinitions", func() (any, error) { return c.definitionPage(s), nil }},
		{"RootFolder", func() (any, error) { return c.folderEntity(at), nil }},
		{"SiteGroups", func() (any, error) { return c.groupPage(s), nil }},
		{"SiteUsers", func() (any, error) { return c.userPage(userSet{site: s}), nil }},
		{"Webs", func() (any, error) { return &collection{kind: "SP.Web"}, nil }},
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func languageOf(s state.Site) int {
	if s.LCID == 0 {
		const english = 1033
		return english
	}
	return s.LCID
}

// splitTemplate cuts GROUP#0.
func splitTemplate(template string) (name string, configuration int) {
	name = template
	for i := range template {
		if template[i] == '#' {
			name = template[:i]
			_, _ = fmt.Sscanf(template[i+1:], "%d", &configuration)
			break
		}
	}
	return name, configuration
}

func getWeb(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	if err := c.requireWeb(s); err != nil {
		return nil, err
	}
	return c.webEntity(s), nil
}

// getParentWeb is what the root web of a site stands in: nothing.
func getParentWeb(c *request, call *odata.Call) (any, error) {
	return void{}, c.requireWeb(placeOf(call.Value).Site)
}

func listWebs(c *request, call *odata.Call) (any, error) {
	return &collection{kind: "SP.Web"}, c.requireWeb(placeOf(call.Value).Site)
}

// updateWeb changes what site owners may change (sharepoint.md 3.1 and 4.3).
func updateWeb(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	var in struct {
		Title, Description, RequestAccessEmail *string
		MembersCanShare                        *bool
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return nothing{}, sharing.UpdateWeb(c.tx, c.caller, s, sharing.WebChange{
		Title: in.Title, Description: in.Description, MembersCanShare: in.MembersCanShare, AccessRequestEmail: in.RequestAccessEmail,
	})
}

// webPermissions answers whether the caller has all the rights of a bit set. Clients send the set as JSON in an alias.
func webPermissions(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	high, low, ok := parseRights(call.Args.Text("perm"))
	if !ok {
		return nil, problem.For(problem.Invalid, problem.Malformed, "perm", "the permissions are malformed")
	}
	have := c.rightsAt(at)
	h, l, _ := parseRights(`{"High":"` + have.High + `","Low":"` + have.Low + `"}`)
	return result{name: "DoesUserHavePermissions", kind: "Edm.Boolean", value: h&high == high && l&low == low}, nil
}

// wireRegional is SP.RegionalSettings, of which clients read the time zone.
type wireRegional struct {
	LocaleID     int    `json:"LocaleId"`
	ListSep      string `json:"ListSeparator"`
	DateSep      string `json:"DateSeparator"`
	TimeSep      string `json:"TimeSeparator"`
	DecimalSep   string `json:"DecimalSeparator"`
	Time24       bool   `json:"Time24"`
	IsUIRTL      bool   `json:"IsUIRightToLeft"`
	FirstDayWeek int    `json:"FirstDayOfWeek"`
}

func (c *request) regionalEntity(s state.Site) *entity {
	return &entity{kind: "SP.RegionalSettings", web: c.webURL(s), path: "Web/RegionalSettings", props: wireRegional{
		LocaleID: languageOf(s), ListSep: ",", DateSep: "/", TimeSep: ":", DecimalSep: ".",
	}}
}

func getRegional(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	return c.regionalEntity(s), c.requireWeb(s)
}

// propertiesEntity is the property bag of a web.
func (c *request) propertiesEntity(s state.Site) *entity {
	return &entity{kind: "SP.PropertyValues", web: c.webURL(s), path: "Web/AllProperties", props: odata.Object{
		{Name: "OData__vti_title", Value: s.Title},
		{Name: "vti_x005f_indexedpropertykeys", Value: ""},
		{Name: "GroupId", Value: s.GroupID},
		{Name: "taxonomyhiddenlist", Value: zeroGUID},
	}}
}

func getProperties(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	return c.propertiesEntity(s), c.requireWeb(s)
}
