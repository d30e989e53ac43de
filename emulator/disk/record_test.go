package disk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// shapes is the fingerprint of all records at the present Format. Where the test below tells another one, the records have
// changed. If fields were only added, put the new fingerprint here: in a file of before they are read as empty. If one was
// renamed, removed, or means something else now, raise Format too, so that such a file is refused and not misread.
const shapes = "78da3c6c447db80e"

func TestFormatNamesTheRecords(t *testing.T) {
	t.Parallel()
	h := sha256.New()
	for _, table := range state.Tables() {
		r, _ := state.NewRecord(table)
		_, _ = fmt.Fprintln(h, table, shape(reflect.TypeOf(r))) // hashes do not fail
	}
	if got := hex.EncodeToString(h.Sum(nil)[:8]); got != shapes {
		t.Errorf("the records have the fingerprint %q, and that of format %d is %q", got, Format, shapes)
	}
}

// shape tells a type with all that is in it.
func shape(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return "*" + shape(t.Elem())
	case reflect.Map:
		return "map " + shape(t.Key()) + shape(t.Elem())
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return "time"
		}
		var b strings.Builder
		for f := range t.Fields() {
			fmt.Fprintf(&b, "%s %s;", f.Name, shape(f.Type))
		}
		return "{" + b.String() + "}"
	default:
		return t.Kind().String()
	}
}

// TestEveryFieldComesBack fills each record, and then each again with empty texts, slices and pointers to nothing, and reads
// what was written of it.
func TestEveryFieldComesBack(t *testing.T) {
	t.Parallel()
	for _, table := range state.Tables() {
		for _, empty := range []bool{false, true} {
			record, _ := state.NewRecord(table)
			n := 0
			fillIn(t, reflect.ValueOf(record).Elem(), table, &n, empty)
			chunks := map[string][]byte{}
			text, err := encode(record, func(c []byte) ([]byte, error) {
				h := sha256.Sum256(c)
				chunks[string(h[:])] = c
				return h[:], nil
			})
			if err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			got, err := decode(table, text, func(h []byte) ([]byte, error) { return chunks[string(h)], nil })
			if err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			if !reflect.DeepEqual(got, record) {
				t.Errorf("%s came back as\n%+v\nand was\n%+v", table, got, record)
			}
		}
	}
}

// fillIn gives every field a value of its own, or everything that can be empty an empty one.
func fillIn(t *testing.T, v reflect.Value, path string, n *int, empty bool) {
	t.Helper()
	*n++
	switch v.Kind() {
	case reflect.String:
		if !empty {
			v.SetString(fmt.Sprintf("%d\xff é", *n)) // a name in an address need not be UTF-8
		}
	case reflect.Bool:
		v.SetBool(!empty)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(-*n))
	case reflect.Uint64:
		v.SetUint(1<<63 + uint64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 3)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillIn(t, v.Elem(), path, n, empty)
	case reflect.Slice:
		size := 2
		if empty {
			size = 0
		}
		v.Set(reflect.MakeSlice(v.Type(), size, size))
		for i := range v.Len() {
			fillIn(t, v.Index(i), path, n, empty)
		}
	case reflect.Array:
		for i := range v.Len() {
			fillIn(t, v.Index(i), path, n, empty)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if empty {
			return
		}
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fillIn(t, key, path, n, empty)
		fillIn(t, value, path, n, empty)
		v.SetMapIndex(key, value)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"n": 7, "f": 7.0, "t": "x", "b": true, "l": []any{1, nil, "y"}}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2024, 1, 2, 3, 4, 5, 600+*n, time.UTC)))
			return
		}
		for f := range v.Type().Fields() {
			if !f.IsExported() {
				t.Errorf("%s.%s is not exported, so it would be lost", path, f.Name)
				continue
			}
			fillIn(t, v.FieldByIndex(f.Index), path+"."+f.Name, n, empty)
		}
	default:
		t.Errorf("%s: nobody has said how a %s is written", path, v.Kind())
	}
}
