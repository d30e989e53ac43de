package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tennantite/tennantite/control"
	"github.com/tennantite/tennantite/emulator"
)

// controlFlags say which running emulator is meant.
type controlFlags struct {
	Control string `default:"http://${http}" env:"TENNANTITE_CONTROL" placeholder:"URL" help:"Address of the running emulator's HTTP listener."`
	World   string `placeholder:"NAME" help:"Which of its worlds, if not main."`
}

// base is the address without a path: TENNANTITE_CONTROL has that of the control plane.
func (f controlFlags) base() string {
	return strings.TrimSuffix(strings.TrimSuffix(f.Control, "/"), "/_tennantite/v1")
}

const (
	askTimeout  = 10 * time.Second
	longestBody = 1 << 20
)

// get asks the emulator. It takes no proxy: the emulator's own may be in the environment.
func (f controlFlags) get(ctx context.Context, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base()+path, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("no emulator: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, longestBody))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s%s answers %s", f.base(), path, answer.Status)
	}
	return body, nil
}

type caCmd struct {
	controlFlags
}

// Run prints the certificate authority.
func (c *caCmd) Run(ctx context.Context, t terminal) error {
	pem, err := c.get(ctx, "/_tennantite/v1/ca.pem")
	if err != nil {
		return err
	}
	_, err = t.stdout.Write(pem)
	return err
}

type envCmd struct {
	controlFlags

	Format string `enum:"${formats}" default:"sh" help:"${enum}"`
	Dir    string `type:"path" placeholder:"DIR" help:"Folder for the certificate files, if not the user's cache."`
}

// Help says how it is used.
func (envCmd) Help() string {
	return `Let your shell evaluate what it prints:

    sh          eval "$(tennantite env)"
    fish        tennantite env --format fish | source
    PowerShell  tennantite env --format powershell | Out-String | Invoke-Expression

` + variableHelp()
}

// Run writes the certificate files and prints the variables.
func (c *envCmd) Run(ctx context.Context, t terminal) error {
	text, err := c.get(ctx, "/_tennantite/v1/info")
	if err != nil {
		return err
	}
	var info control.Info
	if err := json.Unmarshal(text, &info); err != nil {
		return fmt.Errorf("the emulator's answer: %w", err)
	}
	if info.Addresses["proxy"] == "" {
		return fmt.Errorf("the emulator's proxy is off")
	}
	proxy, err := c.proxy(info.Addresses["proxy"])
	if err != nil {
		return err
	}
	pem, err := c.get(ctx, "/_tennantite/v1/ca.pem")
	if err != nil {
		return err
	}
	dir := c.Dir
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("say --dir: %w", err)
		}
		dir = filepath.Join(cache, "tennantite", "trust-"+info.CAFingerprint[:min(len(info.CAFingerprint), 16)])
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // certificates are public
		return err
	}
	trust, err := emulator.WriteTrust(dir, pem, "")
	if err != nil {
		return err
	}
	out, err := emulator.FormatEnvironment(emulator.ClientEnvironment(proxy, c.base(), trust), c.Format)
	if err != nil {
		return err
	}
	_, err = io.WriteString(t.stdout, out)
	return err
}

// proxy is the proxy as it is reached from here: where the emulator calls itself loopback and we do not, the host is the one
// that we reached it by.
func (c *envCmd) proxy(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	here, err := url.Parse(c.base())
	if err != nil {
		return "", err
	}
	if h := here.Hostname(); h != "localhost" && h != u.Hostname() && u.Port() != "" {
		u.Host = h + ":" + u.Port()
	}
	if c.World != "" {
		u.User = url.User(c.World)
	}
	return u.String(), nil
}

type healthcheckCmd struct {
	controlFlags

	Wait time.Duration `placeholder:"TIME" help:"Ask again so long."`
}

// Run succeeds if the emulator can be used.
func (c *healthcheckCmd) Run(ctx context.Context, _ terminal) error {
	const pause = 50 * time.Millisecond
	if c.Wait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Wait)
		defer cancel()
	}
	for {
		_, err := c.get(ctx, "/readyz")
		if err == nil || c.Wait == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready after %s: %w", c.Wait, err)
		case <-time.After(pause):
		}
	}
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(t terminal) error {
	_, err := fmt.Fprintln(t.stdout, "tennantite", version)
	return err
}
