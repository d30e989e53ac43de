// Package collaboration holds the rules that span people and drives: a Microsoft 365 group with its site, guests who are
// added to one, a person removed from both. Whoever needs only people finds the rule in directory, whoever needs only
// files in drive.
package collaboration

import (
	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// Manager is the room's rules.
type Manager struct{}

// AddGroup makes a group and, where it is a Microsoft 365 group, its site ("/sites/{mailNickname}"), connected by claims:
// the group's owners and members are those of the site.
func (Manager) AddGroup(tx *state.Tx, by directory.Principal, g state.Group) (state.Group, error) {
	panic("skeleton")
}

// DeleteGroup removes a group and with a Microsoft 365 group its site; RestoreGroup brings both back.
func (Manager) DeleteGroup(tx *state.Tx, by directory.Principal, g state.Group) error {
	panic("skeleton")
}

// RestoreGroup is the way back.
func (Manager) RestoreGroup(tx *state.Tx, by directory.Principal, g state.Group) (state.Group, error) {
	panic("skeleton")
}

// RemoveExternal removes a guest for ever from directory and sites, as SharePoint's administration does.
func (Manager) RemoveExternal(tx *state.Tx, by directory.Principal, u state.User) error {
	panic("skeleton")
}
