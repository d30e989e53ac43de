package disk

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"weak"

	"github.com/tennantite/tennantite/emulator/state"
)

var mapType = reflect.TypeFor[map[string]any]()

// encode is a record as it stands in the file: in the place of the chunks of its content are their hashes. store is given
// each chunk.
func encode(record any, store func(chunk []byte) ([]byte, error)) ([]byte, error) {
	record, err := withChunks(record, store)
	if err != nil {
		return nil, err
	}
	return encoder.Marshal(record)
}

// decode reads what encode wrote; load finds the chunk of a hash.
func decode(table string, text []byte, load func(hash []byte) ([]byte, error)) (any, error) {
	record, ok := state.NewRecord(table)
	if !ok {
		return nil, fmt.Errorf("there is no table %q", table)
	}
	if err := decoder.Unmarshal(text, record); err != nil {
		return nil, fmt.Errorf("a record of table %s: %w", table, err)
	}
	plainNumbers(record)
	return withChunks(record, load)
}

// withChunks is a record with other chunks in the place of its own. The record itself is left alone.
func withChunks(record any, other func([]byte) ([]byte, error)) (any, error) {
	var failed error
	all := func(chunks [][]byte) [][]byte {
		if chunks == nil {
			return nil
		}
		out := make([][]byte, len(chunks))
		for n, c := range chunks {
			o, err := other(c)
			if err != nil && failed == nil {
				failed = err
			}
			out[n] = o
		}
		return out
	}
	content := func(c *state.Content) *state.Content {
		if c == nil {
			return nil
		}
		return &state.Content{Chunks: all(c.Chunks), Size: c.Size, QuickXor: c.QuickXor}
	}
	switch r := record.(type) {
	case *state.Item:
		if r.Content == nil && len(r.Versions) == 0 {
			return r, nil
		}
		i := *r
		i.Content, i.Versions = content(r.Content), slices.Clone(r.Versions)
		for n := range i.Versions {
			i.Versions[n].Content = content(r.Versions[n].Content)
		}
		return &i, failed
	case *state.UploadSession:
		u := *r
		u.Chunks = all(r.Chunks)
		return &u, failed
	}
	return record, nil
}

// plainNumbers gives whole numbers in the open parts of a record the type that rules give them.
func plainNumbers(record any) {
	switch r := record.(type) {
	case *state.Item:
		plain(r.Fields)
	case *state.Site:
		plain(r.Sharing.Other)
	case *state.Tenant:
		plain(r.Sharing.Other)
		plain(r.CrossTenant.Settings.Other)
	case *state.CrossTenantPartner:
		plain(r.Settings.Other)
	}
}

func plain(v any) any {
	switch v := v.(type) {
	case int64:
		return int(v)
	case map[string]any:
		for k, x := range v {
			v[k] = plain(x)
		}
	case []any:
		for n, x := range v {
			v[n] = plain(x)
		}
	}
	return v
}

// hashes remembers the hashes of large chunks while somebody holds them: a file that is renamed is not read anew.
type hashes struct {
	mu    sync.Mutex
	known map[weak.Pointer[byte]][sha256.Size]byte
}

func (h *hashes) init() { h.known = map[weak.Pointer[byte]][sha256.Size]byte{} }

func (h *hashes) of(chunk []byte) [sha256.Size]byte {
	const large = 64 << 10
	if len(chunk) < large {
		return sha256.Sum256(chunk)
	}
	p := weak.Make(&chunk[0])
	h.mu.Lock()
	sum, ok := h.known[p]
	h.mu.Unlock()
	if ok {
		return sum
	}
	sum = sha256.Sum256(chunk)
	h.mu.Lock()
	h.known[p] = sum
	h.mu.Unlock()
	runtime.AddCleanup(&chunk[0], h.forget, p)
	return sum
}

func (h *hashes) forget(p weak.Pointer[byte]) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.known, p)
}
