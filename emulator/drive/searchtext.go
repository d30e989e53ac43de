package drive

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/state"
)

// SearchText is all that a full-text search knows of an item: its names, what was said of it, and the beginning of a text
// file, in lower case.
func SearchText(i state.Item) string {
	parts := []string{i.Name, i.Title, i.Description}
	for _, v := range i.Fields {
		if s, ok := v.(string); ok {
			parts = append(parts, s)
		}
	}
	text := state.NameKey(strings.Join(parts, "\n"))
	if strings.HasPrefix(i.MimeType, "text/") && i.Content != nil {
		text += "\n" + content(i)
	}
	return text
}
