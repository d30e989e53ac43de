package directory

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// LifetimePolicies is the kind of token lifetime policies among a tenant's policies.
const LifetimePolicies = "tokenLifetimePolicies"

// The bounds of an access token's lifetime ("Configurable token lifetimes in the Microsoft identity platform").
const (
	minLifetime = 10 * time.Minute
	maxLifetime = 24 * time.Hour
)

// SetLifetimePolicy stores a token lifetime policy; a new default takes the place of the old one. It fails with
// InsufficientRights, and with InvalidProperty for a definition that does not parse or is out of bounds.
func SetLifetimePolicy(tx *state.Tx, by Principal, p state.Policy) (state.Policy, error) {
	if _, err := settingsOf(tx, by, p.TenantID, GlobalAdministrator, ApplicationAdministrator, CloudAppAdministrator); err != nil {
		return state.Policy{}, err
	}
	if p.DisplayName == "" {
		return state.Policy{}, problem.For(problem.Invalid, problem.MissingProperty, "displayName", "A value is required for property 'displayName' of resource 'TokenLifetimePolicy'.")
	}
	if _, err := lifetimeOf(p.Definition); err != nil {
		return state.Policy{}, err
	}
	activity, kind := "Update policy", opUpdate
	if p.ID == "" {
		p.ID, p.CreatedAt = tx.NewID(), tx.Now()
		activity, kind = "Add policy", opAdd
	}
	p.Kind = LifetimePolicies
	if p.Default {
		for old := range tx.Policies(p.TenantID, LifetimePolicies) {
			if old.Default && old.ID != p.ID {
				old.Default = false
				tx.PutPolicy(old)
			}
		}
	}
	tx.PutPolicy(p)
	recordPolicy(tx, by, p.TenantID, activity, kind, p.DisplayName)
	return p, nil
}

// RemoveLifetimePolicy removes a policy; what it was applied to follows the default again.
func RemoveLifetimePolicy(tx *state.Tx, by Principal, p state.Policy) error {
	if _, err := settingsOf(tx, by, p.TenantID, GlobalAdministrator, ApplicationAdministrator, CloudAppAdministrator); err != nil {
		return err
	}
	tx.DeletePolicy(p)
	recordPolicy(tx, by, p.TenantID, "Delete policy", opDelete, p.DisplayName)
	return nil
}

// lifetimeOf reads a definition: {"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"02:00:00"}}.
func lifetimeOf(definition []string) (time.Duration, error) {
	var d struct {
		Policy struct {
			Version             int    `json:"Version"`
			AccessTokenLifetime string `json:"AccessTokenLifetime"`
		} `json:"TokenLifetimePolicy"`
	}
	wrong := problem.For(problem.Invalid, problem.InvalidProperty, "definition", "The definition is no token lifetime policy.")
	if len(definition) != 1 || json.Unmarshal([]byte(definition[0]), &d) != nil {
		return 0, wrong
	}
	lifetime, ok := span(d.Policy.AccessTokenLifetime)
	if !ok || lifetime < minLifetime || lifetime > maxLifetime {
		return 0, wrong
	}
	return lifetime, nil
}

// span reads a time span as .NET writes it: [days.]hours:minutes:seconds.
func span(s string) (time.Duration, bool) {
	days := 0
	if d, rest, found := strings.Cut(s, "."); found && !strings.Contains(d, ":") {
		n, err := strconv.Atoi(d)
		if err != nil {
			return 0, false
		}
		days, s = n, rest
	}
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return 0, false
	}
	total := time.Duration(days) * 24 * time.Hour
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 {
			return 0, false
		}
		total += time.Duration(n) * unit
	}
	return total, true
}

// AccessTokenLifetime is how long access tokens for an API live in a tenant: by the policy applied to its registration or
// service principal, by the tenant's default policy, by the tenant's own setting. Zero is the service's default.
func AccessTokenLifetime(tx *state.Tx, t state.Tenant, r Resource) time.Duration {
	sp, _ := ServicePrincipalByAppID(tx, t.ID, r.AppID)
	lifetime := t.TokenLifetime
	for p := range tx.Policies(t.ID, LifetimePolicies) {
		applied := slices.Contains(p.AppliesTo, sp.ID) || r.App.ID != "" && slices.Contains(p.AppliesTo, r.App.ID)
		if !applied && !p.Default {
			continue
		}
		if d, err := lifetimeOf(p.Definition); err == nil {
			lifetime = d
		}
		if applied {
			break
		}
	}
	return lifetime
}
