package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// memoryLimit is what the program is told to keep to (GOMEMLIMIT).
const memoryLimit = 64 << 20

// limited is the program under a limit of memory.
type limited struct {
	cmd     *exec.Cmd
	address string // of its HTTP listener
}

func startLimited(t *testing.T) *limited {
	t.Helper()
	home := t.TempDir()
	addresses := filepath.Join(home, "addresses.json")
	l := &limited{cmd: exec.Command("tennantite", "serve", "--http", "127.0.0.1:0", "--https=", "--proxy=", "--addr-file", addresses)}
	l.cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+home, "LocalAppData="+home, fmt.Sprint("GOMEMLIMIT=", memoryLimit))
	out, err := l.cmd.StdoutPipe()
	if err == nil {
		err = l.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = l.cmd.Process.Kill() // it has nothing to keep
		_ = l.cmd.Wait()         // killed
	})
	if _, err := out.Read(make([]byte, 1)); err != nil { // the ready line
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // it ends with the program
	text, err := os.ReadFile(addresses)
	var a struct{ HTTP string }
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		t.Fatal(err)
	}
	l.address = strings.TrimPrefix(a.HTTP, "http://")
	return l
}

var residentSize = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// resident is how much memory the program has, in bytes; 0 where the system does not tell.
func (l *limited) resident() int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", l.cmd.Process.Pid)) // there are systems without it
	m := residentSize.FindSubmatch(text)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(m[1])) // digits
	return n << 10
}

// TestIdleConnections opens ten thousand connections that say nothing, or half a header: the next client is answered, and each
// costs no more than its two buffers and a stack.
func TestIdleConnections(t *testing.T) {
	t.Parallel()
	l := startLimited(t)
	before := l.resident()
	const fewest, most = connections / 10, detector * 40 << 10
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for n := range connections {
		c, err := net.Dial("tcp", l.address) //nolint:noctx // it ends with the test
		if err != nil {
			t.Logf("this system lets us open %d connections: %v", n, err)
			break
		}
		conns = append(conns, c)
		if n%2 == 0 {
			if _, err := io.WriteString(c, "GET /v1.0/me HTTP/1.1\r\nHost: graph.micro"); err != nil {
				t.Fatal(err)
			}
		}
	}
	const patience = 20 * time.Second
	client := &http.Client{Timeout: patience}
	answer, err := client.Get("http://" + l.address + "/_tennantite/v1/info") //nolint:noctx // it has a timeout
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	each := (l.resident() - before) / max(len(conns), 1)
	t.Logf("%d connections, each costs %d bytes; %d KiB in all", len(conns), each, l.resident()>>10)
	if answer.StatusCode != http.StatusOK || len(conns) < fewest || each > most {
		t.Errorf("answered %s, %d connections of %d bytes each", answer.Status, len(conns), each)
	}
}

// TestMemoryIsBounded sends what costs memory from many clients at once: bodies that are too large, deep, or unfold, and
// uploads that are thrown away with their worlds. The program stays near the limit that it was told.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	l := startLimited(t)
	deep, large := strings.Repeat("[", 1<<20), strings.Repeat("x", 8<<20)
	const clients = 4
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			world := fmt.Sprint("bounded-", n)
			for range rounds {
				l.post(t, "localhost", "/_tennantite/v1/worlds", "", `{"name":"`+world+`"}`)
				l.post(t, "graph.microsoft.com", "/v1.0/users", world, deep)
				l.post(t, "graph.microsoft.com", "/v1.0/users", world, large)
				l.post(t, "login.microsoftonline.com", "/contoso.com/oauth2/v2.0/token", world, large)
				l.post(t, "localhost", "/_tennantite/v1/tokens", world, `{"as":"`+large+`"}`)
				l.post(t, "localhost", "/_tennantite/v1/import", world, "tenants: "+deep[:1<<16])
				l.send(t, http.MethodDelete, "localhost", "/_tennantite/v1/worlds/"+world, "", "")
			}
		})
	}
	wg.Wait()
	// The limit is one that the collector works towards: what is in use at the moment, bodies that are being read and decoded,
	// comes on top.
	const most = detector * (memoryLimit + clients*32<<20)
	got := l.resident()
	t.Logf("%d KiB are resident after %d requests, the limit is %d KiB", got>>10, clients*rounds*7, memoryLimit>>10)
	if got > most {
		t.Errorf("%d KiB are resident", got>>10)
	}
}

func (l *limited) post(t *testing.T, host, path, world, body string) {
	t.Helper()
	l.send(t, http.MethodPost, host, path, world, body)
}

// send sends a request; a refusal may cut it off, a failure of the program ends the test.
func (l *limited) send(t *testing.T, method, host, path, world, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+l.address+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Error(err)
		return
	}
	r.Host = host
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Tennantite-World", world)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return // cut off in the middle of what is too large
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode >= http.StatusInternalServerError { // half an answer will do
		t.Errorf("%s %s: %s %s", method, path, answer.Status, text)
	}
}
