package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// A fault that drops one request of a batch ends the connection of the batch, and is no failure of ours.
func TestADroppedPartEndsTheBatch(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	token := c.mint(t, graphHost, nil)
	plane := newWire(c.emu, emulator.MainWorld)
	for _, effect := range []string{`{"drop":true}`, `{"truncate":true}`} {
		plane.control(t, http.MethodPut, "faults", `{"rules":[{"match":{"path":"/v1.0/me"},"effect":`+effect+`,"limit":{"times":1}}]}`)
		for try, want := range []int{0, http.StatusOK} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, graphHost+"/v1.0/$batch",
				strings.NewReader(`{"requests":[{"id":"1","method":"GET","url":"/me"}]}`))
			must(t, err)
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/json")
			status := 0
			if answer, err := c.client.Do(r); err == nil {
				status = answer.StatusCode
				answer.Body.Close()
			}
			if status != want {
				t.Errorf("%s, try %d: %d, want %d", effect, try, status, want)
			}
		}
	}
}
