package directory

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// AddDomain verifies a further domain for a tenant. One that the tenant has already changes nothing. It fails with
// ObjectConflict where another tenant owns it, InvalidProperty where it is no domain.
func AddDomain(tx *state.Tx, by Principal, tenant, domain string) error {
	t, err := settingsOf(tx, by, tenant, GlobalAdministrator)
	if err != nil {
		return err
	}
	domain = strings.ToLower(domain)
	if !validDomain(domain) {
		return problem.For(problem.Invalid, problem.InvalidProperty, domain, "%q is no domain name.", domain)
	}
	if owner, taken := tx.TenantByDomain(domain); taken {
		if owner.ID == t.ID {
			return nil
		}
		return problem.For(problem.Conflict, problem.ObjectConflict, domain, "The domain %s is verified in another organization.", domain)
	}
	t.Domains = append(append([]state.Domain{}, t.Domains...), state.Domain{Name: domain})
	tx.PutTenant(t)
	Audit(tx, by, state.Event{
		TenantID: tenant, Operation: "Add verified domain", Category: "DirectoryManagement", Type: opAdd,
		Targets: []state.EventTarget{{Type: "Other", DisplayName: domain}},
	})
	return nil
}
