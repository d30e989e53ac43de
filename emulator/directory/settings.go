package directory

import "github.com/tennantite/tennantite/emulator/state"

// SetAuthorization changes properties of the authorizationPolicy by Graph's own names (graph.md 6.1), nested ones under
// defaultUserRolePermissions. Values are JSON values. It fails with UnknownProperty or InvalidProperty, the property as
// target, and then nothing is set.
func SetAuthorization(tx *state.Tx, by Principal, tenant string, properties map[string]any) error {
	panic("skeleton")
}

// SetCrossTenantDefault changes sections of crossTenantAccessPolicy/default by Graph's own names (graph.md 6.2); null
// brings a section back to the service's default.
func SetCrossTenantDefault(tx *state.Tx, by Principal, tenant string, properties map[string]any) error {
	panic("skeleton")
}

// SetCrossTenantPartner makes or changes the settings for one other organisation; null inherits.
func SetCrossTenantPartner(tx *state.Tx, by Principal, tenant, partner string, properties map[string]any) error {
	panic("skeleton")
}

// SetB2BDomains sets the list of the B2B management policy: one of the two, or none. It fails with InvalidProperty where
// both are given.
func SetB2BDomains(tx *state.Tx, by Principal, tenant string, allow, block []string) error {
	panic("skeleton")
}

// SetFederation makes a verified domain sign in at an outside service; "" makes it managed again.
func SetFederation(tx *state.Tx, by Principal, tenant, domain, sts string) error { panic("skeleton") }
