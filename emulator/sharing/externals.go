package sharing

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// External is somebody from outside as SharePoint's administration lists him (sharepoint.md 6.3).
type External struct {
	User       state.User
	InvitedAs  string // address that was invited
	AcceptedAs string // account that accepted
	InvitedBy  string // address of the inviter, "" where it is not known
	LoginName  string
}

// ExternalsQuery asks for a page of the list of externals.
type ExternalsQuery struct {
	Site       *state.Site // only those who have entered this site; nil for all
	Position   int         // of the first one, from 0
	Size       int         // 1 to 50
	Filter     string      // beginning of the display name or of the invited address, in any case
	Descending bool        // by the invited address
}

const mostExternals = 50

// Externals lists the guests of the directory who have accepted, by the address that was invited. Recipients who show codes
// are not among them, nor are guests who were invited and have not come yet (a choice: no source says). next is the
// position of the next page, -1 on the last one. It fails with InvalidProperty.
func Externals(tx *state.Tx, tenant string, q ExternalsQuery) (page []External, total, next int, err error) {
	if q.Size < 1 || q.Size > mostExternals || q.Position < 0 {
		return nil, 0, 0, problem.For(problem.Invalid, problem.InvalidProperty, "pageSize", "A page has 1 to %d users and begins at 0 or later.", mostExternals)
	}
	var all []External
	for u := range tx.UsersOfType(tenant, state.Guest) {
		if e, ok := external(tx, u); ok && e.within(tx, q) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b External) int {
		order := strings.Compare(strings.ToLower(a.InvitedAs), strings.ToLower(b.InvitedAs))
		if q.Descending {
			return -order
		}
		return order
	})
	total, next = len(all), -1
	all = all[min(q.Position, total):]
	if len(all) > q.Size {
		all, next = all[:q.Size], q.Position+q.Size
	}
	return all, total, next, nil
}

// FindExternal returns the external of a unique id, without regard to case.
func FindExternal(tx *state.Tx, tenant, uniqueID string) (External, bool) {
	for u := range tx.UsersOfType(tenant, state.Guest) {
		if e, ok := external(tx, u); ok && strings.EqualFold(u.PUID, uniqueID) {
			return e, true
		}
	}
	return External{}, false
}

// external is a guest as the list has him; ok is false for one who is not on it.
func external(tx *state.Tx, u state.User) (External, bool) {
	if !u.DeletedAt.IsZero() || !u.External() || u.Home.Kind == state.HomeUnknown {
		return External{}, false
	}
	e := External{User: u, InvitedAs: u.InvitedAs, LoginName: drive.LoginName(u)}
	if e.InvitedAs == "" {
		e.InvitedAs = u.Mail
	}
	e.AcceptedAs = e.InvitedAs
	if all := directory.Addresses(tx, directory.Account(u)); len(all) > 0 {
		e.AcceptedAs = all[0]
	}
	if by, ok := tx.User(u.TenantID, u.InvitedBy); ok && u.InvitedBy != "" {
		e.InvitedBy = by.Mail
	}
	return e, true
}

func (e External) within(tx *state.Tx, q ExternalsQuery) bool {
	if q.Site != nil {
		entry, ok := tx.SiteUserByObject(q.Site.TenantID, q.Site.ID, e.User.ID)
		if !ok || entry.Removed {
			return false
		}
	}
	prefix := strings.ToLower(strings.TrimSpace(q.Filter))
	return strings.HasPrefix(strings.ToLower(e.User.DisplayName), prefix) || strings.HasPrefix(strings.ToLower(e.InvitedAs), prefix)
}
