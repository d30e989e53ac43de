package emulator

import "log/slog"

// NewWebhooks is the sender of notifications without an emulator around it.
func NewWebhooks(allowed ...string) *webhooks {
	return newWebhooks(allowed, slog.New(slog.DiscardHandler))
}
