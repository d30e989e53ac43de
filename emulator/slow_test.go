package emulator

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A client that stops in the middle of its body is let go.
func TestAStalledBodyEnds(t *testing.T) {
	t.Parallel()
	const limit = 50 * time.Millisecond
	got := make(chan error, 1)
	s := httptest.NewServer(unhurried(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		got <- err
	}), time.Now, limit)) //nolint:forbidigo // connections go by the wall clock
	defer s.Close()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err == nil {
		t.Error("half a body was taken for a whole one")
	}
}
