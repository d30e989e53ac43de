package emulator

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tennantite/tennantite/emulator/links"
)

// tunnels are the connections inside of CONNECT tunnels. TLS in them is ended by a server of ours; msal-node up to
// version 2 speaks plain HTTP there, which the first byte tells.
type tunnels struct {
	secure, plain *inbox

	mu      sync.Mutex
	opening map[net.Conn]struct{} // tunnels whose client has said nothing yet
	closed  bool
}

// inbox is a listener whose connections are handed to it.
type inbox struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newInbox() *inbox { return &inbox{conns: make(chan net.Conn), done: make(chan struct{})} }

// put hands a connection over, or closes it where nobody takes any more.
func (i *inbox) put(c net.Conn) {
	select {
	case i.conns <- c:
	case <-i.done:
		c.Close()
	}
}

func (i *inbox) Accept() (net.Conn, error) {
	select {
	case c := <-i.conns:
		return c, nil
	case <-i.done:
		return nil, net.ErrClosed
	}
}

func (i *inbox) Close() error {
	i.once.Do(func() { close(i.done) })
	return nil
}

func (i *inbox) Addr() net.Addr { return &net.TCPAddr{} }

// tunnel is a connection inside of a CONNECT tunnel, with what the client had sent already put back before it.
type tunnel struct {
	net.Conn
	reader *bufio.Reader
	world  string
	host   string // that was asked for
}

func (t *tunnel) Read(b []byte) (int, error) { return t.reader.Read(b) }

func (e *Emulator) newTunnels(l *listeners) *tunnels {
	t := &tunnels{secure: newInbox(), plain: newInbox(), opening: map[net.Conn]struct{}{}}
	secure := e.secureServer(arrival{})
	secure.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if s, ok := c.(interface{ NetConn() net.Conn }); ok {
			c = s.NetConn()
		}
		return tunnelled(ctx, c, false)
	}
	l.serve(t.secure, secure)
	plain := e.server(unchunked(e), arrival{})
	plain.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return tunnelled(ctx, c, true) }
	l.serve(t.plain, plain)
	return t
}

func tunnelled(ctx context.Context, c net.Conn, plain bool) context.Context {
	a := arrival{scheme: "https", proxied: true, plain: plain}
	if t, ok := c.(*tunnel); ok {
		a.world = t.world
	}
	return connected(ctx, a)
}

// close lets no more tunnels begin and ends those in which nothing was said.
func (t *tunnels) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for c := range t.opening {
		c.Close()
	}
}

func (t *tunnels) begin(c net.Conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.opening[c] = struct{}{}
	return true
}

func (t *tunnels) end(c net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.opening, c)
}

// proxy answers the clients of the proxy listener: it ends CONNECT tunnels to emulated hosts here, answers plain requests
// to them, and refuses every other host at once. It opens no connection to anywhere.
func (e *Emulator) proxy(t *tunnels, own string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		world := own
		if name, ok := proxyUser(r); ok && own == "" {
			world = name
		}
		wd, err := e.world(world)
		switch {
		case err != nil:
			refuse(w, http.StatusForbidden, "Unknown world", "There is no world named "+quote(world)+": the proxy's user name is the name of a world.")
		case r.Method != http.MethodConnect && !r.URL.IsAbs():
			refuse(w, http.StatusBadRequest, "This is a proxy", "It takes CONNECT and absolute addresses. Pages and the control plane are on the HTTP listener.")
		case !e.proxies(r, wd):
			refuse(w, http.StatusForbidden, "Not emulated", notEmulated(r.Host))
		case r.Method != http.MethodConnect:
			r.Header.Del("Proxy-Authorization")
			r.Header.Del("Proxy-Connection")
			e.ServeHTTP(w, r.WithContext(withArrival(r.Context(), arrival{scheme: "http", world: world, proxied: true})))
		default:
			e.connect(w, r, t, world)
		}
	})
}

func (e *Emulator) proxies(r *http.Request, wd *world) bool {
	_, ok := links.Resolve("https", r.Host, wd.publicHost())
	return ok
}

// connect opens a tunnel. Until the client has said what it speaks, it has as long as for a request's header.
func (e *Emulator) connect(w http.ResponseWriter, r *http.Request, t *tunnels, world string) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		refuse(w, http.StatusInternalServerError, "No tunnel", "The connection cannot become a tunnel.")
		return
	}
	if !t.begin(conn) {
		conn.Close()
		return
	}
	go func() {
		defer t.end(conn)
		_ = conn.SetDeadline(time.Now().Add(headerTimeout)) //nolint:forbidigo // deadlines of connections are on the wall clock
		if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
			conn.Close()
			return
		}
		first, err := buffered.Peek(1)
		if err != nil || conn.SetDeadline(time.Time{}) != nil {
			conn.Close()
			return
		}
		const handshake = 0x16 // the first byte of TLS
		tc := &tunnel{Conn: conn, reader: buffered.Reader, world: world, host: r.Host}
		if first[0] == handshake {
			t.secure.put(tc)
		} else {
			t.plain.put(tc)
		}
	}()
}

// proxyUser is the user name that a client gave the proxy; any password will do.
func proxyUser(r *http.Request) (name string, ok bool) {
	scheme, value, _ := strings.Cut(r.Header.Get("Proxy-Authorization"), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
	if err != nil {
		return "", false
	}
	name, _, _ = strings.Cut(string(raw), ":")
	return name, name != ""
}

// unchunked gives answers a length and closes the connection after them: msal-node up to version 2 parses what comes out
// of the tunnel by itself and knows neither chunks nor a second answer.
func unchunked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := &held{header: w.Header(), status: http.StatusOK}
		next.ServeHTTP(b, r)
		w.Header().Set("Content-Length", strconv.Itoa(b.body.Len()))
		w.Header().Set("Connection", "close")
		w.WriteHeader(b.status)
		_, _ = b.body.WriteTo(w)
	})
}

// held is an answer that is kept back until it is whole.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header         { return h.header }
func (h *held) WriteHeader(status int)      { h.status = status }
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }
