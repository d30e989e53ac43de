package directory_test

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestNewTenantHasTheServicesDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.contoso
	if c.Sharing.SharingCapability != state.ExternalUserAndGuestSharing || c.Sharing.DefaultSharingLinkType != 2 ||
		c.Sharing.EnableAzureADB2BIntegration || !c.Sharing.NotifyOwnersWhenItemsReshared {
		t.Errorf("sharing %+v", c.Sharing)
	}
	if c.Authorization.AllowInvitesFrom != directory.InvitesFromEveryone || c.Authorization.GuestUserRoleID != directory.GuestsLimited {
		t.Errorf("authorization %+v", c.Authorization)
	}
	if c.Profile != state.ProfileClassic || c.DefaultDomain() != "contoso.com" || c.SharePointPrefix() != "contoso" {
		t.Errorf("profile %q, default domain %q, prefix %q", c.Profile, c.DefaultDomain(), c.SharePointPrefix())
	}
	w.view(t, func(tx *state.Tx) {
		for _, name := range []string{c.ID, "CONTOSO.com", "contoso.onmicrosoft.com"} {
			if got, err := directory.ResolveTenant(tx, name); err != nil || got.ID != c.ID {
				t.Errorf("resolve %s: %s, %v", name, got.ID, err)
			}
		}
		_, err := directory.ResolveTenant(tx, "nowhere.example")
		expect(t, err, problem.TenantNotFound)
		names := map[string]bool{}
		for _, p := range directory.ServicePrincipals(tx, c.ID) {
			names[p.DisplayName] = true
			if again, ok := directory.ServicePrincipal(tx, c.ID, p.ID); !ok || again.AppID != p.AppID {
				t.Errorf("%s is not found by its id", p.DisplayName)
			}
		}
		for _, name := range []string{"Microsoft Graph", "Office 365 SharePoint Online", "Microsoft Azure CLI", "rclone", "OneDrive Client for Linux"} {
			if !names[name] {
				t.Errorf("%s is not installed", name)
			}
		}
	})
}

func TestTenantsAreToldApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		tenant state.Tenant
		want   problem.Reason
	}{
		"a third one":                       {state.Tenant{InitialDomain: "tailspin.onmicrosoft.com"}, problem.None},
		"an id of its own":                  {state.Tenant{ID: "18028A0C-C944-4C82-84CB-B47765BD4E03", InitialDomain: "x.onmicrosoft.com"}, problem.None},
		"no initial domain":                 {state.Tenant{}, problem.MissingProperty},
		"an id that is none":                {state.Tenant{ID: "contoso", InitialDomain: "y.onmicrosoft.com"}, problem.InvalidProperty},
		"a domain that is none":             {state.Tenant{InitialDomain: "y.onmicrosoft.com", Domains: []state.Domain{{Name: "no domain"}}}, problem.InvalidProperty},
		"another tenant's id":               {state.Tenant{ID: w.contoso.ID, InitialDomain: "y.onmicrosoft.com"}, problem.ObjectConflict},
		"another tenant's domain":           {state.Tenant{InitialDomain: "y.onmicrosoft.com", Domains: []state.Domain{{Name: "Contoso.com"}}}, problem.ObjectConflict},
		"another tenant's SharePoint host":  {state.Tenant{InitialDomain: "contoso.example"}, problem.ObjectConflict},
		"another tenant's OneDrive host":    {state.Tenant{InitialDomain: "contoso-my.onmicrosoft.com"}, problem.InvalidProperty},
		"another tenant's administration":   {state.Tenant{InitialDomain: "contoso-admin.onmicrosoft.com"}, problem.InvalidProperty},
		"the domain of personal accounts":   {state.Tenant{InitialDomain: "z.onmicrosoft.com", Domains: []state.Domain{{Name: "outlook.com"}}}, problem.ObjectConflict},
		"its own initial domain, in a list": {state.Tenant{InitialDomain: "v.onmicrosoft.com", Domains: []state.Domain{{Name: "V.onmicrosoft.com"}}}, problem.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := w.Fork(w.Snapshot()).Update(func(tx *state.Tx) error {
				got, err := directory.AddTenant(tx, c.tenant)
				if err != nil {
					return err
				}
				initial, chosen := 0, 0
				for _, d := range got.Domains {
					if d.Initial {
						initial++
					}
					if d.Default {
						chosen++
					}
				}
				if initial != 1 || chosen != 1 {
					t.Errorf("%d initial and %d default domains: %+v", initial, chosen, got.Domains)
				}
				return nil
			})
			expect(t, err, c.want)
		})
	}
}

func BenchmarkAddTenant(b *testing.B) {
	s := state.New(state.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Update(func(tx *state.Tx) error {
			_, err := directory.AddTenant(tx, state.Tenant{InitialDomain: "t" + tx.NewID()[:8] + ".onmicrosoft.com"})
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}
