//go:build unix

package emulator_test

// What is called bash on Windows may be another system's, which does not reach this one's addresses.

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// checked makes the promised output of each line a check.
func checked(text string) string {
	return shown.ReplaceAllStringFunc(text, func(line string) string {
		m := shown.FindStringSubmatch(line)
		return fmt.Sprintf("check %s %s <<<\"$(\n%s\n)\"", shellQuote(m[2]), shellQuote(m[1]), m[1])
	})
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

const check = `set -u
failed=0
check() { local got; got=$(cat); if [ "$got" != "$1" ]; then failed=1; printf 'prints %s\nwant   %s\n  of   %s\n' "$got" "$1" "$2" >&2; fi; }
`

// TestGuide runs the shell blocks of the guide, and compares what they print with what it says.
func TestGuide(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "jq", "base64"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	parts := guide(t)
	emu := emulator.Start(t)
	setUp := strings.ReplaceAll(parts[0].shell[0], "http://"+emulator.DefaultHTTP, emu.Addresses().HTTP)
	if setUp == parts[0].shell[0] {
		t.Fatal("the set-up names no address")
	}
	for _, p := range parts[1:] {
		for i, text := range p.shell {
			t.Run(fmt.Sprintf("%s/%d", p.title, i+1), func(t *testing.T) {
				t.Parallel()
				if !shown.MatchString(text) {
					t.Error("the block says of no line what it prints")
				}
				script := check + setUp + checked(text) + "\nexit $failed\n"
				cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
				cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
				if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}
