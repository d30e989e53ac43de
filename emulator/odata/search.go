package odata

// Search is a $search expression.
type Search interface {
	String() string
	search()
}

// ParseSearch reads a $search.
func ParseSearch(s string) (Search, error) { return nil, invalid("$search", "") }
