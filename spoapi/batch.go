package spoapi

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// maxBatch is how many requests a batch holds at most; the service takes a hundred.
const maxBatch = 100

// serveBatch answers a multipart batch: each part is a request of its own, with the caller of the whole, in a transaction
// of its own, in the order of the parts (sharepoint.md 2.3). Change sets are no transactions in SharePoint either.
func (f *face) serveBatch(w http.ResponseWriter, r *http.Request) {
	out := writer{face: f, w: w, r: r, mode: modeOf(r)}
	body, err := readBody(r, maxContent)
	var parts []*http.Request
	if err == nil && r.Method != http.MethodPost {
		err = problem.For(problem.Invalid, problem.MethodNotAllowed, "$batch", "%s is not allowed here", r.Method)
	}
	if err == nil {
		parts, err = readBatch(r, body)
	}
	world := state.FromContext(r.Context())
	// A batch of nobody is refused as a whole, as every request is.
	failed := world.View(func(tx *state.Tx) error {
		out.begin(tx)
		c := &request{face: f, tx: tx, http: r}
		if failed := c.locate(batchWeb(r)); failed != nil {
			return failed
		}
		if failed := c.authenticate(); failed != nil {
			return failed
		}
		return err
	})
	if failed != nil {
		out.fail(failed)
		return
	}
	boundary := "batchresponse_" + out.id
	var answer bytes.Buffer
	for _, part := range parts {
		record := &recorder{header: http.Header{}}
		f.ServeHTTP(record, part)
		record.write(&answer, boundary)
	}
	fmt.Fprintf(&answer, "--%s--\r\n", boundary)
	out.send(encoded{status: http.StatusOK, kind: "multipart/mixed; boundary=" + boundary, body: answer.Bytes()})
}

func batchWeb(r *http.Request) string {
	web, _, _ := splitAPI(r.URL.EscapedPath())
	return web
}

func malformedBatch(format string, args ...any) error {
	return problem.For(problem.Invalid, problem.Malformed, "$batch", format, args...)
}

// readBatch takes the requests out of a batch, those in change sets as well.
func readBatch(r *http.Request, body []byte) ([]*http.Request, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" || params["boundary"] == "" {
		return nil, malformedBatch("The content type of a batch is multipart/mixed with a boundary.")
	}
	return readParts(r, body, params["boundary"], 0)
}

func readParts(r *http.Request, body []byte, boundary string, depth int) ([]*http.Request, error) {
	var all []*http.Request
	parts := multipart.NewReader(bytes.NewReader(crlf(body, boundary)), boundary)
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, malformedBatch("The batch is malformed.")
		}
		inner, err := io.ReadAll(p)
		if err != nil {
			return nil, malformedBatch("The batch is malformed.")
		}
		kind, params, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		switch {
		case kind == "multipart/mixed" && params["boundary"] != "" && depth == 0:
			set, err := readParts(r, inner, params["boundary"], 1)
			if err != nil {
				return nil, err
			}
			all = append(all, set...)
		case kind == "application/http":
			part, err := readPart(r, inner)
			if err != nil {
				return nil, err
			}
			all = append(all, part)
		default:
			return nil, malformedBatch("A part of a batch is application/http or a change set.")
		}
		if len(all) > maxBatch {
			return nil, problem.New(problem.TooLarge, problem.LimitExceeded, "A batch holds at most %d requests.", maxBatch)
		}
	}
}

// crlf makes the lines around boundaries end as the format wants it. Clients that write bare line feeds end a part with an
// empty line, which is none of its body.
func crlf(body []byte, boundary string) []byte {
	marker := []byte("--" + boundary)
	if bytes.Contains(body, append(bytes.Clone(marker), "\r\n"...)) {
		return body
	}
	var out bytes.Buffer
	for n, part := range bytes.Split(body, marker) {
		if n > 0 {
			out.Write(marker)
		}
		trimmed := bytes.TrimSuffix(bytes.TrimSuffix(part, []byte("\n")), []byte("\n"))
		if head, rest, ok := bytes.Cut(trimmed, []byte("\n\n")); ok && n > 0 {
			trimmed = append(append(bytes.ReplaceAll(head, []byte("\n"), []byte("\r\n")), "\r\n\r\n"...), rest...)
		}
		out.Write(trimmed)
		out.WriteString("\r\n")
	}
	return out.Bytes()
}

// readPart reads the request of one part: its line, its headers and its body.
func readPart(outer *http.Request, raw []byte) (*http.Request, error) {
	head, body, _ := bytes.Cut(bytes.ReplaceAll(bytes.TrimLeft(raw, "\r\n"), []byte("\r\n\r\n"), []byte("\n\n")), []byte("\n\n"))
	lines := bufio.NewScanner(bytes.NewReader(head))
	if !lines.Scan() {
		return nil, malformedBatch("A part of the batch is empty.")
	}
	words := strings.Fields(lines.Text())
	if len(words) < 2 {
		return nil, malformedBatch("A part of the batch has no request line.")
	}
	target, err := url.Parse(words[1])
	if err != nil {
		return nil, malformedBatch("The address of a part is malformed.")
	}
	if place := links.FromContext(outer.Context()); target.Host != "" {
		to, ok := links.Resolve(target.Scheme, target.Host, place.Origin.Suffix)
		if !ok || to.Service != place.Service || to.Prefix != place.Prefix || to.Host != place.Host {
			return nil, malformedBatch("The address of a part belongs to another host.")
		}
	}
	if web, rest, ok := splitAPI(target.EscapedPath()); !ok || strings.EqualFold(rest, "$batch") {
		return nil, malformedBatch("The address of a part (%s) is none of the interface.", web)
	}
	part := outer.Clone(outer.Context())
	part.Method, part.URL, part.RequestURI = words[0], target, ""
	part.Header = http.Header{}
	for _, name := range []string{"Authorization", "Cookie", "X-RequestDigest"} {
		if v := outer.Header.Values(name); len(v) > 0 {
			part.Header[http.CanonicalHeaderKey(name)] = v
		}
	}
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && !strings.EqualFold(name, "Authorization") {
			part.Header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	part.Body = io.NopCloser(bytes.NewReader(body))
	part.ContentLength = int64(len(body))
	return part, nil
}

// recorder keeps the answer of one part.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

// write puts the answer into the batch's.
func (r *recorder) write(w *bytes.Buffer, boundary string) {
	r.WriteHeader(http.StatusOK)
	fmt.Fprintf(w, "--%s\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n", boundary)
	fmt.Fprintf(w, "HTTP/1.1 %d %s\r\n", r.status, http.StatusText(r.status))
	for _, name := range []string{"Content-Type", "ETag", "Location"} {
		if v := r.header.Get(name); v != "" {
			fmt.Fprintf(w, "%s: %s\r\n", strings.ToUpper(name), v)
		}
	}
	w.WriteString("\r\n")
	w.Write(r.body.Bytes())
	w.WriteString("\r\n")
}
