package sharing

import (
	"maps"
	"reflect"
	"slices"

	"github.com/tennantite/tennantite/emulator/state"
)

// Property is a setting by its service's own name. Values are int, bool, string or []string.
type Property struct {
	Name  string
	Value any
}

// TenantProperties are all that [SetTenant] takes, first those that have an effect, then the others by name. SetTenant takes
// them back.
func TenantProperties(t state.Tenant) []Property {
	return append(listed(t.Sharing, nil), others(OtherTenantProperties(), t.Sharing.Other)...)
}

// SiteProperties are those of a site. SharingCapability is the effective level, SiteDefinedSharingCapability the site's own.
func SiteProperties(t state.Tenant, s state.Site) []Property {
	level := Property{Name: settingTenant, Value: int(EffectiveLevel(t, s))}
	list := append([]Property{level}, listed(s.Sharing, siteNames())...)
	list = append(list, Property{"ShareByEmailEnabled", !s.Sharing.ShareByEmailDisabled}, Property{"ShareByLinkEnabled", !s.Sharing.ShareByLinkDisabled})
	return append(list, others(OtherSiteProperties(), s.Sharing.Other)...)
}

// SiteDefined are a site's own properties only, as [SetSite] takes them back.
func SiteDefined(s state.Site) []Property {
	return slices.DeleteFunc(SiteProperties(state.Tenant{}, s), func(p Property) bool { return p.Name == settingTenant })
}

// PropertyMap is a list of properties by name.
func PropertyMap(list []Property) map[string]any {
	m := make(map[string]any, len(list))
	for _, p := range list {
		m[p.Name] = p.Value
	}
	return m
}

// siteNames are the service's names of the fields of [state.SiteSharing] that are called otherwise; "" leaves one out.
func siteNames() map[string]string {
	return map[string]string{
		"Capability": settingSite, "DomainRestrictionMode": "SharingDomainRestrictionMode", "AllowedDomainList": "SharingAllowedDomainList",
		"BlockedDomainList": "SharingBlockedDomainList", "OverrideAnonymousLinkExpiration": "OverrideTenantAnonymousLinkExpirationPolicy",
		"OverrideExternalUserExpiration": "OverrideTenantExternalUserExpirationPolicy", "ShareByEmailDisabled": "", "ShareByLinkDisabled": "",
	}
}

// listed reads a record of settings, field by field.
func listed(record any, names map[string]string) []Property {
	v := reflect.ValueOf(record)
	list := make([]Property, 0, v.NumField())
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if own, ok := names[name]; ok {
			name = own
		}
		if name == "" || name == "Other" {
			continue
		}
		p := Property{Name: name, Value: v.Field(i).Interface()}
		if f := v.Field(i); f.Kind() == reflect.Int {
			p.Value = int(f.Int())
		}
		list = append(list, p)
	}
	return list
}

func others(usual, kept map[string]any) []Property {
	all := maps.Clone(usual)
	maps.Copy(all, kept)
	list := make([]Property, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, Property{name, all[name]})
	}
	return list
}
