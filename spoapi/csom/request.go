package csom

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// maxSteps bounds the actions and the object paths of a request.
const maxSteps = 1000

// Request is a ProcessQuery request that fits the schema.
type Request struct {
	// ApplicationName is what the client calls itself.
	ApplicationName string

	actions []action
	paths   map[int]*path
}

// action is something to be done with an object path.
type action struct {
	kind     string // ObjectPath, ObjectIdentityQuery, Query, SetProperty, Method, StaticMethod
	id, path int
	name     string
	typeID   string
	args     []Value
	refs     []argRef
	query    *query
	items    *query
}

// path says how to come to an object.
type path struct {
	kind   string // Constructor, Method, Property, StaticProperty, StaticMethod, Identity
	id     int
	parent int
	name   string
	typeID string
	args   []Value
	refs   []argRef
}

// argRef is an argument that is another object path.
type argRef struct{ at, path int }

// query says what of an object is wanted.
type query struct {
	all        bool
	properties []wanted
}

type wanted struct {
	name  string
	all   bool
	query *query
	items *query
}

// Parse reads a request. Failures are *[Fault].
func Parse(r io.Reader) (*Request, error) {
	root, err := readXML(r)
	if err != nil {
		return nil, err
	}
	if root.name != "Request" {
		return nil, schemaFault("The '" + clip(root.name) + "' element is not declared.")
	}
	q := &Request{ApplicationName: root.attrs["ApplicationName"], paths: map[int]*path{}}
	for _, part := range root.children {
		switch part.name {
		case "Actions":
			err = q.readActions(part)
		case "ObjectPaths":
			err = q.readPaths(part)
		default:
			err = undeclared(part)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, a := range q.actions {
		if a.kind != "StaticMethod" && q.paths[a.path] == nil {
			return nil, clientFault(fmt.Sprintf("The object path %d of action %d does not exist.", a.path, a.id))
		}
	}
	return q, nil
}

func (q *Request) readActions(e *element) error {
	if len(e.children) > maxSteps {
		return clientFault("The request uses too many resources.")
	}
	for _, c := range e.children {
		a := action{kind: c.name, name: c.attrs["Name"]}
		var err error
		if a.id, err = number(c, "Id"); err != nil {
			return err
		}
		if a.kind == "StaticMethod" {
			a.typeID, err = typeID(c)
		} else {
			a.path, err = number(c, "ObjectPathId")
		}
		if err != nil {
			return err
		}
		switch a.kind {
		case "ObjectPath", "ObjectIdentityQuery":
		case "Query":
			if a.query, err = readQuery(c.child("Query")); err == nil {
				a.items, err = readQuery(c.child("ChildItemQuery"))
			}
		case "SetProperty":
			if len(c.children) != 1 || a.name == "" {
				return schemaFault("The element 'SetProperty' needs a name and one parameter.")
			}
			a.args, a.refs, err = readArgs(c.children)
		case "Method", "StaticMethod":
			a.args, a.refs, err = readParameters(c)
		default:
			err = undeclared(c)
		}
		if err != nil {
			return err
		}
		q.actions = append(q.actions, a)
	}
	return nil
}

func (q *Request) readPaths(e *element) error {
	if len(e.children) > maxSteps {
		return clientFault("The request uses too many resources.")
	}
	for _, c := range e.children {
		p := &path{kind: c.name, name: c.attrs["Name"]}
		var err error
		if p.id, err = number(c, "Id"); err != nil {
			return err
		}
		switch p.kind {
		case "Constructor", "StaticProperty", "StaticMethod":
			p.typeID, err = typeID(c)
		case "Method", "Property":
			p.parent, err = number(c, "ParentId")
		case "Identity":
		default:
			err = undeclared(c)
		}
		if err == nil && p.kind != "Constructor" && p.name == "" {
			err = schemaFault("The required attribute 'Name' is missing.")
		}
		if err == nil {
			p.args, p.refs, err = readParameters(c)
		}
		if err != nil {
			return err
		}
		if q.paths[p.id] != nil {
			return schemaFault(fmt.Sprintf("There is a duplicate key '%d'.", p.id))
		}
		q.paths[p.id] = p
	}
	return nil
}

func readQuery(e *element) (*query, error) {
	if e == nil {
		return nil, nil
	}
	q := &query{all: isTrue(e.attrs["SelectAllProperties"])}
	list := e.child("Properties")
	if list == nil {
		return q, nil
	}
	for _, c := range list.children {
		w := wanted{name: c.attrs["Name"], all: isTrue(c.attrs["SelectAll"])}
		if c.name != "Property" || w.name == "" {
			return nil, undeclared(c)
		}
		var err error
		if w.query, err = readQuery(c.child("Query")); err != nil {
			return nil, err
		}
		if w.items, err = readQuery(c.child("ChildItemQuery")); err != nil {
			return nil, err
		}
		q.properties = append(q.properties, w)
	}
	return q, nil
}

func readParameters(e *element) ([]Value, []argRef, error) {
	if list := e.child("Parameters"); list != nil {
		return readArgs(list.children)
	}
	return nil, nil, nil
}

func readArgs(list []*element) ([]Value, []argRef, error) {
	values := make([]Value, 0, len(list))
	var refs []argRef
	for i, c := range list {
		if c.name != "Parameter" {
			return nil, nil, undeclared(c)
		}
		if c.attrs["ObjectPathId"] != "" {
			at, err := number(c, "ObjectPathId")
			if err != nil {
				return nil, nil, err
			}
			refs = append(refs, argRef{i, at})
			values = append(values, Value{Type: "Object"})
			continue
		}
		v, err := readValue(c)
		if err != nil {
			return nil, nil, err
		}
		values = append(values, v)
	}
	return values, refs, nil
}

// readValue reads a parameter, an element of an array, or a property of an object by value.
func readValue(e *element) (Value, error) {
	v := Value{Type: e.attrs["Type"], Text: e.text}
	if e.attrs["TypeId"] != "" {
		id, err := typeID(e)
		if err != nil {
			return Value{}, err
		}
		v.TypeID, v.Type, v.Text = id, "", ""
		for _, c := range e.children {
			member, err := readValue(c)
			if err != nil {
				return Value{}, err
			}
			v.Members = append(v.Members, Member{Name: c.attrs["Name"], Value: member})
		}
		return v, nil
	}
	if v.Type == "" {
		return Value{}, schemaFault("The required attribute 'Type' is missing.")
	}
	if strings.EqualFold(v.Type, "Array") {
		v.Text = ""
		for _, c := range e.children {
			item, err := readValue(c)
			if err != nil {
				return Value{}, err
			}
			v.Items = append(v.Items, item)
		}
	}
	return v, nil
}

func number(e *element, attr string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(e.attrs[attr]))
	if err != nil {
		return 0, schemaFault("The '" + attr + "' attribute of element '" + clip(e.name) + "' is not a number.")
	}
	return n, nil
}

// typeID reads a GUID in braces, the only form that the schema allows.
func typeID(e *element) (string, error) {
	raw := e.attrs["TypeId"]
	id, err := uuid.Parse(raw)
	if err != nil || !strings.HasPrefix(raw, "{") || !strings.HasSuffix(raw, "}") {
		return "", schemaFault("The 'TypeId' attribute is invalid - The value '" + clip(raw) + "' is not a GUID in braces.")
	}
	return id.String(), nil
}

func undeclared(e *element) error {
	return schemaFault("The element '" + clip(e.name) + "' is not expected here.")
}

func isTrue(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

// clip keeps what a client sent short in a message.
func clip(s string) string {
	const most = 80
	r := []rune(s)
	if len(r) > most {
		return string(r[:most])
	}
	return s
}
