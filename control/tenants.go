package control

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// tenantBundle is all that a test needs to connect to an organisation.
type tenantBundle struct {
	ID                string              `json:"id"`
	DisplayName       string              `json:"displayName"`
	InitialDomain     string              `json:"initialDomain"`
	DefaultDomain     string              `json:"defaultDomain"`
	Domains           []domainBundle      `json:"domains"`
	Profile           string              `json:"profile" doc:"classic, otp, b2b or b2b-only"`
	SharePointURL     string              `json:"sharePointUrl"`
	MySiteURL         string              `json:"mySiteUrl"`
	AdminURL          string              `json:"adminUrl"`
	Authority         string              `json:"authority"`
	Region            string              `json:"region"`
	KnownIssues       knownIssues         `json:"knownIssues"`
	SharingCapability string              `json:"sharingCapability"`
	People            []personBundle      `json:"people,omitempty"`
	Applications      []applicationBundle `json:"applications,omitempty"`
	Sites             []siteBundle        `json:"sites,omitempty"`
}

type domainBundle struct {
	Name    string `json:"name"`
	Default bool   `json:"isDefault"`
	Initial bool   `json:"isInitial"`
	STS     string `json:"sts,omitempty" doc:"federated sign-in service"`
}

type knownIssues struct {
	ADALB2BSync   bool `json:"adalB2BSync"`
	MacThumbnails bool `json:"macThumbnails"`
	GuestMFA      bool `json:"guestMfa"`
	DeltaPaths    bool `json:"deltaPaths"`
}

type personBundle struct {
	ID                string   `json:"id"`
	DisplayName       string   `json:"displayName"`
	UserPrincipalName string   `json:"userPrincipalName"`
	Mail              string   `json:"mail,omitempty"`
	UserType          string   `json:"userType"`
	State             string   `json:"externalUserState,omitempty"`
	Password          string   `json:"password,omitempty"`
	Roles             []string `json:"roles,omitempty" doc:"directory roles by display name"`
}

type applicationBundle struct {
	ID           string   `json:"id"`
	AppID        string   `json:"appId"`
	DisplayName  string   `json:"displayName"`
	Secrets      []string `json:"secrets,omitempty"`
	Public       bool     `json:"public"`
	RedirectURIs []string `json:"redirectUris,omitempty"`
}

type siteBundle struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	URL        string `json:"url"`
	Capability string `json:"sharingCapability"`
}

func tenantEndpoints() []endpoint {
	return []endpoint{
		{Method: http.MethodGet, Path: "/tenants", Summary: "organisations", Reply: list[tenantBundle]{}, handle: getTenants},
		{Method: http.MethodPost, Path: "/tenants", Summary: "make an organisation, complete and isolated", Body: newTenant{}, Reply: tenantBundle{}, Status: http.StatusCreated, handle: taking(postTenant)},
		{Method: http.MethodGet, Path: "/tenants/{id}", Summary: "an organisation by id or domain", Reply: tenantBundle{}, handle: getTenant},
		{Method: http.MethodPatch, Path: "/tenants/{id}", Summary: "change settings of an organisation (merge patch)", Body: tenantPatch{}, Reply: tenantBundle{}, handle: taking(patchTenant)},
	}
}

func getTenants(c *call) (any, error) {
	all := list[tenantBundle]{Value: []tenantBundle{}}
	err := c.view(func(tx *state.Tx) error {
		for t := range tx.Tenants() {
			all.Value = append(all.Value, bundle(tx, c.origin(), t))
		}
		return nil
	})
	return all, err
}

func getTenant(c *call) (any, error) {
	var b tenantBundle
	err := c.view(func(tx *state.Tx) error {
		t, err := directory.ResolveTenant(tx, c.param("id"))
		b = bundle(tx, c.origin(), t)
		return err
	})
	return b, err
}

// origin is how addresses are written for whoever drives the test: by the real names.
func (c *call) origin() links.Origin { return links.Origin{} }

func bundle(tx *state.Tx, o links.Origin, t state.Tenant) tenantBundle {
	prefix := t.SharePointPrefix()
	b := tenantBundle{
		ID: t.ID, DisplayName: t.DisplayName, InitialDomain: t.InitialDomain, DefaultDomain: t.DefaultDomain(),
		Domains: []domainBundle{}, Profile: string(t.Profile), Region: t.Region, Authority: o.Login() + "/" + t.ID,
		KnownIssues: knownIssues(t.KnownIssues),
	}
	for _, d := range t.Domains {
		b.Domains = append(b.Domains, domainBundle{d.Name, d.Default, d.Initial, d.STS})
	}
	for u := range tx.Users(t.ID) {
		b.People = append(b.People, person(tx, u))
	}
	if t.Consumers() {
		return b
	}
	b.SharePointURL, b.MySiteURL, b.AdminURL = o.SharePoint(prefix, links.Root), o.SharePoint(prefix, links.My), o.SharePoint(prefix, links.Admin)
	b.SharingCapability = t.Sharing.SharingCapability.String()
	for a := range tx.Applications(t.ID) {
		if a.DeletedAt.IsZero() && !a.WellKnown {
			b.Applications = append(b.Applications, describeApplication(a))
		}
	}
	for s := range tx.Sites(t.ID) {
		if s.DeletedAt.IsZero() {
			b.Sites = append(b.Sites, siteBundle{
				s.ID, s.Title, o.Site(prefix, s.Personal, s.Path), s.Sharing.Capability.Min(t.Sharing.SharingCapability).String(),
			})
		}
	}
	return b
}

func person(tx *state.Tx, u state.User) personBundle {
	p := personBundle{
		ID: u.ID, DisplayName: u.DisplayName, UserPrincipalName: u.UserPrincipalName, Mail: u.Mail,
		UserType: string(u.Type), State: string(u.ExternalState), Password: u.Password,
	}
	for _, id := range directory.RolesOf(tx, u.TenantID, u.ID) {
		if role, ok := directory.RoleByName(id); ok {
			p.Roles = append(p.Roles, role.DisplayName)
		}
	}
	return p
}

func describeApplication(a state.Application) applicationBundle {
	b := applicationBundle{
		ID: a.ID, AppID: a.AppID, DisplayName: a.DisplayName, Public: a.PublicClient,
		RedirectURIs: slices.Concat(a.RedirectURIs, a.SPARedirects, a.PublicRedirects),
	}
	for _, s := range a.Secrets {
		b.Secrets = append(b.Secrets, s.Text)
	}
	return b
}

type newTenant struct {
	DisplayName string   `json:"displayName,omitempty"`
	Prefix      string   `json:"prefix,omitempty" doc:"of {prefix}.onmicrosoft.com and {prefix}.sharepoint.com; drawn if not given"`
	Domains     []string `json:"domains,omitempty" doc:"verified domains, the first is the default"`
	Profile     string   `json:"profile,omitempty"`
	People      []string `json:"people,omitempty" doc:"short names of members beside admin"`
	Password    string   `json:"password,omitempty" doc:"of everybody; drawn if not given"`
}

// postTenant makes an organisation with an administrator, members, and an application that may do everything.
func postTenant(c *call, b newTenant) (any, error) {
	var out tenantBundle
	err := c.update(func(tx *state.Tx) error {
		if b.Prefix == "" {
			b.Prefix = "t" + strings.ReplaceAll(tx.NewID()[:8], "-", "")
		}
		if b.Password == "" {
			b.Password = "Aa1!" + tx.NewSecret(12)
		}
		t := state.Tenant{DisplayName: b.DisplayName, InitialDomain: strings.ToLower(b.Prefix) + ".onmicrosoft.com", Profile: state.Profile(b.Profile)}
		if t.DisplayName == "" {
			t.DisplayName = b.Prefix
		}
		if t.Profile == "" {
			t.Profile = state.ProfileClassic
		}
		for i, d := range b.Domains {
			t.Domains = append(t.Domains, state.Domain{Name: d, Default: i == 0})
		}
		t, err := directory.AddTenant(tx, t)
		if err != nil {
			return err
		}
		if err := populate(tx, t, b); err != nil {
			return err
		}
		drive.EnsureRootSite(tx, t.ID)
		t, _ = tx.Tenant(t.ID)
		out = bundle(tx, c.origin(), t)
		return nil
	})
	return orError(out, err)
}

func populate(tx *state.Tx, t state.Tenant, b newTenant) error {
	by := directory.SystemPrincipal(t.ID)
	for i, name := range append([]string{"admin"}, b.People...) {
		u, err := directory.AddUser(tx, by, state.User{
			TenantID: t.ID, DisplayName: name, UserPrincipalName: name + "@" + t.DefaultDomain(), Mail: name + "@" + t.DefaultDomain(),
			Password: b.Password, AccountEnabled: true,
		})
		if err != nil {
			return err
		}
		if i == 0 {
			if _, err := directory.AssignRole(tx, by, t.ID, directory.GlobalAdministrator, u.ID); err != nil {
				return err
			}
		}
	}
	a := state.Application{
		TenantID: t.ID, DisplayName: t.DisplayName + " Suite", SignInAudience: "AzureADMultipleOrgs", PublicClient: true,
		PublicRedirects: []string{"http://localhost"},
		Secrets:         []state.Secret{{KeyID: tx.NewID(), DisplayName: "control plane", Text: tx.NewSecret(24), Start: tx.Now()}},
	}
	for _, id := range []string{directory.GraphAppID, directory.SharePointAppID} {
		res, ok := directory.ResourceByAppID(tx, id)
		if !ok {
			continue
		}
		ask := state.RequiredResource{ResourceAppID: id}
		for _, s := range res.Scopes {
			ask.Access = append(ask.Access, state.Scopes(s.ID)...)
		}
		for _, r := range res.AppRoles {
			ask.Access = append(ask.Access, state.Roles(r.ID)...)
		}
		a.Required = append(a.Required, ask)
	}
	a, err := directory.AddApplication(tx, by, a)
	if err != nil {
		return err
	}
	return directory.ConsentAll(tx, by, t.ID, a.AppID)
}

// tenantPatch is a merge patch: what is absent stays.
type tenantPatch struct {
	DisplayName      string                    `json:"displayName,omitempty"`
	Profile          string                    `json:"profile,omitempty"`
	Sharing          map[string]any            `json:"sharing,omitempty" doc:"SharePoint tenant properties by their own names"`
	Sites            map[string]map[string]any `json:"sites,omitempty" doc:"by server-relative path: properties of the site"`
	FederatedDomains map[string]*federated     `json:"federatedDomains,omitempty" doc:"by domain, verified if it is not yet; null makes it managed again"`
	KnownIssues      *knownIssuesPatch         `json:"knownIssues,omitempty"`
}

type federated struct {
	STS string `json:"sts"`
}

type knownIssuesPatch struct {
	ADALB2BSync   *bool `json:"adalB2BSync,omitempty"`
	MacThumbnails *bool `json:"macThumbnails,omitempty"`
	GuestMFA      *bool `json:"guestMfa,omitempty"`
	DeltaPaths    *bool `json:"deltaPaths,omitempty" doc:"deltas of drives tell parentReference.path, which documents deny and some sync clients need"`
}

func patchTenant(c *call, b tenantPatch) (any, error) {
	var out tenantBundle
	err := c.update(func(tx *state.Tx) error {
		t, err := directory.ResolveTenant(tx, c.param("id"))
		if err != nil {
			return err
		}
		if err := applyPatch(tx, t, b); err != nil {
			return err
		}
		t, _ = tx.Tenant(t.ID)
		out = bundle(tx, c.origin(), t)
		return nil
	})
	return orError(out, err)
}

func applyPatch(tx *state.Tx, t state.Tenant, b tenantPatch) error {
	by := directory.SystemPrincipal(t.ID)
	if b.DisplayName != "" {
		t.DisplayName = b.DisplayName
	}
	if k := b.KnownIssues; k != nil {
		set(&t.KnownIssues.ADALB2BSync, k.ADALB2BSync)
		set(&t.KnownIssues.MacThumbnails, k.MacThumbnails)
		set(&t.KnownIssues.GuestMFA, k.GuestMFA)
		set(&t.KnownIssues.DeltaPaths, k.DeltaPaths)
	}
	tx.PutTenant(t)
	if b.Profile != "" {
		if err := sharing.SetProfile(tx, t.ID, state.Profile(b.Profile)); err != nil {
			return err
		}
	}
	if len(b.Sharing) > 0 {
		if err := sharing.SetTenant(tx, by, t.ID, b.Sharing); err != nil {
			return err
		}
	}
	for path, properties := range b.Sites {
		s, err := siteAt(tx, t, path)
		if err != nil {
			return err
		}
		if err := sharing.SetSite(tx, by, s, properties); err != nil {
			return err
		}
	}
	for domain, f := range b.FederatedDomains {
		sts := ""
		if f != nil {
			sts = f.STS
			if err := directory.AddDomain(tx, by, t.ID, domain); err != nil {
				return err
			}
		}
		if err := directory.SetFederation(tx, by, t.ID, domain, sts); err != nil {
			return err
		}
	}
	return nil
}

func set(to, from *bool) {
	if from != nil {
		*to = *from
	}
}

// siteAt finds a site by its server-relative path, "/personal/..." included.
func siteAt(tx *state.Tx, t state.Tenant, path string) (state.Site, error) {
	if path == "/" || path == "" {
		return drive.EnsureRootSite(tx, t.ID), nil
	}
	s, ok := tx.SiteByPath(t.ID, strings.HasPrefix(strings.ToLower(path), "/personal/"), strings.TrimSuffix(path, "/"))
	if !ok {
		return s, problem.For(problem.NotFound, problem.SiteNotFound, path, "%s has no site at %q", t.DisplayName, path)
	}
	return s, nil
}
