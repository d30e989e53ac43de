package spoapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// userSet is the users of a site, or of one of its groups.
type userSet struct {
	site  state.Site
	group *state.SiteGroup
}

// userNodes are the site's user list and its entries (sharepoint.md 4.2).
func userNodes() []node {
	return []node{
		{
			Name: "users", Key: key{Of: "user", Name: "loginName", Resolve: userByKey},
			Children: []child{
				{Name: "GetById", Of: "user", Params: []string{"id"}, Resolve: userByID},
				{Name: "GetByEmail", Of: "user", Params: []string{"emailAddress"}, Resolve: userByEmail},
				{Name: "GetByLoginName", Of: "user", Params: []string{"loginName"}, Resolve: userByLogin},
			},
			Operations: slices.Concat(
				reading(operation{Name: "users.list", Method: "GET", Source: "sharepoint.md 4.2", Handler: listUsers}),
				writing(
					operation{Name: "users.add", Method: "POST", Source: "sharepoint.md 4.3", Handler: addUser},
					operation{Name: "users.removeById", Method: "POST", Segment: "removeById", Params: []string{"id"}, Source: "sharepoint.md 4.2", Handler: removeUserByID},
					operation{Name: "users.removeByLoginName", Method: "POST", Segment: "removeByLoginName", Params: []string{"loginName"}, Source: "sharepoint.md 4.2", Handler: removeUserByLogin},
				),
			),
		},
		{
			Name: "user", Properties: odata.PropertiesOf(wireUser{}),
			Children: []child{{Name: "Groups", Of: "groups", Resolve: groupsOfUser}},
			Operations: slices.Concat(
				reading(operation{Name: "user.get", Method: "GET", Source: "sharepoint.md 4.2", Handler: getUser}),
				writing(operation{Name: "user.delete", Method: "DELETE", Source: "from memory", Handler: deleteUser}),
				controlling(operation{Name: "user.update", Method: "PATCH", Source: "from memory", Handler: updateUser}),
			),
		},
	}
}

// wireUser is SP.User, in the order of recorded answers.
type wireUser struct {
	ID            int         `json:"Id"`
	Hidden        bool        `json:"IsHiddenInUI"`
	LoginName     string      `json:"LoginName"`
	Title         string      `json:"Title"`
	PrincipalType int         `json:"PrincipalType"`
	Email         string      `json:"Email"`
	Expiration    string      `json:"Expiration"`
	EmailAuth     bool        `json:"IsEmailAuthenticationGuestUser"`
	ShareByEmail  bool        `json:"IsShareByEmailGuestUser"`
	SiteAdmin     bool        `json:"IsSiteAdmin"`
	UserID        *wireNameID `json:"UserId"`
	UPN           *string     `json:"UserPrincipalName"`
	AadObjectID   *string     `json:"AadObjectId" odata:"select"`
}

// wireNameID is SP.UserIdInfo.
type wireNameID struct {
	NameID string `json:"NameId"`
	Issuer string `json:"NameIdIssuer"`
}

func (wireNameID) edmKind() string { return "SP.UserIdInfo" }

func (c *request) userEntity(s state.Site, u state.SiteUser) *entity {
	w := wireUser{
		ID: u.ID, Hidden: u.Hidden, LoginName: u.LoginName, Title: u.Title, PrincipalType: int(u.Type), Email: u.Email,
		EmailAuth: u.EmailAuth, ShareByEmail: u.ShareByEmail, SiteAdmin: u.SiteAdmin,
	}
	if !u.ExpiresAt.IsZero() {
		w.Expiration = wireTime(u.ExpiresAt)
	}
	if u.UPN != "" {
		w.UPN = &u.UPN
	}
	if u.ObjectID != "" {
		w.AadObjectID = &u.ObjectID
	}
	if u.PUID != "" && u.Type == state.PrincipalUser && !u.ShareByEmail {
		w.UserID = &wireNameID{strings.ToLower(u.PUID), "urn:federation:microsoftonline"}
	}
	return &entity{
		kind: "SP.User", web: c.webURL(s), path: fmt.Sprintf("Web/GetUserById(%d)", u.ID), props: w,
		links: []link{{"Groups", func() (any, error) { return c.groupsOf(s, u), nil }}},
	}
}

// userPage lists the entries that are there.
func (c *request) userPage(set userSet) *collection {
	page := &collection{kind: "SP.User", web: c.webURL(set.site)}
	for u := range c.tx.SiteUsers(set.site.TenantID, set.site.ID) {
		if set.has(u) {
			page.items = append(page.items, c.userEntity(set.site, u))
		}
	}
	return page
}

func (set userSet) has(u state.SiteUser) bool {
	return !u.Removed && (set.group == nil || slices.Contains(set.group.MemberIDs, u.ID))
}

// find returns the first entry of the set that matches.
func (c *request) find(set userSet, match func(state.SiteUser) bool) (any, error) {
	for u := range c.tx.SiteUsers(set.site.TenantID, set.site.ID) {
		if set.has(u) && match(u) {
			return u, nil
		}
	}
	if app := appUser(set.site); set.group == nil && match(app) {
		return app, nil
	}
	return nil, errUserMissing
}

// setOf is the users that a path has come to: a site's or a group's.
func setOf(v any) userSet {
	if set, ok := v.(userSet); ok {
		return set
	}
	return userSet{site: placeOf(v).Site}
}

func siteUsers(_ *request, v any, _ odata.Args) (any, error) { return setOf(v), nil }

func userByID(c *request, v any, args odata.Args) (any, error) {
	n, ok := args.Int("id")
	if !ok {
		n, ok = args.Int("userId")
	}
	if !ok {
		return nil, problem.For(problem.Invalid, problem.Malformed, "id", "the id is no number")
	}
	return c.find(setOf(v), func(u state.SiteUser) bool { return int64(u.ID) == n })
}

func userByEmail(c *request, v any, args odata.Args) (any, error) {
	address := args.Text("emailAddress")
	return c.find(setOf(v), func(u state.SiteUser) bool { return address != "" && strings.EqualFold(u.Email, address) })
}

func userByLogin(c *request, v any, args odata.Args) (any, error) {
	return c.userNamed(setOf(v), args.Text("loginName"))
}

func userByKey(c *request, v any, k odata.Predicate) (any, error) {
	if n, ok := k.Value.Int(); ok {
		return c.find(setOf(v), func(u state.SiteUser) bool { return int64(u.ID) == n })
	}
	return c.userNamed(setOf(v), k.Text())
}

func (c *request) userNamed(set userSet, login string) (any, error) {
	return c.find(set, func(u state.SiteUser) bool { return strings.EqualFold(u.LoginName, login) })
}

// currentUser is who asks, as the site knows him. An application alone is the system account that the service shows.
func currentUser(c *request, v any, _ odata.Args) (any, error) {
	s := placeOf(v).Site
	if c.caller.AppOnly() {
		return appUser(s), nil
	}
	if c.caller.User.ID != "" {
		if u, ok := c.tx.SiteUserByObject(s.TenantID, s.ID, c.caller.User.ID); ok {
			return u, nil
		}
		return visitor(s, c.caller), nil
	}
	if c.caller.Email != "" {
		return c.find(userSet{site: s}, func(u state.SiteUser) bool { return u.EmailAuth && strings.EqualFold(u.Email, c.caller.Email) })
	}
	return nil, errUserMissing
}

// appUser is the entry that stands for applications (sharepoint.md 4.2).
func appUser(s state.Site) state.SiteUser {
	const appUserID = 1073741822
	return state.SiteUser{
		TenantID: s.TenantID, SiteID: s.ID, ID: appUserID, Type: state.PrincipalUser, Title: "SharePoint App",
		LoginName: "i:0i.t|" + directory.SharePointAppID + "|app@sharepoint",
	}
}

// visitor is how somebody looks whom the user list does not know yet.
func visitor(s state.Site, p directory.Principal) state.SiteUser {
	u := p.User
	return state.SiteUser{
		TenantID: s.TenantID, SiteID: s.ID, Type: state.PrincipalUser, ObjectID: u.ID, LoginName: drive.LoginName(u),
		Title: u.DisplayName, Email: u.Mail, UPN: u.UserPrincipalName, PUID: u.PUID, ShareByEmail: p.Guest(),
	}
}

func getUser(c *request, call *odata.Call) (any, error) {
	s := c.siteOf(call)
	if err := c.requireWeb(s); err != nil {
		return nil, err
	}
	return c.userEntity(s, call.Value.(state.SiteUser)), nil
}

// siteOf is the site that a path has passed.
func (c *request) siteOf(call *odata.Call) state.Site {
	if at, ok := odata.Nearest[drive.Place](call); ok {
		return at.Site
	}
	return c.site
}

func placeOfSite(s state.Site) drive.Place { return drive.Place{Site: s} }

func listUsers(c *request, call *odata.Call) (any, error) {
	set := setOf(call.Value)
	if err := c.require(placeOfSite(set.site), state.RoleRead); err != nil {
		return nil, err
	}
	return c.userPage(set), nil
}

// ensureUser adds somebody to the user list without giving him anything.
func ensureUser(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	in := struct{ LogonName string }{call.Args.Text("logonName")}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.require(placeOfSite(s), state.RoleWrite); err != nil {
		return nil, err
	}
	u, err := c.ensureLogin(s, in.LogonName)
	if err != nil {
		return nil, err
	}
	return c.userEntity(s, u), nil
}

func (c *request) ensureLogin(s state.Site, name string) (state.SiteUser, error) {
	if app := appUser(s); strings.EqualFold(name, app.LoginName) {
		return app, nil
	}
	u, err := sharing.EnsureLogin(c.tx, s, name)
	if problem.ReasonOf(err) == problem.UserNotFound {
		return u, errUnresolved(name)
	}
	return u, err
}

// addUser adds somebody to a group, or to the user list itself.
func addUser(c *request, call *odata.Call) (any, error) {
	set := setOf(call.Value)
	var in struct{ LoginName, Email string }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.LoginName == "" {
		in.LoginName = in.Email
	}
	if set.group == nil {
		if err := c.require(placeOfSite(set.site), state.RoleWrite); err != nil {
			return nil, err
		}
	}
	u, err := c.ensureLogin(set.site, in.LoginName)
	if err != nil {
		return nil, err
	}
	if set.group != nil {
		if err := sharing.AddToSiteGroup(c.tx, c.caller, set.site, *set.group, u); err != nil {
			return nil, err
		}
	}
	return created{c.userEntity(set.site, u)}, nil
}

func removeUserByID(c *request, call *odata.Call) (any, error) {
	u, err := userByID(c, call.Value, call.Args)
	return c.removeUser(setOf(call.Value), u, err)
}

func removeUserByLogin(c *request, call *odata.Call) (any, error) {
	in := struct{ LoginName string }{call.Args.Text("loginName")}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, err := c.userNamed(setOf(call.Value), in.LoginName)
	return c.removeUser(setOf(call.Value), u, err)
}

func (c *request) removeUser(set userSet, user any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	u := user.(state.SiteUser)
	if set.group != nil {
		err = sharing.RemoveFromSiteGroup(c.tx, c.caller, set.site, *set.group, u)
	} else {
		err = sharing.RemoveSiteUser(c.tx, c.caller, set.site, u)
	}
	return void{}, err
}

func deleteUser(c *request, call *odata.Call) (any, error) {
	set, ok := odata.Nearest[userSet](call)
	if !ok {
		set = userSet{site: c.siteOf(call)}
	}
	_, err := c.removeUser(set, call.Value, nil)
	return nothing{}, err
}

// updateUser makes somebody a site administrator, or takes that away; names are the directory's.
func updateUser(c *request, call *odata.Call) (any, error) {
	var in struct {
		IsSiteAdmin  *bool
		Title, Email *string
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return nothing{}, sharing.UpdateSiteUser(c.tx, c.caller, c.siteOf(call), call.Value.(state.SiteUser), in.IsSiteAdmin, in.Title, in.Email)
}
