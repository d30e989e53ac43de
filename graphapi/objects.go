package graphapi

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// objectList is a navigation property that leads to directory objects: who is in a group, what a person is in. of names
// the node's resource for messages; load finds them.
type objectList struct {
	load func() []directory.Object
}

func (l objectList) objects() []directory.Object { return l.load() }

func readDirectory() []string {
	return []string{"Directory.Read.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

// objectNodes are directory objects of any type, alone and in lists.
func objectNodes() []node {
	types := []string{"user", "group", "directoryRole", "servicePrincipal", "application", "device", "orgContact", "administrativeUnit"}
	return []node{
		{Name: rootNode, Children: []child{{Name: "directoryObjects", Of: "directoryObjects"}}},
		{
			Name: "directoryObjects",
			Key:  key{Of: "directoryObject", Resolve: objectByKey},
			Operations: []operation{
				{
					Name: "directoryObjects.getByIds", Method: "POST", Segment: "getByIds", ReadOnly: true, Handler: getByIDs,
					Source: "GD:api/directoryobject-getbyids", Delegated: readDirectory(), Application: readDirectory(),
				},
			},
			NotEmulated: []string{"delta", "getAvailableExtensionProperties", "validateProperties"},
		},
		{
			Name:  "directoryObject",
			Casts: types,
			Operations: []operation{
				{
					Name: "directoryObject.get", Method: "GET", Handler: getObject, Source: "GD:api/directoryobject-get",
					Delegated:   append(readDirectory(), "User.Read.All", "Group.Read.All", "GroupMember.Read.All", "User.ReadBasic.All"),
					Application: append(readDirectory(), "User.Read.All", "Group.Read.All", "GroupMember.Read.All"),
				},
				{
					Name: "directoryObject.delete", Method: "DELETE", Handler: deleteObject, Source: "GD:api/directoryobject-delete",
					Delegated: writeUsers(), Application: writeUsers(),
				},
			},
		},
		{
			Name:  "objectList",
			Casts: types,
			Key:   key{Of: "directoryObject", Resolve: objectInList},
			Operations: []operation{
				{
					Name: "objectList.list", Method: "GET", Countable: true, Handler: listObjects, Source: "GD:api/user-list-memberof",
					Delegated:   append(readDirectory(), "User.Read", "User.Read.All", "User.ReadBasic.All", "GroupMember.Read.All", "Group.Read.All"),
					Application: append(readDirectory(), "User.Read.All", "GroupMember.Read.All", "Group.Read.All"),
				},
				{
					Name: "objectList.refs", Method: "GET", Segment: "$ref", Handler: listRefs, Source: "GD:api/group-list-members",
					Delegated: readDirectory(), Application: readDirectory(),
				},
			},
		},
	}
}

// objectSetOf says what a list of mixed objects can be asked for: everything beyond $top and $select needs advanced
// queries (graph.md 3.1), but for one object by its id, which Terraform asks for as it is
// (hashicorp/terraform-provider-azuread:internal/services/groups/groups.go).
func objectSetOf(s ...*objectSet) *objectSet {
	mixed := &objectSet{typ: "directoryObject", filter: map[string]string{}, tokenised: []string{"displayName", "description"}}
	for _, one := range s {
		mixed.properties = append(mixed.properties, one.properties...)
		mixed.navigation = append(mixed.navigation, one.navigation...)
		for p, can := range one.filter {
			mixed.filter[p] = strings.ReplaceAll(can, "D", "A")
		}
		mixed.filter["id"] = "DAA--A--"
		mixed.sortMore = append(mixed.sortMore, append(one.sort, one.sortMore...)...)
	}
	return mixed
}

func objectByKey(r *request, _ any, k odata.Predicate) (any, error) {
	o, err := directory.FindObject(r.tx, r.tenant.ID, k.Text())
	if err != nil {
		return nil, err
	}
	hidden := false
	switch o.Type {
	case directory.TypeUser:
		hidden = directory.ViewOfUser(r.tx, r.caller, o.User) == directory.Hidden
	case directory.TypeGroup:
		hidden = directory.ViewOfGroup(r.tx, r.caller, o.Group) == directory.Hidden
	case directory.TypeRole:
		hidden = directory.MayReadSettings(r.tx, r.caller) != nil
	}
	if hidden { // as by its own collection
		return nil, problem.New(problem.Denied, problem.InsufficientRights, "")
	}
	return o, nil
}

func objectInList(_ *request, in any, k odata.Predicate) (any, error) {
	for _, o := range in.(objectList).load() {
		if strings.EqualFold(o.ID, k.Text()) {
			return o, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

// castOf is the directory type that a cast asks for; every object is a directoryObject.
func castFits(cast string, o directory.Object) bool {
	return cast == "" || strings.EqualFold(cast, o.Type)
}

func listObjects(r *request, call *odata.Call) (any, error) {
	all := call.Value.(objectList).load()
	all = slices.DeleteFunc(all, func(o directory.Object) bool { return !castFits(call.Cast, o) })
	slices.SortFunc(all, func(a, b directory.Object) int { return strings.Compare(a.ID, b.ID) })
	context := "directoryObjects"
	switch call.Cast {
	case directory.TypeUser:
		context = "users"
	case directory.TypeGroup:
		context = "groups"
	}
	return list(r, call, objectSetOf(userSet(), groupSet()), context, source[directory.Object]{
		all: func(after string) iter.Seq[directory.Object] {
			return behind(slices.Values(all), after, func(o directory.Object) string { return o.ID })
		},
		id:       func(o directory.Object) string { return o.ID },
		resource: func(o directory.Object) odata.Resource { return odata.ResourceOf(r.objectOf(o)) },
		wire:     func(o *directory.Object) (any, error) { return r.objectOf(*o), nil },
	})
}

// wireRef is a reference alone.
type wireRef struct {
	ID string `json:"@odata.id"`
}

func listRefs(r *request, call *odata.Call) (any, error) {
	refs := []wireRef{}
	for _, o := range call.Value.(interface{ objects() []directory.Object }).objects() {
		refs = append(refs, wireRef{r.base + "/directoryObjects/" + o.ID})
	}
	rows, next, err := pageOf(r, call, refs, directoryPage, directoryMost, func(w wireRef) string { return w.ID })
	if err != nil {
		return nil, err
	}
	return page(nil, "Collection($ref)", rows, nil, next), nil
}

// objectOf is an object among others: typed, and cut to what the caller sees of it.
func (r *request) objectOf(o directory.Object) any {
	switch o.Type {
	case directory.TypeUser:
		if directory.ViewOfUser(r.tx, r.caller, o.User) != directory.Full {
			limited := directory.LimitedUser(o.User)
			return userObjectOf(&limited)
		}
		return userObjectOf(&o.User)
	case directory.TypeGroup:
		return groupObjectOf(o.Group)
	case directory.TypeRole:
		w := roleOf(o.Role)
		w.ODataType = "#microsoft.graph.directoryRole"
		return w
	}
	return wireObject{ODataType: "#microsoft.graph." + o.Type, ID: o.ID, DisplayName: orNull(o.Name()), AppID: orNull(appIDOf(o))}
}

// wireObject is an application or service principal in a list of mixed objects.
type wireObject struct {
	ODataType       string     `json:"@odata.type,omitempty"`
	ID              string     `json:"id"`
	DeletedDateTime *time.Time `json:"deletedDateTime"`
	AppID           *string    `json:"appId"`
	DisplayName     *string    `json:"displayName"`
}

func appIDOf(o directory.Object) string {
	if o.Type == directory.TypeServicePrincipal {
		return o.ServicePrincipal.AppID
	}
	return o.Application.AppID
}

func getObject(r *request, call *odata.Call) (any, error) {
	o := call.Value.(directory.Object)
	if !castFits(call.Cast, o) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, o.ID, "")
	}
	if o.Type == directory.TypeUser {
		if _, err := r.see(o.User); err != nil {
			return nil, err
		}
	}
	return entity(call, "directoryObjects", r.objectOf(o)), nil
}

func deleteObject(r *request, call *odata.Call) (any, error) {
	o := call.Value.(directory.Object)
	switch o.Type {
	case directory.TypeUser:
		call.Value = o.User
		return deleteUser(r, call)
	case directory.TypeGroup:
		call.Value = o.Group
		return deleteGroup(r, call)
	}
	return nil, problem.For(problem.Invalid, problem.MethodNotAllowed, o.Type, "An object of type '%s' is deleted at its own address.", o.Type)
}

func getByIDs(r *request, _ *odata.Call) (any, error) {
	var in struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	const most = 1000
	switch {
	case len(in.IDs) == 0:
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "ids", "A value is required for property 'ids'.")
	case len(in.IDs) > most:
		return nil, problem.For(problem.Invalid, problem.LimitExceeded, "ids", "The property 'ids' holds at most %d values.", most)
	}
	rows := []any{}
	for _, id := range in.IDs {
		o, err := directory.FindObject(r.tx, r.tenant.ID, id)
		every := len(in.Types) == 0 || slices.Contains(in.Types, "directoryObject")
		if err != nil || !every && !slices.ContainsFunc(in.Types, func(t string) bool { return strings.EqualFold(t, o.Type) }) {
			continue
		}
		rows = append(rows, r.objectOf(o))
	}
	return collection(nil, "directoryObjects", rows), nil
}

// reference reads a body {"@odata.id": ".../directoryObjects/{id}"}: also /users/{id}, /groups/{id}, …, absolute or not.
func (r *request) reference() (string, error) {
	var in struct {
		ID string `json:"@odata.id"`
	}
	if err := r.decode(&in); err != nil {
		return "", err
	}
	return r.referenced(in.ID)
}

func (r *request) referenced(address string) (string, error) {
	id := address[strings.LastIndexByte(strings.TrimSuffix(address, "/"), '/')+1:]
	id = strings.TrimSuffix(id, "/")
	if i := strings.IndexByte(id, '('); i >= 0 {
		id = strings.Trim(id[i:], "()'")
	}
	if id == "" {
		return "", problem.For(problem.Invalid, problem.InvalidProperty, "@odata.id", "Invalid object identifier '%s'.", address)
	}
	if strings.Contains(id, "@") || strings.Contains(id, "%40") {
		u, err := directory.FindUser(r.tx, r.tenant.ID, strings.NewReplacer("%40", "@", "%23", "#").Replace(id))
		return u.ID, err
	}
	return id, nil
}
