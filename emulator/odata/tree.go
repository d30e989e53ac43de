package odata

import (
	"errors"
	"fmt"
	"strings"
)

// Tree is a linked set of nodes. It is immutable and safe for concurrent use.
type Tree[C any] struct {
	dialect Dialect
	root    *linked[C]
	nodes   map[string]*linked[C]
}

// linked is a node with its names looked up. Inherited declarations follow the node's own.
type linked[C any] struct {
	*Node[C]
	children    map[string][]*edge[C]
	operations  map[string][]*Operation[C]
	properties  map[string]string
	casts       map[string]string
	notEmulated map[string]bool
	key         Key[C]
	member      *linked[C]
	path        func(c C, self any, path string) (any, error)
	pathTo      *linked[C]
}

type edge[C any] struct {
	*Child[C]
	to *linked[C]
}

// NewTree links the nodes; the first one is the root. It refuses names that lead nowhere or stand for two things.
func NewTree[C any](d Dialect, nodes ...Node[C]) (*Tree[C], error) {
	if len(nodes) == 0 {
		return nil, errors.New("odata: a tree needs a root")
	}
	t := &Tree[C]{dialect: d, nodes: make(map[string]*linked[C], len(nodes))}
	for i := range nodes {
		n := &nodes[i]
		if n.Name == "" || t.nodes[n.Name] != nil {
			return nil, fmt.Errorf("odata: node %q is declared twice or has no name", n.Name)
		}
		t.nodes[n.Name] = &linked[C]{Node: n}
	}
	t.root = t.nodes[nodes[0].Name]
	operations := map[string]bool{}
	for i := range nodes {
		n := t.nodes[nodes[i].Name]
		if err := t.link(n); err != nil {
			return nil, fmt.Errorf("odata: node %q: %w", n.Name, err)
		}
		for j := range n.Operations {
			name := n.Operations[j].Name
			if name == "" || operations[name] {
				return nil, fmt.Errorf("odata: node %q: operation %q is declared twice or has no name", n.Name, name)
			}
			if n.Operations[j].Method == "" || n.Operations[j].Handler == nil {
				return nil, fmt.Errorf("odata: node %q: operation %q lacks its method or handler", n.Name, name)
			}
			operations[name] = true
		}
	}
	return t, nil
}

func (t *Tree[C]) find(name string) (*linked[C], error) {
	if n := t.nodes[name]; n != nil {
		return n, nil
	}
	return nil, fmt.Errorf("there is no node %q", name)
}

// link gathers the declarations of n and of all that it extends.
func (t *Tree[C]) link(n *linked[C]) error {
	n.children = map[string][]*edge[C]{}
	n.operations = map[string][]*Operation[C]{}
	n.properties = map[string]string{}
	n.casts = map[string]string{}
	n.notEmulated = map[string]bool{}
	seen := map[string]bool{}
	for at := n.Node; ; {
		if seen[at.Name] {
			return fmt.Errorf("%q extends itself", at.Name)
		}
		seen[at.Name] = true
		if err := t.gather(n, at); err != nil {
			return err
		}
		if at.Extends == "" {
			return nil
		}
		base, err := t.find(at.Extends)
		if err != nil {
			return err
		}
		at = base.Node
	}
}

func (t *Tree[C]) gather(n *linked[C], from *Node[C]) error {
	for i := range from.Children {
		c := &from.Children[i]
		to, err := t.find(c.Of)
		if err != nil {
			return fmt.Errorf("child %q: %w", c.Name, err)
		}
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			key := t.dialect.fold(name)
			n.children[key] = append(n.children[key], &edge[C]{c, to})
		}
	}
	for i := range from.Operations {
		o := &from.Operations[i]
		for _, name := range append([]string{o.Segment}, o.Aliases...) {
			key := t.dialect.fold(name)
			n.operations[key] = append(n.operations[key], o)
		}
	}
	for _, p := range from.Properties {
		n.properties[t.dialect.fold(p)] = p
	}
	for _, c := range from.Casts {
		n.casts[strings.ToLower(c)] = c
	}
	for _, s := range from.NotEmulated {
		n.notEmulated[t.dialect.fold(s)] = true
	}
	if n.member == nil && from.Key.Of != "" {
		member, err := t.find(from.Key.Of)
		if err != nil {
			return fmt.Errorf("key: %w", err)
		}
		if from.Key.Resolve == nil {
			return errors.New("the key has no Resolve")
		}
		n.key, n.member = from.Key, member
	}
	if n.path == nil && from.Path != nil {
		n.path, n.pathTo = from.Path, n
		if from.PathOf != "" {
			to, err := t.find(from.PathOf)
			if err != nil {
				return fmt.Errorf("path: %w", err)
			}
			n.pathTo = to
		}
	}
	return nil
}

// Visit is what [Tree.Walk] tells of an operation.
type Visit[C any] struct {
	Template  string // the shortest path that leads to it: /users/{id}/drive/root/createLink
	Node      *Node[C]
	Operation *Operation[C]
}

// Walk calls visit for each declared operation that can be reached, once, on its shortest path, until visit returns
// false. The order is that of breadth, then of declaration.
func (t *Tree[C]) Walk(visit func(Visit[C]) bool) {
	type place struct {
		node     *linked[C]
		template string
	}
	queue := []place{{t.root, ""}}
	seen := map[*linked[C]]bool{t.root: true}
	done := map[*Operation[C]]bool{}
	push := func(n *linked[C], template string) {
		if n != nil && !seen[n] {
			seen[n] = true
			queue = append(queue, place{n, template})
		}
	}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		for from := p.node.Node; from != nil; from = t.base(from) {
			for i := range from.Operations {
				o := &from.Operations[i]
				if done[o] {
					continue
				}
				done[o] = true
				template := p.template
				if o.Segment != "" || template == "" {
					template += "/" + o.Segment + paramTemplate(o.Params)
				}
				if !visit(Visit[C]{template, p.node.Node, o}) {
					return
				}
			}
			for i := range from.Children {
				c := &from.Children[i]
				push(t.nodes[c.Of], p.template+"/"+c.Name+paramTemplate(c.Params))
			}
		}
		if p.node.member != nil {
			push(p.node.member, t.keyTemplate(p.template, p.node.key.Name))
		}
		if p.node.path != nil {
			push(p.node.pathTo, p.template+":/{path}:")
		}
	}
}

// Operations returns what [Tree.Walk] visits.
func (t *Tree[C]) Operations() []Visit[C] {
	var all []Visit[C]
	t.Walk(func(v Visit[C]) bool { all = append(all, v); return true })
	return all
}

// Unreachable returns the names of the nodes to which no path leads.
func (t *Tree[C]) Unreachable() []string {
	reached := map[*linked[C]]bool{}
	var mark func(n *linked[C])
	mark = func(n *linked[C]) {
		if n == nil || reached[n] {
			return
		}
		reached[n] = true
		for _, edges := range n.children {
			for _, e := range edges {
				mark(e.to)
			}
		}
		mark(n.member)
		mark(n.pathTo)
		for from := t.base(n.Node); from != nil; from = t.base(from) {
			reached[t.nodes[from.Name]] = true
		}
	}
	mark(t.root)
	var names []string
	for name, n := range t.nodes {
		if !reached[n] {
			names = append(names, name)
		}
	}
	return names
}

func (t *Tree[C]) base(n *Node[C]) *Node[C] {
	if base := t.nodes[n.Extends]; base != nil {
		return base.Node
	}
	return nil
}

func (t *Tree[C]) keyTemplate(collection, name string) string {
	if name == "" {
		name = "id"
	}
	if t.dialect == SharePoint {
		return collection + "({" + name + "})"
	}
	return collection + "/{" + name + "}"
}

func paramTemplate(params []string) string {
	if len(params) == 0 {
		return ""
	}
	parts := make([]string, len(params))
	for i, p := range params {
		p = strings.TrimSuffix(p, "?")
		parts[i] = p + "={" + p + "}"
	}
	return "(" + strings.Join(parts, ",") + ")"
}
