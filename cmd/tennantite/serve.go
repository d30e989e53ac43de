package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tennantite/tennantite/emulator"
)

// emulatorFlags are the flags of serve and run.
type emulatorFlags struct {
	HTTP  string `name:"http" default:"${http}" placeholder:"ADDRESS" help:"HTTP: control plane, console, local names; port 0 picks one, empty turns it off, a comma separates several."`
	HTTPS string `name:"https" default:"${https}" placeholder:"ADDRESS" help:"HTTPS: the same, with certificates of our own authority."`
	Proxy string `default:"${proxy}" placeholder:"ADDRESS" help:"Proxy for clients that use the real names."`

	AddrFile  string    `type:"path" placeholder:"FILE" help:"Write the addresses there, as JSON, once all can be used."`
	CAFile    string    `name:"ca-file" type:"path" placeholder:"FILE" help:"Write the certificate authority there, PEM, before the addresses."`
	Fixtures  []string  `placeholder:"FILE|NAME" sep:"," help:"What the world starts with (${fixture}); several are merged."`
	Seed      uint64    `placeholder:"N" help:"Identifiers and secrets follow from it."`
	Clock     time.Time `placeholder:"TIME" help:"The clock stands at this time (RFC 3339)."`
	PublicURL string    `name:"public-url" placeholder:"URL" help:"Address under which clients reach mapped ports."`
	Keys      string    `type:"existingfile" placeholder:"FILE" help:"Signing keys, RSA, PEM; the first one is active."`
	Lenient   bool      `help:"Let unknown clients, unregistered redirects and missing consent pass, and note each."`

	Faults       string        `enum:",realistic" default:"" placeholder:"PROFILE" help:"Failures that the real services show now and then: realistic."`
	StateDir     string        `type:"path" placeholder:"DIR" help:"Keep worlds, signing keys and certificate authority there, across restarts."`
	WorldIdle    time.Duration `placeholder:"TIME" help:"A forked world that nobody asks for so long ends; a world may say otherwise."`
	WebhookHosts []string      `placeholder:"HOST" sep:"," help:"Hosts beside loopback that notifications may be sent to."`
	SMTPRelay    string        `name:"smtp-relay" placeholder:"HOST:PORT" help:"Pass all mail on to this server, too; or smtp://USER:PASSWORD@HOST:PORT, or smtps://…"`
	Drain        time.Duration `default:"5s" placeholder:"TIME" help:"How long requests under way may take at the end."`

	OTLPEndpoint string `name:"otlp-endpoint" placeholder:"URL" help:"Send spans to this OpenTelemetry collector, over HTTP: http://localhost:4318; its own variables count, too."`

	LogFormat string `enum:"text,json" default:"text" help:"${enum}"`
	LogLevel  string `enum:"debug,info,warn,error" default:"warn" help:"${enum}"`
}

func vars() kong.Vars {
	return kong.Vars{
		"http": emulator.DefaultHTTP, "https": emulator.DefaultHTTPS, "proxy": emulator.DefaultProxy,
		"fixture": emulator.DefaultFixture, "formats": strings.Join(emulator.Formats(), ","),
	}
}

// emulator makes the emulator that the flags describe.
func (f emulatorFlags) emulator(t terminal) (*emulator.Emulator, error) {
	o := emulator.Options{
		HTTP: f.HTTP, HTTPS: f.HTTPS, Proxy: f.Proxy, Seed: f.Seed, Clock: f.Clock, PublicURL: f.PublicURL,
		Lenient: f.Lenient, Faults: f.Faults, StateDir: f.StateDir, WorldIdle: f.WorldIdle, WebhookHosts: f.WebhookHosts, SMTPRelay: f.SMTPRelay, Drain: f.Drain,
		Version: version, Log: f.logger(t.stderr),
	}
	traces, err := f.traces(os.Getenv)
	if err != nil {
		return nil, err
	}
	o.Traces = traces
	for _, name := range f.Fixtures {
		s, err := emulator.Fixture(name)
		if err != nil {
			return nil, err
		}
		o.Fixtures = append(o.Fixtures, s)
	}
	if f.Keys != "" {
		pem, err := os.ReadFile(f.Keys)
		if err != nil {
			return nil, err
		}
		o.Keys = pem
	}
	if dir, err := os.UserCacheDir(); err == nil {
		o.KeyCache = filepath.Join(dir, "tennantite")
	}
	return emulator.New(o)
}

func (f emulatorFlags) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil {
		level = slog.LevelWarn // kong lets no other through
	}
	o := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// announce writes the files of --ca-file and --addr-file, in that order.
func (f emulatorFlags) announce(e *emulator.Emulator) error {
	if err := writeWhole(f.CAFile, e.CA()); err != nil {
		return err
	}
	text, err := json.MarshalIndent(e.Addresses(), "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(f.AddrFile, append(text, '\n'))
}

// writeWhole writes a file so that nobody reads half of it; without a path it does nothing.
func writeWhole(path string, text []byte) error {
	if path == "" {
		return nil
	}
	next := path + ".new"
	if err := os.WriteFile(next, text, 0o644); err != nil { //nolint:gosec // others may read where we are
		return err
	}
	return os.Rename(next, path)
}

type serveCmd struct{ emulatorFlags }

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, t terminal) error {
	settle := hurry()
	e, err := c.emulator(t)
	if err != nil {
		return err
	}
	return e.Run(ctx, func(a emulator.Addresses) error {
		defer settle(ctx)
		if err := c.announce(e); err != nil {
			return err
		}
		return readyLine(t.stdout, a)
	})
}

// readyLine tells in one line that everything can be used, and where.
func readyLine(w io.Writer, a emulator.Addresses) error {
	words := []string{"ready"}
	for _, x := range []struct{ name, address string }{{"http", a.HTTP}, {"https", a.HTTPS}, {"proxy", a.Proxy}} {
		if x.address != "" {
			words = append(words, x.name+"="+x.address)
		}
	}
	_, err := fmt.Fprintln(w, strings.Join(words, " "))
	return err
}

// hurry lets the heap of a start grow until its first collection, which only a large fixture comes to see: a start makes
// little garbage and is over in milliseconds. settle, called when everything can be used, gives back what it took, heap and
// mapped pages of the program, once the first requests have had their answers, and then makes room until ctx ends. What a
// world holds is small, and the collector would otherwise run after every few megabytes of garbage, at each page of a
// listing. Memory that is never touched counts as alive and is not resident, so it gives the heap some tens of megabytes
// between collections, whatever the world's size. Whoever set GOGC or GOMEMLIMIT has it his way.
func hurry() (settle func(ctx context.Context)) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func(context.Context) {}
	}
	const (
		percent = 800 // of the runtime's 4 MiB
		soon    = 300 * time.Millisecond
		room    = 32 << 20
	)
	before := debug.SetGCPercent(percent)
	runtime.AddCleanup(new([64]byte), func(before int) { debug.SetGCPercent(before) }, before) // runs at the first collection
	return func(ctx context.Context) {
		time.AfterFunc(soon, func() {
			untouched := make([]byte, room)
			context.AfterFunc(ctx, func() { runtime.KeepAlive(untouched) })
			debug.SetGCPercent(before)
			debug.FreeOSMemory()
			releaseProgram()
		})
	}
}
