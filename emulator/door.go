package emulator

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// arrival is how a connection came.
type arrival struct {
	scheme  string
	world   string // of the proxy user or of the world's own listener, "" for none
	proxied bool   // through the proxy: only emulated hosts are reached
	plain   bool   // plain HTTP inside of a tunnel, where the client means https

	asked *atomic.Int64 // emulated requests of the connection so far; nil where there is none of ours
}

type arrivalKey struct{}

// connected is withArrival for a connection that begins.
func connected(ctx context.Context, a arrival) context.Context {
	a.asked = new(atomic.Int64)
	return withArrival(ctx, a)
}

// keptAlive counts a request and tells whether its connection had one before. The parts of a batch have no connection.
func keptAlive(r *http.Request) bool {
	a := arrivalOf(r.Context())
	return a.asked != nil && r.RequestURI != "" && a.asked.Add(1) > 1
}

func withArrival(ctx context.Context, a arrival) context.Context {
	return context.WithValue(ctx, arrivalKey{}, a)
}

func arrivalOf(ctx context.Context) arrival {
	a, _ := ctx.Value(arrivalKey{}).(arrival)
	return a
}

// WorldHeader names the world of a request that did not come through the proxy.
const WorldHeader = "X-Tennantite-World"

// ServeHTTP is the front door: it finds the world of a request and what its host means, and hands it to the face.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := arrivalOf(r.Context())
	if a.scheme == "" { // called without a listener of ours
		a.scheme = "http"
		if r.TLS != nil {
			a.scheme = "https"
		}
	}
	if r.URL.IsAbs() { // as proxies are asked; the host is in r.Host already
		if r.URL.Scheme == "https" {
			a.scheme = "https"
		}
		r.URL.Scheme, r.URL.Host = "", ""
	}
	name := a.world
	if h := r.Header.Get(WorldHeader); h != "" && !a.proxied {
		name = h
	}
	wd, err := e.world(name)
	if err != nil {
		refuse(w, http.StatusMisdirectedRequest, "Unknown world", "There is no world named "+quote(name)+
			": the proxy user or the header "+WorldHeader+" names one, and GET /_tennantite/v1/worlds lists them.")
		return
	}
	defer wd.visit(e.options.Now)()
	place, emulated := links.Resolve(a.scheme, r.Host, "")
	public := ""
	if !emulated { // most names need no look into the world
		public = wd.publicHost()
		place, emulated = links.Resolve(a.scheme, r.Host, public)
	}
	switch {
	case emulated:
		ctx := links.NewContext(state.NewContext(r.Context(), wd.store), place)
		e.tracing.serve(e.faces, w, r.WithContext(context.WithValue(ctx, worldKey{}, wd)), wd, place.Service.Surface())
	case a.proxied:
		refuse(w, http.StatusForbidden, "Not emulated", notEmulated(r.Host))
	default:
		control := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.serveControl(w, r, public) })
		e.tracing.serve(control, w, r.WithContext(state.NewContext(r.Context(), wd.store)), wd, "control")
	}
}

type worldKey struct{}

// worldOf is the world that the front door found for a request.
func worldOf(r *http.Request) *world {
	w, _ := r.Context().Value(worldKey{}).(*world)
	return w
}

// serveControl hands a request to the control plane and the console. A page of another site can make a browser call us:
// under a name of its own that resolves to this machine (DNS rebinding), so the name must be one that no stranger can own;
// or straight, so a request that changes something must come from one of our own pages.
func (e *Emulator) serveControl(w http.ResponseWriter, r *http.Request, public string) {
	if !ownName(r.Host, public) {
		refuse(w, http.StatusMisdirectedRequest, "Unknown host", quote(r.Host)+" is neither an emulated host nor a name of this machine. "+
			"If it is meant to be one, say --public-url.")
		return
	}
	if err := e.crossOrigin.Check(r); err != nil {
		refuse(w, http.StatusForbidden, "Cross-site request", "The control plane takes no requests from pages of other sites.")
		return
	}
	// The error is always nil: the function returns none.
	_ = state.FromContext(r.Context()).View(func(tx *state.Tx) error {
		if date, ok := tx.Date(); ok {
			w.Header().Set("Date", date)
		}
		return nil
	})
	if r.URL.Path == "/metrics" {
		e.metrics.handler().ServeHTTP(w, r)
		return
	}
	if control.Owns(r.URL.Path) {
		e.control.ServeHTTP(w, r)
		return
	}
	e.console.ServeHTTP(w, r)
}

// ownName tells whether a Host names this machine in a way that nobody else can: an address, a name without a dot (as
// container networks have them), a name below a domain that is never delegated, or the host of --public-url.
func ownName(host, public string) bool {
	name := bareHost(host)
	if name == "" || net.ParseIP(name) != nil || !strings.Contains(name, ".") {
		return name != ""
	}
	if public != "" && name == public {
		return true
	}
	for _, suffix := range []string{".localhost", ".internal", ".test"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// bareHost is a Host without port, brackets and a final dot, in lower case.
func bareHost(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// hostOf is the bare host of a URL, "" where there is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func notEmulated(host string) string {
	return quote(host) + " is not emulated, and Tennantite passes nothing on to the real network."
}

// quote makes a client's text safe to show: short, printable, in quotation marks.
func quote(s string) string {
	const longest = 100
	if len(s) > longest {
		s = s[:longest] + "…"
	}
	b, _ := json.Marshal(s) // a string always encodes
	return string(b)
}

// refuse answers with a problem document (RFC 9457): it is the front door that speaks, no emulated service.
func refuse(w http.ResponseWriter, status int, title, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"about:blank", title, status, detail}) // a client that went away is nobody's error
}
