package main

import (
	"fmt"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/fixtures"
)

type fixturesCmd struct {
	List   fixturesListCmd   `cmd:"" help:"List the built-in fixtures."`
	Show   fixturesShowCmd   `cmd:"" help:"Print a fixture, in the form in which you write your own."`
	Check  fixturesCheckCmd  `cmd:"" help:"Load fixtures and say what is wrong with them, with file, line and column."`
	Schema fixturesSchemaCmd `cmd:"" help:"Print the JSON Schema of fixtures."`
}

type fixturesListCmd struct{}

// Run lists the built-in fixtures.
func (fixturesListCmd) Run(t terminal) error {
	for _, f := range fixtures.Names() {
		if _, err := fmt.Fprintf(t.stdout, "%-24s %s\n", f[0], f[1]); err != nil {
			return err
		}
	}
	return nil
}

type fixturesShowCmd struct {
	Name string `arg:"" help:"Of a built-in fixture."`
}

// Run prints a fixture.
func (c *fixturesShowCmd) Run(t terminal) error {
	s, ok := fixtures.Builtin(c.Name)
	if !ok {
		return fmt.Errorf("no built-in fixture is named %q: see tennantite fixtures list", c.Name)
	}
	_, err := t.stdout.Write(s.Text)
	return err
}

type fixturesCheckCmd struct {
	Files []string `arg:"" name:"file" help:"Files or names; several are merged as serve does."`
}

// Run loads fixtures into a world of its own.
func (c *fixturesCheckCmd) Run(terminal) error {
	sources := make([]fixtures.Source, 0, len(c.Files))
	for _, name := range c.Files {
		s, err := emulator.Fixture(name)
		if err != nil {
			return err
		}
		sources = append(sources, s)
	}
	return emulator.CheckFixtures(sources...)
}

type fixturesSchemaCmd struct{}

// Run prints the schema.
func (fixturesSchemaCmd) Run(t terminal) error {
	_, err := t.stdout.Write(fixtures.Schema())
	return err
}
