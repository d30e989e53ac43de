// Package traffic stands around the faces: it keeps the journal of what clients asked and were answered, and puts faults
// and lag in. Faults and lag are state of the world; the journal is not, it is bounded and lies beside the world.
package traffic

import "net/http"

// Journal is a bounded log of one world's requests.
type Journal struct{}

// NewJournal returns a journal that keeps the newest entries.
func NewJournal(max int) *Journal { return &Journal{} }

// Around returns next with journal and faults put around it. journal returns the journal of a request's world.
func Around(next http.Handler, journal func(*http.Request) *Journal) http.Handler { return next }
