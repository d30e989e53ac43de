package odata

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
)

// SkipToken says where the next page begins. On the wire it is opaque.
type SkipToken struct {
	After   []string // the sort key of the last entry that was sent, unique at its end
	Options uint64   // [Query.Hash] of the request that it continues
}

// Hash is a fingerprint of what decides which entries come in which order: $filter, $search, $orderby, $expand, $select
// and the custom parameters. A token of one query does not continue another.
func (q *Query) Hash() uint64 {
	h := sha256.New()
	for _, option := range []string{"filter", "search", "orderby", "expand", "select"} {
		if q.Has(option) {
			h.Write([]byte(option + "=" + q.option(option) + "\x00"))
		}
	}
	for _, p := range q.Custom {
		h.Write([]byte(p.Name + "\x00" + p.Value + "\x00"))
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// Encode returns the token for a URL.
func (t SkipToken) Encode() string {
	body, err := json.Marshal(struct {
		A []string `json:"a"`
		O uint64   `json:"o"`
	}{t.After, t.Options})
	if err != nil {
		return "" // strings and a number always encode
	}
	return base64.RawURLEncoding.EncodeToString(append(tokenSum(body), body...))
}

// tokenSum is what makes a changed token show. It keeps no secret: an emulator has nobody to keep one from.
func tokenSum(body []byte) []byte {
	sum := sha256.Sum256(append([]byte("skiptoken\x00"), body...))
	return sum[:6]
}

// DecodeSkipToken reads the token of this query. A token that was changed, or made for another query, is
// problem.Invalid on $skiptoken.
func (q *Query) DecodeSkipToken() (SkipToken, error) {
	bad := func() (SkipToken, error) {
		return SkipToken{}, invalid("$skiptoken", "the skip token is not valid")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(q.SkipToken)
	if err != nil || len(raw) < 6 || string(tokenSum(raw[6:])) != string(raw[:6]) {
		return bad()
	}
	var body struct {
		A []string `json:"a"`
		O uint64   `json:"o"`
	}
	d := json.NewDecoder(strings.NewReader(string(raw[6:])))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil || body.O != q.Hash() {
		return bad()
	}
	return SkipToken{body.A, body.O}, nil
}
