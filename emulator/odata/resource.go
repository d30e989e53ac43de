package odata

import (
	"reflect"
	"strings"
	"time"
)

// ResourceOf makes a wire struct, or a pointer to one, filterable by the names on the wire, in any case. Structs within
// are resources themselves, slices of structs collections of them. It returns nil for what is no struct.
func ResourceOf(v any) Resource {
	if r, ok := v.(Resource); ok {
		return r
	}
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return nil
		}
		rv = rv.Elem()
	}
	if rv.Kind() != reflect.Struct {
		return nil
	}
	return structResource{planOf(rv.Type()), rv}
}

type structResource struct {
	plan  *plan
	value reflect.Value
}

func (s structResource) Property(name string) (any, bool) {
	i, ok := s.plan.byName[name]
	if !ok {
		i, ok = s.plan.byName[strings.ToLower(name)]
	}
	if !ok {
		return s.inline(name)
	}
	v, ok := s.plan.fields[i].get(s.value)
	if !ok {
		return nil, true
	}
	if s.plan.fields[i].null && v.IsZero() {
		return nil, true
	}
	return resourceValue(v.Interface()), true
}

// inline looks among the members of an Object that stands inline.
func (s structResource) inline(name string) (any, bool) {
	for i := range s.plan.fields {
		f := &s.plan.fields[i]
		if !f.inline {
			continue
		}
		if v, ok := f.get(s.value); ok {
			if o, ok := reflect.TypeAssert[Object](v); ok {
				return o.Property(name)
			}
		}
	}
	return nil, false
}

// resourceValue turns a wire value into one that [Resource.Property] may give.
func resourceValue(v any) any {
	switch v := v.(type) {
	case nil, string, bool, int, int64, float64, time.Time, *string, *bool, *int64, *time.Time, []string, Resource:
		return v
	case interface{ content() any }:
		return resourceValue(v.content())
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			return nil
		}
		return resourceValue(rv.Elem().Interface())
	case reflect.Struct:
		return ResourceOf(v)
	case reflect.Slice:
		items := make([]any, rv.Len())
		for i := range items {
			items[i] = resourceValue(rv.Index(i).Interface())
		}
		return items
	case reflect.String:
		return rv.String()
	case reflect.Bool:
		return rv.Bool()
	case reflect.Int8, reflect.Int16, reflect.Int32:
		return rv.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(rv.Uint())
	case reflect.Float32:
		return rv.Float()
	}
	return nil
}
