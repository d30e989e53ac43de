package spoapi

import (
	"path"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireInformation is SP.Sharing.SharingInformation (sharepoint.md 3.4). Who has access comes only when it is asked for.
type wireInformation struct {
	AccessRequestMode     int                `json:"accessRequestMode"`
	AnonymousDays         int                `json:"anonymousLinkExpirationRestrictionDays"`
	AnyoneLinkTrackUsers  bool               `json:"anyoneLinkTrackUsers"`
	BlockPeoplePicker     bool               `json:"blockPeoplePickerAndSharing"`
	CanAddExternal        bool               `json:"canAddExternalPrincipal"`
	CanAddInternal        bool               `json:"canAddInternalPrincipal"`
	CanRequestAccess      bool               `json:"canRequestAccessForGrantAccess"`
	CanSendEmail          bool               `json:"canSendEmail"`
	CanUseSimplifiedRoles bool               `json:"canUseSimplifiedRoles"`
	CurrentRole           int                `json:"currentRole"`
	DefaultLinkKind       int                `json:"defaultLinkKind"`
	DefaultLinkPermission int                `json:"defaultShareLinkPermission"`
	DefaultLinkScope      int                `json:"defaultShareLinkScope"`
	DefaultLinkToExisting bool               `json:"defaultShareLinkToExistingAccess"`
	DirectURL             string             `json:"directUrl"`
	DisplayName           string             `json:"displayName"`
	DomainRestriction     wireDomains        `json:"domainRestrictionSettings"`
	FileExtension         string             `json:"fileExtension"`
	HasUniquePermissions  bool               `json:"hasUniquePermissions"`
	IsStubFile            bool               `json:"isStubFile"`
	ItemUniqueID          string             `json:"itemUniqueId"`
	ItemURL               string             `json:"itemUrl"`
	OutlookEndpoint       *string            `json:"outlookEndpointHostUrl"`
	SharedObjectType      int                `json:"sharedObjectType"`
	Abilities             wireAbilities      `json:"sharingAbilities"`
	SharingStatus         int                `json:"sharingStatus"`
	ShowExternalWarning   bool               `json:"showExternalSharingWarning"`
	SiteIBMode            string             `json:"siteIBMode"`
	SiteIBSegmentIDs      []string           `json:"siteIBSegmentIDs"`
	StandardRolesModified bool               `json:"standardRolesModified"`
	TenantDisplayName     string             `json:"tenantDisplayName"`
	TenantID              string             `json:"tenantId"`
	UserIsSharingViaMCS   bool               `json:"userIsSharingViaMCS"`
	WebTemplateID         int                `json:"webTemplateId"`
	WebURL                string             `json:"webUrl"`
	Permissions           *wirePermissions   `json:"permissionsInformation,omitzero"`
	Templates             *wireLinkTemplates `json:"sharingLinkTemplates,omitzero"`
}

// wireDomains is SP.Sharing.DomainRestrictionSettings.
type wireDomains struct {
	Mode    int      `json:"restrictionMode"`
	Allowed []string `json:"allowedDomains"`
	Blocked []string `json:"blockedDomains"`
}

func (wireDomains) edmKind() string { return "SP.Sharing.DomainRestrictionSettings" }

// wireAbilities is SP.Sharing.SharingAbilities.
type wireAbilities struct {
	Anonymous    wireLinkAbilities   `json:"anonymousLinkAbilities"`
	Anyone       wireLinkAbilities   `json:"anyoneLinkAbilities"`
	Direct       wireDirectAbilities `json:"directSharingAbilities"`
	Organization wireLinkAbilities   `json:"organizationLinkAbilities"`
	People       wireLinkAbilities   `json:"peopleSharingLinkAbilities"`
}

func (wireAbilities) edmKind() string { return "SP.Sharing.SharingAbilities" }

// wireLinkAbilities is SP.Sharing.SharingLinkAbilities.
type wireLinkAbilities struct {
	AddNewExternal wireAbility `json:"canAddNewExternalPrincipals"`
	DeleteEdit     wireAbility `json:"canDeleteEditLink"`
	DeleteRead     wireAbility `json:"canDeleteReadLink"`
	GetEdit        wireAbility `json:"canGetEditLink"`
	GetRead        wireAbility `json:"canGetReadLink"`
	HasExternal    wireAbility `json:"canHaveExternalUsers"`
	ManageEdit     wireAbility `json:"canManageEditLink"`
	ManageRead     wireAbility `json:"canManageReadLink"`
}

func (wireLinkAbilities) edmKind() string { return "SP.Sharing.SharingLinkAbilities" }

// wireDirectAbilities is SP.Sharing.DirectSharingAbilities.
type wireDirectAbilities struct {
	AddExisting wireAbility `json:"canAddExternalPrincipal"`
	AddInternal wireAbility `json:"canAddInternalPrincipal"`
	AddNew      wireAbility `json:"canAddNewExternalPrincipal"`
	Grant       wireAbility `json:"canRequestGrantAccess"`
}

func (wireDirectAbilities) edmKind() string { return "SP.Sharing.DirectSharingAbilities" }

// wireAbility is SP.Sharing.SharingAbilityStatus: what can be done, and the number of the reason why not.
type wireAbility struct {
	DisabledReason int  `json:"disabledReason"`
	Enabled        bool `json:"enabled"`
}

func (wireAbility) edmKind() string { return "SP.Sharing.SharingAbilityStatus" }

// wirePermissions is SP.Sharing.PermissionCollection.
type wirePermissions struct {
	AppConsentPrincipals []wireRoleOf      `json:"appConsentPrincipals" edm:"Collection(SP.Sharing.PrincipalInfo)"`
	HasInheritedLinks    bool              `json:"hasInheritedLinks"`
	Links                []wireLinkMembers `json:"links"`
	Principals           []wireRoleOf      `json:"principals"`
	SiteAdmins           []wireRoleOf      `json:"siteAdmins"`
	TotalPrincipals      int               `json:"totalNumberOfPrincipals"`
}

func (wirePermissions) edmKind() string { return "SP.Sharing.PermissionCollection" }

// wireLinkMembers is SP.Sharing.LinkInfo.
type wireLinkMembers struct {
	IsInherited bool            `json:"isInherited"`
	Details     wireLinkInfo    `json:"linkDetails"`
	Members     []wirePrincipal `json:"linkMembers"`
}

func (wireLinkMembers) edmKind() string { return "SP.Sharing.LinkInfo" }

// wireRoleOf is SP.Sharing.PrincipalInfo.
type wireRoleOf struct {
	IsInherited bool          `json:"isInherited"`
	Principal   wirePrincipal `json:"principal"`
	Role        int           `json:"role"`
}

func (wireRoleOf) edmKind() string { return "SP.Sharing.PrincipalInfo" }

// wireLinkTemplates is SP.Sharing.SharingLinkDefaultTemplatesCollection.
type wireLinkTemplates struct {
	Templates []wireLinkTemplate `json:"templates"`
}

func (wireLinkTemplates) edmKind() string { return "SP.Sharing.SharingLinkDefaultTemplatesCollection" }

// wireLinkTemplate is SP.Sharing.SharingLinkDefaultTemplate.
type wireLinkTemplate struct {
	Details        wireLinkInfo `json:"linkDetails"`
	PassKind       int          `json:"passwordProtected"`
	Role           int          `json:"role"`
	Scope          int          `json:"scope"`
	ShareKind      int          `json:"shareKind"`
	TrackLinkUsers bool         `json:"trackLinkUsers"`
}

func (wireLinkTemplate) edmKind() string { return "SP.Sharing.SharingLinkDefaultTemplate" }

// sharingInformation answers {item}/getSharingInformation.
func sharingInformation(c *request, call *odata.Call) (any, error) {
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	w := c.wireInformation(at)
	if asks(call.Query, "permissionsInformation") {
		w.Permissions = c.wirePermissions(at)
	}
	if asks(call.Query, "sharingLinkTemplates") {
		w.Templates = c.wireTemplates(at)
	}
	return &entity{
		kind: "SP.Sharing.SharingInformation", web: c.webURL(at.Site), path: "SP.Sharing.SharingInformation" + c.tx.NewID(), props: w,
		links: []link{{"pickerSettings", func() (any, error) { return c.pickerSettings(at), nil }}},
	}, nil
}

// asks tells whether a query names a property in $expand or $select.
func asks(q *odata.Query, name string) bool {
	if q == nil {
		return false
	}
	named := func(path string) bool {
		first, _, _ := strings.Cut(path, "/")
		return strings.EqualFold(first, name)
	}
	return slices.ContainsFunc(q.Expand, func(x odata.Expand) bool { return named(x.Path) }) || slices.ContainsFunc(q.Select, named)
}

func (c *request) wireInformation(at drive.Place) wireInformation {
	s := c.tenant.Sharing
	may := func(action string) bool { return c.Sharing.Explain(c.tx, c.caller, action, at, "").Allowed }
	share, external, anyone := may(sharing.ActionShare), may(sharing.ActionShareExternally), may(sharing.ActionAnonymousLink)
	w := wireInformation{
		AccessRequestMode: 0, AnonymousDays: anonymousDays(c.tenant, at.Site), CanAddExternal: external, CanAddInternal: share,
		CanRequestAccess: !share, CanSendEmail: true, CanUseSimplifiedRoles: true,
		CurrentRole:     roleNumber(sharing.AccessTo(c.tx, c.caller, at).Role),
		DefaultLinkKind: defaultLinkKind(c.tenant, at.Site), DefaultLinkPermission: roleOfType(sharing.DefaultType(c.tenant, at.Site)),
		DefaultLinkScope:      scopeNumber(sharing.DefaultScope(c.tenant, at.Site)),
		DefaultLinkToExisting: at.Site.Sharing.DefaultLinkToExistingAccess,
		DirectURL:             c.placeAddress(at), DisplayName: placeName(at), HasUniquePermissions: sharing.Unique(at),
		DomainRestriction: wireDomains{
			Mode: s.SharingDomainRestrictionMode, Allowed: strings.Fields(s.SharingAllowedDomainList), Blocked: strings.Fields(s.SharingBlockedDomainList),
		},
		ItemUniqueID: orText(at.Item.ID, orText(at.List.ID, at.Site.WebID)), ItemURL: c.placeAddress(at), SharedObjectType: objectType(at),
		Abilities:     abilities(share, external, anyone),
		SharingStatus: sharingStatus(c, at), ShowExternalWarning: external, SiteIBMode: "", TenantDisplayName: c.tenant.DisplayName,
		TenantID: c.tenant.ID, WebTemplateID: templateNumber(at.Site.Template), WebURL: c.webURL(at.Site),
	}
	if at.Item.Kind == state.File {
		w.FileExtension = strings.TrimPrefix(path.Ext(at.Item.Name), ".")
	}
	return w
}

// anonymousDays is within how many days links for anyone end; -1: they need not.
func anonymousDays(t state.Tenant, s state.Site) int {
	if days := sharing.AnonymousDays(t, s); days > 0 {
		return days
	}
	return -1
}

func roleOfType(kind string) int {
	if kind == "edit" {
		return roleEdit
	}
	return roleView
}

// defaultLinkKind is the number of the link that the Share dialog offers first.
func defaultLinkKind(t state.Tenant, s state.Site) int {
	scope := sharing.DefaultScope(t, s)
	if scope == state.LinkUsers {
		return 1
	}
	return sharing.LinkKind(state.Link{Scope: scope, Type: sharing.DefaultType(t, s)})
}

// sharingStatus is 0 for a place that only those see who see what is above, 1 for one shared further.
func sharingStatus(c *request, at drive.Place) int {
	if sharing.Unique(at) && at.List.ID != "" || len(c.livingLinks(at.Securable())) > 0 {
		return 1
	}
	return 0
}

// templateNumber is the number of a web template: GROUP#0 is 64.
func templateNumber(template string) int {
	name, _, _ := strings.Cut(template, "#")
	switch name {
	case "GROUP":
		return 64
	case "SITEPAGEPUBLISHING":
		return 68
	case "SPSPERS":
		return 21
	}
	return 1
}

// Reasons why something cannot be done (SP.Sharing.SharingAbilityStatus; numbers from memory, unverified).
const disabledByPolicy = 1

func ability(ok bool) wireAbility {
	if ok {
		return wireAbility{Enabled: true}
	}
	return wireAbility{DisabledReason: disabledByPolicy}
}

func abilities(share, external, anyone bool) wireAbilities {
	linkAbilities := func(read, edit, outside bool) wireLinkAbilities {
		return wireLinkAbilities{
			AddNewExternal: ability(outside), HasExternal: ability(outside), DeleteEdit: ability(share), DeleteRead: ability(share),
			GetEdit: ability(edit), GetRead: ability(read), ManageEdit: ability(edit), ManageRead: ability(read),
		}
	}
	anonymous := linkAbilities(anyone, anyone, anyone)
	return wireAbilities{
		Anonymous: anonymous, Anyone: anonymous,
		Direct:       wireDirectAbilities{AddExisting: ability(external), AddInternal: ability(share), AddNew: ability(external), Grant: ability(!share)},
		Organization: linkAbilities(share, share, false), People: linkAbilities(share, share, external),
	}
}

// wirePermissions is who reaches a place: links by kind, with a placeholder for each kind that there is none of, and people.
func (c *request) wirePermissions(at drive.Place) *wirePermissions {
	w := &wirePermissions{}
	byKind := map[int][]wireLinkMembers{}
	for _, g := range sharing.Grants(c.tx, c.caller, at) {
		if g.Link.ID == "" {
			w.add(c.principalOfGrant(at.Site, g.Permission), roleNumber(g.Permission.Role), g.Inherited)
			continue
		}
		kind := sharing.LinkKind(g.Link)
		byKind[kind] = append(byKind[kind], wireLinkMembers{g.Inherited, c.wireLink(at.Site, g.Link), c.linkMembers(at.Site, g.Link)})
		w.HasInheritedLinks = w.HasInheritedLinks || g.Inherited
	}
	for kind := sharing.KindFlexible; kind >= sharing.KindOrganizationView; kind-- {
		w.Links = append(w.Links, byKind[kind]...)
		if len(byKind[kind]) == 0 {
			w.Links = append(w.Links, wireLinkMembers{Details: unusedLink(kind)})
		}
	}
	w.SiteAdmins, w.TotalPrincipals = c.siteAdmins(at.Site), len(w.Principals)
	return w
}

// add names a principal once, with the most that he may; nil is nobody.
func (w *wirePermissions) add(p *wirePrincipal, role int, inherited bool) {
	if p == nil {
		return
	}
	for i := range w.Principals {
		if w.Principals[i].Principal.LoginName == p.LoginName {
			w.Principals[i].Role = max(w.Principals[i].Role, role)
			return
		}
	}
	w.Principals = append(w.Principals, wireRoleOf{IsInherited: inherited, Principal: *p, Role: role})
}

// siteAdmins are the administrators of a site collection; where none was named, its owners.
func (c *request) siteAdmins(s state.Site) []wireRoleOf {
	var all []wireRoleOf
	for e := range c.tx.SiteUsers(s.TenantID, s.ID) {
		if e.SiteAdmin && !e.Removed {
			all = append(all, wireRoleOf{Principal: c.principalOfEntry(e), Role: roleNumber(state.RoleOwner)})
		}
	}
	if len(all) > 0 {
		return all
	}
	owners, _ := c.tx.SiteGroup(s.TenantID, s.ID, s.OwnersGroup)
	for _, id := range owners.MemberIDs {
		if p, ok := c.principalNumbered(s, id); ok {
			all = append(all, wireRoleOf{Principal: p, Role: roleNumber(state.RoleOwner)})
		}
	}
	return all
}

// wireTemplates are the links of a place as the Share dialog lists them.
func (c *request) wireTemplates(at drive.Place) *wireLinkTemplates {
	w := &wireLinkTemplates{}
	for _, l := range c.livingLinks(at.Securable()) {
		w.Templates = append(w.Templates, wireLinkTemplate{
			Details: c.wireLink(at.Site, l), Role: roleOfType(l.Type), Scope: scopeNumber(l.Scope), ShareKind: sharing.LinkKind(l),
		})
	}
	return w
}

// wirePickerSettings is SP.Sharing.PickerSettings.
type wirePickerSettings struct {
	AllowEmailAddresses     bool   `json:"AllowEmailAddresses"`
	AllowOnlyEmailAddresses bool   `json:"AllowOnlyEmailAddresses"`
	PrincipalAccountType    string `json:"PrincipalAccountType"`
	PrincipalSource         int    `json:"PrincipalSource"`
	UseSubstrateSearch      bool   `json:"UseSubstrateSearch"`
	VisibleSuggestions      int    `json:"VisibleSuggestions"`
}

func (c *request) pickerSettings(at drive.Place) *entity {
	const allSources, suggestions = 15, 5
	external := c.Sharing.Explain(c.tx, c.caller, sharing.ActionShareExternally, at, "").Allowed
	return &entity{
		kind: "SP.Sharing.PickerSettings", web: c.webURL(at.Site), path: "SP.Sharing.PickerSettings" + c.tx.NewID(),
		props: wirePickerSettings{
			AllowEmailAddresses: external, PrincipalAccountType: "User,DL,SecGroup,SPGroup", PrincipalSource: allSources, VisibleSuggestions: suggestions,
		},
	}
}
