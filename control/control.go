// Package control is the control plane, /_tennantite/v1: what a test drives. It translates; the process it stands in
// (worlds, addresses, certificates) is reached through [Host], which emulator implements.
package control

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/tennantite/tennantite/control/traffic"
	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

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
	Addresses     map[string]string `json:"addresses"` // http, https, proxy → URL
	Worlds        []string          `json:"worlds"`
	CAFingerprint string            `json:"caFingerprint"` // SHA-256, hex
	StartedAt     time.Time         `json:"startedAt"`
}

// World is a world as the control plane lists it.
type World struct {
	Name      string            `json:"name"`
	Parent    string            `json:"parent,omitempty"`
	Addresses map[string]string `json:"addresses,omitempty"` // of its own listeners
	Proxy     string            `json:"proxy,omitempty"`     // proxy URL with the world as user name
	CreatedAt time.Time         `json:"createdAt"`
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

// New returns the control plane: /_tennantite/v1/…, /livez, /readyz and /health. The request's world is in its context
// ([state.FromContext]).
func New(o Options) http.Handler { panic("skeleton") }

var _ = state.FromContext
