package graphapi

import (
	"slices"
	"strconv"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// pageSize is how many entries a page has: $top, within the resource's limit, or its default.
func pageSize(q *odata.Query, byDefault, most int) (int, error) {
	switch {
	case q.Top == odata.None:
		return byDefault, nil
	case q.Top < 1:
		return 0, problem.For(problem.Invalid, problem.Malformed, "$top", "Invalid value '%d' for $top query option found. The $top query option requires a positive integer value.", q.Top)
	}
	return min(q.Top, most), nil
}

// pageOf cuts a page out of rows, which the caller has filtered and sorted; key is unique. next is the nextLink, "" on
// the last page. An entry that is gone meanwhile does not stop the client: it goes on at the place where the entry stood.
func pageOf[T any](r *request, call *odata.Call, rows []T, byDefault, most int, key func(T) string) (page []T, next string, err error) {
	size, err := pageSize(call.Query, byDefault, most)
	if err != nil {
		return nil, "", err
	}
	start := 0
	if call.Query.Skip != odata.None {
		start = min(call.Query.Skip, len(rows))
	}
	if call.Query.SkipToken != "" {
		if start, err = resume(call.Query, rows, key); err != nil {
			return nil, "", err
		}
	}
	rest := rows[start:]
	if len(rest) <= size {
		return rest, "", nil
	}
	page = rest[:size]
	token := odata.SkipToken{After: []string{key(page[size-1]), strconv.Itoa(start + size)}, Options: call.Query.Hash()}
	return page, r.nextLink(token.Encode()), nil
}

func resume[T any](q *odata.Query, rows []T, key func(T) string) (int, error) {
	token, err := q.DecodeSkipToken()
	if err != nil {
		return 0, err
	}
	if len(token.After) == 0 {
		return 0, nil
	}
	if i := slices.IndexFunc(rows, func(v T) bool { return key(v) == token.After[0] }); i >= 0 {
		return i + 1, nil
	}
	if len(token.After) < 2 {
		return 0, nil
	}
	n, err := strconv.Atoi(token.After[1])
	if err != nil || n < 0 {
		return 0, problem.For(problem.Invalid, problem.Malformed, "$skiptoken", "The skip token is not valid.")
	}
	return min(n, len(rows)), nil
}

// nextLink is this request's address with another skip token.
func (r *request) nextLink(token string) string {
	return r.self() + "?" + odata.NextQuery(r.http.URL.RawQuery, token)
}

// self is the address of this request without its query, as the client wrote it.
func (r *request) self() string {
	origin := r.origin.Graph()
	if r.sharePoint() {
		origin = r.origin.SharePoint(r.place.Prefix, r.place.Host)
	}
	return origin + r.http.URL.EscapedPath()
}
