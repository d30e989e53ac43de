package odata

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// plan is what the projection knows of a struct type.
type plan struct {
	fields   []field
	byName   map[string]int // lower-case name → field
	envelope bool           // one field carries the rows
	// byDefault are the fields that come without $select and $expand.
	byDefault []int
}

type field struct {
	name       string
	key        []byte // ,"name":
	base       string // of an annotation x@y the x
	index      []int
	typ        reflect.Type
	encode     encoder
	omitEmpty  bool
	omitZero   bool
	selectOnly bool // comes only when selected
	expandOnly bool // comes only when expanded or selected
	always     bool // survives every $select
	rows       bool // the collection that the options are about
	inline     bool // an Object whose members stand here
	null       bool // the zero value is null on the wire
	zero       bool // its type says itself when it is zero
	text       bool // a string without methods
}

//nolint:gochecknoglobals // a cache by type: what it holds follows from the type alone
var plans sync.Map // reflect.Type → *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{byName: map[string]int{}}
	eachField(t, nil, p.addField)
	for i := range p.fields {
		if f := &p.fields[i]; !f.selectOnly && !f.expandOnly || f.always || p.envelope {
			p.byDefault = append(p.byDefault, i)
		}
	}
	got, _ := plans.LoadOrStore(t, p)
	return got.(*plan)
}

// addField takes in one field of the struct, or of one embedded in it.
func (p *plan) addField(sf reflect.StructField, name, options string, index []int) {
	f := field{name: name, index: index, typ: sf.Type}
	f.flags(sf.Tag.Get("odata"))
	f.key = append(appendString([]byte{','}, f.name), ':')
	if i := strings.IndexByte(f.name, '@'); i > 0 {
		f.base = f.name[:i]
	}
	f.always = f.always || isAnnotation(f.name)
	for o := range strings.SplitSeq(options, ",") {
		f.omitEmpty = f.omitEmpty || o == "omitempty"
		f.omitZero = f.omitZero || o == "omitzero"
	}
	f.encode = encoderOf(sf.Type)
	f.zero = sf.Type.Implements(zeroType)
	f.text = sf.Type.Kind() == reflect.String && sf.Type.NumMethod() == 0
	p.envelope = p.envelope || f.rows
	if _, taken := p.byName[strings.ToLower(f.name)]; !taken {
		p.byName[strings.ToLower(f.name)] = len(p.fields)
	}
	p.fields = append(p.fields, f)
}

// eachField visits what encoding/json would write of a struct, in order, with the name on the wire, the options of the json
// tag and the way to the field.
func eachField(t reflect.Type, at []int, visit func(sf reflect.StructField, name, options string, index []int)) {
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("json")
		if tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		index := append(slices.Clip(at), i)
		embedded := sf.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		switch {
		case sf.Anonymous && name == "" && embedded.Kind() == reflect.Struct:
			eachField(embedded, index, visit)
		case sf.IsExported():
			if name == "" {
				name = sf.Name
			}
			visit(sf, name, options, index)
		}
	}
}

func (f *field) flags(tag string) {
	for o := range strings.SplitSeq(tag, ",") {
		switch o {
		case "select":
			f.selectOnly = true
		case "expand":
			f.expandOnly = true
		case "always":
			f.always = true
		case "rows":
			f.rows = true
		case "inline":
			f.inline = true
		case "null":
			f.null = true
		}
	}
}

// isAnnotation reports whether the name is a control annotation of OData 3 or 4, which no $select takes away.
func isAnnotation(name string) bool {
	return strings.HasPrefix(name, "@odata.") || strings.HasPrefix(name, "odata.") || name == "__metadata"
}

// get returns the field of v; ok is false where an embedded pointer on the way is nil.
func (f *field) get(v reflect.Value) (reflect.Value, bool) {
	if len(f.index) == 1 {
		return v.Field(f.index[0]), true
	}
	for i, x := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v, true
}

func (f *field) absent(v reflect.Value) bool {
	if f.omitEmpty {
		switch v.Kind() {
		case reflect.Pointer:
			return v.IsNil()
		case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
			return v.Len() == 0
		case reflect.Struct:
		default:
			return v.IsZero()
		}
	}
	if f.omitZero {
		if f.zero && (v.Kind() != reflect.Pointer || !v.IsNil()) {
			z, ok := reflect.TypeAssert[interface{ IsZero() bool }](v)
			return ok && z.IsZero()
		}
		return v.IsZero()
	}
	return false
}

// PropertiesOf returns the property names of a wire struct, or of what it points to, in order and without annotations:
// the list for [Node.Properties] and for refusing an unknown $select.
func PropertiesOf(v any) []string {
	t := reflect.TypeOf(v)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	eachField(t, nil, func(sf reflect.StructField, name, _ string, _ []int) {
		var f field
		if f.flags(sf.Tag.Get("odata")); !f.inline && !strings.Contains(name, "@") && !isAnnotation(name) {
			names = append(names, name)
		}
	})
	return names
}

var (
	marshalerType     = reflect.TypeFor[json.Marshaler]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	zeroType          = reflect.TypeFor[interface{ IsZero() bool }]()
)

func equalNames(a, b string) bool { return strings.EqualFold(a, b) }
