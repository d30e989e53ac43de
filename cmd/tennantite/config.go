package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"
)

// configVariable names the file of --config in the environment.
const configVariable = "TENNANTITE_CONFIG"

// config is a file of flags, by their names: what the command line and the environment leave open.
type config struct{ values map[string]any }

// readConfig reads YAML, of which JSON is a part.
func readConfig(r io.Reader) (kong.Resolver, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	c := config{map[string]any{}}
	if err := yaml.Unmarshal(text, &c.values); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return c, nil
}

// Validate refuses names that no command has: a misspelt one would else do nothing.
func (c config) Validate(app *kong.Application) error {
	known := map[string]bool{}
	collect := func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = true
		}
	}
	collect(app.Node)
	for _, n := range app.Leaves(false) {
		collect(n)
	}
	for name := range c.values {
		if !known[name] {
			return fmt.Errorf("config: no flag is named %q", name)
		}
	}
	return nil
}

// Resolve gives a flag its value, if the environment does not.
func (c config) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if slices.ContainsFunc(flag.Envs, func(e string) bool { _, set := os.LookupEnv(e); return set }) {
		return nil, nil
	}
	v, ok := c.values[flag.Name]
	if !ok {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v), nil
	}
	texts := make([]string, 0, len(list))
	for _, x := range list {
		texts = append(texts, fmt.Sprint(x))
	}
	return strings.Join(texts, ","), nil
}

// configuration is the option that reads the file of the environment, if one is named there; --config names another.
func configuration() (kong.Option, error) {
	path, ok := os.LookupEnv(configVariable)
	if !ok || path == "" {
		return kong.Configuration(readConfig), nil
	}
	if _, err := os.Stat(path); err != nil { // kong passes over a file that is not there
		return nil, fmt.Errorf("%s: %w", configVariable, err)
	}
	return kong.Configuration(readConfig, path), nil
}
