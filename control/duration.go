package control

import (
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
)

var iso8601 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)
})

// parseDuration reads an ISO 8601 duration of weeks and smaller (PT1H, P30D), or Go's form (1h30m). Months and years have
// no length of their own and are refused.
func parseDuration(s string) (time.Duration, error) {
	if d, err := time.ParseDuration(s); err == nil && s != "" {
		return d, nil
	}
	m := iso8601().FindStringSubmatch(s)
	if m == nil || s == "P" || s == "-P" || s[len(s)-1] == 'T' {
		return 0, problem.New(problem.Invalid, problem.InvalidProperty, "found %q, a duration such as PT1H or P30D is wanted", s)
	}
	const day = 24 * time.Hour
	total := time.Duration(0)
	for i, unit := range []time.Duration{7 * day, day, time.Hour, time.Minute} {
		if m[i+2] == "" {
			continue
		}
		n, err := strconv.ParseInt(m[i+2], 10, 32)
		if err != nil {
			return 0, problem.New(problem.Invalid, problem.InvalidProperty, "%q is too long", s)
		}
		total += time.Duration(n) * unit
	}
	if m[6] != "" {
		sec, err := time.ParseDuration(m[6] + "s")
		if err != nil {
			return 0, problem.New(problem.Invalid, problem.InvalidProperty, "%q is too long", s)
		}
		total += sec
	}
	if m[1] == "-" {
		total = -total
	}
	return total, nil
}
