package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator/disk"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/fixtures"
	"github.com/tennantite/tennantite/tokens"
)

// Emulator is a process's worlds behind one front door. It is safe for concurrent use.
type Emulator struct {
	options     Options
	started     time.Time
	ready       atomic.Bool
	ca          *authority
	dir         *disk.Directory // nil without one
	worlds      worlds
	faces       http.Handler // of emulated hosts
	control     http.Handler // of every other host
	console     http.Handler // of every other path there
	tokens      *tokens.Service
	hooks       *webhooks
	relay       *relay   // nil without one
	tracing     *tracing // nil without it
	metrics     *metrics
	crossOrigin *http.CrossOriginProtection
	shared      *listeners // of all worlds
	stopIdle    func()
	idleNews    chan struct{}

	trustMu  sync.Mutex
	trustDir string // where the certificate files are, "" before anybody asked
	trust    Trust
}

// New returns an emulator whose world main has loaded its fixtures. It listens nowhere yet: see [Emulator.Run] and
// [Emulator.Listen]. It fails where a fixture is wrong, a key cannot be read, or the state directory cannot be used.
func New(o Options) (*Emulator, error) {
	o = o.withDefaults()
	e := &Emulator{options: o, started: o.Now(), crossOrigin: http.NewCrossOriginProtection(), idleNews: make(chan struct{}, 1)}
	if err := e.openState(); err != nil {
		return nil, err
	}
	if err := e.begin(); err != nil {
		return nil, errors.Join(err, e.closeState())
	}
	return e, nil
}

// begin makes everything that stands before the first request.
func (e *Emulator) begin() (err error) {
	if e.ca, err = e.authority(); err != nil {
		return err
	}
	e.hooks = newWebhooks(e.options.WebhookHosts, e.options.Log)
	e.metrics = newMetrics(func() int { return len(e.worlds.all()) })
	if address := e.options.SMTPRelay; address != "" {
		if e.relay, err = newRelay(address, e.options.Log, e.metrics.mails); err != nil {
			return err
		}
	}
	if e.tracing, err = newTracing(e.options.Traces, e.options.Version, e.options.Log); err != nil {
		return err
	}
	composed := make(chan error, 1)
	go func() { composed <- e.compose() }() // beside the fixtures: each takes half of a start
	worlds, err := e.firstWorlds()
	if err := errors.Join(<-composed, err); err != nil {
		return err
	}
	e.worlds.byName = worlds
	for _, w := range worlds {
		e.attach(w)
	}
	return nil
}

// mainWorld makes the world main: what the options say about every world, then its fixtures.
func (e *Emulator) mainWorld() (*world, error) {
	o := e.options
	sources := o.Fixtures
	if sources == nil {
		builtin, err := Fixture(DefaultFixture)
		if err != nil {
			return nil, err
		}
		sources = []fixtures.Source{builtin}
	}
	faults, err := control.FaultProfile(o.Faults)
	if err != nil {
		return nil, err
	}
	s := state.New(state.Options{Now: o.Now, Seed: o.Seed})
	err = s.Update(func(tx *state.Tx) error {
		w := tx.World()
		w.PublicURL, w.Lenient, w.Faults = o.PublicURL, o.Lenient, faults
		if !o.Clock.IsZero() {
			w.Frozen, w.FrozenAt = true, o.Clock.UTC()
		}
		tx.PutWorld(w)
		tokens.Bind(tx, MainWorld)
		return nil
	})
	if err != nil {
		return nil, err
	}
	// A transaction's time stands, so the clock had to be set in the one before.
	if err := s.Update(func(tx *state.Tx) error { return loader().Load(tx, sources...) }); err != nil {
		return nil, fmt.Errorf("fixtures: %w", err)
	}
	return e.newWorld(MainWorld, "", s), nil
}

// attach joins a world with what acts on its changes; detach ends that.
func (e *Emulator) attach(w *world) {
	w.sender = newSender(w, e.hooks, e.tracing, e.options.Log, w.resumed)
	w.post = e.relay.post(w.name, w.store)
}

func (e *Emulator) detach(w *world) {
	w.sender.stop()
	w.post.stop()
}

// Run listens, calls ready once everything can be used, and serves until ctx ends; then requests under way may end.
func (e *Emulator) Run(ctx context.Context, ready func(Addresses) error) error {
	stop := func() error {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.options.Drain)
		defer cancel()
		return e.Shutdown(ending)
	}
	if err := e.Listen(); err != nil {
		_ = stop() // the failure that is told is the first one
		return err
	}
	if err := ready(e.Addresses()); err != nil {
		_ = stop() // the failure that is told is the first one
		return err
	}
	select {
	case <-ctx.Done():
		return stop()
	case err := <-e.shared.failed:
		_ = stop() // the failure that is told is the first one
		return err
	case err := <-e.stateFailed():
		_ = stop() // the failure that is told is the first one
		return err
	}
}

// Listen opens the listeners and serves in the background until [Emulator.Shutdown].
func (e *Emulator) Listen() error {
	o := e.options
	l, err := e.listen("", o.HTTP, o.HTTPS, o.Proxy)
	if err != nil {
		return err
	}
	idle, stop := context.WithCancel(context.Background())
	e.shared, e.stopIdle = l, stop
	if err := e.listenAgain(); err != nil {
		return err
	}
	go e.watchIdle(idle)
	e.ready.Store(true)
	return nil
}

// Shutdown stops listening and waits for requests under way until ctx ends; then they are cut off.
func (e *Emulator) Shutdown(ctx context.Context) error {
	e.ready.Store(false)
	for _, w := range e.worlds.all() {
		if own := w.listening(); own != nil {
			own.shutdown(ctx)
		}
	}
	if e.shared != nil {
		e.stopIdle()
		e.shared.shutdown(ctx)
	}
	for _, w := range e.worlds.all() {
		e.detach(w)
	}
	e.relay.wait(ctx)
	_ = e.tracing.shutdown(ctx) // spans that could not be sent were told
	e.trustMu.Lock()
	defer e.trustMu.Unlock()
	err := e.closeState()
	if e.trustDir != "" {
		err = errors.Join(err, os.RemoveAll(e.trustDir))
	}
	return err
}
