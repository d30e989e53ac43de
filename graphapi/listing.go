package graphapi

import (
	"iter"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// Pages of directory collections (graph.md 1.5).
const (
	directoryPage = 100
	directoryMost = 999
)

// source is where the entries of a collection come from.
type source[T any] struct {
	// all yields the entries by id, beginning behind the one named ("" for the first). It may leave out what the filter
	// leaves out anyway.
	all func(after string) iter.Seq[T]
	// sorted yields the entries in the order of a property, where there is an index; ok is false where there is none.
	sorted func(by odata.Order, after []string) (seq iter.Seq[T], ok bool)
	// rank is an entry's place in the order of sorted.
	rank     func(v T) string
	id       func(v T) string
	resource func(v T) odata.Resource
	// wire is an entry as it goes out. It is written before the next one is asked for.
	wire func(v *T) (any, error)
	wide []string // what comes without $select, where that is more than the default set
}

// list answers a collection of directory objects: what the query's filter and search leave, in its order, one page.
func list[T any](r *request, call *odata.Call, s *objectSet, context string, from source[T]) (*reply, error) {
	if err := s.check(r, call); err != nil {
		return nil, err
	}
	q := call.Query
	fits := func(v *T) bool {
		if q.Filter == nil && q.Search == nil {
			return true
		}
		x := from.resource(*v)
		return odata.Eval(q.Filter, x) && (q.Search == nil || odata.MatchSearch(q.Search, x, s.tokenised...))
	}
	var count *int
	if call.Count || q.Count && r.eventual() && q.SkipToken == "" {
		n := 0
		for v := range from.all("") {
			if fits(&v) {
				n++
			}
		}
		if call.Count {
			return counted(n), nil
		}
		count = &n
	}
	shape := q.Shape()
	if len(shape.Select) == 0 {
		shape.Select = from.wide
	}
	buffer := takeBuffer()
	rows := odata.NewRows(*buffer, shape)
	next, err := pageFrom(r, call, from, fits, func(v *T) error {
		w, err := from.wire(v)
		if err != nil {
			return err
		}
		return rows.Append(w)
	})
	if err != nil {
		return nil, err
	}
	return encodedPage(call, context, buffer, rows, set{count: count, next: next}), nil
}

// pageFrom tells the page's entries, and looks at no more of the others than it must.
func pageFrom[T any](r *request, call *odata.Call, from source[T], fits func(*T) bool, tell func(*T) error) (next string, err error) {
	q := call.Query
	if q.Top == 0 || q.Top > directoryMost {
		return "", problem.For(problem.Invalid, problem.Malformed, "$top",
			"Invalid page size specified: '%d'. Must be between 1 and %d inclusive.", q.Top, directoryMost)
	}
	size, err := pageSize(q, directoryPage, directoryMost)
	if err != nil {
		return "", err
	}
	var token odata.SkipToken
	if q.SkipToken != "" {
		if token, err = q.DecodeSkipToken(); err != nil {
			return "", err
		}
	}
	seq, ordered := iter.Seq[T](nil), false
	switch {
	case len(q.OrderBy) == 0:
		after := ""
		if len(token.After) > 0 {
			after = token.After[len(token.After)-1]
		}
		seq, ordered = from.all(after), true
	case len(q.OrderBy) == 1 && from.sorted != nil:
		seq, ordered = from.sorted(q.OrderBy[0], token.After)
	}
	if !ordered {
		return sortedPage(r, call, from, fits, tell)
	}
	var entry, last T // one of each, however long the page is
	told := 0
	for entry = range seq {
		if !fits(&entry) {
			continue
		}
		if told == size {
			after := []string{from.id(last)}
			if len(q.OrderBy) > 0 {
				after = []string{from.rank(last), from.id(last)}
			}
			return r.nextLink(odata.SkipToken{After: after, Options: q.Hash()}.Encode()), nil
		}
		if err := tell(&entry); err != nil {
			return "", err
		}
		if told++; told == size {
			last = entry
		}
	}
	return "", nil
}

// sortedPage is for orders without an index: everything that fits is sorted.
func sortedPage[T any](r *request, call *odata.Call, from source[T], fits func(*T) bool, tell func(*T) error) (next string, err error) {
	type entry struct {
		v T
		odata.Resource
	}
	var all []entry
	for v := range from.all("") {
		if fits(&v) {
			all = append(all, entry{v, from.resource(v)})
		}
	}
	odata.Sort(all, call.Query.OrderBy)
	page, next, err := pageOf(r, call, all, directoryPage, directoryMost, func(e entry) string { return from.id(e.v) })
	if err != nil {
		return "", err
	}
	for i := range page {
		if err := tell(&page[i].v); err != nil {
			return "", err
		}
	}
	return next, nil
}

// behind leaves out what comes, by id, up to and with the one named.
func behind[T any](seq iter.Seq[T], after string, id func(T) string) iter.Seq[T] {
	if after == "" {
		return seq
	}
	return func(yield func(T) bool) {
		for v := range seq {
			if strings.ToLower(id(v)) > strings.ToLower(after) && !yield(v) {
				return
			}
		}
	}
}

// few yields a handful of entries by id.
func few[T any](entries []T, after string, id func(T) string) iter.Seq[T] {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(a, b T) int { return strings.Compare(id(a), id(b)) })
	return behind(slices.Values(entries), after, id)
}
