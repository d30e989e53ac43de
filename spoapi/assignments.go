package spoapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// assignment is what one principal may do at a place.
type assignment struct {
	at drive.Place
	sharing.Assignment
}

func roleAssignmentsNode() node {
	params := []string{"principalId", "roleDefId"}
	return node{
		Name: "roleassignments", Key: key{Of: "roleassignment", Name: "principalId", Resolve: assignmentByKey},
		Children: []child{{Name: "GetByPrincipalId", Of: "roleassignment", Params: []string{"principalId"}, Resolve: assignmentByID}},
		Operations: slices.Concat(
			reading(operation{Name: "roleassignments.list", Method: "GET", Source: "sharepoint.md 4.3", Handler: listAssignments}),
			controlling(
				operation{Name: "roleassignments.add", Method: "POST", Segment: "AddRoleAssignment", Params: params, Source: "sharepoint.md 4.3", Handler: addAssignment},
				operation{Name: "roleassignments.remove", Method: "POST", Segment: "RemoveRoleAssignment", Params: params, Source: "sharepoint.md 4.3", Handler: removeAssignment},
			),
		),
	}
}

// wireAssignment is SP.RoleAssignment.
type wireAssignment struct {
	PrincipalID int `json:"PrincipalId"`
}

func bindingsOf(_ *request, v any, _ odata.Args) (any, error) {
	a := v.(assignment)
	return definitionSet{site: a.at.Site, only: a.Definitions}, nil
}

// securablePath is the path of a securable below _api.
func securablePath(at drive.Place) string {
	switch {
	case at.Item.ID != "" && !at.Item.Root():
		return itemPath(at)
	case at.List.ID != "":
		return listPath(at.List)
	}
	return "Web"
}

func (c *request) assignmentEntity(a assignment) *entity {
	s := a.at.Site
	return &entity{
		kind: "SP.RoleAssignment", web: c.webURL(s),
		path:  fmt.Sprintf("%s/RoleAssignments/GetByPrincipalId(%d)", securablePath(a.at), a.Principal),
		props: wireAssignment{a.Principal},
		links: []link{
			{"Member", func() (any, error) { return c.principalEntity(s, a.Principal), nil }},
			{"RoleDefinitionBindings", func() (any, error) { return c.definitions(definitionSet{s, a.Definitions}), nil }},
		},
	}
}

// assignmentPage lists who may do what at a place; only its owners may see that.
func (c *request) assignmentPage(at drive.Place) (*collection, error) {
	if err := c.require(at, state.RoleOwner); err != nil {
		return nil, err
	}
	page := &collection{kind: "SP.RoleAssignment", web: c.webURL(at.Site)}
	for _, a := range sharing.Assignments(c.tx, at) {
		page.items = append(page.items, c.assignmentEntity(assignment{at, a}))
	}
	return page, nil
}

func listAssignments(c *request, call *odata.Call) (any, error) {
	return c.assignmentPage(placeOf(call.Value))
}

func (c *request) assignmentOf(at drive.Place, principal int64, ok bool) (any, error) {
	for _, a := range sharing.Assignments(c.tx, at) {
		if ok && int64(a.Principal) == principal {
			return assignment{at, a}, nil
		}
	}
	return nil, errPrincipal
}

func assignmentByKey(c *request, v any, k odata.Predicate) (any, error) {
	n, ok := k.Value.Int()
	return c.assignmentOf(placeOf(v), n, ok)
}

func assignmentByID(c *request, v any, args odata.Args) (any, error) {
	n, ok := args.Int("principalId")
	return c.assignmentOf(placeOf(v), n, ok)
}

func getAssignment(c *request, call *odata.Call) (any, error) {
	a := call.Value.(assignment)
	if err := c.require(a.at, state.RoleOwner); err != nil {
		return nil, err
	}
	return c.assignmentEntity(a), nil
}

func getMember(c *request, call *odata.Call) (any, error) {
	a := call.Value.(assignment)
	if err := c.require(a.at, state.RoleOwner); err != nil {
		return nil, err
	}
	return c.principalEntity(a.at.Site, a.Principal), nil
}

func deleteAssignment(c *request, call *odata.Call) (any, error) {
	a := call.Value.(assignment)
	return nothing{}, c.unassign(a.at, a.Principal, 0)
}

// assignmentArgs reads principal and role definition, which may stand in the path or in the body.
func (c *request) assignmentArgs(call *odata.Call) (principal, level int, err error) {
	in := struct{ PrincipalID, RoleDefID json.Number }{
		json.Number(call.Args.Text("principalId")), json.Number(call.Args.Text("roleDefId")),
	}
	if err := c.decode(&in); err != nil {
		return 0, 0, err
	}
	if principal, err = strconv.Atoi(in.PrincipalID.String()); err != nil {
		return 0, 0, problem.For(problem.Invalid, problem.Malformed, "principalId", "the principal's id is no number")
	}
	if in.RoleDefID == "" {
		return principal, 0, nil
	}
	if level, err = strconv.Atoi(in.RoleDefID.String()); err != nil {
		return 0, 0, problem.For(problem.Invalid, problem.Malformed, "roleDefId", "the role definition's id is no number")
	}
	return principal, level, nil
}

func addAssignment(c *request, call *odata.Call) (any, error) {
	principal, level, err := c.assignmentArgs(call)
	if err != nil {
		return nil, err
	}
	err = sharing.Assign(c.tx, c.caller, placeOf(call.Value), principal, level)
	switch problem.ReasonOf(err) {
	case problem.RoleInvalid:
		err = errRoleDef
	case problem.ObjectNotFound:
		err = errPrincipal
	default:
	}
	return void{"AddRoleAssignment"}, err
}

func removeAssignment(c *request, call *odata.Call) (any, error) {
	principal, level, err := c.assignmentArgs(call)
	if err != nil {
		return nil, err
	}
	return void{"RemoveRoleAssignment"}, c.unassign(placeOf(call.Value), principal, level)
}

func (c *request) unassign(at drive.Place, principal, level int) error {
	err := sharing.Unassign(c.tx, c.caller, at, principal, level)
	if problem.ReasonOf(err) == problem.ObjectNotFound {
		return errPrincipal
	}
	return err
}
