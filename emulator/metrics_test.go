package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	ask(t, http.MethodGet, emu.Addresses().HTTP+"/v1.0/me", "graph.microsoft.com", nil)
	status, _, body := ask(t, http.MethodGet, emu.Addresses().HTTP+"/metrics", "", nil)
	if status != http.StatusOK {
		t.Fatalf("got %d", status)
	}
	for _, line := range []string{
		`tennantite_requests_total{method="GET",status="401",surface="graph"} 1`,
		`tennantite_request_duration_seconds_count{surface="graph"} 1`,
		`tennantite_worlds 1`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("%s is not there", line)
		}
	}
	if status, _, body := ask(t, http.MethodGet, emu.Addresses().HTTP+"/metrics", "graph.microsoft.com", nil); status == http.StatusOK {
		t.Errorf("an emulated host has them: %s", body)
	}
}
