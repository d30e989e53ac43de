package emulator_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
)

const guidePage = "../docs/testing-guide.md"

// part is a section of the guide.
type part struct {
	title, text string
	shell       []string // its blocks
}

var block = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

func guide(tb testing.TB) (parts []part) {
	tb.Helper()
	page, err := os.ReadFile(guidePage)
	if err != nil {
		tb.Fatal(err)
	}
	for _, text := range strings.Split("\n"+string(page), "\n## ")[1:] {
		title, _, _ := strings.Cut(text, "\n")
		p := part{title: title, text: text}
		for _, m := range block.FindAllStringSubmatch(text, -1) {
			if m[1] == "sh" {
				p.shell = append(p.shell, m[2])
			}
		}
		parts = append(parts, p)
	}
	return parts
}

// shown is a line of a block with what the guide says that it prints.
var shown = regexp.MustCompile(`(?m)^(.*\S)\s+# => (.*)$`)

// TestGuideNamesWitnesses holds the guide to the list of needs, whole and in order, and each to what proves it.
func TestGuideNamesWitnesses(t *testing.T) {
	t.Parallel()
	const needs = 40
	parts := guide(t)
	if len(parts) < needs+1 {
		t.Fatalf("%d sections", len(parts))
	}
	script := regexp.MustCompile("`(?:script:)?((?:emulator|cmd)/[\\w/]+/script/\\w+\\.txtar)`")
	for i, p := range parts[1 : needs+1] {
		if !strings.HasPrefix(p.title, fmt.Sprintf("%d. ", i+1)) {
			t.Errorf("section %d is %q", i+1, p.title)
		}
		if len(p.shell) == 0 && !strings.Contains(p.text, "No shell lines") && !strings.Contains(p.text, "See the set-up") {
			t.Errorf("%s: neither a block nor a reason", p.title)
		}
		if !script.MatchString(p.text) && !strings.Contains(p.text, "`test:") && !strings.Contains(p.text, "`clients/") {
			t.Errorf("%s: no witness", p.title)
		}
	}
	for _, p := range parts {
		for _, m := range script.FindAllStringSubmatch(p.text, -1) {
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s: %v", p.title, err)
			}
		}
	}
}

// TestGuideGo is the Go block of the guide.
func TestGuideGo(t *testing.T) {
	t.Parallel()
	var guest bool
	emu := emulator.Start(t)              // own world, own ports, ended with the test
	w, err := emu.Fork("", "main", false) // or one of many worlds of the same process
	if err != nil {
		t.Fatal(err)
	}
	client := emu.WorldClient(w.Name) // reaches the real names and trusts the certificates
	answer, err := client.Get("https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
	err = emu.View(w.Name, func(tx *state.Tx) error {
		_, invited := tx.UserByUPN("4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47", "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com")
		guest = invited
		return nil
	})
	if err != nil || guest {
		t.Error("the fork knows Carol", err)
	}
	source, err := os.ReadFile("guide_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range block.FindAllStringSubmatch(guide(t)[0].text, -1) {
		for line := range strings.Lines(m[2]) {
			if code, _, _ := strings.Cut(strings.TrimSpace(line), "  //"); m[1] == "go" && !strings.Contains(string(source), strings.TrimSpace(code)) {
				t.Errorf("the guide says %s", line)
			}
		}
	}
}
