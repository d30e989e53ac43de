//go:build !race

package main

// Without the race detector figures are the program's own; CI takes them apart from the other tests.
const (
	detector    = 1
	connections = 10000
	rounds      = 4
)
