package state

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
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

const sealSum = 16 // bytes of the signature that are kept

// Seal signs what a client brings back later, with the moment at which it was given: text for a URL. The purpose says what
// it is good for; a seal for another purpose is none.
func (tx *Tx) Seal(purpose string, body []byte) string {
	now := tx.Moment()
	raw := make([]byte, sealSum, sealSum+len(body)+2*len("18446744073709551615;"))
	raw = append(strconv.AppendUint(raw, now.Timeline, 10), ';')
	raw = append(strconv.AppendUint(raw, now.Sequence, 10), ';')
	raw = append(raw, body...)
	copy(raw, seal(tx.Keys()[0], purpose, raw[sealSum:]))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Unseal returns what was sealed; ok tells whether this world, or one that it came from, has done so, and passed whether
// that moment is in this world's past: it is not where the world was put back to an earlier state since, or left the other one
// before.
func (tx *Tx) Unseal(purpose, sealed string) (body []byte, passed, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || len(raw) < sealSum {
		return nil, false, false
	}
	for _, k := range tx.Keys() {
		if !hmac.Equal(raw[:sealSum], seal(k, purpose, raw[sealSum:])) {
			continue
		}
		part := bytes.SplitN(raw[sealSum:], []byte(";"), 3) // signed by us, so the numbers parse
		timeline, _ := strconv.ParseUint(string(part[0]), 10, 64)
		sequence, _ := strconv.ParseUint(string(part[1]), 10, 64)
		return part[2], sequence <= k.Until && tx.Passed(Moment{timeline, sequence}), true
	}
	return nil, false, false
}

func seal(k Key, purpose string, raw []byte) []byte {
	mac := hmac.New(sha256.New, k.Secret)
	mac.Write([]byte(purpose + "\x00"))
	mac.Write(raw)
	return mac.Sum(nil)[:sealSum]
}
