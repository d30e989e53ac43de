package syncclient

import (
	"encoding/base64"
	"encoding/binary"
	"hash"
	"io"
	"os"
)

// quickXor is the hash by which OneDrive for Business tells contents apart (OneDrive/onedrive-api-docs: quickxorhash.md):
// byte i is XORed into 160 bits, rotated by 11·i; at the end the length into the last eight bytes.
type quickXor struct {
	register [20]byte
	length   uint64
}

func newQuickXor() hash.Hash { return &quickXor{} }

func (q *quickXor) Write(p []byte) (int, error) {
	shift := int(q.length % 160 * 11 % 160)
	for _, c := range p {
		v := uint16(c) << (shift % 8)
		q.register[shift/8] ^= byte(v)
		q.register[(shift/8+1)%20] ^= byte(v >> 8)
		shift = (shift + 11) % 160
	}
	q.length += uint64(len(p))
	return len(p), nil
}

func (q *quickXor) Sum(b []byte) []byte {
	sum := q.register
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], q.length)
	for i, c := range n {
		sum[12+i] ^= c
	}
	return append(b, sum[:]...)
}

func (q *quickXor) Reset()         { *q = quickXor{} }
func (q *quickXor) Size() int      { return len(q.register) }
func (q *quickXor) BlockSize() int { return 160 }

// hashFile is the hash of a file's content as the service writes it.
func hashFile(in *os.Root, path string) (string, error) {
	f, err := in.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := newQuickXor()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}
