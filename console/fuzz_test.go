package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// FuzzUpload sends any form, multipart or not, to a library's page: it is taken or refused, and nothing is taken
// without the page's token.
func FuzzUpload(f *testing.F) {
	const part = "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nTOKEN\r\n--b\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\nupload\r\n"
	const kind = "multipart/form-data; boundary=b"
	f.Add(kind, part+"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhi\r\n--b--\r\n")
	f.Add(kind, part+"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../../a:b*\\x00.txt\"\r\nContent-Type: x\r\n\r\nhi\r\n--b--\r\n")
	f.Add(kind, part+"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--b--")
	f.Add(kind, part)
	f.Add("multipart/form-data", part)
	f.Add("multipart/form-data; boundary=\"\"", "----")
	f.Add("application/x-www-form-urlencoded", "csrf=TOKEN&do=folder&name=..%2F..")
	f.Add("application/x-www-form-urlencoded", "csrf=TOKEN&do=rename&name=%zz;a")
	b := busy(f)
	folder := b.specs()
	b.get(folder)
	token := b.token()
	f.Fuzz(func(t *testing.T, kind, body string) {
		b.t = t
		r := httptest.NewRequest(http.MethodPost, control+folder, strings.NewReader(strings.ReplaceAll(body, "TOKEN", token)))
		r.Header.Set("Content-Type", kind)
		r.Header.Set(emulator.WorldHeader, b.emu.ForTest(t))
		answer := b.send(r)
		if answer.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%q %q: %s\n%s", kind, body, answer.Status, b.main())
		}
		if answer.StatusCode == http.StatusSeeOther && !strings.Contains(body, "TOKEN") && !strings.Contains(body, token) {
			t.Errorf("%q %q was done without the page's token", kind, body)
		}
		if to := answer.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
			t.Errorf("%q %q: leads to %q", kind, body, to)
		}
	})
}
