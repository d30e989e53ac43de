package emulator

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/tennantite/tennantite/console"
	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/fixtures"
	"github.com/tennantite/tennantite/graphapi"
	"github.com/tennantite/tennantite/spoapi"
	"github.com/tennantite/tennantite/tokens"
	"github.com/tennantite/tennantite/tokens/sts"
)

// faces are the emulated services behind one door, by the place that a request came to.
type faces struct{ signIn, graph, sharePoint http.Handler }

func (f faces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.at(r).ServeHTTP(w, satisfiable(r))
}

// at is the face that answers a request.
func (f faces) at(r *http.Request) http.Handler {
	switch links.FromContext(r.Context()).Service {
	case links.Login, links.Live, links.Invitations, links.DeviceLogin:
		return f.signIn
	case links.Graph:
		if strings.HasPrefix(strings.ToLower(r.URL.Path), "/oidc/") { // userinfo lives on Graph's host
			return f.signIn
		}
		return f.graph
	case links.SharePoint:
		if graphShaped(r.URL.Path) {
			return f.graph
		}
		return f.sharePoint
	case links.None:
	}
	return http.NotFoundHandler()
}

// graphShaped tells whether a path of a SharePoint host is one of Graph's drives: /_api/v2.0/ and /_api/v2.1/, also
// below a site.
func graphShaped(path string) bool {
	path = strings.ToLower(path)
	i := strings.Index(path, "/_api/v2.")
	if i < 0 {
		return false
	}
	rest := path[i+len("/_api/v2."):]
	return (strings.HasPrefix(rest, "0") || strings.HasPrefix(rest, "1")) && (len(rest) == 1 || rest[1] == '/')
}

// loader joins the rules with one another.
func loader() fixtures.Loader {
	return fixtures.Loader{B2B: b2b.Manager{}, Sharing: sharing.Manager{B2B: b2b.Manager{}}, Groups: collaboration.Manager{}}
}

// compose puts the faces on the rules.
func (e *Emulator) compose() error {
	m, log := loader(), e.options.Log
	pool, err := tokens.NewPool(tokens.PoolOptions{PEM: e.options.Keys, CacheDir: e.options.KeyCache, Keeper: e.keyKeeper()})
	if err != nil {
		return fmt.Errorf("signing keys: %w", err)
	}
	service := &tokens.Service{Keys: pool}
	e.tokens = service
	f := faces{signIn: sts.New(sts.Options{Tokens: service, B2B: m.B2B, Log: log})}
	f.graph, err = graphapi.New(graphapi.Options{
		Tokens: service, B2B: m.B2B, Sharing: m.Sharing, Groups: m.Groups, Log: log, Webhooks: e.hooks,
		// Faults and the journal are for the requests of a batch too.
		Parts: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.faces.ServeHTTP(w, r) }),
	})
	if err != nil {
		return fmt.Errorf("graph: %w", err)
	}
	f.sharePoint, err = spoapi.New(spoapi.Options{
		Tokens: service, B2B: m.B2B, Sharing: m.Sharing, Groups: m.Groups, Log: log, Webhooks: e.hooks,
	})
	if err != nil {
		return fmt.Errorf("sharepoint: %w", err)
	}
	e.faces = control.Around(f, control.Traffic{
		Journal: func(r *http.Request) *control.Journal { return worldOf(r).journal },
		World:   func(r *http.Request) string { return worldOf(r).name },
		Log:     log, Now: e.options.Now, KeptAlive: keptAlive,
		Done: func(r *http.Request, entry *control.Entry) {
			e.metrics.done(entry)
			e.tracing.describe(r, entry)
		},
	})
	plane := control.Options{Host: e, Tokens: service, B2B: m.B2B, Sharing: m.Sharing, Groups: m.Groups, Log: log}
	e.control = control.New(plane)
	e.console = console.New(console.Options{
		Host: consoleHost{e}, B2B: m.B2B, Sharing: m.Sharing, Groups: m.Groups, Log: log,
		Redeem: func(tx *state.Tx, url, as, account string) (state.User, string, error) {
			return plane.Redeem(tx, control.Redemption{URL: url, As: as, Account: account})
		},
	})
	return nil
}
