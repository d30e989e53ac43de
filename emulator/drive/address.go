package drive

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// PlaceAt finds what a server-relative path of a tenant's host names: a site, a library, a folder or a file. The page of
// a library (Forms/AllItems.aspx) stands for the library. It fails with SiteNotFound or ItemNotFound.
func PlaceAt(tx *state.Tx, tenant string, personal bool, path string) (Place, error) {
	s, rest, ok := SiteOfPath(tx, tenant, personal, path)
	if !ok {
		return Place{}, problem.For(problem.NotFound, problem.SiteNotFound, path, "there is no site at %q", path)
	}
	rest = strings.Trim(rest, "/")
	if i := strings.LastIndex(strings.ToLower(rest), "/forms/"); i >= 0 && strings.HasSuffix(strings.ToLower(rest), ".aspx") {
		rest = rest[:i]
	}
	if rest == "" || strings.HasPrefix(strings.ToLower(rest), "sitepages/") || strings.HasPrefix(strings.ToLower(rest), "_layouts/") {
		return Place{Site: s}, nil
	}
	l, i, err := AtServerPath(tx, s, strings.TrimSuffix(s.Path, "/")+"/"+rest)
	if err != nil {
		return Place{}, err
	}
	return Place{Site: s, List: l, Item: i}, nil
}
