package tokens

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/state"
)

// firstParty resources (Graph, SharePoint) put more into their tokens and evaluate access continuously.
func (g Grant) firstParty() bool { return g.Resource.App.AppID == "" && g.Resource.AppID != "" }

// policyKind is where token lifetime policies are kept.
const policyKind = "tokenLifetimePolicies"

// lifetime is how long a token lives that is for an application: by the policy of its service principal, of its
// registration, of the organisation, or the service's default (identity.md 3.4).
func lifetime(tx *state.Tx, t state.Tenant, appID string) time.Duration {
	ids := make([]string, 0, 2)
	if sp, ok := directory.ServicePrincipalByAppID(tx, t.ID, appID); ok {
		ids = append(ids, sp.ID)
	}
	if a, ok := tx.ApplicationByAppID(appID); ok {
		ids = append(ids, a.ID)
	}
	var general time.Duration
	for p := range tx.Policies(t.ID, policyKind) {
		life, ok := policyLife(p.Definition)
		if !ok {
			continue
		}
		if slices.ContainsFunc(ids, func(id string) bool { return containsFold(p.AppliesTo, id) }) {
			return life
		}
		if p.Default {
			general = life
		}
	}
	switch {
	case general > 0:
		return general
	case t.TokenLifetime > 0:
		return t.TokenLifetime
	}
	return 0
}

// The bounds of AccessTokenLifetime.
const (
	shortestLife = 10 * time.Minute
	longestToken = 24 * time.Hour
)

// policyLife reads AccessTokenLifetime of a policy's definition, a .NET time span: "8:00:00" or "1.00:00:00".
func policyLife(definition []string) (time.Duration, bool) {
	for _, text := range definition {
		var d struct {
			Policy struct {
				Access string `json:"AccessTokenLifetime"`
			} `json:"TokenLifetimePolicy"`
		}
		if json.Unmarshal([]byte(text), &d) != nil {
			continue
		}
		if life, ok := timeSpan(d.Policy.Access); ok {
			return min(max(life, shortestLife), longestToken), true
		}
	}
	return 0, false
}

func timeSpan(s string) (time.Duration, bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return 0, false
	}
	days, hours, found := strings.Cut(parts[0], ".")
	if !found {
		days, hours = "0", days
	}
	var total time.Duration
	for _, p := range []struct {
		text string
		unit time.Duration
	}{{days, 24 * time.Hour}, {hours, time.Hour}, {parts[1], time.Minute}, {parts[2], time.Second}} {
		n, err := strconv.Atoi(p.text)
		if err != nil || n < 0 || n > 1e6 {
			return 0, false
		}
		total += time.Duration(n) * p.unit
	}
	return total, true
}

// accessLife is how long an access token lives.
func accessLife(tx *state.Tx, g Grant) time.Duration {
	if life := lifetime(tx, g.Tenant, g.Resource.AppID); life > 0 {
		return life
	}
	if g.CAE && g.firstParty() {
		return caeLife
	}
	return defaultLife
}

// idLife is how long an id token lives.
func idLife(tx *state.Tx, g Grant) time.Duration {
	if life := lifetime(tx, g.Tenant, g.Client.AppID); life > 0 {
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
