package spoapi

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// siteNodes are the site collection (sharepoint.md 5, the last row of its first table).
func siteNodes() []node {
	return []node{{
		Name: "appcontext", Children: []child{{Name: "web", Of: "web"}, {Name: "site", Of: "site"}},
	}, {
		Name: "site", Properties: odata.PropertiesOf(wireSite{}),
		Children: []child{
			{Name: "RootWeb", Of: "web"},
			{Name: "RecycleBin", Of: "recyclebin"},
			{Name: "Owner", Of: "user", Resolve: siteOwner},
			{Name: "GetCatalog", Of: "list", Params: []string{"typeCatalog"}, Resolve: catalog},
		},
		Operations: slices.Concat(reading(
			operation{Name: "site.openWebById", Method: "POST", Segment: "OpenWebById", Params: []string{"webId"}, Source: "pnp/pnpjs:packages/sp/sites/types.ts", Handler: openWeb},
			operation{Name: "site.get", Method: "GET", Source: "sharepoint.md 5", Handler: getSite},
			operation{Name: "site.GetChanges", Method: "POST", Segment: "GetChanges", Source: "sharepoint.md 5", Handler: getChanges},
		)),
		NotEmulated: []string{"Features", "UserCustomActions", "EventReceivers"},
	}}
}

// wireSite is SP.Site.
type wireSite struct {
	AllowDesigner            bool      `json:"AllowDesigner"`
	Classification           string    `json:"Classification"`
	CompatibilityLevel       int       `json:"CompatibilityLevel"`
	CurrentChangeToken       wireToken `json:"CurrentChangeToken"`
	DisableCompanyWide       bool      `json:"DisableCompanyWideSharingLinks"`
	GroupID                  string    `json:"GroupId"`
	HubSiteID                string    `json:"HubSiteId"`
	ID                       string    `json:"Id"`
	IsHubSite                bool      `json:"IsHubSite"`
	LockIssue                *string   `json:"LockIssue"`
	MaxItemsPerOperation     int       `json:"MaxItemsPerThrottledOperation"`
	NeedsB2BUpgrade          bool      `json:"NeedsB2BUpgrade"`
	PrimaryURI               string    `json:"PrimaryUri"`
	ReadOnly                 bool      `json:"ReadOnly"`
	RequiredDesignerVersion  string    `json:"RequiredDesignerVersion"`
	ResourcePath             wirePath  `json:"ResourcePath"`
	SensitivityLabelID       string    `json:"SensitivityLabelId"`
	ServerRelativeURL        string    `json:"ServerRelativeUrl"`
	ShareByEmailEnabled      bool      `json:"ShareByEmailEnabled"`
	ShareByLinkEnabled       bool      `json:"ShareByLinkEnabled"`
	URL                      string    `json:"Url"`
	WriteLocked              bool      `json:"WriteLocked"`
	TrimAuditLog             bool      `json:"TrimAuditLog"`
	UpgradeReminderDate      string    `json:"UpgradeReminderDate"`
	Upgrading                bool      `json:"Upgrading"`
	ShowURLStructure         bool      `json:"ShowUrlStructure"`
	StatusBarText            *string   `json:"StatusBarText"`
	SearchBoxInNavBar        int       `json:"SearchBoxInNavBar"`
	AllowSelfServiceUpgrade  bool      `json:"AllowSelfServiceUpgrade"`
	ExternalSharingTipsOn    bool      `json:"ExternalSharingTipsEnabled"`
	CanSyncHubSitePermission bool      `json:"CanSyncHubSitePermissions"`
}

// disabled is the number of SiteProperties.DisableCompanyWideSharingLinks that turns them off (sharepoint.md 1.3).
const companyWideDisabled = 1

func (c *request) siteEntity(s state.Site) *entity {
	url := c.webURL(s)
	group := s.GroupID
	if group == "" {
		group = zeroGUID
	}
	return &entity{
		kind: "SP.Site", web: url, path: "Site",
		props: wireSite{
			AllowDesigner: true, CompatibilityLevel: 15, CurrentChangeToken: c.token(scopeSite, s.ID),
			DisableCompanyWide: s.Sharing.DisableCompanyWideSharingLinks == companyWideDisabled,
			GroupID:            group, HubSiteID: zeroGUID, ID: s.ID, MaxItemsPerOperation: 5000, PrimaryURI: url,
			RequiredDesignerVersion: "15.0.0.0", ResourcePath: wirePath{url}, SensitivityLabelID: zeroGUID,
			ServerRelativeURL: webPath(s), ShareByEmailEnabled: !s.Sharing.ShareByEmailDisabled,
			ShareByLinkEnabled: !s.Sharing.ShareByLinkDisabled, URL: url, TrimAuditLog: true,
			UpgradeReminderDate: "1899-12-30T00:00:00", ShowURLStructure: true, AllowSelfServiceUpgrade: true,
		},
		links: []link{
			{"Owner", func() (any, error) {
				u, err := siteOwner(c, placeOfSite(s), nil)
				if err != nil {
					return nil, nil //nolint:nilerr // a site without an owner expands to nothing
				}
				return c.userEntity(s, u.(state.SiteUser)), nil
			}},
			{"RootWeb", func() (any, error) { return c.webEntity(s), nil }},
		},
	}
}

func getSite(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	if err := c.requireWeb(s); err != nil {
		return nil, err
	}
	return c.siteEntity(s), nil
}

// openWeb is the web of an id; a site has one.
func openWeb(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	if !strings.EqualFold(strings.Trim(call.Args.Text("webId"), "{}"), s.WebID) {
		return nil, errFolder
	}
	return getWeb(c, call)
}

// siteOwner is the owner of a OneDrive, else the first owner of the site whom its user list knows.
func siteOwner(c *request, v any, _ odata.Args) (any, error) {
	s := placeOf(v).Site
	if s.OwnerID != "" {
		if u, ok := c.tx.SiteUserByObject(s.TenantID, s.ID, s.OwnerID); ok {
			return u, nil
		}
	}
	if g, ok := c.tx.SiteGroup(s.TenantID, s.ID, s.OwnersGroup); ok {
		for _, id := range g.MemberIDs {
			if u, ok := c.tx.SiteUser(s.TenantID, s.ID, id); ok {
				return u, nil
			}
		}
	}
	return nil, errUserMissing
}

// otherSite is the site at an address, as SP.AppContextSite leads to it.
func otherSite(c *request, _ any, args odata.Args) (any, error) {
	at, err := c.placeAt(args.Text("siteUrl"))
	if err != nil || at.List.ID != "" {
		return nil, errSiteMissing
	}
	return at, c.requireWeb(at.Site)
}
