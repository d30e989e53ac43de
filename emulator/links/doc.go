// Package links knows how a client addresses us, and builds every URL that we hand out.
//
// The emulated services have real names (graph.microsoft.com) and local ones (graph.localhost:4365). Whoever came by real
// names gets real names in every URL of his answer; whoever came by local ones gets those. A [Place] is what a request's
// host means, an [Origin] is the way the client came; URLs are methods of the Origin, so that a rule that writes a link
// into a mail needs no request. The zero Origin speaks in real names.
//
// The package knows no tenant: prefixes, paths and ids are handed in as text.
package links
