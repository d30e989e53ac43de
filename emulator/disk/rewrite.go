package disk

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"runtime"
	"slices"

	"github.com/tennantite/tennantite/emulator/state"
)

// adopt makes what was read the directory's: its layers, those that nobody needs left out, and its worlds.
func (d *Directory) adopt(f *found) error {
	d.secrets = f.secrets
	for _, name := range slices.Sorted(maps.Keys(f.worlds)) {
		d.worlds = append(d.worlds, &World{dir: d, row: f.worlds[name]})
	}
	if err := d.count(f); err != nil {
		return err
	}
	d.flatten(f)
	contents := map[uint64]state.Snapshot{0: state.Empty()}
	for _, w := range d.worlds {
		if err := d.readWorld(f, w, contents); err != nil {
			return fmt.Errorf("world %s: %w", w.row.Name, err)
		}
	}
	return nil
}

// count finds the layers that are needed and how many stand on each.
func (d *Directory) count(f *found) error {
	var need func(id uint64) error
	need = func(id uint64) error {
		if id == 0 {
			return nil
		}
		if l, ok := d.layers[id]; ok {
			l.users++
			return nil
		}
		l, ok := f.layers[id]
		if !ok {
			return fmt.Errorf("layer %d is missing", id)
		}
		d.layers[id] = &layer{parent: l.parent, users: 1, empty: len(l.rows) == 0}
		d.last = max(d.last, id)
		return need(l.parent)
	}
	for _, w := range d.worlds {
		ids := []uint64{w.row.Now, w.row.Start}
		for _, s := range w.row.Snapshots {
			ids = append(ids, s.Layer)
		}
		for _, id := range ids {
			if err := need(id); err != nil {
				return err
			}
		}
	}
	return nil
}

// flatten joins each layer that one other stands on, and nothing else needs, with that one.
func (d *Directory) flatten(f *found) {
	needed := map[uint64]bool{}
	for _, w := range d.worlds {
		needed[w.row.Now], needed[w.row.Start] = true, true
		for _, s := range w.row.Snapshots {
			needed[s.Layer] = true
		}
	}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(d.layers))) { // a layer is younger than what it stands on
		l, ok := d.layers[id]
		for ok && l.parent != 0 && !needed[l.parent] && d.layers[l.parent].users == 1 {
			below := d.layers[l.parent]
			f.layers[id].rows = join(f.layers[l.parent].rows, f.layers[id].rows, below.parent == 0)
			delete(d.layers, l.parent)
			l.parent, l.empty = below.parent, len(f.layers[id].rows) == 0
		}
	}
}

// join puts rows over those below; on the ground, what is gone leaves no row.
func join(below, above []recordRow, ground bool) []recordRow {
	out := make([]recordRow, 0, len(below)+len(above))
	add := func(r recordRow) {
		if !ground || string(r.text) != gone {
			out = append(out, r)
		}
	}
	for len(below) > 0 || len(above) > 0 {
		order := 0
		switch {
		case len(below) == 0:
			order = 1
		case len(above) == 0:
			order = -1
		default:
			order = bytes.Compare(below[0].rest, above[0].rest)
		}
		if order < 0 {
			add(below[0])
		} else {
			add(above[0])
			above = above[1:]
		}
		if order <= 0 {
			below = below[1:]
		}
	}
	return out
}

func (d *Directory) readWorld(f *found, w *World, contents map[uint64]state.Snapshot) error {
	r := w.row
	if w.row.Snapshots == nil {
		w.row.Snapshots = map[string]snapshotRow{}
	}
	w.found = Found{
		Description: Description{Name: r.Name, Parent: r.Parent, Created: r.Created, Listens: r.Listens, Idle: r.Idle},
		Snapshots:   map[string]FoundSnapshot{},
	}
	var err error
	if w.found.Now, err = d.content(f, r.Now, contents); err != nil {
		return err
	}
	if w.found.Start, err = d.content(f, r.Start, contents); err != nil {
		return err
	}
	for name, s := range r.Snapshots {
		c, err := d.content(f, s.Layer, contents)
		if err != nil {
			return err
		}
		w.found.Snapshots[name] = FoundSnapshot{c, s.Taken}
	}
	return nil
}

// content is what a layer and those below it come to. Layers that several stand on are read once and shared.
func (d *Directory) content(f *found, id uint64, contents map[uint64]state.Snapshot) (state.Snapshot, error) {
	if p, ok := contents[id]; ok {
		return p, nil
	}
	below, err := d.content(f, d.layers[id].parent, contents)
	if err != nil {
		return state.Snapshot{}, err
	}
	p, err := below.With(f.changes(f.layers[id].rows))
	if err == nil {
		contents[id] = p
	}
	return p, err
}

// changes reads rows.
func (f *found) changes(rows []recordRow) iter.Seq2[state.Change, error] {
	return func(yield func(state.Change, error) bool) {
		for _, r := range rows {
			table, key, _ := bytes.Cut(r.rest, []byte{0})
			c := state.Change{Table: string(table), Key: key}
			var err error
			if string(r.text) != gone {
				c.Record, err = decode(c.Table, r.text, f.chunk)
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// rewrite writes a new file: what was found, if anything was, without what nobody needs.
func (d *Directory) rewrite(name, program string, f *found) (err error) {
	db, err := openFile(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.NoSync, db.NoGrowSync = true, true // it counts when it is whole
	w, err := beginWriting(db, sum{})
	if err != nil {
		return err
	}
	if err := d.fillFile(w, program, f); err != nil {
		_ = w.tx.Rollback() // the failure that is told is the first one
		return err
	}
	if err := w.commit(); err != nil {
		return err
	}
	d.sum = w.sum
	if !d.syncs {
		return nil
	}
	return db.Sync()
}

func (d *Directory) fillFile(w *writing, program string, f *found) error {
	if err := w.create(program); err != nil || f == nil {
		return err
	}
	for name, secret := range f.secrets {
		if err := w.put(bucketSecrets, []byte(name), secret); err != nil {
			return err
		}
	}
	for _, world := range d.worlds {
		if err := world.save(w); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.layers)) {
		if err := w.putRow(bucketLayers, layerKey(id), layerRow{d.layers[id].parent}); err != nil {
			return err
		}
		for _, r := range f.layers[id].rows {
			if err := errors.Join(w.put(bucketRecords, recordKey(id, r.rest), r.text), w.relieve()); err != nil {
				return err
			}
		}
	}
	for _, hash := range slices.Sorted(maps.Keys(f.chunks)) {
		if err := errors.Join(w.put(bucketChunks, []byte(hash), f.chunks[hash]), w.relieve()); err != nil {
			return err
		}
	}
	return nil
}

// deleteLayer deletes a layer with its records.
func (w *writing) deleteLayer(id uint64) error {
	prefix := layerKey(id)
	c := w.tx.Bucket([]byte(bucketRecords)).Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Seek(prefix) {
		w.sum.take(bucketRecords, k, v)
		if err := c.Delete(); err != nil {
			return err
		}
	}
	return w.delete(bucketLayers, prefix)
}

// syncFolder makes the names in a folder safe, where the system knows such a thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
