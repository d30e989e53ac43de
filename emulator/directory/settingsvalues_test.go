package directory_test

import (
	"reflect"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestSettingsReadBackAsTheyWereSet: what the functions say about one tenant, set in another, makes the same settings.
func TestSettingsReadBackAsTheyWereSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		fresh, _ := tx.Tenant(w.fabrikam.ID)
		if a, c := directory.AuthorizationProperties(fresh), directory.CrossTenantDefaultProperties(fresh); len(a) != 0 || c != nil {
			t.Errorf("a new tenant has %v, %v", a, c)
		}
		by, other := w.as(w.admin), directory.SystemPrincipal(w.fabrikam.ID)
		const partner = "99999999-0000-4000-8000-000000000000"
		sections := props{
			"b2bCollaborationInbound": section("blocked", "AllUsers", "AllApplications"),
			"inboundTrust":            props{"isMfaAccepted": true}, "automaticUserConsentSettings": props{"inboundAllowed": true},
			"tenantRestrictions": props{"devices": nil},
		}
		if err := directory.SetAuthorization(tx, by, w.contoso.ID, props{
			"allowInvitesFrom": "none", "blockMsolPowerShell": true, "defaultUserRolePermissions": props{"allowedToCreateTenants": nil},
		}); err != nil {
			return err
		}
		if err := directory.SetCrossTenantPartner(tx, by, w.contoso.ID, partner, sections); err != nil {
			return err
		}
		sections["invitationRedemptionIdentityProviderConfiguration"] = props{
			"primaryIdentityProviderPrecedenceOrder": []any{"azureActiveDirectory"}, "fallbackIdentityProvider": "microsoftAccount",
		}
		if err := directory.SetCrossTenantDefault(tx, by, w.contoso.ID, sections); err != nil {
			return err
		}
		c, _ := tx.Tenant(w.contoso.ID)
		p, _ := tx.CrossTenantPartner(w.contoso.ID, partner)
		if err := directory.SetAuthorization(tx, other, w.fabrikam.ID, directory.AuthorizationProperties(c)); err != nil {
			return err
		}
		if err := directory.SetCrossTenantDefault(tx, other, w.fabrikam.ID, directory.CrossTenantDefaultProperties(c)); err != nil {
			return err
		}
		if err := directory.SetCrossTenantPartner(tx, other, w.fabrikam.ID, partner, directory.CrossTenantPartnerProperties(p)); err != nil {
			return err
		}
		f, _ := tx.Tenant(w.fabrikam.ID)
		q, _ := tx.CrossTenantPartner(w.fabrikam.ID, partner)
		if !reflect.DeepEqual(f.Authorization, c.Authorization) || !reflect.DeepEqual(f.CrossTenant, c.CrossTenant) || !reflect.DeepEqual(q.Settings, p.Settings) {
			t.Errorf("read back\n%+v\n%+v\n%+v\nwant\n%+v\n%+v\n%+v", f.Authorization, f.CrossTenant, q.Settings, c.Authorization, c.CrossTenant, p.Settings)
		}
		return nil
	})
}
