package syncclient_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/syncclient"
)

// hostile is a service that tells what it likes: the pages of a delta, one for each time that it is asked.
type hostile struct{ pages []string }

func (h *hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body := http.StatusOK, http.Header{}, "{}"
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/_api/v2.0/drive"):
		status = http.StatusUnauthorized
		header.Set("WWW-Authenticate", `Bearer realm="00000000-0000-4000-8000-000000000001"`)
	case strings.HasSuffix(path, "/token"):
		body = `{"access_token":"a","refresh_token":"r","expires_in":3600}`
	case strings.HasSuffix(path, "/items/root"):
		body = `{"id":"0","folder":{}}`
	case strings.Contains(path, "/delta"):
		body = `{"value":[],"@odata.deltaLink":"https://graph.microsoft.com/delta"}`
		if len(h.pages) > 0 {
			body, h.pages = h.pages[0], h.pages[1:]
		}
		if body == "resync" {
			status = http.StatusGone
			header.Set("Location", "https://graph.microsoft.com/delta")
			body = `{"error":{"code":"resyncChangesApplyDifferences"}}`
		}
	case strings.HasSuffix(path, "/content") && r.Method == http.MethodGet:
		body = "content"
	case r.Method != http.MethodGet:
		status, body = http.StatusForbidden, `{"error":{"code":"accessDenied"}}`
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// open opens a mirror below a folder of its own, beside a file that is not its business.
func (h *hostile) open(t *testing.T, target syncclient.Target) (f *syncclient.Folder, base string) {
	t.Helper()
	base = t.TempDir()
	if err := os.WriteFile(filepath.Join(base, "private.txt"), []byte("private"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := syncclient.Open(t.Context(), target, syncclient.Options{Dir: filepath.Join(base, "mirror"), Client: &http.Client{Transport: h}, User: "u@x.example", Password: "p"})
	if err != nil {
		return nil, base
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, base
}

// contained fails where something was written that is not below the mirror's folder.
func contained(t *testing.T, base, dir string) {
	t.Helper()
	err := filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if rel, err := filepath.Rel(dir, path); err != nil || !filepath.IsLocal(rel) {
			if path != filepath.Join(base, "private.txt") {
				t.Errorf("%s was written", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(base, "private.txt")); err != nil || string(b) != "private" {
		t.Errorf("the file beside the mirror: %q, %v", b, err)
	}
}

const library0 = "odopen://sync/?siteId={0a1b2c3d-0000-4111-8222-333344445555}&webId={0a1b2c3d-0000-4111-8222-333344445556}&listId={0a1b2c3d-0000-4111-8222-333344445557}&webUrl=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2Fx"

// FuzzTarget reads any odopen: address: what is taken names a folder of the mirror below the one that was given.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{
		"", library0, library0 + "&webTitle=..&listTitle=..%2F..&tenantName=..", library0 + "&tenantName=..%2F..%2Fetc&scope=OPENFOLDER&folderName=%00&folderId=x", "ODOPEN://SYNC?siteId=&x",
		"https://contoso.sharepoint.com/:f:/s/x/T", "https://contoso.sharepoint.com/:f:/s/../../T", library0 + "&tenantName=%2F&webTitle=C%3A%5C", "odopen://sync/?%zz", library0 + "&listId=x&webUrl=%3A",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		target, err := syncclient.ParseTarget(address)
		if err != nil {
			if target != (syncclient.Target{}) {
				t.Errorf("%q is refused, with %+v", address, target)
			}
			return
		}
		m, base := (&hostile{}).open(t, target)
		if m == nil {
			contained(t, base, base)
			return
		}
		if rel, err := filepath.Rel(filepath.Join(base, "mirror"), m.Dir()); err != nil || !filepath.IsLocal(rel) || rel == "." {
			t.Errorf("%q leads to %s", address, m.Dir())
		}
		contained(t, base, m.Dir())
	})
}

// FuzzDelta follows what a service may tell of its items, and of their names and places: nothing of it leads out of the
// mirror, and it comes to an end. Each item is four bytes: which, where, its name, what it is.
func FuzzDelta(f *testing.F) {
	f.Add("a.txt", "../x", []byte{1, 0, 0, 0, 2, 0, 1, 1, 3, 2, 0, 0}, "")
	f.Add("..", "/etc", []byte{1, 0, 2, 1, 2, 1, 3, 1, 1, 2, 2, 1, 1, 0, 0, 2}, `{"value":[{"id":"1","name":"a","parentReference":{"id":"0"},"folder":{}}],"@odata.nextLink":"https://graph.microsoft.com/delta?2"}`)
	f.Add(".tennantite-sync.json", `a\b`, []byte{1, 0, 0, 1, 2, 1, 1, 1, 0, 0, 0, 3, 1, 2, 0, 1, 1, 0, 0, 2}, "resync")
	f.Add("CON", "a:b", []byte{1, 1, 0, 1, 2, 2, 0, 0}, `{"value":null}`)
	f.Fuzz(func(t *testing.T, name, other string, items []byte, page string) {
		items = items[:min(len(items), 80)] // enough to meet one another
		names := []string{name, other, "a", "b"}
		h := &hostile{}
		var removed []string
		var list []map[string]any
		for ; len(items) >= 4; items = items[4:] {
			i := map[string]any{"id": fmt.Sprint(items[0] % 6), "name": names[items[2]%4], "parentReference": map[string]any{"id": fmt.Sprint(items[1] % 6)}}
			switch items[3] % 4 {
			case 0:
				i["file"] = map[string]any{"hashes": map[string]any{"quickXorHash": strings.Repeat("x", int(items[3]%3))}}
			case 1:
				i["folder"] = map[string]any{}
			case 2:
				i["deleted"] = map[string]any{}
			default: // a person removes something here meanwhile
				removed = append(removed, names[items[2]%4])
				h.pages = append(h.pages, pageOf(t, list))
				list = nil
				continue
			}
			list = append(list, i)
		}
		h.pages = append(h.pages, pageOf(t, list), page)
		target, err := syncclient.ParseTarget(library0)
		if err != nil {
			t.Fatal(err)
		}
		m, base := h.open(t, target)
		if m == nil {
			t.Fatal("the mirror did not open")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		for range len(removed) + 2 {
			_ = m.Round(ctx) // what it refuses is its own affair
			if len(removed) > 0 {
				if path := removed[0]; filepath.IsLocal(path) && !strings.HasPrefix(path, ".") {
					_ = os.RemoveAll(filepath.Join(m.Dir(), path))
				}
				removed = removed[1:]
			}
			contained(t, base, m.Dir())
		}
		if ctx.Err() != nil {
			t.Error("it did not end")
		}
	})
}

func pageOf(t *testing.T, items []map[string]any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"value": items, "@odata.deltaLink": "https://graph.microsoft.com/delta?" + url.QueryEscape("next")})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A folder that is hung into one of its own, and resyncs without end, do not keep the client busy for ever.
func TestAServiceThatGoesRound(t *testing.T) {
	t.Parallel()
	folder := func(id, parent string) map[string]any {
		return map[string]any{"id": id, "name": "n" + id, "parentReference": map[string]any{"id": parent}, "folder": map[string]any{}}
	}
	gone := map[string]any{"id": "1", "parentReference": map[string]any{}, "deleted": map[string]any{}}
	target, err := syncclient.ParseTarget(library0)
	if err != nil {
		t.Fatal(err)
	}
	h := &hostile{pages: []string{pageOf(t, []map[string]any{folder("1", "0"), folder("2", "1")})}}
	m, _ := h.open(t, target)
	if err := m.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(m.Dir(), "n1")); err != nil {
		t.Fatal(err)
	}
	h.pages = []string{pageOf(t, []map[string]any{folder("1", "2"), gone})}
	if err := m.Round(t.Context()); err != nil {
		t.Errorf("a folder in itself: %v", err)
	}

	const many = 1000
	for range many {
		h.pages = append(h.pages, "resync")
	}
	if err := m.Round(t.Context()); err == nil || len(h.pages) < many/2 {
		t.Errorf("resyncs: %v, %d are left", err, len(h.pages))
	}
}
