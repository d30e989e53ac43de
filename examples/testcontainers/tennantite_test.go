// Package testcontainers_test shows Tennantite in a container of a Go test: the image that `make image` builds, started once
// for the test, on ports that the engine picks. A Go test needs no container, see the package emulator: this is for those
// whose other services are containers already.
package testcontainers_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/docker/go-connections/nat"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// start runs the image and returns the address of the control plane and a client that reaches the real names.
func start(t *testing.T) (control string, client *http.Client) {
	t.Helper()
	testcontainers.SkipIfProviderIsNotHealthy(t)
	c, err := testcontainers.Run(t.Context(), "tennantite:dev",
		testcontainers.WithExposedPorts("4365/tcp", "4367/tcp"),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/readyz").WithPort("4365/tcp").WithStartupTimeout(30*time.Second)))
	testcontainers.CleanupContainer(t, c)
	if err != nil {
		t.Fatal(err)
	}
	address := func(port nat.Port) string {
		t.Helper()
		u, err := c.PortEndpoint(t.Context(), port, "http")
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	control = address("4365/tcp") + "/_tennantite/v1"
	proxy, err := url.Parse(address("4367/tcp"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(get(t.Context(), t, http.DefaultClient, control+"/ca.pem", http.StatusOK))
	return control, &http.Client{Transport: &http.Transport{
		Proxy:           http.ProxyURL(proxy),
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	}}
}

func get(ctx context.Context, t *testing.T, client *http.Client, address string, want int) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != want {
		t.Fatalf("%s: %d %v", address, answer.StatusCode, err)
	}
	return body
}

func TestReachesTheRealNames(t *testing.T) {
	_, client := start(t)
	get(t.Context(), t, client, "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration", http.StatusOK)
	get(t.Context(), t, client, "https://graph.microsoft.com/v1.0/me", http.StatusUnauthorized)
}
