package graphapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireSharePointSettings is admin/sharepoint/settings (graph.md 6.4): SharePoint's tenant properties under other names.
type wireSharePointSettings struct {
	ID                                string          `json:"id"`
	AllowedDomainGUIDsForSyncApp      []string        `json:"allowedDomainGuidsForSyncApp"`
	AvailableManagedPaths             []string        `json:"availableManagedPathsForSiteCreation"`
	DeletedUserRetentionPeriod        int             `json:"deletedUserPersonalSiteRetentionPeriodInDays"`
	ExcludedFileExtensions            []string        `json:"excludedFileExtensionsForSyncApp"`
	IdleSessionSignOut                wireIdleSession `json:"idleSessionSignOut"`
	ImageTaggingOption                string          `json:"imageTaggingOption"`
	IsCommentingOnSitePagesEnabled    bool            `json:"isCommentingOnSitePagesEnabled"`
	IsFileActivityNotificationEnabled bool            `json:"isFileActivityNotificationEnabled"`
	IsLegacyAuthProtocolsEnabled      bool            `json:"isLegacyAuthProtocolsEnabled"`
	IsLoopEnabled                     bool            `json:"isLoopEnabled"`
	IsMacSyncAppEnabled               bool            `json:"isMacSyncAppEnabled"`
	IsRequireAcceptingUserToMatch     bool            `json:"isRequireAcceptingUserToMatchInvitedUserEnabled"`
	IsResharingByExternalUsersEnabled bool            `json:"isResharingByExternalUsersEnabled"`
	IsMobileNotificationEnabled       bool            `json:"isSharePointMobileNotificationEnabled"`
	IsSharePointNewsfeedEnabled       bool            `json:"isSharePointNewsfeedEnabled"`
	IsSiteCreationEnabled             bool            `json:"isSiteCreationEnabled"`
	IsSiteCreationUIEnabled           bool            `json:"isSiteCreationUIEnabled"`
	IsSitePagesCreationEnabled        bool            `json:"isSitePagesCreationEnabled"`
	IsSitesStorageLimitAutomatic      bool            `json:"isSitesStorageLimitAutomatic"`
	IsSyncButtonHiddenOnPersonalSite  bool            `json:"isSyncButtonHiddenOnPersonalSite"`
	IsUnmanagedSyncAppRestricted      bool            `json:"isUnmanagedSyncAppForTenantRestricted"`
	PersonalSiteDefaultStorageLimit   int             `json:"personalSiteDefaultStorageLimitInMB"`
	SharingAllowedDomainList          []string        `json:"sharingAllowedDomainList"`
	SharingBlockedDomainList          []string        `json:"sharingBlockedDomainList"`
	SharingCapability                 string          `json:"sharingCapability"`
	SharingDomainRestrictionMode      string          `json:"sharingDomainRestrictionMode"`
	SiteCreationDefaultManagedPath    string          `json:"siteCreationDefaultManagedPath"`
	SiteCreationDefaultStorageLimit   int             `json:"siteCreationDefaultStorageLimitInMB"`
	TenantDefaultTimezone             string          `json:"tenantDefaultTimezone"`
}

type wireIdleSession struct {
	IsEnabled             bool `json:"isEnabled"`
	SignOutAfterInSeconds int  `json:"signOutAfterInSeconds"`
	WarnAfterInSeconds    int  `json:"warnAfterInSeconds"`
}

// sharePointSettingsNodes are admin/sharepoint/settings.
func sharePointSettingsNodes() []node {
	read := []string{"SharePointTenantSettings.Read.All", "SharePointTenantSettings.ReadWrite.All"}
	return []node{
		{Name: rootNode, Children: []child{{Name: "admin", Of: "admin"}}},
		{
			Name: "admin", Children: []child{{Name: "sharepoint", Of: "adminSharePoint"}},
			NotEmulated: []string{"configurationManagement", "dynamics", "edge", "exchange", "forms", "microsoft365Apps", "people", "reportSettings", "serviceAnnouncement", "teams", "todo", "windows"},
		},
		{Name: "adminSharePoint", Children: []child{{Name: "settings", Of: "sharePointSettings"}}},
		{
			Name: "sharePointSettings", Properties: odata.PropertiesOf(wireSharePointSettings{}),
			Operations: []operation{
				{
					Name: "sharePointSettings.get", Method: "GET", Handler: getSharePointSettings, Source: "GDC:api/sharepointsettings-get",
					Delegated: read, Application: read,
				},
				{
					Name: "sharePointSettings.update", Method: "PATCH", Handler: updateSharePointSettings,
					Source: "GDC:api/sharepointsettings-update", Delegated: read[1:], Application: read[1:],
				},
			},
		},
	}
}

// setting is one of Graph's names for a SharePoint property; not turns it around, and a property without a name is kept
// for Graph alone.
type setting struct {
	name string
	not  bool
}

func sharePointNames() map[string]setting {
	return map[string]setting{
		"deletedUserPersonalSiteRetentionPeriodInDays":    {name: "OrphanedPersonalSitesRetentionPeriod"},
		"isCommentingOnSitePagesEnabled":                  {name: "CommentsOnSitePagesDisabled", not: true},
		"isFileActivityNotificationEnabled":               {name: "NotificationsInOneDriveForBusinessEnabled"},
		"isLegacyAuthProtocolsEnabled":                    {name: "LegacyAuthProtocolsEnabled"},
		"isLoopEnabled":                                   {name: "IsLoopEnabled"},
		"isMacSyncAppEnabled":                             {name: "BlockMacSync", not: true},
		"isRequireAcceptingUserToMatchInvitedUserEnabled": {name: "RequireAcceptingAccountMatchInvitedAccount"},
		"isResharingByExternalUsersEnabled":               {name: "PreventExternalUsersFromResharing", not: true},
		"isSharePointMobileNotificationEnabled":           {name: "NotificationsInSharePointEnabled"},
		"isSharePointNewsfeedEnabled":                     {name: "IsSharePointNewsfeedEnabled"},
		"isSiteCreationEnabled":                           {name: "SiteCreationEnabled"},
		"isSiteCreationUIEnabled":                         {name: "DisplayStartASiteOption"},
		"isSitesStorageLimitAutomatic":                    {name: "IsSitesStorageLimitAutomatic"},
		"isSyncButtonHiddenOnPersonalSite":                {name: "HideSyncButtonOnODB"},
		"isUnmanagedSyncAppForTenantRestricted":           {name: "IsUnmanagedSyncClientForTenantRestricted"},
		"personalSiteDefaultStorageLimitInMB":             {name: "OneDriveStorageQuota"},
		"sharingAllowedDomainList":                        {name: "SharingAllowedDomainList"},
		"sharingBlockedDomainList":                        {name: "SharingBlockedDomainList"},
		"sharingCapability":                               {name: "SharingCapability"},
		"sharingDomainRestrictionMode":                    {name: "SharingDomainRestrictionMode"},
		"allowedDomainGuidsForSyncApp":                    {},
		"excludedFileExtensionsForSyncApp":                {},
		"idleSessionSignOut":                              {},
		"imageTaggingOption":                              {},
		"isSitePagesCreationEnabled":                      {},
		"siteCreationDefaultManagedPath":                  {},
		"siteCreationDefaultStorageLimitInMB":             {},
		"tenantDefaultTimezone":                           {},
	}
}

func restrictionModes() []string { return []string{"none", "allowList", "blockList"} }

// sharePointSettingsOf puts together what SharePoint holds and what is Graph's alone.
func (r *request) sharePointSettingsOf(t state.Tenant) (wireSharePointSettings, error) {
	values := map[string]any{
		"id": t.ID, "availableManagedPathsForSiteCreation": []string{"/sites/", "/teams/"}, "allowedDomainGuidsForSyncApp": []string{},
		"excludedFileExtensionsForSyncApp": []string{}, "imageTaggingOption": "basic", "isSitePagesCreationEnabled": true,
		"siteCreationDefaultManagedPath": "/sites/", "siteCreationDefaultStorageLimitInMB": 26214400,
		"tenantDefaultTimezone": "(UTC-08:00) Pacific Time (US and Canada)",
	}
	if text := directory.SharePointSettings(r.tx, t.ID); text != "" {
		if err := json.Unmarshal([]byte(text), &values); err != nil {
			return wireSharePointSettings{}, err
		}
	}
	held := sharing.PropertyMap(sharing.TenantProperties(t))
	for name, s := range sharePointNames() {
		switch v := held[s.name].(type) {
		case bool:
			values[name] = v != s.not
		case int, int64, float64:
			values[name] = v
		}
	}
	level := t.Sharing.SharingCapability.String()
	values["sharingCapability"] = strings.ToLower(level[:1]) + level[1:]
	values["sharingDomainRestrictionMode"] = restrictionModes()[t.Sharing.SharingDomainRestrictionMode%3]
	values["sharingAllowedDomainList"] = notNull(strings.Fields(t.Sharing.SharingAllowedDomainList))
	values["sharingBlockedDomainList"] = notNull(strings.Fields(t.Sharing.SharingBlockedDomainList))
	b, err := json.Marshal(values)
	if err != nil {
		return wireSharePointSettings{}, err
	}
	var w wireSharePointSettings
	return w, json.Unmarshal(b, &w)
}

func getSharePointSettings(r *request, call *odata.Call) (any, error) {
	if err := directory.RequireRole(r.tx, r.caller, directory.GlobalAdministrator, directory.SharePointAdministrator, directory.GlobalReader); err != nil {
		return nil, err
	}
	w, err := r.sharePointSettingsOf(r.tenant)
	if err != nil {
		return nil, err
	}
	return entity(call, "admin/sharepoint/settings", w), nil
}

// updateSharePointSettings answers with the whole object.
func updateSharePointSettings(r *request, call *odata.Call) (any, error) {
	var in map[string]any
	if err := r.decodeOpen(&in); err != nil {
		return nil, err
	}
	var typed wireSharePointSettings
	if err := r.decode(&typed); err != nil {
		return nil, err
	}
	properties, alone := map[string]any{}, map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		s, known := sharePointNames()[name]
		switch {
		case strings.Contains(name, "@odata."):
		case !known:
			return nil, problem.For(problem.Invalid, problem.ReadOnlyProperty, name, "The property '%s' is read-only.", name)
		case s.name == "":
			alone[name] = in[name]
		default:
			v, err := s.value(name, in[name])
			if err != nil {
				return nil, err
			}
			properties[s.name] = v
		}
	}
	if err := sharing.SetTenant(r.tx, r.caller, r.tenant.ID, properties); err != nil {
		return nil, err
	}
	if len(alone) > 0 {
		directory.KeepSharePointSettings(r.tx, r.tenant.ID, alone)
	}
	t, _ := r.tx.Tenant(r.tenant.ID)
	w, err := r.sharePointSettingsOf(t)
	if err != nil {
		return nil, err
	}
	return entity(call, "admin/sharepoint/settings", w), nil
}

// value is a property's value as SharePoint writes it.
func (s setting) value(name string, v any) (any, error) {
	wrong := problem.For(problem.Invalid, problem.InvalidProperty, name, "Invalid value specified for property '%s'.", name)
	switch name {
	case "sharingCapability":
		text, _ := v.(string)
		for c := state.SharingDisabled; c <= state.ExistingExternalUserSharingOnly; c++ {
			if strings.EqualFold(c.String(), text) {
				return int(c), nil
			}
		}
		return nil, wrong
	case "sharingDomainRestrictionMode":
		text, _ := v.(string)
		if i := slices.IndexFunc(restrictionModes(), func(m string) bool { return strings.EqualFold(m, text) }); i >= 0 {
			return i, nil
		}
		return nil, wrong
	case "sharingAllowedDomainList", "sharingBlockedDomainList":
		list, _ := v.([]any)
		return strings.Join(mapped(list, func(e any) string { s, _ := e.(string); return s }), " "), nil
	}
	if b, ok := v.(bool); ok {
		return b != s.not, nil
	}
	return v, nil
}
