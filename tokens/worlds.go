package tokens

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// A world is bound to its tokens by [state.World.Lineage]: the id of the world itself stands last, those of its ancestors
// before it, each with the change number at which it was forked ("main.x1y2z3@417"). A token carries the tag of the id that
// issued it and a change number of its own, both in uti. So a world accepts every token of its own, and of an ancestor
// those that were issued before the fork.

const (
	bindingBytes = 9
	tagBytes     = 7
	numberBytes  = 6
	utiBytes     = 16
)

// Bind gives a new world its name and the id that its tokens are bound to. It is called once in the Update that makes or
// forks a world, before anything else changes there. The id holds the name: siblings of a seeded world draw the same bytes.
func Bind(tx *state.Tx, name string) {
	w := tx.World()
	w.Name = name
	w.Lineage = slices.Clone(w.Lineage)
	if n := len(w.Lineage); n > 0 {
		w.Lineage[n-1] += "@" + strconv.FormatUint(tx.Sequence(), 10)
	}
	w.Lineage = append(w.Lineage, name+"."+tx.NewSecret(bindingBytes))
	tx.PutWorld(w)
}

// tag names an issuing world in uti.
func tag(id string) [tagBytes]byte {
	sum := sha256.Sum256([]byte("issuer\x00" + id))
	return [tagBytes]byte(sum[:])
}

// mask hides the change number, which would else be seen to count.
func mask(id string) [numberBytes]byte {
	sum := sha256.Sum256([]byte("number\x00" + id))
	return [numberBytes]byte(sum[:])
}

// own is the id that this world issues under.
func own(w state.World) string {
	if len(w.Lineage) == 0 {
		return ""
	}
	return w.Lineage[len(w.Lineage)-1]
}

// newID takes the next token id (uti) of the world. The transaction must be an Update for it to be taken.
func newID(tx *state.Tx) string {
	id := own(tx.World())
	t, m := tag(id), mask(id)
	b := append(make([]byte, 0, utiBytes), t[:]...)
	b = binary.BigEndian.AppendUint64(b, tx.NextSequence()<<16)[:tagBytes+numberBytes]
	for i := range m {
		b[tagBytes+i] ^= m[i]
	}
	b = append(b, tx.Bytes(utiBytes-len(b))...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// issuedFor tells whether a token id was issued by the world or, before the fork, by one of its ancestors.
func issuedFor(w state.World, uti string) bool {
	b, err := base64.RawURLEncoding.DecodeString(uti)
	if err != nil || len(b) != utiBytes {
		return false
	}
	lineage := w.Lineage
	if len(lineage) == 0 {
		lineage = []string{""}
	}
	for i, entry := range slices.Backward(lineage) {
		id, at, _ := strings.Cut(entry, "@")
		if tag(id) != [tagBytes]byte(b) {
			continue
		}
		if i == len(lineage)-1 {
			return true
		}
		fork, err := strconv.ParseUint(at, 10, 64)
		m := mask(id)
		var number [8]byte
		for j := range m {
			number[2+j] = b[tagBytes+j] ^ m[j]
		}
		return err == nil && binary.BigEndian.Uint64(number[:]) <= fork
	}
	return false
}

// Forget drops what is remembered of the tokens that a world issued: it is gone, and so is what it used. A fork of it that
// still gets one checks it anew.
func (s *Service) Forget(w state.World) {
	if len(w.Lineage) == 0 {
		return
	}
	gone := tag(w.Lineage[len(w.Lineage)-1])
	s.verified.forget(func(v verifiedToken) bool {
		b, err := base64.RawURLEncoding.DecodeString(v.claims.ID)
		return err == nil && len(b) == utiBytes && [tagBytes]byte(b) == gone
	})
}
