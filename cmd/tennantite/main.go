// Command tennantite runs the emulator and helps clients to reach one: flags and subcommands, nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the linker: -X main.version.
var version = "dev"

// flags are those of every command.
type flags struct {
	Config kong.ConfigFlag `placeholder:"FILE" help:"Read flags from a YAML file, by their names; command line and environment win over it." env:"TENNANTITE_CONFIG"`
}

// command is a word of the command line with the flags of its own.
type command struct {
	name, help string
	flags      any
}

func commands() []command {
	return []command{
		{"serve", "Run until stopped.", &serveCmd{}},
		{"run", "Start, run a command that reaches it, pass its exit code on, stop.", &runCmd{}},
		{"env", "Print what a client of a running emulator needs in its environment.", &envCmd{}},
		{"ca", "Print the certificate authority of a running emulator, PEM.", &caCmd{}},
		{"sync", "Mirror a library or folder that another organisation shared (the reference B2B Sync client).", &syncCmd{}},
		{"fixtures", "List, show and check fixtures.", &fixturesCmd{}},
		{"healthcheck", "Succeed if a running emulator can be used.", &healthcheckCmd{}},
		{"version", "Print the version.", &versionCmd{}},
	}
}

// meant are the commands that arguments can mean. To put the grammar of all together takes a good part of a start, so where
// the first word is a command it is that one alone; but a file of flags is checked against the flags of all.
func meant(args []string) []command {
	all := commands()
	isFile := func(a string) bool { return strings.HasPrefix(a, "--config") }
	if len(args) == 0 || os.Getenv(configVariable) != "" || slices.ContainsFunc(args, isFile) {
		return all
	}
	if i := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] }); i >= 0 {
		return all[i : i+1]
	}
	return all
}

// terminal is what subcommands speak to.
type terminal struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// complain tells the person what went wrong.
func (t terminal) complain(err error) {
	_, _ = fmt.Fprintln(t.stderr, "tennantite:", err) // there is nobody else to be told
}

// exitCode ends the program with a code and says nothing.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

func main() {
	// The first signal asks to stop, the second one is the system's again.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

const (
	codeFailed = 1
	codeUsage  = 2
)

// run is main with everything that it touches handed in.
func run(ctx context.Context, args []string, t terminal) (code int) {
	exited := -1
	file, err := configuration()
	if err != nil {
		t.complain(err)
		return codeUsage
	}
	options := []kong.Option{
		kong.Name("tennantite"),
		kong.Description("A local Microsoft 365 tenant emulator for testing external sharing. Not for production: its passwords are published."),
		kong.Writers(t.stdout, t.stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.DefaultEnvars("TENNANTITE"),
		file,
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 120}),
		vars(),
	}
	for _, c := range meant(args) {
		options = append(options, kong.DynamicCommand(c.name, c.help, "", c.flags))
	}
	parser, err := kong.New(&flags{}, options...)
	if err != nil {
		t.complain(err)
		return codeFailed
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		t.complain(err)
		return codeUsage
	}
	k.BindTo(ctx, (*context.Context)(nil))
	err = k.Run(t)
	var ec exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ec):
		return int(ec)
	}
	t.complain(err)
	return codeFailed
}
