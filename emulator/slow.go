package emulator

import (
	"io"
	"net/http"
	"time"
)

// bodyTimeout is how long a client may take to send the next piece of a body. A large upload may take its time as a whole.
const bodyTimeout = 30 * time.Second

// unhurried ends the connections of clients that stop in the middle of a body: a time limit of the server would be one for
// the whole request, and end large uploads.
func unhurried(next http.Handler, now func() time.Time, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &pieces{ReadCloser: r.Body, connection: http.NewResponseController(w), now: now, limit: limit}
		}
		next.ServeHTTP(w, r)
	})
}

// pieces is a body of which each piece has its own time limit.
type pieces struct {
	io.ReadCloser

	connection *http.ResponseController
	now        func() time.Time
	limit      time.Duration
}

// Read waits no longer than the limit. Behind it the connection is as patient as before: an answer may be long in coming.
func (p *pieces) Read(b []byte) (int, error) {
	// A connection without deadlines, such as a test's, has none to be hurried by.
	_ = p.connection.SetReadDeadline(p.now().Add(p.limit))
	n, err := p.ReadCloser.Read(b)
	_ = p.connection.SetReadDeadline(time.Time{})
	return n, err
}
