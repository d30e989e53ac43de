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

// siteFilter is SPOSitePropertiesEnumerableFilter: which sites are wanted, and where the page begins.
type siteFilter struct {
	filter, template, start string
	personal                string // 0 not said, 1 with OneDrives, 2 without
}

func filterOf(v csom.Value) siteFilter {
	return siteFilter{
		filter: v.Member("Filter").Text, template: v.Member("Template").Text, start: v.Member("StartIndex").Text,
		personal: v.Member("IncludePersonalSite").Text,
	}
}

// sitesPerPage is how many sites one answer lists.
const sitesPerPage = 300

// sitesMatching is a page of the tenant's sites.
func (s *csomServer) sitesMatching(f siteFilter) (*csom.Object, error) {
	start := 0
	if f.start != "" && !strings.EqualFold(f.start, "null") {
		n, err := strconv.Atoi(strings.TrimSpace(f.start))
		if err != nil || n < 0 {
			return nil, problem.For(problem.Invalid, problem.InvalidProperty, "StartIndex", "The start index %q is no number.", f.start)
		}
		start = n
	}
	o := &csom.Object{Type: adminNamespace + "SPOSitePropertiesEnumerable", Items: []*csom.Object{}}
	sites := s.listSites(f)
	var next any
	sites = sites[min(start, len(sites)):]
	if len(sites) > sitesPerPage {
		sites, next = sites[:sitesPerPage], strconv.Itoa(start+sitesPerPage)
	}
	for _, site := range sites {
		o.Items = append(o.Items, s.sitePropertiesObject(site))
	}
	o.Scalars = []csom.Scalar{{Name: "NextStartIndex", Value: -1}, {Name: "NextStartIndexFromSharePoint", Value: next}}
	return o, nil
}

func (c *request) listSites(f siteFilter) []state.Site {
	var all []state.Site
	for site := range c.tx.Sites(c.tenant.ID) {
		switch {
		case !site.DeletedAt.IsZero():
		case site.Personal && f.personal != "1" && !strings.HasPrefix(strings.ToUpper(f.template), "SPSPERS"):
		case f.template != "" && !strings.EqualFold(f.template, site.Template):
		case !c.siteMatches(site, f.filter):
		default:
			all = append(all, site)
		}
	}
	return all
}

// siteMatches reads the one form of filter that clients write: Url -like "text" and its kin.
func (c *request) siteMatches(site state.Site, filter string) bool {
	property, rest, ok := strings.Cut(strings.TrimSpace(filter), " ")
	operator, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if !ok {
		return true
	}
	text = strings.ToLower(strings.Trim(strings.TrimSpace(text), `"'*`))
	value := ""
	for _, p := range c.siteProperties(site) {
		if strings.EqualFold(p.Name, property) {
			value = strings.ToLower(anyText(p.Value))
		}
	}
	switch strings.ToLower(operator) {
	case "-eq":
		return value == text
	case "-ne":
		return value != text
	case "-notlike":
		return !strings.Contains(value, text)
	}
	return strings.Contains(value, text)
}

func anyText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case csom.GUID:
		return string(v)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// createSite makes a site from SiteCreationProperties.
func (s *csomServer) createSite(v csom.Value) (any, bool, error) {
	if v.TypeID != typeSiteCreation {
		return nil, true, problem.For(problem.Invalid, problem.InvalidProperty, "siteCreationProperties", "The properties of the site are missing.")
	}
	address := v.Member("Url").Text
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" {
		return nil, true, problem.For(problem.Invalid, problem.InvalidProperty, "Url", "The address %q is not one of a site.", address)
	}
	place, ok := links.Resolve(u.Scheme, u.Host, publicHost(s.tx.World().PublicURL))
	if !ok || place.Service != links.SharePoint || place.Host != links.Root || !strings.EqualFold(place.Prefix, s.tenant.SharePointPrefix()) {
		return nil, true, problem.For(problem.Invalid, problem.InvalidProperty, "Url", "The address %q is not one of this organisation.", address)
	}
	_, err = sharing.CreateSite(s.tx, s.caller, sharing.NewSite{
		Path: u.Path, Title: orText(v.Member("Title").Text, strings.Trim(u.Path, "/")), Template: v.Member("Template").Text, Owner: v.Member("Owner").Text,
	})
	return s.operation("CreateSite", address), true, err
}

// moveSite takes a site to the recycle bin (RemoveSite) or out of it (RestoreDeletedSite).
func (s *csomServer) moveSite(what, address string) (*csom.Object, error) {
	if what == "RemoveSite" {
		site, err := s.siteByAddress(address)
		if err != nil {
			return nil, err
		}
		return s.operation(what, address), sharing.RemoveSite(s.tx, s.caller, site)
	}
	for site := range s.tx.Sites(s.tenant.ID) {
		if site.DeletedAt.IsZero() || !strings.EqualFold(s.webURL(site), strings.TrimSuffix(address, "/")) {
			continue
		}
		_, err := drive.RestoreSite(s.tx, site)
		return s.operation(what, address), err
	}
	return nil, &csom.Fault{Code: codeGeneral, Type: "Microsoft.SharePoint.Client.UnknownError", Message: "Unable to find the deleted site: " + address}
}

// invitations lists the pending invitations of SharePoint's own at a site, of one address or of all.
func (s *csomServer) invitations(address, email string) (*csom.Object, error) {
	site, err := s.siteByAddress(address)
	if err != nil {
		return nil, err
	}
	return s.invitationList(site, email), nil
}

func (s *csomServer) invitationList(site state.Site, email string) *csom.Object {
	o := &csom.Object{Type: adminNamespace + "SPOTenantSiteUserInvitationsCollection", Items: []*csom.Object{}}
	for _, i := range sharing.Pending(s.tx, s.tenant.ID, site.ID, email) {
		inviter, _ := s.tx.User(s.tenant.ID, i.InviterID)
		o.Items = append(o.Items, &csom.Object{Type: adminNamespace + "SPOTenantSiteUserInvitations", Scalars: []csom.Scalar{
			{Name: "InvitationId", Value: csom.GUID(i.ID)},
			{Name: "InvitedEmail", Value: i.Email},
			{Name: "InvitedBy", Value: inviter.Mail},
			{Name: "SiteUrl", Value: s.webURL(site)},
			{Name: "InvitedOn", Value: i.CreatedAt},
			{Name: "ExpiresOn", Value: i.ExpiresAt},
		}})
	}
	return o
}

// withdraw ends them; with countOnly it tells which it would end.
func (s *csomServer) withdraw(address, email string, countOnly csom.Value) (*csom.Object, error) {
	site, err := s.siteByAddress(address)
	if err != nil {
		return nil, err
	}
	list := s.invitationList(site, email)
	if only, err := countOnly.Bool(); err == nil && only {
		return list, nil
	}
	for _, i := range sharing.Pending(s.tx, s.tenant.ID, site.ID, email) {
		if err := s.Sharing.Withdraw(s.tx, s.caller, i.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// setSiteAdmin makes somebody an administrator of a site collection, or takes that away.
func (s *csomServer) setSiteAdmin(address, login string, admin csom.Value) error {
	site, err := s.siteByAddress(address)
	if err != nil {
		return err
	}
	entry, err := sharing.EnsureLogin(s.tx, site, login)
	if err != nil {
		return err
	}
	yes, err := admin.Bool()
	if err != nil {
		return err
	}
	return sharing.UpdateSiteUser(s.tx, s.caller, site, entry, &yes, nil, nil)
}
