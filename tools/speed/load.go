package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// call is a request that is sent over and over.
type call struct {
	method, host, path, kind, token, body string
	fresh                                 bool // %d in the body is another number each time
}

var drawn atomic.Int64

func (c call) request(address string) (*http.Request, error) {
	body := c.body
	if c.fresh {
		body = fmt.Sprintf(c.body, drawn.Add(1))
	}
	r, err := http.NewRequest(c.method, address+c.path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Host = c.host
	if c.kind != "" {
		r.Header.Set("Content-Type", c.kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	return r, nil
}

const connections = 16

// rate is how many calls a second a server answers to that many connections.
func (c call) rate(address string, length time.Duration) (float64, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}
	defer transport.CloseIdleConnections()
	var (
		done   atomic.Int64
		failed error
		once   sync.Once
		wg     sync.WaitGroup
		client = http.Client{Transport: transport}
		began  = time.Now()
	)
	for range connections {
		wg.Go(func() {
			for time.Since(began) < length {
				if err := c.send(&client, address); err != nil {
					once.Do(func() { failed = err })
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), failed
}

func (c call) send(client *http.Client, address string) error {
	r, err := c.request(address)
	if err != nil {
		return err
	}
	a, err := client.Do(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode >= http.StatusBadRequest {
		b, _ := io.ReadAll(a.Body) // the status says enough
		return fmt.Errorf("%s %s: %s: %s", c.method, c.path, a.Status, b)
	}
	_, err = io.Copy(io.Discard, a.Body)
	return err
}

// serveBare is a JSON server with nothing in it: what was PUT to a path is sent to everybody who asks there.
func serveBare(out io.Writer) error {
	var answers sync.Map
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "ready http=http://%s\n", l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if r.Method == http.MethodPut {
			answers.Store(r.URL.Path, b)
			return
		}
		if v, ok := answers.Load(r.URL.Path); ok {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(v.([]byte)) // a client that has gone away is no failure of ours
			return
		}
		http.NotFound(w, r)
	}))
}

// startBare runs this program once more, as the bare server.
func startBare() (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-bare")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd}
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	_, p.address, _ = strings.Cut(strings.TrimSpace(string(line[:n])), "http=")
	return p, nil
}

// teach makes the bare server answer a path with these bytes.
func (p *process) teach(path string, answer []byte) error {
	r, err := http.NewRequest(http.MethodPut, p.address+path, bytes.NewReader(answer))
	if err != nil {
		return err
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return a.Body.Close()
}
