package disk

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// World is a world in the folder. It is the keeper of the world's store. Its methods hand in and return at once:
// [Directory.Wait] tells when what was handed in is on the disk. A nil World keeps nothing.
type World struct {
	dir   *Directory
	found Found // as it was read

	// What follows is the writing goroutine's.
	row  worldRow
	gone bool
}

// Description is what is kept of a world beside its content.
type Description struct {
	Name, Parent string
	Created      time.Time     // by the world's clock
	Listens      bool          // on addresses of its own
	Idle         time.Duration // how long it lives when nobody asks for it; 0 as the process says, negative for ever
}

// Found is a world as it was read.
type Found struct {
	Description
	Now       state.Snapshot
	Start     state.Snapshot // what a reset goes back to
	Snapshots map[string]FoundSnapshot
}

// FoundSnapshot is a snapshot as it was read.
type FoundSnapshot struct {
	Content state.Snapshot
	Taken   time.Time // by the world's clock
}

// Worlds are the worlds that Open found, by name.
func (d *Directory) Worlds() []*World { return d.worlds }

// Found is what was read of the world. It is forgotten then: it would hold on to what the world once was.
func (w *World) Found() Found {
	f := w.found
	w.found = Found{}
	return f
}

// layer is what the writing goroutine knows of a layer.
type layer struct {
	parent uint64
	users  int  // worlds' states and layers that stand on it
	empty  bool // nothing is in it
}

// Create keeps a new world that is its own beginning.
func (d *Directory) Create(about Description, content state.Snapshot) *World {
	n := &World{dir: d}
	d.enqueue(func(w *writing) error {
		start, err := d.pile(w, 0, content.All())
		if err != nil {
			return err
		}
		return n.begin(w, about, start)
	})
	return n
}

// Fork keeps a new world that begins as this one is now, with some changes. It is called while this one does not change.
func (w *World) Fork(about Description, changes []state.Change) *World {
	if w == nil {
		return nil
	}
	n := &World{dir: w.dir}
	w.dir.enqueue(func(t *writing) error {
		base, err := w.freeze(t)
		if err != nil {
			return err
		}
		start, err := w.dir.pile(t, base, slices.Values(changes))
		if err != nil {
			return err
		}
		return n.begin(t, about, start)
	})
	return n
}

// begin makes the rows of a new world whose start is a layer that nobody uses yet.
func (w *World) begin(t *writing, about Description, start uint64) error {
	w.row = worldRow{
		Name: about.Name, Parent: about.Parent, Created: about.Created, Listens: about.Listens, Idle: about.Idle,
		Start: start, Snapshots: map[string]snapshotRow{},
	}
	w.dir.layers[start].users++
	var err error
	if w.row.Now, err = w.dir.grow(t, start); err != nil {
		return err
	}
	return w.save(t)
}

func (w *World) save(t *writing) error { return t.putRow(bucketWorlds, []byte(w.row.Name), w.row) }

// change hands in what is done to a world that is still there.
func (w *World) change(f func(*writing) error) uint64 {
	return w.dir.enqueue(func(t *writing) error {
		if w.gone {
			return nil // a request that was under way when the world was deleted
		}
		return f(t)
	})
}

// Commit takes the changes of a transaction.
func (w *World) Commit(changes []state.Change) uint64 {
	return w.change(func(t *writing) error { return w.dir.fill(t, w.row.Now, slices.Values(changes)) })
}

// Mark is the mark of what was handed in last.
func (w *World) Mark() uint64 { return w.dir.Mark() }

// Wait returns when all up to a mark is on the disk.
func (w *World) Wait(mark uint64) error { return w.dir.Wait(mark) }

// Describe changes what is kept beside the content: whether the world listens, and how long it lives.
func (w *World) Describe(listens bool, idle time.Duration) {
	if w == nil {
		return
	}
	w.change(func(t *writing) error {
		w.row.Listens, w.row.Idle = listens, idle
		return w.save(t)
	})
}

// Freeze keeps the world as it is now under a name. It is called while the world does not change.
func (w *World) Freeze(name string, taken time.Time) {
	if w == nil {
		return
	}
	w.change(func(t *writing) error {
		now, err := w.freeze(t)
		if err != nil {
			return err
		}
		old, again := w.row.Snapshots[name]
		w.row.Snapshots[name] = snapshotRow{now, taken}
		w.dir.layers[now].users++
		if again {
			if err := w.dir.release(t, old.Layer); err != nil {
				return err
			}
		}
		return w.save(t)
	})
}

// Forget gives up a snapshot.
func (w *World) Forget(name string) {
	if w == nil {
		return
	}
	w.change(func(t *writing) error {
		old, ok := w.row.Snapshots[name]
		if !ok {
			return nil
		}
		delete(w.row.Snapshots, name)
		if err := w.dir.release(t, old.Layer); err != nil {
			return err
		}
		return w.save(t)
	})
}

// Reset makes the world what it was at its start, Restore what it was at a snapshot. They are called while the world does
// not change.
func (w *World) Reset() {
	if w == nil {
		return
	}
	w.change(func(t *writing) error { return w.standOn(t, w.row.Start) })
}

// Restore is described at [World.Reset].
func (w *World) Restore(name string) {
	if w == nil {
		return
	}
	w.change(func(t *writing) error {
		s, ok := w.row.Snapshots[name]
		if !ok {
			return fmt.Errorf("world %s has no snapshot %s", w.row.Name, name)
		}
		return w.standOn(t, s.Layer)
	})
}

// Replace makes the world something else altogether. It is called while the world does not change.
func (w *World) Replace(content state.Snapshot) {
	if w == nil {
		return
	}
	w.change(func(t *writing) error {
		base, err := w.dir.pile(t, 0, content.All())
		if err != nil {
			return err
		}
		return w.standOn(t, base)
	})
}

// Drop ends the world.
func (w *World) Drop() {
	if w == nil {
		return
	}
	w.change(func(t *writing) error {
		w.gone = true
		used := []uint64{w.row.Now, w.row.Start}
		for _, name := range slices.Sorted(maps.Keys(w.row.Snapshots)) {
			used = append(used, w.row.Snapshots[name].Layer)
		}
		for _, id := range used {
			if err := w.dir.release(t, id); err != nil {
				return err
			}
		}
		return t.delete(bucketWorlds, []byte(w.row.Name))
	})
}

// standOn gives the world a new layer upon another.
func (w *World) standOn(t *writing, base uint64) error {
	old := w.row.Now
	var err error
	if w.row.Now, err = w.dir.grow(t, base); err != nil {
		return err
	}
	if err := w.dir.release(t, old); err != nil {
		return err
	}
	return w.save(t)
}

// freeze returns a layer with the world as it is now, which nobody writes to any more.
func (w *World) freeze(t *writing) (uint64, error) {
	now := w.row.Now
	if l := w.dir.layers[now]; l.empty && l.parent != 0 {
		return l.parent, nil
	}
	var err error
	if w.row.Now, err = w.dir.grow(t, now); err != nil {
		return 0, err
	}
	w.dir.layers[now].users-- // the layer upon it counts in its place
	return now, w.save(t)
}

// grow makes an empty layer, for one user; 0 is the ground.
func (d *Directory) grow(t *writing, parent uint64) (uint64, error) {
	id, err := d.newLayer(t, parent)
	if err == nil {
		d.layers[id].users++
	}
	return id, err
}

// pile makes a layer with changes in it, without a user.
func (d *Directory) pile(t *writing, parent uint64, changes iter.Seq[state.Change]) (uint64, error) {
	id, err := d.newLayer(t, parent)
	if err != nil {
		return 0, err
	}
	return id, d.fill(t, id, changes)
}

func (d *Directory) newLayer(t *writing, parent uint64) (uint64, error) {
	d.last++
	d.layers[d.last] = &layer{parent: parent, empty: true}
	if parent != 0 {
		d.layers[parent].users++
	}
	return d.last, t.putRow(bucketLayers, layerKey(d.last), layerRow{parent})
}

// fill writes changes into a layer. A large layer that nobody uses yet is written in several transactions.
func (d *Directory) fill(t *writing, id uint64, changes iter.Seq[state.Change]) error {
	l := d.layers[id]
	store := func(chunk []byte) ([]byte, error) {
		key := d.hashes.of(chunk)
		return key[:], t.putChunk(key, chunk)
	}
	for c := range changes {
		l.empty = false
		key := recordKey(id, recordRest(c.Table, c.Key))
		text := []byte(gone)
		var err error
		switch {
		case c.Record != nil:
			text, err = encode(c.Record, store)
		case l.parent == 0:
			text = nil
		}
		if err != nil {
			return err
		}
		if text == nil {
			err = t.delete(bucketRecords, key)
		} else {
			err = t.put(bucketRecords, key, text)
		}
		if err == nil && l.users == 0 {
			err = t.relieve()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// release takes a user from a layer; one without is deleted, and what it stood on likewise.
func (d *Directory) release(t *writing, id uint64) error {
	for id != 0 {
		l := d.layers[id]
		if l.users--; l.users > 0 {
			return nil
		}
		if err := t.deleteLayer(id); err != nil {
			return err
		}
		delete(d.layers, id)
		id = l.parent
	}
	return nil
}
