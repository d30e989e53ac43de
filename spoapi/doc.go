// Package spoapi is {tenant}.sharepoint.com with -my and -admin: the REST interface under _api as a tree of nodes, CSOM
// (spoapi/csom), and SharePoint's own pages: accepting an invitation, opening a sharing link, a library with its Sync button.
//
// Sources: sharepoint.md of the reference.
package spoapi

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
}

// New returns the face: it answers for every Place whose service is SharePoint, but for /_api/v2.0 and v2.1.
func New(o Options) (http.Handler, error) { panic("skeleton") }
