package spoapi

import (
	"strconv"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// roleAssignment is SP.Sharing.UserRoleAssignment: somebody by login name, address or alias, and a sharing role; 0 takes
// his access away.
type roleAssignment struct {
	Role   anInt  `json:"Role"`
	UserID string `json:"UserId"`
}

// assignmentBody are the parameters of UpdateDocumentSharingInfo and UpdateWebSharingInformation.
type assignmentBody struct {
	Address     string           `json:"resourceAddress"`
	WebURL      string           `json:"webUrl"`
	Assignments []roleAssignment `json:"userRoleAssignments"`
	Additive    *bool            `json:"additiveMode"`
	Notify      bool             `json:"sendServerManagedNotification"`
	Message     *string          `json:"customMessage"`
}

const maxAssignments = 100

// documentOperations are the sharing managers of documents and webs (sharepoint.md 3.1).
func documentOperations() []operation {
	const documents = "SP.Sharing.DocumentSharingManager."
	op := func(name string, h func(*request, *odata.Call) (any, error), params ...string) operation {
		return operation{Name: name, Method: "POST", Segment: name, Params: params, Source: "sharepoint.md 3.1", Handler: h}
	}
	return append(
		writing(
			op(documents+"UpdateDocumentSharingInfo", updateDocumentSharing),
			op("SP.Sharing.WebSharingManager.UpdateWebSharingInformation", updateWebSharing),
		),
		reading(
			op(documents+"GetRoleDefinition", roleDefinitionOf, "role"),
			op(documents+"IsDocumentSharingEnabled", documentSharingEnabled),
			op(documents+"RemoveItemsFromSharedWithMeView", removeFromSharedWithMe),
		)...,
	)
}

func updateDocumentSharing(c *request, _ *odata.Call) (any, error) {
	return c.assignRoles("UpdateDocumentSharingInfo", func(b assignmentBody) string { return b.Address })
}

func updateWebSharing(c *request, _ *odata.Call) (any, error) {
	return c.assignRoles("UpdateWebSharingInformation", func(b assignmentBody) string { return orText(b.WebURL, c.webURL(c.site)) })
}

// assignRoles gives each person his role. Unless the call only adds, grants of these people that stand at the place itself
// are taken away before.
func (c *request) assignRoles(name string, address func(assignmentBody) string) (any, error) {
	var body assignmentBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.Assignments) > maxAssignments {
		return nil, problem.For(problem.Invalid, problem.LimitExceeded, "userRoleAssignments", "There are too many people in the request.")
	}
	at, err := c.placeAt(address(body))
	if err != nil {
		return nil, err
	}
	list := []wireUserSharing{}
	for _, a := range body.Assignments {
		w, err := c.assignRole(at, a, body)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return result{name: name, kind: "Collection(SP.Sharing.UserSharingResult)", value: list}, nil
}

func (c *request) assignRole(at drive.Place, a roleAssignment, body assignmentBody) (wireUserSharing, error) {
	who, ok := recipientOf(a.UserID)
	as := roleValue{}
	for _, r := range []state.Role{state.RoleRead, state.RoleWrite, state.RoleOwner} {
		if roleNumber(r) == int(a.Role) {
			as.role = r
		}
	}
	failed := func(err error) (wireUserSharing, error) {
		r, refused := refusedSharing(err, at, c.tenant)
		if !refused {
			return wireUserSharing{}, err
		}
		w := c.wireUserSharing(sharing.Shared{Recipient: who, Email: a.UserID, Err: err}, as)
		w.Message = new(r.message())
		return w, nil
	}
	if !ok || int(a.Role) > roleNumber(state.RoleOwner) || a.Role < 0 {
		return failed(problem.For(problem.Invalid, problem.RecipientUnresolved, a.UserID, unresolvedText))
	}
	if as.role == "" || body.Additive != nil && !*body.Additive {
		if err := c.takeAway(at, who); err != nil || as.role == "" {
			if err != nil {
				return failed(err)
			}
			return c.wireUserSharing(sharing.Shared{Recipient: who, Email: a.UserID, Known: true}, as), nil
		}
	}
	done, err := c.Sharing.Share(c.tx, c.caller, sharing.ShareRequest{
		At: at, Recipients: []sharing.Recipient{who}, Role: as.role, RequireSignIn: true, SendMail: body.Notify, Message: deref(body.Message),
		Origin: c.origin,
	})
	if err == nil && len(done) > 0 {
		err = done[0].Err
	}
	if err != nil || len(done) == 0 {
		return failed(err)
	}
	w := c.wireUserSharing(done[0], as)
	w.AllowedRoles = []int{0, roleView, roleEdit, roleNumber(state.RoleOwner)}
	return w, nil
}

// takeAway removes the direct grants of somebody at exactly that place.
func (c *request) takeAway(at drive.Place, who sharing.Recipient) error {
	p, err := sharing.Resolve(c.tx, at.Site, who)
	if err != nil {
		return err
	}
	for _, g := range sharing.Grants(c.tx, c.caller, at) {
		mine := p.User.ID != "" && g.Permission.ObjectID == p.User.ID || p.User.ID == "" && p.Address != "" && g.Permission.Email == p.Address
		if g.Link.ID != "" || g.Inherited || !mine {
			continue
		}
		if err := c.Sharing.RemovePermission(c.tx, c.caller, at, g.ID); err != nil {
			return err
		}
	}
	return nil
}

// roleDefinitionOf answers GetRoleDefinition: the permission level behind a sharing role.
func roleDefinitionOf(c *request, call *odata.Call) (any, error) {
	var body struct {
		Role anInt `json:"role"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if n, ok := call.Args.Int("role"); ok {
		body.Role = anInt(n)
	}
	wanted := map[int]int{roleView: 1073741826, roleEdit: 1073741827, roleNumber(state.RoleOwner): 1073741829}[int(body.Role)]
	for _, d := range drive.RoleDefinitions() {
		if d.ID == wanted {
			return c.definitionEntity(c.site, d), nil
		}
	}
	return nil, problem.For(problem.Invalid, problem.RoleInvalid, "role", "There is no role %s.", strconv.Itoa(int(body.Role)))
}

func documentSharingEnabled(*request, *odata.Call) (any, error) {
	return result{name: "IsDocumentSharingEnabled", kind: "Edm.Boolean", value: true}, nil
}

// wireRemoved is SP.Sharing.SharedWithMeViewItemRemovalResult.
type wireRemoved struct {
	ErrorMessage *string `json:"errorMessage"`
	Success      bool    `json:"success"`
	URL          string  `json:"url"`
}

func (wireRemoved) edmKind() string { return "SP.Sharing.SharedWithMeViewItemRemovalResult" }

// removeFromSharedWithMe answers RemoveItemsFromSharedWithMeView. The emulator's view is computed, so nothing is kept of it.
func removeFromSharedWithMe(c *request, _ *odata.Call) (any, error) {
	var body struct {
		URLs []string `json:"itemUrls"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	list := []wireRemoved{}
	for _, u := range body.URLs {
		w := wireRemoved{URL: u, Success: true}
		if _, err := c.placeAt(u); err != nil {
			w.Success, w.ErrorMessage = false, new(problem.As(err).Detail)
		}
		list = append(list, w)
	}
	return result{name: "RemoveItemsFromSharedWithMeView", kind: "Collection(SP.Sharing.SharedWithMeViewItemRemovalResult)", value: list}, nil
}
