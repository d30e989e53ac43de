package graphapi

import (
	"net/url"
	"strings"
	"sync"

	"github.com/tennantite/tennantite/emulator/odata"
)

var testTree = sync.OnceValue(func() *odata.Tree[*request] {
	tree, err := newTree()
	if err != nil {
		panic(err)
	}
	return tree
})

// Unreachable are the nodes that no path leads to.
func Unreachable() []string {
	return testTree().Unreachable()
}

// OperationOf is the name of the operation that answers a request to an address, "" where there is none.
func OperationOf(method, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	path := u.EscapedPath()
	if i := strings.Index(path, "/_api/v2."); i >= 0 {
		path = path[i+len("/_api"):]
	}
	_, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	segments, err := odata.ParsePath("/"+path, odata.Graph)
	if err != nil {
		return ""
	}
	query, err := odata.ParseQuery(u.RawQuery, odata.Graph)
	if err != nil {
		return ""
	}
	m, err := testTree().Match(method, segments, query)
	if err != nil {
		return ""
	}
	return m.Operation.Name
}
