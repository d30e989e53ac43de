package state

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestIdents shows that the short form of a key keeps ids apart and in order: as text they would sort the same way.
func TestIdents(t *testing.T) {
	t.Parallel()
	hex := rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(hex, rapid.StringMatching(`[\x01\x02a-gA-F0-9-]{0,40}`), rapid.Custom(func(t *rapid.T) string {
			return "\x01" + rapid.StringMatching(`[a-z]{16}`).Draw(t, "looks like one")
		}))
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		short := [][]byte{key{ident(a)}.bytes(), key{ident(b)}.bytes()}
		if a != b && (bytes.HasPrefix(short[0], short[1]) || bytes.HasPrefix(short[1], short[0])) {
			t.Fatalf("%q is %x, %q is %x", a, short[0], b, short[1])
		}
		x, y := hex.Draw(t, "x"), hex.Draw(t, "y")
		kx, ky := key{ident(x)}.bytes(), key{ident(y)}.bytes()
		if got, want := bytes.Compare(kx, ky), strings.Compare(x, y); got != want {
			t.Fatalf("%s and %s compare as %d, want %d", x, y, got, want)
		}
		if len(kx) != 17 {
			t.Fatalf("%s takes %d bytes", x, len(kx))
		}
	})
	upper, lower := key{ident("A5C2A7D1-6D3B-4E8F-8A1C-3B9E0F4D7A11")}, key{ident("a5c2a7d1-6d3b-4e8f-8a1c-3b9e0f4d7a11")}
	if slices.Equal(upper.bytes(), lower.bytes()) {
		t.Error("another spelling is the same key: whoever wants that folds it first")
	}
}
