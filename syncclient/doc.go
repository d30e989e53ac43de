// Package syncclient is the reference B2B Sync client: it mirrors a library or folder of another organisation, as the sync
// client of OneDrive does, and shows what such a client meets. It knows the wire only: sign-in, Graph, upload sessions,
// delta; it works against the real service as well.
//
//	odopen: ─► Target ─► sign in at home ─► token of the other organisation ─► Folder.Round: pull by delta, push ─► wait ─┐
//	                                                                                 ▲                                     │
//	                                                                                 └─────────────────────────────────────┘
//
// What both sides changed is kept twice. Throttling is waited for, a resync is followed, an interrupted round is taken up
// where it stopped. When access is taken away the client says so and leaves what it has where it is.
//
// Sources: sharepoint.md 7.3, graph.md 7 and 9.2, pitfalls.md 3.D of the reference.
package syncclient
