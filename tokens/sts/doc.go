// Package sts is login.microsoftonline.com and the hosts beside it: discovery, keys, the authorize, token and device
// endpoints, sign-in pages, and the Entra redemption page. Rules are in tokens, directory and b2b; this package translates.
//
// Sources: identity.md of the reference; pages follow the conventions of the conformance suite.
package sts

import (
	"log/slog"
	"net/http"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/tokens"
)

// Options are what the face needs.
type Options struct {
	Tokens *tokens.Service
	B2B    b2b.Manager
	Log    *slog.Logger
}

// New returns the face: it answers for every Place whose service is Login, Live, Invitations or DeviceLogin, and for
// graph.microsoft.com/oidc/userinfo.
func New(o Options) http.Handler { return &face{o} }
