package sharing

import (
	"path"
	"strings"

	"github.com/tennantite/tennantite/emulator/audit"
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// Operations of the sharing schema (sharepoint.md 7.5).
const (
	SharingSet                = "SharingSet"
	SharingRevoked            = "SharingRevoked"
	AddedToGroup              = "AddedToGroup"
	SharingInvitationCreated  = "SharingInvitationCreated"
	SharingInvitationAccepted = "SharingInvitationAccepted"
	SharingInvitationBlocked  = "SharingInvitationBlocked"
	SharingInvitationUpdated  = "SharingInvitationUpdated"
	SharingInvitationRevoked  = "SharingInvitationRevoked"
	SharingInheritanceBroken  = "SharingInheritanceBroken"
	SharingInheritanceReset   = "SharingInheritanceReset"
	SharingPolicyChanged      = "SharingPolicyChanged"
	AddedToSecureLink         = "AddedToSecureLink"
	RemovedFromSecureLink     = "RemovedFromSecureLink"
)

// linkOperations are the words for what happens to a link, by scope.
func linkOperation(s state.LinkScope, what string) string {
	switch s {
	case state.LinkAnonymous:
		return "AnonymousLink" + what
	case state.LinkOrganization:
		return "CompanyLink" + what
	case state.LinkUsers:
	}
	if what == "Removed" {
		what = "Deleted"
	}
	return "SecureLink" + what
}

// act is what an entry of the sharing schema tells.
type act struct {
	operation string
	to        Party
	group     string // name of a group that somebody was put into
	sharingID string // link or invitation
	details   []state.EventDetail
}

func (d *deal) record(operation string, to Party, group string) {
	record(d.tx, d.by, d.at, act{operation: operation, to: to, group: group})
}

// record writes an entry in SharePoint's schema. What changed who may do what shows in the drive's delta too.
func record(tx *state.Tx, by directory.Principal, at drive.Place, a act) {
	if a.changes() && at.List.ID != "" {
		drive.TouchSharing(tx, at)
	}
	actor := by.Actor()
	e := state.Event{
		TenantID: at.Site.TenantID, Workload: audit.SharePoint, Operation: a.operation, Actor: actor, ActorUPN: by.User.UserPrincipalName,
		ActorType: actorType(by), IPAddress: by.IPAddress, UserAgent: by.UserAgent, CorrelationID: by.CorrelationID,
		SiteID: at.Site.ID, SiteURL: siteURL(tx, links.Origin{}, at.Site), ObjectURL: PlaceURL(tx, links.Origin{}, at),
		ItemType: itemType(at), UniqueSharingID: a.sharingID, Details: a.details, Category: "Sharing",
	}
	if at.Site.Personal {
		e.Workload = audit.OneDrive
	}
	if at.Item.ID != "" && !at.Item.Root() {
		e.SourceFile = at.Item.Name
		e.SourceRelativeURL = strings.Trim(path.Dir(strings.TrimPrefix(drive.ServerPath(tx, at.Site, at.List, at.Item), at.Site.Path)), "/")
	}
	e.TargetName, e.TargetType = targetOf(a.to)
	if a.group != "" {
		e.Details = append(e.Details, state.EventDetail{Key: "Group", Value: a.group})
	}
	if e.TargetName != "" {
		e.Targets = []state.EventTarget{{ID: a.to.User.ID, Type: e.TargetType, DisplayName: a.to.Title, UPN: a.to.User.UserPrincipalName}}
	}
	audit.Record(tx, e)
}

// changes tells whether the operation changed a right, rather than used or refused one.
func (a act) changes() bool {
	return !strings.HasSuffix(a.operation, "Used") && a.operation != SharingInvitationBlocked && a.operation != SharingPolicyChanged
}

func actorType(by directory.Principal) string {
	switch {
	case by.System:
		return "System"
	case by.AppOnly():
		return "Application"
	case by.User.ID == "" && by.Email != "":
		return "Guest" // audited as a guest though no object exists (sharepoint.md 7.1)
	case by.User.ID != "" && outsider(by.User):
		return "Guest"
	}
	return "Member"
}

func targetOf(p Party) (name, kind string) {
	switch {
	case p.Site.ID != 0:
		return p.Site.Title, "SharePointGroup"
	case p.Group.ID != "":
		return p.Group.DisplayName, "SecurityGroup"
	case p.Claim != "":
		return p.Title, "SecurityGroup"
	case p.User.ID != "" && !outsider(p.User):
		return p.User.UserPrincipalName, "Member"
	case p.Address != "":
		return p.Address, "Guest"
	}
	return "", ""
}

func itemType(at drive.Place) string {
	switch {
	case at.Item.ID != "" && !at.Item.Root() && at.Item.Kind == state.File:
		return "File"
	case at.Item.ID != "" && !at.Item.Root() && at.Item.Kind == state.Folder:
		return "Folder"
	case at.Item.ID != "" && !at.Item.Root():
		return "ListItem"
	case at.List.ID != "" && at.List.Library():
		return "DocumentLibrary"
	case at.List.ID != "":
		return "List"
	}
	return "Web"
}

// blocked notes a share that a domain list refused. What a failed request did is undone, entries too, unless the face
// answers with the refusal as SharePoint does.
func (d *deal) blocked(p Party, err error) {
	if isDomainRefusal(err) {
		d.record(SharingInvitationBlocked, p, "")
	}
}
