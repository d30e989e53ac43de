package control

import (
	"net/http"

	"github.com/tennantite/tennantite/control/traffic"
)

// Journal is what clients asked of a world and were answered (package traffic, which is a room inside of this one).
type Journal = traffic.Journal

// Entry is one request of a journal.
type Entry = traffic.Entry

// Filter says which requests of a journal are meant.
type Filter = traffic.Filter

// Traffic says what stands around the faces.
type Traffic = traffic.Options

// NewJournal returns a journal that keeps the newest entries.
func NewJournal(most int) *Journal { return traffic.NewJournal(most) }

// Around returns the faces with journal, faults and lag around them.
func Around(faces http.Handler, o Traffic) http.Handler { return traffic.Around(faces, o) }
