//go:build !linux

package isolation

import (
	"errors"
	"os/exec"
)

var errElsewhere = errors.New("only Linux has the namespaces that it takes")

// Start would run a command in namespaces of its own; this system has none.
func Start(func() *exec.Cmd) (*exec.Cmd, error) { return nil, &Refused{errElsewhere} }

// Enter would furnish the namespaces that the process is in.
func Enter(string, []File) error { return &Refused{errElsewhere} }

// StartCommand would run a command with the caller's own rights.
func StartCommand(*exec.Cmd) error { return &Refused{errElsewhere} }
