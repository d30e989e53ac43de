package drive

import (
	"encoding/base32"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// rootGUID is the identity of every drive's root folder (graph.md 7.1).
const rootGUID = "ea8cc6be-ffdb-43d7-976f-bc7da445c639"

const (
	drivePrefix = "b!"
	itemPrefix  = "01"
)

//nolint:gochecknoglobals // a constant: base32 without padding
var itemCoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// microsoftBytes are a GUID's bytes in Microsoft's order: the first three parts little-endian. It is its own inverse.
func microsoftBytes(u uuid.UUID) [16]byte {
	return [16]byte{u[3], u[2], u[1], u[0], u[5], u[4], u[7], u[6], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]}
}

// guidBytes is the empty GUID for what is none.
func guidBytes(guid string) [16]byte {
	u, err := uuid.Parse(guid)
	if err != nil {
		return [16]byte{}
	}
	return microsoftBytes(u)
}

func guidOf(b []byte) string { return uuid.UUID(microsoftBytes(uuid.UUID(b))).String() }

// DriveID is b! and base64url of the site's, web's and list's GUIDs (graph.md 7.1).
func DriveID(s state.Site, l state.List) string {
	b := make([]byte, 0, 3*16)
	for _, g := range []string{s.ID, s.WebID, l.ID} {
		m := guidBytes(g)
		b = append(b, m[:]...)
	}
	return drivePrefix + base64.RawURLEncoding.EncodeToString(b)
}

// FindDrive returns the library that a drive id names. It fails with ItemNotFound.
func FindDrive(tx *state.Tx, tenant, driveID string) (state.Site, state.List, error) {
	lost := func() (state.Site, state.List, error) {
		return state.Site{}, state.List{}, problem.For(problem.NotFound, problem.ItemNotFound, driveID, "The resource could not be found.")
	}
	raw, ok := strings.CutPrefix(driveID, drivePrefix)
	if !ok {
		return lost()
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(raw)
	if err != nil || len(b) != 3*16 {
		return lost()
	}
	s, ok := tx.Site(tenant, guidOf(b[:16]))
	if !ok || s.WebID != guidOf(b[16:32]) {
		return lost()
	}
	l, ok := tx.List(tenant, guidOf(b[32:]))
	if !ok || l.SiteID != s.ID || !l.Library() {
		return lost()
	}
	return s, l, nil
}

// ItemID is the 34 characters of a drive item's id; the root's ends as graph.md 7.1 says.
func ItemID(l state.List, i state.Item) string { return itemID(l, i.ID) }

func itemID(l state.List, guid string) string {
	g := guidBytes(guid)
	var raw [4 + 16]byte
	copy(raw[copy(raw[:], l.Prefix[:]):], g[:])
	var id [len(itemPrefix) + 32]byte // twenty bytes in base32
	itemCoding.Encode(id[copy(id[:], itemPrefix):], raw[:])
	return string(id[:])
}

// FindItem returns a living item by drive item id ("root" too). It fails with ItemNotFound.
func FindItem(tx *state.Tx, l state.List, id string) (state.Item, error) {
	lost := func() (state.Item, error) {
		return state.Item{}, problem.For(problem.NotFound, problem.ItemNotFound, id, "The resource could not be found.")
	}
	if id == "root" {
		return Root(tx, l), nil
	}
	raw, ok := strings.CutPrefix(id, itemPrefix)
	if !ok {
		return lost()
	}
	b, err := itemCoding.DecodeString(raw)
	if err != nil || len(b) != 4+16 || [4]byte(b[:4]) != l.Prefix {
		return lost()
	}
	i, ok := tx.Item(l.TenantID, l.ID, guidOf(b[4:]))
	if !ok || !i.DeletedAt.IsZero() {
		return lost()
	}
	return i, nil
}

// ETag is an item's tag as Graph writes it, quotes included. It changes with everything.
func ETag(i state.Item) string { return tag(`"{`, i.ID, i.ETag) }

// CTag is the tag that changes with the content only.
func CTag(i state.Item) string { return tag(`"c:{`, i.ID, i.CTag) }

func tag(open, id string, n int) string {
	b := append(append(make([]byte, 0, 64), open...), id...)
	for i, c := range b[len(open):] {
		if 'a' <= c && c <= 'z' {
			b[len(open)+i] = c - 'a' + 'A'
		}
	}
	b = strconv.AppendInt(append(b, "},"...), int64(n), 10)
	return string(append(b, '"'))
}

// matchTag checks a tag that a client thinks the item has. It fails with PreconditionFailed.
func matchTag(i state.Item, ifMatch string) error {
	if ifMatch == "" {
		return nil
	}
	for tag := range strings.SplitSeq(ifMatch, ",\"") {
		tag = strings.TrimSpace(tag)
		if !strings.HasPrefix(tag, `"`) && strings.HasSuffix(tag, `"`) {
			tag = `"` + tag
		}
		if tag == "*" || tag == ETag(i) || tag == CTag(i) {
			return nil
		}
	}
	return problem.For(problem.Conflict, problem.PreconditionFailed, "If-Match", "ETag does not match current item's value")
}
