package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// byTarget are failures whose code depends on what they are about.
func byTarget(e *problem.Error) (failure, bool) {
	switch {
	case e.Reason == problem.UnsupportedQuery && e.Target == "$expand":
		return failure{400, "ExpandNotSupported", ""}, true
	case e.Reason == problem.InvalidProperty && e.Target == "notificationUrl":
		return failure{400, "ValidationError", ""}, true // graph.md 9.3
	case e.Reason == problem.InvalidProperty && strings.HasPrefix(e.Target, "subscription."):
		return failure{400, "InvalidRequest", ""}, true // graph.md 9.3
	case e.Reason == problem.ItemNotFound && e.Target == "photo":
		return failure{404, "ImageNotFound", ""}, true // GD:api/profilephoto-get
	}
	return failure{}, false
}

// reasons says each problem in the codes of both workloads: the directory's, the files'. Sources are those of graph.md
// 1.3 and 1.4, where a line names no other; M is from memory, unverified.
func reasons() map[problem.Reason][2]failure {
	bad, invalid := failure{400, "Request_BadRequest", ""}, failure{400, "invalidRequest", ""}
	gone, noItem := failure{404, "Request_ResourceNotFound", ""}, failure{404, "itemNotFound", ""}
	refused, forbidden := failure{403, "Authorization_RequestDenied", ""}, failure{403, "accessDenied", ""}
	token := failure{401, "InvalidAuthenticationToken", ""}
	sharingFailed := failure{400, "sharingFailed", ""} // graph.md 8.1
	segment := failure{400, "BadRequest", ""}

	return map[problem.Reason][2]failure{
		problem.None: {bad, invalid}, // never looked up: the kind says it

		problem.Malformed:          {bad, invalid},
		problem.MissingProperty:    {bad, invalid},
		problem.InvalidProperty:    {bad, invalid},
		problem.ReadOnlyProperty:   {bad, {400, "invalidRequest", "propertyNotUpdateable"}},
		problem.UnknownProperty:    {bad, invalid},
		problem.UnknownSegment:     {segment, segment},
		problem.UnsupportedQuery:   {{400, "Request_UnsupportedQuery", ""}, {400, "invalidRequest", "invalidQueryOption"}},
		problem.MethodNotAllowed:   {{405, "Request_BadRequest", ""}, {405, "invalidRequest", ""}},
		problem.PreconditionFailed: {{412, "Request_PreconditionFailed", ""}, {412, "resourceModified", "entityTagDoesNotMatch"}},
		problem.LimitExceeded:      {{413, "RequestEntityTooLarge", ""}, {413, "invalidRequest", "maxFileSizeExceeded"}},

		problem.TenantNotFound:       {gone, noItem},
		problem.UserNotFound:         {gone, noItem},
		problem.UserDisabled:         {token, token},
		problem.ObjectNotFound:       {gone, noItem},
		problem.ObjectConflict:       {bad, {409, "nameAlreadyExists", ""}},
		problem.ReferenceExists:      {bad, invalid},
		problem.LastOwner:            {bad, invalid},
		problem.DynamicMembership:    {bad, invalid}, // M
		problem.InsufficientRights:   {refused, forbidden},
		problem.DomainNotVerified:    {bad, invalid},
		problem.InvalidRule:          {bad, invalid},
		problem.NestingNotAllowed:    {bad, invalid},
		problem.RoleAlreadyActivated: {bad, invalid}, // M

		problem.InviteeInTenant:          {{400, "BadRequest", ""}, sharingFailed},
		problem.InvitesNotAllowed:        {{403, "Forbidden", ""}, forbidden}, // graph.md 2.1
		problem.InviteDomainBlocked:      {{400, "BadRequest", ""}, sharingFailed},
		problem.CrossTenantBlocked:       {{403, "Forbidden", ""}, forbidden},
		problem.OutboundBlocked:          {{403, "Forbidden", ""}, forbidden},
		problem.InvitationNotFound:       {{404, "UnknownError", ""}, noItem}, // ISS microsoft-graph-explorer-v4#2456
		problem.InvitationRedeemed:       {bad, invalid},
		problem.InvitationExpired:        {bad, invalid},
		problem.WrongAccount:             {refused, forbidden},
		problem.AccountTypeNotAllowed:    {refused, forbidden},
		problem.RedemptionDeclined:       {refused, forbidden},
		problem.RedemptionAddressUnknown: {{400, "BadRequest", ""}, invalid}, // pitfalls.md 3.A

		problem.SharingDisabled:      {refused, forbidden},
		problem.SiteSharingDisabled:  {refused, forbidden},
		problem.ExistingGuestsOnly:   {bad, sharingFailed},
		problem.SiteExistingOnly:     {bad, sharingFailed},
		problem.AnonymousNotAllowed:  {refused, forbidden}, // ISS onedrive-api-docs#413
		problem.SharingDomainBlocked: {bad, sharingFailed},
		problem.SiteDomainBlocked:    {bad, sharingFailed},
		problem.ResharingNotAllowed:  {refused, forbidden},
		problem.SharerNotAllowed:     {refused, forbidden},
		problem.RecipientUnresolved:  {bad, sharingFailed},
		problem.RoleInvalid:          {bad, invalid},
		problem.LinkNotFound:         {gone, noItem},
		problem.LinkExpired:          {gone, noItem},
		problem.LinkPasswordRequired: {refused, forbidden},
		problem.LinkPasswordWrong:    {refused, forbidden},
		problem.GuestRequired:        {refused, forbidden},
		problem.GuestIDMismatch:      {refused, forbidden},
		problem.GuestAccessExpired:   {refused, forbidden},
		problem.AccessDenied:         {refused, forbidden},
		problem.CodeRequired:         {refused, forbidden},
		problem.CodeWrong:            {refused, forbidden},

		problem.ItemNotFound:      {gone, noItem},
		problem.SiteNotFound:      {gone, noItem},
		problem.ListNotFound:      {gone, noItem},
		problem.NameExists:        {bad, {409, "nameAlreadyExists", ""}},
		problem.NameInvalid:       {bad, {400, "invalidRequest", "invalidPath"}},
		problem.PathTooLong:       {bad, {400, "invalidRequest", "pathIsTooLong"}},
		problem.NotAFolder:        {bad, invalid},
		problem.NotAFile:          {bad, invalid},
		problem.RootNotChangeable: {bad, {403, "accessDenied", ""}},
		problem.QuotaExceeded:     {bad, {507, "quotaLimitReached", ""}},
		problem.RangeInvalid:      {bad, {416, "invalidRange", ""}},
		problem.RangeOverlap:      {bad, {416, "invalidRange", "fragmentOverlap"}},
		problem.SessionNotFound:   {gone, {404, "itemNotFound", "uploadSessionNotFound"}},
		problem.ResyncRequired:    {{410, "syncStateNotFound", ""}, {410, "resyncChangesApplyDifferences", "resyncApplyDifferences"}},
		problem.ResyncUpload:      {{410, "syncStateNotFound", ""}, {410, "resyncChangesUploadDifferences", "resyncUploadDifferences"}},
		problem.ItemLocked:        {bad, {423, "locked", ""}},
		problem.MoveAcrossDrives:  {bad, invalid},
		problem.ParentNotFound:    {gone, noItem},

		problem.BadToken:           {token, token},
		problem.TokenExpired:       {token, token},
		problem.WrongAudience:      {token, token},
		problem.WrongTenant:        {token, token},
		problem.MissingScope:       {refused, forbidden},
		problem.ClaimsChallenge:    {token, token},
		problem.ThrottledByFault:   {{429, "TooManyRequests", ""}, {429, "activityLimitReached", "throttledRequest"}},
		problem.FeatureNotEmulated: {{501, "NotEmulated", ""}, {501, "NotEmulated", ""}},
	}
}
