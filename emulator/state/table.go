package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/hashicorp/go-memdb"
)

// key is the tuple that an index files a record under. Text parts end with a zero byte, so that a lookup by the first
// parts of t1 does not find t12; numbers are eight big-endian bytes, so that their order is kept; an ident that is a GUID is
// a mark and its sixteen bytes, in the same order as its digits.
type key []any

// ident is a key part that is a GUID in lower case, or whatever a caller takes for one. It is for tables of which there may
// be millions of records: as text it would take twice the room.
type ident string

const (
	guidMark = 1 // begins the sixteen bytes of a GUID
	textMark = 2 // stands before a text that begins like a mark
	guidText = 36
)

// appendIdent adds an ident. No two have the same bytes, and none begins with another's.
func appendIdent(b []byte, id ident) []byte {
	if g, ok := guid(id); ok {
		return append(append(b, guidMark), g[:]...)
	}
	if id != "" && id[0] <= textMark {
		b = append(b, textMark)
	}
	return append(append(b, id...), 0)
}

// guid reads a GUID in its canonical form: one that is spelt otherwise is another text.
func guid(id ident) (g [16]byte, ok bool) {
	if len(id) != guidText || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return g, false
	}
	n := 0
	for i := 0; i < guidText; i += 2 {
		if id[i] == '-' {
			i++
		}
		high, low := digit(id[i]), digit(id[i+1])
		if high|low > 15 {
			return g, false
		}
		g[n] = high<<4 | low
		n++
	}
	return g, true
}

// digit is the value of a hexadecimal digit in lower case, 255 for none.
func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

func (k key) bytes() []byte {
	n := 0
	for _, p := range k {
		switch v := p.(type) {
		case string:
			n += len(v) + 1
		case ident:
			n += min(len(v)+2, 17) // of a GUID; others are rare, and grow it
		case wholeKey:
			n += len(v)
		default:
			n += 8
		}
	}
	b := make([]byte, 0, n)
	for _, p := range k {
		switch v := p.(type) {
		case string:
			b = append(b, v...)
			b = append(b, 0)
		case ident:
			b = appendIdent(b, v)
		case wholeKey:
			b = append(b, v...)
		case uint64:
			b = binary.BigEndian.AppendUint64(b, v)
		case int:
			b = binary.BigEndian.AppendUint64(b, uint64(v)) //nolint:gosec // only counts from zero are keys
		default:
			panic(fmt.Sprintf("state: %T is no key part", p))
		}
	}
	return b
}

// fold is the form in which names and addresses are compared: the services do so without regard to case.
func fold(s string) string { return strings.ToLower(s) }

// one files a record under a single key, or not at all where key returns nil.
type one[T any] struct{ key func(*T) key }

// many files a record under several keys.
type many[T any] struct{ keys func(*T) []key }

var errNotFiled = errors.New("state: record is not of the table's type")

func (x one[T]) FromObject(raw any) (bool, []byte, error) {
	r, ok := raw.(*T)
	if !ok {
		return false, nil, errNotFiled
	}
	k := x.key(r)
	if k == nil {
		return false, nil, nil
	}
	return true, k.bytes(), nil
}

// empty is a new record of the table.
func (one[T]) empty() any                                 { return new(T) }
func (one[T]) FromArgs(args ...any) ([]byte, error)       { return key(args).bytes(), nil }
func (one[T]) PrefixFromArgs(args ...any) ([]byte, error) { return key(args).bytes(), nil }

func (x many[T]) FromObject(raw any) (bool, [][]byte, error) {
	r, ok := raw.(*T)
	if !ok {
		return false, nil, errNotFiled
	}
	keys := x.keys(r)
	if len(keys) == 0 {
		return false, nil, nil
	}
	b := make([][]byte, 0, len(keys))
	for _, k := range keys {
		b = append(b, k.bytes())
	}
	return true, b, nil
}
func (many[T]) FromArgs(args ...any) ([]byte, error)       { return key(args).bytes(), nil }
func (many[T]) PrefixFromArgs(args ...any) ([]byte, error) { return key(args).bytes(), nil }

// unique, plain: the two ways to declare an index. Unique takes less room; a second record at the same key would take the
// first one's place, so it is for keys that the store itself hands out, or that end with the record's id. With several, a record
// stands at more than one.
func unique[T any](name string, k func(*T) key) *memdb.IndexSchema {
	return &memdb.IndexSchema{Name: name, Unique: true, AllowMissing: name != indexID, Indexer: one[T]{k}}
}

func several[T any](name string, k func(*T) []key) *memdb.IndexSchema {
	return &memdb.IndexSchema{Name: name, AllowMissing: true, Indexer: many[T]{k}}
}

func severalUnique[T any](name string, k func(*T) []key) *memdb.IndexSchema {
	return &memdb.IndexSchema{Name: name, Unique: true, AllowMissing: true, Indexer: many[T]{k}}
}

func plain[T any](name string, k func(*T) key) *memdb.IndexSchema {
	return &memdb.IndexSchema{Name: name, AllowMissing: true, Indexer: one[T]{k}}
}

func table(name string, indexes ...*memdb.IndexSchema) *memdb.TableSchema {
	t := &memdb.TableSchema{Name: name, Indexes: map[string]*memdb.IndexSchema{}}
	for _, x := range indexes {
		t.Indexes[x.Name] = x
	}
	return t
}

// first returns the record at exactly that key.
func first[T any](tx *Tx, table, index string, args ...any) (T, bool) {
	raw, err := tx.txn.First(table, index, args...)
	if err != nil {
		panic("state: " + err.Error()) // tables and indexes are constants
	}
	r, ok := raw.(*T)
	if !ok {
		var zero T
		return zero, false
	}
	return *r, true
}

// each yields, in key order, the records whose key begins with those parts. Changing the table while ranging is safe: an
// iterator sees the table as it was.
func each[T any](tx *Tx, table, index string, args ...any) iter.Seq[T] {
	return func(yield func(T) bool) {
		it, err := tx.txn.Get(table, index+"_prefix", args...)
		if err != nil {
			panic("state: " + err.Error())
		}
		drain(it, yield)
	}
}

// from is each, beginning at the key args and going on to the end of the index; the caller stops.
func from[T any](tx *Tx, table, index string, args ...any) iter.Seq[T] {
	return func(yield func(T) bool) {
		it, err := tx.txn.LowerBound(table, index, args...)
		if err != nil {
			panic("state: " + err.Error())
		}
		drain(it, yield)
	}
}

func drain[T any](it memdb.ResultIterator, yield func(T) bool) {
	for raw := it.Next(); raw != nil; raw = it.Next() {
		r, ok := raw.(*T)
		if !ok || !yield(*r) {
			return
		}
	}
}

// put stores a record, a clone of its slices and maps included.
func put[T any](tx *Tx, table string, r T) {
	own(reflect.ValueOf(&r).Elem())
	if err := tx.txn.Insert(table, &r); err != nil {
		panic("state: " + err.Error()) // the only errors are a read-only transaction and a wrong type
	}
}

// remove takes the record out of its table; one that is not there is no error.
func remove[T any](tx *Tx, table string, r T) {
	if err := tx.txn.Delete(table, &r); err != nil && !errors.Is(err, memdb.ErrNotFound) {
		panic("state: " + err.Error())
	}
}

// own replaces each slice and map of a record, one level deep and in nested structs, by a clone of its own length.
func own(v reflect.Value) {
	for _, f := range v.Fields() {
		switch f.Kind() {
		case reflect.Slice:
			if f.IsNil() {
				continue
			}
			if f.Len() == 0 {
				f.Set(reflect.MakeSlice(f.Type(), 0, 0))
				continue
			}
			c := reflect.MakeSlice(f.Type(), f.Len(), f.Len())
			reflect.Copy(c, f)
			f.Set(c)
		case reflect.Map:
			if f.IsNil() {
				continue
			}
			c := reflect.MakeMapWithSize(f.Type(), f.Len())
			for it := f.MapRange(); it.Next(); {
				c.SetMapIndex(it.Key(), it.Value())
			}
			f.Set(c)
		case reflect.Struct:
			if f.Type() != timeType {
				own(f)
			}
		default:
		}
	}
}
