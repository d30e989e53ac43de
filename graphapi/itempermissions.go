package graphapi

import (
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// placeGrant is a permission, seen from a place.
type placeGrant struct {
	sharing.Grant
	at drive.Place
}

// permissionNodes are the permissions of items (graph.md 8.1).
func permissionNodes() []node {
	return []node{
		{
			Name:     "driveItem",
			Children: []child{{Name: "permissions", Of: "permissions"}},
			Operations: []operation{
				writing(operation{Name: "driveItem.createLink", Method: "POST", Segment: "createLink", Source: "GD:api/driveitem-createlink", Handler: createLink}),
				writing(operation{Name: "driveItem.invite", Method: "POST", Segment: "invite", Source: "GD:api/driveitem-invite", Handler: invite}),
			},
		},
		{
			Name: "permissions", Key: key{Of: "permission", Resolve: permissionByID},
			Operations: []operation{
				reading(operation{Name: "permissions.list", Method: "GET", Source: "GD:api/driveitem-list-permissions", Handler: listPermissions}),
			},
		},
		{
			Name:       "permission",
			Properties: odata.PropertiesOf(wirePermission{}),
			Operations: []operation{
				reading(operation{Name: "permission.get", Method: "GET", Source: "GD:api/permission-get", Handler: getPermission}),
				writing(operation{Name: "permission.update", Method: "PATCH", Source: "GD:api/permission-update", Handler: updatePermission}),
				writing(operation{Name: "permission.delete", Method: "DELETE", Source: "GD:api/permission-delete", Handler: deletePermission}),
				writing(operation{Name: "permission.grant", Method: "POST", Segment: "grant", Source: "GD:api/permission-grant", Handler: grantPermission}),
			},
		},
	}
}

func permissionByID(r *request, parent any, k odata.Predicate) (any, error) {
	p, _ := parent.(drive.Place)
	if err := sharing.Require(r.tx, r.caller, p, state.RoleRead); err != nil {
		return nil, err
	}
	g, err := sharing.FindGrant(r.tx, r.caller, p, k.Text())
	if err != nil {
		return nil, err
	}
	return placeGrant{g, p}, nil
}

// mayShare tells whether the caller could have made the links that he sees.
func (r *request) mayShare(p drive.Place) bool {
	return sharing.Require(r.tx, r.caller, p, state.RoleWrite) == nil
}

// listPermissions leaves out invitations that wait to be redeemed (pitfalls.md 3.C); by id they can be had.
func listPermissions(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	if err := sharing.Require(r.tx, r.caller, p, state.RoleRead); err != nil {
		return nil, err
	}
	shares := r.mayShare(p)
	rows := []wirePermission{}
	for _, g := range sharing.Grants(r.tx, r.caller, p) {
		if g.Permission.To == state.ToInvitee || g.Permission.To == state.ToApp {
			continue
		}
		w := r.permissionWire(g, shares)
		if call.Query.Filter == nil || odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return collection(call, permissionSet(p), rows), nil
}

// permissionSet is the set that @odata.context names.
func permissionSet(p drive.Place) string {
	return "drives('" + drive.DriveID(p.Site, p.List) + "')/items('" + drive.ItemID(p.List, p.Item) + "')/permissions"
}

func getPermission(r *request, call *odata.Call) (any, error) {
	g, _ := call.Value.(placeGrant)
	return entity(call, permissionSet(g.at), r.permissionWire(g.Grant, r.mayShare(g.at))), nil
}

// permissionChange is the body of PATCH; what a client read and sends back is passed over.
type permissionChange struct {
	Roles      []string   `json:"roles"`
	Expiration *time.Time `json:"expirationDateTime"`
	Password   *string    `json:"password"`
}

// updatePermission changes the role of a person's permission, or the expiry of a link for anyone.
func updatePermission(r *request, call *odata.Call) (any, error) {
	g, _ := call.Value.(placeGrant)
	if err := r.match(); err != nil {
		return nil, err
	}
	var body permissionChange
	if err := r.decodeOpen(&body); err != nil {
		return nil, err
	}
	if g.Link.ID != "" {
		return r.updateLink(call, g, body)
	}
	if body.Expiration != nil || body.Password != nil {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "expirationDateTime", "Only a link for anyone has an expiry that can be changed.")
	}
	role, err := sharedRole(body.Roles)
	if err != nil {
		return nil, err
	}
	changed, err := r.face.Sharing.SetRole(r.tx, r.caller, g.at, g.Permission.ID, role)
	if err != nil {
		return nil, err
	}
	return entity(call, permissionSet(g.at), r.permissionWire(changed, true)), nil
}

func (r *request) updateLink(call *odata.Call, g placeGrant, body permissionChange) (any, error) {
	switch {
	case g.Inherited:
		return nil, problem.For(problem.Denied, problem.InsufficientRights, g.ID, "An inherited permission is changed where it was given.")
	case g.Link.Scope != state.LinkAnonymous:
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "link", "A link for the organisation or for specific people cannot be changed.")
	case len(body.Roles) > 0 && body.Roles[0] != string(g.Link.Role()):
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "roles", "The role of a link cannot be changed.")
	}
	l, err := r.face.Sharing.UpdateLink(r.tx, r.caller, g.Link, sharing.LinkChange{ExpiresAt: body.Expiration, Password: body.Password, Origin: r.origin})
	if err != nil {
		return nil, err
	}
	g.Link = l
	return entity(call, permissionSet(g.at), r.permissionWire(g.Grant, true)), nil
}

func deletePermission(r *request, call *odata.Call) (any, error) {
	g, _ := call.Value.(placeGrant)
	if err := r.match(); err != nil {
		return nil, err
	}
	id := g.Permission.ID
	if id == "" {
		id = g.ID
	}
	if err := r.face.Sharing.RemovePermission(r.tx, r.caller, g.at, id); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// sharedRole reads the one role of a body; the older names sp.owner and sp.member stand for two of them.
func sharedRole(roles []string) (state.Role, error) {
	if len(roles) == 0 {
		return "", problem.For(problem.Invalid, problem.MissingProperty, "roles", "At least one role is needed.")
	}
	var best state.Role
	for _, name := range roles {
		role := state.Role(name)
		switch name {
		case "sp.owner", "fullcontrol", "fullControl":
			role = state.RoleOwner
		case "sp.member", "manage":
			role = state.RoleWrite
		}
		if role.Rank() == 0 {
			return "", problem.For(problem.Invalid, problem.InvalidProperty, "roles", "'%s' is no role.", name)
		}
		if role.Rank() > best.Rank() {
			best = role
		}
	}
	return best, nil
}
