package emulator

import (
	"log/slog"
	"time"
)

// NewWebhooks is the sender of notifications without an emulator around it.
func NewWebhooks(allowed ...string) *webhooks {
	return newWebhooks(allowed, slog.New(slog.DiscardHandler))
}

// EndIdle ends the worlds whose time is over.
func (e *Emulator) EndIdle() time.Duration { return e.endIdle() }

// RelayPauses says how long the relay waits after failed attempts.
func (e *Emulator) RelayPauses(p ...time.Duration) { e.relay.pauses = p }
