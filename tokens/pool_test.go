package tokens_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// published are the keys of a pool whose cache holds that text.
func published(t *testing.T, cache []byte) []*tokens.Key {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "signing-keys.pem"), cache, 0o600); err != nil {
		t.Fatal(err)
	}
	pool, err := tokens.NewPool(tokens.PoolOptions{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	service := &tokens.Service{Keys: pool}
	var keys []*tokens.Key
	err = state.New(state.Options{}).View(func(tx *state.Tx) error {
		keys, err = service.Published(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestCachedKeys holds that a key has one id, whether its certificate was kept beside it, another's was, or none.
func TestCachedKeys(t *testing.T) {
	t.Parallel()
	made := published(t, testKeys())
	with := func(certificates ...int) []byte {
		var text []byte
		for i, k := range made {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k.Private)})...)
			if i < len(certificates) {
				text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made[certificates[i]].Certificate})...)
			}
		}
		return text
	}
	for name, cache := range map[string][]byte{"kept": with(0, 1), "none": with(), "of the other key": with(1, 0), "of the first alone": with(0)} {
		got := published(t, cache)
		same := func(a, b *tokens.Key) bool {
			return a.ID == b.ID && slices.Equal(a.Certificate, b.Certificate) && a.Private.Equal(b.Private)
		}
		if !slices.EqualFunc(got, made, same) {
			t.Errorf("certificate %s: other keys than before", name)
		}
	}
}
