package spoapi

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/spoapi/csom"
)

// tenantObject is the tenant with its properties. A SetProperty counts at once; clients do not always call Update.
func (s *csomServer) tenantObject() *csom.Object {
	return &csom.Object{
		Type: adminNamespace + "Tenant", Identity: adminIdentity + s.tenant.ID + "\nTenant",
		Set: func(name string, v csom.Value) error {
			return sharing.SetTenant(s.tx, s.caller, s.tenant.ID, map[string]any{name: v.Native()})
		},
		Current: s.tenantScalars, Call: s.callTenant,
	}
}

func (s *csomServer) tenantScalars() []csom.Scalar {
	t := s.tenantNow()
	var list []csom.Scalar
	for _, p := range sharing.TenantProperties(t) {
		list = append(list, csom.Scalar{Name: p.Name, Value: p.Value})
	}
	return append(list,
		csom.Scalar{Name: "CoreSharingCapability", Value: int(t.Sharing.SharingCapability)},
		csom.Scalar{Name: "ODBSharingCapability", Value: int(t.Sharing.OneDriveSharingCapability)},
		csom.Scalar{Name: "EmailAttestationEnabled", Value: t.Sharing.EmailAttestationRequired},
		csom.Scalar{Name: "TenantId", Value: csom.GUID(t.ID)},
	)
}

func (s *csomServer) callTenant(name string, args []csom.Value) (any, bool, error) {
	address := csom.Arg(args, 0).Text
	switch name {
	case "Update":
		return nil, true, nil
	case "GetSitePropertiesByUrl", "GetSitePropertiesByUrlWithFields":
		site, err := s.siteByAddress(address)
		if err != nil {
			return nil, true, err
		}
		return s.sitePropertiesObject(site), true, nil
	case "GetSitePropertiesFromSharePointByFilters":
		list, err := s.sitesMatching(filterOf(csom.Arg(args, 0)))
		return list, true, err
	case "GetSiteProperties", "GetSitePropertiesFromSharePoint":
		list, err := s.sitesMatching(siteFilter{start: csom.Arg(args, 0).Text})
		return list, true, err
	case "CreateSite":
		return s.createSite(csom.Arg(args, 0))
	case "RemoveSite", "RestoreDeletedSite":
		o, err := s.moveSite(name, address)
		return o, true, err
	case "GetSPOTenantSiteUserInvitations":
		list, err := s.invitations(address, csom.Arg(args, 1).Text)
		return list, true, err
	case "RemoveSPOTenantSiteUserInvitations":
		list, err := s.withdraw(address, csom.Arg(args, 1).Text, csom.Arg(args, 2))
		return list, true, err
	case "SetSiteAdmin":
		return nil, true, s.setSiteAdmin(address, csom.Arg(args, 1).Text, csom.Arg(args, 2))
	}
	return nil, false, nil
}

// siteByAddress finds a site of the tenant by its absolute address.
func (c *request) siteByAddress(address string) (state.Site, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err == nil && u.Host != "" {
		place, ok := links.Resolve(u.Scheme, u.Host, publicHost(c.tx.World().PublicURL))
		if ok && place.Service == links.SharePoint && strings.EqualFold(place.Prefix, c.tenant.SharePointPrefix()) {
			if s, ok := c.tx.SiteByPath(c.tenant.ID, place.Host == links.My, "/"+strings.Trim(u.Path, "/")); ok {
				return s, nil
			}
		}
	}
	return state.Site{}, problem.For(problem.NotFound, problem.SiteNotFound, address, "Cannot get site %s.", address)
}

// sitePropertiesObject is a site as administration has it.
func (s *csomServer) sitePropertiesObject(site state.Site) *csom.Object {
	return &csom.Object{
		Type:     adminNamespace + "SiteProperties",
		Identity: adminIdentity + s.tenant.ID + "\nSiteProperties\n" + lowerEscaped(s.webURL(site)),
		Set:      func(name string, v csom.Value) error { return s.setSite(site, name, v) },
		Call: func(name string, _ []csom.Value) (any, bool, error) {
			return s.operation("SetSite", s.webURL(site)), name == "Update", nil
		},
		Current: func() []csom.Scalar {
			var list []csom.Scalar
			for _, p := range s.siteProperties(site) {
				list = append(list, csom.Scalar{Name: p.Name, Value: p.Value})
			}
			return list
		},
	}
}

// siteProperties are a site's properties as administration tells them, in CSOM and in REST.
func (c *request) siteProperties(site state.Site) []sharing.Property {
	site = c.now(site)
	owner := c.siteOwner(site)
	return append([]sharing.Property{
		{Name: "Url", Value: c.webURL(site)},
		{Name: "Title", Value: site.Title},
		{Name: "Template", Value: site.Template},
		{Name: "SiteId", Value: csom.GUID(site.ID)},
		{Name: "GroupId", Value: csom.GUID(orText(site.GroupID, zeroGUID))},
		{Name: "HubSiteId", Value: csom.GUID(zeroGUID)},
		{Name: "RelatedGroupId", Value: csom.GUID(orText(site.GroupID, zeroGUID))},
		{Name: "Owner", Value: owner.UserPrincipalName},
		{Name: "OwnerEmail", Value: owner.Mail},
		{Name: "OwnerName", Value: owner.DisplayName},
		{Name: "OwnerLoginName", Value: loginOf(owner)},
		{Name: "Status", Value: "Active"},
		{Name: "WebsCount", Value: 1},
		{Name: "StorageUsage", Value: 0},
		{Name: "CreatedTime", Value: site.CreatedAt},
		{Name: "LastContentModifiedDate", Value: site.ModifiedAt},
		{Name: "IsGroupOwnerSiteAdmin", Value: site.GroupID != ""},
	}, sharing.SiteProperties(c.tenantNow(), site)...)
}

// tenantNow is the tenant as the transaction has changed it so far.
func (c *request) tenantNow() state.Tenant {
	if t, ok := c.tx.Tenant(c.tenant.ID); ok {
		return t
	}
	return c.tenant
}

func loginOf(u state.User) string {
	if u.ID == "" {
		return ""
	}
	return drive.LoginName(u)
}

// siteOwner is whom administration names as a site's owner.
func (c *request) siteOwner(site state.Site) state.User {
	for _, id := range []string{site.OwnerID, site.CreatedBy.UserID} {
		if u, ok := c.tx.User(site.TenantID, id); ok && id != "" {
			return u
		}
	}
	for e := range c.tx.SiteUsers(site.TenantID, site.ID) {
		if u, ok := c.tx.User(site.TenantID, e.ObjectID); ok && e.SiteAdmin && !e.Removed && e.ObjectID != "" {
			return u
		}
	}
	return state.User{}
}

// operation is an administrative operation. Here all of them are complete at once.
func (s *csomServer) operation(what, address string) *csom.Object {
	const pollingInterval = 15000
	return &csom.Object{
		Type: adminNamespace + "SpoOperation",
		Identity: adminIdentity + s.tenant.ID + "\nSpoOperation\n" + what + "\n" + strconv.FormatInt(ticks(s.tx.Now()), 10) + "\n" +
			lowerEscaped(address) + "\n" + zeroGUID,
		Scalars: []csom.Scalar{
			{Name: "HasTimedout", Value: false}, {Name: "IsComplete", Value: true}, {Name: "PollingInterval", Value: pollingInterval},
		},
	}
}

// lowerEscaped is an address as the service writes it into identities.
func lowerEscaped(s string) string {
	e := []byte(url.QueryEscape(s))
	for i := 0; i+2 < len(e); i++ {
		if e[i] == '%' {
			copy(e[i+1:], strings.ToLower(string(e[i+1:i+3])))
		}
	}
	return string(e)
}

func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}
