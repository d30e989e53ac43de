package directory

import (
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/state"
)

// Principal is who asks, as a rule sees him: somebody in a tenant, through an application.
type Principal struct {
	Tenant string     // tenant that he asks in
	User   state.User // the person's object in Tenant; zero for an application alone

	AppID              string    // client id of the application, "" where there is none (pages, control plane)
	ServicePrincipalID string    // its object in Tenant
	Scopes             []string  // delegated permissions of the token
	Roles              []string  // application permissions of the token
	ValidUntil         time.Time // when the token ends; zero where there is none

	// Email is somebody whom a one-time code proved and who has no object in the directory.
	Email string
	// LinkIDs are sharing links whose possession counts: an anonymous link that was opened, password shown.
	LinkIDs []string

	// System marks the emulator itself: fixtures and the control plane. It may do everything.
	System bool

	IPAddress, UserAgent, CorrelationID string
}

// AppOnly tells whether an application asks without a person.
func (p Principal) AppOnly() bool { return p.User.ID == "" && p.AppID != "" }

// Guest tells whether a person from outside asks.
func (p Principal) Guest() bool { return p.User.External() || p.User.Type == state.Guest }

// HasScope tells whether the token carries one of the delegated permissions.
func (p Principal) HasScope(anyOf ...string) bool {
	return slices.ContainsFunc(anyOf, func(s string) bool { return slices.Contains(p.Scopes, s) })
}

// HasRole tells whether the token carries one of the application permissions.
func (p Principal) HasRole(anyOf ...string) bool {
	return slices.ContainsFunc(anyOf, func(s string) bool { return slices.Contains(p.Roles, s) })
}

// Actor is the principal as records name him.
func (p Principal) Actor() state.Actor {
	a := state.Actor{UserID: p.User.ID, AppID: p.AppID, Name: p.User.DisplayName, Email: p.User.Mail}
	if a.Email == "" {
		a.Email = p.User.UserPrincipalName
	}
	if p.User.ID == "" && p.Email != "" {
		a.Name, a.Email = p.Email, p.Email
	}
	return a
}

// SystemPrincipal is the emulator itself, acting in a tenant.
func SystemPrincipal(tenant string) Principal { return Principal{Tenant: tenant, System: true} }
