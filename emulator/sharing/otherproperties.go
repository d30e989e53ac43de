package sharing

import "fmt"

// OtherTenantProperties are tenant properties that are kept and given back without changing anything here, with the values
// of a new tenant.
func OtherTenantProperties() map[string]any {
	return map[string]any{
		"AllowDownloadingNonWebViewableFiles": true, "AllowEditing": true, "AllowLimitedAccessOnUnmanagedDevices": false,
		"ApplyAppEnforcedRestrictionsToAdHocRecipients": true, "CommentsOnSitePagesDisabled": false, "CompatibilityRange": "15,15",
		"ConditionalAccessPolicy": 0, "CustomizedExternalSharingServiceUrl": "", "DisableReportProblemDialog": false,
		"DisplayNamesOfFileViewers": true, "DisplayStartASiteOption": true, "EnableAIPIntegration": false,
		"EnableMinimumVersionRequirement": true, "ExternalServicesEnabled": true, "FilePickerExternalImageSearchEnabled": true,
		"HideDefaultThemes": false, "HideSyncButtonOnDocLib": false, "HideSyncButtonOnODB": false, "IPAddressAllowList": "",
		"IPAddressEnforcement": false, "IPAddressWACTokenLifetime": 15, "IsAppBarTemporarilyDisabled": false, "IsCollabMeetingNotesFluidEnabled": true,
		"IsFluidEnabled": true, "IsLoopEnabled": true, "LegacyAuthProtocolsEnabled": true, "LimitedAccessFileType": 1,
		"NoAccessRedirectUrl": "", "OfficeClientADALDisabled": false,
		"OrphanedPersonalSitesRetentionPeriod": 30, "PermissiveBrowserFileHandlingOverride": false, "ProvisionSharedWithEveryoneFolder": false,
		"PublicCdnAllowedFileTypes": "CSS,EOT,GIF,ICO,JPEG,JPG,JS,MAP,PNG,SVG,TTF,WOFF", "PublicCdnEnabled": false,
		"SocialBarOnSitePagesDisabled":            false,
		"SpecialCharactersStateInFileFolderNames": 1, "StartASiteFormUrl": "", "StorageQuota": 1304576, "StorageQuotaAllocated": 26214400,
		"ResourceQuota": 5300, "ResourceQuotaAllocated": 1200, "OneDriveStorageQuota": 1048576, "SubscriptionsEnabled": true, sharedWithMeProperty: SharedWithMeFull,
		"SyncPrivacyProfileProperties": true, "UseFindPeopleInPeoplePicker": false, "UsePersistentCookiesForExplorerView": false,
		"UserVoiceForFeedbackEnabled": true, "ViewInFileExplorerEnabled": false, "WorkflowsAllowed": true,
		"DisabledWebPartIds": "", "RootSiteUrl": "", "AnyoneLinkTrackUsers": false, "ReduceTempTokenLifetimeEnabled": false,
		"IsUnmanagedSyncClientForTenantRestricted": false, "BlockMacSync": false, "IsSharePointNewsfeedEnabled": false,
		"IsSharePointMobileNotificationEnabled": true, "SiteCreationEnabled": true, "IsSitesStorageLimitAutomatic": true,
	}
}

// OtherSiteProperties are the same of a site.
func OtherSiteProperties() map[string]any {
	return map[string]any{
		"AllowDownloadingNonWebViewableFiles": true, "AllowEditing": true, "AllowSelfServiceUpgrade": true, "Classification": "",
		"CommentsOnSitePagesDisabled": false, "CompatibilityLevel": 15, "ConditionalAccessPolicy": 0, "DenyAddAndCustomizePages": 2,
		"DisableAppViews": 2, "DisableFlows": 2, "HideDefaultThemes": false, "IsHubSite": false, "Lcid": 1033, "LimitedAccessFileType": 1,
		"LockState": "Unlock", "MediaTranscription": 0, "OverrideBlockUserInfoVisibility": 0, "OverrideSharingCapability": false,
		"PWAEnabled": 1, "RestrictedToRegion": 3, "SandboxedCodeActivationCapability": 2, "SensitivityLabel": "", "SensitivityLabel2": "",
		"SocialBarOnSitePagesDisabled": false, "StorageMaximumLevel": 26214400, "StorageWarningLevel": 25574400, "TimeZoneId": 13,
		"UserCodeMaximumLevel": 300, "UserCodeWarningLevel": 200, "SharingLockDownEnabled": false, "SharingLockDownCanBeCleared": true,
		"DefaultShareLinkScope": -1, "DefaultShareLinkRole": 0, "LoopDefaultSharingLinkScope": -1, "LoopDefaultSharingLinkRole": 0,
		"OverrideTenantOrganizationSharingLinkExpirationPolicy": false, "OrganizationSharingLinkMaxExpirationInDays": 0,
	}
}

func words(v any) string { return fmt.Sprint(v) }
