package csom

import (
	"errors"
	"fmt"
)

// Header is what stands first in every answer.
type Header struct {
	LibraryVersion string
	TraceID        string // TraceCorrelationId, and the first part of identities
}

// Run carries out the actions of a request and returns the answer's body. A failure is what the Server or an object
// returned, or a *[Fault] of the interpreter; [Header.Failure] writes it.
func (q *Request) Run(s Server, h Header) ([]byte, error) {
	r := &run{request: q, server: s, header: h, known: map[int]any{}, under: map[int]bool{}}
	r.out = h.append(nil, nil)
	for i := range q.actions {
		if err := r.do(&q.actions[i]); err != nil {
			return nil, err
		}
	}
	return append(r.out, ']'), nil
}

type run struct {
	request *Request
	server  Server
	header  Header
	known   map[int]any  // object paths that were followed
	under   map[int]bool // object paths that are being followed
	out     []byte
}

func (r *run) do(a *action) error {
	if a.kind == "StaticMethod" {
		args, err := r.arguments(a.args, a.refs)
		if err != nil {
			return err
		}
		v, err := r.server.Static(a.typeID, a.name, args)
		if err != nil {
			return err
		}
		return r.answer(a.id, v, &query{all: true}, nil)
	}
	v, err := r.follow(a.path)
	if err != nil {
		return err
	}
	o, _ := v.(*Object)
	switch a.kind {
	case "ObjectPath":
		r.begin(a.id)
		r.out = fmt.Appendf(r.out, `{"IsNull":%t}`, v == nil || isNil(v))
		return nil
	case "ObjectIdentityQuery":
		if o == nil {
			return nullReference()
		}
		r.begin(a.id)
		r.out = append(r.out, `{"_ObjectIdentity_":`...)
		r.out = append(appendString(r.out, r.identity(o)), '}')
		return nil
	case "Query":
		return r.answer(a.id, v, a.query, a.items)
	}
	if o == nil {
		return nullReference()
	}
	args, err := r.arguments(a.args, a.refs)
	if err != nil {
		return err
	}
	if a.kind == "SetProperty" {
		return o.set(a.name, args[0])
	}
	result, err := o.call(a.name, args)
	if err != nil || result == nil {
		return err
	}
	return r.answer(a.id, result, &query{all: true}, &query{all: true})
}

// follow returns what an object path leads to; nil for null.
func (r *run) follow(id int) (any, error) {
	if v, ok := r.known[id]; ok {
		return v, nil
	}
	p := r.request.paths[id]
	if p == nil {
		return nil, clientFault(fmt.Sprintf("The object path %d does not exist.", id))
	}
	if r.under[id] {
		return nil, clientFault(fmt.Sprintf("The object path %d leads to itself.", id))
	}
	r.under[id] = true
	defer delete(r.under, id)
	v, err := r.resolve(p)
	if err != nil {
		return nil, err
	}
	if isNil(v) {
		v = nil
	}
	r.known[id] = v
	return v, nil
}

func (r *run) resolve(p *path) (any, error) {
	args, err := r.arguments(p.args, p.refs)
	if err != nil {
		return nil, err
	}
	switch p.kind {
	case "Constructor":
		return r.server.Construct(p.typeID, args)
	case "StaticProperty":
		return r.server.Static(p.typeID, p.name, nil)
	case "StaticMethod":
		if args == nil {
			args = []Value{}
		}
		return r.server.Static(p.typeID, p.name, args)
	case "Identity":
		return r.server.Identify(withoutCorrelation(p.name))
	}
	parent, err := r.follow(p.parent)
	if err != nil {
		return nil, err
	}
	o, _ := parent.(*Object)
	if o == nil {
		return nil, nullReference()
	}
	if p.kind == "Property" {
		return o.property(p.name)
	}
	return o.call(p.name, args)
}

// arguments puts the objects in place that arguments point at.
func (r *run) arguments(values []Value, refs []argRef) ([]Value, error) {
	if len(refs) == 0 {
		return values, nil
	}
	out := append([]Value(nil), values...)
	for _, ref := range refs {
		v, err := r.follow(ref.path)
		if err != nil {
			return nil, err
		}
		o, _ := v.(*Object)
		out[ref.at].Object = o
		if v == nil {
			out[ref.at].Type = "Null"
		}
	}
	return out, nil
}

// withoutCorrelation cuts the caller's own GUID and the bar off an identity.
func withoutCorrelation(identity string) string {
	for i := range len(identity) {
		if identity[i] == '|' {
			return identity[i+1:]
		}
	}
	return identity
}

func (r *run) identity(o *Object) string {
	if o.Identity == "" {
		return ""
	}
	return r.header.TraceID + "|" + o.Identity
}

func isNil(v any) bool {
	o, ok := v.(*Object)
	return v == nil || ok && o == nil
}

func nullReference() error {
	return &Fault{Code: unknownError, Type: "Microsoft.SharePoint.Client.NullReferenceException", Message: "Object reference not set to an instance of an object on server."}
}

// AsFault returns the Fault in err's chain.
func AsFault(err error) (*Fault, bool) { return errors.AsType[*Fault](err) }
