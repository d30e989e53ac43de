package tennantite_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDependencies holds docs/dependencies.md to go.mod: a line for each module that is required directly, each cell
// filled, those that only tests import apart from those that are linked into the program.
func TestDependencies(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	linked, tests, ok := strings.Cut(string(page), "## In tests alone")
	if !ok {
		t.Fatal("docs/dependencies.md has no section for tests")
	}
	wantLinked, wantTests := required(t)
	for _, tt := range []struct {
		section, text string
		want          []string
	}{{"in the program", linked, wantLinked}, {"in tests alone", tests, wantTests}} {
		got := documented(t, tt.text)
		for _, m := range tt.want {
			if !slices.Contains(got, m) {
				t.Errorf("docs/dependencies.md has no line for %s %s", m, tt.section)
			}
		}
		for _, m := range got {
			if !slices.Contains(tt.want, m) {
				t.Errorf("docs/dependencies.md has %s %s, go.mod and the imports have not", m, tt.section)
			}
		}
	}
}

// documented reads the modules of a section's table.
func documented(t *testing.T, section string) []string {
	t.Helper()
	var out []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` .*$").FindAllStringSubmatch(section, -1) {
		cells := cells(row[0])
		if len(cells) != 4 || slices.Contains(cells, "") {
			t.Errorf("%s: what for, why not our own and the licence are wanted", row[1])
		}
		if slices.Contains(out, row[1]) {
			t.Errorf("%s is there twice", row[1])
		}
		out = append(out, row[1])
	}
	return out
}

// required are the modules that go.mod requires directly: those that the program imports on any system that it is built
// for, and the others.
func required(t *testing.T) (linked, others []string) {
	t.Helper()
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	var imported []string
	for _, system := range []string{"linux", "darwin", "windows"} {
		list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./cmd/tennantite")
		list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		imported = append(imported, strings.Fields(string(out))...)
	}
	for _, m := range mod.Require {
		switch {
		case m.Indirect:
		case slices.Contains(imported, m.Path):
			linked = append(linked, m.Path)
		default:
			others = append(others, m.Path)
		}
	}
	return linked, others
}
