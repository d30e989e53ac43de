package spoapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// groupSet is the groups of a site, or of one of its users.
type groupSet struct {
	site state.Site
	user *state.SiteUser
}

// groupNodes are a site's SharePoint groups (sharepoint.md 4.3).
func groupNodes() []node {
	return []node{
		{
			Name: "groups", Key: key{Of: "group", Resolve: groupByKey},
			Children: []child{
				{Name: "GetById", Of: "group", Params: []string{"id"}, Resolve: groupByID},
				{Name: "GetByName", Of: "group", Params: []string{"name"}, Resolve: groupByName},
			},
			Operations: slices.Concat(
				reading(operation{Name: "groups.list", Method: "GET", Source: "sharepoint.md 4.3", Handler: listGroups}),
				controlling(
					operation{Name: "groups.add", Method: "POST", Source: "sharepoint.md 2.1", Handler: addGroup},
					operation{Name: "groups.removeById", Method: "POST", Segment: "removeById", Params: []string{"id"}, Source: "sharepoint.md 4.3", Handler: removeGroupByID},
					operation{Name: "groups.removeByLoginName", Method: "POST", Segment: "removeByLoginName", Params: []string{"loginName"}, Source: "sharepoint.md 4.3", Handler: removeGroupByName},
				),
			),
		},
		{
			Name: "group", Properties: odata.PropertiesOf(wireGroup{}),
			Children: []child{
				{Name: "Users", Of: "users", Resolve: usersOfGroup},
				{Name: "Owner", Of: "user", Resolve: ownerOfGroup},
			},
			Operations: slices.Concat(
				reading(operation{Name: "group.get", Method: "GET", Source: "sharepoint.md 4.3", Handler: getGroup}),
				controlling(
					operation{Name: "group.update", Method: "PATCH", Source: "sharepoint.md 4.3", Handler: updateGroup},
					operation{Name: "group.delete", Method: "DELETE", Source: "from memory", Handler: deleteGroup},
					operation{Name: "group.setUserAsOwner", Method: "POST", Segment: "SetUserAsOwner", Params: []string{"ownerId"}, Source: "from memory", Handler: setGroupOwner},
				),
			),
		},
	}
}

// wireGroup is SP.Group, in the order of recorded answers.
type wireGroup struct {
	ID                     int    `json:"Id"`
	Hidden                 bool   `json:"IsHiddenInUI"`
	LoginName              string `json:"LoginName"`
	Title                  string `json:"Title"`
	PrincipalType          int    `json:"PrincipalType"`
	AllowMembersEdit       bool   `json:"AllowMembersEditMembership"`
	AllowRequestToJoin     bool   `json:"AllowRequestToJoinLeave"`
	AutoAcceptRequests     bool   `json:"AutoAcceptRequestToJoinLeave"`
	Description            string `json:"Description"`
	OnlyMembersView        bool   `json:"OnlyAllowMembersViewMembership"`
	OwnerTitle             string `json:"OwnerTitle"`
	RequestToJoinLeaveMail string `json:"RequestToJoinLeaveEmailSetting"`
}

func (c *request) groupEntity(s state.Site, g state.SiteGroup) *entity {
	return &entity{
		kind: "SP.Group", web: c.webURL(s), path: fmt.Sprintf("Web/SiteGroups/GetById(%d)", g.ID),
		props: wireGroup{
			ID: g.ID, Hidden: g.Hidden, LoginName: g.Title, Title: g.Title, PrincipalType: int(state.PrincipalSiteGroup),
			AllowMembersEdit: g.AllowMembersEditMembership, AllowRequestToJoin: g.AllowRequestToJoinLeave,
			AutoAcceptRequests: g.AutoAcceptRequestToJoinLeave, Description: g.Description,
			OnlyMembersView: g.OnlyAllowMembersViewMembership, OwnerTitle: c.ownerTitle(s, g.OwnerID),
			RequestToJoinLeaveMail: g.RequestToJoinLeaveEmail,
		},
		links: []link{
			{"Owner", func() (any, error) { return c.principalEntity(s, g.OwnerID), nil }},
			{"Users", func() (any, error) { return c.userPage(userSet{site: s, group: &g}), nil }},
		},
	}
}

// ownerTitle is the title of the principal that owns a group; groups without one belong to the system.
func (c *request) ownerTitle(s state.Site, id int) string {
	if g, ok := c.tx.SiteGroup(s.TenantID, s.ID, id); ok {
		return g.Title
	}
	if u, ok := c.tx.SiteUser(s.TenantID, s.ID, id); ok {
		return u.Title
	}
	return "System Account"
}

// principalEntity is a user or group of the site, nil where there is none of that number.
func (c *request) principalEntity(s state.Site, id int) *entity {
	if g, ok := c.tx.SiteGroup(s.TenantID, s.ID, id); ok {
		return c.groupEntity(s, g)
	}
	if u, ok := c.tx.SiteUser(s.TenantID, s.ID, id); ok {
		return c.userEntity(s, u)
	}
	return nil
}

func (c *request) groupPage(s state.Site) *collection {
	page := &collection{kind: "SP.Group", web: c.webURL(s)}
	for g := range c.tx.SiteGroups(s.TenantID, s.ID) {
		page.items = append(page.items, c.groupEntity(s, g))
	}
	return page
}

// groupsOf are the groups that a user is in.
func (c *request) groupsOf(s state.Site, u state.SiteUser) *collection {
	page := &collection{kind: "SP.Group", web: c.webURL(s)}
	for g := range c.tx.SiteGroups(s.TenantID, s.ID) {
		if slices.Contains(g.MemberIDs, u.ID) {
			page.items = append(page.items, c.groupEntity(s, g))
		}
	}
	return page
}

func (c *request) groupLink(s state.Site, id int) func() (any, error) {
	return func() (any, error) {
		g, ok := c.tx.SiteGroup(s.TenantID, s.ID, id)
		if !ok {
			return nil, nil
		}
		return c.groupEntity(s, g), nil
	}
}

func standardGroup(as drive.SiteMember) func(*request, any, odata.Args) (any, error) {
	return func(c *request, v any, _ odata.Args) (any, error) {
		s := placeOf(v).Site
		id := s.MembersGroup
		switch as {
		case drive.SiteOwners:
			id = s.OwnersGroup
		case drive.SiteVisitors:
			id = s.VisitorsGroup
		case drive.SiteMembers:
		}
		return c.groupOf(s, int64(id))
	}
}

func (c *request) groupOf(s state.Site, id int64) (any, error) {
	if id > 0 && id < 1<<31 {
		if g, ok := c.tx.SiteGroup(s.TenantID, s.ID, int(id)); ok {
			return g, nil
		}
	}
	return nil, errGroup
}

// groupsSite is the site whose groups a path has come to.
func groupsSite(v any) (state.Site, *state.SiteUser) {
	if set, ok := v.(groupSet); ok {
		return set.site, set.user
	}
	return placeOf(v).Site, nil
}

func groupByID(c *request, v any, args odata.Args) (any, error) {
	id, ok := args.Int("id")
	if !ok {
		return nil, problem.For(problem.Invalid, problem.Malformed, "id", "the id is no number")
	}
	s, _ := groupsSite(v)
	return c.groupOf(s, id)
}

func groupByKey(c *request, v any, k odata.Predicate) (any, error) {
	s, _ := groupsSite(v)
	if id, ok := k.Value.Int(); ok {
		return c.groupOf(s, id)
	}
	return c.groupNamed(s, k.Text())
}

func groupByName(c *request, v any, args odata.Args) (any, error) {
	s, _ := groupsSite(v)
	return c.groupNamed(s, args.Text("name"))
}

func (c *request) groupNamed(s state.Site, name string) (any, error) {
	for g := range c.tx.SiteGroups(s.TenantID, s.ID) {
		if strings.EqualFold(g.Title, name) {
			return g, nil
		}
	}
	return nil, errGroup
}

func groupsOfUser(c *request, v any, _ odata.Args) (any, error) {
	u := v.(state.SiteUser)
	s, err := drive.FindSite(c.tx, u.TenantID, u.SiteID)
	return groupSet{site: s, user: &u}, err
}

func usersOfGroup(c *request, v any, _ odata.Args) (any, error) {
	g := v.(state.SiteGroup)
	s, err := drive.FindSite(c.tx, g.TenantID, g.SiteID)
	return userSet{site: s, group: &g}, err
}

func ownerOfGroup(c *request, v any, _ odata.Args) (any, error) {
	g := v.(state.SiteGroup)
	if u, ok := c.tx.SiteUser(g.TenantID, g.SiteID, g.OwnerID); ok {
		return u, nil
	}
	return nil, errUserMissing
}

func listGroups(c *request, call *odata.Call) (any, error) {
	s, u := groupsSite(call.Value)
	if err := c.require(placeOfSite(s), state.RoleRead); err != nil {
		return nil, err
	}
	if u != nil {
		return c.groupsOf(s, *u), nil
	}
	return c.groupPage(s), nil
}

func getGroup(c *request, call *odata.Call) (any, error) {
	s := c.siteOf(call)
	if err := c.requireWeb(s); err != nil {
		return nil, err
	}
	return c.groupEntity(s, call.Value.(state.SiteGroup)), nil
}

// groupBody is what a client may say of a group.
type groupBody struct {
	Title, Description, RequestToJoinLeaveEmailSetting                                *string
	AllowMembersEditMembership, AllowRequestToJoinLeave, AutoAcceptRequestToJoinLeave *bool
	OnlyAllowMembersViewMembership                                                    *bool
}

func (b groupBody) apply(g *state.SiteGroup) {
	set(&g.Title, b.Title)
	set(&g.Description, b.Description)
	set(&g.RequestToJoinLeaveEmail, b.RequestToJoinLeaveEmailSetting)
	set(&g.AllowMembersEditMembership, b.AllowMembersEditMembership)
	set(&g.AllowRequestToJoinLeave, b.AllowRequestToJoinLeave)
	set(&g.AutoAcceptRequestToJoinLeave, b.AutoAcceptRequestToJoinLeave)
	set(&g.OnlyAllowMembersViewMembership, b.OnlyAllowMembersViewMembership)
}

// set stores what a client gave, if it gave something.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func addGroup(c *request, call *odata.Call) (any, error) {
	s, _ := groupsSite(call.Value)
	var in groupBody
	if err := c.decodeEntity(&in, "SP.Group", odata.PropertiesOf(wireGroup{})); err != nil {
		return nil, err
	}
	g := state.SiteGroup{TenantID: s.TenantID, SiteID: s.ID}
	in.apply(&g)
	if me, ok := c.tx.SiteUserByObject(s.TenantID, s.ID, c.caller.User.ID); ok && c.caller.User.ID != "" {
		g.OwnerID = me.ID
	}
	g, err := sharing.AddSiteGroup(c.tx, c.caller, s, g)
	if err != nil {
		return nil, err
	}
	return created{c.groupEntity(s, g)}, nil
}

func updateGroup(c *request, call *odata.Call) (any, error) {
	g := call.Value.(state.SiteGroup)
	var in groupBody
	if err := c.decodeEntity(&in, "SP.Group", odata.PropertiesOf(wireGroup{})); err != nil {
		return nil, err
	}
	in.apply(&g)
	return nothing{}, sharing.UpdateSiteGroup(c.tx, c.caller, c.siteOf(call), g)
}

func deleteGroup(c *request, call *odata.Call) (any, error) {
	return nothing{}, sharing.DeleteSiteGroup(c.tx, c.caller, c.siteOf(call), call.Value.(state.SiteGroup))
}

func removeGroupByID(c *request, call *odata.Call) (any, error) {
	g, err := groupByID(c, call.Value, call.Args)
	if err != nil {
		return nil, err
	}
	return void{}, sharing.DeleteSiteGroup(c.tx, c.caller, c.siteOf(call), g.(state.SiteGroup))
}

func removeGroupByName(c *request, call *odata.Call) (any, error) {
	s, _ := groupsSite(call.Value)
	g, err := c.groupNamed(s, call.Args.Text("loginName"))
	if err != nil {
		return nil, err
	}
	return void{}, sharing.DeleteSiteGroup(c.tx, c.caller, s, g.(state.SiteGroup))
}

func setGroupOwner(c *request, call *odata.Call) (any, error) {
	g, s := call.Value.(state.SiteGroup), c.siteOf(call)
	id, ok := call.Args.Int("ownerId")
	if !ok || c.principalEntity(s, int(id)) == nil {
		return nil, errUserMissing
	}
	g.OwnerID = int(id)
	return void{}, sharing.UpdateSiteGroup(c.tx, c.caller, s, g)
}
