package drive

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tennantite/tennantite/emulator/state"
)

// TestAFilledLibraryIsAsIfPutFileByFile compares the two ways into a library: same items, numbers, versions and sums, and the
// same refusals.
func TestAFilledLibraryIsAsIfPutFileByFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		paths := rapid.SliceOf(rapid.StringMatching(`/?([ab]/){0,3}[abc:]`)).Draw(t, "paths")
		tell := func(store func(*state.Tx, state.List) func(string, FileSpec) error) (told []string) {
			s, _, l := plainWorld(t)
			mustUpdate(t, s, func(tx *state.Tx) error {
				store := store(tx, l)
				for n, p := range paths {
					spec := FileSpec{Content: ContentOf([]byte(strings.Repeat("x", n))), Conflict: Replace, By: by()}
					told = append(told, fmt.Sprint(store(p, spec)))
				}
				return store("", FileSpec{})
			})
			mustUpdate(t, s, func(tx *state.Tx) error {
				folderSums(t, tx, l)
				now, _ := tx.List(contoso, l.ID)
				told = append(told, fmt.Sprint(now.Used, now.NextItemID))
				for i := range tx.Items(contoso, l.ID) {
					told = append(told, fmt.Sprint(i.Number, Path(tx, i), i.Size, i.ChildCount, i.Version, i.ETag, i.CTag, len(i.Versions)))
				}
				return nil
			})
			return told
		}
		one := tell(func(tx *state.Tx, l state.List) func(string, FileSpec) error {
			return func(at string, spec FileSpec) error {
				if spec.Content == nil {
					return nil
				}
				dir, name := path.Split(strings.Trim(at, "/"))
				parent, err := EnsureFolder(tx, l, strings.Trim(dir, "/"), spec.By)
				if err == nil {
					spec.Name = name
					_, _, err = PutFile(tx, l, parent, spec)
				}
				return err
			}
		})
		filled := tell(func(tx *state.Tx, l state.List) func(string, FileSpec) error {
			f := Fill(tx, l)
			return func(at string, spec FileSpec) error {
				if spec.Content == nil {
					f.Settle()
					return nil
				}
				return f.File(at, spec)
			}
		})
		if a, b := strings.Join(one, "\n"), strings.Join(filled, "\n"); a != b {
			t.Fatalf("one by one\n%s\nfilled\n%s", a, b)
		}
	})
}
