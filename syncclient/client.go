package syncclient

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"
)

// defaultClient is Go's own but for names below localhost: they mean this machine (RFC 6761, 6.3), also where the system's
// resolver knows only localhost itself. A Sync button that was pressed by local names leads to such a name.
func defaultClient() *http.Client {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultClient
	}
	t = t.Clone()
	t.DialContext = dialLocal((&net.Dialer{Timeout: 30 * time.Second}).DialContext)
	return &http.Client{Transport: t}
}

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

func dialLocal(next dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(strings.ToLower(host), ".localhost") {
			address = net.JoinHostPort("localhost", port)
		}
		return next(ctx, network, address)
	}
}
