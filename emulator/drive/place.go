package drive

import "github.com/tennantite/tennantite/emulator/state"

// Place is something with permissions, with all that it stands in: a site, a list of it (List set), or an item of the
// list (Item set, the root folder included; the root folder stands for the library).
type Place struct {
	Site state.Site
	List state.List
	Item state.Item
}

// Securable is the place as permissions name it. The root folder of a list is the list.
func (p Place) Securable() state.Securable {
	s := state.Securable{SiteID: p.Site.ID, ListID: p.List.ID}
	if p.Item.ID != "" && !p.Item.Root() {
		s.ItemID = p.Item.ID
	}
	return s
}

// PlaceOf returns the place of a securable that still exists. It fails with SiteNotFound, ListNotFound or ItemNotFound.
func PlaceOf(tx *state.Tx, tenant string, s state.Securable) (Place, error) { panic("skeleton") }

// Ticket is a pre-authenticated right to read one item's content, good for an hour: the secret in
// @microsoft.graph.downloadUrl. It needs no record, only the world's secret.
func Ticket(tx *state.Tx, l state.List, i state.Item) string { panic("skeleton") }

// Redeem returns list and item of a ticket. It fails with Expired or BadToken.
func Redeem(tx *state.Tx, ticket string) (state.List, state.Item, error) { panic("skeleton") }
