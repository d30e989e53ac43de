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
		w.Expiration = new(wireTime(e.ExpiresAt))
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
		LoginName: drive.LoginName(u), Name: u.DisplayName, PrincipalType: int(state.PrincipalUser), UPN: new(strings.ToLower(u.UserPrincipalName)),
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
		return new(c.principalOfUser(s, u))
	}
	if a == (state.Actor{}) {
		return nil
	}
	return &wirePrincipal{Email: a.Email, ID: notInUserList, IsActive: true, LoginName: orText(a.Email, orText(a.AppID, a.Name)), Name: a.Name, PrincipalType: int(state.PrincipalUser)}
}

// principalOfGrant is whom a permission names; nil for an application or somebody who is gone.
func (c *request) principalOfGrant(s state.Site, g state.Permission) *wirePrincipal {
	switch g.To {
	case state.ToUser:
		if u, ok := c.tx.User(s.TenantID, g.ObjectID); ok {
			return new(c.principalOfUser(s, u))
		}
	case state.ToGroup:
		if e, ok := c.tx.SiteUserByObject(s.TenantID, s.ID, g.ObjectID); ok && !e.Removed {
			return new(c.principalOfEntry(e))
		}
		if group, ok := c.tx.Group(s.TenantID, g.ObjectID); ok {
			return &wirePrincipal{
				Email: group.Mail, ID: notInUserList, IsActive: true, LoginName: "c:0t.c|tenant|" + group.ID, Name: group.DisplayName,
				PrincipalType: int(state.PrincipalSecurityGroup),
			}
		}
	case state.ToSiteGroup:
		if group, ok := c.tx.SiteGroup(s.TenantID, s.ID, g.SiteGroup); ok && group.LinkID == "" {
			return new(principalOfGroup(group))
		}
	case state.ToEveryone:
		return new(c.everyone(s, g.Email == "all"))
	case state.ToAddress, state.ToInvitee:
		return new(c.principalOfAddress(s, g.Email))
	case state.ToApp:
	}
	return nil
}

// everyone is the claim of all people, or of all but guests.
func (c *request) everyone(s state.Site, guestsToo bool) wirePrincipal {
	login, name := "c:0-.f|rolemanager|spo-grid-all-users/"+s.TenantID, "Everyone except external users"
	if guestsToo {
		login, name = "c:0(.s|true", "Everyone"
	}
	if e, ok := c.tx.SiteUserByLogin(s.TenantID, s.ID, login); ok {
		return c.principalOfEntry(e)
	}
	return wirePrincipal{ID: notInUserList, IsActive: true, LoginName: login, Name: name, PrincipalType: int(state.PrincipalSecurityGroup)}
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
