package emulator

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tennantite/tennantite/emulator/links"
)

// Addresses are where an emulator, or a world of its own, is reached; "" for a listener that is off.
type Addresses struct {
	HTTP  string `json:"http,omitempty"`  // http://127.0.0.1:4365
	HTTPS string `json:"https,omitempty"` // https://127.0.0.1:4366
	Proxy string `json:"proxy,omitempty"` // http://127.0.0.1:4367
}

// Map is the addresses by name, without those that are off.
func (a Addresses) Map() map[string]string {
	m := map[string]string{}
	for name, address := range map[string]string{"http": a.HTTP, "https": a.HTTPS, "proxy": a.Proxy} {
		if address != "" {
			m[name] = address
		}
	}
	return m
}

// Addresses returns where the emulator listens.
func (e *Emulator) Addresses() Addresses {
	if e.shared == nil {
		return Addresses{}
	}
	return e.shared.addresses
}

// listeners are the open ports of the process, or of one world, with the servers behind them.
type listeners struct {
	addresses Addresses
	failed    chan error // a server that ended by itself
	servers   []*http.Server
	tunnels   *tunnels
}

// What a client may take for itself. The services' own limits are the faces'.
const (
	headerTimeout = 30 * time.Second
	idleTimeout   = 3 * time.Minute
	headerBytes   = 128 << 10
)

// listen opens the addresses that are not "" and serves on them; several of a kind are separated by commas, the first is the
// one that is told. world is whose requests come there, "" for no particular one.
func (e *Emulator) listen(world, httpAddress, httpsAddress, proxyAddress string) (*listeners, error) {
	l := &listeners{failed: make(chan error, 1)}
	var opened []net.Listener
	open := func(addresses, scheme string, to *string) (all []net.Listener) {
		for address := range strings.SplitSeq(addresses, ",") {
			if address == "" {
				continue
			}
			n, err := net.Listen("tcp", address)
			if err != nil {
				l.fail(fmt.Errorf("listen: %w", err))
				return nil
			}
			all, opened = append(all, n), append(opened, n)
			if *to == "" {
				*to = scheme + "://" + reachable(n.Addr())
			}
		}
		return all
	}
	plain := open(httpAddress, "http", &l.addresses.HTTP)
	secure := open(httpsAddress, "https", &l.addresses.HTTPS)
	proxy := open(proxyAddress, "http", &l.addresses.Proxy)
	select {
	case err := <-l.failed:
		for _, n := range opened {
			n.Close()
		}
		return nil, err
	default:
	}
	for _, n := range plain {
		l.serve(n, e.server(e, arrival{scheme: "http", world: world}))
	}
	for _, n := range secure {
		l.serve(n, e.secureServer(arrival{scheme: "https", world: world}))
	}
	if len(proxy) > 0 {
		l.tunnels = e.newTunnels(l)
	}
	for _, n := range proxy {
		l.serve(n, e.server(e.proxy(l.tunnels, world), arrival{scheme: "http", world: world, proxied: true}))
	}
	return l, nil
}

// reachable is an address that a client on this machine can use, also where every address was bound: "::" is bound for
// both protocols.
func reachable(a net.Addr) string {
	t, ok := a.(*net.TCPAddr)
	if !ok || !t.IP.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(t.Port))
}

func (l *listeners) fail(err error) {
	select {
	case l.failed <- err:
	default: // the first failure is told
	}
}

func (l *listeners) serve(n net.Listener, s *http.Server) {
	l.servers = append(l.servers, s)
	go func() {
		var err error
		if s.TLSConfig != nil {
			err = s.ServeTLS(n, "", "")
		} else {
			err = s.Serve(n)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			l.fail(err)
		}
	}()
}

// shutdown ends the servers: new connections are refused at once, requests under way have until ctx ends.
func (l *listeners) shutdown(ctx context.Context) {
	var wg sync.WaitGroup
	if l.tunnels != nil {
		l.tunnels.close()
	}
	for _, s := range l.servers {
		wg.Go(func() {
			if s.Shutdown(ctx) != nil {
				s.Close() //nolint:errcheck // what is left is cut off
			}
		})
	}
	wg.Wait()
}

// server returns a server for connections that came that way.
func (e *Emulator) server(h http.Handler, a arrival) *http.Server {
	return &http.Server{
		Handler:           unhurried(h, e.options.Now, bodyTimeout),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(e.options.Log.Handler(), slog.LevelDebug),
		ConnContext:       func(ctx context.Context, _ net.Conn) context.Context { return connected(ctx, a) },
	}
}

// secureServer is server over TLS, HTTP/2 included, with certificates of our own.
func (e *Emulator) secureServer(a arrival) *http.Server {
	s := e.server(e, a)
	s.TLSConfig = &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return e.certificate(h.ServerName, h.Conn)
		},
	}
	return s
}

// certificate returns the certificate for a name that we answer to; without a name, that of the address reached.
func (e *Emulator) certificate(name string, c net.Conn) (*tls.Certificate, error) {
	if name == "" {
		host, _, err := net.SplitHostPort(c.LocalAddr().String())
		if err != nil {
			return nil, fmt.Errorf("no server name: %w", err)
		}
		return e.ca.leaf(host)
	}
	name = bareHost(name)
	if strings.ContainsFunc(name, noHostName) { // a pattern would be good for every name
		return nil, fmt.Errorf("%s is no name of a host", quote(name))
	}
	public := ""
	for _, w := range e.worlds.all() {
		if h := w.publicHost(); h != "" && (name == h || len(name) > len(h) && name[len(name)-len(h)-1:] == "."+h) {
			public = h
			break
		}
	}
	if _, ok := links.Resolve("https", name, public); !ok && !ownName(name, public) {
		return nil, fmt.Errorf("%s", notEmulated(name))
	}
	return e.ca.leaf(name)
}

// noHostName tells whether a character stands in no name or address of a host; those of IPv6 have colons.
func noHostName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._:", r)
}
