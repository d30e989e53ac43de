package directory_test

import (
	"fmt"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestInvitationsAllowed runs the whole product of setting and inviter.
func TestInvitationsAllowed(t *testing.T) {
	t.Parallel()
	flags := []bool{false, true}
	for _, setting := range []string{"none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone", "nonsense"} {
		for _, app := range flags {
			for _, guest := range flags {
				for _, admin := range flags {
					for _, inviter := range flags {
						i := directory.Inviter{AppOnly: app, Guest: guest, Administrator: admin, GuestInviter: inviter}
						var want bool
						switch setting {
						case "everyone":
							want = true
						case "adminsGuestInvitersAndAllMembers":
							want = app || !guest || admin || inviter
						case "adminsAndGuestInviters":
							want = !app && (admin || inviter)
						}
						if got := directory.InvitationsAllowed(setting, i) == nil; got != want {
							t.Errorf("%s, %+v: %v, want %v", setting, i, got, want)
						}
					}
				}
			}
		}
	}
}

func TestB2BDomainAllowed(t *testing.T) {
	t.Parallel()
	none := state.B2BDomains{}
	allow := state.B2BDomains{Allow: []string{"fabrikam.com"}}
	block := state.B2BDomains{Block: []string{"fabrikam.com"}}
	for _, c := range []struct {
		list    state.B2BDomains
		address string
		want    bool
	}{
		{none, "kim@fabrikam.com", true},
		{allow, "kim@fabrikam.com", true},
		{allow, "kim@FABRIKAM.com", true},
		{allow, "kim@sub.fabrikam.com", false},
		{allow, "sam@tailspin.com", false},
		{allow, "nonsense", false},
		{block, "kim@fabrikam.com", false},
		{block, "kim@Fabrikam.Com", false},
		{block, "kim@sub.fabrikam.com", true},
		{block, "sam@tailspin.com", true},
	} {
		if got := directory.B2BDomainAllowed(c.list, c.address) == nil; got != c.want {
			t.Errorf("%+v, %s: %v, want %v", c.list, c.address, got, c.want)
		}
	}
}

func TestProviderAllowed(t *testing.T) {
	t.Parallel()
	for _, primary := range [][]string{nil, {"azureActiveDirectory"}, {"externalFederation"}, {"socialIdentityProviders", "azureActiveDirectory"}} {
		for _, fallback := range []string{"", "defaultConfiguredIdp", "emailOneTimePasscode", "microsoftAccount"} {
			for _, otp := range []bool{false, true} {
				for kind, want := range map[state.HomeKind]bool{
					state.HomeEntra:     primary == nil || len(primary) == 2 || primary[0] == "azureActiveDirectory",
					state.HomeMicrosoft: fallback != "emailOneTimePasscode",
					state.HomeOTP:       otp && fallback != "microsoftAccount",
					state.HomeHere:      false,
					state.HomeUnknown:   false,
				} {
					if got := directory.ProviderAllowed(primary, fallback, otp, kind) == nil; got != want {
						t.Errorf("%v, %q, codes %v, %q: %v, want %v", primary, fallback, otp, kind, got, want)
					}
				}
			}
		}
	}
}

// section is a direction's settings as Graph writes them.
func section(access, who, app string) map[string]any {
	target := func(t, kind string) []any { return []any{map[string]any{"target": t, "targetType": kind}} }
	kind := "user"
	if who != "AllUsers" && len(who) > 0 && who[0] == '1' {
		kind = "group"
	}
	return map[string]any{
		"usersAndGroups": map[string]any{"accessType": access, "targets": target(who, kind)},
		"applications":   map[string]any{"accessType": access, "targets": target(app, "application")},
	}
}

func TestCrossTenantAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.guest(t, "kim@fabrikam.com")
	const other, app, group = "99999999-0000-4000-8000-000000000000", "88888888-0000-4000-8000-000000000000", "12345678-0000-4000-8000-000000000000"
	w.update(t, func(tx *state.Tx) error {
		tx.PutGroup(state.Group{TenantID: w.contoso.ID, ID: group, DisplayName: "Partners", SecurityEnabled: true})
		return directory.AddMember(tx, w.as(w.admin), state.Group{TenantID: w.contoso.ID, ID: group, SecurityEnabled: true}, state.Members, guest.ID)
	})
	for name, c := range map[string]struct {
		byDefault, partner map[string]any
		user, app          string
		want               problem.Reason
	}{
		"the service's default":                      {user: guest.ID},
		"blocked for all":                            {byDefault: section("blocked", "AllUsers", "AllApplications"), user: guest.ID, want: problem.CrossTenantBlocked},
		"blocked for all, allowed for the partner":   {byDefault: section("blocked", "AllUsers", "AllApplications"), partner: section("allowed", "AllUsers", "AllApplications"), user: guest.ID},
		"allowed for all, blocked for the partner":   {partner: section("blocked", "AllUsers", "AllApplications"), user: guest.ID, want: problem.CrossTenantBlocked},
		"nobody yet, blocked":                        {partner: section("blocked", "AllUsers", "AllApplications"), want: problem.CrossTenantBlocked},
		"allowed for him at home":                    {partner: section("allowed", w.kim.ID, "AllApplications"), user: guest.ID},
		"allowed for him at home, no guest yet":      {partner: section("allowed", w.kim.ID, "AllApplications"), user: w.kim.ID},
		"allowed for somebody else":                  {partner: section("allowed", other, "AllApplications"), user: guest.ID, want: problem.CrossTenantBlocked},
		"blocked for somebody else, and some app":    {partner: section("blocked", other, app), user: guest.ID},
		"allowed for a group that he is in":          {partner: section("allowed", group, "AllApplications"), user: guest.ID},
		"allowed for a group, nobody yet":            {partner: section("allowed", group, "AllApplications"), want: problem.CrossTenantBlocked},
		"allowed for one application, this one":      {partner: section("allowed", "AllUsers", app), user: guest.ID, app: app},
		"allowed for one application, another":       {partner: section("allowed", "AllUsers", app), user: guest.ID, app: other, want: problem.CrossTenantBlocked},
		"allowed for one application, none yet":      {partner: section("allowed", "AllUsers", app), user: guest.ID},
		"allowed for Office, SharePoint":             {partner: section("allowed", "AllUsers", "Office365"), user: guest.ID, app: directory.SharePointAppID},
		"allowed for Office, something else":         {partner: section("allowed", "AllUsers", "Office365"), user: guest.ID, app: app, want: problem.CrossTenantBlocked},
		"allowed for Office, a client of the family": {partner: section("allowed", "AllUsers", "Office365"), user: guest.ID, app: "ab9b8c07-8f02-4f72-87fa-80105867a763"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, w.Fork(w.Snapshot()).Update(func(tx *state.Tx) error {
				if c.byDefault != nil {
					if err := directory.SetCrossTenantDefault(tx, w.as(w.admin), w.contoso.ID, map[string]any{"b2bCollaborationInbound": c.byDefault}); err != nil {
						return err
					}
				}
				if c.partner != nil {
					if err := directory.SetCrossTenantPartner(tx, w.as(w.admin), w.contoso.ID, w.fabrikam.ID, map[string]any{"b2bCollaborationInbound": c.partner}); err != nil {
						return err
					}
				}
				if err := directory.CrossTenantInbound(tx, w.contoso.ID, state.ConsumersTenantID, guest.ID, c.app); err != nil {
					return fmt.Errorf("personal accounts belong to no organisation: %w", err)
				}
				if err := directory.CrossTenantOutbound(tx, w.contoso.ID, w.fabrikam.ID, w.megan.ID, c.app); err != nil {
					return fmt.Errorf("the other direction is a setting of its own: %w", err)
				}
				return directory.CrossTenantInbound(tx, w.contoso.ID, w.fabrikam.ID, c.user, c.app)
			}), c.want)
		})
	}
}

func TestCrossTenantOutbound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		fabrikam := directory.SystemPrincipal(w.fabrikam.ID)
		if err := directory.SetCrossTenantPartner(tx, fabrikam, w.fabrikam.ID, w.contoso.ID,
			map[string]any{"b2bCollaborationOutbound": section("blocked", w.kim.ID, "AllApplications")}); err != nil {
			return err
		}
		expect(t, directory.CrossTenantOutbound(tx, w.fabrikam.ID, w.contoso.ID, w.kim.ID, ""), problem.OutboundBlocked)
		expect(t, directory.CrossTenantOutbound(tx, w.fabrikam.ID, w.contoso.ID, "sam", ""), problem.OutboundBlocked)
		return nil
	})
}

func TestAutomaticRedemptionNeedsBoth(t *testing.T) {
	t.Parallel()
	for _, in := range []any{nil, false, true} {
		for _, out := range []any{nil, false, true} {
			w := newWorld(t)
			w.update(t, func(tx *state.Tx) error {
				if err := directory.SetCrossTenantPartner(tx, directory.SystemPrincipal(w.contoso.ID), w.contoso.ID, w.fabrikam.ID,
					map[string]any{"automaticUserConsentSettings": map[string]any{"inboundAllowed": in}}); err != nil {
					return err
				}
				if err := directory.SetCrossTenantPartner(tx, directory.SystemPrincipal(w.fabrikam.ID), w.fabrikam.ID, w.contoso.ID,
					map[string]any{"automaticUserConsentSettings": map[string]any{"outboundAllowed": out}}); err != nil {
					return err
				}
				if got, want := directory.AutomaticRedemption(tx, w.contoso.ID, w.fabrikam.ID), in == true && out == true; got != want {
					t.Errorf("inbound %v, outbound %v: %v", in, out, got)
				}
				if directory.AutomaticRedemption(tx, w.fabrikam.ID, w.contoso.ID) {
					t.Error("the other way round nobody agreed")
				}
				return nil
			})
		}
	}
}
