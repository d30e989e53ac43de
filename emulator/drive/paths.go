package drive

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Root returns a list's root folder.
func Root(tx *state.Tx, l state.List) state.Item {
	i, _ := tx.Item(l.TenantID, l.ID, rootGUID)
	return i
}

// ByPath returns the living item at a path below an item ("a/b.txt", leading slash allowed), names in any case; "." is the
// folder itself, as sync clients write it (abraunegg/onedrive:src/sync.d, v2.4.23). It fails with ItemNotFound.
func ByPath(tx *state.Tx, l state.List, from state.Item, path string) (state.Item, error) {
	i := from
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name == "" || name == "." {
			continue
		}
		next, ok := tx.ItemByName(l.TenantID, l.ID, i.ID, name)
		if !ok {
			return state.Item{}, problem.For(problem.NotFound, problem.ItemNotFound, path, "The resource could not be found.")
		}
		i = next
	}
	return i, nil
}

// Parent returns the folder that an item is in, in the recycle bin or not; ok is false for the root.
func Parent(tx *state.Tx, i state.Item) (state.Item, bool) {
	if i.Root() {
		return state.Item{}, false
	}
	return tx.Item(i.TenantID, i.ListID, i.ParentID)
}

// Path is the item's path below the library's root: "" for the root, "a/b.txt".
func Path(tx *state.Tx, i state.Item) string {
	if i.Root() {
		return ""
	}
	names := []string{i.Name}
	for p, ok := Parent(tx, i); ok && !p.Root(); p, ok = Parent(tx, p) {
		names = append(names, p.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// Above returns the ids of the folders that an item is in, the nearest first, the root last.
func Above(tx *state.Tx, i state.Item) []string {
	var ids []string
	for p, ok := Parent(tx, i); ok; p, ok = Parent(tx, p) {
		ids = append(ids, p.ID)
	}
	return ids
}

// Within tells whether an item is a folder or below it.
func Within(tx *state.Tx, i state.Item, folder string) bool {
	for ok := true; ok; i, ok = Parent(tx, i) {
		if i.ID == folder {
			return true
		}
	}
	return false
}

// ListPath is the server-relative path of a list's root folder.
func ListPath(s state.Site, l state.List) string {
	return strings.TrimSuffix(s.Path, "/") + "/" + l.Path
}

// ServerPath is the item's server-relative path: "/sites/x/Shared Documents/a/b.txt".
func ServerPath(tx *state.Tx, s state.Site, l state.List, i state.Item) string {
	if p := Path(tx, i); p != "" {
		return ListPath(s, l) + "/" + p
	}
	return ListPath(s, l)
}

// AtServerPath returns list and item at a server-relative path of a site; the zero item for the web itself or a list's
// parent. It fails with ItemNotFound.
func AtServerPath(tx *state.Tx, s state.Site, path string) (state.List, state.Item, error) {
	lost := problem.For(problem.NotFound, problem.ItemNotFound, path, "The resource could not be found.")
	site := strings.TrimSuffix(s.Path, "/")
	if len(path) < len(site) || !strings.EqualFold(path[:len(site)], site) || len(path) > len(site) && path[len(site)] != '/' {
		return state.List{}, state.Item{}, lost
	}
	rest := strings.Trim(path[len(site):], "/")
	if rest == "" || strings.EqualFold(rest, "Lists") {
		return state.List{}, state.Item{}, nil
	}
	parts := strings.Split(rest, "/")
	for n := range min(len(parts), 2) {
		l, ok := tx.ListByPath(s.TenantID, s.ID, strings.Join(parts[:n+1], "/"))
		if !ok {
			continue
		}
		i, err := ByPath(tx, l, Root(tx, l), strings.Join(parts[n+1:], "/"))
		if err != nil {
			return state.List{}, state.Item{}, lost
		}
		return l, i, nil
	}
	return state.List{}, state.Item{}, lost
}

// Guards tells of many items whether they are [Guarded]; it looks at each folder once.
type Guards struct {
	tx      *state.Tx
	above   string
	folders map[string]bool
}

// GuardsBelow is about items below one above them. It is good for one transaction.
func GuardsBelow(tx *state.Tx, above string) *Guards {
	return &Guards{tx: tx, above: above, folders: map[string]bool{}}
}

// Guard is [Guarded].
func (g *Guards) Guard(i *state.Item) bool {
	if i.ID == g.above || i.Broken {
		return i.ID != g.above
	}
	folder, known := g.folders[i.ParentID]
	if !known {
		parent, found := Parent(g.tx, *i)
		folder = found && Guarded(g.tx, parent, g.above)
		g.folders[i.ParentID] = folder
	}
	return folder
}

// Guarded tells whether an item, or a folder between it and one above it, has permissions of its own.
func Guarded(tx *state.Tx, i state.Item, above string) bool {
	for ok := true; ok && i.ID != above; i, ok = Parent(tx, i) {
		if i.Broken {
			return true
		}
	}
	return false
}
