package emulator

import (
	"github.com/tennantite/tennantite/console"
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
