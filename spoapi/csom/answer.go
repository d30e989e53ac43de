package csom

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// append writes the opening bracket and the header.
func (h Header) append(dst []byte, f *Fault) []byte {
	dst = append(dst, `[{"SchemaVersion":"`+SchemaVersion+`","LibraryVersion":`...)
	dst = append(appendString(dst, h.LibraryVersion), `,"ErrorInfo":`...)
	if f == nil {
		dst = append(dst, "null"...)
	} else {
		dst = append(dst, `{"ErrorMessage":`...)
		dst = append(appendString(dst, f.Message), `,"ErrorValue":null,"TraceCorrelationId":`...)
		dst = append(appendString(dst, h.TraceID), `,"ErrorCode":`...)
		dst = append(strconv.AppendInt(dst, int64(f.Code), 10), `,"ErrorTypeName":`...)
		dst = append(appendString(dst, f.Type), '}')
	}
	dst = append(dst, `,"TraceCorrelationId":`...)
	return append(appendString(dst, h.TraceID), '}')
}

// Failure is the answer to a request that failed: the header alone.
func (h Header) Failure(f *Fault) []byte { return append(h.append(nil, f), ']') }

func (r *run) begin(id int) {
	r.out = append(r.out, ',')
	r.out = append(strconv.AppendInt(r.out, int64(id), 10), ',')
}

func (r *run) answer(id int, v any, q, items *query) error {
	r.begin(id)
	return r.value(v, q, items)
}

// maxAnswer bounds the answer: a short request can ask for the same collection many times.
const maxAnswer = 32 << 20

// value appends a value; of an object what the queries ask for.
func (r *run) value(v any, q, items *query) error {
	if len(r.out) > maxAnswer {
		return clientFault("The request uses too many resources.")
	}
	if isNil(v) {
		r.out = append(r.out, "null"...)
		return nil
	}
	switch v := v.(type) {
	case *Object:
		return r.object(v, q, items)
	case []*Object:
		return r.list(v, q)
	}
	var err error
	r.out, err = appendScalar(r.out, v)
	return err
}

func (r *run) object(o *Object, q, items *query) error {
	r.out = append(r.out, `{"_ObjectType_":`...)
	r.out = appendString(r.out, o.Type)
	if o.Identity != "" {
		r.out = appendString(append(r.out, `,"_ObjectIdentity_":`...), r.identity(o))
	}
	if o.Version != "" {
		r.out = appendString(append(r.out, `,"_ObjectVersion_":`...), o.Version)
	}
	if q != nil {
		if err := r.properties(o, q); err != nil {
			return err
		}
	}
	if items != nil && o.Items != nil {
		r.out = append(r.out, `,"_Child_Items_":`...)
		if err := r.list(o.Items, items); err != nil {
			return err
		}
	}
	r.out = append(r.out, '}')
	return nil
}

func (r *run) properties(o *Object, q *query) error {
	if q.all {
		for _, s := range o.scalars() {
			if q.names(s.Name) {
				continue
			}
			if err := r.member(s.Name, s.Value, &query{all: true}, &query{all: true}); err != nil {
				return err
			}
		}
	}
	for _, w := range q.properties {
		v, err := o.property(w.name)
		if err != nil {
			return err
		}
		sub := w.query
		if sub == nil {
			sub = &query{all: true}
		}
		items := w.items
		if items == nil && w.query == nil {
			items = &query{all: true}
		}
		if err := r.member(w.name, v, sub, items); err != nil {
			return err
		}
	}
	return nil
}

func (q *query) names(name string) bool {
	for _, w := range q.properties {
		if w.name == name {
			return true
		}
	}
	return false
}

func (r *run) member(name string, v any, q, items *query) error {
	r.out = append(appendString(append(r.out, ','), name), ':')
	return r.value(v, q, items)
}

func (r *run) list(items []*Object, q *query) error {
	r.out = append(r.out, '[')
	for i, o := range items {
		if i > 0 {
			r.out = append(r.out, ',')
		}
		if err := r.value(o, q, nil); err != nil {
			return err
		}
	}
	r.out = append(r.out, ']')
	return nil
}

func appendScalar(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendString(dst, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case time.Time:
		return appendDate(dst, v), nil
	case GUID:
		return fmt.Appendf(dst, `"\/Guid(%s)\/"`, string(v)), nil
	case []string:
		dst = append(dst, '[')
		for i, s := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, s)
		}
		return append(dst, ']'), nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("csom: a property of type %T: %w", v, err)
	}
	return append(dst, b...), nil
}

// appendDate writes year, zero-based month, day, hour, minute, second, millisecond.
func appendDate(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, `"\/Date(1,0,1,0,0,0,0)\/"`...)
	}
	t = t.UTC()
	return fmt.Appendf(dst, `"\/Date(%d,%d,%d,%d,%d,%d,%d)\/"`, t.Year(), int(t.Month())-1, t.Day(), t.Hour(), t.Minute(),
		t.Second(), t.Nanosecond()/int(time.Millisecond))
}

// appendString writes text as the service does: the slash and what HTML could read are escaped.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				dst = append(dst, '\\', c)
			case c == '\n':
				dst = append(dst, '\\', 'n')
			case c == '\r':
				dst = append(dst, '\\', 'r')
			case c == '\t':
				dst = append(dst, '\\', 't')
			case c < ' ' || c == '/' || c == '<' || c == '>' || c == '&' || c == '\'' || c == 0x7f:
				dst = fmt.Appendf(dst, `\u%04x`, c)
			default:
				dst = append(dst, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '\u2028' || r == '\u2029' {
			dst = fmt.Appendf(dst, `\u%04x`, r)
		} else {
			dst = utf8.AppendRune(dst, r)
		}
		i += size
	}
	return append(dst, '"')
}
