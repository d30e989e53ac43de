package tennantite_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "github.com/tennantite/tennantite"

// rows is the house, from the leaves up: a package imports only packages of lower rows. A folder that is not listed
// belongs to the nearest listed folder above it, and only its owner may import it.
var rows = []struct {
	does     string
	packages []string
}{
	0: {"leaves that know no tenant", []string{"emulator/problem", "emulator/odata", "emulator/links", "emulator/isolation", "emulator/look"}},
	1: {"keeps", []string{"emulator/state"}},
	2: {"who and what", []string{"emulator/directory", "emulator/drive", "emulator/mail", "emulator/audit", "emulator/disk"}},
	3: {"decides and mints", []string{"emulator/b2b", "emulator/sharing", "tokens", "emulator/collaboration"}},
	4: {"translates and loads", []string{"graphapi", "spoapi", "tokens/sts", "console", "control", "fixtures"}},
	5: {"composes; a client that knows only the wire", []string{"emulator", "syncclient"}},
	6: {"flags and subcommands", []string{"cmd/tennantite"}},
}

// vocabulary is the one package that its own row may import as well: a bad filter or a bad address is a failure like any
// other, and the leaves would else need a second way to say so.
const vocabulary = "emulator/problem"

// reserved are imports from outside the module that only some rooms may have. except names the packages that are free
// of it, below their folder too; upTo is the highest row that it holds for.
var reserved = []struct {
	imports string
	upTo    int
	except  []string
	because string
}{
	{"github.com/hashicorp/go-memdb", 6, []string{"emulator/state"}, "everything else goes through state's View and Update, which keep tenants apart and records by value"},
	{"go.etcd.io/bbolt", 6, []string{"emulator/disk"}, "the file of a state directory is written in one place, which keeps its sum right"},
	{"net/http", 3, nil, "rules speak of tenants and drives, never of requests: the faces translate (net/url is enough for links)"},
	{"math/rand", 6, nil, "identifiers and keys come from the world's source, so that the same seed gives the same bytes; use math/rand/v2 where neither matters"},
	{"testing", 4, nil, "test support in the product's binary; put it into a _test.go file"},
}

// place finds the row of a package and the listed folder that it belongs to.
func place(pkg string) (row int, owner string, ok bool) {
	for dir := pkg; dir != "."; dir = path.Dir(dir) {
		for n, r := range rows {
			for _, p := range r.packages {
				// emulator composes; a new folder in it is a room of its own and must say in which row it stands.
				if p == dir && (dir != "emulator" || pkg == "emulator") {
					return n, p, true
				}
			}
		}
	}
	return 0, "", false
}

// judge says why pkg must not import imp; "" where it may. Both are import paths.
func judge(pkg, imp string) string {
	from, ours := strings.CutPrefix(pkg, module+"/")
	if !ours {
		return "" // the root package: tests of the whole, it has no code
	}
	row, owner, ok := place(from)
	if !ok {
		return fmt.Sprintf("%s stands in no row: give it one in house_test.go, .golangci.yml and CONTRIBUTING.md", from)
	}
	to, ours := strings.CutPrefix(imp, module+"/")
	if !ours {
		return judgeReserved(row, owner, imp)
	}
	if owner == "syncclient" {
		return "syncclient is a client like any other: it knows the wire only and imports nothing of ours"
	}
	toRow, toOwner, ok := place(to)
	switch {
	case !ok:
		return fmt.Sprintf("%s stands in no row: give it one in house_test.go, .golangci.yml and CONTRIBUTING.md", to)
	case to != toOwner && toOwner != owner:
		return fmt.Sprintf("%s is a room inside %s, which alone may enter it", to, toOwner)
	case toOwner == owner && strings.HasPrefix(to, from+"/"), toRow < row, to == vocabulary && toRow == row:
		return ""
	case toOwner == owner:
		return fmt.Sprintf("a folder may import those below it, and %s is not below %s", to, from)
	case toRow == row:
		return fmt.Sprintf("%s and %s both stand in row %d (%s) and do not know one another: move the shared noun down, "+
			"or let %s declare a one-method interface that emulator joins", from, to, row, rows[row].does, from)
	}
	return fmt.Sprintf("%s (row %d, %s) is above %s (row %d, %s): what is needed of it belongs lower, or is passed in",
		to, toRow, rows[toRow].does, from, row, rows[row].does)
}

func judgeReserved(row int, owner, imp string) string {
	for _, r := range reserved {
		if imp != r.imports || row > r.upTo {
			continue
		}
		free := false
		for _, e := range r.except {
			free = free || owner == e
		}
		if !free {
			return fmt.Sprintf("%s must not import %s: %s", owner, imp, r.because)
		}
	}
	return ""
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pkg, imp string
		want     string // part of the reason; "" where the import is allowed
	}{
		{"emulator/state", "emulator/problem", ""},
		{"emulator/sharing", "emulator/directory", ""},
		{"emulator", "graphapi", ""},
		{"emulator", "emulator/state", ""},
		{"cmd/tennantite", "emulator", ""},
		{"spoapi", "spoapi/csom", ""},
		{"control", "control/traffic", ""},
		{"spoapi/csom", "emulator/sharing", ""},
		{"tokens/sts", "tokens", ""},
		{"emulator/state", "github.com/hashicorp/go-memdb", ""},
		{"emulator/links", "net/url", ""},
		{"emulator/odata", "emulator/problem", ""},
		{"graphapi", "net/http", ""},
		{"emulator", "testing", ""},
		{"emulator/disk", "go.etcd.io/bbolt", ""},

		{"emulator/sharing", "emulator/b2b", "both stand in row 3"},
		{"graphapi", "spoapi", "both stand in row 4"},
		{"graphapi", "spoapi/csom", "inside spoapi"},
		{"emulator", "spoapi/csom", "inside spoapi"},
		{"spoapi/csom", "spoapi", "not below"},
		{"tokens", "tokens/sts", "is above"},
		{"emulator/directory", "emulator", "is above"},
		{"emulator/problem", "emulator/state", "is above"},
		{"emulator/problem", "emulator/odata", "both stand in row 0"},
		{"emulator/odata", "emulator/links", "both stand in row 0"},
		{"fixtures", "graphapi", "both stand in row 4"},
		{"syncclient", "emulator/links", "imports nothing of ours"},
		{"emulator/util", "emulator/problem", "stands in no row"},
		{"emulator/state", "util", "stands in no row"},
		{"graphapi", "github.com/hashicorp/go-memdb", "View and Update"},
		{"emulator", "go.etcd.io/bbolt", "in one place"},
		{"emulator/drive", "net/http", "the faces translate"},
		{"tokens", "net/http", "the faces translate"},
		{"emulator", "math/rand", "world's source"},
		{"emulator/state", "testing", "_test.go"},
	} {
		got := judge(module+"/"+tt.pkg, full(tt.imp))
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s imports %s: got %q, want %q", tt.pkg, tt.imp, got, tt.want)
		}
	}
}

// full makes an import path of what TestJudge writes: ours are written without the module.
func full(imp string) string {
	if _, _, ok := place(imp); ok || imp == "util" {
		return module + "/" + imp
	}
	return imp
}

// TestLayers holds every package of the module, and the tests inside of packages, to the rows. External tests
// (package x_test) stand outside of the house and may start a whole emulator.
func TestLayers(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath           string
			Imports, TestImports []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		for _, imp := range p.Imports {
			if why := judge(p.ImportPath, imp); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imp, why)
			}
		}
		for _, imp := range p.TestImports {
			if !strings.HasPrefix(imp, module+"/") {
				continue
			}
			if why := judge(p.ImportPath, imp); why != "" {
				t.Errorf("a test inside of %s imports %s: %s (package %s_test may)", p.ImportPath, imp, why, path.Base(p.ImportPath))
			}
		}
	}
	if seen < 2 {
		t.Errorf("go list showed %d packages", seen)
	}
}
