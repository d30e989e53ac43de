package graphapi

import (
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// groupLinks is a group's list of members or owners.
type groupLinks struct {
	objectList
	group state.Group
	rel   state.Relation
}

// groupMemberNodes are a group's links: members and owners, what it is in itself, and members of members.
func groupMemberNodes() []node {
	return []node{
		{Name: "group", Children: []child{
			{Name: "members", Of: "groupLinks", Resolve: linksOf(state.Members)},
			{Name: "owners", Of: "groupLinks", Resolve: linksOf(state.Owners)},
			{Name: "transitiveMembers", Of: "objectList", Resolve: transitiveMembers},
			{Name: "memberOf", Of: "objectList", Resolve: groupMemberOf(false)},
			{Name: "transitiveMemberOf", Of: "objectList", Resolve: groupMemberOf(true)},
		}},
		{
			Name: "groupLinks", Extends: "objectList",
			Key: key{Of: "groupLink", Resolve: linkByKey},
			Operations: []operation{
				{
					Name: "groupLinks.list", Method: "GET", Countable: true, Handler: listLinks, Source: "GD:api/group-list-members",
					Delegated: readGroups(), Application: readGroups(),
				},
				{
					Name: "groupLinks.add", Method: "POST", Segment: "$ref", Handler: addLink, Source: "GD:api/group-post-members",
					Delegated: writeMembers(), Application: writeMembers(),
				},
				{
					Name: "groupLinks.remove", Method: "DELETE", Segment: "$ref", Handler: removeLinkByID, Source: "CSDL (DELETE …/members/$ref?@id=)",
					Delegated: writeMembers(), Application: writeMembers(),
				},
			},
		},
		{
			Name: "groupLink", Extends: "directoryObject",
			Operations: []operation{
				{
					Name: "groupLink.get", Method: "GET", Handler: getLink, Source: "GD:api/group-list-members",
					Delegated: readGroups(), Application: readGroups(),
				},
				{
					Name: "groupLink.delete", Method: "DELETE", Handler: deleteLinked, Source: "GD:api/group-delete-members",
					Delegated: writeUsers(), Application: writeUsers(),
				},
				{
					Name: "groupLink.remove", Method: "DELETE", Segment: "$ref", Handler: removeLink, Source: "GD:api/group-delete-members",
					Delegated: writeMembers(), Application: writeMembers(),
				},
			},
		},
	}
}

func linksOf(rel state.Relation) func(*request, any, odata.Args) (any, error) {
	return func(r *request, parent any, _ odata.Args) (any, error) {
		g := parent.(state.Group)
		return groupLinks{objectList{func() []directory.Object { return directory.MembersOf(r.tx, g, rel) }}, g, rel}, nil
	}
}

func transitiveMembers(r *request, parent any, _ odata.Args) (any, error) {
	g := parent.(state.Group)
	if directory.ViewOfGroup(r.tx, r.caller, g) == directory.Hidden {
		return nil, problem.New(problem.Denied, problem.InsufficientRights, "")
	}
	return objectList{func() []directory.Object { return directory.AllMembersOf(r.tx, g) }}, nil
}

func groupMemberOf(transitive bool) func(*request, any, odata.Args) (any, error) {
	return func(r *request, parent any, _ odata.Args) (any, error) {
		g := parent.(state.Group)
		return objectList{func() []directory.Object { return r.groupsOf(g.ID, transitive) }}, nil
	}
}

// groupsOf are the groups that an object is in.
func (r *request) groupsOf(id string, transitive bool) []directory.Object {
	var ids []string
	if transitive {
		ids = directory.GroupsOf(r.tx, r.tenant.ID, id)
	} else {
		for m := range r.tx.MembershipsOf(r.tenant.ID, id, state.Members) {
			ids = append(ids, m.GroupID)
		}
	}
	var groups []directory.Object
	for _, id := range ids {
		if g, ok := r.tx.Group(r.tenant.ID, id); ok {
			groups = append(groups, directory.GroupObject(g))
		}
	}
	return groups
}

// groupLink is a member or owner with the group that it was found in.
type groupLink struct {
	directory.Object
	of groupLinks
}

func linkByKey(r *request, in any, k odata.Predicate) (any, error) {
	of := in.(groupLinks)
	if _, ok := r.tx.Membership(of.group.TenantID, of.group.ID, of.rel, k.Text()); !ok {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	o, err := directory.FindObject(r.tx, of.group.TenantID, k.Text())
	if err != nil {
		return nil, err
	}
	return groupLink{o, of}, nil
}

func listLinks(r *request, call *odata.Call) (any, error) {
	of := call.Value.(groupLinks)
	switch directory.ViewOfGroup(r.tx, r.caller, of.group) {
	case directory.Hidden:
		return nil, problem.New(problem.Denied, problem.InsufficientRights, "")
	case directory.Limited:
		if of.group.Visibility == "HiddenMembership" {
			of.load = func() []directory.Object { return nil }
		}
	case directory.Full:
	}
	call.Value = of.objectList
	return listObjects(r, call)
}

func getLink(r *request, call *odata.Call) (any, error) {
	call.Value = call.Value.(groupLink).Object
	return getObject(r, call)
}

// deleteLinked is what a client gets who forgets /$ref: the object itself goes, as on the real service.
func deleteLinked(r *request, call *odata.Call) (any, error) {
	call.Value = call.Value.(groupLink).Object
	return deleteObject(r, call)
}

func addLink(r *request, call *odata.Call) (any, error) {
	of := call.Value.(groupLinks)
	if err := directory.MayManageGroup(r.tx, r.caller, of.group); err != nil {
		return nil, err
	}
	id, err := r.reference()
	if err != nil {
		return nil, err
	}
	if err := directory.AddMember(r.tx, r.caller, of.group, of.rel, id); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// removeLinkByID takes the reference from the query: members/$ref?@id=….
func removeLinkByID(r *request, call *odata.Call) (any, error) {
	address := call.Query.Custom.Get("@id")
	if address == "" {
		address = call.Query.Custom.Get("$id")
	}
	id, err := r.referenced(address)
	if err != nil {
		return nil, err
	}
	l, err := linkByKey(r, call.Value, odata.Predicate{Value: odata.StringLiteral(id)})
	if err != nil {
		return nil, err
	}
	call.Value = l
	return removeLink(r, call)
}

func removeLink(r *request, call *odata.Call) (any, error) {
	l := call.Value.(groupLink)
	own := l.of.rel == state.Members && l.ID == r.caller.User.ID // everybody may leave
	if err := directory.MayManageGroup(r.tx, r.caller, l.of.group); err != nil && !own {
		return nil, err
	}
	if err := directory.RemoveMember(r.tx, r.caller, l.of.group, l.of.rel, l.ID); err != nil {
		return nil, err
	}
	return noContent(), nil
}
