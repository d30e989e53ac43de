package main

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// process is a server under measurement.
type process struct {
	cmd     *exec.Cmd
	address string        // http://127.0.0.1:port
	took    time.Duration // from its start to the 200 of /readyz; 0 for the bare server
}

// start runs the emulator on free ports and waits until it can be used. cache is where it keeps its keys.
func start(binary, cache string, args ...string) (*process, error) {
	cmd := exec.Command(binary, append([]string{"serve", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--proxy", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache, "HOME="+cache)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s was not ready", binary), err, p.stop())
	}
	_, rest, _ := strings.Cut(line, "http=")
	p.address, _, _ = strings.Cut(rest, " ")
	a, err := http.Get(p.address + "/readyz")
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	a.Body.Close()
	p.took = time.Since(began)
	if a.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("/readyz answered %s", a.Status), p.stop())
	}
	return p, nil
}

func (p *process) stop() error {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
	return nil
}

// resident is the memory that the process holds, in MiB.
func (p *process) resident() (float64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return kib / 1024, err
}

const (
	startRuns = 21
	keyRuns   = 9
	settled   = 2 * time.Second
)

// starts measures what a start costs: time, the first token, and the memory that is held when nothing happens.
func starts(binary string) ([]row, error) {
	cache, err := os.MkdirTemp("", "speed")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(cache)
	var ready, first, cached, idle, generated sample
	once := func(cache string, token *sample) error {
		p, err := start(binary, cache)
		if err != nil {
			return err
		}
		defer p.stop()
		began := time.Now()
		if _, err := p.token(); err != nil {
			return err
		}
		*token = append(*token, ms(time.Since(began)))
		return nil
	}
	if err := keep(binary, cache); err != nil {
		return nil, err
	}
	for range keyRuns {
		empty, err := os.MkdirTemp(cache, "empty")
		if err != nil {
			return nil, err
		}
		began := time.Now()
		if _, err := rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, err
		}
		generated = append(generated, ms(time.Since(began)))
		if err := errors.Join(once(empty, &first), once(cache, &cached)); err != nil {
			return nil, err
		}
	}
	for range startRuns {
		p, err := start(binary, cache)
		if err != nil {
			return nil, err
		}
		ready = append(ready, ms(p.took))
		if len(idle) < keyRuns {
			time.Sleep(settled)
			m, err := p.resident()
			if err != nil {
				return nil, errors.Join(err, p.stop())
			}
			idle = append(idle, m)
		}
		if err := p.stop(); err != nil {
			return nil, err
		}
	}
	return []row{
		{what: "process start to 200 of `/readyz`", target: "≤ 15 ms", values: ready, format: "%.1f ms"},
		{
			what: "first token after a cold start, no key kept", target: "≤ 1.2 × RSA-2048 key generation", values: first, format: "%.0f ms",
			note: fmt.Sprintf("generating a key in Go: %.0f – %.0f – %.0f ms", generated.min(), generated.median(), generated.max()),
		},
		{what: "the same, key kept from an earlier run", target: "≤ 20 ms", values: cached, format: "%.1f ms"},
		{what: "resident memory, idle", target: "≤ 20 MiB", values: idle, format: "%.1f MiB"},
	}, nil
}

// keep runs the emulator for as long as it takes to keep its keys.
func keep(binary, cache string) error {
	p, err := start(binary, cache)
	if err != nil {
		return err
	}
	time.Sleep(settled)
	return p.stop()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// The application that the built-in world has for everybody.
const (
	tenant = "contoso.onmicrosoft.com"
	client = "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"
	secret = "tennantite-secret"
)

func tokenForm() string {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {secret},
		"scope": {"https://graph.microsoft.com/.default"},
	}.Encode()
}

// token asks for a token of Graph.
func (p *process) token() (string, error) {
	body, err := p.ask(call{
		method: http.MethodPost, host: "login.microsoftonline.com", path: "/" + tenant + "/oauth2/v2.0/token", body: tokenForm(),
		kind: "application/x-www-form-urlencoded",
	})
	if err != nil {
		return "", err
	}
	var t struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &t); err != nil || t.Token == "" {
		return "", fmt.Errorf("no token: %s", body)
	}
	return t.Token, nil
}

// ask sends one call and returns the answer's body.
func (p *process) ask(c call) ([]byte, error) {
	r, err := c.request(p.address)
	if err != nil {
		return nil, err
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s: %s", c.method, c.path, a.Status, b)
	}
	return b, err
}
