package directory

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// secretYears is how long a secret lives unless told otherwise (graph.md 10).
const secretYears = 2

// NewSecret draws a client secret for a registration; nothing is stored. It fails with InvalidProperty where it ends
// before it begins.
func NewSecret(tx *state.Tx, displayName string, start, end time.Time) (state.Secret, error) {
	const secretBytes, hint = 30, 3
	if start.IsZero() {
		start = tx.Now()
	}
	if end.IsZero() {
		end = start.AddDate(secretYears, 0, 0)
	}
	if !end.After(start) {
		return state.Secret{}, problem.For(problem.Invalid, problem.InvalidProperty, "endDateTime", "The secret would end before it begins.")
	}
	text := tx.NewSecret(secretBytes)
	return state.Secret{KeyID: tx.NewID(), DisplayName: displayName, Text: text, Hint: text[:hint], Start: start, End: end}, nil
}

// AddSecret gives a registration a new client secret. Failures are those of [NewSecret] and [UpdateApplication].
func AddSecret(tx *state.Tx, by Principal, a state.Application, displayName string, start, end time.Time) (state.Secret, error) {
	s, err := NewSecret(tx, displayName, start, end)
	if err != nil {
		return state.Secret{}, err
	}
	a.Secrets = append(slices.Clone(a.Secrets), s)
	if _, err := UpdateApplication(tx, by, a); err != nil {
		return state.Secret{}, err
	}
	recordCredentials(tx, by, a)
	return s, nil
}

// RemoveSecret takes a client secret away. It fails with ObjectNotFound.
func RemoveSecret(tx *state.Tx, by Principal, a state.Application, keyID string) error {
	kept, err := without(a.Secrets, keyID)
	if err != nil {
		return err
	}
	a.Secrets = kept
	_, err = UpdateApplication(tx, by, a)
	recordCredentials(tx, by, a)
	return err
}

func without(all []state.Secret, keyID string) ([]state.Secret, error) {
	kept := slices.DeleteFunc(slices.Clone(all), func(s state.Secret) bool { return strings.EqualFold(s.KeyID, keyID) })
	if len(kept) == len(all) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, keyID, "No password credential found with keyId '%s'.", keyID)
	}
	return kept, nil
}

// AddServicePrincipalSecret gives an application a secret that is good in one tenant only, where the service principal is.
// Failures are those of [NewSecret] and [UpdateServicePrincipal].
func AddServicePrincipalSecret(tx *state.Tx, by Principal, p state.ServicePrincipal, displayName string, start, end time.Time) (state.Secret, error) {
	s, err := NewSecret(tx, displayName, start, end)
	if err != nil {
		return state.Secret{}, err
	}
	p.Secrets = append(slices.Clone(p.Secrets), s)
	return s, putCredentials(tx, by, p, "Add service principal credentials")
}

// RemoveServicePrincipalSecret takes such a secret away. It fails with ObjectNotFound.
func RemoveServicePrincipalSecret(tx *state.Tx, by Principal, p state.ServicePrincipal, keyID string) error {
	kept, err := without(p.Secrets, keyID)
	if err != nil {
		return err
	}
	p.Secrets = kept
	return putCredentials(tx, by, p, "Remove service principal credentials")
}

func putCredentials(tx *state.Tx, by Principal, p state.ServicePrincipal, activity string) error {
	if _, err := UpdateServicePrincipal(tx, by, p); err != nil {
		return err
	}
	recordServicePrincipal(tx, by, activity, opUpdate, p)
	return nil
}

func recordCredentials(tx *state.Tx, by Principal, a state.Application) {
	recordApplication(tx, by, "Update application – Certificates and secrets management ", opUpdate, a)
}

// What a person may do with applications. An application alone is bound by its token; one that may manage only what it
// owns is told apart by the face.

// MayRegister asks for the right to register an application: members have it unless authorizationPolicy takes it from
// them, guests have it not.
func MayRegister(tx *state.Tx, p Principal) error {
	t, _ := tx.Tenant(p.Tenant)
	if !p.Guest() && t.Authorization.AllowedToCreateApps {
		return nil
	}
	return RequireRole(tx, p, GlobalAdministrator, ApplicationAdministrator, CloudAppAdministrator)
}

// MayManageApplication asks for the right to change a registration or service principal: an owner's, or an
// administrator's.
func MayManageApplication(tx *state.Tx, p Principal, owners []string) error {
	if p.User.ID != "" && containsFold(owners, p.User.ID) {
		return nil
	}
	return RequireRole(tx, p, GlobalAdministrator, ApplicationAdministrator, CloudAppAdministrator)
}

// MayConsent asks for the right to consent for others. Application permissions of Microsoft Graph are beyond the
// administrators of applications.
func MayConsent(tx *state.Tx, p Principal, resourceAppID string, application bool) error {
	if application && strings.EqualFold(resourceAppID, GraphAppID) {
		return RequireRole(tx, p, GlobalAdministrator, PrivilegedRoleAdministrator)
	}
	return RequireRole(tx, p, GlobalAdministrator, PrivilegedRoleAdministrator, ApplicationAdministrator, CloudAppAdministrator)
}
