package emulator

import (
	"log/slog"
	"time"

	"github.com/tennantite/tennantite/fixtures"
)

// The addresses that serve binds unless it is told otherwise.
const (
	DefaultHTTP  = "127.0.0.1:4365"
	DefaultHTTPS = "127.0.0.1:4366"
	DefaultProxy = "127.0.0.1:4367"
)

// MainWorld is the world that always exists.
const MainWorld = "main"

// Options are what an emulator takes from outside. The zero value has the built-in world and no listener.
type Options struct {
	// HTTP, HTTPS and Proxy are addresses to listen on, port 0 for any free one; "" turns a listener off. Several are
	// separated by commas, the first one is the address that is told.
	HTTP, HTTPS, Proxy string

	Fixtures  []fixtures.Source // what main starts with; nil for contoso-fabrikam
	Seed      uint64            // not 0: identifiers and secrets follow from it
	Clock     time.Time         // not zero: main's clock stands there
	PublicURL string            // address under which clients reach mapped ports, of main and its forks
	Lenient   bool              // unknown clients, unregistered redirects and missing consent pass

	Keys     []byte // signing keys, PEM
	KeyCache string // folder in which a generated key is kept; "" for nowhere

	Faults string // profile of faults that main and its forks begin with: "" or "realistic"

	// StateDir is a folder in which worlds, signing keys and the certificate authority outlive the process; "" for none. Where
	// it has worlds, Fixtures, Seed, Clock, Lenient and Faults count no more: they say how main begins.
	StateDir string

	WorldIdle    time.Duration // a forked world that nobody asked for so long ends by itself; 0 for never
	JournalSize  int           // requests that a world's journal keeps; 0 is the default
	WebhookHosts []string      // hosts beside loopback that notifications may be sent to
	SMTPRelay    string        // host:port or smtp(s)://USER:PASSWORD@host:port that all mail is passed on to; "" for none
	Drain        time.Duration // how long requests under way may take when the emulator stops; 0 is the default

	Traces Traces // where spans are sent to

	Version string
	Log     *slog.Logger     // nil for none
	Now     func() time.Time // the wall clock; nil is time.Now
}

const (
	defaultJournal = 2000
	defaultDrain   = 5 * time.Second
)

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the default of the option
	}
	if o.JournalSize == 0 {
		o.JournalSize = defaultJournal
	}
	if o.Drain == 0 {
		o.Drain = defaultDrain
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}
