package sharing

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// GrantApplication gives an application with Sites.Selected a role in a site, or changes the one that it has. name is what
// the client calls it. It fails with AccessDenied for who does not own the site, InvalidProperty for an unknown client id,
// RoleInvalid.
func GrantApplication(tx *state.Tx, by directory.Principal, at drive.Place, appID, name string, role state.Role) (state.Permission, error) {
	if err := Require(tx, by, at, state.RoleOwner); err != nil {
		return state.Permission{}, err
	}
	if role.Rank() == 0 {
		return state.Permission{}, problem.For(problem.Invalid, problem.RoleInvalid, "roles", "The role is not valid.")
	}
	if _, err := directory.FindClient(tx, appID); err != nil {
		return state.Permission{}, problem.For(problem.Invalid, problem.InvalidProperty, "application", "There is no application %s.", appID)
	}
	p := state.Permission{
		TenantID: at.Site.TenantID, On: at.Securable(), To: state.ToApp, ObjectID: strings.ToLower(appID), Email: name,
		Role: role, GrantedBy: by.Actor(),
	}
	for old := range tx.PermissionsOn(p.TenantID, p.On) {
		if old.To == state.ToApp && strings.EqualFold(old.ObjectID, appID) {
			p.ID, p.CreatedAt = old.ID, old.CreatedAt
		}
	}
	p = putNew(tx, p)
	record(tx, by, at, act{operation: SharingSet, to: Party{Kind: KindGroup, Claim: p.ObjectID, Title: name}})
	return p, nil
}
