//go:build race

package main

// The race detector is in the program that tests start, too: it costs memory and time, several times over.
const (
	detector    = 4 // times the memory
	connections = 2000
	rounds      = 1
)
