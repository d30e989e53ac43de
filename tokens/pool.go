package tokens

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Key is a signing key with its certificate. Key and certificate have the same id in every process that holds the key.
type Key struct {
	ID          string // kid and x5t: base64url of the certificate's SHA-1
	Private     *rsa.PrivateKey
	Certificate []byte // DER, self-signed
}

// Pool holds the process's signing keys, in an order that never changes. It is safe for concurrent use.
type Pool struct {
	cacheDir string
	given    int // keys that were given, 0 where they are made

	mu    sync.Mutex
	slots []*slot

	keptMu sync.Mutex
	keeper KeyKeeper
	kept   []byte // what the keeper has, PEM
}

// slot is the place of one key, filled once.
type slot struct {
	done chan struct{}
	key  *Key
	err  error
}

// ready tells whether the place has its key, without waiting for it.
func (s *slot) ready() bool {
	select {
	case <-s.done:
		return s.key != nil
	default:
		return false
	}
}

// PoolOptions say where keys come from.
type PoolOptions struct {
	PEM      []byte // --keys: RSA private keys, PEM; the first one is active in a new world
	CacheDir string // where a generated key is kept between runs; "" for nowhere
	// Keeper has the keys of worlds that outlive the process; nil for none. Those given as PEM come before them.
	Keeper KeyKeeper
}

// KeyKeeper keeps signing keys, PEM. A key signs nothing before it is kept: tokens are good in the next process too.
type KeyKeeper interface {
	Keys() []byte
	KeepKeys(pem []byte) error
}

const (
	keyBits  = 2048
	maxSlots = 64 // keys are made on demand of a test that rotates; it cannot fill the memory
	cacheMax = 8
)

// NewPool returns a pool. Without PEM and without a cached key, keys are made in the background; whoever needs one waits.
// It fails where PEM holds no key.
func NewPool(o PoolOptions) (*Pool, error) {
	p := &Pool{cacheDir: o.CacheDir, keeper: o.Keeper}
	if o.Keeper != nil {
		p.kept = o.Keeper.Keys()
	}
	if len(o.PEM) > 0 {
		keys, err := readKeys(o.PEM)
		if err != nil {
			return nil, err
		}
		if len(keys) == 0 {
			return nil, fmt.Errorf("signing keys: no RSA private key found (PEM, PKCS #1 or #8)")
		}
		p.given = len(keys)
		p.cacheDir = "" // given keys are the user's to keep
		for _, k := range keys {
			p.slots = append(p.slots, filled(k))
		}
	}
	kept, err := readKeys(p.kept)
	if err != nil {
		return nil, err
	}
	for _, k := range kept {
		if !slices.ContainsFunc(p.slots, func(s *slot) bool { return s.key.ID == k.ID }) {
			p.slots = append(p.slots, filled(k))
		}
	}
	first := &slot{done: make(chan struct{})}
	second := &slot{done: make(chan struct{})}
	if len(p.slots) > 0 {
		if len(p.slots) == 1 {
			p.slots = append(p.slots, second)
			go p.fill(second)
		}
		return p, nil
	}
	p.slots = []*slot{first, second}
	go p.begin(first, second)
	return p, nil
}

func filled(k *Key) *slot {
	s := &slot{done: make(chan struct{}), key: k}
	close(s.done)
	return s
}

// begin fills the first two places, from the cache where it can.
func (p *Pool) begin(first, second *slot) {
	cached := p.readCache()
	for i, s := range []*slot{first, second} {
		if i < len(cached) {
			s.key, s.err = p.keep(cached[i])
			close(s.done)
			continue
		}
		p.fill(s)
		p.writeCache() // one by one: who runs for less than the making of two keys has the first kept too
	}
	if len(cached) > 2 && p.keeper == nil {
		p.mu.Lock()
		for _, k := range cached[2:] {
			p.slots = append(p.slots, filled(k))
		}
		p.mu.Unlock()
	}
}

// fill makes a new key.
func (p *Pool) fill(s *slot) {
	defer close(s.done)
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		s.err = fmt.Errorf("signing keys: %w", err)
		return
	}
	if s.key, s.err = newKey(private); s.err == nil {
		s.key, s.err = p.keep(s.key)
	}
}

// keep gives a key to the keeper, if there is one, and returns it when it is safe.
func (p *Pool) keep(k *Key) (*Key, error) {
	if p.keeper == nil {
		return k, nil
	}
	p.keptMu.Lock()
	defer p.keptMu.Unlock()
	p.kept = append(p.kept, k.pem()...)
	if err := p.keeper.KeepKeys(p.kept); err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	return k, nil
}

// pem is the private key with its certificate.
func (k *Key) pem() []byte {
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k.Private)})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: certificateBlock, Bytes: k.Certificate})...)
}

// at returns the i-th key and waits for it. It fails for a place beyond the pool's bound.
func (p *Pool) at(i int) (*Key, error) {
	if i >= maxSlots {
		return nil, fmt.Errorf("signing keys: a process holds at most %d", maxSlots)
	}
	p.mu.Lock()
	grown := false
	for len(p.slots) <= i {
		s := &slot{done: make(chan struct{})}
		p.slots = append(p.slots, s)
		grown = true
		go p.fill(s)
	}
	s := p.slots[i]
	p.mu.Unlock()
	<-s.done
	if grown {
		p.writeCache()
	}
	return s.key, s.err
}

// byID returns a key that the pool holds.
func (p *Pool) byID(id string) (*Key, bool) {
	p.mu.Lock()
	slots := p.slots
	p.mu.Unlock()
	for _, s := range slots {
		<-s.done
		if s.key != nil && s.key.ID == id {
			return s.key, true
		}
	}
	return nil, false
}

// newKey gives a private key its certificate. Nothing in it is random, so that the id follows from the key.
func newKey(private *rsa.PrivateKey) (*Key, error) {
	template := &x509.Certificate{
		SerialNumber: serialOf(private),
		Subject:      pkix.Name{CommonName: "Tennantite token signing"},
		NotBefore:    time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2099, time.December, 31, 0, 0, 0, 0, time.UTC),
	}
	template.SignatureAlgorithm = x509.SHA256WithRSA
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	return certified(private, der), nil
}

func certified(private *rsa.PrivateKey, der []byte) *Key {
	thumbprint := sha1.Sum(der)
	return &Key{ID: base64.RawURLEncoding.EncodeToString(thumbprint[:]), Private: private, Certificate: der}
}

func serialOf(private *rsa.PrivateKey) *big.Int {
	sum := sha256.Sum256(private.N.Bytes())
	return new(big.Int).SetUint64(binary.BigEndian.Uint64(sum[:8])>>1 | 1)
}

// keptKey is newKey where the certificate that it would make, at the cost of a signature and its check, was kept beside the
// key.
func keptKey(private *rsa.PrivateKey, next *pem.Block) (*Key, error) {
	if next != nil && next.Type == certificateBlock {
		c, err := x509.ParseCertificate(next.Bytes)
		if err == nil && private.PublicKey.Equal(c.PublicKey) && c.SerialNumber.Cmp(serialOf(private)) == 0 {
			return certified(private, next.Bytes), nil
		}
	}
	return newKey(private)
}

const certificateBlock = "CERTIFICATE"

// readKeys reads the RSA private keys of a PEM file.
func readKeys(text []byte) ([]*Key, error) {
	var keys []*Key
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return keys, nil
		}
		var private *rsa.PrivateKey
		switch block.Type {
		case "RSA PRIVATE KEY":
			k, err := x509.ParsePKCS1PrivateKey(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("signing keys: %w", err)
			}
			private = k
		case "PRIVATE KEY":
			k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("signing keys: %w", err)
			}
			rsaKey, ok := k.(*rsa.PrivateKey)
			if !ok {
				return nil, fmt.Errorf("signing keys: found a %T; tokens are signed with RSA", k)
			}
			private = rsaKey
		default:
			continue
		}
		next, _ := pem.Decode(text)
		k, err := keptKey(private, next)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
}

const cacheFile = "signing-keys.pem"

// readCache returns the keys of an earlier run; a cache that cannot be read is none.
func (p *Pool) readCache() []*Key {
	if p.cacheDir == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(p.cacheDir, cacheFile))
	if err != nil {
		return nil
	}
	keys, err := readKeys(text)
	if err != nil {
		return nil
	}
	return keys[:min(len(keys), cacheMax)]
}

// writeCache keeps the keys that are there for the next run. A cache that cannot be written costs only time.
func (p *Pool) writeCache() {
	if p.cacheDir == "" {
		return
	}
	p.mu.Lock()
	slots := p.slots[:min(len(p.slots), cacheMax)]
	p.mu.Unlock()
	var text []byte
	for _, s := range slots {
		if !s.ready() {
			break // whoever makes it writes again
		}
		text = append(text, s.key.pem()...)
	}
	if len(text) > 0 {
		writeWhole(p.cacheDir, text)
	}
}

// writeWhole writes the file whole or not at all: another process may read it meanwhile.
func writeWhole(dir string, text []byte) {
	const private = 0o700
	if os.MkdirAll(dir, private) != nil {
		return
	}
	f, err := os.CreateTemp(dir, cacheFile+".*") // readable by its owner only
	if err != nil {
		return
	}
	_, err = f.Write(text)
	if closed := f.Close(); err != nil || closed != nil {
		_ = os.Remove(f.Name()) // it is in a cache: the next run makes its own
		return
	}
	if os.Rename(f.Name(), filepath.Join(dir, cacheFile)) != nil {
		_ = os.Remove(f.Name())
	}
}
