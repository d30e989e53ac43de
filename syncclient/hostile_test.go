package syncclient_test

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/syncclient"
)

// renaming is a service that lies about a file's name.
type renaming struct {
	http.RoundTripper

	from, to string
}

func (r renaming) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := r.RoundTripper.RoundTrip(req)
	if err != nil || !strings.Contains(req.URL.Path, "/delta") {
		return res, err
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	from, _ := json.Marshal(r.from) // text always encodes
	to, _ := json.Marshal(r.to)
	b = bytes.ReplaceAll(b, append([]byte(`"name":`), from...), append([]byte(`"name":`), to...))
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	res.Header.Del("Content-Length")
	return res, nil
}

// Whatever names a service tells, nothing is written outside the mirror's folder, nor over the client's own files.
func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	p := newPartner(t)
	p.share("Specs", "write")
	address := p.eligible("Specs")
	honest := p.client.Transport
	for _, name := range []string{
		"../escaped.txt", "../../escaped.txt", "a/../../../escaped.txt", "/escaped.txt", `..\escaped.txt`, "..", ".", "", "nul\x00.txt",
		".tennantite-sync.json", ".tennantite-part-x",
	} {
		dir := t.TempDir()
		p.client.Transport = renaming{honest, "Interface.md", name}
		skipped := 0
		f, err := p.open(dir, address, func(e syncclient.Event) {
			if e.Kind == syncclient.Skipped {
				skipped++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Round(t.Context()); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if skipped == 0 {
			t.Errorf("%q was not skipped", name)
		}
		want(t, filepath.Join(f.Dir(), "Design.md"), "# Design\n\nOne binary, two organisations.\n")
		var files []string
		err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files = append(files, d.Name())
			}
			return err
		})
		if err != nil || len(files) != 2 {
			t.Errorf("%q: found %v, %v", name, files, err)
		}
	}
}
