package odata

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// None is the value of [Query.Top] and [Query.Skip] where the option is absent.
const None = -1

// MaxQuery is the length in bytes up to which a query is read.
const MaxQuery = 64 << 10

// Query holds the options of a request, or those within the parentheses of an $expand.
type Query struct {
	Select     Select
	Filter     Expr // nil where absent
	OrderBy    []Order
	Expand     []Expand
	Search     Search // nil where absent
	Top        int    // None where absent
	Skip       int    // None where absent
	SkipToken  string
	DeltaToken string
	Count      bool
	Format     string
	// Given names the options that the request has, without their $, in lower case and in the order of the request, so
	// that a resource can refuse what it does not take.
	Given []string
	// Custom are the parameters that are no options of OData: token, @v, includePersonalSite.
	Custom Params
}

// Expand is one navigation property that is to come along.
type Expand struct {
	Path  string // principal, Author/Manager
	Query *Query // the options in its parentheses; never nil
}

// Params are query parameters in the order of the request.
type Params []Param

// Param is a query parameter, decoded.
type Param struct{ Name, Value string }

// Get returns the first parameter of that name, whatever its case, or "".
func (p Params) Get(name string) string {
	v, _ := p.get(name)
	return v
}

// Has reports whether there is a parameter of that name.
func (p Params) Has(name string) bool {
	_, ok := p.get(name)
	return ok
}

func (p Params) get(name string) (string, bool) {
	for _, x := range p {
		if strings.EqualFold(x.Name, name) {
			return x.Value, true
		}
	}
	return "", false
}

// Has reports whether the request names the option (without its $): q.Has("orderby").
func (q *Query) Has(option string) bool { return slices.Contains(q.Given, option) }

// The options, by their names without the $. Graph takes those marked true without the $ as well; search and format
// stay parameters of their own there (/sites?search=x).
//
//nolint:gochecknoglobals // a constant table
var optionNames = map[string]bool{
	"select": true, "filter": true, "orderby": true, "expand": true, "top": true, "skip": true, "skiptoken": true,
	"count": true, "search": false, "format": false, "deltatoken": false,
}

// ParseQuery reads a raw query string. What is unreadable, stands twice or is unknown fails as problem.Invalid with the
// option as target. Names of options are taken in any case.
func ParseQuery(raw string, d Dialect) (*Query, error) {
	if len(raw) > MaxQuery {
		return nil, problem.New(problem.TooLarge, problem.LimitExceeded, "the query is too long")
	}
	q := &Query{Top: None, Skip: None}
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(k)
		if err != nil {
			return nil, invalid(k, "the escape is malformed")
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return nil, invalid(name, "the escape is malformed")
		}
		option, ok, err := optionOf(name, d)
		if err != nil {
			return nil, err
		}
		if !ok {
			q.Custom = append(q.Custom, Param{name, value})
			continue
		}
		if err := q.set(option, value, 0); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// optionOf returns the option's plain name; ok is false for a custom parameter.
func optionOf(name string, d Dialect) (option string, ok bool, err error) {
	if plain, found := strings.CutPrefix(name, "$"); found {
		plain = strings.ToLower(plain)
		if _, ok := optionNames[plain]; !ok {
			return "", false, problem.For(problem.Invalid, problem.UnsupportedQuery, name, "the query option '%s' is not supported", name)
		}
		return plain, true, nil
	}
	plain := strings.ToLower(name)
	return plain, d == Graph && optionNames[plain], nil
}

// set reads one option.
func (q *Query) set(option, value string, depth int) error {
	target := "$" + option
	if q.Has(option) {
		return invalid(target, "the option stands twice")
	}
	var err error
	switch option {
	case "select":
		q.Select, err = ParseSelect(value)
	case "filter":
		q.Filter, err = ParseFilter(value)
	case "orderby":
		q.OrderBy, err = ParseOrderBy(value)
	case "expand":
		q.Expand, err = parseExpand(value, depth)
	case "search":
		q.Search, err = ParseSearch(value)
	case "top":
		q.Top, err = parseCount(target, value)
	case "skip":
		q.Skip, err = parseCount(target, value)
	case "count":
		switch strings.ToLower(value) {
		case "true":
			q.Count = true
		case "false":
		default:
			err = invalid(target, "'%s' is neither true nor false", value)
		}
	case "skiptoken":
		q.SkipToken = value
	case "deltatoken":
		q.DeltaToken = value
	case "format":
		q.Format = value
	}
	if err != nil {
		return err
	}
	q.Given = append(q.Given, option)
	return nil
}

func parseCount(target, s string) (int, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return 0, invalid(target, "'%s' is no number that is zero or more", s)
	}
	return int(n), nil
}

// maxExpand is how deep $expand may nest.
const maxExpand = 6

// parseExpand reads a,b/c,d(select=x;top=5).
func parseExpand(s string, depth int) ([]Expand, error) {
	const target = "$expand"
	if depth == maxExpand {
		return nil, problem.For(problem.Invalid, problem.LimitExceeded, target, "the option nests too deep")
	}
	var all []Expand
	for more := true; more; {
		var part string
		part, s, more = cutOutside(s, ',')
		part = strings.TrimSpace(part)
		e := Expand{Path: part, Query: &Query{Top: None, Skip: None}}
		if i := strings.IndexByte(part, '('); i >= 0 {
			if !strings.HasSuffix(part, ")") {
				return nil, invalid(target, "'%s' is malformed", part)
			}
			e.Path = strings.TrimSpace(part[:i])
			if err := e.Query.nested(part[i+1:len(part)-1], depth+1); err != nil {
				return nil, err
			}
		}
		if e.Path != "*" && !isPath(e.Path) {
			return nil, invalid(target, "'%s' is malformed", part)
		}
		if slices.ContainsFunc(all, func(x Expand) bool { return x.Path == e.Path }) {
			return nil, invalid(target, "'%s' stands twice", e.Path)
		}
		all = append(all, e)
	}
	return all, nil
}

// nested reads the options within the parentheses of an $expand, with ; or & between them and with or without $.
func (q *Query) nested(s string, depth int) error {
	for more := true; more; {
		var part string
		part, s, more = cutOutside(s, ';')
		k, v, ok := strings.Cut(part, "=")
		name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(k), "$"))
		switch name {
		case "select", "filter", "orderby", "expand", "top", "skip", "count":
		case "levels":
			if err := q.levels(v); err != nil {
				return err
			}
			continue
		default:
			ok = false
		}
		if !ok {
			return invalid("$expand", "'%s' is no option here", strings.TrimSpace(k))
		}
		if err := q.set(name, v, depth); err != nil {
			return err
		}
	}
	return nil
}

// levels keeps how often an expansion repeats itself, a number or max, as the custom parameter $levels.
func (q *Query) levels(v string) error {
	if n, err := strconv.Atoi(v); v != "max" && (err != nil || n < 1) {
		return invalid("$levels", "'%s' is neither max nor a number above zero", v)
	}
	if q.Custom.Has("$levels") {
		return invalid("$levels", "the option stands twice")
	}
	q.Custom = append(q.Custom, Param{"$levels", v})
	return nil
}

// Expands returns the options of the expanded navigation property, nil where it is not expanded. Names match in any
// case; of a path the first part counts.
func (q *Query) Expands(name string) *Query {
	for i := range q.Expand {
		first, _, _ := strings.Cut(q.Expand[i].Path, "/")
		if strings.EqualFold(first, name) || first == "*" {
			return q.Expand[i].Query
		}
	}
	return nil
}

// String prints the options canonically and unescaped, custom parameters last: what it prints parses to the same query.
func (q *Query) String() string { return q.print("&") }

func (q *Query) print(sep string) string {
	var parts []string
	for _, option := range q.Given {
		parts = append(parts, "$"+option+"="+q.option(option))
	}
	for _, p := range q.Custom {
		parts = append(parts, p.Name+"="+p.Value)
	}
	return strings.Join(parts, sep)
}

// option prints the value of one option.
func (q *Query) option(name string) string {
	switch name {
	case "select":
		return q.Select.String()
	case "filter":
		return q.Filter.String()
	case "orderby":
		parts := make([]string, len(q.OrderBy))
		for i, o := range q.OrderBy {
			parts[i] = o.String()
		}
		return strings.Join(parts, ",")
	case "expand":
		parts := make([]string, len(q.Expand))
		for i, e := range q.Expand {
			parts[i] = e.Path
			if len(e.Query.Given) > 0 {
				parts[i] += "(" + e.Query.print(";") + ")"
			}
		}
		return strings.Join(parts, ",")
	case "search":
		return q.Search.String()
	case "top":
		return strconv.Itoa(q.Top)
	case "skip":
		return strconv.Itoa(q.Skip)
	case "count":
		return strconv.FormatBool(q.Count)
	case "skiptoken":
		return q.SkipToken
	case "deltatoken":
		return q.DeltaToken
	default:
		return q.Format
	}
}

// Encode prints the options canonically as a raw query string, which [ParseQuery] reads back.
func (q *Query) Encode() string {
	var b strings.Builder
	add := func(name, value string) {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(name) + "=" + url.QueryEscape(value))
	}
	for _, option := range q.Given {
		add("$"+option, q.option(option))
	}
	for _, p := range q.Custom {
		add(p.Name, p.Value)
	}
	return b.String()
}

// NextQuery returns the raw query of the page behind this one: what the client sent, byte by byte, with $skiptoken
// instead of the old one and of $skip.
func NextQuery(raw, token string) string {
	var parts []string
	for part := range strings.SplitSeq(raw, "&") {
		k, _, _ := strings.Cut(part, "=")
		name, _ := url.QueryUnescape(k)
		switch strings.TrimPrefix(strings.ToLower(name), "$") {
		case "", "skiptoken", "skip":
		default:
			parts = append(parts, part)
		}
	}
	return strings.Join(append(parts, "$skiptoken="+url.QueryEscape(token)), "&")
}

// isPath reports whether s is a property path: names joined with slashes.
func isPath(s string) bool {
	for part := range strings.SplitSeq(s, "/") {
		if !isName(part) {
			return false
		}
	}
	return true
}

// isName reports whether s can name a property: letters, digits, _ . @ and the - of Graph's open types.
func isName(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for i, r := range s {
		if !nameRune(r) && r != '-' && (r != '$' || i > 0) {
			return false
		}
	}
	return true
}
