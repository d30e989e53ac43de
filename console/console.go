// Package console is the pages for people at the root of the control host: what the worlds, organisations, people and
// mailboxes look like. It changes nothing by itself; it is never reachable through an emulated host.
package console
