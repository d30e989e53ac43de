package directory_test

import (
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func lifetime(span string) []string {
	return []string{`{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"` + span + `"}}`}
}

func TestLifetimePolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		by := w.as(w.admin)
		graph, _ := directory.ResourceByAppID(tx, directory.GraphAppID)
		sp, _ := directory.ServicePrincipalByAppID(tx, w.contoso.ID, directory.SharePointAppID)
		sharePoint, _ := directory.ResourceByAppID(tx, directory.SharePointAppID)
		if got := directory.AccessTokenLifetime(tx, w.contoso, graph); got != 0 {
			t.Errorf("by default %v", got)
		}
		for _, p := range []state.Policy{
			{DisplayName: "Everything", Definition: lifetime("02:00:00"), Default: true},
			{DisplayName: "SharePoint", Definition: lifetime("0.00:30:00"), AppliesTo: []string{sp.ID}},
		} {
			p.TenantID = w.contoso.ID
			if _, err := directory.SetLifetimePolicy(tx, by, p); err != nil {
				return err
			}
		}
		if got := directory.AccessTokenLifetime(tx, w.contoso, graph); got != 2*time.Hour {
			t.Errorf("Graph %v", got)
		}
		if got := directory.AccessTokenLifetime(tx, w.contoso, sharePoint); got != 30*time.Minute {
			t.Errorf("SharePoint %v", got)
		}
		if got := directory.AccessTokenLifetime(tx, w.fabrikam, graph); got != 0 {
			t.Errorf("another organisation %v", got)
		}
		for definition, want := range map[string]problem.Reason{
			"1.00:00:00": problem.None, "00:10:00": problem.None, "00:09:59": problem.InvalidProperty, "1.00:00:01": problem.InvalidProperty,
			"": problem.InvalidProperty, "ten": problem.InvalidProperty, "00:-1:00": problem.InvalidProperty, "x.00:10:00": problem.InvalidProperty,
		} {
			_, err := directory.SetLifetimePolicy(tx, by, state.Policy{TenantID: w.contoso.ID, DisplayName: "X", Definition: lifetime(definition)})
			expect(t, err, want)
		}
		_, err := directory.SetLifetimePolicy(tx, w.as(w.megan), state.Policy{TenantID: w.contoso.ID, DisplayName: "X", Definition: lifetime("01:00:00")})
		expect(t, err, problem.InsufficientRights)
		return nil
	})
}
