package tokens

import (
	"crypto/rand"
	"crypto/rsa"
	"os"
	"path/filepath"
	"testing"
)

// TestTheFirstKeyIsCachedBeforeTheSecondIsMade is for runs that are over before two keys are made.
func TestTheFirstKeyIsCachedBeforeTheSecondIsMade(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		t.Fatal(err)
	}
	first, err := newKey(private)
	if err != nil {
		t.Fatal(err)
	}
	p := &Pool{cacheDir: t.TempDir(), slots: []*slot{{done: make(chan struct{})}, {done: make(chan struct{})}}}
	p.writeCache()
	if _, err := os.Stat(filepath.Join(p.cacheDir, cacheFile)); err == nil {
		t.Error("a cache of no key was written")
	}
	p.slots[0] = filled(first)
	p.writeCache()
	if got := p.readCache(); len(got) != 1 || got[0].ID != first.ID {
		t.Errorf("cached are %d keys", len(got))
	}
}
