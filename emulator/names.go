package emulator

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// Names are the real host names under which clients know the services and the tenants of the world main, sorted.
func (e *Emulator) Names() []string {
	names := links.RealNames()
	w, err := e.world(MainWorld)
	if err != nil {
		return names
	}
	// The error is always nil: the function returns none.
	_ = w.store.View(func(tx *state.Tx) error {
		var o links.Origin // of the real names
		for t := range tx.Tenants() {
			for _, h := range []links.SiteHost{links.Root, links.My, links.Admin} {
				if p := t.SharePointPrefix(); p != "" {
					names = append(names, o.SharePointHost(p, h))
				}
			}
		}
		return nil
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// Emulated tells whether a real host name is one of the services', of a tenant that exists or not.
func Emulated(name string) bool {
	p, ok := links.Resolve("https", strings.ToLower(name), "")
	return ok && !p.Origin.Local()
}
