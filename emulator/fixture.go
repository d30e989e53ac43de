package emulator

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/tennantite/tennantite/fixtures"
)

// DefaultFixture is the built-in world that an emulator starts with.
const DefaultFixture = "contoso-fabrikam"

// Fixture returns a built-in fixture by its name, or the one in a file. Paths in a file are below its folder.
func Fixture(nameOrFile string) (fixtures.Source, error) {
	if s, ok := fixtures.Builtin(nameOrFile); ok {
		return s, nil
	}
	text, err := os.ReadFile(nameOrFile)
	if err != nil {
		return fixtures.Source{}, fmt.Errorf("fixture %s: neither built in nor readable: %w", nameOrFile, err)
	}
	root, err := os.OpenRoot(filepath.Dir(nameOrFile))
	if err != nil {
		return fixtures.Source{}, fmt.Errorf("fixture %s: %w", nameOrFile, err)
	}
	return fixtures.Source{Name: nameOrFile, Text: text, Dir: root.FS()}, nil
}

// CheckFixtures loads fixtures as a start would and returns what is wrong with them.
func CheckFixtures(sources ...fixtures.Source) error { return loader().Check(sources...) }
