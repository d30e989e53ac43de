package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/tennantite/tennantite/emulator"
)

type runCmd struct {
	emulatorFlags

	Isolate bool     `help:"Give the command a network of its own in which the real names are the emulator's and nothing else is reached (Linux)."`
	Trust   []string `placeholder:"FILE" sep:"," help:"With --isolate: certificates, PEM, that a program has of its own; ours is added to them."`

	Command []string `arg:"" passthrough:"" name:"command" help:"The command with its arguments, after --."`
}

// Help says which variables the command gets.
func (runCmd) Help() string {
	return "Where the default addresses are taken, free ones are used: read them from the variables below.\n\n" + variableHelp() + isolateHelp
}

// variableHelp is one line for each variable that clients get, and for whom it is.
func variableHelp() string {
	t := emulator.Trust{CA: "ca.pem", Bundle: "bundle.pem", Keystore: "truststore.p12", WgetSetup: "wgetrc"}
	var b strings.Builder
	for _, v := range emulator.ClientEnvironment("http://127.0.0.1:4367", "http://127.0.0.1:4365", t) {
		fmt.Fprintf(&b, "    %-19s %s\n", v.Name, v.For)
	}
	return b.String()
}

// Validate takes what looks like a flag of ours for a mistyped one: everything from the first unknown word on is the command.
func (c *runCmd) Validate() error {
	if len(c.Command) > 0 && c.Command[0] != "--" && strings.HasPrefix(c.Command[0], "-") {
		return fmt.Errorf("unknown flag %s; the command comes after --", c.Command[0])
	}
	return nil
}

// Run starts the emulator, runs the command with its environment and ends with the command's exit code.
func (c *runCmd) Run(ctx context.Context, t terminal) error {
	if len(c.Command) > 0 && c.Command[0] == "--" {
		c.Command = c.Command[1:]
	}
	if len(c.Command) == 0 {
		return errors.New("run: say the command, after --")
	}
	if c.Isolate {
		return c.isolated(ctx, t)
	}
	if c.Proxy == "" {
		return errors.New("run: the command reaches the emulator through the proxy, so it cannot be off")
	}
	settle := hurry()
	e, err := c.start(t)
	if err != nil {
		return err
	}
	settle(ctx)
	defer c.stop(ctx, e, t)
	dir, err := os.MkdirTemp("", "tennantite-run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what is left is in the system's folder for such things
	return c.execute(e, dir, e.Addresses().Proxy, t, (*exec.Cmd).Start)
}

// stop ends the emulator; requests under way have the time of --drain.
func (c *runCmd) stop(ctx context.Context, e *emulator.Emulator, t terminal) {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Drain)
	defer cancel()
	if err := e.Shutdown(ending); err != nil {
		t.complain(err)
	}
}

// execute runs the command against an emulator that listens. Certificate files are written into dir; proxy is "" where
// the real names lead to the emulator by themselves.
func (c *runCmd) execute(e *emulator.Emulator, dir, proxy string, t terminal, start func(*exec.Cmd) error) error {
	a := e.Addresses()
	if err := c.announce(e); err != nil {
		return err
	}
	trust, err := emulator.WriteTrust(dir, e.CA(), os.Getenv("SSL_CERT_FILE"))
	if err != nil {
		return err
	}
	env := emulator.Overlay(os.Environ(), emulator.ClientEnvironment(proxy, a.HTTP, trust))
	path, err := exec.LookPath(c.Command[0])
	if err != nil {
		const notFound = exitCode(127) // as shells say it
		t.complain(err)
		return notFound
	}
	return wait(t, func() (*exec.Cmd, error) {
		cmd := exec.Command(path, c.Command[1:]...) //nolint:gosec,noctx // it is the caller's command, and ends when it ends
		cmd.Args[0] = c.Command[0]
		cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, t.stdin, t.stdout, t.stderr
		return cmd, start(cmd)
	})
}

// start makes the emulator and opens its listeners: on free ports where the default addresses are taken.
func (c *runCmd) start(t terminal) (*emulator.Emulator, error) {
	e, err := c.emulator(t)
	if err != nil {
		return nil, err
	}
	err = e.Listen()
	defaults := c.HTTP == emulator.DefaultHTTP && c.HTTPS == emulator.DefaultHTTPS && c.Proxy == emulator.DefaultProxy
	if !errors.Is(err, syscall.EADDRINUSE) || !defaults {
		return e, err
	}
	if err := e.Shutdown(context.Background()); err != nil { // a state directory is free for the next one
		return nil, err
	}
	c.HTTP, c.HTTPS, c.Proxy = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	if e, err = c.emulator(t); err != nil {
		return nil, err
	}
	return e, e.Listen()
}

// wait starts a command, waits for its end and returns its exit code. Signals go on to it; ^C reaches it by the terminal.
func wait(t terminal, start func() (*exec.Cmd, error)) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, passedOn...)
	defer signal.Stop(signals)
	cmd, err := start()
	if err != nil {
		return err
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-signals:
				if s != os.Interrupt || !isTerminal(t.stdin) {
					_ = cmd.Process.Signal(s) // it may have ended meanwhile
				}
			case <-done:
				return
			}
		}
	}()
	err = cmd.Wait()
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return err
	}
	const bySignal = 128 // as shells say it
	if s, ok := ended.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return exitCode(bySignal + int(s.Signal()))
	}
	return exitCode(ended.ExitCode())
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
