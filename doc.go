// Package tennantite is the root of the repository and holds no code: the program is in cmd/tennantite, and Go tests
// start an emulator with the package emulator.
//
// What stands here are the tests that look at the repository as a whole: which package may import which, and whether
// every claim of docs/behaviour.md has its witness.
package tennantite
