package emulator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

const myRoot = "http://graph.microsoft.com/v1.0/me/drive/root"

// fragment is the form of Content-Range that the documentation has.
var fragment = regexp.MustCompile(`^bytes (\d{1,15})-(\d{1,15})/(\d{1,15})$`)

// FuzzUploadRange sends two fragments of any range to an upload session. What a plain reading of the ranges takes is taken,
// and a file that came of them is what was sent.
func FuzzUploadRange(f *testing.F) {
	for _, s := range [][3]string{
		{"bytes 0-4/10", "bytes 5-9/10", "01234"},
		{"bytes 0-4/5", "", "01234"},
		{"", "", "x"},
		{"bytes 0-0/1", "bytes 1-1/2", "0"},
		{"bytes 5-9/10", "bytes 0-4/10", "01234"},
		{"bytes 0-4/*", "bytes 5-9/10", "01234"},
		{"bytes=0-4/5", "bytes 0-4", "01234"},
		{"bytes 0-9223372036854775807/9223372036854775807", "bytes -1-3/5", "01234"},
		{"bytes 4-0/5", "bytes +0-4/5", "01234"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	g := newGate(f)
	f.Fuzz(func(t *testing.T, first, second, body string) {
		world := g.world(t)
		w := g.send(t, world, asking{method: http.MethodPost, address: myRoot + ":/fuzz.bin:/createUploadSession", token: g.admin, kind: "application/json", body: "{}"})
		var session struct{ UploadURL string }
		if json.Unmarshal(w.Body.Bytes(), &session) != nil || session.UploadURL == "" {
			t.Fatalf("no session: %d %s", w.Code, w.Body)
		}
		var sent strings.Builder
		total := int64(-1)
		for _, span := range []string{first, second} {
			a := asking{method: http.MethodPut, address: session.UploadURL, body: body}
			if span != "" {
				a.header = map[string]string{"Content-Range": span}
			}
			w := g.send(t, world, a)
			if w == nil {
				return
			}
			fits := false
			if m := fragment.FindStringSubmatch(span); m != nil {
				from, _ := strconv.ParseInt(m[1], 10, 64)
				to, _ := strconv.ParseInt(m[2], 10, 64)
				size, _ := strconv.ParseInt(m[3], 10, 64)
				fits = from == int64(sent.Len()) && to-from+1 == int64(len(body)) && to < size && (total == size || total == -1)
				if fits {
					total = size
				}
			}
			taken := w.Code < http.StatusBadRequest
			if fits && !taken {
				t.Fatalf("%q of %d bytes after %d: %d %s", span, len(body), sent.Len(), w.Code, w.Body)
			}
			if !taken {
				return
			}
			sent.WriteString(body)
			if w.Code != http.StatusAccepted {
				g.holds(t, world, sent.String())
				return
			}
		}
	})
}

// holds checks what the uploaded file has become.
func (g *gate) holds(t *testing.T, world, want string) {
	t.Helper()
	if w := g.content(t, world, nil); w.Code != http.StatusOK || w.Body.String() != want {
		t.Errorf("the file is %q (%d), sent was %q", w.Body, w.Code, want)
	}
}

// content reads the file, by the address that Graph sends the client to.
func (g *gate) content(tb testing.TB, world string, header map[string]string) *httptest.ResponseRecorder {
	tb.Helper()
	w := g.send(tb, world, asking{method: http.MethodGet, address: myRoot + ":/fuzz.bin:/content", token: g.admin})
	if w.Code != http.StatusFound {
		tb.Fatalf("no content: %d %s", w.Code, w.Body)
	}
	return g.send(tb, world, asking{method: http.MethodGet, address: w.Header().Get("Location"), header: header})
}

// FuzzDownloadRange asks for any range of a file: whatever comes is the part that it says.
func FuzzDownloadRange(f *testing.F) {
	for _, s := range []string{
		"bytes=0-0", "bytes=-5", "bytes=5-", "bytes=0-1,3-4", "bytes=990-2000", "bytes=2000-", "bytes=5-2", "items=0-1", "bytes=", "bytes=0-,0-,0-,0-", "bytes=--1", "bytes=-0", "bytes=-000,0-1", "bytes=1-2, -0", "bytes=0-18446744073709551616",
	} {
		f.Add(s)
	}
	whole := make([]byte, 1000)
	for i := range whole {
		whole[i] = byte(i * 7)
	}
	g := newGate(f)
	f.Fuzz(func(t *testing.T, span string) {
		world := g.world(t)
		if w := g.send(t, world, asking{method: http.MethodPut, address: myRoot + ":/fuzz.bin:/content", token: g.admin, body: string(whole)}); w.Code != http.StatusCreated {
			t.Fatalf("no file: %d %s", w.Code, w.Body)
		}
		w := g.content(t, world, map[string]string{"Range": span})
		if w == nil {
			return
		}
		switch kind, params, _ := mime.ParseMediaType(w.Header().Get("Content-Type")); {
		case w.Code == http.StatusOK:
			if !bytes.Equal(w.Body.Bytes(), whole) {
				t.Errorf("%q: something else than the file", span)
			}
		case w.Code == http.StatusPartialContent && kind == "multipart/byteranges":
			parts := multipart.NewReader(w.Body, params["boundary"])
			for {
				p, err := parts.NextPart()
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					t.Fatalf("%q: %v", span, err)
				}
				b, err := io.ReadAll(p)
				checkPart(t, span, whole, p.Header.Get("Content-Range"), b, err)
			}
		case w.Code == http.StatusPartialContent:
			checkPart(t, span, whole, w.Header().Get("Content-Range"), w.Body.Bytes(), nil)
		case w.Code != http.StatusRequestedRangeNotSatisfiable:
			t.Errorf("%q: %d %s", span, w.Code, w.Body)
		}
	})
}

func checkPart(t *testing.T, span string, whole []byte, is string, got []byte, err error) {
	t.Helper()
	var from, to, size int
	if _, scan := fmt.Sscanf(is, "bytes %d-%d/%d", &from, &to, &size); err != nil || scan != nil || size != len(whole) || from < 0 || to >= size || from > to {
		t.Fatalf("%q: Content-Range %q, %v", span, is, err)
	}
	if !bytes.Equal(got, whole[from:to+1]) {
		t.Errorf("%q: %q is another part of the file", span, is)
	}
}

// FuzzShare opens any sharing address, encoded as it should be or not. Nothing that was not shared opens.
func FuzzShare(f *testing.F) {
	for _, s := range []string{
		"u!aHR0cHM6Ly9jb250b3NvLnNoYXJlcG9pbnQuY29tLzpmOi9zL3gvVA", "u!", "u!*", "s!abc", "https://contoso.sharepoint.com/:f:/s/project-x/T", "https://contoso.sharepoint.com/sites/project-x/Shared Documents/Specs",
		"https://evil.example/:f:/s/x/T", "https://contoso.sharepoint.com/_layouts/15/guestaccess.aspx?share=x", "//", "\x00",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	g := newGate(f)
	stranger := g.mint(f, `{"as":"carol@fabrikam.com","app":"`+suite+`","tenant":"fabrikam.com","resource":"https://graph.microsoft.com"}`)
	f.Fuzz(func(t *testing.T, address string, encode bool) {
		id := address
		if encode {
			id = links.ShareID(address)
		}
		world := g.world(t)
		for _, rest := range []string{"", "/driveItem", "/root/children", "/permission", "/list"} {
			at := "http://graph.microsoft.com/v1.0/shares/" + url.PathEscape(id) + rest
			g.send(t, world, asking{method: http.MethodGet, address: at, token: g.admin, header: map[string]string{"Prefer": "redeemSharingLink"}})
			if w := g.send(t, world, asking{method: http.MethodGet, address: at, token: stranger}); w != nil && w.Code < http.StatusBadRequest {
				t.Errorf("%q opens for a stranger: %d %s", address, w.Code, w.Body)
			}
		}
	})
}

// FuzzFormDigest sends any form digest with a session's cookie: a site takes none that it did not make.
func FuzzFormDigest(f *testing.F) {
	for _, s := range []string{
		"", ",", "0xABC,25 Nov 2026 10:00:00 -0000", "0x" + strings.Repeat("00", 32) + ",01 Jan 2030 00:00:00 -0000", "0x,31 Feb 2026 99:00:00 +9999", "InvalidFormDigest",
	} {
		f.Add(s)
	}
	g := newGate(f)
	world := g.emu.ForTest(f)
	const cookie = "a-session-of-the-administrator"
	err := g.emu.Update(world, func(tx *state.Tx) error {
		for tenant := range tx.Tenants() {
			for u := range tx.Users(tenant.ID) {
				if u.UserPrincipalName == "admin@contoso.onmicrosoft.com" {
					tx.PutSession(state.Session{
						ID: cookie, Host: "contoso.sharepoint.com", CSRF: "x", CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(24 * time.Hour),
						Accounts: []state.SessionAccount{{Account: state.Account{TenantID: tenant.ID, ObjectID: u.ID}, AuthTime: tx.Now(), TenantID: tenant.ID, UserID: u.ID}},
					})
				}
			}
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	header := map[string]string{"Cookie": "FedAuth=" + cookie}
	web := "http://contoso.sharepoint.com/sites/project-x/_api/"
	w := g.send(f, world, asking{method: http.MethodPost, address: web + "contextinfo", header: header})
	var own struct {
		FormDigestValue string
	}
	if json.Unmarshal(w.Body.Bytes(), &own) != nil || own.FormDigestValue == "" {
		f.Fatalf("no digest: %d %s", w.Code, w.Body)
	}
	write := func(tb testing.TB, digest string) int {
		tb.Helper()
		w := g.send(tb, world, asking{
			method: http.MethodPost, address: web + "web/lists/getbytitle('Documents')", kind: "application/json", body: `{"Description":"x"}`,
			header: map[string]string{"Cookie": header["Cookie"], "X-RequestDigest": digest, "X-HTTP-Method": "MERGE", "If-Match": "*"},
		})
		if w == nil {
			return 0
		}
		return w.Code
	}
	if code := write(f, own.FormDigestValue); code >= http.StatusBadRequest {
		f.Fatalf("its own digest: %d", code)
	}
	f.Fuzz(func(t *testing.T, digest string) {
		if code := write(t, digest); code != 0 && code != http.StatusForbidden && strings.TrimSpace(digest) != own.FormDigestValue {
			t.Errorf("%q: %d", digest, code)
		}
		if !slices.Contains([]int{http.StatusOK, http.StatusNoContent}, write(t, own.FormDigestValue)) {
			t.Error("its own digest is no longer taken")
		}
	})
}
