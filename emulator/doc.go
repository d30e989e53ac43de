// Package emulator is the top of the house and composes it; its subfolders are the bottom. It owns the front door: the
// listeners, the certificate authority, the CONNECT proxy, the worlds, and what leaves the process (webhooks).
//
//	client ─┬─ HTTP, HTTPS ─┐
//	        └─ CONNECT ─────┴─► world of the request ─► place of its host ─┬─ journal, faults ─► face
//	                                                                       └─ control plane, console
//
// A request belongs to one world, named by the proxy user, the header X-Tennantite-World or the listener; else to "main".
// Its host decides the face; every host that is not emulated is the control plane's, and no emulated host leads there.
//
// [New] makes an emulator without opening a port, [Emulator.Run] serves until its context ends, and [Start] is for Go
// tests. The package decides nothing about tenants: that is further down.
package emulator
