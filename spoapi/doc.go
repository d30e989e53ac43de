// Package spoapi is {tenant}.sharepoint.com with -my and -admin: the REST interface under _api as a tree of nodes, CSOM
// (spoapi/csom), and SharePoint's own pages: accepting an invitation, opening a sharing link, a library with its Sync button.
//
// A request passes through one adapter (adapter.go), which finds tenant and site by host and path, believes a token or a
// session of SharePoint's own, checks the permissions of the matched operation and opens the transaction. Handlers return
// an entity, a collection or a result; encode.go writes each of them in every dialect of OData that clients ask for.
// errors.go is the one place that knows SharePoint's codes. Rules are below: sharing, drive, directory.
//
// Sources: sharepoint.md of the reference.
package spoapi

import (
	"log/slog"
	"net/http"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/odata"
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
	// Webhooks does the handshake with the listener of a list subscription; nil does none.
	Webhooks interface {
		ValidateSharePoint(address, token string) error
	}
}

// face is the package at work: its options and the tree of _api.
type face struct {
	Options
	tree *odata.Tree[*request]
}

// New returns the face: it answers for every Place whose service is SharePoint, but for /_api/v2.0 and v2.1. It fails
// where a resource is declared wrongly.
func New(o Options) (http.Handler, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	tree, err := newTree()
	if err != nil {
		return nil, err
	}
	return &face{Options: o, tree: tree}, nil
}
