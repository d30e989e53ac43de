package odata

import (
	"encoding/json"
	"slices"
	"strings"
)

// Shape says what of a resource goes on the wire. The zero Shape asks for the default set.
type Shape struct {
	Select Select
	Expand []Expand
}

// Shape returns what the query asks for.
func (q *Query) Shape() Shape {
	if q == nil {
		return Shape{}
	}
	return Shape{q.Select, q.Expand}
}

// Project encodes a wire value as the shape asks; see [AppendJSON].
func Project(v any, s Shape) (json.RawMessage, error) { return AppendJSON(nil, v, s) }

// AppendJSON appends the JSON of v, a tagged struct, a pointer to one, an [Object] or a slice of these, to dst. Fields
// keep their order. The json tag means what it means to encoding/json, except that a nil slice is [] (a collection of
// OData is never null), that text is not escaped for HTML, and that the string option is not known. The odata tag adds:
//
//	select  only when $select names it
//	expand  only when $expand or $select names it
//	always  whatever $select says, as every @odata. annotation
//	rows    in an envelope {"@odata.context", "value"}: what $select is about; the other fields all stay
//	inline  the members of this [Object] stand here
//	null    the zero value is null on the wire
//
// An annotation of a property (members@odata.count) comes with the property.
func AppendJSON(dst []byte, v any, s Shape) ([]byte, error) {
	return appendAny(dst, v, newView(s))
}

// Rows encodes a collection entry by entry: who makes the entries need keep none of them.
type Rows struct {
	b    []byte
	from int // where the array begins
	view *view
}

// NewRows returns an empty collection, each of whose entries is shaped so. It stands behind what is in dst.
func NewRows(dst []byte, s Shape) *Rows {
	return &Rows{b: append(dst, '['), from: len(dst), view: newView(s)}
}

// Append adds an entry, as [AppendJSON] would write it. A pointer may point to something else afterwards.
func (r *Rows) Append(v any) error {
	b := r.b
	if len(b) > r.from+1 {
		b = append(b, ',')
	}
	b, err := appendAny(b, v, r.view)
	if err == nil {
		r.b = b
	}
	return err
}

// JSON returns what was in front and the array. Nothing can be added afterwards.
func (r *Rows) JSON() []byte { return append(r.b, ']') }

// view is a shape with what it came to for the types that it met. It lives for one call.
type view struct {
	Shape
	star    bool
	plans   []*plan
	visible [][]fieldView
}

type fieldView struct {
	show bool
	in   *view // nil: the default set
}

func newView(s Shape) *view {
	if len(s.Select) == 0 && len(s.Expand) == 0 {
		return nil
	}
	return &view{Shape: s, star: slices.Contains(s.Select, "*")}
}

// of returns what to show of each field of the plan; nil means the default set.
func (w *view) of(p *plan) []fieldView {
	if w == nil {
		return nil
	}
	for i, known := range w.plans {
		if known == p {
			return w.visible[i]
		}
	}
	fields := make([]fieldView, len(p.fields))
	for i := range p.fields {
		f := &p.fields[i]
		switch {
		case p.envelope && f.rows:
			fields[i] = fieldView{true, w}
		case p.envelope:
			fields[i] = fieldView{show: true}
		case f.inline:
			fields[i] = fieldView{true, w}
		default:
			fields[i] = w.field(f.name, f)
		}
	}
	w.plans, w.visible = append(w.plans, p), append(w.visible, fields)
	return fields
}

// field decides on one property; f is nil for a member of an Object or a map.
func (w *view) field(name string, f *field) fieldView {
	named := name
	if i := strings.IndexByte(name, '@'); i > 0 {
		named = name[:i]
	}
	sub, expanded := w.expanded(named)
	all := f != nil && f.expandOnly && slices.ContainsFunc(w.Expand, func(e Expand) bool { return e.Path == "*" })
	show := expanded || all || w.Select.Has(named)
	if byDefault := len(w.Select) == 0 || w.star; byDefault && !show {
		show = f == nil || !f.selectOnly && !f.expandOnly
	}
	if f != nil && f.always || f == nil && isAnnotation(name) {
		show = true
	}
	if !show {
		return fieldView{}
	}
	if within := w.Select.Within(named); len(within) > 0 {
		sub.Select = append(within, sub.Select...)
	}
	return fieldView{true, newView(sub)}
}

// expanded returns the options of the expanded property, those of a/b as an expansion within a.
func (w *view) expanded(name string) (Shape, bool) {
	var s Shape
	found := false
	for _, e := range w.Expand {
		first, rest, nested := strings.Cut(e.Path, "/")
		if !equalNames(first, name) {
			continue
		}
		found = true
		if nested {
			s.Expand = append(s.Expand, Expand{Path: rest, Query: e.Query})
			continue
		}
		s.Select = append(s.Select, e.Query.Select...)
		s.Expand = append(s.Expand, e.Query.Expand...)
	}
	return s, found
}

// shows is field for names that are known only at run time; without a view everything shows.
func (w *view) shows(name string) fieldView {
	if w == nil {
		return fieldView{show: true}
	}
	return w.field(name, nil)
}
