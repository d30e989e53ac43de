package directory_test

import (
	"errors"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestAddDomain(t *testing.T) {
	t.Parallel()
	s := state.New(state.Options{})
	err := s.Update(func(tx *state.Tx) error {
		a, err := directory.AddTenant(tx, state.Tenant{DisplayName: "A", InitialDomain: "a.onmicrosoft.com"})
		if err != nil {
			return err
		}
		b, err := directory.AddTenant(tx, state.Tenant{DisplayName: "B", InitialDomain: "b.onmicrosoft.com"})
		if err != nil {
			return err
		}
		for _, tt := range []struct {
			tenant, domain string
			want           error
		}{
			{a.ID, "Extra.Example", nil},
			{a.ID, "extra.example", nil},
			{b.ID, "EXTRA.example", &problem.Error{Kind: problem.Conflict, Reason: problem.ObjectConflict}},
			{b.ID, "not a domain", &problem.Error{Kind: problem.Invalid, Reason: problem.InvalidProperty}},
		} {
			got := directory.AddDomain(tx, directory.SystemPrincipal(tt.tenant), tt.tenant, tt.domain)
			if tt.want == nil && got != nil || tt.want != nil && !errors.Is(got, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.domain, got, tt.want)
			}
		}
		if owner, _ := tx.TenantByDomain("extra.example"); owner.ID != a.ID || len(owner.Domains) != 2 {
			t.Errorf("the domain belongs to %+v", owner)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
