package odata

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// Match is a path that has met the tree: the operation is known, nothing has been looked up yet. A face checks the
// caller's permissions between [Tree.Match] and [Match.Call], and opens its transaction there.
type Match[C any] struct {
	Operation *Operation[C]
	call      Call
	steps     []step[C]
}

// step is one lookup that Match.Call will do.
type step[C any] struct {
	node    string
	missing string // what a creating operation is told when the lookup finds nothing
	resolve func(c C, parent any) (any, error)
}

// The failures of a path.
func unknownSegment(name string) error {
	return problem.For(problem.NotFound, problem.UnknownSegment, name, "resource not found for the segment '%s'", name)
}

func notEmulated(name string) error {
	return problem.For(problem.Unsupported, problem.FeatureNotEmulated, name, "'%s' is not emulated", name)
}

// Match finds the operation that answers to the method and path; q, which may be nil, gives aliases their values. It
// fails with problem.UnknownSegment, problem.MethodNotAllowed or problem.FeatureNotEmulated, the segment as target, or
// with problem.Malformed where arguments do not fit.
func (t *Tree[C]) Match(method string, path []Segment, q *Query) (*Match[C], error) {
	if q == nil {
		q = &Query{Top: None, Skip: None}
	}
	m := &matcher[C]{tree: t, node: t.root, method: method, query: q}
	for i := range path {
		if err := m.segment(path[i], path[i+1:]); err != nil {
			return nil, err
		}
		if m.done {
			break
		}
	}
	if m.operation == nil {
		last := ""
		if len(path) > 0 {
			last = path[len(path)-1].Name
		}
		if err := m.finish(m.node.operations[""], last); err != nil {
			return nil, err
		}
	}
	m.call.Query, m.call.Template = q, m.template.String()
	if m.call.Template == "" {
		m.call.Template = "/"
	}
	return &Match[C]{Operation: m.operation, call: m.call, steps: m.steps}, nil
}

// Call looks up what the path names, from left to right. A failure is that of the declaration's own function.
func (m *Match[C]) Call(c C) (*Call, error) {
	call := m.call
	call.Steps = make([]Step, 0, len(m.steps))
	var value any
	for i, s := range m.steps {
		if s.resolve != nil {
			v, err := s.resolve(c, value)
			if err != nil {
				last := i == len(m.steps)-1 && s.missing != "" && m.Operation.Creates
				if !last || problem.KindOf(err) != problem.NotFound {
					return nil, err
				}
				call.Missing, v = s.missing, value
			}
			value = v
		}
		call.Steps = append(call.Steps, Step{s.node, value})
	}
	call.Value = value
	return &call, nil
}

// Do looks up what the path names and runs the operation.
func (m *Match[C]) Do(c C) (any, error) {
	call, err := m.Call(c)
	if err != nil {
		return nil, err
	}
	return m.Operation.Handler(c, call)
}

// Template returns the matched path as it is declared.
func (m *Match[C]) Template() string { return m.call.Template }

type matcher[C any] struct {
	tree      *Tree[C]
	node      *linked[C]
	method    string
	query     *Query
	steps     []step[C]
	call      Call
	operation *Operation[C]
	template  strings.Builder
	done      bool
}

// segment takes one segment; rest are those behind it.
func (m *matcher[C]) segment(s Segment, rest []Segment) error {
	name := m.tree.dialect.fold(s.Name)
	qualified := strings.HasPrefix(name, "microsoft.graph.")
	bare := strings.TrimPrefix(name, "microsoft.graph.")
	if edges := m.node.children[name]; edges != nil {
		return m.follow(edges, s)
	}
	if qualified {
		if edges := m.node.children[bare]; edges != nil {
			return m.follow(edges, s)
		}
	}
	if cast, ok := m.node.casts[strings.ToLower(typeName(name))]; ok {
		m.call.Cast = cast
		m.template.WriteString("/microsoft.graph." + cast)
		return nil
	}
	if qualified {
		name = bare
	}
	if name != "" && len(m.node.operations[name]) > 0 {
		if len(rest) > 0 {
			return unknownSegment(rest[0].Name)
		}
		return m.operate(m.node.operations[name], s)
	}
	if property, ok := m.node.properties[name]; ok && !s.HasParens && !s.HasPath {
		return m.property(property, rest)
	}
	if name == "$count" && len(rest) == 0 {
		if err := m.finish(m.node.operations[""], s.Name); err != nil || m.operation.Countable {
			m.call.Count = true
			m.template.WriteString("/$count")
			return err
		}
		return unknownSegment(s.Name)
	}
	if m.node.notEmulated[name] {
		return notEmulated(s.Name)
	}
	if m.node.member != nil && m.tree.dialect == Graph && !strings.HasPrefix(s.Text, "$") && !qualified {
		return m.keyed(s, false)
	}
	return unknownSegment(s.Name)
}

// typeName takes the namespace from a type's qualified name, "" for any other name. The metadata declares "graph" as the
// short name of "microsoft.graph", and Microsoft's SDKs write that one in casts.
func typeName(name string) string {
	if short, ok := strings.CutPrefix(name, "graph."); ok {
		return short
	}
	if full, ok := strings.CutPrefix(name, "microsoft.graph."); ok {
		return full
	}
	return ""
}

// follow goes along the first of the children of that name that takes the arguments.
func (m *matcher[C]) follow(edges []*edge[C], s Segment) error {
	var first error
	for _, e := range edges {
		child := e.Child
		args, err := m.bind(child.Params, s, true)
		isKey := len(child.Params) == 0 && len(s.Args) > 0 && e.to.member != nil
		if err != nil && !isKey {
			if first == nil {
				first = err
			}
			continue
		}
		st := step[C]{node: e.to.Name}
		if child.Resolve != nil {
			st.resolve = func(c C, parent any) (any, error) { return child.Resolve(c, parent, args) }
		}
		m.advance(e.to, st, "/"+child.Name+paramTemplate(child.Params))
		if isKey {
			return m.keyed(s, true)
		}
		return m.colon(s)
	}
	return first
}

func (m *matcher[C]) advance(to *linked[C], st step[C], template string) {
	m.steps = append(m.steps, st)
	m.node, m.call.Cast = to, ""
	m.template.WriteString(template)
}

// keyed takes s as the key of the current collection: its argument, or its text.
func (m *matcher[C]) keyed(s Segment, args bool) error {
	key := m.node.key
	p, err := m.predicate(key, s, args)
	if err != nil {
		return err
	}
	t := m.template.String()
	m.advance(m.node.member, step[C]{
		node:    m.node.member.Name,
		missing: "/" + p.Text(),
		resolve: func(c C, parent any) (any, error) { return key.Resolve(c, parent, p) },
	}, strings.TrimPrefix(m.tree.keyTemplate(t, key.Name), t))
	return m.colon(s)
}

func (m *matcher[C]) predicate(key Key[C], s Segment, args bool) (Predicate, error) {
	if args {
		if len(s.Args) > 1 {
			return Predicate{}, invalid(s.Name, "the key has one value")
		}
		name, ok := m.keyName(key, s.Args[0].Name)
		if !ok {
			return Predicate{}, invalid(s.Args[0].Name, "'%s' is no key of '%s'", s.Args[0].Name, s.Name)
		}
		value, err := m.value(s.Args[0])
		return Predicate{name, value}, err
	}
	if name, text, ok := strings.Cut(s.Text, "="); ok && name != "" {
		if name, ok := m.keyName(key, name); ok {
			if value, ok := parseArgValue(text); ok {
				return Predicate{name, value}, nil
			}
		}
	}
	return Predicate{Value: StringLiteral(s.Text)}, nil
}

// keyName returns the declared spelling of a key's name, "" for the key property itself.
func (m *matcher[C]) keyName(key Key[C], name string) (string, bool) {
	own := key.Name
	if own == "" {
		own = "id"
	}
	fold := m.tree.dialect.fold
	if name == "" || fold(name) == fold(own) {
		return "", true
	}
	for _, a := range key.Alternates {
		if fold(a) == fold(name) {
			return a, true
		}
	}
	return "", false
}

// colon adds the lookup of the segment's colon path.
func (m *matcher[C]) colon(s Segment) error {
	if !s.HasPath {
		return nil
	}
	path := m.node.path
	if path == nil {
		return unknownSegment(s.Name + ":")
	}
	if s.Path == "/" {
		return nil
	}
	m.advance(m.node.pathTo, step[C]{
		node:    m.node.pathTo.Name,
		missing: s.Path,
		resolve: func(c C, self any) (any, error) { return path(c, self, s.Path) },
	}, ":/{path}:")
	return nil
}

// operate ends the path in an operation with a segment of its own.
func (m *matcher[C]) operate(candidates []*Operation[C], s Segment) error {
	if s.HasPath {
		return unknownSegment(s.Name + ":")
	}
	if err := m.finish(candidates, s.Name); err != nil {
		return err
	}
	var first error
	for _, o := range candidates {
		if o.Method != m.operation.Method {
			continue
		}
		args, err := m.bind(o.Params, s, false)
		if err == nil {
			m.operation, m.call.Args = o, args
			m.template.WriteString("/" + o.Segment + paramTemplate(o.Params))
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// property ends the path in a property of the node.
func (m *matcher[C]) property(name string, rest []Segment) error {
	switch {
	case len(rest) == 1 && m.tree.dialect.fold(rest[0].Name) == "$value":
		m.call.RawValue = true
	case len(rest) > 0:
		return unknownSegment(rest[0].Name)
	}
	if m.tree.dialect == SharePoint && m.method == "POST" {
		m.method = "GET" // clients there read by POST as well
	}
	m.call.Property = name
	m.template.WriteString("/" + name)
	return m.finish(m.node.operations[""], name)
}

// finish picks the candidate with the request's method.
func (m *matcher[C]) finish(candidates []*Operation[C], segment string) error {
	method := m.method
	for range 2 {
		i := slices.IndexFunc(candidates, func(o *Operation[C]) bool { return o.Method == method })
		if i >= 0 {
			m.operation, m.done = candidates[i], true
			return nil
		}
		if method != "HEAD" {
			break
		}
		method = "GET"
	}
	return problem.For(problem.Invalid, problem.MethodNotAllowed, segment, "%s is not allowed here", m.method)
}

// bind puts the arguments of a segment under the names of the parameters. What stands not in parentheses may stand in
// the query: GetSiteAdministrators?siteId='…'.
func (m *matcher[C]) bind(params []string, s Segment, required bool) (Args, error) {
	if len(s.Args) > len(params) {
		return nil, invalid(s.Name, "'%s' takes %d arguments", s.Name, len(params))
	}
	var args Args
	fold := m.tree.dialect.fold
	for i, a := range s.Args {
		p := i
		if a.Name != "" {
			p = slices.IndexFunc(params, func(p string) bool { return fold(strings.TrimSuffix(p, "?")) == fold(a.Name) })
		}
		if p < 0 {
			return nil, invalid(a.Name, "'%s' has no parameter '%s'", s.Name, a.Name)
		}
		name := strings.TrimSuffix(params[p], "?")
		if _, twice := args.Get(name); twice {
			return nil, invalid(name, "the argument stands twice")
		}
		value, err := m.value(a)
		if err != nil {
			return nil, err
		}
		args = append(args, Arg{Name: name, Value: value})
	}
	for _, p := range params {
		name, optional := strings.CutSuffix(p, "?")
		if _, ok := args.Get(name); ok {
			continue
		}
		if text, ok := m.query.Custom.get(name); ok && !s.HasParens {
			value, ok := parseArgValue(text)
			if !ok {
				value = Literal{kind: Raw, text: text}
			}
			args = append(args, Arg{Name: name, Value: value})
		} else if required && !optional {
			return nil, problem.For(problem.Invalid, problem.MissingProperty, name, "'%s' needs the parameter '%s'", s.Name, name)
		}
	}
	return args, nil
}

// value returns what an argument stands for.
func (m *matcher[C]) value(a Arg) (Literal, error) {
	if a.Alias == "" {
		return a.Value, nil
	}
	text, ok := m.query.Custom.get(a.Alias)
	if !ok {
		return Literal{}, invalid(a.Alias, "the parameter alias has no value")
	}
	l, ok := parseArgValue(strings.TrimSpace(text))
	if !ok {
		return Literal{}, invalid(a.Alias, "the parameter alias is malformed")
	}
	return l, nil
}
