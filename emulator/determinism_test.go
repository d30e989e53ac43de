package emulator_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tennantite/tennantite/emulator"
)

// transcript is what came over the wire, by script: every answer, its status, headers and body.
type transcript struct {
	mu      sync.Mutex
	answers map[string][]string
}

// recorder writes down what goes through it.
type recorder struct {
	wire   http.RoundTripper
	script string
	to     *transcript
}

func (r recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := r.wire.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\n%s\n", req.Method, req.URL.Host, req.URL.RequestURI(), answer.Status)
	for _, name := range slices.Sorted(maps.Keys(answer.Header)) {
		if name == "Content-Length" && bytes.Contains(body, []byte("tookMilliseconds")) {
			continue // a longer time has more digits
		}
		fmt.Fprintf(&b, "%s: %q\n", name, answer.Header[name])
	}
	b.Write(body)
	r.to.mu.Lock()
	defer r.to.mu.Unlock()
	r.to.answers[r.script] = append(r.to.answers[r.script], wallClock.ReplaceAllString(b.String(), "${1}"))
	return answer, nil
}

// wallClock is the closed list of what does not follow from seed, clock and keys: where the process listens, and how long
// it took to answer, both said by the control plane alone.
var wallClock = regexp.MustCompile(`("tookMilliseconds":)[0-9.e+-]+|127\.0\.0\.1:[0-9]+`)

// TestSameCallsSameBytes runs every script on two emulators with the same seed, clock and keys, and compares all of their
// answers byte by byte, headers included. Certificates of TLS are made anew by each process, outside of HTTP.
func TestSameCallsSameBytes(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, r.URL.Query().Get("validationToken"))
	}))
	defer listener.Close()
	var both [2]*transcript
	for i := range both {
		both[i] = &transcript{answers: map[string][]string{}}
		emu := emulator.Start(t, func(o *emulator.Options) {
			o.Seed, o.Clock, o.Keys = 42, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), keys
		})
		t.Run(fmt.Sprint("run ", i+1), func(t *testing.T) { // which ends when all of its scripts have
			for _, dir := range []string{"testdata/determinism", "testdata/script"} {
				p := scripts(emu, dir, func(script string, wire http.RoundTripper) http.RoundTripper {
					return recorder{wire, script, both[i]}
				})
				setup := p.Setup
				p.Setup = func(env *testscript.Env) error {
					env.Setenv("listener", listener.URL)
					return setup(env)
				}
				testscript.Run(t, p)
			}
		})
	}
	compared := 0
	for script, first := range both[0].answers {
		second := both[1].answers[script]
		if len(first) != len(second) {
			t.Errorf("%s: %d answers, then %d", script, len(first), len(second))
			continue
		}
		for n := range first {
			compared++
			if first[n] != second[n] {
				t.Errorf("%s: answer %d of %d differs\n%s", script, n+1, len(first), difference(first[n], second[n]))
				break // what follows from it differs as well
			}
		}
	}
	t.Logf("%d answers compared", compared)
	if compared < 200 {
		t.Errorf("only %d answers were compared", compared)
	}
}

// difference shows where two texts part.
func difference(a, b string) string {
	head, _, _ := strings.Cut(a, "\n")
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	const around = 80
	from := max(at-around, 0)
	return fmt.Sprintf("%s\nfirst  …%s\nsecond …%s", head, a[from:min(at+around, len(a))], b[from:min(at+around, len(b))])
}
