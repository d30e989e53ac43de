package console

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// guest is somebody from outside as the directory shows him, or somebody whom SharePoint's manager invited and whom the
// directory does not know yet.
type guest struct {
	Key, ID, Name, Address, URL string
	State                       state.ExternalState
	Source                      string // which manager made him, and what he signs in with
	HomeOrganisation            string
	Invited, Changed            time.Time
	InvitedBy                   string
	Waiting                     bool // invited by SharePoint, nobody in the directory
}

// guests are an organisation's guests by name, after them the invitations that wait; query narrows by name or address.
func (c *call) guests(tenant, prefix, query string) []guest {
	var list []guest
	for u := range c.tx.Users(tenant) {
		if (u.External() || u.Type == state.Guest) && fits(query, u.DisplayName, u.Mail, u.UserPrincipalName, u.InvitedAs) {
			list = append(list, c.guestOf(u, prefix))
		}
	}
	for i := range c.tx.SharingInvitations(tenant) {
		if i.State == state.SharingPending && fits(query, i.Email) {
			inviter, _ := c.tx.User(tenant, i.InviterID)
			list = append(list, guest{
				Key: "invitation-" + i.ID, Name: i.Email, Address: i.Email, Source: "SharePoint invitation", Invited: i.CreatedAt,
				InvitedBy: inviter.DisplayName, Waiting: true,
			})
		}
	}
	slices.SortStableFunc(list, func(a, b guest) int {
		if a.Waiting != b.Waiting {
			if a.Waiting {
				return 1
			}
			return -1
		}
		return cmp.Compare(state.NameKey(a.Name), state.NameKey(b.Name))
	})
	return list
}

func (c *call) guestOf(u state.User, prefix string) guest {
	g := guest{
		Key: u.ID + string(u.ExternalState), ID: u.ID, Name: u.DisplayName, Address: cmp.Or(u.Mail, u.InvitedAs, u.UserPrincipalName),
		URL: c.To("/o/", prefix, "/people/", u.ID), State: u.ExternalState, Source: sourceOf(c.tx, u), Invited: u.CreatedAt,
		Changed: u.ExternalStateChangedAt,
	}
	if home, ok := c.tx.Tenant(u.Home.TenantID); ok {
		g.HomeOrganisation = home.DisplayName
	}
	if by, ok := c.tx.User(u.TenantID, u.InvitedBy); ok {
		g.InvitedBy = by.DisplayName
	}
	return g
}

// sourceOf says where a guest comes from: the manager that made him and what he signs in with.
func sourceOf(tx *state.Tx, u state.User) string {
	switch u.Home.Kind {
	case state.HomeEntra:
		return "External Entra ID"
	case state.HomeMicrosoft:
		return "Microsoft account"
	case state.HomeOTP:
		return "One-time code"
	case state.HomeUnknown:
		if found := directory.Discover(tx, cmp.Or(u.InvitedAs, u.Mail)); found.Kind == state.HomeEntra {
			return "Invited user (work account)"
		}
		return "Invited user"
	case state.HomeHere:
	}
	return "This organisation"
}

// fits tells whether one of the texts holds the query, in any case; an empty query fits all.
func fits(query string, texts ...string) bool {
	if query == "" {
		return true
	}
	query = state.NameKey(query)
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(state.NameKey(t), query) })
}
