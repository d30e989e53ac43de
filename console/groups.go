package console

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func groupPages() []page {
	return []page{
		{Path: "/o/{tenant}/groups", Title: "Groups", Nav: nav{Label: "Groups", In: ofOrganisation, Order: 30}, show: showGroups},
		{
			Path: "/o/{tenant}/groups/{id}", Title: "Group", show: showGroup,
			actions: map[string]func(*call) (done, error){"add": addMember, "remove": removeMember},
		},
		{
			Path: "/o/{tenant}/roles", Title: "Roles", Nav: nav{Label: "Roles", In: ofOrganisation, Order: 40}, show: showRoles,
			actions: map[string]func(*call) (done, error){"assign": assignRole, "unassign": unassignRole},
		},
	}
}

// groupRow is a group in the list.
type groupRow struct {
	Name, URL, Kind, Mail, Description, Rule string
	Members, Guests                          int
}

func groupKind(g state.Group) string {
	kind := "security group"
	switch {
	case g.Unified:
		kind = "Microsoft 365 group"
	case g.MailEnabled:
		kind = "mail-enabled group"
	}
	if g.Dynamic() {
		kind = "dynamic " + kind
	}
	return kind
}

func (c *call) groupRow(g state.Group) groupRow {
	r := groupRow{
		Name: g.DisplayName, URL: c.To("/o/", c.tenant.SharePointPrefix(), "/groups/", g.ID), Kind: groupKind(g), Mail: g.Mail,
		Description: g.Description, Rule: g.MembershipRule,
	}
	for m := range c.tx.Memberships(c.tenant.ID, g.ID, state.Members) {
		r.Members++
		if u, ok := c.tx.User(c.tenant.ID, m.MemberID); ok && u.External() {
			r.Guests++
		}
	}
	return r
}

func showGroups(c *call) (reply, error) {
	var list []groupRow
	for g := range c.tx.Groups(c.tenant.ID) {
		list = append(list, c.groupRow(g))
	}
	slices.SortFunc(list, func(a, b groupRow) int { return cmp.Compare(state.NameKey(a.Name), state.NameKey(b.Name)) })
	return view{Template: "groups", Data: struct {
		Rows []groupRow
		Curl string
	}{list, c.graph(http.MethodGet, "/v1.0/groups", nil).String()}}, nil
}

// groupPage is one group with its people.
type groupPage struct {
	groupRow
	ID        string
	Owners    []membership
	People    []membership
	Dynamic   bool
	Site      named
	Addable   []person
	Curl, Add string
}

type membership struct{ ID, Name, URL, Kind, Address string }

func showGroup(c *call) (reply, error) {
	g, err := directory.FindGroup(c.tx, c.tenant.ID, c.param("id"))
	if err != nil {
		return nil, err
	}
	p := groupPage{groupRow: c.groupRow(g), ID: g.ID, Dynamic: g.Dynamic(), Curl: c.graph(http.MethodGet, "/v1.0/groups/"+g.ID+"/members", nil).String()}
	p.Owners, p.People = c.linked(g, state.Owners), c.linked(g, state.Members)
	if s, ok := c.tx.SiteByGroup(c.tenant.ID, g.ID); ok && g.Unified {
		p.Site = named{cmp.Or(s.Title, s.Path), c.To("/o/", c.tenant.SharePointPrefix(), "/sites/", s.ID)}
	}
	for u := range c.tx.UsersByName(c.tenant.ID, "") {
		if _, in := c.tx.Membership(c.tenant.ID, g.ID, state.Members, u.ID); !in {
			p.Addable = append(p.Addable, personOf(u))
		}
		if len(p.Addable) >= mostListed {
			break
		}
	}
	p.Add = c.addCall(g.ID, "OBJECT-ID").String()
	return view{Template: "group", Title: g.DisplayName, Data: p}, nil
}

func (c *call) linked(g state.Group, rel state.Relation) []membership {
	var list []membership
	for _, o := range directory.MembersOf(c.tx, g, rel) {
		m := membership{ID: o.ID, Name: o.Name(), Kind: o.Type}
		if o.Type == directory.TypeUser {
			u := personOf(o.User)
			m.Kind, m.Address, m.URL = u.Kind, u.Address, c.To("/o/", c.tenant.SharePointPrefix(), "/people/", o.ID)
		}
		if o.Type == directory.TypeGroup {
			m.URL = c.To("/o/", c.tenant.SharePointPrefix(), "/groups/", o.ID)
		}
		list = append(list, m)
		if len(list) >= mostListed {
			break
		}
	}
	return list
}

type reference struct {
	ID string `json:"@odata.id"`
}

func (c *call) addCall(group, member string) curl {
	return c.graph(http.MethodPost, "/v1.0/groups/"+group+"/members/$ref", reference{c.origin.Graph() + "/v1.0/directoryObjects/" + member})
}

// managed is the group of the path, which the acting person may change.
func (c *call) managed() (state.Group, error) {
	g, err := directory.FindGroup(c.tx, c.tenant.ID, c.param("id"))
	if err != nil {
		return g, err
	}
	return g, directory.MayManageGroup(c.tx, c.who, g)
}

func addMember(c *call) (done, error) {
	g, err := c.managed()
	if err != nil {
		return done{}, err
	}
	id := c.field("member")
	u, err := directory.FindUser(c.tx, c.tenant.ID, id)
	if err != nil {
		return done{}, err
	}
	return done{Say: u.DisplayName + " is in " + g.DisplayName + " now.", Curl: c.addCall(g.ID, u.ID)},
		directory.AddMember(c.tx, c.who, g, state.Members, u.ID)
}

func removeMember(c *call) (done, error) {
	g, err := directory.FindGroup(c.tx, c.tenant.ID, c.param("id"))
	if err != nil {
		return done{}, err
	}
	id, rel := c.field("member"), state.Members
	if c.field("as") == "owner" {
		rel = state.Owners
	}
	leaves := rel == state.Members && id == c.who.User.ID && id != "" // everybody may leave
	if err := directory.MayManageGroup(c.tx, c.who, g); err != nil && !leaves {
		return done{}, err
	}
	return done{Say: "Taken out of " + g.DisplayName + ".", Curl: c.graph(http.MethodDelete, "/v1.0/groups/"+g.ID+"/"+string(rel)+"/"+id+"/$ref", nil)},
		directory.RemoveMember(c.tx, c.who, g, rel, id)
}

// roleRow is a role that somebody has.
type roleRow struct {
	Template, Name, Description string
	Holders                     []holder
}

type holder struct{ Assignment, Name, URL, Kind string }

func showRoles(c *call) (reply, error) {
	data := struct {
		Rows    []roleRow
		Options template.HTML
		People  []person
		Curl    string
		Assign  string
	}{Options: roleOptions(), Curl: c.graph(http.MethodGet, "/v1.0/roleManagement/directory/roleAssignments", nil).String()}
	assigned := map[string][]state.RoleAssignment{}
	for a := range c.tx.RoleAssignments(c.tenant.ID) {
		assigned[a.TemplateID] = append(assigned[a.TemplateID], a)
	}
	for _, t := range directory.RoleTemplates() {
		row := roleRow{Template: t.ID, Name: t.DisplayName, Description: t.Description}
		for _, a := range assigned[t.ID] {
			h := holder{Assignment: a.ID, Name: a.PrincipalID, Kind: a.Type}
			if o, err := directory.FindObject(c.tx, c.tenant.ID, a.PrincipalID); err == nil {
				h.Name = o.Name()
				if o.Type == directory.TypeUser {
					h.Kind, h.URL = personOf(o.User).Kind, c.To("/o/", c.tenant.SharePointPrefix(), "/people/", o.ID)
				}
			}
			row.Holders = append(row.Holders, h)
		}
		if len(row.Holders) > 0 {
			data.Rows = append(data.Rows, row)
		}
	}
	for u := range c.tx.UsersByName(c.tenant.ID, "") {
		data.People = append(data.People, personOf(u))
		if len(data.People) >= mostListed {
			break
		}
	}
	data.Assign = c.assignCall(directory.GuestInviter, "OBJECT-ID").String()
	return view{Template: "roles", Data: data}, nil
}

// roleOptions are all built-in roles as a form offers them: the same on every page, written once.
//
//nolint:gochecknoglobals // computed once, never written to
var roleOptions = sync.OnceValue(func() template.HTML {
	var b strings.Builder
	for _, t := range directory.RoleTemplates() {
		selected := ""
		if t.ID == directory.GuestInviter {
			selected = " selected"
		}
		b.WriteString(`<option value="` + t.ID + `"` + selected + `>` + template.HTMLEscapeString(t.DisplayName) + `</option>`)
	}
	return template.HTML(b.String()) //nolint:gosec // escaped
})

type assignment struct {
	Role      string `json:"roleDefinitionId"`
	Principal string `json:"principalId"`
	Scope     string `json:"directoryScopeId"`
}

func (c *call) assignCall(role, principal string) curl {
	return c.graph(http.MethodPost, "/v1.0/roleManagement/directory/roleAssignments", assignment{role, principal, "/"})
}

// mayAssign asks for the right to give roles.
func (c *call) mayAssign() error {
	return directory.RequireRole(c.tx, c.who, directory.GlobalAdministrator, directory.PrivilegedRoleAdministrator)
}

func assignRole(c *call) (done, error) {
	if err := c.mayAssign(); err != nil {
		return done{}, err
	}
	role, ok := directory.RoleByName(c.field("role"))
	if !ok {
		return done{}, problem.For(problem.NotFound, problem.ObjectNotFound, "role", "There is no such role.")
	}
	u, err := directory.FindUser(c.tx, c.tenant.ID, c.field("person"))
	if err != nil {
		return done{}, err
	}
	_, err = directory.AssignRole(c.tx, c.who, c.tenant.ID, role.ID, u.ID)
	return done{Say: u.DisplayName + " has the role " + role.DisplayName + " now.", Curl: c.assignCall(role.ID, u.ID)}, err
}

func unassignRole(c *call) (done, error) {
	if err := c.mayAssign(); err != nil {
		return done{}, err
	}
	a, ok := c.tx.RoleAssignment(c.tenant.ID, c.field("assignment"))
	if !ok {
		return done{}, problem.For(problem.NotFound, problem.ObjectNotFound, "assignment", "There is no such assignment.")
	}
	return done{Say: "The role was taken away.", Curl: c.graph(http.MethodDelete, "/v1.0/roleManagement/directory/roleAssignments/"+a.ID, nil)},
		directory.UnassignRole(c.tx, c.who, a)
}
