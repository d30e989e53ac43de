package csom

import (
	"strconv"
	"strings"
	"time"
)

// Value is a parameter of a method or the value of a SetProperty. Clients often write every value as text (Type String),
// so the conversions go by the text, not by the type that was claimed.
type Value struct {
	Type    string // String, Int32, Boolean, Enum, Guid, DateTime, Null, Array …; "" for an object by value
	Text    string
	Items   []Value // of an array
	TypeID  string  // of an object by value
	Members []Member
	Object  *Object // of a parameter that points at an object path
}

// Member is a property of an object that is handed over by value.
type Member struct {
	Name  string
	Value Value
}

// Null tells whether the value is null.
func (v Value) Null() bool { return strings.EqualFold(v.Type, "Null") }

// Int returns the value as a whole number.
func (v Value) Int() (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(v.Text))
	if err != nil {
		return 0, &Fault{Code: unknownError, Type: typeError, Message: "Input string was not in a correct format."}
	}
	return n, nil
}

// Bool returns the value as a truth value: true and false in any case, 1 and 0.
func (v Value) Bool() (bool, error) {
	b, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(v.Text)))
	if err != nil {
		return false, &Fault{Code: unknownError, Type: typeError, Message: "String was not recognized as a valid Boolean."}
	}
	return b, nil
}

// Member returns a property of an object that was handed over by value; the zero Value where it is absent.
func (v Value) Member(name string) Value {
	for _, m := range v.Members {
		if m.Name == name {
			return m.Value
		}
	}
	return Value{Type: "Null"}
}

// Native returns the value as Go knows it: nil, string, bool, int64, float64 or []any, by the type that was claimed.
func (v Value) Native() any {
	switch strings.ToLower(v.Type) {
	case "null":
		return nil
	case "array":
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = item.Native()
		}
		return items
	case "boolean":
		if b, err := v.Bool(); err == nil {
			return b
		}
	case "byte", "int16", "uint16", "int32", "uint32", "int64", "uint64", "enum":
		if n, err := strconv.ParseInt(strings.TrimSpace(v.Text), 10, 64); err == nil {
			return n
		}
	case "single", "double", "decimal":
		if f, err := strconv.ParseFloat(strings.TrimSpace(v.Text), 64); err == nil {
			return f
		}
	case "guid":
		return strings.ToLower(strings.Trim(strings.TrimSpace(v.Text), "{}"))
	}
	return v.Text
}

// Arg returns the argument at that place; null where the client left it out.
func Arg(args []Value, at int) Value {
	if at < len(args) {
		return args[at]
	}
	return Value{Type: "Null"}
}

// dateLayouts are the spellings in which clients write a DateTime.
var dateLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02"} //nolint:gochecknoglobals // a constant table

// Time returns the value as a time.
func (v Value) Time() (time.Time, error) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, strings.TrimSpace(v.Text)); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, &Fault{Code: unknownError, Type: typeError, Message: "String was not recognized as a valid DateTime."}
}
