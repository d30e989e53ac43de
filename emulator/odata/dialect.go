package odata

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// Dialect says whose habits a request follows.
type Dialect int

// The dialects.
const (
	Graph      Dialect = iota // Microsoft Graph: names as written, keys as segments, colon paths
	SharePoint                // SharePoint REST: names in any case, keys in parentheses only, quoted slashes
)

// fold is the form under which a name of the dialect is looked up.
func (d Dialect) fold(name string) string {
	if d == SharePoint {
		return strings.ToLower(name)
	}
	return name
}

func invalid(target, format string, args ...any) error {
	return problem.For(problem.Invalid, problem.Malformed, target, format, args...)
}
