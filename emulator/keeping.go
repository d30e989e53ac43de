package emulator

import (
	"fmt"

	"github.com/tennantite/tennantite/emulator/disk"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// What a state directory keeps of the process.
const (
	secretAuthority = "authority"
	secretKeys      = "signing-keys"
)

// openState opens the state directory, if there is to be one.
func (e *Emulator) openState() (err error) {
	if e.options.StateDir != "" {
		e.dir, err = disk.Open(e.options.StateDir, e.options.Version)
	}
	return err
}

// closeState ends the use of the state directory, if there is one.
func (e *Emulator) closeState() error {
	if e.dir == nil {
		return nil
	}
	return e.dir.Close()
}

// stateFailed yields the failure after which nothing can be kept any more.
func (e *Emulator) stateFailed() <-chan error {
	if e.dir == nil {
		return nil // blocks for ever
	}
	return e.dir.Failed()
}

// authority returns the certificate authority: that of the state directory, so that clients may go on trusting it, or
// where there is none, or it ends soon, a new one.
func (e *Emulator) authority() (*authority, error) {
	if e.dir != nil {
		if kept := e.dir.Secret(secretAuthority); kept != nil {
			a, err := readAuthority(kept, e.options.Now)
			if err != nil || !a.endsSoon() {
				return a, err
			}
			e.options.Log.Warn("the certificate authority of the state directory ends soon: clients have to trust a new one", "end", a.cert.NotAfter)
		}
	}
	a, err := newAuthority(e.options.Now)
	if err != nil || e.dir == nil {
		return a, err
	}
	secret, err := a.secret()
	if err != nil {
		return nil, err
	}
	return a, e.dir.SetSecret(secretAuthority, secret)
}

// keyKeeper keeps signing keys in the state directory.
type keyKeeper struct{ dir *disk.Directory }

// Keys are the keys that are there.
func (k keyKeeper) Keys() []byte { return k.dir.Secret(secretKeys) }

// KeepKeys puts others in their place.
func (k keyKeeper) KeepKeys(pem []byte) error { return k.dir.SetSecret(secretKeys, pem) }

func (e *Emulator) keyKeeper() tokens.KeyKeeper {
	if e.dir == nil {
		return nil
	}
	return keyKeeper{e.dir}
}

// firstWorlds are the worlds of a start: those of the state directory, else main with its fixtures.
func (e *Emulator) firstWorlds() (map[string]*world, error) {
	all := map[string]*world{}
	if e.dir != nil {
		for _, kept := range e.dir.Worlds() {
			w := e.found(kept)
			all[w.name] = w
		}
	}
	if main, ok := all[MainWorld]; ok {
		return all, e.takeOptions(main)
	}
	main, err := e.mainWorld()
	if err != nil {
		return nil, err
	}
	all[MainWorld] = main
	if e.dir == nil {
		return all, nil
	}
	main.kept = e.dir.Create(main.description(), main.start)
	main.store.Keep(main.kept)
	return all, e.saved()
}

// found is a world as the state directory has it.
func (e *Emulator) found(kept *disk.World) *world {
	f := kept.Found()
	s := state.Open(state.Options{Now: e.options.Now}, f.Now)
	s.Keep(kept)
	w := e.newWorld(f.Name, f.Parent, s)
	w.created, w.start, w.kept, w.resumed = f.Created, f.Start, kept, true
	w.idle.Store(int64(f.Idle))
	w.listens = f.Listens
	for name, p := range f.Snapshots {
		w.snapshots[name] = snapshot{p.Content, p.Taken}
	}
	return w
}

// takeOptions gives main, as it was found, what the options say about addresses: ports may be mapped otherwise now. What
// else they say about a world is about its beginning.
func (e *Emulator) takeOptions(main *world) error {
	if e.options.PublicURL == "" {
		return nil
	}
	return main.store.Update(func(tx *state.Tx) error {
		w := tx.World()
		w.PublicURL = e.options.PublicURL
		tx.PutWorld(w)
		return nil
	})
}

// saved returns when everything that was handed in to be kept is safe.
func (e *Emulator) saved() error {
	if e.dir == nil {
		return nil
	}
	return e.dir.Wait(e.dir.Mark())
}

// listenAgain opens listeners for the worlds that had their own.
func (e *Emulator) listenAgain() error {
	for _, w := range e.worlds.all() {
		if !w.listens || w.listening() != nil {
			continue
		}
		if err := e.listenFor(w); err != nil {
			return fmt.Errorf("world %s: %w", w.name, err)
		}
	}
	return nil
}

func (w *world) description() disk.Description {
	return disk.Description{Name: w.name, Parent: w.parent, Created: w.created, Listens: w.listens, Idle: w.idleTime()}
}

// recorder is a keeper that remembers the changes of the first moments of a fork, which are kept along with it.
type recorder struct{ changes []state.Change }

// Commit remembers changes.
func (r *recorder) Commit(c []state.Change) uint64 {
	r.changes = append(r.changes, c...)
	return 0
}

// Mark is always the same.
func (*recorder) Mark() uint64 { return 0 }

// Wait never waits.
func (*recorder) Wait(uint64) error { return nil }
