// Package state keeps everything in a world that can change: tenants, people, applications, sites, items, permissions,
// links, codes, sessions, mail, audit, the clock and the sequences. It decides nothing; rules stand one row higher.
//
// A [Store] is one world's database (go-memdb, immutable radix trees). [Store.View] and [Store.Update] are its only doors,
// and a [Tx] is what they hand to a rule:
//
//	Store ── View(func(tx) error)     a consistent read, never blocked
//	      ── Update(func(tx) error)   one writer at a time; nil commits, an error or a panic changes nothing
//	      ── Snapshot, Restore, Fork  pointer operations, whatever the size
//
// Records go in and out by value. Slices and maps inside a record that was read are shared with the database and must not
// be written to: build a new one and Put. Put clones what it stores.
//
// Every index starts with the tenant, so that a lookup cannot reach another organisation; the exceptions (tenants
// themselves, applications by client id, the secrets of sign-in) are named global and say why.
//
// Every change to users, groups and items takes the world's next change number; the index by (tenant, container, number)
// makes a delta cost what changed. Deletions leave tombstones.
package state
