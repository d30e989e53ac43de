package spoapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// definitionSet is permission levels: those of a site, or those of an assignment.
type definitionSet struct {
	site state.Site
	only []int // nil: all
}

// roleNodes are permission levels and who has them. web, list and item extend "securable" (sharepoint.md 4.3).
func roleNodes() []node {
	return []node{
		{
			Name:       "securable",
			Properties: []string{"HasUniqueRoleAssignments", "EffectiveBasePermissions"},
			Children: []child{
				{Name: "RoleAssignments", Of: "roleassignments"},
				{Name: "FirstUniqueAncestorSecurableObject", Of: "ancestor"},
			},
			Operations: slices.Concat(
				controlling(
					operation{Name: "securable.breakRoleInheritance", Method: "POST", Segment: "BreakRoleInheritance", Params: []string{"copyRoleAssignments", "clearSubscopes"}, Source: "sharepoint.md 4.3", Handler: breakInheritance},
					operation{Name: "securable.resetRoleInheritance", Method: "POST", Segment: "ResetRoleInheritance", Source: "sharepoint.md 4.3", Handler: resetInheritance},
				),
				reading(
					operation{Name: "securable.getUserEffectivePermissions", Method: "GET", Segment: "GetUserEffectivePermissions", Params: []string{"userName"}, Source: "sharepoint.md 4.3", Handler: userPermissions},
				),
			),
		},
		{Name: "ancestor", Operations: reading(operation{Name: "ancestor.get", Method: "GET", Source: "from memory", Handler: getAncestor})},
		roleAssignmentsNode(),
		{
			Name: "roleassignment", Properties: odata.PropertiesOf(wireAssignment{}),
			Children: []child{
				{Name: "Member", Of: "member"},
				{Name: "RoleDefinitionBindings", Of: "roledefinitions", Resolve: bindingsOf},
			},
			Operations: slices.Concat(
				reading(operation{Name: "roleassignment.get", Method: "GET", Source: "sharepoint.md 4.3", Handler: getAssignment}),
				controlling(operation{Name: "roleassignment.delete", Method: "DELETE", Source: "from memory", Handler: deleteAssignment}),
			),
		},
		{Name: "member", Operations: reading(operation{Name: "member.get", Method: "GET", Source: "sharepoint.md 4.3", Handler: getMember})},
		{
			Name: "roledefinitions", Key: key{Of: "roledefinition", Resolve: definitionByKey},
			Children: []child{
				{Name: "GetById", Of: "roledefinition", Params: []string{"id"}, Resolve: definitionByID},
				{Name: "GetByName", Of: "roledefinition", Params: []string{"name"}, Resolve: definitionByName},
				{Name: "GetByType", Of: "roledefinition", Params: []string{"roleType"}, Resolve: definitionByType},
			},
			Operations: reading(operation{Name: "roledefinitions.list", Method: "GET", Source: "sharepoint.md 4.3", Handler: listDefinitions}),
		},
		{
			Name: "roledefinition", Properties: odata.PropertiesOf(wireDefinition{}),
			Operations: reading(operation{Name: "roledefinition.get", Method: "GET", Source: "sharepoint.md 4.3", Handler: getDefinition}),
		},
	}
}

// wireDefinition is SP.RoleDefinition, in the order of recorded answers.
type wireDefinition struct {
	Rights      wireRights `json:"BasePermissions"`
	Description string     `json:"Description"`
	Hidden      bool       `json:"Hidden"`
	ID          int        `json:"Id"`
	Name        string     `json:"Name"`
	Order       int        `json:"Order"`
	Kind        int        `json:"RoleTypeKind"`
}

func (c *request) definitionEntity(s state.Site, d drive.RoleDefinition) *entity {
	return &entity{
		kind: "SP.RoleDefinition", web: c.webURL(s), path: fmt.Sprintf("Web/RoleDefinitions(%d)", d.ID),
		props: wireDefinition{wireRights{d.High, d.Low}, d.Description, d.Hidden, d.ID, d.Name, d.Order, d.Kind},
	}
}

func (c *request) definitionPage(s state.Site) *collection {
	return c.definitions(definitionSet{site: s})
}

func (c *request) definitions(set definitionSet) *collection {
	page := &collection{kind: "SP.RoleDefinition", web: c.webURL(set.site)}
	for _, d := range drive.RoleDefinitions() {
		if set.only == nil || slices.Contains(set.only, d.ID) {
			page.items = append(page.items, c.definitionEntity(set.site, d))
		}
	}
	return page
}

func definitionSetOf(v any) definitionSet {
	if set, ok := v.(definitionSet); ok {
		return set
	}
	return definitionSet{site: placeOf(v).Site}
}

func definitionWhere(v any, match func(drive.RoleDefinition) bool) (any, error) {
	set := definitionSetOf(v)
	for _, d := range drive.RoleDefinitions() {
		if match(d) && (set.only == nil || slices.Contains(set.only, d.ID)) {
			return d, nil
		}
	}
	return nil, errRoleDef
}

func definitionByID(_ *request, v any, args odata.Args) (any, error) {
	id, ok := args.Int("id")
	return definitionWhere(v, func(d drive.RoleDefinition) bool { return ok && int64(d.ID) == id })
}

func definitionByKey(_ *request, v any, k odata.Predicate) (any, error) {
	id, ok := k.Value.Int()
	return definitionWhere(v, func(d drive.RoleDefinition) bool { return ok && int64(d.ID) == id })
}

func definitionByName(_ *request, v any, args odata.Args) (any, error) {
	return definitionWhere(v, func(d drive.RoleDefinition) bool { return strings.EqualFold(d.Name, args.Text("name")) })
}

func definitionByType(_ *request, v any, args odata.Args) (any, error) {
	kind, ok := args.Int("roleType")
	return definitionWhere(v, func(d drive.RoleDefinition) bool { return ok && int64(d.Kind) == kind })
}

func listDefinitions(c *request, call *odata.Call) (any, error) {
	set := definitionSetOf(call.Value)
	if err := c.requireWeb(set.site); err != nil {
		return nil, err
	}
	return c.definitions(set), nil
}

func getDefinition(c *request, call *odata.Call) (any, error) {
	s := c.siteOf(call)
	if err := c.requireWeb(s); err != nil {
		return nil, err
	}
	return c.definitionEntity(s, call.Value.(drive.RoleDefinition)), nil
}

// breakInheritance gives a place permissions of its own. Without an argument the inherited ones are dropped, except the
// caller's right.
func breakInheritance(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	keep := call.Args.Bool("copyRoleAssignments")
	var in struct{ CopyRoleAssignments *bool }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	set(&keep, in.CopyRoleAssignments)
	if at.List.ID == "" {
		return void{"BreakRoleInheritance"}, c.require(at, state.RoleOwner) // a site has permissions of its own already
	}
	return void{"BreakRoleInheritance"}, sharing.BreakInheritance(c.tx, c.caller, at, keep)
}

func resetInheritance(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if at.List.ID == "" {
		return void{"ResetRoleInheritance"}, c.require(at, state.RoleOwner)
	}
	return void{"ResetRoleInheritance"}, sharing.RestoreInheritance(c.tx, c.caller, at)
}

func getAncestor(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	switch at = sharing.Assigned(c.tx, at); {
	case at.Item.ID != "":
		return c.itemEntity(at), nil
	case at.List.ID != "":
		return c.listEntity(at), nil
	}
	return c.webEntity(at.Site), nil
}

// securableLinks are the navigation properties that web, list and item have in common.
func (c *request) securableLinks(at drive.Place) []link {
	return []link{
		{"RoleAssignments", func() (any, error) { return c.assignmentPage(at) }},
		{"FirstUniqueAncestorSecurableObject", func() (any, error) {
			at := sharing.Assigned(c.tx, at)
			switch {
			case at.Item.ID != "":
				return c.itemEntity(at), nil
			case at.List.ID != "":
				return c.listEntity(at), nil
			}
			return c.webEntity(at.Site), nil
		}},
	}
}

// rightsAt is the set of rights that the caller has at a place.
func (c *request) rightsAt(at drive.Place) wireRights {
	if at.Site.ID == "" {
		return rightsOf(state.RoleRead)
	}
	return rightsOf(sharing.AccessTo(c.tx, c.caller, at).Role)
}

// rightsOf is the rights of the permission level that a role stands for; nobody's is Limited Access.
func rightsOf(role state.Role) wireRights {
	kind := map[state.Role]int{state.RoleOwner: 5, state.RoleWrite: 3, state.RoleRead: 2}[role]
	for _, d := range drive.RoleDefinitions() {
		if d.Kind == kind {
			return wireRights{d.High, d.Low}
		}
	}
	return wireRights{"48", "134287360"}
}

// parseRights reads {"High":"…","Low":"…"}, numbers quoted or not.
func parseRights(s string) (high, low uint64, ok bool) {
	var in struct {
		High json.Number `json:"High"`
		Low  json.Number `json:"Low"`
	}
	if json.Unmarshal([]byte(s), &in) != nil {
		return 0, 0, false
	}
	high, err := strconv.ParseUint(in.High.String(), 10, 64)
	if err != nil {
		return 0, 0, false
	}
	low, err = strconv.ParseUint(in.Low.String(), 10, 64)
	return high, low, err == nil
}

// userPermissions is what somebody else of the site may do here; owners may ask.
func userPermissions(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleOwner); err != nil {
		return nil, err
	}
	found, err := c.userNamed(userSet{site: at.Site}, call.Args.Text("userName"))
	if err != nil {
		return nil, err
	}
	who := c.system()
	who.System = false
	u := found.(state.SiteUser)
	if who.User, _ = c.tx.User(u.TenantID, u.ObjectID); who.User.ID == "" {
		who.Email = u.Email
	}
	return result{name: "GetUserEffectivePermissions", kind: "SP.BasePermissions", web: c.webURL(at.Site), value: rightsOf(sharing.AccessTo(c.tx, who, at).Role)}, nil
}
