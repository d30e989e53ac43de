//go:build unix

package emulator_test

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/tennantite/tennantite/emulator"
)

// Trust stores are looked for where Unix has them, for runs that are isolated.
func TestTrustStores(t *testing.T) {
	t.Parallel()
	e, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(path, content string) string {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	own := write("own.pem", "own\n")
	certifi := write("env/lib/python3.12/site-packages/certifi/cacert.pem", "certifi\n")
	java := write("jdk/lib/security/cacerts", "old")
	link := filepath.Join(dir, "link.pem")
	if err := os.Symlink(own, link); err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{"VIRTUAL_ENV": dir + "/env", "JAVA_HOME": dir + "/jdk"}
	files, err := emulator.TrustStores(e.CA(), []string{own, link}, func(name string) string { return variables[name] })
	if err != nil {
		t.Fatal(err)
	}
	content := map[string][]byte{}
	for _, f := range files {
		if _, twice := content[f.Path]; twice {
			t.Errorf("%s is there twice", f.Path)
		}
		content[f.Path] = f.Content
	}
	for path, old := range map[string]string{own: "own\n", certifi: "certifi\n"} {
		if want := slices.Concat(e.CA(), []byte(old)); !bytes.Equal(content[path], want) {
			t.Errorf("%s: %q", path, content[path])
		}
	}
	certs, err := pkcs12.DecodeTrustStore(content[java], "")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(e.CA())
	if !bytes.Equal(certs[0].Raw, block.Bytes) {
		t.Errorf("Java trusts %s first", certs[0].Subject)
	}
}
