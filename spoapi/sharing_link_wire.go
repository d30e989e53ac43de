package spoapi

import (
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireLinkInfo is SP.SharingLinkInfo (sharepoint.md 3.4).
type wireLinkInfo struct {
	AllowsAnonymousAccess    bool             `json:"AllowsAnonymousAccess"`
	ApplicationID            *string          `json:"ApplicationId"`
	BlocksDownload           bool             `json:"BlocksDownload"`
	Created                  string           `json:"Created"`
	CreatedBy                *wirePrincipal   `json:"CreatedBy"`
	Description              *string          `json:"Description"`
	Embeddable               bool             `json:"Embeddable"`
	Expiration               string           `json:"Expiration"`
	HasExternalGuestInvitees bool             `json:"HasExternalGuestInvitees"`
	Invitations              []wireInvitation `json:"Invitations"`
	IsActive                 bool             `json:"IsActive"`
	IsAddressBarLink         bool             `json:"IsAddressBarLink"`
	IsCreateOnlyLink         bool             `json:"IsCreateOnlyLink"`
	IsDefault                bool             `json:"IsDefault"`
	IsEditLink               bool             `json:"IsEditLink"`
	IsEphemeral              bool             `json:"IsEphemeral"`
	IsFormsLink              bool             `json:"IsFormsLink"`
	IsMainLink               bool             `json:"IsMainLink"`
	IsManageListLink         bool             `json:"IsManageListLink"`
	IsReviewLink             bool             `json:"IsReviewLink"`
	IsUnhealthy              bool             `json:"IsUnhealthy"`
	LastModified             string           `json:"LastModified"`
	LastModifiedBy           *wirePrincipal   `json:"LastModifiedBy"`
	LimitUseToApplication    bool             `json:"LimitUseToApplication"`
	LinkKind                 int              `json:"LinkKind"`
	PasswordLastModified     string           `json:"PasswordLastModified"`
	PasswordLastModifiedBy   *wirePrincipal   `json:"PasswordLastModifiedBy"`
	RedeemedUsers            []wirePrincipal  `json:"RedeemedUsers"`
	RequiresPassword         bool             `json:"RequiresPassword"`
	RestrictedMembership     bool             `json:"RestrictedShareMembership"`
	RestrictToRelationships  bool             `json:"RestrictToExistingRelationships"`
	Scope                    int              `json:"Scope"`
	ShareID                  string           `json:"ShareId"`
	ShareTokenString         *string          `json:"ShareTokenString"`
	SharingLinkStatus        int              `json:"SharingLinkStatus"`
	TrackLinkUsers           bool             `json:"TrackLinkUsers"`
	URL                      *string          `json:"Url"`
}

func (wireLinkInfo) edmKind() string { return "SP.SharingLinkInfo" }

// wireInvitation is SP.Sharing.LinkInvitation: a recipient of a link for specific people.
type wireInvitation struct {
	InvitedBy *wirePrincipal `json:"invitedBy"`
	InvitedOn string         `json:"invitedOn"`
	Invitee   wirePrincipal  `json:"invitee"`
}

func (wireInvitation) edmKind() string { return "SP.Sharing.LinkInvitation" }

const (
	scopeUnset        = -1
	scopeAnyone       = 0
	scopeOrganization = 1
	scopePeople       = 2

	linkStatusActive = 2
)

// linkTime is a moment as links tell it.
func linkTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func scopeNumber(s state.LinkScope) int {
	switch s {
	case state.LinkAnonymous:
		return scopeAnyone
	case state.LinkOrganization:
		return scopeOrganization
	case state.LinkUsers:
		return scopePeople
	}
	return scopeUnset
}

// wireLink tells of a living link.
func (c *request) wireLink(s state.Site, l state.Link) wireLinkInfo {
	w := wireLinkInfo{
		AllowsAnonymousAccess: l.Scope == state.LinkAnonymous,
		BlocksDownload:        l.Type == "blocksDownload", Embeddable: l.Type == "embed", IsCreateOnlyLink: l.Type == "createOnly",
		IsEditLink: l.Type == "edit", IsReviewLink: l.Type == "review",
		Created: linkTime(l.CreatedAt), CreatedBy: c.principalOfActor(s, l.CreatedBy), Description: nonEmpty(l.Description),
		LastModified: linkTime(l.ModifiedAt), LastModifiedBy: c.principalOfActor(s, l.ModifiedBy), Expiration: linkTime(l.ExpiresAt),
		IsActive: true, IsDefault: true, LinkKind: sharing.LinkKind(l), Scope: scopeNumber(l.Scope),
		RequiresPassword: l.Password != "", PasswordLastModified: linkTime(l.PasswordAt),
		RestrictedMembership: l.Scope == state.LinkUsers, ShareID: l.ID, ShareTokenString: new("share=" + l.Token),
		SharingLinkStatus: linkStatusActive, TrackLinkUsers: l.Scope == state.LinkUsers, URL: new(sharing.LinkURL(c.tx, c.origin, l)),
	}
	if w.LastModified == "" {
		w.LastModified, w.LastModifiedBy = w.Created, w.CreatedBy
	}
	if l.Password != "" {
		w.PasswordLastModifiedBy = c.principalOfActor(s, l.ModifiedBy)
	}
	for _, r := range l.Recipients {
		invitee := c.principalOfRecipient(s, r)
		w.HasExternalGuestInvitees = w.HasExternalGuestInvitees || invitee.IsExternal
		w.Invitations = append(w.Invitations, wireInvitation{c.principalOfActor(s, r.InvitedBy), linkTime(r.At), invitee})
	}
	return w
}

func (c *request) principalOfRecipient(s state.Site, r state.LinkRecipient) wirePrincipal {
	if u, ok := c.tx.User(s.TenantID, r.ObjectID); ok && r.ObjectID != "" {
		return c.principalOfUser(s, u)
	}
	return c.principalOfAddress(s, r.Email)
}

// unusedLink stands for a kind of link that the place has none of.
func unusedLink(kind int) wireLinkInfo {
	return wireLinkInfo{
		LinkKind: kind, Scope: scopeUnset, ShareID: zeroGUID, IsDefault: true,
		AllowsAnonymousAccess: kind == sharing.KindAnonymousView || kind == sharing.KindAnonymousEdit,
		IsEditLink:            kind == sharing.KindOrganizationEdit || kind == sharing.KindAnonymousEdit,
	}
}

// linkMembers are the people whom a link reaches: those that it is for, and those who opened it.
func (c *request) linkMembers(s state.Site, l state.Link) []wirePrincipal {
	var all []wirePrincipal
	seen := map[string]bool{}
	for _, r := range l.Recipients {
		seen[r.ObjectID] = true
		all = append(all, c.principalOfRecipient(s, r))
	}
	for _, id := range l.Redeemed {
		if u, ok := c.tx.User(s.TenantID, id); ok && !seen[id] {
			all = append(all, c.principalOfUser(s, u))
		}
	}
	return all
}

// livingLinks are the links of exactly that place that have not expired, by kind from the highest.
func (c *request) livingLinks(on state.Securable) []state.Link {
	var all []state.Link
	for l := range c.tx.LinksOn(c.tenant.ID, on) {
		if l.ExpiresAt.IsZero() || l.ExpiresAt.After(c.tx.Now()) {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b state.Link) int { return sharing.LinkKind(b) - sharing.LinkKind(a) })
	return all
}
