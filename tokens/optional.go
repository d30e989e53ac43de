package tokens

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// firstParty resources (Graph, SharePoint) put more into their tokens and evaluate access continuously.
func (g Grant) firstParty() bool { return g.Resource.App.AppID == "" && g.Resource.AppID != "" }

// accessLife is how long an access token lives: by policy, or the service's default (identity.md 3.4).
func accessLife(tx *state.Tx, g Grant) time.Duration {
	if life := directory.AccessTokenLifetime(tx, g.Tenant, g.Resource); life > 0 {
		return life
	}
	if g.CAE && g.firstParty() {
		return caeLife
	}
	return defaultLife
}

// idLife is how long an id token lives: the policy's AccessTokenLifetime bounds id tokens too.
func idLife(tx *state.Tx, g Grant) time.Duration {
	own, _ := directory.ResourceByAppID(tx, g.Client.AppID)
	if life := directory.AccessTokenLifetime(tx, g.Tenant, own); life > 0 {
		return life
	}
	return defaultLife
}

// optional puts in the claims that an application's manifest asks for beyond the default, and the groups that it wants to
// know of. ver is the version of the token.
func (g Grant) optional(tx *state.Tx, c map[string]any, asked []state.OptionalClaim, app state.Application, ver int) {
	if g.AppOnly() {
		g.optionalApp(c, asked, ver)
		return
	}
	for _, o := range asked {
		if value := g.optionalClaim(tx, o, ver); value != nil {
			c[o.Name] = value
		}
	}
	g.groups(tx, c, asked, app)
}

// optionalApp are the few optional claims of an application alone.
func (g Grant) optionalApp(c map[string]any, asked []state.OptionalClaim, ver int) {
	for _, o := range asked {
		switch {
		case o.Name == "idtyp":
			c["idtyp"] = "app"
		case o.Name == "tenant_region_scope":
			put(c, o.Name, g.Tenant.Region)
		case o.Name == "tenant_ctry":
			put(c, o.Name, g.Tenant.CountryCode)
		case o.Name == "xms_cc" && g.CAE:
			c[o.Name] = []string{"CP1"}
		case o.Name == "app_displayname" && ver == version2:
			put(c, o.Name, g.Client.DisplayName)
		}
	}
}

// optionalClaim is the value of an optional claim; nil where the person has none.
func (g Grant) optionalClaim(tx *state.Tx, o state.OptionalClaim, ver int) any {
	u := g.User
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	switch o.Name {
	case "acct":
		return acct(u)
	case "auth_time":
		return g.AuthTime.Unix()
	case "idtyp":
		return "user"
	case "login_hint":
		return text(handle("hint", g.Client.AppID, preferredName(tx, u)))
	case "sid":
		return text(g.SessionID)
	case "ctry":
		return text(u.UsageLocation)
	case "tenant_ctry":
		return text(g.Tenant.CountryCode)
	case "tenant_region_scope":
		return text(g.Tenant.Region)
	case "upn":
		return g.optionalUPN(o)
	case "email":
		return text(externalMail(u, homeOf(tx, u)))
	case "given_name":
		return text(u.GivenName)
	case "family_name":
		return text(u.Surname)
	case "preferred_username":
		return text(preferredName(tx, u))
	case "ipaddr":
		return g.address()
	case "verified_primary_email":
		return list(primaryMails(u, true))
	case "verified_secondary_email":
		return list(primaryMails(u, false))
	case "xms_pl":
		return text(u.PreferredLanguage)
	case "xms_tpl":
		return "en"
	case "xms_pdl":
		return text(u.PreferredDataLocation)
	case "xms_cc":
		if g.CAE {
			return []string{"CP1"}
		}
	case "xms_edov":
		return !u.External()
	case "employeeid":
		return text(u.EmployeeID)
	case "app_displayname":
		if ver == version2 {
			return text(g.Client.DisplayName)
		}
	}
	return nil
}

func list(s []string) any {
	if len(s) == 0 {
		return nil
	}
	return s
}

// optionalUPN is the principal name. A guest's goes out only where it is asked for, in the service's spelling of a foreign
// name (identity.md 3.3).
func (g Grant) optionalUPN(o state.OptionalClaim) any {
	switch {
	case !g.User.External():
		return g.User.UserPrincipalName
	case slices.Contains(o.Additional, "include_externally_authenticated_upn_without_hash"):
		return strings.ReplaceAll(g.User.UserPrincipalName, "#", "_")
	case slices.Contains(o.Additional, "include_externally_authenticated_upn"):
		return g.User.UserPrincipalName
	}
	return nil
}

// primaryMails are the proxy addresses of one kind: SMTP marks the primary one.
func primaryMails(u state.User, primary bool) []string {
	var out []string
	for _, p := range u.ProxyAddresses {
		kind, address, ok := strings.Cut(p, ":")
		if ok && strings.EqualFold(kind, "smtp") && (kind == "SMTP") == primary {
			out = append(out, address)
		}
	}
	return out
}
