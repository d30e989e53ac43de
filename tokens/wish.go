package tokens

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// Wish is what an application would like to be allowed at a resource.
type Wish struct {
	Tenant   state.Tenant
	Resource string // display name
	API      directory.Resource
	Scopes   []string
	Roles    []string // application permissions; only an administrator's consent gives them
	Admin    bool     // the person may consent for everybody
}

// Wanted is what a person would consent to. It fails with AdminConsentNeeded where he may not.
func Wanted(tx *state.Tx, a Asked, client state.Application, t state.Tenant, u state.User) (Wish, error) {
	w := Wish{Tenant: t, Resource: a.API.Name, API: a.API, Admin: Administrator(tx, u)}
	w.Scopes = a.wishes(client)
	if w.Admin {
		return w, nil
	}
	if !selfConsent(t) {
		return w, Refuse(AdminConsentNeeded, client.DisplayName)
	}
	for _, name := range w.Scopes {
		if s, ok := a.API.Scope(name); ok && s.Type == "Admin" {
			return w, Refuse(AdminConsentNeeded, client.DisplayName)
		}
	}
	return w, nil
}

// wishes are the permissions asked for, as the resource spells them: those named, or with .default those of the
// registration; and the scopes of OpenID Connect, which Graph keeps.
func (a Asked) wishes(client state.Application) []string {
	var out []string
	add := func(name string) {
		if s, ok := a.API.Scope(name); ok && !slices.Contains(out, s.Value) {
			out = append(out, s.Value)
		}
	}
	for _, n := range a.Names {
		add(n)
	}
	if a.Default {
		for _, r := range client.Required {
			if strings.EqualFold(r.ResourceAppID, a.API.AppID) {
				for _, id := range r.ScopeIDs() {
					add(id)
				}
			}
		}
	}
	for _, s := range []struct {
		asked bool
		name  string
	}{{a.OpenID, openID}, {a.Profile, profileScope}, {a.Email, emailScope}, {a.Renew, offlineAccess}} {
		if s.asked {
			add(s.name)
		}
	}
	return out
}

// Administrator tells whether a person may consent for everybody.
func Administrator(tx *state.Tx, u state.User) bool {
	return directory.HasRole(tx, u.TenantID, u.ID, directory.GlobalAdministrator, directory.ApplicationAdministrator)
}

// selfConsent tells whether the organisation lets people consent for themselves.
func selfConsent(t state.Tenant) bool {
	return slices.ContainsFunc(t.Authorization.PermissionGrantPoliciesAssigned, func(p string) bool {
		return strings.HasPrefix(strings.ToLower(p), "managepermissiongrantsforself.")
	})
}

// Text is a permission as the consent page words it.
func (w Wish) Text(scope string) string {
	s, ok := w.API.Scope(scope)
	switch {
	case ok && s.UserConsentDisplayName != "":
		return s.UserConsentDisplayName + " (" + scope + ")"
	case ok && s.AdminConsentDisplayName != "":
		return s.AdminConsentDisplayName + " (" + scope + ")"
	}
	return scope
}

// Give installs the application and the API in the tenant and stores the permissions, for one person or for everybody
// (user "").
func (w Wish) Give(tx *state.Tx, by directory.Principal, client state.Application, user string) error {
	sp, err := directory.Install(tx, by, w.Tenant.ID, client.AppID)
	if err != nil {
		return err
	}
	api, err := directory.Install(tx, by, w.Tenant.ID, w.API.AppID)
	if err != nil {
		return err
	}
	if len(w.Scopes) == 0 {
		return nil
	}
	_, err = directory.GrantScopes(tx, by, w.Tenant.ID, sp.ID, api.ID, user, w.Scopes)
	return err
}

// AdminWishes are what an administrator consents to for everybody: what is asked for, or with nothing said all that the
// registration asks for at every API.
func AdminWishes(tx *state.Tx, client state.Application, t state.Tenant, s Scopes, u state.User) ([]Wish, error) {
	if !s.empty() && !s.Default {
		asked, err := FindAPI(tx, t, s)
		if err != nil {
			return nil, err
		}
		w, err := Wanted(tx, asked, client, t, u)
		return []Wish{w}, err
	}
	var out []Wish
	for _, r := range client.Required {
		api, ok := directory.ResourceByAppID(tx, r.ResourceAppID)
		if !ok {
			continue
		}
		w := Wish{Tenant: t, Resource: api.Name, API: api, Admin: true}
		for _, id := range r.ScopeIDs() {
			if s, ok := api.Scope(id); ok {
				w.Scopes = append(w.Scopes, s.Value)
			}
		}
		for _, id := range r.RoleIDs() {
			if a, ok := api.Role(id); ok {
				w.Roles = append(w.Roles, a.Value)
			}
		}
		out = append(out, w)
	}
	return out, nil
}

// GiveAll stores an administrator's consent.
func GiveAll(tx *state.Tx, by directory.Principal, client state.Application, t state.Tenant, s Scopes, wishes []Wish) error {
	if s.empty() || s.Default {
		if _, err := directory.Install(tx, by, t.ID, client.AppID); err != nil {
			return err
		}
		return directory.ConsentAll(tx, by, t.ID, client.AppID)
	}
	for _, w := range wishes {
		if err := w.Give(tx, by, client, ""); err != nil {
			return err
		}
	}
	return nil
}
