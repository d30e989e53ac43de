package odata

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// Select is a list of property paths: id, A/B, *. The zero value selects the default set.
type Select []string

// ParseSelect reads a $select. Doubles are dropped.
func ParseSelect(s string) (Select, error) {
	var sel Select
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part != "*" && !isPath(strings.TrimSuffix(part, "/*")) {
			return nil, invalid("$select", "'%s' names no property", part)
		}
		if !slices.Contains(sel, part) {
			sel = append(sel, part)
		}
	}
	return sel, nil
}

func (s Select) String() string { return strings.Join(s, ",") }

// Has reports whether the property is named, itself or by something within it, in any case. A * does not name it.
func (s Select) Has(name string) bool {
	for _, item := range s {
		first, _, _ := strings.Cut(item, "/")
		if strings.EqualFold(first, name) {
			return true
		}
	}
	return false
}

// Within returns what is selected of the named property's own properties; empty where it is named as a whole.
func (s Select) Within(name string) Select {
	var sub Select
	for _, item := range s {
		first, rest, nested := strings.Cut(item, "/")
		if !strings.EqualFold(first, name) {
			continue
		}
		if !nested {
			return nil
		}
		sub = append(sub, rest)
	}
	return sub
}

// Order is one key of an $orderby.
type Order struct {
	Path string
	Desc bool
}

func (o Order) String() string {
	if o.Desc {
		return o.Path + " desc"
	}
	return o.Path
}

// ParseOrderBy reads an $orderby: a,b/c desc.
func ParseOrderBy(s string) ([]Order, error) {
	var orders []Order
	for part := range strings.SplitSeq(s, ",") {
		f := strings.Fields(part)
		if len(f) == 0 || len(f) > 2 || !isPath(f[0]) {
			return nil, invalid("$orderby", "'%s' is malformed", strings.TrimSpace(part))
		}
		o := Order{Path: f[0]}
		if len(f) == 2 {
			switch strings.ToLower(f[1]) {
			case "asc":
			case "desc":
				o.Desc = true
			default:
				return nil, invalid("$orderby", "'%s' is no direction", f[1])
			}
		}
		orders = append(orders, o)
	}
	return orders, nil
}

// Compare orders a and b by the keys: null first, strings in any case. Callers sort stably, or add a unique key.
func Compare(orders []Order, a, b Resource) int {
	for _, o := range orders {
		x, y := lookup(a, o.Path), lookup(b, o.Path)
		var c int
		switch {
		case x == nil || y == nil:
			c = cmp.Compare(rank(x), rank(y))
		default:
			c, _ = compare(x, y)
		}
		if o.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func rank(v any) int {
	if v == nil {
		return 0
	}
	return 1
}

// Sort orders the items by the keys, stably.
func Sort[T Resource](items []T, orders []Order) {
	sortBy(items, orders, func(i T) Resource { return i })
}

// SortRows is Sort for wire structs, pointers to such, or any of them.
func SortRows[T any](rows []T, orders []Order) {
	sortBy(rows, orders, func(v T) Resource { return ResourceOf(v) })
}

// sortBy is Sort for what is not a resource itself. (Package slices would have code of its own for each type of wire
// structs, half a megabyte in all.)
func sortBy[T any](items []T, orders []Order, of func(T) Resource) {
	if len(orders) > 0 {
		sort.SliceStable(items, func(i, j int) bool { return Compare(orders, of(items[i]), of(items[j])) < 0 })
	}
}
