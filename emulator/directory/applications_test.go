package directory_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func TestTheCatalogueOfPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.view(t, func(tx *state.Tx) {
		for _, appID := range []string{directory.GraphAppID, directory.SharePointAppID} {
			r, ok := directory.ResourceByAppID(tx, appID)
			if !ok {
				t.Fatalf("no resource %s", appID)
			}
			seen := map[string]bool{}
			for _, s := range r.Scopes {
				if !guid.MatchString(s.ID) || seen[s.ID] || seen[s.Value] || s.AdminConsentDescription == "" {
					t.Errorf("%s offers %+v", r.Name, s)
				}
				seen[s.ID], seen[s.Value] = true, true
			}
			seen = map[string]bool{}
			for _, a := range r.AppRoles {
				if !guid.MatchString(a.ID) || seen[a.ID] || seen[a.Value] || a.Description == "" {
					t.Errorf("%s offers %+v", r.Name, a)
				}
				seen[a.ID], seen[a.Value] = true, true
			}
		}
		graph, _ := directory.ResourceByAppID(tx, directory.GraphAppID)
		if s, ok := graph.Scope("user.read"); !ok || s.ID != "e1fe6dd8-ba31-4d61-89e7-88639da4683d" || s.Value != "User.Read" || s.Type != "User" {
			t.Errorf("User.Read is %+v", s)
		}
		if s, ok := graph.Scope("E1FE6DD8-BA31-4D61-89E7-88639DA4683D"); !ok || s.Value != "User.Read" {
			t.Errorf("by id it is %+v", s)
		}
		if a, ok := graph.Role("user.read.all"); !ok || a.ID != "df021288-bdef-4463-88db-98f22de89214" {
			t.Errorf("User.Read.All is %+v", a)
		}
	})
}

func TestFindResource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var api state.Application
	w.update(t, func(tx *state.Tx) (err error) {
		api, err = directory.AddApplication(tx, directory.SystemPrincipal(w.contoso.ID), state.Application{
			TenantID: w.contoso.ID, DisplayName: "API", IdentifierURIs: []string{"https://contoso.com/api"}, AccessTokenVersion: 2,
			Scopes: []state.PermissionScope{{ID: "s", Value: "access", Enabled: true}, {ID: "t", Value: "off"}},
		})
		return err
	})
	for name, want := range map[string]string{
		"https://graph.microsoft.com":              directory.GraphAppID,
		"https://graph.microsoft.com/":             directory.GraphAppID,
		"https://GRAPH.microsoft.com":              directory.GraphAppID,
		"http://graph.localhost:4365":              directory.GraphAppID,
		directory.GraphAppID:                       directory.GraphAppID,
		"https://contoso.sharepoint.com":           directory.SharePointAppID,
		"https://contoso-my.sharepoint.com/":       directory.SharePointAppID,
		"https://contoso-admin.sharepoint.com":     directory.SharePointAppID,
		directory.SharePointAppID:                  directory.SharePointAppID,
		"https://fabrikam.sharepoint.com":          "", // another organisation's
		"https://management.core.windows.net/":     "797f4846-ba00-4fd7-ba43-dac1f8f63013",
		"https://contoso.com/api":                  api.AppID,
		"https://contoso.com/api/":                 api.AppID,
		api.AppID:                                  api.AppID,
		"api://" + api.AppID:                       api.AppID,
		"https://contoso.com/other":                "",
		"":                                         "",
		"api://00000000-0000-0000-0000-0000000000": "",
	} {
		w.view(t, func(tx *state.Tx) {
			r, err := directory.FindResource(tx, w.contoso, name)
			if r.AppID != want || (err == nil) != (want != "") {
				t.Errorf("%s: %q, %v; want %q", name, r.AppID, err, want)
			}
			if want == api.AppID && (r.Version != 2 || len(r.Scopes) != 1) {
				t.Errorf("%s: version %d, scopes %v", name, r.Version, r.Scopes)
			}
		})
	}
	w.view(t, func(tx *state.Tx) {
		_, err := directory.FindResource(tx, w.fabrikam, "https://contoso.com/api")
		expect(t, err, problem.ObjectNotFound)
	})
}

func TestConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := directory.SystemPrincipal(w.contoso.ID)
	w.update(t, func(tx *state.Tx) error {
		graph, _ := directory.ResourceByAppID(tx, directory.GraphAppID)
		read, _ := graph.Scope("User.Read")
		all, _ := graph.Role("User.Read.All")
		app, err := directory.AddApplication(tx, by, state.Application{
			TenantID: w.contoso.ID, DisplayName: "App", SignInAudience: "AzureADMultipleOrgs",
			Required: []state.RequiredResource{{ResourceAppID: directory.GraphAppID, Access: append(state.Scopes(read.ID), state.Roles(all.ID)...)}},
		})
		if err != nil {
			return err
		}
		if got := directory.GrantedScopes(tx, w.contoso.ID, app.AppID, graph, w.megan.ID); len(got) != 0 {
			t.Errorf("installed, yet nobody consented: %v", got)
		}
		for range 2 { // consenting again adds nothing
			if err := directory.ConsentAll(tx, by, w.contoso.ID, app.AppID); err != nil {
				return err
			}
		}
		if got := directory.GrantedScopes(tx, w.contoso.ID, app.AppID, graph, ""); !slices.Equal(got, []string{"User.Read"}) {
			t.Errorf("scopes %v", got)
		}
		if got := directory.GrantedRoles(tx, w.contoso.ID, app.AppID, graph); !slices.Equal(got, []string{"User.Read.All"}) {
			t.Errorf("roles %v", got)
		}
		client, _ := directory.ServicePrincipalByAppID(tx, w.contoso.ID, app.AppID)
		resource, _ := directory.ServicePrincipalByAppID(tx, w.contoso.ID, directory.GraphAppID)
		if _, err := directory.GrantScopes(tx, by, w.contoso.ID, client.ID, resource.ID, w.megan.ID, []string{"mail.read"}); err != nil {
			return err
		}
		if got := directory.GrantedScopes(tx, w.contoso.ID, app.AppID, graph, w.megan.ID); !slices.Equal(got, []string{"Mail.Read", "User.Read"}) {
			t.Errorf("megan's scopes %v", got)
		}
		if got := directory.GrantedScopes(tx, w.contoso.ID, app.AppID, graph, w.admin.ID); !slices.Equal(got, []string{"User.Read"}) {
			t.Errorf("somebody else's scopes %v", got)
		}
		_, err = directory.GrantRole(tx, by, w.contoso.ID, client.ID, "ServicePrincipal", resource.ID, all.ID)
		expect(t, err, problem.ReferenceExists)
		_, err = directory.GrantRole(tx, by, w.contoso.ID, client.ID, "ServicePrincipal", resource.ID, read.ID)
		expect(t, err, problem.InvalidProperty)
		_, err = directory.GrantRole(tx, by, w.contoso.ID, w.kim.ID, "User", resource.ID, all.ID)
		expect(t, err, problem.ObjectNotFound)
		expect(t, directory.ConsentAll(tx, by, w.fabrikam.ID, app.AppID), problem.ObjectNotFound)
		if err := directory.Uninstall(tx, by, client); err != nil {
			return err
		}
		if got := directory.GrantedRoles(tx, w.contoso.ID, app.AppID, graph); len(got) != 0 {
			t.Errorf("roles after removal %v", got)
		}
		expect(t, directory.Uninstall(tx, by, resource), problem.InsufficientRights)
		return nil
	})
}

func TestInstall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(tx *state.Tx) error {
		by := directory.SystemPrincipal(w.contoso.ID)
		own, err := directory.AddApplication(tx, by, state.Application{TenantID: w.contoso.ID, DisplayName: "Ours"})
		if err != nil {
			return err
		}
		shared, err := directory.RegisterApplication(tx, w.as(w.megan), state.Application{TenantID: w.contoso.ID, DisplayName: "Everybody's", SignInAudience: "AzureADMultipleOrgs"})
		if err != nil {
			return err
		}
		if !slices.Equal(shared.OwnerIDs, []string{w.megan.ID}) {
			t.Errorf("owners %v", shared.OwnerIDs)
		}
		if _, ok := directory.ServicePrincipalByAppID(tx, w.contoso.ID, shared.AppID); ok {
			t.Error("a registration alone is not installed")
		}
		_, err = directory.Install(tx, by, w.fabrikam.ID, own.AppID)
		expect(t, err, problem.ObjectNotFound)
		_, err = directory.Install(tx, by, w.fabrikam.ID, "nothing")
		expect(t, err, problem.ObjectNotFound)
		first, err := directory.Install(tx, by, w.fabrikam.ID, shared.AppID)
		expect(t, err, problem.None)
		again, err := directory.Install(tx, by, w.fabrikam.ID, shared.AppID)
		expect(t, err, problem.None)
		if first.ID != again.ID || first.OwnerTenantID != w.contoso.ID {
			t.Errorf("first %+v, again %+v", first, again)
		}
		_, err = directory.AddApplication(tx, by, state.Application{TenantID: w.contoso.ID})
		expect(t, err, problem.MissingProperty)
		_, err = directory.AddApplication(tx, by, state.Application{TenantID: w.fabrikam.ID, DisplayName: "Twin", AppID: own.AppID})
		expect(t, err, problem.ObjectConflict)
		_, err = directory.AddApplication(tx, by, state.Application{TenantID: w.fabrikam.ID, DisplayName: "Graph", AppID: directory.GraphAppID})
		expect(t, err, problem.ObjectConflict)
		_, err = directory.AddApplication(tx, by, state.Application{TenantID: w.fabrikam.ID, DisplayName: "X", SignInAudience: "All"})
		expect(t, err, problem.InvalidProperty)
		expect(t, directory.DeleteApplication(tx, by, own), problem.None)
		_, err = directory.FindClient(tx, own.AppID)
		expect(t, err, problem.ObjectNotFound)
		return nil
	})
}

func TestWellKnownClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.view(t, func(tx *state.Tx) {
		graph, _ := directory.ResourceByAppID(tx, directory.GraphAppID)
		for id, c := range map[string]struct{ family, web bool }{
			"04b07795-8ddb-461a-bbee-02f9e1bf7b46": {family: true}, // Azure CLI
			"AB9B8C07-8f02-4f72-87fa-80105867a763": {family: true}, // the sync engine
			"d50ca740-c83f-4d1b-b616-12c519384f0c": {},             // abraunegg/onedrive
			"b15665d9-eda6-4092-8539-0eec376afd59": {web: true},    // rclone
			"14d82eec-204b-4c2f-b7e8-296a70dab67e": {},             // Graph command line
			"31359c7f-bd7e-475c-86db-fdb8c937548e": {},             // CLI for Microsoft 365
		} {
			a, err := directory.FindClient(tx, id)
			if err != nil || !a.WellKnown || !a.PublicClient || (a.Family == "1") != c.family || (len(a.RedirectURIs) > 0) != c.web {
				t.Errorf("%s: %+v, %v", id, a, err)
			}
			if got := directory.GrantedScopes(tx, w.contoso.ID, id, graph, w.megan.ID); len(got) != len(graph.Scopes) {
				t.Errorf("%s has %d of %d scopes", id, len(got), len(graph.Scopes))
			}
		}
	})
}
