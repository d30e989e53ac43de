package spoapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/state"
)

// wirePrincipal is SP.Sharing.Principal (sharepoint.md 3.4).
type wirePrincipal struct {
	DirectoryObjectID *string `json:"directoryObjectId"`
	Email             string  `json:"email"`
	Expiration        *string `json:"expiration"`
	ID                int     `json:"id"`
	IsActive          bool    `json:"isActive"`
	IsExternal        bool    `json:"isExternal"`
	JobTitle          *string `json:"jobTitle"`
	LoginName         string  `json:"loginName"`
	Name              string  `json:"name"`
	PrincipalType     int     `json:"principalType"`
	UserID            *string `json:"userId"`
	UPN               *string `json:"userPrincipalName"`
}

func (wirePrincipal) edmKind() string { return "SP.Sharing.Principal" }

// notInUserList is the id of a principal whom the site does not know yet.
const notInUserList = -1

// principalOfEntry is an entry of the site's user list.
func (c *request) principalOfEntry(e state.SiteUser) wirePrincipal {
	w := wirePrincipal{
		Email: e.Email, ID: e.ID, IsActive: true, IsExternal: e.ShareByEmail || e.EmailAuth, LoginName: e.LoginName, Name: e.Title,
		PrincipalType: int(e.Type),
	}
	if e.UPN != "" {
		w.UPN = &e.UPN
	}
	if !e.ExpiresAt.IsZero() {
		w.Expiration = ptr(wireTime(e.ExpiresAt))
	}
	if u, ok := c.tx.User(e.TenantID, e.ObjectID); ok && e.ObjectID != "" {
		w.JobTitle = nonEmpty(u.JobTitle)
		w.Name, w.IsExternal = u.DisplayName, u.External() || u.Type == state.Guest
	}
	return w
}

// principalOfUser is somebody of the directory.
func (c *request) principalOfUser(s state.Site, u state.User) wirePrincipal {
	if e, ok := c.tx.SiteUserByObject(s.TenantID, s.ID, u.ID); ok && !e.Removed {
		return c.principalOfEntry(e)
	}
	return wirePrincipal{
		Email: u.Mail, ID: notInUserList, IsActive: true, IsExternal: u.External() || u.Type == state.Guest, JobTitle: nonEmpty(u.JobTitle),
		LoginName: drive.LoginName(u), Name: u.DisplayName, PrincipalType: int(state.PrincipalUser), UPN: ptr(strings.ToLower(u.UserPrincipalName)),
	}
}

// principalOfAddress is somebody whom the directory does not know: a code-only recipient, or one who has not accepted yet.
func (c *request) principalOfAddress(s state.Site, address string) wirePrincipal {
	for e := range c.tx.SiteUsers(s.TenantID, s.ID) {
		if e.EmailAuth && !e.Removed && strings.EqualFold(e.Email, address) {
			return c.principalOfEntry(e)
		}
	}
	return wirePrincipal{
		Email: address, ID: notInUserList, IsExternal: true, LoginName: "urn:spo:guest#" + strings.ToLower(address), Name: address,
		PrincipalType: int(state.PrincipalUser),
	}
}

func principalOfGroup(g state.SiteGroup) wirePrincipal {
	return wirePrincipal{ID: g.ID, IsActive: true, LoginName: g.Title, Name: g.Title, PrincipalType: int(state.PrincipalSiteGroup)}
}

// principalOfActor is who did something; nil for nobody.
func (c *request) principalOfActor(s state.Site, a state.Actor) *wirePrincipal {
	if u, ok := c.tx.User(s.TenantID, a.UserID); ok && a.UserID != "" {
		return ptr(c.principalOfUser(s, u))
	}
	if a == (state.Actor{}) {
		return nil
	}
	return &wirePrincipal{Email: a.Email, ID: notInUserList, IsActive: true, LoginName: orText(a.Email, orText(a.AppID, a.Name)), Name: a.Name, PrincipalType: int(state.PrincipalUser)}
}

// principalNumbered is a principal of the site by its number; ok is false where there is none.
func (c *request) principalNumbered(s state.Site, id int) (wirePrincipal, bool) {
	if g, ok := c.tx.SiteGroup(s.TenantID, s.ID, id); ok {
		return principalOfGroup(g), g.LinkID == ""
	}
	e, ok := c.tx.SiteUser(s.TenantID, s.ID, id)
	if !ok || e.Removed {
		return wirePrincipal{}, false
	}
	return c.principalOfEntry(e), true
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
