package sharing_test

import (
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestSetTenant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	value := func(name string) any {
		var v any
		w.do(func(tx *state.Tx) {
			c, _ := tx.Tenant(w.contoso.ID)
			v = sharing.PropertyMap(sharing.TenantProperties(c))[name]
		})
		return v
	}
	for _, row := range []struct {
		name  string
		value any
		want  any
	}{
		{"SharingCapability", "ExternalUserSharingOnly", 1},
		{"sharingCapability", "existingExternalUserSharingOnly", 3},
		{"SharingCapability", "2", 2},
		{"SharingCapability", 0.0, 0},
		{"SharingDomainRestrictionMode", "AllowList", 1},
		{"SharingAllowedDomainList", []any{"adatum.com", "tailspin.com"}, "adatum.com tailspin.com"},
		{"SharingAllowedDomainList", nil, ""},
		{"PreventExternalUsersFromResharing", "True", true},
		{"PreventExternalUsersFromResharing", 0, false},
		{"RequireAnonymousLinksExpireInDays", "-1", -1},
		{"RequireAnonymousLinksExpireInDays", 730, 730},
		{"DefaultSharingLinkType", "AnonymousAccess", 3},
		{"DefaultLinkPermission", "View", 1},
		{"CoreDefaultShareLinkScope", "SpecificPeople", 2},
		{"ExternalUserExpireInDays", "30", 30},
		{"HideDefaultThemes", "true", true}, // kept, without effect
	} {
		w.set(map[string]any{row.name: row.value})
		name := row.name
		if name == "sharingCapability" {
			name = "SharingCapability"
		}
		if got := value(name); got != row.want {
			t.Errorf("%s set to %v reads %v, want %v", row.name, row.value, got, row.want)
		}
	}
	w.set(map[string]any{"ODBSharingCapability": 3})
	if got := value("OneDriveSharingCapability"); got != 3 {
		t.Errorf("by its other name: %v", got)
	}
}

func TestSetTenantRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, row := range map[string]struct {
		by         directory.Principal
		properties map[string]any
		reason     problem.Reason
		target     string
	}{
		"unknown":       {as(w.admin), map[string]any{"NoSuchThing": 1}, problem.UnknownProperty, "NoSuchThing"},
		"no level":      {as(w.admin), map[string]any{"SharingCapability": 4}, problem.InvalidProperty, "SharingCapability"},
		"no name":       {as(w.admin), map[string]any{"SharingCapability": "Open"}, problem.InvalidProperty, "SharingCapability"},
		"no bool":       {as(w.admin), map[string]any{"PreventExternalUsersFromResharing": "maybe"}, problem.InvalidProperty, "PreventExternalUsersFromResharing"},
		"too many days": {as(w.admin), map[string]any{"RequireAnonymousLinksExpireInDays": 731}, problem.InvalidProperty, "RequireAnonymousLinksExpireInDays"},
		"too few days":  {as(w.admin), map[string]any{"ExternalUserExpireInDays": 29}, problem.InvalidProperty, "ExternalUserExpireInDays"},
		"no list":       {as(w.admin), map[string]any{"SharingAllowedDomainList": []any{1}}, problem.InvalidProperty, "SharingAllowedDomainList"},
		"half right":    {as(w.admin), map[string]any{"SharingCapability": 0, "ZZZ": 1}, problem.UnknownProperty, "ZZZ"},
		"a member":      {as(w.megan), map[string]any{"SharingCapability": 0}, problem.InsufficientRights, ""},
		"a stranger":    {as(w.kim), map[string]any{"SharingCapability": 0}, problem.InsufficientRights, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := w.target(row.reason, func(tx *state.Tx) error { return sharing.SetTenant(tx, row.by, w.contoso.ID, row.properties) })
			if got != row.target {
				t.Errorf("target %q, want %q", got, row.target)
			}
			w.do(func(tx *state.Tx) {
				if c, _ := tx.Tenant(w.contoso.ID); c.Sharing.SharingCapability != state.ExternalUserAndGuestSharing {
					t.Errorf("the level is %v", c.Sharing.SharingCapability)
				}
			})
		})
	}
}

func TestPropertiesAreTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) {
		c, _ := tx.Tenant(w.contoso.ID)
		w.check(sharing.SetTenant(tx, as(w.admin), c.ID, sharing.PropertyMap(sharing.TenantProperties(c))))
		s, _ := tx.Site(c.ID, w.marketing.ID)
		w.check(sharing.SetSite(tx, as(w.admin), s, sharing.PropertyMap(sharing.SiteDefined(s))))
		after, _ := tx.Tenant(c.ID)
		if before := sharing.PropertyMap(sharing.TenantProperties(c)); len(before) != len(sharing.PropertyMap(sharing.TenantProperties(after))) {
			t.Errorf("%d properties", len(before))
		}
		again, _ := tx.Site(c.ID, s.ID)
		if again.Sharing.Capability != s.Sharing.Capability {
			t.Errorf("the site's level is %v", again.Sharing.Capability)
		}
	})
}

func TestSetSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fails(problem.InsufficientRights, func(tx *state.Tx) error { // owners cannot open their site
		return sharing.SetSite(tx, as(w.megan), w.intranet, map[string]any{"sharingCapability": 2})
	})
	w.do(func(tx *state.Tx) {
		w.check(sharing.SetSite(tx, as(w.megan), w.marketing, map[string]any{"MembersCanShare": false, "RequestAccessEmail": "desk@contoso.com"}))
		w.check(sharing.SetSite(tx, as(w.admin), w.marketing, map[string]any{"sharingCapability": "externalUserSharingOnly", "shareByEmailEnabled": "false", "classification": "secret"}))
		s, _ := tx.Site(w.contoso.ID, w.marketing.ID)
		c, _ := tx.Tenant(w.contoso.ID)
		p := sharing.PropertyMap(sharing.SiteProperties(c, s))
		if s.MembersCanShare || s.AccessRequestEmail != "desk@contoso.com" || p["SharingCapability"] != 1 || p["ShareByEmailEnabled"] != false || p["Classification"] != "secret" {
			t.Errorf("site %+v, properties %v", s, p)
		}
		w.check(sharing.SetTenant(tx, as(w.admin), c.ID, map[string]any{"SharingCapability": 3}))
		c, _ = tx.Tenant(c.ID)
		p = sharing.PropertyMap(sharing.SiteProperties(c, s))
		if p["SharingCapability"] != 3 || p["SiteDefinedSharingCapability"] != 1 {
			t.Errorf("effective %v, own %v", p["SharingCapability"], p["SiteDefinedSharingCapability"])
		}
	})
}

func TestOneDriveHasItsOwnLevel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(map[string]any{"OneDriveSharingCapability": "Disabled"})
	w.do(func(tx *state.Tx) {
		s, err := drive.EnsurePersonalSite(tx, w.megan)
		w.check(err)
		l, _ := drive.DefaultLibrary(tx, s)
		f, err := drive.EnsureFolder(tx, l, "Trip", state.Actor{UserID: w.megan.ID})
		w.check(err)
		list, err := w.m.Share(tx, as(w.megan), sharing.ShareRequest{At: drive.Place{Site: s, List: l, Item: f}, Recipients: []sharing.Recipient{{Email: "kim@fabrikam.com"}}, Role: state.RoleRead})
		w.check(err)
		if e := problem.As(list[0].Err); e.Reason != problem.SharingDisabled || e.Target != "OneDriveSharingCapability" {
			t.Errorf("got %v, target %s", list[0].Err, e.Target)
		}
		w.share(tx, w.folder, "kim@fabrikam.com") // sites go on
	})
}

func TestExpiryOfGuestsAlreadyThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.guestOf()
	w.now = w.now.AddDate(1, 0, 0)
	w.set(map[string]any{"ExternalUserExpirationRequired": true})
	w.do(func(tx *state.Tx) {
		e, _ := tx.SiteUserByObject(w.contoso.ID, w.marketing.ID, g.ID)
		if !e.ExpiresAt.Equal(w.now.AddDate(0, 0, 60)) {
			t.Errorf("ends %v", e.ExpiresAt)
		}
	})
}
