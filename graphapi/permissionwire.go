package graphapi

import (
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wirePermission is a permission of an item or a site (graph.md 8.2).
type wirePermission struct {
	ID          string           `json:"id"`
	Roles       []string         `json:"roles"`
	ShareID     string           `json:"shareId,omitempty"`
	Expiration  *time.Time       `json:"expirationDateTime,omitempty"`
	HasPassword *bool            `json:"hasPassword,omitempty"`
	Deprecated  string           `json:"@deprecated.GrantedTo,omitempty"`
	ToV2        *wireGrantee     `json:"grantedToV2,omitempty"`
	To          *wireIdentitySet `json:"grantedTo,omitempty"`
	ManyV2      *[]wireGrantee   `json:"grantedToIdentitiesV2,omitempty"`
	Many        *[]wireGrantee   `json:"grantedToIdentities,omitempty"`
	Link        *wireSharingLink `json:"link,omitempty"`
	Invitation  *sharingInvited  `json:"invitation,omitempty"`
	Inherited   *wireParent      `json:"inheritedFrom,omitempty"`
}

type wireGrantee struct {
	User        *wireIdentity     `json:"user,omitempty"`
	Group       *wireIdentity     `json:"group,omitempty"`
	Application *wireIdentity     `json:"application,omitempty"`
	SiteUser    *wireSiteIdentity `json:"siteUser,omitempty"`
	SiteGroup   *wireSiteIdentity `json:"siteGroup,omitempty"`
}

type wireSiteIdentity struct {
	Email       string `json:"email,omitempty"`
	ID          string `json:"id,omitempty"`
	DisplayName string `json:"displayName"`
	LoginName   string `json:"loginName,omitempty"`
}

type wireSharingLink struct {
	Scope            string        `json:"scope"`
	Type             string        `json:"type"`
	WebURL           string        `json:"webUrl,omitempty"`
	PreventsDownload bool          `json:"preventsDownload"`
	Application      *wireIdentity `json:"application,omitempty"`
}

type sharingInvited struct {
	Email          string           `json:"email"`
	SignInRequired bool             `json:"signInRequired"`
	InvitedBy      *wireIdentitySet `json:"invitedBy,omitempty"`
}

const deprecatedGrantedTo = "GrantedTo has been deprecated. Refer to GrantedToV2"

// permissionWire is a line of "manage access". Addresses of links are for those who could have made them.
func (r *request) permissionWire(g sharing.Grant, shares bool) wirePermission {
	var w wirePermission
	if g.Link.ID != "" {
		w = r.linkWire(g.Link, shares)
	} else {
		w = r.grantWire(g.From.Site, g.Permission)
	}
	w.ID = g.ID
	if g.Inherited {
		w.Inherited = r.inheritedFrom(g.From)
	}
	return w
}

// inheritedFrom names the place that a grant stands on.
func (r *request) inheritedFrom(p drive.Place) *wireParent {
	if p.List.ID == "" {
		return &wireParent{SiteID: p.Site.ID, Path: p.Site.Path}
	}
	if p.Item.ID == "" {
		p.Item = drive.Root(r.tx, p.List)
	}
	path := "/drives/" + drive.DriveID(p.Site, p.List) + "/root:"
	if below := drive.Path(r.tx, p.Item); below != "" {
		path += "/" + below
	}
	return &wireParent{DriveID: drive.DriveID(p.Site, p.List), ID: drive.ItemID(p.List, p.Item), Path: path}
}

func expiry(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (r *request) linkWire(l state.Link, shares bool) wirePermission {
	password := l.Password != ""
	w := wirePermission{
		ID: l.ID, Roles: []string{string(l.Role())}, Expiration: expiry(l.ExpiresAt), HasPassword: &password,
		ManyV2: &[]wireGrantee{}, Many: &[]wireGrantee{},
		Link: &wireSharingLink{Scope: string(l.Scope), Type: l.Type, PreventsDownload: l.Type == sharing.LinkBlocksDownload},
	}
	if shares {
		w.Link.WebURL = sharing.LinkURL(r.tx, r.origin, l)
		w.ShareID = shareID(w.Link.WebURL)
	}
	if l.AppID != "" && l.Scope == state.LinkAnonymous {
		if a, ok := directory.ServicePrincipalByAppID(r.tx, l.TenantID, l.AppID); ok {
			w.Link.Application = &wireIdentity{ID: l.AppID, DisplayName: a.DisplayName}
		}
	}
	for _, to := range l.Recipients {
		*w.ManyV2 = append(*w.ManyV2, r.recipientWire(l, to, true))
		*w.Many = append(*w.Many, r.recipientWire(l, to, false))
	}
	return w
}

// recipientWire is a recipient of a link for specific people; somebody without a directory object has no id.
func (r *request) recipientWire(l state.Link, to state.LinkRecipient, siteUser bool) wireGrantee {
	if u, ok := r.tx.User(l.TenantID, to.ObjectID); ok && to.ObjectID != "" {
		w := r.userGrantee(l.On.SiteID, u)
		if !siteUser {
			w.SiteUser = nil
		}
		return w
	}
	return wireGrantee{User: &wireIdentity{Email: to.Email, DisplayName: to.Email}}
}

func (r *request) userGrantee(site string, u state.User) wireGrantee {
	email := u.Mail
	if email == "" {
		email = u.UserPrincipalName
	}
	w := wireGrantee{
		User:     &wireIdentity{Email: email, ID: u.ID, DisplayName: u.DisplayName},
		SiteUser: &wireSiteIdentity{Email: email, DisplayName: u.DisplayName, LoginName: drive.LoginName(u)},
	}
	if e, ok := r.tx.SiteUserByObject(u.TenantID, site, u.ID); ok && !e.Removed {
		w.SiteUser.ID = decimal(e.ID)
	}
	return w
}

// grantWire is a permission that is no link.
func (r *request) grantWire(s state.Site, p state.Permission) wirePermission {
	w := wirePermission{Roles: []string{string(p.Role)}, Expiration: expiry(p.ExpiresAt)}
	switch p.To {
	case state.ToInvitee:
		w.Invitation = &sharingInvited{Email: p.Email, SignInRequired: true, InvitedBy: identitySet(p.GrantedBy)}
		return w
	case state.ToApp:
		app := wireGrantee{Application: &wireIdentity{ID: p.ObjectID, DisplayName: r.appName(p)}}
		w.ManyV2, w.Many = &[]wireGrantee{app}, &[]wireGrantee{app}
		return w
	case state.ToUser, state.ToGroup, state.ToSiteGroup, state.ToAddress, state.ToEveryone:
	}
	to := r.grantee(s, p)
	w.ToV2, w.Deprecated = &to, deprecatedGrantedTo
	w.To = &wireIdentitySet{User: to.User, Group: to.Group}
	if to.User == nil && to.SiteGroup != nil {
		w.To.User = &wireIdentity{DisplayName: to.SiteGroup.DisplayName}
	}
	if p.InvitationID != "" && p.To == state.ToUser {
		if i, ok := r.tx.SharingInvitation(p.TenantID, p.InvitationID); ok {
			w.Invitation = &sharingInvited{Email: i.Email, SignInRequired: true, InvitedBy: identitySet(p.GrantedBy)}
		}
	}
	return w
}

func (r *request) appName(p state.Permission) string {
	if p.Email != "" {
		return p.Email // what the client called it
	}
	a, _ := directory.ServicePrincipalByAppID(r.tx, p.TenantID, p.ObjectID)
	return a.DisplayName
}

// grantee is whom a permission names.
func (r *request) grantee(s state.Site, p state.Permission) wireGrantee {
	switch p.To {
	case state.ToUser:
		if u, ok := r.tx.User(p.TenantID, p.ObjectID); ok {
			return r.userGrantee(s.ID, u)
		}
	case state.ToGroup:
		if g, ok := r.tx.Group(p.TenantID, p.ObjectID); ok {
			return wireGrantee{Group: &wireIdentity{Email: g.Mail, ID: g.ID, DisplayName: g.DisplayName}}
		}
	case state.ToSiteGroup:
		if g, ok := r.tx.SiteGroup(p.TenantID, s.ID, p.SiteGroup); ok {
			return wireGrantee{SiteGroup: &wireSiteIdentity{ID: decimal(g.ID), DisplayName: g.Title, LoginName: g.Title}}
		}
	case state.ToEveryone:
		name := "Everyone except external users"
		if p.Email == "all" {
			name = "Everyone"
		}
		return wireGrantee{SiteUser: &wireSiteIdentity{DisplayName: name}, User: &wireIdentity{DisplayName: name}}
	case state.ToApp, state.ToAddress, state.ToInvitee:
	}
	return wireGrantee{User: &wireIdentity{Email: p.Email, DisplayName: p.Email}}
}
