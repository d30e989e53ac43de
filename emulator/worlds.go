package emulator

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

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

var worldName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

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
func (e *Emulator) fork(name, from string) (*world, error) {
	parent, err := e.world(from)
	if err != nil {
		return nil, err
	}
	e.worlds.mu.Lock()
	defer e.worlds.mu.Unlock()
	if name == "" {
		name = e.worlds.draw()
	}
	if !worldName.MatchString(name) {
		return nil, badName("world")
	}
	if _, ok := e.worlds.byName[name]; ok {
		return nil, problem.For(problem.Conflict, problem.ObjectConflict, name, "There is a world of that name.")
	}
	s := parent.store.Fork(parent.store.Snapshot())
	err = s.Update(func(tx *state.Tx) error {
		tokens.Bind(tx, name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	w := e.newWorld(name, parent.name, s)
	e.attach(w)
	e.worlds.byName[name] = w
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
	delete(e.worlds.byName, name)
	e.worlds.mu.Unlock()
	if !ok {
		return noWorld(name)
	}
	e.detach(w)
	if own := w.listening(); own != nil {
		go func() { // requests under way may take their time
			ctx, cancel := context.WithTimeout(context.Background(), e.options.Drain)
			defer cancel()
			own.shutdown(ctx)
		}()
	}
	return nil
}

// endIdle deletes forked worlds that nobody asked for since before.
func (e *Emulator) endIdle(before time.Time) {
	for _, w := range e.worlds.all() {
		if w.name != MainWorld && w.used.Load() < before.UnixNano() {
			e.options.Log.Info("world ended: idle", "world", w.name)
			_ = e.drop(w.name) // somebody else may have been faster
		}
	}
}

// watchIdle ends idle worlds until ctx ends.
func (e *Emulator) watchIdle(ctx context.Context) {
	if e.options.WorldIdle <= 0 {
		return
	}
	const looks = 4 // a world lives at most a quarter longer than it may
	t := time.NewTicker(max(e.options.WorldIdle/looks, time.Millisecond))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			e.endIdle(e.options.Now().Add(-e.options.WorldIdle))
		}
	}
}
