package drive

import (
	"io"
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// searchedContent is how much of a text file the search reads.
const searchedContent = 64 << 10

// Search returns the living items below a folder whose name, title, description or text holds every word of the query,
// in any case, by number; at most limit of them (0: all). An empty query finds everything.
func Search(tx *state.Tx, l state.List, from state.Item, query string, limit int) []state.Item {
	words := strings.Fields(state.NameKey(query))
	inside := map[string]bool{from.ID: true}
	var found []state.Item
	for i := range tx.Items(l.TenantID, l.ID) {
		if !i.DeletedAt.IsZero() || i.Root() || i.ID == from.ID || !matches(i, words) || !insideOf(tx, i, inside) {
			continue
		}
		found = append(found, i)
		if limit > 0 && len(found) == limit {
			break
		}
	}
	return found
}

// insideOf is [Within] that remembers what it found.
func insideOf(tx *state.Tx, i state.Item, inside map[string]bool) bool {
	known, ok := inside[i.ParentID]
	if ok {
		return known
	}
	p, ok := Parent(tx, i)
	in := ok && !p.Root() && insideOf(tx, p, inside)
	inside[i.ParentID] = in
	return in
}

func matches(i state.Item, words []string) bool {
	name := state.NameKey(i.Name)
	for _, w := range words {
		if !strings.Contains(name, w) && !strings.Contains(SearchText(i), w) {
			return false
		}
	}
	return true
}

func content(i state.Item) string {
	b, err := io.ReadAll(io.LimitReader(ContentReader(i.Content, 0), searchedContent))
	if err != nil {
		return ""
	}
	return state.NameKey(string(b))
}
