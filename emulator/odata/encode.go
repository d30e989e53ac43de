package odata

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// encoder appends the JSON of one value of its type.
type encoder func(dst []byte, v reflect.Value, w *view) ([]byte, error)

var (
	timeType     = reflect.TypeFor[time.Time]()
	objectType   = reflect.TypeFor[Object]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	optionalType = reflect.TypeFor[interface{ content() any }]()
)

func appendAny(dst []byte, v any, w *view) ([]byte, error) {
	if v == nil {
		return append(dst, "null"...), nil
	}
	rv := reflect.ValueOf(v)
	return knownEncoder(rv.Type())(dst, rv, w)
}

//nolint:gochecknoglobals // a cache by type: what it holds follows from the type alone
var encoders sync.Map // reflect.Type → encoder

// knownEncoder is encoderOf for values whose type shows only when they are encoded.
func knownEncoder(t reflect.Type) encoder {
	if e, ok := encoders.Load(t); ok {
		return e.(encoder)
	}
	e := encoderOf(t)
	encoders.Store(t, e)
	return e
}

// encoderOf picks the encoder of a type. It looks no deeper than the type itself, so types may be recursive.
func encoderOf(t reflect.Type) encoder {
	switch {
	case t == timeType:
		return encodeTime
	case t == objectType:
		return encodeObject
	case t == rawType:
		return encodeRaw
	case t.Implements(optionalType):
		return func(dst []byte, v reflect.Value, w *view) ([]byte, error) {
			return appendAny(dst, v.Interface().(interface{ content() any }).content(), w)
		}
	case t.Kind() == reflect.Pointer:
		return encodePointer(t)
	case t.Kind() != reflect.Interface && (t.Implements(marshalerType) || t.Implements(textMarshalerType)):
		return encodeForeign
	}
	switch t.Kind() {
	case reflect.String:
		return func(dst []byte, v reflect.Value, _ *view) ([]byte, error) { return appendString(dst, v.String()), nil }
	case reflect.Bool:
		return func(dst []byte, v reflect.Value, _ *view) ([]byte, error) {
			return strconv.AppendBool(dst, v.Bool()), nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(dst []byte, v reflect.Value, _ *view) ([]byte, error) {
			return strconv.AppendInt(dst, v.Int(), 10), nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(dst []byte, v reflect.Value, _ *view) ([]byte, error) {
			return strconv.AppendUint(dst, v.Uint(), 10), nil
		}
	case reflect.Float32, reflect.Float64:
		return encodeFloat
	case reflect.Struct:
		return encodeStruct(t)
	case reflect.Slice, reflect.Array:
		return encodeSlice(t)
	case reflect.Map:
		return encodeMap
	case reflect.Interface:
		return func(dst []byte, v reflect.Value, w *view) ([]byte, error) { return appendAny(dst, v.Interface(), w) }
	}
	return encodeForeign
}

// encodeForeign leaves a type with an encoding of its own to encoding/json.
func encodeForeign(dst []byte, v reflect.Value, _ *view) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v.Interface()); err != nil {
		return nil, err
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...), nil
}

func encodePointer(t reflect.Type) encoder {
	own := func(t reflect.Type) bool { return t.Implements(marshalerType) || t.Implements(textMarshalerType) }
	foreign := own(t) && !own(t.Elem())
	elem := sync.OnceValue(func() encoder { return encoderOf(t.Elem()) })
	return func(dst []byte, v reflect.Value, w *view) ([]byte, error) {
		switch {
		case v.IsNil():
			return append(dst, "null"...), nil
		case foreign:
			return encodeForeign(dst, v, w)
		}
		return elem()(dst, v.Elem(), w)
	}
}

func encodeRaw(dst []byte, v reflect.Value, _ *view) ([]byte, error) {
	if v.Len() == 0 {
		return append(dst, "null"...), nil
	}
	if !json.Valid(v.Bytes()) {
		return nil, fmt.Errorf("odata: a raw message of %d bytes is no JSON", v.Len())
	}
	return append(dst, v.Bytes()...), nil
}

func encodeTime(dst []byte, v reflect.Value, _ *view) ([]byte, error) {
	t, _ := reflect.TypeAssert[time.Time](v) // the encoder is picked by the type
	t = t.UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return nil, fmt.Errorf("odata: the year %d has no spelling", y)
	}
	dst = append(dst, '"')
	dst = t.AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"'), nil
}

func encodeFloat(dst []byte, v reflect.Value, _ *view) ([]byte, error) {
	f := v.Float()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("odata: %v has no spelling in JSON", f)
	}
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, f, format, -1, v.Type().Bits()), nil
}

func encodeStruct(t reflect.Type) encoder {
	plan := sync.OnceValue(func() *plan { return planOf(t) })
	return func(dst []byte, v reflect.Value, w *view) ([]byte, error) {
		p := plan()
		dst = append(dst, '{')
		first := len(dst)
		var err error
		if w == nil {
			for _, i := range p.byDefault {
				if dst, err = p.fields[i].append(dst, first, v, nil); err != nil {
					return nil, err
				}
			}
			return append(dst, '}'), nil
		}
		for i, f := range w.of(p) {
			if !f.show {
				continue
			}
			if dst, err = p.fields[i].append(dst, first, v, f.in); err != nil {
				return nil, err
			}
		}
		return append(dst, '}'), nil
	}
}

// append appends the field of v as a member of the JSON object that was opened before first.
func (f *field) append(dst []byte, first int, v reflect.Value, in *view) ([]byte, error) {
	value, ok := f.get(v)
	if !ok {
		return dst, nil
	}
	switch {
	case f.text: // most are
		s := value.String()
		switch {
		case s != "":
			return appendString(f.open(dst, first), s), nil
		case f.omitEmpty || f.omitZero:
			return dst, nil
		case f.null:
			return append(f.open(dst, first), "null"...), nil
		}
		return append(f.open(dst, first), `""`...), nil
	case f.absent(value):
		return dst, nil
	case f.inline:
		return appendMembers(dst, first, value, in)
	case f.null && value.IsZero():
		return append(f.open(dst, first), "null"...), nil
	}
	return f.encode(f.open(dst, first), value, in)
}

// open begins the member: its name, and a comma in front where it is not the first one.
func (f *field) open(dst []byte, first int) []byte {
	if len(dst) > first {
		return append(dst, f.key...)
	}
	return append(dst, f.key[1:]...)
}

func encodeObject(dst []byte, v reflect.Value, w *view) ([]byte, error) {
	dst = append(dst, '{')
	dst, err := appendMembers(dst, len(dst), v, w)
	if err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

// appendMembers appends the members of an Object to the JSON object that was opened before first.
func appendMembers(dst []byte, first int, v reflect.Value, w *view) ([]byte, error) {
	o, ok := reflect.TypeAssert[Object](v)
	if !ok {
		return nil, fmt.Errorf("odata: %s stands inline but is no Object", v.Type())
	}
	for _, m := range o {
		show := w.shows(m.Name)
		if !show.show {
			continue
		}
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, m.Name), ':')
		var err error
		if dst, err = appendAny(dst, m.Value, show.in); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func encodeSlice(t reflect.Type) encoder {
	if t.Elem().Kind() == reflect.Uint8 && t.Kind() == reflect.Slice {
		return func(dst []byte, v reflect.Value, _ *view) ([]byte, error) {
			if v.IsNil() {
				return append(dst, "null"...), nil
			}
			dst = append(dst, '"')
			dst = base64.StdEncoding.AppendEncode(dst, v.Bytes())
			return append(dst, '"'), nil
		}
	}
	elem := sync.OnceValue(func() encoder { return encoderOf(t.Elem()) })
	return func(dst []byte, v reflect.Value, w *view) ([]byte, error) {
		encode := elem()
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = encode(dst, v.Index(i), w); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	}
}

func encodeMap(dst []byte, v reflect.Value, w *view) ([]byte, error) {
	if v.IsNil() {
		return append(dst, "null"...), nil
	}
	if v.Type().Key().Kind() != reflect.String {
		return encodeForeign(dst, v, w)
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	encode := knownEncoder(v.Type().Elem())
	dst = append(dst, '{')
	first := len(dst)
	for _, k := range keys {
		show := w.shows(k.String())
		if !show.show {
			continue
		}
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, k.String()), ':')
		var err error
		if dst, err = encode(dst, v.MapIndex(k), show.in); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string; what is no UTF-8 becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	i := plain(s)
	if i == len(s) {
		return append(append(dst, s...), '"')
	}
	start := 0
	for ; i < len(s); i += plain(s[i:]) {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + n
			} else if r == '\u2028' || r == '\u2029' {
				dst = append(append(dst, s[start:i]...), `\u202`...)
				dst = append(dst, hexDigits[r&0xf])
				start = i + n
			}
			i += n
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// plain is how many bytes of s, from its beginning, stand for themselves in a JSON string. It looks at eight at a time.
func plain(s string) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	n := 0
	for ; len(s)-n >= 8; n += 8 {
		w := uint64(s[n]) | uint64(s[n+1])<<8 | uint64(s[n+2])<<16 | uint64(s[n+3])<<24 |
			uint64(s[n+4])<<32 | uint64(s[n+5])<<40 | uint64(s[n+6])<<48 | uint64(s[n+7])<<56
		// A byte of special has its high bit set where that of w is below the blank, a quotation mark, a backslash or no
		// ASCII. A borrow may set it wrongly, but only above a byte that has it rightly.
		special := (w - ones*' ') | ((w ^ ones*'"') - ones) | ((w ^ ones*'\\') - ones) | w
		if special&highs != 0 {
			break
		}
	}
	for n < len(s) && s[n] >= ' ' && s[n] < utf8.RuneSelf && s[n] != '"' && s[n] != '\\' {
		n++
	}
	return n
}
