package emulator_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// TestReadyMeansReady holds that nothing fails any more once the emulator has said that it can be used.
func TestReadyMeansReady(t *testing.T) {
	t.Parallel()
	e, err := emulator.New(emulator.Options{HTTP: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan emulator.Addresses, 1), make(chan error, 1)
	go func() {
		ended <- e.Run(ctx, func(a emulator.Addresses) error {
			ready <- a
			return nil
		})
	}()
	base := (<-ready).HTTP
	if status, _, body := ask(t, http.MethodGet, base+"/readyz", "", nil); status != http.StatusOK {
		t.Fatalf("ready was said, and %d %s answered", status, body)
	}
	const calls = 1000
	paths := []struct{ path, host string }{
		{"/_tennantite/v1/tenants", ""},
		{"/contoso.com/v2.0/.well-known/openid-configuration", "login.microsoftonline.com"},
		{"/v1.0/$metadata", "graph.microsoft.com"},
		{"/_tennantite/v1/openapi.json", ""},
	}
	client := &http.Client{}
	for n := range calls {
		p := paths[n%len(paths)]
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+p.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = p.host
		answer, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode >= http.StatusInternalServerError && answer.StatusCode != http.StatusNotImplemented {
			t.Fatalf("call %d: %s %s answers %s", n, p.host, p.path, answer.Status)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
