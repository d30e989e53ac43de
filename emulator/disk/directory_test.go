package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tennantite/tennantite/emulator/state"
)

const tenant = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func open(t fataler, dir string) *Directory {
	t.Helper()
	d, err := openFolder(dir, "test", false)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// shut ends a directory as a kill would leave it, but for what is under way.
func shut(t fataler, d *Directory) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// kept is a world with its store, as the emulator has it.
type kept struct {
	store     *state.Store
	world     *World
	start     state.Snapshot
	snapshots map[string]state.Snapshot
}

func create(d *Directory, name string) *kept {
	s := state.New(state.Options{})
	k := &kept{store: s, start: s.Snapshot(), world: d.Create(Description{Name: name}, s.Snapshot()), snapshots: map[string]state.Snapshot{}}
	s.Keep(k.world)
	return k
}

func (k *kept) fork(name string) *kept {
	n := &kept{snapshots: map[string]state.Snapshot{}}
	k.store.Exclusive(func(now state.Snapshot) state.Snapshot {
		n.store = k.store.Fork(now)
		n.world = k.world.Fork(Description{Name: name}, nil)
		return now
	})
	n.start = n.store.Snapshot()
	n.store.Keep(n.world)
	return n
}

func update(t fataler, s *state.Store, f func(*state.Tx)) {
	t.Helper()
	if err := s.Update(func(tx *state.Tx) error { f(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func equal(a, b state.Snapshot) bool {
	return reflect.DeepEqual(slices.Collect(a.All()), slices.Collect(b.All()))
}

// TestModel does at random what can be done to worlds, and opens the folder anew now and then: each world, with its start
// and its snapshots, is what it is in memory.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "worlds-") //nolint:usetesting // one for each run, not for all
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // what is left is in the system's folder for such things
		d := open(t, dir)
		defer func() { shut(t, d) }()
		worlds := map[string]*kept{"main": create(d, "main")}
		pick := func() *kept {
			return worlds[rapid.SampledFrom(slices.Sorted(mapKeys(worlds))).Draw(t, "world")]
		}
		name := rapid.SampledFrom([]string{"a", "b", "c"})
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) { scribble(t, pick().store) },
			"fork": func(t *rapid.T) {
				n := name.Draw(t, "name")
				if worlds[n] == nil {
					worlds[n] = pick().fork(n)
				}
			},
			"drop": func(t *rapid.T) {
				n := name.Draw(t, "name")
				if w := worlds[n]; w != nil {
					w.world.Drop()
					delete(worlds, n)
					scribble(t, w.store) // a request that is under way
				}
			},
			"snapshot": func(t *rapid.T) {
				w, n := pick(), name.Draw(t, "name")
				w.store.Exclusive(func(now state.Snapshot) state.Snapshot {
					w.world.Freeze(n, time.Time{})
					w.snapshots[n] = now
					return now
				})
			},
			"forget": func(t *rapid.T) {
				w, n := pick(), name.Draw(t, "name")
				w.world.Forget(n)
				delete(w.snapshots, n)
			},
			"restore": func(t *rapid.T) {
				w, n := pick(), name.Draw(t, "name")
				if p, ok := w.snapshots[n]; ok {
					w.store.Exclusive(func(state.Snapshot) state.Snapshot { w.world.Restore(n); return p })
				}
			},
			"reset": func(*rapid.T) {
				w := pick()
				w.store.Exclusive(func(state.Snapshot) state.Snapshot { w.world.Reset(); return w.start })
			},
			"replace": func(t *rapid.T) {
				w, s := pick(), state.New(state.Options{})
				scribble(t, s)
				w.store.Exclusive(func(state.Snapshot) state.Snapshot { w.world.Replace(s.Snapshot()); return s.Snapshot() })
			},
			"reopen": func(t *rapid.T) {
				shut(t, d)
				d = open(t, dir)
				reopened(t, d, worlds)
			},
		})
		shut(t, d)
		d = open(t, dir)
		reopened(t, d, worlds)
	})
}

// reopened compares the worlds with what a folder has, and goes on with the latter.
func reopened(t *rapid.T, d *Directory, worlds map[string]*kept) {
	t.Helper()
	if len(d.Worlds()) != len(worlds) {
		t.Fatalf("%d worlds came back, and there were %d", len(d.Worlds()), len(worlds))
	}
	for _, w := range d.Worlds() {
		f := w.Found()
		k := worlds[f.Name]
		if k == nil || !equal(f.Now, k.store.Snapshot()) || !equal(f.Start, k.start) || len(f.Snapshots) != len(k.snapshots) {
			t.Fatalf("world %s came back as another one", f.Name)
		}
		for n, s := range f.Snapshots {
			if !equal(s.Content, k.snapshots[n]) {
				t.Fatalf("snapshot %s of world %s came back as another one", n, f.Name)
			}
			k.snapshots[n] = s.Content
		}
		k.world, k.start, k.store = w, f.Start, state.Open(state.Options{}, f.Now)
		k.store.Keep(w)
	}
}

func mapKeys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// scribble changes a few records of a world, among them files that share their content.
func scribble(t *rapid.T, s *state.Store) {
	t.Helper()
	id := rapid.SampledFrom([]string{"1", "2", "3", "4"})
	update(t, s, func(tx *state.Tx) {
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			n := id.Draw(t, "id")
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				tx.PutUser(state.User{TenantID: tenant, ID: n, UserPrincipalName: n + "@contoso.com", Photo: rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "photo")})
			case 1:
				tx.PurgeUser(state.User{TenantID: tenant, ID: n})
			case 2:
				b := rapid.SliceOfN(rapid.Byte(), 1, 4).Draw(t, "content")
				tx.PutItem(state.Item{TenantID: tenant, ListID: "l", ID: n, Name: n, ParentID: "p", Content: &state.Content{Chunks: [][]byte{b}, Size: int64(len(b))}})
			case 3:
				if i, ok := tx.Item(tenant, "l", n); ok {
					i.Versions = append(slices.Clone(i.Versions), state.Version{Number: i.Version, Content: i.Content})
					i.Version++
					tx.PutItem(i)
				}
			case 4:
				tx.PutUploadSession(state.UploadSession{ID: n, Chunks: [][]byte{[]byte("first " + n), []byte("second")}})
			}
		}
	})
}

// filled makes a folder with a bit of everything and closes it.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	d := open(t, dir)
	main := create(d, "main")
	for n := range 20 {
		update(t, main.store, func(tx *state.Tx) {
			tx.PutUser(state.User{TenantID: tenant, ID: fmt.Sprint(n), UserPrincipalName: fmt.Sprintf("user%d@contoso.com", n)})
			b := []byte(strings.Repeat(fmt.Sprint("content ", n), 200))
			tx.PutItem(state.Item{TenantID: tenant, ListID: "l", ID: fmt.Sprint(n), Content: &state.Content{Chunks: [][]byte{b}, Size: int64(len(b))}})
		})
	}
	main.fork("other")
	if err := d.SetSecret("key", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	shut(t, d)
	return dir
}

func TestSecretsComeBack(t *testing.T) {
	t.Parallel()
	d := open(t, filled(t))
	defer shut(t, d)
	if s := string(d.Secret("key")); s != "secret" {
		t.Errorf("got %q", s)
	}
}

func TestSecondOpenerIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := open(t, dir)
	if _, err := Open(dir, "test"); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second one got %v", err)
	}
	shut(t, d)
	shut(t, open(t, dir))
}

func TestClosedDirectoryTakesNothing(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir())
	main := create(d, "main")
	shut(t, d)
	if err := main.store.Update(func(tx *state.Tx) error { tx.PutSession(state.Session{ID: "s"}); return nil }); !errors.Is(err, errClosed) {
		t.Errorf("got %v", err)
	}
}

func TestFailedWriteIsToldToEverybody(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir())
	main := create(d, "main")
	full := errors.New("the disk is full")
	d.enqueue(func(*writing) error { return full })
	if err := main.store.Update(func(tx *state.Tx) error { tx.PutSession(state.Session{ID: "s"}); return nil }); !errors.Is(err, full) {
		t.Errorf("a write got %v", err)
	}
	if err := main.store.View(func(*state.Tx) error { return nil }); !errors.Is(err, full) {
		t.Errorf("a read got %v", err)
	}
	if err := <-d.Failed(); !errors.Is(err, full) || !strings.Contains(err.Error(), d.path) {
		t.Errorf("the process is told %v", err)
	}
	shut(t, d)
}

// TestDamageIsRefused changes a byte, or the length, of a file at many places. Either that is refused, with the name of the
// file, or it is of no consequence: what comes back is what was written.
func TestDamageIsRefused(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	shut(t, open(t, dir)) // written anew, there is less in it that does not count
	whole, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	want := contents(t, dir, whole)
	if want == nil {
		t.Fatal("the whole file is refused")
	}
	refused := 0
	try := func(what string, damaged []byte) {
		got := contents(t, dir, damaged)
		if got == nil {
			refused++
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: something else came back, and nobody noticed", what)
		}
	}
	const step = 307 // coprime to the sizes of pages and rows
	for at := 0; at < len(whole); at += step {
		damaged := slices.Clone(whole)
		damaged[at] ^= 1 << (at % 8)
		try(fmt.Sprintf("a flipped bit at %d of %d", at, len(whole)), damaged)
	}
	for _, size := range []int{0, 1, 4096, 5000, len(whole) / 2, len(whole) - 1} {
		try(fmt.Sprintf("%d of %d bytes", size, len(whole)), whole[:size])
	}
	if refused < 50 {
		t.Errorf("only %d damages were noticed", refused)
	}
}

// contents is what a folder with that file has, as text; nil where it is refused.
func contents(t *testing.T, dir string, file []byte) []string {
	t.Helper()
	name := filepath.Join(dir, fileName)
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := openFolder(dir, "test", false)
	if err != nil {
		var damaged *DamagedError
		if !errors.As(err, &damaged) || !strings.Contains(err.Error(), name) {
			t.Errorf("refused with %v, and should name the file", err)
		}
		if now, err := os.ReadFile(name); err != nil || string(now) != string(file) {
			t.Errorf("the refused file was touched: %v", err)
		}
		return nil
	}
	defer shut(t, d)
	all := []string{string(d.Secret("key"))}
	for _, w := range d.Worlds() {
		f := w.Found()
		all = append(all, f.Name)
		for c := range f.Now.All() {
			record, err := json.Marshal(c.Record)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprintf("%s %q %s", c.Table, c.Key, record))
		}
	}
	return all
}

func TestOtherVersionIsRefused(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*writing) error{
		"another format": func(w *writing) error { return w.put(bucketHead, []byte(keyFormat), []byte("99")) },
		"a table that is not known": func(w *writing) error {
			return w.put(bucketRecords, recordKey(1, recordRest("weather", []byte("k"))), []byte("\xa0"))
		},
		"a field that is not known": func(w *writing) error {
			return w.putRow(bucketRecords, recordKey(1, recordRest("users", []byte("k"))), map[string]any{"ID": "x", "Mood": "good"})
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := filled(t)
			d := open(t, dir)
			d.enqueue(change)
			shut(t, d)
			var version *VersionError
			if _, err := Open(dir, "test"); !errors.As(err, &version) || !strings.Contains(err.Error(), "written by Tennantite test") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestContentIsStoredOnce stores the same bytes in many items and versions, and once more after the file was written anew.
func TestContentIsStoredOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := open(t, dir)
	main := create(d, "main")
	chunk := make([]byte, 1<<20)
	for n := range 20 {
		update(t, main.store, func(tx *state.Tx) {
			tx.PutItem(state.Item{TenantID: tenant, ListID: "l", ID: fmt.Sprint(n), Content: &state.Content{Chunks: [][]byte{chunk}}})
		})
	}
	shut(t, d)
	shut(t, open(t, dir))
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 3<<20 {
		t.Errorf("the file has %d bytes", info.Size())
	}
}
