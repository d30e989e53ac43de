package drive

import (
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// firstChunk and lastChunk bound the pieces in which content is read.
const (
	firstChunk = 4 << 10
	lastChunk  = 1 << 20
)

// NewContent reads bytes to their end, hashing on the way; most bounds the size (0: none), more is TooLarge.
func NewContent(r io.Reader, most int64) (*state.Content, error) {
	f, err := ReadFragment(r, 0, most)
	if err != nil {
		return nil, err
	}
	return f.Content(), nil
}

// ContentOf makes content of bytes, which nobody may change any more.
func ContentOf(b []byte) *state.Content { return FragmentOf(b, 0).Content() }

// Fragment is a run of bytes of a file on its way in, with its share of the hash.
type Fragment struct {
	Offset   int64
	Size     int64
	Chunks   [][]byte
	Register [20]byte
}

// FragmentOf makes a fragment of bytes, which nobody may change any more.
func FragmentOf(b []byte, offset int64) Fragment {
	f := Fragment{Offset: offset}
	f.add(b)
	return f
}

// ReadFragment reads the bytes that belong at an offset of a file to their end; most as in [NewContent].
func ReadFragment(r io.Reader, offset, most int64) (Fragment, error) {
	f := Fragment{Offset: offset}
	for size := firstChunk; ; size = min(2*size, lastChunk) {
		b := make([]byte, size)
		n, err := io.ReadFull(r, b)
		if n < len(b) {
			b = slices.Clone(b[:n])
		}
		f.add(b)
		if most > 0 && f.Size > most {
			return Fragment{}, problem.New(problem.TooLarge, problem.LimitExceeded, "The content is larger than %d bytes.", most)
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return f, nil
		case err != nil:
			return Fragment{}, err
		}
	}
}

func (f *Fragment) add(b []byte) {
	if len(b) == 0 {
		return
	}
	quickXor(&f.Register, f.Offset+f.Size, b)
	f.Chunks = append(f.Chunks, b)
	f.Size += int64(len(b))
}

// Content is a fragment that is a whole file.
func (f Fragment) Content() *state.Content {
	return &state.Content{Chunks: f.Chunks, Size: f.Size, QuickXor: quickXorSum(f.Register, f.Size)}
}

// quickXor XORs bytes that stand at an offset of a file into the register: byte i rotated left by 11·i bits modulo 160
// (OneDrive/onedrive-api-docs: quickxorhash.md). As that repeats every 160 bytes, whole blocks are joined first.
func quickXor(register *[20]byte, offset int64, b []byte) {
	const block, step, bits = 160, 11, 160
	var joined [block]byte
	for len(b) >= block {
		subtle.XORBytes(joined[:], joined[:], b[:block])
		b = b[block:]
	}
	subtle.XORBytes(joined[:len(b)], joined[:len(b)], b)
	shift := int(offset % block * step % bits)
	for _, c := range joined {
		v := uint16(c) << (shift % 8)
		register[shift/8] ^= byte(v)
		register[(shift/8+1)%20] ^= byte(v >> 8)
		shift = (shift + step) % bits
	}
}

// quickXorSum ends the hash: the length goes into its last eight bytes.
func quickXorSum(register [20]byte, size int64) [20]byte {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(size)) //nolint:gosec // sizes count from zero
	subtle.XORBytes(register[12:], register[12:], n[:])
	return register
}

// Reader reads content from any place of it.
type Reader struct {
	content *state.Content
	at      int64
	chunk   int   // index of the chunk that holds at
	start   int64 // offset of that chunk
}

// ContentReader reads content from an offset.
func ContentReader(c *state.Content, offset int64) *Reader {
	r := &Reader{content: c}
	if c == nil {
		r.content = &state.Content{}
	}
	r.at = offset
	return r
}

// Read is io.Reader's.
func (r *Reader) Read(b []byte) (int, error) {
	if r.at >= r.content.Size {
		return 0, io.EOF
	}
	if r.at < r.start {
		r.chunk, r.start = 0, 0
	}
	for r.at >= r.start+int64(len(r.content.Chunks[r.chunk])) {
		r.start += int64(len(r.content.Chunks[r.chunk]))
		r.chunk++
	}
	n := copy(b, r.content.Chunks[r.chunk][r.at-r.start:])
	r.at += int64(n)
	return n, nil
}

// Seek is io.Seeker's.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.content.Size
	}
	if offset < 0 {
		return 0, problem.New(problem.Invalid, problem.RangeInvalid, "There is no content before its beginning.")
	}
	r.at = offset
	return offset, nil
}
