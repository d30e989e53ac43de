// Package graphapi is graph.microsoft.com, v1.0 and what is needed of beta: one file per resource, nodes of one tree.
//
//	request ─► adapter: token → caller, path → operation, permissions, one transaction ─► node's handler ─► rule ─► wire struct
//
// A handler decodes, calls one rule and converts. Failures are problems, mapped to Graph's codes in errors.go.
//
// Sources: graph.md of the reference.
package graphapi

import (
	"log/slog"
	"net/http"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/tokens"
)

// Options are what the face needs.
type Options struct {
	Tokens  *tokens.Service
	B2B     b2b.Manager
	Sharing sharing.Manager
	Groups  collaboration.Manager
	Log     *slog.Logger
	// Webhooks validates a subscription's address by the handshake (graph.md 9.3); nil refuses subscriptions.
	Webhooks Webhooks
	// Parts answers the requests of a batch: the face with what stands around it, such as faults. nil is the face alone.
	Parts http.Handler
}

// Webhooks reaches a client's listener. emulator implements it; only allowed addresses are asked.
type Webhooks interface {
	// Validate does the handshake. It fails where the listener does not echo the token in time.
	Validate(url, token string) error
}
