package spoapi

import (
	"strconv"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireSettings is SP.Sharing.ObjectSharingSettings (sharepoint.md 3.5).
type wireSettings struct {
	AccessRequestMode             bool           `json:"AccessRequestMode"`
	BlockPeoplePicker             bool           `json:"BlockPeoplePickerAndSharing"`
	CanManageOrgReadonlyLink      bool           `json:"CanCurrentUserManageOrganizationReadonlyLink"`
	CanManageOrgReadWriteLink     bool           `json:"CanCurrentUserManageOrganizationReadWriteLink"`
	CanManageReadonlyLink         bool           `json:"CanCurrentUserManageReadonlyLink"`
	CanManageReadWriteLink        bool           `json:"CanCurrentUserManageReadWriteLink"`
	CanRetrieveOrgReadonlyLink    bool           `json:"CanCurrentUserRetrieveOrganizationReadonlyLink"`
	CanRetrieveOrgReadWriteLink   bool           `json:"CanCurrentUserRetrieveOrganizationReadWriteLink"`
	CanRetrieveReadonlyLink       bool           `json:"CanCurrentUserRetrieveReadonlyLink"`
	CanRetrieveReadWriteLink      bool           `json:"CanCurrentUserRetrieveReadWriteLink"`
	CanShareExternally            bool           `json:"CanCurrentUserShareExternally"`
	CanShareInternally            bool           `json:"CanCurrentUserShareInternally"`
	CanShareToExistingGuests      bool           `json:"CanCurrentUserShareToExistingGuests"`
	CanSendEmail                  bool           `json:"CanSendEmail"`
	CanSendLink                   bool           `json:"CanSendLink"`
	CanShareFolder                bool           `json:"CanShareFolder"`
	DefaultShareLinkPermission    int            `json:"DefaultShareLinkPermission"`
	DefaultShareLinkToExisting    bool           `json:"DefaultShareLinkToExistingAccess"`
	DefaultShareLinkType          int            `json:"DefaultShareLinkType"`
	EnforceIBSegmentFiltering     bool           `json:"EnforceIBSegmentFiltering"`
	EnforceSPOSearch              bool           `json:"EnforceSPOSearch"`
	GroupNameLines                []string       `json:"GroupNameLines"`
	GroupRoleDefinitionNamesLines []string       `json:"GroupRoleDefinitionNamesLines"`
	GroupsList                    []wireKeyValue `json:"GroupsList"`
	HasEditRole                   bool           `json:"HasEditRole"`
	HasReadRole                   bool           `json:"HasReadRole"`
	InputText                     string         `json:"InputText"`
	IsGuestUser                   bool           `json:"IsGuestUser"`
	IsPictureLibrary              bool           `json:"IsPictureLibrary"`
	IsUserSiteAdmin               bool           `json:"IsUserSiteAdmin"`
	ItemID                        string         `json:"ItemId"`
	ItemName                      string         `json:"ItemName"`
	ItemURL                       string         `json:"ItemUrl"`
	ListID                        string         `json:"ListId"`
	PermissionsOnlyMode           bool           `json:"PermissionsOnlyMode"`
	RequiredExpirationDays        int            `json:"RequiredAnonymousLinkExpirationInDays"`
	Roles                         []wireKeyValue `json:"Roles"`
	ShareByEmailEnabled           bool           `json:"ShareByEmailEnabled"`
	ShowExternalWarning           bool           `json:"ShowExternalSharingWarning"`
	SimplifiedRoles               []wireKeyValue `json:"SimplifiedRoles"`
	SupportsACLPropagation        bool           `json:"SupportsAclPropagation"`
	WebURL                        string         `json:"WebUrl"`
}

// wireKeyValue is SP.KeyValue.
type wireKeyValue struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
	Type  string `json:"ValueType"`
}

func (wireKeyValue) edmKind() string { return "SP.KeyValue" }

// settingsBody are the parameters of GetObjectSharingSettings.
type settingsBody struct {
	URL     string `json:"objectUrl"`
	GroupID anInt  `json:"groupId"`
}

// objectSettings answers POST _api/SP.Web.GetObjectSharingSettings.
func objectSettings(c *request, _ *odata.Call) (any, error) {
	var body settingsBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at, err := c.placeAt(body.URL)
	if err != nil {
		return nil, err
	}
	return c.settingsOf(at)
}

// itemSettings answers POST {item}/getObjectSharingSettings.
func itemSettings(c *request, call *odata.Call) (any, error) {
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	return c.settingsOf(at)
}

func (c *request) settingsOf(at drive.Place) (any, error) {
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	nav := func(kind string, props any) func() (any, error) {
		return func() (any, error) {
			return &entity{kind: kind, web: c.webURL(at.Site), path: kind + c.tx.NewID(), props: props}, nil
		}
	}
	return &entity{
		kind: "SP.ObjectSharingSettings", web: c.webURL(at.Site), path: "SP.ObjectSharingSettings" + c.tx.NewID(), props: c.wireSettings(at),
		links: []link{
			{"ObjectSharingInformation", func() (any, error) { return c.objectInformation(at), nil }},
			{"SharePointSettings", nav("SP.Sharing.SharePointSharingSettings", wirePickerSettings{AllowEmailAddresses: true})},
			{"SharingPermissions", func() (any, error) { return &collection{kind: "SP.Sharing.SharingPermissionInformation"}, nil }},
		},
	}, nil
}

func (c *request) wireSettings(at drive.Place) wireSettings {
	may := func(action string) bool { return c.Sharing.Explain(c.tx, c.caller, action, at, "").Allowed }
	share, external, anyone := may(sharing.ActionShare), may(sharing.ActionShareExternally), may(sharing.ActionAnonymousLink)
	role := sharing.AccessTo(c.tx, c.caller, at).Role
	item := at.List.ID != ""
	level := sharing.EffectiveLevel(c.tenant, at.Site)
	w := wireSettings{
		AccessRequestMode:        !share,
		CanManageOrgReadonlyLink: share && item, CanManageOrgReadWriteLink: share && item, CanManageReadonlyLink: anyone && item,
		CanManageReadWriteLink: anyone && item, CanRetrieveOrgReadonlyLink: share && item, CanRetrieveOrgReadWriteLink: share && item,
		CanRetrieveReadonlyLink: anyone && item, CanRetrieveReadWriteLink: anyone && item,
		CanShareExternally: external, CanShareInternally: share, CanShareToExistingGuests: share && level != state.SharingDisabled,
		CanSendEmail: true, CanSendLink: true, CanShareFolder: isFolder(at),
		DefaultShareLinkPermission: roleOfType(sharing.DefaultType(c.tenant, at.Site)), DefaultShareLinkType: defaultLinkKind(c.tenant, at.Site),
		DefaultShareLinkToExisting: at.Site.Sharing.DefaultLinkToExistingAccess,
		HasEditRole:                role.Rank() >= state.RoleWrite.Rank(), HasReadRole: role != "",
		IsGuestUser: c.caller.User.ID != "" && c.caller.Guest(), IsUserSiteAdmin: role == state.RoleOwner,
		ItemName: placeName(at), ItemURL: c.placeAddress(at), ListID: orText(at.List.ID, zeroGUID), RequiredExpirationDays: max(0, sharing.AnonymousDays(c.tenant, at.Site)),
		ShareByEmailEnabled: level.Rank() >= state.ExternalUserSharingOnly.Rank() && !at.Site.Sharing.ShareByEmailDisabled,
		ShowExternalWarning: external, SupportsACLPropagation: true, WebURL: c.webURL(at.Site),
	}
	if at.Item.Number > 0 {
		w.ItemID = strconv.Itoa(at.Item.Number)
	}
	for _, d := range drive.RoleDefinitions() {
		if !d.Hidden && d.Role != "" {
			w.Roles = append(w.Roles, wireKeyValue{"role:" + strconv.Itoa(d.ID), d.Name, "Edm.String"})
		}
	}
	w.SimplifiedRoles = []wireKeyValue{
		{"role:1073741827", "Can edit", "Edm.String"}, {"role:1073741826", "Can view", "Edm.String"},
	}
	for g := range c.tx.SiteGroups(c.tenant.ID, at.Site.ID) {
		if !g.Hidden && g.LinkID == "" {
			w.GroupsList = append(w.GroupsList, wireKeyValue{"group:" + strconv.Itoa(g.ID), g.Title, "Edm.String"})
			w.GroupNameLines = append(w.GroupNameLines, g.Title)
		}
	}
	return w
}

// wireObjectInformation is SP.ObjectSharingInformation (sharepoint.md 3.5).
type wireObjectInformation struct {
	AnonymousEditLink         string           `json:"AnonymousEditLink"`
	AnonymousViewLink         string           `json:"AnonymousViewLink"`
	CanBeShared               bool             `json:"CanBeShared"`
	CanBeUnshared             bool             `json:"CanBeUnshared"`
	CanManagePermissions      bool             `json:"CanManagePermissions"`
	HasPendingAccessRequests  bool             `json:"HasPendingAccessRequests"`
	HasPermissionLevels       bool             `json:"HasPermissionLevels"`
	IsFolder                  bool             `json:"IsFolder"`
	IsSharedWithCurrentUser   bool             `json:"IsSharedWithCurrentUser"`
	IsSharedWithGuest         bool             `json:"IsSharedWithGuest"`
	IsSharedWithMany          bool             `json:"IsSharedWithMany"`
	IsSharedWithSecurityGroup bool             `json:"IsSharedWithSecurityGroup"`
	PendingAccessRequestsLink string           `json:"PendingAccessRequestsLink"`
	SharingLinks              []wireObjectLink `json:"SharingLinks"`
}

// wireObjectLink is SP.SharingLinkInfo as this older reading has it: kind and address.
type wireObjectLink struct {
	LinkKind int    `json:"LinkKind"`
	URL      string `json:"Url"`
}

func (wireObjectLink) edmKind() string { return "SP.SharingLinkInfo" }

// wireSharedWith is SP.ObjectSharingInformationUser.
type wireSharedWith struct {
	CustomRoleNames     string `json:"CustomRoleNames"`
	Department          string `json:"Department"`
	Email               string `json:"Email"`
	HasEditPermission   bool   `json:"HasEditPermission"`
	HasReviewPermission bool   `json:"HasReviewPermission"`
	HasViewPermission   bool   `json:"HasViewPermission"`
	ID                  int    `json:"Id"`
	IsDomainGroup       bool   `json:"IsDomainGroup"`
	IsExternalUser      bool   `json:"IsExternalUser"`
	IsMemberOfGroup     bool   `json:"IsMemberOfGroup"`
	IsSiteAdmin         bool   `json:"IsSiteAdmin"`
	JobTitle            string `json:"JobTitle"`
	LoginName           string `json:"LoginName"`
	Name                string `json:"Name"`
	Picture             string `json:"Picture"`
	SipAddress          string `json:"SipAddress"`
}

// objectInformation is the older reading of who has access.
func (c *request) objectInformation(at drive.Place) *entity {
	w := wireObjectInformation{
		CanBeShared: c.Sharing.Explain(c.tx, c.caller, sharing.ActionShare, at, "").Allowed, CanBeUnshared: sharing.Unique(at) && at.List.ID != "",
		CanManagePermissions: c.require(at, state.RoleOwner) == nil, HasPermissionLevels: true, IsFolder: isFolder(at),
		PendingAccessRequestsLink: c.webURL(at.Site) + "/Access%20Requests/pendingreq.aspx",
	}
	for r := range c.tx.AccessRequests(c.tenant.ID, at.Site.ID) {
		w.HasPendingAccessRequests = w.HasPendingAccessRequests || r.Status == sharing.RequestPending && r.On == at.Securable()
	}
	for _, l := range c.livingLinks(at.Securable()) {
		address := sharing.LinkURL(c.tx, c.origin, l)
		switch sharing.LinkKind(l) {
		case sharing.KindAnonymousEdit:
			w.AnonymousEditLink = address
		case sharing.KindAnonymousView:
			w.AnonymousViewLink = address
		}
		w.SharingLinks = append(w.SharingLinks, wireObjectLink{sharing.LinkKind(l), address})
	}
	people := c.sharedWith(at)
	for _, p := range people {
		x := p.props.(wireSharedWith)
		w.IsSharedWithGuest = w.IsSharedWithGuest || x.IsExternalUser
		w.IsSharedWithSecurityGroup = w.IsSharedWithSecurityGroup || x.IsDomainGroup
		w.IsSharedWithCurrentUser = w.IsSharedWithCurrentUser || x.LoginName == drive.LoginName(c.caller.User)
	}
	w.IsSharedWithMany = len(people) > 1
	return &entity{
		kind: "SP.ObjectSharingInformation", web: c.webURL(at.Site), path: "SP.ObjectSharingInformation" + c.tx.NewID(), props: w,
		links: []link{{"SharedWithUsersCollection", func() (any, error) {
			return &collection{kind: "SP.ObjectSharingInformationUser", items: people}, nil
		}}},
	}
}

func (c *request) sharedWith(at drive.Place) []*entity {
	var people wirePermissions
	for _, g := range sharing.Grants(c.tx, c.caller, at) {
		if g.Link.ID == "" && g.Permission.To != state.ToSiteGroup && g.Permission.To != state.ToInvitee {
			people.add(c.principalOfGrant(at.Site, g.Permission), roleNumber(g.Permission.Role), g.Inherited)
		}
	}
	var all []*entity
	for _, x := range people.Principals {
		p := x.Principal
		all = append(all, &entity{
			kind: "SP.ObjectSharingInformationUser", web: c.webURL(at.Site), path: "SP.ObjectSharingInformationUser" + strconv.Itoa(p.ID),
			props: wireSharedWith{
				Email: p.Email, HasEditPermission: x.Role >= roleEdit, HasViewPermission: x.Role >= roleView, ID: p.ID,
				IsDomainGroup: p.PrincipalType == int(state.PrincipalSecurityGroup), IsExternalUser: p.IsExternal,
				JobTitle: deref(p.JobTitle), LoginName: p.LoginName, Name: p.Name, SipAddress: p.Email,
			},
		})
	}
	return all
}
