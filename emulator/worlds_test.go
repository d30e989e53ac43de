package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// mark writes something into a world, marks reads what is there; a mail stands for all that a world holds.
func mark(tb testing.TB, emu *emulator.Emulator, world, text string) {
	tb.Helper()
	err := emu.Update(world, func(tx *state.Tx) error {
		tx.PutMessage(state.Message{ID: tx.NewID(), To: "test@example.com", Subject: text})
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func marks(tb testing.TB, emu *emulator.Emulator, world string) string {
	tb.Helper()
	var all []string
	err := emu.View(world, func(tx *state.Tx) error {
		for m := range tx.MessagesTo("test@example.com") {
			all = append(all, m.Subject)
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Join(all, " ")
}

func TestForkGoesItsOwnWay(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	mark(t, emu, "main", "before")
	w, err := emu.Fork("", "main", false)
	if err != nil {
		t.Fatal(err)
	}
	mark(t, emu, "main", "parent")
	mark(t, emu, w.Name, "child")
	if got := marks(t, emu, w.Name); got != "before child" {
		t.Errorf("the fork has %q", got)
	}
	if got := marks(t, emu, "main"); got != "before parent" {
		t.Errorf("its parent has %q", got)
	}
	if w.Parent != "main" || !strings.Contains(w.Proxy, w.Name+"@") {
		t.Errorf("it is described as %+v", w)
	}
}

func TestResetAndSnapshots(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	mark(t, emu, "main", "old")
	w, err := emu.Fork("w", "main", false)
	if err != nil {
		t.Fatal(err)
	}
	mark(t, emu, w.Name, "one")
	must(t, emu.Snapshot(w.Name, "s"))
	mark(t, emu, w.Name, "two")
	must(t, emu.Restore(w.Name, "s"))
	if got := marks(t, emu, w.Name); got != "old one" {
		t.Errorf("restored to %q", got)
	}
	must(t, emu.Reset(w.Name))
	if got := marks(t, emu, w.Name); got != "old" {
		t.Errorf("a fork is reset to %q", got)
	}
	must(t, emu.Restore(w.Name, "s")) // a snapshot outlives a reset
	must(t, emu.Reset("main"))
	if got := marks(t, emu, "main"); got != "" {
		t.Errorf("main is reset to %q", got)
	}
	list, err := emu.Snapshots(w.Name)
	if err != nil || len(list) != 1 || list[0].Name != "s" {
		t.Errorf("snapshots: %v, %v", list, err)
	}
	must(t, emu.DeleteSnapshot(w.Name, "s"))
	if err := emu.Restore(w.Name, "s"); problem.KindOf(err) != problem.NotFound {
		t.Errorf("a deleted snapshot: %v", err)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func TestWorldNames(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	for _, tt := range []struct {
		name, from string
		want       problem.Kind
	}{
		{"good-name.1", "main", problem.Internal},
		{"good-name.1", "main", problem.Conflict},
		{"main", "main", problem.Conflict},
		{"a b", "main", problem.Invalid},
		{"../x", "main", problem.Invalid},
		{"x:y@z", "main", problem.Invalid},
		{strings.Repeat("x", 64), "main", problem.Invalid},
		{"other", "nowhere", problem.NotFound},
	} {
		_, err := emu.Fork(tt.name, tt.from, false)
		if tt.want == problem.Internal {
			must(t, err)
		} else if problem.KindOf(err) != tt.want {
			t.Errorf("%q from %q: got %v, want %v", tt.name, tt.from, err, tt.want)
		}
	}
	if err := emu.DeleteWorld("main"); problem.KindOf(err) != problem.Conflict {
		t.Errorf("main can be deleted: %v", err)
	}
	must(t, emu.DeleteWorld("good-name.1"))
	if err := emu.DeleteWorld("good-name.1"); problem.KindOf(err) != problem.NotFound {
		t.Errorf("deleted twice: %v", err)
	}
	if names := emu.Info().Worlds; !slices.Equal(names, []string{"main"}) {
		t.Errorf("left: %v", names)
	}
}

func TestWorldWithListenersOfItsOwn(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	w, err := emu.Fork("own", "main", true)
	if err != nil {
		t.Fatal(err)
	}
	own := w.Addresses["http"]
	if own == "" || own == emu.Addresses().HTTP {
		t.Fatalf("its addresses are %v", w.Addresses)
	}
	status, _, body := ask(t, http.MethodGet, own+"/v1.0/me", "graph.microsoft.com", nil)
	if status != http.StatusUnauthorized {
		t.Errorf("got %d %s", status, body)
	}
	j, _ := emu.Journal("own")
	if n := len(j.Find(control.Filter{})); n != 1 {
		t.Errorf("%d requests came to the world", n)
	}
	must(t, emu.DeleteWorld("own"))
}

func TestIdleWorldsEnd(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t, func(o *emulator.Options) { o.WorldIdle = 20 * time.Millisecond })
	if _, err := emu.Fork("idle", "main", false); err != nil {
		t.Fatal(err)
	}
	const patience = 10 * time.Second
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for slices.Contains(emu.Info().Worlds, "idle") {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("the idle world is still there")
		}
	}
}

func TestWorldsInParallel(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	const many = 50
	var wg sync.WaitGroup
	for range many {
		wg.Go(func() {
			w, err := emu.Fork("", "main", false)
			if err != nil {
				t.Error(err)
				return
			}
			for _, text := range []string{"a", "b"} {
				if err := emu.Update(w.Name, func(tx *state.Tx) error {
					tx.PutMessage(state.Message{ID: tx.NewID(), To: "test@example.com", Subject: w.Name + text})
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
			if got, want := marks(t, emu, w.Name), w.Name+"a "+w.Name+"b"; got != want {
				t.Errorf("%s has %q", w.Name, got)
			}
			if err := emu.DeleteWorld(w.Name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(emu.Worlds()); n != 1 {
		t.Errorf("%d worlds are left", n)
	}
}

func BenchmarkFork(b *testing.B) {
	emu := emulator.Start(b)
	for b.Loop() {
		w, err := emu.Fork("", "main", false)
		if err != nil {
			b.Fatal(err)
		}
		if err := emu.DeleteWorld(w.Name); err != nil {
			b.Fatal(err)
		}
	}
}
