package graphapi

import (
	"iter"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// deletedItem is a user or group in the recycle bin.
type deletedItem struct{ directory.Object }

// deletedNodes are directory/deletedItems: what was deleted within 30 days (graph.md 3.1).
func deletedNodes() []node {
	read := append(readDirectory(), "User.Read.All", "User.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Application.Read.All", "Application.ReadWrite.All")
	write := append(writeUsers(), "User.DeleteRestore.All", "Group.ReadWrite.All", "Application.ReadWrite.All")
	return []node{
		{Name: rootNode, Children: []child{{Name: "directory", Of: "directory"}}},
		{
			Name: "directory", Children: []child{{Name: "deletedItems", Of: "deletedItems"}},
			NotEmulated: []string{
				"administrativeUnits", "attributeSets", "customSecurityAttributeDefinitions", "deviceLocalCredentials",
				"federationConfigurations", "inboundSharedUserProfiles", "onPremisesSynchronization", "publicKeyInfrastructure",
				"subscriptions",
			},
		},
		{
			Name: "deletedItems", Casts: []string{"user", "group", "application", "servicePrincipal", "administrativeUnit", "device"},
			Key: key{Of: "deletedItem", Resolve: deletedByKey},
			Operations: []operation{
				{
					Name: "deletedItems.list", Method: "GET", Countable: true, Handler: listDeleted, Source: "GD:api/directory-deleteditems-list",
					Delegated: read, Application: read,
				},
				{
					Name: "deletedItems.userOwned", Method: "POST", Segment: "getUserOwnedObjects", ReadOnly: true, Handler: userOwnedDeleted,
					Source: "GD:api/directory-deleteditems-user-owned", Delegated: read, Application: read,
				},
			},
		},
		{
			Name: "deletedItem", Casts: []string{"user", "group"},
			Operations: []operation{
				{
					Name: "deletedItem.get", Method: "GET", Handler: getDeleted, Source: "GD:api/directory-deleteditems-get",
					Delegated: read, Application: read,
				},
				{
					Name: "deletedItem.restore", Method: "POST", Segment: "restore", Handler: restoreDeleted,
					Source: "GD:api/directory-deleteditems-restore", Delegated: write, Application: write,
				},
				{
					Name: "deletedItem.delete", Method: "DELETE", Handler: purgeDeleted, Source: "GD:api/directory-deleteditems-delete",
					Delegated: write, // an application alone cannot, says the source
				},
			},
		},
	}
}

// deletedGroup returns a group in the recycle bin, unless its 30 days are over.
func deletedGroup(tx *state.Tx, tenant, id string) (state.Group, bool) {
	g, ok := tx.DeletedGroup(tenant, id)
	return g, ok && !directory.Purged(tx, g.DeletedAt)
}

func deletedByKey(r *request, _ any, k odata.Predicate) (any, error) {
	if u, err := directory.DeletedUser(r.tx, r.tenant.ID, k.Text()); err == nil {
		return deletedItem{directory.UserObject(u)}, nil
	}
	if g, ok := deletedGroup(r.tx, r.tenant.ID, k.Text()); ok {
		return deletedItem{directory.GroupObject(g)}, nil
	}
	if a, ok := r.tx.DeletedApplication(r.tenant.ID, k.Text()); ok && !directory.Purged(r.tx, a.DeletedAt) {
		return deletedItem{directory.ApplicationObject(a)}, nil
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func (r *request) deleted(cast string) []directory.Object {
	var all []directory.Object
	if castFits(cast, directory.Object{Type: directory.TypeUser}) {
		for u := range r.tx.DeletedUsers(r.tenant.ID) {
			if !directory.Purged(r.tx, u.DeletedAt) {
				all = append(all, directory.UserObject(u))
			}
		}
	}
	if castFits(cast, directory.Object{Type: directory.TypeGroup}) {
		for g := range r.tx.DeletedGroups(r.tenant.ID) {
			if !directory.Purged(r.tx, g.DeletedAt) {
				all = append(all, directory.GroupObject(g))
			}
		}
	}
	if castFits(cast, directory.Object{Type: directory.TypeApplication}) {
		for a := range r.tx.Applications(r.tenant.ID) {
			if !a.DeletedAt.IsZero() && !directory.Purged(r.tx, a.DeletedAt) {
				all = append(all, directory.ApplicationObject(a))
			}
		}
	}
	return all
}

func listDeleted(r *request, call *odata.Call) (any, error) {
	if call.Cast == "" {
		return nil, problem.For(problem.Invalid, problem.UnsupportedQuery, "deletedItems", "Listing deleted items needs a type: directory/deletedItems/microsoft.graph.user.")
	}
	set, context := *userSet(), "users"
	switch call.Cast {
	case directory.TypeGroup:
		set, context = *groupSet(), "groups"
	case directory.TypeApplication, directory.TypeServicePrincipal, "administrativeUnit", "device":
		set, context = *objectSetOf(), call.Cast+"s"
	}
	set.sort = append(slices.Clip(set.sort), "deletedDateTime")
	all := r.deleted(call.Cast)
	call.Cast = ""
	from := source[directory.Object]{
		all: func(after string) iter.Seq[directory.Object] {
			return few(all, after, func(o directory.Object) string { return o.ID })
		},
		id:       func(o directory.Object) string { return o.ID },
		resource: func(o directory.Object) odata.Resource { return odata.ResourceOf(deletedOf(o)) },
		wire:     func(o *directory.Object) (any, error) { return deletedOf(*o), nil },
	}
	if context == "users" { // of a user it comes here without being asked for
		from.wide = append(defaultUser(), "deletedDateTime")
	}
	return list(r, call, &set, context, from)
}

// deletedOf is a deleted object in a list of its own type.
func deletedOf(o directory.Object) any {
	switch o.Type {
	case directory.TypeGroup:
		return groupOf(o.Group)
	case directory.TypeApplication:
		return wireObject{ID: o.ID, DeletedDateTime: stamp(o.Application.DeletedAt), AppID: orNull(o.Application.AppID), DisplayName: orNull(o.Name())}
	}
	return userOf(&o.User)
}

func getDeleted(r *request, call *odata.Call) (any, error) {
	o := call.Value.(deletedItem).Object
	if !castFits(call.Cast, o) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, o.ID, "")
	}
	return entity(call, "directoryObjects", r.objectOf(o)), nil
}

// mayHandle asks for the right to restore or purge.
func (r *request) mayHandle(o directory.Object) error {
	switch o.Type {
	case directory.TypeUser:
		return directory.MayManageUsers(r.tx, r.caller, o.User)
	case directory.TypeApplication:
		return directory.MayManageApplication(r.tx, r.caller, o.Application.OwnerIDs)
	}
	return directory.MayManageGroup(r.tx, r.caller, o.Group)
}

func restoreDeleted(r *request, call *odata.Call) (any, error) {
	o := call.Value.(deletedItem).Object
	err := r.mayHandle(o)
	if err != nil {
		return nil, err
	}
	switch o.Type {
	case directory.TypeUser:
		o.User, err = directory.RestoreUser(r.tx, r.caller, o.User)
	case directory.TypeApplication:
		o.Application, err = directory.RestoreApplication(r.tx, r.caller, o.Application)
	default:
		o.Group, err = r.face.Groups.RestoreGroup(r.tx, r.caller, o.Group)
	}
	if err != nil {
		return nil, err
	}
	return entity(call, "directoryObjects", r.objectOf(o)), nil
}

func purgeDeleted(r *request, call *odata.Call) (any, error) {
	o := call.Value.(deletedItem).Object
	err := r.mayHandle(o)
	if err != nil {
		return nil, err
	}
	switch o.Type {
	case directory.TypeUser:
		err = directory.PurgeUser(r.tx, r.caller, o.User)
	case directory.TypeApplication:
		err = directory.PurgeApplication(r.tx, r.caller, o.Application)
	default:
		err = directory.PurgeGroup(r.tx, r.caller, o.Group)
	}
	if err != nil {
		return nil, err
	}
	return noContent(), nil
}

func userOwnedDeleted(r *request, _ *odata.Call) (any, error) {
	var in struct {
		UserID string `json:"userId"`
		Type   string `json:"type"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	rows := []any{}
	for _, o := range r.deleted(directory.TypeGroup) {
		owners := slices.Collect(r.tx.Memberships(o.Group.TenantID, o.ID, state.Owners))
		if slices.ContainsFunc(owners, func(m state.Membership) bool { return strings.EqualFold(m.MemberID, in.UserID) }) {
			rows = append(rows, r.objectOf(o))
		}
	}
	return collection(nil, "directoryObjects", rows), nil
}
