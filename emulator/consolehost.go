package emulator

import (
	"net/url"

	"github.com/tennantite/tennantite/console"
	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// consoleHost is the process as the console sees it.
type consoleHost struct{ e *Emulator }

var _ console.Host = consoleHost{}

// WorldNames lists the worlds, main first.
func (h consoleHost) WorldNames() []string { return h.e.Info().Worlds }

// WorldStore is the database of a world.
func (h consoleHost) WorldStore(name string) (*state.Store, bool) {
	w, err := h.e.world(name)
	if err != nil {
		return nil, false
	}
	w.used.Store(h.e.options.Now().UnixNano())
	return w.store, true
}

// Requests are the newest lines of a world's journal, oldest first.
func (h consoleHost) Requests(name string, newest int) []console.Request {
	w, err := h.e.world(name)
	if err != nil {
		return nil
	}
	found := w.journal.Find(control.Filter{})
	found = found[max(0, len(found)-newest):]
	list := make([]console.Request, 0, len(found))
	for _, e := range found {
		list = append(list, w.requestOf(e))
	}
	return list
}

// Request is a line of a world's journal with what was sent and answered, secrets masked.
func (h consoleHost) Request(name string, seq uint64) (console.Request, bool) {
	w, err := h.e.world(name)
	if err != nil || seq == 0 {
		return console.Request{}, false
	}
	found := w.journal.Find(control.Filter{Since: seq - 1})
	if len(found) == 0 || found[0].Seq != seq {
		return console.Request{}, false
	}
	e := found[0]
	r := w.requestOf(e)
	r.RequestHeader, r.RequestBody = e.RequestHeader(), e.RequestBody()
	r.ResponseHeader, r.ResponseBody = e.ResponseHeader(), e.ResponseBody()
	return r, true
}

// requestOf is a line of the journal; a host that the client called by a local name has its real one, so that what went to one
// service is seen to.
func (w *world) requestOf(e *control.Entry) console.Request {
	_, who, app := e.Caller()
	host := e.Host
	if p, ok := links.Resolve("https", host, w.publicHost()); ok && p.Origin.Local() {
		host = p.RealName()
	}
	return console.Request{
		Seq: e.Seq, ID: e.ID, At: e.At, Took: e.Took, Surface: e.Surface, Tenant: e.Tenant(), Who: who, App: app, Method: e.Method,
		Host: host, Path: e.Path, Query: e.Query(), Status: e.Status, Code: e.Code(), Fault: e.Fault, Unmatched: e.Unmatched, TooEarly: e.TooEarly,
	}
}

// Asked tells of the next request to a world.
func (h consoleHost) Asked(name string) <-chan struct{} {
	w, err := h.e.world(name)
	if err != nil {
		return nil
	}
	return w.journal.Changed()
}

// Worlds are the worlds, main first.
func (h consoleHost) Worlds() []console.World {
	all := h.e.worlds.all()
	list := make([]console.World, 0, len(all))
	for _, w := range all {
		list = append(list, console.World{Name: w.name, Parent: w.parent, Created: w.created})
	}
	return list
}

// Fork makes a world. A browser names no world in a header, so where the process listens the fork gets addresses of its own:
// pages of the emulated services find it there.
func (h consoleHost) Fork(name, from string) (string, error) {
	w, err := h.e.Fork(name, from, h.e.Addresses() != (Addresses{}))
	return w.Name, err
}

// Begin puts a world to what main was at its beginning, whatever happened there since.
func (h consoleHost) Begin(name string) error {
	w, err := h.e.world(name)
	if err != nil {
		return err
	}
	main, err := h.e.world(MainWorld)
	if err != nil {
		return err
	}
	begun := w.store.Fork(main.start)
	if err := begun.Update(func(tx *state.Tx) error { tokens.Bind(tx, name); return nil }); err != nil {
		return err
	}
	content := begun.Snapshot()
	w.become(content, func() { w.kept.Replace(content) })
	return h.e.saved()
}

// Port is the port of a world's own listener, "" where it has none.
func (h consoleHost) Port(name string, secure bool) string {
	w, err := h.e.world(name)
	if err != nil {
		return ""
	}
	own := w.listening()
	if own == nil {
		return ""
	}
	address := own.addresses.HTTP
	if secure {
		address = own.addresses.HTTPS
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Port()
}

// DeleteWorld ends a world.
func (h consoleHost) DeleteWorld(name string) error { return h.e.DeleteWorld(name) }

// Reset puts a world back to its beginning.
func (h consoleHost) Reset(world string) error { return h.e.Reset(world) }

// Snapshots are a world's by name.
func (h consoleHost) Snapshots(world string) ([]console.Snapshot, error) {
	all, err := h.e.Snapshots(world)
	list := make([]console.Snapshot, 0, len(all))
	for _, s := range all {
		list = append(list, console.Snapshot{Name: s.Name, Taken: s.TakenAt})
	}
	return list, err
}

// TakeSnapshot keeps a world as it is now.
func (h consoleHost) TakeSnapshot(world, name string) error { return h.e.Snapshot(world, name) }

// Restore puts a world back to a snapshot.
func (h consoleHost) Restore(world, name string) error { return h.e.Restore(world, name) }

// DeleteSnapshot forgets a snapshot.
func (h consoleHost) DeleteSnapshot(world, name string) error { return h.e.DeleteSnapshot(world, name) }
