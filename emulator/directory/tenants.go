package directory

import "github.com/tennantite/tennantite/emulator/state"

// AddTenant stores a new organisation with the service's own defaults for whatever is zero: an id, the initial domain
// among its domains, sharing settings ([DefaultSharing]), authorization policy, and the service principals of Microsoft
// Graph, SharePoint and the well-known public clients. It fails with ObjectConflict where an id, a domain or the
// SharePoint prefix is taken.
func AddTenant(tx *state.Tx, t state.Tenant) (state.Tenant, error) { panic("skeleton") }

// AddConsumers stores the tenant of personal accounts, if the world has none yet.
func AddConsumers(tx *state.Tx) state.Tenant { panic("skeleton") }

// ResolveTenant finds an organisation by what stands in a path: its GUID or one of its domains, in any case. It fails
// with TenantNotFound; common, organizations and consumers are not its concern.
func ResolveTenant(tx *state.Tx, segment string) (state.Tenant, error) { panic("skeleton") }

// DefaultSharing are the SharePoint tenant properties of a new tenant (sharepoint.md 1.2).
func DefaultSharing() state.SharingSettings { panic("skeleton") }

// DefaultAuthorization is the authorizationPolicy of a new tenant (graph.md 6.1).
func DefaultAuthorization() state.AuthorizationPolicy { panic("skeleton") }

// OwnsAddress tells whether the address's domain is verified in the tenant.
func OwnsAddress(t state.Tenant, address string) bool { panic("skeleton") }
