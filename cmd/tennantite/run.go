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

	"github.com/tennantite/tennantite/emulator"
)

type runCmd struct {
	emulatorFlags

	Command []string `arg:"" passthrough:"" name:"command" help:"The command with its arguments, after --."`
}

// Help says which variables the command gets.
func (runCmd) Help() string {
	return "Where the default addresses are taken, free ones are used: read them from the variables below.\n\n" + variableHelp()
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

// Run starts the emulator, runs the command with its environment and ends with the command's exit code.
func (c *runCmd) Run(ctx context.Context, t terminal) error {
	command := c.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		return errors.New("run: say the command, after --")
	}
	if c.Proxy == "" {
		return errors.New("run: the command reaches the emulator through the proxy, so it cannot be off")
	}
	defer makeRoom()()
	e, err := c.start(t)
	if err != nil {
		return err
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Drain)
		defer cancel()
		if err := e.Shutdown(ending); err != nil {
			t.complain(err)
		}
	}()
	a := e.Addresses()
	if err := c.writeAddresses(a); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "tennantite-run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what is left is in the system's folder for such things
	trust, err := emulator.WriteTrust(dir, e.CA(), os.Getenv("SSL_CERT_FILE"))
	if err != nil {
		return err
	}
	return execute(command, environment(emulator.ClientEnvironment(a.Proxy, a.HTTP, trust)), t)
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
	c.HTTP, c.HTTPS, c.Proxy = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	if e, err = c.emulator(t); err != nil {
		return nil, err
	}
	return e, e.Listen()
}

// environment is ours with the variables in place of those that it had. Proxies for everything would win over ours in some
// clients, so they go.
func environment(v []emulator.Variable) []string {
	ours := map[string]bool{"ALL_PROXY": true, "all_proxy": true}
	for _, x := range v {
		ours[x.Name] = true
	}
	var env []string
	java := ""
	for _, x := range os.Environ() {
		name, value, _ := strings.Cut(x, "=")
		if name == javaVariable {
			java = value + " "
		}
		if !ours[name] {
			env = append(env, x)
		}
	}
	for _, x := range v {
		if x.Name == javaVariable {
			x.Value = java + x.Value
		}
		env = append(env, x.Name+"="+x.Value)
	}
	return env
}

const javaVariable = "JAVA_TOOL_OPTIONS" // it is a list, so what is in it stays

// execute runs a command to its end and returns its exit code. Signals go on to it; ^C reaches it by the terminal.
func execute(command, env []string, t terminal) error {
	path, err := exec.LookPath(command[0])
	if err != nil {
		const notFound = exitCode(127) // as shells say it
		t.complain(err)
		return notFound
	}
	cmd := exec.Command(path, command[1:]...) //nolint:gosec,noctx // it is the caller's command, and ends when it ends
	cmd.Args[0] = command[0]
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, t.stdin, t.stdout, t.stderr
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
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
	if !ok {
		return false
	}
	s, err := f.Stat()
	return err == nil && s.Mode()&os.ModeCharDevice != 0
}
