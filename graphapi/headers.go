package graphapi

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// diagnostics is what x-ms-ags-diagnostic says (graph.md 1.1).
const diagnostics = `{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"AM2PEPF0001BFA1"}}`

// commonHeaders are those of every answer, spelt as net/http has them so that it need not spell them again.
func commonHeaders(h http.Header, r *request) {
	h.Set("Request-Id", r.id)
	h.Set("Client-Request-Id", r.clientID)
	h.Set("X-Ms-Ags-Diagnostic", diagnostics)
	h.Set("Cache-Control", "private")
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("Vary", "Accept-Encoding")
	if r.http.Header.Get("Origin") != "" {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, ReadWriteConsistencyToken, Retry-After, WWW-Authenticate, x-ms-ags-diagnostic")
	}
}

// preflight tells whether a browser asks whether it may ask.
func preflight(req *http.Request) bool {
	return req.Method == http.MethodOptions && req.Header.Get("Access-Control-Request-Method") != ""
}

// mayAsk answers a preflight.
func mayAsk(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", req.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Max-Age", "3600")
	w.WriteHeader(http.StatusOK)
}

// How much of a body is read.
const (
	maxDirectoryBody = 1 << 20
	maxFilesBody     = 4 << 20
	maxContent       = 250 << 20
)

// readBody reads and inflates the body before the transaction opens, so that a slow client holds up nobody.
func (r *request) readBody(o *operation) error {
	if r.http.Body == nil || r.http.Method == http.MethodGet || r.http.Method == http.MethodHead {
		return nil
	}
	limit := int64(maxDirectoryBody)
	switch content := secret(o) || slices.Contains([]string{http.MethodPut, http.MethodPatch}, o.Method) && slices.Contains([]string{"content", "$value"}, o.Segment); {
	case content:
		limit = maxContent
	case files(r.http.URL.Path):
		limit = maxFilesBody
	}
	var in io.Reader = http.MaxBytesReader(nil, r.http.Body, limit)
	switch encoding := strings.ToLower(r.http.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return unreadable(err)
		}
		in = z
	default:
		return problem.For(problem.Invalid, problem.InvalidProperty, "Content-Encoding", "The encoding '%s' is not supported.", encoding)
	}
	switch o.Name {
	case "driveItem.putContent":
		return r.readContent(in, limit)
	case "uploadSession.put":
		return r.readContent(in, drive.MaxFragment)
	}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(in, limit+1))
	if err != nil {
		return unreadable(err)
	}
	if n > limit {
		return tooLarge()
	}
	r.body = bytes.Clone(b.Bytes())
	return nil
}

// readContent reads a body in pieces that are kept as they are, hashing them where they stand in the file.
func (r *request) readContent(in io.Reader, limit int64) (err error) {
	if r.content, err = drive.ReadFragment(in, firstByte(r.http.Header.Get("Content-Range")), limit); err == nil {
		return nil
	}
	if problem.KindOf(err) == problem.TooLarge {
		return err
	}
	return unreadable(err)
}

func unreadable(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge()
	}
	return &problem.Error{Kind: problem.Invalid, Reason: problem.Malformed, Detail: "The request body could not be read.", Err: err}
}

func tooLarge() error {
	return problem.New(problem.TooLarge, problem.LimitExceeded, "The request payload is too large.")
}

// challenge is the WWW-Authenticate header of a 401 (identity.md 7). claims is what continuous access evaluation asks for.
func (r *request) challenge(e *problem.Error) string {
	if r.sharePoint() {
		realm := ""
		// A view cannot fail but by what its function returns.
		_ = r.store.View(func(tx *state.Tx) error {
			t, _ := tx.TenantByPrefix(r.place.Prefix)
			realm = t.ID
			return nil
		})
		return `Bearer realm="` + realm + `",client_id="00000003-0000-0ff1-ce00-000000000000",trusted_issuers="00000001-0000-0000-c000-000000000000@*",authorization_uri="` + r.origin.Login() + `/common/oauth2/authorize"`
	}
	header := `Bearer realm="", authorization_uri="` + r.origin.Login() + `/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`
	if e.Reason == problem.ClaimsChallenge {
		header += `, error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(e.Target)) + `"`
	}
	return header
}
