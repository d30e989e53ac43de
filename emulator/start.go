package emulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
)

// Start runs an emulator for a test: a process's worlds of its own on free ports, ended with the test. change adjusts the
// options before it starts.
//
//	emu := emulator.Start(t)
//	client := emu.HTTPClient()
//	client.Get("https://graph.microsoft.com/v1.0/me")
func Start(tb testing.TB, change ...func(*Options)) *Emulator {
	tb.Helper()
	o := Options{HTTP: "127.0.0.1:0", HTTPS: "127.0.0.1:0", Proxy: "127.0.0.1:0"}
	if dir, err := os.UserCacheDir(); err == nil {
		o.KeyCache = filepath.Join(dir, "tennantite") // making a key costs more than most tests
	}
	for _, f := range change {
		f(&o)
	}
	e, err := New(o)
	if err != nil {
		tb.Fatalf("emulator: %v", err)
	}
	if err := e.Listen(); err != nil {
		tb.Fatalf("emulator: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), e.options.Drain)
		defer cancel()
		if err := e.Shutdown(ctx); err != nil {
			tb.Errorf("emulator: %v", err)
		}
	})
	return e
}

// HTTPClient returns a client of the world main that reaches the real host names through the proxy and trusts the
// emulator's certificates. Addresses of this machine are reached directly. The proxy must be on.
func (e *Emulator) HTTPClient() *http.Client { return e.WorldClient(MainWorld) }

// WorldClient is HTTPClient for another world.
func (e *Emulator) WorldClient(world string) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(e.ca.cert)
	proxy := &url.URL{}
	if w, err := e.world(world); err == nil {
		if u, err := url.Parse(e.proxyURL(w)); err == nil {
			proxy = u
		}
	} else {
		proxy = &url.URL{Scheme: "http", Host: hostPort(e.Addresses().Proxy), User: url.User(world)} // the proxy says that there is none
	}
	return &http.Client{Transport: &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			if h := r.URL.Hostname(); h == "localhost" || net.ParseIP(h) != nil {
				return nil, nil
			}
			return proxy, nil
		},
		TLSClientConfig:   &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}}
}

func hostPort(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// ForTest makes a world that begins as main is now and ends with the test, and returns its name. Tests in worlds of their own
// run side by side.
//
//	client := emu.WorldClient(emu.ForTest(t))
func (e *Emulator) ForTest(tb testing.TB) string {
	tb.Helper()
	w, err := e.Fork("", MainWorld, false)
	if err != nil {
		tb.Fatalf("emulator: %v", err)
	}
	tb.Cleanup(func() {
		if err := e.DeleteWorld(w.Name); err != nil {
			tb.Errorf("emulator: %v", err)
		}
	})
	return w.Name
}

// View reads a world, as rules do.
func (e *Emulator) View(world string, f func(*state.Tx) error) error {
	w, err := e.world(world)
	if err != nil {
		return err
	}
	return w.store.View(f)
}

// Update changes a world, as rules do: what f returns nil for is committed.
func (e *Emulator) Update(world string, f func(*state.Tx) error) error {
	w, err := e.world(world)
	if err != nil {
		return err
	}
	return w.store.Update(f)
}
