package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/isolation"
)

// codeRefused is the exit code where the system gives no isolation.
const codeRefused exitCode = 125

// insideVariable tells the program that it is the one inside. It names the folder for its files, and no command sees it.
const insideVariable = "TENNANTITE_RUN_INSIDE"

const isolateHelp = `
With --isolate the command needs none of the proxy's: user, mount and network namespaces of its own have loopback only, the
real names are the emulator's on 443 and 80, every other name and address fails at once, and the emulator's authority is
added to the certificate bundles of the system, of Python and of Java. Node has its authorities built in, so
NODE_EXTRA_CA_CERTS is set. Exit code 125: the system allows no such namespaces; run without --isolate then.
`

// isolated runs the program again inside, where the emulator and the command are.
func (c *runCmd) isolated(ctx context.Context, t terminal) error {
	if dir, inside := os.LookupEnv(insideVariable); inside {
		return refused(c.inside(ctx, dir, t), t)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "tennantite-run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what is left is in the system's folder for such things
	return refused(wait(t, func() (*exec.Cmd, error) {
		return isolation.Start(func() *exec.Cmd {
			cmd := exec.Command(self, os.Args[1:]...) //nolint:gosec,noctx // it is this program, and ends with its command
			cmd.Args[0] = os.Args[0]
			cmd.Env = append(os.Environ(), insideVariable+"="+dir)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = t.stdin, t.stdout, t.stderr
			return cmd
		})
	}), t)
}

// refused says what else there is where isolation was refused.
func refused(err error, t terminal) error {
	var no *isolation.Refused
	if !errors.As(err, &no) {
		return err
	}
	t.complain(fmt.Errorf("run: %w", no))
	t.complain(errors.New("run without --isolate: the command then reaches the emulator through its proxy, by the variables that run sets"))
	return codeRefused
}

// inside furnishes the namespaces, starts the emulator in them and runs the command.
func (c *runCmd) inside(ctx context.Context, dir string, t terminal) error {
	if err := os.Unsetenv(insideVariable); err != nil {
		return err
	}
	c.HTTP, c.HTTPS = also(c.HTTP, "127.0.0.1:80"), also(c.HTTPS, "127.0.0.1:443")
	e, err := c.emulator(t)
	if err != nil {
		return err
	}
	files, err := c.files(e)
	if err != nil {
		return err
	}
	if err := isolation.Enter(dir, files); err != nil {
		return err
	}
	questions, err := net.ListenPacket("udp", isolation.Nameserver) //nolint:noctx // it is closed at the end
	if err != nil {
		return &isolation.Refused{Err: err}
	}
	defer questions.Close()
	go func() {
		if err := isolation.ServeNames(questions, emulator.Emulated); err != nil {
			t.complain(err)
		}
	}()
	if err := e.Listen(); err != nil {
		return err
	}
	defer c.stop(ctx, e, t)
	trust := filepath.Join(dir, "trust")
	if err := os.Mkdir(trust, 0o755); err != nil { //nolint:gosec // certificates are public
		return err
	}
	return c.execute(e, trust, "", t, isolation.StartCommand)
}

// also is a list of addresses with one more.
func also(addresses, one string) string {
	if addresses == "" {
		return one
	}
	return addresses + "," + one
}

// files are what is seen in place of the system's files.
func (c *runCmd) files(e *emulator.Emulator) ([]isolation.File, error) {
	for _, f := range c.Trust {
		if _, err := os.Stat(f); err != nil {
			return nil, fmt.Errorf("--trust: %w", err)
		}
	}
	stores, err := emulator.TrustStores(e.CA(), c.Trust, os.Getenv)
	if err != nil {
		return nil, err
	}
	read := func(path string) []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil // then there is nothing to keep of it
		}
		return b
	}
	hostname, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return append(isolation.NameFiles(read, hostname, e.Names()), stores...), nil
}
