package spoapi

import (
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireEntityPermission is SP.Sharing.EntityPermission (sharepoint.md 3.5).
type wireEntityPermission struct {
	CanHaveAccess      bool    `json:"canHaveAccess"`
	ExistingAccessType int     `json:"existingAccessType"`
	HasAccess          bool    `json:"hasAccess"`
	InputEntity        *string `json:"inputEntity"`
	IsPending          bool    `json:"isPending"`
	DeniedReason       int     `json:"recipientDeniedReason"`
	ResolvedEntity     *string `json:"resolvedEntity"`
	Role               int     `json:"role"`
}

func (wireEntityPermission) edmKind() string { return "SP.Sharing.EntityPermission" }

// The numbers of existingAccessType and recipientDeniedReason (names from the service's metadata, numbers from memory,
// unverified).
const (
	accessNone   = 0
	accessDirect = 1

	deniedNothing    = 0
	deniedUnresolved = 1
	deniedByPolicy   = 2
)

// checkBody names people by address or alias.
type checkBody struct {
	Recipients []struct {
		Email    string `json:"email"`
		Alias    string `json:"alias"`
		ObjectID string `json:"objectId"`
	} `json:"recipients"`
}

// checkPermissions answers POST {item}/checkPermissions: who of the named people has access.
func checkPermissions(c *request, call *odata.Call) (any, error) {
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	var body checkBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	list := []wireEntityPermission{}
	for _, r := range body.Recipients {
		name := orText(r.Email, orText(r.Alias, r.ObjectID))
		who, ok := recipientOf(name)
		if r.ObjectID != "" && name == r.ObjectID {
			who = sharing.Recipient{ObjectID: r.ObjectID}
		}
		list = append(list, c.checkOne(at, name, who, ok))
	}
	return result{name: "CheckPermissions", kind: "Collection(SP.Sharing.EntityPermission)", value: list}, nil
}

func (c *request) checkOne(at drive.Place, name string, who sharing.Recipient, ok bool) wireEntityPermission {
	w := wireEntityPermission{InputEntity: nonEmpty(name), DeniedReason: deniedUnresolved}
	if !ok {
		return w
	}
	p, err := sharing.Resolve(c.tx, at.Site, who)
	if err != nil {
		return w
	}
	resolved := p.Address
	if p.User.ID != "" {
		resolved = drive.LoginName(p.User)
	}
	w.ResolvedEntity, w.DeniedReason = nonEmpty(resolved), deniedNothing
	access := sharing.AccessTo(c.tx, directory.Principal{Tenant: c.tenant.ID, User: p.User, Email: emailOf(p)}, at)
	if access.Role != "" {
		w.HasAccess, w.CanHaveAccess, w.Role, w.ExistingAccessType = true, true, roleNumber(access.Role), accessDirect
		return w
	}
	for g := range c.tx.PermissionsOn(c.tenant.ID, at.Securable()) {
		w.IsPending = w.IsPending || g.To == state.ToInvitee && g.Email == p.Address
	}
	w.CanHaveAccess = c.Sharing.Explain(c.tx, c.caller, sharing.ActionShare, at, orText(p.Address, name)).Allowed
	if !w.CanHaveAccess {
		w.DeniedReason = deniedByPolicy
	}
	return w
}

// emailOf is the address by which somebody without an object is known.
func emailOf(p sharing.Party) string {
	if p.User.ID != "" {
		return ""
	}
	return p.Address
}
