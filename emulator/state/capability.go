package state

import (
	"crypto/hmac"
	"crypto/sha256"
	"math"
	"strconv"
	"strings"
)

// Key signs addresses that are their own proof. What it signs says at which change number it was signed.
type Key struct {
	Secret []byte
	Until  uint64 // the last change number at which it was good
}

// Keys are the keys of capability addresses: the world's own first, with which it signs, then those of its ancestors, each
// good until the fork. So an address is good in the world that gave it out and in those that began after it was given.
func (tx *Tx) Keys() []Key {
	lineage := tx.world.Lineage
	if len(lineage) == 0 {
		lineage = []string{""}
	}
	keys := make([]Key, len(lineage))
	for i, entry := range lineage {
		id, until, ancestor := strings.Cut(entry, "@")
		k := Key{Until: math.MaxUint64}
		if ancestor {
			k.Until, _ = strconv.ParseUint(until, 10, 64) // written by the fork
		}
		mac := hmac.New(sha256.New, tx.world.Secret)
		mac.Write([]byte("addresses\x00" + id))
		k.Secret = mac.Sum(nil)
		keys[len(lineage)-1-i] = k
	}
	return keys
}
