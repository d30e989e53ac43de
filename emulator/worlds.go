package emulator

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// worlds are the worlds of a process by name. Requests under way in a world that is deleted end on it undisturbed.
type worlds struct {
	mu     sync.RWMutex
	byName map[string]*world
	drawn  int // names drawn so far
}

var worldName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`) })

func (ws *worlds) get(name string) (*world, bool) {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	w, ok := ws.byName[name]
	return w, ok
}

func (ws *worlds) all() []*world {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	list := slices.Collect(maps.Values(ws.byName))
	slices.SortFunc(list, func(a, b *world) int {
		if c := a.created.Compare(b.created); c != 0 {
			return c
		}
		return compareNames(a.name, b.name)
	})
	return list
}

// compareNames puts main first.
func compareNames(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == MainWorld || b != MainWorld && a < b:
		return -1
	}
	return 1
}

func noWorld(name string) error {
	return problem.For(problem.NotFound, problem.ObjectNotFound, name, "There is no world of that name.")
}

// world returns the world of that name; "" is main.
func (e *Emulator) world(name string) (*world, error) {
	if name == "" {
		name = MainWorld
	}
	w, ok := e.worlds.get(name)
	if !ok {
		return nil, noWorld(name)
	}
	return w, nil
}

// newWorld puts what stands beside a database around it.
func (e *Emulator) newWorld(name, parent string, s *state.Store) *world {
	w := &world{
		name: name, parent: parent, store: s, start: s.Snapshot(),
		journal: control.NewJournal(e.options.JournalSize), snapshots: map[string]snapshot{},
	}
	w.created = w.now()
	w.used.Store(e.options.Now().UnixNano())
	return w
}

// fork makes a world that begins as from is now. Its tokens are its own; it accepts those that its ancestors issued before.
// listens says that it is going to have listeners of its own.
func (e *Emulator) fork(name, from string, listens bool) (*world, error) {
	e.worlds.mu.Lock()
	defer e.worlds.mu.Unlock()
	parent, ok := e.worlds.byName[cmp.Or(from, MainWorld)]
	if !ok {
		return nil, noWorld(from)
	}
	if name == "" {
		name = e.worlds.draw()
	}
	if !worldName().MatchString(name) {
		return nil, badName("world")
	}
	if _, ok := e.worlds.byName[name]; ok {
		return nil, problem.For(problem.Conflict, problem.ObjectConflict, name, "There is a world of that name.")
	}
	var w *world
	err := parent.frozen(func(now state.Snapshot) error {
		s, first := parent.store.Fork(now), &recorder{}
		s.Keep(first)
		err := s.Update(func(tx *state.Tx) error {
			tokens.Bind(tx, name)
			tx.Diverge(0) // what the parent does from now on is not its past
			return nil
		})
		if err != nil {
			return err
		}
		s.Keep(nil)
		w = e.newWorld(name, parent.name, s)
		w.listens = listens
		if parent.kept != nil {
			w.kept = parent.kept.Fork(w.description(), first.changes)
			s.Keep(w.kept)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	e.attach(w)
	e.worlds.byName[name] = w
	e.idleChanged()
	return w, nil
}

// draw returns a name that is free.
func (ws *worlds) draw() string {
	for {
		ws.drawn++
		name := "world-" + strconv.Itoa(ws.drawn)
		if _, ok := ws.byName[name]; !ok {
			return name
		}
	}
}

func (e *Emulator) drop(name string) error {
	if name == MainWorld {
		return problem.For(problem.Conflict, problem.InvalidProperty, name, "The world main stays.")
	}
	e.worlds.mu.Lock()
	w, ok := e.worlds.byName[name]
	if ok {
		delete(e.worlds.byName, name)
		w.kept.Drop()
	}
	e.worlds.mu.Unlock()
	if !ok {
		return noWorld(name)
	}
	e.detach(w)
	e.tokens.Forget(w.record())
	if own := w.listening(); own != nil {
		go func() { // requests under way may take their time
			ctx, cancel := context.WithTimeout(context.Background(), e.options.Drain)
			defer cancel()
			own.shutdown(ctx)
		}()
	}
	return e.saved()
}
