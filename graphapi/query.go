package graphapi

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// objectSet is what a collection of directory objects can be asked for (graph.md 3.3). Advanced is what the header
// ConsistencyLevel: eventual opens, together with $count=true but for $search.
type objectSet struct {
	typ        string            // user, for messages
	properties []string          // what $select may name
	beta       []string          // of these, what only beta has
	alone      []string          // of these, what one object alone has
	navigation []string          // what $expand may name
	filter     map[string]string // capabilities by property, see below
	sort       []string          // sortable, without more
	sortMore   []string          // sortable, advanced
	tokenised  []string          // what $search reads word by word; other properties match by their beginning
}

// A capability is eight letters, one for each of eq, ne, not, ge, le, in, startsWith and null: D by default, A advanced,
// - never. A ninth letter is for endsWith, - where it is missing.
const (
	canEq = iota
	canNe
	canNot
	canGe
	canLe
	canIn
	canStart
	canNull
	canEnd
)

// check refuses what the collection cannot be asked for.
func (s *objectSet) check(r *request, call *odata.Call) error {
	q := call.Query
	advanced := r.eventual() && (q.Count || call.Count)
	if call.Count && !r.eventual() {
		return problem.For(problem.Invalid, problem.Malformed, "$count", "$count is not currently supported.")
	}
	if q.Search != nil {
		if !r.eventual() {
			return unsupported("$search", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
		}
		advanced = true
		if err := s.checkSearch(q.Search); err != nil {
			return err
		}
	}
	if q.Skip != odata.None {
		return unsupported("$skip", "'$skip' is not supported by the service.")
	}
	if err := s.checkShape(r, q, false); err != nil {
		return err
	}
	if call.Cast != "" && !advanced && (q.Filter != nil || q.OrderBy != nil) {
		return unsupported("", "The request uses an OData cast with another query option; this needs advanced query parameters.")
	}
	if q.Filter != nil && q.OrderBy != nil && !advanced {
		return unsupported("$orderby", "Sorting not supported for current query.")
	}
	if err := s.checkSort(q, advanced); err != nil {
		return err
	}
	return filterCheck{set: s, advanced: advanced}.expr(q.Filter, false)
}

// checkShape refuses an unknown $select and $expand. one is for a single object, which has some properties more.
func (s *objectSet) checkShape(r *request, q *odata.Query, one bool) error {
	for _, item := range q.Select {
		name, _, _ := strings.Cut(item, "/")
		if name == "*" || slices.ContainsFunc(s.navigation, func(n string) bool { return strings.EqualFold(n, name) }) {
			continue
		}
		is := func(p string) bool { return strings.EqualFold(p, name) }
		if !slices.ContainsFunc(s.properties, is) || r.version != versionBeta && slices.ContainsFunc(s.beta, is) {
			return problem.For(problem.Invalid, problem.UnknownProperty, name,
				"Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, s.typ)
		}
		if !one && slices.ContainsFunc(s.alone, is) {
			return problem.For(problem.Unsupported, problem.None, name, "The property '%s' can be read of one %s at a time.", name, s.typ)
		}
	}
	for _, e := range q.Expand {
		if e.Path != "*" && !slices.ContainsFunc(s.navigation, func(n string) bool { return strings.EqualFold(n, e.Path) }) {
			return problem.For(problem.Invalid, problem.UnsupportedQuery, "$expand",
				"Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", e.Path, s.typ)
		}
	}
	return nil
}

func (s *objectSet) checkSearch(e odata.Search) error {
	var err error
	odata.WalkTerms(e, func(t odata.Term) {
		if t.Property != "" && s.capability(t.Property) == "" && !slices.ContainsFunc(s.tokenised, func(n string) bool { return strings.EqualFold(n, t.Property) }) {
			err = unsupported("$search", "Property '"+t.Property+"' is not searchable.")
		}
	})
	return err
}

func (s *objectSet) checkSort(q *odata.Query, advanced bool) error {
	for _, o := range q.OrderBy {
		is := func(n string) bool { return strings.EqualFold(n, o.Path) }
		if !slices.ContainsFunc(s.sort, is) && (!advanced || !slices.ContainsFunc(s.sortMore, is)) {
			return unsupported("$orderby", "Sorting not supported for current query.")
		}
	}
	return nil
}

// capability returns the capabilities of a property, "" for one that filters do not know.
func (s *objectSet) capability(property string) string {
	for name, c := range s.filter {
		if strings.EqualFold(name, property) {
			return c
		}
	}
	return ""
}

func unsupported(option, text string) error {
	return problem.For(problem.Invalid, problem.UnsupportedQuery, option, "%s", text)
}

// filterCheck walks a filter. of is the collection that the variable of the lambda around stands for.
type filterCheck struct {
	set      *objectSet
	advanced bool
	variable string
	of       string
}

func (c filterCheck) expr(e odata.Expr, denied bool) error {
	switch e := e.(type) {
	case nil, odata.Literal:
		return nil
	case odata.Path:
		return c.path(e, canEq, denied)
	case odata.Not:
		if !c.advanced {
			return unsupported("$filter", "Operator: 'Not' is not supported")
		}
		return c.expr(e.X, true)
	case odata.In:
		return c.operand(e.X, canIn, denied)
	case odata.Lambda:
		return c.lambda(e, denied)
	case odata.Function:
		return c.function(e, denied)
	case odata.Binary:
		return c.binary(e, denied)
	}
	return unsupported("$filter", "Unsupported Query.")
}

func (c filterCheck) binary(e odata.Binary, denied bool) error {
	var column int
	switch e.Op {
	case odata.And, odata.Or:
		if err := c.expr(e.Left, denied); err != nil {
			return err
		}
		return c.expr(e.Right, denied)
	case odata.Eq:
		column = canEq
	case odata.Ne:
		column = canNe
	case odata.Ge:
		column = canGe
	case odata.Le:
		column = canLe
	case odata.Gt, odata.Lt, odata.Has:
		return unsupported("$filter", "Unsupported or invalid query filter clause specified for property '"+e.Left.String()+"' of resource '"+c.set.typ+"'.")
	}
	if l, ok := e.Right.(odata.Literal); ok && l.Value() == nil {
		if err := c.operand(e.Left, canNull, denied); err != nil {
			return err
		}
		if e.Op == odata.Eq {
			return nil
		}
	}
	if err := c.operand(e.Left, column, denied); err != nil {
		return err
	}
	return c.operand(e.Right, column, denied)
}

// operand checks one side of a comparison.
func (c filterCheck) operand(e odata.Expr, column int, denied bool) error {
	if p, ok := e.(odata.Path); ok {
		return c.path(p, column, denied)
	}
	return c.expr(e, denied)
}

func (c filterCheck) path(p odata.Path, column int, denied bool) error {
	name, rest, _ := strings.Cut(string(p), "/")
	if c.variable != "" && name == c.variable {
		name = c.of
	}
	if rest == "$count" {
		return c.needs("A", name)
	}
	can := c.set.capability(name)
	if can == "" {
		if slices.ContainsFunc(c.set.properties, func(n string) bool { return strings.EqualFold(n, name) }) {
			return unsupported("$filter", "The request uses a filter property that is not indexed: '"+name+"'.")
		}
		return problem.For(problem.Invalid, problem.UnknownProperty, name, "Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, c.set.typ)
	}
	if denied {
		if err := c.needs(at(can, canNot), name); err != nil {
			return err
		}
	}
	return c.needs(at(can, column), name)
}

func at(can string, column int) string {
	if column >= len(can) {
		return "-"
	}
	return can[column : column+1]
}

// needs fails unless the request may do what the letter stands for.
func (c filterCheck) needs(letter, property string) error {
	if letter == "D" || letter == "A" && c.advanced {
		return nil
	}
	return unsupported("$filter", "Unsupported or invalid query filter clause specified for property '"+property+"' of resource '"+c.set.typ+"'.")
}

func (c filterCheck) lambda(l odata.Lambda, denied bool) error {
	if l.All && !c.advanced {
		return unsupported("$filter", "Operator: 'All' is not supported")
	}
	c.variable, c.of = l.Var, string(l.Path)
	if l.Body == nil {
		return c.path(l.Path, canEq, denied)
	}
	return c.expr(l.Body, denied)
}

func (c filterCheck) function(f odata.Function, denied bool) error {
	column := 0
	switch f.Name {
	case "startswith":
		column = canStart
	case "endswith":
		column = canEnd
	default:
		return unsupported("$filter", "Unsupported Query.")
	}
	if f.Name == "endswith" && !c.advanced {
		return unsupported("$filter", "Unsupported Query.")
	}
	return c.operand(f.Args[0], column, denied)
}
