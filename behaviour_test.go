package tennantite_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// claim is a row of docs/behaviour.md.
type claim struct {
	line                 int
	text, source, status string
	witnesses            []string
}

// claims reads the tables that have the columns claim, source, witness and status; a row that is not whole is an error.
func claims(page string) ([]claim, []error) {
	var out []claim
	var errs []error
	inTable := false
	for i, line := range strings.Split(page, "\n") {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			inTable = false
			continue
		}
		cells := cells(line)
		switch {
		case slices.Equal(cells, []string{"claim", "source", "witness", "status"}):
			inTable = true
			continue
		case !inTable, strings.Trim(strings.Join(cells, ""), "-:") == "":
			continue
		case len(cells) != 4:
			errs = append(errs, fmt.Errorf("line %d: %d cells, want 4 (write \\| for a bar)", i+1, len(cells)))
			continue
		}
		c := claim{line: i + 1, text: cells[0], source: cells[1], status: cells[3]}
		for w := range strings.SplitSeq(cells[2], ",") {
			if w = strings.Trim(strings.TrimSpace(w), "`"); w != "" && w != "-" {
				c.witnesses = append(c.witnesses, w)
			}
		}
		if err := c.check(); err != nil {
			errs = append(errs, err)
		}
		out = append(out, c)
	}
	return out, errs
}

// cells splits a table line at its bars; a bar inside of a cell is written \|.
func cells(line string) []string {
	const bar = "\x00"
	line = strings.ReplaceAll(line, `\|`, bar)
	out := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|")
	for i, c := range out {
		out[i] = strings.ReplaceAll(strings.TrimSpace(c), bar, "|")
	}
	return out
}

func (c claim) check() error {
	switch {
	case c.text == "" || c.source == "":
		return fmt.Errorf("line %d: a claim needs its text and its source", c.line)
	case c.status != "holds" && c.status != "partly" && c.status != "open":
		return fmt.Errorf("line %d: status %q is none of holds, partly, open", c.line, c.status)
	case len(c.witnesses) == 0 && c.status != "open":
		return fmt.Errorf("line %d: %q has no witness", c.line, c.text)
	}
	return nil
}

// witnesses knows what there is to bear witness.
type witnesses struct {
	tests          map[string]map[string]bool // folder → names of its Go tests
	cases          map[string]bool            // of the conformance suite; nil where it is not beside this repository
	clients        map[string]bool            // third-party ones; nil likewise
	passingCases   map[string]bool
	passingClients map[string]bool
}

// missing says what is wrong with a witness; nil where it exists and, if the claim holds, passes.
func (w *witnesses) missing(witness, status string) error {
	kind, name, _ := strings.Cut(witness, ":")
	switch kind {
	case "script":
		if !strings.HasSuffix(name, ".txtar") {
			return fmt.Errorf("%s: a script is named by its path, with .txtar", witness)
		}
		_, err := os.Stat(filepath.FromSlash(name))
		return err
	case "test":
		return w.missingTest(name)
	case "case":
		return listed(witness, name, status, w.cases, w.passingCases, "make conformance-update")
	case "client":
		return listed(witness, name, status, w.clients, w.passingClients, "make witness-update")
	}
	return fmt.Errorf("%s: a witness is script:, test:, case: or client:", witness)
}

func (w *witnesses) missingTest(name string) error {
	dir, test, ok := cutLast(name, ".")
	if dir == "" {
		dir = "."
	}
	test, _, _ = strings.Cut(test, "/") // subtests are made at run time
	if !ok || !strings.HasPrefix(test, "Test") && !strings.HasPrefix(test, "Fuzz") {
		return fmt.Errorf("test:%s: a test is named folder.TestName", name)
	}
	if w.tests[dir] == nil {
		found, err := goTests(dir)
		if err != nil {
			return fmt.Errorf("test:%s: %w", name, err)
		}
		w.tests[dir] = found
	}
	if !w.tests[dir][test] {
		return fmt.Errorf("test:%s: no such test in %s", name, dir)
	}
	return nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+len(sep):], true
}

// listed holds a witness from outside of the repository to the list of those that pass, and to its files where they are
// at hand: the repository must test without them.
func listed(witness, name, status string, all, passing map[string]bool, grow string) error {
	if all != nil && !all[name] {
		return fmt.Errorf("%s: no such witness beside this repository", witness)
	}
	if status == "holds" && !passing[name] {
		return fmt.Errorf("%s: not in the list of those that pass (%s)", witness, grow)
	}
	return nil
}

// goTests lists the test and fuzz functions of a folder.
func goTests(dir string) (map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*_test.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no test files in %s", dir)
	}
	out := map[string]bool{}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				out[fn.Name.Name] = true
			}
		}
	}
	return out, nil
}

// list reads the names of a list of .ci: the first word of each line that is no comment.
func list(tb testing.TB, file string) map[string]bool {
	tb.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); name != "" && !strings.HasPrefix(name, "#") {
			out[name] = true
		}
	}
	return out
}

// outside reads which cases and client scripts stand beside the repository; nil where there are none.
func outside(tb testing.TB, shared string) (cases, clients map[string]bool) {
	tb.Helper()
	if _, err := os.Stat(shared); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	files, _ := filepath.Glob(filepath.Join(shared, "conformance", "cases", "*.json"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		var suite struct {
			Cases []struct{ ID string }
		}
		if err := json.Unmarshal(text, &suite); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		if cases == nil {
			cases = map[string]bool{}
		}
		for _, c := range suite.Cases {
			cases[c.ID] = true
		}
	}
	files, _ = filepath.Glob(filepath.Join(shared, "witness", "*.sh"))
	for _, file := range files {
		if clients == nil {
			clients = map[string]bool{}
		}
		clients[strings.TrimSuffix(filepath.Base(file), ".sh")] = true
	}
	return cases, clients
}

// TestBehaviour holds every claim of docs/behaviour.md to its witnesses.
func TestBehaviour(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/behaviour.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, errs := claims(string(page))
	for _, err := range errs {
		t.Errorf("docs/behaviour.md: %v", err)
	}
	if len(rows) == 0 {
		t.Fatal("docs/behaviour.md: no claims were found")
	}
	w := &witnesses{
		tests:          map[string]map[string]bool{},
		passingCases:   list(t, ".ci/conformance-passing.txt"),
		passingClients: list(t, ".ci/witness-passing.txt"),
	}
	w.cases, w.clients = outside(t, filepath.Join("..", "shared"))
	named := map[string]bool{}
	for _, c := range rows {
		for _, name := range c.witnesses {
			named[name] = true
			if err := w.missing(name, c.status); err != nil {
				t.Errorf("docs/behaviour.md:%d: %q: %v", c.line, c.text, err)
			}
		}
	}
	scripts, _ := filepath.Glob(filepath.Join("emulator", "testdata", "script", "*.txtar"))
	for _, file := range scripts {
		if file = filepath.ToSlash(file); !named["script:"+file] {
			t.Errorf("%s witnesses no claim: give it a row in docs/behaviour.md", file)
		}
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	const head = "| claim | source | witness | status |\n|---|---|---|---|\n"
	for _, tt := range []struct {
		name, page string
		rows       int
		want       string // part of the error; "" for none
	}{
		{"whole", head + "| a | b | `test:x.TestY`, case:z | holds |", 1, ""},
		{"open without witness", head + "| a | b | - | open |", 1, ""},
		{"another table", "| witness | is |\n|---|---|\n| x | y |", 0, ""},
		{"bar in a cell", head + `| a \| b | c | case:z | partly |`, 1, ""},
		{"table ends", head + "\n| a | b |", 0, ""},

		{"no witness", head + "| a | b | - | holds |", 1, "no witness"},
		{"no source", head + "| a | | case:z | holds |", 1, "its source"},
		{"status", head + "| a | b | case:z | yes |", 1, "none of holds"},
		{"cells", head + "| a | b | holds |", 0, "3 cells"},
	} {
		rows, errs := claims(tt.page)
		got := fmt.Sprint(errors.Join(errs...))
		if len(rows) != tt.rows || (tt.want == "") != (len(errs) == 0) || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %d rows, %s; want %d, %q", tt.name, len(rows), got, tt.rows, tt.want)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	w := &witnesses{
		tests:          map[string]map[string]bool{},
		cases:          map[string]bool{"inv-01": true, "inv-02": true},
		passingCases:   map[string]bool{"inv-01": true},
		passingClients: map[string]bool{"rclone": true},
	}
	for _, tt := range []struct {
		witness, status string
		want            string // part of the error; "" for none
	}{
		{"test:.TestMissing", "holds", ""},
		{"test:.TestMissing/anything", "holds", ""},
		{"test:emulator/problem.TestIs", "holds", ""},
		{"case:inv-01", "holds", ""},
		{"case:inv-02", "partly", ""},
		{"client:rclone", "holds", ""},

		{"test:.TestNobody", "holds", "no such test"},
		{"test:nowhere.TestNobody", "holds", "no test files"},
		{"test:TestMissing", "holds", "folder.TestName"},
		{"test:.claims", "holds", "folder.TestName"},
		{"case:inv-02", "holds", "make conformance-update"},
		{"case:inv-99", "partly", "no such witness"},
		{"client:fax", "holds", "make witness-update"},
		{"script:nowhere/x.txtar", "holds", "nowhere"},
		{"script:README.md", "holds", ".txtar"},
		{"inv-01", "holds", "a witness is"},
	} {
		err := w.missing(tt.witness, tt.status)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s (%s): got %v, want %q", tt.witness, tt.status, err, tt.want)
		}
	}
}
