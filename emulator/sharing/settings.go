package sharing

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// tenantAliases are further names of tenant properties: those of CSOM and of older readings.
func tenantAliases() map[string]string {
	return map[string]string{
		"coresharingcapability":   settingTenant,
		"odbsharingcapability":    settingOneDrive,
		"emailattestationenabled": "EmailAttestationRequired",
	}
}

// siteAliases are the service's names of site properties whose fields are called otherwise here (sharepoint.md 1.3).
func siteAliases() map[string]string {
	return map[string]string{
		"sharingcapability": "Capability", "sitedefinedsharingcapability": "Capability",
		"sharingdomainrestrictionmode": "DomainRestrictionMode", "sharingalloweddomainlist": "AllowedDomainList",
		"sharingblockeddomainlist":                    "BlockedDomainList",
		"overridetenantanonymouslinkexpirationpolicy": "OverrideAnonymousLinkExpiration",
		"overridetenantexternaluserexpirationpolicy":  "OverrideExternalUserExpiration",
		"disablesharingfornonownersofsite":            "DisableSharingForNonOwners",
		"disablesharingfornonownersstatus":            "DisableSharingForNonOwners",
	}
}

// administers fails unless somebody may change SharePoint's settings: by role, or as an application, whose permissions the
// faces check. Only an administrator changes a site's level; its owners cannot.
func administers(tx *state.Tx, by directory.Principal, tenant string) error {
	if by.System || by.Tenant == tenant && (by.AppOnly() || IsAdministrator(tx, by)) {
		return nil
	}
	return problem.New(problem.Denied, problem.InsufficientRights, "SharePoint's settings are changed by its administrators")
}

// SetTenant sets SharePoint tenant properties by their own names (sharepoint.md 1.2). Values are JSON values; names of
// enumerations, numbers and text are all taken. It fails with InsufficientRights, or with UnknownProperty or
// InvalidProperty, the name as target, and then nothing is set.
func SetTenant(tx *state.Tx, by directory.Principal, tenant string, properties map[string]any) error {
	if err := administers(tx, by, tenant); err != nil {
		return err
	}
	t, ok := tx.Tenant(tenant)
	if !ok {
		return problem.For(problem.NotFound, problem.TenantNotFound, tenant, "there is no tenant %s", tenant)
	}
	before := t
	t.Sharing.Other = maps.Clone(t.Sharing.Other)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if err := setTenantProperty(&t.Sharing, name, properties[name]); err != nil {
			return err
		}
	}
	if reflect.DeepEqual(before.Sharing, t.Sharing) {
		return nil
	}
	if integrated(Era(t)) && !integrated(Era(before)) {
		t.CutOver = tx.Now()
	}
	tx.PutTenant(t)
	tenantEffects(tx, before, t)
	root, _ := tx.SiteByPath(tenant, false, "/")
	record(tx, by, drive.Place{Site: site(root, tenant)}, act{operation: SharingPolicyChanged, details: changes(before.Sharing, t.Sharing)})
	return nil
}

// site is a site, or where there is none yet an empty one of the tenant, so that entries about the tenant have a place.
func site(s state.Site, tenant string) state.Site {
	if s.ID == "" {
		s.TenantID, s.Path = tenant, "/"
	}
	return s
}

func setTenantProperty(s *state.SharingSettings, name string, value any) error {
	if alias := tenantAliases()[strings.ToLower(name)]; alias != "" {
		name = alias
	}
	found, err := assign(s, name, value)
	if found || err != nil {
		return err
	}
	return setOther(&s.Other, OtherTenantProperties(), name, value)
}

// setOther keeps a property that changes nothing here. Its default tells its type.
func setOther(kept *map[string]any, known map[string]any, name string, value any) error {
	for k, usual := range known {
		if !strings.EqualFold(k, name) {
			continue
		}
		p := property{name: k}
		target := reflect.New(reflect.TypeOf(usual)).Elem()
		if err := p.set(target, value); err != nil {
			return err
		}
		if *kept == nil {
			*kept = map[string]any{}
		}
		(*kept)[k] = target.Interface()
		return nil
	}
	return problem.For(problem.Invalid, problem.UnknownProperty, name, "there is no property %s", name)
}

// changes lists what a change of settings changed, old and new.
func changes(before, after any) []state.EventDetail {
	var out []state.EventDetail
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range b.NumField() {
		if was, is := b.Field(i).Interface(), a.Field(i).Interface(); !reflect.DeepEqual(was, is) {
			out = append(out, state.EventDetail{Key: b.Type().Field(i).Name, Value: words(was) + " -> " + words(is)})
		}
	}
	return out
}

// tenantEffects carries out what a change does to what is there already.
func tenantEffects(tx *state.Tx, before, after state.Tenant) {
	for s := range tx.Sites(after.ID) {
		if s.DeletedAt.IsZero() {
			siteEffects(tx, before, after, s, s)
		}
	}
}

// siteEffects: a shorter life of links for anyone pulls in those that live longer, a longer one leaves them; guests of a
// site that begins to count their days get theirs from now on, and switching off leaves given days (sharepoint.md 1.2).
func siteEffects(tx *state.Tx, was, is state.Tenant, before, after state.Site) {
	now := tx.Now()
	if days := AnonymousDays(is, after); days > 0 && days != AnonymousDays(was, before) {
		last := now.AddDate(0, 0, days)
		for l := range tx.LinksAt(is.ID, after.ID) {
			if l.Scope == state.LinkAnonymous && (l.ExpiresAt.IsZero() || l.ExpiresAt.After(last)) {
				l.ExpiresAt = last
				tx.PutLink(l)
			}
		}
	}
	ends := GuestExpiry(is, after, now)
	if ends.IsZero() || !GuestExpiry(was, before, now).IsZero() {
		return
	}
	for e := range tx.SiteUsers(is.ID, after.ID) {
		u, ok := tx.User(is.ID, e.ObjectID)
		if ok && outsider(u) && e.ExpiresAt.IsZero() && !e.Removed {
			e.ExpiresAt = ends
			tx.PutSiteUser(e)
		}
	}
}

// SetSite does the same for a site's own properties (sharepoint.md 1.3), camelCase names too. MembersCanShare and
// AccessRequestEmail, which stand on the site itself, are for its owners as well.
func SetSite(tx *state.Tx, by directory.Principal, s state.Site, properties map[string]any) error {
	if now, ok := tx.Site(s.TenantID, s.ID); ok {
		s = now
	}
	before := s
	s.Sharing.Other = maps.Clone(s.Sharing.Other)
	ownersToo := true
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		onSite, err := setSiteProperty(&s, name, properties[name])
		if err != nil {
			return err
		}
		ownersToo = ownersToo && onSite
	}
	allowed := administers(tx, by, s.TenantID)
	if allowed != nil && ownersToo {
		allowed = Require(tx, by, drive.Place{Site: before}, state.RoleOwner)
	}
	if allowed != nil {
		return allowed
	}
	if reflect.DeepEqual(before, s) {
		return nil
	}
	s = tx.PutSite(s)
	t, _ := tx.Tenant(s.TenantID)
	siteEffects(tx, t, t, before, s)
	operation := SharingPolicyChanged
	switch {
	case before.MembersCanShare != s.MembersCanShare:
		operation = "WebMembersCanShareModified"
	case before.AccessRequestEmail != s.AccessRequestEmail:
		operation = "WebRequestAccessModified"
	}
	record(tx, by, drive.Place{Site: s}, act{operation: operation, details: changes(before.Sharing, s.Sharing)})
	return nil
}

// setSiteProperty sets one property; onSite tells that it stands on the site rather than in its administration.
func setSiteProperty(s *state.Site, name string, value any) (onSite bool, err error) {
	switch strings.ToLower(name) {
	case "memberscanshare", "accessrequestemail", "requestaccessemail", "accessrequestdescription":
		if strings.EqualFold(name, "RequestAccessEmail") {
			name = "AccessRequestEmail"
		}
		_, err := assign(s, name, value)
		return true, err
	case "sharebyemailenabled", "sharebylinkenabled":
		b, ok := boolean(value)
		if !ok {
			return true, property{name: name}.invalid(value)
		}
		if strings.EqualFold(name, "ShareByEmailEnabled") {
			s.Sharing.ShareByEmailDisabled = !b
		} else {
			s.Sharing.ShareByLinkDisabled = !b
		}
		return true, nil
	case "title", "description":
		_, err := assign(s, name, value)
		return true, err
	}
	own := name
	if alias := siteAliases()[strings.ToLower(name)]; alias != "" {
		own = alias
	}
	found, err := assign(&s.Sharing, own, value)
	if found {
		if err != nil {
			e := problem.As(err)
			return false, problem.For(e.Kind, e.Reason, name, "%s", e.Detail)
		}
		return false, nil
	}
	return false, setOther(&s.Sharing.Other, OtherSiteProperties(), name, value)
}

// SetProfile switches the era of a tenant and sets the switch that goes with it. The moment in which integration begins is
// kept: links from before follow the era's rule for old links.
func SetProfile(tx *state.Tx, tenant string, p state.Profile) error {
	t, ok := tx.Tenant(tenant)
	if !ok {
		return problem.For(problem.NotFound, problem.TenantNotFound, tenant, "there is no tenant %s", tenant)
	}
	all := []state.Profile{state.ProfileClassic, state.ProfileOTP, state.ProfileB2B, state.ProfileB2BOnly}
	if !slices.Contains(all, p) {
		return problem.For(problem.Invalid, problem.InvalidProperty, "profile", "%q is none of the profiles classic, otp, b2b, b2b-only", p)
	}
	was := Era(t)
	t.Profile = p
	t.Sharing.EnableAzureADB2BIntegration = integrated(p)
	switch {
	case integrated(p) && !integrated(was):
		t.CutOver = tx.Now()
	case !integrated(p):
		t.CutOver = time.Time{}
	}
	tx.PutTenant(t)
	return nil
}
