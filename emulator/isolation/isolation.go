// Package isolation gives a process namespaces of its own, so that a command in them meets the emulator under the real
// names and nothing else: no route leads out of them.
//
//	tennantite run ──Start──► the same program in fresh user, mount and network namespaces
//	                            Enter: loopback up, files bound over those of the system
//	                            listeners on 443 and 80, ServeNames on 53
//	                            StartCommand ──► the command, with the caller's own rights
//
// What is seen in place of the system's files is handed in, and so is the answer to which names there are. The package
// knows no tenant and no certificate. Only Linux has such namespaces: elsewhere everything answers [Refused].
package isolation

import "fmt"

// File is a file that is seen inside in place of what the system has at that path.
type File struct {
	Path    string
	Content []byte
}

// Refused is the failure of a system that gives us no namespaces, or not all that we need of them.
type Refused struct{ Err error }

func (r *Refused) Error() string { return fmt.Sprintf("no isolation here: %v", r.Err) }

func (r *Refused) Unwrap() error { return r.Err }
