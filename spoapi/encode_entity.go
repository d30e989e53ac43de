package spoapi

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// address is the absolute address of an entity.
func (x *entity) address() string { return x.web + "/_api/" + x.path }

// entity writes one entity: what its dialect says about it, its properties as selected, its navigation properties as
// expanded. top is the entity that the answer is about; only it names the metadata document.
func (e encoder) entity(x *entity, s odata.Shape, top bool) (odata.Object, error) {
	body := e.annotations(x, top)
	body = e.members(body, reflect.ValueOf(x.props), s.Select)
	if len(s.Select) > 0 {
		body = e.chosen(body, x.extra, s.Select)
	}
	for _, l := range x.links {
		sub, expanded := within(s, l.name)
		if !expanded {
			if e.mode == verbose && (len(s.Select) == 0 || slices.Contains(s.Select, "*") || s.Select.Has(l.name)) {
				body = append(body, odata.Member{Name: l.name, Value: odata.Object{
					{Name: "__deferred", Value: odata.Object{{Name: "uri", Value: x.address() + "/" + l.name}}},
				}})
			}
			continue
		}
		value, err := l.get()
		if err != nil {
			return nil, err
		}
		encoded, err := e.expanded(value, sub)
		if err != nil {
			return nil, err
		}
		body = append(body, odata.Member{Name: l.name, Value: encoded})
	}
	return body, nil
}

func (e encoder) annotations(x *entity, top bool) odata.Object {
	id := x.id
	if id == "" {
		id = x.address()
	}
	switch e.mode {
	case verbose:
		about := odata.Object{{Name: "id", Value: id}, {Name: "uri", Value: x.address()}}
		if x.etag != "" {
			about = append(about, odata.Member{Name: "etag", Value: x.etag})
		}
		return odata.Object{{Name: "__metadata", Value: append(about, odata.Member{Name: "type", Value: x.kind})}}
	case minimal, version4:
		prefix, edit, metadata := "odata.", x.path, "odata.metadata"
		kind := x.kind
		if e.mode == version4 {
			prefix, metadata, kind = "@odata.", "@odata.context", "#"+x.kind
		}
		var about odata.Object
		if top {
			about = odata.Object{{Name: metadata, Value: x.web + "/_api/$metadata#" + setName(x.kind) + "/@Element"}}
		}
		about = append(about, odata.Member{Name: prefix + "type", Value: kind}, odata.Member{Name: prefix + "id", Value: id})
		if x.etag != "" {
			about = append(about, odata.Member{Name: prefix + "etag", Value: x.etag})
		}
		return append(about, odata.Member{Name: prefix + "editLink", Value: edit})
	case nometadata, version4None:
		if x.etag != "" && e.mode == nometadata && strings.HasPrefix(x.kind, "SP.Data.") {
			return odata.Object{{Name: "odata.etag", Value: x.etag}}
		}
	}
	return nil
}

// expanded writes the value of an expanded navigation property.
func (e encoder) expanded(value any, s odata.Shape) (any, error) {
	switch v := value.(type) {
	case *entity:
		if v == nil {
			break
		}
		return e.entity(v, s, false)
	case *collection:
		rows, err := e.rows(v.items, s)
		if e.mode == verbose {
			return odata.Object{{Name: "results", Value: rows}}, err
		}
		return rows, err
	}
	if e.mode == verbose {
		return nil, nil
	}
	return odata.Object{{Name: "odata.null", Value: true}}, nil
}

// within is what a shape asks of the named navigation property; ok is false where it is not expanded.
func within(s odata.Shape, name string) (sub odata.Shape, ok bool) {
	for _, x := range s.Expand {
		first, rest, nested := strings.Cut(x.Path, "/")
		if !strings.EqualFold(first, name) {
			continue
		}
		ok = true
		if nested {
			sub.Expand = append(sub.Expand, odata.Expand{Path: rest, Query: x.Query})
		} else if x.Query != nil {
			sub.Select = append(sub.Select, x.Query.Select...)
			sub.Expand = append(sub.Expand, x.Query.Expand...)
		}
	}
	sub.Select = append(sub.Select, s.Select.Within(name)...)
	return sub, ok
}

// chosen appends the members that are selected by name.
func (e encoder) chosen(body, extra odata.Object, sel odata.Select) odata.Object {
	for _, m := range extra {
		if sel.Has(m.Name) {
			body = append(body, odata.Member{Name: m.Name, Value: e.value(m.Value, "")})
		}
	}
	return body
}

// members appends the properties that are selected.
func (e encoder) members(body odata.Object, v reflect.Value, sel odata.Select) odata.Object {
	all := len(sel) == 0 || slices.Contains(sel, "*")
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return body
		}
		v = v.Elem()
	}
	if o, ok := reflect.TypeAssert[odata.Object](v); ok {
		for _, m := range o {
			if all || sel.Has(m.Name) {
				body = append(body, odata.Member{Name: m.Name, Value: e.value(m.Value, "")})
			}
		}
		return body
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" {
			body = e.members(body, v.Field(i), sel)
			continue
		}
		if tag == "-" || !f.IsExported() || options == "omitzero" && v.Field(i).IsZero() {
			continue
		}
		hidden := f.Tag.Get("odata") == "select"
		if sel.Has(tag) || all && !hidden {
			body = append(body, odata.Member{Name: tag, Value: e.value(v.Field(i).Interface(), f.Tag.Get("edm"))})
		}
	}
	return body
}

// kinder is a complex value that knows its type.
type kinder interface{ edmKind() string }

// value writes a property's value: moments without a fraction, and in verbose answers collections and complex values with
// their types.
func (e encoder) value(value any, kind string) any {
	switch v := value.(type) {
	case nil, string, bool, int, int64, float64:
		return v
	case time.Time:
		return wireTime(v)
	case *time.Time:
		if v == nil {
			return nil
		}
		return wireTime(*v)
	case odata.Object:
		return e.members(nil, reflect.ValueOf(v), nil)
	}
	rv := reflect.ValueOf(value)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			return nil
		}
		return e.value(rv.Elem().Interface(), kind)
	case reflect.Struct:
		var body odata.Object
		if k, ok := value.(kinder); ok && e.mode == verbose {
			body = odata.Object{{Name: "__metadata", Value: odata.Object{{Name: "type", Value: k.edmKind()}}}}
		}
		body = e.members(body, rv, nil)
		if body == nil {
			body = odata.Object{}
		}
		return body
	case reflect.Slice:
		return e.list(rv, kind)
	}
	return value
}

func (e encoder) list(rv reflect.Value, kind string) any {
	if rv.Type().Elem().Kind() == reflect.Uint8 {
		return rv.Interface()
	}
	if rv.IsNil() && e.mode != verbose {
		return []any{}
	}
	items := make([]any, rv.Len())
	for i := range items {
		items[i] = e.value(rv.Index(i).Interface(), "")
	}
	if e.mode != verbose {
		return items
	}
	if kind == "" {
		kind = collectionKind(rv.Type().Elem())
	}
	return odata.Object{{Name: "__metadata", Value: odata.Object{{Name: "type", Value: kind}}}, {Name: "results", Value: items}}
}

func collectionKind(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if k, ok := reflect.TypeAssert[kinder](reflect.Zero(t)); ok {
		return "Collection(" + k.edmKind() + ")"
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "Collection(Edm.Int32)"
	case reflect.Bool:
		return "Collection(Edm.Boolean)"
	default:
		return "Collection(Edm.String)"
	}
}

// wireTime is a moment as SharePoint writes it: whole seconds, Z. The zero time is 0001-01-01T00:00:00Z there as well.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// Property makes an entity something to filter and sort by, over its navigation properties too.
func (x *entity) Property(name string) (any, bool) {
	if r := odata.ResourceOf(x.props); r != nil {
		if v, ok := r.Property(name); ok {
			return v, true
		}
	}
	if v, ok := x.extra.Property(name); ok {
		return v, true
	}
	for _, l := range x.links {
		if !strings.EqualFold(l.name, name) {
			continue
		}
		value, err := l.get()
		if err != nil {
			return nil, true
		}
		switch v := value.(type) {
		case *entity:
			if v == nil {
				return nil, true
			}
			return v, true
		case *collection:
			all := make([]odata.Resource, len(v.items))
			for i, item := range v.items {
				all[i] = item
			}
			return all, true
		}
		return nil, true
	}
	return nil, false
}

// narrow applies $filter, $orderby, $skip and $top.
func narrow(items []*entity, q *odata.Query) []*entity {
	if q == nil {
		return items
	}
	if q.Filter != nil {
		items = slices.DeleteFunc(slices.Clone(items), func(x *entity) bool { return !odata.Eval(q.Filter, x) })
	}
	if len(q.OrderBy) > 0 {
		items = slices.Clone(items)
		odata.Sort(items, q.OrderBy)
	}
	if q.Skip > 0 {
		items = items[min(q.Skip, len(items)):]
	}
	if q.Top != odata.None {
		items = items[:min(q.Top, len(items))]
	}
	return items
}

// propertyOf answers a path that ends in a property of an entity.
func propertyOf(answer any, at *odata.Call) (any, error) {
	x, ok := answer.(*entity)
	if !ok || x == nil {
		return nil, problem.For(problem.NotFound, problem.UnknownSegment, at.Property, "there is no such property here")
	}
	one := odata.Select{at.Property}
	all := encoder{mode: nometadata}.members(nil, reflect.ValueOf(x.props), one)
	all = encoder{mode: nometadata}.chosen(all, x.extra, one)
	for _, m := range all {
		if !strings.EqualFold(m.Name, at.Property) {
			continue
		}
		if at.RawValue {
			s, err := rawText(m.Value)
			return text("text/plain;charset=utf-8", s), err
		}
		return result{name: m.Name, kind: edmOf(m.Value), web: x.web, value: rawProperty(x, at.Property, m.Value)}, nil
	}
	return nil, problem.For(problem.NotFound, problem.UnknownSegment, at.Property, "there is no such property here")
}

// rawProperty is the property's own Go value, so that verbose answers can say its type.
func rawProperty(x *entity, name string, encoded any) any {
	v := reflect.ValueOf(x.props)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return encoded
	}
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if strings.EqualFold(tag, name) {
			return v.Field(i).Interface()
		}
	}
	return encoded
}

func rawText(v any) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	b, err := odata.Project(odata.Object{{Name: "v", Value: v}}, odata.Shape{})
	return strings.TrimSuffix(strings.TrimPrefix(string(b), `{"v":`), "}"), err
}

func edmOf(v any) string {
	switch v.(type) {
	case bool:
		return "Edm.Boolean"
	case int, int64:
		return "Edm.Int32"
	case string:
		return "Edm.String"
	}
	return "Edm.Null"
}
