package odata_test

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/odata"
)

// TestLevels: $levels is an option within $expand only, max or a number above zero, once.
func TestLevels(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"$expand=manager($levels=max;$select=id)": "max",
		"$expand=manager(levels=3)":               "3",
		"$expand=manager($levels=0)":              "",
		"$expand=manager($levels=all)":            "",
		"$expand=manager($levels=1;$levels=2)":    "",
		"$levels=2":                               "",
	} {
		q, err := odata.ParseQuery(raw, odata.Graph)
		if want == "" {
			if err == nil {
				t.Errorf("%s was taken", raw)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if got := q.Expands("manager").Custom.Get("$levels"); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
		again, err := odata.ParseQuery(q.Encode(), odata.Graph)
		if err != nil || again.String() != q.String() {
			t.Errorf("%s prints as %s, which reads as %v, %v", raw, q, again, err)
		}
	}
}
