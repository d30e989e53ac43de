package drive

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// judge is what testing.T and rapid.T share.
type judge interface {
	failer
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// follower is a client that knows nothing but what deltas tell.
type follower struct {
	scope state.Item
	token string
	known map[string]known
}

type known struct {
	parent, name string
	hash         [20]byte
}

func follow(scope state.Item) *follower { return &follower{scope: scope, known: map[string]known{}} }

// page takes one page in; done tells whether it was the last.
func (f *follower) page(tb judge, tx *state.Tx, l state.List, size int) (done bool) {
	token, err := ParseDelta(tx, f.scope, f.token)
	if err != nil {
		tb.Fatal(err)
	}
	changes, next, more := collect(tx, l, f.scope, token, size)
	for _, c := range changes {
		if c.Deleted {
			f.forget(c.Item.ID)
			continue
		}
		if _, ok := f.known[c.Item.ParentID]; !ok && c.Item.ID != f.scope.ID {
			tb.Errorf("%q is told before its folder", c.Item.Name)
		}
		k := known{parent: c.Item.ParentID, name: c.Item.Name}
		if c.Item.Content != nil {
			k.hash = c.Item.Content.QuickXor
		}
		f.known[c.Item.ID] = k
	}
	f.token = next.Encode(tx, f.scope)
	return !more
}

// forget drops an item with all below it, as a sync client does with a folder.
func (f *follower) forget(id string) {
	delete(f.known, id)
	for child, k := range maps.Clone(f.known) {
		if k.parent == id {
			f.forget(child)
		}
	}
}

// catchUp follows to the end and compares with the drive.
func (f *follower) catchUp(tb judge, tx *state.Tx, l state.List, size int) {
	for !f.page(tb, tx, l, size) {
	}
	want := map[string]known{}
	for i := range tx.Items(contoso, l.ID) {
		if !i.DeletedAt.IsZero() || !Within(tx, i, f.scope.ID) {
			continue
		}
		k := known{parent: i.ParentID, name: i.Name}
		if i.Content != nil {
			k.hash = i.Content.QuickXor
		}
		want[i.ID] = k
	}
	if !maps.Equal(f.known, want) {
		tb.Fatalf("the follower of %q knows %v, the drive is %v", f.scope.Name, f.known, want)
	}
}

// disturb does one random operation.
func disturb(t *rapid.T, tx *state.Tx, s state.Site, l state.List, keep string) {
	var files, folders, all []state.Item
	for i := range tx.Items(contoso, l.ID) {
		switch {
		case !i.DeletedAt.IsZero():
		case i.Kind == state.Folder:
			folders = append(folders, i)
			all = append(all, i)
		default:
			files = append(files, i)
			all = append(all, i)
		}
	}
	folder := rapid.SampledFrom(folders).Draw(t, "folder")
	item := rapid.SampledFrom(all).Draw(t, "item")
	name := fmt.Sprintf("n%d", rapid.IntRange(0, 20).Draw(t, "name"))
	who := state.Actor{UserID: fmt.Sprint("actor", rapid.IntRange(1, 3).Draw(t, "actor"))}
	// Refusals are part of the game: a name that is taken, a folder into itself, the root.
	switch rapid.SampledFrom([]string{"file", "folder", "write", "rename", "move", "delete", "purge", "restore", "copy"}).Draw(t, "operation") {
	case "file":
		_, _, _ = PutFile(tx, l, folder, FileSpec{Name: name, Content: ContentOf([]byte(name + who.UserID)), Conflict: Rename, By: who})
	case "folder":
		_, _ = AddFolder(tx, l, folder, name, Rename, who)
	case "write":
		if len(files) > 0 {
			_, _ = ReplaceContent(tx, rapid.SampledFrom(files).Draw(t, "file"), FileSpec{Content: ContentOf([]byte(name)), By: who})
		}
	case "rename":
		_, _ = UpdateItem(tx, l, item, ItemChange{Name: &name, By: who})
	case "move":
		_, _ = UpdateItem(tx, l, item, ItemChange{Parent: &folder, Conflict: Rename, By: who})
	case "delete":
		if !Within(tx, mustItem(tx, l, keep), item.ID) {
			_ = DeleteItem(tx, l, item, "", who)
		}
	case "purge":
		if bin := Recycled(tx, s); len(bin) > 0 {
			Purge(tx, rapid.SampledFrom(bin).Draw(t, "entry"))
		}
	case "restore":
		if bin := Recycled(tx, s); len(bin) > 0 {
			_, _ = RestoreItem(tx, rapid.SampledFrom(bin).Draw(t, "entry"), who)
		}
	case "copy":
		if len(all) < 60 && !item.Root() {
			_, _ = Copy(tx, item, CopySpec{List: l, Parent: folder, Name: name, Conflict: Rename, By: who})
		}
	}
}

func mustItem(tx *state.Tx, l state.List, id string) state.Item {
	i, _ := tx.Item(contoso, l.ID, id)
	return i
}

func TestWhoeverFollowsDeltasEndsEqualToTheDrive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		store, s, l := plainWorld(t)
		var whole, part *follower
		mustUpdate(t, store, func(tx *state.Tx) error {
			scope, err := EnsureFolder(tx, l, "scope", by())
			if err != nil {
				return err
			}
			if _, err := EnsureFolder(tx, l, "outside/deep", by()); err != nil {
				return err
			}
			whole, part = follow(Root(tx, l)), follow(scope)
			return nil
		})
		size := rapid.IntRange(1, 7).Draw(t, "page")
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			mustUpdate(t, store, func(tx *state.Tx) error {
				disturb(t, tx, s, l, part.scope.ID)
				for _, f := range []*follower{whole, part} {
					switch rapid.IntRange(0, 9).Draw(t, "follow") {
					case 0, 1, 2:
						f.page(t, tx, l, size)
					case 3:
						f.catchUp(t, tx, l, size)
					case 4: // a resync: everything is enumerated again
						f.token, f.known = "", map[string]known{}
					}
				}
				return nil
			})
		}
		mustUpdate(t, store, func(tx *state.Tx) error {
			whole.catchUp(t, tx, l, size)
			part.catchUp(t, tx, l, size)
			folderSums(t, tx, l)
			return nil
		})
	})
}

// folderSums compares what folders keep of themselves with what is in them.
func folderSums(t *rapid.T, tx *state.Tx, l state.List) {
	for i := range tx.Items(contoso, l.ID) {
		if i.Kind != state.Folder || !i.DeletedAt.IsZero() {
			continue
		}
		var size int64
		children := 0
		for c := range tx.Children(contoso, l.ID, i.ID) {
			size += c.Size
			children++
		}
		if i.Size != size || i.ChildCount != children {
			t.Fatalf("folder %q keeps %d bytes in %d children, there are %d in %d", i.Name, i.Size, i.ChildCount, size, children)
		}
	}
}

func TestADeltaTellsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		for n := range 30 {
			put(t, tx, l, fmt.Sprintf("d%d/f.txt", n), "x")
		}
		f := follow(Root(tx, l))
		f.catchUp(t, tx, l, 200)
		moved := put(t, tx, l, "d3/f.txt", "y")
		token, err := ParseDelta(tx, f.scope, f.token)
		if err != nil {
			return err
		}
		changes, _, more := collect(tx, l, f.scope, token, 200)
		var names []string
		for _, c := range changes {
			names = append(names, c.Item.Name)
		}
		if want := []string{"root", "d3", "f.txt"}; more || !slices.Equal(names, want) || changes[2].Item.ID != moved.ID {
			t.Errorf("told %v, want %v", names, want)
		}
		latest, err := ParseDelta(tx, f.scope, "latest")
		if err != nil {
			return err
		}
		if changes, _, _ := collect(tx, l, f.scope, latest, 200); len(changes) != 0 {
			t.Errorf("latest tells %d changes", len(changes))
		}
		return nil
	})
}

func TestDeltaTokens(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		root := Root(tx, l)
		a, err := EnsureFolder(tx, l, "a", by())
		if err != nil {
			return err
		}
		now := DeltaToken{Seq: tx.Sequence(), At: tx.Now()}
		for name, row := range map[string]struct {
			token string
			want  problem.Reason
		}{
			"of another folder": {now.Encode(tx, a), problem.Malformed},
			"no token":          {"rubbish", problem.Malformed},
			"too old":           {DeltaToken{Seq: 1, At: tx.Now().Add(-tokenLife - time.Hour)}.Encode(tx, root), problem.ResyncRequired},
		} {
			if _, err := ParseDelta(tx, root, row.token); problem.ReasonOf(err) != row.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got, err := ParseDelta(tx, root, now.Encode(tx, root)); err != nil || got.Seq != now.Seq {
			t.Errorf("%+v, %v", got, err)
		}
		return nil
	})
}

// A client that is still reading was told things as they were at its last page, whatever number its token has: it does not go
// on in a world that was put back to before that page.
func TestATokenOfAStateThatIsGone(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	var at, reading, ended string
	given := func() string {
		var token string
		update(t, store, func(tx *state.Tx) error {
			_, next, more := collect(tx, l, Root(tx, l), DeltaToken{Start: tx.Sequence(), At: tx.Now()}, 1)
			if !more {
				t.Fatal("one page tells all")
			}
			token = next.Encode(tx, Root(tx, l))
			return nil
		})
		return token
	}
	folder := func(name string) {
		update(t, store, func(tx *state.Tx) error { _, err := EnsureFolder(tx, l, name, by()); return err })
	}
	folder("a")
	folder("b")
	at = given()
	then := store.Snapshot()
	folder("c")
	reading = given()
	update(t, store, func(tx *state.Tx) error {
		ended = DeltaToken{Seq: tx.Sequence(), Start: tx.Sequence(), At: tx.Now()}.Encode(tx, Root(tx, l))
		return nil
	})
	store.Exclusive(func(state.Snapshot) state.Snapshot { return then })
	update(t, store, func(tx *state.Tx) error { tx.Diverge(0); return nil })
	for _, name := range []string{"d", "e", "f"} {
		folder(name)
	}
	update(t, store, func(tx *state.Tx) error {
		for token, want := range map[string]problem.Reason{at: problem.None, reading: problem.ResyncUpload, ended: problem.ResyncUpload} {
			if _, err := ParseDelta(tx, Root(tx, l), token); problem.ReasonOf(err) != want {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		return nil
	})
}

// collect keeps the changes of a delta.
func collect(tx *state.Tx, l state.List, scope state.Item, t DeltaToken, limit int) (changes []Change, next DeltaToken, more bool) {
	next, more, err := Delta(tx, l, scope, t, limit, func(c *Change) error {
		changes = append(changes, *c)
		return nil
	})
	if err != nil {
		panic(err) // nothing fails here
	}
	return changes, next, more
}

// Guards remembers folders, and says the same of each item as Guarded does.
func TestGuardsAreGuarded(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		for _, path := range []string{"a/x.txt", "a/b/y.txt", "a/b/c/z.txt", "d/w.txt"} {
			put(t, tx, l, path, "x")
		}
		b, err := EnsureFolder(tx, l, "a/b", by())
		if err != nil {
			return err
		}
		b.Broken = true
		b = tx.PutItem(b)
		a, err := EnsureFolder(tx, l, "a", by())
		if err != nil {
			return err
		}
		guarded := 0
		for _, above := range []string{"", Root(tx, l).ID, a.ID, b.ID} {
			g := GuardsBelow(tx, above)
			for i := range tx.Items(contoso, l.ID) {
				want := Guarded(tx, i, above)
				if got := g.Guard(&i); got != want {
					t.Errorf("%q below %q: %v, want %v", i.Name, above, got, want)
				}
				if want {
					guarded++
				}
			}
		}
		if guarded == 0 {
			t.Error("nothing is guarded")
		}
		return nil
	})
}
