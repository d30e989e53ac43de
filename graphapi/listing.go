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
	wire     func(v T) any
}

// list answers a collection of directory objects: what the query's filter and search leave, in its order, one page.
func list[T any](r *request, call *odata.Call, s *objectSet, context string, from source[T]) (*reply, error) {
	if err := s.check(r, call); err != nil {
		return nil, err
	}
	q := call.Query
	fits := func(v T) bool {
		if q.Filter == nil && q.Search == nil {
			return true
		}
		x := from.resource(v)
		return odata.Eval(q.Filter, x) && (q.Search == nil || odata.MatchSearch(q.Search, x, s.tokenised...))
	}
	var count *int
	if call.Count || q.Count && r.eventual() && q.SkipToken == "" {
		n := 0
		for v := range from.all("") {
			if fits(v) {
				n++
			}
		}
		if call.Count {
			return counted(n), nil
		}
		count = &n
	}
	entries, next, err := pageFrom(r, call, from, fits)
	if err != nil {
		return nil, err
	}
	rows := make([]any, len(entries))
	for i, v := range entries {
		rows[i] = from.wire(v)
	}
	return page(call, context, rows, count, next), nil
}

// pageFrom finds the page's entries, and looks at no more of the others than it must.
func pageFrom[T any](r *request, call *odata.Call, from source[T], fits func(T) bool) ([]T, string, error) {
	q := call.Query
	if q.Top == 0 || q.Top > directoryMost {
		return nil, "", problem.For(problem.Invalid, problem.Malformed, "$top",
			"Invalid page size specified: '%d'. Must be between 1 and %d inclusive.", q.Top, directoryMost)
	}
	size, err := pageSize(q, directoryPage, directoryMost)
	if err != nil {
		return nil, "", err
	}
	var token odata.SkipToken
	if q.SkipToken != "" {
		if token, err = q.DecodeSkipToken(); err != nil {
			return nil, "", err
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
		return sortedPage(r, call, from, fits)
	}
	entries := make([]T, 0, size)
	for v := range seq {
		if !fits(v) {
			continue
		}
		if len(entries) == size {
			last := entries[size-1]
			after := []string{from.id(last)}
			if len(q.OrderBy) > 0 {
				after = []string{from.rank(last), from.id(last)}
			}
			return entries, r.nextLink(odata.SkipToken{After: after, Options: q.Hash()}.Encode()), nil
		}
		entries = append(entries, v)
	}
	return entries, "", nil
}

// sortedPage is for orders without an index: everything that fits is sorted.
func sortedPage[T any](r *request, call *odata.Call, from source[T], fits func(T) bool) ([]T, string, error) {
	type entry struct {
		v T
		odata.Resource
	}
	var all []entry
	for v := range from.all("") {
		if fits(v) {
			all = append(all, entry{v, from.resource(v)})
		}
	}
	odata.Sort(all, call.Query.OrderBy)
	page, next, err := pageOf(r, call, all, directoryPage, directoryMost, func(e entry) string { return from.id(e.v) })
	entries := make([]T, len(page))
	for i, e := range page {
		entries[i] = e.v
	}
	return entries, next, err
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
