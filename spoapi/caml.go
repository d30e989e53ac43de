package spoapi

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// camlView is a view in CAML, read: which rows, in which order, how many.
type camlView struct {
	Where     odata.Expr // nil: all
	OrderBy   []odata.Order
	Fields    []string
	Limit     int  // 0: not said
	Recursive bool // Scope Recursive or RecursiveAll: what is in folders too
	FilesOnly bool // Scope Recursive or FilesOnly: no folders
}

// The bounds of what is read.
const (
	maxCAML      = 256 << 10
	maxCAMLDepth = 64
)

// xmlNode is an element with its attributes by lower-case name.
type xmlNode struct {
	name     string
	attrs    map[string]string
	children []*xmlNode
	text     string
}

func (n *xmlNode) child(name string) *xmlNode {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if strings.EqualFold(c.name, name) {
			return c
		}
	}
	return nil
}

var errCAML = errors.New("the query is no CAML")

// readXML reads one element with all below it.
func readXML(s string) (*xmlNode, error) {
	if len(s) > maxCAML {
		return nil, errCAML
	}
	d := xml.NewDecoder(strings.NewReader(s))
	d.Entity = map[string]string{}
	var stack []*xmlNode
	var root *xmlNode
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			if root == nil || len(stack) > 0 {
				return nil, errCAML
			}
			return root, nil
		}
		if err != nil {
			return nil, errCAML
		}
		switch t := t.(type) {
		case xml.StartElement:
			n := &xmlNode{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				n.attrs[strings.ToLower(a.Name.Local)] = a.Value
			}
			switch {
			case len(stack) > 0:
				top := stack[len(stack)-1]
				top.children = append(top.children, n)
			case root != nil:
				return nil, errCAML
			default:
				root = n
			}
			if stack = append(stack, n); len(stack) > maxCAMLDepth {
				return nil, errCAML
			}
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(t)
			}
		}
	}
}

func invalidCAML() error {
	return problem.For(problem.Invalid, problem.InvalidProperty, "ViewXml", "One or more field types are not installed properly. Go to the list settings page to delete these fields.")
}

// parseCAML reads a view, or the query of one alone. An empty text is the view of everything.
func parseCAML(s string) (camlView, error) {
	if strings.TrimSpace(s) == "" {
		return camlView{}, nil
	}
	root, err := readXML(s)
	if err != nil {
		return camlView{}, invalidCAML()
	}
	var v camlView
	query := root
	if strings.EqualFold(root.name, "View") {
		query = root.child("Query")
		v.scope(root.attrs["scope"])
		for _, f := range fieldRefs(root.child("ViewFields")) {
			v.Fields = append(v.Fields, camlField(f.attrs["name"]))
		}
		if limit := root.child("RowLimit"); limit != nil {
			if v.Limit, err = strconv.Atoi(strings.TrimSpace(limit.text)); err != nil || v.Limit < 0 {
				return camlView{}, invalidCAML()
			}
		}
	}
	for _, f := range fieldRefs(query.child("OrderBy")) {
		v.OrderBy = append(v.OrderBy, odata.Order{Path: camlField(f.attrs["name"]), Desc: strings.EqualFold(f.attrs["ascending"], "FALSE")})
	}
	if where := query.child("Where"); where != nil && len(where.children) > 0 {
		if v.Where, err = camlExpr(where.children[0]); err != nil {
			return camlView{}, err
		}
	}
	return v, nil
}

func (v *camlView) scope(s string) {
	switch strings.ToLower(s) {
	case "recursive":
		v.Recursive, v.FilesOnly = true, true
	case "recursiveall":
		v.Recursive = true
	case "filesonly":
		v.FilesOnly = true
	}
}

func fieldRefs(n *xmlNode) []*xmlNode {
	if n == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.children), func(c *xmlNode) bool {
		return !strings.EqualFold(c.name, "FieldRef") || c.attrs["name"] == ""
	})
}

// camlField is a field's name as entities have it.
func camlField(name string) string {
	switch strings.ToLower(name) {
	case "_uiversionstring":
		return "OData__UIVersionString"
	case "author":
		return "AuthorId"
	case "editor":
		return "EditorId"
	case "linkfilename", "linkfilenamenomenu":
		return "FileLeafRef"
	case "linktitle":
		return "Title"
	}
	return name
}

//nolint:gochecknoglobals // a constant table
var camlOps = map[string]odata.Op{
	"eq": odata.Eq, "neq": odata.Ne, "lt": odata.Lt, "leq": odata.Le, "gt": odata.Gt, "geq": odata.Ge,
}

// camlExpr turns a condition into the filter that means the same.
func camlExpr(n *xmlNode) (odata.Expr, error) {
	name := strings.ToLower(n.name)
	switch name {
	case "and", "or":
		return camlJunction(n, odata.Op(name))
	}
	refs := fieldRefs(n)
	if len(refs) == 0 {
		return nil, invalidCAML()
	}
	field := odata.Path(camlField(refs[0].attrs["name"]))
	switch name {
	case "isnull":
		return odata.Binary{Op: odata.Eq, Left: field, Right: odata.Literal{}}, nil
	case "isnotnull":
		return odata.Binary{Op: odata.Ne, Left: field, Right: odata.Literal{}}, nil
	case "in":
		in := odata.In{X: field}
		for _, v := range valuesIn(n.child("Values")) {
			in.List = append(in.List, camlValue(v))
		}
		return in, nil
	}
	value := n.child("Value")
	if value == nil {
		return nil, invalidCAML()
	}
	literal := camlValue(value)
	switch name {
	case "contains", "includes":
		return odata.Function{Name: "substringof", Args: []odata.Expr{literal, field}}, nil
	case "beginswith":
		return odata.Function{Name: "startswith", Args: []odata.Expr{field, literal}}, nil
	}
	op, ok := camlOps[name]
	if !ok {
		return nil, invalidCAML()
	}
	return odata.Binary{Op: op, Left: field, Right: literal}, nil
}

func valuesIn(n *xmlNode) []*xmlNode {
	if n == nil {
		return nil
	}
	return n.children
}

func camlJunction(n *xmlNode, op odata.Op) (odata.Expr, error) {
	if len(n.children) != 2 {
		return nil, invalidCAML()
	}
	left, err := camlExpr(n.children[0])
	if err != nil {
		return nil, err
	}
	right, err := camlExpr(n.children[1])
	if err != nil {
		return nil, err
	}
	return odata.Binary{Op: op, Left: left, Right: right}, nil
}

// camlValue reads a value by its type; what is no number of a numeric type stays text.
func camlValue(n *xmlNode) odata.Literal {
	text := strings.TrimSpace(n.text)
	switch strings.ToLower(n.attrs["type"]) {
	case "number", "integer", "counter", "lookup", "user":
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return odata.IntLiteral(i)
		}
	case "boolean":
		return odata.BoolLiteral(text == "1" || strings.EqualFold(text, "true"))
	}
	return odata.StringLiteral(text)
}
