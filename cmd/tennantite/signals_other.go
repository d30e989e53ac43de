//go:build !unix

package main

import (
	"os"
	"syscall"
)

// passedOn are the signals that go on to the command.
//
//nolint:gochecknoglobals // a constant list
var passedOn = []os.Signal{os.Interrupt, syscall.SIGTERM}
