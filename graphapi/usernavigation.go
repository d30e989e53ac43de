package graphapi

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// managerOf is the place of a user's manager; it is there without one, so that one can be put.
type managerOf struct{ user state.User }

// userNavigationNodes are what leads on from a user to other objects of the directory.
func userNavigationNodes() []node {
	return []node{
		{Name: "user", Children: []child{
			{Name: "manager", Of: "manager", Resolve: func(_ *request, u any, _ odata.Args) (any, error) { return managerOf{u.(state.User)}, nil }},
			{Name: "directReports", Of: "objectList", Resolve: objectsOf((*request).directReports)},
			{Name: "memberOf", Of: "objectList", Resolve: objectsOf((*request).memberOf)},
			{Name: "transitiveMemberOf", Of: "objectList", Resolve: objectsOf((*request).transitiveMemberOf)},
			{Name: "ownedObjects", Of: "objectList", Resolve: objectsOf((*request).ownedObjects)},
		}},
		{
			Name:  "manager",
			Casts: []string{"user"},
			Operations: []operation{
				{
					Name: "manager.get", Method: "GET", Handler: getManager, Source: "GD:api/user-list-manager",
					Delegated: readSelf(), Application: readUsers()[1:],
				},
				{
					Name: "manager.ref", Method: "GET", Segment: "$ref", Handler: getManagerRef, Source: "GD:api/user-list-manager",
					Delegated: readSelf(), Application: readUsers()[1:],
				},
				{
					Name: "manager.put", Method: "PUT", Segment: "$ref", Handler: putManager, Source: "GD:api/user-post-manager",
					Delegated: writeUsers(), Application: writeUsers(),
				},
				{
					Name: "manager.delete", Method: "DELETE", Segment: "$ref", Handler: deleteManager, Source: "GD:api/user-delete-manager",
					Delegated: writeUsers(), Application: writeUsers(),
				},
			},
		},
	}
}

// objectsOf makes a navigation property out of a method that finds the objects behind a user.
func objectsOf(find func(*request, state.User) []directory.Object) func(*request, any, odata.Args) (any, error) {
	return func(r *request, parent any, _ odata.Args) (any, error) {
		u := parent.(state.User)
		if err := r.reach(u, "GroupMember.Read.All", "Group.Read.All"); err != nil {
			return nil, err
		}
		if directory.ViewOfUser(r.tx, r.caller, u) == directory.Hidden {
			return nil, problem.New(problem.Denied, problem.InsufficientRights, "")
		}
		return objectList{func() []directory.Object { return find(r, u) }}, nil
	}
}

func (r *request) directReports(u state.User) []directory.Object {
	var reports []directory.Object
	for other := range r.tx.Users(u.TenantID) {
		if strings.EqualFold(other.ManagerID, u.ID) {
			reports = append(reports, directory.UserObject(other))
		}
	}
	return reports
}

// memberOf are the groups and roles that somebody is in directly.
func (r *request) memberOf(u state.User) []directory.Object {
	return append(r.groupsOf(u.ID, false), r.rolesOf(u.ID)...)
}

func (r *request) transitiveMemberOf(u state.User) []directory.Object {
	return append(r.groupsOf(u.ID, true), r.rolesOf(u.ID)...)
}

func (r *request) rolesOf(id string) []directory.Object {
	var roles []directory.Object
	for a := range r.tx.RoleAssignmentsOf(r.tenant.ID, id) {
		if role, ok := r.tx.ActivatedRoleByTemplate(r.tenant.ID, a.TemplateID); ok {
			roles = append(roles, directory.RoleObject(role))
		}
	}
	return roles
}

func (r *request) ownedObjects(u state.User) []directory.Object {
	var owned []directory.Object
	for m := range r.tx.MembershipsOf(u.TenantID, u.ID, state.Owners) {
		if g, ok := r.tx.Group(u.TenantID, m.GroupID); ok {
			owned = append(owned, directory.GroupObject(g))
		}
	}
	for a := range r.tx.Applications(u.TenantID) {
		if slices.Contains(a.OwnerIDs, u.ID) && a.DeletedAt.IsZero() {
			owned = append(owned, directory.Object{Type: directory.TypeApplication, ID: a.ID, Application: a})
		}
	}
	return owned
}

func (r *request) sponsors(u state.User) []directory.Object {
	var sponsors []directory.Object
	for _, id := range u.SponsorIDs {
		if o, err := directory.FindObject(r.tx, u.TenantID, id); err == nil {
			sponsors = append(sponsors, o)
		}
	}
	return sponsors
}

// manager is who a user reports to. It fails with ObjectNotFound where nobody is set.
func (r *request) manager(u state.User) (state.User, error) {
	m, ok := r.tx.User(u.TenantID, u.ManagerID)
	if u.ManagerID == "" || !ok {
		return state.User{}, problem.For(problem.NotFound, problem.ObjectNotFound, "manager", "")
	}
	return m, nil
}

func getManager(r *request, call *odata.Call) (any, error) {
	u, err := r.see(call.Value.(managerOf).user)
	if err != nil {
		return nil, err
	}
	m, err := r.manager(u)
	if err != nil {
		return nil, err
	}
	if err := userSet().checkShape(r, call.Query, true); err != nil {
		return nil, err
	}
	return entity(call, "directoryObjects", r.objectOf(directory.UserObject(m))), nil
}

func getManagerRef(r *request, call *odata.Call) (any, error) {
	u, err := r.see(call.Value.(managerOf).user)
	if err != nil {
		return nil, err
	}
	m, err := r.manager(u)
	if err != nil {
		return nil, err
	}
	return object("$ref", wireRef{r.base + "/directoryObjects/" + m.ID}), nil
}

func putManager(r *request, call *odata.Call) (any, error) {
	u := call.Value.(managerOf).user
	if err := directory.MayManageUsers(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	id, err := r.reference()
	if err != nil {
		return nil, err
	}
	m, err := directory.FindUser(r.tx, r.tenant.ID, id)
	if err != nil {
		return nil, err
	}
	if m.ID == u.ID {
		return nil, invalidProperty("manager", "User")
	}
	u.ManagerID = m.ID
	if _, err := directory.UpdateUser(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deleteManager(r *request, call *odata.Call) (any, error) {
	u := call.Value.(managerOf).user
	if err := directory.MayManageUsers(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	if _, err := r.manager(u); err != nil {
		return nil, err
	}
	u.ManagerID = ""
	if _, err := directory.UpdateUser(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// expandUser fills in the navigation properties that the query expands.
func (r *request) expandUser(u *state.User, w *wireUser, q *odata.Query) error {
	if len(q.Expand) == 0 {
		return nil
	}
	if nested := q.Expands("manager"); nested != nil && namesExpand(q, "manager") {
		if m, err := r.manager(*u); err == nil {
			up := userObjectOf(&m)
			if err := r.expandUser(&m, &up, nested); err != nil {
				return err
			}
			w.Manager = up
		}
	}
	for _, x := range []struct {
		name string
		find func(state.User) []directory.Object
		to   *[]any
	}{
		{"directReports", r.directReports, &w.DirectReports},
		{"memberOf", r.memberOf, &w.MemberOf},
		{"transitiveMemberOf", r.transitiveMemberOf, &w.TransitiveMemberOf},
		{"ownedObjects", r.ownedObjects, &w.OwnedObjects},
		{"sponsors", r.sponsors, &w.Sponsors},
	} {
		if !namesExpand(q, x.name) {
			continue
		}
		rows, err := r.expandList(x.find(*u), q.Expands(x.name))
		if err != nil {
			return err
		}
		*x.to = rows
	}
	return nil
}

// maxLevels is how often $levels=max repeats an expansion: nobody has more superiors.
const maxLevels = 20

// unrolled is the query with every $levels of an expanded manager written out.
func unrolled(q *odata.Query) *odata.Query {
	out := *q
	out.Expand = slices.Clone(q.Expand)
	for i, e := range out.Expand {
		levels := e.Query.Custom.Get("$levels")
		if levels == "" || !strings.EqualFold(e.Path, "manager") {
			continue
		}
		n, err := strconv.Atoi(levels)
		if err != nil {
			n = maxLevels
		}
		one := *e.Query
		one.Custom = nil
		chain := &one
		for range min(n, maxLevels) - 1 {
			next := one
			next.Expand = append(slices.Clone(one.Expand), odata.Expand{Path: "manager", Query: chain})
			chain = &next
		}
		out.Expand[i].Query = chain
	}
	return &out
}

// expandGroup is expandUser for a group.
func (r *request) expandGroup(g state.Group, w *wireGroup, q *odata.Query) error {
	for _, x := range []struct {
		name string
		find func() []directory.Object
		to   *[]any
	}{
		{"members", func() []directory.Object { return directory.MembersOf(r.tx, g, state.Members) }, &w.Members},
		{"owners", func() []directory.Object { return directory.MembersOf(r.tx, g, state.Owners) }, &w.Owners},
		{"memberOf", func() []directory.Object { return r.groupsOf(g.ID, false) }, &w.MemberOf},
		{"transitiveMembers", func() []directory.Object { return directory.AllMembersOf(r.tx, g) }, &w.TransitiveMembers},
	} {
		if !namesExpand(q, x.name) {
			continue
		}
		rows, err := r.expandList(x.find(), q.Expands(x.name))
		if err != nil {
			return err
		}
		*x.to = rows
	}
	return nil
}

// namesExpand tells whether $expand names the property itself; * of a directory object does not expand everything.
func namesExpand(q *odata.Query, name string) bool {
	return slices.ContainsFunc(q.Expand, func(e odata.Expand) bool { return strings.EqualFold(e.Path, name) })
}

// expandMost is how many objects an expanded collection holds at most (GD:con/query-parameters).
const expandMost = 20

// expandList is an expanded collection with its nested options.
func (r *request) expandList(objects []directory.Object, q *odata.Query) ([]any, error) {
	rows := []any{}
	for _, o := range objects {
		w := r.objectOf(o)
		if q.Filter == nil || odata.Eval(q.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	odata.SortRows(rows, q.OrderBy)
	most, err := pageSize(q, expandMost, expandMost)
	if err != nil {
		return nil, err
	}
	return rows[:min(len(rows), most)], nil
}
