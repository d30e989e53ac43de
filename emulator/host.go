package emulator

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/fixtures"
)

var _ control.Host = (*Emulator)(nil)

// Info describes the process.
func (e *Emulator) Info() control.Info {
	info := control.Info{
		Version: e.options.Version, Addresses: e.Addresses().Map(),
		CAFingerprint: e.ca.fingerprint(), StartedAt: e.started,
	}
	for _, w := range e.worlds.all() {
		info.Worlds = append(info.Worlds, w.name)
	}
	return info
}

// Ready tells whether every listener answers.
func (e *Emulator) Ready() bool { return e.ready.Load() }

// CA is the certificate authority as PEM.
func (e *Emulator) CA() []byte { return e.ca.pem() }

// Worlds lists the worlds, main first.
func (e *Emulator) Worlds() []control.World {
	all := e.worlds.all()
	list := make([]control.World, 0, len(all))
	for _, w := range all {
		list = append(list, e.describe(w))
	}
	return list
}

func (e *Emulator) describe(w *world) control.World {
	d := control.World{Name: w.name, Parent: w.parent, Proxy: e.proxyURL(w), CreatedAt: w.created}
	if life := w.idleTime(); life > 0 {
		d.Idle = life.String()
	} else if life < 0 {
		d.Idle = "never"
	}
	if own := w.listening(); own != nil {
		d.Addresses = own.addresses.Map()
	}
	return d
}

// Fork makes a world that begins as from is now; with listen it gets listeners of its own, on free ports of the addresses
// that the process listens on.
func (e *Emulator) Fork(name, from string, listen bool) (control.World, error) {
	w, err := e.fork(name, from, listen)
	if err != nil {
		return control.World{}, err
	}
	if listen {
		if err := e.listenFor(w); err != nil {
			_ = e.drop(w.name) // it has just been made
			return control.World{}, problem.New(problem.Internal, problem.None, "The world's listeners: %v", err)
		}
	}
	return e.describe(w), e.saved()
}

// listenFor opens a world's own listeners.
func (e *Emulator) listenFor(w *world) error {
	o := e.options
	own, err := e.listen(w.name, anyPort(o.HTTP), anyPort(o.HTTPS), anyPort(o.Proxy))
	if err != nil {
		return err
	}
	w.setOwn(own)
	if now, ok := e.worlds.get(w.name); !ok || now != w { // deleted meanwhile
		own.shutdown(context.Background())
	}
	return nil
}

// SetIdle says how long a world lives when nobody asks for it: 0 as the process says, negative for ever.
func (e *Emulator) SetIdle(name string, life time.Duration) (control.World, error) {
	w, err := e.world(name)
	if err != nil {
		return control.World{}, err
	}
	if w.name == MainWorld {
		return control.World{}, problem.For(problem.Conflict, problem.InvalidProperty, name, "The world main stays.")
	}
	w.idle.Store(int64(life))
	w.kept.Describe(w.listens, life)
	e.idleChanged()
	return e.describe(w), e.saved()
}

// DeleteWorld removes a world; requests under way in it end undisturbed. The world main stays.
func (e *Emulator) DeleteWorld(name string) error { return e.drop(name) }

// Reset makes a world what it was when it began: main its fixtures, a fork the moment of its fork.
func (e *Emulator) Reset(name string) error {
	w, err := e.world(name)
	if err != nil {
		return err
	}
	w.become(w.start, w.kept.Reset)
	return e.saved()
}

// Snapshot keeps a world as it is now under a name, in place of an earlier one of that name.
func (e *Emulator) Snapshot(name, snapshotName string) error {
	w, err := e.world(name)
	if err != nil {
		return err
	}
	if !worldName().MatchString(snapshotName) {
		return badName("snapshot")
	}
	taken := w.now()
	w.mu.Lock()
	err = w.frozen(func(now state.Snapshot) error {
		w.snapshots[snapshotName] = snapshot{now, taken}
		w.kept.Freeze(snapshotName, taken)
		return nil
	})
	w.mu.Unlock()
	return cmp.Or(err, e.saved())
}

// Snapshots lists a world's snapshots by name.
func (e *Emulator) Snapshots(name string) ([]control.Snapshot, error) {
	w, err := e.world(name)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]control.Snapshot, 0, len(w.snapshots))
	for n, s := range w.snapshots {
		list = append(list, control.Snapshot{Name: n, TakenAt: s.taken})
	}
	slices.SortFunc(list, func(a, b control.Snapshot) int { return compareNames(a.Name, b.Name) })
	return list, nil
}

// Restore makes a world what it was at a snapshot.
func (e *Emulator) Restore(name, snapshotName string) error {
	return e.withSnapshot(name, snapshotName, func(w *world, s snapshot) {
		w.become(s.content, func() { w.kept.Restore(snapshotName) })
	})
}

// DeleteSnapshot forgets a snapshot.
func (e *Emulator) DeleteSnapshot(name, snapshotName string) error {
	return e.withSnapshot(name, snapshotName, func(w *world, _ snapshot) {
		delete(w.snapshots, snapshotName)
		w.kept.Forget(snapshotName)
	})
}

// withSnapshot calls f with a world and its snapshot, while nobody else changes the snapshots.
func (e *Emulator) withSnapshot(name, snapshotName string, f func(*world, snapshot)) error {
	w, err := e.world(name)
	if err != nil {
		return err
	}
	w.mu.Lock()
	s, ok := w.snapshots[snapshotName]
	if ok {
		f(w, s)
	}
	w.mu.Unlock()
	if !ok {
		return problem.For(problem.NotFound, problem.ObjectNotFound, snapshotName, "The world has no snapshot of that name.")
	}
	return e.saved()
}

// SetPublicURL says under which address clients reach a world's local names; "" ends that.
func (e *Emulator) SetPublicURL(name, url string) error {
	w, err := e.world(name)
	if err != nil {
		return err
	}
	if url, err = checkPublicURL(url); err != nil {
		return err
	}
	return w.store.Update(func(tx *state.Tx) error {
		r := tx.World()
		r.PublicURL = url
		tx.PutWorld(r)
		return nil
	})
}

// Export writes a world as a fixture.
func (e *Emulator) Export(name string) (text []byte, err error) {
	w, err := e.world(name)
	if err != nil {
		return nil, err
	}
	err = w.store.View(func(tx *state.Tx) error {
		text, err = fixtures.Export(tx)
		return err
	})
	return text, err
}

// Import makes a world what a fixture says, and nothing else. Its clock, its public address and its name stay.
func (e *Emulator) Import(name string, fixture []byte) error {
	w, err := e.world(name)
	if err != nil {
		return err
	}
	s := state.New(state.Options{Now: e.options.Now})
	var kept state.World
	if err := w.store.View(func(tx *state.Tx) error { kept = tx.World(); return nil }); err != nil {
		return err
	}
	if err := s.Update(func(tx *state.Tx) error { tx.PutWorld(kept); return nil }); err != nil {
		return err
	}
	source := fixtures.Source{Name: "import", Text: fixture}
	if err := s.Update(func(tx *state.Tx) error { return loader().Load(tx, source) }); err != nil {
		return problem.New(problem.Invalid, problem.InvalidProperty, "%v", err)
	}
	// Nothing of the world's past leads to the fixture.
	if err := s.Update(func(tx *state.Tx) error { tx.Diverge(0); return nil }); err != nil {
		return err
	}
	next := s.Snapshot()
	w.become(next, func() { w.kept.Replace(next) })
	return e.saved()
}

// Journal is a world's journal.
func (e *Emulator) Journal(name string) (*control.Journal, bool) {
	w, err := e.world(name)
	if err != nil {
		return nil, false
	}
	return w.journal, true
}
