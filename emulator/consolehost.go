package emulator

import (
	"github.com/tennantite/tennantite/console"
	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator/state"
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
		list = append(list, requestOf(e))
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
	r := requestOf(e)
	r.RequestHeader, r.RequestBody = e.RequestHeader(), e.RequestBody()
	r.ResponseHeader, r.ResponseBody = e.ResponseHeader(), e.ResponseBody()
	return r, true
}

func requestOf(e *control.Entry) console.Request {
	_, who, app := e.Caller()
	return console.Request{
		Seq: e.Seq, ID: e.ID, At: e.At, Took: e.Took, Surface: e.Surface, Tenant: e.Tenant(), Who: who, App: app, Method: e.Method,
		Host: e.Host, Path: e.Path, Query: e.Query(), Status: e.Status, Code: e.Code(), Fault: e.Fault, Unmatched: e.Unmatched, TooEarly: e.TooEarly,
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
