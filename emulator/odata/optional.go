package odata

import (
	"bytes"
	"encoding/json"
)

// Optional is a property that can be absent, null or set: the difference between "leave it" and "clear it" in a PATCH.
// Fields of this type carry the omitzero option. The zero value is absent.
type Optional[T any] struct {
	value T
	state uint8
}

const (
	absent uint8 = iota
	null
	set
)

// Some returns a set property.
func Some[T any](v T) Optional[T] { return Optional[T]{v, set} }

// SomeNull returns a property that is present and null.
func SomeNull[T any]() Optional[T] { return Optional[T]{state: null} }

// Get returns the value; ok is false where it is absent or null.
func (o Optional[T]) Get() (value T, ok bool) { return o.value, o.state == set }

// Present reports whether the property is there, be it null.
func (o Optional[T]) Present() bool { return o.state != absent }

// IsNull reports whether the property is there and null.
func (o Optional[T]) IsNull() bool { return o.state == null }

// IsZero reports whether the property is absent.
func (o Optional[T]) IsZero() bool { return o.state == absent }

// MarshalJSON writes the value, or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if o.state != set {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON reads a value or null.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	if bytes.Equal(bytes.TrimSpace(b), []byte("null")) {
		*o = SomeNull[T]()
		return nil
	}
	o.state = set
	return json.Unmarshal(b, &o.value)
}

// content is what the projection writes.
func (o Optional[T]) content() any {
	if o.state != set {
		return nil
	}
	return o.value
}

// Object is a JSON object with properties that are known only at run time, such as the columns of a list item, in order.
type Object []Member

// Member is one property of an [Object].
type Member struct {
	Name  string
	Value any
}

// MarshalJSON writes the object in its order.
func (o Object) MarshalJSON() ([]byte, error) { return Project(o, Shape{}) }

// Property makes an object a [Resource]; names match in any case.
func (o Object) Property(name string) (any, bool) {
	for _, m := range o {
		if equalNames(m.Name, name) {
			return resourceValue(m.Value), true
		}
	}
	return nil, false
}
