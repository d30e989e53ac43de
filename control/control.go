// Package control is the control plane, /_tennantite/v1: what a test drives. Each endpoint is a row of a table (method,
// path, what it takes and gives, handler), from which the router and the OpenAPI document are both made. Handlers
// translate; the rules are the same that the emulated services use. The process around (worlds, addresses, certificates)
// is reached through [Host], which emulator implements. Failures are RFC 9457 problem documents.
package control

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/tennantite/tennantite/control/traffic"
	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// Prefix is where the control plane lives on every host that is not an emulated one.
const Prefix = "/_tennantite/v1"

// Host is the process as the control plane needs it. World names are unique in the process; "main" always exists.
type Host interface {
	Info() Info
	Ready() bool
	// CA is the certificate authority as PEM.
	CA() []byte
	// Environment is what a client needs (proxy, CA bundles), as sh, fish, powershell, dotenv or json.
	Environment(world, format string) (string, error)

	Worlds() []World
	// Fork makes a world; name "" draws one. listen gives it listeners of its own.
	Fork(name, from string, listen bool) (World, error)
	// SetIdle says how long a world lives when nobody asks for it: 0 as the process says, negative for ever.
	SetIdle(name string, life time.Duration) (World, error)
	DeleteWorld(name string) error
	Reset(world string) error
	Snapshot(world, name string) error
	Snapshots(world string) ([]Snapshot, error)
	Restore(world, name string) error
	DeleteSnapshot(world, name string) error
	SetPublicURL(world, url string) error
	// Export and Import are the world as fixture YAML.
	Export(world string) ([]byte, error)
	Import(world string, fixture []byte) error
	// Journal is a world's journal.
	Journal(world string) (*traffic.Journal, bool)
}

// Info is what GET info answers.
type Info struct {
	Version       string            `json:"version"`
	Addresses     map[string]string `json:"addresses" doc:"http, https, proxy and their URL"`
	Worlds        []string          `json:"worlds"`
	CAFingerprint string            `json:"caFingerprint" doc:"SHA-256, hex"`
	StartedAt     time.Time         `json:"startedAt"`
}

// World is a world as the control plane lists it.
type World struct {
	Name      string            `json:"name"`
	Parent    string            `json:"parent,omitempty"`
	Addresses map[string]string `json:"addresses,omitempty" doc:"of its own listeners"`
	Proxy     string            `json:"proxy,omitempty" doc:"proxy URL with the world as user name"`
	CreatedAt time.Time         `json:"createdAt"`
	Idle      string            `json:"idle,omitempty" doc:"how long it lives when nobody asks for it, if it was said for this world; never: for ever"`
}

// Snapshot is a named snapshot.
type Snapshot struct {
	Name    string    `json:"name"`
	TakenAt time.Time `json:"takenAt"`
}

// Options are what the control plane needs.
type Options struct {
	Host    Host
	Tokens  *tokens.Service
	B2B     b2b.Manager
	Sharing sharing.Manager
	Groups  collaboration.Manager
	Log     *slog.Logger
}

// plane is the control plane of one process.
type plane struct{ Options }

// call is one request: its world and what it carries.
type call struct {
	*plane
	ctx   context.Context
	r     *http.Request
	store *state.Store
}

func (c *call) view(f func(*state.Tx) error) error   { return c.store.View(f) }
func (c *call) update(f func(*state.Tx) error) error { return c.store.Update(f) }
func (c *call) param(name string) string             { return mux.Vars(c.r)[name] }
func (c *call) query(name string) string             { return c.r.URL.Query().Get(name) }

// world is the name of the request's world.
func (c *call) world() string {
	name := "main"
	_ = c.view(func(tx *state.Tx) error { // the function fails never
		if n := tx.World().Name; n != "" {
			name = n
		}
		return nil
	})
	return name
}

// New returns the control plane: /_tennantite/v1/…, /livez, /readyz and /health. The request's world is in its context
// ([state.FromContext]).
func New(o Options) http.Handler {
	p := &plane{o}
	r := mux.NewRouter().SkipClean(true)
	for _, e := range p.endpoints() {
		// The path first: a route of another path whose method fits would make mux forget that this path has others.
		r.Path(Prefix + e.Path).Methods(e.Method).Handler(p.adapt(e))
	}
	r.Path("/livez").HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") })
	r.Path("/readyz").HandlerFunc(p.ready)
	r.Path("/health").HandlerFunc(p.health)
	r.NotFoundHandler = http.HandlerFunc(notFound)
	r.MethodNotAllowedHandler = http.HandlerFunc(methodNotAllowed)
	return r
}

// Owns tells whether a path is the control plane's; every other one of its host is the console's.
func Owns(path string) bool {
	switch path {
	case "/livez", "/readyz", "/health":
		return true
	}
	return path == Prefix || strings.HasPrefix(path, "/_tennantite/")
}

func (p *plane) ready(w http.ResponseWriter, _ *http.Request) {
	if !p.Host.Ready() {
		writeText(w, http.StatusServiceUnavailable, "starting\n")
		return
	}
	writeText(w, http.StatusOK, "ok\n")
}

// health is /readyz with the version, for people.
func (p *plane) health(w http.ResponseWriter, _ *http.Request) {
	status, word := http.StatusOK, "ok"
	if !p.Host.Ready() {
		status, word = http.StatusServiceUnavailable, "starting"
	}
	writeJSON(w, status, health{word, p.Host.Info().Version})
}

type health struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}
