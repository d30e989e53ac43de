package graphapi

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// userActionNodes are what can be done with a user beside changing him, and what every member of something can be asked.
func userActionNodes() []node {
	memberships := append(readDirectory(), "User.ReadBasic.All", "User.Read", "User.Read.All", "GroupMember.Read.All", "Group.Read.All")
	asked := func(of string) []operation {
		return []operation{
			{
				Name: of + ".getMemberGroups", Method: "POST", Segment: "getMemberGroups", ReadOnly: true, Handler: memberGroups,
				Source: "GD:api/directoryobject-getmembergroups", Delegated: memberships, Application: memberships,
			},
			{
				Name: of + ".getMemberObjects", Method: "POST", Segment: "getMemberObjects", ReadOnly: true, Handler: memberObjects,
				Source: "GD:api/directoryobject-getmemberobjects", Delegated: memberships, Application: memberships,
			},
			{
				Name: of + ".checkMemberGroups", Method: "POST", Segment: "checkMemberGroups", ReadOnly: true, Handler: checkMemberGroups,
				Source: "GD:api/directoryobject-checkmembergroups", Delegated: memberships, Application: memberships,
			},
			{
				Name: of + ".checkMemberObjects", Method: "POST", Segment: "checkMemberObjects", ReadOnly: true, Handler: checkMemberObjects,
				Source: "GD:api/directoryobject-checkmemberobjects", Delegated: memberships, Application: memberships,
			},
		}
	}
	return []node{
		{Name: "user", Operations: append(asked("user"),
			operation{
				Name: "user.revokeSignInSessions", Method: "POST", Segment: "revokeSignInSessions", Handler: revokeSessions,
				Source:    "GDC:api/user-revokesigninsessions",
				Delegated: append(writeUsers(), "User.ReadWrite", "User.RevokeSessions.All"), Application: append(writeUsers(), "User.RevokeSessions.All"),
			},
			operation{
				Name: "user.changePassword", Method: "POST", Segment: "changePassword", Handler: changePassword,
				Source: "GD:api/user-changepassword", Delegated: []string{"Directory.AccessAsUser.All", "UserAuthenticationMethod.ReadWrite"},
			},
		)},
		{Name: "group", Operations: asked("group")},
		{Name: "directoryObject", Operations: asked("directoryObject")},
	}
}

// memberID is the id of the object that a question about memberships is about.
func (r *request) memberID(call *odata.Call) (string, error) {
	switch v := call.Value.(type) {
	case state.User:
		return v.ID, r.mayKnowMemberships(v)
	case state.Group:
		return v.ID, nil
	case directory.Object:
		if v.Type == directory.TypeUser {
			return v.ID, r.mayKnowMemberships(v.User)
		}
		return v.ID, nil
	case groupLink:
		return v.ID, nil
	case roleMember:
		return v.ID, nil
	case sponsor:
		return v.ID, nil
	}
	return "", problem.New(problem.Internal, problem.None, "%T is no member of anything", call.Value)
}

// mayKnowMemberships is about somebody's groups and roles, by whatever collection he was found.
func (r *request) mayKnowMemberships(u state.User) error {
	if err := r.reach(u, "GroupMember.Read.All", "Group.Read.All"); err != nil {
		return err
	}
	if directory.ViewOfUser(r.tx, r.caller, u) != directory.Full {
		return problem.New(problem.Denied, problem.InsufficientRights, "")
	}
	return nil
}

func (r *request) memberGroups(call *odata.Call, securityOnly bool) ([]string, error) {
	id, err := r.memberID(call)
	if err != nil {
		return nil, err
	}
	groups := []string{}
	for _, g := range directory.GroupsOf(r.tx, r.tenant.ID, id) {
		if group, ok := r.tx.Group(r.tenant.ID, g); ok && (!securityOnly || group.SecurityEnabled) {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

func memberGroups(r *request, call *odata.Call) (any, error) {
	var in struct {
		SecurityEnabledOnly bool `json:"securityEnabledOnly"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	groups, err := r.memberGroups(call, in.SecurityEnabledOnly)
	if err != nil {
		return nil, err
	}
	return primitive("Collection(Edm.String)", groups), nil
}

// objects are the groups and roles that an object is in.
func (r *request) memberObjects(call *odata.Call, securityOnly bool) ([]string, error) {
	groups, err := r.memberGroups(call, securityOnly)
	if err != nil {
		return nil, err
	}
	id, err := r.memberID(call)
	if err != nil {
		return nil, err
	}
	for _, role := range r.rolesOf(id) {
		groups = append(groups, role.ID)
	}
	return groups, nil
}

func memberObjects(r *request, call *odata.Call) (any, error) {
	var in struct {
		SecurityEnabledOnly bool `json:"securityEnabledOnly"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	ids, err := r.memberObjects(call, in.SecurityEnabledOnly)
	if err != nil {
		return nil, err
	}
	return primitive("Collection(Edm.String)", ids), nil
}

// checkMost is how many ids a check takes.
const checkMost = 20

func checkMemberGroups(r *request, call *odata.Call) (any, error) {
	var in struct {
		GroupIDs []string `json:"groupIds"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	groups, err := r.memberGroups(call, false)
	if err != nil {
		return nil, err
	}
	return among("groupIds", in.GroupIDs, groups)
}

func checkMemberObjects(r *request, call *odata.Call) (any, error) {
	var in struct {
		IDs []string `json:"ids"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	objects, err := r.memberObjects(call, false)
	if err != nil {
		return nil, err
	}
	return among("ids", in.IDs, objects)
}

func among(property string, asked, have []string) (any, error) {
	switch {
	case asked == nil:
		return nil, problem.For(problem.Invalid, problem.MissingProperty, property, "A value is required for property '%s'.", property)
	case len(asked) > checkMost:
		return nil, problem.For(problem.Invalid, problem.LimitExceeded, property, "The property '%s' holds at most %d values.", property, checkMost)
	}
	found := []string{}
	for _, id := range asked {
		if slices.Contains(have, id) {
			found = append(found, id)
		}
	}
	return primitive("Collection(Edm.String)", found), nil
}

// revokeSessions ends a person's sessions; everybody may end his own.
func revokeSessions(r *request, call *odata.Call) (any, error) {
	u := call.Value.(state.User)
	if u.ID != r.caller.User.ID {
		if err := directory.RequireRole(r.tx, r.caller, directory.GlobalAdministrator, directory.UserAdministrator, directory.HelpdeskAdministrator); err != nil {
			return nil, err
		}
	}
	if _, err := directory.RevokeSessions(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	return primitive("Edm.Boolean", true), nil
}

func changePassword(r *request, call *odata.Call) (any, error) {
	var in struct {
		CurrentPassword string `json:"currentPassword"`
		NewPassword     string `json:"newPassword"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	u := call.Value.(state.User)
	if u.ID != r.caller.User.ID {
		return nil, problem.New(problem.Denied, problem.InsufficientRights, "")
	}
	if directory.CheckPassword(u, in.CurrentPassword) != nil {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "oldPassword", "The specified old password is not correct.")
	}
	change := userInput{PasswordProfile: odata.Some(passwordProfileInput{Password: in.NewPassword})}
	if err := change.apply(&u); err != nil {
		return nil, err
	}
	if _, err := directory.UpdateUser(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	return noContent(), nil
}
