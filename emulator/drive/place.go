package drive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

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
func PlaceOf(tx *state.Tx, tenant string, s state.Securable) (Place, error) {
	site, err := FindSite(tx, tenant, s.SiteID)
	if err != nil || s.ListID == "" {
		return Place{Site: site}, err
	}
	l, ok := tx.List(tenant, s.ListID)
	if !ok || l.SiteID != site.ID {
		return Place{}, problem.For(problem.NotFound, problem.ListNotFound, s.ListID, "The list does not exist.")
	}
	if s.ItemID == "" {
		return Place{site, l, Root(tx, l)}, nil
	}
	i, ok := tx.Item(tenant, l.ID, s.ItemID)
	if !ok || !i.DeletedAt.IsZero() {
		return Place{}, problem.For(problem.NotFound, problem.ItemNotFound, s.ItemID, "The resource could not be found.")
	}
	return Place{site, l, i}, nil
}

// TouchSharing records that permissions or links of a place have changed, so that a delta shows it.
func TouchSharing(tx *state.Tx, at Place) {
	id := at.Item.ID
	if id == "" {
		id = rootGUID
	}
	i, ok := tx.Item(at.Site.TenantID, at.List.ID, id)
	if !ok || !i.DeletedAt.IsZero() {
		return
	}
	i.SharedSeq = tx.Sequence() + 1 // the number that PutItem takes
	tx.PutItem(i)
}

const (
	ticketLife = time.Hour
	ticketSum  = 16 // bytes of the signature that are kept
)

// Ticket is a pre-authenticated right to read one item's content, good for an hour: the secret in
// @microsoft.graph.downloadUrl. It needs no record, only the world's key.
func Ticket(tx *state.Tx, l state.List, i state.Item) string {
	return string(NewTickets(tx, l).Append(nil, i.ID, 0))
}

// Tickets makes the tickets of many items of a list. It is good for one transaction.
type Tickets struct {
	mac        hash.Hash
	head, tail string // whose list; until when, and given at which change number
	raw        []byte
}

// NewTickets prepares the tickets of a list's items.
func NewTickets(tx *state.Tx, l state.List) *Tickets {
	return &Tickets{
		mac: hmac.New(sha256.New, tx.Keys()[0].Secret), head: l.TenantID + "|" + l.ID + "|",
		tail: strconv.FormatInt(tx.Now().Add(ticketLife).Unix(), 10) + "|" + strconv.FormatUint(tx.Sequence(), 10),
	}
}

// Append appends the ticket for an item's content to dst: for that of an older version, or, with 0, for that of now.
func (t *Tickets) Append(dst []byte, item string, version int) []byte {
	var sum [sha256.Size]byte
	b := append(t.raw[:0], sum[:ticketSum]...)
	b = append(append(b, t.head...), item...)
	b = append(strconv.AppendInt(append(b, '|'), int64(version), 10), '|')
	b = append(b, t.tail...)
	t.mac.Reset()
	t.mac.Write(b[ticketSum:])
	copy(b, t.mac.Sum(sum[:0])[:ticketSum])
	t.raw = b
	return base64.RawURLEncoding.AppendEncode(dst, b)
}

// signed tells whether this world, or one that it came from before it did, has signed a ticket, and returns its parts.
func signed(tx *state.Tx, raw []byte) (part []string, ok bool) {
	if len(raw) < ticketSum {
		return nil, false
	}
	for _, k := range tx.Keys() {
		mac := hmac.New(sha256.New, k.Secret)
		mac.Write(raw[ticketSum:])
		if hmac.Equal(raw[:ticketSum], mac.Sum(nil)[:ticketSum]) {
			part = strings.Split(string(raw[ticketSum:]), "|")
			given, _ := strconv.ParseUint(part[5], 10, 64) // signed by us
			return part, given <= k.Until
		}
	}
	return nil, false
}

// Redeem returns list and item of a ticket; the item's content is that of the ticket's version. It fails with
// TokenExpired, BadToken or ItemNotFound.
func Redeem(tx *state.Tx, ticket string) (state.List, state.Item, error) {
	bad := func(k problem.Kind, r problem.Reason, text string) (state.List, state.Item, error) {
		return state.List{}, state.Item{}, problem.New(k, r, "%s", text)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil {
		return bad(problem.Unauthenticated, problem.BadToken, "The download address is not valid.")
	}
	part, ok := signed(tx, raw)
	if !ok {
		return bad(problem.Unauthenticated, problem.BadToken, "The download address is not valid.")
	}
	version, _ := strconv.Atoi(part[3]) // signed by us
	until, _ := strconv.ParseInt(part[4], 10, 64)
	if tx.Now().Unix() >= until {
		return bad(problem.Unauthenticated, problem.TokenExpired, "The download address has expired.")
	}
	l, known := tx.List(part[0], part[1])
	i, found := tx.Item(part[0], part[1], part[2])
	if !known || !found || !i.DeletedAt.IsZero() || i.Kind != state.File {
		return bad(problem.NotFound, problem.ItemNotFound, "The resource could not be found.")
	}
	if version != 0 {
		v, err := FindVersion(i, version)
		if err != nil {
			return state.List{}, state.Item{}, err
		}
		i.Content, i.Size, i.FSModifiedAt = v.Content, v.Content.Size, v.ModifiedAt
	}
	return l, i, nil
}
