package emulator

import (
	"math"
	"net/http"
	"regexp"
	"strconv"
)

// lastNone is the last 0 bytes of a file, among the ranges of a request.
var lastNone = regexp.MustCompile(`([=,]\s*)-0+(\s*(?:,|$))`)

// satisfiable says the last 0 bytes of a file, which no answer can have (RFC 9110, 14.1.2), as what lies behind its end: net/http
// takes them for a part from the file's size to the byte before it. The journal keeps what was asked.
func satisfiable(r *http.Request) *http.Request {
	asked := r.Header.Get("Range")
	if asked == "" || !lastNone.MatchString(asked) {
		return r
	}
	r2 := *r
	r2.Header = r.Header.Clone()
	r2.Header.Set("Range", lastNone.ReplaceAllString(asked, "${1}"+strconv.Itoa(math.MaxInt64)+"-${2}"))
	return &r2
}
