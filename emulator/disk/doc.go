// Package disk keeps worlds in a folder, so that they outlive the process: what a transaction changed is on the disk before
// its answer goes out, and a process that is killed at any moment finds all of it again. It knows records and tables, and of
// their meaning only that content is large and shared.
//
// The folder holds one file, worlds.db (bbolt), and the lock of the process that uses it. In the file a state is a stack of
// layers, each with what changed since the one below, so that forks, snapshots and resets write nothing but a row:
//
//	layer 1  the fixtures          ◄─ main's start
//	  └─ layer 2  two invitations  ◄─ main's snapshot "before"
//	       ├─ layer 3  …           ◄─ main now
//	       └─ layer 4  …           ◄─ world-1, forked from main
//
// Commits wait in a queue; one goroutine writes all that stand in it in one transaction, so that many clients share an fsync.
// Content is stored once for each of its chunks, by hash.
//
// Nothing damaged is ever used: chunks are checked by their hash, everything else by a sum over all rows, which each
// transaction brings up to date. Each start checks the whole file and writes it anew, without what nobody needs any more.
package disk
