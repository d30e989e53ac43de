// Package console is the pages for people at the root of the control host: two organisations side by side, directory,
// sharing, libraries, mailboxes, the timeline of what clients asked, the controls of the world. A page is a row of a table
// ([page]: path, title, place in the navigation, what it shows, what can be done on it); a group of pages is one file with
// its templates beside it, as in the faces. The adapter opens one transaction per request (View to show, Update to act),
// finds organisation and acting person, checks where a form came from and writes the layout around what the page shows.
//
// A page decides nothing: it calls the rules that the faces call, as the person whom the presenter acts as, so the real
// service's refusals show with their reason. What a page needs of the process it declares in [Host], which emulator
// implements. The console is never reachable through an emulated host. CONTRIBUTING.md tells how to add a page.
package console

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/collaboration"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// Host is the process as the console needs it.
type Host interface {
	// WorldNames lists the worlds, main first.
	WorldNames() []string
	// WorldStore is the database of a world.
	WorldStore(world string) (*state.Store, bool)

	// Requests are what clients asked of a world, the newest so many, oldest first, without their contents.
	Requests(world string, newest int) []Request
	// Request is one of them with its contents, secrets masked.
	Request(world string, seq uint64) (Request, bool)
	// Asked is closed when the next request to a world was answered; nil where there is no such world.
	Asked(world string) <-chan struct{}

	// Worlds are the worlds with what they were forked from, main first.
	Worlds() []World
	// Fork makes a world that begins as another is now; name "" draws one.
	Fork(name, from string) (string, error)
	DeleteWorld(name string) error
	// Begin puts a world to what main was at its beginning.
	Begin(name string) error
	// Port is that of a world's own listener, "" where it has none and shares the process's.
	Port(world string, secure bool) string
	// Reset puts a world back to its beginning.
	Reset(world string) error
	// Snapshots are a world's by name; taking one of a name that is there replaces it.
	Snapshots(world string) ([]Snapshot, error)
	TakeSnapshot(world, name string) error
	Restore(world, name string) error
	DeleteSnapshot(world, name string) error
}

// Options are what the console needs.
type Options struct {
	Host    Host
	B2B     b2b.Manager
	Sharing sharing.Manager
	Groups  collaboration.Manager
	// Redeem follows the address of a letter as somebody, with account organizational, microsoft or code, by the rules of the
	// pages of redemption. guest is his object in the organisation, url where it led.
	Redeem func(tx *state.Tx, url, as, account string) (guest state.User, led string, err error)
	Log    *slog.Logger
	Rand   io.Reader // of browser sessions; nil is crypto/rand
}

// face is the console of one process.
type face struct {
	Options
	key         []byte // what form tokens are made with
	pages       []page
	router      *mux.Router
	crossOrigin *http.CrossOriginProtection
	plays       plays
}

const keyBytes = 32

// New returns the console. The request's world is in its context ([state.FromContext]); a path that begins with /w/NAME
// names another one.
func New(o Options) http.Handler {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	f := &face{Options: o, key: make([]byte, keyBytes), pages: pages(), crossOrigin: http.NewCrossOriginProtection()}
	if _, err := io.ReadFull(o.Rand, f.key); err != nil {
		panic("console: no randomness: " + err.Error()) // the operating system's source does not fail
	}
	f.router = mux.NewRouter().SkipClean(true)
	f.router.Path("/assets/{name}").Methods(http.MethodGet, http.MethodHead).HandlerFunc(serveAsset)
	for i := range f.pages {
		p := &f.pages[i]
		f.router.Path(p.Path).Name(p.Path).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.serve(p, w, r) }))
	}
	f.router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.serve(unknownPage(), w, r) })
	return f
}

// pages is the table of contents of the console: one list per file.
func pages() []page {
	var all []page
	for _, part := range [][]page{
		homePages(), mailPages(), timelinePages(), controlPages(), peoplePages(), groupPages(), applicationPages(), policyPages(), sharingPages(),
		libraryPages(), binPages(), sharePages(), accessPages(), receivedPages(), scenarioPages(), sessionPages(), livePages(),
	} {
		all = append(all, part...)
	}
	return all
}
