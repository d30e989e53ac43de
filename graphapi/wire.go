package graphapi

import "time"

// orNull is a string that is null on the wire where it is empty.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// stamp is a moment as the directory writes it, to the second; null where it never was.
func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

// second is a moment as the directory writes it, for a property whose zero value is null.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
